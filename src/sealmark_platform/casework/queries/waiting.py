"""What may wait for somebody, found by index: only in statuses from which one of their functions has something to do.

No list reads all open files: the work of a whole body is read in the order of its days, as far as a page needs it;
work by a seat, for a client or on a panel is little and read whole. Whether an act is really open is asked of
:func:`sealmark_platform.casework.performing.open_acts` afterwards.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from sealmark.certify import ACTS, Function, ObjectionStatus, Subject
from sealmark_platform.casework.models import CertificationFile, Evaluation, Finding, Objection
from sealmark_platform.casework.models.evaluation import RUNNING
from sealmark_platform.casework.queries import among as _among  # noqa: F401
from sealmark_platform.casework.queries.access import seen_in, seen_row_by_row
from sealmark_platform.casework.queries.actors import Standing, functions_of_seats
from sealmark_platform.prepared import Prepared

__all__ = ["Work", "statuses_for"]

_OBJECTIONS = Prepared(
    lambda person, on: (
        Objection.objects.filter(seen_row_by_row(person, on))
        .exclude(status=ObjectionStatus.CLOSED)
        .values_list("pk", "status")
    ),
    uuid.UUID,
    dt.date,
)
_TEAM = frozenset({Function.LEAD_EVALUATOR, Function.EVALUATOR})
_SHOWN = ("status", "due_on", "file__number", "file__body", "file__organization__name")


def statuses_for(subject: Subject, functions: Collection[Function], acts: Collection[str]) -> list[str]:
    """Return the statuses from which somebody with one of some functions has one of some acts to do."""
    held = frozenset(functions)
    fitting = [act for act in ACTS.values() if act.subject == subject and act.id in acts and act.functions & held]
    return sorted({status.value for act in fitting for status in act.sources})


class Work:
    """What may wait for one person.

    Args:
        standing: Of the person, in every file.
        on: The day.
        acts: Ids of the acts that somebody is waited for with.
        limit: How many of each kind are enough.
    """

    def __init__(self, standing: Standing, on: dt.date, acts: Collection[str], limit: int) -> None:
        self._standing, self._on, self._acts, self._limit = standing, on, acts, limit
        self._bodies: set[Any] = {body for body, function in standing.functions if function == Function.COORDINATOR}

    def _of_body(self, subject: Subject) -> list[str]:
        return statuses_for(subject, {Function.COORDINATOR}, self._acts) if self._bodies else []

    def _of_client(self, subject: Subject, path: str) -> Q:
        organizations = {f"{path}organization__in": self._standing.speaks_for}
        return Q(**organizations, status__in=statuses_for(subject, {Function.CLIENT}, self._acts))

    def applications(self) -> Iterator[CertificationFile]:
        """Yield applications."""
        files = CertificationFile.objects.select_related("organization").defer("answers", "prerequisites_shown")
        for status in self._of_body(Subject.APPLICATION):
            yield from files.filter(body__in=self._bodies, status=status).order_by("number")[: self._limit]
        if self._standing.speaks_for:
            yield from files.filter(self._of_client(Subject.APPLICATION, "")).order_by("number")

    def evaluations(self) -> Iterator[Evaluation]:
        """Yield evaluations."""
        known = Evaluation.objects.select_related("file__organization").only(*_SHOWN)
        for status in self._of_body(Subject.EVALUATION):
            yield from self._by_day(known.filter(self._in_bodies(), status=status, status__among=RUNNING))
        seated = self._seated()
        if seated or self._standing.speaks_for:
            few = known.filter(Q(pk__in=seated) | self._of_client(Subject.EVALUATION, "file__"))
            yield from few.filter(seen_in(self._standing, "file__")).order_by("due_on", "opened_on")

    def _seated(self) -> list[object]:
        """Return the evaluations in which a seat has something to do."""
        found = []
        for evaluation, seats in self._standing.seats.items():
            functions = functions_of_seats(seat for seat in seats if not seat.stepped_aside)
            if seats[0].status in statuses_for(Subject.EVALUATION, functions, self._acts):
                found.append(evaluation)
        return found

    def _in_bodies(self) -> Q:
        """Return the condition for rows of the bodies that the person coordinates, asked row by row in their order."""
        return Q(Exists(CertificationFile.objects.filter(pk=OuterRef("file"), body__in=self._bodies)))

    def _by_day(self, found: QuerySet[Evaluation]) -> Iterator[Evaluation]:
        dated = list(found.filter(due_on__isnull=False).order_by("due_on", "opened_on")[: self._limit])
        yield from dated
        if len(dated) < self._limit:
            yield from found.filter(due_on=None).order_by("opened_on")[: self._limit - len(dated)]

    def findings(self) -> Iterator[Finding]:
        """Yield findings for which something is owed."""
        teams = [name for name, seats in self._standing.seats.items() if functions_of_seats(seats) & _TEAM]
        if not teams and not self._standing.speaks_for:
            return
        seated = Q(evaluation__in=teams, status__in=statuses_for(Subject.FINDING, _TEAM, self._acts))
        few = Finding.objects.filter(seated | self._of_client(Subject.FINDING, "evaluation__file__"), is_owed=True)
        related = few.select_related("evaluation__file__organization")
        without = related.defer("evaluation__result", "evaluation__ledger")
        yield from without.filter(seen_in(self._standing, "evaluation__file__"))

    def objections(self) -> Iterator[Objection]:
        """Yield complaints and appeals; few are open."""
        roles = {Function.COORDINATOR: self._bodies, Function.PANELLIST: self._standing.panels,
                 Function.CLIENT: self._standing.speaks_for}  # fmt: skip
        held = {function for function, where in roles.items() if where}
        statuses = statuses_for(Subject.OBJECTION, held, self._acts)
        open_ones = [pk for pk, status in _OBJECTIONS.rows(self._standing.person.pk, self._on) if status in statuses]
        if open_ones:
            related = Objection.objects.select_related("file__organization", "against").prefetch_related("panel")
            yield from related.filter(pk__in=open_ones).order_by("decide_until", "filed_on")
