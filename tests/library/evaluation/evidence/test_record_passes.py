"""Measures asked together have the figures, notes and counts that they have alone."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.evaluation.evidence.record_passes import RecordPasses
from sealmark.measure import (
    Calendar,
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
    estimate_records,
)
from sealmark.measure.compiled import compiled_queries

AS_OF = dt.date(2026, 6, 30)
ROWS = 60
OPENED = [dt.datetime(2026, 6, 1 + number % 28, 8 + number % 9, tzinfo=dt.UTC) for number in range(ROWS)]
TABLE = pa.table(
    {
        "case": [f"c{number}" for number in range(ROWS)],
        "opened": OPENED,
        "first_response": [moment + dt.timedelta(minutes=7 * (number % 11)) for number, moment in enumerate(OPENED)],
        "resolved": [
            None if number % 7 == 0 else moment + dt.timedelta(hours=number % 53 - 1)
            for number, moment in enumerate(OPENED)
        ],
        "promised": [moment + dt.timedelta(hours=24) for moment in OPENED],
        "customer": [f"k{number % 17}" for number in range(ROWS)],
        "reopened": [number % 5 == 0 for number in range(ROWS)],
        "upheld": [None if number % 9 == 0 else number % 2 == 0 for number in range(ROWS)],
        "site": [None if number % 13 == 0 else "abc"[number % 3] for number in range(ROWS)],
    }
)
CALENDARS = {
    "office": Calendar(time_zone="Europe/Rome", weekly={"monday": ("09:00-17:00",), "friday": ("09:00-12:00",)})
}
ANSWER = Clock(end="first_response")
OFFICE = Clock(calendar="office")
MEASURES = {
    "mean": DurationMean(),
    "mean answer": DurationMean(ANSWER, "minutes", where={"upheld": (True,)}),
    "median": DurationPercentile(Decimal("0.5")),
    "median of survivors": DurationPercentile(Decimal("0.5"), open_cases="kaplan-meier"),
    "in a day": ShareWithin(target_seconds=86_400),
    "as promised": ShareWithin(promised="promised"),
    "in a day by survivors": ShareWithin(target_seconds=86_400, open_cases="kaplan-meier"),
    "office hours": ShareWithin(target_seconds=14_400, clock=OFFICE),
    "office mean": DurationMean(OFFICE),
    "open": OpenShare(),
    "fixed": FirstTimeFix(14, same=("customer",)),
    "repeated": RepeatRate(14, same=("customer",)),
    "returned": ReturnRate(14, same=("customer",)),
    "upheld": RecordShare("upheld", (True,)),
    "upheld here": RecordShare("upheld", (True,), where={"site": ("a", "b")}),
    "per hundred": RecordRatio({"upheld": (True,)}, {"upheld": (True, False)}, per=100),
    "per sold": RecordRatio({"upheld": (True,)}, 5_000, per=1_000),
}


def together(measures, by, table=TABLE, confidence=0.9):
    passes = RecordPasses(table, measures, as_of=AS_OF, calendars=CALENDARS)
    return passes.estimates(by, confidence)


def alone(measures, by, table=TABLE, confidence=0.9):
    return tuple(
        cell
        for name, measure in measures.items()
        for cell in estimate_records(
            table, {name: measure}, as_of=AS_OF, calendars=CALENDARS, by=by, confidence=confidence
        )
    )


@pytest.mark.parametrize("by", [(), ("site",), ("upheld", "site")], ids=len)
def test_figures_are_those_of_each_measure_alone(by):
    assert together(MEASURES, by) == alone(MEASURES, by)


def test_no_record_of_a_population_is_told_as_alone():
    measures = {"mean": DurationMean(where={"site": ("z",)}), "share": RecordShare("upheld", (True,))}

    assert together(measures, ()) == alone(measures, ())


def asked(measures, by):
    passes = RecordPasses(TABLE, measures, as_of=AS_OF, calendars=CALENDARS)
    before = compiled_queries.hits + compiled_queries.misses
    passes.estimates(by, 0.95)
    return compiled_queries.hits + compiled_queries.misses - before


def test_one_clock_is_one_query():
    shares = {f"in {hours} h": ShareWithin(target_seconds=hours * 3600) for hours in (1, 2, 4, 8)}

    assert asked(shares | {"mean": DurationMean(), "open": OpenShare()}, ("site",)) == 1
    assert asked(shares | {"answer": DurationMean(ANSWER), "upheld": MEASURES["upheld"]}, ("site",)) == 3


def test_a_calendar_is_laid_over_the_records_once():
    passes = RecordPasses(TABLE, {"share": MEASURES["office hours"]}, as_of=AS_OF, calendars=CALENDARS)
    before = compiled_queries.hits + compiled_queries.misses

    for by in ((), ("site",)):
        passes.estimates(by, 0.95)

    # The first moment of all, and one query for each split.
    assert compiled_queries.hits + compiled_queries.misses - before == 3


def test_every_measure_that_does_not_fit_is_told():
    with pytest.raises(SealmarkError) as caught:
        together({"a": RecordShare("absent", (1,)), "b": DurationMean(Clock(end="never"))}, ())

    assert caught.value.codes == ("SM451", "SM451")
