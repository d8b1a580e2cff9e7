from decimal import Decimal

import pytest
from tests.library.builders import DAY, book_of, edition_of, evidence_of, marks

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Document
from sealmark.assess.figures import Missing
from sealmark.core.errors import SealmarkError

D = Decimal
OPEN = {"parameter": "open"}
NO, PART, YES, UNKNOWN = "non", "partial", "compliant", None
TINY = D("0.00000000000000000001")


def standing(grading, given=None, tree=None, requirements=None, **evidence):
    given = given or {}
    requirements = requirements or {name: {"judgement": "bands"} for name in given or ["a"]}
    edition = edition_of(requirements, tree, {"source": "own", **grading}, parameters={"open": None})
    judged = {name: mark for name, mark in given.items() if mark is not None}
    return assess(evidence_of(judged, **evidence), book_of(edition)).standing


SCORES = [{"id": "score", "node": "all"}]
ANY = [{"id": "any", "score": "score", "below": "none", "grades": [{"id": "lowest", "at_least": 0}]}]


def gate_of(gate, given=None, **others):
    """Return the one gate of an edition whose requirements were marked as given."""
    grading = {"scores": SCORES, "gates": [{"id": "g", **gate}], "ladders": ANY, **others.pop("grading", {})}
    return standing(grading, given, **others).gates["g"]


def codes(result):
    return [reason.code for reason in result.reasons]


@pytest.mark.parametrize(
    ("limits", "given", "holds", "code"),
    [
        ({"at_least": 50}, PART, True, []),
        ({"at_least": 50 + TINY}, PART, False, ["score-below"]),
        ({"at_most": 50}, PART, True, []),
        ({"at_most": 50 - TINY}, PART, False, ["score-above"]),
        ({"at_least": 50}, UNKNOWN, None, ["score-not-determined"]),
        ({"at_least": OPEN}, PART, None, ["unknown-parameter"]),
        ({"at_least": 10, "at_most": OPEN}, PART, None, ["unknown-parameter"]),
    ],
)
def test_score_gate(limits, given, holds, code):
    gate = gate_of({"score": "score", **limits}, {"a": given})

    assert (gate.holds, codes(gate)) == (holds, code)


def test_score_gate_says_what_was_needed():
    reason = gate_of({"score": "score", "at_least": 80}, {"a": PART}).reasons[0]

    assert (reason.about, reason.figures) == ("score", {"value": 50, "needed": 80})


@pytest.mark.parametrize(
    ("given", "holds", "about"),
    [
        ({"a": YES, "b": PART}, True, []),
        ({"a": YES, "b": NO}, False, ["b"]),
        ({"a": NO, "b": NO}, False, ["a", "b"]),
        ({"a": YES, "b": UNKNOWN}, None, ["b"]),
        ({"a": NO, "b": UNKNOWN}, False, ["a", "b"]),
    ],
)
def test_node_gate_needs_each_node(given, holds, about):
    gate = gate_of({"nodes": ["a", "b"], "at_least": D("0.5")}, given)

    assert (gate.holds, [reason.about for reason in gate.reasons]) == (holds, about)


def test_node_gate_names_what_is_missing():
    assert gate_of({"nodes": ["a"], "at_least": 1}, {"a": UNKNOWN}).missing == (Missing("judgement", "a"),)
    assert gate_of({"nodes": ["a"], "at_least": OPEN}, {"a": YES}).missing == (Missing("parameter", "open"),)


def test_node_gate_lets_what_does_not_apply_pass():
    requirements = {"a": {"judgement": "bands"}, "b": {"applies": {"facts": {"on": True}}}}
    gates = [gate_of({"nodes": ["b"], "at_least": 1}, {"a": YES, "b": 0}, requirements=requirements, facts=facts).holds
             for facts in ({"on": False}, {"on": True}, {})]  # fmt: skip

    assert gates == [True, False, None]


def test_node_gate_below_a_group_that_does_not_apply_passes():
    tree = {"id": "all", "roll_up": "mean", "children": [
        "a", {"id": "in", "roll_up": "mean", "children": ["b"], "applies": {"facts": {"on": True}}}]}  # fmt: skip

    gates = [gate_of({"nodes": ["b"], "at_least": 1}, {"a": YES, "b": NO}, tree=tree, facts=facts).holds
             for facts in ({"on": False}, {"on": True}, {})]  # fmt: skip

    assert gates == [True, False, None]


