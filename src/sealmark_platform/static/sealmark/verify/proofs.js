// Data Integrity proofs of the suite eddsa-jcs-2022, and the VC-JWT envelope.

import {
  bytesOf, canonical, fromBase58, fromBase64url, isObject, isText, joined, must, readJson, readMoment, sha256,
  without,
} from "./reading.js";
import { didOf, isSigned, keyFor } from "./keys.js";
import { isAddress } from "./form.js";

export const JCS = "eddsa-jcs-2022";
const RDFC = "eddsa-rdfc-2022";
const MOST_PROOFS = 16;
const NEEDED = ["cryptosuite", "verificationMethod", "proofPurpose", "proofValue"];
const KNOWN = new Set(["type", "id", "created", "expires", "@context", ...NEEDED]);
const FIELDS = new Set(["alg", "typ", "cty", "kid", "iss"]);
const LONGEST_JWT = 3 << 19;
const MIB = 1 << 20;

/** The key of the issuer that a proof names; `signed` says whose keys count, and when. */
const keyOf = (signed, method, signedAt) => {
  must(didOf(method) === signed.did, "The key is not one of the issuer.");
  return keyFor(signed.keys, method, signedAt, signed.loggedAt);
};

/** Returns the suites whose proofs are right; one that is wrong is refused. RDF is not made here: its suite is passed over. */
export const checkProofs = async (document, signed) => {
  const proofs = Array.isArray(document.proof) ? document.proof : [document.proof];
  must(proofs.length > 0 && proofs.every(isObject), "The document has no proof that can be read.");
  must(proofs.length <= MOST_PROOFS, `The document has ${proofs.length} proofs.`);
  const suites = [];
  for (const proof of proofs) {
    const key = keyOf(signed, proof.verificationMethod, readMoment(proof.created));
    if (proof.cryptosuite === RDFC) continue;
    await checkProof(document, proof, key);
    must(!("expires" in proof) || readMoment(proof.expires) > signed.on, "The proof has run out.");
    suites.push(proof.cryptosuite);
  }
  return suites;
};

const checkProof = async (document, proof, key) => {
  must(proof.type === "DataIntegrityProof", "The proof is of an unknown type.");
  must(NEEDED.every((name) => name in proof), "The proof is not whole.");
  must(Object.keys(proof).every((name) => KNOWN.has(name)), "The proof says something that is not known here.");
  must(proof.cryptosuite === JCS, "The suite of the proof is not known.");
  must(proof.proofPurpose === "assertionMethod", "The proof is made for another purpose.");
  for (const name of ["id", "verificationMethod"]) must(!(name in proof) || isAddress(proof[name]), `The ${name} of the proof is no address.`);
  for (const name of ["created", "expires"]) must(!(name in proof) || readMoment(proof[name]) !== null, `The time ${name} of the proof is none.`);
  const isOfDocument = !("@context" in proof) || canonical(proof["@context"]) === canonical(document["@context"] ?? null);
  must(isOfDocument, "The contexts of proof and document differ.");
  const method = proof.verificationMethod;
  must(!method.startsWith("did:key:") || method === `did:key:${key.multikey}#${key.multikey}`, "The method is another key.");
  const signature = fromBase58(proof.proofValue, 64);
  must(await isSigned(key.raw, await signedBytes(document, proof), signature), "The signature does not fit.");
};

const signedBytes = async (document, proof) => {
  const options = without(proof, "proofValue");
  if ("@context" in document) options["@context"] = document["@context"];
  const forms = [options, without(document, "proof")].map((part) => sha256(bytesOf(canonical(part))));
  return joined(...(await Promise.all(forms)));
};

/** Refuses a VC-JWT that the issuer has not signed, or that says something else than the credential. */
export const checkEnvelope = async (text, credential, signed) => {
  const parts = text.length <= LONGEST_JWT ? text.split(".") : [];
  must(parts.length === 3, "The text is not a VC-JWT, or is too long.");
  const method = methodOf(readJson(fromBase64url(parts[0]), 4096));
  const [payload, signature] = [fromBase64url(parts[1]), fromBase64url(parts[2])];
  const key = keyOf(signed, method, null);
  const isRight = await isSigned(key.raw, bytesOf(`${parts[0]}.${parts[1]}`), signature);
  must(isRight, "The signature of the VC-JWT does not fit.");
  const opened = readJson(payload, MIB);
  checkClaims(opened);
  must(canonical(opened) === canonical(without(credential, "proof")), "The VC-JWT says something else than the credential.");
};

const methodOf = (header) => {
  must(Object.keys(header).every((name) => FIELDS.has(name)), "The header of the VC-JWT says something unknown.");
  must(Object.values(header).every((value) => !Array.isArray(value) && !isObject(value)), "The header is too deep.");
  must(header.alg === "Ed25519" || header.alg === "EdDSA", "The algorithm of the VC-JWT is not taken.");
  must(header.typ === "vc+jwt" && (header.cty ?? "vc") === "vc", "The VC-JWT is of another type.");
  must(isText(header.kid) && header.kid !== "", "The header of the VC-JWT does not name the key.");
  return header.kid;
};

/** Claims of JWT may repeat what the credential says; they may not say anything else. */
const checkClaims = (credential) => {
  for (const name of ["vc", "vp", "aud", "proof"]) must(!(name in credential), `The payload has the member ${name}.`);
  const seconds = (text) => {
    const moment = readMoment(text);
    return moment === null ? null : Math.trunc(moment / 1000);
  };
  const said = {
    iss: isObject(credential.issuer) ? credential.issuer.id : credential.issuer,
    sub: isObject(credential.credentialSubject) ? credential.credentialSubject.id : null,
    jti: credential.id,
    nbf: seconds(credential.validFrom),
    exp: seconds(credential.validUntil),
  };
  for (const [claim, value] of Object.entries(said)) {
    must(!(claim in credential) || credential[claim] === (value ?? null), `The claim ${claim} contradicts the credential.`);
  }
};

/** Returns the credential in a VC-JWT; its signature is checked later. */
export const credentialOf = (text) => {
  const parts = text.split(".");
  must(parts.length === 3 && text.length <= 2 * MIB, "The text is no VC-JWT.");
  const payload = fromBase64url(parts[1]);
  return readJson(payload, MIB);
};
