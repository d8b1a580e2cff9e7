"""The lengths of all cases of many cells, sorted, for exact percentiles."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sealmark.measure.surveys.keys import Floats, Integers

__all__ = ["SortedLengths", "sort_lengths"]


@dataclass(frozen=True, eq=False)
class SortedLengths:
    """Sorted lengths, one stretch per cell.

    Attributes:
        values: Of all cases of all cells, in steps; codes below zero stand before the lengths of their cell.
        starts: Where the lengths of each cell begin.
        sizes: How many lengths each cell has.
        others: Cases without a length: code x cell, code -1 first.
        step: Microseconds of one step.
    """

    values: npt.NDArray[np.signedinteger[Any]]
    starts: Integers
    sizes: Integers
    others: Integers
    step: int = 1

    def at_rank(self, rank: Integers) -> Floats:
        """Return the length at a rank (from one) of each cell in microseconds; NaN where there is none."""
        known = (rank >= 1) & (rank <= self.sizes)
        found = np.full(len(rank), np.nan)
        found[known] = self.values[self.starts[known] + rank[known] - 1].astype(np.int64) * self.step
        return found

    def quantile(self, share: Decimal, base: Integers) -> Floats:
        """Return the interpolated quantile (type 7) of each cell; NaN where it lies among cases without a length.

        Args:
            share: Between 0 and 1.
            base: How many cases each cell has; those beyond its lengths count as longer than all.
        """
        # Whole numbers, so that a rank such as 1 + 10 x 0.9 is exactly 10.
        exact = Fraction(share)
        above = np.maximum(base - 1, 0) * exact.numerator
        below, rest = above // exact.denominator + 1, above % exact.denominator
        low, high = self.at_rank(below), self.at_rank(below + 1)
        return np.asarray(np.where(rest == 0, low, low + rest / exact.denominator * (high - low)))


def sort_lengths(column: pa.ChunkedArray, order: Integers, codes: int, *, step: int = 1) -> SortedLengths:
    """Return lists of lengths sorted within each, cells in another order.

    Args:
        column: A list of whole numbers per row, below zero for cases without a length; a missing list is an empty one.
        order: Row of each cell.
        codes: How many codes below zero there are.
        step: Microseconds of one step of a length.

    Example:
        >>> found = sort_lengths(pa.chunked_array([[[30, -1, 20], None]]), np.array([1, 0]), 1)
        >>> found.sizes.tolist(), found.others.tolist(), found.at_rank(np.array([1, 2])).tolist()
        ([0, 2], [[0, 1]], [nan, 30.0])
    """
    offsets = [np.asarray(chunk.offsets, np.int64) for chunk in column.chunks]
    size = np.concatenate([np.zeros(0, np.int64), *(np.diff(ends) for ends in offsets)])
    joined, filled = np.empty(int(size.sum()), column.type.value_type.to_pandas_dtype()), 0
    for chunk, ends in zip(column.chunks, offsets, strict=True):
        inside = joined[filled : filled + ends[-1] - ends[0]]
        inside[:] = chunk.values.to_numpy(zero_copy_only=False)[ends[0] : ends[-1]]
        for start, end in zip((ends[:-1] - ends[0]).tolist(), (ends[1:] - ends[0]).tolist(), strict=True):
            inside[start:end].sort()
        filled += len(inside)
    starts = np.cumsum(size) - size
    coded = np.flatnonzero(joined < 0)
    owner = np.searchsorted(starts + size, coded, side="right")
    others = np.stack([np.bincount(owner[joined[coded] == -1 - code], minlength=len(size)) for code in range(codes)])
    left = others.sum(axis=0)
    return SortedLengths(joined, (starts + left)[order], (size - left)[order], others[:, order], step)
