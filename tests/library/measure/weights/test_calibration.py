"""Factors that meet totals: against closed forms, and what cannot be met says so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure.weights import calibration as module
from sealmark.measure.weights.calibration import Bounds, Controls, controlled_totals, fit_factors, solve_scaled

TWO = np.array([[1.0, 0.0], [0.0, 1.0]])


def controls(values, totals):
    names = tuple(f"c{index}" for index in range(len(totals)))
    return Controls(np.asarray(values, dtype=float), np.asarray(totals, dtype=float), names)


def code_of(caught):
    return caught.value.codes


def test_one_margin_gives_population_over_sample():
    for distance in ("linear", "raking"):
        found = fit_factors(controls(TWO, [60, 40]), np.array([50.0, 50.0]), distance=distance)

        assert found == pytest.approx([1.2, 0.8], rel=1e-10)


def test_linear_factors_are_the_regression_formula():
    random = np.random.default_rng(3)
    x = np.c_[np.ones(30), random.normal(size=30)]
    weights, totals = random.uniform(1, 3, 30), np.array([70.0, 4.0])

    found = fit_factors(controls(x, totals), weights)

    expected = 1 + x @ np.linalg.solve((x.T * weights) @ x, totals - weights @ x)
    assert found == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("distance", "bounds"),
    [
        ("linear", None),
        ("raking", None),
        ("linear", Bounds(0.6, 1.6)),
        ("raking", Bounds(0.6, 1.6)),
        ("logit", Bounds(0.6, 1.6)),
    ],
)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_totals_are_met_and_bounds_kept(distance, bounds, seed):
    random = np.random.default_rng(seed)
    x = np.c_[np.eye(3)[random.integers(0, 3, 60)], random.uniform(0, 10, 60)]
    weights = random.uniform(1, 5, 60)
    # Totals of a population that factors inside the bounds lead to, so that they can be met.
    target = weights * random.uniform(0.8, 1.25, 60) @ x

    found = fit_factors(controls(x, target), weights, distance=distance, bounds=bounds)

    assert controlled_totals(controls(x, target), weights * found) == pytest.approx(target, rel=1e-8)
    if bounds:
        assert found.min() >= bounds.lowest
        assert found.max() <= bounds.highest


def test_repeated_controls_do_no_harm():
    twice = np.c_[TWO, TWO]

    found = fit_factors(controls(twice, [60, 40, 60, 40]), np.array([50.0, 50.0]), distance="raking")

    assert found == pytest.approx([1.2, 0.8])


def test_the_unit_of_a_control_does_not_matter():
    x = np.c_[np.ones(4), [1.0, 2, 3, 4]]
    weights = np.ones(4)

    small = fit_factors(controls(x, [40, 110]), weights)
    large = fit_factors(controls(x * [1, 1e9], [40, 110e9]), weights)

    assert small == pytest.approx(large, rel=1e-9)


def test_a_strong_pull_needs_shorter_steps():
    x = np.c_[np.ones(5), [0.0, 1, 2, 3, 50]]

    found = fit_factors(controls(x, [5.0, 220.0]), np.ones(5), distance="raking")

    assert found @ x == pytest.approx([5.0, 220.0])
    assert found.min() > 0


@pytest.mark.parametrize(("low", "high"), [(1.0, 2.0), (0.5, 1.0), (-0.1, 2.0), (0.5, float("inf"))])
def test_bounds_must_enclose_one(low, high):
    with pytest.raises(SealmarkError, match="leave no room") as caught:
        Bounds(low, high)

    assert code_of(caught) == ("SM435",)


def test_logit_needs_bounds():
    with pytest.raises(SealmarkError, match="needs bounds") as caught:
        fit_factors(controls(TWO, [60, 40]), np.array([50.0, 50.0]), distance="logit")

    assert code_of(caught) == ("SM435",)


@pytest.mark.parametrize("distance", ["linear", "raking", "logit"])
def test_narrow_bounds_are_named_with_the_closest_that_serve(distance):
    with pytest.raises(SealmarkError, match="cannot meet") as caught:
        fit_factors(controls(TWO, [60, 40]), np.array([50.0, 50.0]), distance=distance, bounds=Bounds(0.9, 1.1))

    assert code_of(caught) == ("SM435",)
    assert caught.value.problems[0].fix == "Bounds from 0.8 to 1.2 are about the closest that can."
    assert fit_factors(
        controls(TWO, [60, 40]), np.array([50.0, 50.0]), distance=distance, bounds=Bounds(0.79, 1.21)
    ) == pytest.approx([1.2, 0.8], rel=1e-8)


@pytest.mark.parametrize("bounds", [None, Bounds(0.1, 10)])
def test_contradictory_totals_do_not_converge(bounds):
    with pytest.raises(SealmarkError, match="do not converge") as caught:
        fit_factors(controls(np.c_[TWO, TWO], [60, 40, 40, 60]), np.array([50.0, 50.0]), bounds=bounds)

    assert code_of(caught) == ("SM434",)
    assert "contradict each other" in caught.value.problems[0].fix


def test_a_total_beyond_all_values_does_not_converge():
    with pytest.raises(SealmarkError, match='"c1" = 100') as caught:
        fit_factors(controls(np.c_[np.ones(3), [1.0, 2, 3]], [10, 100]), np.ones(3), distance="raking")

    assert code_of(caught) == ("SM434",)
    assert "only weights below zero" in caught.value.problems[0].fix


def test_nobody_where_two_margins_cross_does_not_converge():
    # Only the diagonal is filled: a raked table must have equal margins there.
    x = np.array([[1.0, 0, 1, 0], [0, 1, 0, 1]])

    with pytest.raises(SealmarkError) as caught:
        fit_factors(controls(x, [50, 50, 40, 60]), np.array([1.0, 1.0]), distance="raking")

    assert code_of(caught) == ("SM434",)


def test_rounds_end(monkeypatch):
    monkeypatch.setattr(module, "_ROUNDS", 1)

    with pytest.raises(SealmarkError, match="do not converge") as caught:
        fit_factors(controls(TWO, [90, 10]), np.array([50.0, 50.0]), distance="raking")

    assert code_of(caught) == ("SM434",)


def test_solving_ignores_columns_without_values():
    found = solve_scaled(np.array([[2.0, 0], [0, 0]]), np.array([4.0, 0]))

    assert found.tolist() == [2.0, 0.0]
