"""The parts of an Open Badges 3.0 credential: profiles, results, evidence.

Only terms that the two contexts define are used: whatever a context does not
know would not be signed. A part has an id where the standard gives it one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence

from sealmark.attest.credentials.annex import annex_digest, digest_multibase, named_by_digest
from sealmark.attest.credentials.checks import MOST_SITES_INSIDE
from sealmark.attest.credentials.statements import (
    CertificateStatement,
    Edition,
    Evidence,
    Grade,
    Holder,
    Issuer,
    Outcome,
    Person,
    Score,
    Wording,
)
from sealmark.core.canonical import Json, digest_json
from sealmark.core.numbers import plain

__all__ = [
    "achievement",
    "bullet_list",
    "certificate_narrative",
    "evidence",
    "first_issue",
    "organization_subject",
    "period",
    "person_subject",
    "profile",
    "related_files",
    "results",
]

_MARKDOWN = re.compile(r"([\\`*_\[\]<>#])")


def profile(issuer: Issuer) -> dict[str, Json]:
    """Return an issuer as Profile."""
    made: dict[str, Json] = {"id": issuer.id, "type": ["Profile"], "name": issuer.name}
    if issuer.url:
        made["url"] = issuer.url
    if issuer.country or issuer.address:
        made["address"] = _address(issuer.country, issuer.address)
    return made


def organization_subject(holder: Holder) -> dict[str, Json]:
    """Return an organization as the subject of an achievement; it is a Profile too, so that it has a name."""
    made: dict[str, Json] = {"id": holder.id, "type": ["AchievementSubject", "Profile"], "name": holder.name}
    if holder.country or holder.address or holder.city:
        made["address"] = _address(holder.country, holder.address, holder.city)
    if holder.register_number:
        entry: dict[str, Json] = {
            "type": "IdentifierEntry",
            "identifier": holder.register_number,
            "identifierType": "ext:registerNumber",
        }
        made["otherIdentifier"] = [entry]
    return made


def person_subject(person: Person) -> dict[str, Json]:
    """Return a person as the subject of an achievement, in clear or as ``sha256$`` of value and salt."""
    hashed = bool(person.salt)
    entry: dict[str, Json] = {
        "type": "IdentityObject",
        "hashed": hashed,
        "identityHash": _hashed(person) if hashed else person.value,
        "identityType": person.kind,
    }
    if hashed:
        entry["salt"] = person.salt
    made: dict[str, Json] = {"type": ["AchievementSubject"], "identifier": [entry]}
    return {"id": person.id, **made} if person.id else made


def achievement(kind: str, outcome: Outcome, *, language: str, wording: Wording) -> dict[str, Json]:
    """Return what was achieved: the edition with its criteria, digest and possible results."""
    edition = outcome.edition
    made: dict[str, Json] = {
        "id": edition.address,
        "type": ["Achievement"],
        "achievementType": kind,
        "name": edition.name,
        "description": edition.description,
        "criteria": {"id": f"{edition.address}#criteria", "narrative": edition.description},
        "alignment": [_alignment(edition)],
        "inLanguage": language,
    }
    described = [_score_description(edition, score) for score in outcome.scores]
    for grade in outcome.grades:
        described.append(_grade_description(edition, grade))
        if grade.probability is not None:
            described.append(_probability_description(edition, grade, wording))
    if described:
        made["resultDescription"] = [*described]
    return made


def results(outcome: Outcome) -> list[Json]:
    """Return the results reached, each pointing to its description in the achievement."""
    edition = outcome.edition
    made: list[Json] = [_result(_node(edition, "score", score.key), plain(score.value)) for score in outcome.scores]
    for grade in outcome.grades:
        node = _node(edition, "grade", grade.ladder)
        reached = _result(node, grade.labels[grade.position - 1])
        made.append({**reached, "achievedLevel": f"{node}-{grade.position}"})
        if grade.probability is not None:
            made.append(_result(f"{node}-probability", plain(grade.probability)))
    return made


def evidence(items: Sequence[Evidence]) -> list[Json]:
    """Return files as evidence, named by digest where they have no address."""
    return [_evidence(item) for item in items]


def related_files(statement: CertificateStatement) -> list[Json]:
    """Return the files published beside a certificate, by address and digest: annex of sites, endorsements."""
    made: list[Json] = []
    if statement.sites and statement.annex_address:
        made.append(_file(statement.annex_address, annex_digest(statement.sites), "application/json"))
    made.extend(_file(str(each["id"]), digest_json(each), "application/vc") for each in statement.endorsements)
    return made


def first_issue(edition: Edition, day: dt.date, wording: Wording) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the day of first issue as a result, with its description: the standard has no term for it."""
    node = f"{edition.address}#first-issued"
    described: dict[str, Json] = {
        "id": node,
        "type": ["ResultDescription"],
        "name": wording.first_issued,
        "resultType": "ext:Date",
    }
    return described, _result(node, day.isoformat())


