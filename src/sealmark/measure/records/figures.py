"""Intervals of many cells at once: the formulas of :mod:`sealmark.measure.records.intervals` on arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special, stats

from sealmark.measure.records.intervals import Precision
from sealmark.measure.surveys.keys import Floats, Integers

__all__ = ["Figures", "mean_figures", "share_figures", "unique_ranks"]


@dataclass(frozen=True, eq=False)
class Figures:
    """Estimates of many cells, one row each; NaN where something is unknown.

    Attributes:
        value: The point estimates.
        lower: Lower limits.
        upper: Upper limits.
        error: Standard errors.
        degrees: Degrees of freedom of the t intervals.
        base: Records behind each number.
    """

    value: Floats
    lower: Floats
    upper: Floats
    error: Floats
    degrees: Floats
    base: Integers

    @classmethod
    def without_error(cls, value: Floats, lower: Floats, upper: Floats, base: Integers) -> Figures:
        """Return figures that have no standard error."""
        unknown = np.full(len(value), np.nan)
        return cls(value, lower, upper, unknown, unknown, base)

    def complete(self) -> Figures:
        """Return the figures of a complete count: each is its own interval."""
        return replace(self, lower=self.value, upper=self.value, error=np.where(np.isnan(self.value), np.nan, 0.0))


def share_figures(hits: Integers, base: Integers, precision: Precision) -> Figures:
    """Return shares with their intervals.

    Example:
        >>> found = share_figures(np.array([8, 0]), np.array([10, 0]), Precision())
        >>> found.lower.round(4).tolist()
        [0.4902, nan]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        share = hits / base
        lower, upper = (_wilson if precision.method == "wilson" else _clopper_pearson)(hits, base, precision.tail)
        error = np.sqrt(share * (1 - share) / base)
    found = Figures(share, lower, upper, error, np.full(len(share), np.nan), base)
    return replace(found.complete(), degrees=found.degrees) if precision.complete else found


def _wilson(hits: Integers, base: Integers, tail: float) -> tuple[Floats, Floats]:
    z2 = float(special.ndtri(1 - tail)) ** 2
    share = hits / base
    centre = (share + z2 / (2 * base)) / (1 + z2 / base)
    half = np.sqrt(z2 * (share * (1 - share) / base + z2 / (4 * base.astype(np.float64) ** 2))) / (1 + z2 / base)
    lower = np.where(hits > 0, np.maximum(0.0, centre - half), 0.0)
    upper = np.where(hits < base, np.minimum(1.0, centre + half), 1.0)
    return tuple(np.where(base > 0, limit, np.nan) for limit in (lower, upper))  # type: ignore[return-value]


def _clopper_pearson(hits: Integers, base: Integers, tail: float) -> tuple[Floats, Floats]:
    lower = np.where(hits > 0, special.betaincinv(np.maximum(hits, 1), base - hits + 1, tail), 0.0)
    upper = np.where(hits < base, special.betaincinv(hits + 1, np.maximum(base - hits, 1), 1 - tail), 1.0)
    return tuple(np.where(base > 0, limit, np.nan) for limit in (lower, upper))  # type: ignore[return-value]


def mean_figures(mean: Floats, variance: Floats, base: Integers, precision: Precision) -> Figures:
    """Return means with their t intervals; equal records show no spread and get none."""
    value = np.where(base > 0, mean, np.nan)
    spread = np.where((base > 1) & (variance > 0), variance, np.nan)
    error = np.sqrt(spread / np.maximum(base, 1))
    degrees = np.where(np.isnan(error), np.nan, base - 1.0)
    reach = special.stdtrit(np.where(np.isnan(degrees), 1.0, degrees), 1 - precision.tail) * error
    found = Figures(value, value - reach, value + reach, error, degrees, base)
    return replace(found.complete(), degrees=np.full(len(value), np.nan)) if precision.complete else found


def unique_ranks(base: Integers, share: float, tail: float) -> tuple[Integers, Integers]:
    """Return the ranks of :func:`sealmark.measure.records.intervals.quantile_ranks` for many bases; 0 for none."""
    sizes, place = np.unique(base, return_inverse=True)
    lower, upper = (stats.binom.ppf(end, sizes, share) for end in (tail, 1 - tail))
    some = sizes > 0
    return (
        np.where(some, lower, 0).astype(np.int64)[place],
        np.where(some, upper + 1, 0).astype(np.int64)[place],
    )
