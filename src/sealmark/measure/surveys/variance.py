"""Stage two: the linearised variance of sums, under the design, for all cells at once.

Each sampling unit gets the value u by which it moved the estimate (its
linearised value). Then, over strata h with n units of which a share f of the
population was drawn,

    variance = sum_h (1-f) n/(n-1) [ sum u^2 - (sum u)^2 / n ]

and with two stages the same inside each cluster, times the first stage's f
(Särndal, Swensson and Wretman 1992, ch. 4 and 5; the numbers are R survey's).
Units without a case in the cell count in n with u = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sealmark.measure.surveys.design import Frame, LonelyRule
from sealmark.measure.surveys.keys import Floats, Integers, tally
from sealmark.measure.surveys.rows import Plan
from sealmark.measure.surveys.totals import Groups, Sums

__all__ = ["Figures", "describe", "figures_of", "linearise", "spread_of"]

_EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Figures:
    """One measure in every cell; arrays of equal length.

    Attributes:
        value: The point estimate, NaN when there is none.
        variance: Under the design.
        degrees: Sampling units less strata, with data in the cell.
        base: Rows behind the value.
        units: Sampling units with data.
        design_effect: Variance over that of a simple random sample as large; NaN when undefined.
        second_moment: Weighted mean of the first term's squared value.
        equal: All answers are equal, though not everybody was asked: they tell nothing of the spread.
    """

    value: Floats
    variance: Floats
    degrees: Floats
    base: Floats
    units: Floats
    design_effect: Floats
    second_moment: Floats
    equal: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Level:
    """Units gathered under their parents: sums of u and of u squared, and how many had data."""

    cell: Integers
    parent: Integers
    total: Floats
    square: Floats
    filled: Floats


def figures_of(plan: Plan, sums: Sums, groups: Groups, *, frame: Frame, lonely: LonelyRule) -> Figures:
    """Return a plan's estimates with their variance in every cell."""
    value, gradient = linearise(plan, sums, groups)
    spread = spread_of(gradient, sums, groups, frame=frame, lonely=lonely)
    return describe((value, gradient), spread, sums, groups, frame=frame)


def describe(
    linear: tuple[Floats, Floats], spread: tuple[Floats, Floats, Floats], sums: Sums, groups: Groups, *, frame: Frame
) -> Figures:
    """Return estimates as figures, whatever their variance was estimated by.

    Args:
        linear: Value of each cell, and its gradient as from :func:`linearise`.
        spread: Variance, units and degrees of each cell, as from :func:`spread_of`.
        sums: The sums of the variables.
        groups: Where the sums belong.
        frame: What was sampled.
    """
    (value, gradient), (variance, units, degrees) = linear, spread
    base = _per_cell(groups, sums.rows)
    weight = _per_cell(groups, sums.weight)
    with np.errstate(invalid="ignore", divide="ignore"):
        second = _per_cell(groups, sums.products[0, 0]) / weight
    simple = _simple_variance(gradient, sums, groups, base=base, weight=weight)
    equal = (simple == 0) & (_per_cell(groups, sums.rows * (frame.fractions[groups.stratum] < 1)) > 0)
    if frame.finite and groups.cluster is None:
        population = _per_cell(groups, sums.rows / frame.fractions[groups.stratum])
        simple = simple * (1 - base / np.maximum(population, base))
    effect = np.divide(variance, simple, out=np.full_like(simple, np.nan), where=simple > 0)
    return Figures(value, variance, degrees, base, units, effect, second, equal)


def spread_of(
    gradient: Floats, sums: Sums, groups: Groups, *, frame: Frame, lonely: LonelyRule
) -> tuple[Floats, Floats, Floats]:
    """Return variance, sampling units with data, and degrees of freedom of every cell.

    Args:
        gradient: Derivative of the estimate by each variable; shape (variables, cells).
        sums: The sums of the variables.
        groups: Where the sums belong.
        frame: What was sampled.
        lonely: The rule for strata with one unit.
    """
    u, square = _linearised(gradient, sums, groups)
    size = len(groups.cells)
    extra: Floats = np.zeros(size)
    if frame.clusters:
        inner = _gather(groups.cell, _own(groups.cluster), (u, square, sums.rows))
        extra = _second_stage(inner, frame, groups, lonely=lonely)
        strata = _strata_of_clusters(groups, frame)[inner.parent]
        outer = _gather(inner.cell, strata, (inner.total, inner.total**2, inner.filled > 0))
    elif groups.cluster is None:
        outer = _Level(groups.cell, groups.stratum, u, square, sums.rows)
    else:
        outer = _gather(groups.cell, groups.stratum, (u, square, sums.rows > 0))
    parts = _within(outer, frame.units, frame.fractions, lonely=lonely, centre=_centre(outer, frame, size))
    variance = _add_strata(outer.cell, parts, outer.filled > 0, size) + extra
    units = tally(outer.cell, outer.filled, size)
    return variance, units, units - tally(outer.cell, outer.filled > 0, size)


