"""Likelihood, gradient and information of the many-facet Rasch model over fixed quadrature nodes.

A mark of ``h`` steps on item ``i`` by rater ``r`` has the weight
``exp(h (theta - item_i - rater_r) - step_1 - ... - step_h)``. The abilities are normal
around zero. Raters and steps sum to zero. Marks meet the model only through
counts: subject x (item, rater) pair, and pair x node.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg, sparse, special

from sealmark.measure.raters.ratings import Ratings
from sealmark.measure.surveys.keys import Floats, Integers, tally

__all__ = ["Facets", "Posterior", "contrasts", "facets_of", "information", "posterior"]


@dataclass(frozen=True)
class Facets:
    """The marks as the likelihood sees them.

    Attributes:
        sizes: Items, raters, steps.
        item: Item of every pair that occurs.
        rater: Rater of every pair.
        seen: Subject x pair: marks.
        scores: Sum of steps taken, by subject.
        item_scores: The same by item.
        rater_scores: The same by rater.
        step_counts: Marks at or above every step.
        nodes: Abilities of the quadrature.
        marks: Number of marks.
        lowest: The lowest category, from which the steps are counted.
    """

    sizes: tuple[int, int, int]
    item: Integers
    rater: Integers
    seen: sparse.csr_array
    scores: Floats
    item_scores: Floats
    rater_scores: Floats
    step_counts: Floats
    nodes: Floats
    marks: int
    lowest: float

    @property
    def width(self) -> int:
        """Parameters, the redundant ones included: items, raters, steps, log standard deviation."""
        return sum(self.sizes) + 1

    @cached_property
    def turned(self) -> sparse.csr_array:
        """Pair x subject: marks."""
        return self.seen.T.tocsr()

    def split(self, values: Floats) -> tuple[Floats, Floats, Floats, float]:
        """Return items, raters, steps and the log standard deviation of a vector of all parameters."""
        items, raters, _ = self.sizes
        return values[:items], values[items : items + raters], values[items + raters : -1], float(values[-1])


@dataclass(frozen=True)
class Posterior:
    """What the parameters say.

    Attributes:
        log_likelihood: Of all marks.
        gradient: In all parameters.
        weights: Subject x node: posterior.
        above: Step x pair x node: probability to reach the step.
        counts: Pair x node: expected marks.
        prior: Weight of every node.
    """

    log_likelihood: float
    gradient: Floats
    weights: Floats
    above: Floats
    counts: Floats
    prior: Floats


def facets_of(ratings: Ratings, steps: Integers, nodes: Floats) -> Facets:
    """Return the counts of marks, given also as steps above the lowest category."""
    pairs, pair = np.unique(ratings.item * len(ratings.raters) + ratings.rater, return_inverse=True)
    item, rater = np.divmod(pairs, len(ratings.raters))
    sizes = len(ratings.items), len(ratings.raters), int(steps.max())
    shape = (len(ratings.subjects), len(pairs))
    seen = sparse.coo_array((np.ones(ratings.base), (ratings.subject, pair)), shape=shape).tocsr()
    reached = len(steps) - np.cumsum(np.bincount(steps))[:-1]
    return Facets(
        sizes, item, rater, seen, tally(ratings.subject, steps, shape[0]), tally(ratings.item, steps, sizes[0]),
        tally(ratings.rater, steps, sizes[1]), reached.astype(np.float64), nodes, ratings.base,
        float(ratings.marks.min()),
    )  # fmt: skip


def contrasts(facets: Facets) -> Floats:
    """Return the matrix from free parameters to all: the last rater and step are minus the sum of the others."""
    items, raters, steps = facets.sizes
    summed = [np.vstack([np.eye(size - 1), -np.ones((1, size - 1))]) for size in (raters, steps)]
    return np.asarray(linalg.block_diag(np.eye(items), *summed, np.eye(1)))


def posterior(facets: Facets, values: Floats) -> Posterior:
    """Return likelihood, gradient and posterior weights at a vector of all parameters."""
    items, raters, steps, log_deviation = facets.split(values)
    logits = _logits(facets, values)
    totals = special.logsumexp(logits, axis=0)
    # Probability to reach each step: sums from the highest category down.
    above = np.cumsum(np.exp(logits - totals)[::-1], axis=0)[::-1][1:]
    prior = _prior(facets.nodes, log_deviation)
    joint = facets.scores[:, None] * facets.nodes - facets.seen @ totals + np.log(prior)
    marginal = special.logsumexp(joint, axis=1)
    weights = np.exp(joint - marginal[:, None])
    counts = np.asarray(facets.turned @ weights)
    taken = facets.item_scores @ items + facets.rater_scores @ raters + facets.step_counts @ steps
    gradient = _gradient(facets, values, counts * above, weights.sum(axis=0) - len(weights) * prior)
    return Posterior(float(marginal.sum() - taken), gradient, weights, above, counts, prior)


def information(facets: Facets, values: Floats, found: Posterior) -> Floats:
    """Return minus the second derivatives in all parameters: complete less missing information (Louis 1982)."""
    whole = _complete(facets, values, found)
    precision = np.exp(-2 * facets.split(values)[3])
    means = np.zeros((facets.seen.shape[0], facets.width))
    for node, ability in enumerate(facets.nodes):
        scores = np.asarray((facets.seen @ _node_scores(facets, found.above[:, :, node])).toarray())
        scores[:, -1] = ability**2 * precision
        weighted = found.weights[:, node, None] * scores
        whole -= weighted.T @ scores
        means += weighted
    return np.asarray(whole + means.T @ means)


def _logits(facets: Facets, values: Floats) -> Floats:
    """Return category x pair x node: the log weight of every category."""
    items, raters, steps, _ = facets.split(values)
    category = np.arange(len(steps) + 1)[:, None, None]
    taken = np.append(0.0, np.cumsum(steps))[:, None, None]
    hardness = (items[facets.item] + raters[facets.rater])[:, None]
    return np.asarray(category * (facets.nodes - hardness) - taken)


def _prior(nodes: Floats, log_deviation: float) -> Floats:
    return np.asarray(special.softmax(-0.5 * nodes**2 * np.exp(-2 * log_deviation)))


def _gradient(facets: Facets, values: Floats, reached: Floats, surplus: Floats) -> Floats:
    """Return expected less observed sums; ``reached`` is step x pair x node, ``surplus`` posterior less prior."""
    by_pair = reached.sum(axis=(0, 2))
    items, raters, _ = facets.sizes
    precision = np.exp(-2 * facets.split(values)[3])
    return np.concatenate([
        tally(facets.item, by_pair, items) - facets.item_scores,
        tally(facets.rater, by_pair, raters) - facets.rater_scores,
        reached.sum(axis=(1, 2)) - facets.step_counts,
        [float(surplus @ facets.nodes**2) * precision],
    ])  # fmt: skip


def _node_scores(facets: Facets, above: Floats) -> sparse.csr_array:
    """Return pair x parameter: expected steps at one node, as item, rater and step receive them."""
    items, raters, steps = facets.sizes
    pairs = np.arange(len(facets.item))
    expected = above.sum(axis=0)
    places = [facets.item, items + facets.rater, *(np.full_like(pairs, items + raters + step) for step in range(steps))]
    content = np.concatenate([expected, expected, *above])
    rows = np.tile(pairs, len(places))
    shape = (len(pairs), facets.width)
    return sparse.coo_array((content, (rows, np.concatenate(places))), shape=shape).tocsr()


def _complete(facets: Facets, values: Floats, found: Posterior) -> Floats:
    """Return the information that known abilities would give."""
    items, raters, steps = facets.sizes
    joint = found.above[np.maximum.outer(np.arange(steps), np.arange(steps))]
    covariance = joint - found.above[:, None] * found.above[None]
    by_pair = np.einsum("stcq,cq->stc", covariance, found.counts)
    toward, spread = by_pair.sum(axis=1), by_pair.sum(axis=(0, 1))
    pairs = np.arange(len(facets.item))
    columns = [facets.item, items + facets.rater]
    ones = np.ones(2 * len(pairs))
    design = sparse.coo_array((ones, (np.tile(pairs, 2), np.concatenate(columns))), shape=(len(pairs), items + raters))
    whole = np.zeros((facets.width, facets.width))
    hard, step = slice(0, items + raters), slice(items + raters, facets.width - 1)
    whole[hard, hard] = (design.T @ (design.tocsr() * spread[:, None])).toarray()
    whole[hard, step] = design.T @ toward.T
    whole[step, hard] = whole[hard, step].T
    whole[step, step] = by_pair.sum(axis=2)
    precision = np.exp(-2 * facets.split(values)[3])
    squares = facets.nodes**2
    surplus = float((found.weights.sum(axis=0) - len(found.weights) * found.prior) @ squares)
    spread_of_prior = float(found.prior @ squares**2 - (found.prior @ squares) ** 2)
    whole[-1, -1] = 2 * precision * surplus + len(found.weights) * precision**2 * spread_of_prior
    return whole
