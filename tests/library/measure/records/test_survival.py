"""Numbers from outside: Freireich et al. (1963), Blood 21, 699-716: weeks in remission on 6-MP, 21 patients.

Survival and its standard error are printed in many textbooks (Kleinbaum and Klein, *Survival Analysis*, 2012, ch. 2).
Limits on the log(-log) scale: scipy 1.17.1, `stats.ecdf(...).sf.confidence_interval(method="log-log")`, 2026-11-22.
All to the four places printed.
"""

import datetime as dt
import itertools
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sealmark.measure.records.estimation import estimate_records
from sealmark.measure.records.intervals import Precision
from sealmark.measure.records.measures import Clock, DurationMean, DurationPercentile, ShareWithin
from sealmark.measure.records.survival import percentile_estimate, product_limit, within_estimate

D = Decimal
START = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
STAMP = pa.timestamp("us", tz="UTC")
RELAPSED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_WELL = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def curve_of(finished, still_open):
    lengths = sorted({*finished, *still_open})
    counts = ([times.count(length) for length in lengths] for times in (finished, still_open))
    return product_limit(np.array(lengths, np.int64), *(np.array(count, np.int64) for count in counts))


def cases(finished, still_open, **more):
    """Return cases with lengths in hours, the open ones with ages, all known until hour 1000."""
    end = START + dt.timedelta(hours=1000)
    opened = [START] * len(finished) + [end - dt.timedelta(hours=age) for age in still_open]
    resolved = [START + dt.timedelta(hours=length) for length in finished] + [None] * len(still_open)
    columns = {
        "case": [f"c{number}" for number in range(len(opened))],
        "opened": pa.array(opened, STAMP),
        "resolved": pa.array(resolved, STAMP),
    }
    return pa.table(columns | more)


def one(table, measure, **options):
    (found,) = estimate_records(table, {"m": measure}, as_of=START + dt.timedelta(hours=1000), **options)
    return found


def median(**options):
    return DurationPercentile(D("0.5"), open_cases="kaplan-meier", **options)


# Published figures


def test_survival_table_equals_the_published_one():
    found = curve_of(RELAPSED, STILL_WELL)

    assert found.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.surviving == pytest.approx([0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5e-5)
    errors = found.surviving * np.sqrt(found.hazard)
    assert errors == pytest.approx([0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], abs=5e-5)
    lower, upper = found.limits(0.025)
    assert lower == pytest.approx([0.6197, 0.5631, 0.5032, 0.4316, 0.3675, 0.2678, 0.1881], abs=5e-5)
    assert upper == pytest.approx([0.9516, 0.9228, 0.8894, 0.8491, 0.8049, 0.7468, 0.6801], abs=5e-5)


def test_median_remission_equals_the_published_one():
    found = percentile_estimate(curve_of(RELAPSED, STILL_WELL), 0.5, Precision())

    assert (found.value, found.lower, found.upper, found.base) == (D(23), D(13), None, 21)


def test_share_within_is_one_less_the_published_survival():
    found = one(cases(RELAPSED, STILL_WELL), ShareWithin(12 * 3600, open_cases="kaplan-meier"))

    assert [float(part) for part in (found.estimate.value, found.estimate.lower, found.estimate.upper)] == (
        pytest.approx([1 - 0.7529, 1 - 0.8894, 1 - 0.5032], abs=5e-5)
    )
    assert float(found.estimate.standard_error) == pytest.approx(0.0963, abs=5e-5)
    # Of the nine that relapsed five did so by then; the naive figure tells nothing of the others.
    assert (found.naive.value, found.naive.base, found.counts["open"]) == (D("0.555555555556"), 9, 12)
    assert found.estimate.note == "12 of 21 cases are open and count for as long as they were followed"


# Another program


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=30))
def test_curve_equals_the_one_of_scipy(rows):
    # scipy 1.17, stats.ecdf on right-censored data, log-log limits; both computed in doubles.
    finished = [length for length, done in rows if done]
    still_open = [length for length, done in rows if not done]
    theirs = stats.ecdf(stats.CensoredData(uncensored=finished, right=still_open)).sf
    inner = (theirs.probabilities > 0) & (theirs.probabilities < 1)

    ours = curve_of(finished, still_open)

    found = [ours.surviving_at(int(length))[0] for length in theirs.quantiles]
    assert found == pytest.approx(theirs.probabilities, rel=1e-12, abs=1e-15)
    if inner.all():  # elsewhere the scale has no end
        limits = theirs.confidence_interval(method="log-log")
        lower, upper = ours.limits(0.025)
        places = np.searchsorted(ours.times, theirs.quantiles[inner], side="right") - 1
        assert lower[places] == pytest.approx(limits.low.probabilities[inner], rel=1e-9)
        assert upper[places] == pytest.approx(limits.high.probabilities[inner], rel=1e-9)


# A slow oracle in fractions


