"""Variance components of crossed random effects by profiled (restricted) maximum likelihood.

The model is ``mark = fixed mean + one effect per factor + residual``. The
criterion is profiled over means and residual variance and minimised in the
logarithms of the relative standard deviations by Newton's method with exact
derivatives (Bates et al. 2015 for the criterion; Searle, Casella and McCulloch
1992, chapter 6, for the derivatives). The largest factor is eliminated first;
a dense Cholesky factor of the rest carries everything else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.raters.crossing import Crossing
from sealmark.measure.surveys.keys import Floats

__all__ = ["Criterion", "Variances", "effect_variances", "fit_variances"]

Criterion: TypeAlias = Literal["reml", "ml"]

_MOST_STEPS = 60
_MOST_HALVED = 30
_SETTLED = 1e-14
_LEAST_REST = 1e-12
_NEGLIGIBLE = 1e-4
_LARGEST = 1e5
_LONGEST = 1.5
_CHUNK = 20_000_000


@dataclass(frozen=True)
class _Solved:
    """The mixed-model equations solved at given relative standard deviations.

    Attributes:
        theta: Standard deviation of every factor over that of the residual.
        scale: Theta of every kept column, 1 for fixed means.
        diagonal: The eliminated factor's block.
        factor: Lower Cholesky factor of the kept block.
        kept: Solution of the kept columns: standardised effects, then fixed means.
        big: Standardised effects of the eliminated factor.
        penalised: Residual sum of squares plus that of the standardised effects.
        criterion: Minus twice the profiled log-likelihood.
    """

    theta: Floats
    scale: Floats
    diagonal: Floats
    factor: Floats
    kept: Floats
    big: Floats
    penalised: float
    criterion: float


@dataclass(frozen=True)
class Variances:
    """A fitted model.

    Attributes:
        crossing: What it was fitted to.
        kind: ``reml`` or ``ml``.
        criterion: Minus twice the log-likelihood at the optimum.
        deviations: Standard deviation of every factor, then of the residual.
        log_errors: Standard error of the logarithm of each deviation; NaN at zero.
        effects: Predicted effects of every factor.
        means: Fixed means.
        steps: Newton steps.
        solved: The equations at the optimum.
        inverse: Inverse of the kept block.
    """

    crossing: Crossing
    kind: Criterion
    criterion: float
    deviations: Floats
    log_errors: Floats
    effects: tuple[Floats, ...]
    means: Floats
    steps: int
    solved: _Solved
    inverse: Floats


def fit_variances(crossing: Crossing, *, kind: Criterion = "reml") -> Variances:
    """Return the variance components and effects that minimise the criterion.

    A component whose best value is zero is set to zero.

    Raises:
        SealmarkError: SM426 the marks leave no residual variation, or the search does not settle.
    """
    spread = float(crossing.count @ crossing.mean**2) + crossing.within
    if not spread > 0:
        raise SealmarkError(Problem("SM426", "All marks are equal.", fix="There is no severity to estimate."))
    solved = _solve(crossing, _start(crossing, spread), kind)
    for step in range(1, _MOST_STEPS + 1):
        inverse = _inverse(solved)
        gradient, hessian = _derivatives(crossing, solved, inverse, kind)
        theta = np.where((solved.theta < _NEGLIGIBLE) & (gradient > 0), 0.0, solved.theta)
        active = theta > 0
        move, gain = _newton(gradient[active], hessian[np.ix_(active, active)])
        if gain < _SETTLED and (active == (solved.theta > 0)).all():
            return _fitted(crossing, solved, inverse, hessian, kind=kind, steps=step)
        change = np.zeros(len(theta))
        change[active] = move
        solved = _improved(crossing, solved, theta * np.exp(change), kind)
        if solved.theta.max() > _LARGEST or solved.penalised < _LEAST_REST * spread:
            what = "Subjects and raters explain every mark: nothing is left to judge by."
            raise SealmarkError(Problem("SM426", what, fix="Give more marks per subject, or the marks unrounded."))
    what = f"The variance components do not settle within {_MOST_STEPS} steps."
    raise SealmarkError(Problem("SM426", what, fix="Give more marks, or fewer factors."))


def effect_variances(
    fit: Variances, rows: Mapping[int, sparse.csr_array], means: sparse.csr_array | None = None
) -> Floats:
    """Return the prediction-error variance of linear combinations of effects and fixed means.

    Args:
        fit: The model.
        rows: Combination x level weights, by factor; a factor that is absent counts nothing.
        means: Combination x fixed-mean weights.
    """
    crossing, solved = fit.crossing, fit.solved
    big = solved.theta[crossing.big]
    count = next(iter(rows.values())).shape[0]
    blocks = [rows.get(factor, _empty(count, crossing.sizes[factor])) for factor in crossing.kept]
    kept = sparse.hstack([*blocks, _empty(count, crossing.groups) if means is None else means], format="csr")
    own = big * rows.get(crossing.big, _empty(count, crossing.sizes[crossing.big]))
    reduced = own @ sparse.diags_array(1 / solved.diagonal)
    toward = ((kept - big * (reduced @ crossing.bridge)) @ sparse.diags_array(solved.scale)).tocsr()
    alone = np.asarray((reduced * own).sum(axis=1)).ravel()
    step = max(1, _CHUNK // toward.shape[1])
    parts = [toward[start : start + step] for start in range(0, count, step)]
    shared = np.concatenate([np.asarray((part * (part @ fit.inverse)).sum(axis=1)).ravel() for part in parts])
    return np.asarray(fit.deviations[-1] ** 2 * (alone + shared))


def _empty(rows: int, columns: int) -> sparse.csr_array:
    return sparse.csr_array((rows, columns))


def _degrees(crossing: Crossing, kind: Criterion) -> int:
    return crossing.base - (crossing.groups if kind == "reml" else 0)


def _start(crossing: Crossing, spread: float) -> Floats:
    """Return moment estimates of the relative standard deviations, each factor taken alone."""
    total = spread / crossing.base
    shares = []
    for factor, size in enumerate(crossing.sizes):
        counts = crossing.level_sums(factor, crossing.count)
        between = float((crossing.level_sums(factor, crossing.count * crossing.mean) ** 2 / counts).sum())
        within = (spread - between) / max(crossing.base - size, 1)
        spacing = (crossing.base - float(counts @ counts) / crossing.base) / max(size - 1, 1)
        shares.append((between / max(size - 1, 1) - within) / spacing / total)
    bounded = np.clip(shares, 0.005, 0.9)
    return np.asarray(np.sqrt(bounded / max(1 - bounded.sum(), 0.05)))


def _solve(crossing: Crossing, theta: Floats, kind: Criterion) -> _Solved:
    big, random = theta[crossing.big], crossing.random_columns
    scale = np.concatenate([*(np.full(crossing.sizes[f], theta[f]) for f in crossing.kept), np.ones(crossing.groups)])
    diagonal = 1 + big**2 * crossing.big_counts
    block = crossing.gram - big**2 * crossing.weighted_square(1 / diagonal)
    block *= scale[:, None] * scale
    block[np.arange(random), np.arange(random)] += 1
    factor = _cholesky(block)
    right = scale * (crossing.kept_sums - crossing.bridge.T @ (big**2 * crossing.big_sums / diagonal))
    kept = linalg.cho_solve((factor, True), right, check_finite=False)
    alone = big * (crossing.big_sums - crossing.bridge @ (scale * kept)) / diagonal
    fitted = crossing.incidence @ (scale * kept) + big * alone[crossing.codes[crossing.big]]
    residual = float(crossing.count @ (crossing.mean - fitted) ** 2) + crossing.within
    penalised = residual + float(alone @ alone) + float(kept[:random] @ kept[:random])
    logs = 2 * np.log(np.diag(factor))
    size = float(np.log(diagonal).sum() + logs[: random if kind == "ml" else None].sum())
    degrees = _degrees(crossing, kind)
    criterion = size + degrees * (1 + math.log(2 * math.pi * max(penalised, 1e-300) / degrees))
    return _Solved(theta, scale, diagonal, factor, kept, alone, penalised, criterion)


def _cholesky(block: Floats) -> Floats:
    factor, failed = linalg.lapack.dpotrf(block, lower=1, clean=1, overwrite_a=0)
    if failed:
        what = "The equations of the raters are singular."
        raise SealmarkError(Problem("SM426", what, fix="Give more marks per rater, or fewer periods."))
    return np.asarray(factor)


def _inverse(solved: _Solved) -> Floats:
    # The factor is clean: zeros above the diagonal stay zeros.
    lower, _ = linalg.lapack.dpotri(solved.factor, lower=1)
    whole = lower + lower.T
    np.fill_diagonal(whole, np.diag(lower))
    return np.asarray(whole)


def _derivatives(crossing: Crossing, solved: _Solved, inverse: Floats, kind: Criterion) -> tuple[Floats, Floats]:
    """Return gradient and Hessian of the criterion in the logarithms of theta."""
    traces, norms = _trace_parts(crossing, solved, _without_means(crossing, inverse) if kind == "ml" else inverse)
    squares, crossed = _quadratic_parts(crossing, solved, inverse)
    degrees, rest = _degrees(crossing, kind), solved.penalised
    gradient = 2 * (traces - degrees * squares / rest)
    hessian = 4 * (degrees * (2 * crossed / rest - np.outer(squares, squares) / rest**2) - norms)
    return gradient, hessian + np.diag(2 * gradient)


def _without_means(crossing: Crossing, inverse: Floats) -> Floats:
    """Return the inverse of the random block alone, with zeros for the fixed means."""
    fixed = slice(crossing.random_columns, None)
    return np.asarray(inverse - inverse[:, fixed] @ np.linalg.solve(inverse[fixed, fixed], inverse[fixed]))


def _trace_parts(crossing: Crossing, solved: _Solved, inverse: Floats) -> tuple[Floats, Floats]:
    """Return tr(P V_f) and tr(P V_f P V_g) of the factors, V_f being a factor's share of the variance."""
    size, big = len(crossing.sizes), crossing.big
    own = 1 / solved.diagonal
    squares = [_scaled(crossing, solved, own**power) for power in (2, 3)]
    # SciPy's own BLAS, as for the factor: two thread pools would wait for each other.
    product = linalg.blas.dgemm(1.0, inverse.T, squares[0].T)
    traces, norms = np.empty(size), np.empty((size, size))
    spread = float(own.sum()) + float(np.vdot(inverse, squares[0]))
    again = float(own @ own) + 2 * float(np.vdot(inverse, squares[1])) + float(np.vdot(product, product.T))
    traces[big] = crossing.sizes[big] - spread
    norms[big, big] = crossing.sizes[big] - 2 * spread + again
    for factor in crossing.kept:
        columns = crossing.columns_of(factor)
        block = inverse[columns, columns]
        traces[factor] = crossing.sizes[factor] - float(np.trace(block))
        gap = np.eye(crossing.sizes[factor]) - block
        norms[factor, factor] = float(np.vdot(gap, gap))
        bridged = float(np.vdot(product.T[:, columns], inverse[:, columns]))
        norms[big, factor] = norms[factor, big] = bridged
        for other in crossing.kept:
            if other != factor:
                part = inverse[columns, crossing.columns_of(other)]
                norms[factor, other] = float(np.vdot(part, part))
    return traces, norms


