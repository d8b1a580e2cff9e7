// The form of a certificate: the data model of W3C, the contexts that are known, and what Open Badges 3.0 wants.

import { isObject, isText, listed, must, printable, readMoment, textsIn } from "./reading.js";

const VC = "https://www.w3.org/ns/credentials/v2";
const BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const ADDRESS = /^[A-Za-z][A-Za-z0-9+.-]*:[^\u0000-\u0020<>"{}|\\^`]+$/;
const LANGUAGE = /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/;
const WITH_TYPE = ["credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence", "proof"];
const MOST_RESULTS = 64;

export const isAddress = (value) => isText(value) && ADDRESS.test(value);
export const part = (owner, name) => (isObject(owner[name]) ? owner[name] : {});
const objects = (owner, name) => listed(owner[name]).filter(isObject);
const isGiven = (value) => isText(value) && value !== "";

// -- the data model ---------------------------------------------------------------------------------

const items = (document, name) => {
  if (!(name in document)) return [];
  const found = listed(document[name]);
  must(found.length > 0 && found.every(isObject), `${name} is empty, or holds something that is no object.`);
  return found;
};

const checkId = (owner, name) => must(!("id" in owner) || isAddress(owner.id), `The id of ${name} is no address.`);

const checkTypes = (owner, name) => {
  const types = Array.isArray(owner.type) ? owner.type : [owner.type];
  must(types.length > 0 && types.every(isGiven), `${name} has no type.`);
};

const isWording = (text) => {
  if (!isObject(text)) return isText(text);
  const isKnown = Object.keys(text).every((name) => ["@value", "@language", "@direction"].includes(name));
  const fits = LANGUAGE.test(String(text["@language"] ?? "und")) && ["ltr", "rtl"].includes(text["@direction"] ?? "ltr");
  return isText(text["@value"]) && isKnown && fits;
};

const checkWording = (owner) => {
  for (const name of ["name", "description"]) {
    const texts = Array.isArray(owner[name]) ? owner[name] : [owner[name] ?? ""];
    must(texts.every(isWording), `${name} is no text.`);
  }
};

/** Refuses a document that is no credential of the data model 2.0. Contexts that are written out are not taken. */
export const checkCredential = (document) => {
  const contexts = document["@context"];
  must(Array.isArray(contexts) && contexts[0] === VC && contexts.every(isAddress), "The contexts are not known.");
  checkId(document, "the credential");
  checkTypes(document, "The credential");
  must(textsIn(document.type).includes("VerifiableCredential"), "It is no VerifiableCredential.");
  must(isAddress(isObject(document.issuer) ? document.issuer.id : document.issuer), "The issuer is no address.");
  if (isObject(document.issuer)) checkWording(document.issuer);
  must("credentialSubject" in document, "The subject is missing.");
  for (const subject of items(document, "credentialSubject")) {
    must(Object.keys(subject).length > 0, "A subject says nothing.");
    checkId(subject, "a subject");
  }
  checkDates(document);
  for (const name of WITH_TYPE) {
    for (const item of items(document, name)) {
      checkId(item, name);
      checkTypes(item, name);
      must(name !== "credentialSchema" || "id" in item, "A schema has no id.");
    }
  }
  for (const item of items(document, "relatedResource")) {
    checkId(item, "relatedResource");
    must("id" in item && ("digestSRI" in item || "digestMultibase" in item), "A related file has no digest.");
  }
  checkWording(document);
};

const checkDates = (document) => {
  const moments = ["validFrom", "validUntil"].filter((name) => name in document).map((name) => readMoment(document[name]));
  must(moments.every((moment) => moment !== null), "A date is no point of time.");
  must(moments.length < 2 || moments[0] <= moments[1], "It ends before it begins.");
};

// -- Open Badges 3.0 --------------------------------------------------------------------------------

export const issuerOf = (credential) => {
  const found = isObject(credential.issuer) ? credential.issuer.id : credential.issuer;
  return isText(found) ? found : "";
};
export const subjectOf = (credential) => part(credential, "credentialSubject");

/** Refuses a credential that is no achievement in the two contexts that are known. */
export const checkBadge = (credential) => {
  checkCredential(credential);
  const contexts = credential["@context"];
  must(contexts.length === 2 && contexts[1] === BADGES, "The contexts are not exactly the two that are known.");
  const types = textsIn(credential.type);
  must(types.includes("OpenBadgeCredential") || types.includes("AchievementCredential"), "It is no OpenBadgeCredential.");
  must("id" in credential && "validFrom" in credential, "The credential has no id or no beginning.");
  must(/^did:(web|key):/.test(issuerOf(credential)), "The issuer is no did:web or did:key.");
  const subject = subjectOf(credential);
  must(textsIn(subject.type).includes("AchievementSubject"), "The subject is not exactly one AchievementSubject.");
  must("id" in subject || "identifier" in subject, "The subject has neither an id nor an identifier.");
  const achievement = part(subject, "achievement");
  must(textsIn(achievement.type).includes("Achievement"), "The subject has no achievement.");
  must(["id", "name", "description"].every((name) => isGiven(achievement[name])), "The achievement is not whole.");
  const criteria = part(achievement, "criteria");
  must(isText(criteria.id) || isText(criteria.narrative), "The achievement has no criteria.");
  checkResults(subject, achievement);
};

const checkResults = (subject, achievement) => {
  const described = new Map(objects(achievement, "resultDescription").map((item) => [
    String(item.id), new Set(objects(item, "rubricCriterionLevel").map((level) => String(level.id))),
  ]));
  for (const result of objects(subject, "result")) {
    const name = result.resultDescription ?? null;
    must(name === null || described.has(name), "A result belongs to no description of the achievement.");
    const isReached = !("achievedLevel" in result) || described.get(String(name))?.has(result.achievedLevel);
    must(isReached, "A result reaches a level that the achievement does not have.");
  }
};

/** Returns the code of the edition, empty when the achievement names none. */
export const editionOf = (credential) => {
  const aligned = objects(part(subjectOf(credential), "achievement"), "alignment");
  return aligned.find((item) => isText(item.targetCode) && isText(item.digestMultibase))?.targetCode ?? "";
};

/** Returns what a certificate says, fit to be shown; grades only of one that may be relied upon. */
export const saidBy = (credential, withGrades) => {
  const [subject, issuer] = [subjectOf(credential), part(credential, "issuer")];
  const achievement = part(subject, "achievement");
  return {
    number: printable(subject.licenseNumber),
    holder: printable(subject.name),
    country: printable(part(subject, "address").addressCountryCode),
    issuer: printable(issuer.name),
    issuer_id: printable(issuerOf(credential)),
    edition: [printable(achievement.name), printable(editionOf(credential))].filter(Boolean).join(" · "),
    scope: printable(credential.description),
    valid_from: printable(credential.validFrom),
    valid_until: printable(credential.validUntil),
    address: printable(credential.url),
    grades: withGrades ? gradesOf(subject, achievement) : [],
  };
};

const gradesOf = (subject, achievement) => {
  const names = new Map(objects(achievement, "resultDescription").map((item) => [String(item.id), printable(item.name)]));
  const shown = objects(subject, "result").slice(0, MOST_RESULTS);
  return shown.map((result) => [names.get(String(result.resultDescription)) ?? "", printable(result.value)]);
};
