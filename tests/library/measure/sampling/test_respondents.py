"""Sizes for a precision, a difference and a decision: published numbers, R, and the textbook formulas."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sealmark.core.errors import SealmarkError
from sealmark.measure import (
    Waves,
    half_width_of_mean,
    half_width_of_share,
    invitations_for,
    power_of_difference,
    respondents_for_difference,
    respondents_for_mean,
    respondents_for_share,
    respondents_for_share_difference,
    visits_for_margin,
)


def test_half_width_of_a_mean_is_the_t_interval():
    expected = stats.t.ppf(0.975, 249) * 14.35 / math.sqrt(250)

    assert half_width_of_mean(250, 14.35) == pytest.approx(expected, rel=1e-12)
    assert half_width_of_mean(250, 14.35, population=250) == 0


@given(
    st.floats(0.5, 5), st.floats(5, 30), st.sampled_from([None, 50, 2000]), st.sampled_from([1.0, 2.5]),
)  # fmt: skip
def test_one_respondent_fewer_is_too_few(width, spread, population, effect):
    parts = {"population": population, "design_effect": effect}

    base = respondents_for_mean(width, spread, **parts)

    assert half_width_of_mean(base, spread, **parts) <= width
    assert base == 2 or half_width_of_mean(base - 1, spread, **parts) > width


def test_shares_need_most_at_one_half():
    assert respondents_for_share(0.05) == 388
    assert respondents_for_share(0.05, 0.1) < respondents_for_share(0.05, 0.3) < 388
    assert half_width_of_share(388) <= 0.05 < half_width_of_share(387)


@pytest.mark.parametrize(
    "call",
    [
        lambda: respondents_for_mean(0, 1),
        lambda: respondents_for_mean(1, -1),
        lambda: respondents_for_mean(1, 1, confidence=95),
        lambda: respondents_for_mean(1, 1, population=0),
        lambda: respondents_for_mean(1, 1, design_effect=0),
        lambda: respondents_for_share(5),
        lambda: respondents_for_share(0.05, 50),
        lambda: respondents_for_difference(0, 1),
        lambda: respondents_for_difference(1, -1),
        lambda: respondents_for_difference(1, 1, power=1),
        lambda: respondents_for_difference(1, 1, waves=Waves(1.5)),
        lambda: respondents_for_difference(1, 1, waves=Waves(0.5, 2)),
        lambda: respondents_for_share_difference(0.5, 0.5),
        lambda: respondents_for_share_difference(0.5, 1),
        lambda: respondents_for_share_difference(0, 0.5),
        lambda: invitations_for(10, response_rate=0),
        lambda: visits_for_margin(0, 8, sites=10),
        lambda: visits_for_margin(5, 8, sites=0),
    ],
)
def test_numbers_outside_their_range_are_refused(call):
    with pytest.raises(SealmarkError) as caught:
        call()

    assert caught.value.codes == ("SM419",)


# R 4.2.2, power.t.test and power.prop.test, defaults but for what is named; exact to the whole number they round up to.
IN_R = [
    ((0.5, 1.0), {}, 63.76576371),
    ((0.2, 1.0), {}, 393.4066562),
    ((2, 14.35), {"power": 0.9, "confidence": 0.9}, 882.4216423),
    ((1, 1.0), {"power": 0.9}, 22.0210977),
    ((0.5, 1.0), {"waves": Waves(1.0, 0.5)}, 33.36720409),  # type = "paired", standard deviation of differences 1
]


@pytest.mark.parametrize(("numbers", "setting", "expected"), IN_R)
def test_respondents_for_a_difference_are_those_of_r(numbers, setting, expected):
    assert respondents_for_difference(*numbers, **setting) == math.ceil(expected)


@pytest.mark.parametrize(
    ("shares", "power", "expected"), [((0.5, 0.75), 0.9, 76.70693011), ((0.8, 0.85), 0.8, 905.365778)]
)
def test_respondents_for_a_difference_of_shares_are_those_of_r(shares, power, expected):
    # R's own power.prop.test leaves the population endless, samples independent, and no continuity correction.
    assert respondents_for_share_difference(*shares, power=power) == math.ceil(expected)
    assert respondents_for_share_difference(*shares[::-1], power=power) == math.ceil(expected)


@given(
    st.floats(0.2, 3), st.sampled_from([0.5, 0.8, 0.95]), st.sampled_from([None, 0.0, 0.4, 1.0]),
    st.sampled_from([-0.3, 0.0, 0.7]), st.sampled_from([None, 400]), st.sampled_from([1.0, 1.7]),
)  # fmt: skip
def test_one_fewer_in_each_wave_has_too_little_power(difference, power, overlap, correlation, population, effect):
    waves = Waves(overlap, correlation)
    setting = {"population": population, "design_effect": effect}

    base = respondents_for_difference(difference, 5.0, power=power, waves=waves, **setting)

    reached = power_of_difference(base, difference, 5.0, waves=waves, **setting)
    assert reached >= power or base == population
    assert base == 2 or power_of_difference(base - 1, difference, 5.0, waves=waves, **setting) < power


def test_the_same_people_asked_twice_show_a_difference_sooner_and_a_census_shows_it_for_sure():
    apart = respondents_for_difference(2, 10.0)

    assert respondents_for_difference(2, 10.0, waves=Waves(0.5, 0.6)) < apart
    assert respondents_for_difference(2, 10.0, waves=Waves(0.0, 0.6)) == apart
    assert respondents_for_difference(2, 10.0, population=100) < 100
    assert power_of_difference(100, 2, 10.0, population=100) == 1.0


def test_very_large_samples_are_taken_as_normal():
    base = respondents_for_difference(0.005, 1.0)

    assert base == math.ceil(2 * ((stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) / 0.005) ** 2)
    assert power_of_difference(10**6, 0.005, 1.0) == pytest.approx(
        stats.norm.cdf(0.005 * math.sqrt(5e5) - 1.959964), abs=1e-6
    )


def test_shares_of_a_small_population_need_no_more_than_there_are():
    assert respondents_for_share_difference(0.8, 0.85, population=500) <= 500
    assert respondents_for_share_difference(0.5, 0.75, power=0.9, population=500) < 77


def test_overlapping_waves_have_the_simulated_variance():
    """Draw both waves of a small population many times: the variance of the difference is the formula's."""
    random = np.random.default_rng(5)
    size, base, common, correlation = 60, 20, 10, 0.6
    first = random.normal(size=size)
    second = correlation * first + math.sqrt(1 - correlation**2) * random.normal(size=size)
    # Make the finite population have exactly variance 1 and this correlation.
    values = np.stack([first - first.mean(), second - second.mean()])
    values = np.linalg.inv(np.linalg.cholesky(np.cov(values))) @ values
    values = np.linalg.cholesky(np.array([[1, correlation], [correlation, 1]])) @ values
    differences = []
    for _ in range(20_000):
        order = random.permutation(size)
        differences.append(values[1, order[common : common + base]].mean() - values[0, order[:base]].mean())

    slope, constant = Waves(common / base, correlation).variance_parts(size)

    assert np.var(differences) == pytest.approx(slope / base - constant, rel=0.03)


