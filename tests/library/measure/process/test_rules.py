"""The rules against hand-made patterns, and against a slow search written apart from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure.process.rules import EVERY_RULE, RULES, USUAL_RULES, find_signals


def found(sigmas, rule):
    labels = [str(index) for index in range(len(sigmas))]
    return [(one.index, one.side) for one in find_signals(sigmas, sigmas, labels=labels, rules=[rule])]


@pytest.mark.parametrize(
    ("rule", "sigmas", "expected"),
    [
        ("beyond-3-sigma", [3.0, 3.01, -3.0, -3.2], [(1, "above"), (3, "below")]),
        ("nine-on-one-side", [0.1] * 8 + [0.0] + [-0.1] * 9, [(17, "below")]),
        ("nine-on-one-side", [0.1] * 10, [(8, "above"), (9, "above")]),
        ("six-rising-or-falling", [0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0], [(5, "rising"), (11, "falling")]),
        ("six-rising-or-falling", [0, 1, 2, 3, 4], []),
        ("two-of-three-beyond-2-sigma", [2.5, 0, 2.1, 1.9, -2.1, 2.2], [(2, "above")]),
        ("two-of-three-beyond-2-sigma", [-2.5, -2.5], [(1, "below")]),
        ("two-of-three-beyond-2-sigma", [2.0, 2.0, 2.0], []),
        ("four-of-five-beyond-1-sigma", [1.1, 1.2, 0, 1.3, 1.4, 0], [(4, "above")]),
        ("four-of-five-beyond-1-sigma", [1.1, 1.2, -1.3, -1.4, 1.1], []),
        ("fourteen-alternating", [0, 1] * 7, [(13, "up and down")]),
        ("fourteen-alternating", [0, 1] * 6 + [1, 0], []),
        ("fifteen-within-1-sigma", [0.9] * 15, [(14, "close to the centre")]),
        ("fifteen-within-1-sigma", [0.9] * 14 + [1.0], []),
        ("eight-beyond-1-sigma", [1.1, -1.1] * 4, [(7, "far from the centre")]),
        ("eight-beyond-1-sigma", [1.1, -1.1] * 3 + [1.0, 1.1], []),
    ],
)
def test_a_rule_finds_its_pattern_and_no_other(rule, sigmas, expected):
    assert found(sigmas, rule) == expected


def test_a_gap_ends_every_run():
    assert found([0.5] * 5 + [None] + [0.5] * 5, "nine-on-one-side") == []
    assert found([2.5, None, 2.5], "two-of-three-beyond-2-sigma") == []


def test_signals_come_by_rule_and_carry_their_period():
    signals = find_signals([0.0, 4.0, 2.5], [1.0, 9.0, 7.0], labels=["x", "y", "z"])

    assert [(one.rule, one.label) for one in signals] == [("beyond-3-sigma", "y"), ("two-of-three-beyond-2-sigma", "z")]


def test_rising_is_judged_by_the_values_drawn():
    # Limits that widen turn rising shares into falling sigmas: the eye sees the shares.
    signals = find_signals([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [1, 2, 3, 4, 5, 6], labels="abcdef")

    assert [one.side for one in signals] == ["rising"]


def test_an_unknown_rule_is_refused_with_the_legal_ones():
    with pytest.raises(SealmarkError) as caught:
        find_signals([0.0], [0.0], labels=["a"], rules=["beyond-3-sigmas"])

    assert caught.value.codes == ("SM463",)
    assert 'Did you mean "beyond-3-sigma"?' in caught.value.problems[0].fix


def test_every_rule_is_explained_and_five_are_usual():
    assert list(RULES) == list(EVERY_RULE)
    assert EVERY_RULE[:5] == USUAL_RULES


def slow(points, size, enough, beyond):
    """Count again from scratch: the last of at most `size` points and `enough` of them beyond, on one side."""
    result = []
    for end in range(len(points)):
        window = []
        for index in range(end, max(end - size, -1), -1):
            if points[index] is None:
                break
            window.append(points[index])
        for side, sign in (("above", 1), ("below", -1)):
            if window and sign * window[0] > beyond and sum(sign * one > beyond for one in window) >= enough:
                result.append((end, side))
    return result


@given(st.lists(st.one_of(st.none(), st.integers(-7, 7).map(lambda n: n / 2 + 0.25)), max_size=40))
def test_rules_of_counting_agree_with_a_slow_count(points):
    assert found(points, "beyond-3-sigma") == slow(points, 1, 1, 3)
    assert found(points, "nine-on-one-side") == slow(points, 9, 9, 0)
    assert found(points, "two-of-three-beyond-2-sigma") == slow(points, 3, 2, 2)
    assert found(points, "four-of-five-beyond-1-sigma") == slow(points, 5, 4, 1)
