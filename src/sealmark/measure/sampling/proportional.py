"""Probabilities proportional to size: inclusion probabilities, conditional Poisson sampling, joint probabilities.

Conditional Poisson sampling is, of all designs of fixed size with given inclusion probabilities,
the one of largest entropy (Hajek 1964; Chen, Dempster and Liu, *Biometrika* 81, 1994). Every unit k
has odds w; a sample of size n has a probability proportional to the product of its odds. All sums
run over tables of the Poisson binomial distribution, so nothing cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy import special

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["inclusion_probabilities", "joint_probabilities", "sequential_draw", "working_probabilities"]

Floats = npt.NDArray[np.float64]

_STEPS = 200
_CLOSE = 1e-12
_CENTRING = 8
"""Newton steps from a sum that is nearly right."""


def inclusion_probabilities(sizes: Sequence[Fraction], sample: int) -> tuple[Fraction, ...]:
    """Return inclusion probabilities proportional to size that add up to ``sample``; none exceeds 1.

    A unit too large for its share is taken for certain, and the rest is shared out among the others.

    Args:
        sizes: Above 0, one per unit.
        sample: Units to draw, at most as many as there are.

    Example:
        >>> [float(share) for share in inclusion_probabilities([Fraction(size) for size in (1, 2, 3, 4)], 2)]
        [0.2, 0.4, 0.6, 0.8]
        >>> [float(share) for share in inclusion_probabilities([Fraction(size) for size in (1, 1, 8)], 2)]
        [0.5, 0.5, 1.0]
    """
    certain: set[int] = set()
    while True:
        rest = sum(size for at, size in enumerate(sizes) if at not in certain)
        left = sample - len(certain)
        large = {at for at, size in enumerate(sizes) if at not in certain and left * size >= rest}
        if not large:
            return tuple(Fraction(1) if at in certain else left * size / rest for at, size in enumerate(sizes))
        certain |= large


def working_probabilities(probabilities: Sequence[float] | Floats) -> Floats:
    """Return the probabilities of independent draws that, given the sample size, yield the wanted inclusion ones.

    Newton's method on the logits; covariances by Hajek's approximation, so that a step costs as much as a sum.

    Args:
        probabilities: Wanted, strictly between 0 and 1; they add up to a whole number.

    Raises:
        SealmarkError: SM469 they do not settle.

    Example:
        >>> working_probabilities([0.07, 0.17, 0.41, 0.61, 0.83, 0.91]).round(4).tolist()
        [0.1021, 0.2238, 0.4417, 0.5796, 0.7794, 0.8734]
    """
    wanted = np.asarray(probabilities, dtype=float)
    sample = round(float(wanted.sum()))
    working = wanted
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(_STEPS):
            found = _included(working, sample)
            if np.abs(found - wanted).max() < _CLOSE:
                return working
            logits = special.logit(working) + (special.logit(wanted) - special.logit(found)) * _damping(found)
            working = _centred(logits, sample)
    what = "The wanted probabilities of being drawn do not settle."
    raise SealmarkError(Problem("SM469", what, fix="Sizes differ too much; draw by strata of similar size."))


def _damping(included: Floats) -> Floats:
    """Return how much of a change of its own logit reaches each unit when the sample size stays fixed.

    Covariances are taken as diag(d) - d d'/sum(d) with the d that fit the variances (Hajek 1981).
    """
    variance = included * (1 - included)
    free = variance
    for _ in range(20):
        free = variance / np.maximum(1 - free / free.sum(), 0.25)
    return np.asarray(variance / free)


def _centred(logits: Floats, sample: int) -> Floats:
    """Return the probabilities of the logits, moved together so that they add up to the sample size."""
    shift, working = 0.0, special.expit(logits)
    for _ in range(_CENTRING):
        shift += (sample - working.sum()) / (working * (1 - working)).sum()
        working = special.expit(logits + shift)
    return np.asarray(working)


def _counts(working: Floats, most: int) -> Floats:
    """Return P(r successes among the first k), shape (units + 1, most + 1)."""
    table = np.zeros((len(working) + 1, most + 1))
    table[0, 0] = 1
    for at, share in enumerate(working):
        table[at + 1] = table[at] * (1 - share)
        table[at + 1, 1:] += table[at, :-1] * share
    return table


def _included(working: Floats, sample: int) -> Floats:
    """Return the inclusion probabilities of the conditional design."""
    before = _counts(working, sample)
    after = _counts(working[::-1], sample)[::-1]
    # One success fewer among all the others.
    others = np.einsum("kr,kr->k", before[:-1, :sample], after[1:, sample - 1 :: -1][:, :sample])
    return np.asarray(working * others / before[-1, sample])


def sequential_draw(working: Floats, sample: int, uniforms: Sequence[float]) -> tuple[int, ...]:
    """Return the positions drawn: each unit in turn, by its own number from 0 to 1.

    Args:
        working: As :func:`working_probabilities` returns them, shape (units,).
        sample: Units to draw.
        uniforms: One number per unit, from 0 and below 1.
    """
    after = _counts(working[::-1], sample)[::-1]
    left, drawn = sample, []
    for at, uniform in enumerate(uniforms):
        if left and uniform * after[at, left] < working[at] * after[at + 1, left - 1]:
            drawn.append(at)
            left -= 1
    return tuple(drawn)


def joint_probabilities(probabilities: Sequence[float] | Floats, among: Sequence[int] | None = None) -> Floats:
    """Return how likely two units are drawn together by conditional Poisson sampling.

    With them the variance of a Horvitz-Thompson total is estimated by Sen, Yates and Grundy (1953):
    ``sum_{k<l} (p_k p_l - p_kl) / p_kl * (y_k/p_k - y_l/p_l)^2``.

    Args:
        probabilities: Inclusion probabilities of all units, above 0; 1 for those taken for certain.
        among: Positions of the units wanted, for example those drawn; all when None.

    Returns:
        Shape (wanted, wanted); the inclusion probabilities stand on the diagonal.

    Raises:
        SealmarkError: SM469 the probabilities do not settle.

    Example:
        >>> joint_probabilities([0.5, 0.5, 1.0]).tolist()
        [[0.5, 0.0, 0.5], [0.0, 0.5, 0.5], [0.5, 0.5, 1.0]]
    """
    every = np.asarray(probabilities, dtype=float)
    wanted = np.arange(len(every)) if among is None else np.asarray(among)
    joint = np.outer(every[wanted], every[wanted])
    open_ones = np.flatnonzero(every < 1)
    if len(open_ones):
        working = working_probabilities(every[open_ones])
        place = {int(unit): at for at, unit in enumerate(open_ones)}
        sample = round(float(every[open_ones].sum()))
        for row, unit in enumerate(wanted):
            if int(unit) in place:
                given = _given(working, place[int(unit)], sample)
                for column, other in enumerate(wanted):
                    if int(other) in place and other != unit:
                        joint[row, column] = every[unit] * given[place[int(other)]]
    np.fill_diagonal(joint, every[wanted])
    return np.asarray((joint + joint.T) / 2)


def _given(working: Floats, drawn: int, sample: int) -> Floats:
    """Return the inclusion probabilities of all units once one of them is in the sample."""
    rest = np.delete(working, drawn)
    included = _included(rest, sample - 1) if sample > 1 else np.zeros(len(rest))
    return np.insert(included, drawn, 1.0)
