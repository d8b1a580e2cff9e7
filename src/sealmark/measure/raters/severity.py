"""How severe raters are, by crossed random effects, and what subjects' means are without it.

``mark = mean + subject + rater + residual``, subjects and raters random and
crossed. Severity has the sign of a loss: a rater of severity 2 gives two points
less than the average rater. Raw and adjusted means stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.core.estimates import Estimate
from sealmark.measure.raters.crossing import cross
from sealmark.measure.raters.limits import log_symmetric, predicted, symmetric
from sealmark.measure.raters.linkage import Linkage, require_linked
from sealmark.measure.raters.ratings import Ratings, require_values
from sealmark.measure.raters.reml import Criterion, Variances, effect_variances, fit_variances
from sealmark.measure.surveys.estimation import check_confidence
from sealmark.measure.surveys.keys import Floats, tally

__all__ = ["CrossedEffects", "SubjectMeans", "crossed_effects", "deviation_estimates"]

_KINDS = ("reml", "ml")
_SUBJECT, _RATER = 0, 1
_NO_SEVERITY = "The raters differ no more than chance: their variance was estimated as zero."


@dataclass(frozen=True)
class SubjectMeans:
    """One subject's result before and after correction.

    Attributes:
        raw: Mean of its marks; the error counts who happened to mark it.
        adjusted: The raw mean less what its raters' severity took away. Not pulled towards other subjects.
        predicted: Best prediction, pulled towards the mean of all subjects: for rankings, not for grades.
    """

    raw: Estimate
    adjusted: Estimate
    predicted: Estimate


@dataclass(frozen=True)
class CrossedEffects:
    """Severity and subject means from crossed random effects.

    Attributes:
        ratings: The marks.
        linkage: How raters and subjects hang together.
        fit: The variance components and effects as arrays (subjects, raters).
        confidence: Level of the two-sided intervals.
    """

    ratings: Ratings
    linkage: Linkage
    fit: Variances
    confidence: float

    @property
    def criterion(self) -> float:
        """Minus twice the (restricted) log-likelihood."""
        return self.fit.criterion

    @property
    def mean(self) -> Estimate:
        """The mean mark of the average subject by the average rater."""
        one = sparse.csr_array(np.ones((1, 1)))
        nobody = {_SUBJECT: sparse.csr_array((1, len(self.ratings.subjects)))}
        error = math.sqrt(float(effect_variances(self.fit, nobody, one)[0]))
        return symmetric(float(self.fit.means[0]), error, base=self.ratings.base, confidence=self.confidence)

    @property
    def deviations(self) -> dict[str, Estimate]:
        """Standard deviations of ``subject``, ``rater`` and ``residual``, in points."""
        return deviation_estimates(self.fit, ("subject", "rater"), self.confidence)

    @property
    def reliability(self) -> float:
        """Share of a single mark's variance that is the subject's (ICC(2,1) of this design)."""
        variances = self.fit.deviations**2
        return float(variances[_SUBJECT] / variances.sum())

    @cached_property
    def severities(self) -> Mapping[Hashable, Estimate]:
        """Severity of every rater: positive gives lower marks than the average rater."""
        counts = np.bincount(self.ratings.rater, minlength=len(self.ratings.raters))
        found = predicted(
            -self.fit.effects[_RATER], self.rater_errors, counts, confidence=self.confidence, nothing=_NO_SEVERITY
        )
        return dict(zip(self.ratings.raters, found, strict=True))

    @cached_property
    def rater_errors(self) -> Floats:
        """Standard error of every severity."""
        own = {_RATER: sparse.eye_array(len(self.ratings.raters), format="csr")}
        return np.sqrt(effect_variances(self.fit, own))

    @cached_property
    def raw_means(self) -> Floats:
        """Mean mark of every subject."""
        return tally(self.ratings.subject, self.ratings.marks, len(self._counts)) / self._counts

    @cached_property
    def adjusted_means(self) -> Floats:
        """Raw means less the raters' effects."""
        return np.asarray(self.raw_means - self._mix @ self.fit.effects[_RATER])

    @cached_property
    def predicted_means(self) -> Floats:
        """Mean plus the predicted subject effects."""
        return np.asarray(self.fit.means[0] + self.fit.effects[_SUBJECT])

    @cached_property
    def raw_errors(self) -> Floats:
        """Standard errors of the raw means: residual, and the raters who happened to come."""
        rater, residual = self.fit.deviations[[_RATER, -1]]
        squares = np.asarray(self._mix.power(2).sum(axis=1)).ravel()
        return np.asarray(np.sqrt(residual**2 / self._counts + rater**2 * squares))

    @cached_property
    def predicted_errors(self) -> Floats:
        """Standard errors of the predicted means."""
        return np.sqrt(self._of_subjects)

    @cached_property
    def adjusted_errors(self) -> Floats:
        """Standard errors of the adjusted means."""
        own = sparse.eye_array(len(self._counts), format="csr")
        ones = sparse.csr_array(np.ones((len(self._counts), 1)))
        both = effect_variances(self.fit, {_SUBJECT: own, _RATER: self._mix}, ones)
        # The mean residual of a subject and the predicted whole of its marks go together exactly.
        variance = self.fit.deviations[-1] ** 2 / self._counts - both + self._of_subjects
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))

    def subject(self, name: Hashable) -> SubjectMeans:
        """Return one subject's means.

        Raises:
            SealmarkError: SM420 there is no such subject.
        """
        if name not in self._places:
            hint = did_you_mean(str(name), map(str, self.ratings.subjects[:1000]))
            raise SealmarkError(Problem("SM420", f'There is no subject "{name}".', fix=hint))
        place = self._places[name]
        kinds = ("raw", "adjusted", "predicted")
        pairs = [(getattr(self, f"{kind}_means")[place], getattr(self, f"{kind}_errors")[place]) for kind in kinds]
        base = int(self._counts[place])
        return SubjectMeans(*(symmetric(v, e, base=base, confidence=self.confidence) for v, e in pairs))

    @cached_property
    def _places(self) -> Mapping[Hashable, int]:
        return {name: place for place, name in enumerate(self.ratings.subjects)}

    @cached_property
    def _counts(self) -> Floats:
        return np.bincount(self.ratings.subject).astype(np.float64)

    @cached_property
    def _mix(self) -> sparse.csr_array:
        """Subject x rater: share of the subject's marks."""
        shares = 1 / self._counts[self.ratings.subject]
        shape = (len(self.ratings.subjects), len(self.ratings.raters))
        return sparse.coo_array((shares, (self.ratings.subject, self.ratings.rater)), shape=shape).tocsr()

    @cached_property
    def _of_subjects(self) -> Floats:
        """Prediction-error variance of mean plus subject effect."""
        own = sparse.eye_array(len(self._counts), format="csr")
        return effect_variances(self.fit, {_SUBJECT: own}, sparse.csr_array(np.ones((len(self._counts), 1))))


