"""Turn numbers with standard errors or limits into estimates."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.measure.surveys.intervals import t_quantile

__all__ = ["bounded", "log_symmetric", "predicted", "symmetric"]


def symmetric(
    value: float, error: float, *, base: int, confidence: float, degrees: float = math.inf, highest: float = math.inf
) -> Estimate:
    """Return an estimate with its t interval, normal without degrees, cut at the highest possible value.

    Example:
        >>> round(symmetric(0.4, 0.1, base=50, confidence=0.95).upper, 4)
        Decimal('0.5960')
    """
    half = float(t_quantile(degrees, confidence)) * error
    limits = decimal_from_float(value - half), decimal_from_float(min(value + half, highest))
    known = decimal_from_float(degrees) if math.isfinite(degrees) else None
    level = decimal_from_float(confidence)
    return Estimate(decimal_from_float(value), *limits, base, decimal_from_float(error), known, level)


def log_symmetric(value: float, log_error: float, *, base: int, confidence: float) -> Estimate:
    """Return an estimate above zero whose interval is symmetric in logarithms; no interval without an error."""
    level = decimal_from_float(confidence)
    if not (value > 0 and np.isfinite(log_error)):
        note = "At the edge of what is possible, or flat: there is no interval."
        return Estimate(decimal_from_float(value), base=base, confidence=level, note=note)
    factor = math.exp(float(t_quantile(math.inf, confidence)) * log_error)
    limits = decimal_from_float(value / factor), decimal_from_float(value * factor)
    return Estimate(decimal_from_float(value), *limits, base, decimal_from_float(value * log_error), None, level)


def bounded(value: float, limits: tuple[float, float], *, base: int, confidence: float) -> Estimate:
    """Return an estimate with limits found otherwise, without a standard error."""
    lower, upper = (decimal_from_float(limit) for limit in limits)
    return Estimate(decimal_from_float(value), lower, upper, base, confidence=decimal_from_float(confidence))


def predicted(
    values: npt.ArrayLike, errors: npt.ArrayLike, bases: npt.ArrayLike, *, confidence: float, nothing: str
) -> list[Estimate]:
    """Return predicted effects with normal intervals.

    Where the effects' variance was estimated as zero there is no standard error:
    the estimate is 0 without an interval, and ``nothing`` says why.
    """
    rows = zip(*(np.asarray(part).tolist() for part in (values, errors, bases)), strict=True)
    level = decimal_from_float(confidence)
    return [
        symmetric(value, error, base=base, confidence=confidence)
        if error > 0
        else Estimate(decimal_from_float(value), base=base, confidence=level, note=nothing)
        for value, error, base in rows
    ]
