"""How many rows repeat a case: exactly, and for numbered cases at the cost of reading the column."""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir

from sealmark.measure.engine import fetch

__all__ = ["repeated_rows"]

# One bit per possible number: no more of them than this many times the rows.
_SPARSEST = 64
_MOST_BITS = 1_000_000_000
# So many rows tell whether numbers may be ascending.
_PROBE = 10_000


@ibis.udf.agg.builtin(  # type: ignore[untyped-decorator]
    name="bitstring_agg", signature=((dtypes.int64, dtypes.int64, dtypes.int64), dtypes.binary)
)
def _seen(number: int, lowest: int, highest: int) -> bytes: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="bit_count", signature=((dtypes.binary,), dtypes.int64))  # type: ignore[untyped-decorator]
def _ones(bits: bytes) -> int: ...  # type: ignore[empty-body]


def repeated_rows(table: ir.Table, column: str) -> int:
    """Return how many rows have a value of the column that another row has already; missing values do not count.

    Args:
        table: The records.
        column: Integers that ascend need one look; in a narrow range they are marked in a string of bits; other
            values are compared.
    """
    values = table[column]
    if table.get_backend().name != "duckdb" or not isinstance(values.type(), dtypes.Integer):
        return _compared(table, values)
    if _ascending(table.limit(_PROBE), column) and _ascending(table, column):
        return 0
    ends = fetch(table.aggregate(rows=values.count(), lowest=values.min(), highest=values.max())).to_pylist()[0]
    if not ends["rows"] or ends["highest"] - ends["lowest"] >= min(_SPARSEST * ends["rows"], _MOST_BITS):
        return _compared(table, values)
    marked = _seen(values.cast("int64"), ends["lowest"], ends["highest"])
    return int(ends["rows"]) - int(fetch(table.aggregate(cases=_ones(marked))).column("cases")[0].as_py())


def _ascending(table: ir.Table, column: str) -> bool:
    """Tell whether every row has a larger value than the one read before it, whatever that is: then none repeats."""
    values = table[column]
    pairs = table.select(_number=values, _before=values.lag().over(ibis.window()))
    larger = (pairs["_number"] > pairs["_before"]).sum()
    found = fetch(pairs.aggregate(rows=pairs.count(), larger=larger)).to_pylist()[0]
    return int(found["rows"]) == int(found["larger"] or 0) + 1


def _compared(table: ir.Table, values: ir.Value) -> int:
    counts = fetch(table.aggregate(rows=values.count(), cases=values.nunique())).to_pylist()[0]
    return int(counts["rows"]) - int(counts["cases"])
