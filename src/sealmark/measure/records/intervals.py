"""Intervals for counts, shares, means and percentiles of records, taken as a sample of the service."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from scipy import special, stats

from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float

__all__ = ["Precision", "mean_estimate", "quantile_ranks", "rate_estimate", "share_estimate"]


@dataclass(frozen=True)
class Precision:
    """How the uncertainty of a figure is stated.

    Attributes:
        confidence: Level of the two-sided interval.
        complete: The records are a complete count: no sampling error.
        method: For shares, ``wilson`` or ``exact``.
    """

    confidence: float = 0.95
    complete: bool = False
    method: Literal["wilson", "exact"] = "wilson"

    @property
    def tail(self) -> float:
        """The probability left at each end."""
        return (1 - self.confidence) / 2

    @property
    def level(self) -> Decimal:
        """The confidence as a decimal."""
        return decimal_from_float(self.confidence)


def share_estimate(hits: int, base: int, precision: Precision, *, note: str = "") -> Estimate:
    """Return a share with its interval.

    Example:
        >>> share_estimate(8, 10, Precision()).lower
        Decimal('0.490162471537')
    """
    if base == 0:
        return Estimate.unknown(note or "no record to judge")
    share = hits / base
    value = decimal_from_float(share)
    if precision.complete:
        return Estimate(value, value, value, base, Decimal(0), None, precision.level, note)
    limits = {"wilson": _wilson, "exact": _clopper_pearson}[precision.method](hits, base, precision.tail)
    error = math.sqrt(share * (1 - share) / base)
    lower, upper = (decimal_from_float(limit) for limit in limits)
    return Estimate(value, lower, upper, base, decimal_from_float(error), None, precision.level, note)


def _wilson(hits: int, base: int, tail: float) -> tuple[float, float]:
    z2 = float(special.ndtri(1 - tail)) ** 2
    share = hits / base
    centre = (share + z2 / (2 * base)) / (1 + z2 / base)
    half = math.sqrt(z2 * (share * (1 - share) / base + z2 / (4 * base**2))) / (1 + z2 / base)
    return max(0.0, centre - half) if hits else 0.0, min(1.0, centre + half) if hits < base else 1.0


def _clopper_pearson(hits: int, base: int, tail: float) -> tuple[float, float]:
    lower = float(stats.beta.ppf(tail, hits, base - hits + 1)) if hits else 0.0
    upper = float(stats.beta.ppf(1 - tail, hits + 1, base - hits)) if hits < base else 1.0
    return lower, upper


def rate_estimate(count: int, base: int, per: int, precision: Precision) -> Estimate:
    """Return ``per`` times a count over a known number, with the exact Poisson interval of the count."""
    if base == 0:
        return Estimate.unknown("nothing to set the count against")
    scale = per / base
    value = decimal_from_float(count * scale)
    if precision.complete:
        return Estimate(value, value, value, base, Decimal(0), None, precision.level)
    lower = float(stats.chi2.ppf(precision.tail, 2 * count)) / 2 if count else 0.0
    upper = float(stats.chi2.ppf(1 - precision.tail, 2 * count + 2)) / 2
    error = decimal_from_float(math.sqrt(count) * scale)
    limits = decimal_from_float(lower * scale), decimal_from_float(upper * scale)
    return Estimate(value, *limits, base, error, None, precision.level)


def mean_estimate(
    mean: float | None, variance: float | None, base: int, precision: Precision, *, note: str = ""
) -> Estimate:
    """Return a mean with its t interval; equal records show no spread and get none."""
    if mean is None or base == 0:
        return Estimate.unknown(note or "no record to judge")
    value = decimal_from_float(mean)
    if precision.complete:
        return Estimate(value, value, value, base, Decimal(0), None, precision.level, note)
    if not variance or base == 1:
        reason = "one record gives no interval" if base == 1 else "all records are equal, so there is no interval"
        return Estimate(value, base=base, confidence=precision.level, note=f"{note}; {reason}" if note else reason)
    error = math.sqrt(variance / base)
    reach = float(special.stdtrit(base - 1, 1 - precision.tail)) * error
    limits = decimal_from_float(mean - reach), decimal_from_float(mean + reach)
    return Estimate(value, *limits, base, decimal_from_float(error), Decimal(base - 1), precision.level, note)


def quantile_ranks(base: int, share: float, tail: float) -> tuple[int, int]:
    """Return the ranks (from one) of the order statistics that enclose a quantile.

    Exact for any distribution, by the binomial count of records below it; 0 or
    ``base + 1`` say that there is no limit on that side.

    Example:
        >>> quantile_ranks(100, 0.5, 0.025)
        (40, 61)
    """
    lower = int(stats.binom.ppf(tail, base, share))
    upper = int(stats.binom.ppf(1 - tail, base, share)) + 1
    return lower, upper
