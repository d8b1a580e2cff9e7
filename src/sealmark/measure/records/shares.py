"""Shares and ratios of records: within a target, open, of a kind, one kind per another."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir

from sealmark.core.estimates import Estimate
from sealmark.measure.records.calendars import DAY, MICRO
from sealmark.measure.records.cells import (
    EXCLUDED,
    RecordEstimate,
    Task,
    censored_note,
    in_state,
    note_of,
    population,
    state_counts,
    whole_numbers,
)
from sealmark.measure.records.clocks import State, matches, micros, true, with_clock
from sealmark.measure.records.intervals import rate_estimate, share_estimate
from sealmark.measure.records.measures import OpenShare, RecordRatio, RecordShare, ShareWithin
from sealmark.measure.records.survival import EMPTY, Survival, survivals, within_estimate

__all__ = ["beyond", "estimate_open", "estimate_ratio", "estimate_share", "estimate_within"]


def estimate_within(task: Task, measure: ShareWithin) -> list[RecordEstimate]:
    """Return the share that met the target per cell; open cases beyond it are late, or censored at their age."""
    table = with_clock(task.cases, measure.clock)
    met = _decisions(table, measure)
    columns = population(table, measure.where)[1] | state_counts(table, measure.where) | met
    curves: Mapping[tuple[object, ...], Survival] = {}
    if measure.open_cases == "kaplan-meier":
        finished, is_open = met["within"] | met["late"], met["open_late"] | met["undecided"]
        curves = survivals(task, table, _lateness(table, measure), finished=finished, is_open=is_open)
    found = []
    for row in task.count_cells(table, **columns).to_pylist():
        counts = whole_numbers(row, "records", "after_as_of", *met, *EXCLUDED)
        counts["open"] = counts["open_late"] + counts["undecided"]
        naive = share_estimate(counts["within"], counts["within"] + counts["late"], task.precision)
        if measure.open_cases == "kaplan-meier":
            curve = curves.get(tuple(task.cell(row).values()), EMPTY).honest
            note = note_of(counts, censored_note(counts["open"], curve.cases))
            estimate = within_estimate(curve, 0, task.precision, note=note)
        else:
            estimate = _decided(counts, task)
        found.append(RecordEstimate(task.cell(row), task.name, estimate, naive, "share", counts))
    return found


def _decisions(table: ir.Table, measure: ShareWithin) -> dict[str, ir.BooleanValue]:
    """Return what became of each case and its target."""
    over, promised = beyond(table, measure.promised, measure.target_seconds)
    # Sums, not conditions: DuckDB works out what stands in several sums once, in several conditions each time anew.
    case = table["_state"] * 2 + over.cast("int8")
    chosen = matches(table, measure.where) if measure.where else None
    states = {"within": State.FINISHED, "late": State.FINISHED, "open_late": State.OPEN, "undecided": State.OPEN}
    codes = {name: 2 * int(state) + (name in {"late", "open_late"}) for name, state in states.items()}
    met = {name: case == code if chosen is None else chosen & (case == code) for name, code in codes.items()}
    return met | {"no_promise": in_state(table, measure.where, State.FINISHED, State.OPEN) & ~promised}


def _decided(counts: Mapping[str, int], task: Task) -> Estimate:
    """Return the share among the cases of which it is known whether they met the target."""
    undecided, base = counts["undecided"], counts["within"] + counts["late"] + counts["open_late"]
    note = f"{undecided:,} open cases may still meet the target and are not counted" if undecided else ""
    return share_estimate(counts["within"], base, task.precision, note=note_of(counts, note))


def _lateness(table: ir.Table, measure: ShareWithin) -> ir.Value:
    """Return by how much a case is, or was, beyond its target in microseconds; below zero while there is time."""
    if measure.promised is not None:
        return table["_stop"] - _until(table, measure.promised)
    return table["_length"] - ibis.literal((measure.target_seconds or 0) * MICRO, "int64")


def beyond(table: ir.Table, promised: str | None, seconds: int | None) -> tuple[ir.BooleanValue, ir.BooleanValue]:
    """Return whether a case went beyond its limit (unknown without one), and whether it has a limit at all."""
    if promised is None:
        limit = ibis.literal((seconds or 0) * MICRO, "int64")
        return table["_length"] > limit, ibis.literal(value=True)
    return table["_stop"] > _until(table, promised), table[promised].notnull()


def _until(table: ir.Table, promised: str) -> ir.Value:
    until = micros(table[promised])
    # A promised day is kept until its end; whole-day stamps compare as days.
    is_day = isinstance(table[promised].type(), dtypes.Date)
    return until + ibis.literal(DAY * MICRO - 1, "int64") if is_day else until


def estimate_open(task: Task, measure: OpenShare) -> list[RecordEstimate]:
    """Return the share of open or overdue cases per cell."""
    table = with_clock(task.cases, measure.clock)
    is_open = overdue = in_state(table, measure.where, State.OPEN)
    if measure.promised is not None or measure.overdue_seconds is not None:
        overdue = is_open & beyond(table, measure.promised, measure.overdue_seconds)[0]
    known = in_state(table, measure.where, State.FINISHED, State.OPEN, State.NO_END_RECORDED)
    columns = population(table, measure.where)[1] | state_counts(table, measure.where)
    columns |= {"base": known, "open": is_open, "overdue": overdue}
    found = []
    for row in task.count_cells(table, **columns).to_pylist():
        counts = whole_numbers(
            row, "records", "after_as_of", "base", "open", "overdue", "no_start", "backwards", "overpaused"
        )
        estimate = share_estimate(counts["overdue"], counts["base"], task.precision, note=note_of(counts))
        found.append(RecordEstimate(task.cell(row), task.name, estimate, None, "share", counts))
    return found


def estimate_share(task: Task, measure: RecordShare) -> list[RecordEstimate]:
    """Return the share of records with certain values per cell."""
    table = task.cases.table
    inside, population_counts = population(table, measure.where)
    given = inside & table[measure.column].notnull()
    columns = population_counts | {
        "base": given,
        "hits": given & true(table[measure.column].isin(measure.values)),
        "missing": inside & ~given,
    }
    found = []
    for row in task.count_cells(table, **columns).to_pylist():
        counts = whole_numbers(row, *columns)
        estimate = share_estimate(counts["hits"], counts["base"], task.precision)
        found.append(RecordEstimate(task.cell(row), task.name, estimate, None, "share", counts))
    return found


def estimate_ratio(task: Task, measure: RecordRatio) -> list[RecordEstimate]:
    """Return records of one kind per number of another, per cell."""
    table = task.cases.table
    inside, population_counts = population(table, measure.where)
    columns = population_counts | {"count": inside & matches(table, measure.numerator)}
    if not isinstance(measure.denominator, int):
        columns["base"] = inside & matches(table, measure.denominator)
    found = []
    for row in task.count_cells(table, **columns).to_pylist():
        counts = whole_numbers(row, *columns)
        base = measure.denominator if isinstance(measure.denominator, int) else counts["base"]
        estimate = rate_estimate(counts["count"], base, measure.per, task.precision)
        found.append(
            RecordEstimate(task.cell(row), task.name, estimate, None, f"per {measure.per}", {**counts, "base": base})
        )
    return found
