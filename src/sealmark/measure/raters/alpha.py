"""Krippendorff's alpha: reliability of any number of raters, with gaps, at four levels of measurement.

Alpha compares the disagreement inside subjects with that of marks paired by
chance (Krippendorff 2004, 2011). Squared differences need sums only: the cost
is linear in the marks. The ordinal level is the interval level on mid-ranks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import sparse

from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.core.estimates import Estimate
from sealmark.measure.raters.limits import symmetric
from sealmark.measure.raters.ratings import Ratings, require_single, require_values
from sealmark.measure.surveys.estimation import check_confidence
from sealmark.measure.surveys.keys import Floats, Integers, tally

__all__ = ["Alpha", "Level", "krippendorff_alpha"]

Level: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
_NEEDS: dict[Level, Literal["label", "order", "number"]] = {
    "nominal": "label", "ordinal": "order", "interval": "number", "ratio": "number",
}  # fmt: skip
_MOST_VALUES = 4_000
_CHUNK = 4_000_000


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha.

    Attributes:
        alpha: 1 full reliability, 0 what chance gives. Its interval takes the subjects as a sample.
        level: Of measurement.
        observed: Disagreement inside subjects.
        expected: Disagreement of marks paired by chance.
        subjects: With two marks or more.
        marks: On those subjects.
        unpaired: Marks on subjects that have no other.
    """

    alpha: Estimate
    level: Level
    observed: float
    expected: float
    subjects: int
    marks: int
    unpaired: int


@dataclass(frozen=True)
class _Paired:
    """Marks on subjects that have two or more: subject, value number, the values, marks per subject."""

    subject: Integers
    place: Integers
    values: Floats
    sizes: Floats

    @property
    def frequencies(self) -> Floats:
        return tally(self.place, np.ones(len(self.place)), len(self.values))

    def per_subject(self, values: Floats) -> Floats:
        return tally(self.subject, values, len(self.sizes))

    def per_value(self, values: Floats) -> Floats:
        return tally(self.place, values, len(self.values))


@dataclass(frozen=True)
class _Disagreement:
    """Sums of squared distances.

    Attributes:
        inside: Of each subject over its ordered pairs of marks.
        toward: Of each value to all marks.
        bend: What one more mark of a value adds through the scores; ordinal only.
    """

    inside: Floats
    toward: Floats
    bend: Floats


def krippendorff_alpha(ratings: Ratings, level: Level, *, confidence: float = 0.95) -> Alpha:
    """Return alpha at a level of measurement, with an interval from each subject's influence on it.

    Subjects with a single mark say nothing about agreement and are left out.
    The interval (t, subjects - 1 degrees of freedom) comes from the infinitesimal
    jackknife over subjects; it is cut at 1.

    Args:
        ratings: The marks of one item; gaps are allowed.
        level: ``nominal``, ``ordinal``, ``interval`` or ``ratio``.
        confidence: Level of the two-sided interval.

    Raises:
        SealmarkError: SM420 unknown level; SM421 fewer than two subjects with two marks; SM422 double
            cells; SM423 marks that the level does not allow; SM427 too many values; SM413 the confidence.

    Example:
        >>> from sealmark.measure.raters.ratings import ratings_from_matrix
        >>> nan = float("nan")
        >>> marks = ratings_from_matrix([[1, 1, nan], [2, 2, 3], [3, 3, 3], [3, 3, 3], [2, 2, 2], [1, 2, 3]])
        >>> round(float(krippendorff_alpha(marks, "ordinal").alpha.value), 3)
        0.593
    """
    check_confidence(confidence)
    if level not in _NEEDS:
        raise SealmarkError(Problem("SM420", f'There is no level "{level}".', fix=did_you_mean(level, _NEEDS)))
    require_values(ratings, _NEEDS[level], f"Alpha at the {level} level")
    require_single(ratings, "Krippendorff's alpha")
    paired = _paired(ratings)
    counts = len(paired.sizes), len(paired.subject), ratings.base - len(paired.subject)
    if len(paired.values) < 2:  # noqa: PLR2004
        return Alpha(Estimate.unknown("All marks are equal.", base=counts[0]), level, 0.0, 0.0, *counts)
    found = _disagreement(paired, level)
    total, frequencies = float(len(paired.subject)), paired.frequencies
    inside = found.inside / (paired.sizes - 1)
    above, below = float(inside.sum()), float(frequencies @ found.toward)
    observed, expected = above / total, below / (total * (total - 1))
    share = (total - 1) / below
    moved = paired.sizes * above / below + share * inside - 2 * share * above / below * _taken(paired, found.toward)
    error = float((moved + _taken(paired, found.bend)).std(ddof=1)) * math.sqrt(counts[0])
    limits = {"degrees": counts[0] - 1, "highest": 1.0}
    estimate = symmetric(1 - share * above, error, base=counts[0], confidence=confidence, **limits)
    return Alpha(estimate, level, observed, expected, *counts)


