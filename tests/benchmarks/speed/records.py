"""Made-up service records, as many as wanted: 2,000 outlets over 24 months, one Parquet file in the order of time."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import duckdb

from sealmark.measure import (
    Calendar,
    Clock,
    DurationMean,
    DurationPercentile,
    FirstTimeFix,
    ShareWithin,
    record_table,
)
from sealmark.measure.records.measures import RecordMeasure

__all__ = ["MONTHS", "OUTLETS", "WORK", "limit", "limit_query", "measured", "write_records"]

OUTLETS, MONTHS = 2_000, 24
_FIRST, _MONTH = 1_704_067_200, 2_629_800  # 2024-01-01 UTC, seconds of a mean month
_DRAWS = 1_000_003
AS_OF = dt.datetime(2026, 2, 20, tzinfo=dt.UTC)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
HOURS = Calendar(
    time_zone="Europe/Rome",
    weekly={**dict.fromkeys(WEEKDAYS, ("08:00-12:30", "13:30-18:00")), "saturday": ("09:00-13:00",)},
    holidays=(dt.date(2024, 12, 25), dt.date(2025, 12, 25), dt.date(2026, 1, 1)),
)
ANSWER, SOLUTION, OFFICE = (
    Clock(end="first_response"),
    Clock(),
    Clock(end="first_response", calendar="office"),
)
WORK: Mapping[str, tuple[float, Mapping[str, RecordMeasure]]] = {
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


def write_records(path: Path, rows: int) -> Path:
    """Write ``rows`` service records and return the path; a file of that size is kept.

    Columns: case, outlet, month, type, asset, opened, first_response, resolved (one
    in a hundred is open), reopened. An asset has ten records on average. Equal sizes give equal files.
    """
    if path.is_file() and duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall() == [(rows,)]:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    chance = "-ln(((hash(i, {salt}) % {draws}) + 1) / {draws}.0)"
    answered, solved = (chance.format(salt=salt, draws=_DRAWS + 1) for salt in (5, 6))
    place = f"((i * {MONTHS}) % {rows}) / {rows}.0"
    per_outlet = max(rows // 20_000, 1)
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"""
        COPY (
          SELECT i AS "case", outlet, month, (hash(i, 1) % 12)::TINYINT AS type,
            (outlet::BIGINT * {per_outlet} + (hash(i, 2) % {per_outlet})::BIGINT)::INTEGER AS asset,
            make_timestamp(o * 1000000) AS opened, make_timestamp((o + a) * 1000000) AS first_response,
            CASE WHEN hash(i, 7) % 100 > 0 THEN make_timestamp((o + a + s) * 1000000) END AS resolved,
            hash(i, 7) % 13 = 0 AS reopened
          FROM (
            SELECT i, (i * {MONTHS} // {rows})::TINYINT AS month,
              least(floor({OUTLETS} * pow({place}, 0.8)), {OUTLETS - 1})::SMALLINT AS outlet,
              {_FIRST} + month * {_MONTH} + (hash(i, 3) % {_MONTH})::BIGINT AS o,
              ({answered} * 7200)::BIGINT AS a, ({solved} * 90000)::BIGINT AS s
            FROM range({rows}) r(i))
        ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)""")
    connection.close()
    return path


def limit_query(path: Path) -> str:
    """Return the least any engine must do: means of two durations, the reopened share and a count per cell."""
    first, whole = (f"avg(epoch_us({end}) - epoch_us(opened))" for end in ("first_response", "resolved"))
    return (
        f"SELECT outlet, month, {first}, {whole}, avg(reopened::INTEGER), count(*) FROM '{path}' GROUP BY outlet, month"
    )


def limit(path: str) -> int:
    """Run the limit query with every core; return the number of cells."""
    return int(
        duckdb.connect(config={"threads": os.cpu_count() or 1}).sql(limit_query(Path(path))).to_arrow_table().num_rows
    )


def measured(path: str, name: str) -> int:
    """Work out the measures of one line of ``WORK``; return the number of estimates."""
    found = record_table(path, WORK[name][1], as_of=AS_OF, calendars={"office": HOURS}, by=["outlet", "month"])
    return int(found.num_rows)
