"""One scan for many record measures: what all of them count, gathered cell by cell.

An estimator says what it would count by asking its task. A :class:`Plan` notes
the question instead of sending it, and :func:`gather` puts the questions of all
measures into a single query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.operations as ops
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sealmark.measure.engine import fetch
from sealmark.measure.records.calendars import MICRO
from sealmark.measure.records.cells import EXCLUDED, Task, in_state
from sealmark.measure.records.clocks import Cases, State, matches, micros, true
from sealmark.measure.records.figures import unique_ranks
from sealmark.measure.records.lengths import Lengths, Percentiles, SortedLengths, sort_lengths
from sealmark.measure.records.measures import DurationPercentile, RecordMeasure, Where
from sealmark.measure.surveys.keys import Floats, Integers

__all__ = ["CLASSES", "Gathered", "Plan", "by_clock", "coded", "gather", "judged", "possible_steps", "uneven"]

Estimator: TypeAlias = Callable[[Task, Any], object]
_Column = TypeVar("_Column")


# What percentiles count beside the lengths of finished cases, in the order of the states from 1.
_STATES = {"open": State.OPEN, **EXCLUDED, "after_as_of": State.LATER}
CLASSES = tuple(name for _, name in sorted((state, name) for name, state in _STATES.items()))
_PROBE = 10_000
_UNEVEN = "_uneven"


@ibis.udf.agg.builtin(name="count_if", signature=((dtypes.boolean,), dtypes.int64))  # type: ignore[untyped-decorator]
def _count_if(condition: bool) -> int: ...  # type: ignore[empty-body] # noqa: FBT001


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
        counts: By measure and column: one number per cell.
        moments: Likewise means and variances; NaN where there is none.
        percentiles: By percentile measure.
    """

    cells: pa.Table
    counts: Mapping[str, Mapping[str, Integers]]
    moments: Mapping[str, Mapping[str, Floats]]
    percentiles: Mapping[str, Percentiles]


def gather(
    tasks: Mapping[str, Task], measures: Mapping[str, RecordMeasure], estimators: Mapping[type, Estimator]
) -> Gathered:
    """Return what all measures count, from one scan.

    Args:
        tasks: By name of the measure; all over the same cases and cells.
        measures: Definitions by the same names, none by Kaplan and Meier.
        estimators: By kind of measure: called with a :class:`Plan` each.
    """
    first = next(iter(tasks.values()))
    for step in possible_steps(first.cases, measures):
        scan = _Scan(first.cases, step)
        for names in by_clock(measures):
            scan.add({name: (tasks[name], measures[name]) for name in names}, estimators)
        found = scan.run(first.by)
        if found is not None:
            break
    assert found is not None
    return found


def possible_steps(cases: Cases, measures: Mapping[str, RecordMeasure]) -> list[int]:
    """Return the steps in which lengths are gathered, the second if the first turns out too coarse.

    Whole seconds take half the memory and are sorted in half the time; the first records tell whether it is worth it.
    """
    clocks = [one.clock for one in measures.values() if isinstance(one, DurationPercentile)]
    stamps = {stamp for clock in clocks for stamp in (clock.start, clock.end)}
    if not stamps or cases.table.get_backend().name != "duckdb":
        return [1]
    first = cases.table.limit(_PROBE)
    parts = [(micros(first[name]) % MICRO).abs().max() for name in sorted(stamps)]
    whole = fetch(first.aggregate(parts=ibis.greatest(*parts))).column("parts")[0].as_py()
    return [1] if whole else [MICRO, 1]


def by_clock(measures: Mapping[str, RecordMeasure]) -> list[list[str]]:
    """Return the names of the measures, those with the same clock together."""
    groups: dict[str, list[str]] = {}
    for name, measure in measures.items():
        clock = getattr(measure, "clock", None)
        groups.setdefault(name if clock is None else repr(clock), []).append(name)
    return list(groups.values())


