import decimal
from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of, evidence_of

from sealmark.assess.assessment import assess, assess_findings, contributions
from sealmark.assess.figures import Missing
from sealmark.assess.precision import settled

D = Decimal
OPEN = {"parameter": "open"}
TREE = {
    "id": "all", "roll_up": "sum-of-points",
    "children": ["a", {"id": "in", "roll_up": "sum-of-points", "children": ["b", "c"], "applies": {"facts": {"on": True}}}],
}  # fmt: skip
POINTS = {"a": {"points": 5}, "b": {"points": 3}, "c": {"points": 2}}
GIVEN = {"a": 10, "b": 5, "c": 0}


def assessed(requirements=POINTS, tree=TREE, given=GIVEN, grading=None, **facts):
    edition = edition_of(requirements, tree, grading, parameters={"open": None, "other": None})
    return assess(evidence_of(given, facts=facts), book_of(edition))


def test_assess_goes_from_marks_to_a_grade():
    result = assessed(on=True)

    assert [result.findings[name].share for name in "abc"] == [1, D("0.5"), 0]
    assert (result.standing.scores["score"].value, result.standing.ladders["stars"].grade) == (65, "bronze")
    assert list(result.nodes) == ["all", "a", "in", "b", "c"]


def test_assess_without_anything_missing_names_nothing():
    assert assessed(on=True).missing == ()


def test_assess_switches_findings_off_below_a_group_that_does_not_apply():
    result = assessed(on=False)

    assert [result.findings[name].statement for name in "abc"] == ["conforms", "not-applicable", "not-applicable"]
    assert (result.standing.scores["score"].value, result.missing) == (100, ())
    assert result.findings["b"].reasons[0].about == "in"


def test_assess_leaves_open_what_stands_below_a_group_of_unknown_applicability():
    result = assessed()

    assert [result.findings[name].statement for name in "abc"] == ["conforms", "not-determined", "not-determined"]
    assert (result.standing.ladders["stars"].grade, result.missing) == ("not-determined", (Missing("fact", "on"),))
    assert (result.nodes["all"].lower, result.nodes["all"].upper) == (D("0.5"), 1)


def test_missing_collects_findings_scores_gates_and_rungs_sorted():
    grading = {
        "source": "own",
        "scores": [{"id": "score", "node": "all", "adjustments": ["special"]}],
        "adjustments": [{"id": "special", "count": "deductions", "each": -1}],
        "gates": [{"id": "idle", "evidence": {"document": "plan"}}],
        "ladders": [{"id": "stars", "below": "none", "grades": [{"id": "one", "at_least": OPEN}], "score": "score"},
                    {"id": "fixed", "below": "none", "grades": [{"id": "two", "at_least": {"parameter": "other"}}], "score": "plain"}],
    }  # fmt: skip
    grading["scores"].append({"id": "plain", "node": "in"})

    missing = assessed(given={"b": 10, "c": 10}, grading=grading, on=True).missing

    assert missing == (
        Missing("document", "plan"),
        Missing("fact", "deductions"),
        Missing("judgement", "a"),
        Missing("parameter", "other"),
    )


def test_assessing_findings_again_gives_the_same_and_takes_branches_over():
    edition = edition_of(POINTS, TREE)
    evidence, book = evidence_of(GIVEN, facts={"on": True}), book_of(edition)
    first = assess(evidence, book)

    again = assess_findings(first.findings, evidence, book, like=first)

    assert (again.findings, again.roots, again.standing) == (first.findings, first.roots, first.standing)
    assert again.roots[0] is first.roots[0]


@pytest.mark.parametrize("facts", [{}, {"on": False}])
def test_assessing_switched_off_findings_again_changes_nothing(facts):
    edition = edition_of(POINTS, TREE)
    evidence, book = evidence_of(GIVEN, facts=facts), book_of(edition)
    first = assess(evidence, book)

    assert assess_findings(first.findings, evidence, book).findings == first.findings


def test_assess_does_not_depend_on_the_callers_decimal_context():
    tree = {"id": "all", "roll_up": "mean", "children": ["a", "b", "c"]}
    before = assessed(tree=tree)

    with decimal.localcontext(prec=3, rounding=decimal.ROUND_UP):
        after = assessed(tree=tree)

    assert after == before


def test_an_exact_threshold_is_reached_in_thirds():
    tree = {"id": "all", "roll_up": "weighted-mean", "children": [
        {"id": "in", "points": 30, "roll_up": "mean", "children": ["a", "b", "c"]}, "d", "e"]}  # fmt: skip
    requirements = {"a": None, "b": None, "c": None, "d": {"points": 60}, "e": {"points": 10}}

    result = assessed(requirements, tree, {"a": 10, "b": 0, "c": 0, "d": 10, "e": 0})

    assert (result.standing.scores["score"].value, result.standing.ladders["stars"].grade) == (70, "silver")


def spread(result, scale=100):
    return {name: tuple(part if part is None else settled(part) for part in parts)
            for name, parts in contributions(result.roots[0], D(scale)).items()}  # fmt: skip


def test_contributions_of_a_sum():
    assert spread(assessed(on=True)) == {"a": (50, 0), "b": (15, 15), "c": (0, 20)}


def test_contributions_of_what_does_not_apply_are_none_and_the_rest_makes_the_whole():
    assert spread(assessed(on=False), 1000) == {"a": (1000, 0), "b": (None, None), "c": (None, None)}


def test_contributions_of_open_findings_are_none_and_known_weights_stay():
    assert spread(assessed(given={"a": 10, "b": 5}, on=True)) == {"a": (50, 0), "b": (15, 15), "c": (None, None)}


def test_contributions_without_known_weights_are_none():
    assert spread(assessed({**POINTS, "a": {"points": OPEN}}, on=True)) == dict.fromkeys("abc", (None, None))


@pytest.mark.parametrize(
    ("roll_up", "expected"),
    [
        ("minimum", {"a": (0, 0), "b": (0, 0), "c": (0, 100)}),
        ("share-met", {"a": (20, 0), "b": (0, 20), "c": (0, 20)}),
        ({"rule": "share-met", "met_from": D("0.5")}, {"a": (20, 0), "b": (20, 0), "c": (0, 20)}),
    ],
)
def test_contributions_of_other_roll_ups_add_up_too(roll_up, expected):
    inner = {"id": "in", "roll_up": "mean", "children": ["b", "c"]}
    tree = {"id": "all", "roll_up": roll_up, "children": ["a", inner if roll_up != "minimum" else "b", *(["c"] if roll_up == "minimum" else [])]}  # fmt: skip

    assert spread(assessed(POINTS, tree), 60 if roll_up != "minimum" else 100) == expected


def test_contributions_of_an_open_count_are_none():
    tree = {"id": "all", "roll_up": "share-met", "children": ["a", "b", "c"]}

    assert spread(assessed(POINTS, tree, {"a": 10, "b": 5}), 60) == {"a": (20, 0), "b": (0, 20), "c": (None, None)}


def test_contributions_below_an_open_minimum_are_none():
    tree = {"id": "all", "roll_up": "minimum", "children": [
        {"id": "in", "roll_up": "share-met", "children": ["a"]}, "b", "c"]}  # fmt: skip

    assert spread(assessed(POINTS, tree, {"a": 10, "b": 5})) == dict.fromkeys("abc", (None, None))
