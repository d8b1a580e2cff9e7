import time
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.builders import book_of, edition_of, evidence_of

from sealmark.assess.assessment import assess, assess_findings
from sealmark.assess.findings import Finding
from sealmark.assess.improvement import way_up

D = Decimal
OPEN = {"parameter": "open"}


def way(edition, judged, ladder=0, **evidence):
    book, given_evidence = book_of(edition), evidence_of(judged, **evidence)
    return way_up(edition.grading.ladders[ladder], assess(given_evidence, book), given_evidence, book)


def grading(*grades, score="score", gates=(), ladder_gates=(), **others):
    ladder = {"id": "l", "score": score, "below": "none", "gates": list(ladder_gates), "grades": list(grades)}
    return {
        "source": "own",
        "scores": [{"id": "score", "node": "all"}],
        "gates": list(gates),
        "ladders": [ladder],
        **others,
    }


def weighted(**points):
    return {name: {"points": value} for name, value in points.items()}, {
        "id": "all",
        "roll_up": "sum-of-points",
        "children": list(points),
    }


def names(found):
    return [step.requirement for step in found.steps]


def test_at_the_top_there_is_no_way_up():
    assert way(edition_of(["a"]), {"a": 10}) is None


def test_the_fewest_requirements_reach_the_next_grade_largest_gain_first():
    requirements, tree = weighted(a=10, b=30, c=20, d=40)

    found = way(edition_of(requirements, tree), {"a": 0, "b": 0, "c": 0, "d": 10})

    assert (found.grade, found.reachable, names(found), found.score) == ("bronze", True, ["b"], 70)
    assert [(step.share, step.gain) for step in found.steps] == [(0, 30)]
    assert found.remaining == ()


def test_several_steps_are_ordered_by_gain_then_by_id():
    requirements, tree = weighted(z=20, b=20, a=20, d=40)

    found = way(
        edition_of(requirements, tree, grading({"id": "all-of-it", "at_least": 95})), {"z": 5, "b": 0, "a": 0, "d": 10}
    )

    assert names(found) == ["a", "b", "z"]


def test_of_equal_requirements_the_first_by_id_is_taken_whatever_the_order_of_files():
    forward, backward = edition_of(["a", "b", "c", "d"]), edition_of(["d", "c", "b", "a"])
    judged = dict.fromkeys("abcd", 4)

    assert names(way(forward, judged)) == names(way(backward, judged)) == ["a"]


def test_a_ladder_without_a_score_is_climbed_by_its_gates():
    gates = [
        {"id": "g", "nodes": ["a", "b"], "at_least": D("0.5")},
        {"id": "h", "count": ["does-not-conform"], "below": "all", "at_most": 1},
    ]

    found = way(edition_of(["a", "b", "c", "d"], None, grading({"id": "one", "gates": ["g", "h"]}, score=None, gates=gates)),
                {"a": 0, "b": 8, "c": 0, "d": 0})  # fmt: skip

    assert (found.reachable, found.score, names(found)) == (True, None, ["a", "c"])
    assert [step.gain for step in found.steps] == [None, None]


def test_a_step_of_an_open_requirement_has_no_share_and_no_gain():
    found = way(edition_of(["a", "b"]), {"a": 0})

    assert (found.reachable, names(found)) == (True, ["b"])
    assert (found.steps[0].share, found.steps[0].gain, found.score) == (None, None, 50)


def pair(*children):
    return {"id": "-".join(children), "points": 10, "roll_up": "minimum", "children": list(children)}


