"""How an explained variance is shared out among correlated drivers, from a covariance matrix alone.

LMG, the Shapley value of R²: what a driver adds, averaged over all orders
(Lindeman, Merenda and Gold, *Introduction to Bivariate and Multivariate
Analysis*, 1980, 119 ff.; Grömping, *Journal of Statistical Software* 17(1),
2006). Relative weights: through the orthogonal variables nearest to the
drivers (Johnson, *Multivariate Behavioral Research* 35, 2000, 1-19). Many
matrices are worked side by side on leading axes; the outcome comes last.
"""

from __future__ import annotations

from functools import lru_cache
from math import factorial

import numpy as np

from sealmark.measure.surveys.keys import Floats

__all__ = ["explained_variance", "inflation_factors", "relative_weights", "shapley_shares"]


def shapley_shares(covariance: Floats) -> Floats:
    """Return each driver's share of the outcome's variance; shape (..., drivers). The shares add up to R².

    Args:
        covariance: Of the drivers and, last, the outcome; shape (..., drivers + 1, drivers + 1).

    Example:
        >>> shapley_shares(np.array([[1.0, 0.5, 0.6], [0.5, 1.0, 0.4], [0.6, 0.4, 1.0]])).round(5).tolist()
        [0.28667, 0.08667]
    """
    size = covariance.shape[-1] - 1
    explained = _explained_by_subset(covariance)
    with_driver, weights = _orders(size)
    gains = [explained[..., there] - explained[..., there ^ (1 << driver)] for driver, there in enumerate(with_driver)]
    return np.stack([gain @ weight for gain, weight in zip(gains, weights, strict=True)], axis=-1)


def relative_weights(covariance: Floats) -> Floats:
    """Return Johnson's relative weights; shape (..., drivers). They add up to R².

    Args:
        covariance: As for :func:`shapley_shares`.

    Example:
        >>> relative_weights(np.array([[1.0, 0.5, 0.6], [0.5, 1.0, 0.4], [0.6, 0.4, 1.0]])).round(5).tolist()
        [0.28667, 0.08667]
    """
    correlation = _correlation(covariance)
    values, vectors = np.linalg.eigh(correlation[..., :-1, :-1])
    root = np.sqrt(np.maximum(values, 0.0))
    near = (vectors * root[..., None, :]) @ vectors.swapaxes(-1, -2)
    through = np.linalg.solve(near, correlation[..., :-1, -1:])[..., 0]
    return np.asarray((near**2 @ (through**2)[..., None])[..., 0])


def explained_variance(covariance: Floats) -> Floats:
    """Return R² of the outcome on all drivers; shape (...).

    Args:
        covariance: As for :func:`shapley_shares`.
    """
    toward = covariance[..., :-1, -1:]
    slopes = np.linalg.solve(covariance[..., :-1, :-1], toward)
    return np.asarray((toward * slopes).sum(axis=(-2, -1)) / covariance[..., -1, -1])


def inflation_factors(covariance: Floats) -> Floats:
    """Return each driver's variance inflation: 1 / (1 - R² on the other drivers); shape (drivers).

    Args:
        covariance: As for :func:`shapley_shares`, of two axes.
    """
    return np.diag(np.linalg.inv(_correlation(covariance)[:-1, :-1]))


def _correlation(covariance: Floats) -> Floats:
    spread = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return np.asarray(covariance / spread[..., :, None] / spread[..., None, :])


def _explained_by_subset(covariance: Floats) -> Floats:
    """Return R² of every subset of drivers, bit d of its number saying whether driver d is in it.

    Driver after driver is either dropped or swept out, so that 2^d small matrices
    are carried, not 2^d regressions solved.
    """
    states = covariance[..., None, :, :]
    for _ in range(covariance.shape[-1] - 1):
        column = states[..., 1:, :1]
        kept = states[..., 1:, 1:]
        swept = kept - column * column.swapaxes(-1, -2) / states[..., :1, :1]
        # Swept states follow the kept ones: driver d is bit d of the subset's number.
        states = np.concatenate([kept, swept], axis=-3)
    return np.asarray(1 - states[..., 0, 0] / covariance[..., -1, -1][..., None])


@lru_cache(maxsize=16)
def _orders(size: int) -> tuple[list[np.ndarray[tuple[int], np.dtype[np.int64]]], list[Floats]]:
    """Return for each driver the subsets that hold it, and in what share of all orders it comes last in them."""
    subsets = np.arange(1 << size, dtype=np.int64)
    members = np.array([int(subset).bit_count() for subset in subsets])
    share = np.array([factorial(n - 1) * factorial(size - n) / factorial(size) if n else 0.0 for n in range(size + 1)])
    holding = [subsets[(subsets >> driver) & 1 == 1] for driver in range(size)]
    return holding, [share[members[there]] for there in holding]