@pytest.mark.parametrize(("mark", "holds"), [("plan", True), ("use", None), (None, None)])
def test_node_gate_on_one_mark_looks_at_that_column_alone(mark, holds):
    requirements = {"a": {"evidence": [{"judgement": "ten", "marks": ["plan", "use"]}]}, "b": None}

    gate = gate_of({"nodes": ["all"], "mark": mark, "at_least": D("0.5")}, {"a": marks(5, dimension="plan"), "b": 0},
                   requirements=requirements)  # fmt: skip

    assert gate.holds is holds


FIVE = {"a": YES, "b": "plus", "c": PART, "d": NO}


@pytest.mark.parametrize(
    ("gate", "given", "holds", "code"),
    [
        ({"count": ["partial"], "at_most": 1}, FIVE, True, []),
        ({"count": ["partial"], "at_most": 0}, FIVE, False, ["count-above"]),
        ({"count": ["partial", "does-not-conform"], "at_most": 1}, FIVE, False, ["count-above"]),
        ({"count": ["conforms"], "at_least": 2}, FIVE, True, []),
        ({"count": ["conforms"], "at_least": 3}, FIVE, False, ["count-below"]),
        ({"count": ["plus"], "at_least": 1}, FIVE, True, []),
        ({"count": ["plus", "compliant"], "at_least": D("0.5"), "as_share": True}, FIVE, True, []),
        ({"count": ["non"], "at_most": D("0.2"), "as_share": True}, FIVE, False, ["count-above"]),
        ({"count": ["partial"], "at_most": OPEN}, FIVE, None, ["unknown-parameter"]),
        ({"count": ["non"], "at_most": 1}, {"a": NO, "b": UNKNOWN}, None, ["count-not-determined"]),
        ({"count": ["non"], "at_most": 2}, {"a": NO, "b": UNKNOWN}, True, []),
        ({"count": ["non"], "at_most": 0}, {"a": NO, "b": UNKNOWN}, False, ["count-above"]),
        ({"count": ["conforms"], "at_least": 3}, {"a": YES, "b": UNKNOWN}, False, ["count-below"]),
        ({"count": ["not-determined"], "at_most": 0}, {"a": YES, "b": UNKNOWN}, False, ["count-above"]),
        ({"count": ["conforms"], "at_least": 2, "at_most": 3}, {"a": YES, "b": None, "c": None, "d": None, "e": None},
         None, ["count-not-determined"]),
    ],
)  # fmt: skip
def test_count_gate(gate, given, holds, code):
    result = gate_of({"below": "all", **gate}, given)

    assert (result.holds, codes(result)) == (holds, code)


def test_count_gate_names_what_is_open():
    gate = gate_of({"count": ["non"], "below": "all", "at_most": 0}, {"a": YES, "b": UNKNOWN})

    assert gate.missing == (Missing("judgement", "b"),)
    assert gate.reasons[0].figures == {"open": 1, "gate": "g"}


@pytest.mark.parametrize(
    ("count", "limit", "on", "holds"),
    [
        ("does-not-conform", {"at_most": 0}, False, True),
        ("does-not-conform", {"at_most": 0}, True, False),
        ("does-not-conform", {"at_most": 0}, None, None),
        ("not-applicable", {"at_most": 0}, False, False),
        ("not-applicable", {"at_most": 0}, True, True),
        ("not-applicable", {"at_most": 0}, None, None),
        ("conforms", {"at_least": 1}, False, True),
    ],
)
def test_count_gate_and_what_does_not_apply(count, limit, on, holds):
    tree = {"id": "all", "roll_up": "mean", "children": [
        {"id": "in", "roll_up": "mean", "children": ["a"], "applies": {"facts": {"on": True}}}]}  # fmt: skip

    gate = gate_of({"count": [count], "below": "all", **limit}, {"a": NO}, tree=tree,
                   facts={} if on is None else {"on": on})  # fmt: skip

    assert gate.holds is holds


