"""Cases in the engine: moments as whole microseconds, the state of each case on the as-of day, its length."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    OVERPAUSED = 5
    """Paused for longer than it lasted."""
    LATER = 6
    """Opened after the as-of day: not known yet, whatever its stamps."""


@dataclass(frozen=True)
class Cases:
    """The records of one estimation.

    Attributes:
        table: The records, with ``_later`` true where a case was opened after the as-of day.
        limit: The last instant known, microseconds since 1970 UTC.
        calendars: By name.
        clocked: The table with each clock asked for so far: equal clocks are one expression, which one scan answers.
    """

    table: ir.Table
    limit: int
    calendars: Mapping[str, Calendar]
    clocked: dict[str, ir.Table] = field(default_factory=dict, compare=False, repr=False)


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


@ibis.udf.scalar.builtin(name="epoch_us", signature=((dtypes.timestamp,), dtypes.int64))  # type: ignore[untyped-decorator]
def _micros_of_duckdb(moment: dt.datetime) -> int: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="unix_micros", signature=((dtypes.timestamp,), dtypes.int64))  # type: ignore[untyped-decorator]
def _micros_of_spark(moment: dt.datetime) -> int: ...  # type: ignore[empty-body]


def micros(value: ir.Value) -> ir.IntegerValue:
    """Return a date or a timestamp as whole microseconds since 1970 UTC."""
    moment = value.cast("timestamp") if isinstance(value.type(), dtypes.Date) else value
    # Each engine's own function reads the stored number: taking moments apart costs a hundred times more.
    return (_micros_of_spark if value.get_backend().name == "pyspark" else _micros_of_duckdb)(moment)


def true(condition: ir.Value) -> ir.BooleanValue:
    """Return a condition in which unknown counts as no."""
    # Not fill_null: DuckDB's COALESCE costs ten times as much. Spark cannot read identical_to after IN.
    if condition.get_backend().name == "pyspark":
        return ibis.ifelse(condition, True, False)
    return condition.identical_to(True)


def matches(table: ir.Table, where: Where) -> ir.BooleanValue:
    """Return whether a row has one of the legal values in every column of a filter."""
    found = ibis.literal(value=True)
    for name, values in where.items():
        found = found & true(table[name].isin(values))
    return found


def with_clock(cases: Cases, clock: Clock) -> ir.Table:
    """Return the records with ``_state``, ``_length`` (microseconds), ``_finish`` and ``_stop``.

    ``_stop`` is the end of a finished case, otherwise the as-of moment; the
    length of an open case is its age (of a clock ``between`` moments: its longest piece so far).
    """
    key = repr(clock)
    if key not in cases.clocked:
        # A view is a query of its own: otherwise the length would be worked out anew in every column that asks for it.
        cases.clocked[key] = _clocked(cases, clock).view()
    return cases.clocked[key]


def _clocked(cases: Cases, clock: Clock) -> ir.Table:
    table, limit = cases.table, ibis.literal(cases.limit, "int64")
    begin, end = micros(table[clock.start]), micros(table[clock.end])
    stop = ibis.ifelse(end <= limit, end, limit)
    finish = ibis.ifelse(end <= limit, end, None)
    table = table.mutate(_state=_state(cases, clock, begin, end), _begin=begin, _finish=finish, _stop=stop)
    table = _with_length(cases, table, clock)
    if not (clock.subtract_pauses and {"pauses", "paused_seconds", "paused_business_seconds"} & set(table.columns)):
        return table
    overpaused = table["_state"].isin([int(State.FINISHED), int(State.OPEN)]) & (table["_length"] < 0)
    return table.mutate(_state=ibis.ifelse(overpaused, _code(State.OVERPAUSED), table["_state"]))


def _state(cases: Cases, clock: Clock, begin: ir.IntegerValue, end: ir.IntegerValue) -> ir.Value:
    """Return the state of each case; what nearly all of them are is tried first, on known moments only."""
    later, finished = cases.table["_later"], (end <= cases.limit) & (begin <= end)
    # A clock that starts when a case is opened cannot end in time for a later one.
    return ibis.cases(
        (finished if clock.start == "opened" else finished & ~later, _code(State.FINISHED)),
        (later, _code(State.LATER)),
        (begin.isnull() | (begin > cases.limit), _code(State.NO_START)),
        (end <= cases.limit, _code(State.BACKWARDS)),
        (_is_over(cases, clock), _code(State.NO_END_RECORDED)),
        else_=_code(State.OPEN),
    )


def _code(state: State) -> ir.Value:
    return ibis.literal(int(state), "int8")


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
    if clock.between is not None:
        return _with_longest_piece(table, rows, clock, clock.between)
    table = _with_span(table, rows, clock, ("_begin", "_stop", "_length"))
    if not clock.subtract_pauses:
        return table
    if "pauses" in table.columns:
        pauses = _with_span(_pauses(table, clock), rows, clock, ("_from", "_to", "_pause"))
        return _less(table, pauses, ("case",), "_length")
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


def _pauses(table: ir.Table, clock: Clock) -> ir.Table:
    """Return the pauses as spans inside the clock, ``_from`` and ``_to``; what two of them cover counts once."""
    pauses = table.filter(table["pauses"].length() > 0)
    pauses = pauses.select("case", "_begin", "_stop", *_calendar_columns(clock), pause=pauses["pauses"].unnest())
    until = ibis.coalesce(micros(pauses["pause"]["end"]), pauses["_stop"])
    pauses = pauses.mutate(
        _from=ibis.greatest(micros(pauses["pause"]["start"]), pauses["_begin"]),
        _to=ibis.least(until, pauses["_stop"]),
    ).drop("pause", "_begin", "_stop")
    earlier = ibis.window(group_by="case", order_by=["_from", "_to"], rows=(None, -1))
    pauses = pauses.mutate(_covered=pauses["_to"].max().over(earlier))
    uncovered = ibis.greatest(pauses["_from"], ibis.coalesce(pauses["_covered"], pauses["_from"]))
    pauses = pauses.mutate(_from=uncovered).drop("_covered")
    return pauses.filter(pauses["_to"] > pauses["_from"])


def _less(table: ir.Table, pauses: ir.Table, keys: tuple[str, ...], length: str) -> ir.Table:
    """Return the table with the sum of ``_pause`` per key taken off a length."""
    sums = pauses.group_by(**{f"_of_{key}": pauses[key] for key in keys}).aggregate(_paused=pauses["_pause"].sum())
    joined = table.left_join(sums, [table[key] == sums[f"_of_{key}"] for key in keys])
    joined = joined.mutate(**{length: joined[length] - joined["_paused"].fill_null(0).cast("int64")})
    return joined.drop("_paused", *(f"_of_{key}" for key in keys))


def _calendar_columns(clock: Clock) -> Sequence[str]:
    return [clock.calendar_column] if clock.calendar_column else []


def _with_longest_piece(table: ir.Table, rows: pa.Table | None, clock: Clock, between: str) -> ir.Table:
    """Return the table with the longest time between two moments of a list, the beginning and the stop included."""
    pieces = _with_span(_pieces(table, clock, between), rows, clock, ("_from", "_to", "_piece"))
    if clock.subtract_pauses and "pauses" in table.columns:
        pauses = _pauses(table, clock).rename(_pause_from="_from", _pause_to="_to")
        shared = pieces.inner_join(pauses.drop(*_calendar_columns(clock)), "case")
        shared = shared.mutate(
            _lies_from=ibis.greatest(shared["_from"], shared["_pause_from"]),
            _lies_to=ibis.least(shared["_to"], shared["_pause_to"]),
        )
        shared = shared.filter(shared["_lies_to"] > shared["_lies_from"])
        shared = _with_span(shared, rows, clock, ("_lies_from", "_lies_to", "_pause"))
        pieces = _less(pieces, shared, ("case", "_from"), "_piece")
    longest = pieces.group_by(_of_case=pieces["case"]).aggregate(_longest=pieces["_piece"].max())
    joined = table.left_join(longest, table["case"] == longest["_of_case"])
    # A case that stops as it begins has no piece at all.
    return joined.mutate(_length=joined["_longest"].fill_null(0).cast("int64")).drop("_longest", "_of_case")


def _pieces(table: ir.Table, clock: Clock, between: str) -> ir.Table:
    """Return the pieces into which moments cut each case, ``_from`` and ``_to``, none of them empty."""
    columns = ("case", "_begin", "_stop", *_calendar_columns(clock))
    whole = table.select(*columns, _from=table["_begin"])
    told = table.filter(table[between].length() > 0)
    told = told.select(*columns, _from=told[between].unnest())
    told = told.mutate(_from=micros(told["_from"]))
    told = told.filter((told["_from"] > told["_begin"]) & (told["_from"] < told["_stop"]))
    starts = whole.union(told)
    order = ibis.window(group_by="case", order_by="_from")
    upcoming = starts["_from"].lead().over(order)
    pieces = starts.mutate(_to=ibis.coalesce(upcoming, starts["_stop"]))
    return pieces.filter(pieces["_to"] > pieces["_from"])
