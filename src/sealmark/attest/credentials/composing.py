"""From a statement to the credential that says it, ready to be signed.

Certificates, personal certificates and awards are Open Badges 3.0 achievement
credentials (1EdTech, context 3.0.3) on the W3C Verifiable Credentials Data Model
2.0; an endorsement is its EndorsementCredential.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sealmark.attest.credentials import parts
from sealmark.attest.credentials.checks import (
    require_award,
    require_certificate,
    require_endorsement,
    require_person,
)
from sealmark.attest.credentials.statements import (
    AwardStatement,
    CertificateStatement,
    EndorsementStatement,
    Issuance,
    Outcome,
    Person,
    PersonStatement,
)
from sealmark.attest.moments import moment_text
from sealmark.core.canonical import Json

__all__ = ["CONTEXTS", "award_credential", "certificate_credential", "endorsement_credential", "person_credential"]

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)


def certificate_credential(statement: CertificateStatement) -> dict[str, Json]:
    """Return the credential of a certificate of an organization.

    Raises:
        SealmarkError: SM776, one problem for each part of the statement that is wrong.
    """
    require_certificate(statement)
    subject = parts.organization_subject(statement.holder)
    subject["licenseNumber"] = statement.number
    subject["narrative"] = parts.certificate_narrative(statement)
    made = _achieved("QualityAssuranceCredential", statement.issuance, outcome=statement.outcome, subject=subject)
    made["description"] = statement.scope
    if statement.first_issued is not None:
        _add_first_issue(made, statement, statement.first_issued)
    related = parts.related_files(statement)
    if related:
        made["relatedResource"] = related
    return made


def person_credential(statement: PersonStatement) -> dict[str, Json]:
    """Return the credential of a personal certificate.

    Raises:
        SealmarkError: SM776, one problem for each part of the statement that is wrong.
    """
    require_person(statement)
    subject = parts.person_subject(statement.person)
    subject["licenseNumber"] = statement.number
    if statement.conditions:
        subject["narrative"] = parts.bullet_list(statement.conditions)
    made = _achieved("Certification", statement.issuance, outcome=statement.outcome, subject=subject)
    made["description"] = statement.scope
    return made


def award_credential(statement: AwardStatement) -> dict[str, Json]:
    """Return the credential of an award, of a person or an organization.

    Raises:
        SealmarkError: SM776, one problem for each part of the statement that is wrong.
    """
    require_award(statement)
    recipient = statement.recipient
    subject = (
        parts.person_subject(recipient) if isinstance(recipient, Person) else parts.organization_subject(recipient)
    )
    made = _achieved("Award", statement.issuance, outcome=statement.outcome, subject=subject)
    made["description"] = statement.citation
    return made


def endorsement_credential(statement: EndorsementStatement) -> dict[str, Json]:
    """Return the credential by which somebody stands behind an issuer.

    Raises:
        SealmarkError: SM776, one problem for each part of the statement that is wrong.
    """
    require_endorsement(statement)
    made = _framed("EndorsementCredential", statement.name, statement.issuance)
    made["credentialSubject"] = {
        "id": statement.endorsed,
        "type": ["EndorsementSubject"],
        "endorsementComment": statement.comment,
    }
    return made


def _framed(kind: str, name: str, issuance: Issuance) -> dict[str, Json]:
    made: dict[str, Json] = {
        "@context": [*CONTEXTS],
        "id": issuance.id,
        "type": ["VerifiableCredential", kind],
        "name": name,
        "issuer": parts.profile(issuance.issuer),
        "validFrom": moment_text(issuance.valid_from),
    }
    if issuance.valid_until is not None:
        made["validUntil"] = moment_text(issuance.valid_until)
    if issuance.awarded is not None:
        made["awardedDate"] = moment_text(issuance.awarded)
    if issuance.register_address:
        made["url"] = issuance.register_address
    if issuance.status:
        made["credentialStatus"] = [place.entry() for place in issuance.status]
    return made


def _add_first_issue(made: dict[str, Any], statement: CertificateStatement, day: dt.date) -> None:
    described, told = parts.first_issue(statement.outcome.edition, day, statement.issuance.wording)
    subject = made["credentialSubject"]
    subject["achievement"].setdefault("resultDescription", []).append(described)
    subject.setdefault("result", []).append(told)


def _achieved(kind: str, issuance: Issuance, *, outcome: Outcome, subject: dict[str, Json]) -> dict[str, Json]:
    reached = ", ".join(grade.labels[grade.position - 1] for grade in outcome.grades)
    name = f"{outcome.edition.name}: {reached}" if reached else outcome.edition.name
    made = _framed("OpenBadgeCredential", name, issuance)
    achieved = parts.achievement(kind, outcome, language=issuance.language, wording=issuance.wording)
    results = parts.results(outcome)
    # Never an empty list: JSON-LD passes over it, so that it would not be signed.
    made["credentialSubject"] = {
        **subject,
        **parts.period(outcome),
        "achievement": achieved,
        **({"result": results} if results else {}),
    }
    if outcome.evidence:
        made["evidence"] = parts.evidence(outcome.evidence)
    return made