@pytest.mark.parametrize(
    ("single", "pairs", "limit"),
    [
        ({"d": 6}, ["ef"], 62),  # only together they reach it: neither can be left out
        ({"d": 6}, ["ef", "gh"], 38),  # d looks best at first and turns out not to be needed
        ({"k": 4, "l": 4, "m": 4}, ["ef"], 45),  # three that help alone would do; two that help together do as well
    ],
)
def test_steps_that_only_help_together_are_found(single, pairs, limit):
    requirements = {name: {"points": points} for name, points in single.items()} | dict.fromkeys("".join(pairs))
    tree = {"id": "all", "roll_up": "weighted-mean", "children": [*single, *(pair(*names) for names in pairs)]}
    edition = edition_of(requirements, tree, grading({"id": "one", "at_least": limit}))

    found = way(edition, dict.fromkeys(requirements, 0))

    assert (found.reachable, names(found)) == (True, ["e", "f"])


def test_gates_that_no_requirement_can_hold_are_named():
    gates = [{"id": "g", "evidence": {"fact": "legal-person", "scores": {"table": {"yes": 1, "no": 0}}}}]
    edition = edition_of(["a", "b"], None, grading({"id": "one", "at_least": 60}, gates=gates, ladder_gates=["g"]))

    found = way(edition, {"a": 10, "b": 0}, facts={"legal-person": False})

    assert (found.reachable, names(found), found.score) == (False, ["b"], 100)
    assert [(reason.code, reason.about) for reason in found.remaining] == [("evidence-below", "g")]


def test_what_requirements_cannot_change_asks_for_no_steps():
    edition = edition_of({"a": {"points": OPEN}, "b": {"points": 1}}, {"id": "all", "roll_up": "sum-of-points", "children": ["a", "b"]},
                         parameters={"open": None})  # fmt: skip

    found = way(edition, {"a": 0, "b": 0})

    assert (found.reachable, found.steps) == (False, ())
    assert [reason.code for reason in found.remaining] == ["score-not-determined"]


def test_a_requirement_of_a_switched_off_group_is_no_step():
    tree = {"id": "all", "roll_up": "mean", "children": ["a", "b", {
        "id": "in", "roll_up": "mean", "children": ["c"], "applies": {"facts": {"on": True}}}]}  # fmt: skip

    found = way(edition_of(["a", "b", "c"], tree), {"a": 0, "b": 0, "c": 0}, facts={"on": False})

    assert names(found) == ["a"]


def test_deductions_that_keep_the_grade_away_remain():
    special = {"adjustments": [{"id": "s", "count": "deductions", "each": -10}]}
    rules = grading({"id": "one", "at_least": 95}, **special)
    rules["scores"][0]["adjustments"] = ["s"]

    found = way(edition_of(["a", "b"], None, rules), {"a": 10, "b": 0}, facts={"deductions": D(1)})

    assert (found.reachable, [reason.code for reason in found.remaining]) == (False, ["score-below"])


def test_columns_rise_with_the_requirement():
    requirements = {"a": {"evidence": [{"judgement": "ten", "marks": ["plan", "use"]}]}, "b": None}
    gates = [{"id": "g", "nodes": ["all"], "mark": "use", "at_least": D("0.8")}]
    edition = edition_of(requirements, None, grading({"id": "one", "gates": ["g"]}, score=None, gates=gates))

    found = way(edition, {"b": 0})

    assert (found.reachable, names(found)) == (True, ["a"])


@pytest.mark.parametrize("limit", [85, 99])
def test_sixty_requirements_take_little_time(limit):
    ids = [f"r{number:02}" for number in range(60)]
    groups = [{"id": f"g{n}", "roll_up": "sum-of-points", "children": ids[n * 6 : n * 6 + 6]} for n in range(10)]
    requirements = {name: {"points": 1 + number * 7 % 5} for number, name in enumerate(ids)}
    gates = [{"id": "each", "nodes": [f"g{n}" for n in range(10)], "at_least": D("0.6")},
             {"id": "few", "count": ["does-not-conform"], "below": "all", "at_most": 3}]  # fmt: skip
    rules = grading({"id": "one", "at_least": limit, "gates": ["each", "few"]}, gates=gates)
    edition = edition_of(requirements, {"id": "all", "roll_up": "sum-of-points", "children": groups}, rules)

    judged = {name: number * 3 % 11 for number, name in enumerate(ids)}
    once = seconds(lambda: [assess(evidence_of(judged), book_of(edition)) for _ in range(10)]) / 10
    ways = []

    # A grading takes one to two milliseconds; four thousand of them would be felt.
    assert seconds(lambda: ways.append(way(edition, judged))) < 1000 * once
    assert ways[0].reachable


