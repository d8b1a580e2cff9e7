"""Path models by partial least squares: mode A, three inner schemes, bootstrap.

The algorithm needs only the items' correlations: the engine reads the rows
once, the iterations work on a small matrix (Wold 1982; Tenenhaus et al. 2005).
Bootstrap samples run side by side on a leading axis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import Source, fetch, open_table
from sealmark.measure.surveys.design import WEIGHT
from sealmark.measure.surveys.formulas import Item, PathModel, PlsScore, Scheme, WeightedMean
from sealmark.measure.surveys.keys import Floats, Integers, column_of, number_keys
from sealmark.measure.surveys.moments import Moments, complete_answers, item_moments

__all__ = ["PlsBootstrap", "PlsFit", "bootstrap_pls", "fit_pls", "fixed_weights", "solve_pls"]

_TOLERANCE = 1e-12
_MOST_STEPS = 1000
_CHUNK = 20_000


@dataclass(frozen=True)
class Solution:
    """The algorithm's result for one or many covariance matrices (leading axis).

    Attributes:
        weights: Item by construct, for constructs of variance one.
        loadings: Correlation of each item with each construct of its block, else 0.
        correlations: Between the constructs.
        paths: Regression coefficients, from row to column.
        r_squared: Of each construct, 0 where no path ends.
        steps: Iterations used.
    """

    weights: Floats
    loadings: Floats
    correlations: Floats
    paths: Floats
    r_squared: Floats
    steps: int


@dataclass(frozen=True)
class PlsFit:
    """A fitted path model.

    Attributes:
        model: What was fitted.
        moments: Means and covariances it rests on.
        solution: Weights, loadings and paths as arrays, in the model's order.
    """

    model: PathModel
    moments: Moments
    solution: Solution

    @property
    def paths(self) -> dict[tuple[str, str], float]:
        """Coefficient of every path."""
        return _name_paths(self.model, self.solution.paths)

    @property
    def r_squared(self) -> dict[str, float]:
        """Share of variance explained, of each construct where a path ends."""
        ends = {end for _, end in self.model.paths}
        pairs = zip(self.model.constructs, self.solution.r_squared, strict=True)
        return {name: float(value) for name, value in pairs if name in ends}

    @property
    def total_effects(self) -> dict[tuple[str, str], float]:
        """Effect of every construct on every later one along all ways between them; no entry where no way leads."""
        direct = self.solution.paths
        total, step = np.zeros_like(direct), direct
        # Paths never run in a circle: after as many steps as there are constructs nothing is left.
        for _ in self.model.constructs:
            total, step = total + step, step @ direct
        reached = _reached(_links(self.model))
        names = self.model.constructs
        return {(names[i], names[j]): float(total[i, j]) for i, j in np.argwhere(reached).tolist()}

    @property
    def communality(self) -> dict[str, float]:
        """Mean squared loading of every construct's items: the share of their variance that it explains (AVE)."""
        return {name: float(np.mean(self.loadings(name) ** 2)) for name in self.model.constructs}

    @property
    def composite_reliability(self) -> dict[str, float]:
        """Reliability of every construct's items together, from their loadings (Dillon and Goldstein's rho)."""
        found = {name: self.loadings(name) for name in self.model.constructs}
        return {name: float(one.sum() ** 2 / (one.sum() ** 2 + (1 - one**2).sum())) for name, one in found.items()}

    @property
    def goodness_of_fit(self) -> float:
        """Root of mean communality, over the items of blocks with several, times mean R squared.

        Tenenhaus et al. (2005); a description of the sample, no test.
        """
        several = [self.loadings(name) ** 2 for name, items in self.model.blocks if len(items) > 1]
        explained = list(self.r_squared.values())
        return float(np.sqrt(np.concatenate(several).mean() * np.mean(explained))) if several else float("nan")

    def loadings(self, construct: str) -> Floats:
        """Return the correlation of a block's items with their construct."""
        place = self.model.constructs.index(construct)
        return np.asarray(self.solution.loadings[_blocks(self.model)[:, place], place])

    def outer_weights(self, construct: str) -> Floats:
        """Return the weights of a block's items as the algorithm used them."""
        place = self.model.constructs.index(construct)
        return np.asarray(self.solution.weights[_blocks(self.model)[:, place], place])

    def item_weights(self, construct: str) -> Floats:
        """Return the weights on the items' own scales: divided by the standard deviation if standardised."""
        inside = _blocks(self.model)[:, self.model.constructs.index(construct)]
        weights = self.outer_weights(construct)
        return weights / self.moments.deviations[inside] if self.model.standardised else weights

    def scores(self, answers: Floats) -> Floats:
        """Return construct scores (mean 0, variance 1 over the fitted rows) of rows of all items."""
        scale = self.moments.deviations if self.model.standardised else 1.0
        return np.asarray((answers - self.moments.means) / scale @ self.solution.weights)

    def index(self, construct: str) -> float:
        """Return the construct's mean on 0-100.

        Raises:
            SealmarkError: SM416 an item has no scale, or a weight is negative.
        """
        weights, lowest, inside = self._index_weights(construct)
        return float(weights @ (self.moments.means[inside] - lowest))

    def index_deviation(self, construct: str) -> float:
        """Return the standard deviation of respondents' 0-100 scores of the construct.

        Raises:
            SealmarkError: SM416 as :meth:`index`.
        """
        weights, _, inside = self._index_weights(construct)
        return float(np.sqrt(weights @ self.moments.covariance[np.ix_(inside, inside)] @ weights))

    def _index_weights(self, construct: str) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
        """Return by what answers above the lowest are multiplied for 0-100, the lowest, and the block's items."""
        lowest, highest = _scale(self.model.block(construct))
        weights = _positive(self.item_weights(construct), self.model.block(construct))
        inside = _blocks(self.model)[:, self.model.constructs.index(construct)]
        return 100 * weights / (weights @ (highest - lowest)), lowest, inside


