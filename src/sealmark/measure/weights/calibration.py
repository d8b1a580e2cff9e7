"""Factors on weights that meet known totals while staying close to one.

Find a number per control, lambda, so that with factors g = F(x lambda)

    sum over rows of weight * g * x = total,   for every control x,

where F belongs to a distance (Deville and Särndal 1992): linear 1 + u, raking
exp(u), logit between two bounds. Newton's method, halving steps that overshoot.
Pure NumPy: the rows may as well be groups of rows that share x.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.surveys.keys import Floats

__all__ = ["Bounds", "Controls", "Distance", "controlled_totals", "fit_factors", "solve_scaled"]

Distance: TypeAlias = Literal["linear", "raking", "logit"]

_TOLERANCE = 1e-11
_ROUNDS = 200
_HALVINGS = 30
_SAME = 1e-10
_AGREE = 1e-9
_LARGEST_POWER = 300.0


@dataclass(frozen=True)
class Bounds:
    """Between which limits the factors on the weights must stay.

    Attributes:
        lowest: From 0, below 1.
        highest: Above 1.

    Raises:
        SealmarkError: SM435 limits that do not enclose 1.

    Example:
        >>> Bounds(0.5, 2).highest
        2
    """

    lowest: float
    highest: float

    def __post_init__(self) -> None:
        """Refuse limits without room."""
        if not 0 <= self.lowest < 1 < self.highest < float("inf"):
            what = f"Factors between {self.lowest} and {self.highest} leave no room around 1."
            raise SealmarkError(Problem("SM435", what, fix="Write for example Bounds(0.5, 2)."))


@dataclass(frozen=True)
class Controls:
    """What is known of the population, for groups of rows.

    Attributes:
        values: The control variables; shape (groups, controls).
        totals: Their known totals.
        names: How messages call them.
    """

    values: Floats
    totals: Floats
    names: tuple[str, ...]


def controlled_totals(controls: Controls, weights: Floats) -> Floats:
    """Return the weighted totals of the control variables."""
    return np.asarray(weights @ controls.values, dtype=np.float64)


def fit_factors(
    controls: Controls, weights: Floats, *, distance: Distance = "linear", bounds: Bounds | None = None
) -> Floats:
    """Return one factor per group so that the weighted totals are the known ones.

    Args:
        controls: The control variables and their totals.
        weights: Sum of the weights in each group.
        distance: How far from 1 a factor is: ``linear`` (regression estimator),
            ``raking`` (factors above 0) or ``logit`` (needs bounds).
        bounds: Limits of the factors; with ``linear`` and ``raking`` they cut them off.

    Raises:
        SealmarkError: SM434 the totals cannot be met, SM435 not within the bounds.

    Example:
        >>> known = Controls(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([60.0, 40.0]), ("f", "m"))
        >>> fit_factors(known, np.array([50.0, 50.0]))
        array([1.2, 0.8])
    """
    if distance == "logit" and bounds is None:
        fix = "Give bounds, or take the distance raking."
        raise SealmarkError(Problem("SM435", "The distance logit needs bounds.", fix=fix))
    size = np.abs(weights) @ np.abs(controls.values) + np.abs(controls.totals)
    scale = np.where(size > 0, size, 1.0)
    scaled = controls.values / scale * weights.sum()
    numbers = np.zeros(len(controls.totals))
    factors, slopes = _curve(scaled @ numbers, distance, bounds)
    gap = _gap(controls, weights * factors, scale)
    for _ in range(_ROUNDS):
        if np.abs(gap).max(initial=0.0) <= _TOLERANCE:
            return factors
        moved = _moved(controls, weights, (scaled, scale), (numbers, slopes, gap), (distance, bounds))
        if moved is None:
            break
        numbers, factors, slopes, gap = moved
    raise _not_met(controls, weights, gap, bounds)


def solve_scaled(matrix: Floats, right: Floats) -> Floats:
    """Return the shortest solution of symmetric equations; those that repeat others do no harm."""
    scale = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    keep = values > _SAME * max(float(values.max(initial=0.0)), 1e-300)
    turned = vectors[:, keep].T @ (right.T / scale).T
    solved = vectors[:, keep] @ (turned.T / values[keep]).T
    return np.asarray((solved.T / scale).T, dtype=np.float64)


def _moved(
    controls: Controls,
    weights: Floats,
    scales: tuple[Floats, Floats],
    state: tuple[Floats, Floats, Floats],
    kind: tuple[Distance, Bounds | None],
) -> tuple[Floats, Floats, Floats, Floats] | None:
    """Return the state after one step of Newton's method; None if no step closes the gap."""
    scaled, (numbers, slopes, gap) = scales[0], state
    # A factor cut off at its bound has no slope and would never come back: then as if it had one.
    for steepness in (slopes, np.maximum(slopes, 1.0)):
        matrix = (scaled * (weights * steepness)[:, None]).T @ scaled
        step = solve_scaled(matrix, gap * weights.sum())
        moved = _best_step(controls, weights, scales, (numbers, step, gap), kind)
        if moved is not None:
            return moved
    return None


