import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure.records.calendars import Calendar
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
from sealmark.measure.records.tables import record_table

START = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
AS_OF = START + dt.timedelta(days=30)
STAMP = pa.timestamp("us", tz="UTC")
OFFICE = Calendar(
    time_zone="Europe/Rome",
    weekly=dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), ("09:00-12:30", "13:30-18:00")),
)
ANSWER, SOLUTION = Clock(end="first_response"), Clock()
IN_OFFICE = Clock(calendar="office", subtract_pauses=False)
MEASURES = {
    "within": ShareWithin(target_seconds=7_200, clock=ANSWER),
    "within longer": ShareWithin(target_seconds=14_400, clock=ANSWER, interval="exact"),
    "promised": ShareWithin(promised="promised"),
    "of one type": ShareWithin(target_seconds=90_000, where={"type": ("fault",)}),
    "median": DurationPercentile(Decimal("0.5"), ANSWER),
    "high": DurationPercentile(Decimal("0.9"), unit="days"),
    "high of faults": DurationPercentile(Decimal("0.9"), where={"type": ("fault",)}),
    "counted median": DurationPercentile(Decimal("0.5"), complete_count=True),
    "mean": DurationMean(),
    "counted mean": DurationMean(complete_count=True),
    "office mean": DurationMean(IN_OFFICE),
    "office within": ShareWithin(target_seconds=7_200, clock=IN_OFFICE),
    "open": OpenShare(),
    "overdue": OpenShare(overdue_seconds=200_000, complete_count=True),
    "fixed": FirstTimeFix(5, reopened=True),
    "repeated": RepeatRate(5),
    "returned": ReturnRate(5),
    "complaints": RecordShare("type", ("complaint",)),
    "per hundred": RecordRatio({"type": ("complaint",)}),
    "followed": DurationPercentile(Decimal("0.5"), open_cases="kaplan-meier"),
    "followed within": ShareWithin(target_seconds=90_000, open_cases="kaplan-meier"),
}


def cases(rows=300, *, fraction=1, seed=7):
    """Cases with missing, late and backward moments; ``fraction`` of a second is the step of the stamps."""
    random = np.random.default_rng(seed)

    def later(start, hours, missing):
        steps = np.round(random.exponential(hours * 3_600 / fraction, rows)) * fraction
        found = [
            None if begin is None or luck < missing else begin + dt.timedelta(seconds=float(step))
            for begin, step, luck in zip(start, steps, random.random(rows), strict=True)
        ]
        return pa.array(found, STAMP)

    opened = later([START] * rows, 300, 0.02)
    stamps = opened.to_pylist()
    answered = later(stamps, 3, 0.05)
    resolved = later(stamps, 30, 0.15).to_pylist()
    resolved[:5] = [START - dt.timedelta(days=1)] * 5
    return pa.table(
        {
            "case": np.arange(rows),
            "shop": pa.array(random.choice(["a", "b", None, "c"], rows, p=[0.5, 0.3, 0.15, 0.05])),
            "month": pa.array(random.integers(1, 3, rows).astype(np.int8)),
            "type": pa.array(random.choice(["fault", "complaint", None], rows)),
            "asset": pa.array(random.integers(0, 150, rows), mask=random.random(rows) < 0.05),
            "opened": opened,
            "first_response": answered,
            "resolved": pa.array(resolved, STAMP),
            "closed": later(resolved, 5, 0.5),
            "promised": later(stamps, 40, 0.1),
            "reopened": random.integers(0, 2, rows),
        }
    )


def assert_same(table, estimates):
    rows = table.to_pylist()
    assert len(rows) == len(estimates)
    for row, one in zip(rows, estimates, strict=True):
        assert [row[name] for name in (*one.cell, "measure", "unit", "bound", "base")] == [
            *one.cell.values(), one.measure, one.unit, one.bound, one.estimate.base,
        ]  # fmt: skip
        expected = [
            one.estimate.value, one.estimate.lower, one.estimate.upper, one.estimate.standard_error,
            one.estimate.degrees_of_freedom, one.naive and one.naive.value,
        ]  # fmt: skip
        found = [row[name] for name in ("value", "lower", "upper", "standard_error", "degrees_of_freedom", "naive")]
        assert [value is None for value in found] == [value is None for value in expected], one
        known = [(value, float(wanted)) for value, wanted in zip(found, expected, strict=True) if value is not None]
        assert [value for value, _ in known] == pytest.approx([wanted for _, wanted in known], rel=1e-10, abs=1e-12)
        assert {name: row[name] for name in one.counts} == dict(one.counts)


