"""Who is on which visit when, what speaks against its days, and who would fit an evaluation that is being planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Q

from sealmark.certify import EvaluationStatus
from sealmark_platform.casework.models import Evaluation, Participation
from sealmark_platform.casework.queries.evaluations import seat_faults
from sealmark_platform.parties.calendars import WorkingCalendar, calendar_of, leave_between
from sealmark_platform.parties.models import Body, Leave, Person

__all__ = [
    "Candidate", "Visit", "candidates_for", "clashing", "closed_days", "leave_days", "open_plans", "visiting_days",
    "visits_of",
]  # fmt: skip

_FUNCTIONS: Mapping[str, str] = {
    Participation.Side.EVALUATION: "evaluator",
    Participation.Side.REVIEW: "reviewer",
    Participation.Side.DECISION: "decider",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """The days of one person on one evaluation.

    Attributes:
        person: Who goes.
        evaluation: Where to, with its file.
        first: First day.
        last: Last day.
        is_lead: Leads the team.
    """

    person: Person
    evaluation: Evaluation
    first: dt.date
    last: dt.date
    is_lead: bool

    def meets(self, first: dt.date, last: dt.date) -> bool:
        """Tell whether it shares a day with some others."""
        return self.first <= last and self.last >= first


def visits_of(body: Body, first: dt.date, last: dt.date) -> list[Visit]:
    """Return who of the teams of a body is on a visit between two days; what was cancelled is none."""
    seats = Participation.objects.filter(
        evaluation__file__body=body, evaluation__starts_on__lte=last, evaluation__ends_on__gte=first,
        side=Participation.Side.EVALUATION, stepped_aside="",
    ).exclude(evaluation__status__in=[EvaluationStatus.CANCELLED, EvaluationStatus.PLANNING])  # fmt: skip
    related = seats.select_related("person", "evaluation__file__organization").order_by("evaluation__starts_on", "pk")
    return [
        Visit(seat.person, seat.evaluation, seat.evaluation.starts_on, seat.evaluation.ends_on, seat.is_lead)
        for seat in related
        if seat.evaluation.starts_on is not None and seat.evaluation.ends_on is not None
    ]


def clashing(visits: Iterable[Visit]) -> set[tuple[object, object]]:
    """Return person and evaluation of every visit that shares a day with another one of the same person."""
    found: set[tuple[object, object]] = set()
    for one, other in combinations(visits, 2):
        if one.person.pk == other.person.pk and one.meets(other.first, other.last):
            found |= {(one.person.pk, one.evaluation.pk), (other.person.pk, other.evaluation.pk)}
    return found


def visiting_days(visits: Iterable[Visit], first: dt.date, last: dt.date, calendar: WorkingCalendar) -> int:
    """Return on how many days between two somebody is on visits.

    Closed days count where a visit has no other day. A day with two visits is one day.
    """
    days: set[dt.date] = set()
    for visit in visits:
        whole = [visit.first + dt.timedelta(number) for number in range((visit.last - visit.first).days + 1)]
        working = [day for day in whole if not calendar.is_closed(day)] or whole
        days |= {day for day in working if first <= day <= last}
    return len(days)


def closed_days(body: Body, first: dt.date, last: dt.date) -> list[str]:
    """Return a sentence for each closed day that speaks against a visit from one day to another."""
    calendar = calendar_of(body, first, last)
    return [
        f"{day} is a holiday of the body: {calendar.holidays[day]}."
        if day in calendar.holidays else f"The body does not work on {day}."
        for day in calendar.against(first, last)
    ]  # fmt: skip


def leave_days(body: Body, first: dt.date, last: dt.date, people: Collection[Person]) -> list[str]:
    """Return a sentence for each leave of some people that speaks against a visit from one day to another."""
    going = {person.pk for person in people}
    away = [one for one in leave_between(body, first, last) if one.person_id in going]
    return [f"{one.person.name} is on leave from {one.first} to {one.last}." for one in away]


def open_plans(body: Body) -> list[Evaluation]:
    """Return the evaluations of a body whose plan is being made, what is due first stands first."""
    found = Evaluation.objects.filter(file__body=body, status=EvaluationStatus.PLANNING)
    return list(found.select_related("file__organization", "file__edition").order_by("due_on", "file__number")[:100])


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could have a seat.

    Attributes:
        person: Who.
        faults: What speaks against it, in the sentences of the act that gives seats; nothing: they fit.
        side: Where they stand already; empty: nowhere.
        visits: Their visits on the days of the plan.
        leave: Their leave on these days.
    """

    person: Person
    faults: tuple[str, ...]
    side: str
    visits: tuple[Visit, ...]
    leave: tuple[Leave, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether they can be assigned now."""
        return not self.faults and not self.side


def candidates_for(evaluation: Evaluation, side: str, on: dt.date) -> list[Candidate]:
    """Return everybody of the body who has the function of a side, who fits first.

    Args:
        evaluation: Being planned.
        side: ``evaluation``, ``review`` or ``decision``.
        on: The day on which they would be assigned.
    """
    body = evaluation.file.body
    now = Q(memberships__until=None) | Q(memberships__until__gte=on)
    people = Person.objects.filter(now, memberships__body=body, memberships__function=_FUNCTIONS[side], is_active=True)
    sides = dict(evaluation.participations.values_list("person_id", "side"))
    first, last = evaluation.starts_on, evaluation.ends_on
    visits, leave = [], []
    if first is not None and last is not None:
        visits, leave = visits_of(body, first, last), list(leave_between(body, first, last))
    found = [
        Candidate(
            person, seat_faults(evaluation, person, side, on), sides.get(person.pk, ""),
            tuple(visit for visit in visits if visit.person.pk == person.pk),
            tuple(one for one in leave if one.person_id == person.pk),
        )
        for person in people.distinct().order_by("name")
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.fits, bool(one.visits or one.leave), one.person.name))
