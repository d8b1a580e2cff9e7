// The public record of a certificate, asked for now, against the log and against the certificate.

import { Refusal, canonical, digestOf, isObject, isText, must, readMoment, without } from "./reading.js";
import { subjectOf } from "./form.js";
import { checkInclusion } from "./log.js";
import { readBundle } from "./material.js";
import { Absent, Unreachable } from "./asking.js";

const NUMBER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;
const STANDINGS = { active: "", suspended: "suspended", withdrawn: "withdrawn", expired: "expired" };

const check = (outcome, word, reason = "") => ({ name: "record", outcome, sentence: `record.${word}`, values: {}, reason });

/** Returns what the register of this host says about a certificate now, and how it stands there. */
export const checkRecord = async (credential, asking, on) => {
  const number = subjectOf(credential).licenseNumber;
  if (!asking.isPossible) return { check: check("not-checked", "offline"), standing: "" };
  if (!isText(number) || !NUMBER.test(number)) return { check: check("not-checked", "absent"), standing: "" };
  const page = `${asking.root}register/${number}/`;
  try {
    const record = await asking.document(`${page}record.json`);
    const bundle = readBundle(await asking.bytes(`${page}certificate.json`));
    const found = await compared(record, bundle, credential, number, asking);
    const updated = readMoment(record.updated);
    // What was recorded later says nothing about an earlier day.
    return updated !== null && on < updated ? { ...found, standing: "" } : found;
  } catch (error) {
    if (error instanceof Absent) return { check: check("not-checked", "absent"), standing: "" };
    if (error instanceof Unreachable) return { check: check("not-checked", "unreachable", error.message), standing: "" };
    if (error instanceof Refusal) return { check: check("failed", "failed", error.message), standing: "" };
    throw error;
  }
};

/** What is on the page, in the log and in hand has to be one story. */
const compared = async (record, bundle, credential, number, asking) => {
  must(record.format === "sealmark-record/1" && record.number === number, "The record is of another number.");
  must(isText(record.status) && Object.hasOwn(STANDINGS, record.status), "The record has an unknown status.");
  const digest = isObject(record.credential) ? record.credential.sha256 : null;
  must(digest === (await digestOf(bundle.credential)), "The record names another certificate than the register serves.");
  const standing = STANDINGS[record.status];
  const logged = await checkInclusion(bundle.log, bundle.credential, asking);
  must(logged.check.outcome !== "failed", logged.check.reason);
  if (!logged.entry) return { check: check("not-checked", "unlogged"), standing };
  const { details } = logged.entry;
  must(details.record === (await digestOf(record)), "The record is not the one that stands in the log.");
  must(details.status === record.status, "The record has another status than the log.");
  const isPresent = digest === (await digestOf(credential)) || isBare(credential, bundle.credential);
  return { check: check("passed", "passed"), standing: standing || (isPresent ? "" : "superseded") };
};

/** Whether an envelope, which has no proofs, holds the present credential. */
const isBare = (credential, current) =>
  !("proof" in credential) && canonical(without(current, "proof")) === canonical(credential);
