// Where a certificate stands in the log: the entry, its path to the checkpoint, and whether the log still says so.

import {
  Refusal, bytesOf, canonical, digestOf, fromBase64, isObject, isText, must, printable, readJson, readMoment, utf8,
} from "./reading.js";
import { subjectOf } from "./form.js";
import { leafHash, noteKey, openCheckpoint, requireContinued, verifyInclusion } from "./tree.js";
import { Absent, Unreachable } from "./asking.js";

const MEMBERS = ["checkpoint", "entry", "index", "key", "origin", "path", "size"];
const LONGEST_PATH = 64;
const LONGEST_ENTRY = 64 * 1024;
const ORIGIN = /^[a-z0-9.:-]{1,260}(\/[A-Za-z0-9._-]{1,64}){0,8}$/;
const HASH = /^[0-9a-f]{64}$/;

const check = (outcome, word, values = {}, reason = "") => ({ name: "log", outcome, sentence: `log.${word}`, values, reason });

/** Returns the entry that a bundle carries, when it is about the credential and stands in the checkpoint. */
export const readEntry = async (log, credential) => {
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

/** Returns what the log says about a credential, and when it entered the log if a key from elsewhere proves it. */
export const checkInclusion = async (log, credential, asking) => {
  if (!log) return { check: check("not-checked", "absent"), loggedAt: null };
  const values = { origin: printable(log.origin ?? "", 120) };
  try {
    return await followed(await readEntry(log, credential), values, asking);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { check: check("failed", "failed", values, error.message), loggedAt: null };
  }
};

const followed = async (entry, values, asking) => {
  const { origin } = entry.checkpoint;
  const isOwn = ORIGIN.test(origin) && !origin.includes("/.") && asking.isOwn(origin.split("/")[0]);
  if (!isOwn || !(await isKeyOfHost(entry.key, origin, asking))) {
    return { check: check("not-checked", "bundled", values, "The key of the log came with the bundle."), loggedAt: null };
  }
  const fetch = (path) => asking.path(`${origin.slice(origin.split("/")[0].length)}/${path}`);
  try {
    const newest = await openCheckpoint(await fetch("checkpoint"), entry.key, origin);
    await requireContinued(entry.checkpoint, newest, fetch);
    return { check: check("passed", "followed", { ...values, size: String(newest.size) }), loggedAt: entry.at };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (!(error instanceof Unreachable || error instanceof Absent)) throw error;
    return { check: check("passed", "included", values, error.message), loggedAt: entry.at };
  }
};

/** Whether the host of this page names this key as that of its log. */
const isKeyOfHost = async (key, origin, asking) => {
  const path = origin.slice(origin.split("/")[0].length);
  const ways = [
    ["/.well-known/did.json", (bytes) => names(readJson(bytes, 1 << 20), key)],
    [`${path}/key`, (bytes) => utf8(bytes).trim() === key.text],
  ];
  for (const [address, fits] of ways) {
    try {
      if (fits(await asking.path(address))) return true;
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Absent || error instanceof Refusal)) throw error;
    }
  }
  return false;
};

const names = (document, key) =>
  Array.isArray(document.verificationMethod) &&
  document.verificationMethod.some((method) => isObject(method) && method.publicKeyMultibase === key.multikey);
