"""Lengths of cases: means and percentiles in which open cases count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.measure.engine import fetch
from sealmark.measure.records.calendars import MICRO
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
from sealmark.measure.records.clocks import State, with_clock
from sealmark.measure.records.intervals import Precision, mean_estimate, quantile_ranks
from sealmark.measure.records.measures import SECONDS, DurationMean, DurationPercentile
from sealmark.measure.records.survival import EMPTY, Survival, percentile_estimate, survivals

__all__ = ["estimate_mean", "estimate_percentile"]


def estimate_mean(task: Task, measure: DurationMean) -> list[RecordEstimate]:
    """Return the mean length per cell, a lower bound where cases are open."""
    table = with_clock(task.cases, measure.clock)
    finished = in_state(table, measure.where, State.FINISHED)
    counted = in_state(table, measure.where, State.FINISHED, State.OPEN)
    length, unit = table["_length"].cast("float64"), SECONDS[measure.unit] * MICRO
    # A unit that is missing where a case does not count: DuckDB works out a quotient once, a condition each time anew.
    lengths = {"naive": length / ibis.ifelse(finished, unit, None), "all": length / ibis.ifelse(counted, unit, None)}
    columns = population(table, measure.where)[1] | state_counts(table, measure.where)
    columns |= {"finished": finished, "open": in_state(table, measure.where, State.OPEN)}
    for name, value in lengths.items():
        columns |= {f"{name}_mean": value.mean(), f"{name}_var": value.var(how="sample")}
    found = []
    for row in task.count_cells(table, **columns).to_pylist():
        counts = whole_numbers(row, "records", "after_as_of", "finished", "open", *EXCLUDED)
        n_open, base = counts["open"], counts["open"] + counts["finished"]
        note = f"{n_open:,} of {base:,} cases are open and count with their age" if n_open else ""
        estimate = mean_estimate(row["all_mean"], row["all_var"], base, task.precision, note=note_of(counts, note))
        naive = mean_estimate(row["naive_mean"], row["naive_var"], counts["finished"], task.precision)
        bound: Literal["", "lower"] = "lower" if n_open else ""
        found.append(RecordEstimate(task.cell(row), task.name, estimate, naive, measure.unit, counts, bound))
    return found


def estimate_percentile(task: Task, measure: DurationPercentile) -> list[RecordEstimate]:
    """Return the percentile per cell: exact and an upper bound where cases are open, or by Kaplan and Meier."""
    table = with_clock(task.cases, measure.clock)
    finished, is_open = (in_state(table, measure.where, state) for state in (State.FINISHED, State.OPEN))
    columns = population(table, measure.where)[1] | state_counts(table, measure.where)
    columns |= {"finished": finished, "open": is_open}
    cells = task.count_cells(table, **columns)
    if measure.open_cases == "kaplan-meier":
        curves = survivals(task, table, table["_length"], finished=finished, is_open=is_open)
        return [
            _survival_cell(task, measure, row, curves.get(tuple(task.cell(row).values()), EMPTY))
            for row in cells.to_pylist()
        ]
    plans = [_ranks(row, measure, task.precision) for row in cells.to_pylist()]
    lengths = _order_statistics(task, table.filter(finished), cells, [plan.wanted for plan in plans])
    return [
        _percentile_cell(task, measure, row, plan, found)
        for row, plan, found in zip(cells.to_pylist(), plans, lengths, strict=True)
    ]


@dataclass(frozen=True)
class _Ranks:
    """The ranks needed for one percentile in one cell: of all cases, and of the finished ones."""

    every: Decimal
    naive: Decimal
    limits: tuple[int, int]
    finished: int

    @property
    def wanted(self) -> list[int]:
        found = {self.limits[0], self.limits[1]}
        for place in (self.every, self.naive):
            found |= {int(place), int(place) + 1}
        return sorted(rank for rank in found if 1 <= rank <= self.finished)


def _ranks(row: Mapping[str, Any], measure: DurationPercentile, precision: Precision) -> _Ranks:
    finished, base = int(row["finished"] or 0), int(row["finished"] or 0) + int(row["open"] or 0)
    # Type 7: the quantile lies at rank 1 + (n - 1) p.
    every, naive = (1 + (count - 1) * measure.share for count in (base, finished))
    limits = quantile_ranks(base, float(measure.share), precision.tail) if base else (0, 0)
    return _Ranks(every, naive, limits, finished)


def _order_statistics(
    task: Task, table: ir.Table, cells: pa.Table, wanted: Sequence[Sequence[int]]
) -> list[dict[int, int]]:
    """Return for each cell the lengths at the wanted ranks, from one sort in the engine."""
    places = [(index, rank) for index, ranks in enumerate(wanted) for rank in ranks]
    found: list[dict[int, int]] = [{} for _ in wanted]
    if not places:
        return found
    picked = cells.select(list(task.by)).take(pa.array([index for index, _ in places])) if task.by else None
    columns = {f"_w_{name}": picked.column(name) for name in task.by} if picked is not None else {}
    plan = ibis.memtable(
        pa.table(
            {**columns, "_cell": pa.array([index for index, _ in places]), "_w": pa.array([rank for _, rank in places])}
        )
    )
    window = ibis.window(group_by=[table[name] for name in task.by], order_by=table["_length"])
    ranked = table.select(*task.by, "_length", _rank=ibis.row_number().over(window) + 1)
    same = [ranked[name].identical_to(plan[f"_w_{name}"]) for name in task.by]
    joined = ranked.inner_join(plan, [ranked["_rank"] == plan["_w"], *same])
    for row in fetch(joined.select("_cell", "_w", "_length")).to_pylist():
        found[row["_cell"]][row["_w"]] = row["_length"]
    return found


def _percentile_cell(
    task: Task, measure: DurationPercentile, row: Mapping[str, Any], ranks: _Ranks, lengths: Mapping[int, int]
) -> RecordEstimate:
    counts = whole_numbers(row, "records", "after_as_of", "finished", "open", *EXCLUDED)
    unit = SECONDS[measure.unit] * MICRO
    base = counts["finished"] + counts["open"]
    value, naive = (_at(place, lengths, unit) for place in (ranks.every, ranks.naive))
    lower, upper = (_at(Decimal(rank), lengths, unit) for rank in ranks.limits)
    if task.precision.complete:
        lower = upper = value
    n_open = counts["open"]
    note = f"{n_open:,} of {base:,} cases are open and count as longer than all others" if n_open else ""
    if value is None:
        note = f"{note}; the percentile lies among them" if n_open else "no finished record"
    level = task.precision.level
    estimate = Estimate(
        value, lower, upper if value is not None else None, base, None, None, level, note_of(counts, note)
    )
    plain = Estimate(
        naive, base=counts["finished"], confidence=level, note="" if counts["finished"] else "no finished record"
    )
    bound: Literal["", "upper"] = "upper" if n_open else ""
    return RecordEstimate(task.cell(row), task.name, estimate, plain, measure.unit, counts, bound)


def _survival_cell(task: Task, measure: DurationPercentile, row: Mapping[str, Any], curves: Survival) -> RecordEstimate:
    counts = whole_numbers(row, "records", "after_as_of", "finished", "open", *EXCLUDED)
    unit, share = SECONDS[measure.unit] * MICRO, float(measure.share)
    note = note_of(counts, censored_note(counts["open"], counts["open"] + counts["finished"]))
    estimate = percentile_estimate(curves.honest, share, task.precision, unit=unit, note=note)
    naive = percentile_estimate(curves.naive, share, task.precision, unit=unit)
    return RecordEstimate(task.cell(row), task.name, estimate, naive, measure.unit, counts)


def _at(place: Decimal, lengths: Mapping[int, int], unit: int) -> Decimal | None:
    """Return the interpolated order statistic at a rank, or None when it is not known."""
    below, part = int(place), place - int(place)
    if below not in lengths or (part and below + 1 not in lengths):
        return None
    length = lengths[below] + (part * (lengths[below + 1] - lengths[below]) if part else 0)
    return decimal_from_float(float(Decimal(length) / unit))
