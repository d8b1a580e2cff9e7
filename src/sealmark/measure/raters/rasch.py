"""The many-facet Rasch model: items, steps of the scale and raters on one scale (Linacre 1989).

For ordinal marks whose distances need not be equal. Fitted by marginal maximum
likelihood: subjects are a normal population, everything else is estimated.
Severity is in logits; the *fair mark* is what the average rater would have given.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from sealmark.core.errors import Problem, ProblemList, SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.measure.raters.limits import log_symmetric, symmetric
from sealmark.measure.raters.linkage import Linkage, require_linked
from sealmark.measure.raters.rasch_likelihood import (
    Facets,
    Posterior,
    contrasts,
    facets_of,
    information,
    posterior,
)
from sealmark.measure.raters.ratings import Ratings, require_values
from sealmark.measure.surveys.estimation import check_confidence
from sealmark.measure.surveys.keys import Floats, Integers, tally

__all__ = ["FacetMeans", "ManyFacetRasch", "many_facet_rasch"]

_MOST_CATEGORIES = 20
_SETTLED = 1e-12
_MOST_STEPS = 30


@dataclass(frozen=True)
class FacetMeans:
    """One subject's result before and after correction.

    Attributes:
        raw: Mean of its marks.
        fair: Mean mark that the average rater would have given over all items, pulled towards the population.
        ability: In logits (mean and standard deviation of the posterior).
    """

    raw: Estimate
    fair: Estimate
    ability: Estimate


@dataclass(frozen=True)
class ManyFacetRasch:
    """A fitted many-facet Rasch model.

    Attributes:
        linkage: How raters and subjects hang together.
        severities: Of every rater in logits, positive gives lower marks; they sum to zero.
        items: Difficulty of every item.
        steps: Difficulty of every step of the scale, lowest first; they sum to zero.
        deviation: Standard deviation of the subjects in logits.
        deviance: Minus twice the log-likelihood.
        subjects: Raw and fair marks and abilities.
        reliability: Share of the abilities' variance that is not error.
    """

    linkage: Linkage
    severities: Mapping[Hashable, Estimate]
    items: Mapping[Hashable, Estimate]
    steps: tuple[Estimate, ...]
    deviation: Estimate
    deviance: float
    subjects: Mapping[Hashable, FacetMeans]
    reliability: float


@dataclass(frozen=True)
class _Fit:
    values: Floats
    errors: Floats
    found: Posterior


def many_facet_rasch(
    ratings: Ratings, *, nodes: int = 61, reach: float = 6.0, confidence: float = 0.95
) -> ManyFacetRasch:
    """Return severities, difficulties and fair marks by the model item + step + rater.

    Args:
        ratings: Whole-number or ordered marks; several items are the rule.
        nodes: Equally spaced quadrature points of the abilities.
        reach: The outermost points, in logits on both sides of zero.
        confidence: Level of the two-sided, normal intervals.

    Raises:
        SealmarkError: SM421, SM424, SM425 as :func:`require_linked`; SM423 marks that are not whole
            numbers or ordered categories, or too many of them; SM428 a category between the lowest and the
            highest that nobody used, or a rater or item with extreme marks only; SM426 no convergence, or
            abilities beyond the reach; SM420 nodes or reach that make no grid; SM413.

    Example:
        >>> from sealmark.measure.raters.ratings import ratings_from_matrix
        >>> table = [[0, 1, 1], [1, 2, 2], [2, 2, 1], [0, 0, 1], [1, 1, 2], [2, 1, 2], [0, 1, 0], [1, 2, 2]]
        >>> found = many_facet_rasch(ratings_from_matrix(table, raters="ABC"))
        >>> [rater for rater, _ in sorted(found.severities.items(), key=lambda pair: pair[1].value)]
        ['C', 'B', 'A']
    """
    check_confidence(confidence)
    if nodes < 5 or not 0 < reach < math.inf:  # noqa: PLR2004
        what = f"{nodes} nodes up to {reach} are no grid."
        raise SealmarkError(Problem("SM420", what, fix="Give five nodes or more and a reach above 0, such as 6."))
    steps = _steps(ratings)
    linked = require_linked(ratings)
    facets = facets_of(ratings, steps, np.linspace(-reach, reach, nodes))
    _require_spread(ratings, facets)
    fit = _fit(facets)
    if 3 * math.exp(fit.values[-1]) > reach:
        what = f"The subjects spread with a standard deviation of {math.exp(fit.values[-1]):.2g} logits."
        fix = f"Give a reach of {math.ceil(4 * math.exp(fit.values[-1]))} and as many more nodes."
        raise SealmarkError(Problem("SM426", f"{what} The nodes reach to {reach:g} only.", fix=fix))
    return _result(ratings, linked, facets, fit, confidence=confidence)


def _steps(ratings: Ratings) -> Integers:
    """Return every mark as steps above the lowest category."""
    require_values(ratings, "order", "The many-facet Rasch model")
    lowest = float(ratings.marks.min())
    steps = ratings.marks - lowest
    if (ratings.marks != np.round(ratings.marks)).any():
        odd = float(ratings.marks[ratings.marks != np.round(ratings.marks)][0])
        what = f"The mark {odd:g} is no whole number."
        raise SealmarkError(Problem("SM423", what, fix="Use crossed_effects() for scores on a fine scale."))
    if steps.max() >= _MOST_CATEGORIES:
        what = f"The marks span {int(steps.max()) + 1} categories, more than {_MOST_CATEGORIES}."
        raise SealmarkError(Problem("SM423", what, fix="Use crossed_effects() for scores on a fine scale."))
    whole = steps.astype(np.int64)
    unused = np.flatnonzero(np.bincount(whole) == 0)
    if len(unused) or not whole.any():
        named = ", ".join(f"{lowest + place:g}" for place in unused)
        what = f"Nobody gave the marks {named}, which lie between others." if named else "All marks are equal."
        raise SealmarkError(Problem("SM428", what, fix="Join categories: the step between them cannot be placed."))
    return whole


def _require_spread(ratings: Ratings, facets: Facets) -> None:
    problems = ProblemList()
    for noun, names, codes, scores in (
        ("rater", ratings.raters, ratings.rater, facets.rater_scores),
        ("item", ratings.items, ratings.item, facets.item_scores),
    ):
        highest = facets.sizes[2] * np.bincount(codes, minlength=len(names))
        for name, extreme in zip(names, (scores == 0) | (scores == highest), strict=True):
            if extreme:
                what = f'The {noun} "{name}" has none but the lowest or none but the highest mark.'
                problems.add("SM428", what, fix=f"Leave the {noun} out: its place has no limit.")
    problems.raise_if_any()


def _fit(facets: Facets) -> _Fit:
    turn = contrasts(facets)

    def objective(free: Floats) -> tuple[float, Floats]:
        found = posterior(facets, turn @ free)
        return -found.log_likelihood / facets.marks, -(turn.T @ found.gradient) / facets.marks

    options = {"maxiter": 500, "ftol": 1e-11, "gtol": 1e-5}
    free = optimize.minimize(objective, _start(facets), jac=True, method="L-BFGS-B", options=options).x
    for _ in range(_MOST_STEPS):
        found = posterior(facets, turn @ free)
        covariance = np.linalg.pinv(turn.T @ information(facets, turn @ free, found) @ turn, hermitian=True)
        slope = turn.T @ found.gradient
        move = covariance @ slope
        if abs(float(slope @ move)) < _SETTLED * facets.marks:
            errors = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", turn, covariance, turn), 0.0))
            return _Fit(turn @ (free + move), errors, posterior(facets, turn @ (free + move)))
        free = free + move / max(1.0, float(np.abs(move).max()))
    what = f"The many-facet Rasch model does not settle within {_MOST_STEPS} steps."
    raise SealmarkError(Problem("SM426", what, fix="Join rare categories, or give more marks per subject."))


def _start(facets: Facets) -> Floats:
    """Return items from their mean marks, equal raters, steps from the categories' counts, deviation 1."""
    items, raters, steps = facets.sizes
    pair_marks = np.asarray(facets.seen.sum(axis=0)).ravel()
    share = facets.item_scores / (steps * tally(facets.item, pair_marks, items))
    reached = np.append(facets.marks, facets.step_counts)
    counts = reached - np.append(reached[1:], 0.0)
    difficulty = np.log(counts[:-1] / counts[1:])
    return np.concatenate([np.log(1 / share - 1), np.zeros(raters - 1), (difficulty - difficulty.mean())[:-1], [0.0]])


