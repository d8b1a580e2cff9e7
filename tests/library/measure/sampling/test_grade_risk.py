"""The operating characteristic of a grade: the printed table, simulation, and what more evidence buys."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sealmark.core.errors import SealmarkError
from sealmark.measure import GradeDesign, chance_of_right_grade, operating_characteristic, possible_scores

CUTS = [60, 70, 80, 90]
TRUTHS = (84, 86, 88, 90, 92, 94, 96)
# The project's statistics notes, section 6: 100 sites, spread 8, chance of five stars at these true scores; two decimals.
PRINTED = {
    ("mean", 3): (0.09, 0.19, 0.33, 0.50, 0.67, 0.81, 0.91),
    ("mean", 5): (0.04, 0.13, 0.28, 0.50, 0.72, 0.87, 0.96),
    ("mean", 10): (0.01, 0.05, 0.20, 0.50, 0.80, 0.95, 0.99),
    ("sure", 3): (0.02, 0.05, 0.11, 0.20, 0.33, 0.48, 0.64),
    ("sure", 5): (0.01, 0.03, 0.08, 0.20, 0.38, 0.60, 0.79),
    ("sure", 10): (0.00, 0.01, 0.05, 0.20, 0.49, 0.79, 0.95),
}


@pytest.mark.parametrize(("rule", "visited"), PRINTED)
def test_the_printed_operating_characteristic_comes_out(rule, visited):
    found = operating_characteristic(CUTS, GradeDesign(100, visited, 8.0), TRUTHS, rule=rule)

    assert tuple(found.chances[:, 4].round(2)) == PRINTED[rule, visited]


def simulated(truth, design, rule, *, draws=20_000):
    """Grades of organizations whose sites have this mean: their sites drawn, visited and graded one by one."""
    random = np.random.default_rng(11)
    grades = []
    for _ in range(draws // 100):
        sites = random.normal(0, design.spread, (100, design.sites))
        # The truth is the mean of the sites there are; their spread is that of the finite population.
        sites = truth + (sites - sites.mean(axis=1, keepdims=True)) * design.spread / sites.std(
            axis=1, ddof=1, keepdims=True
        )
        seen = sites[:, : design.visited]
        mean = seen.mean(axis=1) + random.normal(0, design.survey_error or 1e-12, 100)
        variance = (1 - design.visited / design.sites) * seen.var(axis=1, ddof=1) / design.visited
        error = np.sqrt(variance + design.survey_error**2)
        for middle, wide, own in zip(mean, error, variance, strict=True):
            freedom = (design.visited - 1) * (wide**2 / own) ** 2
            reached = [
                middle >= cut if rule == "mean" else stats.t.cdf((middle - cut) / wide, freedom) >= 0.8 for cut in CUTS
            ]
            grades.append(sum(reached))
    return np.bincount(grades, minlength=5) / len(grades)


@pytest.mark.parametrize(
    ("rule", "design", "tolerance"),
    [
        ("mean", GradeDesign(100, 5, 8.0), 0.015),
        ("sure", GradeDesign(100, 5, 8.0), 0.015),
        ("mean", GradeDesign(40, 8, 8.0, 2.0), 0.015),
        # Satterthwaite's degrees of freedom are an approximation.
        ("sure", GradeDesign(40, 8, 8.0, 2.0), 0.03),
    ],
)
def test_simulated_evaluations_get_the_grades_foretold(rule, design, tolerance):
    found = operating_characteristic(CUTS, design, [87.0], rule=rule)

    assert found.chances[0] == pytest.approx(simulated(87.0, design, rule, draws=6000), abs=tolerance)


@given(
    st.integers(2, 30), st.floats(0.1, 20), st.floats(0, 5), st.floats(40, 100), st.sampled_from(["mean", "sure"]),
)  # fmt: skip
def test_chances_add_up_and_more_visits_help_a_truth_away_from_a_limit(visited, spread, survey, truth, rule):
    design = GradeDesign(60, visited, spread, survey)

    found = operating_characteristic(CUTS, design, [truth, 85.0], rule=rule)

    assert found.chances.sum(axis=1) == pytest.approx([1, 1], abs=1e-9)
    assert np.all((found.chances >= 0) & (found.chances <= 1))
    if rule == "mean":
        more = operating_characteristic(CUTS, design.with_sites(5), [85.0], rule=rule)
        assert more.right[0] >= found.right[1] - 1e-12


def test_the_right_grade_of_a_truth_on_a_limit_is_the_grade_above():
    found = operating_characteristic(CUTS, GradeDesign(100, 3, 8.0), [59, 60, 90])

    assert found.right == pytest.approx(found.chances[[0, 1, 2], [0, 1, 4]])


def test_without_any_error_every_grade_is_right():
    found = operating_characteristic(CUTS, GradeDesign(5, 5, 8.0), [59.9, 60, 95])

    assert found.chances.tolist() == [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 0, 1]]
    assert found.right.tolist() == [1, 1, 1]


def test_with_all_sites_visited_only_the_interviews_leave_doubt():
    design = GradeDesign(5, 5, 8.0, 3.0, 4.0)

    sure = operating_characteristic([80], design, [80, 90], rule="sure")

    assert (design.error, design.freedom) == (5.0, math.inf)
    assert sure.chances[:, 1] == pytest.approx(stats.norm.cdf(np.array([0, 2]) - stats.norm.ppf(0.8)))


def test_errors_add_up_and_shrink_as_told():
    design = GradeDesign(100, 4, 10.0, 3.0, 1.0)

    assert design.error == pytest.approx(math.sqrt(0.96 * 25 + 9 + 1))
    assert design.freedom == pytest.approx(3 * (34 / 24) ** 2)
    assert design.with_sites(2) == GradeDesign(100, 6, 10.0, 3.0, 1.0)
    assert design.with_sites(500).visited == 100
    assert design.with_interviews(4) == GradeDesign(100, 4, 10.0, 1.5, 1.0)


def test_possible_scores_are_quantiles_of_the_t_distribution_kept_on_the_scale():
    design = GradeDesign(100, 4, 8.0)

    found = possible_scores(86, design)
    exact = possible_scores(86, GradeDesign(4, 4, 8.0, 2.0))

    assert np.quantile(found, 0.25) == pytest.approx(86 + stats.t.ppf(0.25, 3) * design.error, abs=0.01)
    assert (found.min(), found.max()) == (0, 100) or found.max() == 100
    assert np.quantile(exact, 0.9) == pytest.approx(86 + 2 * stats.norm.ppf(0.9), abs=0.01)


def test_more_sites_and_more_interviews_raise_the_chance_of_the_right_grade():
    now = GradeDesign(100, 5, 8.0, 3.0)
    designs = {
        "now": now,
        "sites": now.with_sites(2),
        "interviews": now.with_interviews(2),
        "all": GradeDesign(100, 100, 8.0),
    }

    found = chance_of_right_grade(CUTS, designs, possible_scores(86, now))

    assert found["now"] < found["sites"] < found["interviews"] < found["all"] == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: GradeDesign(10, 0, 8.0),
        lambda: GradeDesign(10, 11, 8.0),
        lambda: GradeDesign(10, 5, -1.0),
        lambda: GradeDesign(10, 5, 8.0, math.inf),
        lambda: operating_characteristic([], GradeDesign(10, 5, 8.0), [80]),
        lambda: operating_characteristic([80, 70], GradeDesign(10, 5, 8.0), [80]),
        lambda: operating_characteristic([math.nan], GradeDesign(10, 5, 8.0), [80]),
        lambda: operating_characteristic(CUTS, GradeDesign(10, 5, 8.0), [80], rule="sure", sure=1),
        lambda: operating_characteristic(CUTS, GradeDesign(10, 1, 8.0), [80], rule="sure"),
        lambda: possible_scores(80, GradeDesign(10, 1, 8.0)),
    ],
)
def test_numbers_outside_their_range_are_refused(call):
    with pytest.raises(SealmarkError) as caught:
        call()

    assert caught.value.codes == ("SM472",)
