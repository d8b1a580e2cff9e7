"""Waiting times: a grade that is given only some time after a lower one was certified.

A scheme states one as a gate of the grade, on the age of the fact ``GRADE-since`` for a lower grade of the same
ladder. Whoever writes a case folder states that day; whoever certifies knows it from the certificate itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sealmark.core.periods import add_months
from sealmark.scheme.edition import Edition
from sealmark.scheme.figures import Number
from sealmark.scheme.grading import EvidenceGate, Gate, Ladder
from sealmark.scheme.rules import FactRule

__all__ = ["GradeWait", "grade_waits", "waits_unmet"]


@dataclass(frozen=True, slots=True)
class GradeWait:
    """One waiting time.

    Attributes:
        ladder: Id of the ladder.
        grade: The lowest grade that has to wait; those above it wait with it.
        after: The lower grade that has to be certified first.
        gate: That states it; a result in which it is waived need not wait.
        length: How many months or days.
        unit: ``months`` or ``days``.
    """

    ladder: str
    grade: str
    after: str
    gate: str
    length: Number
    unit: str

    def open_on(self, since: dt.date, length: int) -> dt.date:
        """Return the first day on which the grade can be given."""
        return add_months(since, length) if self.unit == "months" else since + dt.timedelta(days=length)


def grade_waits(edition: Edition) -> tuple[GradeWait, ...]:
    """Return the waiting times that the gates of an edition state."""
    gates = {gate.id: gate for gate in edition.grading.gates}
    return tuple(
        wait
        for ladder in edition.grading.ladders
        for place, grade in enumerate(ladder.grades)
        for name in grade.gates
        if (wait := _wait(ladder, place, gates[name])) is not None
    )


def _wait(ladder: Ladder, place: int, gate: Gate) -> GradeWait | None:
    rule = gate.evidence if isinstance(gate, EvidenceGate) else None
    if not isinstance(rule, FactRule) or rule.age_in is None or rule.scores.at_least is None:
        return None
    lower = [grade.id for grade in ladder.grades[:place] if rule.fact == f"{grade.id}-since"]
    return (
        GradeWait(ladder.id, ladder.grades[place].id, lower[0], gate.id, rule.scores.at_least, rule.age_in)
        if lower
        else None
    )


def waits_unmet(
    edition: Edition,
    grades: Mapping[str, str],
    certified: Mapping[str, dt.date],
    on: dt.date,
    *,
    length_of: Callable[[Number], int | None],
) -> tuple[str, ...]:
    """Return as sentences which grades would be given too early.

    Args:
        edition: The scheme.
        grades: The grade to be given, by ladder.
        certified: By grade, the first day on which the organization's certificate showed it.
        on: Day of the decision.
        length_of: Returns a figure of the scheme as a whole number; None where it is not known.
    """
    ladders = {ladder.id: [grade.id for grade in ladder.grades] for ladder in edition.grading.ladders}
    found = []
    for wait in grade_waits(edition):
        order, given = ladders[wait.ladder], grades.get(wait.ladder)
        if given not in order or order.index(given) < order.index(wait.grade):
            continue
        since = min((certified[name] for name in order[order.index(wait.after) :] if name in certified), default=None)
        length = length_of(wait.length)
        opens = None if since is None or length is None else wait.open_on(since, length)
        if opens is None:
            found.append(f'The grade "{given}" needs a certificate of "{wait.after}" that is old enough.')
        elif on < opens:
            found.append(f'The grade "{given}" can be given from {opens}.')
    return tuple(found)
