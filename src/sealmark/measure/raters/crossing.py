"""What the likelihood of crossed random effects depends on: sums per cell of marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.surveys.keys import Floats, Integers, tally

__all__ = ["Crossing", "cross"]

_MOST_KEPT = 6_000
_MOST_DENSE = 30_000_000
# A multiplication costs this many times more in a sparse product than in a dense one.
_DENSE_GAIN = 60


@dataclass(frozen=True)
class Crossing:
    """Marks summed by cell, and their cross-products with the largest factor set apart.

    The largest factor's own block of the equations is diagonal and is eliminated;
    the other factors and the fixed means are the *kept* columns, in that order.

    Attributes:
        codes: Factor x cell: the level of every cell.
        sizes: Levels of every factor.
        group: The fixed mean that a cell belongs to.
        groups: Number of fixed means.
        count: Marks in every cell.
        mean: Mean mark of every cell, less ``origin``.
        within: Sum of squares inside the cells.
        origin: The mean of all marks.
    """

    codes: Integers
    sizes: tuple[int, ...]
    group: Integers
    groups: int
    count: Floats
    mean: Floats
    within: float
    origin: float

    @property
    def base(self) -> int:
        """The number of marks."""
        return int(self.count.sum())

    @property
    def big(self) -> int:
        """The factor to eliminate."""
        return int(np.argmax(self.sizes))

    @property
    def kept(self) -> tuple[int, ...]:
        """The other factors."""
        return tuple(factor for factor in range(len(self.sizes)) if factor != self.big)

    @property
    def random_columns(self) -> int:
        """Kept columns that are random effects."""
        return sum(self.sizes[factor] for factor in self.kept)

    def columns_of(self, factor: int) -> slice:
        """Return the kept columns of a factor."""
        start = sum(self.sizes[other] for other in self.kept if other < factor)
        return slice(start, start + self.sizes[factor])

    @cached_property
    def incidence(self) -> sparse.csr_array:
        """Cell x kept column: which levels a cell has."""
        columns = [self.codes[factor] + self.columns_of(factor).start for factor in self.kept]
        columns.append(self.group + self.random_columns)
        places = np.stack(columns, axis=1).ravel()
        starts = np.arange(0, len(places) + 1, len(columns))
        width = self.random_columns + self.groups
        return sparse.csr_array((np.ones(len(places)), places, starts), shape=(len(self.count), width))

    @cached_property
    def bridge(self) -> sparse.csr_array:
        """Level of the big factor x kept column: marks in common."""
        cells = np.arange(len(self.count))
        shape = (self.sizes[self.big], len(cells))
        levels = sparse.coo_array((self.count, (self.codes[self.big], cells)), shape=shape)
        return (levels.tocsr() @ self.incidence).tocsr()

    @cached_property
    def gram(self) -> Floats:
        """Kept column x kept column: marks in common."""
        weighted = self.incidence.copy()
        weighted.data = np.repeat(self.count, len(self.sizes))
        return np.asarray((self.incidence.T.tocsr() @ weighted).toarray())

    @cached_property
    def kept_sums(self) -> Floats:
        """Sum of the marks of every kept column."""
        return np.asarray(self.incidence.T @ (self.count * self.mean))

    @cached_property
    def big_sums(self) -> Floats:
        """Sum of the marks of every level of the big factor."""
        return self.level_sums(self.big, self.count * self.mean)

    @cached_property
    def big_counts(self) -> Floats:
        """Marks of every level of the big factor."""
        return self.level_sums(self.big, self.count)

    def level_sums(self, factor: int, values: Floats) -> Floats:
        """Return the sum over the cells of every level of a factor."""
        return tally(self.codes[factor], values, self.sizes[factor])

    @cached_property
    def _dense(self) -> Floats | None:
        """The bridge as an array where dense products cost less than sparse ones."""
        rows = np.diff(self.bridge.indptr).astype(np.float64)
        size, width = self.bridge.shape
        pays = _DENSE_GAIN * float(rows @ rows) > size * width**2
        return self.bridge.toarray() if pays and size * width < _MOST_DENSE else None

    def weighted_square(self, weights: Floats) -> Floats:
        """Return bridge' diag(weights) bridge."""
        if self._dense is not None:
            return np.asarray((self._dense.T * weights) @ self._dense)
        right = self.bridge.copy()
        right.data = right.data * np.repeat(weights, np.diff(right.indptr))
        return np.asarray((self._turned @ right).toarray())

    @cached_property
    def _turned(self) -> sparse.csr_array:
        return self.bridge.T.tocsr()


def cross(factors: Sequence[tuple[Integers, int]], marks: Floats, *, group: Integers | None = None) -> Crossing:
    """Return the marks summed by cell.

    Args:
        factors: Level of every mark and number of levels, for each random factor.
        marks: The marks.
        group: The fixed mean of every mark; one mean for all when absent.

    Raises:
        SealmarkError: SM427 all factors but the largest have more levels than a dense solution holds.
    """
    group = np.zeros(len(marks), dtype=np.int64) if group is None else group
    sizes = tuple(size for _, size in factors)
    kept = sum(sizes) - max(sizes)
    if kept > _MOST_KEPT:
        what = f"The factors besides the largest have {kept:,} levels, more than the {_MOST_KEPT:,} that can be solved."
        raise SealmarkError(Problem("SM427", what, fix="Analyse groups of linked raters by themselves."))
    place = np.zeros(len(marks), dtype=np.int64)
    for codes, size in (*factors, (group, int(group.max()) + 1)):
        place = place * size + codes
    _, first, cell = np.unique(place, return_index=True, return_inverse=True)
    origin = float(marks.mean())
    centred = marks - origin
    count = np.bincount(cell).astype(np.float64)
    mean = tally(cell, centred, len(count)) / count
    within = float(((centred - mean[cell]) ** 2).sum())
    codes = np.stack([codes[first] for codes, _ in factors])
    return Crossing(codes, sizes, group[first], int(group.max()) + 1, count, mean, within, origin)
