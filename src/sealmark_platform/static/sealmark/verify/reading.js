// Strict reading of what somebody else wrote: bounded, and with one meaning only.

/** Something is wrong with a certificate, or with what came with it. */
export class Refusal extends Error {}
/** It is no certificate at all, or cannot be read here: nothing is said about any certificate. */
export class Unreadable extends Error {
  constructor(word, reason = "") {
    super(reason);
    this.word = word;
  }
}

export const must = (fits, why) => {
  if (!fits) throw new Refusal(why);
};
export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
export const isText = (value) => typeof value === "string";
export const listed = (value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
export const textsIn = (value) => listed(value).filter(isText);

// -- JSON -------------------------------------------------------------------------------------------

const BLANK = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const HEXADECIMAL = /[0-9a-fA-F]{4}/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const WORDS = [["true", true], ["false", false], ["null", null]];
const DEEPEST = 64;
const LONGEST_NUMBER = 32;

class JsonReader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const value = this.value(0);
    this.match(BLANK);
    must(this.at === this.text.length, "Something follows the JSON.");
    return value;
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at += found[0].length;
    return found;
  }

  takes(sign) {
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  value(depth) {
    this.match(BLANK);
    const sign = this.text[this.at];
    if (sign === "{" || sign === "[") {
      must(depth < DEEPEST, `Objects lie more than ${DEEPEST} deep inside each other.`);
      return sign === "{" ? this.object(depth + 1) : this.list(depth + 1);
    }
    if (sign === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  object(depth) {
    // Without a prototype: no name in it means anything but itself.
    const members = Object.create(null);
    this.at += 1;
    this.match(BLANK);
    if (this.takes("}")) return members;
    do {
      this.match(BLANK);
      const name = this.string();
      must(!(name in members), `The member ${name.slice(0, 60)} is given twice.`);
      this.match(BLANK);
      must(this.takes(":"), "The text is not JSON.");
      members[name] = this.value(depth);
      this.match(BLANK);
    } while (this.takes(","));
    must(this.takes("}"), "The text is not JSON.");
    return members;
  }

  list(depth) {
    const items = [];
    this.at += 1;
    this.match(BLANK);
    if (this.takes("]")) return items;
    do {
      items.push(this.value(depth));
      this.match(BLANK);
    } while (this.takes(","));
    must(this.takes("]"), "The text is not JSON.");
    return items;
  }

  string() {
    must(this.takes('"'), "The text is not JSON.");
    let text = this.match(PLAIN)[0];
    while (this.takes("\\")) text += this.escape() + this.match(PLAIN)[0];
    must(this.takes('"'), "A text does not end, or holds a control sign.");
    must(!/\p{Cs}/u.test(text), "A text holds half of a character.");
    return text;
  }

  escape() {
    const sign = this.text[this.at];
    this.at += 1;
    if (sign !== "u") {
      must(Object.hasOwn(ESCAPES, sign ?? ""), "The text is not JSON.");
      return ESCAPES[sign];
    }
    const found = this.match(HEXADECIMAL);
    must(found, "The text is not JSON.");
    return String.fromCharCode(parseInt(found[0], 16));
  }

  number() {
    const found = this.match(NUMBER);
    must(found, "The text is not JSON.");
    const value = Number(found[0]);
    const isWhole = found[1] === undefined && found[2] === undefined;
    const isSafe = isWhole ? Number.isSafeInteger(value) : Number.isFinite(value);
    must(found[0].length <= LONGEST_NUMBER && isSafe, "A number is beyond what readers agree on.");
    return value === 0 ? 0 : value;
  }
}

/** Returns the JSON object in bytes. */
export const readJson = (bytes, largest) => {
  must(bytes.length <= largest, `${bytes.length} bytes are more than the ${largest} that are read.`);
  const found = new JsonReader(utf8(bytes)).whole();
  must(isObject(found), "The text is not a JSON object.");
  return found;
};

/** Returns the RFC 8785 form of plain JSON: this language writes numbers and texts as it wants them. */
export const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
};

export const without = (value, name) => {
  const rest = Object.assign(Object.create(null), value);
  delete rest[name];
  return rest;
};

// -- bytes ------------------------------------------------------------------------------------------

export const bytesOf = (text) => new TextEncoder().encode(text);

export const utf8 = (bytes) => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal("The text is not UTF-8.");
  }
};

