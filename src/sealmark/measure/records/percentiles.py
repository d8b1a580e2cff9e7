"""Exact percentiles of very many records: read once, sorted into parts by cell, each part worked off alone.

The lengths of all records never lie in memory together, so that memory does not grow with the records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

import ibis
import ibis.expr.types as ir
import numpy as np

from sealmark.measure.engine import fetch
from sealmark.measure.records import spilling
from sealmark.measure.records.cells import Task
from sealmark.measure.records.clocks import Cases, matches, with_clock
from sealmark.measure.records.figures import unique_ranks
from sealmark.measure.records.lengths import Lengths, Percentiles, sort_cells
from sealmark.measure.records.measures import DurationPercentile
from sealmark.measure.records.numbering import Numbering, numbered
from sealmark.measure.records.passes import CLASSES, Gathered, coded, judged, possible_steps, uneven
from sealmark.measure.records.selection import LargeCell
from sealmark.measure.records.spilling import Parts, Whole, part_count
from sealmark.measure.streaming import spill_folder, stream
from sealmark.measure.surveys.keys import Integers

__all__ = ["gather_percentiles", "is_divided"]

_CELL, _UNEVEN = "_cell", "_uneven"
# Of a case that is not in the population.
_OUTSIDE = -1 - len(CLASSES)
# A cell of so many usual parts is large.
_LARGE = 8


def is_divided(cases: Cases) -> bool:
    """Tell whether there are more records than fit into one part."""
    table = cases.table
    return table.get_backend().name == "duckdb" and part_count(_count(table)) > 1


def _count(table: ir.Table) -> int:
    return int(fetch(table.aggregate(rows=table.count())).column("rows")[0].as_py())


def gather_percentiles(tasks: Mapping[str, Task], measures: Mapping[str, DurationPercentile]) -> Gathered:
    """Return the percentiles of all measures and what they count, from one scan of a DuckDB table.

    Args:
        tasks: By name of the measure; all over the same cases and cells.
        measures: Definitions by the same names, none by Kaplan and Meier.

    Raises:
        SealmarkError: SM482 the disk has no room for the parts.
    """
    first = next(iter(tasks.values()))
    asked = {name: _Asked(measure.share, tasks[name].precision.tail) for name, measure in measures.items()}
    answers = (_gathered(first, measures, asked, step) for step in possible_steps(first.cases, measures))
    return next(one for one in answers if one is not None)


class _Asked:
    """A percentile with its limits, whose ranks are worked out once for cells of the same size."""

    def __init__(self, share: Decimal, tail: float) -> None:
        self._share, self._tail = share, tail
        self._sizes: Integers = np.zeros(0, np.int64)
        self._ranks: Integers = np.zeros((2, 0), np.int64)

    def of(self, lengths: Lengths, base: Integers) -> Percentiles:
        """Return the percentile of some cells over their bases."""
        unknown = np.setdiff1d(base, self._sizes)
        sizes = np.concatenate([self._sizes, unknown])
        ranks = np.concatenate([self._ranks, unique_ranks(unknown, float(self._share), self._tail)], axis=1)
        order = np.argsort(sizes)
        self._sizes, self._ranks = sizes[order], ranks[:, order]
        lower, upper = self._ranks[:, np.searchsorted(self._sizes, base)]
        return Percentiles.of(lengths, self._share, base, (lower, upper))


def _gathered(
    task: Task, measures: Mapping[str, DurationPercentile], asked: Mapping[str, _Asked], step: int
) -> Gathered | None:
    """Return the answers; None where a length is no whole number of steps."""
    table, places = _columns(task.cases, measures, step)
    table, numbering = numbered(table, task.by)
    columns = [_CELL, *dict.fromkeys(places.values())]
    rows = _count(task.cases.table)
    count = part_count(rows)
    size = rows * sum(4 if step > 1 or name == _CELL else 8 for name in columns)
    with Parts(count, folder=spill_folder(table), size=size) as parts:
        for batch in stream(table.select(*columns, _UNEVEN)):
            if batch.column(_UNEVEN).true_count:
                return None
            found = {name: batch.column(name).to_numpy() for name in columns}
            parts.add((found[_CELL] % count).astype(np.uint8), found)
        work = _Work(parts, count, numbering.size // count + 1, places, asked, step)
        return _joined([piece for part in range(count) for piece in work.pieces(part)], numbering)


def _columns(cases: Cases, measures: Mapping[str, DurationPercentile], step: int) -> tuple[ir.Table, dict[str, str]]:
    """Return the cases with the codes of all measures, and where those of each stand."""
    table = cases.table.mutate(**{_UNEVEN: ibis.literal(value=False)})
    places: dict[str, str] = {}
    named: dict[tuple[str, str], str] = {}
    for name, measure in measures.items():
        key = repr(measure.clock), repr(measure.where)
        if key not in named:
            named[key] = f"_codes{len(named)}"
            table = with_clock(replace(cases, table=table, clocked={}), measure.clock)
            codes = coded(table, step)
            if measure.where:
                codes = ibis.ifelse(matches(table, measure.where), codes, ibis.literal(_OUTSIDE).cast(codes.type()))
            odd = uneven(table, measure.where, step) if step > 1 else ibis.literal(value=False)
            table = table.mutate(**{named[key]: codes, _UNEVEN: table[_UNEVEN] | odd})
        places[name] = named[key]
    return table, places


@dataclass(frozen=True, eq=False)
class _Piece:
    """What is known of the cells of one part.

    Attributes:
        numbers: The cells.
        counts: By measure and column.
        percentiles: By measure.
    """

    numbers: Integers
    counts: Mapping[str, Mapping[str, Integers]]
    percentiles: Mapping[str, Percentiles]


@dataclass(frozen=True, eq=False)
class _Work:
    """Parts of the records with what is asked of them.

    Attributes:
        parts: The records by the remainder of their cell's number, which is left out here: the quotient is the cell.
        count: How many parts.
        cells: How many cells each may have.
        places: Where the codes of each measure stand.
        asked: By measure.
        step: Microseconds of one step of a length.
    """

    parts: Parts
    count: int
    cells: int
    places: Mapping[str, str]
    asked: Mapping[str, _Asked]
    step: int

    def pieces(self, part: int) -> Iterator[_Piece]:
        """Yield the answers for a part: for its small cells together, and for each large one."""
        large = self._large_cells(part)
        local = self._column(part, _CELL, large) // self.count
        many = np.bincount(local)
        present = np.flatnonzero(many)
        order = _order(local, len(many))
        yield self._piece(
            present * self.count + part,
            lambda place: sort_cells(self._column(part, place, large)[order], many[present], -_OUTSIDE, step=self.step),
        )
        for cell in large.tolist():
            number = np.array([cell * self.count + part])
            yield self._piece(number, partial(self._large_cell, part, cell))

    def _large_cells(self, part: int) -> Integers:
        """Return the cells of a part whose lengths are too many to be sorted in memory."""
        many, most = np.zeros(self.cells, np.int64), _LARGE * spilling.ROWS_OF_A_PART
        if self.parts.rows(part) > most:
            for (cells,) in self.parts.chunks(part, [_CELL]):
                many += np.bincount(cells // self.count, minlength=self.cells)
        return np.flatnonzero(many > most)

    def _column(self, part: int, name: str, without: Integers) -> Whole:
        """Return a column of a part without the rows of some cells."""
        if not len(without):
            return self.parts.column(part, name)
        chunks = self.parts.chunks(part, [_CELL, name])
        return np.concatenate([values[~np.isin(cells // self.count, without)] for cells, values in chunks])

    def _large_cell(self, part: int, cell: int, place: str) -> LargeCell:
        def chunks() -> Iterator[Whole]:
            return (codes[cells // self.count == cell] for cells, codes in self.parts.chunks(part, [_CELL, place]))

        return LargeCell(chunks, -_OUTSIDE, step=self.step)

    def _piece(self, numbers: Integers, lengths_at: Callable[[str], Lengths]) -> _Piece:
        counts, percentiles = {}, {}
        for place in dict.fromkeys(self.places.values()):
            lengths = lengths_at(place)
            for name in (name for name, other in self.places.items() if other == place):
                counts[name] = judged(lengths)
                percentiles[name] = self.asked[name].of(lengths, counts[name]["finished"] + counts[name]["open"])
        return _Piece(numbers, counts, percentiles)


def _order(local: Whole, size: int) -> Integers:
    """Return the rows in the order of their cells; numbers of 16 bits are sorted by counting."""
    return np.argsort(local.astype(np.uint16) if size <= 1 << 16 else local, kind="stable")


def _joined(pieces: Sequence[_Piece], numbering: Numbering) -> Gathered:
    numbers = np.concatenate([piece.numbers for piece in pieces])
    order = np.argsort(numbers)
    counts = {
        name: {label: np.concatenate([piece.counts[name][label] for piece in pieces])[order] for label in labels}
        for name, labels in pieces[0].counts.items()
    }
    percentiles = {
        name: Percentiles.joined([piece.percentiles[name] for piece in pieces], order) for name in pieces[0].percentiles
    }
    return Gathered(numbering.cells(numbers[order]), counts, {name: {} for name in counts}, percentiles)
