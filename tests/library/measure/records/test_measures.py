import datetime as dt
import statistics
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure.records.calendars import WEEKDAYS, Calendar
from sealmark.measure.records.estimation import estimate_records
from sealmark.measure.records.measures import (
    Clock,
    DurationMean,
    DurationPercentile,
    FirstTimeFix,
    OpenShare,
    RecordRatio,
    RecordShare,
    RepeatRate,
    ReturnRate,
    ShareWithin,
)

DAY = 86_400
START = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
STAMP = pa.timestamp("us", tz="UTC")


def at(hours):
    return None if hours is None else START + dt.timedelta(hours=hours)


def case_table(rows, **more):
    """Return cases from (opened, resolved) in hours after the start."""
    columns = {
        "case": [f"c{number}" for number in range(len(rows))],
        "opened": pa.array([at(opened) for opened, _ in rows], STAMP),
        "resolved": pa.array([at(resolved) for _, resolved in rows], STAMP),
    }
    return pa.table(columns | more)


def one(table, measure, *, hours=100, **options):
    (found,) = estimate_records(table, {"m": measure}, as_of=at(hours), **options)
    return found


# Durations


def test_mean_counts_open_cases_with_their_age():
    found = one(case_table([(0, 2), (0, 4), (90, None)]), DurationMean())

    assert (found.estimate.value, found.naive.value, found.bound) == (Decimal("5.33333333333"), Decimal(3), "lower")
    assert found.estimate.note == "1 of 3 cases are open and count with their age"
    assert (found.unit, found.counts["finished"], found.counts["open"]) == ("hours", 2, 1)


def test_mean_without_open_cases_is_no_bound():
    found = one(case_table([(0, 2), (0, 4), (0, 9)]), DurationMean(unit="minutes"))

    assert (found.estimate.value, found.bound, found.estimate.note) == (Decimal(300), "", "")
    error = statistics.stdev([120, 240, 540]) / 3**0.5
    assert float(found.estimate.standard_error) == pytest.approx(error, rel=1e-11)
    # t(0.975; 2) = 4.302653
    assert float(found.estimate.upper) == pytest.approx(300 + 4.302653 * error, rel=1e-6)


def test_what_happened_after_the_as_of_moment_is_unknown():
    rows = [(0, 2), (0, 50), (30, 40)]

    found = one(case_table(rows), DurationMean(), hours=20)

    assert found.counts["after_as_of"] == 1
    assert (found.counts["finished"], found.counts["open"]) == (1, 1)
    assert found.estimate.value == Decimal(11)


def test_backward_and_startless_cases_are_left_out_and_counted():
    found = one(case_table([(5, 2), (None, 4), (0, 3)]), DurationMean())

    assert found.estimate.value == Decimal(3)
    assert (found.counts["backwards"], found.counts["no_start"], found.counts["records"]) == (1, 1, 3)
    assert found.estimate.note == "2 cases have no usable moments and are left out; one record gives no interval"


def test_case_that_is_over_without_an_end_is_not_taken_for_open():
    closed = pa.array([None, at(9)], STAMP)

    by_stamp = one(case_table([(0, 2), (0, None)], closed=closed), DurationMean())
    by_status = one(
        case_table([(0, 2), (0, None)], status=["done", "done"]), DurationMean(Clock(done={"status": ("done",)}))
    )

    for found in (by_stamp, by_status):
        assert (found.counts["no_end_recorded"], found.counts["open"], found.estimate.value) == (1, 0, Decimal(2))


def test_percentile_is_type_seven():
    found = one(case_table([(0, hours) for hours in (1, 2, 4, 8, 16)]), DurationPercentile(Decimal("0.9")))

    # rank 1 + 4 * 0.9 = 4.6: 8 + 0.6 * 8
    assert found.estimate.value == Decimal("12.8")
    assert found.estimate.upper is None


def test_percentile_puts_open_cases_last_and_is_unknown_among_them():
    rows = [(0, 1), (0, 2), (0, 3), (0, None), (0, None)]

    median = one(case_table(rows), DurationPercentile(Decimal("0.5")))
    high = one(case_table(rows), DurationPercentile(Decimal("0.9")))

    assert (median.estimate.value, median.naive.value, median.bound) == (Decimal(3), Decimal(2), "upper")
    assert high.estimate.value is None
    assert high.estimate.note.endswith("the percentile lies among them")


