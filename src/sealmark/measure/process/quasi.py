"""Regression of a series on time and season, with the spread that the series itself shows.

Shares follow a logistic, rates a log-linear, values a weighted linear model.
What varies more between periods than chance explains is counted by a
dispersion factor that is never below 1 where chance is known
(quasi-likelihood: Wedderburn, *Biometrika* 61, 1974, 439-447; McCullagh and
Nelder, *Generalized Linear Models*, 1989, ch. 4, 6 and 9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.process.series import Counts, Series
from sealmark.measure.surveys.keys import Floats, Integers

__all__ = ["Fit", "Observed", "autocorrelation_of", "fit_series", "observe", "season_columns"]

# Where nothing counts the estimate runs away by about one a step; a fit that exists is found in ten.
_STEPS = 25
_TOLERANCE = 1e-11
_NOISE = 1e-20


@dataclass(frozen=True)
class Observed:
    """The periods of a series that have something in them; arrays of equal length.

    Attributes:
        link: ``logit``, ``log`` or ``identity``.
        mean: Share, rate or value.
        weight: Base of a share or rate; one over the squared standard error of a value.
        place: Number of the period in the series.
        years: Time in years from the series' middle.
        known: Chance's part of the spread is known: counts, or values with standard errors.
        limitations: What was left out.
    """

    link: str
    mean: Floats
    weight: Floats
    place: Integers
    years: Floats
    known: bool
    limitations: tuple[str, ...]


@dataclass(frozen=True)
class Fit:
    """A fitted series.

    Attributes:
        coefficients: On the scale of the link.
        covariance: Of the coefficients, dispersion included; square.
        dispersion: Pearson's statistic over the degrees of freedom, at least 1 where chance is known.
        degrees: Periods less coefficients.
        deviance: Twice what the likelihood lacks of a perfect fit; for values the weighted sum of squares.
        residuals: Pearson's, per period.
    """

    coefficients: Floats
    covariance: Floats
    dispersion: float
    degrees: int
    deviance: float
    residuals: Floats


def observe(series: Series, *, code: str) -> Observed:
    """Return the periods that can be used, their place in time and what was left out.

    Args:
        series: Counts or values.
        code: Of the error when the periods have no place in time.

    Raises:
        SealmarkError: The given code.
    """
    years = np.array(series.periods.years)
    if not len(years):
        what = "The periods have no place in time."
        fix = "Make calendar periods of a column of dates, or name the periods by numbers such as 2025."
        raise SealmarkError(Problem(code, what, fix=fix))
    if isinstance(series, Counts):
        base = np.array(series.bases)
        used = base > 0
        mean = np.divide(np.array(series.counts), base, out=np.zeros_like(base), where=used)
        link = "logit" if series.kind == "share" else "log"
        found = Observed(link, mean, base, np.arange(len(base)), years - years.mean(), known=True, limitations=())
    else:
        values = np.array([np.nan if value is None else value for value in series.values], dtype=np.float64)
        errors = np.array([error or np.nan for error in series.errors], dtype=np.float64)
        known = bool(series.errors)
        weight = errors**-2.0 if known else np.ones_like(values)
        used = np.isfinite(values) & np.isfinite(weight)
        place = np.arange(len(values))
        found = Observed("identity", values, weight, place, years - years.mean(), known=known, limitations=())
    left_out = int((~used).sum())
    notes = (f"{left_out} periods are left out: nothing, or nothing with a standard error, is in them.",)
    kept = {name: getattr(found, name)[used] for name in ("mean", "weight", "place", "years")}
    return replace(found, **kept, limitations=(*series.limitations, *(notes if left_out else ())))


def season_columns(seasons: Integers, size: int) -> Floats:
    """Return effects that sum to zero over the seasons; shape (periods, seasons - 1).

    Example:
        >>> season_columns(np.array([0, 1, 2]), 3).tolist()
        [[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]
    """
    whole = np.eye(size)[seasons]
    return np.asarray(whole[:, :-1] - whole[:, -1:])


def fit_series(columns: Floats, observed: Observed, *, code: str) -> Fit:
    """Return the fit by iteratively reweighted least squares.

    Args:
        columns: Explanatory columns, the constant among them; shape (periods, coefficients).
        observed: The periods.
        code: Of the error when there is no answer.

    Raises:
        SealmarkError: The given code: columns that depend on each other, a part of the series
            in which nothing, or everything, counts, or values without any spread around the model.
    """
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        raise SealmarkError(Problem(code, "Time and season cannot be told apart.", fix="Give more periods."))
    coefficients = _iterate(columns, observed, code)
    eta = columns @ coefficients
    mean, variance, slope = _moments(eta, observed)
    residuals = (observed.mean - mean) * np.sqrt(observed.weight / variance)
    degrees = len(eta) - columns.shape[1]
    spread = float(residuals @ residuals) / degrees if degrees > 0 else np.nan
    if not observed.known and spread <= _NOISE * float((observed.mean**2).max()):
        what = "Nothing is left beside the model: the values repeat exactly, and nothing tells how sure it is."
        raise SealmarkError(Problem(code, what, fix="Give measured values, or their standard errors."))
    dispersion = max(spread, 1.0) if observed.known else spread
    information = (columns.T * (observed.weight * slope**2 / variance)) @ columns
    covariance = np.linalg.inv(information) * dispersion
    return Fit(coefficients, covariance, dispersion, degrees, _deviance(mean, observed), residuals)


def autocorrelation_of(fit: Fit, observed: Observed) -> float:
    """Return the correlation of residuals with those of the period just before; 0 without neighbours."""
    near = np.diff(observed.place) == 1
    total = float(fit.residuals @ fit.residuals)
    if not near.any() or not total > 0:
        return 0.0
    return float((fit.residuals[:-1] * fit.residuals[1:])[near].sum() / total)


def _iterate(columns: Floats, observed: Observed, code: str) -> Floats:
    eta = _start(observed)
    coefficients = np.zeros(columns.shape[1])
    for _ in range(_STEPS):
        mean, variance, slope = _moments(eta, observed)
        working = eta + (observed.mean - mean) / slope
        root = np.sqrt(observed.weight * slope**2 / variance)
        renewed = np.linalg.lstsq(columns * root[:, None], working * root, rcond=None)[0]
        change = float(np.abs(renewed - coefficients).max())
        coefficients, eta = np.asarray(renewed), np.asarray(columns @ renewed)
        if change <= _TOLERANCE * (1 + float(np.abs(coefficients).max())):
            return np.asarray(coefficients)
    what = "In a part of the series nothing, or everything, counts: no model of shares or rates settles there."
    raise SealmarkError(Problem(code, what, fix="Take longer periods, or leave that part out."))


def _start(observed: Observed) -> Floats:
    if observed.link == "identity":
        return observed.mean
    # Half a case more on either side keeps 0 and 1 inside the scale.
    share = observed.mean * observed.weight + 0.5
    if observed.link == "log":
        return np.log(share / (observed.weight + 0.5))
    return np.asarray(special.logit(share / (observed.weight + 1.0)))


def _moments(eta: Floats, observed: Observed) -> tuple[Floats, Floats, Floats]:
    """Return mean, variance for a weight of one, and the mean's derivative by eta."""
    if observed.link == "identity":
        return eta, np.ones_like(eta), np.ones_like(eta)
    if observed.link == "log":
        mean = np.exp(np.clip(eta, -700.0, 700.0))
        return mean, mean, mean
    mean = special.expit(np.clip(eta, -30.0, 30.0))
    return mean, mean * (1 - mean), mean * (1 - mean)


def _deviance(mean: Floats, observed: Observed) -> float:
    seen, weight = observed.mean, observed.weight
    if observed.link == "identity":
        return float((weight * (seen - mean) ** 2).sum())
    first = special.xlogy(seen, seen / mean)
    if observed.link == "log":
        return float(2 * (weight * (first - (seen - mean))).sum())
    return float(2 * (weight * (first + special.xlogy(1 - seen, (1 - seen) / (1 - mean)))).sum())
