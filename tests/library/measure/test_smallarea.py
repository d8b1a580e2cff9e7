"""Moderated variances, empirical-Bayes means and what they make of a few visited sites."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from sealmark.core.errors import SealmarkError
from sealmark.measure.smallarea import FEWEST, Prior, class_chances, excess_kurtosis, fit_prior, moderate, outlook

CUTS = (60, 70, 80, 90)


def test_variances_that_differ_no_more_than_chance_are_pooled():
    within, freedom = moderate([4.0, 4.0, 7.0], [2, 2, 4])

    assert freedom == math.inf
    assert within == pytest.approx((2 * 4 + 2 * 4 + 4 * 7) / 8)


def test_a_variance_of_zero_counts_as_half_the_smallest_other():
    assert moderate([0.0, 0.4, 300.0, 9.0], [2] * 4) == moderate([0.2, 0.4, 300.0, 9.0], [2] * 4)


def test_the_prior_of_a_large_simulated_group_is_the_one_it_was_drawn_from():
    random = np.random.default_rng(8)
    spreads = 25 * 12 / random.chisquare(12, 4000)
    sites = random.normal(80, 6, (4000, 1)) + np.sqrt(spreads)[:, None] * random.standard_normal((4000, 5))

    prior = fit_prior(sites.mean(axis=1), sites.var(axis=1, ddof=1), np.full(4000, 5))

    assert prior.mean == pytest.approx(80, abs=0.4)
    assert prior.between == pytest.approx(36, rel=0.1)
    assert prior.within == pytest.approx(25, rel=0.1)
    assert prior.freedom == pytest.approx(12, rel=0.3)
    assert prior.members == 4000


def test_organizations_alike_have_hardly_any_variance_between_them_but_never_none():
    prior = fit_prior([80.0, 80.1] * 10, [100.0] * 20, [4] * 20)

    assert 0 < prior.between < 25 / 5
    assert outlook([60.0], [100.0], visited=[4], listed=[400], prior=prior).shrinkage[0] < 0.15


def test_the_variance_between_is_the_maximum_of_itself_times_its_restricted_likelihood():
    means, errors = np.array([70.0, 74, 76, 79, 80, 82, 83, 85, 88, 93]), np.linspace(2, 20, 10)
    prior = fit_prior(means, errors * 5, [5] * 10)
    spread = errors if math.isfinite(prior.freedom) else np.full(10, prior.within / 5)

    def density(between):
        weights = 1 / (between + spread)
        centre = np.average(means, weights=weights)
        return between * np.sqrt(weights.prod() / weights.sum()) * np.exp(-weights @ (means - centre) ** 2 / 2)

    grid = np.linspace(1, 200, 199_001)
    assert prior.between == pytest.approx(grid[np.argmax([density(value) for value in grid[::10]]) * 10], abs=0.02)


@pytest.mark.parametrize(("draw", "tails"), [("standard_normal", 0.0), ("standard_exponential", 6.0)])
@pytest.mark.parametrize("visited", [3, 5, 10])
def test_the_kurtosis_of_many_small_samples_is_that_of_their_distribution(draw, tails, visited):
    sites = getattr(np.random.default_rng(6), draw)((60_000, visited))

    assert excess_kurtosis(sites) == pytest.approx(tails, abs=0.06 if tails == 0 else 0.9)


def test_sites_without_spread_have_no_tails():
    assert excess_kurtosis([[1.0, 1.0], [2.0]]) == excess_kurtosis([[1.0]]) == 0


def test_a_variance_of_values_with_long_tails_counts_for_less():
    prior = Prior(75, 30, 50, 6, 40, tails=3)

    seen = outlook([85.0], [20.0], visited=[4], listed=[16], prior=prior)

    own = 2 / (2 / 3 + 3 / 4)
    assert seen.freedom[0] == pytest.approx(6 + own)
    spread = (6 * 50 + own * 20) / (6 + own)
    assert seen.shrinkage[0] == pytest.approx(30 / (30 + spread / 4))


def test_the_outlook_follows_the_formulas_written_out():
    prior = Prior(mean=75, between=30, within=50, freedom=6, members=40)

    seen = outlook([85.0], [20.0], visited=[4], listed=[16], prior=prior)

    spread = (6 * 50 + 3 * 20) / 9
    weight = 30 / (30 + spread / 4)
    assert seen.freedom.tolist() == [9]
    assert seen.shrinkage[0] == pytest.approx(weight)
    assert seen.centre[0] == pytest.approx(0.25 * 85 + 0.75 * (75 + weight * 10))
    assert seen.error[0] ** 2 == pytest.approx(0.75**2 * (weight * spread / 4 + spread / 12))


def test_one_visited_site_says_something_with_a_group_and_nothing_without():
    prior = Prior(mean=75, between=30, within=50, freedom=6, members=40)

    alone = outlook([85.0], [0.0], visited=[1], listed=[16], prior=prior)

    assert alone.freedom.tolist() == [6]
    with pytest.raises(SealmarkError, match="Give at least 2 visited"):
        outlook([85.0], [0.0], visited=[1], listed=[16])


@pytest.mark.parametrize("group", [None, Prior(70, 10, 20, math.inf, 12)])
def test_where_every_site_was_seen_the_class_is_certain_and_begins_at_its_cut(group):
    seen = outlook([80.0, 79.999], [25.0, 25.0], visited=[6, 6], listed=[6, 6], prior=group)

    assert class_chances(seen, CUTS).tolist() == [[0, 0, 0, 1, 0], [0, 0, 1, 0, 0]]


@given(
    mean=st.floats(0, 100), variance=st.floats(0, 400), visited=st.integers(2, 20), more=st.integers(0, 500),
    prior=st.builds(Prior, st.floats(0, 100), st.floats(0, 200), st.floats(0.1, 300), st.floats(0.5, 50)),
)  # fmt: skip
def test_probabilities_add_to_one_and_a_group_never_widens_its_own_mean(mean, variance, visited, more, prior):
    seen = outlook([mean], [variance], visited=[visited], listed=[visited + more], prior=prior)

    chances = class_chances(seen, CUTS)[0]
    assert chances.min() >= 0
    assert chances.sum() == pytest.approx(1)
    low, high = sorted((mean, prior.mean))
    assert low - 1e-9 <= seen.centre[0] <= high + 1e-9


def test_an_infinite_freedom_is_the_normal_distribution():
    seen = outlook([78.0], [9.0], visited=[4], listed=[40], prior=Prior(78, 1e9, 9, math.inf, 40))

    chances = class_chances(seen, [80.0])[0]
    assert chances[0] == pytest.approx(special.ndtr(2 / seen.error[0]), rel=1e-6)


@pytest.mark.parametrize(
    ("problem", "call"),
    [
        ("SM498", lambda: fit_prior([80.0] * (FEWEST - 1), [4.0] * (FEWEST - 1), [3] * (FEWEST - 1))),
        ("SM499", lambda: fit_prior([80.0] * FEWEST, [0.0] * FEWEST, [3] * FEWEST)),
        ("SM499", lambda: moderate([4.0], [2])),
        ("SM499", lambda: moderate([4.0, 5.0], [0, 0])),
        ("SM497", lambda: outlook([80.0], [4.0], visited=[5], listed=[4])),
    ],
)
def test_what_cannot_be_is_refused(problem, call):
    with pytest.raises(SealmarkError, match=problem):
        call()


@pytest.mark.parametrize(("listed", "shares"), [(40, [1.0]), (40, [0.5, 0.25, 0.25]), (8, [0.5, 0.5])])
def test_with_assessors_of_known_severity_the_outlook_is_right_on_average_and_in_spread(listed, shares):
    random = np.random.default_rng(20)
    organizations, visited = 20_000, 8
    levels = random.normal(75, 6, organizations)
    sites = levels[:, None] + random.normal(0, 7, (organizations, listed))
    severity = random.normal(0, 4, (organizations, len(shares))) @ np.array(shares)
    seen = sites[:, :visited].mean(axis=1) + severity
    prior = Prior(75, 36, 49, math.inf, 100, assessor=16)

    found = outlook(
        seen, np.full(organizations, 49), visited=[visited], listed=[listed], prior=prior,
        concentration=sum(share**2 for share in shares),
    )  # fmt: skip

    apart = (sites.mean(axis=1) - found.centre) / found.error
    # 20,000 organizations: five standard errors of mean, variance and correlation are .035 to .05.
    assert apart.mean() == pytest.approx(0, abs=0.036)
    assert apart.var() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(apart, seen)[0, 1] == pytest.approx(0, abs=0.036)


def test_where_every_site_was_seen_only_severity_is_left():
    lenient = Prior(75, 36, 49, math.inf, 100, assessor=16)

    found = outlook([85.0], [49.0], visited=[8], listed=[8], prior=lenient)

    noise = 36 + 49 / 8
    assert found.centre[0] == pytest.approx(75 + 10 * noise / (noise + 16))
    assert found.error[0] ** 2 == pytest.approx(noise * 16 / (noise + 16))
