"""How many respondents or sites a wanted precision or a wanted decision needs. Pure functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypedDict, Unpack

from scipy import special, stats

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.sampling.ranges import require, require_between

__all__ = [
    "Setting",
    "Waves",
    "half_width_of_mean",
    "half_width_of_share",
    "invitations_for",
    "power_of_difference",
    "respondents_for_difference",
    "respondents_for_mean",
    "respondents_for_share",
    "respondents_for_share_difference",
    "visits_for_margin",
]

_MOST = 10**9
_NEARLY_NORMAL = 10**6
"""Degrees of freedom from which t is taken as normal."""


class Setting(TypedDict, total=False):
    """What every sample size rests on; all may be left out.

    Attributes:
        confidence: Level of the two-sided interval or test, 0.95.
        population: Members of the finite population; None, a large one.
        design_effect: Variance over that of a simple random sample, 1.
    """

    confidence: float
    population: int | None
    design_effect: float


def half_width_of_mean(base: int, standard_deviation: float, **setting: Unpack[Setting]) -> float:
    """Return the half-width of the t interval of a mean.

    Args:
        base: Respondents.
        standard_deviation: Of one answer.
        setting: Confidence, population and design effect, see :class:`Setting`.

    Example:
        >>> round(half_width_of_mean(250, 14.35), 2)
        1.79
    """
    quantile = float(special.stdtrit(base - 1, (1 + setting.get("confidence", 0.95)) / 2))
    population = setting.get("population")
    rest = 1 - base / population if population else 1.0
    variance = setting.get("design_effect", 1.0) * max(rest, 0.0) / base
    return quantile * standard_deviation * math.sqrt(variance)


def half_width_of_share(base: int, share: float = 0.5, **setting: Unpack[Setting]) -> float:
    """Return the half-width of the t interval of a share; one half is the worst case."""
    return half_width_of_mean(base, math.sqrt(share * (1 - share) * base / (base - 1)), **setting)


def respondents_for_mean(half_width: float, standard_deviation: float, **setting: Unpack[Setting]) -> int:
    """Return the fewest respondents whose t interval of a mean is no wider than wanted, at least two.

    Raises:
        SealmarkError: SM419 a number outside its range.

    Example:
        >>> respondents_for_mean(2.0, 14.35)
        201
    """
    require(half_width > 0, f"A half-width of {half_width} cannot be reached.", "Give a number above 0.")
    _check(standard_deviation, setting)
    return _fewest(
        lambda base: half_width_of_mean(base, standard_deviation, **setting) <= half_width, setting.get("population")
    )


def respondents_for_share(half_width: float, share: float = 0.5, **setting: Unpack[Setting]) -> int:
    """Return the fewest respondents whose t interval of a share is no wider than wanted.

    Raises:
        SealmarkError: SM419 a number outside its range.

    Example:
        >>> respondents_for_share(0.05)
        388
        >>> respondents_for_share(0.05, population=300)
        170
    """
    require(0 < half_width < 1, f"A half-width of {half_width} is no share.", "Write 5 points as 0.05.")
    _check_share(share)
    _check(0.0, setting)
    return _fewest(lambda base: half_width_of_share(base, share, **setting) <= half_width, setting.get("population"))


@dataclass(frozen=True, slots=True)
class Waves:
    """How the samples of two waves of one survey hang together.

    Attributes:
        overlap: Share of a wave's respondents who are asked in both; None: two samples drawn independently.
        correlation: Of one person's answers in both waves.
    """

    overlap: float | None = None
    correlation: float = 0.0

    def freedom(self, base: int) -> float:
        """Return the degrees of freedom of the difference: 2(n-1) apart, n-1 for the same people."""
        return (2 - (self.overlap or 0.0)) * (base - 1)

    def variance_parts(self, population: int | None) -> tuple[float, float]:
        """Return a and b of the variance ``a/n - b`` of the difference, for answers of variance 1."""
        rest = 1 / population if population else 0.0
        if self.overlap is None:
            return 2.0, 2.0 * rest
        return 2 * (1 - self.overlap * self.correlation), 2 * (1 - self.correlation) * rest


def power_of_difference(
    base: int, difference: float, standard_deviation: float, *, waves: Waves | None = None, **setting: Unpack[Setting]
) -> float:
    """Return how likely a true difference between two waves is found, in its own direction.

    Two-sided t test of two means; noncentral t (Cohen, *Statistical Power Analysis*, 1988, ch. 2).
    With overlapping samples of a finite population (Kish, *Survey Sampling*, 1965):
    Var = 2 S^2 deff [(1 - P r)/n - (1 - r)/N].

    Args:
        base: Respondents in each wave.
        difference: The true difference, in the unit of the answers.
        standard_deviation: Of one answer.
        waves: Overlap and correlation; independent samples when None.
        setting: Confidence, population and design effect, see :class:`Setting`.

    Example:
        >>> round(power_of_difference(64, 0.5, 1.0), 3)
        0.801
    """
    waves = waves or Waves()
    variance = _variance_of_difference(base, standard_deviation, waves, setting)
    if variance <= 0:
        return 1.0
    freedom = waves.freedom(base)
    tail = (1 + setting.get("confidence", 0.95)) / 2
    shift = abs(difference) / math.sqrt(variance)
    if freedom > _NEARLY_NORMAL:
        return float(special.ndtr(shift - special.ndtri(tail)))
    return float(stats.nct.sf(special.stdtrit(freedom, tail), freedom, shift))


def _variance_of_difference(base: int, standard_deviation: float, waves: Waves, setting: Setting) -> float:
    slope, constant = waves.variance_parts(setting.get("population"))
    return standard_deviation**2 * setting.get("design_effect", 1.0) * (slope / base - constant)


def respondents_for_difference(
    difference: float,
    standard_deviation: float,
    *,
    power: float = 0.8,
    waves: Waves | None = None,
    **setting: Unpack[Setting],
) -> int:
    """Return the respondents each of two waves needs to find a difference of means.

    The normal formula first, then raised until :func:`power_of_difference` is reached.

    Args:
        difference: What must not be missed, in the unit of the answers.
        standard_deviation: Of one answer.
        power: How likely it must be found.
        waves: Overlap and correlation; independent samples when None.
        setting: Confidence, population and design effect, see :class:`Setting`.

    Raises:
        SealmarkError: SM419 a number outside its range.

    Example:
        >>> respondents_for_difference(0.5, 1.0)
        64
        >>> respondents_for_difference(0.5, 1.0, waves=Waves(overlap=1.0, correlation=0.5))
        34
    """
    waves = waves or Waves()
    require(difference != 0, "A difference of 0 cannot be found.", "Give another number.")
    _check(standard_deviation, setting)
    _check_waves(waves, power)
    slope, constant = waves.variance_parts(setting.get("population"))
    quantiles = float(special.ndtri((1 + setting.get("confidence", 0.95)) / 2) + special.ndtri(power))
    wanted = (difference / quantiles) ** 2
    scale = standard_deviation**2 * setting.get("design_effect", 1.0)
    most = setting.get("population") or _MOST
    base = max(2, math.ceil(min(most, scale * slope / (wanted + scale * constant))))
    while base < most and power_of_difference(base, difference, standard_deviation, waves=waves, **setting) < power:
        base += 1
    return min(base, most)


def respondents_for_share_difference(
    first: float, second: float, *, power: float = 0.8, waves: Waves | None = None, **setting: Unpack[Setting]
) -> int:
    """Return the respondents each of two waves needs to find that a share moved from ``first`` to ``second``.

    Normal test of two shares, pooled under "no change" (Fleiss, *Statistical Methods for Rates and
    Proportions*, 1981, ch. 3), without continuity correction.

    Raises:
        SealmarkError: SM419 a number outside its range.

    Example:
        >>> respondents_for_share_difference(0.5, 0.75, power=0.9)
        77
    """
    waves = waves or Waves()
    _check_share(first)
    _check_share(second)
    require(first != second, "A difference of 0 cannot be found.", "Give two different shares.")
    _check(0.0, setting)
    _check_waves(waves, power)
    pooled = (first + second) / 2
    own = (first * (1 - first) + second * (1 - second)) / 2
    tail = float(special.ndtri((1 + setting.get("confidence", 0.95)) / 2)) * math.sqrt(pooled * (1 - pooled))
    spread = tail + float(special.ndtri(power)) * math.sqrt(own)
    scale = spread**2 * setting.get("design_effect", 1.0)
    slope, constant = waves.variance_parts(setting.get("population"))
    needed = math.ceil(scale * slope / ((first - second) ** 2 + scale * constant))
    return max(2, min(needed, setting.get("population") or _MOST))


def invitations_for(respondents: int, *, response_rate: float, population: int | None = None) -> int:
    """Return how many to invite so that, at the expected response rate, enough answer.

    Args:
        respondents: Answers needed.
        response_rate: Expected share of the invited who answer, above 0.
        population: How many there are to invite; None when many.

    Raises:
        SealmarkError: SM419 a number outside its range, SM473 there are not so many.

    Example:
        >>> invitations_for(388, response_rate=0.25)
        1552
    """
    what = f"A response rate of {response_rate} is no share."
    require(0 < response_rate <= 1, what, "Write 25 % as 0.25.")
    needed = math.ceil(respondents / Fraction(str(response_rate)))
    if population is not None and needed > population:
        what = f"{needed} would have to be invited, but there are {population}."
        fix = f"Ask for less precision, or raise the response rate to {respondents / population:.0%} or more."
        raise SealmarkError(Problem("SM473", what, fix=fix))
    return needed


def visits_for_margin(
    margin: float, standard_deviation: float, *, sites: int, power: float = 0.9, confidence: float = 0.95
) -> int:
    """Return the sites to visit so that a limit is shown to be passed with little doubt.

    A site mean passes when its one-sided lower t limit, finite population counted, lies above the
    limit; an organization ``margin`` above the limit shall pass with this power. The normal
    formula first, then raised until the noncentral t gives the power.

    Args:
        margin: How far the truth lies above the limit, in points.
        standard_deviation: Of the scores between sites, in points.
        sites: Sites there are.
        power: How likely the good organization must pass.
        confidence: Of the one-sided limit.

    Raises:
        SealmarkError: SM419 a number outside its range.

    Example:
        >>> visits_for_margin(5, 8, sites=100)
        20
    """
    require(margin > 0, f"A margin of {margin} cannot be shown.", "Give a number above 0.")
    _check(standard_deviation, {"confidence": confidence, "population": sites})
    _check_waves(Waves(), power)
    simple = ((float(special.ndtri(confidence)) + float(special.ndtri(power))) * standard_deviation / margin) ** 2
    number = max(2, math.ceil(simple / (1 + simple / sites)))
    while standard_deviation and number < sites:
        if _chance_to_pass(number, margin / standard_deviation, sites, confidence) >= power:
            break
        number += 1
    return min(number, sites)


def _chance_to_pass(number: int, margin: float, sites: int, confidence: float) -> float:
    shift = margin / math.sqrt((1 - number / sites) / number)
    return float(stats.nct.sf(special.stdtrit(number - 1, confidence), number - 1, shift))


def _fewest(enough: Callable[[int], bool], population: int | None) -> int:
    """Return the smallest number from two that is enough; the whole population is taken to be."""
    low, high = 2, population or _MOST
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def _check(standard_deviation: float, setting: Setting) -> None:
    confidence, population = setting.get("confidence", 0.95), setting.get("population")
    effect = setting.get("design_effect", 1.0)
    what = f"A standard deviation of {standard_deviation} is negative."
    require(standard_deviation >= 0, what, "Give 0 or more.")
    require_between("confidence", confidence)
    require(population is None or population >= 1, f"A population of {population} is empty.", "Give its size.")
    require(effect > 0, f"A design effect of {effect} is impossible.", "Give a number above 0.")


def _check_share(share: float) -> None:
    require_between("share", share, "Write 20 % as 0.2.")


def _check_waves(waves: Waves, power: float) -> None:
    require_between("power", power, "Write 80 % as 0.8.")
    what = f"An overlap of {waves.overlap} is no share."
    require(waves.overlap is None or 0 <= waves.overlap <= 1, what, "Write 50 % as 0.5.")
    what = f"A correlation of {waves.correlation} is impossible."
    require(-1 <= waves.correlation <= 1, what, "Give a number from -1 to 1.")
