"""What every record measure shares: the result, the task, and the counts of what became of the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ibis.expr.types as ir
import pyarrow as pa

from sealmark.core.estimates import Estimate
from sealmark.measure.engine import fetch
from sealmark.measure.records.clocks import Cases, State, matches
from sealmark.measure.records.intervals import Precision
from sealmark.measure.records.measures import Where
from sealmark.measure.surveys.totals import require_few

__all__ = [
    "EXCLUDED",
    "RecordEstimate",
    "Task",
    "censored_note",
    "in_state",
    "note_of",
    "population",
    "state_counts",
    "whole_numbers",
]

EXCLUDED: Mapping[str, State] = {
    "no_start": State.NO_START,
    "backwards": State.BACKWARDS,
    "no_end_recorded": State.NO_END_RECORDED,
    "overpaused": State.OVERPAUSED,
}


@dataclass(frozen=True)
class RecordEstimate:
    """One measure in one cell.

    Attributes:
        cell: Value per column of ``by``.
        measure: Name of the measure.
        estimate: The figure with its interval, open cases counted.
        naive: The figure from finished cases only, for comparison; None where it is the same thing.
            Where it is given, ``counts["open"]`` is the number of open cases.
        unit: ``share``, a unit of time, or ``per 100`` and the like.
        counts: Records by what became of them (see each measure).
        bound: ``lower`` or ``upper`` when the true figure can only lie beyond the value because cases are open.
    """

    cell: Mapping[str, object]
    measure: str
    estimate: Estimate
    naive: Estimate | None
    unit: str
    counts: Mapping[str, int]
    bound: Literal["", "lower", "upper"] = ""


@dataclass(frozen=True)
class Task:
    """One measure to be computed over all cells."""

    name: str
    cases: Cases
    by: tuple[str, ...]
    precision: Precision

    def count_cells(self, table: ir.Table, **columns: ir.Value) -> pa.Table:
        """Return the aggregates per cell, cells in the order of their values; SM489 where they are too many."""
        plain = {
            name: column.cast("int64").sum() if column.type().is_boolean() else column
            for name, column in columns.items()
        }
        if not self.by:
            return fetch(table.aggregate(**plain))
        found = fetch(table.group_by(list(self.by)).aggregate(**plain).order_by(list(self.by)))
        require_few(found.num_rows)
        return found

    def cell(self, row: Mapping[str, Any]) -> dict[str, object]:
        """Return the values of the cell a row of aggregates belongs to."""
        return {name: row[name] for name in self.by}


def population(table: ir.Table, where: Where) -> tuple[ir.BooleanValue, dict[str, ir.Value]]:
    """Return whether a record belongs to a population, and the counts of those that do and that came later."""
    later = table["_later"]
    if not where:
        return ~later, {"records": ~later, "after_as_of": later}
    chosen = matches(table, where)
    return chosen & ~later, {"records": chosen & ~later, "after_as_of": chosen & later}


def in_state(table: ir.Table, where: Where, *states: State) -> ir.BooleanValue:
    """Return whether a record of a population, known on the as-of day, is in one of some states of its clock."""
    # Never State.LATER, so that nothing else need be asked.
    state, codes = table["_state"], [int(one) for one in states]
    found = state == codes[0] if len(codes) == 1 else state.isin(codes)
    return found & matches(table, where) if where else found


def state_counts(table: ir.Table, where: Where) -> dict[str, ir.Value]:
    """Return the counts of records left out because of their stamps."""
    return {name: in_state(table, where, state) for name, state in EXCLUDED.items()}


def whole_numbers(row: Mapping[str, Any], *names: str) -> dict[str, int]:
    """Return some columns of a row of aggregates as whole numbers, none as zero."""
    return {name: int(row[name] or 0) for name in names}


def censored_note(n_open: int, base: int) -> str:
    """Return what open cases do in a product-limit estimate; empty when there are none.

    Example:
        >>> censored_note(2, 9)
        '2 of 9 cases are open and count for as long as they were followed'
    """
    return f"{n_open:,} of {base:,} cases are open and count for as long as they were followed" if n_open else ""


def note_of(counts: Mapping[str, int], *parts: str) -> str:
    """Return the parts that are not empty in one line, and how many records were left out for their stamps.

    Example:
        >>> note_of({"backwards": 2}, "", "3 cases are open")
        '3 cases are open; 2 cases have no usable moments and are left out'
    """
    unusable = sum(counts.get(name, 0) for name in EXCLUDED)
    left_out = f"{unusable:,} cases have no usable moments and are left out" if unusable else ""
    return "; ".join(part for part in (*parts, left_out) if part)
