"""Seasons: what a weekday, month or quarter adds to a process, beside its trend.

One model holds trend and seasons together, so that a growing process is not
taken for a seasonal one; it takes counts with their bases as they are, which
the classical ratio to a moving average does not, and it has a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
from scipy import special

from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.measure.process.quasi import Fit, Observed, autocorrelation_of, fit_series, observe, season_columns
from sealmark.measure.process.series import Series
from sealmark.measure.surveys.estimation import check_confidence
from sealmark.measure.surveys.intervals import t_quantile
from sealmark.measure.surveys.keys import Floats, Integers

__all__ = ["SeasonEffect", "Seasonality", "season_numbers", "seasonality"]

_CYCLES = 2
_SCALES = {"logit": "odds ratio", "log": "rate ratio", "identity": "difference"}


@dataclass(frozen=True)
class SeasonEffect:
    """What one season adds.

    Attributes:
        season: Weekday, month or quarter.
        effect: Against the average season: an odds ratio, a rate ratio or a difference.
        periods: How many periods of this season the effect rests on.
    """

    season: str
    effect: Estimate
    periods: int


@dataclass(frozen=True)
class Seasonality:
    """Effects of the seasons and the test that there are none.

    Attributes:
        scale: ``odds ratio`` for shares, ``rate ratio`` for rates, ``difference`` for values.
        effects: One per season, in calendar order.
        statistic: F: what the seasons explain over what is left.
        numerator_degrees: Seasons less one.
        denominator_degrees: Periods less coefficients.
        p: Probability of so large an F if there were no seasons.
        verdict: ``seasonal`` when p is below 1 - confidence.
        dispersion: Spread between periods over what chance gives.
        autocorrelation: Of neighbouring periods' residuals.
        limitations: What a reader must know.
    """

    scale: str
    effects: tuple[SeasonEffect, ...]
    statistic: Decimal
    numerator_degrees: int
    denominator_degrees: int
    p: Decimal
    verdict: Literal["seasonal", "no evidence"]
    dispersion: Decimal
    autocorrelation: Decimal
    limitations: tuple[str, ...]


def seasonality(series: Series, *, confidence: float = 0.95) -> Seasonality:
    """Return the seasons' effects, adjusted for a straight trend, with the quasi-likelihood F test.

    F = (deviance without seasons - deviance with) / (seasons - 1) / dispersion (McCullagh and Nelder 1989, ch. 4).

    Args:
        series: Counts or values in calendar periods: days (weekdays), months or quarters.
        confidence: Level of the intervals and of the verdict.

    Raises:
        SealmarkError: SM413 the confidence; SM465 periods without seasons, fewer than two full cycles, a season
            seen fewer than twice, or no settled model.

    Example:
        >>> import datetime as dt
        >>> from sealmark.measure.process.periods import dated_periods
        >>> from sealmark.measure.process.series import Values
        >>> quarters = dated_periods(dt.date(2024, 1, 1), dt.date(2026, 12, 31), "quarter")
        >>> found = seasonality(Values((5, 7, 5, 3.2, 5.1, 7, 5, 3, 5, 7.2, 5, 3), periods=quarters))
        >>> found.verdict, found.effects[1].season, round(found.effects[1].effect.value, 2)
        ('seasonal', 'Q2', Decimal('2.02'))
    """
    check_confidence(confidence)
    observed = observe(series, code="SM465")
    seasons, names = season_numbers(series, observed, code="SM465")
    constant = np.column_stack([np.ones_like(observed.years), observed.years])
    columns = season_columns(seasons, len(names))
    fit = fit_series(np.hstack([constant, columns]), observed, code="SM465")
    without = fit_series(constant, observed, code="SM465")
    statistic = max(without.deviance - fit.deviance, 0.0) / columns.shape[1] / fit.dispersion
    p = float(special.fdtrc(columns.shape[1], fit.degrees, statistic))
    near = autocorrelation_of(fit, observed)
    return Seasonality(
        scale=_SCALES[observed.link],
        effects=_effects(fit, seasons, names, ratio=observed.link != "identity", confidence=confidence),
        statistic=decimal_from_float(statistic),
        numerator_degrees=columns.shape[1],
        denominator_degrees=fit.degrees,
        p=decimal_from_float(p),
        verdict="seasonal" if p < 1 - confidence else "no evidence",
        dispersion=decimal_from_float(fit.dispersion),
        autocorrelation=decimal_from_float(near),
        limitations=(*observed.limitations, *_neighbours(near, len(seasons))),
    )


def season_numbers(series: Series, observed: Observed, *, code: str) -> tuple[Integers, tuple[str, ...]]:
    """Return the season of every observed period, and the seasons' names.

    Raises:
        SealmarkError: The given code: no seasons, too few cycles, a season seen fewer than twice.
    """
    names = series.periods.cycle
    if not names:
        what = "The periods have no seasons."
        raise SealmarkError(Problem(code, what, fix="Make periods of days, months or quarters of a column of dates."))
    size = len(series.periods.labels)
    if size < _CYCLES * len(names):
        what = f"{size} periods are fewer than two full cycles of {len(names)}: seasons cannot be told from chance."
        raise SealmarkError(Problem(code, what, fix=f"Give {_CYCLES * len(names)} periods or more."))
    seasons = np.array(series.periods.seasons)[observed.place]
    rare = [name for number, name in enumerate(names) if (seasons == number).sum() < _CYCLES]
    if rare:
        what = f"Seasons seen fewer than twice: {', '.join(rare)}."
        raise SealmarkError(Problem(code, what, fix="Give a longer series, or one without empty periods."))
    return seasons, names


def _effects(
    fit: Fit, seasons: Integers, names: tuple[str, ...], *, ratio: bool, confidence: float
) -> tuple[SeasonEffect, ...]:
    size = len(names) - 1
    contrast = np.vstack([np.eye(size), -np.ones(size)])
    values = contrast @ fit.coefficients[2:]
    errors = np.sqrt(np.diag(contrast @ fit.covariance[2:, 2:] @ contrast.T))
    half = float(t_quantile(fit.degrees, confidence)) * errors
    counts = np.bincount(seasons, minlength=len(names))
    ends = np.stack([values, values - half, values + half])
    shown = np.exp(ends) if ratio else ends
    spread = errors * shown[0] if ratio else errors
    return tuple(
        SeasonEffect(name, _estimate(shown[:, number], spread[number], fit, confidence), int(counts[number]))
        for number, name in enumerate(names)
    )


def _estimate(numbers: Floats, error: float, fit: Fit, confidence: float) -> Estimate:
    value, lower, upper = (decimal_from_float(float(number)) for number in numbers)
    return Estimate(
        value,
        lower,
        upper,
        base=len(fit.residuals),
        standard_error=decimal_from_float(float(error)),
        degrees_of_freedom=Decimal(fit.degrees),
        confidence=decimal_from_float(confidence),
    )


def _neighbours(near: float, size: int) -> tuple[str, ...]:
    if abs(near) <= 2 / np.sqrt(size):
        return ()
    return (f"Neighbouring periods resemble each other (correlation {near:.2f}): p is rather too small.",)
