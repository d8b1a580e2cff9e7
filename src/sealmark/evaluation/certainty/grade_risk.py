"""How well the sites and interviews of a case can tell its grades apart, and what more of them would buy.

The spread between sites is taken in points of the score itself: for each visited site the whole
assessment is made as if all sites were like it, by the one grading function. What a measure puts into
the score is half the way the score goes when the measure moves from one standard error below its value
to one above.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np

from sealmark.assess.assessment import Assessment
from sealmark.assess.evidence import Draw, Evidence
from sealmark.assess.figures import FigureBook
from sealmark.assess.probability import reassess
from sealmark.assess.standing import LadderResult
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.evaluation.certainty.judged_shares import JudgedShare, judged_shares
from sealmark.measure.sampling.grade_risk import (
    GradeDesign,
    chance_of_right_grade,
    operating_characteristic,
    possible_scores,
)
from sealmark.scheme.rules import MeasureRule

__all__ = ["MORE_INTERVIEWS", "MORE_SITES", "Cut", "GradeRisk", "compared_designs", "grade_risks", "score_range"]

MORE_SITES = 2
"""Further outlets whose worth is told."""
MORE_INTERVIEWS = 2
"""Times the interviews whose worth is told."""
_STEPS = (-3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3)
_PLACES = 6
_Cell = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Cut:
    """A grade and the lowest score that reaches it."""

    grade: str
    at_least: Decimal


@dataclass(frozen=True)
class GradeRisk:
    """The operating characteristic of one ladder for one case.

    Attributes:
        ladder: The ladder.
        score: The score it climbs by.
        found: The score found, before rounding.
        design: Sites, visits and errors, in points of the score.
        cuts: Grades with their limits, lowest first.
        scores: True scores looked at.
        chances: At each of them the chance of none and of each grade.
        right: Expected chance of the right grade now, with more sites, with more interviews.
    """

    ladder: str
    score: str
    found: Decimal
    design: GradeDesign
    cuts: tuple[Cut, ...]
    scores: tuple[Decimal, ...]
    chances: tuple[tuple[Decimal, ...], ...]
    right: Mapping[str, Decimal]


def grade_risks(assessment: Assessment, evidence: Evidence, book: FigureBook) -> tuple[GradeRisk, ...]:
    """Return the operating characteristic of every ladder that a score decides and sampled sites move.

    None where no site or only one was visited, where all were, where the score or its limits are not
    known, and where the visited sites do not differ.

    Args:
        assessment: Of the evidence as it is.
        evidence: What was seen.
        book: The edition's figures.
    """
    judged = tuple(judged_shares(evidence, book))
    visited = sorted({site for item in judged for site in item.shares if site in evidence.sites})
    if not 1 < len(visited) < len(evidence.sites):
        return ()
    climbed = {
        ladder.id: ladder.score
        for ladder in book.edition.grading.ladders
        if ladder.score is not None and _cuts(assessment.standing.ladders[ladder.id])
    }
    known = {score for score in climbed.values() if assessment.standing.scores[score].exact is not None}
    like_site = [_scores(assessment, evidence, book, Draw(shares=_like(site, judged))) for site in visited]
    moves = list(_moves(assessment, evidence, book)) if known else []
    found = []
    for ladder, score in climbed.items():
        values = [scores[score] for scores in like_site]
        if score in known and all(value is not None for value in values):
            spread = float(np.std([float(value) for value in values if value is not None], ddof=1))
            survey, other = (_error(moves, score, surveys=surveys) for surveys in (True, False))
            design = GradeDesign(len(evidence.sites), len(visited), spread, survey, other)
            found.append(_risk(assessment, ladder, score, design))
    return tuple(item for item in found if item.design.spread > 0)


def _cuts(ladder: LadderResult) -> tuple[Cut, ...]:
    """Return the limits on the score, where they are known and rise."""
    cuts = tuple(Cut(rung.id, rung.at_least) for rung in ladder.rungs if rung.at_least is not None)
    rising = all(low.at_least < high.at_least for low, high in pairwise(cuts))
    return cuts if rising else ()


def _like(site: str, judged: Sequence[JudgedShare]) -> dict[tuple[str, int, str | None], Decimal]:
    """Return the judged shares as they would be if every sampled site were like one of them."""
    shares = {}
    for item in judged:
        sites = sorted(item.shares)
        if item.sampled and site in sites:
            values, weights = item.values(), item.weights()
            deviation = len(sites) * weights[sites.index(site)] * (values[sites.index(site)] - float(weights @ values))
            shares[item.key] = decimal_from_float(item.mean + item.sampled * float(deviation), 9)
    return shares


def _scores(assessment: Assessment, evidence: Evidence, book: FigureBook, truth: Draw) -> dict[str, Decimal | None]:
    standing = reassess(assessment, evidence, book, truth).standing
    return {name: score.exact for name, score in standing.scores.items()}


@dataclass(frozen=True, slots=True)
class _Move:
    """How far each score goes when one measure moves by two standard errors, and whether people were asked."""

    surveyed: bool
    by: Mapping[str, float]


def _moves(assessment: Assessment, evidence: Evidence, book: FigureBook) -> Iterator[_Move]:
    for name, truths in _nudged(evidence, book):
        low, high = (_scores(assessment, evidence, book, truth) for truth in truths)
        by = {
            score: float(abs(high[score] - low[score]))  # type: ignore[operator]
            for score in low
            if low[score] is not None and high[score] is not None
        }
        yield _Move(book.edition.measures[name].instrument is not None, by)


def _nudged(evidence: Evidence, book: FigureBook) -> Iterator[tuple[str, list[Draw]]]:
    """Yield each measure, and each change of one, a standard error lower and a standard error higher."""
    for (name, site), cell in _cells(evidence, book):
        ends = _ends(cell)
        if book.edition.measures[name].unit == "share":
            ends = [min(max(end, Decimal(0)), Decimal(1)) for end in ends]
        yield name, [Draw({(name, site): end}) for end in ends]
    for name, measured in sorted(evidence.measures.items()):
        if measured.change is not None and measured.change.change.standard_error:
            yield name, [Draw(changes={name: end}) for end in _ends(measured.change.change)]


def _ends(cell: Estimate) -> list[Decimal]:
    assert cell.value is not None
    assert cell.standard_error is not None
    return [cell.value - cell.standard_error, cell.value + cell.standard_error]


def _cells(evidence: Evidence, book: FigureBook) -> Iterator[tuple[_Cell, Estimate]]:
    by_site = {
        rule.measure
        for requirement in book.edition.requirements.values()
        for rule in requirement.evidence
        if isinstance(rule, MeasureRule) and rule.sites != "overall"
    }
    for name, measured in sorted(evidence.measures.items()):
        cells: list[tuple[_Cell, Estimate]] = [((name, None), measured.overall)]
        if name in by_site:
            cells += [((name, site), cell) for site, cell in sorted(measured.sites.items())]
        yield from ((key, cell) for key, cell in cells if cell.value is not None and cell.standard_error)


def _error(moves: Sequence[_Move], score: str, *, surveys: bool) -> float:
    return math.hypot(*(move.by.get(score, 0.0) / 2 for move in moves if move.surveyed is surveys))


def compared_designs(design: GradeDesign) -> dict[str, GradeDesign]:
    """Return the design as it is, with further sites, and with more interviews where there are any."""
    designs = {"now": design, "more_sites": design.with_sites(MORE_SITES)}
    if design.survey_error:
        designs["more_interviews"] = design.with_interviews(MORE_INTERVIEWS)
    return designs


def score_range(cuts: Sequence[float], found: Sequence[float], error: float, scale: float) -> list[float]:
    """Return the true scores to look at: the limits and the score found, and around them as far as errors reach.

    Args:
        cuts: Lowest score of each grade.
        found: The score found, if any.
        error: Standard error of the score.
        scale: The highest score there is.
    """
    spots = {spot + step * error for spot in [*cuts, *found] for step in _STEPS}
    low = max(0.0, math.floor(min(spots)))
    high = min(max([scale, *found]), math.ceil(max(spots)))
    return sorted({low, high, *(round(spot, 6) for spot in spots if low <= spot <= high)})


def _risk(assessment: Assessment, ladder: str, score: str, design: GradeDesign) -> GradeRisk:
    result = assessment.standing.scores[score]
    assert result.exact is not None
    cuts = _cuts(assessment.standing.ladders[ladder])
    limits, found = [float(cut.at_least) for cut in cuts], float(result.exact)
    scale = float(result.scale) if result.scale is not None else max(*limits, found)
    scores = score_range(limits, [found], design.error, scale)
    curve = operating_characteristic(limits, design, scores)
    likely = possible_scores(found, design, within=(min(0.0, found), max(scale, found)))
    right = chance_of_right_grade(limits, compared_designs(design), likely)
    return GradeRisk(
        ladder,
        score,
        result.exact,
        design,
        cuts,
        tuple(_rounded(value) for value in scores),
        tuple(tuple(_rounded(value) for value in row) for row in curve.chances),
        {name: _rounded(value) for name, value in right.items()},
    )


def _rounded(value: float) -> Decimal:
    return decimal_from_float(round(float(value), _PLACES))