@pytest.mark.parametrize(
    ("count", "holds", "code"),
    [(4, True, []), (5, False, ["specials-above"]), (None, None, ["missing-fact"])],
)
def test_fail_at_five_special_deductions(count, holds, code):
    grading = {"adjustments": [{"id": "special", "count": "deductions", "each": -1}]}
    facts = {} if count is None else {"deductions": D(count)}

    gate = gate_of({"adjustment": "special", "at_most": 4}, {"a": YES}, grading=grading, facts=facts)

    assert (gate.holds, codes(gate)) == (holds, code)
    assert [reason.about for reason in gate.reasons] == (
        ["deductions"] if count is None else ["special"] if code else []
    )


@pytest.mark.parametrize(
    ("evidence", "facts", "holds", "code"),
    [
        ({"fact": "f", "scores": {"at_least": 3}}, {"f": D(3)}, True, []),
        ({"fact": "f", "scores": {"at_least": 3}}, {"f": D(2)}, False, ["evidence-below"]),
        ({"fact": "f", "scores": {"curve": [[0, 0], [4, 1]]}}, {"f": D(3)}, False, ["evidence-below"]),
        ({"fact": "f", "scores": {"at_least": 3}}, {}, None, ["missing-fact"]),
        ({"fact": "f", "scores": {"at_least": OPEN}}, {"f": D(3)}, None, ["unknown-parameter"]),
    ],
)
def test_evidence_gate(evidence, facts, holds, code):
    gate = gate_of({"evidence": evidence}, {"a": YES}, facts=facts)

    assert (gate.holds, codes(gate)) == (holds, code)


def test_evidence_gate_on_a_document_keeps_the_rules_reason():
    gate = gate_of({"evidence": {"document": "plan"}}, {"a": YES}, documents={"plan": Document(None)})

    assert codes(gate) == ["evidence-below", "document-absent"]
    assert gate.result is not None
    assert gate.result.share == 0


def test_evidence_gate_by_judgement_finds_its_marks_under_the_gates_id():
    gates = [gate_of({"evidence": {"judgement": "bands"}}, {"a": YES, "g": mark}, requirements={"a": {"judgement": "bands"}})
             for mark in (YES, NO, UNKNOWN)]  # fmt: skip

    assert [gate.holds for gate in gates] == [True, False, None]


TWO = [
    {"id": "first", "score": "score", "below": "none", "grades": [{"id": "low", "at_least": 50}, {"id": "high", "at_least": 90}]},
    {"id": "second", "score": "score", "below": "nothing", "gates": ["g"], "grades": [{"id": "special", "at_least": 0}]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("needed", "given", "holds", "code"),
    [
        ("low", PART, True, []),
        ("high", PART, False, ["ladder-below"]),
        ("low", NO, False, ["ladder-below"]),
        ("high", YES, True, []),
        ("low", UNKNOWN, None, ["ladder-not-determined"]),
    ],
)
def test_grade_gate(needed, given, holds, code):
    gate = gate_of({"ladder": "first", "at_least": needed}, {"a": given}, grading={"ladders": TWO})

    assert (gate.holds, codes(gate)) == (holds, code)


def test_grade_gate_is_not_held_where_a_needed_rung_fails_although_a_lower_one_is_open():
    ladders = [
        {"id": "first", "score": "score", "below": "none",
         "grades": [{"id": "low", "gates": ["open"]}, {"id": "high", "at_least": 90}]},
        {"id": "second", "below": "nothing", "grades": [{"id": "special", "gates": ["g"]}]},
    ]  # fmt: skip
    gates = [{"id": "g", "ladder": "first", "at_least": "high"},
             {"id": "open", "evidence": {"fact": "f", "scores": {"at_least": 1}}}]  # fmt: skip

    result = standing({"scores": SCORES, "gates": gates, "ladders": ladders}, {"a": PART})

    assert (result.gates["g"].holds, result.ladders["second"].grade) == (False, "nothing")
    assert result.ladders["first"].grade == "not-determined"


def test_grade_gate_that_waits_names_what_is_missing():
    gate = gate_of({"ladder": "first", "at_least": "low"}, {"a": UNKNOWN}, grading={"ladders": TWO})

    assert gate.missing == (Missing("judgement", "a"),)


def test_ladders_that_ask_for_each_other_are_refused():
    ladders = [{"id": name, "below": "none", "grades": [{"id": f"{name}1", "gates": [f"to-{other}"]}]}
               for name, other in (("x", "y"), ("y", "x"))]  # fmt: skip
    gates = [{"id": f"to-{name}", "ladder": name, "at_least": f"{name}1"} for name in ("x", "y")]

    with pytest.raises(SealmarkError) as caught:
        standing({"scores": SCORES, "gates": gates, "ladders": ladders}, {"a": YES})

    assert str(caught.value).splitlines()[0] == "SM502 The ladders ask for each other: x -> y -> x."


GATED = {"id": "g", "evidence": {"fact": "f", "scores": {"at_least": 1}}}
WAIVABLE = {"scores": SCORES, "gates": [GATED], "waivable": ["g"],
            "ladders": [{"id": "l", "below": "none", "gates": ["g"], "grades": [{"id": "one"}]}]}  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "waivers", "holds", "waived", "grade"),
    [
        ({"f": D(0)}, {"g": "outstanding"}, True, "outstanding", "one"),
        ({}, {"g": "outstanding"}, True, "outstanding", "one"),
        ({"f": D(1)}, {"g": "outstanding"}, True, "", "one"),
        ({"f": D(0)}, {"g": ""}, False, "", "none"),
        ({"f": D(0)}, {}, False, "", "none"),
        ({}, {}, None, "", "not-determined"),
    ],
)
def test_a_waiver_with_a_reason_holds_a_waivable_gate(facts, waivers, holds, waived, grade):
    result = standing(WAIVABLE, {"a": YES}, facts=facts, waivers=waivers)

    gate = result.gates["g"]
    assert (gate.holds, gate.waived, result.ladders["l"].grade) == (holds, waived, grade)


