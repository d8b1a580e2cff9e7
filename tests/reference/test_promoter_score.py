"""Worked promoter and effort scores: 100 answers, 50 promoters, 20 detractors (formulas of Sauro and Lewis)."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from sealmark.measure import Design, Effort, Item, Promoter, TopBox, estimate

ANSWERS = pa.table({"r": [10] * 50 + [7] * 30 + [3] * 20})


def ask(measure):
    (cell,) = estimate(ANSWERS, {"m": measure}, design=Design())
    return cell.estimate


def test_score_and_standard_error():
    found = ask(Promoter("r"))

    assert found.value == 30
    # The published figure divides by n, a design-based variance by n - 1.
    assert float(found.standard_error) * np.sqrt(99 / 100) == pytest.approx(7.810, abs=5.1e-4)


def test_adjusted_wald_with_t_instead_of_the_normal():
    found = ask(Promoter("r", interval="adjusted-wald"))

    # Published: centre 29.126, SE 7.692, and 14.05 to 44.20 with z; ours takes t with 99 degrees.
    half = stats.t.ppf(0.975, 99) * 7.692
    assert float(found.lower + found.upper) / 2 == pytest.approx(29.126, abs=5.1e-4)
    assert float(found.upper - found.lower) / 2 == pytest.approx(half, abs=1.1e-3)


def test_a_third_a_half_and_a_sixth():
    table = pa.table({"r": [9] * 300 + [8] * 200 + [0] * 100})

    (cell,) = estimate(table, {"m": Promoter("r")}, design=Design())

    assert float(cell.estimate.value) == pytest.approx(100 / 3, rel=1e-11)
    # Unit variance 5/9.
    assert float(cell.estimate.standard_error) == pytest.approx(100 * np.sqrt(5 / 9 / 599), rel=1e-11)


def test_the_plain_interval_of_the_example():
    found = ask(Promoter("r"))

    # Published: 14.69 to 45.31 with z and n; ours with t and n - 1.
    factor = stats.norm.ppf(0.975) / stats.t.ppf(0.975, 99) * np.sqrt(99 / 100)
    half = float(found.upper - found.lower) / 2 * factor
    assert [30 - half, 30 + half] == pytest.approx([14.69, 45.31], abs=5.1e-3)


# Forty answers to a question about ease, 1 to 7, high is good: 2 x 1, 3 x 2, 5 x 4, 10 x 5, 12 x 6, 8 x 7.
EASE = pa.table({"e": [1] * 2 + [2] * 3 + [4] * 5 + [5] * 10 + [6] * 12 + [7] * 8})


def effort(measure):
    (cell,) = estimate(EASE, {"m": measure}, design=Design())
    return cell.estimate


def test_effort_as_a_mean():
    found = effort(Effort("e", lower_is_better=False))

    # Sum 206, sum of squares 1,168: mean 5.15, variance (1168 - 206^2 / 40) / 39.
    assert float(found.value) == pytest.approx(5.15, rel=1e-11)
    assert float(found.standard_error) == pytest.approx(np.sqrt((1168 - 206**2 / 40) / 39 / 40), rel=1e-10)


def test_effort_as_the_share_that_agrees():
    found = effort(TopBox("e", at_least=5))

    assert float(found.value) == 0.75
    assert float(found.standard_error) == pytest.approx(np.sqrt(0.75 * 0.25 / 39), rel=1e-10)


def test_net_ease_is_a_difference_of_shares():
    # Easy 6 and 7, hard 1 to 3: 20 - 5 of 40.
    assert float(effort(Promoter(Item("e", 1, 7), promoters_from=6, detractors_to=3)).value) == 37.5
