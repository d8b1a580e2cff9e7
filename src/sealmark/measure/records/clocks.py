"""Cases in the engine: moments as whole microseconds, the state of each case on the as-of day, its length."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir
import pyarrow as pa

from sealmark.measure.engine import fetch
from sealmark.measure.records.calendars import DAY, MICRO, Calendar, calendar_table, with_open_time
from sealmark.measure.records.measures import STAMPS, Clock, Where

__all__ = ["Cases", "State", "micros", "moment_limit", "true", "with_clock"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class State(IntEnum):
    """Where a case stands on its clock on the as-of day."""

    FINISHED = 0
    OPEN = 1
    NO_START = 2
    BACKWARDS = 3
    NO_END_RECORDED = 4


@dataclass(frozen=True)
class Cases:
    """The records of one estimation.

    Attributes:
        table: The records, with ``_later`` true where a case was opened after the as-of day.
        limit: The last instant known, microseconds since 1970 UTC.
        calendars: By name.
    """

    table: ir.Table
    limit: int
    calendars: Mapping[str, Calendar]


def moment_limit(as_of: dt.date | dt.datetime, *, whole_days: bool) -> int:
    """Return the last instant known, in microseconds since 1970 UTC.

    For records with times, an as-of day counts to its end; for records of whole
    days it is that day itself, so that ages are whole days too.
    """
    if isinstance(as_of, dt.datetime) and not whole_days:
        aware = as_of if as_of.tzinfo else as_of.replace(tzinfo=dt.UTC)
        return (aware - _EPOCH) // dt.timedelta(microseconds=1)
    day = as_of.date() if isinstance(as_of, dt.datetime) else as_of
    return ((day - _EPOCH.date()).days + (0 if whole_days else 1)) * DAY * MICRO


def micros(value: ir.Value) -> ir.IntegerValue:
    """Return a date or a timestamp as whole microseconds since 1970 UTC."""
    if isinstance(value.type(), dtypes.Date):
        return value.cast("timestamp").epoch_seconds().cast("int64") * ibis.literal(MICRO, "int64")
    # epoch_seconds rounds to the nearest second: cut the fraction off first and add it again.
    whole = value.truncate("s").epoch_seconds().cast("int64")
    return whole * ibis.literal(MICRO, "int64") + value.microsecond().cast("int64")


def true(condition: ir.Value) -> ir.BooleanValue:
    """Return a condition in which unknown counts as no."""
    return condition.fill_null(False)


def matches(table: ir.Table, where: Where) -> ir.BooleanValue:
    """Return whether a row has one of the legal values in every column of a filter."""
    found = ibis.literal(value=True)
    for name, values in where.items():
        found = found & true(table[name].isin(values))
    return found


def with_clock(cases: Cases, clock: Clock) -> ir.Table:
    """Return the records with ``_state``, ``_length`` (microseconds), ``_finish`` and ``_stop``.

    ``_stop`` is the end of a finished case, otherwise the as-of moment; the
    length of an open case is its age.
    """
    table, limit = cases.table, ibis.literal(cases.limit, "int64")
    begin, end = micros(table[clock.start]), micros(table[clock.end])
    finished = true(end <= limit)
    state = ibis.cases(
        (begin.isnull() | (begin > limit), int(State.NO_START)),
        (finished & (end < begin), int(State.BACKWARDS)),
        (finished, int(State.FINISHED)),
        (_is_over(cases, clock), int(State.NO_END_RECORDED)),
        else_=int(State.OPEN),
    )
    stop = ibis.ifelse(finished, end, limit)
    table = table.mutate(_state=state, _begin=begin, _finish=ibis.ifelse(finished, end, None), _stop=stop)
    return _with_length(cases, table, clock)


def _is_over(cases: Cases, clock: Clock) -> ir.BooleanValue:
    """Return whether something shows that a case without an end is over all the same."""
    over = matches(cases.table, clock.done) if clock.done else ibis.literal(value=False)
    if clock.end in STAMPS:
        for later in STAMPS[STAMPS.index(clock.end) + 1 :]:
            if later in cases.table.columns:
                over = over | true(micros(cases.table[later]) <= cases.limit)
    return over


def _with_length(cases: Cases, table: ir.Table, clock: Clock) -> ir.Table:
    rows = _calendar_rows(cases, table, clock) if clock.in_business_time else None
    table = _with_span(table, rows, clock, ("_begin", "_stop", "_length"))
    if not clock.subtract_pauses:
        return table
    if "pauses" in table.columns:
        return _less_pauses(table, rows, clock)
    name = "paused_business_seconds" if clock.in_business_time else "paused_seconds"
    if name not in table.columns:
        return table
    paused = (table[name].cast("float64").fill_null(0) * MICRO).round().cast("int64")
    return table.mutate(_length=table["_length"] - paused)


def _with_span(table: ir.Table, rows: pa.Table | None, clock: Clock, names: tuple[str, str, str]) -> ir.Table:
    """Return ``table`` with the time between two stamps, in opening hours if ``rows`` are given."""
    start, stop, length = names
    if rows is None:
        return table.mutate(**{length: table[stop] - table[start]})
    table = with_open_time(table, rows, (start, stop), calendar=clock.calendar, column=clock.calendar_column)
    table = table.mutate(**{length: table[f"open_{stop}"] - table[f"open_{start}"]})
    return table.drop(f"open_{start}", f"open_{stop}")


def _calendar_rows(cases: Cases, table: ir.Table, clock: Clock) -> pa.Table:
    first = fetch(table.aggregate(first=table["_begin"].min())).column("first")[0].as_py()
    days = (cases.limit if first is None else min(first, cases.limit)) // (DAY * MICRO), cases.limit // (DAY * MICRO)
    start, end = (_EPOCH.date() + dt.timedelta(days=day) for day in days)
    used = cases.calendars if clock.calendar is None else {clock.calendar: cases.calendars[clock.calendar]}
    return calendar_table(used, start, end)


def _less_pauses(table: ir.Table, rows: pa.Table | None, clock: Clock) -> ir.Table:
    """Return the table with the part of each pause that lies inside the clock taken off."""
    columns: Sequence[str] = [clock.calendar_column] if clock.calendar_column else []
    pauses = table.filter(table["pauses"].length() > 0)
    pauses = pauses.select("case", "_begin", "_stop", *columns, pause=pauses["pauses"].unnest())
    until = ibis.coalesce(micros(pauses["pause"]["end"]), pauses["_stop"])
    pauses = pauses.mutate(
        _from=ibis.greatest(micros(pauses["pause"]["start"]), pauses["_begin"]),
        _to=ibis.least(until, pauses["_stop"]),
    ).drop("pause", "_begin", "_stop")
    pauses = _with_span(pauses.filter(pauses["_to"] > pauses["_from"]), rows, clock, ("_from", "_to", "_pause"))
    sums = pauses.group_by(_paused_case=pauses["case"]).aggregate(_paused=pauses["_pause"].sum())
    joined = table.left_join(sums, table["case"] == sums["_paused_case"])
    length = joined["_length"] - joined["_paused"].fill_null(0).cast("int64")
    return joined.mutate(_length=length).drop("_paused_case", "_paused")