def period(outcome: Outcome) -> dict[str, Json]:
    """Return the days that the evidence covers."""
    made: dict[str, Json] = {}
    if outcome.evidence_from:
        made["activityStartDate"] = _day(outcome.evidence_from)
    if outcome.evidence_until:
        made["activityEndDate"] = _day(outcome.evidence_until)
    return made


def certificate_narrative(statement: CertificateStatement) -> str:
    """Return scope, sites and conditions as Markdown, for wallets to show."""
    wording = statement.issuance.wording
    sections = [f"**{_escaped(wording.scope)}**\n\n{_escaped(statement.scope)}"]
    if statement.sites:
        shown = [
            " · ".join(part for part in (site.code, site.name, site.place) if part)
            for site in statement.sites[:MOST_SITES_INSIDE]
        ]
        if len(statement.sites) > MOST_SITES_INSIDE:
            shown.append(wording.more_sites)
        sections.append(f"**{_escaped(wording.sites)}**\n\n{bullet_list(shown)}")
    if statement.conditions:
        sections.append(f"**{_escaped(wording.conditions)}**\n\n{bullet_list(statement.conditions)}")
    return "\n\n".join(sections)


def bullet_list(lines: Sequence[str]) -> str:
    """Return lines as a Markdown list; what the lines contain stays text."""
    return "\n".join(f"- {_escaped(line)}" for line in lines)


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _file(address: str, digest: str, media_type: str) -> Json:
    return {"id": address, "digestMultibase": digest_multibase(digest), "mediaType": media_type}


def _address(country: str, street: str = "", city: str = "") -> dict[str, Json]:
    lines = {"streetAddress": street, "addressLocality": city, "addressCountryCode": country}
    return {"type": ["Address"], **{term: text for term, text in lines.items() if text}}


def _hashed(person: Person) -> str:
    return "sha256$" + hashlib.sha256((person.value + person.salt).encode()).hexdigest()


def _day(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _node(edition: Edition, kind: str, key: str) -> str:
    return f"{edition.address}#{kind}-{key}"


def _alignment(edition: Edition) -> dict[str, Json]:
    return {
        "type": ["Alignment"],
        "targetName": edition.name,
        "targetFramework": edition.scheme,
        "targetCode": edition.code,
        "targetUrl": edition.address,
        "digestMultibase": digest_multibase(edition.digest),
    }


def _score_description(edition: Edition, score: Score) -> Json:
    return {
        "id": _node(edition, "score", score.key),
        "type": ["ResultDescription"],
        "name": score.name,
        "resultType": "ScaledScore",
        "valueMin": plain(score.lowest),
        "valueMax": plain(score.highest),
    }


def _grade_description(edition: Edition, grade: Grade) -> Json:
    node = _node(edition, "grade", grade.ladder)
    levels: list[Json] = [
        {"id": f"{node}-{place}", "type": ["RubricCriterionLevel"], "name": label, "level": str(place)}
        for place, label in enumerate(grade.labels, start=1)
    ]
    return {
        "id": node,
        "type": ["ResultDescription"],
        "name": grade.name,
        "resultType": "RubricCriterionLevel",
        "rubricCriterionLevel": levels,
    }


def _probability_description(edition: Edition, grade: Grade, wording: Wording) -> Json:
    return {
        "id": _node(edition, "grade", grade.ladder) + "-probability",
        "type": ["ResultDescription"],
        "name": f"{wording.probability}: {grade.name}",
        "resultType": "ext:Probability",
        "valueMin": "0",
        "valueMax": "1",
    }


def _result(description: str, value: str) -> dict[str, Json]:
    return {"type": ["Result"], "resultDescription": description, "value": value}


def _evidence(item: Evidence) -> Json:
    made: dict[str, Json] = {
        "id": item.address or named_by_digest(item.digest),
        "type": ["Evidence"],
        "name": item.name,
        "genre": item.kind,
        "digestMultibase": digest_multibase(item.digest),
    }
    if item.media_type:
        made["mediaType"] = item.media_type
    return made
