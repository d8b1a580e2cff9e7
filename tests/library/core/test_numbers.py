from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealmark.core.numbers import decimal_from_float, in_steps, plain, round_to

FINITE = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6)


@pytest.mark.parametrize(
    ("value", "way", "expected"),
    [
        ("94.45", "half-up", "94.5"),
        ("94.45", "half-even", "94.4"),
        ("94.49", "down", "94.4"),
        ("94.41", "up", "94.5"),
        ("-0.25", "half-up", "-0.3"),
        ("-0.25", "down", "-0.3"),
        ("-0.25", "up", "-0.2"),
    ],
)
def test_rounding_follows_the_declared_way(value, way, expected):
    assert round_to(Decimal(value), 1, way) == Decimal(expected)


@given(FINITE)
def test_rounding_moves_a_value_by_less_than_one_place(value):
    for way in ("half-up", "half-even", "down", "up"):
        assert abs(round_to(value, 2, way) - value) < Decimal("0.01")


def test_floats_lose_their_last_bits():
    assert decimal_from_float(0.1 + 0.2) == Decimal("0.3")
    assert decimal_from_float(1 / 3) == Decimal("0.333333333333")
    assert decimal_from_float(1e20) == Decimal(10) ** 20
    assert str(decimal_from_float(-0.0)) == "0"


@pytest.mark.parametrize(
    ("value", "text"),
    [("40.00", "40"), ("1E+2", "100"), ("0.10", "0.1"), ("-0", "0"), ("-0.00", "0"), ("1E-7", "0.0000001")],
)
def test_plain_text_has_no_exponent_and_no_idle_zeros(value, text):
    assert plain(Decimal(value)) == text


@given(FINITE)
def test_plain_text_is_the_same_number(value):
    assert Decimal(plain(value)) == value


def test_steps_are_counted_from_the_start():
    assert in_steps(Decimal("0.75"), Decimal("0.25"), Decimal("0.25"))
    assert not in_steps(Decimal("0.8"), Decimal("0.25"), Decimal("0.25"))
    assert not in_steps(Decimal(1), Decimal(0), Decimal(0))
