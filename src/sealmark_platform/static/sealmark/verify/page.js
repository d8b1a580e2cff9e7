// The page itself: takes a file or a text, has it checked in this browser, and says what was found.

import { Refusal, Unreadable, bytesOf, printable } from "./reading.js";
import { isSigned } from "./keys.js";
import { LARGEST_FILE, readMaterial } from "./material.js";
import { refused, verify } from "./checking.js";
import { Absent, Unreachable, readHere } from "./asking.js";

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const NUMBER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;
const TAGS = { valid: "good", suspended: "warn", unknown: "warn", "not-yet-valid": "warn" };
const OUTCOMES = { passed: "good", failed: "bad", "not-checked": "" };
const FACTS = ["number", "holder", "country", "edition", "scope", "issuer", "valid_from", "valid_until", "address"];
const DAYS = ["since", "until", "valid_from", "valid_until"];
const LARGEST_BUNDLE = 6 << 20;

const byId = (id) => document.getElementById(id);
const sentences = JSON.parse(byId("verify-sentences").textContent);
const place = JSON.parse(byId("verify-place").textContent);
const words = Object.fromEntries(
  Array.from(byId("verify-words").content.querySelectorAll("[data-word]"), (one) => [one.dataset.word, one.textContent]),
);
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const hosts = new Set([location.host, place.host]);

// -- words ------------------------------------------------------------------------------------------

const timed = (name, text) => {
  if (!STAMP.test(text) || Number.isNaN(Date.parse(text))) return text;
  const style = { dateStyle: "long", timeZone: "UTC" };
  const isDay = DAYS.includes(name);
  const format = new Intl.DateTimeFormat(language, isDay ? style : { ...style, timeStyle: "short", hourCycle: "h23" });
  // Within a sentence the short word for "year" would end it.
  return format.format(new Date(text)).replace(/\sг\./, "") + (isDay ? "" : " UTC");
};

/** A result that is a day is written as the other days are. */
const reached = (text) => (DAY.test(text) ? timed("since", `${text}T00:00:00Z`) : text);

const filled = (sentence, values = {}) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? timed(name, values[name]) : whole));
const say = (key, values) => filled(sentences[key] ?? key, values);

