"""What a ladder rests on decides whether possible truths say anything about it."""

from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of, evidence_of, marks

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Draw, Measured
from sealmark.assess.reliance import ladders_moved, scores_moved
from sealmark.core.estimates import Estimate

D = Decimal
TREE = [
    {"id": "one", "roll_up": "mean", "children": ["a", "b"]},
    {"id": "two", "roll_up": "mean", "children": ["m", "s"]},
]
RULES = {
    "a": {"judgement": "ten"},
    "b": {"evidence": [{"judgement": "ten"}], "applies": {"facts": {"big": True}}},
    "m": {"measure": "index", "scores": {"at_least": 5}},
    "s": {"measure": "index", "sites": "worst", "scores": {"at_least": 5}},
}
SCORES = [{"id": "first", "node": "one"}, {"id": "second", "node": "two"}]
LADDER = {"id": "stars", "below": "none"}
ASKED = {"measure": "index", "scores": {"at_least": 5}}


def book(*gates, score=None, others=()):
    ladder = {**LADDER, "gates": [gate["id"] for gate in gates if not gate.get("information")]}
    ladder |= {"score": score, "grades": [{"id": "low", "at_least": 5}]} if score else {"grades": [{"id": "low"}]}
    made = edition_of(
        RULES, TREE, {"scores": SCORES, "gates": list(gates), "ladders": [ladder, *others]},
        measures={"index": {}},
    )  # fmt: skip
    return book_of(made)


EVIDENCE = evidence_of(
    {"a": marks(7), "b": marks(7)},
    measures={"index": Measured(Estimate(D(6), base=9), {"x": Estimate(D(6), base=9)})},
    facts={"big": False},
    sites=("x",),
)
OVERALL = Draw({("index", None): D(5)})
SITE = Draw({("index", "x"): D(5)})


def moved(given, draw):
    assessment = assess(EVIDENCE, given)
    return sorted(ladders_moved(draw, assessment, given)), sorted(scores_moved(draw, assessment, given))


def judged(name):
    return Draw(shares={(name, 0, None): D("0.5")})


def test_a_ladder_rests_on_what_its_score_is_made_of():
    assert moved(book(score="second"), OVERALL) == (["stars"], ["second"])
    assert moved(book(score="first"), OVERALL) == ([], ["second"])
    assert moved(book(score="first"), judged("a")) == (["stars"], ["first"])


def test_what_does_not_apply_is_nothing_to_rest_on():
    assert moved(book(score="first"), judged("b")) == ([], [])


def test_rules_on_sites_move_with_sites_and_rules_on_the_whole_with_the_whole():
    gate = {"id": "g", "nodes": ["s"], "at_least": 1}

    assert moved(book(gate), SITE) == (["stars"], ["second"])
    assert moved(book(gate), OVERALL) == ([], ["second"])


GATES = {
    "score": {"id": "g", "score": "second", "at_least": 1},
    "node": {"id": "g", "nodes": ["m"], "at_least": 1},
    "count": {"id": "g", "count": ["conforms"], "below": "two", "at_least": 1},
    "evidence": {"id": "g", "evidence": ASKED},
}


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES)
def test_a_ladder_rests_on_what_its_gates_read(gate):
    assert moved(book(gate), OVERALL)[0] == ["stars"]
    assert moved(book({**gate, "information": True}), OVERALL)[0] == []


def test_a_gate_on_facts_rests_on_nothing_sampled():
    gate = {"id": "g", "evidence": {"fact": "years", "scores": {"at_least": 1}}}

    assert moved(book(gate), OVERALL)[0] == []


def test_a_ladder_rests_on_the_ladders_it_asks_for():
    level = {"id": "level", "below": "none", "score": "second", "grades": [{"id": "up", "at_least": 5}]}
    gate = {"id": "g", "ladder": "level", "at_least": "up"}

    assert moved(book(gate, others=[level]), OVERALL)[0] == ["level", "stars"]


def test_special_deductions_are_declared_and_not_sampled():
    adjustment = {"id": "five", "count": "incidents", "each": -1}
    gate = {"id": "g", "adjustment": "five", "at_most": 1}
    given = book_of(
        edition_of(RULES, TREE, {"scores": SCORES, "adjustments": [adjustment], "gates": [gate], "ladders": [
            {**LADDER, "gates": ["g"], "grades": [{"id": "low"}]}]},
            measures={"index": {}}),
    )  # fmt: skip

    assert moved(given, OVERALL)[0] == []