def seconds(work):
    """Return how long work takes, as a ratio to other work of the same run: coverage slows both."""
    started = time.process_time()
    work()
    return time.process_time() - started


def raised(finding):
    return Finding(finding.requirement, "conforms", D(1), finding.points, dict.fromkeys(finding.marks, D(1)))


def rank(assessment, target):
    ladder = assessment.standing.ladders["l"]
    upto = [rung.id for rung in ladder.rungs].index(target) + 1
    grades = [rung.id for rung in ladder.rungs]
    reached = ladder.grade in grades and grades.index(ladder.grade) >= upto - 1
    return reached, -sum(len(rung.reasons) for rung in ladder.rungs[:upto])


def fewest_by_trying_all(assessment, target, evidence, book):
    """Grade every set of requirements, smallest first, until one does as much as all of them together."""
    risers = [name for name, item in assessment.findings.items() if item.share is None or item.share < 1]

    def outcome(chosen):
        findings = {**assessment.findings, **{name: raised(assessment.findings[name]) for name in chosen}}
        return rank(assess_findings(findings, evidence, book), target)

    goal = outcome(risers)
    return next(size for size in range(len(risers) + 1) if any(outcome(c) >= goal for c in combinations(risers, size)))


LEAVES = list("abcdefg")
RULES = ["sum-of-points", "mean", "weighted-mean", "minimum", {"rule": "share-met", "met_from": D("0.6")}]


@st.composite
def graded(draw):
    split = draw(st.integers(1, 5))
    groups = [{"id": name, "points": draw(st.integers(1, 9)), "roll_up": draw(st.sampled_from(RULES)), "children": part}
              for name, part in (("g1", LEAVES[:split]), ("g2", LEAVES[split:]))]  # fmt: skip
    tree = {"id": "all", "roll_up": draw(st.sampled_from(["mean", "weighted-mean", "minimum"])), "children": groups}
    gates = [
        {"id": "nodes", "nodes": draw(st.lists(st.sampled_from([*LEAVES, "g1", "g2"]), min_size=1, max_size=3)),
         "at_least": draw(st.sampled_from([D("0.3"), D("0.7"), 1]))},
        {"id": "count", "count": ["does-not-conform", "partial"], "below": "all", "at_most": draw(st.integers(0, 5))},
        {"id": "fact", "evidence": {"fact": "f", "scores": {"at_least": 1}}},
    ]  # fmt: skip
    grades = [{"id": "one", "at_least": draw(st.integers(10, 60)), "gates": draw(st.lists(st.sampled_from(["nodes", "count", "fact"]), unique=True))},
              {"id": "two", "at_least": draw(st.integers(60, 100)), "gates": draw(st.lists(st.sampled_from(["nodes", "count"]), unique=True))}]  # fmt: skip
    edition = edition_of(
        {name: {"points": draw(st.integers(1, 6))} for name in LEAVES}, tree, grading(*grades, gates=gates)
    )
    judged = {name: draw(st.sampled_from([None, 0, 0, 3, 5, 8, 10])) for name in LEAVES}
    return edition, evidence_of({name: mark for name, mark in judged.items() if mark is not None},
                                facts={"f": D(draw(st.integers(0, 1)))})  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(case=graded())
def test_no_smaller_set_does_as_much(case):
    edition, evidence = case
    book = book_of(edition)
    assessment = assess(evidence, book)

    found = way_up(edition.grading.ladders[0], assessment, evidence, book)

    if found is not None:
        assert len(found.steps) == fewest_by_trying_all(assessment, found.grade, evidence, book)
        assert found.reachable is (found.remaining == ())