def test_percentile_interval_is_made_of_order_statistics():
    found = one(case_table([(0, hours) for hours in range(1, 21)]), DurationPercentile(Decimal("0.5")))

    assert (found.estimate.lower, found.estimate.value, found.estimate.upper) == (
        Decimal(6),
        Decimal("10.5"),
        Decimal(15),
    )


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 10**6)), min_size=1, max_size=40),
    st.integers(1, 99),
)
def test_percentile_equals_numpy_in_every_cell(rows, percent):
    table = pa.table(
        {
            "case": [str(number) for number in range(len(rows))],
            "opened": pa.array([START] * len(rows), STAMP),
            "resolved": pa.array([START + dt.timedelta(milliseconds=length) for _, length in rows], STAMP),
            "site": pa.array([site for site, _ in rows], pa.string()),
        }
    )
    measure = DurationPercentile(Decimal(percent) / 100, unit="seconds")

    found = estimate_records(table, {"p": measure}, as_of=dt.date(2027, 1, 1), by=["site"])

    expected = {
        site: np.percentile([length / 1000 for name, length in rows if name == site], percent)
        for site in {site for site, _ in rows}
    }
    assert {item.cell["site"]: float(item.estimate.value) for item in found} == pytest.approx(
        expected, rel=1e-9, abs=1e-9
    )


# Targets


def test_share_within_counts_overdue_open_cases_as_late():
    rows = [(0, 5), (0, 20), (0, 200), (80, None), (95, None)]

    found = one(case_table(rows), ShareWithin(target_seconds=10 * 3600))

    # The third is still open after 100 hours.
    assert (found.estimate.value, found.estimate.base) == (Decimal("0.25"), 4)
    assert (found.naive.value, found.naive.base) == (Decimal("0.5"), 2)
    assert {name: found.counts[name] for name in ("within", "late", "open_late", "undecided")} == {
        "within": 1,
        "late": 1,
        "open_late": 2,
        "undecided": 1,
    }
    assert found.estimate.note == "1 open cases may still meet the target and are not counted"


def test_target_is_met_on_the_second():
    rows = [(0, 10), (0, 10 + 1 / 3600)]

    assert one(case_table(rows), ShareWithin(target_seconds=36_000)).counts["within"] == 1


def test_share_within_a_promise():
    rows = [(0, 5), (0, 9), (0, None), (0, None), (0, 3)]
    promised = pa.array([at(6), at(6), at(50), at(150), None], STAMP)

    found = one(case_table(rows, promised=promised), ShareWithin(promised="promised"))

    assert found.estimate.value == Decimal("0.333333333333")
    assert {name: found.counts[name] for name in ("within", "late", "open_late", "undecided", "no_promise")} == {
        "within": 1,
        "late": 1,
        "open_late": 1,
        "undecided": 1,
        "no_promise": 1,
    }


def test_promised_day_is_kept_until_its_end():
    days = [dt.date(2026, 1, 5), dt.date(2026, 1, 5)]
    rows = [(0, 14.99), (0, 15.01)]

    found = one(case_table(rows, promised=days), ShareWithin(promised="promised"))

    assert found.estimate.value == Decimal("0.5")


def test_whole_days_are_counted_to_the_as_of_day():
    table = pa.table(
        {
            "case": ["a", "b", "c", "d"],
            "opened": [dt.date(2026, 1, day) for day in (1, 1, 4, 8)],
            "resolved": [dt.date(2026, 1, 3), dt.date(2026, 1, 9), None, None],
        }
    )

    (within,) = estimate_records(table, {"w": ShareWithin(target_seconds=2 * DAY)}, as_of=dt.date(2026, 1, 8))
    (mean,) = estimate_records(table, {"m": DurationMean(unit="days")}, as_of=dt.date(2026, 1, 8))

    assert {name: within.counts[name] for name in ("within", "late", "open_late", "undecided")} == {
        "within": 1,
        "late": 0,
        "open_late": 2,
        "undecided": 1,
    }
    assert mean.estimate.value == Decimal(2 + 7 + 4 + 0) / 4


def test_open_and_overdue_shares():
    table = case_table([(0, 5), (0, None), (90, None), (0, 120)])

    everything = one(table, OpenShare())
    overdue = one(table, OpenShare(overdue_seconds=20 * 3600))

    assert (everything.estimate.value, overdue.estimate.value) == (Decimal("0.75"), Decimal("0.5"))
    assert overdue.counts["open"] == 3


