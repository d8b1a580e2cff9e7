"""Trends against least squares and maximum likelihood by NumPy alone, simulations, verdicts and refusals."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from scipy import special, stats

from sealmark.core.errors import SealmarkError
from sealmark.measure.process.periods import dated_periods, plain_periods
from sealmark.measure.process.series import Counts, Values
from sealmark.measure.process.trend import trend

YEARS = plain_periods(range(2018, 2026), years=range(2018, 2026))
MONTHS = dated_periods(dt.date(2022, 1, 1), dt.date(2025, 12, 31), "month")


def numbers(found):
    change = found.per_year
    return [float(one) for one in (change.value, change.standard_error, change.lower, change.upper)]


def test_values_equal_weighted_least_squares():
    rng = np.random.default_rng(1)
    t = np.arange(2018.0, 2026.0)
    errors = rng.uniform(0.1, 0.3, 8)
    y = 5 + 0.3 * (t - 2018) + rng.normal(0, 2 * errors)

    found = trend(Values(tuple(y), tuple(errors), YEARS), better="lower")

    x = np.column_stack([np.ones(8), t - t.mean()])
    w = errors**-2.0
    inverse = np.linalg.inv((x.T * w) @ x)
    b = inverse @ (x.T @ (w * y))
    ratio = max((w * (y - x @ b) ** 2).sum() / 6, 1)
    error = np.sqrt(inverse[1, 1] * ratio)
    half = stats.t.ppf(0.975, 6) * error
    assert ratio > 1
    assert numbers(found) == pytest.approx([b[1], error, b[1] - half, b[1] + half], rel=1e-9)
    assert float(found.dispersion) == pytest.approx(ratio, rel=1e-9)
    assert float(found.slope) == pytest.approx(b[1], rel=1e-9)
    assert float(found.last - found.first) == pytest.approx(7 * b[1], rel=1e-9)


def test_known_errors_are_not_shrunk_where_periods_happen_to_lie_on_a_line():
    found = trend(Values((1.0, 2.0, 3.0, 4.0), (0.5,) * 4, plain_periods("abcd", years=range(4))), better="higher")

    # Var(slope) = 0.25 / sum (t - mean)^2 = 0.25 / 5; residuals are zero, the dispersion stays 1.
    assert (float(found.dispersion), float(found.per_year.standard_error)) == (1.0, pytest.approx(np.sqrt(0.05)))


def test_values_without_errors_equal_ordinary_least_squares():
    y = np.array([3.0, 4.1, 4.9, 6.2, 6.8, 8.1, 9.0, 9.7])

    found = trend(Values(tuple(y), periods=YEARS), better="lower")

    fit = stats.linregress(np.arange(8), y)
    assert numbers(found)[:2] == pytest.approx([fit.slope, fit.stderr], rel=1e-9)
    assert (found.verdict, float(found.per_year.degrees_of_freedom)) == ("worse", 6)


@pytest.mark.parametrize("kind", ["share", "rate"])
def test_counts_equal_maximum_likelihood_by_newton(kind):
    rng = np.random.default_rng(2)
    t = np.arange(2018.0, 2026.0)
    n = rng.integers(200, 900, 8)
    y = rng.binomial(n, special.expit(-1 + 0.15 * (t - 2021) + rng.normal(0, 0.2, 8)))

    found = trend(Counts(tuple(y), tuple(n), YEARS, kind), better="lower")

    x = np.column_stack([np.ones(8), t - t.mean()])
    b = np.array([np.log(y.sum() / n.sum()), 0.0])
    for _ in range(50):
        mean = special.expit(x @ b) if kind == "share" else np.exp(x @ b)
        v = mean * (1 - mean) if kind == "share" else mean
        information = (x.T * (n * v)) @ x
        b = b + np.linalg.solve(information, x.T @ (y - n * mean))
    dispersion = max(((y - n * mean) ** 2 / (n * v)).sum() / 6, 1)
    change = (mean[-1] - mean[0]) / 7
    slope = np.array([v[-1] - v[0], v[-1] * x[-1, 1] - v[0] * x[0, 1]]) / 7
    error = np.sqrt(slope @ np.linalg.inv(information) @ slope * dispersion)
    assert numbers(found)[:2] == pytest.approx([change, error], rel=1e-8)
    assert float(found.slope) == pytest.approx(b[1], rel=1e-8)
    assert [float(found.first), float(found.last)] == pytest.approx([mean[0], mean[-1]], rel=1e-8)
    assert float(found.dispersion) == pytest.approx(dispersion, rel=1e-8)


def test_seasons_do_not_masquerade_as_a_trend():
    month = np.array(MONTHS.seasons)
    # From January to September of the last year the low season of autumn is missing.
    y = tuple(10.0 + 2 * np.cos(2 * np.pi * month[:45] / 12) + np.random.default_rng(3).normal(0, 0.2, 45))
    months = dated_periods(dt.date(2022, 1, 1), dt.date(2025, 9, 30), "month")

    plain = trend(Values(y, periods=months), better="higher")
    adjusted = trend(Values(y, periods=months), better="higher", seasonal=True)

    assert adjusted.seasonal
    assert float(adjusted.per_year.standard_error) < 0.2 * float(plain.per_year.standard_error)
    assert abs(float(adjusted.per_year.value)) < 0.1


@pytest.mark.parametrize(
    ("slope", "better", "minimum", "verdict"),
    [
        (1.0, "higher", "0", "better"),
        (1.0, "lower", "0", "worse"),
        (-1.0, "higher", "0", "worse"),
        (-1.0, "lower", "0", "better"),
        (1.0, "lower", "0.5", "worse"),
        (1.0, "lower", "1", "no evidence"),
        (1.0, "lower", "2", "steady"),
        (0.0, "lower", "0", "no evidence"),
        (0.0, "higher", "0.5", "steady"),
        (0.0, "higher", "0.001", "no evidence"),
    ],
)
def test_the_verdict_weighs_the_interval_against_the_smallest_change_that_matters(slope, better, minimum, verdict):
    y = tuple(10 + slope * year + wobble for year, wobble in zip(range(8), (0, 0.1, -0.1, 0) * 2, strict=True))

    found = trend(Values(y, (0.1,) * 8, YEARS), better=better, minimum=Decimal(minimum))

    assert found.verdict == verdict


def simulate(rho, size, rounds):
    rng = np.random.default_rng(4)
    months = dated_periods(dt.date(2021, 1, 1), dt.date(2021 + size // 12 - 1, 12, 31), "month")
    x = np.column_stack([np.ones(size), np.array(months.years) - np.mean(months.years)])
    inverse = np.linalg.inv(x.T @ x)
    covered = plain = 0
    for _ in range(rounds):
        noise = np.empty(size)
        noise[0] = rng.normal() / np.sqrt(1 - rho**2)
        for index in range(1, size):
            noise[index] = rho * noise[index - 1] + rng.normal()
        found = trend(Values(tuple(noise), periods=months), better="higher").per_year
        covered += found.lower <= 0 <= found.upper
        b = inverse @ x.T @ noise
        error = np.sqrt(inverse[1, 1] * ((noise - x @ b) ** 2).sum() / (size - 2))
        plain += abs(b[1]) <= stats.t.ppf(0.975, size - 2) * error
    return covered / rounds, plain / rounds


def test_intervals_cover_when_neighbouring_periods_are_alike():
    covered, plain = simulate(0.5, 48, 400)

    # The usual interval of least squares covers about three times in four.
    assert plain < 0.82
    assert covered > 0.9


def test_intervals_cover_when_periods_are_independent():
    covered, _ = simulate(0.0, 36, 400)

    assert 0.93 <= covered <= 0.99


def test_few_periods_are_taken_as_independent_and_it_is_said():
    found = trend(Values((1.0, 2.1, 2.9, 4.2), periods=plain_periods("abcd", years=range(4))), better="higher")

    assert found.limitations == (
        "4 periods are too few to tell whether neighbouring ones are alike: they are taken as independent.",
    )


def test_periods_without_a_standard_error_are_left_out_and_told():
    series = Values((1.0, 2.0, 3.0, 9.0, None), (0.1, 0.1, 0.1, None, None), plain_periods("abcde", years=range(5)))

    found = trend(series, better="higher")

    assert (found.per_year.base, found.limitations[0]) == (
        3, "2 periods are left out: nothing, or nothing with a standard error, is in them.",
    )  # fmt: skip


def test_periods_that_are_not_neighbours_have_no_likeness():
    gaps = Values(tuple(value for year in range(8) for value in (float(year % 3), None)),
                  periods=plain_periods(range(16), years=range(16)))  # fmt: skip

    assert trend(gaps, better="higher").autocorrelation == 0


@pytest.mark.parametrize(
    ("series", "options"),
    [
        (Values((1.0, 2.0), periods=plain_periods("ab", years=[1, 2])), {}),
        (Values((1.0, 2.0, 3.0)), {}),
        (Values((1.0, 2.0, 3.0), periods=plain_periods("abc", years=[1, 2, 3])), {"minimum": Decimal(-1)}),
        (Values((1.0, 2.0, 3.0), periods=plain_periods("abc", years=[1, 2, 3])), {"seasonal": True}),
        (Values((7.0, 7.0, 7.0, 7.0), periods=plain_periods("abcd", years=range(4))), {}),
        (Values((0.1, 0.2, 0.3, 0.4), periods=plain_periods("abcd", years=range(4))), {}),
        (Counts((0, 0, 0), (5, 5, 5), plain_periods("abc", years=[1, 2, 3])), {}),
    ],
)
def test_trends_that_cannot_be_told_are_refused(series, options):
    with pytest.raises(SealmarkError) as caught:
        trend(series, better="higher", **options)

    assert caught.value.codes == ("SM466",)
