"""Designs, weights and answers that cannot give an honest number: one clear error, or a limitation in the result."""

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import (
    Bounds,
    CompanyMeans,
    Design,
    Index,
    Item,
    KnownTotal,
    Margin,
    Mean,
    Promoter,
    Quantile,
    RescaledMean,
    RespondentMean,
    TopBox,
    base_weights,
    calibrate,
    estimate,
    estimate_weighted,
    opposed_items,
    post_stratify,
    rake,
    scale_reliability,
)
from sealmark.measure.surveys.estimation import ALL_EQUAL, ONE_UNIT
from sealmark.measure.surveys.totals import MOST_CELLS


def problem(function, *values, **parts):
    with pytest.raises(SealmarkError) as caught:
        function(*values, **parts)
    (found,) = caught.value.problems
    return found


def mean_of(columns, **design):
    (cell,) = estimate(pa.table(columns), {"m": Mean("q")}, design=Design(**design))
    return cell.estimate


# --- the design ----------------------------------------------------------------------------------

TWICE = {"region": ["n", "n", "n", "s", "s", "s"], "shop": [1, 2, 2, 2, 3, 3], "q": [1, 2, 3, 4, 5, 6]}


def test_a_cluster_in_two_strata():
    found = problem(mean_of, TWICE, strata="region", cluster="shop")

    assert (found.code, found.what) == ("SM488", 'Clusters of "shop" stand in more than one stratum: "2".')
    assert "nested" in found.fix


def test_clusters_numbered_anew_in_each_stratum_are_declared():
    assert mean_of(TWICE, strata="region", cluster="shop", nested=True).degrees_of_freedom == 2


def test_many_clusters_in_two_strata_are_listed_in_short():
    columns = {"region": ["n"] * 9 + ["s"] * 9, "shop": list(range(9)) * 2, "q": list(range(18))}

    assert problem(mean_of, columns, strata="region", cluster="shop").what.endswith(
        '"0", "1", "2", "3", "4" and 4 more.'
    )


def test_clusters_without_strata_cannot_stand_in_two():
    assert mean_of(TWICE, cluster="shop").degrees_of_freedom == 2


@pytest.mark.parametrize(
    ("columns", "design", "code", "what"),
    [
        ({}, {"population": 3}, "SM407", 'Strata "(the whole table)" have a population smaller than the sample.'),
        ({"w": [1, 1, -1, 1]}, {"weight": "w"}, "SM406", '1 rows have no weight in "w", or one below zero.'),
        ({"w": [0, 0, 0, 0]}, {"weight": "w"}, "SM406", 'All weights in "w" are zero.'),
        ({"s": ["a", None, "a", "a"]}, {"strata": "s"}, "SM406", '1 rows have no value in the design column "s".'),
        (
            {"s": ["a", "a", "a", "b"]},
            {"strata": "s"},
            "SM408",
            'Only one row was drawn in the strata "b": no variance can be estimated there.',
        ),
    ],
    ids=["population below the sample", "negative weight", "all weights zero", "no stratum", "lone stratum"],
)
def test_designs_that_cannot_be(columns, design, code, what):
    found = problem(mean_of, {"q": [1, 2, 3, 4]} | columns, **design)

    assert (found.code, found.what) == (code, what)
    assert found.fix


def test_rows_of_weight_zero_do_not_count():
    found = mean_of({"q": [1, 2, 3, 9], "w": [1, 1, 1, 0]}, weight="w")

    assert (found.value, found.base) == (2, 4)


# --- weights -------------------------------------------------------------------------------------

SAMPLE = pa.table({"age": ["y", "y", "y", "o", "o"], "area": ["n", "s", "n", "s", "s"], "q": [1, 2, 3, 4, 5]})
PLAIN = base_weights(SAMPLE, design=Design())


def test_weights_that_do_not_reach_the_margins():
    found = problem(post_stratify, PLAIN, Margin("age", {"y": 60, "o": 30, "child": 10}))

    assert (found.code, "child" in found.what) == ("SM432", True)


def test_raking_that_does_not_converge():
    # Nobody old lives in the north: these margins ask for someone.
    margins = [Margin("age", {"y": 20, "o": 80}), Margin("area", {"n": 70, "s": 30})]

    found = problem(rake, PLAIN, margins)

    assert (found.code, "do not converge" in found.what) == ("SM434", True)


def test_bounds_too_narrow_for_the_totals():
    found = problem(calibrate, PLAIN, [KnownTotal(5), KnownTotal(22, "q")], bounds=Bounds(0.9, 1.1))

    assert (found.code, "Bounds from" in found.fix) == ("SM435", True)


# --- a scale coded the wrong way round -----------------------------------------------------------


@pytest.fixture(scope="module")
def scale():
    random = np.random.default_rng(2)
    level = random.normal(7, 1.5, 200)
    answers = {f"q{i}": np.clip(np.rint(level + random.normal(0, 1, 200)), 1, 10) for i in range(1, 5)}
    return pa.table(answers | {"q4": 11 - answers["q4"], "shop": np.repeat(np.arange(20), 10)})


ITEMS = [Item(f"q{i}", 1, 10) for i in range(1, 5)]
TURNED = [*ITEMS[:3], Item("q4", 1, 10, reversed=True)]
WARNING = ("These items run against the others, perhaps coded the wrong way round: q4.",)