# Business time and pauses

OFFICE = Calendar.model_validate({"time_zone": "UTC", "weekly": {day: ["09:00-17:00"] for day in WEEKDAYS[:5]}})
NIGHT = Calendar.model_validate({"time_zone": "UTC", "weekly": {day: ["21:00-05:00"] for day in WEEKDAYS}})


def test_business_time_counts_opening_hours_only():
    # Monday 09:00 to Tuesday 10:00; Friday 16:00 (4 x 24 + 7 = 103) to Monday 10:00.
    table = case_table([(0, 25), (103, 169)])

    (found,) = estimate_records(
        table, {"m": DurationMean(Clock(calendar="office"))}, as_of=at(300), calendars={"office": OFFICE}
    )

    assert found.estimate.value == Decimal(9 + 2) / 2


def test_open_case_ages_in_business_time():
    measure = ShareWithin(target_seconds=9 * 3600, clock=Clock(calendar="office"))

    (young,) = estimate_records(case_table([(0, None)]), {"w": measure}, as_of=at(24), calendars={"office": OFFICE})
    (late,) = estimate_records(case_table([(0, None)]), {"w": measure}, as_of=at(26), calendars={"office": OFFICE})

    assert (young.counts["undecided"], late.counts["open_late"]) == (1, 1)
    assert young.estimate.value is None


def test_each_case_may_have_its_own_calendar():
    table = case_table([(0, 24), (0, 24)], hours=["office", "night"])
    measure = DurationMean(Clock(calendar_column="hours"))

    found = estimate_records(
        table, {"m": measure}, as_of=at(300), calendars={"office": OFFICE, "night": NIGHT}, by=["hours"]
    )

    assert {item.cell["hours"]: item.estimate.value for item in found} == {"office": Decimal(8), "night": Decimal(8)}


def pauses(*spans):
    kind = pa.list_(pa.struct([("start", STAMP), ("end", STAMP)]))
    return pa.array([[{"start": at(a), "end": at(b)} for a, b in case] for case in spans], kind)


def test_pauses_are_subtracted_as_far_as_they_lie_inside():
    # A pause inside, one that outlasts the case, one never ended in an open case.
    table = case_table([(0, 10), (0, 10), (0, None)], pauses=pauses([(2, 5), (6, 7)], [(8, 30)], [(20, None)]))

    found = one(table, DurationMean())
    plain = one(table, DurationMean(Clock(subtract_pauses=False)))

    assert found.estimate.value == Decimal("11.3333333333")
    assert plain.estimate.value == Decimal(40)


def test_pauses_in_business_time():
    # Monday 09:00 to Tuesday 17:00 is 16 hours; paused Monday 16:00 to Tuesday 10:00, 2 hours of them open.
    table = case_table([(0, 32)], pauses=pauses([(7, 25)]))

    (found,) = estimate_records(
        table, {"m": DurationMean(Clock(calendar="office"))}, as_of=at(300), calendars={"office": OFFICE}
    )

    assert found.estimate.value == Decimal(14)


def test_paused_seconds_are_subtracted():
    found = one(case_table([(0, 10), (0, 10)], paused_seconds=[3600.0, None]), DurationMean())

    assert found.estimate.value == Decimal("9.5")


# Recurrence


def recurrence_table():
    # Asset p: 0, 2 and 40 days; asset q: 5 days; asset r: 95 and 97 days; one without asset.
    days = [0, 2, 40, 5, 95, 97, 10]
    rows = [(24 * day, 24 * day + 12) for day in days]
    return case_table(rows, asset=["p", "p", "p", "q", "r", "r", None], reopened=[0, 0, 0, 1, 0, 0, 0])


def test_first_time_fix_leaves_out_recent_cases_and_counts_them():
    found = one(recurrence_table(), FirstTimeFix(30), hours=24 * 100)

    # Judged: p at 0 (came back), p at 2, p at 40, q at 5.
    assert (found.estimate.value, found.estimate.base) == (Decimal("0.75"), 4)
    assert {name: found.counts[name] for name in ("censored", "no_key", "records")} == {
        "censored": 2,
        "no_key": 1,
        "records": 7,
    }
    assert (found.naive.value, found.naive.base) == (Decimal("0.666666666667"), 6)