def _scaled(crossing: Crossing, solved: _Solved, weights: Floats) -> Floats:
    square = crossing.weighted_square(solved.theta[crossing.big] ** 2 * weights)
    return np.asarray(square * (solved.scale[:, None] * solved.scale))


def _quadratic_parts(crossing: Crossing, solved: _Solved, inverse: Floats) -> tuple[Floats, Floats]:
    """Return y'P V_f P y and y'P V_f P V_g P y of the factors."""
    size, width = len(crossing.sizes), len(solved.kept)
    spread = np.zeros((size, width))
    reduced = solved.big / solved.diagonal
    spread[crossing.big] = -solved.theta[crossing.big] * solved.scale * (crossing.bridge.T @ reduced)
    effects = dict.fromkeys(range(size), solved.big)
    for factor in crossing.kept:
        columns = crossing.columns_of(factor)
        effects[factor] = spread[factor, columns] = solved.kept[columns]
    squares = np.array([float(effects[factor] @ effects[factor]) for factor in range(size)])
    crossed = np.diag(squares) - spread @ inverse @ spread.T
    crossed[crossing.big, crossing.big] -= float(solved.big @ reduced)
    return squares, crossed


def _newton(gradient: Floats, hessian: Floats) -> tuple[Floats, float]:
    """Return the step in the logarithms, no longer than allowed, and the fall of the criterion it promises."""
    if not len(gradient):
        return gradient, 0.0
    values, vectors = np.linalg.eigh(hessian)
    # Away from the optimum the surface may curve the other way: the size of the curvature still gives a scale.
    inside = (vectors.T @ gradient) / np.maximum(np.abs(values), 1e-8)
    move = -vectors @ inside
    length = float(np.abs(move).max())
    return move * min(1.0, _LONGEST / max(length, 1e-300)), float(np.abs(gradient @ move))


