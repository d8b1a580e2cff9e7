"""One scan for many record measures: what all of them count, gathered cell by cell.

An estimator says what it would count by asking its task. A :class:`Plan` notes
the question instead of sending it, and :func:`gather` puts the questions of all
measures into a single query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sealmark.measure.engine import fetch
from sealmark.measure.records.calendars import MICRO
from sealmark.measure.records.cells import Task
from sealmark.measure.records.clocks import Cases, with_clock
from sealmark.measure.records.lengths import LONGEST, SortedLengths, sort_lengths
from sealmark.measure.records.measures import Clock, DurationPercentile, RecordMeasure

__all__ = ["Gathered", "Plan", "gather"]

Estimator: TypeAlias = Callable[[Task, Any], object]
Numbers: TypeAlias = "npt.NDArray[np.int64] | npt.NDArray[np.float64]"

_PEEK = 10_000


@dataclass(frozen=True)
class Plan(Task):
    """A task that notes what an estimator wants to know, and answers that there are no cells.

    Attributes:
        asked: The tables and columns asked for so far.
    """

    asked: list[tuple[ir.Table, Mapping[str, ir.Value]]] = field(default_factory=list)

    def count_cells(self, table: ir.Table, **columns: ir.Value) -> pa.Table:
        """Note the question and return no cells."""
        self.asked.append((table, columns))
        return pa.table({})


@dataclass(frozen=True)
class Gathered:
    """The answers to every plan.

    Attributes:
        cells: The columns of ``by``, one row per cell, in their order.
        numbers: By measure and column: one number per cell; NaN where there is none.
        lengths: By percentile measure: the lengths of the finished cases of every cell.
    """

    cells: pa.Table
    numbers: Mapping[str, Mapping[str, Numbers]]
    lengths: Mapping[str, SortedLengths]


def gather(tasks: Mapping[str, Task], measures: Mapping[str, RecordMeasure], estimators: Mapping[type, Estimator]) -> Gathered:
    """Return what all measures count, from one scan.

    Args:
        tasks: By name of the measure; all over the same cases and cells.
        measures: Definitions by the same names, none by Kaplan and Meier.
        estimators: By kind of measure: called with a :class:`Plan` each.
    """
    cases = next(iter(tasks.values())).cases
    in_seconds = _in_whole_seconds(cases, measures)
    for unit in (MICRO, 1) if in_seconds else (1,):
        scan = _Scan(cases, unit)
        for names in _by_clock(measures):
            scan.add({name: (tasks[name], measures[name]) for name in names}, estimators)
        found = scan.run(next(iter(tasks.values())).by)
        if found is not None:
            break
    return found  # type: ignore[return-value] # in microseconds every length fits


def _by_clock(measures: Mapping[str, RecordMeasure]) -> list[list[str]]:
    """Return the names of the measures, those with the same clock together."""
    groups: dict[str, list[str]] = {}
    for name, measure in measures.items():
        clock = getattr(measure, "clock", None)
        groups.setdefault(repr(clock or name), []).append(name)
    return list(groups.values())


def _in_whole_seconds(cases: Cases, measures: Mapping[str, RecordMeasure]) -> bool:
    """Tell whether the first records of every percentile have lengths of whole seconds."""
    clocks = {repr(one.clock): one.clock for one in measures.values() if isinstance(one, DurationPercentile)}
    return bool(clocks) and all(_whole(cases, clock) for clock in clocks.values())


def _whole(cases: Cases, clock: Clock) -> bool:
    first = with_clock(replace(cases, table=cases.table.limit(_PEEK), clocked={}), clock)
    return not fetch(first.aggregate(rest=(first["_length"] % MICRO).max())).column("rest")[0].as_py()


class _Scan:
    """A query that grows by the columns of one clock after the other."""

    def __init__(self, cases: Cases, unit: int) -> None:
        self._cases, self._unit = cases, unit
        self._table = cases.table
        self._sums: dict[str, Callable[[ir.Table], ir.Value]] = {}
        self._places: dict[str, dict[str, str]] = {}
        self._lists: dict[str, str] = {}

    def add(self, group: Mapping[str, tuple[Task, RecordMeasure]], estimators: Mapping[type, Estimator]) -> None:
        """Add the measures of one clock."""
        cases = replace(self._cases, table=self._table, clocked={})
        places: dict[Any, str] = {}
        columns: dict[str, ir.Value] = {}
        table = self._table
        for name, (task, measure) in group.items():
            plan = Plan(name, cases, task.by, task.precision)
            estimators[type(measure)](plan, measure)
            ((table, asked),) = plan.asked
            self._places[name] = {label: self._place(column, places, columns) for label, column in asked.items()}
            if isinstance(measure, DurationPercentile):
                self._lists[name] = self._list(table, asked["finished"], places, columns)
        self._table = table.mutate(**columns)

    def _place(self, column: ir.Value, places: dict[Any, str], columns: dict[str, ir.Value]) -> str:
        """Return the name under which a column is summed; one name for all that ask for the same."""
        if column.op() not in places:
            name = places[column.op()] = f"_p{len(self._sums)}"
            if isinstance(column, ir.Scalar):
                reduction = column.op()
                columns[name] = reduction.arg.to_expr()
                self._sums[name] = lambda table: reduction.copy(arg=table[name].op()).to_expr()
            else:
                columns[name] = column
                self._sums[name] = lambda table: table[name].cast("int64").sum()
        return places[column.op()]

    def _list(
        self, table: ir.Table, finished: ir.Value, places: dict[Any, str], columns: dict[str, ir.Value]
    ) -> str:
        if ("list", finished.op()) in places:
            return places["list", finished.op()]
        name = places["list", finished.op()] = f"_p{len(self._sums)}"
        length = table["_length"]
        # The least of nothing and a number is that number: choose after cutting off.
        columns[name] = ibis.ifelse(finished, length if self._unit == 1 else _seconds(length), None)
        self._sums[name] = lambda table: table[name].collect()
        if self._unit != 1:
            known = ibis.ifelse(finished, length, None)
            columns |= {f"{name}_rest": known % MICRO, f"{name}_most": known}
            self._sums |= {f"{name}_{part}": _largest(f"{name}_{part}") for part in ("rest", "most")}
        return name

    def run(self, by: Sequence[str]) -> Gathered | None:
        """Return the answers; None when lengths are no whole seconds after all."""
        sums = {name: total(self._table) for name, total in self._sums.items()}
        table = self._table.group_by(list(by)).aggregate(**sums) if by else self._table.aggregate(**sums)
        found = fetch(table)
        if self._unit != 1 and not all(self._fits(found, name) for name in set(self._lists.values())):
            return None
        cells = found.select(list(by))
        order = np.asarray(pc.sort_indices(cells, [(name, "ascending") for name in by])) if by else np.arange(1)
        kept = {name: _numbers(found.column(name))[order] for name in self._sums if not _is_list(found, name)}
        lists = {name: sort_lengths(found.column(name), order, self._unit) for name in set(self._lists.values())}
        numbers = {
            measure: {label: kept[place] for label, place in places.items()} for measure, places in self._places.items()
        }
        return Gathered(cells.take(order), numbers, {name: lists[place] for name, place in self._lists.items()})

    def _fits(self, found: pa.Table, name: str) -> bool:
        rest, most = (pc.max(found.column(f"{name}_{part}")).as_py() or 0 for part in ("rest", "most"))
        return rest == 0 and most <= LONGEST * MICRO


def _seconds(length: ir.Value) -> ir.Value:
    return ibis.least(length // MICRO, ibis.literal(LONGEST, "int64")).cast("int32")


def _largest(name: str) -> Callable[[ir.Table], ir.Value]:
    return lambda table: table[name].max()


def _is_list(table: pa.Table, name: str) -> bool:
    return bool(pa.types.is_list(table.schema.field(name).type))


def _numbers(column: pa.ChunkedArray) -> Numbers:
    if pa.types.is_floating(column.type):
        return np.asarray(column.cast(pa.float64()).to_numpy(), np.float64)
    return np.asarray(pc.fill_null(column.cast(pa.int64()), 0).to_numpy(), np.int64)
