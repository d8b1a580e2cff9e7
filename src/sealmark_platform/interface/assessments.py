"""Self-assessments: made by upload, read, erased. Only who speaks for the organization gets at them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from sealmark_platform.api.filling import KEY
from sealmark_platform.api.identity import ACTING, READING, person_of
from sealmark_platform.api.listing import Asked, Listing, Page, choice, filtered, listed
from sealmark_platform.api.problems import refuse
from sealmark_platform.api.replays import content_digest, once
from sealmark_platform.api.schemas.files import FaultOfRun
from sealmark_platform.casework.intake import LARGEST
from sealmark_platform.client_portal.assessing import assessments_of, offered_editions
from sealmark_platform.client_portal.assessment import begin_assessment, erase_assessment
from sealmark_platform.client_portal.models import SelfAssessment
from sealmark_platform.parties.models import Organization

__all__ = ["router"]

router = Router(auth=READING, tags=["self-assessments"])


class AssessmentRow(Schema):
    """One self-assessment in short. It is no certification result."""

    id: uuid.UUID
    organization: uuid.UUID
    organization_name: str
    edition: str
    made_at: dt.datetime
    name: str
    is_example: bool
    status: str
    grade: str


class Assessment(AssessmentRow):
    """One self-assessment with what refuses its case folder, if something does."""

    problems: list[FaultOfRun]


_ASSESSMENTS = Listing(
    "self-assessments", AssessmentRow, ("-made_at", "id"),
    {"organization": "organization_id", "organization_name": "organization__name", "edition": "edition__edition"},
)  # fmt: skip


class _AskedAssessments(Asked):
    organization: uuid.UUID | None = None
    status: str = choice(SelfAssessment.Status)


def _fetch(request: HttpRequest, pk: uuid.UUID) -> SelfAssessment:
    return get_object_or_404(assessments_of(person_of(request)), pk=pk)


def _sheet(one: SelfAssessment) -> Assessment:
    return Assessment(
        id=one.pk, organization=one.organization_id, organization_name=one.organization.name,
        edition=one.edition.edition, made_at=one.made_at, name=one.name, is_example=one.is_example, status=one.status,
        grade=one.grade, problems=[FaultOfRun(**problem) for problem in one.problems],
    )  # fmt: skip


@router.get("/self-assessments", response=Page[AssessmentRow], operation_id="list_assessments")
def list_assessments(request: HttpRequest, asked: Query[_AskedAssessments]) -> Any:
    """The self-assessments of the organizations the reader speaks for, the newest first."""
    paths = {"organization": "organization", "status": "status"}
    return listed(_ASSESSMENTS, filtered(request, assessments_of(person_of(request)), asked, paths), asked)


@router.post("/self-assessments", response={201: Assessment}, auth=ACTING, operation_id="begin_assessment")
def begin(
    request: HttpRequest, organization: Form[uuid.UUID], edition: Form[uuid.UUID], content: File[UploadedFile],
    key: str | None = KEY,
) -> Any:  # fmt: skip
    """Have a case folder (.zip) evaluated by an edition; it is done afterwards, and the status tells how far it is."""
    if (content.size or 0) > LARGEST:
        raise refuse("SM868", f"The file has {content.size:,} bytes.", fix=f"At most {LARGEST:,} bytes are taken.")

    def work() -> HttpResponse:
        person = person_of(request)
        mine = Organization.objects.filter(representations__person=person, pk=organization).first()
        chosen = offered_editions().filter(pk=edition).first()
        if mine is None or chosen is None:
            name = "organization" if mine is None else "edition"
            fix = f"GET /api/v1/{name}s lists them."
            raise refuse("SM863", f"There is no such {name} to assess.", fix=fix, where=f"body.{name}")
        made = begin_assessment(mine, chosen, content, by=person, at=timezone.now())
        answer = JsonResponse(_sheet(made).model_dump(mode="json"), status=201)
        answer["Location"] = reverse("api-v1:get_assessment", args=[made.pk])
        return answer

    return once(request, [str(organization), str(edition), content.name, content_digest(content)], work)


@router.get("/self-assessments/{uuid:pk}", response=Assessment, operation_id="get_assessment")
def get_assessment(request: HttpRequest, pk: uuid.UUID) -> Any:
    """One self-assessment."""
    return _sheet(_fetch(request, pk))


@router.get("/self-assessments/{uuid:pk}/result", response=dict[str, Any], operation_id="get_assessment_result")
def get_assessment_result(request: HttpRequest, pk: uuid.UUID) -> Any:
    """The sealed result; it says itself that it is a self-assessment."""
    found = _fetch(request, pk).result
    if found is None:
        raise Http404
    return found


@router.delete("/self-assessments/{uuid:pk}", response={204: None}, auth=ACTING, operation_id="erase_assessment")
def erase(request: HttpRequest, pk: uuid.UUID) -> Any:
    """Erase a self-assessment with its file."""
    erase_assessment(_fetch(request, pk), by=person_of(request), at=timezone.now())
    return HttpResponse(status=204)
