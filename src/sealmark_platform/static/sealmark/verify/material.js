// What somebody has in hand, read but not believed: a bundle, a credential, a VC-JWT, alone or inside a PDF.

import { Unreadable, isObject, isText, must, readJson, utf8 } from "./reading.js";
import { credentialOf } from "./proofs.js";
import { attachment } from "./pdf.js";

export const LARGEST_FILE = 64 << 20;
const BUNDLE = "sealmark-bundle/1";
const LARGEST_BUNDLE = 6 << 20;
const LARGEST_CREDENTIAL = 1 << 20;
const MEMBERS = new Set(["format", "credential", "jwt", "issuer", "status", "log", "endorsements"]);
const MOST = { status: 8, endorsements: 16 };
const JWT = /^\s*[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\s*$/;
const PICTURES = [[0x89, 0x50, 0x4e, 0x47], [0xff, 0xd8, 0xff]];

/** Returns the certificate in the bytes of a file. */
export const readMaterial = async (bytes) => {
  if (bytes.length > LARGEST_FILE) throw new Unreadable("large");
  if (String.fromCharCode(...bytes.slice(0, 1024)).includes("%PDF-")) return readText(await attachment(bytes));
  if (PICTURES.some((marks) => marks.every((mark, at) => bytes[at] === mark))) throw new Unreadable("picture");
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return readText(hasMark ? bytes.slice(3) : bytes);
};

const readText = (bytes) => {
  const first = bytes.find((byte) => ![0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d].includes(byte));
  if (first === 0x7b) return readBundle(bytes);
  if (bytes.length <= 2 * LARGEST_CREDENTIAL && bytes.every((byte) => byte < 0x80)) {
    const text = utf8(bytes);
    if (JWT.test(text)) return { ...EMPTY, credential: credentialOf(text.trim()), jwt: text.trim() };
  }
  throw new Unreadable("strange");
};

const EMPTY = { credential: null, jwt: "", issuer: null, status: [], log: null, endorsements: [] };

/** Returns the material in a JSON file: a bundle, or a credential alone. */
export const readBundle = (bytes) => {
  const document = readJson(bytes, LARGEST_BUNDLE);
  if (!("format" in document)) {
    must(bytes.length <= LARGEST_CREDENTIAL, "The credential is too long.");
    return { ...EMPTY, credential: document };
  }
  must(document.format === BUNDLE, "The format of the bundle is not known.");
  must(Object.keys(document).every((name) => MEMBERS.has(name)), "A member of the bundle is not known.");
  must(isObject(document.credential) && isText(document.jwt ?? ""), "The bundle has no credential, or a jwt that is no text.");
  must(document.jwt !== null, "The jwt of the bundle is no text.");
  for (const name of ["issuer", "log"]) must(isObject(document[name] ?? {}), `The ${name} of the bundle is no object.`);
  for (const [name, most] of Object.entries(MOST)) {
    const documents = name in document ? document[name] : [];
    must(Array.isArray(documents) && documents.length <= most && documents.every(isObject), `${name} is no list of documents.`);
  }
  return {
    credential: document.credential, jwt: document.jwt ?? "", issuer: document.issuer ?? null,
    status: document.status ?? [], log: document.log ?? null, endorsements: document.endorsements ?? [],
  };
};

