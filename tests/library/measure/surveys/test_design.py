from dataclasses import replace

import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import Design, Mean, Total, estimate

ROWS = pa.table(
    {
        "q": [1, 2, 3, 4],
        "w": [1.0, 2.0, 1.0, 1.0],
        "bad": [1.0, None, -1.0, float("nan")],
        "zero": [0.0] * 4,
        "s": ["a", "a", "b", "b"],
        "lonely": ["a", "a", "a", "b"],
        "gap": ["a", None, "b", "b"],
        "n": [10, 10, 20, 20],
        "mixed": [10, 11, 20, 20],
        "few": [1, 1, 20, 20],
        "c": [1, 1, 2, 3],
    }
)


def problem(design):
    with pytest.raises(SealmarkError) as caught:
        estimate(ROWS, {"m": Mean("q")}, design=design)
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize(
    ("design", "code", "what"),
    [
        (Design(weight="wait"), "SM403", 'The design names the column "wait", which the table does not have.'),
        (Design(weight="s"), "SM404", 'The design needs numbers, but the column "s" holds string.'),
        (Design(cluster2="c"), "SM405", "A second stage is named without a first."),
        (
            Design(cluster="c", population2=5),
            "SM405",
            "The second stage's population is given without the first's.",
        ),
        (
            Design(strata="s", population={("a", 1): 3}),
            "SM405",
            "The population is given for ('a', 1), but there are 1 stratum columns.",
        ),
        (Design(weight="bad"), "SM406", '3 rows have no weight in "bad", or one below zero.'),
        (Design(weight="zero"), "SM406", 'All weights in "zero" are zero.'),
        (Design(strata="gap"), "SM406", '1 rows have no value in the design column "gap".'),
        (Design(strata="s", population={"a": 3}), "SM407", 'Strata "b" have no population.'),
        (Design(strata="s", population="mixed"), "SM407", 'Strata "a" have more than one population number.'),
        (Design(strata="s", population="few"), "SM407", 'Strata "a" have a population smaller than the sample.'),
        (Design(population=3), "SM407", 'Strata "(the whole table)" have a population smaller than the sample.'),
        (
            Design(strata="lonely"),
            "SM408",
            'Only one row was drawn in the strata "b": no variance can be estimated there.',
        ),
    ],
)
def test_designs_that_do_not_fit_say_what_is_wrong(design, code, what):
    found = problem(design)

    assert (found.code, found.what) == (code, what)
    assert found.fix


def test_the_lonely_error_names_clusters_and_the_remedies():
    found = problem(Design(strata="s", cluster="c"))

    assert found.what == 'Only one cluster was drawn in the strata "a": no variance can be estimated there.'
    assert [rule for rule in ("adjust", "average", "certainty", "remove") if rule in found.fix] == [
        "adjust", "average", "certainty", "remove",
    ]  # fmt: skip


def test_many_strata_are_listed_in_short():
    table = pa.table({"q": range(8), "s": range(8)})

    with pytest.raises(SealmarkError, match=r'"0", "1", "2", "3", "4" and 3 more'):
        estimate(table, {"m": Mean("q")}, design=Design(strata="s"))


def test_the_prefix_of_the_designs_own_columns_is_kept_free():
    with pytest.raises(SealmarkError) as caught:
        estimate(pa.table({"q": [1, 2], "sm_weight": [1, 1]}), {"m": Mean("q")}, design=Design())

    assert caught.value.problems[0].what == "The table has columns that begin with sm_: sm_weight."


@pytest.mark.parametrize("room", ["room", None])
def test_two_stage_weights_follow_from_both_populations(room):
    columns = {"shop": [1, 1, 2, 2, 2, 2], "q": [1, 3, 5, 5, 7, 7], "size": [4, 4, 10, 10, 10, 10]}
    table = pa.table(columns | {"room": [1, 2, 1, 1, 2, 2]})
    design = Design(cluster="shop", population=10, cluster2=room, population2="size")

    (cell,) = estimate(table, {"m": Total("q")}, design=design)

    # Ten shops over two; in each shop, units in the population over units drawn.
    drawn = 2 if room else 4
    assert cell.estimate.value == 5 * (4 * (1 + 3) // 2) + 5 * 10 * (5 + 5 + 7 + 7) // drawn


def test_a_missing_population_of_the_second_stage_is_named():
    table = pa.table({"shop": [1, 1, 2, 2], "q": [1, 2, 3, 4], "size": [1, 1, 9, 9]})

    with pytest.raises(SealmarkError) as caught:
        estimate(table, {"m": Mean("q")}, design=Design(cluster="shop", population=5, population2="size"))

    assert caught.value.problems[0].what == 'Clusters "1" have a population smaller than the sample.'


def test_weights_of_no_rows_are_no_problem():
    table = pa.table({"q": pa.array([], pa.int64()), "w": pa.array([], pa.float64())})

    (cell,) = estimate(table, {"m": Mean("q")}, design=Design(weight="w"))

    assert cell.estimate.value is None


def test_a_second_stage_of_unknown_size_counts_as_endless():
    table = pa.table(
        {"shop": [1, 1, 1, 2, 2, 2, 3, 3, 3], "who": list(range(9)), "q": [4, 6, 9, 3, 8, 7, 5, 5, 1], "w": [2.0] * 9}
    )
    named = Design("w", cluster="shop", population=6, cluster2="who")

    (open_ended,) = estimate(table, {"m": Mean("q")}, design=named)

    (endless,) = estimate(table, {"m": Mean("q")}, design=replace(named, population2=10**12))
    (small,) = estimate(table, {"m": Mean("q")}, design=replace(named, population2=3))
    errors = [float(cell.estimate.standard_error) for cell in (open_ended, endless, small)]
    assert errors[0] == pytest.approx(errors[1], rel=1e-9)
    assert errors[0] > errors[2]