def slow_survival(finished, still_open, length):
    """Return the share unfinished beyond a length, case by case, in exact fractions."""
    share = Fraction(1)
    for time in sorted(set(finished)):
        if time <= length:
            risk = sum(other >= time for other in (*finished, *still_open))
            share *= 1 - Fraction(finished.count(time), risk)
    return share


def slow_percentile(finished, still_open, share):
    reached = [time for time in sorted(set(finished)) if slow_survival(finished, still_open, time) <= 1 - share]
    if not reached:
        return None
    later = [time for time in sorted(set(finished)) if time > reached[0]]
    exact = slow_survival(finished, still_open, reached[0]) == 1 - share
    return Fraction(reached[0] + later[0], 2) if exact and later else Fraction(reached[0])


LENGTHS = st.lists(st.integers(1, 15), max_size=14)


@settings(max_examples=15, deadline=None)
@given(LENGTHS, LENGTHS, st.integers(1, 99), st.integers(1, 16))
def test_estimates_equal_a_slow_walk_in_fractions(finished, still_open, percent, target):
    if not finished and not still_open:
        return
    table = cases(finished, still_open)

    point = one(table, DurationPercentile(D(percent) / 100, open_cases="kaplan-meier"))
    within = one(table, ShareWithin(target * 3600, open_cases="kaplan-meier"))

    expected = slow_percentile(finished, still_open, Fraction(percent, 100))
    assert point.estimate.value == (None if expected is None else D(expected.numerator) / expected.denominator)
    surviving = slow_survival(finished, still_open, target)
    known = surviving == 0 or any(length >= target for length in (*finished, *still_open))
    if known:
        assert float(within.estimate.value) == pytest.approx(float(1 - surviving), abs=1e-11)
        assert within.estimate.lower <= within.estimate.value <= within.estimate.upper
    else:
        assert within.estimate.value is None
    assert point.estimate.base == within.estimate.base == len(finished) + len(still_open)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=25), st.integers(1, 99))
def test_without_open_cases_percentiles_are_type_two_and_shares_plain(lengths, percent):
    table, ordered = cases(lengths, []), sorted(lengths)
    place = Fraction(percent * len(lengths), 100)
    upper = ordered[math.floor(place)]
    expected = Fraction(ordered[int(place) - 1] + upper, 2) if place.denominator == 1 else Fraction(upper)

    point = one(table, DurationPercentile(D(percent) / 100, open_cases="kaplan-meier"))
    within = one(table, ShareWithin(10 * 3600, open_cases="kaplan-meier"))

    assert point.estimate.value == D(expected.numerator) / expected.denominator
    assert point.estimate == point.naive
    assert float(within.estimate.value) == pytest.approx(float(within.naive.value), abs=1e-11)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=12), st.lists(st.integers(1, 20), min_size=1, max_size=12))
def test_open_cases_never_make_service_look_faster_than_finished_ones_alone(finished, still_open):
    found = one(cases(finished, still_open), median())

    assert found.estimate.value is None or found.estimate.value >= found.naive.value


# Edges


def test_all_open_is_unknown_with_the_reason():
    table = cases([], [3, 4, 5])

    assert one(table, median()).estimate.note == (
        "3 of 3 cases are open and count for as long as they were followed; no finished record"
    )
    within = one(table, ShareWithin(10 * 3600, open_cases="kaplan-meier"))
    assert within.estimate.value is None
    assert within.estimate.note.endswith("no case was followed as long as the target")
    assert (one(table, median()).naive.value, within.naive.value) == (None, None)


def test_no_case_at_all_is_unknown():
    table = cases([2], [], kind=["x"])

    assert one(table, median(where={"kind": ("y",)})).estimate.note == "no finished record"
    within = ShareWithin(3600, open_cases="kaplan-meier", where={"kind": ("y",)})
    assert one(table, within).estimate.note == "no record to judge"


def test_percentile_that_too_few_cases_reached_is_unknown():
    found = one(cases([1, 2], [5, 5, 5, 5]), median())

    assert found.estimate.value is None
    assert found.estimate.note.endswith("too few cases are finished to tell the percentile")
    assert found.naive.value == D("1.5")


def test_share_nobody_or_everybody_met_has_an_exact_interval():
    # Clopper and Pearson: 0 of 4 has the upper limit 1 - 0.025 ** (1/4), 3 of 3 the lower limit 0.025 ** (1/3).
    nobody = one(cases([20, 30], [15, 40]), ShareWithin(10 * 3600, open_cases="kaplan-meier"))
    everybody = one(cases([1, 2, 3], []), ShareWithin(10 * 3600, open_cases="kaplan-meier"))

    assert (nobody.estimate.value, nobody.estimate.lower) == (D(0), D(0))
    assert (nobody.estimate.standard_error, everybody.estimate.standard_error) == (None, None)
    assert float(nobody.estimate.upper) == pytest.approx(1 - 0.025 ** (1 / 4), rel=1e-9)
    assert (everybody.estimate.value, everybody.estimate.upper) == (D(1), D(1))
    assert float(everybody.estimate.lower) == pytest.approx(0.025 ** (1 / 3), rel=1e-9)


