"""What a signed credential says, read for the document that shows it: nothing comes from anywhere else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sealmark.attest.moments import read_moment
from sealmark.attest.statuslists import places_of, status_of
from sealmark.core.errors import Problem, SealmarkError
from sealmark.reports.certificates.narrative import Part, read_parts

__all__ = ["CertificateFacts", "Kind", "Party", "Reached", "Scored", "read_facts"]

Kind = Literal["organization", "person", "award"]
_KINDS: Mapping[str, Kind] = {
    "QualityAssuranceCredential": "organization",
    "Certification": "person",
    "Award": "award",
}


@dataclass(frozen=True, slots=True)
class Party:
    """The holder or the body."""

    name: str
    street: str = ""
    city: str = ""
    country: str = ""
    register_number: str = ""
    id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """A grade with its ladder, the lowest first; ``position`` counts from one."""

    ladder: str
    label: str
    labels: tuple[str, ...]
    position: int
    probability: Decimal | None


@dataclass(frozen=True, slots=True)
class Scored:
    """A score on its scale."""

    name: str
    value: Decimal
    lowest: Decimal
    highest: Decimal


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate as its credential has it.

    Attributes:
        language: Of the texts in the credential.
        digest: Of the edition, as the credential writes it.
        parts: Sites and conditions under the headings of the credential, as far as it lists them.
        annex: Digest of the file of sites, if it is published beside the certificate.
        held: ``suspension`` or ``revocation`` when the bundle's own status lists say so.
        made: When the credential was signed, or since when it is valid.
    """

    kind: Kind
    language: str
    number: str
    holder: Party
    body: Party
    scheme: str
    edition: str
    code: str
    digest: str
    scope: str
    parts: tuple[Part, ...]
    grades: tuple[Reached, ...]
    scores: tuple[Scored, ...]
    first_issued: dt.date | None
    decided: dt.date | None
    valid_from: dt.date
    valid_until: dt.date | None
    address: str
    annex: str
    held: str
    made: dt.datetime


def read_facts(bundle: Mapping[str, Any]) -> CertificateFacts:
    """Return what the credential of a bundle says.

    Args:
        bundle: The content of certificate.json.

    Raises:
        SealmarkError: SM790, it is no bundle, or its credential lacks what a certificate has.
    """
    credential = bundle.get("credential")
    if bundle.get("format") != "sealmark-bundle/1" or not isinstance(credential, Mapping):
        raise _unreadable("This is no bundle of a certificate (sealmark-bundle/1).")
    if not credential.get("proof"):
        raise _unreadable("The credential is not signed.")
    try:
        return _facts(credential, _held(bundle, credential))
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, InvalidOperation) as error:
        raise _unreadable(f"The credential is no certificate: {type(error).__name__} {error}.") from error


def _facts(credential: Mapping[str, Any], held: str) -> CertificateFacts:
    subject = credential["credentialSubject"]
    achievement = subject["achievement"]
    aligned = next(_items(achievement.get("alignment")), {})
    results = _Results(achievement, subject)
    scope = credential["description"]
    valid_from = _moment(credential["validFrom"])
    return CertificateFacts(
        kind=_KINDS[achievement["achievementType"]],
        language=achievement.get("inLanguage", "en"),
        number=subject.get("licenseNumber", credential["id"]),
        holder=_party(subject),
        body=_party(credential["issuer"]),
        scheme=aligned.get("targetFramework", ""),
        edition=achievement["name"],
        code=aligned.get("targetCode", ""),
        digest=aligned.get("digestMultibase", ""),
        scope=scope,
        parts=tuple(read_parts(subject.get("narrative", ""), scope)),
        grades=tuple(results.grades()),
        scores=tuple(results.scores()),
        first_issued=results.first_issued(),
        decided=_moment(credential["awardedDate"]).date() if "awardedDate" in credential else None,
        valid_from=valid_from.date(),
        valid_until=_moment(credential["validUntil"]).date() if "validUntil" in credential else None,
        address=credential.get("url", ""),
        annex=_annex(credential),
        held=held,
        made=_made(credential) or valid_from,
    )