@pytest.mark.parametrize("by", [["shop", "month"], ["month"], []], ids=["with a missing shop", "numbers", "all"])
@pytest.mark.parametrize("fraction", [1, 0.001], ids=["seconds", "milliseconds"])
def test_numbers_are_those_of_estimates_made_one_by_one(by, fraction):
    table = cases(fraction=fraction)
    options = {"as_of": AS_OF, "calendars": {"office": OFFICE}, "by": by}

    found = record_table(table, MEASURES, **options)

    assert_same(found, estimate_records(table, MEASURES, **options))


def test_columns_stand_in_order_and_what_does_not_belong_is_empty():
    chosen = {name: MEASURES[name] for name in ("complaints", "within")}

    found = record_table(cases(), chosen, as_of=AS_OF, by=["month"])

    assert found.column_names == [
        "month", "measure", "unit", "value", "lower", "upper", "standard_error", "degrees_of_freedom", "base", "naive",
        "bound", "records", "after_as_of", "hits", "missing", "no_start", "backwards", "no_end_recorded", "overpaused",
        "within", "late", "open_late", "undecided", "no_promise", "open",
    ]  # fmt: skip
    assert found.column("measure").to_pylist() == ["complaints"] * 2 + ["within"] * 2
    assert found.column("undecided").to_pylist()[:2] == [None, None]
    assert found.schema.field("month").type == pa.int8()


def test_no_records_give_no_cells():
    empty = cases().slice(0, 0)
    chosen = {name: MEASURES[name] for name in ("within", "high", "mean", "per hundred")}

    found = record_table(empty, chosen, as_of=AS_OF, by=["shop"])
    whole = record_table(empty, chosen, as_of=AS_OF)

    assert found.num_rows == 0
    assert whole.column("base").to_pylist() == [0, 0, 0, 0]
    assert whole.column("value").to_pylist() == [None, None, None, None]


def test_measures_that_do_not_fit_are_refused():
    wrong = {"within": replace(MEASURES["within"], promised="promised")}

    with pytest.raises(SealmarkError) as caught:
        record_table(cases(), wrong, as_of=AS_OF)

    assert [problem.code for problem in caught.value.problems] == ["SM452"]


def test_no_measure_is_refused():
    with pytest.raises(SealmarkError) as caught:
        record_table(cases(), {}, as_of=AS_OF)

    assert [problem.code for problem in caught.value.problems] == ["SM452"]


def test_ratios_alone_need_no_common_scan():
    found = record_table(cases(), {"per hundred": MEASURES["per hundred"]}, as_of=AS_OF)

    assert found.column("unit").to_pylist() == ["per 100"]


def odd_after_many(rows=20_000):
    """Cases of whole seconds, the last of which takes a millisecond more."""
    opened = np.arange(rows) * 1_000_000
    answered = opened + 60_000_000
    answered[-1] += 1_000
    stamps = {"opened": opened, "first_response": answered, "resolved": answered}
    columns = {name: pa.array(values).cast(pa.int64()).cast(STAMP) for name, values in stamps.items()}
    return pa.table({"case": np.arange(rows), "shop": np.arange(rows) // (rows - 1), **columns})


def test_a_length_that_is_no_whole_second_is_kept_exactly_even_if_it_comes_late():
    high = {"high": DurationPercentile(Decimal("0.9"), ANSWER, unit="seconds")}

    found = record_table(odd_after_many(), high, as_of=AS_OF, by=["shop"])

    assert found.column("value").to_pylist() == [60.0, 60.001]
    assert found.column("finished").to_pylist() == [19_999, 1]


def test_lengths_beyond_the_range_of_short_numbers_are_kept():
    opened = pa.array([dt.datetime(1900, 1, 1, tzinfo=dt.UTC), START], STAMP)
    answered = pa.array([START, START + dt.timedelta(seconds=1)], STAMP)
    long = pa.table({"case": [1, 2], "shop": [1, 2], "opened": opened, "first_response": answered})

    found = record_table(
        long, {"median": DurationPercentile(Decimal("0.5"), ANSWER, unit="seconds")}, as_of=AS_OF, by=["shop"]
    )

    assert found.column("value").to_pylist() == [(START - opened[0].as_py()).total_seconds(), 1.0]


def test_numbers_far_apart_make_no_more_cells_than_there_are():
    far = pa.table({"case": [1, 2], "shop": [1, 10**15], "opened": pa.array([START] * 2, STAMP)})

    found = record_table(far, {"open": RecordShare("shop", (1,))}, as_of=AS_OF, by=["shop"])

    assert found.column("value").to_pylist() == [1.0, 0.0]


def test_cases_opened_later_are_counted_and_belong_to_no_state():
    table = cases()
    early = START + dt.timedelta(days=3)

    found = record_table(table, MEASURES, as_of=early, calendars={"office": OFFICE}, by=["month"])

    assert_same(found, estimate_records(table, MEASURES, as_of=early, calendars={"office": OFFICE}, by=["month"]))
