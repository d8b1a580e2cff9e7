"""Worked promoter scores: n = 100, 50 promoters, 20 detractors (formulas of Sauro and Lewis)."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from sealmark.measure import Design, Promoter, estimate

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
