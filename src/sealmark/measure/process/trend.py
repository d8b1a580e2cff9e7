"""Trends: does a measure get better or worse from period to period, and by how much a year?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

import numpy as np

from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.measure.process.quasi import Fit, Observed, autocorrelation_of, fit_series, observe, season_columns
from sealmark.measure.process.seasonality import season_numbers
from sealmark.measure.process.series import Series
from sealmark.measure.surveys.estimation import check_confidence
from sealmark.measure.surveys.intervals import t_quantile
from sealmark.measure.surveys.keys import Floats

__all__ = ["Better", "Trend", "TrendVerdict", "trend"]

Better: TypeAlias = Literal["higher", "lower"]
TrendVerdict: TypeAlias = Literal["better", "worse", "steady", "no evidence"]

_FEWEST = 3
_ENOUGH = 12
_MOST_ALIKE = 0.95


@dataclass(frozen=True)
class Trend:
    """The change of a measure per year.

    Attributes:
        per_year: Fitted change from the first to the last period over the years between, in the
            measure's own unit (a share: 0.01 is one percentage point a year).
        verdict: ``better`` or ``worse`` when the whole interval lies beyond the minimum, ``steady`` when
            it lies within it, ``no evidence`` otherwise.
        better: Which direction is good.
        minimum: The smallest change per year that matters.
        slope: Coefficient of a year on the scale of the model: log odds, log rate or the value itself.
        first: Fitted level of the first period, for the average season.
        last: Fitted level of the last period.
        dispersion: Spread between periods over what chance gives; for values without errors, their variance.
        autocorrelation: Of neighbouring periods' residuals.
        seasonal: Whether seasons were adjusted for.
        limitations: What a reader must know.
    """

    per_year: Estimate
    verdict: TrendVerdict
    better: Better
    minimum: Decimal
    slope: Decimal
    first: Decimal
    last: Decimal
    dispersion: Decimal
    autocorrelation: Decimal
    seasonal: bool
    limitations: tuple[str, ...]


def trend(
    series: Series,
    *,
    better: Better,
    minimum: Decimal = Decimal(0),
    seasonal: bool = False,
    confidence: float = 0.95,
) -> Trend:
    """Return the change per year with its interval, and whether it is one for better or worse.

    Shares follow a logistic, rates a log-linear, values a linear trend weighted by their standard
    errors. The standard error counts the spread between periods; from twelve periods on also that
    neighbouring periods resemble each other: with their residuals' correlation r above 0 the variance is
    multiplied by (1 + r)/(1 - r), the degrees of freedom divided by it (Santer et al., *Journal of
    Geophysical Research* 105, 2000, 7337-7356). The limits are t limits.

    Args:
        series: Counts or values with a place in time.
        better: Which direction is good.
        minimum: The smallest change per year that matters, in the measure's unit.
        seasonal: Adjust for weekdays, months or quarters; needs two full cycles.
        confidence: Level of the two-sided interval.

    Raises:
        SealmarkError: SM413 the confidence; SM466 a negative minimum, fewer than three periods, periods
            without a place in time, seasons that cannot be adjusted for, or no settled model.

    Example:
        >>> from sealmark.measure.process.periods import plain_periods
        >>> from sealmark.measure.process.series import Values
        >>> days = Values((3.1, 4.6, 6.0, 8.2), (0.2,) * 4, plain_periods("abcd", years=range(2011, 2015)))
        >>> found = trend(days, better="lower", minimum=Decimal("0.5"))
        >>> found.per_year.value, found.verdict
        (Decimal('1.67'), 'worse')
    """
    check_confidence(confidence)
    if minimum < 0:
        what = f"A smallest change of {minimum} a year makes no sense."
        raise SealmarkError(Problem("SM466", what, fix="Give 0 or more."))
    observed = observe(series, code="SM466")
    columns = _columns(series, observed, seasonal=seasonal)
    if len(observed.mean) < max(_FEWEST, columns.shape[1] + 1):
        what = f"{len(observed.mean)} periods are too few for a trend with an interval."
        raise SealmarkError(Problem("SM466", what, fix="Give three periods or more, with seasons two full cycles."))
    fit = fit_series(columns, observed, code="SM466")
    near = autocorrelation_of(fit, observed)
    change, ends, notes = _change(fit, observed, near, confidence)
    return Trend(
        per_year=change,
        verdict=_verdict(change, better, minimum),
        better=better,
        minimum=minimum,
        slope=decimal_from_float(float(fit.coefficients[1])),
        first=decimal_from_float(float(ends[0])),
        last=decimal_from_float(float(ends[1])),
        dispersion=decimal_from_float(fit.dispersion),
        autocorrelation=decimal_from_float(near),
        seasonal=seasonal,
        limitations=(*observed.limitations, *notes),
    )


def _columns(series: Series, observed: Observed, *, seasonal: bool) -> Floats:
    columns = np.column_stack([np.ones_like(observed.years), observed.years])
    if not seasonal:
        return columns
    seasons, names = season_numbers(series, observed, code="SM466")
    return np.hstack([columns, season_columns(seasons, len(names))])


def _change(fit: Fit, observed: Observed, near: float, confidence: float) -> tuple[Estimate, Floats, tuple[str, ...]]:
    """Return the change per year, the fitted levels at both ends, and what to know."""
    span = observed.years[[0, -1]]
    eta = fit.coefficients[0] + fit.coefficients[1] * span
    ends, slopes = _levels(eta, observed.link)
    length = float(span[1] - span[0])
    gradient = np.array([slopes[1] - slopes[0], slopes[1] * span[1] - slopes[0] * span[0]]) / length
    error = float(np.sqrt(gradient @ fit.covariance[:2, :2] @ gradient))
    factor, notes = _stretch(near, len(observed.mean))
    error *= float(np.sqrt(factor))
    degrees = fit.degrees / factor
    value = float(ends[1] - ends[0]) / length
    half = float(t_quantile(degrees, confidence)) * error
    change = Estimate(
        decimal_from_float(value),
        decimal_from_float(value - half),
        decimal_from_float(value + half),
        base=len(observed.mean),
        standard_error=decimal_from_float(error),
        degrees_of_freedom=decimal_from_float(degrees),
        confidence=decimal_from_float(confidence),
    )
    return change, ends, notes


def _levels(eta: Floats, link: str) -> tuple[Floats, Floats]:
    """Return levels and their derivatives by eta."""
    if link == "identity":
        return eta, np.ones_like(eta)
    if link == "log":
        return np.exp(eta), np.exp(eta)
    share = 1 / (1 + np.exp(-eta))
    return share, share * (1 - share)


def _stretch(near: float, size: int) -> tuple[float, tuple[str, ...]]:
    """Return by what likeness of neighbours multiplies the variance."""
    if size < _ENOUGH:
        return 1.0, (
            f"{size} periods are too few to tell whether neighbouring ones are alike: they are taken as independent.",
        )
    # Residuals of a fitted line look less alike than what they stand for (after Kendall, Biometrika 41, 1954, 403).
    alike = min((near + 2 / size) / (1 - 4 / size), _MOST_ALIKE)
    return max((1 + alike) / (1 - alike), 1.0), ()


def _verdict(change: Estimate, better: Better, minimum: Decimal) -> TrendVerdict:
    assert change.lower is not None
    assert change.upper is not None
    if change.lower > minimum:
        return "better" if better == "higher" else "worse"
    if change.upper < -minimum:
        return "worse" if better == "higher" else "better"
    return "steady" if -minimum < change.lower and change.upper < minimum else "no evidence"
