"""Everything with a day: the calendar, who is on which visit, which plans need a team and who would fit."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from sealmark.core.periods import Period
from sealmark_platform.administration.access import ORGANIZERS, desk_for
from sealmark_platform.api.identity import READING, person_of
from sealmark_platform.api.listing import Asked, Listing, Page, choice, require_known, worked_out
from sealmark_platform.api.problems import refuse
from sealmark_platform.casework.models import Evaluation
from sealmark_platform.casework.queries.access import fetch_subject
from sealmark_platform.casework.queries.crews import Candidate, Visit, candidates_for, clashing, open_plans, visits_of
from sealmark_platform.casework.queries.desks import functions_of
from sealmark_platform.parties.calendars import calendar_of, leave_between
from sealmark_platform.workbench.schedule import KINDS, Dated, dated_items

__all__ = ["AskedDays", "days_of", "router"]

router = Router(auth=READING, tags=["desk"])
_USUAL, _MOST = 92, 732


class AskedDays(Asked):
    """A list of some days; from today on when nothing is said, three months when no end is said."""

    first: dt.date | None = Field(None, description="The first day; today.")
    last: dt.date | None = Field(None, description="The last day; at most two years after the first.")


class _AskedCalendar(AskedDays):
    whose: Literal["", "mine"] = ""
    kind: str = choice(KINDS)


class _AskedCandidates(Asked):
    side: Literal["evaluation", "review", "decision"] = "evaluation"


class DatedRow(Schema):
    """Something on a day, or on several days in a row; is_closed: the body does not work then, and the date stays."""

    kind: str
    first: dt.date
    last: dt.date
    name: str
    is_late: bool
    is_closed: bool
    file: uuid.UUID | None
    file_number: str
    about: str


class VisitRow(Schema):
    """The days of one person on one evaluation; closed: those of them that speak against it."""

    person: uuid.UUID
    person_name: str
    evaluation: uuid.UUID
    file: uuid.UUID
    file_number: str
    organization_name: str
    first: dt.date
    last: dt.date
    is_lead: bool
    clashes: bool
    is_away: bool
    closed: list[dt.date]


class PlanRow(Schema):
    """An evaluation that is being planned."""

    evaluation: uuid.UUID
    file: uuid.UUID
    file_number: str
    organization_name: str
    kind: str
    due_on: dt.date | None


class CandidateRow(Schema):
    """Somebody who could have a seat; side: where they sit already; is_away: on leave on days of the plan."""

    person: uuid.UUID
    person_name: str
    fits: bool
    faults: list[str]
    side: str
    visits: int
    is_away: bool


_CALENDAR = Listing("calendar", DatedRow, ())
_VISITS = Listing("visits", VisitRow, ())
_PLANS = Listing("plans", PlanRow, ())
_CANDIDATES = Listing("candidates", CandidateRow, ())


def days_of(asked: AskedDays) -> Period:
    """Return the days that are asked for.

    Raises:
        SealmarkError: SM893 they are none, or more than two years.
    """
    first = asked.first or timezone.now().date()
    try:
        last = asked.last or first + dt.timedelta(_USUAL)
    except OverflowError:
        last = first
    if not 0 <= (last - first).days <= _MOST:
        fix = "From first to last, at most two years."
        raise refuse("SM893", f"{first} to {last} is no time that can be asked for.", fix=fix, where="query.last")
    return Period(first, last)


@router.get("/calendar", response=Page[DatedRow], operation_id="list_calendar")
def list_calendar(request: HttpRequest, asked: Query[_AskedCalendar]) -> Any:
    """Everything with a day in what the reader may see."""
    require_known(request, asked)
    days = days_of(asked)
    today = timezone.now().date()
    found = dated_items(person_of(request), days, today, is_mine=asked.whose == "mine", kind=asked.kind)
    return worked_out(_CALENDAR, found, asked, key=lambda one: f"{one.first} {one.kind} {one.key}", tell=_told_days)


def _told_days(found: Sequence[Dated]) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {
            "kind": one.kind, "first": one.first, "last": one.last, "name": one.name, "is_late": one.is_late,
            "is_closed": one.is_closed, "file": None if one.file is None else one.file.pk, "file_number": one.number,
            "about": one.holder,
        }  # fmt: skip


@router.get("/bodies/{slug:code}/visits", response=Page[VisitRow], operation_id="list_visits")
def list_visits(request: HttpRequest, code: str, asked: Query[AskedDays]) -> Any:
    """Who of the body is on which visit; two at once clash, and so do leave and closed days."""
    desk = desk_for(person_of(request), code, ORGANIZERS)
    require_known(request, asked)
    days = days_of(asked)
    visits = visits_of(desk.body, days.start, days.end)
    clashes = clashing(visits)
    reach = min([days.start, *(one.first for one in visits)]), max([days.end, *(one.last for one in visits)])
    calendar, leave = calendar_of(desk.body, *reach), list(leave_between(desk.body, *reach))

    def tell(found: Sequence[Visit]) -> Iterator[dict[str, Any]]:
        for one in found:
            file = one.evaluation.file
            yield {
                "person": one.person.pk, "person_name": one.person.name, "evaluation": one.evaluation.pk,
                "file": file.pk, "file_number": file.number, "organization_name": file.organization.name,
                "first": one.first, "last": one.last, "is_lead": one.is_lead,
                "clashes": (one.person.pk, one.evaluation.pk) in clashes,
                "is_away": any(one.person.pk == away.person_id and one.meets(away.first, away.last) for away in leave),
                "closed": calendar.against(one.first, one.last),
            }  # fmt: skip

    return worked_out(
        _VISITS, visits, asked, key=lambda one: f"{one.first} {one.person.pk} {one.evaluation.pk}", tell=tell
    )


@router.get("/bodies/{slug:code}/plans", response=Page[PlanRow], operation_id="list_plans")
def list_plans(request: HttpRequest, code: str, asked: Query[Asked]) -> Any:
    """The evaluations of the body that still need a plan or a team, at most a hundred; what is due first is first."""
    desk = desk_for(person_of(request), code, ORGANIZERS)
    require_known(request, asked)
    found = open_plans(desk.body)
    return worked_out(_PLANS, found, asked, key=lambda one: f"{one.due_on or dt.date.max} {one.pk}", tell=_told_plans)


def _told_plans(found: Sequence[Evaluation]) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {
            "evaluation": one.pk, "file": one.file_id, "file_number": one.file.number,
            "organization_name": one.file.organization.name, "kind": one.kind, "due_on": one.due_on,
        }  # fmt: skip


@router.get("/evaluations/{uuid:pk}/candidates", response=Page[CandidateRow], operation_id="list_candidates")
def list_candidates(request: HttpRequest, pk: uuid.UUID, asked: Query[_AskedCandidates]) -> Any:
    """Who would fit a side of an evaluation that is being planned, and why the others do not."""
    person, on = person_of(request), timezone.now().date()
    evaluation = fetch_subject(person, Evaluation, pk, on)
    held = functions_of(person)
    if not any((evaluation.file.body_id, function) in held for function in ORGANIZERS):
        raise PermissionDenied
    require_known(request, asked)
    found = candidates_for(evaluation, asked.side, on)
    places = {one.person.pk: place for place, one in enumerate(found)}
    return worked_out(
        _CANDIDATES, found, asked, key=lambda one: f"{places[one.person.pk]:06} {one.person.pk}", tell=_told_people
    )


def _told_people(found: Sequence[Candidate]) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {
            "person": one.person.pk, "person_name": one.person.name, "fits": one.fits, "faults": list(one.faults),
            "side": one.side, "visits": len(one.visits),
            "is_away": bool(one.leave),
        }  # fmt: skip
