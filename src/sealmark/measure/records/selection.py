"""Lengths at ranks in one very large cell, whose lengths are read several times and never lie in memory together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TypeAlias

import numpy as np

from sealmark.measure.records.lengths import Lengths
from sealmark.measure.records.spilling import Whole
from sealmark.measure.surveys.keys import Floats, Integers

__all__ = ["LargeCell"]

Chunks: TypeAlias = Callable[[], Iterator[Whole]]

_BITS = 16
FEW = 1_000_000


class LargeCell(Lengths):
    """The lengths of one cell, in chunks that can be read again.

    Args:
        chunks: Whole numbers in steps, below zero for cases without a length; called for each reading.
        codes: How many codes below zero there are.
        step: Microseconds of one step.
    """

    def __init__(self, chunks: Chunks, codes: int, *, step: int) -> None:
        self._chunks, self._step = chunks, step
        others, size, longest = np.zeros(codes, np.int64), 0, 0
        for chunk in chunks():
            coded = chunk < 0
            others += np.bincount(-1 - chunk[coded], minlength=codes)
            size += len(chunk) - int(coded.sum())
            longest = max(longest, int(chunk.max(initial=0)))
        self.sizes, self.others, self._longest = np.array([size]), others[:, None], longest

    @cached_property
    def _values(self) -> _Values:
        return _Values(lambda: (chunk[chunk >= 0] for chunk in self._chunks()), 0, self._longest.bit_length())

    def at_rank(self, rank: Integers) -> Floats:
        """Return the length at a rank (from one) in microseconds; NaN where there is none."""
        (place,) = rank.tolist()
        return np.array([self._values.at(place - 1) * self._step if 1 <= place <= self.sizes[0] else np.nan], float)


class _Values:
    """Whole numbers from a lowest one on, counted by their first bits; a few with the same ones are sorted."""

    def __init__(self, chunks: Chunks, lowest: int, bits: int) -> None:
        self._chunks, self._lowest, self._shift = chunks, lowest, max(bits - _BITS, 0)
        counts = np.zeros(1 << min(bits, _BITS), np.int64)
        for chunk in chunks():
            counts += np.bincount((chunk - lowest) >> self._shift, minlength=len(counts))
        self._ends = np.cumsum(counts)
        self._known: dict[int, Whole | _Values] = {}

    def at(self, place: int) -> int:
        """Return the number that stands at a place, from zero, when all are sorted."""
        first = int(np.searchsorted(self._ends, place, side="right"))
        if self._shift == 0:
            return self._lowest + first
        if first not in self._known:
            self._known[first] = self._inside(first)
        inside, rest = self._known[first], place - (int(self._ends[first - 1]) if first else 0)
        return inside.at(rest) if isinstance(inside, _Values) else int(inside[rest])

    def _inside(self, first: int) -> Whole | _Values:
        low = self._lowest + (first << self._shift)
        high = low + (1 << self._shift)

        def chunks() -> Iterator[Whole]:
            return (chunk[(chunk >= low) & (chunk < high)] for chunk in self._chunks())

        if np.diff(self._ends, prepend=0)[first] > FEW:
            return _Values(chunks, low, self._shift)
        return np.sort(np.concatenate(list(chunks())))
