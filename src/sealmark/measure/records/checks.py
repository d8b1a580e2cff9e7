"""Refuse measures that do not fit the records, all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir

from sealmark.core.errors import Problem, ProblemList, did_you_mean
from sealmark.measure.engine import fetch
from sealmark.measure.numeric import without_rows
from sealmark.measure.records.calendars import Calendar
from sealmark.measure.records.measures import (
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
)
from sealmark.measure.records.uniqueness import repeated_rows

__all__ = ["check_measures"]


def check_measures(
    table: ir.Table, measures: Mapping[str, RecordMeasure], calendars: Mapping[str, Calendar], by: Sequence[str]
) -> None:
    """Refuse what cannot be computed.

    Raises:
        SealmarkError: SM451 a column that is not there, SM452 a definition that
            contradicts itself or the columns, SM454 an unknown calendar,
            SM455 one case several times, SM456 pauses that cannot be, SM457 a
            column of moments that is none.
    """
    problems = ProblemList()
    _columns(problems, table, "by", by)
    for name, measure in measures.items():
        _mapped_columns(problems, table, name, measure)
        problems.extend(Problem("SM452", what, f"measure {name}", fix) for what, fix in _contradictions(measure))
        _check_moments(problems, table, name, measure)
        clock = _clock_of(measure)
        if clock is not None:
            _check_clock(problems, table, name, clock, calendars)
    problems.raise_if_any()
    _check_unique(problems, table, measures)
    if any((clock := _clock_of(measure)) and clock.subtract_pauses for measure in measures.values()):
        _check_pause_lengths(problems, table)
    problems.raise_if_any()


def _columns(problems: ProblemList, table: ir.Table, where: str, names: Sequence[str]) -> None:
    for name in dict.fromkeys(names):
        if name not in table.columns:
            fix = did_you_mean(name, table.columns)
            problems.add("SM451", f'The records have no column "{name}".', where=f"measure {where}", fix=fix)


def _mapped_columns(problems: ProblemList, table: ir.Table, name: str, measure: RecordMeasure) -> None:
    moments = _moments(measure)
    for column in dict.fromkeys(_named_columns(measure)):
        if column not in table.columns:
            kind = "datetime" if column in moments else "text"
            fix = f"Add `{column}: {{from: ..., type: {kind}}}` to `columns` of the mapping file. Columns now: "
            what = f'The records have no column "{column}".'
            problems.add("SM451", what, where=f"measure {name}", fix=fix + ", ".join(table.columns) + ".")


def _moments(measure: RecordMeasure) -> set[str]:
    """Return the columns of a measure that hold moments."""
    clock = _clock_of(measure)
    found = {"opened", "resolved", *((clock.start, clock.end) if clock else ())}
    return found | {promised for promised in [getattr(measure, "promised", None)] if promised}


def _clock_of(measure: RecordMeasure) -> Clock | None:
    if isinstance(measure, (DurationMean, DurationPercentile, ShareWithin, OpenShare)):
        return measure.clock
    return None


def _named_columns(measure: RecordMeasure) -> list[str]:
    names = list(measure.where)
    clock = _clock_of(measure)
    if clock is not None:
        more = [name for name in (clock.calendar_column, clock.between) if name]
        names += [clock.start, clock.end, *clock.done, *more, *(["case"] if clock.between else [])]
    if isinstance(measure, (ShareWithin, OpenShare)) and measure.promised:
        names.append(measure.promised)
    if isinstance(measure, (FirstTimeFix, RepeatRate, ReturnRate)):
        names += ["case", "opened", *measure.same]
        names += ["resolved"] if isinstance(measure, ReturnRate) else []
        names += ["reopened"] if isinstance(measure, FirstTimeFix) and measure.reopened else []
    if isinstance(measure, RecordShare):
        names.append(measure.column)
    if isinstance(measure, RecordRatio):
        names += [*measure.numerator, *(() if isinstance(measure.denominator, int) else measure.denominator)]
    return names


def _contradictions(measure: RecordMeasure) -> list[tuple[str, str]]:
    found = []
    if isinstance(measure, ShareWithin) and (measure.target_seconds is None) == (measure.promised is None):
        found.append(("A share within a target needs one target.", "Give either target_seconds or promised."))
    if isinstance(measure, OpenShare) and measure.overdue_seconds is not None and measure.promised is not None:
        found.append(("Two limits are given for overdue.", "Give either overdue_seconds or promised."))
    if isinstance(measure, DurationPercentile) and not Decimal(0) < measure.share < Decimal(1):
        found.append((f"The share {measure.share} is no percentile.", "Write 0.9 for the ninetieth percentile."))
    if isinstance(measure, (FirstTimeFix, RepeatRate, ReturnRate)) and (measure.days < 1 or not measure.same):
        found.append(("The window or what must agree is empty.", "Give at least one day and one column."))
    lengthy = isinstance(measure, (DurationMean, DurationPercentile)) and measure.unit == "days"
    if lengthy and (clock := _clock_of(measure)) and clock.in_business_time:
        found.append(("A day of business time has no fixed length.", "Use hours."))
    if isinstance(measure, RecordRatio) and (measure.per < 1 or measure.denominator == 0):
        found.append(("The ratio has nothing to be set against.", "Give a denominator and `per` above zero."))
    if (clock := _clock_of(measure)) and clock.between is not None:
        found += _between_contradictions(measure, clock.between)
    return found


def _between_contradictions(measure: RecordMeasure, between: str) -> list[tuple[str, str]]:
    """Return what does not go with the longest time between moments: silence so far is no censored age."""
    found = []
    if getattr(measure, "open_cases", "bound") == "kaplan-meier":
        what = f'The longest time between "{between}" of an open case is not censored by its age.'
        found.append((what, 'Use open_cases="bound" with this clock.'))
    if getattr(measure, "promised", None) is not None:
        what = f'A promised end says nothing of the time between "{between}".'
        found.append((what, "Give a length as the target, or a clock without `between`."))
    return found


def _check_moments(problems: ProblemList, table: ir.Table, name: str, measure: RecordMeasure) -> None:
    # Every measure asks when a case was opened, where that is known.
    names = ["opened"]
    clock, promised = _clock_of(measure), getattr(measure, "promised", None)
    names += [clock.start, clock.end] if clock is not None else []
    names += [promised] if promised is not None else []
    names += ["resolved"] if isinstance(measure, ReturnRate) else []
    for column in dict.fromkeys(names):
        if column in table.columns and not isinstance(kind := table[column].type(), (dtypes.Date, dtypes.Timestamp)):
            what = f'The column "{column}" holds {kind}, not dates or times.'
            fix = "Import it with the type date or datetime."
            empty = without_rows("SM452", table, column, told="A clock needs dates or times")
            problems.extend([empty or Problem("SM452", what, where=f"measure {name}", fix=fix)])


def _check_clock(
    problems: ProblemList, table: ir.Table, name: str, clock: Clock, calendars: Mapping[str, Calendar]
) -> None:
    where = f"measure {name}"
    ends = [table[column].type() for column in (clock.start, clock.end) if column in table.columns]
    whole = {isinstance(kind, dtypes.Date) for kind in ends}
    if len(whole) > 1:
        what = f'One of "{clock.start}" and "{clock.end}" holds whole days and the other times.'
        problems.add("SM452", what, where=where, fix="Import both as date, or both as datetime.")
    if clock.in_business_time and True in whole:
        what = "Business time needs times, but the records hold whole days."
        problems.add("SM452", what, where=where, fix="Use calendar time, or import times.")
    if clock.calendar is not None and clock.calendar not in calendars:
        what = f'There is no calendar "{clock.calendar}".'
        problems.add("SM454", what, where=where, fix=did_you_mean(clock.calendar, calendars))
    _check_calendar_column(problems, table, where, clock, calendars)
    _check_pauses(problems, table, where, clock)
    _check_between(problems, table, where, clock)


def _check_calendar_column(
    problems: ProblemList, table: ir.Table, where: str, clock: Clock, calendars: Mapping[str, Calendar]
) -> None:
    column = clock.calendar_column
    if column is None or column not in table.columns:
        return
    names = fetch(table.select(name=table[column]).distinct()).column("name").to_pylist()
    for name in sorted({str(name) for name in names} - set(calendars)):
        shown = "no calendar" if name == "None" else f'the calendar "{name}", which is not given'
        problems.add("SM454", f'Column "{column}" names {shown}.', where=where, fix=did_you_mean(name, calendars))


def _check_pauses(problems: ProblemList, table: ir.Table, where: str, clock: Clock) -> None:
    names = set(table.columns)
    if not (clock.in_business_time and clock.subtract_pauses) or names & {"pauses", "paused_business_seconds"}:
        return
    if "paused_seconds" in names:
        what = "paused_seconds is calendar time and cannot be taken off business time."
        fix = "Import pauses with start and end, or paused_business_seconds, or set subtract_pauses=False."
        problems.add("SM452", what, where=where, fix=fix)


def _check_between(problems: ProblemList, table: ir.Table, where: str, clock: Clock) -> None:
    column = clock.between
    if column is None or column not in table.columns:
        return
    kind = table[column].type()
    moments = kind.value_type if isinstance(kind, dtypes.Array) else None
    if not isinstance(moments, (dtypes.Date, dtypes.Timestamp)):
        what = f'The column "{column}" holds {kind}, not lists of moments.'
        fix = f"Import an event log with `moments: {{{column}: {{activities: [...]}}}}` under `events`."
        problems.add("SM457", what, where=where, fix=fix)
    elif clock.start in table.columns and isinstance(moments, dtypes.Date) != isinstance(
        table[clock.start].type(), dtypes.Date
    ):
        what = f'One of "{clock.start}" and "{column}" holds whole days and the other times.'
        problems.add("SM457", what, where=where, fix="Import both as date, or both as datetime.")
    if clock.subtract_pauses and set(table.columns) & {"paused_seconds", "paused_business_seconds"}:
        what = f'A sum of pauses cannot be shared out between the moments of "{column}".'
        fix = "Import pauses with start and end, or set subtract_pauses=False."
        problems.add("SM452", what, where=where, fix=fix)


def _check_pause_lengths(problems: ProblemList, table: ir.Table) -> None:
    """Refuse pauses below zero: taken off a length, they would make it longer than it was."""
    for name in ("paused_seconds", "paused_business_seconds"):
        if name in table.columns:
            below = _count(table.aggregate(wrong=(table[name] < 0).sum()))
            if below:
                what = f"{below:,} rows have {name} below zero."
                problems.add("SM456", what, where=f"column {name}", fix="Correct them, or import them as missing.")
    if "pauses" in table.columns:
        pauses = table.select(pause=table["pauses"].unnest())
        wrong = _count(pauses.aggregate(wrong=(pauses["pause"]["end"] < pauses["pause"]["start"]).sum()))
        if wrong:
            what = f"{wrong:,} pauses end before they begin."
            problems.add("SM456", what, where="column pauses", fix="Correct the order of their moments.")


def _count(expression: ir.Table) -> int:
    return int(fetch(expression).column("wrong")[0].as_py() or 0)


def _check_unique(problems: ProblemList, table: ir.Table, measures: Mapping[str, RecordMeasure]) -> None:
    """Refuse repeated cases where one row per case is needed to join or to order."""
    needs = "pauses" in table.columns or any(
        isinstance(measure, (FirstTimeFix, RepeatRate, ReturnRate))
        or ((clock := _clock_of(measure)) is not None and clock.between is not None)
        for measure in measures.values()
    )
    if not needs or "case" not in table.columns:
        return
    repeated = repeated_rows(table, "case")
    if repeated:
        what = f"{repeated:,} rows repeat a case."
        fix = "Import with `duplicates: {key: [case], contradictory: first}`."
        problems.add("SM455", what, where="column case", fix=fix)
