"""The decision meeting: its agenda, what was decided, and the days on which a body meets."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Query, Router, Schema
from pydantic import Field

from sealmark_platform.administration.access import ORGANIZERS, desk_for
from sealmark_platform.api.filling import KEY, require_text
from sealmark_platform.api.identity import ACTING, READING, person_of
from sealmark_platform.api.listing import Asked, Listing, Page, filtered, listed, require_known, worked_out
from sealmark_platform.api.replays import once
from sealmark_platform.casework.models import Decision
from sealmark_platform.casework.queries.access import files_of_body_people
from sealmark_platform.casework.queries.meetings import Seen, findings_left, to_be_decided
from sealmark_platform.interface.days import AskedDays, days_of
from sealmark_platform.parties.models import Membership
from sealmark_platform.workbench.convening import call_meeting, call_off
from sealmark_platform.workbench.models import DecisionMeeting

__all__ = ["router"]

router = Router(auth=READING, tags=["desk"])
_TABLE = tuple(str(one) for one in (
    Membership.Function.DECIDER, Membership.Function.COORDINATOR, Membership.Function.ADMINISTRATOR,
    Membership.Function.OBSERVER,
))  # fmt: skip


class AgendaRow(Schema):
    """One evaluation that waits for the decision; place: what the reader is at the table."""

    evaluation: uuid.UUID
    revision: int
    file: uuid.UUID
    file_number: str
    organization_name: str
    edition: str
    kind: str
    grade: str
    place: str
    votes: int
    votes_needed: int
    findings_left: int


class DecisionRow(Schema):
    """One decision of the minutes."""

    id: int
    decided_on: dt.date
    file: uuid.UUID
    file_number: str
    organization_name: str
    evaluation: uuid.UUID | None
    outcome: str
    grade: str
    reason: str
    decided_by: str
    votes: list[str]
    stepped_aside: list[str]


class MeetingRow(Schema):
    """A day on which the body decides."""

    id: uuid.UUID
    on: dt.date
    place: str
    is_called_off: bool


class Call(Schema):
    """When and where."""

    on: dt.date
    place: str = Field("", max_length=200)


_AGENDA = Listing("agenda", AgendaRow, ())
_MINUTES = Listing("minutes", DecisionRow, ())
_MEETINGS = Listing("meetings", MeetingRow, ("-on", "id"))


@router.get("/bodies/{slug:code}/agenda", response=Page[AgendaRow], operation_id="list_agenda")
def list_agenda(request: HttpRequest, code: str, asked: Query[Asked]) -> Any:
    """What waits for the decision. One votes and decides by the acts of the evaluation."""
    desk = desk_for(person_of(request), code, _TABLE)
    require_known(request, asked)
    found = to_be_decided(desk.by, desk.on, [desk.body.pk])
    return worked_out(
        _AGENDA, found, asked, key=lambda seen: f"{seen.evaluation.file.number} {seen.evaluation.pk}", tell=_told_agenda
    )


def _told_agenda(found: Sequence[Seen]) -> Iterator[dict[str, Any]]:
    for seen in found:
        one, file = seen.evaluation, seen.evaluation.file
        yield {
            "evaluation": one.pk, "revision": one.revision, "file": file.pk, "file_number": file.number,
            "organization_name": file.organization.name, "edition": file.edition.edition, "kind": one.kind,
            "grade": one.grade, "place": seen.place, "votes_needed": file.body.votes_needed,
            "votes": sum(1 for vote in one.votes.all() if not vote.participation.stepped_aside),
            "findings_left": len(findings_left(one)),
        }  # fmt: skip


@router.get("/bodies/{slug:code}/decisions", response=Page[DecisionRow], operation_id="list_decisions")
def list_decisions(request: HttpRequest, code: str, asked: Query[AskedDays]) -> Any:
    """The minutes: what was decided on some days, by whom, with votes and who stepped aside."""
    desk = desk_for(person_of(request), code, _TABLE)
    require_known(request, asked)
    days = days_of(asked)
    ours = files_of_body_people(desk.by, desk.on).filter(body=desk.body).values("pk")
    reached = Q(evaluation__file__in=ours) | Q(evaluation=None, certificate__file__in=ours)
    related = Decision.objects.select_related(
        "decided_by", "evaluation__file__organization", "certificate__file__organization"
    ).prefetch_related("evaluation__votes__participation__person", "evaluation__participations__person")
    found = related.filter(reached, decided_on__range=(days.start, days.end))
    return worked_out(_MINUTES, found, asked, key=lambda one: f"{one.decided_on} {one.pk:012}", tell=_told_decisions)


def _told_decisions(found: Sequence[Decision]) -> Iterator[dict[str, Any]]:
    for one in found:
        subject = one.evaluation or one.certificate
        assert subject is not None
        votes = () if one.evaluation is None else one.evaluation.votes.all()
        seats = () if one.evaluation is None else one.evaluation.participations.all()
        yield {
            "id": one.pk, "decided_on": one.decided_on, "file": subject.file_id, "file_number": subject.file.number,
            "organization_name": subject.file.organization.name, "evaluation": one.evaluation_id,
            "outcome": one.outcome, "grade": one.grade, "reason": one.reason, "decided_by": one.decided_by.name,
            "votes": [f"{vote.participation.person.name}: {vote.outcome}" for vote in votes],
            "stepped_aside": [seat.person.name for seat in seats if seat.stepped_aside],
        }  # fmt: skip


@router.get("/bodies/{slug:code}/meetings", response=Page[MeetingRow], operation_id="list_meetings")
def list_meetings(request: HttpRequest, code: str, asked: Query[Asked]) -> Any:
    """The days on which the body meets and met, the latest first."""
    body = desk_for(person_of(request), code, _TABLE).body
    return listed(_MEETINGS, filtered(request, DecisionMeeting.objects.filter(body=body), asked, {}), asked)


@router.post("/bodies/{slug:code}/meetings", response={201: MeetingRow}, auth=ACTING, operation_id="call_meeting")
def call(request: HttpRequest, code: str, said: Call, key: str | None = KEY) -> Any:
    """Name a day on which the body meets."""
    require_text(said.place)

    def work() -> HttpResponse:
        desk = desk_for(person_of(request), code, ORGANIZERS)
        return _told(call_meeting(desk.body, said.on, said.place, by=desk.by, at=desk.at), 201)

    return once(request, said.model_dump(mode="json"), work)


@router.post(
    "/bodies/{slug:code}/meetings/{uuid:pk}/call-off", response=MeetingRow, auth=ACTING, operation_id="call_off_meeting"
)
def off(request: HttpRequest, code: str, pk: uuid.UUID) -> Any:
    """Call a meeting off."""
    desk = desk_for(person_of(request), code, ORGANIZERS)
    found = DecisionMeeting.objects.select_related("body").filter(body=desk.body, pk=pk).first()
    if found is None:
        raise Http404
    return _told(call_off(found, by=desk.by, at=desk.at), 200)


def _told(meeting: DecisionMeeting, status: int) -> HttpResponse:
    told = MeetingRow(id=meeting.pk, on=meeting.on, place=meeting.place, is_called_off=meeting.is_called_off)
    return JsonResponse(told.model_dump(mode="json"), status=status)