@dataclass(frozen=True)
class PlsBootstrap:
    """Standard errors from resampled rows or clusters.

    Attributes:
        paths: Standard error of every path.
        indices: Standard error of each construct's 0-100 mean, where its items have scales.
        replicates: Samples drawn.
        seed: With which they were drawn.
    """

    paths: Mapping[tuple[str, str], float]
    indices: Mapping[str, float]
    replicates: int
    seed: int


def fit_pls(table: Source, model: PathModel, *, weight: str | None = None) -> PlsFit:
    """Return the model fitted to the rows that answered every item.

    Mode A weights (Wold 1982; Tenenhaus and others 2005).

    Args:
        table: The answers.
        model: Blocks, paths and inner scheme.
        weight: Column with survey weights.

    Raises:
        SealmarkError: SM403 and SM404 for columns, SM414 too few rows, SM417 no convergence
            or an item that never varies.

    Example:
        >>> import pyarrow as pa
        >>> answers = pa.table({"a": [1, 3, 4, 6, 8], "b": [2, 3, 5, 6, 9], "c": [1, 4, 4, 7, 8]})
        >>> fit = fit_pls(answers, PathModel({"quality": ["a", "b"], "loyalty": ["c"]}, [("quality", "loyalty")]))
        >>> round(fit.r_squared["loyalty"], 3)
        0.915
    """
    moments = item_moments(open_table(table), model.items, weight=weight)
    return PlsFit(model, moments, solve_pls(moments.covariance, model))


def fixed_weights(table: ir.Table, formula: PlsScore) -> WeightedMean:
    """Return the formula as a weighted mean of rescaled items, with weights from a prepared table.

    Raises:
        SealmarkError: As :func:`fit_pls`; SM416 a weight is negative.
    """
    fit = fit_pls(table, formula.model, weight=WEIGHT)
    block = formula.model.block(formula.construct)
    lowest, highest = _scale(block)
    weights = _positive(fit.item_weights(formula.construct), block) * (highest - lowest)
    return WeightedMean([float(weight) for weight in weights], missing="complete")


