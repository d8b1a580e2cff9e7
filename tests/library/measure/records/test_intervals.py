"""Numbers from outside: Newcombe (1998), Statistics in Medicine 17, 857-872, tables I and II; Garwood (1936)."""

from decimal import Decimal

import pytest

from sealmark.measure.records.intervals import (
    Precision,
    mean_estimate,
    quantile_ranks,
    rate_estimate,
    share_estimate,
)


@pytest.mark.parametrize(
    ("hits", "base", "wilson", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_share_intervals_equal_the_published_ones(hits, base, wilson, exact):
    for method, expected in (("wilson", wilson), ("exact", exact)):
        found = share_estimate(hits, base, Precision(method=method))

        assert (float(found.lower), float(found.upper)) == pytest.approx(expected, abs=5e-5)
        assert found.base == base


def test_share_intervals_mirror():
    for method in ("wilson", "exact"):
        low = share_estimate(3, 40, Precision(method=method))
        high = share_estimate(37, 40, Precision(method=method))

        assert float(low.lower) == pytest.approx(1 - float(high.upper), abs=1e-12)
        assert float(low.upper) == pytest.approx(1 - float(high.lower), abs=1e-12)


@pytest.mark.parametrize(("count", "lower", "upper"), [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904)])
def test_rate_interval_equals_the_published_poisson_limits(count, lower, upper):
    found = rate_estimate(count, 200, 100, Precision())

    assert float(found.value) == count / 2
    assert (float(found.lower) * 2, float(found.upper) * 2) == pytest.approx((lower, upper), abs=5e-5)


def test_mean_interval_uses_t_with_one_degree_less():
    # t(0.975; 4) = 2.776445 (any table)
    found = mean_estimate(10.0, 5.0, 5, Precision())

    assert (found.degrees_of_freedom, found.standard_error) == (Decimal(4), Decimal(1))
    assert float(found.upper) == pytest.approx(12.776445, abs=1e-6)


def test_quantile_ranks_cover_at_least_the_level():
    # Binomial(20, 0.5): P(X <= 5) = 0.0207, P(X <= 4) = 0.0059; the classic 95 % ranks are 6 and 15.
    assert quantile_ranks(20, 0.5, 0.025) == (6, 15)
    assert quantile_ranks(5, 0.9, 0.025) == (3, 6)


def test_no_base_is_unknown_and_complete_counts_have_no_width():
    complete = share_estimate(3, 4, Precision(complete=True))

    assert share_estimate(0, 0, Precision()).value is None
    assert rate_estimate(0, 0, 100, Precision()).value is None
    assert mean_estimate(None, None, 0, Precision()).note == "no record to judge"
    assert (complete.lower, complete.value, complete.upper) == (Decimal("0.75"),) * 3
    assert mean_estimate(4.0, None, 1, Precision()).note == "one record gives no interval"