def test_first_time_fix_may_count_reopened_cases_as_not_fixed():
    assert one(recurrence_table(), FirstTimeFix(30, reopened=True), hours=2400).estimate.value == Decimal("0.5")


def test_repeat_rate_is_the_complement():
    fixed, repeats = (
        one(recurrence_table(), kind(30), hours=2400).counts["hits"] for kind in (FirstTimeFix, RepeatRate)
    )

    assert fixed + repeats == 4


def test_window_ends_on_its_last_instant():
    table = case_table([(0, 1), (24, 25), (0, 1), (24.01, 25)], asset=["a", "a", "b", "b"])

    assert one(table, RepeatRate(1), hours=1000).counts["hits"] == 1


def test_record_opened_exactly_one_window_before_the_end_is_judged():
    table = case_table([(0, 1), (0.01, 1)], asset=["a", "b"])

    found = one(table, RepeatRate(1), hours=24)

    assert (found.counts["base"], found.counts["censored"]) == (1, 1)


def test_cases_opened_in_one_instant_are_ordered_by_their_name():
    table = case_table([(0, 1), (0, 1)], asset=["a", "a"])

    assert one(table, RepeatRate(1), hours=1000).counts["hits"] == 1


def test_recurrence_does_not_look_beyond_the_as_of_moment():
    table = case_table([(0, 1), (20, 21), (30, 31)], asset=["a", "a", "a"])

    found = one(table, RepeatRate(1), hours=26)

    assert (found.counts["base"], found.counts["hits"], found.counts["after_as_of"]) == (1, 1, 1)


def test_filter_chooses_the_cases_judged_not_what_comes_back():
    table = case_table([(0, 1), (10, 11)], asset=["a", "a"], type=["repair", "question"])

    found = one(table, RepeatRate(1, where={"type": ("repair",)}), hours=1000)

    assert (found.counts["records"], found.counts["hits"]) == (1, 1)


def test_return_rate_runs_from_the_resolution():
    # a: opened again while still in work, and never after; b: comes back 10 hours after; c: unresolved.
    table = case_table([(0, 50), (10, 60), (0, 50), (60, 70), (0, None)], asset=["a", "a", "b", "b", "c"])

    found = one(table, ReturnRate(1), hours=1000)

    assert (found.counts["hits"], found.counts["base"], found.counts["unresolved"]) == (1, 4, 1)


def test_same_trouble_may_need_several_columns_to_agree():
    table = case_table([(0, 1), (2, 3)], customer=["x", "x"], type=["bill", "network"])

    loose = one(table, RepeatRate(1, ("customer",)), hours=1000)
    strict = one(table, RepeatRate(1, ("customer", "type")), hours=1000)

    assert (loose.counts["hits"], strict.counts["hits"]) == (1, 0)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 60), st.integers(0, 20)), min_size=1, max_size=25))
def test_recurrence_equals_a_comparison_of_all_pairs(rows):
    table = case_table(
        [(24 * day, 24 * (day + length)) for _, day, length in rows], asset=[asset for asset, _, _ in rows]
    )
    window, end = 7, 70
    names = table.column("case").to_pylist()

    def again(index, since, *, after):
        others = [
            (rows[other][1], names[other])
            for other in range(len(rows))
            if other != index and rows[other][0] == rows[index][0]
        ]
        return any(after((day, name)) and day - since <= window for day, name in others)

    judged = [index for index, (_, day, _) in enumerate(rows) if day + window <= end]
    repeats = sum(again(i, rows[i][1], after=lambda other, i=i: other > (rows[i][1], names[i])) for i in judged)
    resolved = [index for index, (_, day, length) in enumerate(rows) if day + length + window <= end]
    returns = sum(
        again(i, rows[i][1] + rows[i][2], after=lambda other, i=i: other[0] >= rows[i][1] + rows[i][2])
        for i in resolved
    )

    for measure, expected in (
        (RepeatRate(window), (repeats, len(judged))),
        (ReturnRate(window), (returns, len(resolved))),
    ):
        found = one(table, measure, hours=24 * end)
        assert (found.counts["hits"], found.counts["base"]) == expected


# Shares, ratios, cells


def test_record_share_leaves_out_missing_values():
    table = case_table([(0, 1)] * 4, complaint=[True, False, None, False])

    found = one(table, RecordShare("complaint", (True,)))

    assert (found.estimate.value, found.estimate.base, found.counts["missing"]) == (Decimal("0.333333333333"), 3, 1)


