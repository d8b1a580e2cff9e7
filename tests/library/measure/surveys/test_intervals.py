"""Intervals against figures worked out elsewhere."""

import numpy as np
import pytest
from scipy import stats

from sealmark.measure.surveys import intervals

Z = np.array(1.959963984540054)


def test_promoter_score_of_the_published_example():
    # n=100, 50 promoters, 20 detractors: adjusted score 29.126, SE 7.692, 14.05 to 44.20.
    low, high = intervals.promoter_adjusted_wald(np.array(0.5), np.array(0.2), np.array(100.0), Z)

    assert (round(float(low), 2), round(float(high), 2)) == (14.05, 44.20)
    assert round(float(low + high) / 2, 3) == 29.126
    assert round(float(high - low) / 2 / float(Z), 3) == 7.692


@pytest.mark.parametrize(("hits", "base"), [(0, 12), (3, 12), (12, 12), (40, 97)])
def test_beta_is_the_exact_binomial_interval(hits, base):
    exact = stats.binomtest(hits, base).proportion_ci(method="exact")

    found = intervals.beta(np.array(hits / base), np.array(float(base)), 0.95)

    assert np.allclose(found, exact, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("hits", "base"), [(0, 12), (3, 12), (12, 12), (40, 97)])
def test_wilson_is_scipys(hits, base):
    expected = stats.binomtest(hits, base).proportion_ci(method="wilson")

    found = intervals.wilson(np.array(hits / base), np.array(float(base)), Z)

    assert np.allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_adjusted_wald_adds_two_of_each():
    # Agresti and Coull with z = 2: 10 of 10 becomes 12 of 14.
    low, high = intervals.adjusted_wald(np.array(1.0), np.array(10.0), np.array(2.0))

    assert float(low) == pytest.approx(12 / 14 - 2 * np.sqrt(12 / 14 * 2 / 14 / 14))
    assert float(high) == 1


def test_there_is_no_t_quantile_without_degrees():
    assert np.isnan(intervals.t_quantile([0, -1], 0.95)).all()
    assert float(intervals.t_quantile(14, 0.95)) == pytest.approx(2.144786688)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.93])
def test_arcsine_is_symmetric_on_its_own_scale(share):
    low, high = intervals.arcsine(np.array(share), np.sqrt(np.array(share * (1 - share) / 400)), Z)

    turned = np.arcsin(np.sqrt([float(low), share, float(high)]))
    # On this scale the standard error is 1 / (2 root n), whatever the share.
    assert np.diff(turned) == pytest.approx(float(Z) / 40, rel=1e-9)


def test_arcsine_stays_between_nothing_and_all():
    low, high = intervals.arcsine(np.array([0.01, 0.99]), np.array([0.02, 0.02]), Z)

    assert (float(low[0]), float(high[1])) == (0, 1)
