"""Borrow strength from a group of organizations measured alike: moderated variances, empirical-Bayes means.

An organization of N sites shows n of them. Its mean m is the result, and stays it:
nobody is judged by others' data. How *sure* that is, is another question: from
three sites that happen to agree nobody knows the spread, and a group of
organizations assessed alike does know something about it. So for the
probability only,

* the variance between sites is moderated (Smyth 2004): it is worth
  ``d = 2 / (2/(n-1) + k/n)`` degrees of freedom, where k is the excess kurtosis of
  sites within organizations (0: n - 1, as for the normal distribution; the
  variance of a few values with long tails says little). With a prior of ``d0``
  degrees of freedom around ``s0²``, ``s~² = (d0 s0² + d s²) / (d0 + d)``, on
  ``d0 + d`` degrees of freedom;
* the mean of the sites not seen is drawn towards the mean M of the group:
  ``p = M + B (m - M)`` with ``B = tau² / (tau² + s~²/n)``;
* the whole is seen and unseen sites together: with ``f = n / N`` it is
  ``f m + (1-f) p``, with the variance ``(1-f)² s~² (B/n + 1/(N-n))`` and a
  t distribution of ``d0 + d`` degrees of freedom.

Assessors differ in severity: with shares ``w_a`` of the visited sites, the observed
mean is off by ``A`` of variance ``v = sigma_a² * sum(w_a²)``, in seen and unseen sites
alike. With ``V = tau² + s~²/n + v`` the mean of all sites is then

* expected at ``M + (f (tau² + s~²/n) + (1-f) tau²) / V * (m - M)``,
* with variance ``[f² (tau² + s~²/n) v + (1-f)² tau² (s~²/n + v) + 2 f (1-f) tau² v] / V
  + (1-f)² s~² / (N-n)``: the joint normal distribution of the visited sites' true
  mean and of the unseen ones' given ``m``. Without assessors' effects these are the
  formulas above.

Without a group (``d0 = 0``, ``B = 1``) this is the design-based t with finite
population correction (Ericson 1969).

Sources: Smyth, *Statistical Applications in Genetics and Molecular Biology* 3
(2004), article 3; Efron and Morris, *JASA* 70 (1975); Morris and Tang, *Statistical
Science* 26 (2011); Li and Lahiri, *Journal of Multivariate Analysis* 101 (2010); Rao
and Molina, *Small Area Estimation* (2015), ch. 9.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["FEWEST", "Outlook", "Prior", "class_chances", "excess_kurtosis", "fit_prior", "moderate", "outlook"]

Floats = npt.NDArray[np.float64]
Numbers: TypeAlias = "Sequence[float] | Floats"

FEWEST = 10
"""Organizations a group needs: of fewer, neither its spread nor its mean is known well enough to be borrowed."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What a group says about an organization of its kind before its own sites are seen.

    Attributes:
        mean: Mean of the organizations' means, in the unit of the scores.
        between: Variance of the organizations' true means (tau²).
        within: Variance between the sites of one organization (s0²).
        freedom: Degrees of freedom that ``within`` is worth (d0); infinite where all organizations spread alike.
        members: Organizations in the group.
        assessor: Variance of the assessors' severity (sigma_a²).
        tails: Excess kurtosis of the sites within an organization (k), at least 0.
    """

    mean: float
    between: float
    within: float
    freedom: float
    members: int = 0
    assessor: float = 0.0
    tails: float = 0.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the whole organization would show: ``centre + error * t(freedom)``; arrays of one shape.

    Attributes:
        centre: Expected mean of all sites.
        error: Scale of the t distribution; 0 where every site was seen by assessors who do not differ.
        freedom: Its degrees of freedom.
        shrinkage: Weight B of the organization's own mean for the sites not seen; 1 without a group.
    """

    centre: Floats
    error: Floats
    freedom: Floats
    shrinkage: Floats


def moderate(variances: Numbers, freedoms: Numbers) -> tuple[float, float]:
    """Return ``(s0², d0)``: the variance that organizations share, and how many degrees of freedom it is worth.

    Fits a scaled F distribution by the moments of ``log s²``, as limma 3.54 does; where the variances differ no
    more than chance makes them, the prior variance is the pooled one. A variance of zero (sites with the same
    coarse mark) has no logarithm: it counts as half of the smallest one that is not zero.

    Args:
        variances: One variance between sites per organization.
        freedoms: Its degrees of freedom, sites less one; organizations with 0 are left out.

    Returns:
        The prior variance, and its degrees of freedom: infinite where the
        variances differ no more than chance makes them.

    Raises:
        SealmarkError: SM499 fewer than two variances, or all of them zero.
    """
    given, freedom = np.asarray(variances, float), np.asarray(freedoms, float)
    given, freedom = given[freedom > 0], freedom[freedom > 0]
    if given.size <= 1 or not given.any():
        what = "The spread between sites is not known: fewer than two organizations, or all their sites are alike."
        raise SealmarkError(Problem("SM499", what, "", "Add organizations in which two or more sites were seen."))
    half = freedom / 2
    logs = np.log(np.maximum(given, given[given > 0].min() / 2)) - special.digamma(half) + np.log(half)
    mean = float(logs.mean())
    excess = float(np.mean(given.size / (given.size - 1) * (logs - mean) ** 2 - special.polygamma(1, half)))
    if excess <= 0:
        return float(np.average(given, weights=freedom)), math.inf
    prior = _half_of_trigamma(excess)
    return math.exp(mean + float(special.digamma(prior)) - math.log(prior)), 2 * prior


