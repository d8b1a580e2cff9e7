import decimal
from decimal import Decimal

from sealmark.assess.precision import exactly, settled


def test_settled_takes_away_what_division_left():
    with decimal.localcontext(prec=60):
        third = Decimal(1) / 3

        assert settled(third * 3) == 1
        assert settled(70 - third * 3 + 1) == 70


def test_settled_leaves_a_written_number_alone():
    value = Decimal("89.999999999999999999999999999999")

    assert str(settled(value)) == "89.999999999999999999999999999999"


def test_exactly_does_not_depend_on_the_callers_context():
    divided = exactly(lambda: Decimal(1) / 3)

    with decimal.localcontext(prec=4, rounding=decimal.ROUND_UP):
        value = divided()

    assert str(value) == "0." + 60 * "3"
