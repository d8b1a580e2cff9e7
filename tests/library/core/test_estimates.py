from decimal import Decimal

from sealmark.core.estimates import Estimate


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
