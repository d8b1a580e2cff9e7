"""What waits for the decision and at whose table, and what was decided on a day."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q, QuerySet

from sealmark.certify import EvaluationStatus, FindingStatus, conflicting_ties
from sealmark_platform.casework.models import Decision, Evaluation, Finding, Participation
from sealmark_platform.casework.queries.access import files_of_body_people
from sealmark_platform.casework.queries.actors import ties_of
from sealmark_platform.casework.queries.evaluations import cooling_off_days
from sealmark_platform.parties.models import Person

__all__ = ["Place", "days_decided", "decided_on", "findings_left", "place_at", "to_be_decided"]

Place = Literal["sits", "stepped-aside", "tied", "took-part", "listens"]
"""What somebody is at the table: votes and decides, left it, must leave it, took part before, or only listens."""

_DECIDING = (Participation.Side.DECISION, Participation.Side.REVIEW_AND_DECISION)
_OPEN = (FindingStatus.RAISED, FindingStatus.ANSWERED, FindingStatus.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Seen:
    """An evaluation that waits for the decision, as one person meets it.

    Attributes:
        evaluation: Reviewed.
        place: What the person is at the table.
        side: The side on which they took part before; empty unless ``took-part``.
    """

    evaluation: Evaluation
    place: Place
    side: str = ""


def to_be_decided(person: Person, on: dt.date, bodies: Collection[uuid.UUID]) -> list[Seen]:
    """Return the evaluations of some bodies that wait for the decision and that a person may know of."""
    files = files_of_body_people(person, on).filter(body__in=bodies)
    waiting = Evaluation.objects.filter(file__in=files.values("pk"), status=EvaluationStatus.REVIEWED)
    related = waiting.select_related("file__organization", "file__edition", "file__body").prefetch_related(
        "participations__person", "votes__participation__person", "findings"
    )
    return [place_at(one, person, on) for one in related.order_by("file__number", "number")]


def place_at(evaluation: Evaluation, person: Person, on: dt.date) -> Seen:
    """Return what somebody is where an evaluation is decided."""
    seat = next((one for one in evaluation.participations.all() if one.person_id == person.pk), None)
    file = evaluation.file
    if seat is None:
        return Seen(evaluation, "listens")
    if seat.side not in _DECIDING:
        return Seen(evaluation, "took-part", seat.side)
    if seat.stepped_aside:
        return Seen(evaluation, "stepped-aside")
    tied = conflicting_ties(ties_of(person), str(file.organization_id), on, cooling_off_days(file, on))
    return Seen(evaluation, "tied" if tied else "sits")


def findings_left(evaluation: Evaluation) -> list[Finding]:
    """Return the findings that the client still owes something for."""
    return sorted(
        (one for one in evaluation.findings.all() if one.is_owed and one.status in _OPEN), key=lambda one: one.number
    )


def decided_on(person: Person, on: dt.date, day: dt.date, bodies: Collection[uuid.UUID]) -> QuerySet[Decision]:
    """Return what some bodies decided on a day, of what a person of these bodies may know."""
    ours = files_of_body_people(person, on).filter(body__in=bodies).values("pk")
    reached = Q(evaluation__file__in=ours) | Q(evaluation=None, certificate__file__in=ours)
    return (
        Decision.objects.filter(reached, decided_on=day)
        .select_related(
            "decided_by", "evaluation__file__organization", "evaluation__file__edition", "evaluation__file__body",
            "certificate__file__organization", "certificate__file__edition", "certificate__file__body",
        )
        .prefetch_related("evaluation__votes__participation__person", "evaluation__participations__person")
        .order_by("evaluation__file__number", "pk")
    )  # fmt: skip


def days_decided(person: Person, on: dt.date, bodies: Collection[uuid.UUID]) -> list[dt.date]:
    """Return the newest days on which something was decided."""
    ours = files_of_body_people(person, on).filter(body__in=bodies).values("pk")
    found = Decision.objects.filter(Q(evaluation__file__in=ours) | Q(certificate__file__in=ours))
    return list(found.values_list("decided_on", flat=True).distinct().order_by("-decided_on")[:12])
