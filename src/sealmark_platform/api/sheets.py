"""Single things as the interface answers them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sealmark_platform.casework.models import (
    Certificate,
    CertificationFile,
    Document,
    Evaluation,
    Evidence,
    Finding,
    Objection,
)
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.casework.performing import open_acts
from sealmark_platform.casework.queries.access import told_evaluations, visible_evidence
from sealmark_platform.casework.queries.applications import missing_parts
from sealmark_platform.parties.models import Person

__all__ = [
    "certificate_sheet", "document_sheet", "evaluation_sheet", "evidence_sheet", "file_sheet", "finding_sheet",
    "history_of", "objection_sheet",
]  # fmt: skip


def _columns(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _acts(subject: Stateful, person: Person, on: dt.date) -> list[str]:
    return [act.id for act in open_acts(subject, person, on)]


def document_sheet(one: Document) -> dict[str, Any]:
    """Return a document of an application."""
    return {"id": str(one.pk), **_columns(one, "kind", "name", "media_type", "size", "digest", "added_at")}


def evidence_sheet(one: Evidence) -> dict[str, Any]:
    """Return a file of evidence."""
    kind = "case-folder" if one.is_case_folder else "file"
    return {"id": str(one.pk), "kind": kind, **_columns(one, "name", "media_type", "size", "digest", "added_at")}


def file_sheet(file: CertificationFile, person: Person, on: dt.date) -> dict[str, Any]:
    """Return one file."""
    agreement = getattr(file, "agreement", None)
    certificate = Certificate.objects.filter(file=file).values_list("pk", flat=True).first()
    return {
        **_columns(
            file, "id", "number", "status", "revision", "language", "opened_at", "submitted_at", "scope", "answers",
            "prerequisites_shown",
        ),
        "body": file.body_id, "organization": file.organization_id, "organization_name": file.organization.name,
        "edition": file.edition.edition, "documents": [document_sheet(one) for one in file.documents.order_by("pk")],
        "documents_missing": list(missing_parts(file)), "certificate": certificate, "acts": _acts(file, person, on),
        "agreement": agreement and _columns(agreement, "text", "digest", "offered_on", "signed_on"),
    }  # fmt: skip


def evaluation_sheet(one: Evaluation, person: Person, on: dt.date) -> dict[str, Any]:
    """Return one evaluation; before the decision a client is told nothing of result, recommendation and review."""
    is_told = told_evaluations(person, on).filter(pk=one.pk).exists()
    told = _columns(one, "grade", "is_certifiable", "result_digest", "recommendation", "review")
    seats = one.participations.select_related("person").order_by("pk")
    sites = one.planned_sites.select_related("site").order_by("site__code")
    return {
        **_columns(
            one, "id", "number", "kind", "status", "revision", "opened_on", "due_on", "starts_on", "ends_on", "days",
            "purpose", "seed",
        ),
        **(told if is_told else {name: None if name == "is_certifiable" else "" for name in told}),
        "file": one.file_id, "file_number": one.file.number,
        "seats": [
            {"person": seat.person_id, "name": seat.person.name, "side": seat.side, "is_lead": seat.is_lead,
             "has_stepped_aside": bool(seat.stepped_aside)} for seat in seats
        ],
        "sites": [
            {"site": planned.site_id, "code": planned.site.code, **_columns(planned, "why", "excluded")}
            for planned in sites
        ],
        "evidence": [
            evidence_sheet(item) for item in visible_evidence(person, on).filter(evaluation=one).order_by("added_at")
        ],
        "decisions": [
            {"decided_by": item.decided_by_id, **_columns(item, "id", "outcome", "grade", "reason", "decided_on")}
            for item in one.decisions.order_by("pk")
        ],
        "run": _run(one) if is_told else None, "acts": _acts(one, person, on),
    }  # fmt: skip


def _run(one: Evaluation) -> dict[str, Any] | None:
    newest = one.runs.order_by("-asked_at").first()
    return None if newest is None else _columns(newest, "status", "asked_at", "ended_at", "problems")


def finding_sheet(one: Finding, person: Person, on: dt.date) -> dict[str, Any]:
    """Return one finding."""
    return {
        **_columns(
            one, "id", "number", "grade", "status", "revision", "is_owed", "blocks", "requirement", "statement",
            "told_on", "plan_until", "correction_until", "verified_until", "correction", "cause", "corrective_action",
            "verification",
        ),
        "file": one.evaluation.file_id, "evaluation": one.evaluation_id, "site": one.site_id,
        "acts": _acts(one, person, on),
    }  # fmt: skip


def history_of(one: Certificate) -> list[dict[str, Any]]:
    """Return the public history of a certificate, the newest first."""
    return [_columns(event, "on", "what", "status", "grade") for event in one.events.order_by("-on", "-pk")]


def certificate_sheet(one: Certificate, person: Person, on: dt.date) -> dict[str, Any]:
    """Return one certificate."""
    return {
        **_columns(
            one, "id", "number", "status", "revision", "grade", "first_issued_on", "valid_from", "valid_until",
            "suspended_until", "scope", "sites", "conditions", "suspended_on", "suspension_trigger", "way_back",
        ),
        "file": one.file_id, "organization": one.file.organization_id,
        "organization_name": one.file.organization.name, "edition": one.granted_by.edition,
        "history": history_of(one), "acts": _acts(one, person, on),
    }  # fmt: skip


def objection_sheet(one: Objection, person: Person, on: dt.date) -> dict[str, Any]:
    """Return one complaint or appeal."""
    return {
        **_columns(
            one, "id", "kind", "status", "revision", "filed_on", "decide_until", "is_upheld", "statement", "answer"
        ),
        "file": one.file_id, "against": one.against_id, "filed_by": one.filed_by_id, "acts": _acts(one, person, on),
    }  # fmt: skip
