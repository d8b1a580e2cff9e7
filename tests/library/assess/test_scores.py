from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of, evidence_of

from sealmark.assess.figures import Missing
from sealmark.assess.roll_up import Node
from sealmark.assess.scores import count_adjustment, score_node
from sealmark.scheme.grading import Adjustment, Score

D = Decimal
OPEN = {"parameter": "open"}
BOOK = book_of(edition_of(["a"], parameters={"open": None}))
AFTER, BEFORE = "after-normalisation", "before-normalisation"


def special(count=2, each=-1, when=AFTER, at_most=None):
    item = Adjustment.model_validate({"id": "special", "count": "n", "each": each, "when": when, "at_most": at_most})
    facts = {} if count is None else {"n": count if isinstance(count, bool | str) else D(count)}
    return item, count_adjustment(item, evidence_of(facts=facts), BOOK)


def node(share, points=97, missing=(), lower=None, upper=None):
    share = None if share is None else D(share)
    low, high = (share if bound is None else D(bound) for bound in (lower, upper))
    return Node("top", "partial", share, None if points is None else D(points), low, high, missing=tuple(missing))


def scored(given, *specials, **keys):
    return score_node(Score.model_validate({"id": "score", "node": "top", **keys}), given, specials, BOOK)


@pytest.mark.parametrize(
    ("count", "each", "at_most", "points"),
    [(0, -1, None, 0), (2, -1, None, -2), (7, -1, 5, -5), (5, -1, 5, -5), (3, 1, 1, 1), (0, 1, 1, 0)],
)
def test_adjustment_counts_up_to_its_cap(count, each, at_most, points):
    result = special(count, each, at_most=at_most)[1]

    assert (result.count, result.points, result.missing) == (count, points, ())


@pytest.mark.parametrize("count", [None, True, "two", -1])
def test_adjustment_not_declared_is_unknown(count):
    result = special(count)[1]

    assert (result.count, result.points, result.missing) == (None, None, (Missing("fact", "n"),))


@pytest.mark.parametrize("keys", [{"each": OPEN}, {"at_most": OPEN}, {"each": OPEN, "at_most": OPEN}])
def test_adjustment_with_an_unknown_figure_keeps_its_count(keys):
    result = special(2, **keys)[1]

    assert (result.count, result.points) == (2, None)
    assert set(result.missing) == {Missing("parameter", "open")}


@pytest.mark.parametrize(("when", "score"), [(AFTER, "90.78"), (BEFORE, "90.72")])
def test_two_deductions_of_ninety_earned_of_ninety_seven(when, score):
    result = scored(node(D(90) / 97), special(2, -1, when))

    assert (round(result.exact, 2), result.value) == (D(score), result.exact)


def test_before_and_after_together_and_a_scale_of_a_thousand():
    result = scored(node("0.5", 100), special(2, -1, BEFORE), special(3, 1, AFTER), scale=1000)

    assert (result.value, result.scale) == (483, 1000)
    assert [item.points for item in result.adjustments] == [-2, 3]


def test_before_normalisation_needs_the_points_that_apply():
    found = [scored(node("0.5", points), special(2, -1, BEFORE)).value for points in (None, 0)]

    assert found == [None, None]
    assert scored(node("0.5", None), special(0, -1, BEFORE)).value == 50


@pytest.mark.parametrize(("share", "value"), [("0", 0), ("0.005", 0), ("0.5", 49), ("1", 99), ("1.1", 100)])
def test_caps_come_after_adjustments(share, value):
    assert scored(node(share), special(1, -1), lowest=0, highest=100).value == value


@pytest.mark.parametrize(
    ("way", "value"), [("half-up", "94.5"), ("half-even", "94.4"), ("down", "94.4"), ("up", "94.5")]
)
def test_declared_rounding_is_what_counts(way, value):
    result = scored(node("0.9445"), rounding={"places": 1, "way": way})

    assert (result.value, result.exact) == (D(value), D("94.45"))


def test_without_rounding_the_exact_number_counts():
    assert scored(node("0.944999999999999999"), decimals=1).value == D("94.4999999999999999")


def test_dust_of_division_is_gone_before_rounding():
    share = D("0.6" + 50 * "9")

    assert scored(node(share)).value == 70


@pytest.mark.parametrize("keys", [{"scale": OPEN}, {"lowest": OPEN}, {"highest": OPEN}])
def test_an_unknown_figure_leaves_the_score_open_and_is_named(keys):
    result = scored(node("0.5"), **keys)

    assert (result.value, result.exact, result.missing) == (None, None, (Missing("parameter", "open"),))


def test_an_open_score_has_bounds_and_names_what_is_missing():
    gap = Missing("measure", "waiting")

    result = scored(node(None, missing=[gap], lower="0.2", upper="0.8"), special(1, -1))

    assert (result.value, result.lower, result.upper, result.missing) == (None, 19, 79, (gap,))


def test_an_undeclared_adjustment_leaves_the_score_open():
    result = scored(node("0.5"), special(None))

    assert (result.value, result.lower, result.missing) == (None, None, (Missing("fact", "n"),))
