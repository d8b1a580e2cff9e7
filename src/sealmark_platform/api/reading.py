"""Everything that can be read of certification files: lists with filters, and single things."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from sealmark.certify import (
    ApplicationStatus,
    CertificateStatus,
    EvaluationKind,
    EvaluationStatus,
    FindingStatus,
    ObjectionStatus,
)
from sealmark_platform.api import schemas, sheets
from sealmark_platform.api.identity import READING, person_of
from sealmark_platform.api.listing import Asked, Listing, Page, choice, filtered, listed, require_word
from sealmark_platform.casework.actions.finding import NOTES
from sealmark_platform.casework.models import Certificate, CertificationFile, Evaluation, Finding, Objection
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.casework.queries.access import fetch_result, fetch_subject, told_evaluations, visible_files
from sealmark_platform.catalogue.queries import words_of_editions
from sealmark_platform.records.queries import entries_of_file

__all__ = ["router"]

router = Router(auth=READING)
_Subject = TypeVar("_Subject", bound=Stateful)

_FILES = Listing(
    "files", schemas.FileRow, ("-number", "id"),
    {"body": "body_id", "organization": "organization_id", "organization_name": "organization__name",
     "edition": "edition__edition"},
)  # fmt: skip
_EVALUATIONS = Listing(
    "evaluations",
    schemas.EvaluationRow,
    ("-opened_on", "id"),
    {
        "file": "file_id",
        "file_number": "file__number",
        "grade": "told_grade",
        "is_certifiable": "told_certifiable",
        "result_digest": "told_digest",
    },
)
_FINDINGS = Listing(
    "findings", schemas.FindingRow, ("-told_on", "id"),
    {"file": "evaluation__file_id", "evaluation": "evaluation_id", "site": "site_id"},
)  # fmt: skip
_CERTIFICATES = Listing(
    "certificates", schemas.CertificateRow, ("-number",),
    {"file": "file_id", "organization": "file__organization_id", "organization_name": "file__organization__name",
     "edition": "edition__edition"},
)  # fmt: skip
_OBJECTIONS = Listing(
    "objections", schemas.ObjectionRow, ("-filed_on", "id"),
    {"file": "file_id", "against": "against_id", "filed_by": "filed_by_id"},
)  # fmt: skip
_RECORDS = Listing("records", schemas.Record, ("number",))


class _AskedFiles(Asked):
    number: str = ""
    organization_name: str = ""
    status: str = choice(ApplicationStatus)
    body: uuid.UUID | None = None
    organization: uuid.UUID | None = None
    edition: str = ""


class _AskedOfFile(Asked):
    file: uuid.UUID | None = None


class _AskedEvaluations(_AskedOfFile):
    status: str = choice(EvaluationStatus)
    kind: str = choice(EvaluationKind)


class _AskedFindings(_AskedOfFile):
    status: str = choice(FindingStatus)
    evaluation: uuid.UUID | None = None
    grade: str = ""


class _AskedObjections(_AskedOfFile):
    status: str = choice(ObjectionStatus)


class _AskedCertificates(_AskedOfFile):
    status: str = choice(CertificateStatus)
    number: str = ""
    organization: uuid.UUID | None = None


def _mine(request: HttpRequest) -> QuerySet[CertificationFile, Any]:
    return visible_files(person_of(request), timezone.now().date()).values("pk")


def _one(request: HttpRequest, kind: type[_Subject], pk: uuid.UUID) -> _Subject:
    return fetch_subject(person_of(request), kind, pk, timezone.now().date())


@router.get("/files", response=Page[schemas.FileRow], tags=["files"], operation_id="list_files")
def list_files(request: HttpRequest, asked: Query[_AskedFiles]) -> Any:
    """The files the reader may see, the newest number first."""
    paths = {"number": "number", "organization_name": "organization__name__icontains", "status": "status",
             "body": "body_id", "organization": "organization_id", "edition": "edition__edition"}  # fmt: skip
    seen = CertificationFile.objects.filter(pk__in=_mine(request))
    return listed(_FILES, filtered(request, seen, asked, paths), asked)


@router.get("/files/{uuid:pk}", response=schemas.File, tags=["files"], operation_id="get_file")
def get_file(request: HttpRequest, pk: uuid.UUID) -> Any:
    """One file, with the acts that the reader could try now."""
    return sheets.file_sheet(_one(request, CertificationFile, pk), person_of(request), timezone.now().date())


@router.get("/files/{uuid:pk}/records", response=Page[schemas.Record], tags=["files"], operation_id="list_records")
def list_records(request: HttpRequest, pk: uuid.UUID, asked: Query[Asked]) -> Any:
    """The entries of a file in the trail, the oldest first."""
    found = entries_of_file(str(_one(request, CertificationFile, pk).pk))
    return listed(_RECORDS, filtered(request, found, asked, {}), asked)


@router.get("/evaluations", response=Page[schemas.EvaluationRow], tags=["evaluations"], operation_id="list_evaluations")
def list_evaluations(request: HttpRequest, asked: Query[_AskedEvaluations]) -> Any:
    """Evaluations, the newest first."""
    told = told_evaluations(person_of(request), timezone.now().date()).filter(pk=OuterRef("pk"))
    seen = Evaluation.objects.filter(file__in=_mine(request)).annotate(
        told_grade=Case(When(Exists(told), then="grade"), default=Value("")),
        told_certifiable=Case(When(Exists(told), then="is_certifiable"), default=None),
        told_digest=Case(When(Exists(told), then="result_digest"), default=Value("")),
    )
    paths = {"file": "file_id", "status": "status", "kind": "kind"}
    return listed(_EVALUATIONS, filtered(request, seen, asked, paths), asked)


@router.get("/evaluations/{uuid:pk}", response=schemas.Evaluation, tags=["evaluations"], operation_id="get_evaluation")
def get_evaluation(request: HttpRequest, pk: uuid.UUID) -> Any:
    """One evaluation: people, plan, evidence, decisions, and the acts that the reader could try now."""
    return sheets.evaluation_sheet(_one(request, Evaluation, pk), person_of(request), timezone.now().date())


@router.get("/evaluations/{uuid:pk}/result", response=dict[str, Any], tags=["evaluations"], operation_id="get_result")
def get_result(request: HttpRequest, pk: uuid.UUID) -> Any:
    """The frozen result: evaluation.json as the library sealed it."""
    return fetch_result(person_of(request), pk, timezone.now().date())[1]


@router.get("/findings", response=Page[schemas.FindingRow], tags=["findings"], operation_id="list_findings")
def list_findings(request: HttpRequest, asked: Query[_AskedFindings]) -> Any:
    """Findings, the newest first."""
    seen = Finding.objects.filter(evaluation__file__in=_mine(request))
    paths = {"file": "evaluation__file_id", "evaluation": "evaluation_id", "status": "status", "grade": "grade"}
    classes = words_of_editions(lambda one: (grade.id for grade in one.procedure.finding_grades))
    require_word("grade", asked.grade, dict.fromkeys([*classes, *NOTES]))
    return listed(_FINDINGS, filtered(request, seen, asked, paths), asked)


@router.get("/findings/{uuid:pk}", response=schemas.Finding, tags=["findings"], operation_id="get_finding")
def get_finding(request: HttpRequest, pk: uuid.UUID) -> Any:
    """One finding with its answer, and the acts that the reader could try now."""
    return sheets.finding_sheet(_one(request, Finding, pk), person_of(request), timezone.now().date())


@router.get(
    "/certificates", response=Page[schemas.CertificateRow], tags=["certificates"], operation_id="list_certificates"
)
def list_certificates(request: HttpRequest, asked: Query[_AskedCertificates]) -> Any:
    """Certificates of the reader's files, the newest number first."""
    seen = Certificate.objects.filter(file__in=_mine(request))
    paths = {"file": "file_id", "status": "status", "number": "number", "organization": "file__organization_id"}
    return listed(_CERTIFICATES, filtered(request, seen, asked, paths), asked)


@router.get(
    "/certificates/{uuid:pk}", response=schemas.Certificate, tags=["certificates"], operation_id="get_certificate"
)
def get_certificate(request: HttpRequest, pk: uuid.UUID) -> Any:
    """One certificate with its history, and the acts that the reader could try now."""
    return sheets.certificate_sheet(_one(request, Certificate, pk), person_of(request), timezone.now().date())


@router.get("/objections", response=Page[schemas.ObjectionRow], tags=["objections"], operation_id="list_objections")
def list_objections(request: HttpRequest, asked: Query[_AskedObjections]) -> Any:
    """Complaints and appeals, the newest first."""
    seen = Objection.objects.filter(file__in=_mine(request))
    return listed(_OBJECTIONS, filtered(request, seen, asked, {"file": "file_id", "status": "status"}), asked)


@router.get("/objections/{uuid:pk}", response=schemas.Objection, tags=["objections"], operation_id="get_objection")
def get_objection(request: HttpRequest, pk: uuid.UUID) -> Any:
    """One complaint or appeal, and the acts that the reader could try now."""
    return sheets.objection_sheet(_one(request, Objection, pk), person_of(request), timezone.now().date())
