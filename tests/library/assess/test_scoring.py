from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of

from sealmark.assess.figures import Missing
from sealmark.assess.scoring import share_of_choice, share_of_value
from sealmark.scheme.rules import Scores

D = Decimal
BOOK = book_of(edition_of(["a"], parameters={"open": None, "limit": 80}))
OPEN = {"parameter": "open"}
TINY = D("0.00000000000000000001")


def share(scores, value):
    return share_of_value(Scores.model_validate(scores), D(value), BOOK)


@pytest.mark.parametrize(
    ("scores", "below", "on", "above"),
    [
        ({"at_least": 80}, 0, 1, 1),
        ({"at_least": {"parameter": "limit"}}, 0, 1, 1),
        ({"at_most": 80}, 1, 1, 0),
    ],
)
def test_threshold_is_inclusive_and_exact(scores, below, on, above):
    assert [share(scores, 80 - TINY), share(scores, 80), share(scores, 80 + TINY)] == [below, on, above]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("59", 0), ("60", 0), ("65", "0.125"), ("70", "0.25"), ("80", "0.5"), ("90", 1), ("85", "0.75"), ("99", 1)],
)
def test_curve_is_straight_between_its_points_and_flat_outside(value, expected):
    points = [[60, 0], [70, D("0.25")], [80, D("0.5")], [90, 1]]

    assert share({"curve": points}, value) == D(expected)


def test_curve_may_fall():
    assert [share({"curve": [[1, 1], [3, 0]]}, value) for value in (0, 1, 2, 3, 4)] == [1, 1, D("0.5"), 0, 0]


def test_curve_with_two_points_at_one_place_is_a_jump():
    assert [share({"curve": [[1, 0], [1, 1]]}, value) for value in (0, 1, 2)] == [0, 0, 1]


@pytest.mark.parametrize(("value", "expected"), [("4.9", 0), ("5", "0.3"), ("9.99", "0.3"), ("10", 1), ("11", 1)])
def test_steps_give_the_share_of_the_highest_value_reached(value, expected):
    assert share({"steps": [[5, D("0.3")], [10, 1]]}, value) == D(expected)


@pytest.mark.parametrize(
    "scores",
    [{"at_least": OPEN}, {"at_most": OPEN}, {"curve": [[OPEN, 0], [9, 1]]}, {"steps": [[5, OPEN], [9, 1]]}],
)
def test_unknown_figure_is_named(scores):
    assert share(scores, 7) == Missing("parameter", "open")


def test_choice_has_its_share_or_none():
    scores = Scores.model_validate({"table": {"yes": 1, "no": 0, "perhaps": OPEN}})

    found = [share_of_choice(scores, choice, BOOK) for choice in ("yes", "no", "perhaps", "never")]

    assert found == [1, 0, Missing("parameter", "open"), None]


@pytest.mark.parametrize(
    ("value", "expected"), [("-3", 1), ("5", 1), ("5.01", "0.3"), ("10", "0.3"), ("10.0001", 0), ("99", 0)]
)
def test_steps_at_most_take_the_lowest_value_not_exceeded(value, expected):
    assert share({"steps_at_most": [[5, 1], [10, D("0.3")]]}, value) == D(expected)


def test_steps_at_most_with_an_unknown_figure_are_open():
    assert share({"steps_at_most": [[5, 1], [OPEN, D("0.3")]]}, 1) == Missing("parameter", "open")
