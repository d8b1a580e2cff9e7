"""The team planner: who is on which visit or on leave in the coming weeks, and who would fit an open plan."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sealmark_platform.casework.models import Evaluation, Participation
from sealmark_platform.casework.performing import is_open
from sealmark_platform.casework.queries.access import fetch_subject
from sealmark_platform.casework.queries.crews import (
    Visit,
    candidates_for,
    clashing,
    open_plans,
    visiting_days,
    visits_of,
)
from sealmark_platform.casework.queries.desks import bodies_of, functions_of
from sealmark_platform.parties.calendars import WorkingCalendar, calendar_of, leave_between
from sealmark_platform.parties.models import Body, Leave, Person
from sealmark_platform.workbench.problems import told_part

__all__ = ["crew", "planner"]

Week = tuple[dt.date, dt.date]
_WEEKS = 6
_PLANNERS = ("coordinator", "administrator")
_SIDES = (Participation.Side.EVALUATION, Participation.Side.REVIEW, Participation.Side.DECISION)


@dataclass(frozen=True, slots=True)
class Marks:
    """What is wrong with a visit of somebody.

    Attributes:
        clashes: It shares a day with another one.
        is_away: It shares a day with leave.
        closed: Closed days that speak against it.
    """

    clashes: bool
    is_away: bool
    closed: tuple[dt.date, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """The week of one person.

    Attributes:
        visits: Each with what is wrong with it.
        leave: When the person is away.
        days: On how many days the person is on visits.
    """

    visits: tuple[tuple[Visit, Marks], ...]
    leave: tuple[Leave, ...]
    days: int


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The weeks of a body, with all that is known of them."""

    weeks: Sequence[Week]
    visits: Sequence[Visit]
    clashes: set[tuple[object, object]]
    leave: Sequence[Leave]
    calendar: WorkingCalendar


@login_required
def planner(request: HttpRequest) -> HttpResponse:
    """Weeks and people of the body, with the plans that still need a team."""
    assert isinstance(request.user, Person)
    today = timezone.now().date()
    monday = _monday(request.GET.get("from", ""), today)
    weeks = [(monday + dt.timedelta(7 * n), monday + dt.timedelta(7 * n + 6)) for n in range(_WEEKS)]
    parts = [_part(body, weeks, today) for body in bodies_of(request.user, _PLANNERS).order_by("name")]
    context = {
        "weeks": weeks, "last": weeks[-1][1], "parts": parts, "today": today,
        "before": monday - dt.timedelta(7 * _WEEKS), "after": monday + dt.timedelta(7 * _WEEKS),
    }  # fmt: skip
    return render(request, "workbench/planner.html", context)


def _monday(said: str, today: dt.date) -> dt.date:
    day = today
    if re.fullmatch(r"(19|20|21)\d{2}-\d{2}-\d{2}", said, re.ASCII):
        try:
            day = dt.date.fromisoformat(said)
        except ValueError:
            day = today
    return day - dt.timedelta(day.weekday())


def _part(body: Body, weeks: Sequence[Week], today: dt.date) -> dict[str, Any]:
    """Return what the page shows of one body."""
    first, last = weeks[0][0], weeks[-1][1]
    visits = visits_of(body, first, last)
    # Visits that reach beyond the weeks shown are looked at as a whole.
    reach = min([first, *(one.first for one in visits)]), max([last, *(one.last for one in visits)])
    sheet = _Sheet(weeks, visits, clashing(visits), tuple(leave_between(body, *reach)), calendar_of(body, *reach))
    people = {person.pk: person for person in _evaluators(body, today)} | {one.person.pk: one.person for one in visits}
    shown = sorted((day, name) for day, name in sheet.calendar.holidays.items() if first <= day <= last)
    rows = [_row(person, sheet) for person in sorted(people.values(), key=lambda one: one.name)]
    return {"body": body, "rows": rows, "plans": open_plans(body), "holidays": shown}


def _row(person: Person, sheet: _Sheet) -> tuple[Person, list[Cell], int]:
    """Return the row of a person: the weeks, and the days in all of them."""
    away = [one for one in sheet.leave if one.person_id == person.pk]
    mine = [
        (visit, _marks(visit, sheet.clashes, away, sheet.calendar))
        for visit in sheet.visits
        if visit.person.pk == person.pk
    ]
    cells = [_cell(mine, away, week, sheet.calendar) for week in sheet.weeks]
    return person, cells, sum(cell.days for cell in cells)


def _marks(
    visit: Visit, clashes: set[tuple[object, object]], away: Iterable[Leave], calendar: WorkingCalendar
) -> Marks:
    return Marks(
        (visit.person.pk, visit.evaluation.pk) in clashes,
        any(visit.meets(one.first, one.last) for one in away),
        tuple(calendar.against(visit.first, visit.last)),
    )


def _evaluators(body: Body, today: dt.date) -> list[Person]:
    held = body.memberships.filter(function="evaluator", person__is_active=True).select_related("person")
    return [one.person for one in held if one.until is None or one.until >= today]


def _cell(visits: Sequence[tuple[Visit, Marks]], away: Iterable[Leave], week: Week, calendar: WorkingCalendar) -> Cell:
    first, last = week
    here = tuple((visit, marks) for visit, marks in visits if visit.meets(first, last))
    leave = tuple(one for one in away if one.first <= last and one.last >= first)
    return Cell(here, leave, visiting_days([visit for visit, _marks in here], first, last, calendar))


@login_required
def crew(request: HttpRequest, pk: str) -> HttpResponse:
    """Who would fit an evaluation that is being planned, and why the others do not."""
    assert isinstance(request.user, Person)
    on = timezone.now().date()
    evaluation = fetch_subject(request.user, Evaluation, pk, on)
    held = functions_of(request.user)
    if not any((evaluation.file.body_id, function) in held for function in _PLANNERS):
        # They know of the file: that they may not plan it is no secret.
        raise PermissionDenied
    side = request.GET.get("side", "")
    side = side if side in _SIDES else Participation.Side.EVALUATION
    candidates = [
        {"one": one, "faults": [told_part(fault) for fault in one.faults],
         "side": Participation.Side(one.side).label if one.side else ""}
        for one in candidates_for(evaluation, side, on)
    ]  # fmt: skip
    context = {
        "file": evaluation.file, "evaluation": evaluation, "side": side, "sides": [(one, one.label) for one in _SIDES],
        "candidates": candidates, "may_assign": is_open("evaluation.assign", evaluation, request.user, on),
        "team": evaluation.participations.filter(stepped_aside="").select_related("person").order_by("side", "pk"),
    }  # fmt: skip
    return render(request, "workbench/crew.html", context)
