"""The lengths of all cases of many cells, sorted, for exact percentiles."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa

from sealmark.measure.records.spilling import Whole
from sealmark.measure.surveys.keys import Floats, Integers

__all__ = ["Lengths", "Percentiles", "SortedLengths", "sort_cells", "sort_lengths"]


class Lengths(ABC):
    """Lengths of cases of many cells, of which each can be asked for by its rank.

    Attributes:
        sizes: How many lengths each cell has.
        others: Cases without a length: code x cell, code -1 first.
    """

    sizes: Integers
    others: Integers

    @abstractmethod
    def at_rank(self, rank: Integers) -> Floats:
        """Return the length at a rank (from one) of each cell in microseconds; NaN where there is none."""

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


@dataclass(frozen=True, eq=False)
class SortedLengths(Lengths):
    """Sorted lengths, one stretch per cell.

    Attributes:
        values: Of all cases of all cells, in steps; codes below zero stand before the lengths of their cell.
        starts: Where the lengths of each cell begin.
        sizes: How many lengths each cell has.
        others: Cases without a length: code x cell, code -1 first.
        step: Microseconds of one step.
    """

    values: Whole
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


@dataclass(frozen=True, eq=False)
class Percentiles:
    """One percentile of many cells, in microseconds; NaN where it is not known.

    Attributes:
        value: Of all cases, those without an end counted as longer than all others.
        naive: Of the finished ones.
        lower: The order statistic that is the lower limit.
        upper: Likewise the upper one.
    """

    value: Floats
    naive: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, lengths: Lengths, share: Decimal, base: Integers, ranks: tuple[Integers, Integers]) -> Percentiles:
        """Return the percentile at a share, over a base of cases; limits lie at ranks from one."""
        lower, upper = (lengths.at_rank(rank) for rank in ranks)
        return cls(lengths.quantile(share, base), lengths.quantile(share, lengths.sizes), lower, upper)

    @classmethod
    def joined(cls, pieces: Sequence[Percentiles], order: Integers) -> Percentiles:
        """Return the percentiles of several groups of cells in one, in another order."""
        value, naive, lower, upper = (
            np.concatenate([np.zeros(0), *columns])[order]
            for columns in zip(*((one.value, one.naive, one.lower, one.upper) for one in pieces), strict=True)
        )
        return cls(value, naive, lower, upper)


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
        stop = filled + int(ends[-1] - ends[0])
        joined[filled:stop] = chunk.values.to_numpy(zero_copy_only=False)[ends[0] : ends[-1]]
        filled = stop
    found = sort_cells(joined, size, codes, step=step)
    return SortedLengths(joined, found.starts[order], found.sizes[order], found.others[:, order], step)


def sort_cells(joined: Whole, size: Integers, codes: int, *, step: int = 1) -> SortedLengths:
    """Return lengths of cells that stand one behind the other, sorted in their place.

    Args:
        joined: Whole numbers, below zero for cases without a length.
        size: How many numbers each cell has.
        codes: How many codes below zero there are.
        step: Microseconds of one step of a length.
    """
    ends = np.cumsum(size)
    starts = ends - size
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        joined[start:end].sort()
    coded = np.flatnonzero(joined < 0)
    owner = np.searchsorted(ends, coded, side="right")
    others = np.stack([np.bincount(owner[joined[coded] == -1 - code], minlength=len(size)) for code in range(codes)])
    left = others.sum(axis=0)
    return SortedLengths(joined, starts + left, size - left, others, step)
