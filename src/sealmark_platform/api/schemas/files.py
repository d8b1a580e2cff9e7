"""Files with what belongs to them."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from ninja import Schema

__all__ = [
    "Agreement", "Certificate", "CertificateEvent", "CertificateRow", "DecisionMade", "Evaluation", "EvaluationRow",
    "FaultOfRun", "File", "FileRow", "Finding", "FindingRow", "Objection", "ObjectionRow", "PlannedSite", "Record",
    "Run", "Seat", "Upload",
]  # fmt: skip


class FileRow(Schema):
    """One certification file in short."""

    id: uuid.UUID
    number: str
    status: str
    revision: int
    body: uuid.UUID
    organization: uuid.UUID
    organization_name: str
    edition: str
    language: str
    opened_at: dt.datetime
    submitted_at: dt.datetime | None


class Upload(Schema):
    """A document or a file of evidence."""

    id: str
    kind: str
    name: str
    media_type: str
    size: int
    digest: str
    added_at: dt.datetime


class Agreement(Schema):
    """The agreement of a file."""

    text: str
    digest: str
    offered_on: dt.date
    signed_on: dt.date | None


class File(FileRow):
    """One certification file."""

    scope: str
    answers: dict[str, Any]
    prerequisites_shown: list[str]
    documents: list[Upload]
    documents_missing: list[str]
    agreement: Agreement | None
    certificate: uuid.UUID | None
    acts: list[str]


class EvaluationRow(Schema):
    """One evaluation in short."""

    id: uuid.UUID
    file: uuid.UUID
    file_number: str
    number: int
    kind: str
    status: str
    revision: int
    opened_on: dt.date
    due_on: dt.date | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    days: Decimal | None
    grade: str
    is_certifiable: bool | None
    result_digest: str


class Seat(Schema):
    """Whom an evaluation was given to."""

    person: uuid.UUID
    name: str
    side: str
    is_lead: bool
    has_stepped_aside: bool


class PlannedSite(Schema):
    """A site of the plan."""

    site: uuid.UUID
    code: str
    why: str
    excluded: str


class DecisionMade(Schema):
    """A decision."""

    id: int
    outcome: str
    grade: str
    reason: str
    decided_on: dt.date
    decided_by: uuid.UUID


class FaultOfRun(Schema):
    """What refused an evaluation of the evidence."""

    code: str
    what: str
    where: str
    fix: str


class Run(Schema):
    """The newest evaluation of the evidence that was asked for: queued, running, done or refused."""

    status: str
    asked_at: dt.datetime
    ended_at: dt.datetime | None
    problems: list[FaultOfRun]


class Evaluation(EvaluationRow):
    """One evaluation."""

    purpose: str
    seed: int | None
    recommendation: str
    review: str
    seats: list[Seat]
    sites: list[PlannedSite]
    evidence: list[Upload]
    decisions: list[DecisionMade]
    run: Run | None
    acts: list[str]


class FindingRow(Schema):
    """One finding in short."""

    id: uuid.UUID
    file: uuid.UUID
    evaluation: uuid.UUID
    number: int
    grade: str
    status: str
    revision: int
    is_owed: bool
    blocks: bool
    requirement: str
    site: uuid.UUID | None
    statement: str
    told_on: dt.date
    plan_until: dt.date | None
    correction_until: dt.date | None
    verified_until: dt.date | None


class Finding(FindingRow):
    """One finding with its answer."""

    correction: str
    cause: str
    corrective_action: str
    verification: str
    acts: list[str]


class CertificateRow(Schema):
    """One certificate in short."""

    id: uuid.UUID
    file: uuid.UUID
    number: str
    status: str
    revision: int
    organization: uuid.UUID
    organization_name: str
    edition: str
    grade: str
    first_issued_on: dt.date
    valid_from: dt.date
    valid_until: dt.date
    suspended_until: dt.date | None


class CertificateEvent(Schema):
    """One line of its history."""

    on: dt.date
    what: str
    status: str
    grade: str


class Certificate(CertificateRow):
    """One certificate."""

    scope: str
    sites: list[Any]
    conditions: list[Any]
    suspended_on: dt.date | None
    suspension_trigger: str
    way_back: str
    history: list[CertificateEvent]
    acts: list[str]


class ObjectionRow(Schema):
    """One complaint or appeal in short."""

    id: uuid.UUID
    file: uuid.UUID
    kind: str
    status: str
    revision: int
    against: int | None
    filed_by: uuid.UUID
    filed_on: dt.date
    decide_until: dt.date | None
    is_upheld: bool | None


class Objection(ObjectionRow):
    """One complaint or appeal."""

    statement: str
    answer: str
    acts: list[str]


class Record(Schema):
    """One entry of the trail: its leaf and chain prove it against a signed checkpoint."""

    number: int
    kind: str
    at: dt.datetime
    actor: str
    subject: str
    leaf: str
    chain: str
