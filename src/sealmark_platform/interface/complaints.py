"""Complaints from people without an account: listed, filed with a file, answered, and who wrote them erased."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from sealmark_platform.administration.access import desk_for
from sealmark_platform.api.filling import KEY, require_text
from sealmark_platform.api.identity import ACTING, READING, person_of
from sealmark_platform.api.listing import Asked, Listing, Page, choice, filtered, listed
from sealmark_platform.api.problems import refuse
from sealmark_platform.api.replays import once
from sealmark_platform.casework.queries.desks import functions_of
from sealmark_platform.register.complaints import answer_out_of_scope, erase_complainant, file_complaint
from sealmark_platform.register.inbox import READERS, fetch_complaint, files_offered
from sealmark_platform.register.letters import send_letters
from sealmark_platform.register.models import Complainant, OutsideComplaint

__all__ = ["router"]

router = Router(auth=READING, tags=["complaints"])


class ComplaintRow(Schema):
    """One complaint from outside in short; it holds nothing personal."""

    id: uuid.UUID
    reference: str
    status: str
    revision: int
    received_at: dt.datetime
    certificate: uuid.UUID | None
    certificate_number: str | None
    organization_name: str | None
    objection: uuid.UUID | None
    answer: str
    answered_at: dt.datetime | None


class Writer(Schema):
    """Who complained and in which words."""

    name: str
    email: str
    statement: str
    language: str


class Complaint(ComplaintRow):
    """One complaint from outside; writer null: erased."""

    body: uuid.UUID
    writer: Writer | None


class FileIt(Schema):
    """With which file, in words that need not name who complained."""

    revision: int = Field(ge=0, le=2**31 - 1)
    file: uuid.UUID
    statement: str = Field(min_length=1, max_length=10_000)


class AnswerIt(Schema):
    """Why the body cannot decide on it; who complained reads it."""

    revision: int = Field(ge=0, le=2**31 - 1)
    reason: str = Field(min_length=1, max_length=10_000)


_COMPLAINTS = Listing(
    "outside-complaints", ComplaintRow, ("-received_at", "id"),
    {"certificate": "certificate_id", "certificate_number": "certificate__number",
     "organization_name": "certificate__file__organization__name", "objection": "objection_id"},
)  # fmt: skip


class _AskedComplaints(Asked):
    status: str = choice(OutsideComplaint.Status)
    reference: str = ""


@router.get(
    "/bodies/{slug:code}/outside-complaints", response=Page[ComplaintRow], operation_id="list_outside_complaints"
)
def list_outside_complaints(request: HttpRequest, code: str, asked: Query[_AskedComplaints]) -> Any:
    """What people without an account complained about, the newest first."""
    desk = desk_for(person_of(request), code, READERS)
    paths = {"status": "status", "reference": "reference__iexact"}
    return listed(_COMPLAINTS, filtered(request, OutsideComplaint.objects.filter(body=desk.body), asked, paths), asked)


def _sheet(one: OutsideComplaint) -> Complaint:
    writer = Complainant.objects.filter(complaint=one).first()
    held = one.certificate
    return Complaint(
        id=one.pk, reference=one.reference, status=one.status, revision=one.revision, received_at=one.received_at,
        certificate=None if held is None else held.pk, certificate_number=None if held is None else held.number,
        organization_name=None if held is None else held.file.organization.name,
        objection=None if one.objection is None else one.objection.pk, answer=one.answer, answered_at=one.answered_at,
        body=one.body_id,
        writer=None if writer is None else Writer(
            name=writer.name, email=writer.email, statement=writer.statement, language=writer.language
        ),
    )  # fmt: skip


@router.get("/outside-complaints/{uuid:pk}", response=Complaint, operation_id="get_outside_complaint")
def get_outside_complaint(request: HttpRequest, pk: uuid.UUID) -> Any:
    """One complaint from outside with who wrote it, as long as that is kept."""
    return _sheet(fetch_complaint(person_of(request), pk))


def _done(request: HttpRequest, pk: uuid.UUID, act: Callable[[OutsideComplaint, dt.datetime], object]) -> HttpResponse:
    """Answer what an act of a coordinator left behind, and send what it wrote.

    Raises:
        PermissionDenied: Who acts is no coordinator of the body.
    """
    person, at = person_of(request), timezone.now()
    found = fetch_complaint(person, pk)
    if (found.body_id, "coordinator") not in functions_of(person):
        raise PermissionDenied
    act(found, at)
    transaction.on_commit(lambda: send_letters(at))
    return JsonResponse(_sheet(fetch_complaint(person, pk)).model_dump(mode="json"))


@router.post("/outside-complaints/{uuid:pk}/file", response=Complaint, auth=ACTING, operation_id="file_complaint")
def file(request: HttpRequest, pk: uuid.UUID, said: FileIt, key: str | None = KEY) -> Any:
    """File it as a complaint on a certification file."""
    require_text(said.statement)

    def act(found: OutsideComplaint, at: dt.datetime) -> None:
        chosen = files_offered(found).filter(pk=said.file).first()
        if chosen is None:
            fix = "Choose a file of the body that has a certificate."
            raise refuse("SM863", "There is no such file to file it with.", fix=fix, where="body.file")
        file_complaint(found, chosen, said.statement, by=person_of(request), at=at, revision=said.revision)

    return once(request, said.model_dump(mode="json"), lambda: _done(request, pk, act))


@router.post("/outside-complaints/{uuid:pk}/answer", response=Complaint, auth=ACTING, operation_id="answer_complaint")
def answer(request: HttpRequest, pk: uuid.UUID, said: AnswerIt, key: str | None = KEY) -> Any:
    """Answer that it is nothing this body decides on."""
    require_text(said.reason)

    def act(found: OutsideComplaint, at: dt.datetime) -> None:
        answer_out_of_scope(found, said.reason, by=person_of(request), at=at, revision=said.revision)

    return once(request, said.model_dump(mode="json"), lambda: _done(request, pk, act))


@router.post(
    "/outside-complaints/{uuid:pk}/erase-writer", response=Complaint, auth=ACTING, operation_id="erase_complainant"
)
def erase(request: HttpRequest, pk: uuid.UUID) -> Any:
    """Erase who complained, in which words, and the words of the answer; that there was a complaint stays."""
    return _done(request, pk, lambda found, at: erase_complainant(found, by=person_of(request), at=at))
