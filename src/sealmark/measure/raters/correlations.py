"""Intraclass correlations: how much of the marks' spread is the subjects'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.measure.raters.limits import bounded
from sealmark.measure.raters.ratings import Ratings, require_single, require_values
from sealmark.measure.surveys.estimation import check_confidence
from sealmark.measure.surveys.keys import Floats

__all__ = ["IntraclassCorrelations", "MeanSquares", "complete_matrix", "intraclass_correlations"]

_FORMS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")


@dataclass(frozen=True)
class MeanSquares:
    """Two-way analysis of variance of a complete table, one mark per cell.

    Attributes:
        subjects: Between subjects.
        raters: Between raters.
        residual: What neither explains.
        within: Within subjects: raters and residual together.
        rows: Subjects.
        columns: Raters.
    """

    subjects: float
    raters: float
    residual: float
    within: float
    rows: int
    columns: int


@dataclass(frozen=True)
class IntraclassCorrelations:
    """The six forms of Shrout and Fleiss (1979).

    Attributes:
        forms: By name. First number: 1 each subject has raters of its own, 2 the raters are a
            sample of raters, 3 these raters and no others. Second: 1 a single mark, k the mean of all raters.
        mean_squares: What they are computed from.
    """

    forms: Mapping[str, Estimate]
    mean_squares: MeanSquares

    def __getitem__(self, form: str) -> Estimate:
        """Return one form, for example ``ICC(2,1)``."""
        return self.forms[form]


def intraclass_correlations(ratings: Ratings, *, confidence: float = 0.95) -> IntraclassCorrelations:
    """Return all six intraclass correlations with intervals (Shrout and Fleiss 1979, McGraw and Wong 1996).

    ICC(2,.) asks whether raters give the same marks (absolute agreement), ICC(3,.)
    whether they keep the same distances. Negative values are possible and left as they are.

    Raises:
        SealmarkError: SM421 fewer than two raters or subjects; SM422 empty or double cells;
            SM423 marks that are not numbers; SM413 the confidence.

    Example:
        >>> from sealmark.measure.raters.ratings import ratings_from_matrix
        >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
        >>> found = intraclass_correlations(ratings_from_matrix(table))
        >>> [round(float(found[form].value), 2) for form in ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)")]
        [0.17, 0.29, 0.71]
    """
    check_confidence(confidence)
    require_values(ratings, "number", "An intraclass correlation")
    squares = _mean_squares(complete_matrix(ratings, "An intraclass correlation"))
    if squares.subjects + squares.within == 0:
        nothing = Estimate.unknown("All marks are equal.", base=ratings.base)
        return IntraclassCorrelations(dict.fromkeys(_FORMS, nothing), squares)
    values = zip(_FORMS, _values(squares), _limits(squares, (1 + confidence) / 2), strict=True)
    forms = {form: _form(value, limits, ratings.base, confidence) for form, value, limits in values}
    return IntraclassCorrelations(forms, squares)


def complete_matrix(ratings: Ratings, purpose: str) -> Floats:
    """Return the marks as subjects x raters, without a gap.

    Raises:
        SealmarkError: SM421 fewer than two raters or subjects; SM422 gaps, double cells, several items.
    """
    require_single(ratings, purpose)
    shape = (len(ratings.subjects), len(ratings.raters))
    if min(shape) < 2:  # noqa: PLR2004
        what = f"{purpose} needs two subjects and two raters, here are {shape[0]} and {shape[1]}."
        raise SealmarkError(Problem("SM421", what, fix="Give more marks."))
    if ratings.base < shape[0] * shape[1]:
        counts = np.bincount(ratings.subject, minlength=shape[0])
        what = f"{int((counts < shape[1]).sum())} of {shape[0]} subjects lack the mark of a rater."
        fix = "Leave them out, or use krippendorff_alpha() or crossed_effects(), which allow gaps."
        raise SealmarkError(Problem("SM422", what, fix=fix))
    matrix = np.empty(shape)
    matrix[ratings.subject, ratings.rater] = ratings.marks
    return matrix


def _mean_squares(matrix: Floats) -> MeanSquares:
    rows, columns = matrix.shape
    centred = matrix - matrix.mean()
    row, column = centred.mean(axis=1), centred.mean(axis=0)
    rest = centred - row[:, None] - column
    subjects, raters = columns * float(row @ row), rows * float(column @ column)
    residual = float((rest**2).sum())
    tiny = np.finfo(float).eps * (subjects + raters + residual) * 4
    subjects, raters, residual = (part if part > tiny else 0.0 for part in (subjects, raters, residual))
    return MeanSquares(
        subjects / (rows - 1),
        raters / (columns - 1),
        residual / ((rows - 1) * (columns - 1)),
        (raters + residual) / (rows * (columns - 1)),
        rows,
        columns,
    )


def _values(squares: MeanSquares) -> list[float]:
    between, error, within = squares.subjects, squares.residual, squares.within
    raters, n, k = squares.raters, squares.rows, squares.columns
    single_random = (between - error, between + (k - 1) * error + k * (raters - error) / n)
    mean_random = (between - error, between + (raters - error) / n)
    return [
        _share(between - within, between + (k - 1) * within),
        _share(*single_random),
        _share(between - error, between + (k - 1) * error),
        _share(between - within, between),
        _share(*mean_random),
        _share(between - error, between),
    ]


def _limits(squares: MeanSquares, level: float) -> list[tuple[float, float]]:
    n, k, between = squares.rows, squares.columns, squares.subjects
    one = _ratio_limits(between, squares.within, degrees=(n - 1, n * (k - 1)), level=level)
    three = _ratio_limits(between, squares.residual, degrees=(n - 1, (n - 1) * (k - 1)), level=level)
    two = _random_limits(squares, level)
    single = [_of_ratio(one, k), two, _of_ratio(three, k)]
    means = [_of_ratio(one, 1), (_stepped(two[0], k), _stepped(two[1], k)), _of_ratio(three, 1)]
    return [*single, *means]


def _ratio_limits(above: float, below: float, *, degrees: tuple[int, int], level: float) -> list[tuple[float, float]]:
    """Return the limits of the F ratio as pairs of what stands above and below."""
    first, second = degrees
    lower = float(special.fdtri(first, second, level))
    upper = float(special.fdtri(second, first, level))
    return [(above, below * lower), (above * upper, below)]


def _of_ratio(pairs: list[tuple[float, float]], k: int) -> tuple[float, float]:
    """Return (F - 1) / (F + k - 1) of both limits; for the mean of the raters k is 1."""
    low, high = (_share(above - below, above + (k - 1) * below) for above, below in pairs)
    return low, high


def _random_limits(squares: MeanSquares, level: float) -> tuple[float, float]:
    """Limits of ICC(2,1) with Satterthwaite's degrees of freedom, multiplied out so that no error is allowed."""
    n, k, between = squares.rows, squares.columns, squares.subjects
    raters, error, value = squares.raters, squares.residual, _values(squares)[1]
    first, second = k * value * raters, (n * (1 + (k - 1) * value) - k * value) * error
    below = (n - 1) * first**2 + second**2
    degrees = (k - 1) * (n - 1) * (first + second) ** 2 / below if below > 0 else (k - 1) * (n - 1)
    low_f, high_f = (float(special.fdtri(*pair, level)) for pair in ((n - 1, degrees), (degrees, n - 1)))
    rest = k * raters + (k * n - k - n) * error
    low = _share(n * (between - low_f * error), low_f * rest + n * between)
    return low, _share(n * (high_f * between - error), rest + n * high_f * between)


def _stepped(value: float, k: int) -> float:
    """Return the reliability of a mean of k marks (Spearman and Brown)."""
    return _share(k * value, 1 + (k - 1) * value)


def _share(above: float, below: float) -> float:
    return above / below if below != 0 else float("nan")


def _form(value: float, limits: tuple[float, float], base: int, confidence: float) -> Estimate:
    if not np.isfinite([value, *limits]).all():
        return Estimate.unknown("The subjects do not differ at all.", base=base)
    return bounded(value, limits, base=base, confidence=confidence)
