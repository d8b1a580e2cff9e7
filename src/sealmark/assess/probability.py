"""How sure the grade is: the share of possible truths under which each grade comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sealmark.assess.assessment import Assessment, assess_findings
from sealmark.assess.evidence import Draw, Evidence, change_key
from sealmark.assess.figures import FigureBook
from sealmark.assess.requirements import find
from sealmark.scheme.rules import ChangeRule, MeasureRule

__all__ = ["GradeProbabilities", "grade_probabilities", "reassess"]


@dataclass(frozen=True)
class GradeProbabilities:
    """Probability of each grade per ladder, and the score's spread over the draws.

    Attributes:
        draws: How many possible truths were graded.
        ladders: Ladder to grade to share of draws, highest share first.
        scores: Score to (5th, 50th, 95th) percentile of the draws; None when never determined.
    """

    draws: int
    ladders: Mapping[str, Mapping[str, Decimal]]
    scores: Mapping[str, tuple[Decimal, Decimal, Decimal] | None]


def grade_probabilities(
    assessment: Assessment, evidence: Evidence, book: FigureBook, draws: Iterable[Draw]
) -> GradeProbabilities:
    """Return the probabilities of the grades over possible truths.

    Each draw replaces the uncertain inputs (estimates, judged shares) by one
    possible truth and runs the same grading function. Findings that no draw
    touches are taken as they are.
    """
    grades: dict[str, Counter[str]] = {name: Counter() for name in assessment.standing.ladders}
    scores: dict[str, list[Decimal]] = {name: [] for name in assessment.standing.scores}
    measures = _measures_asked(book)
    total = 0
    for draw in draws:
        total += 1
        standing = _under(assessment, evidence, book, draw=draw, measures=measures).standing
        for name, ladder in standing.ladders.items():
            grades[name][ladder.grade] += 1
        for name, score in standing.scores.items():
            if score.value is not None:
                scores[name].append(score.value)
    return GradeProbabilities(
        total,
        {name: _shares(counter, total) for name, counter in grades.items()},
        {name: _spread(values) for name, values in scores.items()},
    )


def reassess(assessment: Assessment, evidence: Evidence, book: FigureBook, draw: Draw) -> Assessment:
    """Return the assessment as it would be under one possible truth."""
    return _under(assessment, evidence, book, draw=draw, measures=_measures_asked(book))


def _measures_asked(book: FigureBook) -> dict[str, set[str]]:
    """Return the measures and changes that each requirement looks at, changes by their key."""
    requirements = book.edition.requirements.items()
    return {
        name: {rule.measure for rule in item.evidence if isinstance(rule, MeasureRule)}
        | {change_key(rule.change) for rule in item.evidence if isinstance(rule, ChangeRule)}
        for name, item in requirements
    }


def _under(
    assessment: Assessment, evidence: Evidence, book: FigureBook, *, draw: Draw, measures: Mapping[str, set[str]]
) -> Assessment:
    truth = evidence.under(draw)
    drawn = {measure for measure, _ in draw.estimates} | {change_key(name) for name in draw.changes}
    touched = {requirement for requirement, _, _ in draw.shares}
    touched |= {name for name, asked in measures.items() if asked & drawn}
    requirements = book.edition.requirements
    found = {name: find(requirements[name], truth, book) for name in requirements if name in touched}
    return assess_findings({**assessment.findings, **found}, truth, book, like=assessment)


def _shares(counter: Counter[str], total: int) -> dict[str, Decimal]:
    return {
        grade: Decimal(count) / total for grade, count in sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    }


def _spread(values: list[Decimal]) -> tuple[Decimal, Decimal, Decimal] | None:
    if not values:
        return None
    ordered = sorted(values)
    low, middle, high = (ordered[round(share * (len(ordered) - 1))] for share in (0.05, 0.5, 0.95))
    return low, middle, high
