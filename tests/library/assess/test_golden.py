import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.library.builders import DAY, edition_of, rule_of

from sealmark.assess.figures import Missing
from sealmark.assess.golden import given_book, given_evidence, given_findings, run_case, run_cases
from sealmark.core.errors import SealmarkError
from sealmark.scheme.edition import Overlay
from sealmark.scheme.golden import GoldenCase
from sealmark.scheme.procedure import Procedure

D = Decimal
OPEN = {"parameter": "open"}
GRADING = {
    "source": "own",
    "scores": [{"id": "score", "node": "all"}],
    "gates": [{"id": "g", "evidence": {"fact": "f", "scores": {"at_least": 1}}}],
    "waivable": ["g"],
    "ladders": [{"id": "stars", "score": "score", "below": "none", "gates": ["g"],
                 "grades": [{"id": "one", "at_least": 50}, {"id": "two", "at_least": 90}]}],
}  # fmt: skip
REQUIREMENTS = {
    "a": {"points": 3},
    "b": {"points": 1, "evidence": [{"judgement": "ten", "marks": ["plan", "use"]}]},
    "c": {"points": OPEN, "evidence": [{"measure": "waiting", "sites": "mean", "scores": {"at_most": 3}}]},
    "d": {"points": 1, "applies": {"facts": {"on": True}}},
}
OVERLAY = Overlay.model_validate(
    {"overlay": "half", "for_edition": "test/1", "kind": "practice", "supplied_by": "Nobody", "values": {"open": 5}}
)
EDITION = edition_of(
    REQUIREMENTS,
    {"id": "all", "roll_up": "sum-of-points", "children": list("abcd")},
    GRADING,
    parameters={"open": None, "given": 7},
    measures={"waiting": {}},
    overlays={"half": OVERLAY},
)
FACTS = {"f": True, "on": False}
WHOLE = {"facts": FACTS, "parameters": {"open": 6}, "shares": {"default": 1}}


def case_of(expect, requirement=None, **given):
    return GoldenCase.model_validate(
        {"case": "A case.", "as_of": DAY, "requirement": requirement, "given": given, "expect": expect}
    )


def differences(expect, requirement=None, **given):
    result = run_case(EDITION, case_of(expect, requirement, **given))
    assert result.passed is (result.differences == ())
    return list(result.differences)


def test_given_evidence_reads_every_kind_of_evidence():
    given = {
        "employees": 12, "sector": "trade", "modules": ["repair"],
        "facts": {"n": 3, "yes": True, "day": DAY, "word": "often", "blank": None},
        "documents": {"plan": {"dated": DAY, "valid_until": DAY}},
        "persons": [{"credential": "c", "obtained": DAY, "number": 4}],
        "actions": [{"due": DAY, "state": "done"}],
        "measures": {"waiting": {"value": 3, "base": 40, "sites": {"west": 2, "east": 1}}},
        "judgements": {"a": [{"mark": 7}, {"mark": "yes", "site": "east", "assessor": "b", "dimension": "plan", "units": 2}, {"mark": None}]},
        "waivers": ["g"],
    }  # fmt: skip
    case = case_of({"missing": []}, **given)

    evidence = given_evidence(case.given, case)

    assert evidence.facts == {"n": 3, "yes": True, "day": DAY, "word": "often"}
    assert (evidence.employees, evidence.sector, evidence.modules) == (12, "trade", {"repair"})
    assert evidence.documents["plan"].valid_until == DAY
    assert (evidence.persons[0].number, evidence.actions[0].state) == (4, "done")
    assert evidence.sites == ("east", "west")
    assert (evidence.measures["waiting"].overall.base, evidence.measures["waiting"].sites["east"].lower) == (40, 1)
    assert [mark.mark for mark in evidence.judgements["a"]] == [D(7), "yes", None]
    assert evidence.waivers == {"g": "golden case"}


def test_given_evidence_not_given_is_missing_and_empty_is_empty():
    silent, empty = case_of({"missing": []}), case_of({"missing": []}, persons=[], actions=[])

    found = [given_evidence(case.given, case) for case in (silent, empty)]

    assert [(item.persons, item.actions) for item in found] == [(None, None), ((), ())]