def _improved(crossing: Crossing, before: _Solved, theta: Floats, kind: Criterion) -> _Solved:
    """Return the equations solved at theta, or nearer to where the search stands if that is no better."""
    limit = before.criterion + 1e-12 * abs(before.criterion)
    solved, halved = _solve(crossing, theta, kind), 0
    while solved.criterion > limit and halved < _MOST_HALVED:
        theta, halved = np.where(theta > 0, np.sqrt(theta * before.theta), 0.0), halved + 1
        solved = _solve(crossing, theta, kind)
    return solved


def _fitted(
    crossing: Crossing, solved: _Solved, inverse: Floats, hessian: Floats, *, kind: Criterion, steps: int
) -> Variances:
    residual = math.sqrt(solved.penalised / _degrees(crossing, kind))
    effects = []
    for factor in range(len(crossing.sizes)):
        standard = solved.big if factor == crossing.big else solved.kept[crossing.columns_of(factor)]
        effects.append(np.asarray(solved.theta[factor] * standard))
    squares, _ = _quadratic_parts(crossing, solved, inverse)
    errors = _log_errors(solved.theta > 0, hessian, squares / solved.penalised, _degrees(crossing, kind))
    deviations = residual * np.append(solved.theta, 1.0)
    means = solved.kept[crossing.random_columns :] + crossing.origin
    return Variances(
        crossing, kind, solved.criterion, deviations, errors, tuple(effects), means, steps, solved, inverse
    )


def _log_errors(active: npt.NDArray[np.bool_], hessian: Floats, squares: Floats, degrees: int) -> Floats:
    """Return standard errors of the log deviations from the observed information, residual included."""
    size = int(active.sum())
    toward = 4 * degrees * squares[active]
    whole = np.empty((size + 1, size + 1))
    whole[:size, :size] = hessian[np.ix_(active, active)] + np.outer(toward, toward) / (4 * degrees)
    whole[size, :size] = whole[:size, size] = toward
    whole[size, size] = 4 * degrees
    covariance = 2 * np.linalg.pinv(whole)
    jacobian = np.column_stack([np.eye(size), np.ones(size)])
    variances = np.append(np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian), covariance[size, size])
    errors = np.full(len(active) + 1, np.nan)
    errors[np.append(active, True)] = np.sqrt(np.maximum(variances, 0.0))
    return errors
