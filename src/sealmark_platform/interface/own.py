"""Everybody's own: what ties them to organizations, and how they want their mail."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from sealmark_platform.administration.own import bodies_worked_for, body_for_end
from sealmark_platform.api.filling import KEY, require_text
from sealmark_platform.api.identity import ACTING, READING, person_of
from sealmark_platform.api.listing import Asked, Listing, Page, filtered, listed
from sealmark_platform.api.problems import refuse
from sealmark_platform.api.replays import once
from sealmark_platform.parties.actions.competence import Bond, client_named, declare_tie, end_tie
from sealmark_platform.parties.actions.mailbox import change_mailbox
from sealmark_platform.parties.models import Mailbox, PersonTie

__all__ = ["router"]

router = Router(auth=READING, tags=["people"])
_LARGEST_KEY = 2**63 - 1


class OwnTieRow(Schema):
    """What ties the reader to an organization."""

    id: int
    organization: uuid.UUID
    organization_name: str
    kind: str
    until: dt.date | None
    note: str


class Declare(Schema):
    """To which client of which body, and how."""

    body: str = Field(max_length=12, description="Code of the body.")
    organization: str = Field(max_length=300, description="Its name, or its number in the commercial register.")
    kind: Literal["employment", "consultancy", "interest"]
    until: dt.date | None = None
    note: str = Field("", max_length=300)


class End(Schema):
    """The last day."""

    until: dt.date


class Wishes(Schema):
    """Language of pages and mails, and when mail goes out."""

    language: Literal["en", "ru", "zh-hans", "zh-hant"]
    rhythm: Literal["at-once", "daily"]


_TIES = Listing(
    "my-ties", OwnTieRow, ("organization__name", "id"),
    {"organization": "organization_id", "organization_name": "organization__name"},
)  # fmt: skip


@router.get("/me/ties", response=Page[OwnTieRow], operation_id="list_own_ties")
def list_own_ties(request: HttpRequest, asked: Query[Asked]) -> Any:
    """What the reader has declared."""
    return listed(_TIES, filtered(request, PersonTie.objects.filter(person=person_of(request)), asked, {}), asked)


@router.post("/me/ties", response={201: OwnTieRow}, auth=ACTING, operation_id="declare_own_tie")
def declare(request: HttpRequest, said: Declare, key: str | None = KEY) -> Any:
    """Declare what ties oneself to a client of a body one works for."""
    require_text(said.model_dump(mode="json"))

    def work() -> HttpResponse:
        person = person_of(request)
        body = next((one for one in bodies_worked_for(person) if one.code == said.body), None)
        if body is None:
            raise refuse("SM863", "You work for no such body.", fix="GET /api/v1/bodies lists them.", where="body.body")
        bond = Bond(said.kind, said.until, said.note)
        made = declare_tie(body, person, client_named(said.organization, body), bond, by=person, at=timezone.now())
        return _told(made, 201)

    return once(request, said.model_dump(mode="json"), work)


@router.post("/me/ties/{int:pk}/end", response=OwnTieRow, auth=ACTING, operation_id="end_own_tie")
def end(request: HttpRequest, pk: int, said: End) -> Any:
    """Let an own tie end, today or later."""
    person = person_of(request)
    tie = person.person_ties.select_related("organization").filter(pk=min(pk, _LARGEST_KEY)).first()
    body = None if tie is None else body_for_end(person, tie)
    if tie is None or body is None:
        raise Http404
    end_tie(body, tie, until=said.until, by=person, at=timezone.now())
    tie.refresh_from_db()
    return _told(tie, 200)


def _told(tie: PersonTie, status: int) -> HttpResponse:
    told = OwnTieRow(
        id=tie.pk, organization=tie.organization_id, organization_name=tie.organization.name, kind=tie.kind,
        until=tie.until, note=tie.note,
    )  # fmt: skip
    return JsonResponse(told.model_dump(mode="json"), status=status)


@router.get("/me/settings", response=Wishes, operation_id="get_own_settings")
def get_own_settings(request: HttpRequest) -> Any:
    """The reader's language, and when their mail goes out."""
    person = person_of(request)
    box = Mailbox.objects.filter(person=person).first()
    return {"language": person.language, "rhythm": str(Mailbox.Rhythm.AT_ONCE if box is None else box.rhythm)}


@router.put("/me/settings", response=Wishes, auth=ACTING, operation_id="change_own_settings")
def change(request: HttpRequest, said: Wishes) -> Any:
    """Choose a language, and when mail goes out."""
    change_mailbox(person_of(request), language=said.language, rhythm=said.rhythm, at=timezone.now())
    return said
