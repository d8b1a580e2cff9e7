"""How many respondents or records a wanted precision needs. Pure functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import special, stats

from sealmark.core.errors import Problem, SealmarkError

__all__ = [
    "half_width_of_mean",
    "half_width_of_share",
    "records_for_limit",
    "respondents_for_mean",
    "respondents_for_share",
]

_MOST = 10**9


def half_width_of_mean(
    base: int,
    standard_deviation: float,
    *,
    confidence: float = 0.95,
    population: int | None = None,
    design_effect: float = 1.0,
) -> float:
    """Return the half-width of the t interval of a mean.

    Args:
        base: Respondents.
        standard_deviation: Of one answer.
        confidence: Level of the two-sided interval.
        population: Members of the finite population; None when it is large.
        design_effect: Variance over that of a simple random sample.

    Example:
        >>> round(half_width_of_mean(250, 14.35), 2)
        1.79
    """
    quantile = float(special.stdtrit(base - 1, (1 + confidence) / 2))
    rest = 1 - base / population if population else 1.0
    return quantile * standard_deviation * math.sqrt(design_effect * max(rest, 0.0) / base)


def half_width_of_share(
    base: int,
    share: float = 0.5,
    *,
    confidence: float = 0.95,
    population: int | None = None,
    design_effect: float = 1.0,
) -> float:
    """Return the half-width of the t interval of a share; one half is the worst case."""
    spread = math.sqrt(share * (1 - share) * base / (base - 1))
    parts = {"confidence": confidence, "design_effect": design_effect}
    return half_width_of_mean(base, spread, population=population, **parts)


def respondents_for_mean(
    half_width: float,
    standard_deviation: float,
    *,
    confidence: float = 0.95,
    population: int | None = None,
    design_effect: float = 1.0,
) -> int:
    """Return the fewest respondents whose t interval of a mean is no wider than wanted, at least two.

    Raises:
        SealmarkError: SM419 a number outside its range.

    Example:
        >>> respondents_for_mean(2.0, 14.35)
        201
    """
    _require(half_width > 0, f"A half-width of {half_width} cannot be reached.", "Give a number above 0.")
    what = f"A standard deviation of {standard_deviation} is negative."
    _require(standard_deviation >= 0, what, "Give 0 or more.")
    _check(confidence, population, design_effect)

    def enough(base: int) -> bool:
        width = half_width_of_mean(
            base,
            standard_deviation,
            confidence=confidence,
            population=population,
            design_effect=design_effect,
        )
        return width <= half_width

    return _fewest(enough, 2, population or _MOST)


def respondents_for_share(
    half_width: float,
    share: float = 0.5,
    *,
    confidence: float = 0.95,
    population: int | None = None,
    design_effect: float = 1.0,
) -> int:
    """Return the fewest respondents whose t interval of a share is no wider than wanted.

    Raises:
        SealmarkError: SM419 a number outside its range.

    Example:
        >>> respondents_for_share(0.05)
        388
        >>> respondents_for_share(0.05, population=300)
        170
    """
    _require(0 < half_width < 1, f"A half-width of {half_width} is no share.", "Write 5 points as 0.05.")
    _require(0 < share < 1, f"A share of {share} is not between 0 and 1.", "Write 20 % as 0.2.")
    _check(confidence, population, design_effect)

    def enough(base: int) -> bool:
        width = half_width_of_share(
            base, share, confidence=confidence, population=population, design_effect=design_effect
        )
        return width <= half_width

    return _fewest(enough, 2, population or _MOST)


def records_for_limit(population: int, allowed: int, *, confidence: float = 0.95, found: int = 0) -> int:
    """Return how many records to draw so as to show that at most ``allowed`` of all fail.

    If one more than allowed failed, a draw of this size would contain more than
    ``found`` failures with probability ``confidence`` (exact, hypergeometric).

    Args:
        population: Records in all.
        allowed: Failures that may be among them.
        confidence: How sure to be.
        found: Failures that may turn up in the draw without spoiling the proof.

    Raises:
        SealmarkError: SM419 a number outside its range.

    Example:
        >>> records_for_limit(1000, 10)
        238
    """
    _check(confidence, population, 1.0)
    _require(0 <= allowed < population, f"{allowed} of {population} is no limit.", "Allow fewer than all.")
    what = f"With {found} failures found, no draw shows that at most {allowed} fail."
    _require(0 <= found <= allowed, what, "Let found be at most allowed.")

    def enough(base: int) -> bool:
        return float(stats.hypergeom.cdf(found, population, allowed + 1, base)) <= 1 - confidence

    return _fewest(enough, 1, population)


def _fewest(enough: Callable[[int], bool], low: int, high: int) -> int:
    """Return the smallest number that is enough; ``high`` is taken to be."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def _check(confidence: float, population: int | None, design_effect: float) -> None:
    _require(0 < confidence < 1, f"A confidence of {confidence} is not between 0 and 1.", "Write 95 % as 0.95.")
    _require(population is None or population >= 1, f"A population of {population} is empty.", "Give its size.")
    _require(design_effect > 0, f"A design effect of {design_effect} is impossible.", "Give a number above 0.")


def _require(holds: bool, what: str, fix: str) -> None:  # noqa: FBT001
    if not holds:
        raise SealmarkError(Problem("SM419", what, fix=fix))
