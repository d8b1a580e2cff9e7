// Who signs: did:web and did:key, and the Ed25519 keys that they stand for.

import { fromBase58, isObject, isText, must, readMoment } from "./reading.js";

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const HOST = new RegExp(`^(?:${LABEL}\\.)*${LABEL}$`);
const PORT = /^[1-9][0-9]{0,4}$/;
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/;
const WEB = "did:web:";
const KEY = "did:key:";
const PREFIX = [0xed, 0x01];
const FIELD = 2n ** 255n - 19n;
const littleEndian = (hex) => BigInt(`0x${hex.match(/../g).reverse().join("")}`);
// Points of small order (RFC 7748, section 7): under such a key one signature fits many messages.
const WEAK = new Set([
  0n, 1n, FIELD - 1n,
  littleEndian("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
  littleEndian("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]);
// Their secret half is printed in a standard or a manual, or is a pattern: they prove nothing.
const PUBLISHED = new Set(`
z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw z6MkiaMbhXHNA4eJVCCj8dbzKzTgYDKf6crKgHVHid1F1WCT
z6MkwSD8dBdqcXQzKJZQFPy2hh2izzxskndKCjdmC2dBpfME z6Mkh7U7jBwoMro3UeHmXes4tKtFbZhMRWejbtunbU4hhvjP
z6MkvLrkgkeeWeRwktZGShYPiB5YuPkhN2yi3MqMKZMFMgWr z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2
z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7 z6MkhWqdDBPojHA7cprTGTt5yHv5yUi1B8cnXn8ReLumkw6E
z6MkmEq87wkHCYnWnNZkigeDMGTN7oUw1upkhzd77KuXERS1 z6Mkm1S51iPHJvDEkJ9MRtxJmT8Pqo6wHipAFwBAjN83vntT
z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH
z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG z6MknGc3ocHs3zdPiJbnaaqDi58NGb4pk1Sp9WxWufuXSdxf
z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp
z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX z6MknSLrJoTcukLrE435hVNQT4JUhbvWLX4kUzqkEStBU8Vi
z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd z6MkneMkZqwqRiU5mJzSG3kDwzt9P8C59N4NGTfBLfSGE7c7
`.trim().split(/\s+/));

/** Returns host (with port) and path of the DID document of a did:web. */
export const webPlace = (did) => {
  must(isText(did) && did.startsWith(WEB), "The issuer is no did:web.");
  const [place, ...segments] = did.slice(WEB.length).split(":");
  const cut = place.indexOf("%3A");
  const [host, port] = cut < 0 ? [place, ""] : [place.slice(0, cut), place.slice(cut + 3)];
  const last = host.slice(host.lastIndexOf(".") + 1);
  must(host.length <= 253 && HOST.test(host) && !/^([0-9]+|0x[0-9a-f]*)$/.test(last), "The did:web has no plain host.");
  must(cut < 0 || (PORT.test(port) && Number(port) <= 65535 && port !== "443"), "The did:web has no plain port.");
  const isHome = segments.length === 1 && segments[0] === ".well-known";
  must(!isHome && segments.every((one) => SEGMENT.test(one)), "The did:web has no plain path.");
  const folder = segments.length ? segments : [".well-known"];
  return { host: cut < 0 ? host : `${host}:${port}`, path: `/${folder.join("/")}/did.json` };
};

export const didOf = (method) => {
  const parts = isText(method) ? method.split("#") : [];
  const fits = parts.length === 2 && parts[1] && (parts[0].startsWith(WEB) || parts[0].startsWith(KEY));
  must(fits, "A proof names no key of a DID.");
  return parts[0];
};

/** Refuses the 32 bytes of a key that nobody can trust. */
export const requireSound = (raw) => {
  must(raw.length === 32, "A key has not 32 bytes.");
  const height = littleEndian(Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("")) & (2n ** 255n - 1n);
  must(height < FIELD && !WEAK.has(height), "Under this key one signature fits many messages.");
};

export const fromMultikey = (text) => {
  const bytes = fromBase58(text, PREFIX.length + 32);
  must(PREFIX.every((byte, at) => bytes[at] === byte), "A key is of another kind than Ed25519.");
  const raw = bytes.slice(PREFIX.length);
  requireSound(raw);
  must(!PUBLISHED.has(text), "The secret half of this key is printed in a standard or a manual.");
  return { raw, multikey: text };
};

export const isPublished = (multikey) => PUBLISHED.has(multikey);

/** Tells whether an Ed25519 signature is right. */
export const isSigned = async (raw, message, signature) => {
  if (signature.length !== 64) return false;
  try {
    const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
  } catch {
    return false;
  }
};

/** Returns the DID document that a did:key stands for. */
export const keyDocument = (did) => {
  const multikey = did.slice(KEY.length);
  fromMultikey(multikey);
  const id = `${did}#${multikey}`;
  const method = { id, type: "Multikey", controller: did, publicKeyMultibase: multikey };
  return { id: did, verificationMethod: [method], assertionMethod: [id] };
};

/** Returns the key of a DID document that a proof names, when its signature may count. */
export const keyFor = (document, method, signedAt, loggedAt) => {
  const did = didOf(method);
  must(isObject(document) && document.id === did, "The keys are those of somebody else.");
  const absolute = (name) => (isText(name) && name.startsWith("#") ? did + name : name);
  const entries = ["verificationMethod", "assertionMethod"].flatMap((place) => {
    const found = document[place] ?? [];
    must(Array.isArray(found), "The keys of the issuer are no list.");
    return found.filter(isObject);
  }).filter((entry) => absolute(entry.id) === method);
  must(entries.length === 1, "The issuer has not exactly one key of this name.");
  const [entry] = entries;
  must(entry.type === "Multikey" && entry.controller === did, "The key is not under the control of its issuer.");
  const key = fromMultikey(entry.publicKeyMultibase);
  if ("revoked" in entry) {
    const since = readMoment(entry.revoked);
    must(since !== null, "The key is revoked at an unknown time.");
    must(signedAt !== null && loggedAt !== null, "The key is compromised, and no log proves that it signed before.");
    must(signedAt < since && loggedAt < since, "The key signed this after it was compromised.");
  } else {
    const names = (document.assertionMethod ?? []).map((one) => absolute(isObject(one) ? one.id : one));
    must(names.includes(method), "The key may not sign certificates.");
  }
  return key;
};