def _paired(ratings: Ratings) -> _Paired:
    sizes = np.bincount(ratings.subject)
    kept = sizes[ratings.subject] > 1
    if (sizes > 1).sum() < 2:  # noqa: PLR2004
        what = f"{int((sizes > 1).sum())} subjects have two marks or more."
        raise SealmarkError(Problem("SM421", what, fix="Let at least two subjects be marked twice."))
    number = np.cumsum(sizes > 1) - 1
    values, place = np.unique(ratings.marks[kept], return_inverse=True)
    return _Paired(number[ratings.subject[kept]], place, values, sizes[sizes > 1].astype(np.float64))


def _taken(paired: _Paired, per_value: Floats) -> Floats:
    """Return each subject's sum of a figure of its values."""
    return paired.per_subject(per_value[paired.place])


def _disagreement(paired: _Paired, level: Level) -> _Disagreement:
    if level == "nominal":
        return _nominal(paired)
    if level == "ratio":
        return _ratio(paired)
    if level == "interval":
        return _squared(paired, paired.values)
    ranks = np.cumsum(paired.frequencies) - paired.frequencies / 2
    found = _squared(paired, ranks)
    return _Disagreement(found.inside, found.toward, _bend(paired, ranks, found))


def _squared(paired: _Paired, scores: Floats) -> _Disagreement:
    """Return the disagreement when the distance is the difference of scores."""
    frequencies = paired.frequencies
    centred = scores - float(frequencies @ scores) / frequencies.sum()
    sums, squares = _taken(paired, centred), _taken(paired, centred**2)
    toward = frequencies.sum() * centred**2 + float(frequencies @ centred**2)
    return _Disagreement(2 * (paired.sizes * squares - sums**2), toward, np.zeros_like(scores))


def _bend(paired: _Paired, ranks: Floats, found: _Disagreement) -> Floats:
    """Return how alpha's share of disagreement moves when a mark more shifts the mid-ranks."""
    frequencies = paired.frequencies
    total = frequencies.sum()
    centred = ranks - float(frequencies @ ranks) / total
    weight = 1 / (paired.sizes - 1)
    own = paired.per_value((weight * paired.sizes)[paired.subject]) * centred
    others = paired.per_value((weight * _taken(paired, centred))[paired.subject])
    above, below = float((found.inside * weight).sum()), float(frequencies @ found.toward)
    slope = 4 * (own - others) / below - 4 * total * frequencies * centred * above / below**2
    beyond = slope.sum() - np.cumsum(slope)
    return np.asarray((total - 1) * (beyond + slope / 2))


def _nominal(paired: _Paired) -> _Disagreement:
    size = len(paired.values)
    cells, counts = np.unique(paired.subject * size + paired.place, return_counts=True)
    same = tally(cells // size, counts.astype(np.float64) ** 2, len(paired.sizes))
    frequencies = paired.frequencies
    return _Disagreement(paired.sizes**2 - same, frequencies.sum() - frequencies, np.zeros(size))


def _ratio(paired: _Paired) -> _Disagreement:
    values, size = paired.values, len(paired.values)
    if values[0] < 0:
        what = f"The ratio level has no marks below zero, here is {values[0]:g}."
        raise SealmarkError(Problem("SM423", what, fix="Use the interval level."))
    if size > _MOST_VALUES:
        what = f"The marks take {size:,} values, the ratio level works with {_MOST_VALUES:,}."
        raise SealmarkError(Problem("SM427", what, fix="Round the marks, or use the interval level."))
    sums = values[:, None] + values
    apart = ((values[:, None] - values) / np.where(sums > 0, sums, 1.0)) ** 2
    ones = np.ones(len(paired.subject))
    table = sparse.coo_array((ones, (paired.subject, paired.place)), shape=(len(paired.sizes), size)).tocsr()
    step = max(1, _CHUNK // size)
    parts = [table[i : i + step] for i in range(0, table.shape[0], step)]
    inside = np.concatenate([(part * (part @ apart)).sum(axis=1) for part in parts])
    return _Disagreement(np.asarray(inside).ravel(), apart @ paired.frequencies, np.zeros(size))