def linearise(plan: Plan, sums: Sums, groups: Groups) -> tuple[Floats, Floats]:
    """Return a plan's value in every cell and its derivative by each variable; shapes (cells), (variables, cells)."""
    totals = np.stack([_per_cell(groups, row) for row in sums.first])
    value = np.full(totals.shape[1], plan.offset)
    gradient = np.zeros_like(totals)
    with np.errstate(invalid="ignore", divide="ignore"):
        for index, term in enumerate(plan.terms):
            above, below = totals[2 * index], totals[2 * index + 1]
            ratio = above if term.total else above / below
            value += term.factor * ratio
            gradient[2 * index] = term.factor if term.total else term.factor / below
            gradient[2 * index + 1] = 0.0 if term.total else -term.factor * ratio / below
    value[~np.isfinite(value)] = np.nan
    return value, np.nan_to_num(gradient, posinf=0.0, neginf=0.0)


def _linearised(gradient: Floats, sums: Sums, groups: Groups) -> tuple[Floats, Floats]:
    """Return u and u squared of each group; what is only rounding noise becomes zero."""
    slope = gradient[:, groups.cell]
    noise = _EPSILON * (8 + np.sqrt(sums.rows.sum()))
    parts = slope * sums.first
    u = _clean(parts.sum(axis=0), noise * np.abs(parts).sum(axis=0))
    if not groups.squares:
        return u, u**2
    pieces = slope[:, None] * slope[None, :] * sums.squares
    return u, _clean(pieces.sum(axis=(0, 1)), noise * np.abs(pieces).sum(axis=(0, 1)))


def _clean(values: Floats, noise: Floats) -> Floats:
    return np.where(np.abs(values) <= noise, 0.0, values)


def _gather(cell: Integers, parent: Integers, columns: tuple[Floats, Floats, npt.NDArray[np.generic]]) -> _Level:
    """Sum columns over the units that share a cell and a parent."""
    span = int(parent.max(initial=0)) + 1
    keys, place = np.unique(cell * span + parent, return_inverse=True)
    total, square, filled = (tally(place, column, len(keys)) for column in columns)
    return _Level(keys // span, keys % span, total, square, filled)


def _within(level: _Level, units: Floats, fractions: Floats, *, lonely: LonelyRule, centre: Floats) -> Floats:
    """Return each parent's part of the variance; NaN where the rule wants the others' average."""
    size, fraction = units[level.parent], fractions[level.parent]
    many = size > 1
    spread = level.square - level.total**2 / np.maximum(size, 1)
    spread = np.where(spread <= 64 * _EPSILON * level.square, 0.0, spread)
    alone = {"adjust": (level.total - centre) ** 2, "average": np.full_like(spread, np.nan)}
    spread = np.where(many, spread, alone.get(lonely, np.zeros_like(spread)))
    scale = (1 - fraction) * np.where(many, size / np.maximum(size - 1, 1), 1.0)
    return np.asarray(np.where(fraction >= 1, 0.0, scale * spread))


def _centre(level: _Level, frame: Frame, cells: int) -> Floats:
    """Return the mean u over all sampled units, for the rule ``adjust``."""
    mean = tally(level.cell, level.total, cells) / max(float(frame.units.sum()), 1.0)
    return np.asarray(mean[level.cell])


def _add_strata(cell: Integers, parts: Floats, filled: npt.NDArray[np.bool_], cells: int) -> Floats:
    known = ~np.isnan(parts)
    total = tally(cell, np.where(known, parts, 0.0), cells)
    have, usable = (tally(cell, filled & part, cells) for part in (np.ones_like(known), known))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(have == usable, total, total * have / usable))


def _second_stage(inner: _Level, frame: Frame, groups: Groups, *, lonely: LonelyRule) -> Floats:
    stratum = _strata_of_clusters(groups, frame)[inner.parent]
    fractions = frame.units2 / frame.populations2
    # One unit drawn in a cluster tells nothing of the spread inside; the first stage carries most of it.
    rule: LonelyRule = "adjust" if lonely == "adjust" else "remove"
    parts = _within(inner, frame.units2, fractions, lonely=rule, centre=np.zeros_like(inner.total))
    return tally(inner.cell, frame.fractions[stratum] * parts, len(groups.cells))


def _strata_of_clusters(groups: Groups, frame: Frame) -> Integers:
    strata = np.zeros(len(frame.clusters), dtype=np.int64)
    strata[_own(groups.cluster)] = groups.stratum
    return strata


def _own(cluster: Integers | None) -> Integers:
    assert cluster is not None
    return cluster


def _simple_variance(gradient: Floats, sums: Sums, groups: Groups, *, base: Floats, weight: Floats) -> Floats:
    """Return the variance that a simple random sample with replacement of this size would have."""
    slope = gradient[:, groups.cell]
    pieces = slope[:, None] * slope[None, :] * sums.products
    square = _per_cell(groups, pieces.sum(axis=(0, 1)))
    noise = _EPSILON * (8 + np.sqrt(base)) * _per_cell(groups, np.abs(pieces).sum(axis=(0, 1)))
    total = _per_cell(groups, (slope * sums.first).sum(axis=0))
    spread = _clean(weight * square - total**2, weight * noise)
    return np.asarray(np.where(base > 1, np.maximum(spread, 0.0) / np.maximum(base - 1, 1), np.nan))


def _per_cell(groups: Groups, values: Floats) -> Floats:
    return tally(groups.cell, values, len(groups.cells))