def bootstrap_pls(
    table: Source,
    model: PathModel,
    *,
    seed: int,
    replicates: int = 500,
    cluster: str | None = None,
    weight: str | None = None,
) -> PlsBootstrap:
    """Return standard errors with all weights estimated anew in every replicate.

    Args:
        table: The answers.
        model: The model.
        seed: Of the random draws; the same seed gives the same errors.
        replicates: How many samples to draw.
        cluster: Column of the units to resample; rows when absent.
        weight: Column with survey weights.

    Raises:
        SealmarkError: As :func:`fit_pls`; SM417 a replicate does not converge.

    Example:
        >>> import pyarrow as pa
        >>> answers = pa.table({"a": list(range(30)), "b": [i % 7 for i in range(30)], "c": [i % 9 for i in range(30)]})
        >>> model = PathModel({"quality": ["a", "b"], "loyalty": ["c"]}, [("quality", "loyalty")])
        >>> bootstrap_pls(answers, model, seed=1, replicates=50).replicates
        50
    """
    opened = open_table(table)
    item_moments(opened, model.items, weight=weight)
    answers, weights, units = _rows(opened, model, weight=weight, cluster=cluster)
    random = np.random.default_rng(seed)
    size = int(units.max()) + 1
    counts = random.multinomial(size, np.full(size, 1 / size), size=replicates).astype(np.float64)
    means, covariance = _resampled(answers, weights, units, counts)
    drawn = solve_pls(covariance, model)
    errors = _name_paths(model, drawn.paths.std(axis=0, ddof=1))
    return PlsBootstrap(errors, _index_errors(model, drawn, means, covariance), replicates, seed)


def solve_pls(covariance: Floats, model: PathModel) -> Solution:
    """Return the solution for a covariance matrix, or for many along a leading axis.

    Raises:
        SealmarkError: SM417 an item without variance, or no convergence.
    """
    spread = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    if not (spread > 0).all():
        raise SealmarkError(Problem("SM417", "An item of the model never varies.", fix="Leave it out."))
    scaled = covariance / spread[..., :, None] / spread[..., None, :] if model.standardised else covariance
    mask, links = _blocks(model).astype(np.float64), _links(model)
    weights, steps = _iterate(scaled, mask, links, model.scheme)
    loadings = scaled @ weights * mask / np.sqrt(np.diagonal(scaled, axis1=-2, axis2=-1))[..., :, None]
    sign = np.where(loadings.sum(axis=-2) < 0, -1.0, 1.0)[..., None, :]
    weights, loadings = weights * sign, loadings * sign
    correlations = weights.swapaxes(-1, -2) @ scaled @ weights
    paths = _regress(correlations, links)
    r_squared = (paths * correlations).sum(axis=-2)
    return Solution(weights, loadings, correlations, paths, r_squared, steps)


def _iterate(scaled: Floats, mask: Floats, links: npt.NDArray[np.bool_], scheme: Scheme) -> tuple[Floats, int]:
    weights = _unit(np.broadcast_to(mask, (*scaled.shape[:-2], *mask.shape)), scaled)
    for step in range(1, _MOST_STEPS + 1):
        correlations = weights.swapaxes(-1, -2) @ scaled @ weights
        inner = _inner_weights(correlations, links, scheme)
        renewed = _unit(scaled @ weights @ inner * mask, scaled)
        change = float(np.abs(renewed - weights).max())
        weights = renewed
        if change < _TOLERANCE:
            return weights, step
    what = f"The path model does not settle within {_MOST_STEPS} steps."
    raise SealmarkError(Problem("SM417", what, fix="Check the blocks: items of one block should correlate."))


def _unit(weights: Floats, scaled: Floats) -> Floats:
    """Scale the weights so that every construct has variance one."""
    variance = (weights * (scaled @ weights)).sum(axis=-2)
    # A construct without any relation to its neighbours has no weights: the iteration then finds no answer.
    with np.errstate(invalid="ignore"):
        return np.asarray(weights / np.sqrt(variance)[..., None, :])


def _inner_weights(correlations: Floats, links: npt.NDArray[np.bool_], scheme: Scheme) -> Floats:
    near = links | links.T
    if scheme == "centroid":
        return np.asarray(np.sign(correlations) * near)
    if scheme == "factorial":
        return np.asarray(correlations * near)
    # Successors count by correlation, predecessors by regression.
    return np.asarray(correlations * links.T + _regress(correlations, links))


def _regress(correlations: Floats, links: npt.NDArray[np.bool_]) -> Floats:
    """Return the coefficients of every construct on its predecessors, from row to column."""
    paths = np.zeros_like(correlations)
    for end in range(links.shape[0]):
        starts = np.flatnonzero(links[:, end])
        if len(starts):
            among = correlations[..., starts[:, None], starts]
            toward = correlations[..., starts, end]
            paths[..., starts, end] = np.linalg.solve(among, toward[..., None])[..., 0]
    return paths