@pytest.mark.parametrize(
    ("given", "opened", "given_parameter"),
    [
        ({}, Missing("parameter", "open"), 7),
        ({"overlay": "half"}, 5, 7),
        ({"parameters": {"open": 6, "given": None}}, 6, Missing("parameter", "given")),
        ({"overlay": "half", "parameters": {"open": None, "given": 8}}, Missing("parameter", "open"), 8),
    ],
)
def test_given_book_takes_the_overlay_then_the_cases_own_figures(given, opened, given_parameter):
    book = given_book(EDITION, case_of({"missing": []}, employees=3, **given))

    assert (book.parameter("open"), book.parameter("given"), book.employees) == (opened, given_parameter, 3)


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        ({"statement": "partial", "share": D("0.5"), "points": D("1.5")}, []),
        ({"statement": "conforms"}, ["statement: expected conforms, came out partial"]),
        ({"share": D("0.6")}, ["share: expected 0.6, came out 0.5"]),
        ({"share": None}, ["share: expected not determined, came out 0.5"]),
        ({"points": 2}, ["points: expected 2, came out 1.5"]),
        ({"missing": ["open"]}, ["missing: expected open to be named; named are none"]),
        ({"marks": {"plan": 1}}, ["mark plan: expected 1, came out not determined"]),
    ],
)
def test_case_of_one_requirement(expect, found):
    assert differences(expect, "a", judgements={"a": [{"mark": 5}]}) == found


def test_case_of_one_requirement_with_marks_and_missing():
    given = {"judgements": {"b": [{"mark": 5, "dimension": "plan"}]}}

    assert differences({"share": None, "marks": {"plan": D("0.5")}, "missing": ["b"]}, "b", **given) == []


def test_a_third_may_be_written_with_nine_places():
    given = {"judgements": {"a": [{"mark": 0}, {"mark": 0}, {"mark": 10}]}}

    assert differences({"share": D("0.333333333")}, "a", **given) == []
    assert differences({"share": D("0.33333333")}, "a", **given) == [
        "share: expected 0.33333333, came out 0.333333333333"
    ]


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        ({"scores": {"score": 100}, "grades": {"stars": "two"}, "gates": {"g": True}, "nodes": {"all": 1, "d": "not-applicable"}}, []),
        ({"scores": {"score": 99}}, ["score score: expected 99, came out 100"]),
        ({"grades": {"stars": "one"}}, ["stars: expected one, came out two"]),
        ({"gates": {"g": None}}, ["gate g: expected None, came out True"]),
        ({"nodes": {"a": D("0.5"), "d": "conforms"}}, ["node a: expected 0.5, came out 1", "node d: expected conforms, came out not-applicable"]),
        ({"missing": ["f", "open"]}, ["missing: expected f, open to be named; named are none"]),
    ],
)  # fmt: skip
def test_whole_case(expect, found):
    assert differences(expect, **WHOLE) == found


@pytest.mark.parametrize(
    ("share", "statement", "score"),
    [
        (D("0.5"), "partial", 85),
        ("conforms", "conforms", 100),
        ("does-not-conform", "does-not-conform", 70),
        ("not-applicable", "not-applicable", 100),
        ("not-determined", "not-determined", None),
    ],
)
def test_whole_case_sets_findings_by_share_or_statement(share, statement, score):
    given = {**WHOLE, "shares": {"default": 1, "a": share}}

    assert differences({"nodes": {"a": statement}, "scores": {"score": score}}, **given) == []


def test_whole_case_judges_what_it_gives_marks_for():
    given = {**WHOLE, "judgements": {"a": [{"mark": 0}]}}

    assert differences({"nodes": {"a": 0}, "scores": {"score": 70}}, **given) == []


def test_whole_case_without_a_parameter_is_open_and_names_it():
    given = {"facts": FACTS, "shares": {"default": 1}}

    assert differences({"grades": {"stars": "not-determined"}, "missing": ["open"]}, **given) == []
    assert differences({"grades": {"stars": "not-determined"}, "missing": ["open", "c"]},
                       **{**given, "shares": {"default": 1, "c": "not-determined"}}) == []  # fmt: skip


def test_whole_case_with_unknown_applicability_keeps_it_open():
    given = {**WHOLE, "facts": {"f": True}}

    assert differences({"nodes": {"d": "not-determined"}, "missing": ["on"]}, **given) == []


def test_whole_case_with_a_waiver():
    given = {**WHOLE, "facts": {**FACTS, "f": False}}

    assert differences({"grades": {"stars": "none"}, "gates": {"g": False}}, **given) == []
    assert differences({"grades": {"stars": "two"}, "gates": {"g": True}}, **given, waivers=["g"]) == []


