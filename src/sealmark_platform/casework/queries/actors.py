"""A person as the library sees them in one file: functions, what they took part in, ties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from django.db.models import Q, QuerySet

from sealmark.certify import Actor, Function, Tie
from sealmark_platform.casework.models import CertificationFile, Evaluation, Objection, Participation
from sealmark_platform.parties.models import Membership, Person

__all__ = ["CLOCK", "actor_in", "members_with", "sides_of", "ties_of"]

CLOCK = Actor("clock", frozenset({Function.CLOCK}))

_KINDS: Mapping[str, Literal["employment", "consultancy", "interest"]] = {
    "employment": "employment", "consultancy": "consultancy", "interest": "interest",
}  # fmt: skip
_SIDES = {
    Participation.Side.EVALUATION: frozenset({Function.EVALUATOR}),
    Participation.Side.REVIEW: frozenset({Function.REVIEWER}),
    Participation.Side.DECISION: frozenset({Function.DECIDER}),
    Participation.Side.REVIEW_AND_DECISION: frozenset({Function.REVIEWER, Function.DECIDER}),
    Participation.Side.PANEL: frozenset({Function.PANELLIST}),
}


def actor_in(
    file: CertificationFile,
    person: Person | None,
    on: dt.date,
    *,
    evaluation: Evaluation | None = None,
    objection: Objection | None = None,
) -> Actor:
    """Return the actor that a person is in a file; nobody is the clock."""
    if person is None:
        return CLOCK
    functions = set(_standing(file, person, on))
    stake = evaluation or _at_stake(file, objection)
    if evaluation is not None:
        functions |= _assigned(evaluation, person)
    elif objection is None and _may(file, person, Membership.Function.DECIDER, on):
        # Acts on the certificate itself: whoever decides in this body.
        functions.add(Function.DECIDER)
    if objection is not None and objection.panel.filter(person=person).exists():
        functions.add(Function.PANELLIST)
    return Actor(str(person.pk), frozenset(functions), _took_part(stake, person), ties_of(person))


def _standing(file: CertificationFile, person: Person, on: dt.date) -> set[Function]:
    found = set()
    if _may(file, person, Membership.Function.COORDINATOR, on):
        found.add(Function.COORDINATOR)
    if person.representations.filter(organization=file.organization_id).exists():
        found.add(Function.CLIENT)
    return found


def _may(file: CertificationFile, person: Person, function: str, on: dt.date) -> bool:
    return bool(members_with(file, function, on).filter(person=person).exists())


def members_with(file: CertificationFile, function: str, on: dt.date) -> QuerySet[Membership]:
    """Return who holds a function in the body of a file on a day."""
    return Membership.objects.filter(Q(until=None) | Q(until__gte=on), body=file.body_id, function=function)


def _assigned(evaluation: Evaluation, person: Person) -> set[Function]:
    found: set[Function] = set()
    for seat in evaluation.participations.filter(person=person, stepped_aside=""):
        found |= _SIDES[Participation.Side(seat.side)]
        if seat.is_lead:
            found.add(Function.LEAD_EVALUATOR)
    return found


def sides_of(evaluation: Evaluation, side: str) -> QuerySet[Participation]:
    """Return who stands on a side of an evaluation and did not step aside."""
    return evaluation.participations.filter(side=side, stepped_aside="").select_related("person")


def _at_stake(file: CertificationFile, objection: Objection | None) -> Evaluation | None:
    if objection is not None and objection.against is not None and objection.against.evaluation is not None:
        return objection.against.evaluation
    return file.evaluations.order_by("-number").first()


def _took_part(evaluation: Evaluation | None, person: Person) -> frozenset[Function]:
    if evaluation is None:
        return frozenset()
    seats = evaluation.participations.filter(person=person).exclude(side=Participation.Side.PANEL)
    found: frozenset[Function] = frozenset()
    for seat in seats:
        found |= _SIDES[Participation.Side(seat.side)]
        if seat.is_lead:
            found |= {Function.LEAD_EVALUATOR}
    return found


def ties_of(person: Person) -> tuple[Tie, ...]:
    """Return what binds a person to organizations; who speaks for one is tied to it."""
    kept = [Tie(str(tie.organization_id), _KINDS[tie.kind], tie.until) for tie in person.person_ties.all()]
    speaks = [Tie(str(one.organization_id), "employment") for one in person.representations.all()]
    return (*kept, *speaks)