def _best_step(
    controls: Controls,
    weights: Floats,
    scales: tuple[Floats, Floats],
    state: tuple[Floats, Floats, Floats],
    kind: tuple[Distance, Bounds | None],
) -> tuple[Floats, Floats, Floats, Floats] | None:
    """Return numbers, factors, slopes and gap after the longest step that closes the gap; None if none does."""
    (scaled, scale), (numbers, step, gap) = scales, state
    before = float(np.square(gap).sum())
    for halving in range(_HALVINGS):
        candidate = numbers + step / 2**halving
        factors, slopes = _curve(scaled @ candidate, *kind)
        left = _gap(controls, weights * factors, scale)
        if float(np.square(left).sum()) < before:
            return candidate, factors, slopes, left
    return None


def _gap(controls: Controls, weights: Floats, scale: Floats) -> Floats:
    return np.asarray((controls.totals - controlled_totals(controls, weights)) / scale)


def _curve(power: Floats, distance: Distance, bounds: Bounds | None) -> tuple[Floats, Floats]:
    """Return the factors and their derivatives."""
    if distance == "logit" and bounds is not None:
        return _logit(power, bounds)
    if distance == "raking":
        factors = np.exp(np.minimum(power, _LARGEST_POWER))
        slopes = factors
    else:
        factors, slopes = 1 + power, np.ones_like(power)
    if bounds is None:
        return factors, slopes
    inside = (factors > bounds.lowest) & (factors < bounds.highest)
    return np.clip(factors, bounds.lowest, bounds.highest), np.where(inside, slopes, 0.0)


def _logit(power: Floats, bounds: Bounds) -> tuple[Floats, Floats]:
    low, high = bounds.lowest, bounds.highest
    steep = (high - low) / ((1 - low) * (high - 1))
    grown = np.exp(np.clip(steep * power, -_LARGEST_POWER, _LARGEST_POWER))
    factors = (low * (high - 1) + high * (1 - low) * grown) / ((high - 1) + (1 - low) * grown)
    return factors, (factors - low) * (high - factors) / ((1 - low) * (high - 1))


def _not_met(controls: Controls, weights: Floats, gap: Floats, bounds: Bounds | None) -> SealmarkError:
    worst = int(np.argmax(np.abs(gap)))
    name, total = controls.names[worst], controls.totals[worst]
    if bounds is not None:
        wider = _wider(controls, weights, bounds)
        if wider is not None:
            what = f'Factors between {bounds.lowest:g} and {bounds.highest:g} cannot meet "{name}" = {total:,g}.'
            fix = f"Bounds from {wider.lowest:.3g} to {wider.highest:.3g} are about the closest that can."
            return SealmarkError(Problem("SM435", what, fix=fix))
    what = f'The weights do not converge to the known totals; "{name}" = {total:,g} is the furthest off.'
    fix = f"Join small categories or leave out a control: {_clash(controls)}."
    return SealmarkError(Problem("SM434", what, fix=fix))


def _clash(controls: Controls) -> str:
    """Return what is known of why totals cannot be met."""
    totals = controls.totals
    best = controls.values.T @ np.linalg.lstsq(controls.values.T, totals, rcond=None)[0]
    if np.abs(best - totals).max() > _AGREE * np.abs(totals).max():
        return "their totals contradict each other in this sample, where nobody tells them apart"
    return "only weights below zero would meet the totals"


def _wider(controls: Controls, weights: Floats, bounds: Bounds) -> Bounds | None:
    """Return the bounds stretched as little as it takes; None when no factors above 0 serve."""
    from scipy import optimize, sparse  # leaf: only on the error path

    groups = len(weights)
    size = np.abs(weights) @ np.abs(controls.values)
    scale = np.where(size > 0, size, 1.0)
    equal = np.hstack([(controls.values * weights[:, None] / scale).T, np.zeros((len(scale), 1))])
    unit = sparse.identity(groups)
    above = sparse.hstack([unit, sparse.csr_matrix(np.full((groups, 1), 1 - bounds.highest))])
    below = sparse.hstack([-unit, sparse.csr_matrix(np.full((groups, 1), bounds.lowest - 1))])
    found = optimize.linprog(
        np.r_[np.zeros(groups), 1.0],
        A_ub=sparse.vstack([above, below]),
        b_ub=np.r_[np.ones(groups), -np.ones(groups)],
        A_eq=equal,
        b_eq=controls.totals / scale,
        bounds=[(0, None)] * (groups + 1),
    )
    if not found.success or found.x[-1] <= 1:
        return None
    stretch = float(found.x[-1]) * 1.001
    lowest = max(1 - stretch * (1 - bounds.lowest), 0.0)
    return Bounds(lowest, 1 + stretch * (bounds.highest - 1))