def test_set_columns_follow_the_share():
    gates = [{"id": "g", "nodes": ["all"], "mark": "use", "at_least": D("0.5")}]
    edition = edition_of(REQUIREMENTS, EDITION.tree.roots[0].model_dump(), {**GRADING, "gates": gates},
                         parameters={"open": None}, measures={"waiting": {}})  # fmt: skip

    found = [run_case(edition, case_of({"gates": {"g": holds}}, **{**WHOLE, "shares": {"default": 1, "b": share}})).passed
             for share, holds in ((D("0.5"), True), (D("0.4"), False), ("not-determined", None))]  # fmt: skip

    assert found == [True, True, True]


@pytest.mark.parametrize(
    ("expect", "requirement", "given", "message"),
    [
        ({"share": 1}, "x", {}, 'SM501 A golden case names the requirement "x", which does not exist.'),
        ({"scores": {"x": 1}}, None, WHOLE, 'SM501 A golden case names the score "x", which does not exist.'),
        ({"grades": {"x": "one"}}, None, WHOLE, 'SM501 A golden case names the ladder "x", which does not exist.'),
        ({"gates": {"x": True}}, None, WHOLE, 'SM501 A golden case names the gate "x", which does not exist.'),
        ({"nodes": {"x": 1}}, None, WHOLE, 'SM501 A golden case names the node "x", which does not exist.'),
        ({"missing": []}, None, {"overlay": "x"}, 'SM501 A golden case names the overlay "x", which does not exist.'),
        ({"missing": []}, None, {"parameters": {"x": 1}}, 'SM501 A golden case names the parameter "x", which does not exist.'),
        ({"missing": []}, None, {"shares": {"x": 1}}, 'SM501 A golden case names the requirement "x", which does not exist.'),
        ({"missing": []}, None, {"shares": {"a": "partial"}}, 'SM501 A golden case names the statement without a share "partial", which does not exist.'),
        ({"missing": []}, None, {"actions": [{"due": DAY, "state": "begun"}]}, 'SM501 A golden case names the state of an action "begun", which does not exist.'),
        ({"grades": {"stars": "one"}}, "a", {}, 'SM503 The golden case "A case." is about one requirement; there grades is never looked at.'),
        ({"share": 1}, "a", {"shares": {"a": 1}}, 'SM503 The golden case "A case." is about one requirement; there given.shares is never looked at.'),
        ({"share": 1, "statement": "conforms"}, None, WHOLE, 'SM503 The golden case "A case." is about the whole; there share, statement is never looked at.'),
    ],
)  # fmt: skip
def test_a_case_that_names_or_compares_nothing_real_is_refused(expect, requirement, given, message):
    with pytest.raises(SealmarkError) as caught:
        run_case(EDITION, case_of(expect, requirement, **given))

    assert str(caught.value).splitlines()[0] == message


def test_run_cases_runs_all_in_order():
    cases = [{"case": "One.", "requirement": "a", "given": {"judgements": {"a": [{"mark": 10}]}}, "expect": {"share": 1}},
             {"case": "Two.", "as_of": dt.date(2026, 1, 1), "requirement": "a", "expect": {"share": 1}}]  # fmt: skip

    results = run_cases(edition_of(["a"], cases=cases))

    assert [(item.case, item.requirement, item.passed) for item in results] == [
        ("One.", "a", True),
        ("Two.", "a", False),
    ]


CODED = edition_of(
    {
        "a": {"evidence": [{"judgement": "bands"}]},
        "b": {"evidence": [{"judgement": "grown"}]},
        "m": {"evidence": [{"judgement": "ten"}]},
        "two": {"evidence": [{"judgement": "bands"}, {"judgement": "bands"}]},
    },
    [
        {"id": "all", "roll_up": "mean", "children": [{"id": "part", "roll_up": "mean", "children": ["a", "b"]}, "m"]},
        {"id": "rest", "roll_up": "mean", "children": ["two"]},
    ],
    {
        "source": "own",
        "gates": [
            {"id": "weak", "count": ["partial", "small"], "below": "part", "at_most": 0},
            {"id": "of-one", "count": ["non"], "below": "a", "at_most": 0},
            {"id": "other", "nodes": ["m"], "at_least": 1},
        ],
        "ladders": [{"id": "level", "below": "none", "grades": [{"id": "one", "gates": ["weak", "of-one"]}]}],
    },
    scales={
        "grown": {"levels": [{"code": "small", "share": D("0.25"), "statement": "conforms"},
                             {"code": "unset", "share": OPEN}, {"code": "big", "share": 1}, {"code": "huge", "share": 1}]},
    },
    parameters={"open": None},
)  # fmt: skip


