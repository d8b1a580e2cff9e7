// Where a certificate stands in the log: the entry, its path to the checkpoint, and whether the log still says so.

import {
  Refusal, bytesOf, canonical, digestOf, fromBase64, isObject, isText, must, printable, readJson, readMoment, utf8,
} from "./reading.js";
import { subjectOf } from "./form.js";
import { webPlace } from "./keys.js";
import { leafHash, noteKey, openCheckpoint, requireContinued, verifyInclusion } from "./tree.js";
import { Absent, Unreachable } from "./asking.js";

const MEMBERS = ["checkpoint", "entry", "index", "key", "origin", "path", "size"];
const LONGEST_PATH = 64;
const LONGEST_ENTRY = 64 * 1024;
const ORIGIN = /^[a-z0-9.:-]{1,260}(\/[A-Za-z0-9._-]{1,64}){0,8}$/;
const HASH = /^[0-9a-f]{64}$/;

const check = (outcome, word, values = {}, reason = "") => ({ name: "log", outcome, sentence: `log.${word}`, values, reason });

/** Returns the entry that a bundle carries, when it is about the credential and stands in the checkpoint. */
const readEntry = async (log, credential) => {
  must(Object.keys(log).sort().join() === MEMBERS.join(), "The log of the bundle has other members than are known.");
  must(Number.isSafeInteger(log.index) && Number.isSafeInteger(log.size), "Index and size of the log are no whole numbers.");
  must([log.entry, log.checkpoint, log.key, log.origin].every(isText), "A text of the log is none.");
  const key = await noteKey(log.key);
  const checkpoint = await openCheckpoint(bytesOf(log.checkpoint), key, log.origin);
  must(checkpoint.size === log.size, "The checkpoint is of another size.");
  const entry = bytesOf(log.entry);
  must(Array.isArray(log.path) && log.path.length <= LONGEST_PATH, "The path of the log is too long.");
  const { index } = log;
  await verifyInclusion(await leafHash(entry), log.path.map(fromBase64), { index, size: checkpoint.size, root: checkpoint.root });
  must(entry.length <= LONGEST_ENTRY, "The entry of the log is too long.");
  const said = readJson(entry, LONGEST_ENTRY);
  must(canonical(said) === log.entry, "The entry of the log is not canonical JSON.");
  must(said.number === index + 1, "The entry of the log stands at another place.");
  must(said.kind === "certificate.published", "The entry of the log is not about a certificate.");
  const { details } = said;
  must(isObject(details) && HASH.test(details.credential) && HASH.test(details.record), "The entry of the log has no digests.");
  must(details.credential === (await digestOf(credential)), "The entry of the log is about another credential.");
  must(details.number === subjectOf(credential).licenseNumber, "The entry of the log is about another number.");
  return { details, at: readMoment(said.at), checkpoint, key };
};

/** Returns what the log says about a credential, and its entry if that stands in it by a key from elsewhere. */
export const checkInclusion = async (log, credential, asking) => {
  if (!log) return { check: check("not-checked", "absent"), entry: null };
  const values = { origin: printable(log.origin ?? "", 120) };
  try {
    return await followed(await readEntry(log, credential), values, asking);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { check: check("failed", "failed", values, error.message), entry: null };
  }
};

const followed = async (entry, values, asking) => {
  const { origin } = entry.checkpoint;
  const address = await addressOf(entry.key, origin, asking);
  if (address === null) {
    return { check: check("not-checked", "bundled", values, "The key of the log came with the bundle."), entry: null };
  }
  if (!asking.may(address)) return { check: check("passed", "included", values), entry };
  const fetch = (path) => asking.bytes(address + path);
  try {
    const newest = await openCheckpoint(await fetch("checkpoint"), entry.key, origin);
    await requireContinued(entry.checkpoint, newest, fetch);
    return { check: check("passed", "followed", { ...values, size: String(newest.size) }), entry };
  } catch (error) {
    if (!isSilence(error)) throw error;
    return { check: check("passed", "included", values, error.message), entry };
  }
};

const isSilence = (error) => error instanceof Unreachable || error instanceof Absent;

/** Returns where the log of the installation is, null when it does not say that this is its key. */
const addressOf = async (key, origin, asking) => {
  if (!asking.isPossible) return null;
  // By convention; the installation may say it otherwise.
  let address = ORIGIN.test(origin) ? `https://${origin}/` : "";
  try {
    const document = await asking.document(`https://${asking.host}${webPlace(asking.installation).path}`);
    for (const { type, serviceEndpoint } of parts(document, "service")) {
      if (type === "TransparencyLog" && asking.may(serviceEndpoint)) address = `${serviceEndpoint.replace(/\/+$/, "")}/`;
    }
    if (parts(document, "verificationMethod").some((one) => one.publicKeyMultibase === key.multikey)) return address;
  } catch (error) {
    if (!(isSilence(error) || error instanceof Refusal)) throw error;
  }
  try {
    const isKey = asking.may(`${address}key`) && utf8(await asking.bytes(`${address}key`)).trim() === key.text;
    return isKey ? address : null;
  } catch (error) {
    if (!(isSilence(error) || error instanceof Refusal)) throw error;
    return null;
  }
};

const parts = (document, name) => (Array.isArray(document[name]) ? document[name].filter(isObject) : []);