@pytest.mark.parametrize("formula", [RespondentMean(10), RescaledMean(), CompanyMeans()])
def test_an_index_with_a_turned_item_says_so(scale, formula):
    asked = {"wrong": Index(ITEMS, formula), "right": Index(TURNED, formula), "single": Index(ITEMS[:1], formula)}

    cells = estimate(scale, asked, design=Design())

    assert {cell.measure: cell.limitations for cell in cells} == {"wrong": WARNING, "right": (), "single": ()}


def test_adjusted_weights_say_it_too(scale):
    weighting = calibrate(base_weights(scale, design=Design(cluster="shop")), [KnownTotal(1000)])

    (cell,) = estimate_weighted(weighting, {"index": Index(ITEMS, RespondentMean(10))})

    assert cell.limitations == WARNING


def test_reliability_shows_the_item(scale):
    found = scale_reliability(scale, ITEMS)

    assert found.item_total["q4"] < 0
    assert found.alpha_without["q4"] > 0.8 > found.alpha


def test_one_turned_item_of_three_does_not_accuse_the_others():
    answers = pa.table({"a": [1, 2, 3, 4, 5, 6] * 9, "b": [2, 1, 4, 3, 6, 5] * 9, "turned": [6, 5, 4, 3, 2, 1] * 9})

    assert opposed_items(answers, {"scale": ["a", "b", "turned"]}) == {"scale": ("turned",)}


def test_of_two_items_nobody_knows_which_is_turned():
    answers = pa.table({"a": [1, 2, 3, 4, 5, 6] * 9, "turned": [6, 5, 4, 2, 3, 1] * 9})

    assert opposed_items(answers, {"scale": ["a", "turned"]}) == {"scale": ("a", "turned")}


def test_unrelated_items_are_not_accused():
    random = np.random.default_rng(0)
    answers = pa.table({f"q{i}": random.integers(1, 11, 300) for i in range(6)})

    assert opposed_items(answers, {"scale": list(answers.column_names)}) == {"scale": ()}


@pytest.mark.parametrize("rows", [[(1, 5), (2, 4)], [(3, 1), (3, 2), (3, 3)], [(1, None), (None, 2)]])
def test_too_few_answers_or_no_spread_tell_nothing_of_direction(rows):
    answers = pa.table(
        {"a": pa.array([a for a, _ in rows], pa.int64()), "b": pa.array([b for _, b in rows], pa.int64())}
    )

    assert opposed_items(answers, {"scale": ["a", "b"]}) == {"scale": ()}


def test_columns_that_are_not_there():
    assert problem(opposed_items, SAMPLE, {"scale": ["q", "nope"]}).code == "SM403"


# --- too little, too much ------------------------------------------------------------------------

EQUAL = {"q": [7] * 30, "shop": list(range(10)) * 3}


@pytest.mark.parametrize("design", [{}, {"cluster": "shop"}, {"population": 500}])
@pytest.mark.parametrize("measure", [Mean("q"), Promoter("q"), Quantile("q"), TopBox("q", at_least=5, interval="mean")])
def test_all_answers_equal_leave_no_interval(measure, design):
    (cell,) = estimate(pa.table(EQUAL), {"m": measure}, design=Design(**design))

    found = cell.estimate
    assert found.value is not None
    assert (found.standard_error, found.lower, found.upper, found.note) == (None, None, None, ALL_EQUAL)


def test_a_median_inside_a_crowd_of_equal_answers_has_no_interval():
    table = pa.table({"q": [3] * 2 + [10] * 28})

    (cell,) = estimate(table, {"m": Quantile("q")}, design=Design())

    assert (cell.estimate.value, cell.estimate.lower, cell.estimate.note) == (10, None, ALL_EQUAL)


def test_a_share_of_all_keeps_an_interval_that_allows_for_those_not_asked():
    (cell,) = estimate(pa.table(EQUAL), {"m": TopBox("q", at_least=5)}, design=Design())

    assert cell.estimate.value == 1
    assert 0.8 < cell.estimate.lower < 1
    assert cell.estimate.note == ""


def test_all_answers_equal_make_no_scale():
    assert problem(scale_reliability, pa.table({"a": [1, 2, 3], "b": [4, 4, 4]}), ["a", "b"]).code == "SM415"


@pytest.mark.parametrize("measure", [Mean("q"), Promoter("q"), TopBox("q", at_least=9), Quantile("q")])
def test_one_respondent(measure):
    (cell,) = estimate(pa.table({"q": [9]}), {"m": measure}, design=Design())

    found = cell.estimate
    assert found.value is not None
    assert (found.base, found.standard_error, found.lower, found.note) == (1, None, None, ONE_UNIT)


def test_millions_of_groups():
    person = np.arange(MOST_CELLS + 1, dtype=np.int32)
    table = pa.table({"person": person, "q": np.ones(len(person), dtype=np.int8)})

    found = problem(estimate, table, {"m": Mean("q")}, design=Design(), by="person")

    assert (found.code, found.what) == (
        "SM489",
        "The columns to split by ask for 2,000,001 estimates; at most 2,000,000 fit at once.",
    )


def test_the_number_of_measures_counts():
    person = np.arange(MOST_CELLS // 4 + 1, dtype=np.int32)
    table = pa.table({"person": person, "q": np.ones(len(person), dtype=np.int8)})

    found = problem(estimate, table, {name: Mean("q") for name in "abcd"}, design=Design(), by="person")

    assert (found.code, "2,000,004 estimates" in found.what) == ("SM489", True)
