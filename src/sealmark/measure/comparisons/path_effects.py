"""Impact and performance from a path model: total effects beside 0-100 indices.

Ringle and Sarstedt, "Gain more insight from your PLS-SEM results: the
importance-performance map analysis", *Industrial Management & Data Systems*
116 (2016), 1865-1886.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.measure.surveys.keys import Floats
from sealmark.measure.surveys.pls import PlsFit

__all__ = ["PathEffect", "path_effects", "total_effects"]


@dataclass(frozen=True)
class PathEffect:
    """What one construct does to the target.

    Attributes:
        construct: Its name.
        standardised: Total effect, direct and through others, in standard deviations.
        points: Points of the target's 0-100 index per point of this construct's index.
        performance: The construct's own index, 0-100.
    """

    construct: str
    standardised: float
    points: float
    performance: float


def path_effects(fit: PlsFit, target: str) -> tuple[PathEffect, ...]:
    """Return total effect and index of every construct from which paths lead to the target, strongest first.

    Without standard errors: resample the whole model for those.

    Args:
        fit: A fitted path model whose items have scales.
        target: The construct to be explained.

    Raises:
        SealmarkError: SM416 an item without scale or with a negative weight; SM467 a target that is no
            construct, or to which no path leads.
    """
    names = fit.model.constructs
    if target not in names or target not in {end for _, end in fit.model.paths}:
        what = f'No path of the model leads to "{target}".'
        ends = sorted({end for _, end in fit.model.paths})
        raise SealmarkError(Problem("SM467", what, fix=did_you_mean(target, ends)))
    toward = total_effects(fit)[:, names.index(target)]
    there = [(name, float(effect)) for name, effect in zip(names, toward, strict=True) if effect != 0]
    performance = {name: fit.index(name) for name in [target, *(name for name, _ in there)]}
    goal = _points_per_deviation(fit, target)
    found = [
        PathEffect(name, effect, effect * goal / _points_per_deviation(fit, name), performance[name])
        for name, effect in there
    ]
    return tuple(sorted(found, key=lambda effect: -effect.points))


def total_effects(fit: PlsFit) -> Floats:
    """Return the sum of the products along all ways from row to column, in standard deviations; square."""
    paths = fit.solution.paths
    total, ways = np.zeros_like(paths), paths
    # No path leads back, so ways end after as many steps as there are constructs; zeros stay exact.
    for _ in range(len(paths)):
        total, ways = total + ways, ways @ paths
    return np.asarray(total)


def _points_per_deviation(fit: PlsFit, construct: str) -> float:
    """Return how many points of the 0-100 index one standard deviation of a construct's score is."""
    widths = np.array([float(item.highest or 0) - float(item.lowest or 0) for item in fit.model.block(construct)])
    return float(100 / (fit.item_weights(construct) @ widths))
