from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.measure import Between, Design, Mean, Quantile, TopBox, Total, compare, difference_of
from sealmark.measure.comparisons.differences import difference_by_limits
from sealmark.measure.records.intervals import Precision, share_estimate
from sealmark.measure.surveys.estimation import ALL_EQUAL

YEARS = Between("year", 1, 2)


@pytest.fixture
def panel():
    random = np.random.default_rng(3)
    shop = np.repeat(np.arange(12), 20)
    level = random.normal(0, 3, 12)[shop]
    year = np.tile([1, 2], 120)
    return {"shop": shop, "year": year, "y": np.round(50 + level + 2 * (year == 2) + random.normal(0, 1, 240), 3)}


def test_shared_clusters_bring_their_covariance(panel):
    d = panel
    means = {g: d["y"][d["year"] == g].mean() for g in (1, 2)}
    u = sum(
        sign * np.where(d["year"] == g, d["y"] - means[g], 0) / (d["year"] == g).sum() for g, sign in ((2, 1), (1, -1))
    )
    sums = np.bincount(d["shop"], u)
    expected = np.sqrt(12 / 11 * ((sums - sums.mean()) ** 2).sum())

    (change,) = compare(pa.table(d), {"m": Mean("y")}, design=Design(cluster="shop"), between=YEARS)

    assert float(change.difference.standard_error) == pytest.approx(expected, rel=1e-10)
    assert float(change.difference.value) == pytest.approx(means[2] - means[1], rel=1e-10)
    # Sampled apart, the shops' own levels would swamp the change.
    assert change.difference.standard_error < change.first.standard_error / 2
    assert (change.difference.degrees_of_freedom, change.verdict) == (11, "higher")


def test_independent_waves_add_their_variances(panel):
    d = panel | {"shop": panel["shop"] + 100 * panel["year"]}
    table = pa.table(d)

    (change,) = compare(
        table, {"m": Mean("y")}, design=Design(cluster="shop"), between=Between("year", 1, 2, independent=True)
    )

    errors = [float(one.standard_error) for one in (change.first, change.second)]
    assert float(change.difference.standard_error) == pytest.approx(np.hypot(*errors), rel=1e-9)
    assert change.difference.degrees_of_freedom == 22
    by_hand, _ = difference_of(change.first, change.second)
    assert float(by_hand.standard_error) == pytest.approx(np.hypot(*errors), rel=1e-9)
    assert by_hand.value == pytest.approx(change.difference.value)


def test_t_and_p_follow_from_the_difference():
    table = pa.table({"g": ["a"] * 4 + ["b"] * 4, "q": [1, 2, 3, 4, 4, 5, 6, 7]})

    (change,) = compare(table, {"m": Mean("q")}, design=Design(), between=Between("g", "a", "b", independent=True))

    # Two groups of four with variance 5/3: t = 3 / sqrt(2 * 5/12) on 6 degrees; p from a table of t.
    assert float(change.t) == pytest.approx(3 / np.sqrt(5 / 6), rel=1e-11)
    assert float(change.p) == pytest.approx(0.0167, abs=5e-5)


def test_cells_domains_and_kinds_of_measure(panel):
    table = pa.table(panel | {"half": ["l", "r"] * 120, "side": panel["shop"] % 2})
    measures = {"top": TopBox("y", at_least=51), "sum": Total("y")}

    changes = compare(table, measures, design=Design(cluster="shop"), between=YEARS, by="side", domain={"side": [0, 1]})

    assert [(c.cell, c.measure) for c in changes] == [
        ({"side": 0}, "top"), ({"side": 0}, "sum"), ({"side": 1}, "top"), ({"side": 1}, "sum"),
    ]  # fmt: skip
    assert all(c.difference.value == c.second.value - c.first.value for c in changes if c.measure == "sum")


@pytest.mark.parametrize(
    ("low", "high", "minimum", "verdict"),
    [
        (1, 3, 0, "higher"),
        (-3, -1, 0, "lower"),
        (-1, 1, 0, "undecided"),
        (1, 3, 2, "undecided"),
        (2, 5, 2, "undecided"),
        (3, 5, 2, "higher"),
        (-1, 1, 2, "equal"),
        (-2, 1, 2, "undecided"),
        (-9, -3, 2, "lower"),
    ],
)
def test_the_verdict_weighs_the_interval_against_the_smallest_change(low, high, minimum, verdict):
    middle, half = (low + high) / 2, (high - low) / 2
    now = Estimate(Decimal(str(middle)), standard_error=Decimal(str(half)), degrees_of_freedom=Decimal(10**9))
    start = Estimate(Decimal(0), standard_error=Decimal(0), degrees_of_freedom=Decimal(10**9))

    _, found = difference_of(start, now, confidence=0.6826894921370859, minimum=Decimal(minimum))

    assert found == verdict