def _result(ratings: Ratings, linked: Linkage, facets: Facets, fit: _Fit, *, confidence: float) -> ManyFacetRasch:
    items, raters, steps, log_deviation = facets.split(fit.values)
    item_errors, rater_errors, step_errors, log_error = facets.split(fit.errors)
    abilities, errors = _moments(fit.found, facets.nodes)
    of_subjects = float(abilities.var())
    deviation = log_symmetric(math.exp(log_deviation), log_error, base=len(abilities), confidence=confidence)
    return ManyFacetRasch(
        linked,
        dict(zip(ratings.raters, _estimates(raters, rater_errors, _base(ratings.rater), confidence), strict=True)),
        dict(zip(ratings.items, _estimates(items, item_errors, _base(ratings.item), confidence), strict=True)),
        tuple(_estimates(steps, step_errors, np.full(len(steps), ratings.base), confidence)),
        deviation,
        -2 * fit.found.log_likelihood,
        _subjects(ratings, facets, fit, confidence),
        of_subjects / (of_subjects + float((errors**2).mean())),
    )


def _subjects(ratings: Ratings, facets: Facets, fit: _Fit, confidence: float) -> dict[Hashable, FacetMeans]:
    counts = _base(ratings.subject)
    level = decimal_from_float(confidence)
    note = "The raw mean has no interval in this model."
    raw_means = facets.lowest + facets.scores / counts
    raw = [
        Estimate(decimal_from_float(mean), base=base, confidence=level, note=note)
        for mean, base in zip(raw_means.tolist(), counts.tolist(), strict=True)
    ]
    fair_means, fair_errors = _moments(fit.found, facets.lowest + _expected_marks(facets, fit.values))
    fair = _estimates(fair_means, fair_errors, counts, confidence)
    abilities = _estimates(*_moments(fit.found, facets.nodes), counts, confidence)
    return {name: FacetMeans(*parts) for name, *parts in zip(ratings.subjects, raw, fair, abilities, strict=True)}


def _moments(found: Posterior, at_nodes: Floats) -> tuple[Floats, Floats]:
    """Return every subject's posterior mean and standard deviation of a figure that is known at the nodes."""
    mean = found.weights @ at_nodes
    return mean, np.sqrt(np.maximum(found.weights @ at_nodes**2 - mean**2, 0.0))


def _expected_marks(facets: Facets, values: Floats) -> Floats:
    """Return by node the mean number of steps over the items that the average rater sees taken."""
    items, _, steps, _ = facets.split(values)
    category = np.arange(len(steps) + 1)[:, None, None]
    taken = np.append(0.0, np.cumsum(steps))[:, None, None]
    weights = np.exp(category * (facets.nodes - items[:, None]) - taken)
    return np.asarray(((category * weights).sum(axis=0) / weights.sum(axis=0)).mean(axis=0))


def _base(codes: Integers) -> Integers:
    return np.bincount(codes).astype(np.int64)


def _estimates(values: Floats, errors: Floats, counts: npt.NDArray[np.int64], confidence: float) -> list[Estimate]:
    rows = zip(values.tolist(), errors.tolist(), counts.tolist(), strict=True)
    return [symmetric(value, error, base=base, confidence=confidence) for value, error, base in rows]
