"""Everything that is missing for a full answer: evidence, and the figures that would be needed after it."""

from __future__ import annotations

from collections.abc import Iterator

from sealmark.assess.assessment import Assessment
from sealmark.assess.figures import FigureBook, Missing
from sealmark.scheme.grading import Grading

__all__ = ["everything_missing"]


def everything_missing(assessment: Assessment, book: FigureBook) -> tuple[Missing, ...]:
    """Return what would have to be known, sorted.

    An assessment names what stopped it first: a rule without evidence does not
    come to its threshold. Here the unknown figures of all that is not determined
    are named too, so that nobody gathers evidence only to learn of them then.
    """
    return tuple(sorted({*assessment.missing, *book.unknown_in(*_undetermined(assessment, book))}))


def _undetermined(assessment: Assessment, book: FigureBook) -> Iterator[object]:
    edition, standing = book.edition, assessment.standing
    grading: Grading = edition.grading
    for name, finding in assessment.findings.items():
        if finding.statement == "not-determined":
            yield edition.requirements[name]
    gates = {gate.id: gate for gate in grading.gates}
    yield from (gates[name] for name, gate in standing.gates.items() if gate.holds is None and name in gates)
    scores = {score.id: score for score in grading.scores}
    yield from (scores[name] for name, score in standing.scores.items() if score.value is None)
    for ladder in grading.ladders:
        rungs = {rung.id for rung in standing.ladders[ladder.id].rungs if rung.holds is None}
        yield from (grade for grade in ladder.grades if grade.id in rungs)