def test_a_waiver_does_nothing_to_a_gate_that_may_not_be_waived():
    result = standing({**WAIVABLE, "waivable": []}, {"a": YES}, facts={"f": D(0)}, waivers={"g": "please"})

    assert result.gates["g"].holds is False


def climbed(*rungs):
    """Return the ladder whose rungs hold as given: a yes/no fact each, not declared for None."""
    names = [f"r{position}" for position in range(len(rungs))]
    gates = [{"id": f"g{name}", "evidence": {"fact": name, "scores": {"at_least": 1}}} for name in names]
    ladder = {"id": "l", "below": "none", "grades": [{"id": name, "gates": [f"g{name}"]} for name in names]}
    facts = {name: holds for name, holds in zip(names, rungs, strict=True) if holds is not None}
    return standing({"scores": SCORES, "gates": gates, "ladders": [ladder]}, {"a": YES}, facts=facts).ladders["l"]


@pytest.mark.parametrize(
    ("rungs", "grade", "next_grade", "undetermined"),
    [
        ((True, True, True), "r2", None, ()),
        ((True, True, False), "r1", "r2", ()),
        ((True, False, True), "r0", "r1", ()),
        ((False, True, True), "none", "r0", ()),
        ((None, True, True), "not-determined", "r0", ("r0", "r1", "r2")),
        ((None, False, True), "not-determined", "r0", ("r0",)),
        ((True, None, True), "r0", "r1", ("r1", "r2")),
        ((True, None, False), "r0", "r1", ("r1",)),
        ((True, False, None), "r0", "r1", ()),
        ((False, None, None), "none", "r0", ()),
    ],
)
def test_a_ladder_is_climbed_rung_by_rung(rungs, grade, next_grade, undetermined):
    ladder = climbed(*rungs)

    assert (ladder.grade, ladder.next_grade, ladder.undetermined) == (grade, next_grade, undetermined)
    assert tuple(rung.holds for rung in ladder.rungs) == rungs


def test_a_ladder_says_why_the_next_grade_was_not_reached():
    ladder = climbed(True, None, False)

    assert (codes(ladder), ladder.missing) == (["missing-fact"], (Missing("fact", "r1"),))
    assert [codes(rung) for rung in ladder.rungs] == [[], ["missing-fact"], ["evidence-below"]]


def test_gates_of_the_ladder_are_needed_for_its_lowest_grade():
    grading = {"scores": SCORES, "gates": [GATED],
               "ladders": [{"id": "l", "score": "score", "below": "none", "gates": ["g"],
                            "grades": [{"id": "one", "at_least": 10}, {"id": "two", "at_least": 20}]}]}  # fmt: skip

    found = [standing(grading, {"a": YES}, facts=facts).ladders["l"] for facts in ({"f": D(1)}, {"f": D(0)}, {})]

    assert [ladder.grade for ladder in found] == ["two", "none", "not-determined"]
    assert [rung.holds for rung in found[1].rungs] == [False, True]