def _half_of_trigamma(value: float) -> float:
    """The argument at which the trigamma function has this value; it falls from infinity to zero."""

    def gap(logarithm: float) -> float:
        return math.log(float(special.polygamma(1, math.exp(logarithm)))) - math.log(value)

    return math.exp(optimize.brentq(gap, -30.0, 30.0, xtol=1e-14, rtol=1e-14))


def excess_kurtosis(sites: Iterable[Numbers]) -> float:
    """Return the excess kurtosis of sites around the mean of their own organization, at least 0.

    Deviations from a mean of few values have shorter tails than the values
    themselves; the fourth cumulant is scaled back for that. Spreads that differ
    between organizations look like tails as well.

    Args:
        sites: The scores of each organization's visited sites; single ones say nothing.
    """
    groups = [np.asarray(values, float) for values in sites]
    apart = [values - values.mean() for values in groups if values.size > 1]
    freedom = sum(values.size - 1 for values in apart)
    variance = sum(float(values @ values) for values in apart) / freedom if freedom else 0.0
    if not variance:
        return 0.0
    above = scale = 0.0
    for values in apart:
        rest = 1 - 1 / values.size
        above += float(np.sum((values**2 / variance) ** 2)) - values.size * 3 * rest**2
        scale += values.size * (rest**4 + rest / values.size**3)
    return max(0.0, above / scale)


def fit_prior(means: Numbers, variances: Numbers, visited: Numbers, *, tails: float = 0.0) -> Prior:
    """Return what a group of organizations says about another one of its kind.

    Args:
        means: Mean of the visited sites, one per organization.
        variances: Variance between them (n - 1 below the line); ignored where one site was visited.
        visited: Number of visited sites.
        tails: From :func:`excess_kurtosis`; 0 takes the sites of an organization as normal.

    Raises:
        SealmarkError: SM498 fewer than :data:`FEWEST` organizations; SM499 their sites show no spread.

    Example:
        >>> group = fit_prior([70, 74, 76, 78, 80, 82, 83, 85, 88, 90], [16.0] * 10, [5] * 10)
        >>> round(group.mean, 1), round(group.between, 1), group.within, group.freedom
        (80.6, 48.4, 16.0, inf)
    """
    mean, variance, number = (np.asarray(values, float) for values in (means, variances, visited))
    if mean.size < FEWEST:
        what = f"A prior group needs at least {FEWEST} organizations, here are {mean.size}."
        raise SealmarkError(Problem("SM498", what, "", "Add organizations assessed alike, or do without a group."))
    own = _worth(number, tails)
    within, freedom = moderate(variance, own)
    errors = _moderated(variance, own, within, freedom) / number
    between = _between(mean, errors)
    centre = float(np.average(mean, weights=1 / (between + errors)))
    return Prior(centre, between, within, freedom, int(mean.size), tails=tails)


def _worth(number: Floats, tails: float) -> Floats:
    """Degrees of freedom of a variance of so many values with such tails; 0 of one value."""
    several = number > 1
    return np.where(several, 2 / (2 / np.where(several, number - 1, 1.0) + tails / number), 0.0)


def _moderated(variance: Floats, own: Floats, within: float, freedom: float) -> Floats:
    if math.isinf(freedom):
        return np.full_like(variance, within)
    return np.asarray((freedom * within + own * np.where(own > 0, variance, 0.0)) / (freedom + own))


def _between(means: Floats, errors: Floats) -> float:
    """The variance between organizations at the maximum of itself times its restricted likelihood.

    The factor keeps it above zero, where a group of organizations that happen to look alike would make
    every statement about one of them far too sure.
    """

    def loss(logarithm: float) -> float:
        weights = 1 / (math.exp(logarithm) + errors)
        total = weights.sum()
        centre = (weights @ means) / total
        return float(0.5 * (weights @ (means - centre) ** 2 - np.log(weights).sum() + np.log(total)) - logarithm)

    highest = math.log(float(np.var(means, ddof=1)) + float(errors.max()))
    found = optimize.minimize_scalar(
        loss, bounds=(highest - 20, highest + 3), method="bounded", options={"xatol": 1e-9}
    )
    return math.exp(found.x)


