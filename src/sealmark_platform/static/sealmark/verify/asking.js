// Asking the issuer, when it is the host of this page, and nobody else ever.

import { readJson } from "./reading.js";
import { webPlace } from "./keys.js";

/** Nothing stands at an address. */
export class Absent extends Error {}
/** An address cannot be had. */
export class Unreachable extends Error {}

const MOST_QUESTIONS = 80;
const MIB = 1 << 20;
const LARGEST = 6 * MIB;

/** The identifier of the installation that an issuer is one of the bodies of, empty when it has no address. */
const installationOf = (did) => {
  const parts = did.split(":");
  const found = parts.length > 4 && parts.at(-2) === "bodies" ? parts.slice(0, -2).join(":") : did;
  try {
    return webPlace(did) && webPlace(found) ? found : "";
  } catch {
    return "";
  }
};

/** Reads addresses of the host of an issuer. */
export class Asking {
  /** `read` gives the bytes at a path of the host of this page, which has the names `hosts`. */
  constructor(read, hosts, did) {
    this.installation = installationOf(did);
    const { host, path } = this.installation ? webPlace(this.installation) : { host: "", path: "" };
    Object.assign(this, { read, host: hosts.has(host) ? host : "", left: MOST_QUESTIONS });
    this.root = `https://${host}${path.replace(/did\.json$/, "").replace(/\.well-known\/$/, "")}`;
  }

  get isPossible() {
    return this.host !== "";
  }

  may(address) {
    return this.isPossible && typeof address === "string" && address.startsWith(`https://${this.host}/`);
  }

  async bytes(address) {
    if (!this.may(address) || this.left === 0) throw new Unreachable("This address is not asked.");
    this.left -= 1;
    return this.read(address.slice(`https://${this.host}`.length), LARGEST);
  }

  async document(address, largest = MIB) {
    try {
      return readJson(await this.bytes(address), largest);
    } catch (error) {
      throw error instanceof Absent ? new Unreachable(error.message) : error;
    }
  }
}

/** Returns the bytes at a path of the host of this page; no cookie goes along, and no redirect is followed. */
export const readHere = async (path, largest) => {
  const target = new URL(path, location.origin);
  if (target.origin !== location.origin) throw new Unreachable("This address is not asked.");
  let answer;
  try {
    answer = await fetch(target, { credentials: "omit", redirect: "error", cache: "no-store", referrerPolicy: "no-referrer" });
  } catch {
    throw new Unreachable("The address does not answer.");
  }
  if (answer.status === 404 || answer.status === 410) throw new Absent("There is nothing at this address.");
  if (!answer.ok) throw new Unreachable(`The address answers with ${answer.status}.`);
  return bounded(answer, largest);
};

const bounded = async (answer, largest) => {
  const reader = answer.body.getReader();
  const parts = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > largest) {
      await reader.cancel();
      throw new Unreachable("The answer is too long.");
    }
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
};
