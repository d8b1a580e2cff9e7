"""Service records against the plain means of the same columns (``make bench``).

10^7 records by default; 10^8 with SEALMARK_BENCH=full, for which the bars are made.
At 10^7 the 48,000 cells weigh more than the records, and the ratios are only shown.
"""

import datetime as dt
import os
import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.benchmarks.speed.harness import FULL, Row, best_of, print_table
from tests.benchmarks.speed.records import MONTHS, OUTLETS, limit_query, write_records

from sealmark.measure import (
    Calendar,
    Clock,
    DurationMean,
    DurationPercentile,
    FirstTimeFix,
    ShareWithin,
    record_table,
)

ROWS = 10**8 if FULL else 10**7
AS_OF = dt.datetime(2026, 2, 20, tzinfo=dt.UTC)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
HOURS = Calendar(
    time_zone="Europe/Rome",
    weekly={**dict.fromkeys(WEEKDAYS, ("08:00-12:30", "13:30-18:00")), "saturday": ("09:00-13:00",)},
    holidays=tuple(dt.date(year, 12, 25) for year in (2024, 2025)) + (dt.date(2026, 1, 1),),
)
ANSWER, SOLUTION, OFFICE = (
    Clock(end="first_response"),
    Clock(),
    Clock(end="first_response", calendar="office"),
)
WORK = {
    "within two targets": (
        1.3,
        {
            "2 h": ShareWithin(target_seconds=7_200, clock=ANSWER),
            "4 h": ShareWithin(target_seconds=14_400, clock=ANSWER),
        },
    ),
    "exact percentiles, 3 of 2 durations": (
        3.0,
        {
            f"{name} {share}": DurationPercentile(Decimal(share), clock)
            for name, clock in (("answer", ANSWER), ("solution", SOLUTION))
            for share in ("0.5", "0.9", "0.95")
        },
    ),
    "business time, mean and target": (
        2.3,
        {"mean": DurationMean(OFFICE), "2 h": ShareWithin(target_seconds=7_200, clock=OFFICE)},
    ),
    "first-time fix in 30 days": (4.0, {"fixed": FirstTimeFix(30)}),
}


@pytest.fixture(scope="module")
def records():
    folder = Path(os.environ.get("SEALMARK_BENCH_FOLDER", Path(tempfile.gettempdir()) / "sealmark-bench"))
    return write_records(folder / f"records-{ROWS}.parquet", ROWS)


def test_record_measures(records):
    engine = duckdb.connect(config={"threads": os.cpu_count()})
    tables = {}

    def run(name, measures):
        tables[name] = record_table(records, measures, as_of=AS_OF, calendars={"office": HOURS}, by=["outlet", "month"])

    jobs = [lambda name=name, one=one: run(name, one) for name, (_, one) in WORK.items()]
    limit, *ours = best_of(1 if FULL else 2, lambda: engine.sql(limit_query(records)).to_arrow_table(), *jobs)

    rows = [
        Row(name, seconds, limit, bar if FULL else None)
        for (name, (bar, _)), seconds in zip(WORK.items(), ours, strict=True)
    ]
    print_table(rows, f"{ROWS:,} service records, {OUTLETS:,} outlets x {MONTHS} months")
    assert {name: table.num_rows for name, table in tables.items()} == {
        name: OUTLETS * MONTHS * len(measures) for name, (_, measures) in WORK.items()
    }
    assert [row.name for row in rows if not row.passes] == []