STARS = [("up-to-standard", 70), ("three", 80), ("four", 90), ("five", 95)]
AFTER_SALES = {
    "scores": [{"id": "score", "node": "all", "adjustments": ["deduction", "bonus"]}],
    "adjustments": [{"id": "deduction", "count": "deductions", "each": -1},
                    {"id": "bonus", "count": "bonuses", "each": 1, "at_most": 1}],
    "gates": [{"id": "few", "adjustment": "deduction", "at_most": 4}],
    "ladders": [{"id": "stars", "score": "score", "below": "fail", "gates": ["few"],
                 "grades": [{"id": name, "at_least": limit} for name, limit in STARS]}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("mark", "deductions", "bonuses", "grade"),
    [
        ("9.5", 0, 0, "five"),
        ("9.4999999999999999999", 0, 0, "four"),
        ("9.4", 0, 1, "five"),
        ("9.4", 0, 3, "five"),
        ("9.3", 0, 3, "four"),
        ("9.0", 0, 0, "four"),
        ("8.99", 0, 0, "three"),
        ("8.0", 0, 0, "three"),
        ("7.0", 0, 0, "up-to-standard"),
        ("6.999999", 0, 0, "fail"),
        ("7.4", 4, 0, "up-to-standard"),
        ("10", 4, 0, "five"),
        ("10", 5, 0, "fail"),
        ("7.3", 4, 0, "fail"),
    ],
)
def test_star_ladder_on_and_below_each_limit(mark, deductions, bonuses, grade):
    facts = {"deductions": D(deductions), "bonuses": D(bonuses)}

    result = standing(AFTER_SALES, {"a": D(mark)}, requirements={"a": None}, facts=facts)

    assert result.ladders["stars"].grade == grade


@pytest.mark.parametrize("declared", ["deductions", "bonuses"])
def test_undeclared_specials_leave_the_grade_open(declared):
    ladder = standing(AFTER_SALES, {"a": 10}, requirements={"a": None}, facts={declared: D(0)}).ladders["stars"]

    assert ladder.grade == "not-determined"
    assert ladder.missing == (Missing("fact", {"deductions": "bonuses", "bonuses": "deductions"}[declared]),)


def test_five_deductions_fail_even_where_the_score_is_open():
    facts = {"deductions": D(5)}

    assert standing(AFTER_SALES, {"a": 10}, requirements={"a": None}, facts=facts).ladders["stars"].grade == "fail"


def test_an_unknown_grade_limit_is_named_and_lower_grades_stand():
    ladders = [{"id": "l", "score": "score", "below": "none",
                "grades": [{"id": "one", "at_least": 50}, {"id": "two", "at_least": OPEN}]}]  # fmt: skip

    ladder = standing({"scores": SCORES, "ladders": ladders}, {"a": YES}).ladders["l"]

    assert (ladder.grade, ladder.undetermined, ladder.missing) == ("one", ("two",), (Missing("parameter", "open"),))
    assert [rung.at_least for rung in ladder.rungs] == [50, None]


def test_a_limit_without_a_score_never_holds():
    ladders = [{"id": "l", "below": "none", "grades": [{"id": "one", "at_least": 0}]}]

    ladder = standing({"scores": SCORES, "ladders": ladders}, {"a": YES}, as_of=DAY).ladders["l"]

    assert (ladder.grade, codes(ladder)) == ("not-determined", ["score-not-determined"])


def test_count_gate_names_itself_in_its_reasons():
    gate = gate_of({"count": ["partial"], "below": "all", "at_most": 0}, FIVE)

    assert gate.reasons[0].figures == {"value": 1, "gate": "g", "allowed": 0}


def test_a_scheme_without_scores_grades_by_its_gates():
    grading = {
        "gates": [{"id": "g", "count": ["does-not-conform"], "below": "all", "at_most": 0}],
        "ladders": [{"id": "level", "below": "none", "grades": [{"id": "one", "gates": ["g"]}]}],
    }
    edition = edition_of("ab", grading=grading)

    found = [assess(evidence_of({"a": 10, "b": mark}), book_of(edition)).standing for mark in (0, 1)]

    assert [standing.ladders["level"].grade for standing in found] == ["none", "one"]
    assert [standing.scores for standing in found] == [{}, {}]
