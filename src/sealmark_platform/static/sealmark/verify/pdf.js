// A small reader of PDF: finds the attachment certificate.json, and nothing else. Bounded in size, number and depth.

import { Refusal, Unreadable, isObject, must, unpacked } from "./reading.js";

const NAME = "certificate.json";
const MOST_OBJECTS = 200_000;
const MOST_NODES = 2_000;
const DEEPEST = 40;
const LARGEST_PART = 8 << 20;
const LARGEST_ALL = 64 << 20;
const BLANKS = "\0\t\n\f\r ";
const ENDS = `${BLANKS}()<>[]{}/%`;

/** What stands for another object. */
class Reference {
  constructor(number) {
    this.number = number;
  }
}
/** A name, which is no text. */
class Name {
  constructor(text) {
    this.text = text;
  }
}

// -- objects ----------------------------------------------------------------------------------------

class Scanner {
  constructor(text, at = 0) {
    Object.assign(this, { text, at });
  }

  skip() {
    for (; this.at < this.text.length; this.at += 1) {
      const sign = this.text[this.at];
      if (sign === "%") {
        while (this.at < this.text.length && !"\r\n".includes(this.text[this.at])) this.at += 1;
      } else if (!BLANKS.includes(sign)) {
        return;
      }
    }
  }

  token() {
    const from = this.at;
    while (this.at < this.text.length && !ENDS.includes(this.text[this.at])) this.at += 1;
    return this.text.slice(from, this.at);
  }

  value(depth = 0) {
    must(depth < DEEPEST, "The PDF is nested too deep.");
    this.skip();
    if (this.text.startsWith("<<", this.at)) return this.dictionary(depth);
    const sign = this.text[this.at];
    if (sign === "[") return this.array(depth);
    if (sign === "(") return this.literal();
    if (sign === "<") return this.hexadecimal();
    if (sign === "/") return new Name(this.name());
    return this.word();
  }

