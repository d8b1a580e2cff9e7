// Whether a certificate is revoked or suspended: one bit in a signed list of its issuer.

import {
  Refusal, fromBase64url, isObject, isText, listed, momentText, must, readMoment, textsIn, unpacked,
} from "./reading.js";
import { checkCredential } from "./form.js";
import { checkProofs } from "./proofs.js";
import { Absent, Unreachable } from "./asking.js";

const PURPOSES = { revocation: "revoked", suspension: "suspended" };
const MOST_PLACES = 8;
const LARGEST_LIST = 2 << 20;
const FEWEST_BITS = 131_072;
const LARGEST_BYTES = (1 << 26) / 8;

const check = (outcome, word, values = {}, reason = "") => ({ name: "status", outcome, sentence: `status.${word}`, values, reason });

/** Returns the status of a credential whose proof is right. */
export const checkStanding = async (credential, kept, signed, asking) => {
  let places;
  try {
    places = listed(credential.credentialStatus).map(placeOf);
    must(places.length <= MOST_PLACES, "The credential names too many lists.");
  } catch (error) {
    return check("failed", "failed", {}, error.message);
  }
  if (!places.length) return check("passed", "none");
  const found = [];
  for (const place of places) found.push(await looked(place, kept, signed, asking));
  return found.reduce((one, other) => (isWorse(other, one) ? other : one));
};

const placeOf = (entry) => {
  must(isObject(entry) && entry.type === "BitstringStatusListEntry", "The status is stated in an unknown way.");
  const { statusListIndex: index, statusPurpose: purpose, statusListCredential: address } = entry;
  must(isText(index) && /^(0|[1-9][0-9]{0,9})$/.test(index), "The place in the list is no whole number.");
  must(isText(purpose) && purpose && isText(address) && address.startsWith("https://"), "The status names no list.");
  must((entry.statusSize ?? 1) === 1, "The status takes more than one bit.");
  return { address, purpose, index: Number(index) };
};

/** Broken before revoked before suspended before not known; of good ones, the oldest list. */
const isWorse = (one, other) => {
  const rank = (item) => {
    const at = ["status.failed", "status.revoked", "status.suspended"].indexOf(item.sentence);
    return at < 0 ? 3 + Number(item.outcome === "passed") : at;
  };
  return rank(one) < rank(other) || (rank(one) === rank(other) && (one.values.as_of ?? "") < (other.values.as_of ?? ""));
};

const looked = async (place, kept, signed, asking) => {
  if (!Object.hasOwn(PURPOSES, place.purpose)) return check("not-checked", "unknown", {}, "The purpose is not known.");
  const found = { reason: "" };
  const sources = [["fetched", () => fetched(place, asking, found)], ["kept", () => kept.find((one) => one.id === place.address)]];
  for (const [source, ask] of sources) {
    try {
      const listing = await ask();
      if (!listing) continue;
      if (speaks(listing, signed.on)) return await read(source, place, listing, signed);
      found.reason = "The list does not speak about this day.";
    } catch (error) {
      return check("failed", "failed", {}, error.message);
    }
  }
  return check("not-checked", asking.isPossible ? "unreachable" : "offline", {}, found.reason);
};

const fetched = async (place, asking, found) => {
  if (!asking.may(place.address)) return null;
  try {
    return await asking.document(place.address, LARGEST_LIST);
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof Absent || error instanceof Refusal)) throw error;
    found.reason = error.message;
    return null;
  }
};

const speaks = (listing, on) => {
  const [since, until] = [readMoment(listing.validFrom), readMoment(listing.validUntil)];
  return since === null || until === null || (since <= on && on <= until);
};

const read = async (source, place, listing, signed) => {
  checkCredential(listing);
  const since = readMoment(listing.validFrom);
  const values = { as_of: since === null ? "?" : momentText(since) };
  const suites = await checkProofs(listing, signed);
  if (!suites.length) return check("not-checked", "unknown", {}, "The list has no proof that can be checked here.");
  return (await isSet(place, listing, signed))
    ? check("failed", PURPOSES[place.purpose], values)
    : check("passed", source, values);
};

const isSet = async (place, listing, signed) => {
  const subject = listing.credentialSubject;
  must(textsIn(listing.type).includes("BitstringStatusListCredential"), "What was found is no status list.");
  must(isObject(subject) && textsIn(subject.type).includes("BitstringStatusList"), "The list has no list as its subject.");
  must(listing.id === place.address, "The list is another one than the credential names.");
  must((isObject(listing.issuer) ? listing.issuer.id : listing.issuer) === signed.did, "The list is of another issuer.");
  must(textsIn(subject.statusPurpose).includes(place.purpose), "The list is about something else.");
  for (const name of ["validFrom", "validUntil"]) {
    const bound = name in listing ? readMoment(listing[name]) : signed.on;
    must(bound !== null && (name === "validFrom" ? bound <= signed.on : bound >= signed.on), "The list does not speak about this day.");
  }
  const encoded = subject.encodedList;
  must(isText(encoded) && encoded.startsWith("u"), "The list is not base64url.");
  const bits = await unpacked(fromBase64url(encoded.slice(1)), "gzip", LARGEST_BYTES);
  must(bits.length * 8 >= FEWEST_BITS, "The list is too short.");
  must(place.index < bits.length * 8, "The place lies outside the list.");
  return (bits[place.index >> 3] & (0x80 >> (place.index & 7))) !== 0;
};