def outlook(
    means: Numbers,
    variances: Numbers,
    *,
    visited: Numbers,
    listed: Numbers,
    prior: Prior | None = None,
    concentration: Numbers | float = 1.0,
) -> Outlook:
    """Return what the whole of each organization would show, given the sites that were seen.

    Args:
        means: Mean of the visited sites per organization.
        variances: Variance between them; ignored where one site was visited.
        visited: Number of visited sites, at least 1.
        listed: Number of all sites, at least ``visited``.
        prior: The group to borrow from; without it two visited sites are needed.
        concentration: Sum of the squared shares that assessors have in the visited sites: 1 where one
            assessor saw them all, 1/k where k shared them equally.

    Raises:
        SealmarkError: SM497 a number that cannot be (none visited, more visited than there are, one visited
            without a group).

    Example:
        >>> seen = outlook([87.4], [6.2**2], visited=[5], listed=[40])
        >>> class_chances(seen, [60, 70, 80, 90]).cumsum(axis=1).round(6)[0, :4].tolist()
        [0.000227, 0.001285, 0.023125, 0.813575]
    """
    mean, variance, number, total, squares = np.broadcast_arrays(
        *(np.asarray(values, float) for values in (means, variances, visited, listed, concentration))
    )
    _check(number, total, prior)
    if prior is None:
        return _whole(mean, variance, number - 1, share=number / total, unseen=_inverse(total - number))
    own = _worth(number, prior.tails)
    spread, freedom = _moderated(variance, own, prior.within, prior.freedom), prior.freedom + own
    return _drawn_in(mean, spread, freedom, prior, numbers=(number, total), severity=prior.assessor * squares)


def _inverse(number: Floats) -> Floats:
    return np.divide(1.0, number, out=np.zeros_like(number), where=number > 0)


def _whole(mean: Floats, variance: Floats, own: Floats, *, share: Floats, unseen: Floats) -> Outlook:
    """Seen and unseen sites together, by the organization's own sites alone."""
    error = (1 - share) * np.sqrt(variance * (1 / (own + 1) + unseen))
    return Outlook(mean, error, np.asarray(own, float), np.ones_like(mean))


def _drawn_in(
    mean: Floats, spread: Floats, freedom: Floats, prior: Prior, *, numbers: tuple[Floats, Floats], severity: Floats
) -> Outlook:
    """Seen and unseen sites together, the unseen ones drawn towards the group, both freed of severity."""
    number, total = numbers
    share, rest = number / total, 1 - number / total
    between, noise = prior.between, spread / number
    # Nothing varies at all: the group and the organization agree.
    whole = np.maximum(between + noise + severity, np.finfo(float).tiny)
    weight = between / whole
    seen = (between + noise) / whole
    variance = share**2 * seen * severity + rest**2 * weight * (noise + severity) + 2 * share * rest * weight * severity
    error = np.sqrt(variance + rest**2 * spread * _inverse(total - number))
    centre = prior.mean + (share * seen + rest * weight) * (mean - prior.mean)
    return Outlook(centre, error, np.broadcast_to(np.asarray(freedom, float), mean.shape), weight)


def _check(visited: Floats, listed: Floats, prior: Prior | None) -> None:
    lowest = 1 if prior is not None else 2
    if visited.size and (visited.min() < lowest or (listed < visited).any()):
        what = "The numbers of visited and of all sites do not go together."
        fix = f"Give at least {lowest} visited and at least as many sites in all; one visit alone needs a group."
        raise SealmarkError(Problem("SM497", what, "", fix))


def class_chances(seen: Outlook, cuts: Numbers) -> Floats:
    """Return the probability of each class, organizations down and classes (one more than cuts) across.

    A class begins at its cut: with cuts 60 and 80, exactly 80 is in the third class.

    Args:
        seen: From :func:`outlook`.
        cuts: Lower limits of the classes but the lowest, ascending.
    """
    limits = np.asarray(cuts, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = (limits - seen.centre[:, None]) / seen.error[:, None]
    # Nothing unseen: certain, and a mean on the cut is above it.
    steps = np.where(np.isnan(steps), -np.inf, steps)
    normal = np.isinf(seen.freedom)
    below = special.ndtr(steps) if normal.any() else np.empty_like(steps)
    below[~normal] = special.stdtr(seen.freedom[~normal, None], steps[~normal])
    ends = np.zeros((len(below), 1)), np.ones((len(below), 1))
    return np.diff(np.hstack([ends[0], below, ends[1]]), axis=1)