def test_record_share_over_a_filtered_base():
    table = case_table([(0, 1)] * 4, type=["x", "x", "y", "x"], upheld=["yes", "no", "yes", "part"])

    found = one(table, RecordShare("upheld", ("yes", "part"), where={"type": ("x",)}))

    assert (found.estimate.value, found.counts["records"]) == (Decimal("0.666666666667"), 3)


def test_record_ratio_of_two_kinds_and_over_a_number():
    table = case_table([(0, 1)] * 5, type=["order"] * 4 + ["complaint"])

    kinds = one(table, RecordRatio({"type": ("complaint",)}, {"type": ("order",)}))
    number = one(table, RecordRatio({"type": ("complaint",)}, 500, per=1000))

    assert (kinds.estimate.value, kinds.unit) == (Decimal(25), "per 100")
    assert (number.estimate.value, number.estimate.base, number.unit) == (Decimal(2), 500, "per 1000")


def test_every_cell_appears_even_when_its_filter_leaves_nothing():
    table = case_table([(0, 1), (0, 3)], site=["a", "b"], type=["x", "y"])

    found = estimate_records(
        table, {"m": DurationMean(where={"type": ("x",)}), "p": DurationPercentile(Decimal("0.5"), where={"type": ("x",)})},
        as_of=at(10), by=["site"],
    )  # fmt: skip

    assert [(item.measure, item.cell["site"], item.estimate.value) for item in found] == [
        ("m", "a", Decimal(1)),
        ("m", "b", None),
        ("p", "a", Decimal(1)),
        ("p", "b", None),
    ]


def test_complete_count_has_no_interval():
    found = one(case_table([(0, 1), (0, 30)]), ShareWithin(target_seconds=7200, complete_count=True))

    assert (found.estimate.lower, found.estimate.value, found.estimate.upper) == (Decimal("0.5"),) * 3


def test_confidence_widens_the_interval():
    table = case_table([(0, 1), (0, 30), (0, 2)])
    measure = {"w": ShareWithin(target_seconds=7200)}

    (narrow,) = estimate_records(table, measure, as_of=at(100), confidence=0.8)
    (wide,) = estimate_records(table, measure, as_of=at(100), confidence=0.99)

    assert wide.estimate.lower < narrow.estimate.lower
    assert wide.estimate.confidence == Decimal("0.99")


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(8)))
def test_order_of_rows_does_not_matter(order):
    rows = [(0, 1), (0, 7), (3, None), (5, 9), (40, 41), (2, 90), (60, None), (1, 1)]
    table = case_table(rows, asset=["a", "b"] * 4)
    measures = {
        "m": DurationMean(),
        "p": DurationPercentile(Decimal("0.7")),
        "r": RepeatRate(1),
        "w": ShareWithin(7200),
    }

    plain = estimate_records(table, measures, as_of=at(100))

    assert estimate_records(table.take(pa.array(order)), measures, as_of=at(100)) == plain


def test_records_without_cases_or_clocks_still_give_shares():
    table = pa.table({"kind": ["a", "b", "b"]})

    assert one(table, RecordShare("kind", ("b",))).estimate.value == Decimal("0.666666666667")


def test_table_may_be_a_parquet_file(tmp_path):
    pq.write_table(case_table([(0, 1), (0, 3)]), tmp_path / "cases.parquet")

    assert one(tmp_path / "cases.parquet", DurationMean()).estimate.value == Decimal(2)


# Refusals


def test_every_fault_of_the_measures_is_reported_at_once():
    table = case_table([(0, 1)], day=[dt.date(2026, 1, 1)], text=["x"])
    measures = {
        "column": RecordShare("complain", (True,)),
        "target": ShareWithin(),
        "both": OpenShare(overdue_seconds=1, promised="resolved"),
        "percent": DurationPercentile(Decimal(90)),
        "days": DurationMean(Clock(calendar="office"), unit="days"),
        "calendar": DurationMean(Clock(calendar="ofice")),
        "mixed": DurationMean(Clock(end="day")),
        "no time": DurationMean(Clock(end="text")),
        "window": RepeatRate(0, ("text",)),
        "ratio": RecordRatio({}, 0),
    }

    with pytest.raises(SealmarkError) as caught:
        estimate_records(table, measures, as_of=at(9), calendars={"office": OFFICE}, by=["sites"])

    assert [(problem.code, problem.where) for problem in caught.value.problems] == [
        ("SM451", "measure by"),
        ("SM451", "measure column"),
        ("SM452", "measure target"),
        ("SM452", "measure both"),
        ("SM452", "measure percent"),
        ("SM452", "measure days"),
        ("SM454", "measure calendar"),
        ("SM452", "measure mixed"),
        ("SM452", "measure no time"),
        ("SM452", "measure window"),
        ("SM452", "measure ratio"),
    ]


