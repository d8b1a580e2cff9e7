"""The lengths of all cases of many cells, sorted, for exact percentiles."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sealmark.measure.surveys.keys import Floats, Integers

__all__ = ["LONGEST", "SortedLengths", "sort_lengths"]

LONGEST = 2**31 - 1
"""Largest number of whole seconds that is kept in four bytes: 68 years."""


@dataclass(frozen=True, eq=False)
class SortedLengths:
    """Sorted lengths, one stretch per cell.

    Attributes:
        values: Of all cells, one stretch after the other in any order.
        starts: Where the stretch of each cell begins.
        sizes: How many lengths each cell has.
        unit: Microseconds that one step of ``values`` counts for.
    """

    values: npt.NDArray[np.integer]
    starts: Integers
    sizes: Integers
    unit: int

    def at_rank(self, rank: Integers) -> Floats:
        """Return the length in microseconds at a rank (from one) of each cell; NaN where there is none."""
        known = (rank >= 1) & (rank <= self.sizes)
        found = np.full(len(rank), np.nan)
        found[known] = self.values[self.starts[known] + rank[known] - 1].astype(np.float64) * self.unit
        return found

    def quantile(self, share: Decimal, base: Integers) -> Floats:
        """Return the interpolated quantile (type 7) in microseconds among ``base`` cases, the missing ones longest.

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


def sort_lengths(column: pa.ChunkedArray, order: Integers, unit: int) -> SortedLengths:
    """Return lists of lengths sorted within each, cells in another order.

    Args:
        column: A list per row; a missing list is an empty one.
        order: Row of each cell.
        unit: Microseconds that one step counts for.

    Example:
        >>> found = sort_lengths(pa.chunked_array([[[3, 1, 2], None]]), np.array([1, 0]), 1)
        >>> found.sizes.tolist(), found.at_rank(np.array([1, 2])).tolist()
        ([0, 3], [nan, 2.0])
    """
    values, starts, sizes, filled = [], [], [], 0
    for chunk in column.chunks:
        ends = np.asarray(chunk.offsets, np.int64)
        inside = np.array(chunk.values.to_numpy(zero_copy_only=False)[ends[0] : ends[-1]])
        ends -= ends[0]
        for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
            inside[start:end].sort()
        values.append(inside)
        starts.append(ends[:-1] + filled)
        sizes.append(np.diff(ends))
        filled += len(inside)
    joined = np.concatenate(values) if values else np.zeros(0, np.int64)
    return SortedLengths(joined, np.concatenate(starts)[order], np.concatenate(sizes)[order], unit)
