"""A person as the library sees them in one file: functions, what they took part in, ties."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.db.models import OuterRef, Q, QuerySet, Subquery

from sealmark.certify import Actor, Function, Tie
from sealmark_platform.casework.models import CertificationFile, Evaluation, Objection, Panellist, Participation
from sealmark_platform.parties.models import Membership, Person, PersonTie, Representation
from sealmark_platform.prepared import Prepared

__all__ = [
    "CLOCK",
    "Seat",
    "Standing",
    "actor_in",
    "functions_held",
    "functions_of_seats",
    "members_with",
    "organizations_of",
    "seated",
    "standing_of",
    "ties_of",
]

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


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in an evaluation.

    Attributes:
        evaluation: Its id.
        file: Id of its file.
        number: Of the evaluation in the file.
        status: Of the evaluation.
        side: On which the person stands.
        is_lead: Leads the team.
        stepped_aside: Why they left, empty if they did not.
    """

    evaluation: uuid.UUID
    file: uuid.UUID
    number: int
    status: str
    side: str
    is_lead: bool
    stepped_aside: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is, read once for many files.

    Attributes:
        person: Who.
        functions: In which bodies, today.
        speaks_for: Organizations.
        ties: To organizations.
        seats: In evaluations.
        panels: Objections on whose panel they sit.
        panel_files: The files of these.
        newest: Number of the newest evaluation of each file in which they have a seat.
    """

    person: Person
    functions: frozenset[tuple[object, str]]
    speaks_for: frozenset[object]
    ties: tuple[Tie, ...]
    seats: Mapping[object, tuple[Seat, ...]]
    panels: frozenset[object]
    panel_files: frozenset[object]
    newest: Mapping[object, int]

    def actor(
        self, file: CertificationFile, *, evaluation: Evaluation | None = None, objection: Objection | None = None
    ) -> Actor:
        """Return the actor that the person is in a file."""
        functions = self._standing(file)
        if evaluation is not None:
            functions |= functions_of_seats(seat for seat in self._of(evaluation.pk) if not seat.stepped_aside)
        elif objection is None and self._may(file, Membership.Function.DECIDER):
            # Acts on the certificate itself: whoever decides in this body.
            functions |= {Function.DECIDER}
        if objection is not None and objection.pk in self.panels:
            functions |= {Function.PANELLIST}
        stake = self._of(evaluation.pk) if evaluation is not None else self._at_stake(file, objection)
        took_part = functions_of_seats(seat for seat in stake if seat.side != Participation.Side.PANEL)
        return Actor(str(self.person.pk), functions, took_part, self.ties)

    def _of(self, evaluation: object) -> tuple[Seat, ...]:
        return self.seats.get(evaluation, ())

    def _may(self, file: CertificationFile, function: str) -> bool:
        return (file.body_id, function) in self.functions

    def _standing(self, file: CertificationFile) -> frozenset[Function]:
        coordinates = {Function.COORDINATOR} if self._may(file, Membership.Function.COORDINATOR) else set()
        speaks = {Function.CLIENT} if file.organization_id in self.speaks_for else set()
        return frozenset(coordinates | speaks)

    def _at_stake(self, file: CertificationFile, objection: Objection | None) -> tuple[Seat, ...]:
        if objection is not None and objection.against is not None and objection.against.evaluation_id is not None:
            return self._of(objection.against.evaluation_id)
        seats = itertools.chain.from_iterable(self.seats.values())
        newest = self.newest.get(file.pk)
        return tuple(seat for seat in seats if seat.file == file.pk and seat.number == newest)


def _running(on: dt.date) -> Q:
    return Q(until=None) | Q(until__gte=on)


def _seats(person: uuid.UUID) -> QuerySet[Participation]:
    newest = Evaluation.objects.filter(file=OuterRef("evaluation__file")).order_by("-number").values("number")[:1]
    return Participation.objects.filter(person=person).annotate(newest=Subquery(newest)).order_by("evaluation", "pk")


_SEAT = (
    "evaluation_id", "evaluation__file_id", "evaluation__number", "evaluation__status", "side", "is_lead",
    "stepped_aside", "newest",
)  # fmt: skip
_HELD = Prepared(
    lambda person, on: Membership.objects.filter(_running(on), person=person).values_list("body_id", "function"),
    uuid.UUID, dt.date,
)  # fmt: skip
_REPRESENTED = Prepared(
    lambda person: Representation.objects.filter(person=person).values_list("organization_id"), uuid.UUID
)
_TIES = Prepared(
    lambda person: PersonTie.objects.filter(person=person).values_list("organization_id", "kind", "until"), uuid.UUID
)
_PANELS = Prepared(
    lambda person: Panellist.objects.filter(person=person).values_list("objection_id", "objection__file_id"), uuid.UUID
)
_SEATS = Prepared(lambda person: _seats(person).values_list(*_SEAT), uuid.UUID)
_SEATS_IN = Prepared(
    lambda person, file: _seats(person).filter(evaluation__file=file).values_list(*_SEAT), uuid.UUID, uuid.UUID
)


def functions_held(person: Person, on: dt.date) -> list[tuple[uuid.UUID, str]]:
    """Return in which bodies a person has which functions on a day."""
    return _HELD.rows(person.pk, on)


def organizations_of(person: Person) -> frozenset[uuid.UUID]:
    """Return the organizations a person speaks for."""
    return frozenset(one for (one,) in _REPRESENTED.rows(person.pk))


def standing_of(person: Person, on: dt.date, *, file: uuid.UUID | None = None) -> Standing:
    """Return what a person is on a day, in five short queries, in every file or in one."""
    represented = organizations_of(person)
    kept = [Tie(str(one), _KINDS[kind], until) for one, kind, until in _TIES.rows(person.pk)]
    panels = _PANELS.rows(person.pk)
    by_evaluation: dict[object, tuple[Seat, ...]] = {}
    newest: dict[object, int] = {}
    for *columns, last in _SEATS.rows(person.pk) if file is None else _SEATS_IN.rows(person.pk, file):
        seat = Seat(*columns)
        by_evaluation[seat.evaluation] = (*by_evaluation.get(seat.evaluation, ()), seat)
        newest[seat.file] = last
    return Standing(
        person, frozenset(functions_held(person, on)), represented,
        (*kept, *(Tie(str(one), "employment") for one in represented)), by_evaluation,
        frozenset(one for one, _ in panels), frozenset(one for _, one in panels), newest,
    )  # fmt: skip


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
    return standing_of(person, on, file=file.pk).actor(file, evaluation=evaluation, objection=objection)


def functions_of_seats(seats: Iterable[Seat]) -> frozenset[Function]:
    """Return the functions that seats give."""
    found: frozenset[Function] = frozenset()
    for seat in seats:
        found |= _SIDES[Participation.Side(seat.side)] | ({Function.LEAD_EVALUATOR} if seat.is_lead else set())
    return found


def members_with(file: CertificationFile, function: str, on: dt.date) -> QuerySet[Membership]:
    """Return who holds a function in the body of a file on a day."""
    return Membership.objects.filter(Q(until=None) | Q(until__gte=on), body=file.body_id, function=function)


def seated(evaluation: Evaluation, function: Function) -> QuerySet[Participation]:
    """Return who has a function in an evaluation by their seat and did not step aside."""
    sides = [side for side, functions in _SIDES.items() if function in functions]
    return evaluation.participations.filter(side__in=sides, stepped_aside="").select_related("person")


def ties_of(person: Person) -> tuple[Tie, ...]:
    """Return what binds a person to organizations; who speaks for one is tied to it."""
    kept = [Tie(str(tie.organization_id), _KINDS[tie.kind], tie.until) for tie in person.person_ties.all()]
    speaks = [Tie(str(one.organization_id), "employment") for one in person.representations.all()]
    return (*kept, *speaks)
