"""Agreement on categories beyond chance: Cohen's kappa for two raters, Fleiss' for many."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.core.estimates import Estimate
from sealmark.measure.raters.limits import symmetric
from sealmark.measure.raters.ratings import Ratings, require_single, require_values
from sealmark.measure.surveys.estimation import check_confidence
from sealmark.measure.surveys.keys import Floats, tally

__all__ = ["Kappa", "Weights", "cohen_kappa", "fleiss_kappa"]

Weights: TypeAlias = Literal["none", "linear", "quadratic"]
_WEIGHTS = ("none", "linear", "quadratic")


@dataclass(frozen=True)
class Kappa:
    """Agreement beyond chance.

    Attributes:
        kappa: 1 full agreement, 0 what chance gives, below 0 less than that.
        observed: Agreement found, a share; weighted when kappa is.
        expected: Agreement that the raters' habits alone would give.
        categories: The categories that occur, in order.
        subjects: Subjects counted.
        left_out: Subjects left out because one of the two marks is missing.
    """

    kappa: Estimate
    observed: float
    expected: float
    categories: tuple[Hashable, ...]
    subjects: int
    left_out: int = 0


def cohen_kappa(ratings: Ratings, *, weights: Weights = "none", confidence: float = 0.95) -> Kappa:
    """Return the agreement of two raters (Cohen 1960, 1968), with its large-sample interval.

    Standard error of Fleiss, Cohen and Everitt (1969), normal quantile. Weights grow
    with the distance of the marks: of numbers their difference, of ordered names the places between.

    Raises:
        SealmarkError: SM421 not two raters, or no subject marked by both; SM422 double cells;
            SM423 labels cannot be weighted; SM420 unknown weights; SM413 the confidence.

    Example:
        >>> from sealmark.measure.raters.ratings import ratings_from_matrix
        >>> marks = [[0, 0]] * 20 + [[0, 1]] * 5 + [[1, 0]] * 10 + [[1, 1]] * 15
        >>> round(float(cohen_kappa(ratings_from_matrix(marks)).kappa.value), 3)
        0.4
    """
    check_confidence(confidence)
    if weights not in _WEIGHTS:
        raise SealmarkError(Problem("SM420", f'There are no weights "{weights}".', fix=did_you_mean(weights, _WEIGHTS)))
    require_values(ratings, "label" if weights == "none" else "order", "A weighted kappa")
    require_single(ratings, "Cohen's kappa")
    pairs = _pairs(ratings)
    values, places = np.unique(pairs, return_inverse=True)
    shares = tally(places.reshape(pairs.shape) @ np.array([len(values), 1]), np.ones(len(pairs)), len(values) ** 2)
    table = shares.reshape(len(values), -1) / len(pairs)
    agreement = _agreement(values, weights)
    observed = float((table * agreement).sum())
    expected = float(table.sum(axis=1) @ agreement @ table.sum(axis=0))
    left_out = len(ratings.subjects) - len(pairs)
    names = _names(ratings, values)
    if len(values) < 2:  # noqa: PLR2004
        nothing = Estimate.unknown("Both raters used a single category.", base=len(pairs))
        return Kappa(nothing, observed, expected, names, len(pairs), left_out)
    value = (observed - expected) / (1 - expected)
    error = _cohen_error(table, agreement, value, expected) / math.sqrt(len(pairs))
    estimate = symmetric(value, error, base=len(pairs), confidence=confidence, highest=1.0)
    return Kappa(estimate, observed, expected, names, len(pairs), left_out)


def fleiss_kappa(ratings: Ratings, *, confidence: float = 0.95) -> Kappa:
    """Return the agreement of any raters on categories (Fleiss 1971), each subject marked equally often.

    The interval takes the subjects as a sample (t with subjects - 1 degrees of
    freedom) and the variance from each subject's influence on kappa (Gwet 2008).

    Raises:
        SealmarkError: SM421 fewer than two marks per subject, or two subjects; SM422 unequal
            numbers of marks, or double cells; SM413 the confidence.

    Example:
        >>> from sealmark.measure.raters.ratings import ratings_from_matrix
        >>> found = fleiss_kappa(ratings_from_matrix([[1, 1, 1], [2, 2, 2], [1, 2, 2], [3, 3, 3]]))
        >>> round(float(found.kappa.value), 3)
        0.745
    """
    check_confidence(confidence)
    require_single(ratings, "Fleiss' kappa")
    per_subject = np.bincount(ratings.subject)
    marks, size = int(per_subject[0]), len(per_subject)
    if per_subject.min() < per_subject.max():
        what = f"Subjects have from {per_subject.min()} to {per_subject.max()} marks."
        raise SealmarkError(Problem("SM422", what, fix="Use krippendorff_alpha(), which allows gaps."))
    if marks < 2 or size < 2:  # noqa: PLR2004
        what = f"{size} subjects with {marks} marks each show no agreement."
        raise SealmarkError(Problem("SM421", what, fix="Give two subjects with two marks each."))
    values, place = np.unique(ratings.marks, return_inverse=True)
    counts = tally(ratings.subject * len(values) + place, np.ones(ratings.base), size * len(values))
    shares = counts.reshape(size, -1) / marks
    agreeing = (marks * (shares**2).sum(axis=1) - 1) / (marks - 1)
    overall = shares.mean(axis=0)
    observed, expected = float(agreeing.mean()), float(overall @ overall)
    names = _names(ratings, values)
    if len(values) < 2:  # noqa: PLR2004
        return Kappa(Estimate.unknown("There is a single category.", base=size), observed, expected, names, size)
    value = (observed - expected) / (1 - expected)
    influence = (agreeing - 2 * (1 - value) * (shares @ overall)) / (1 - expected)
    error = float(influence.std(ddof=1)) / math.sqrt(size)
    estimate = symmetric(value, error, base=size, confidence=confidence, degrees=size - 1, highest=1.0)
    return Kappa(estimate, observed, expected, names, size)


def _pairs(ratings: Ratings) -> Floats:
    """Return the marks of both raters, for the subjects that have both."""
    if len(ratings.raters) != 2:  # noqa: PLR2004
        what = f"Cohen's kappa compares two raters, here are {len(ratings.raters)}."
        raise SealmarkError(Problem("SM421", what, fix="Use fleiss_kappa() or krippendorff_alpha()."))
    matrix = np.full((len(ratings.subjects), 2), np.nan)
    matrix[ratings.subject, ratings.rater] = ratings.marks
    pairs: Floats = matrix[~np.isnan(matrix).any(axis=1)]
    if not len(pairs):
        raise SealmarkError(Problem("SM421", "No subject was marked by both raters.", fix="Let them share subjects."))
    return pairs


def _agreement(values: Floats, weights: Weights) -> Floats:
    if weights == "none":
        return np.eye(len(values))
    apart = np.abs(values[:, None] - values)
    share = apart / max(float(apart.max()), 1.0 if len(values) == 1 else 0.0)
    return np.asarray(1.0 - (share if weights == "linear" else share**2))


def _cohen_error(table: Floats, agreement: Floats, value: float, expected: float) -> float:
    """Return the standard error for one subject (Fleiss, Cohen and Everitt 1969)."""
    by_row, by_column = agreement @ table.sum(axis=0), table.sum(axis=1) @ agreement
    bent = agreement - (by_row[:, None] + by_column) * (1 - value)
    variance = float((table * bent**2).sum()) - (value - expected * (1 - value)) ** 2
    return math.sqrt(max(variance, 0.0)) / (1 - expected)


def _names(ratings: Ratings, values: Floats) -> tuple[Hashable, ...]:
    if ratings.categories:
        return tuple(ratings.categories[int(value)] for value in values)
    return tuple(values.tolist())