def coded(**shares):
    case = case_of({"grades": {"level": "one"}}, shares={"default": 1, **shares})
    return given_findings(case.given, given_evidence(case.given, case), given_book(CODED, case))


def test_a_share_set_directly_carries_the_first_code_that_has_it():
    found = coded(a="does-not-conform", b=D("0.25"), m=D("0.5"))

    assert {name: item.code for name, item in found.items()} == {"a": "non", "b": "small", "m": None, "two": None}
    assert (coded()["a"].code, coded()["b"].code) == ("compliant", "big")


def test_the_code_brings_the_statement_of_its_level():
    assert (coded(b=D("0.25"))["b"].statement, coded(b=D("0.5"))["b"].statement) == ("conforms", "partial")


@pytest.mark.parametrize(
    ("shares", "weak"),
    [({}, True), ({"b": D("0.25")}, False), ({"a": D("0.5")}, False), ({"b": "not-applicable"}, True),
     ({"b": "not-determined"}, None), ({"m": D("0.7"), "two": D("0.7")}, True)],
)  # fmt: skip
def test_a_gate_that_counts_codes_sees_shares_set_directly(shares, weak):
    case = case_of({"gates": {"weak": weak}}, shares={"default": 1, **shares})

    assert run_case(CODED, case).differences == ()


@pytest.mark.parametrize(("name", "gate"), [("b", "weak"), ("a", "of-one")])
def test_a_share_that_no_level_has_is_refused_where_a_gate_counts_codes(name, gate):
    case = case_of({"grades": {"level": "one"}}, shares={"default": 1, name: D("0.3")})

    with pytest.raises(SealmarkError) as caught:
        run_case(CODED, case)

    problem = caught.value.problems[0]
    assert problem.code == "SM503"
    assert problem.what == (
        f'The golden case "A case." sets the share of "{name}", but no level of its scale has it: '
        f'the gate "{gate}" counts codes and would not see one.'
    )


def test_a_share_that_no_level_has_is_fine_where_marks_are_given_instead():
    marks = [{"mark": "small"}, {"mark": "big", "site": "east"}]
    case = case_of({"gates": {"weak": False}}, shares={"default": 1}, judgements={"b": marks})

    assert run_case(CODED, case).differences == ()


CHANGE = {"change": "waiting", "minimum_base": 20, "scores": {"at_most": -1}}
KEPT = replace(
    edition_of({"a": CHANGE}, measures={"waiting": {}}),
    procedure=Procedure.model_construct(
        retention=(rule_of(CHANGE), rule_of({"fact": "f", "scores": {"table": {"yes": 1, "no": 0}}}))
    ),
)


def kept(expect, requirement=None, **given):
    return list(run_case(KEPT, case_of(expect, requirement, **given)).differences)


def waiting(value, base=20):
    return {"waiting": {"value": 3, "change": {"value": D(value), "lower": -9, "upper": 9, "base": base}}}


@pytest.mark.parametrize(
    ("measures", "statement", "missing"),
    [
        (waiting("-1"), "conforms", []),
        (waiting("-0.99"), "does-not-conform", []),
        (waiting("-5", 19), "not-determined", ["waiting"]),
        ({"waiting": {"value": 3}}, "not-determined", ["waiting"]),
        ({}, "not-determined", ["waiting"]),
    ],
)
def test_a_case_gives_a_change(measures, statement, missing):
    assert kept({"statement": statement, "missing": missing}, "a", measures=measures) == []


@pytest.mark.parametrize(
    ("measures", "facts", "holds"),
    [
        (waiting("-1"), {"f": True}, True),
        (waiting("-1"), {"f": False}, False),
        (waiting("0"), {"f": True}, False),
        ({}, {"f": True}, None),
        ({}, {"f": False}, False),
        ({}, {}, None),
    ],
)
def test_a_whole_case_may_say_whether_the_certificate_is_kept(measures, facts, holds):
    assert kept({"retention": holds}, measures=measures, facts=facts) == []
    wrong = not holds
    assert kept({"retention": wrong}, measures=measures, facts=facts) == [
        f"retention: expected {wrong}, came out {holds}"
    ]


def test_keeping_a_certificate_is_nothing_of_one_requirement():
    with pytest.raises(SealmarkError, match="retention is never looked at"):
        kept({"retention": True}, "a")
