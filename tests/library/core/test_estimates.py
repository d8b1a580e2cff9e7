from decimal import Decimal

import pytest

from sealmark.core.estimates import Estimate, improvement_verdict


def test_an_unknown_estimate_says_why():
    assert Estimate.unknown("Nobody answered.", base=3) == Estimate(None, base=3, note="Nobody answered.")


def test_an_exact_estimate_has_no_width():
    assert Estimate.exact(Decimal(5), base=2) == Estimate(
        Decimal(5), Decimal(5), Decimal(5), base=2, standard_error=Decimal(0)
    )


def test_a_certain_value_keeps_base_and_confidence():
    estimate = Estimate(
        Decimal(5), Decimal(4), Decimal(6), base=9, standard_error=Decimal("0.5"), confidence=Decimal("0.9")
    )

    certain = estimate.certain_at(Decimal(7))

    assert certain == Estimate(
        Decimal(7), Decimal(7), Decimal(7), base=9, standard_error=Decimal(0), confidence=Decimal("0.9")
    )


def test_counted_the_other_way_limits_change_places():
    estimate = Estimate(Decimal(2), Decimal(1), None, base=9, standard_error=Decimal(1))

    assert estimate.turned() == Estimate(Decimal(-2), None, Decimal(-1), base=9, standard_error=Decimal(1))


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"),
    [
        ("2.01", "5", "improved"),
        ("2", "5", "not shown"),
        ("1", "2", "not shown"),
        ("1", "1.99", "not improved"),
        (None, "5", "not determined"),
        ("1", None, "not determined"),
    ],
)
def test_a_verdict_needs_the_whole_interval_on_one_side(lower, upper, verdict):
    ends = [None if end is None else Decimal(end) for end in (lower, upper)]

    assert improvement_verdict(Estimate(Decimal(2), *ends), Decimal(2)) == verdict