def crossed_effects(ratings: Ratings, *, kind: Criterion = "reml", confidence: float = 0.95) -> CrossedEffects:
    """Return raters' severities and subjects' means, raw and adjusted, where the design is linked.

    Intervals are normal and take the estimated standard deviations as known;
    standard errors count the uncertainty of the overall mean (prediction errors of
    Henderson's equations). Items, if there are several, must be averaged first.

    Args:
        ratings: The marks; a rater may mark a subject more than once.
        kind: ``reml``, or ``ml`` for comparison with other programs.
        confidence: Level of the two-sided intervals.

    Raises:
        SealmarkError: SM421 to SM425 as :func:`require_linked` and for marks that are no numbers or
            have several items; SM426 no variation, or no convergence; SM427 too many levels; SM413.

    Example:
        >>> from sealmark.measure.raters.ratings import ratings_from_matrix
        >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
        >>> found = crossed_effects(ratings_from_matrix(table, raters="ABCD"))
        >>> [round(float(found.severities[rater].value), 2) for rater in "ABCD"]
        [-2.3, 2.7, 0.93, -1.33]
    """
    check_confidence(confidence)
    require_values(ratings, "number", "Severity")
    if len(ratings.items) > 1:
        what = f"Severity by crossed effects takes one item, here are {len(ratings.items)}."
        fix = "Take the mean with averaged(), one item with of_item(), or use many_facet_rasch()."
        raise SealmarkError(Problem("SM422", what, fix=fix))
    if kind not in _KINDS:
        raise SealmarkError(Problem("SM420", f'There is no criterion "{kind}".', fix=did_you_mean(kind, _KINDS)))
    found = require_linked(ratings)
    factors = [(ratings.subject, len(ratings.subjects)), (ratings.rater, len(ratings.raters))]
    return CrossedEffects(ratings, found, fit_variances(cross(factors, ratings.marks), kind=kind), confidence)


def deviation_estimates(fit: Variances, names: tuple[str, ...], confidence: float) -> dict[str, Estimate]:
    """Return the standard deviations by name, the residual last; none has an interval at zero."""
    rows = zip((*names, "residual"), fit.deviations, fit.log_errors, strict=True)
    base = fit.crossing.base
    return {name: log_symmetric(float(v), float(e), base=base, confidence=confidence) for name, v, e in rows}
