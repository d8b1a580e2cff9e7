"""Complaints by programs of people without an account: taken as the page takes them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema
from pydantic import Field

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.api.filling import require_text
from sealmark_platform.api.identity import ANYBODY
from sealmark_platform.api.problems import problem_answer, refuse
from sealmark_platform.parties.models import Body
from sealmark_platform.register.complaining import ComplaintForm, received
from sealmark_platform.register.letters import status_address

__all__ = ["router"]

router = Router(auth=ANYBODY, tags=["register"])
_AN_HOUR = "3600"


class Grievance(Schema):
    """What happened, and who tells it. A certificate number, or the code of a body, is needed."""

    certificate: str = Field("", max_length=30, description="Number of the certificate.")
    body: str = Field("", max_length=12, description="Code of the certification body, where no number is known.")
    statement: str = Field(min_length=1, max_length=10_000)
    name: str = Field(min_length=1, max_length=200)
    email: str = Field(min_length=3, max_length=320, json_schema_extra={"format": "email"})


class Received(Schema):
    """By what the complaint goes; whoever knows the address sees how it stands, and may erase who complained."""

    reference: str
    status_address: str


@router.post("/complaints", response={201: Received}, operation_id="complain")
def complain(request: HttpRequest, said: Grievance) -> Any:
    """Complain to a certification body without an account; five an hour are taken from one network address."""
    if request.content_type != "application/json":
        raise refuse("SM863", "A complaint is sent as JSON.", fix="Content-Type: application/json.", where="header")
    require_text(said.model_dump())
    form = _form(said)
    try:
        complaint = received(request, form)
    except SealmarkError as error:
        answer = problem_answer(request, error.problems, 429)
        answer["Retry-After"] = _AN_HOUR
        return answer
    told = Received(
        reference=complaint.reference, status_address=settings.ADDRESS.rstrip("/") + status_address(complaint)
    )
    response: HttpResponse = JsonResponse(told.model_dump(), status=201)
    response["Cache-Control"] = "private, no-store"
    return response


def _form(said: Grievance) -> ComplaintForm:
    """Return the form of the page, filled in.

    Raises:
        SealmarkError: SM863 something does not fit, all of it.
    """
    body = Body.objects.filter(code=said.body).first() if said.body else None
    if said.body and body is None:
        raise refuse("SM863", "There is no such body.", fix="See the public register.", where="body.body")
    form = ComplaintForm({**said.model_dump(), "body": "" if body is None else str(body.pk), "website": ""})
    if not form.is_valid():
        raise SealmarkError(*(
            Problem("SM863", str(message), where=f"body.{name}")
            for name, messages in form.errors.items() for message in messages
        ))  # fmt: skip
    return form