def test_unknown_parts_stay_unknown():
    known = Estimate(Decimal(5), standard_error=Decimal(1), degrees_of_freedom=Decimal(9), base=10)
    no_error = Estimate(Decimal(4), base=3, note="one shop")

    assert difference_of(Estimate.unknown("nobody"), known) == (Estimate.unknown("nobody", base=10), "undecided")
    found, verdict = difference_of(no_error, known)
    assert (found.value, found.standard_error, found.note, verdict) == (1, None, "one shop", "undecided")


@pytest.mark.parametrize(
    ("between", "measure", "code"),
    [
        (Between("year", 1, 3), Mean("y"), "SM418"),
        (Between("wave", 1, 2), Mean("y"), "SM403"),
        (YEARS, Quantile("y"), "SM412"),
    ],
)
def test_what_cannot_be_compared_is_refused(panel, between, measure, code):
    with pytest.raises(SealmarkError) as caught:
        compare(pa.table(panel), {"m": measure}, design=Design(cluster="shop"), between=between)

    assert caught.value.codes == (code,)


@pytest.mark.parametrize("parts", [{"minimum": Decimal(-1)}, {"second": 1}])
def test_groups_that_make_no_sense_are_refused(parts):
    with pytest.raises(SealmarkError) as caught:
        Between(**{"column": "year", "first": 1, "second": 2, **parts})

    assert caught.value.codes == ("SM418",)


def test_without_spread_there_is_no_t():
    table = pa.table({"year": [1, 1, 2, 2], "q": [4, 4, 6, 6]})

    (change,) = compare(table, {"m": Mean("q")}, design=Design(), between=Between("year", 1, 2, independent=True))

    assert (change.difference.value, change.difference.standard_error, change.t, change.p) == (2, None, None, None)
    assert (change.difference.note, change.verdict) == (ALL_EQUAL, "undecided")


def test_without_degrees_of_freedom_there_is_no_verdict():
    single = Estimate(Decimal(4), standard_error=Decimal(1), base=1)

    found, verdict = difference_of(single, single)

    assert (found.value, found.lower, found.note, verdict) == (0, None, "No degrees of freedom.", "undecided")


def test_a_cell_with_one_group_only_stays_unknown():
    table = pa.table({"year": [1, 1, 2, 2, 1], "site": ["a", "a", "a", "a", "b"], "q": [1, 2, 3, 4, 5]})

    _, change = compare(table, {"m": Mean("q")}, design=Design(), between=YEARS, by="site")

    assert (change.cell, change.first.value, change.second.value) == ({"site": "b"}, 5, None)
    assert (change.difference.value, change.verdict) == (None, "undecided")


def test_limits_make_the_difference_of_two_shares():
    """Newcombe, Statistics in Medicine 17, 1998, table II, example (a), method 10: 56/70 less 48/80."""
    first, second = share_estimate(48, 80, Precision()), share_estimate(56, 70, Precision())

    found = difference_by_limits(first, second)

    assert (found.value, found.base) == (Decimal("0.2"), 150)
    assert [round(float(end), 4) for end in (found.lower, found.upper)] == [0.0524, 0.3339]
    assert float(found.standard_error) == pytest.approx(np.sqrt(0.24 / 80 + 0.16 / 70), rel=1e-9)


def test_a_share_of_all_has_no_error_of_its_own_but_a_difference_has_one():
    """Newcombe, example (h), method 10: 10/10 less 0/10 lies between 0.6075 and 1."""
    first, second = share_estimate(0, 10, Precision()), share_estimate(10, 10, Precision())

    found = difference_by_limits(first, second)

    assert [round(float(end), 4) for end in (found.lower, found.upper)] == [0.6075, 1.0]
    assert float(found.standard_error) == pytest.approx((1 - 0.6075) / 2 / 1.959964, abs=1e-4)


def test_of_means_the_limits_give_the_normal_interval():
    first, second = (
        Estimate(Decimal(value), Decimal(value) - reach, Decimal(value) + reach, 40, reach / 2)
        for value, reach in ((70, Decimal(3)), (75, Decimal(4)))
    )

    found = difference_by_limits(first, second)

    assert (found.value, found.lower, found.upper, found.standard_error) == (5, 0, 10, Decimal("2.5"))


def test_what_is_unknown_of_one_is_unknown_of_the_difference():
    known = Estimate(Decimal(70), Decimal(68), Decimal(72), 40)
    bare = Estimate(Decimal(70), base=40)

    assert difference_by_limits(Estimate.unknown("Nobody came."), known) == Estimate.unknown("Nobody came.", base=40)
    assert difference_by_limits(known, Estimate(None)).note == "One of the two is unknown."
    for pair in (
        (known, bare),
        (bare, known),
        (known, Estimate(Decimal(70), Decimal(68))),
        (Estimate(Decimal(70), Decimal(68)), known),
    ):
        found = difference_by_limits(*pair)
        assert (found.value, found.lower, found.standard_error, found.note) == (
            0,
            None,
            None,
            "One of the two has no interval.",
        )
