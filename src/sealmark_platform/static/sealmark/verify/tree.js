// The Merkle tree of a log (RFC 6962, RFC 9162), checkpoints (C2SP tlog-checkpoint), and proofs from tiles (C2SP tlog-tiles).

import { Refusal, bytesOf, fromBase64, isSame, must, sha256, utf8 } from "./reading.js";
import { isPublished, isSigned, requireSound } from "./keys.js";
import { toMultikey } from "./multikey.js";
import { Absent } from "./asking.js";

const SIZE = 32;
const WIDTH = 256;
const LARGEST_NOTE = 64 * 1024;
const MOST_SIGNATURES = 64;
const DASH = "\u2014 ";
const half = (number) => Math.floor(number / 2);

export const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/** Refuses a path that does not lead from a leaf to the root. */
export const verifyInclusion = async (leaf, path, { index, size, root }) => {
  must(path.every((one) => one.length === SIZE), "Something in the path is no hash.");
  must(index >= 0 && index < size, "The tree has no such leaf.");
  let [place, last, found] = [index, size - 1, leaf];
  for (const sibling of path) {
    must(last > 0, "The path is too long.");
    if (place % 2 || place === last) {
      found = await nodeHash(sibling, found);
      while (place % 2 === 0 && place) [place, last] = [half(place), half(last)];
    } else {
      found = await nodeHash(found, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  must(last === 0, "The path is too short.");
  must(isSame(found, root), "The path leads to another root.");
};

/** Refuses a proof that does not show how the newer tree continues the older one. */
const verifyConsistency = async (before, now, proof) => {
  let [last, total] = [before.size - 1, now.size - 1];
  while (last !== 0 && (last % 2 || last === total)) [last, total] = [half(last), half(total)];
  const rest = [...proof];
  must(last === 0 || rest.length > 0, "The proof is empty.");
  const seed = last === 0 ? before.root : rest.shift();
  let [old, made] = [seed, seed];
  for (const sibling of rest) {
    must(total > 0, "The proof is too long.");
    if (last % 2 || last === total) {
      old = last > 0 ? await nodeHash(sibling, old) : old;
      made = await nodeHash(sibling, made);
      while (last % 2 === 0) {
        must(last > 0 || total > 0, "The proof is too long.");
        [last, total] = [half(last), half(total)];
      }
    } else {
      made = await nodeHash(made, sibling);
    }
    [last, total] = [half(last), half(total)];
  }
  must(total === 0, "The proof is too short.");
  must(isSame(old, before.root) && isSame(made, now.root), "The log does not continue what was there: it was altered.");
};

// -- tiles ------------------------------------------------------------------------------------------

const numberPath = (number) => {
  const groups = [String(number % 1000).padStart(3, "0")];
  for (let rest = Math.floor(number / 1000); rest; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  return groups.join("/");
};

class Tiles {
  constructor(fetch, size) {
    Object.assign(this, { fetch, size, kept: new Map() });
  }

  async tile(level, number) {
    const path = `tile/${level}/${numberPath(number)}`;
    if (!this.kept.has(path)) {
      const width = Math.min(WIDTH, Math.floor(this.size / WIDTH ** level) - number * WIDTH);
      this.kept.set(path, await this.content(path, width));
    }
    return this.kept.get(path);
  }

  async content(path, width) {
    let [bytes, wanted] = [null, width];
    try {
      bytes = width < WIDTH ? await this.fetch(`${path}.p/${width}`) : await this.full(path);
    } catch (error) {
      // A partial tile may be gone once the full one is there.
      if (!(error instanceof Absent)) throw error;
      [bytes, wanted] = [await this.full(path), WIDTH];
    }
    must(bytes.length === wanted * SIZE, "A tile of the log has another length.");
    return bytes;
  }

  async full(path) {
    try {
      return await this.fetch(path);
    } catch (error) {
      throw error instanceof Absent ? new Refusal("A tile of the log is not there.") : error;
    }
  }

  /** The hash over `count` leaves from `start`, where `start` is a multiple of the next power of two. */
  async hash(start, count) {
    const level = Math.log2(count);
    if (!Number.isInteger(level)) {
      const left = powerBelow(count);
      return nodeHash(await this.hash(start, left), await this.hash(start + left, count - left));
    }
    const [tileLevel, height] = [Math.floor(level / 8), level % 8];
    const first = start / WIDTH ** tileLevel;
    const tile = await this.tile(tileLevel, Math.floor(first / WIDTH));
    let row = [];
    for (let at = first % WIDTH; at < (first % WIDTH) + 2 ** height; at += 1) row.push(tile.slice(at * SIZE, (at + 1) * SIZE));
    while (row.length > 1) {
      const above = [];
      for (let at = 0; at < row.length; at += 2) above.push(await nodeHash(row[at], row[at + 1]));
      row = above;
    }
    return row[0];
  }

  /** RFC 9162, 2.1.4.1. */
  async consistency(old, start = 0, count = this.size, isWhole = true) {
    if (old === count) return isWhole ? [] : [await this.hash(start, count)];
    const left = powerBelow(count);
    if (old <= left) return [...(await this.consistency(old, start, left, isWhole)), await this.hash(start + left, count - left)];
    return [...(await this.consistency(old - left, start + left, count - left, false)), await this.hash(start, left)];
  }
}

const powerBelow = (count) => {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
};

/** Refuses a newer checkpoint that does not continue an older one; `fetch` gives what stands at a path of the log. */
export const requireContinued = async (before, now, fetch) => {
  must(before.size <= now.size, "The log has shrunk.");
  if (before.size === now.size) {
    must(isSame(before.root, now.root), "The log has two histories.");
  } else if (before.size) {
    await verifyConsistency(before, now, await new Tiles(fetch, now.size).consistency(before.size));
  }
};

// -- checkpoints ------------------------------------------------------------------------------------

const isName = (name) => name !== "" && !/[\s+\u0000-\u001f]/.test(name);

/** Returns the key of a log from its text, NAME+ID+KEY. */
export const noteKey = async (text) => {
  const [name, number, ...rest] = text.trim().split("+");
  const bytes = fromBase64(rest.join("+"));
  must(bytes[0] === 1 && isName(name), "The text is no key of a log.");
  const raw = bytes.slice(1);
  requireSound(raw);
  const id = (await sha256(bytesOf(`${name}\n`), bytes)).slice(0, 4);
  must(Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("") === number, "The key of the log was mistyped.");
  const multikey = toMultikey(raw);
  must(!isPublished(multikey), "The secret half of the key of the log is printed somewhere.");
  return { name, id, raw, multikey, text };
};

/** Returns the checkpoint in a signed note, when the key of the log has signed it. */
export const openCheckpoint = async (bytes, key, origin) => {
  must(bytes.length <= LARGEST_NOTE, "The checkpoint is too large.");
  const whole = utf8(bytes);
  must(!/[\u0000-\u0009\u000b-\u001f]/.test(whole), "The checkpoint has control signs.");
  const cut = whole.lastIndexOf("\n\n");
  must(cut > 0, "The checkpoint has no signature.");
  const [text, lines] = [whole.slice(0, cut + 1), whole.slice(cut + 2).split("\n")];
  must(lines.pop() === "" && lines.length > 0 && lines.length <= MOST_SIGNATURES, "The checkpoint has no signature.");
  const signatures = lines.map(signatureOf).filter((one) => one.name === key.name && isSame(one.id, key.id));
  must(signatures.length > 0, "The key of the log has not signed the checkpoint.");
  for (const one of signatures) must(await isSigned(key.raw, bytesOf(text), one.content), "The signature of the checkpoint is wrong.");
  const checkpoint = await readCheckpoint(text);
  must(checkpoint.origin === origin, "The checkpoint is of another log.");
  return checkpoint;
};

const signatureOf = (line) => {
  const [name, ...rest] = line.slice(DASH.length).split(" ");
  const content = fromBase64(rest.join(" "));
  must(line.startsWith(DASH) && isName(name) && content.length > 4, "A signature of the checkpoint is none.");
  return { name, id: content.slice(0, 4), content: content.slice(4) };
};

const readCheckpoint = async (text) => {
  const lines = text.split("\n");
  must(lines.length > 3 && lines.pop() === "" && lines.every((line) => line !== ""), "A checkpoint has three lines or more.");
  must(/^(0|[1-9][0-9]{0,18})$/.test(lines[1]) && Number.isSafeInteger(Number(lines[1])), "The size of the log is no number.");
  const [size, root] = [Number(lines[1]), fromBase64(lines[2])];
  must(root.length === SIZE, "The root of the log is no hash.");
  must(size > 0 || isSame(root, await sha256()), "The root is not that of a log without entries.");
  return { origin: lines[0], size, root };
};
