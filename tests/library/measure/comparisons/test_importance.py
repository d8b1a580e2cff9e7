"""Shares of explained variance against brute force over all orders."""

from itertools import permutations

import numpy as np
import pytest

from sealmark.measure.comparisons.importance import (
    explained_variance,
    inflation_factors,
    relative_weights,
    shapley_shares,
)


def make_covariance(size, seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(40, size + 1)) @ rng.normal(size=(size + 1, size + 1))
    return np.cov(rows, rowvar=False)


def r_squared(covariance, drivers):
    if not drivers:
        return 0.0
    among = covariance[np.ix_(drivers, drivers)]
    toward = covariance[drivers, -1]
    return toward @ np.linalg.solve(among, toward) / covariance[-1, -1]


def over_all_orders(covariance):
    size = len(covariance) - 1
    gains = np.zeros(size)
    orders = list(permutations(range(size)))
    for order in orders:
        for place, driver in enumerate(order):
            gains[driver] += r_squared(covariance, list(order[: place + 1])) - r_squared(
                covariance, list(order[:place])
            )
    return gains / len(orders)


@pytest.mark.parametrize("size", [2, 3, 5, 6])
def test_shapley_shares_equal_the_mean_gain_over_all_orders(size):
    covariance = make_covariance(size, size)

    assert shapley_shares(covariance) == pytest.approx(over_all_orders(covariance), rel=1e-9)


@pytest.mark.parametrize("size", [2, 7, 12])
@pytest.mark.parametrize("shares", [shapley_shares, relative_weights])
def test_shares_add_up_to_the_explained_variance(size, shares):
    covariance = make_covariance(size, 3)

    assert shares(covariance).sum() == pytest.approx(float(explained_variance(covariance)), rel=1e-9)
    assert float(explained_variance(covariance)) == pytest.approx(r_squared(covariance, list(range(size))), rel=1e-12)


@pytest.mark.parametrize("shares", [shapley_shares, relative_weights])
def test_independent_drivers_get_their_squared_correlation(shares):
    covariance = np.diag([4.0, 1.0, 9.0, 1.0])
    covariance[3, :3] = covariance[:3, 3] = np.array([0.5, 0.3, 0.1]) * [2, 1, 3]

    assert shares(covariance) == pytest.approx([0.25, 0.09, 0.01], rel=1e-12)


def test_two_drivers_get_the_same_from_both_methods():
    covariance = make_covariance(2, 8)

    assert relative_weights(covariance) == pytest.approx(shapley_shares(covariance), rel=1e-9)


@pytest.mark.parametrize("shares", [shapley_shares, relative_weights, explained_variance])
def test_many_matrices_are_worked_side_by_side(shares):
    several = np.stack([make_covariance(4, seed) for seed in range(6)]).reshape(2, 3, 5, 5)

    found = shares(several)

    assert found.shape[:2] == (2, 3)
    assert found[1, 2] == pytest.approx(shares(several[1, 2]), rel=1e-12)


def test_the_scale_of_the_answers_does_not_matter():
    covariance = make_covariance(4, 9)
    scale = np.diag([1.0, 10.0, 0.2, 3.0, 7.0])

    for shares in (shapley_shares, relative_weights):
        assert shares(scale @ covariance @ scale) == pytest.approx(shares(covariance), rel=1e-9)


def test_inflation_is_one_over_what_the_others_leave_open():
    covariance = make_covariance(3, 10)
    others = covariance[np.ix_([1, 2, 0], [1, 2, 0])]

    assert inflation_factors(covariance)[0] == pytest.approx(1 / (1 - r_squared(others, [0, 1])), rel=1e-9)
