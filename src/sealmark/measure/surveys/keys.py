"""Turn the key columns of small result tables into numbers, and columns into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Floats", "Integers", "Key", "column_of", "number_keys", "rank_keys", "tally"]

Key: TypeAlias = "tuple[object, ...]"
Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]


def column_of(table: pa.Table, name: str) -> Floats:
    """Return a column as doubles; missing becomes NaN."""
    values = table.column(name).cast(pa.float64(), safe=False)
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def tally(place: Integers, values: npt.ArrayLike, size: int) -> Floats:
    """Return the sum of the values that fall on each place, as doubles.

    Example:
        >>> tally(np.array([0, 1, 0]), [1, 2, 3], 3)
        array([4., 2., 0.])
    """
    return np.bincount(place, np.asarray(values, dtype=np.float64), size).astype(np.float64)


def number_keys(table: pa.Table, names: Sequence[str]) -> tuple[Integers, list[Key]]:
    """Return for each row the number of its key, and the keys in sorted order, missing last.

    Example:
        >>> number_keys(pa.table({"a": ["y", "x", "y"]}), ["a"])
        (array([1, 0, 1]), [('x',), ('y',)])
    """
    numbers = rank_keys(table, names)
    if not names:
        return numbers, [()] if table.num_rows else []
    first = np.unique(numbers, return_index=True)[1]
    parts = [table.column(name).take(pa.array(first)).to_pylist() for name in names]
    return numbers, list(zip(*parts, strict=True))


def rank_keys(table: pa.Table, names: Sequence[str]) -> Integers:
    """Return for each row the number of its key in sorted order, missing last.

    Example:
        >>> rank_keys(pa.table({"a": ["y", "x", "y"]}), ["a"])
        array([1, 0, 1])
    """
    numbers = np.zeros(table.num_rows, dtype=np.int64)
    for name in names:
        codes = _codes(table.column(name))
        span = int(codes.max(initial=0)) + 1
        numbers = np.unique(numbers * span + codes, return_inverse=True)[1].astype(np.int64)
    return numbers


def _codes(column: pa.ChunkedArray) -> Integers:
    """Return the rank of each value among the distinct ones, missing last."""
    encoded = pc.dictionary_encode(column.combine_chunks(), null_encoding="encode")
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    order = np.asarray(pc.sort_indices(encoded.dictionary))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return np.asarray(rank[np.asarray(encoded.indices)], dtype=np.int64)