def test_business_time_of_whole_days_and_of_paused_seconds_is_refused():
    days = pa.table({"case": ["a"], "opened": [dt.date(2026, 1, 1)], "resolved": [dt.date(2026, 1, 2)]})
    paused = case_table([(0, 1)], paused_seconds=[3.0])

    for table in (days, paused):
        with pytest.raises(SealmarkError) as caught:
            estimate_records(table, {"m": DurationMean(Clock(calendar="o"))}, as_of=at(9), calendars={"o": OFFICE})
        assert caught.value.codes == ("SM452",)


def test_unknown_calendar_of_a_case_is_refused():
    table = case_table([(0, 1), (0, 1)], hours=["o", None])

    with pytest.raises(SealmarkError) as caught:
        estimate_records(
            table, {"m": DurationMean(Clock(calendar_column="hours"))}, as_of=at(9), calendars={"o": OFFICE}
        )

    assert [problem.what for problem in caught.value.problems] == ['Column "hours" names no calendar.']


def test_repeated_cases_are_refused_where_cases_are_compared():
    table = case_table([(0, 1), (0, 1)], asset=["a", "a"]).set_column(0, "case", pa.array(["x", "x"]))

    with pytest.raises(SealmarkError) as caught:
        one(table, RepeatRate(1))

    assert caught.value.codes == ("SM455",)


# Clocks between moments, pauses that cannot be


def moments(*lists):
    return pa.array([None if case is None else [at(hours) for hours in case] for case in lists], pa.list_(STAMP))


SILENCE = Clock(between="updates")


def test_longest_time_between_updates_counts_from_the_opening_to_the_end():
    # 0-1-3-5; no update; open since 40, told at 90: 50 hours; updates outside the case change nothing.
    table = case_table([(0, 5), (0, 7), (40, None), (10, 20)], updates=moments([3, 1], None, [90], [0, 25]))

    found = estimate_records(table, {"m": DurationMean(SILENCE)}, as_of=at(100), by=["case"])

    assert [cell.estimate.value for cell in found] == [2, 7, 50, 10]
    assert [cell.bound for cell in found] == ["", "", "lower", ""]


def test_next_update_within_a_target():
    # Told every four hours at most; once silent for ten; open and silent for 20; open and told five hours ago.
    table = case_table([(0, 8), (0, 12), (80, None), (80, None)], updates=moments([4], [2], [], [85, 90, 95]))

    found = one(table, ShareWithin(6 * 3600, clock=SILENCE))

    assert {name: found.counts[name] for name in ("within", "late", "open_late", "undecided")} == {
        "within": 1,
        "late": 1,
        "open_late": 1,
        "undecided": 1,
    }
    assert found.estimate.value == Decimal("0.333333333333")


def test_waiting_for_the_customer_is_no_silence():
    table = case_table([(0, 20)], updates=moments([2]), pauses=pauses([(4, 14)]))

    assert one(table, DurationMean(SILENCE)).estimate.value == Decimal(8)
    assert one(table, DurationMean(Clock(between="updates", subtract_pauses=False))).estimate.value == Decimal(18)


def test_silence_with_a_calendar_per_case():
    table = case_table([(0, 24), (0, 24)], hours=["office", "night"], updates=moments([4], [14]))
    measure = DurationMean(Clock(calendar_column="hours", between="updates"))

    found = estimate_records(
        table, {"m": measure}, as_of=at(300), calendars={"office": OFFICE, "night": NIGHT}, by=["hours"]
    )

    # Office: 9-13 and 13-17. Night: 21-23 and 23-5.
    assert {item.cell["hours"]: item.estimate.value for item in found} == {"office": Decimal(4), "night": Decimal(6)}


def test_pauses_that_overlap_count_once():
    assert one(case_table([(0, 10)], pauses=pauses([(2, 5), (3, 4), (4, 7)])), DurationMean()).estimate.value == 5


