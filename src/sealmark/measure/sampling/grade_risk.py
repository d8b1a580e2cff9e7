"""The operating characteristic of a grade: how likely each grade is, given what the whole truly deserves.

The score of an organization is the mean of its sites. ``visited`` of ``sites`` are drawn at random, their
scores spread by ``spread``, and surveys and records add errors of their own:

    error^2 = (1 - n/N) spread^2 / n + survey_error^2 + other_error^2

Rule "mean": the grade of the mean that was found. The chance to reach a cut c when the truth is t is
``Phi((t - c) / error)``. Rule "sure": a grade is awarded when the evidence makes it likely enough that the
truth lies above its cut. With ``s`` estimated on n - 1 degrees of freedom that means a t quantile above the
cut, and the chance is a noncentral t; errors of several sources have Satterthwaite's degrees of freedom.
Site scores are taken as normal; grades are decided by the score alone, without gates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from sealmark.measure.sampling.ranges import require

__all__ = [
    "GradeDesign",
    "OperatingCharacteristic",
    "Rule",
    "chance_of_right_grade",
    "operating_characteristic",
    "possible_scores",
]

Floats = npt.NDArray[np.float64]
Rule = Literal["mean", "sure"]

_POINTS = 2000
_NEARLY_NORMAL = 1e6


@dataclass(frozen=True, slots=True)
class GradeDesign:
    """What a score rests on, in points of the score.

    Attributes:
        sites: Sites there are.
        visited: Sites visited; none where the score does not rest on sites.
        spread: Standard deviation of the scores between sites.
        survey_error: Standard error that interviews put into the score.
        other_error: Standard error of what more sites and interviews do not change.

    Raises:
        SealmarkError: SM472 a number is outside its range.
    """

    sites: int
    visited: int
    spread: float
    survey_error: float = 0.0
    other_error: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a design that cannot be."""
        what = f"{self.visited} visited of {self.sites} sites cannot be."
        require(0 < self.visited <= self.sites, what, "Visit at least one site and at most all.", code="SM472")
        for name in ("spread", "survey_error", "other_error"):
            value = getattr(self, name)
            what = f"The {name.replace('_', ' ')} cannot be {value}."
            require(value >= 0 and math.isfinite(value), what, "Give 0 or more points.", code="SM472")

    @property
    def site_variance(self) -> float:
        """Variance of the mean of the visited sites."""
        return (1 - self.visited / self.sites) * self.spread**2 / self.visited

    @property
    def error(self) -> float:
        """Standard error of the score."""
        return math.sqrt(self.site_variance + self.survey_error**2 + self.other_error**2)

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the error; infinite when the sites put none into it."""
        if self.site_variance == 0:
            return math.inf
        if self.visited == 1:
            return 0.0
        return (self.visited - 1) * (self.error**2 / self.site_variance) ** 2

    def with_sites(self, more: int) -> GradeDesign:
        """Return the design with more sites visited, at most all."""
        return replace(self, visited=min(self.sites, self.visited + more))

    def with_interviews(self, times: float) -> GradeDesign:
        """Return the design with so many times the interviews; their error shrinks by the root."""
        return replace(self, survey_error=self.survey_error / math.sqrt(times))


@dataclass(frozen=True)
class OperatingCharacteristic:
    """The chance of each grade by true score.

    Attributes:
        scores: True scores, shape (scores,).
        chances: Chance of each grade, lowest first and before it that of none, shape (scores, cuts + 1).
        right: Chance of the grade that the true score deserves, shape (scores,).
    """

    scores: Floats
    chances: Floats
    right: Floats


def operating_characteristic(
    cuts: Sequence[float], design: GradeDesign, scores: Sequence[float], *, rule: Rule = "mean", sure: float = 0.8
) -> OperatingCharacteristic:
    """Return how likely each grade is awarded, for a range of true scores.

    Args:
        cuts: Lowest score of each grade, rising.
        design: Sites, visits, spread and further errors.
        scores: True scores to look at.
        rule: mean: the grade of the score found. sure: the highest grade that is at least ``sure`` likely.
        sure: For the rule "sure", between 0 and 1.

    Raises:
        SealmarkError: SM472 cuts do not rise, or "sure" is asked of one visited site.

    Example:
        >>> found = operating_characteristic([60, 70, 80, 90], GradeDesign(100, 3, 8.0), [86, 90, 94])
        >>> found.chances[:, 4].round(2).tolist()
        [0.19, 0.5, 0.81]
    """
    limits = _limits(cuts)
    require(0 < sure < 1, f'A grade cannot be awarded at "{sure}" sure.', "Write 80 % as 0.8.", code="SM472")
    require(
        rule == "mean" or design.freedom > 0, "One visited site shows no spread, so nothing is sure.",
        "Visit two sites or more.", code="SM472",
    )  # fmt: skip
    truth = np.asarray(scores, dtype=float)
    reached = _reached(truth[:, None] - limits[None, :], design, rule, sure)
    steps = np.column_stack([np.ones(len(truth)), reached, np.zeros(len(truth))])
    chances = np.clip(steps[:, :-1] - steps[:, 1:], 0, 1)
    deserved = np.searchsorted(limits, truth, side="right")
    return OperatingCharacteristic(truth, chances, chances[np.arange(len(truth)), deserved])


def _limits(cuts: Sequence[float]) -> Floats:
    limits = np.asarray(cuts, dtype=float)
    told = ", ".join(f"{cut:g}" for cut in limits)
    fix = "Give the lowest score of each grade, lowest grade first: 60, 70, 80, 90."
    rises = bool(len(limits)) and bool(np.all(np.isfinite(limits))) and bool(np.all(np.diff(limits) > 0))
    require(rises, f"The cuts of the grades do not rise: {told or 'there are none'}.", fix, code="SM472")
    return limits


def _reached(margins: Floats, design: GradeDesign, rule: Rule, sure: float) -> Floats:
    """Return the chance to reach a cut by how far the truth lies above it."""
    if design.error == 0:
        return np.asarray(margins >= 0, dtype=float)
    shifts = margins / design.error
    if rule == "mean":
        return np.asarray(special.ndtr(shifts))
    if design.freedom > _NEARLY_NORMAL:
        return np.asarray(special.ndtr(shifts - special.ndtri(sure)))
    needed = special.stdtrit(design.freedom, sure)
    return np.asarray(stats.nct.sf(needed, design.freedom, shifts))


def possible_scores(found: float, design: GradeDesign, *, within: tuple[float, float] = (0, 100)) -> Floats:
    """Return equally likely true scores that fit a score that was found: quantiles of its t distribution.

    Args:
        found: The score found.
        design: What it rests on.
        within: Lowest and highest score there is; what lies beyond is moved there.

    Raises:
        SealmarkError: SM472 one visited site shows no spread.
    """
    what = "One visited site shows no spread, so no range of scores can be told."
    require(design.freedom > 0, what, "Visit two sites or more.", code="SM472")
    middles = (np.arange(_POINTS) + 0.5) / _POINTS
    steps = special.ndtri(middles) if math.isinf(design.freedom) else special.stdtrit(design.freedom, middles)
    return np.asarray(np.clip(found + steps * design.error, *within))


def chance_of_right_grade(
    cuts: Sequence[float], designs: Mapping[str, GradeDesign], scores: Sequence[float] | Floats, *, rule: Rule = "mean"
) -> dict[str, float]:
    """Return the expected chance of the right grade under several designs, over the same true scores.

    The right grade is the one the true score deserves. Equally likely true scores come from
    :func:`possible_scores`, or are any range one wants to be safe in.

    Args:
        cuts: Lowest score of each grade, rising.
        designs: Name to design, for example now, two more sites, twice the interviews.
        scores: Equally likely true scores.
        rule: As for :func:`operating_characteristic`.

    Example:
        >>> now = GradeDesign(100, 10, 8.0)
        >>> designs = {"now": now, "two more sites": now.with_sites(2)}
        >>> found = chance_of_right_grade([80, 90], designs, possible_scores(86, now))
        >>> {name: round(chance, 2) for name, chance in found.items()}
        {'now': 0.85, 'two more sites': 0.87}
    """
    return {
        name: float(operating_characteristic(cuts, design, list(scores), rule=rule).right.mean())
        for name, design in designs.items()
    }