const country = (code) => {
  try {
    return new Intl.DisplayNames([language], { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
};

// -- what is shown ----------------------------------------------------------------------------------

const made = (kind, attributes, ...content) => {
  const node = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...content);
  return node;
};

const show = (...content) => {
  const result = byId("verify-result");
  result.replaceChildren(...content);
  result.removeAttribute("aria-busy");
  result.scrollIntoView({ block: "nearest" });
};

const tag = (kind, text) => made("span", { class: kind ? `tag ${kind}` : "tag" }, text);

const verdictCard = ({ answer, sentence, checks, shown, on }, name) => {
  const head = made("div", { class: "row ends" }, made("h2", {}, say(sentence)), tag(TAGS[answer] ?? "bad", words[answer]));
  const card = made("div", { class: "card verdict", "data-answer": answer }, head);
  card.append(made("p", { class: "small soft" }, filled(words.checked, { name: printable(name, 80), on: new Date(on).toISOString() })));
  if (["not-valid", "unknown"].includes(answer) && shown.number) card.append(made("p", {}, words.claimed));
  const facts = factsOf(shown);
  if (facts.childElementCount) card.append(facts);
  if (shown.number && answer !== "valid") card.append(made("p", { class: "small" }, say("fact.not_shown")));
  return [card, checksCard(checks)];
};

const factsOf = (shown) => {
  const list = made("dl", { class: "facts" });
  for (const name of FACTS) {
    if (shown[name]) list.append(made("dt", {}, say(`fact.${name}`)), made("dd", {}, ...fact(name, shown)));
  }
  for (const [name, value] of shown.grades ?? []) list.append(made("dt", {}, name), made("dd", {}, reached(value)));
  return list;
};

const fact = (name, shown) => {
  const text = shown[name];
  if (name === "country") return [country(text)];
  if (name === "issuer") return [text, " ", made("span", { class: "small soft" }, shown.issuer_id)];
  if (name !== "address") return [timed(name, text)];
  const path = ownPath(text);
  return [path ? made("a", { href: path }, text) : text];
};

/** The path of an address of this host, empty for any other. */
const ownPath = (text) => {
  try {
    const url = new URL(text);
    const fits = ["https:", "http:"].includes(url.protocol) && hosts.has(url.host) && !url.username && !url.password;
    return fits ? url.pathname : "";
  } catch {
    return "";
  }
};

const checksCard = (checks) => {
  const list = made("ul", { class: "plain checks" });
  for (const { outcome, sentence, values, reason } of checks) {
    const item = made("li", {}, tag(OUTCOMES[outcome], say(`outcome.${outcome}`)), made("span", {}, say(sentence, values)));
    if (reason) item.append(made("p", { class: "small soft", lang: "en" }, reason));
    list.append(item);
  }
  return made("div", { class: "card" }, made("h3", {}, words.checks), list);
};

const notice = (text) => made("p", { class: "notice warn" }, text);

// -- what is done -----------------------------------------------------------------------------------

/** Reads and checks one thing after the other; of two asked for at once only the later one is shown. */
let turn = 0;
const check = async (name, read) => {
  turn += 1;
  const mine = turn;
  byId("verify-result").setAttribute("aria-busy", "true");
  byId("verify-result").replaceChildren(made("p", {}, words.reading));
  const content = await answered(name, read);
  if (mine === turn) show(...content);
};

const answered = async (name, read) => {
  const on = Math.floor(Date.now() / 1000) * 1000;
  try {
    return verdictCard(await verify(await readMaterial(await read()), { on, hosts }), name);
  } catch (error) {
    if (error instanceof Refusal) return verdictCard(refused(error.message, on), name);
    if (error instanceof Unreadable) return [notice(words[error.word] ?? words.strange)];
    console.warn(error);
    return [notice(words.fault)];
  }
};

const checkFile = (file) => check(file.name, async () => {
  if (file.size > LARGEST_FILE) throw new Unreadable("large");
  return new Uint8Array(await file.arrayBuffer());
});

/** A text is a number or an address of this register, or the certificate itself. */
const checkText = (text) => {
  const number = NUMBER.test(text) ? text : numberIn(text);
  if (number !== null) return check(number, () => registered(number));
  if (/^https?:\/\//i.test(text)) return check(text, async () => { throw new Unreadable("elsewhere"); });
  return check(words.pasted, async () => bytesOf(text));
};

const numberIn = (text) => {
  const path = ownPath(text);
  if (!path.startsWith(place.register)) return null;
  const number = decodeURIComponent(path.slice(place.register.length).split("/")[0]);
  return NUMBER.test(number) ? number : null;
};

const registered = async (number) => {
  try {
    return await readHere(`${place.register}${number}/certificate.json`, LARGEST_BUNDLE);
  } catch (error) {
    if (error instanceof Absent) throw new Unreadable("absent");
    if (error instanceof Unreachable) throw new Unreadable("unreachable");
    throw error;
  }
};

// -- the form ---------------------------------------------------------------------------------------

const hex = (text) => Uint8Array.from(text.match(/../g), (code) => parseInt(code, 16));

/** Whether this browser can check signatures and unpack lists: the first example of RFC 8032 is tried. */
const isAble = async () => {
  if (!globalThis.crypto?.subtle || !globalThis.DecompressionStream) return false;
  const key = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const signature = hex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  );
  return isSigned(key, new Uint8Array(0), signature);
};

const listen = () => {
  const [form, file, text, area] = ["verify-form", "verify-file", "verify-text", "verify-drop"].map(byId);
  file.addEventListener("change", () => {
    if (file.files.length) checkFile(file.files[0]);
    file.value = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (text.value.trim()) checkText(text.value.trim());
  });
  // Anywhere on the page: a file beside its place would leave the page.
  addEventListener("dragover", (event) => {
    event.preventDefault();
    area.classList.add("over");
  });
  addEventListener("dragleave", () => area.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    const dropped = event.dataTransfer.files[0];
    if (dropped) checkFile(dropped);
    else if (event.dataTransfer.getData("text").trim()) checkText(event.dataTransfer.getData("text").trim());
  });
};

/** What stands behind the # is never sent to anybody: a link may name the certificate there. */
const checkNamed = () => {
  const number = location.hash.slice(1);
  if (!NUMBER.test(number)) return;
  byId("verify-text").value = number;
  checkText(number);
};

if (await isAble()) {
  listen();
  byId("verify-unable").hidden = true;
  byId("verify-form").hidden = false;
  addEventListener("hashchange", checkNamed);
  checkNamed();
}
