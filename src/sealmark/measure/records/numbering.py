"""Cells as whole numbers from zero, in the order of their values, missing last."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from sealmark.measure.engine import fetch, keep_table
from sealmark.measure.surveys.keys import Integers

__all__ = ["Numbering", "numbered"]

# So far apart may the values of whole numbers lie that numbers are worked out instead of looked up.
_WIDEST = 1 << 24


@dataclass(frozen=True)
class Numbering:
    """What the numbers of cells stand for: the ends of whole numbers, or a list of the cells.

    Attributes:
        schema: The columns of a cell.
        size: How many numbers there are; not each must have a cell.
        ends: Lowest value of each column, and how many values there are with missing, which is the last.
        listed: The cells; None where the ends say it all.
    """

    schema: pa.Schema
    size: int
    ends: Sequence[tuple[int, int]] = ()
    listed: pa.Table | None = None

    def cells(self, numbers: Integers) -> pa.Table:
        """Return the cells with some numbers, one row each."""
        if self.listed is not None:
            return self.listed.take(pa.array(numbers))
        # What is lowest may lie beyond what the numbers themselves can hold.
        columns, rest = {}, numbers.astype("int64")
        for field, (lowest, width) in zip(reversed(list(self.schema)), reversed(self.ends), strict=True):
            rest, value = rest // width, rest % width
            columns[field.name] = pa.array(value + lowest, pa.int64(), mask=value == width - 1).cast(field.type)
        return pa.table({name: columns[name] for name in self.schema.names}, schema=self.schema)


def numbered(table: ir.Table, by: Sequence[str]) -> tuple[ir.Table, Numbering]:
    """Return a DuckDB table with ``_cell``, the number of each row's cell, and what the numbers stand for."""
    schema = table.select(list(by)).schema().to_pyarrow() if by else pa.schema([])
    ends = _ends(table, by)
    size = math.prod(width for _, width in ends) if ends is not None else _WIDEST + 1
    if ends is not None and size <= _WIDEST:
        number: ir.Value = ibis.literal(0, "int32")
        for name, (lowest, width) in zip(by, ends, strict=True):
            value = (table[name].cast("int64") - lowest).cast("int32")
            number = number * width + ibis.coalesce(value, ibis.literal(width - 1, "int32"))
        return table.mutate(_cell=number.cast("int32")), Numbering(schema, size, ends)
    return _looked_up(table, by, schema)


def _ends(table: ir.Table, by: Sequence[str]) -> list[tuple[int, int]] | None:
    """Return the ends of the columns, from what a Parquet file knows unread; None where one is no whole number."""
    kinds = [table[name].type() for name in by]
    if not all(isinstance(kind, dtypes.Integer) and not isinstance(kind, dtypes.UInt64) for kind in kinds):
        return None
    ends = {f"{end}{place}": getattr(table[name], end)() for place, name in enumerate(by) for end in ("min", "max")}
    (row,) = fetch(table.aggregate(**ends)).to_pylist() if by else ({},)
    lowest = [row[f"min{place}"] or 0 for place in range(len(by))]
    return [(low, (row[f"max{place}"] or 0) - low + 2) for place, low in enumerate(lowest)]


def _looked_up(table: ir.Table, by: Sequence[str], schema: pa.Schema) -> tuple[ir.Table, Numbering]:
    found = fetch(table.select(list(by)).distinct())
    found = found.take(pc.sort_indices(found, [(name, "ascending") for name in by]))
    listed = found.rename_columns([f"_of_{name}" for name in by])
    size = listed.num_rows
    kept = keep_table(listed.append_column("_cell", pa.array(range(size), pa.int32())), table.get_backend())
    joined = table.inner_join(kept, [table[name].identical_to(kept[f"_of_{name}"]) for name in by])
    return joined.drop(*listed.column_names), Numbering(schema, size, listed=found)
