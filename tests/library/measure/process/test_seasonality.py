"""Seasons against statsmodels-style arithmetic written with NumPy alone, simulations, and refusals."""

import datetime as dt

import numpy as np
import pytest
from scipy import optimize, special, stats

from sealmark.core.errors import SealmarkError
from sealmark.measure.process.periods import dated_periods, plain_periods
from sealmark.measure.process.quasi import fit_series, observe
from sealmark.measure.process.seasonality import seasonality
from sealmark.measure.process.series import Counts, Values

MONTHS = dated_periods(dt.date(2022, 1, 1), dt.date(2025, 12, 31), "month")
DAYS = dated_periods(dt.date(2026, 1, 1), dt.date(2026, 3, 31), "day")


def make_shares(seed, *, winter=0.0, slope=0.0, extra=0.0):
    rng = np.random.default_rng(seed)
    base = rng.integers(80, 300, len(MONTHS.labels))
    month = np.array(MONTHS.seasons)
    eta = -1.5 + winter * np.isin(month, (11, 0, 1)) + slope * (np.array(MONTHS.years) - 2024)
    share = special.expit(eta + rng.normal(0, extra, len(base)))
    return Counts(tuple(rng.binomial(base, share)), tuple(base), MONTHS)


def by_hand(series, kind):
    """Maximise the likelihood with a general optimiser; dummies for eleven months, the last as reference."""
    y, n = np.array(series.counts), np.array(series.bases)
    t = np.array(series.periods.years)
    month = np.array(series.periods.seasons)
    whole = np.column_stack([np.ones_like(t), t - t.mean(), *(month == m for m in range(11))]).astype(float)

    def fitted(columns):
        def minus_log(b):
            eta = columns @ b
            if kind == "share":
                return -(y * eta - n * np.logaddexp(0, eta)).sum()
            return -(y * eta - n * np.exp(eta)).sum()

        def gradient(b):
            eta = columns @ b
            return -columns.T @ (y - n * (special.expit(eta) if kind == "share" else np.exp(eta)))

        start = np.zeros(columns.shape[1])
        start[0] = special.logit(y.sum() / n.sum()) if kind == "share" else np.log(y.sum() / n.sum())
        found = optimize.minimize(
            minus_log, start, jac=gradient, method="BFGS", options={"gtol": 1e-9, "maxiter": 2000}
        )
        eta = columns @ found.x
        mean = n * (special.expit(eta) if kind == "share" else np.exp(eta))
        variance = mean * (1 - mean / n) if kind == "share" else mean
        return found.x, 2 * found.fun, ((y - mean) ** 2 / variance).sum()

    b, full, pearson = fitted(whole)
    _, small, _ = fitted(whole[:, :2])
    degrees = len(y) - 13
    dispersion = max(pearson / degrees, 1.0)
    effects = np.append(b[2:], 0.0) - np.append(b[2:], 0.0).mean()
    return np.exp(effects), (small - full) / 11 / dispersion, dispersion, degrees


@pytest.mark.parametrize("kind", ["share", "rate"])
def test_effects_and_test_equal_an_independent_maximum_likelihood(kind):
    drawn = make_shares(1, winter=0.5, slope=0.2, extra=0.15)
    series = Counts(drawn.counts, drawn.bases, MONTHS, kind)

    found = seasonality(series)

    effects, statistic, dispersion, degrees = by_hand(series, kind)
    assert [float(part.effect.value) for part in found.effects] == pytest.approx(effects, rel=1e-5)
    assert float(found.statistic) == pytest.approx(statistic, rel=1e-5)
    assert float(found.dispersion) == pytest.approx(dispersion, rel=1e-5)
    assert (found.numerator_degrees, found.denominator_degrees) == (11, degrees)
    assert float(found.p) == pytest.approx(stats.f.sf(statistic, 11, degrees), rel=1e-4)
    assert found.scale == {"share": "odds ratio", "rate": "rate ratio"}[kind]
    assert (found.effects[0].season, found.effects[0].periods, found.verdict) == ("January", 4, "seasonal")


def test_values_equal_ordinary_least_squares():
    rng = np.random.default_rng(2)
    weekday = np.array(DAYS.seasons)
    y = 20 + 3 * (weekday == 0) + 0.02 * np.arange(len(weekday)) + rng.normal(0, 1, len(weekday))

    found = seasonality(Values(tuple(y), periods=DAYS))

    t = np.arange(len(y)) - (len(y) - 1) / 2
    dummies = np.eye(7)[weekday]
    b, rss, *_ = np.linalg.lstsq(np.column_stack([dummies, t]), y, rcond=None)
    _, small, *_ = np.linalg.lstsq(np.column_stack([np.ones_like(t), t]), y, rcond=None)
    degrees = len(y) - 8
    f = (small[0] - rss[0]) / 6 / (rss[0] / degrees)
    assert [float(part.effect.value) for part in found.effects] == pytest.approx(b[:7] - b[:7].mean(), abs=1e-9)
    assert float(found.statistic) == pytest.approx(f, rel=1e-9)
    assert (found.effects[0].season, found.scale, found.denominator_degrees) == ("Monday", "difference", degrees)
    monday = found.effects[0].effect
    c = np.append(np.eye(7)[0] - 1 / 7, 0)
    x = np.column_stack([dummies, t])
    error = np.sqrt(c @ np.linalg.inv(x.T @ x) @ c * rss[0] / degrees)
    assert float(monday.standard_error) == pytest.approx(error, rel=1e-9)
    assert float(monday.upper - monday.value) == pytest.approx(stats.t.ppf(0.975, degrees) * error, rel=1e-8)