class _Scan:
    """A query that grows by the columns of one clock after the other."""

    def __init__(self, cases: Cases, step: int) -> None:
        self._cases, self._table, self._step = cases, cases.table, step
        self._totals: dict[str, Callable[[ir.Table], ir.Value]] = {}
        self._places: dict[str, dict[str, str]] = {}
        self._lists: dict[str, str] = {}
        self._shares: dict[str, tuple[Decimal, float]] = {}

    def add(self, group: Mapping[str, tuple[Task, RecordMeasure]], estimators: Mapping[type, Estimator]) -> None:
        """Add the measures of one clock."""
        cases = replace(self._cases, table=self._table, clocked={})
        named: dict[ops.Node, str] = {}
        columns: dict[str, ir.Value] = {}
        table = self._table
        for name, (task, measure) in group.items():
            plan = Plan(name, cases, task.by, task.precision)
            estimators[type(measure)](plan, measure)
            ((table, asked),) = plan.asked
            if isinstance(measure, DurationPercentile):
                self._lists[name] = self._place(_listed(table, measure.where, self._step), named, columns)
                self._shares[name] = measure.share, task.precision.tail
                asked = {} if self._step == 1 else {_UNEVEN: uneven(table, measure.where, self._step)}
            self._places[name] = {label: self._place(column, named, columns) for label, column in asked.items()}
        self._table = table.mutate(**columns)

    def _place(self, column: ir.Value, named: dict[ops.Node, str], columns: dict[str, ir.Value]) -> str:
        """Return the name of a column's total; one name for all measures that ask for the same."""
        node = column.op()
        if node not in named:
            name = named[node] = f"_p{len(self._totals)}"
            columns[name] = node.arg.to_expr() if isinstance(node, ops.Reduction) else column
            self._totals[name] = _total(name, column)
        return named[node]

    def run(self, by: Sequence[str]) -> Gathered | None:
        """Return the answers; None where a length is no whole number of steps."""
        totals = {name: total(self._table) for name, total in self._totals.items()}
        table = self._table.group_by(list(by)).aggregate(**totals) if by else self._table.aggregate(**totals)
        found = fetch(table)
        cells = found.select(list(by))
        order = np.asarray(pc.sort_indices(cells, [(name, "ascending") for name in by])) if by else np.arange(1)
        if any(pc.sum(found.column(places[_UNEVEN])).as_py() for places in self._places.values() if _UNEVEN in places):
            return None
        lists = {
            name: sort_lengths(found.column(name), order, len(CLASSES), step=self._step)
            for name in dict.fromkeys(self._lists.values())
        }
        kept = {name: found.column(name).take(order) for name in self._totals if name not in lists}
        moments = {name: _moments(column) for name, column in kept.items() if pa.types.is_floating(column.type)}
        counts = {name: _counts(column) for name, column in kept.items() if name not in moments}
        known = {measure: judged(lists[place]) for measure, place in self._lists.items()}
        return Gathered(
            cells.take(order),
            {name: known[name] if name in known else _named(places, counts) for name, places in self._places.items()},
            {name: _named(places, moments) for name, places in self._places.items()},
            {name: self._percentile(name, lists[place], known[name]) for name, place in self._lists.items()},
        )

    def _percentile(self, name: str, lengths: SortedLengths, counts: Mapping[str, Integers]) -> Percentiles:
        share, tail = self._shares[name]
        base = counts["finished"] + counts["open"]
        return Percentiles.of(lengths, share, base, unique_ranks(base, float(share), tail))


def _named(places: Mapping[str, str], columns: Mapping[str, _Column]) -> dict[str, _Column]:
    """Return the columns that stand at some of the places, by what a measure calls them."""
    return {label: columns[place] for label, place in places.items() if place in columns}


def _total(name: str, column: ir.Value) -> Callable[[ir.Table], ir.Value]:
    """Return what makes the total of a column that stands in a table under a name."""
    if isinstance(column.op(), ops.Reduction):
        return lambda table: column.op().copy(arg=table[name].op()).to_expr()
    return lambda table: _count_if(table[name])


def _listed(table: ir.Table, where: Where, step: int) -> ir.Value:
    """Return the list of what :func:`coded` tells of the cases of a population."""
    codes = coded(table, step)
    if where:
        return ibis.ifelse(matches(table, where), codes, None).collect()
    # Nothing is missing, and DuckDB need not look for it; Spark has no such choice.
    return codes.collect(include_null=table.get_backend().name == "duckdb")


def coded(table: ir.Table, step: int) -> ir.IntegerValue:
    """Return the lengths of finished cases in steps, and states below zero for others: it tells all."""
    length, kind = (table["_length"], "int64") if step == 1 else (_stepped(table, step), "int32")
    return ibis.ifelse(table["_state"] == int(State.FINISHED), length, -table["_state"].cast(kind))


def uneven(table: ir.Table, where: Where, step: int) -> ir.BooleanValue:
    """Return whether a length is no whole number of steps, or too many of them."""
    even = _stepped(table, step).cast("int64") * step == table["_length"]
    return in_state(table, where, State.FINISHED) & ~true(even)


def _stepped(table: ir.Table, step: int) -> ir.Value:
    return (table["_length"] / step).try_cast("int32")


def judged(lengths: Lengths) -> dict[str, Integers]:
    """Return the counts of a percentile measure; codes beyond the states do not count."""
    known = lengths.others[: len(CLASSES)]
    others = dict(zip(CLASSES, known, strict=True))
    records = lengths.sizes + known.sum(axis=0) - others["after_as_of"]
    return {"records": records, "finished": lengths.sizes, **others}


def _moments(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.cast(pa.float64()).to_numpy(), np.float64)


def _counts(column: pa.ChunkedArray) -> Integers:
    return np.asarray(pc.fill_null(column.cast(pa.int64()), 0).to_numpy(), np.int64)
