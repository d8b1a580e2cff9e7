// From material to verdict: form, signature, issuer, then status, dates, log and register. Nothing here has a clock.

import { Refusal, isObject, listed, momentText, must, printable, readMoment, textsIn } from "./reading.js";
import { checkBadge, checkCredential, editionOf, isAddress, issuerOf, saidBy, subjectOf } from "./form.js";
import { keyDocument, webPlace } from "./keys.js";
import { checkEnvelope, checkProofs } from "./proofs.js";
import { checkStanding } from "./standing.js";
import { checkInclusion } from "./log.js";
import { checkRecord } from "./record.js";
import { Absent, Asking, Unreachable, readHere } from "./asking.js";

// What has to be known before anybody may rely on a certificate.
const NEEDED = ["form", "signature", "issuer", "dates", "status"];
// What is no sign of a forgery when it fails: each has an answer of its own.
const OWN_ANSWER = ["dates", "status", "scheme"];
const STANDINGS = {
  revoked: "revoked", suspended: "suspended", withdrawn: "revoked", superseded: "revoked", expired: "expired",
};
const ORDER = ["revoked", "expired", "suspended", "not-yet-valid"];
const MOST_ENDORSEMENTS = 16;

const made = (name, outcome, word, values = {}, reason = "") => ({ name, outcome, sentence: `${name}.${word}`, values, reason });

/** Returns a check, one that failed when something is refused; any other fault is one of ours and goes on. */
const tried = async (name, work, values = {}) => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return made(name, "failed", "failed", values, error.message);
  }
};

/** Returns the verdict on something that could not even be read as a certificate. */
export const refused = (reason, on) => ({
  answer: "not-valid", sentence: "answer.not-valid", checks: [made("form", "failed", "failed", {}, reason)], shown: {}, on,
});

/**
 * Returns whether a certificate may be relied upon, and why.
 * `on` is the point of time in milliseconds, `hosts` the names of the host of this page.
 */
export const verify = async (material, { on, hosts, read = readHere }) => {
  const { credential } = material;
  const form = await tried("form", () => checkBadge(credential) ?? made("form", "passed", "passed"));
  if (form.outcome === "failed") return closed(credential, [form], "", on);
  const did = issuerOf(credential);
  const asking = new Asking(read, hosts, did);
  const issuer = await findIssuer(did, material, asking);
  const logged = await checkInclusion(material.log, credential, asking);
  const signed = { did, keys: issuer.document, on, loggedAt: logged.entry?.at ?? null };
  const signature = await checkSignature(material, signed, issuer.check);
  const checks = [form, signature, issuer.check];
  if (!issuer.document || signature.outcome !== "passed") {
    // Nothing else in it counts, so nothing else is asked.
    const unknown = made("status", "not-checked", "unknown");
    return closed(credential, [...checks, checkDates(credential, on), unknown, logged.check], "", on);
  }
  // Lists are not in the log, so a compromised key can sign none.
  const status = await checkStanding(credential, material.status, { ...signed, loggedAt: null }, asking);
  const recorded = await checkRecord(credential, asking, on);
  const rest = [await checkEndorsements(credential, material.endorsements, did), checkScheme(credential)];
  checks.push(checkDates(credential, on), status, logged.check, recorded.check, ...rest.filter(Boolean));
  return closed(credential, checks, recorded.standing, on);
};

const findIssuer = async (did, material, asking) => {
  const values = { issuer: printable(did) };
  if (did.startsWith("did:key:")) {
    let document = null;
    const check = await tried("issuer", () => {
      document = keyDocument(did);
      return made("issuer", "not-checked", "nameless", values);
    }, values);
    return { document, check };
  }
  let reason = "";
  if (asking.isPossible) {
    try {
      const { host, path } = webPlace(did);
      return { document: await asking.document(`https://${host}${path}`), check: made("issuer", "passed", "online", values) };
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Absent || error instanceof Refusal)) throw error;
      reason = error.message;
    }
  }
  const word = reason ? "unreachable" : material.issuer ? "bundled" : "absent";
  return { document: material.issuer, check: made("issuer", "not-checked", word, values, reason) };
};

const checkSignature = async (material, signed, issuer) => {
  if (!signed.keys) return made("signature", "not-checked", "keyless", {}, issuer.reason);
  return tried("signature", async () => {
    const hasProof = "proof" in material.credential;
    must(hasProof || material.jwt, "The certificate has no proof.");
    const suites = hasProof ? await checkProofs(material.credential, signed) : [];
    if (material.jwt) {
      await checkEnvelope(material.jwt, material.credential, signed);
      suites.push("VC-JWT");
    }
    if (!suites.length) return made("signature", "not-checked", "contextless");
    return made("signature", "passed", "passed", { suites: suites.join(", ") });
  });
};

const checkDates = (credential, on) => {
  const [since, until] = [readMoment(credential.validFrom), readMoment(credential.validUntil)];
  const text = (moment) => (moment === null ? "" : momentText(moment));
  const values = { on: momentText(on), since: text(since), until: text(until) };
  if (since !== null && on < since) return made("dates", "failed", "not-yet-valid", values);
  if (until !== null && on > until) return made("dates", "failed", "expired", values);
  return made("dates", "passed", until === null ? "endless" : "passed", values);
};

/** Nobody is pinned on this page, so that an endorsement is at best known to be there. */
const checkEndorsements = async (credential, carried, did) => {
  const items = [...listed(credential.endorsement), ...carried];
  if (!items.length) return null;
  return tried("endorsement", () => {
    must(items.length <= MOST_ENDORSEMENTS && items.every(isObject), "The endorsements are no list of credentials.");
    for (const item of items) {
      checkCredential(item);
      must(textsIn(item.type).includes("EndorsementCredential"), "What came as an endorsement is none.");
      must(subjectOf(item).id === did && isAddress(issuerOf(item)), "The endorsement is about somebody else.");
    }
    return made("endorsement", "not-checked", "unknown");
  });
};

const checkScheme = (credential) => {
  const code = editionOf(credential);
  return code ? made("scheme", "not-checked", "absent", { edition: printable(code) }) : null;
};

const closed = (credential, checks, standing, on) => {
  const [answer, word] = answerOf(checks, standing);
  return { answer, sentence: `answer.${word}`, checks, shown: saidBy(credential, answer === "valid"), on };
};

const answerOf = (checks, standing) => {
  const isBroken = ({ name, outcome, sentence }) =>
    outcome === "failed" && (!OWN_ANSWER.includes(name) || sentence === "status.failed");
  if (checks.some(isBroken)) return ["not-valid", "not-valid"];
  const found = new Map();
  for (const { name, outcome, sentence } of checks) {
    const word = sentence.slice(sentence.indexOf(".") + 1);
    if (outcome === "failed" && (name === "dates" || name === "status")) found.set(STANDINGS[word] ?? word, word);
  }
  if (standing) found.set(STANDINGS[standing], standing);
  for (const answer of ORDER) if (found.has(answer)) return [answer, found.get(answer)];
  const outcomes = new Map(checks.map(({ name, outcome }) => [name, outcome]));
  const isKnown = NEEDED.every((name) => outcomes.get(name) === "passed");
  return isKnown ? ["valid", "valid"] : ["unknown", "unknown"];
};
