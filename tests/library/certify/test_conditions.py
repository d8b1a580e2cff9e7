"""Every condition: what refuses, what passes, and that a gap never passes."""

import datetime as dt
from dataclasses import replace

import pytest

from sealmark.certify import ACTS, CONDITIONS, Actor, Facts, Function, Outcome, Tie, refusals

ON = dt.date(2026, 5, 4)
YESTERDAY, TOMORROW = ON - dt.timedelta(days=1), ON + dt.timedelta(days=1)
BO = Actor("bo", frozenset(Function))
GAP = Facts(organization="willow", on=ON)
HELD = Facts(
    organization="willow", on=ON, reason="Because.", missing=(), prerequisites_unmet=(), may_sign=True,
    agreement_signed_on=ON, team_faults=(), sites_drawn=True, days_planned=2, days_needed=2, result_faults=(),
    findings_open=(), findings_blocking=(), outcome=Outcome.GRANT, outcomes_possible=frozenset({Outcome.GRANT}),
    votes_cast=3, votes_needed=3, decision_on=ON, decision_allows=True, answer_missing=(), deadline_old=ON,
    deadline_new=TOMORROW, trigger="own-wish", triggers=frozenset({"own-wish"}), way_back="A visit.",
    term_ends=YESTERDAY, appeal_until=ON, panel_faults=(), condition_open=True, waits_unmet=(),
)  # fmt: skip
BROKEN = {
    "application-complete": {"missing": ("site list",)},
    "prerequisites-met": {"prerequisites_unmet": ("three months of use",)},
    "may-sign": {"may_sign": False},
    "agreement-signed": {"agreement_signed_on": TOMORROW},
    "team-fit": {"team_faults": ("no lead",)},
    "sites-drawn": {"sites_drawn": False},
    "days-suffice": {"days_planned": 1.5},
    "result-whole": {"result_faults": ("another edition",)},
    "findings-answered": {"findings_open": ("minor 2",)},
    "findings-closed": {"findings_blocking": ("major 1",)},
    "outcome-fits": {"outcome": Outcome.RENEW},
    "quorum": {"votes_cast": 2},
    "decision-taken": {"decision_on": TOMORROW},
    "answer-complete": {"answer_missing": ("cause",)},
    "later-deadline": {"deadline_new": ON},
    "trigger-known": {"trigger": "bad-weather"},
    "way-back-named": {"way_back": " "},
    "term-over": {"term_ends": ON},
    "within-renewal": {"term_ends": dt.date(2025, 11, 3)},
    "in-time": {"appeal_until": YESTERDAY},
    "panel-fit": {"panel_faults": ("took part in the file",)},
    "condition-open": {"condition_open": False},
    "grade-waited": {"waits_unmet": ('The grade "three-stars" can be given from 2026-05-05.',)},
}
ABOUT_PEOPLE = {"no-conflict", "not-evaluator", "not-reviewer", "not-involved"}
# What nobody has to know: an open limit refuses nobody, and no tie is no conflict.
OPEN = ABOUT_PEOPLE | {"in-time"}


def check(name, actor, facts):
    return CONDITIONS[name][1](actor, facts)


@pytest.mark.parametrize("name", sorted(set(CONDITIONS) - ABOUT_PEOPLE))
def test_a_condition_passes_when_its_facts_hold_and_refuses_when_one_does_not(name):
    assert check(name, BO, HELD) == ""
    assert check(name, BO, replace(HELD, **BROKEN[name])) != ""


@pytest.mark.parametrize("name", sorted(set(CONDITIONS) - OPEN))
def test_what_is_not_known_does_not_pass(name):
    assert check(name, BO, GAP) != ""


def test_a_scheme_without_triggers_still_wants_one_named():
    assert check("trigger-known", BO, replace(HELD, triggers=frozenset(), trigger="")) == "No trigger is named."
    assert check("trigger-known", BO, replace(HELD, triggers=frozenset())) == ""


def test_a_scheme_that_names_no_days_takes_any_plan():
    assert check("days-suffice", BO, replace(HELD, days_needed=None, days_planned=0.5)) == ""


def test_a_decision_that_says_something_else_carries_nothing_out():
    assert check("decision-taken", BO, replace(HELD, decision_allows=False)) == "No decision says so."


@pytest.mark.parametrize(
    ("tie", "conflict"),
    [
        (Tie("willow", "employment"), True),
        (Tie("willow", "interest"), True),
        (Tie("willow", "consultancy", ON - dt.timedelta(days=729)), True),
        (Tie("willow", "consultancy", ON - dt.timedelta(days=730)), False),
        (Tie("oak", "employment"), False),
    ],
)
def test_a_tie_conflicts_while_it_lasts_and_through_the_cooling_off_period(tie, conflict):
    assert bool(check("no-conflict", replace(BO, ties=(tie,)), HELD)) == conflict
    assert bool(check("not-involved", replace(BO, ties=(tie,)), HELD)) == conflict


def test_scheme_or_body_can_set_the_cooling_off_period():
    advice = replace(BO, ties=(Tie("willow", "consultancy", ON - dt.timedelta(days=400)),))

    assert check("no-conflict", advice, replace(HELD, cooling_off_days=365)) == ""
    assert check("no-conflict", advice, HELD) == "Conflict of interest: consultancy."


APART = [
    ("evaluation.review", Function.EVALUATOR, "SM705"),
    ("evaluation.review", Function.LEAD_EVALUATOR, "SM705"),
    ("evaluation.decide", Function.EVALUATOR, "SM705"),
    ("evaluation.decide", Function.LEAD_EVALUATOR, "SM705"),
    ("evaluation.decide", Function.REVIEWER, "SM706"),
    ("evaluation.vote", Function.REVIEWER, "SM706"),
    ("certificate.suspend", Function.EVALUATOR, "SM705"),
    ("certificate.restore", Function.EVALUATOR, "SM705"),
    ("certificate.withdraw", Function.LEAD_EVALUATOR, "SM705"),
    ("objection.decide", Function.DECIDER, "SM707"),
    ("objection.decide", Function.REVIEWER, "SM707"),
    ("objection.decide", Function.EVALUATOR, "SM707"),
    ("objection.decide", Function.CLIENT, "SM707"),
    ("objection.admit", Function.DECIDER, "SM707"),
]


@pytest.mark.parametrize(("act", "took_part", "code"), APART)
def test_whoever_took_part_cannot(act, took_part, code):
    clean = refusals(ACTS[act], BO, HELD)
    refused = refusals(ACTS[act], replace(BO, took_part=frozenset({took_part})), HELD)

    assert clean == ()
    assert [problem.code for problem in refused] == [code]


def test_a_body_may_let_one_person_review_and_decide():
    reviewer = replace(BO, took_part=frozenset({Function.REVIEWER}))

    assert refusals(ACTS["evaluation.decide"], reviewer, replace(HELD, reviewer_may_decide=True)) == ()


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_nobody_without_the_function_may(act):
    for function in set(Function) - act.functions:
        codes = [problem.code for problem in refusals(act, Actor("x", frozenset({function})), HELD)]
        assert "SM703" in codes


def test_all_refusals_come_at_once():
    nobody = Actor("dov", frozenset(), ties=(Tie("willow", "employment"),))

    found = refusals(ACTS["evaluation.decide"], nobody, GAP)

    assert [problem.code for problem in found] == ["SM703", "SM703", "SM704", "SM718", "SM717", "SM719", "SM732"]
