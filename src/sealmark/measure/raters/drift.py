"""Does a rater's severity move over time: a rater-by-period effect beside the lasting one.

``mark = mean of the period + subject in the period + rater + rater in the period
+ residual``. A shift that all raters share cannot be told from a change of all
subjects; the periods' means take it up.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse, special

from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.measure.raters.crossing import cross
from sealmark.measure.raters.limits import predicted
from sealmark.measure.raters.linkage import require_linked
from sealmark.measure.raters.ratings import Ratings, require_values
from sealmark.measure.raters.reml import Variances, effect_variances, fit_variances
from sealmark.measure.raters.severity import deviation_estimates
from sealmark.measure.surveys.estimation import check_confidence
from sealmark.measure.surveys.keys import Integers

__all__ = ["SeverityDrift", "severity_drift"]

_RATER, _DRIFT = 1, 2
_NOTHING = "No more than chance: the variance was estimated as zero."


@dataclass(frozen=True)
class SeverityDrift:
    """Severity by period.

    Attributes:
        severities: By rater and period: severity against the colleagues of that period.
        changes: By rater: last period less first, of raters present in more than one.
        deviations: Standard deviations of ``subject``, ``rater``, ``drift`` and ``residual``.
        likelihood_ratio: Fall of minus twice the restricted log-likelihood that drift brings.
        p_value: Of that fall if there were no drift (half a chi-squared of one degree: zero is an edge).
        period_means: Mean of every period for the average rater.
    """

    severities: Mapping[tuple[Hashable, Hashable], Estimate]
    changes: Mapping[Hashable, Estimate]
    deviations: Mapping[str, Estimate]
    likelihood_ratio: float
    p_value: float
    period_means: Mapping[Hashable, float]


@dataclass(frozen=True)
class _Spells:
    """Raters in periods: number of every mark's spell, and rater and period of every spell."""

    of_mark: Integers
    rater: Integers
    period: Integers

    @property
    def size(self) -> int:
        return len(self.rater)


def severity_drift(ratings: Ratings, *, confidence: float = 0.95) -> SeverityDrift:
    """Return severities by rater and period, and whether they move more than chance.

    Effects are pulled towards no drift as far as the data are thin, so a change
    shown is rather too small than too large.

    Raises:
        SealmarkError: SM421 fewer than two periods, or no rater in two; SM424 and SM425 raters of a
            period that are not linked, each period named; SM422, SM423, SM426, SM427, SM413 as
            :func:`crossed_effects`.
    """
    check_confidence(confidence)
    require_values(ratings, "number", "Drift of severity")
    if len(ratings.items) > 1:
        what = f"Drift takes one item, here are {len(ratings.items)}."
        raise SealmarkError(Problem("SM422", what, fix="Take the mean with averaged(), or one item with of_item()."))
    spells = _spells(ratings)
    _require_linked_periods(ratings)
    subjects = np.unique(ratings.subject * len(ratings.periods) + ratings.period, return_inverse=True)[1]
    lasting = [(subjects, int(subjects.max()) + 1), (ratings.rater, len(ratings.raters))]
    moving = fit_variances(cross([*lasting, (spells.of_mark, spells.size)], ratings.marks, group=ratings.period))
    still = fit_variances(cross(lasting, ratings.marks, group=ratings.period))
    fall = max(still.criterion - moving.criterion, 0.0)
    return SeverityDrift(
        _severities(ratings, spells, moving, confidence),
        _changes(ratings, spells, moving, confidence),
        deviation_estimates(moving, ("subject", "rater", "drift"), confidence),
        fall,
        float(special.chdtrc(1, fall)) / 2 if fall > 0 else 1.0,
        dict(zip(ratings.periods, moving.means.tolist(), strict=True)),
    )


def _spells(ratings: Ratings) -> _Spells:
    size = len(ratings.periods)
    keys, of_mark = np.unique(ratings.rater * max(size, 1) + ratings.period, return_inverse=True)
    if size < 2 or len(keys) == len(ratings.raters):  # noqa: PLR2004
        what = f"There are {size} periods" + ("." if size < 2 else ", but no rater marked in two of them.")  # noqa: PLR2004
        fix = "Name a period column, with raters who stay for two periods or more."
        raise SealmarkError(Problem("SM421", what, fix=fix))
    rater, period = np.divmod(keys, size)
    return _Spells(of_mark, rater, period)


def _require_linked_periods(ratings: Ratings) -> None:
    problems: list[Problem] = []
    for number, name in enumerate(ratings.periods):
        try:
            require_linked(_within(ratings, number), where=f"period {name}")
        except SealmarkError as error:
            problems.extend(error.problems)
    if problems:
        raise SealmarkError(*problems)


def _within(ratings: Ratings, period: int) -> Ratings:
    """Return the subjects, raters and marks of one period, for the check of linkage."""
    inside = ratings.period == period
    subjects, subject = np.unique(ratings.subject[inside], return_inverse=True)
    raters, rater = np.unique(ratings.rater[inside], return_inverse=True)
    return replace(
        ratings,
        subjects=tuple(ratings.subjects[place] for place in subjects),
        raters=tuple(ratings.raters[place] for place in raters),
        subject=subject,
        rater=rater,
    )


def _severities(
    ratings: Ratings, spells: _Spells, fit: Variances, confidence: float
) -> dict[tuple[Hashable, Hashable], Estimate]:
    own = sparse.eye_array(spells.size, format="csr")
    lasting = _select(spells.rater, len(ratings.raters))
    values = -fit.effects[_RATER][spells.rater] - fit.effects[_DRIFT]
    errors = np.sqrt(effect_variances(fit, {_RATER: lasting, _DRIFT: own}))
    counts = np.bincount(spells.of_mark)
    names = [(ratings.raters[r], ratings.periods[p]) for r, p in zip(spells.rater, spells.period, strict=True)]
    return dict(zip(names, predicted(values, errors, counts, confidence=confidence, nothing=_NOTHING), strict=True))


def _changes(ratings: Ratings, spells: _Spells, fit: Variances, confidence: float) -> dict[Hashable, Estimate]:
    # Spells are sorted by rater, then period.
    first = np.unique(spells.rater, return_index=True)[1]
    last = np.append(first[1:], spells.size) - 1
    staying = np.flatnonzero(last > first)
    first, last = first[staying], last[staying]
    rows = (_select(last, spells.size) - _select(first, spells.size)).tocsr()
    errors = np.sqrt(np.maximum(effect_variances(fit, {_DRIFT: rows}), 0.0))
    counts = np.bincount(spells.of_mark)
    values, bases = -(rows @ fit.effects[_DRIFT]), counts[first] + counts[last]
    found = predicted(values, errors, bases, confidence=confidence, nothing=_NOTHING)
    return {ratings.raters[rater]: estimate for rater, estimate in zip(staying, found, strict=True)}


def _select(places: Integers, size: int) -> sparse.csr_array:
    shape = (len(places), size)
    return sparse.coo_array((np.ones(len(places)), (np.arange(len(places)), places)), shape=shape).tocsr()
