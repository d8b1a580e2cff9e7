"""Two-sided intervals as plain functions of numbers or arrays.

``quantile`` is always the positive t or normal quantile of the wanted level,
for example 1.96. Shares at 0 or 1 have no linearised variance; the interval
then rests on an effective base that the caller gives.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = [
    "Pair", "adjusted_wald", "arcsine", "beta", "logit", "promoter_adjusted_wald", "symmetric", "t_quantile", "wilson",
]  # fmt: skip

Floats: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = "tuple[Floats, Floats]"


def t_quantile(degrees: npt.ArrayLike, confidence: float) -> Floats:
    """Return the positive quantile of Student's t for a two-sided level; NaN without degrees.

    Example:
        >>> round(float(t_quantile(10, 0.95)), 4)
        2.2281
    """
    degrees = np.asarray(degrees, dtype=np.float64)
    usable = np.where(degrees > 0, degrees, 1.0)
    return np.asarray(np.where(degrees > 0, special.stdtrit(usable, (1 + confidence) / 2), np.nan))


def symmetric(value: Floats, error: Floats, quantile: Floats) -> Pair:
    """Return value less and plus quantile times standard error."""
    return value - quantile * error, value + quantile * error


def logit(share: Floats, error: Floats, quantile: Floats) -> Pair:
    """Return the interval that is symmetric on the logit scale."""
    half = quantile * error / (share * (1 - share))
    centre = special.logit(share)
    return special.expit(centre - half), special.expit(centre + half)


def arcsine(share: Floats, error: Floats, quantile: Floats) -> Pair:
    """Return the interval that is symmetric for the arcsine of the share's root, where the variance is steady.

    Example:
        >>> low, high = arcsine(np.array(0.5), np.array(0.05), np.array(1.959964))
        >>> round(float(low), 4), round(float(high), 4)
        (0.4026, 0.5974)
    """
    half = quantile * error / (2 * np.sqrt(share * (1 - share)))
    centre = np.arcsin(np.sqrt(share))
    low, high = np.maximum(centre - half, 0.0), np.minimum(centre + half, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def wilson(share: Floats, base: Floats, quantile: Floats) -> Pair:
    """Return Wilson's score interval for an effective base.

    Example:
        >>> low, high = wilson(np.array(0.5), np.array(100.0), np.array(1.959964))
        >>> round(float(low), 4), round(float(high), 4)
        (0.4038, 0.5962)
    """
    square = quantile**2
    centre = (share + square / (2 * base)) / (1 + square / base)
    half = quantile * np.sqrt(share * (1 - share) / base + square / (4 * base**2)) / (1 + square / base)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def adjusted_wald(share: Floats, base: Floats, quantile: Floats) -> Pair:
    """Return the interval after adding quantile squared answers, half of them successes (Agresti and Coull 1998)."""
    square = quantile**2
    larger = base + square
    centre = (share * base + square / 2) / larger
    half = quantile * np.sqrt(centre * (1 - centre) / larger)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def beta(share: Floats, base: Floats, confidence: float) -> Pair:
    """Return the exact binomial interval for an effective base (Korn and Graubard 1998)."""
    tail = (1 - confidence) / 2
    above, below = base * share, base * (1 - share)
    low = special.betaincinv(np.where(above > 0, above, 1.0), below + 1, tail)
    high = special.betaincinv(above + 1, np.where(below > 0, below, 1.0), 1 - tail)
    return np.where(above > 0, low, 0.0), np.where(below > 0, high, 1.0)


def promoter_adjusted_wald(promoters: Floats, detractors: Floats, base: Floats, quantile: Floats) -> Pair:
    """Return the interval of a promoter score in points, from the two shares and an effective base.

    Three answers are added, three quarters of one to each end (Lewis and Sauro).

    Example:
        >>> low, high = promoter_adjusted_wald(*map(np.array, (0.5, 0.2, 100.0, 1.959964)))
        >>> round(float(low), 2), round(float(high), 2)
        (14.05, 44.2)
    """
    larger = base + 3
    up, down = (promoters * base + 0.75) / larger, (detractors * base + 0.75) / larger
    half = quantile * np.sqrt((up + down - (up - down) ** 2) / larger)
    return 100 * (up - down - half), 100 * (up - down + half)
