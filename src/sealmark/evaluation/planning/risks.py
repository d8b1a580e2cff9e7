"""What a planned sample of sites buys: how likely the right grade is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook, Missing
from sealmark.core.numbers import decimal_from_float
from sealmark.evaluation.certainty.grade_risk import GradeRisk, compared_designs, grade_risks
from sealmark.evaluation.planning.sites import SitePlan
from sealmark.measure.sampling.grade_risk import GradeDesign, chance_of_right_grade, possible_scores
from sealmark.scheme.grading import Ladder

__all__ = ["ASSUMED_SITE_SPREAD", "RiskPlan", "even_scores", "plan_risks"]

ASSUMED_SITE_SPREAD = 8.0
"""Standard deviation between sites, in points of 0-100, where none has been seen."""
_POINTS = 2000


@dataclass(frozen=True, slots=True)
class RiskPlan:
    """The expected chance of the right grade under a plan.

    Attributes:
        ladder: The ladder.
        sites: Sites there are.
        visited: Sites the plan visits.
        spread: Standard deviation between sites, in points of the score.
        assumed: Whether the spread is assumed; otherwise it is the one of the sites visited so far.
        right: Chance of the right grade by the plan, with further sites, with more interviews.
    """

    ladder: str
    sites: int
    visited: int
    spread: Decimal
    assumed: bool
    right: Mapping[str, Decimal]


def even_scores(cuts: list[float], scale: float) -> list[float]:
    """Return evenly spread true scores over the grades, one grade's width below the lowest up to the top.

    Example:
        >>> found = even_scores([60, 70, 80, 90], 100)
        >>> found[0], found[-1]
        (50.0125, 99.9875)
    """
    width = (cuts[-1] - cuts[0]) / (len(cuts) - 1) if len(cuts) > 1 else scale - cuts[0]
    low = max(0.0, cuts[0] - width)
    return [low + (scale - low) * (at + 0.5) / _POINTS for at in range(_POINTS)]


def plan_risks(
    book: FigureBook, evidence: Evidence, sites: SitePlan, *, spread: float = ASSUMED_SITE_SPREAD
) -> tuple[RiskPlan, ...]:
    """Return how likely the planned sample leads to the right grade, for every ladder that a score decides.

    Where sites have been visited, their spread and the score found count; otherwise the spread given, and
    all true scores over the grades alike. Only the sites are planned for: interviews count as far as the
    case has them.

    Args:
        book: The scheme's figures.
        evidence: What is known of the case so far.
        sites: The planned sample.
        spread: Standard deviation between sites where none has been seen, in points of 0-100.
    """
    if not sites.needed:
        return ()
    known = {item.ladder: item for item in grade_risks(assess(evidence, book), evidence, book)}
    plans = []
    for ladder in book.edition.grading.ladders:
        if ladder.id in known:
            plans.append(_known(known[ladder.id], sites))
        elif (limits := _limits(ladder, book)) is not None:
            plans.append(_assumed(ladder.id, *limits, sites, spread))
    return tuple(plans)


def _known(risk: GradeRisk, sites: SitePlan) -> RiskPlan:
    assert sites.needed is not None
    limits = [float(cut.at_least) for cut in risk.cuts]
    design = replace(risk.design, sites=sites.listed, visited=sites.needed)
    top = max(100.0, float(risk.found), *limits)
    likely = possible_scores(float(risk.found), risk.design, within=(0.0, top))
    right = chance_of_right_grade(limits, compared_designs(design), likely)
    return _plan(risk.ladder, design, right, assumed=False)


def _limits(ladder: Ladder, book: FigureBook) -> tuple[list[float], float] | None:
    """Return the rising limits of a ladder and its scale; None where one is not known or no score decides."""
    score = next((item for item in book.edition.grading.scores if item.id == ladder.score), None)
    if score is None:
        return None
    found = [book.number(grade.at_least) for grade in ladder.grades if grade.at_least is not None]
    scale = book.number(score.scale)
    if not found or isinstance(scale, Missing) or any(isinstance(item, Missing) for item in found):
        return None
    limits = sorted({float(item) for item in found if isinstance(item, Decimal)})
    return limits, max(float(scale), limits[-1])


def _assumed(ladder: str, limits: list[float], scale: float, sites: SitePlan, spread: float) -> RiskPlan:
    assert sites.needed is not None
    design = GradeDesign(sites.listed, sites.needed, spread * scale / 100)
    right = chance_of_right_grade(limits, compared_designs(design), even_scores(limits, scale))
    return _plan(ladder, design, right, assumed=True)


def _plan(ladder: str, design: GradeDesign, right: Mapping[str, float], *, assumed: bool) -> RiskPlan:
    rounded = {name: decimal_from_float(round(chance, 4)) for name, chance in right.items()}
    spread = decimal_from_float(round(design.spread, 3))
    return RiskPlan(ladder, design.sites, design.visited, spread, assumed, rounded)