  name() {
    this.at += 1;
    return this.token().replace(/#([0-9a-fA-F]{2})/g, (_whole, code) => String.fromCharCode(parseInt(code, 16)));
  }

  dictionary(depth) {
    const members = Object.create(null);
    this.at += 2;
    for (this.skip(); !this.text.startsWith(">>", this.at); this.skip()) {
      must(this.text[this.at] === "/", "A dictionary of the PDF is broken.");
      const name = this.name();
      members[name] = this.value(depth + 1);
    }
    this.at += 2;
    return members;
  }

  array(depth) {
    const items = [];
    this.at += 1;
    for (this.skip(); this.text[this.at] !== "]"; this.skip()) {
      must(this.at < this.text.length && items.length < MOST_OBJECTS, "A list of the PDF is broken.");
      items.push(this.value(depth + 1));
    }
    this.at += 1;
    return items;
  }

  /** A number, a word, or a reference: two whole numbers and an R. */
  word() {
    const reference = /(\d{1,10})[\0\t\n\f\r ]+\d{1,5}[\0\t\n\f\r ]+R(?![^\0\t\n\f\r ()<>[\]{}/%])/y;
    reference.lastIndex = this.at;
    const found = reference.exec(this.text);
    if (found) {
      this.at += found[0].length;
      return new Reference(Number(found[1]));
    }
    const token = this.token();
    must(token !== "", "A value of the PDF is broken.");
    return /^[+-]?\d+(\.\d*)?$/.test(token) ? Number(token) : token;
  }

  literal() {
    const signs = [];
    let open = 0;
    do {
      const sign = this.text[this.at];
      must(sign !== undefined, "A text of the PDF does not end.");
      this.at += 1;
      if (sign === "\\") signs.push(this.escaped());
      else {
        open += sign === "(" ? 1 : sign === ")" ? -1 : 0;
        signs.push(sign);
      }
    } while (open > 0);
    return signs.slice(1, -1).join("");
  }

  escaped() {
    const octal = /[0-7]{1,3}/y;
    octal.lastIndex = this.at;
    const found = octal.exec(this.text);
    this.at += found ? found[0].length : 1;
    if (found) return String.fromCharCode(parseInt(found[0], 8) & 0xff);
    const sign = this.text[this.at - 1];
    return { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "\n": "", "\r": "" }[sign] ?? sign ?? "";
  }

  hexadecimal() {
    const end = this.text.indexOf(">", this.at);
    must(end > 0, "A text of the PDF does not end.");
    const digits = this.text.slice(this.at + 1, end).replace(/[^0-9a-fA-F]/g, "");
    this.at = end + 1;
    return (digits.length % 2 ? `${digits}0` : digits).replace(/../g, (code) => String.fromCharCode(parseInt(code, 16)));
  }
}

/** A text of a PDF is UTF-16 when it begins with a mark of that, else close enough to Latin for a name of ours. */
const readable = (text) => {
  if (!text.startsWith("\u00fe\u00ff")) return text;
  return text.slice(2).replace(/([^])([^])/g, (_pair, high, low) => String.fromCharCode(high.charCodeAt(0) * 256 + low.charCodeAt(0)));
};

// -- the file ---------------------------------------------------------------------------------------

/** Latin text of bytes, one letter for each. */
const latin = (bytes) => {
  const parts = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return parts.join("");
};

const attempt = (scanner) => {
  try {
    return scanner.value();
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
};

class Pdf {
  constructor(bytes) {
    Object.assign(this, { bytes, text: latin(bytes), objects: new Map(), root: null, left: LARGEST_ALL });
  }

  /** Reads every object in its order: of two with one number the later one counts, as an update wants it. */
  async read() {
    const starts = /(?:(\d{1,10})[\0\t\n\f\r ]+\d{1,5}[\0\t\n\f\r ]+obj|trailer)(?![A-Za-z])/g;
    let wasted = 0;
    for (let found = starts.exec(this.text); found; found = starts.exec(this.text)) {
      must(this.objects.size < MOST_OBJECTS && wasted <= 2 * this.text.length, "The PDF has too many objects.");
      const scanner = new Scanner(this.text, starts.lastIndex);
      const value = attempt(scanner);
      if (value === undefined) {
        // What only looks like an object is passed over, but not read again and again.
        wasted += scanner.at - starts.lastIndex;
      } else {
        const end = found[1] === undefined ? this.end(value, scanner) : await this.keep(Number(found[1]), value, scanner);
        starts.lastIndex = Math.max(end, starts.lastIndex);
      }
    }
  }

  /** Keeps an object and returns where it ends. */
  async keep(number, value, scanner) {
    scanner.skip();
    const mark = /stream(\r\n|\n|\r)/y;
    mark.lastIndex = scanner.at;
    const begins = mark.exec(this.text);
    if (!isObject(value) || !begins) {
      this.objects.set(number, { value });
      return scanner.at;
    }
    const from = scanner.at + begins[0].length;
    const to = this.endOf(value, from);
    const stream = { value, from, to };
    this.objects.set(number, stream);
    const kind = value.Type instanceof Name ? value.Type.text : "";
    if (kind === "XRef") this.end(value, scanner);
    if (kind === "ObjStm") await this.unfold(stream);
    return to;
  }

  endOf(value, from) {
    const length = value.Length instanceof Reference ? this.objects.get(value.Length.number)?.value : value.Length;
    if (Number.isInteger(length) && /^[\0\t\n\f\r ]*endstream/.test(this.text.slice(from + length, from + length + 20))) {
      return from + length;
    }
    const end = this.text.indexOf("endstream", from);
    if (end < 0) throw new Unreadable("damaged");
    return this.text[end - 1] === "\n" ? end - (this.text[end - 2] === "\r" ? 2 : 1) : end;
  }

  /** Takes in what stands at the end of a file, or of an update of it. */
  end(value, scanner) {
    if (isObject(value) && "Encrypt" in value) throw new Unreadable("encrypted");
    if (isObject(value) && value.Root instanceof Reference) this.root = value.Root;
    return scanner.at;
  }

  async content({ value, from, to }) {
    const filters = (Array.isArray(value.Filter) ? value.Filter : [value.Filter]).filter((one) => one !== undefined);
    must(filters.length <= 1 && !value.DecodeParms, "A part of the PDF is packed in an unknown way.");
    const packed = this.bytes.subarray(from, to);
    if (!filters.length) return packed;
    must(filters[0] instanceof Name && filters[0].text === "FlateDecode", "A part of the PDF is packed in an unknown way.");
    const most = Math.min(LARGEST_PART, this.left);
    this.left -= most;
    const found = await unpacked(packed, "deflate", most);
    this.left += most - found.length;
    return found;
  }

  /** Objects inside a stream. */
  async unfold(stream) {
    const text = latin(await this.content(stream));
    const { N: count, First: first } = stream.value;
    must(Number.isInteger(count) && Number.isInteger(first) && count >= 0 && count < MOST_OBJECTS, "A part of the PDF is broken.");
    const heads = new Scanner(text.slice(0, first));
    let passed = 0;
    for (let at = 0; at < count; at += 1) {
      const [number, offset] = [heads.value(), heads.value()];
      must(Number.isInteger(number) && Number.isInteger(offset) && offset >= 0, "A part of the PDF is broken.");
      const scanner = new Scanner(text, first + offset);
      this.objects.set(number, { value: scanner.value() });
      passed += scanner.at - first - offset;
      must(passed <= 2 * text.length && this.objects.size < MOST_OBJECTS, "A part of the PDF is read again and again.");
    }
  }

  at(value) {
    return value instanceof Reference ? this.objects.get(value.number)?.value : value;
  }

  /** Names and file specifications in the tree of attachments. */
  files() {
    const catalog = this.at(this.root);
    if (!isObject(catalog)) throw new Unreadable("damaged");
    const found = [];
    const names = this.at(catalog.Names);
    const waiting = isObject(names) ? [this.at(names.EmbeddedFiles)] : [];
    for (let nodes = 0; waiting.length; nodes += 1) {
      must(nodes < MOST_NODES, "The PDF has too many attachments.");
      const node = waiting.pop();
      if (!isObject(node)) continue;
      const [leaves, kids] = [this.at(node.Names), this.at(node.Kids)];
      if (Array.isArray(leaves)) leaves.forEach((name, at) => at % 2 || found.push([this.at(name), this.at(leaves[at + 1])]));
      if (Array.isArray(kids)) waiting.push(...kids.slice(0, MOST_NODES).map((kid) => this.at(kid)));
      must(found.length <= MOST_NODES && waiting.length <= MOST_NODES, "The PDF has too many attachments.");
    }
    return found;
  }

  async attachment() {
    const parts = [];
    for (const [name, file] of this.files()) {
      if (!isObject(file) || typeof name !== "string" || readable(name).replace(/^\//, "") !== NAME) continue;
      const streams = this.at(file.EF);
      const stream = isObject(streams) ? streams.UF ?? streams.F : null;
      const part = stream instanceof Reference ? this.objects.get(stream.number) : null;
      if (part && part.from !== undefined) parts.push(part);
    }
    if (parts.length !== 1) throw new Unreadable("empty");
    return this.content(parts[0]);
  }
}

/** Returns the bytes of the attachment `certificate.json` of a PDF. */
export const attachment = async (bytes) => {
  try {
    const pdf = new Pdf(bytes);
    await pdf.read();
    return await pdf.attachment();
  } catch (error) {
    throw error instanceof Refusal ? new Unreadable("damaged", error.message) : error;
  }
};