def test_more_are_asked_than_answer():
    assert invitations_for(388, response_rate=0.25) == 1552
    assert invitations_for(3, response_rate=0.3) == 10
    assert invitations_for(10, response_rate=1, population=10) == 10


def test_asking_more_than_there_are_is_refused_with_the_rate_it_would_take():
    with pytest.raises(SealmarkError) as caught:
        invitations_for(388, response_rate=0.25, population=1000)

    assert caught.value.codes == ("SM473",)
    assert "39% or more" in caught.value.problems[0].fix


# Published in the project's statistics notes (section 6): sigma, delta = 2, 3, 5, 8, for 20, 100 and 500 sites.
VISITS = {
    5: ((15, 12, 8, 5), (36, 21, 10, 5), (50, 25, 10, 6)),
    8: ((18, 16, 12, 8), (59, 39, 20, 10), (109, 56, 23, 10)),
    12: ((19, 18, 15, 11), (76, 59, 34, 18), (192, 109, 47, 20)),
}


@pytest.mark.parametrize("spread", VISITS)
def test_visits_for_a_margin_are_those_published(spread):
    found = tuple(
        tuple(visits_for_margin(margin, spread, sites=sites) for margin in (2, 3, 5, 8)) for sites in (20, 100, 500)
    )

    assert found == VISITS[spread]


def test_sites_that_do_not_differ_need_two_visits_and_two_sites_are_both_visited():
    assert visits_for_margin(5, 0, sites=100) == 2
    assert visits_for_margin(0.1, 30, sites=2) == 2
