"""Drill-down: the rows behind a number, each with what it counts as."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import Source, fetch, open_table
from sealmark.measure.records.calendars import DAY, MICRO, Calendar
from sealmark.measure.records.cells import EXCLUDED
from sealmark.measure.records.checks import check_measures
from sealmark.measure.records.clocks import Cases, State, matches, true, with_clock
from sealmark.measure.records.estimation import cases_of
from sealmark.measure.records.measures import (
    SECONDS,
    Clock,
    DurationMean,
    DurationPercentile,
    FirstTimeFix,
    OpenShare,
    RecordMeasure,
    RecordRatio,
    RecordShare,
    RepeatRate,
    ReturnRate,
    ShareWithin,
    Unit,
)
from sealmark.measure.records.recurrence import with_recurrence
from sealmark.measure.records.shares import beyond

__all__ = ["ROLES", "role_counts", "rows_behind"]

ROLES: Mapping[str, str] = {
    "counted": "counts, with nothing besides: finished, in time, did not come back, below the line of a ratio",
    "hit": "has one of the values that a share or ratio counts",
    "late": "finished beyond the target",
    "open": "open; counts with its age, or among all cases",
    "open-past-target": "open and already beyond the target",
    "undecided": "open and may still meet the target",
    "came-back": "the same trouble came back within the window",
    "left-out": "does not count, for the reason given",
}
"""What a row can be, and what that means."""

_ADDED = ("role", "reason", "in_base", "duration")
_STATES: Mapping[int, str] = {int(state): name.replace("_", "-") for name, state in EXCLUDED.items()}

_Branch = tuple[ir.BooleanValue, str]


def rows_behind(
    table: Source,
    measure: RecordMeasure,
    *,
    as_of: dt.date | dt.datetime,
    calendars: Mapping[str, Calendar] | None = None,
    cell: Mapping[str, object] | None = None,
) -> ir.Table:
    """Return the records behind a number, each with its role; nothing is read before the result is fetched.

    Rows that the measure's filter or the cell leave aside are not among them; every other row is. Service
    records can hold personal data: whoever sees these rows sees single customers.

    Args:
        table: As for :func:`sealmark.measure.records.estimation.estimate_records`, as are the others.
        measure: One definition.
        as_of: The day up to which the records are complete.
        calendars: Opening hours by name.
        cell: Value per column of the cell; every row when not given.

    Returns:
        The columns of the records in the order of ``case``, and ``role`` (see :data:`ROLES`), ``reason`` (why it
        is left out or undecided, else empty), ``in_base`` (whether it is one of the estimate's ``base``) and
        ``duration`` (in the measure's unit, hours where it has none; null without a clock).

    Raises:
        SealmarkError: SM451 to SM458 as for the estimate, SM459 no record lies in the cell, SM460 the records
            have a column with one of the names added.

    Example:
        >>> import pyarrow as pa
        >>> cases = pa.table({"case": ["a", "b"], "opened": [dt.date(2026, 1, 1)] * 2,
        ...                   "resolved": [dt.date(2026, 1, 2), None]})
        >>> found = rows_behind(cases, ShareWithin(target_seconds=2 * 86400), as_of=dt.date(2026, 1, 9))
        >>> fetch(found.select("role", "duration")).to_pylist()
        [{'role': 'counted', 'duration': 24.0}, {'role': 'open-past-target', 'duration': 192.0}]
    """
    records, known, within = open_table(table), dict(calendars or {}), dict(cell or {})
    check_measures(records, {"rows": measure}, known, tuple(within))
    _require_free_names(records)
    if within:
        _require_rows(records, within)
    cases = cases_of(records, as_of, known)
    marked = _MARKERS[type(measure)](cases, measure)
    chosen = marked.filter(_in_cell(marked, within) & matches(marked, measure.where))
    found = chosen.select(*records.columns, **{name: chosen[f"_{name}"] for name in _ADDED})
    return found.order_by("case") if "case" in records.columns else found


def role_counts(rows: ir.Table) -> dict[str, int]:
    """Return how many rows of :func:`rows_behind` have each role; those left out by reason.

    Example:
        >>> import pyarrow as pa
        >>> cases = pa.table({"case": ["a"], "opened": [dt.date(2026, 1, 1)], "resolved": [dt.date(2026, 1, 2)]})
        >>> role_counts(rows_behind(cases, DurationMean(), as_of=dt.date(2026, 1, 9)))
        {'counted': 1}
    """
    found = fetch(rows.group_by(["role", "reason"]).aggregate(rows=rows.count())).to_pylist()
    order = list(ROLES)
    found.sort(key=lambda row: (order.index(row["role"]), row["reason"]))
    return {
        f"{row['role']}: {row['reason']}" if row["role"] == "left-out" else row["role"]: row["rows"] for row in found
    }


def _require_free_names(records: ir.Table) -> None:
    taken = [name for name in _ADDED if name in records.columns]
    if taken:
        what = f"The records have columns that the drill-down adds: {', '.join(taken)}."
        raise SealmarkError(Problem("SM460", what, fix="Give them other names in `columns` of the mapping file."))


def _require_rows(records: ir.Table, cell: Mapping[str, object]) -> None:
    if fetch(records.filter(_in_cell(records, cell)).limit(1)).num_rows == 0:
        what = f"No record has {' and '.join(f'{name} = {value}' for name, value in cell.items())}."
        raise SealmarkError(Problem("SM459", what, fix="Name a cell that the estimate lists, by its values."))


def _in_cell(table: ir.Table, cell: Mapping[str, object]) -> ir.BooleanValue:
    found = ibis.literal(value=True)
    for name, value in cell.items():
        found = found & (table[name].isnull() if value is None else true(table[name] == value))
    return found


def _marked(
    table: ir.Table, branches: list[_Branch], left_out: list[_Branch], *, base: set[str], length: ir.Value | None = None
) -> ir.Table:
    """Return the table with the columns to be added.

    Args:
        table: Cases.
        branches: Condition and role of the rows that count.
        left_out: Condition and reason, tried first and in order.
        base: The roles that are in the base.
        length: In the unit of the result.
    """
    tried = [(table["_later"], "after-as-of"), *left_out]
    role = ibis.cases(*((condition, "left-out") for condition, _ in tried), *branches, else_="left-out")
    table = table.mutate(_role=role, _duration=ibis.null("float64") if length is None else length)
    undecided = (table["_role"] == "undecided", "may-still-meet-the-target")
    return table.mutate(_reason=ibis.cases(*tried, undecided, else_=""), _in_base=table["_role"].isin(sorted(base)))


def _timed(cases: Cases, clock: Clock, unit: Unit) -> tuple[ir.Table, ir.Value, list[_Branch]]:
    """Return the cases with their clock, their length in a unit, and why some have none."""
    table = with_clock(cases, clock)
    unusable = [(table["_state"] == state, name) for state, name in _STATES.items()]
    none = table["_state"].isin([int(state) for state in (State.NO_START, State.BACKWARDS, State.LATER)])
    length = ibis.ifelse(none, None, table["_length"].cast("float64") / (SECONDS[unit] * MICRO))
    return table, length, unusable


def _durations(cases: Cases, measure: DurationMean | DurationPercentile) -> ir.Table:
    table, length, unusable = _timed(cases, measure.clock, measure.unit)
    branches = [
        (table["_state"] == int(State.FINISHED), "counted"),
        (table["_state"] == int(State.OPEN), "open"),
    ]
    return _marked(table, branches, unusable, base={"counted", "open"}, length=length)


def _within(cases: Cases, measure: ShareWithin) -> ir.Table:
    table, length, unusable = _timed(cases, measure.clock, "hours")
    over, promised = beyond(table, measure.promised, measure.target_seconds)
    is_open = table["_state"] == int(State.OPEN)
    branches = [(is_open & over, "open-past-target"), (is_open, "undecided"), (over, "late")]
    branches.append((table["_state"] == int(State.FINISHED), "counted"))
    base = {"counted", "late", "open-past-target"}
    if measure.open_cases == "kaplan-meier":
        base.add("undecided")
    return _marked(table, branches, [*unusable, (~promised, "no-promise")], base=base, length=length)


def _open(cases: Cases, measure: OpenShare) -> ir.Table:
    table, length, unusable = _timed(cases, measure.clock, "hours")
    is_open = table["_state"] == int(State.OPEN)
    over = ibis.literal(value=False)
    if measure.promised is not None or measure.overdue_seconds is not None:
        over = beyond(table, measure.promised, measure.overdue_seconds)[0]
    done = table["_state"].isin([int(State.FINISHED), int(State.NO_END_RECORDED)])
    branches = [(is_open & over, "open-past-target"), (is_open, "open"), (done, "counted")]
    # A case without a recorded end is over, which is all that counts here.
    unusable = [(condition, name) for condition, name in unusable if name != "no-end-recorded"]
    return _marked(table, branches, unusable, base={"counted", "open", "open-past-target"}, length=length)


def _recurrence(cases: Cases, measure: FirstTimeFix | RepeatRate | ReturnRate) -> ir.Table:
    table = with_recurrence(cases, measure)
    window = ibis.literal(measure.days * DAY * MICRO, "int64")
    again = table["_back"]
    if isinstance(measure, FirstTimeFix) and measure.reopened:
        again = again | true(table["reopened"].cast("int64") > 0)
    left_out = [
        (~table["_keyed"], "no-key"),
        (table["_since"].isnull(), "unresolved" if isinstance(measure, ReturnRate) else "no-start"),
        (~true(table["_since"] + window <= cases.limit), "too-recent"),
    ]
    branches = [(again, "came-back"), (ibis.literal(value=True), "counted")]
    return _marked(table, branches, left_out, base={"counted", "came-back"})


def _share(cases: Cases, measure: RecordShare) -> ir.Table:
    value = cases.table[measure.column]
    branches = [(true(value.isin(measure.values)), "hit"), (ibis.literal(value=True), "counted")]
    return _marked(cases.table, branches, [(value.isnull(), "no-value")], base={"hit", "counted"})


def _ratio(cases: Cases, measure: RecordRatio) -> ir.Table:
    table = cases.table
    above = matches(table, measure.numerator)
    of = measure.denominator
    below = ibis.literal(value=False) if isinstance(of, int) else matches(table, of)
    marked = _marked(table, [(above, "hit"), (below, "counted")], [(~above & ~below, "on-neither-side")], base=set())
    return marked.mutate(_in_base=below & ~marked["_later"])


_MARKERS: Mapping[type, Callable[[Cases, Any], ir.Table]] = {
    DurationMean: _durations,
    DurationPercentile: _durations,
    ShareWithin: _within,
    OpenShare: _open,
    FirstTimeFix: _recurrence,
    RepeatRate: _recurrence,
    ReturnRate: _recurrence,
    RecordShare: _share,
    RecordRatio: _ratio,
}
