"""Acceptance plans: tables and plans computed elsewhere, and exact fractions."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure import AcceptancePlan, acceptance_plan, operating_curve, records_for_limit, sample_to_detect


def exact(plan, bad):
    """Exact chance of acceptance of a lot with so many bad records."""
    ways = sum(
        math.comb(bad, k) * math.comb(plan.lot - bad, plan.sample - k) for k in range(min(plan.accept, plan.sample) + 1)
    )
    return Fraction(ways, math.comb(plan.lot, plan.sample))


# Zero bad accepted, 95 % sure, bad shares of 1, 2, 5 and 10 %: computed for the project by enumeration.
DETECT = {
    20: (19, 19, 19, 16),
    50: (48, 48, 31, 22),
    100: (95, 78, 45, 25),
    200: (155, 105, 51, 27),
    500: (225, 129, 56, 28),
    1000: (258, 138, 57, 29),
    5000: (290, 147, 59, 29),
    None: (299, 149, 59, 29),
}


@pytest.mark.parametrize("lot", DETECT)
def test_samples_that_find_out_a_bad_lot_are_those_of_the_table(lot):
    assert tuple(sample_to_detect(share, lot=lot) for share in (0.01, 0.02, 0.05, 0.1)) == DETECT[lot]


def test_at_ninety_percent_an_endless_series_needs_the_published_numbers():
    assert [sample_to_detect(share, confidence=0.9) for share in (0.01, 0.02, 0.05, 0.1)] == [230, 114, 45, 22]


@given(st.integers(2, 60), st.integers(1, 60), st.integers(0, 5), st.sampled_from([0.8, 0.95]))
def test_one_record_fewer_does_not_find_out(lot, bad, accept, confidence):
    bad = min(bad, lot)
    if accept >= bad:
        return

    sample = sample_to_detect(bad / lot, lot=lot, confidence=confidence, accept=accept)

    risk = Fraction(1) - Fraction(str(confidence))
    assert exact(AcceptancePlan(sample, accept, lot), bad) <= risk
    assert sample == 1 or exact(AcceptancePlan(sample - 1, accept, lot), bad) > risk


# (good, chance to accept it at least), (bad, chance to accept it at most), lot -> records, acceptance number.
# By a plain search over n and c in R 4.2.2 with pbinom and phyper; whole numbers, so no tolerance.
PLANS = [
    ((0.05, 0.95), (0.15, 0.075), None, (80, 7)),
    ((0.01, 0.95), (0.08, 0.05), 100, (46, 1)),
    ((0.01, 0.95), (0.06, 0.10), None, (110, 3)),
    ((0.02, 0.95), (0.08, 0.10), None, (98, 4)),
    ((0.01, 0.95), (0.05, 0.10), None, (132, 3)),
    ((0.02, 0.95), (0.10, 0.10), 500, (63, 3)),
]


@pytest.mark.parametrize(("good", "bad", "lot", "expected"), PLANS)
def test_plans_from_two_points_are_those_of_a_plain_search_in_r(good, bad, lot, expected):
    plan = acceptance_plan(good[0], bad[0], producer_risk=1 - good[1], consumer_risk=bad[1], lot=lot)

    assert plan == AcceptancePlan(*expected, lot)


@given(st.integers(10, 80), st.floats(0, 0.2), st.floats(0.3, 0.9))
def test_a_plan_keeps_both_risks_exactly(lot, good, bad):
    few, many = math.floor(good * lot + 1e-9), math.ceil(bad * lot - 1e-9)
    if few >= many:
        return

    plan = acceptance_plan(good, bad, lot=lot)

    assert exact(plan, few) >= Fraction(95, 100) - Fraction(1, 10**9)
    assert exact(plan, many) <= Fraction(10, 100) + Fraction(1, 10**9)


def test_the_operating_curve_falls_from_certainty_to_nothing():
    curve = operating_curve(AcceptancePlan(46, 1, 100), [0, 0.01, 0.08, 0.5, 1])

    assert curve[:2] == (1.0, 1.0)
    assert curve[2] <= 0.05
    assert list(curve) == sorted(curve, reverse=True)
    assert curve[-1] == 0


@pytest.mark.parametrize("plan", [AcceptancePlan(80, 7), AcceptancePlan(46, 1, 100), AcceptancePlan(5, 0, 5)])
def test_the_limit_is_where_acceptance_becomes_unlikely(plan):
    limit = plan.limit()

    assert plan.chance(limit) <= 0.1 + 1e-9
    assert plan.chance(limit - (0.001 if plan.lot is None else 1 / plan.lot)) > 0.1


def test_a_part_of_a_record_counts_whole():
    plan = AcceptancePlan(20, 0, 50)

    assert plan.chance(0.03) == plan.chance_of(2)
    assert plan.chance(0.04) == plan.chance_of(2)


@pytest.mark.parametrize(("population", "allowed", "found"), [(60, 2, 0), (60, 5, 1), (40, 0, 0), (35, 3, 3)])
def test_records_are_exact(population, allowed, found):
    def chance(base):
        """Exact chance to find no more than ``found`` when one more than allowed fail."""
        bad = allowed + 1
        ways = sum(math.comb(bad, k) * math.comb(population - bad, base - k) for k in range(found + 1) if k <= base)
        return Fraction(ways, math.comb(population, base))

    base = records_for_limit(population, allowed, found=found)

    assert chance(base) <= Fraction(5, 100) < chance(base - 1)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: records_for_limit(10, 10), "SM419"),
        (lambda: records_for_limit(0, 0), "SM419"),
        (lambda: records_for_limit(10, 2, found=3), "SM419"),
        (lambda: records_for_limit(10, 2, confidence=95), "SM419"),
        (lambda: sample_to_detect(0), "SM419"),
        (lambda: sample_to_detect(0.1, accept=-1), "SM419"),
        (lambda: sample_to_detect(0.1, lot=0), "SM419"),
        (lambda: sample_to_detect(0.1, lot=20, accept=2), "SM471"),
        (lambda: acceptance_plan(0.05, 0.05), "SM419"),
        (lambda: acceptance_plan(0.01, 0.05, producer_risk=0), "SM419"),
        (lambda: acceptance_plan(0.01, 0.05, consumer_risk=1), "SM419"),
    ],
)
def test_what_no_sample_can_do_is_refused(call, code):
    with pytest.raises(SealmarkError) as caught:
        call()

    assert caught.value.codes == (code,)


def test_shares_that_are_the_same_number_of_records_cannot_be_told_apart():
    with pytest.raises(SealmarkError) as caught:
        acceptance_plan(0.5, 0.500000000001, lot=2)

    assert caught.value.codes == ("SM471",)