def test_one_case_gives_its_own_length_and_no_interval():
    found = one(cases([7], []), median())

    assert (found.estimate.value, found.estimate.lower, found.estimate.upper) == (D(7), None, None)


def test_all_equal_lengths_give_that_length():
    found = one(cases([7] * 20, []), median())

    assert (found.estimate.value, found.estimate.upper) == (D(7), None)


def test_complete_count_has_no_width_unless_cases_are_open():
    finished = one(cases([1, 2, 30], []), median(complete_count=True))
    within = one(cases([1, 2, 30], []), ShareWithin(36_000, open_cases="kaplan-meier", complete_count=True))
    some_open = one(cases([1, 2, 30], [20]), ShareWithin(36_000, open_cases="kaplan-meier", complete_count=True))

    assert (finished.estimate.lower, finished.estimate.value, finished.estimate.upper) == (D(2),) * 3
    assert (within.estimate.lower, within.estimate.value, within.estimate.upper) == (D("0.666666666667"),) * 3
    assert some_open.estimate.lower < some_open.estimate.value < some_open.estimate.upper


def test_a_case_open_at_the_length_of_another_is_still_at_risk_there():
    # At 6 three relapse and one is only followed so far: 18 of 21, not 17 of 20.
    assert curve_of([6, 6, 6], [6] + [9] * 17).surviving.tolist() == [18 / 21]


def test_every_cell_has_its_own_curve():
    sites = ["a", "a", "b", None, "b", "a", "c"]
    table = cases([2, 4, 6, 8], [1, 9, 9], site=pa.array(sites, pa.string()))

    found = estimate_records(table, {"m": median()}, as_of=START + dt.timedelta(hours=1000), by=["site"])

    assert {cell.cell["site"]: (cell.estimate.value, cell.naive.value, cell.counts["open"]) for cell in found} == {
        "a": (D(4), D(3), 1),
        "b": (D(6), D(6), 1),
        "c": (None, None, 1),
        None: (D(8), D(8), 0),
    }


def test_cell_without_a_counted_case_is_listed_as_unknown():
    table = cases([2, 4], [], site=["a", "b"], kind=["x", "y"])

    found = estimate_records(
        table, {"m": median(where={"kind": ("x",)})}, as_of=START + dt.timedelta(hours=1000), by=["site"]
    )

    assert [(cell.cell["site"], cell.estimate.value) for cell in found] == [("a", D(2)), ("b", None)]


def test_promise_kept_counts_undecided_cases_for_as_long_as_they_were_followed():
    # Late by -1, 1, 3 hours; open: two hours beyond the promise, four hours before it.
    end = START + dt.timedelta(hours=1000)
    promised = [START + dt.timedelta(hours=hours) for hours in (3, 3, 3)]
    promised += [end - dt.timedelta(hours=2), end + dt.timedelta(hours=4)]
    table = cases([2, 4, 6], [9, 9], promised=pa.array(promised, STAMP))

    found = one(table, ShareWithin(promised="promised", open_cases="kaplan-meier"))

    # The one with four hours left was censored before anybody finished: 1 of the other 4 kept it.
    assert (found.estimate.value, found.naive.value) == (D("0.25"), D("0.333333333333"))
    assert (found.counts["undecided"], found.counts["open_late"], found.counts["open"]) == (1, 1, 2)


def test_product_limit_takes_lengths_in_any_order():
    lengths, finished, still_open = np.array([5, 1, 3]), np.array([1, 1, 0]), np.array([0, 0, 2])
    orders = list(itertools.permutations(range(3)))

    found = [product_limit(lengths[list(o)], finished[list(o)], still_open[list(o)]) for o in orders]

    assert {tuple(curve.surviving.tolist()) for curve in found} == {(0.75, 0.0)}
    assert {curve.at_risk_at(2) for curve in found} == {3}
    assert {curve.at_risk_at(6) for curve in found} == {0}


def test_interval_of_a_share_covers_the_truth_about_as_often_as_it_says():
    # 400 draws of 60 exponential lengths (mean 10), censored uniformly on 0 to 20; P(length <= 8) = 0.551.
    generator, hits = np.random.default_rng(7), 0
    for _ in range(400):
        lengths, ages = generator.exponential(10, 60), generator.uniform(0, 20, 60)
        seen = (np.minimum(lengths, ages) * 1e6).astype(np.int64)
        done = (lengths <= ages).astype(np.int64)
        found = within_estimate(product_limit(seen, done, 1 - done), 8_000_000, Precision())
        hits += float(found.lower) <= 1 - math.exp(-0.8) <= float(found.upper)

    assert 0.925 <= hits / 400 <= 0.975


def test_mean_says_when_all_records_are_equal():
    found = one(cases([7] * 3, []), DurationMean(Clock()))

    assert (found.estimate.value, found.estimate.lower, found.estimate.upper) == (D(7), None, None)
    assert found.estimate.note == "all records are equal, so there is no interval"
