"""The team planner: who is on which visit in the coming weeks, and who would fit an open plan."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

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
from sealmark_platform.parties.models import Body, Person
from sealmark_platform.workbench.problems import told_part

__all__ = ["crew", "planner"]

_WEEKS = 6
_PLANNERS = ("coordinator", "administrator")
_SIDES = (Participation.Side.EVALUATION, Participation.Side.REVIEW, Participation.Side.DECISION)


@dataclass(frozen=True, slots=True)
class Cell:
    """The week of one person.

    Attributes:
        visits: Each with whether it clashes with another one.
        days: On how many days the person is on visits.
    """

    visits: tuple[tuple[Visit, bool], ...]
    days: int


@login_required
def planner(request: HttpRequest) -> HttpResponse:
    """Weeks and people of the body, with the plans that still need a team."""
    assert isinstance(request.user, Person)
    today = timezone.now().date()
    monday = _monday(request.GET.get("from", ""), today)
    weeks = [(monday + dt.timedelta(7 * n), monday + dt.timedelta(7 * n + 6)) for n in range(_WEEKS)]
    parts = [
        {"body": body, "rows": _rows(body, weeks, today), "plans": open_plans(body)}
        for body in bodies_of(request.user, _PLANNERS).order_by("name")
    ]
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


def _rows(body: Body, weeks: Sequence[tuple[dt.date, dt.date]], today: dt.date) -> list[tuple[Person, list[Cell], int]]:
    """Return a row for everybody who evaluates or is on a visit: the weeks, and the days in all of them."""
    visits = visits_of(body, weeks[0][0], weeks[-1][1])
    clashes = clashing(visits)
    people = {person.pk: person for person in _evaluators(body, today)} | {one.person.pk: one.person for one in visits}
    found = []
    for person in sorted(people.values(), key=lambda one: one.name):
        mine = [visit for visit in visits if visit.person.pk == person.pk]
        cells = [_cell(mine, clashes, *week) for week in weeks]
        found.append((person, cells, sum(cell.days for cell in cells)))
    return found


def _evaluators(body: Body, today: dt.date) -> list[Person]:
    held = body.memberships.filter(function="evaluator", person__is_active=True).select_related("person")
    return [one.person for one in held if one.until is None or one.until >= today]


def _cell(visits: Sequence[Visit], clashes: set[tuple[object, object]], first: dt.date, last: dt.date) -> Cell:
    here = [visit for visit in visits if visit.meets(first, last)]
    marked = tuple((visit, (visit.person.pk, visit.evaluation.pk) in clashes) for visit in here)
    return Cell(marked, visiting_days(here, first, last))


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
