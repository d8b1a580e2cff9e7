"""What is known of the population, and every way in which it may not fit the sample."""

import numpy as np
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure.weights.margins import KnownTotal, Margin, build_controls, control_columns

PATTERNS = [("f", 1), ("f", 2), ("m", 1)]
COLUMNS = ("sex", "age")
WEIGHTS = np.array([3.0, 2.0, 5.0])


def build(*controls, weights=WEIGHTS):
    return build_controls(controls, COLUMNS, PATTERNS, weights)


def problem(*controls, **parts):
    with pytest.raises(SealmarkError) as caught:
        build(*controls, **parts)
    return caught.value


def test_a_margin_becomes_one_flag_per_category():
    found = build(Margin("sex", {"f": 60, "m": 40}))

    assert found.values.tolist() == [[1, 0], [1, 0], [0, 1]]
    assert found.totals.tolist() == [60, 40]
    assert found.names == ("sex = f", "sex = m")


def test_crossed_columns_take_tuples_in_any_order():
    crossed = Margin(("age", "sex"), {(1, "f"): 30, (2, "f"): 20, (1, "m"): 50})

    found = build(crossed)

    assert found.values.tolist() == np.eye(3).tolist()
    assert found.names[0] == "age, sex = 1 / f"


def test_numbers_and_the_size_of_the_population():
    found = build(KnownTotal(130, "age"), KnownTotal(100))

    assert found.values.tolist() == [[1, 1], [2, 1], [1, 1]]
    assert found.names == ("age", "units in the population")


def test_a_category_that_nobody_has_may_be_listed_as_empty():
    found = build(Margin("sex", {"f": 60, "m": 40, "x": 0}))

    assert found.totals.tolist() == [60, 40, 0]


def test_columns_are_named_once():
    controls = [Margin(("age", "sex"), {(1, "f"): 1}), Margin("sex", {"f": 1}), KnownTotal(5), KnownTotal(5, "age")]

    assert control_columns(controls) == ("age", "sex")


@pytest.mark.parametrize(
    ("columns", "counts", "words"),
    [
        ((), {"a": 1}, "needs a column"),
        ("sex", {}, "needs a column"),
        ("sex", {"f": -1, "m": 5}, "zero or more"),
        ("sex", {"f": 0}, "zero or more"),
        ("sex", {"f": float("nan")}, "zero or more"),
        (("sex", "age"), {"f": 1}, "other parts"),
    ],
)
def test_margins_that_are_none(columns, counts, words):
    with pytest.raises(SealmarkError, match=words) as caught:
        Margin(columns, counts)

    assert caught.value.codes == ("SM430",)


def test_a_total_must_be_a_number():
    with pytest.raises(SealmarkError) as caught:
        KnownTotal(float("inf"), "age")

    assert caught.value.codes == ("SM430",)


def test_something_must_be_known():
    assert problem().codes == ("SM430",)


def test_rows_in_a_category_without_count():
    found = problem(Margin("sex", {"f": 100}))

    assert found.codes == ("SM431",)
    assert found.problems[0].what == 'Rows stand in "m" of "sex", where the population has no one.'
    assert 'There are: "f".' in found.problems[0].fix


def test_rows_in_a_category_said_to_be_empty():
    assert problem(Margin("sex", {"f": 100, "m": 0})).codes == ("SM431",)


def test_rows_without_a_category():
    with pytest.raises(SealmarkError, match=r'Rows stand in "\(missing\)"'):
        build_controls([Margin("sex", {"f": 1})], ("sex",), [("f",), (None,)], np.ones(2))


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_rows_without_a_number(missing):
    with pytest.raises(SealmarkError, match='no number in the control column "age"') as caught:
        build_controls([KnownTotal(5, "age")], ("age",), [(1.5,), (missing,)], np.ones(2))

    assert caught.value.codes == ("SM431",)


def test_a_category_without_a_respondent():
    found = problem(Margin("sex", {"f": 50, "m": 40, "x": 10}))

    assert found.codes == ("SM432",)
    assert 'No respondent stands in "x" of "sex"' in found.problems[0].what


def test_respondents_of_weight_zero_do_not_count():
    assert problem(Margin("sex", {"f": 50, "m": 50}), weights=np.array([3.0, 2, 0])).codes == ("SM432",)


def test_long_lists_are_cut():
    found = problem(Margin("sex", {"f": 50, "m": 50} | {f"x{index}": 1 for index in range(9)}))

    assert '"x4" and 4 more' in found.problems[0].what


@pytest.mark.parametrize("other", [Margin("age", {1: 60, 2: 50}), KnownTotal(110)])
def test_margins_of_different_size(other):
    found = problem(Margin("sex", {"f": 60, "m": 40}), other)

    assert found.codes == ("SM433",)
    assert "adds up to 100" in found.problems[0].what


def test_every_problem_is_told_at_once():
    found = problem(Margin("sex", {"f": 60, "x": 40}), KnownTotal(90))

    assert found.codes == ("SM433", "SM431", "SM432")
