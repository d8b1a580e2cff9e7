"""The form of a certificate: data model, known contexts only, and what Open Badges 3.0 wants of an achievement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sealmark.attest.contexts import KNOWN_CONTEXTS, Contexts
from sealmark.attest.credentials.annex import digest_multibase
from sealmark.attest.datamodel import check_credential
from sealmark.attest.verifying.verdict import Shown, printable
from sealmark.core.errors import ProblemList

__all__ = ["check_badge", "edition_of", "issuer_of", "said_by", "says_digest", "subject_of"]

_KINDS = {"OpenBadgeCredential", "AchievementCredential"}
_URLS = tuple(item.url for item in KNOWN_CONTEXTS)
_FIX = "See the certificate format: only what it names is taken."
_WANTED = ("id", "name", "description")
_MOST_RESULTS = 64

Document = Mapping[str, object]


def check_badge(credential: Document, contexts: Contexts | None) -> None:
    """Refuse a credential that is no achievement of Open Badges 3.0 in the two contexts that are known.

    Raises:
        SealmarkError: SM759 it breaks the data model, SM780 it breaks a rule of Open Badges, once for each.
    """
    check_credential(credential, contexts=contexts)
    problems = ProblemList()
    for what in _faults(credential):
        problems.add("SM780", what, fix=_FIX)
    problems.raise_if_any()


def _faults(credential: Document) -> Iterator[str]:
    listed = credential.get("@context")
    if not isinstance(listed, list) or tuple(listed) != _URLS:
        yield "The contexts are not exactly the two that are known."
    if not _KINDS & set(_texts(credential.get("type"))):
        yield "The credential is no OpenBadgeCredential."
    for name in ("id", "validFrom"):
        if name not in credential:
            yield f"The credential has no {name}."
    if not issuer_of(credential).startswith(("did:web:", "did:key:")):
        yield "The issuer is no did:web or did:key."
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict) or "AchievementSubject" not in _texts(subject.get("type")):
        yield "The subject is not exactly one AchievementSubject."
    elif "id" not in subject and "identifier" not in subject:
        yield "The subject has neither an id nor an identifier."
    yield from _achievement_faults(_part(subject_of(credential), "achievement"))
    yield from _result_faults(subject_of(credential))


def _achievement_faults(achievement: Document) -> Iterator[str]:
    if "Achievement" not in _texts(achievement.get("type")):
        yield "The subject has no achievement."
        return
    for name in _WANTED:
        if not isinstance(achievement.get(name), str) or not achievement[name]:
            yield f"The achievement has no {name}."
    criteria = _part(achievement, "criteria")
    if not any(isinstance(criteria.get(name), str) for name in ("id", "narrative")):
        yield "The achievement has no criteria."


def _result_faults(subject: Document) -> Iterator[str]:
    described = {
        str(item.get("id")): {str(level.get("id")) for level in _listed(item, "rubricCriterionLevel")}
        for item in _listed(_part(subject, "achievement"), "resultDescription")
    }
    for result in _listed(subject, "result"):
        name = result.get("resultDescription")
        if name is not None and name not in described:
            yield "A result belongs to no description of the achievement."
        elif "achievedLevel" in result and result["achievedLevel"] not in described.get(str(name), set()):
            yield "A result reaches a level that the achievement does not have."


def issuer_of(credential: Document) -> str:
    """Return the identifier of the issuer, empty when there is none."""
    issuer = credential.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) else ""


def subject_of(credential: Document) -> Document:
    """Return the subject, empty when there is not exactly one."""
    return _part(credential, "credentialSubject")


def edition_of(credential: Document) -> tuple[str, str]:
    """Return code and digest (multibase) of the edition, empty when the achievement names none."""
    for item in _listed(_part(subject_of(credential), "achievement"), "alignment"):
        code, digest = item.get("targetCode"), item.get("digestMultibase")
        if isinstance(code, str) and isinstance(digest, str):
            return code, digest
    return "", ""


def says_digest(stated: str, digest: str) -> bool:
    """Tell whether a ``digestMultibase`` is the digest ``sha256:...``."""
    return stated == digest_multibase(digest)


def said_by(credential: Document, *, with_grades: bool) -> Shown:
    """Return what a certificate says, fit to be shown."""
    subject, issuer = subject_of(credential), _part(credential, "issuer")
    achievement = _part(subject, "achievement")
    return Shown(
        number=_said(subject.get("licenseNumber")),
        holder=_said(subject.get("name")),
        country=_said(_part(subject, "address").get("addressCountryCode")),
        issuer=_said(issuer.get("name")),
        issuer_id=_said(issuer_of(credential)),
        edition=" · ".join(filter(None, (_said(achievement.get("name")), _said(edition_of(credential)[0])))),
        scope=_said(credential.get("description")),
        valid_from=_said(credential.get("validFrom")),
        valid_until=_said(credential.get("validUntil")),
        address=_said(credential.get("url")),
        grades=tuple(_results(subject)) if with_grades else (),
    )


def _results(subject: Document) -> Iterator[tuple[str, str]]:
    names = {
        str(item.get("id")): _said(item.get("name"))
        for item in _listed(_part(subject, "achievement"), "resultDescription")
    }
    for result in _listed(subject, "result")[:_MOST_RESULTS]:
        yield names.get(str(result.get("resultDescription")), ""), _said(result.get("value"))


def _said(value: object) -> str:
    return printable(value) if isinstance(value, str) else ""


def _part(owner: Document, name: str) -> Document:
    part = owner.get(name)
    return part if isinstance(part, dict) else {}


def _listed(owner: Document, name: str) -> list[Document]:
    value = owner.get(name, [])
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _texts(value: object) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