class _Results:
    """The results of a credential, each beside its description."""

    def __init__(self, achievement: Mapping[str, Any], subject: Mapping[str, Any]) -> None:
        self._values = {item["resultDescription"]: item["value"] for item in _items(subject.get("result"))}
        self._described = [item for item in _items(achievement.get("resultDescription")) if item["id"] in self._values]

    def grades(self) -> Iterator[Reached]:
        for item in self._of("RubricCriterionLevel"):
            levels = sorted(item["rubricCriterionLevel"], key=lambda level: int(level["level"]))
            labels = tuple(level["name"] for level in levels)
            label = self._values[item["id"]]
            sure = self._values.get(f"{item['id']}-probability")
            yield Reached(item["name"], label, labels, labels.index(label) + 1, None if sure is None else Decimal(sure))

    def scores(self) -> Iterator[Scored]:
        for item in self._of("ScaledScore"):
            value, lowest, highest = self._values[item["id"]], item["valueMin"], item["valueMax"]
            yield Scored(item["name"], Decimal(value), Decimal(lowest), Decimal(highest))

    def first_issued(self) -> dt.date | None:
        days = [self._values[item["id"]] for item in self._of("ext:Date") if item["id"].endswith("#first-issued")]
        return dt.date.fromisoformat(days[0]) if days else None

    def _of(self, kind: str) -> Iterator[Mapping[str, Any]]:
        return (item for item in self._described if item["resultType"] == kind)


def _party(profile: Mapping[str, Any]) -> Party:
    address = profile.get("address", {})
    others = list(_items(profile.get("otherIdentifier")))
    return Party(
        name=profile["name"] if "name" in profile else _person(profile),
        street=address.get("streetAddress", ""),
        city=address.get("addressLocality", ""),
        country=address.get("addressCountryCode", ""),
        register_number=others[0]["identifier"] if others else "",
        id=profile.get("id", ""),
        url=profile.get("url", ""),
    )


def _person(subject: Mapping[str, Any]) -> str:
    """Return who a person is; a hash cannot be shown."""
    identity = next(_items(subject["identifier"]))
    if identity["hashed"]:
        raise _unreadable("The credential names the person by a hash only; a document needs the name.")
    return str(identity["identityHash"])


def _annex(credential: Mapping[str, Any]) -> str:
    files = [item["digestMultibase"] for item in _items(credential.get("relatedResource"))
             if item.get("mediaType") == "application/json"]  # fmt: skip
    return str(files[0]) if files else ""


def _held(bundle: Mapping[str, Any], credential: Mapping[str, Any]) -> str:
    """Return what the status lists in the bundle say: they were current when it was made."""
    lists = {item.get("id"): item for item in _items(bundle.get("status"))}
    held = set()
    for place in places_of(credential):
        listing = lists.get(place.address)
        if listing is None:
            continue
        at = read_moment(listing.get("validFrom")) or _moment(credential["validFrom"])
        if status_of(place, listing, issuer=credential["issuer"]["id"], at=at):
            held.add(place.purpose)
    return "revocation" if "revocation" in held else "suspension" if held else ""


def _made(credential: Mapping[str, Any]) -> dt.datetime | None:
    moments = (read_moment(proof.get("created")) for proof in _items(credential["proof"]))
    return next((moment for moment in moments if moment), None)


def _moment(text: object) -> dt.datetime:
    moment = read_moment(text)
    if moment is None:
        raise ValueError(f"{str(text)[:40]!r} is no point of time")
    return moment


def _items(value: object) -> Iterator[Mapping[str, Any]]:
    """Return what stands in a term that holds one thing or a list of them."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from value
    elif isinstance(value, Mapping):
        yield value


def _unreadable(what: str) -> SealmarkError:
    fix = "Give the file certificate.json of a certificate, as the register serves it."
    return SealmarkError(Problem("SM790", what, "certificate.json", fix))