def test_the_interval_of_a_ratio_is_symmetric_in_logarithms():
    effect = seasonality(make_shares(3, winter=0.5)).effects[0].effect

    value, low, high = (float(end) for end in (effect.value, effect.lower, effect.upper))
    assert low * high == pytest.approx(value**2, rel=1e-9)
    # Delta method: the error of the ratio is the ratio times that of its logarithm.
    half = np.log(high / value)
    quantile = stats.t.ppf(0.975, float(effect.degrees_of_freedom))
    assert float(effect.standard_error) == pytest.approx(value * half / quantile, rel=1e-9)


@pytest.mark.parametrize("extra", [0.0, 0.3])
def test_without_seasons_the_test_is_right_about_as_often_as_it_says(extra):
    wrong = sum(seasonality(make_shares(seed, extra=extra)).verdict == "seasonal" for seed in range(200))

    # 5 % of 200: 10, standard deviation 3.1.
    assert 1 <= wrong <= 20


def test_a_growing_process_is_not_taken_for_a_seasonal_one():
    found = seasonality(make_shares(5, slope=0.5))

    assert found.verdict == "no evidence"


def test_likeness_of_neighbours_is_declared():
    rng = np.random.default_rng(6)
    noise = np.convolve(rng.normal(0, 1, 59), np.ones(12) / 12, "valid")

    found = seasonality(Values(tuple(10 + noise), periods=MONTHS))

    assert float(found.autocorrelation) > 0.3
    assert found.limitations == (
        f"Neighbouring periods resemble each other (correlation {found.autocorrelation:.2f}): p is rather too small.",
    )


def test_empty_periods_are_left_out_and_told():
    series = make_shares(7)
    holed = Counts((*series.counts[:5], 0, *series.counts[6:]), (*series.bases[:5], 0, *series.bases[6:]), MONTHS)

    found = seasonality(holed)

    assert found.effects[5].periods == 3
    assert found.limitations[0] == ("1 periods are left out: nothing, or nothing with a standard error, is in them.")


def test_a_model_with_as_many_coefficients_as_periods_tells_no_spread():
    columns = np.eye(3)
    observed = observe(Values((1.0, 2.0, 4.0), periods=plain_periods("abc", years=[1, 2, 3])), code="SM466")

    fit = fit_series(columns, observed, code="SM466")

    assert (fit.degrees, np.isnan(fit.dispersion)) == (0, True)


def test_columns_that_say_the_same_are_refused():
    observed = observe(Values((1.0, 2.0, 4.0), periods=plain_periods("abc", years=[1, 2, 3])), code="SM466")

    with pytest.raises(SealmarkError) as caught:
        fit_series(np.column_stack([np.ones(3), np.ones(3)]), observed, code="SM466")

    assert caught.value.codes == ("SM466",)


QUARTERS = dated_periods(dt.date(2024, 1, 1), dt.date(2025, 12, 31), "quarter")


@pytest.mark.parametrize(
    ("series", "told"),
    [
        (Values((1.0,) * 8, periods=plain_periods(range(8), years=range(8))), "no seasons"),
        (Values((1.0,) * 8), "no place in time"),
        (Values((1.0,) * 23, periods=dated_periods(dt.date(2024, 1, 1), dt.date(2025, 11, 1), "month")), "two full"),
        (Values((1.0, None, *range(6)), periods=QUARTERS), "seen fewer than twice: Q2"),
        (Values((0.0, 1.0, 0.0, -1.0) * 2, periods=QUARTERS), "repeat exactly"),
        (Counts((0, 5, 5, 5, 0, 5, 5, 5), (9,) * 8, QUARTERS), "nothing, or everything"),
        (Counts((0, 5, 5, 5, 0, 5, 5, 5), (9,) * 8, QUARTERS, "rate"), "nothing, or everything"),
    ],
)
def test_seasons_that_cannot_be_told_are_refused(series, told):
    with pytest.raises(SealmarkError) as caught:
        seasonality(series)

    assert caught.value.codes == ("SM465",)
    assert told in caught.value.problems[0].what


def test_the_confidence_must_be_one():
    with pytest.raises(SealmarkError) as caught:
        seasonality(make_shares(1), confidence=1.0)

    assert caught.value.codes == ("SM413",)