export const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));

export const joined = (...parts) => {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

export const isSame = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
export const hexadecimal = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const digestOf = async (value) => hexadecimal(await sha256(bytesOf(canonical(value))));

// -- base58 and base64, each value in the one way there is -------------------------------------------

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const LONGEST_BASE58 = 512;

export const fromBase58 = (text, size) => {
  must(isText(text) && text.startsWith("z") && text.length <= LONGEST_BASE58, "A text is not base58btc.");
  let number = 0n;
  for (const letter of text.slice(1)) {
    const value = ALPHABET.indexOf(letter);
    must(value >= 0, "A text is not base58btc.");
    number = number * 58n + BigInt(value);
  }
  const digits = number ? number.toString(16) : "";
  const even = digits.length % 2 ? `0${digits}` : digits;
  const zeros = text.slice(1).match(/^1*/)[0].length;
  const bytes = new Uint8Array(zeros + even.length / 2);
  for (let at = 0; at < even.length; at += 2) bytes[zeros + at / 2] = parseInt(even.slice(at, at + 2), 16);
  must(bytes.length === size, `A text has ${bytes.length} bytes, not ${size}.`);
  return bytes;
};

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const fromLetters = (text) => {
  const idle = { 0: 0, 2: 15, 3: 3 }[text.length % 4];
  must(/^[A-Za-z0-9+/]*$/.test(text) && idle !== undefined, "A text is not base64.");
  must((LETTERS.indexOf(text.at(-1) ?? "A") & idle) === 0, "The last letter of a base64 text is not full.");
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
};

/** Without padding and without a prefix. */
export const fromBase64url = (text) => {
  must(isText(text) && /^[A-Za-z0-9_-]*$/.test(text), "A text is not base64url without padding.");
  return fromLetters(text.replaceAll("-", "+").replaceAll("_", "/"));
};

/** With padding, as notes have it. */
export const fromBase64 = (text) => {
  must(isText(text) && text.length % 4 === 0 && /[^=]={0,2}$/.test(text), "A text is not base64 with padding.");
  const bytes = fromLetters(text.replace(/=+$/, ""));
  must(bytes.length > 0, "A text is not base64 with padding.");
  return bytes;
};

// -- compressed -------------------------------------------------------------------------------------

/** Returns what is in a stream of `deflate` or `gzip`; never unpacks more than `largest` bytes. */
export const unpacked = async (packed, format, largest) => {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let size = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      must(size <= largest, `A compressed part holds more than ${largest} bytes.`);
      parts.push(part.value);
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error instanceof Refusal ? error : new Refusal("A compressed part is broken.");
  }
  return joined(...parts);
};

// -- points of time ---------------------------------------------------------------------------------

const STAMP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z|([+-])(\d\d):(\d\d))$/;
const FIRST = new Date(0).setUTCFullYear(1, 0, 1);
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Returns milliseconds since 1970, null when the text names no point of time. */
export const readMoment = (text) => {
  const found = isText(text) ? STAMP.exec(text) : null;
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDay = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const [hours, minutes] = [Number(found[9] ?? 0), Number(found[10] ?? 0)];
  if (!isDay || year < 1 || hour > 23 || minute > 59 || second > 59 || hours > 23 || minutes > 59) return null;
  const ahead = (hours * 60 + minutes) * (found[8] === "-" ? -60_000 : 60_000);
  const fraction = Number(`0${(found[7] ?? "").slice(0, 7)}`) * 1000;
  const at = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - ahead;
  return at >= FIRST && at <= LAST ? at : null;
};

export const momentText = (at) => `${new Date(at).toISOString().slice(0, 19)}Z`;

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** Returns a text of unknown origin so that it can do nothing on a screen but be read. */
export const printable = (value, longest = 400) => {
  if (!isText(value)) return "";
  const signs = Array.from(value);
  return signs.slice(0, longest).join("").replace(HIDDEN, " ") + (signs.length > longest ? "…" : "");
};