def test_cases_paused_for_longer_than_they_lasted_are_left_out_and_counted():
    table = case_table([(0, 10), (0, 2), (99, None)], paused_seconds=[3600.0, 9000.0, 4000.0])

    found = one(table, DurationMean())
    share = one(table, OpenShare())

    assert (found.counts["overpaused"], found.counts["open"], found.estimate.value) == (2, 0, Decimal(9))
    assert found.estimate.note.startswith("2 cases have no usable moments and are left out")
    assert (share.counts["overpaused"], share.counts["base"]) == (2, 1)


def test_impossible_pauses_are_refused():
    table = case_table([(0, 10), (0, 2)], paused_seconds=[-3600.0, 5.0], pauses=pauses([(5, 3)], [(1, None)]))

    with pytest.raises(SealmarkError) as caught:
        one(table, DurationMean())

    assert [(problem.code, problem.what, problem.where) for problem in caught.value.problems] == [
        ("SM456", "1 rows have paused_seconds below zero.", "column paused_seconds"),
        ("SM456", "1 pauses end before they begin.", "column pauses"),
    ]
    assert one(table, DurationMean(Clock(subtract_pauses=False))).estimate.value == 6


def test_moments_that_do_not_fit_a_clock_are_refused():
    days = pa.array([[dt.date(2026, 1, 5)]], pa.list_(pa.date32()))
    table = case_table([(0, 10)], texts=["x"], days=days, updates=moments([1]), paused_seconds=[1.0])
    promised = ShareWithin(promised="resolved", clock=SILENCE)
    measures = {
        "text": DurationMean(Clock(between="texts")),
        "days": DurationMean(Clock(between="days", subtract_pauses=False)),
        "none": DurationMean(Clock(between="told", subtract_pauses=False)),
        "sum": DurationMean(SILENCE),
        "promised": promised,
        "censored": DurationPercentile(Decimal("0.5"), Clock(between="updates", subtract_pauses=False),
                                       open_cases="kaplan-meier"),
    }  # fmt: skip

    with pytest.raises(SealmarkError) as caught:
        estimate_records(table, measures, as_of=at(9))

    assert [(problem.code, problem.where) for problem in caught.value.problems] == [
        ("SM457", "measure text"),
        ("SM452", "measure text"),
        ("SM457", "measure days"),
        ("SM451", "measure none"),
        ("SM452", "measure sum"),
        ("SM452", "measure promised"),
        ("SM452", "measure promised"),
        ("SM452", "measure censored"),
    ]


def test_repeated_cases_are_refused_where_moments_are_joined():
    table = case_table([(0, 1), (0, 1)], updates=moments([], [])).set_column(0, "case", pa.array(["x", "x"]))

    with pytest.raises(SealmarkError) as caught:
        one(table, DurationMean(SILENCE))

    assert caught.value.codes == ("SM455",)


def test_complete_counts_have_no_width_whatever_is_measured():
    table = case_table([(0, 1), (0, 3), (0, 8)], delivered=pa.array([at(2), at(4), at(9)], STAMP))
    measures = {
        "mean": DurationMean(Clock(end="delivered"), complete_count=True),
        "median": DurationPercentile(Decimal("0.5"), complete_count=True),
        "ratio": RecordRatio({"case": ("c1",)}, per=1, complete_count=True),
    }

    found = estimate_records(table, measures, as_of=at(100))

    for cell, value in zip(found, (Decimal(5), Decimal(3), Decimal("0.333333333333")), strict=True):
        assert (cell.estimate.lower, cell.estimate.value, cell.estimate.upper) == (value,) * 3


def test_moments_that_are_texts_are_refused_whatever_is_measured():
    table = pa.table(
        {"case": ["a"], "opened": ["first of May"], "resolved": ["soon"], "asset": ["x"], "promised": ["now"]}
    )
    measures = {
        "share": RecordShare("asset", ("x",)),
        "return": ReturnRate(1),
        "promise": ShareWithin(promised="promised"),
    }

    with pytest.raises(SealmarkError) as caught:
        estimate_records(table, measures, as_of=at(9))

    assert [(problem.where, problem.what) for problem in caught.value.problems] == [
        (f"measure {name}", f'The column "{column}" holds string, not dates or times.')
        for name, columns in (("share", ["opened"]), ("return", ["opened", "resolved"]),
                              ("promise", ["opened", "resolved", "promised"]))
        for column in columns
    ]  # fmt: skip