def _blocks(model: PathModel) -> npt.NDArray[np.bool_]:
    owner = [place for place, (_, items) in enumerate(model.blocks) for _ in items]
    return np.asarray(np.array(owner)[:, None] == np.arange(len(model.blocks)))


def _links(model: PathModel) -> npt.NDArray[np.bool_]:
    links = np.zeros((len(model.blocks), len(model.blocks)), dtype=bool)
    for start, end in model.paths:
        links[model.constructs.index(start), model.constructs.index(end)] = True
    return links


def _reached(links: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    reached = links
    for _ in links:
        reached = reached | (reached @ links)
    return reached


def _name_paths(model: PathModel, values: Floats) -> dict[tuple[str, str], float]:
    place = {name: index for index, name in enumerate(model.constructs)}
    return {(start, end): float(values[place[start], place[end]]) for start, end in model.paths}


def _scale(items: Sequence[Item]) -> tuple[Floats, Floats]:
    missing = [item.column for item in items if item.lowest is None or item.highest is None]
    if missing:
        what = f"A 0-100 index needs the scale of {', '.join(missing)}."
        raise SealmarkError(Problem("SM416", what, fix="Give the items lowest and highest in the model."))
    lowest, highest = ([float(getattr(item, end)) for item in items] for end in ("lowest", "highest"))
    return np.array(lowest), np.array(highest)


def _positive(weights: Floats, items: Sequence[Item]) -> Floats:
    wrong = [item.column for item, weight in zip(items, weights, strict=True) if weight < 0]
    if wrong:
        what = f"The model gives {', '.join(wrong)} a negative weight: there is no 0-100 index."
        raise SealmarkError(Problem("SM416", what, fix="Reverse the item, or leave it out of the block."))
    return weights


def _rows(
    table: ir.Table, model: PathModel, *, weight: str | None, cluster: str | None
) -> tuple[Floats, Floats, Integers]:
    if cluster and cluster not in table.columns:
        raise SealmarkError(Problem("SM403", f'There is no column "{cluster}" to resample.'))
    rows = fetch(complete_answers(table, model.items, weight=weight, keep=cluster))
    answers = np.stack([column_of(rows, f"x{index}") for index in range(len(model.items))], axis=1)
    units = number_keys(rows, ["kept"])[0] if cluster else np.arange(len(answers), dtype=np.int64)
    return answers, column_of(rows, "w"), units


def _resampled(answers: Floats, weights: Floats, units: Integers, counts: Floats) -> tuple[Floats, Floats]:
    """Return means and covariances of every replicate, reading the rows in pieces."""
    centre = answers.mean(axis=0)
    shifted = np.concatenate([np.ones((len(answers), 1)), answers - centre], axis=1)
    width = shifted.shape[1]
    crossed = np.zeros((len(counts), width * width))
    for start in range(0, len(shifted), _CHUNK):
        piece = shifted[start : start + _CHUNK]
        flat = (piece[:, :, None] * piece[:, None, :]).reshape(len(piece), -1)
        drawn = counts[:, units[start : start + _CHUNK]] * weights[start : start + _CHUNK]
        crossed += drawn @ flat
    crossed = crossed.reshape(-1, width, width)
    total = crossed[:, 0, 0]
    means = crossed[:, 0, 1:] / total[:, None]
    covariance = crossed[:, 1:, 1:] / total[:, None, None] - means[:, :, None] * means[:, None, :]
    return means + centre, covariance


def _index_errors(model: PathModel, drawn: Solution, means: Floats, covariance: Floats) -> dict[str, float]:
    spread = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1)) if model.standardised else np.ones_like(means)
    errors = {}
    for place, (name, _) in enumerate(model.blocks):
        block = model.block(name)
        if all(item.lowest is not None and item.highest is not None for item in block):
            inside = _blocks(model)[:, place]
            lowest, highest = _scale(block)
            weights = drawn.weights[:, inside, place] / spread[:, inside]
            above = (weights * (means[:, inside] - lowest)).sum(axis=1)
            errors[name] = float((100 * above / (weights @ (highest - lowest))).std(ddof=1))
    return errors
