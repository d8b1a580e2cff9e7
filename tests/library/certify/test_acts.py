"""The table of acts is complete, consistent, and refuses what it does not list."""

import itertools

import pytest

from sealmark.certify import (
    ACT_OF_OUTCOME,
    ACTS,
    CONDITIONS,
    ApplicationStatus,
    CertificateStatus,
    EvaluationStatus,
    FindingStatus,
    Function,
    ObjectionStatus,
    Outcome,
    Subject,
    acts_from,
    require_act,
)
from sealmark.core.errors import SealmarkError

STATUSES = {
    Subject.APPLICATION: ApplicationStatus,
    Subject.EVALUATION: EvaluationStatus,
    Subject.FINDING: FindingStatus,
    Subject.CERTIFICATE: CertificateStatus,
    Subject.OBJECTION: ObjectionStatus,
}
ENDS = {
    Subject.APPLICATION: {"agreed", "refused", "withdrawn"},
    Subject.EVALUATION: {"decided", "cancelled"},
    Subject.FINDING: {"effective", "noted", "taken-back"},
    Subject.CERTIFICATE: {"withdrawn"},
    Subject.OBJECTION: {"closed"},
}
MOVES = [(subject, status) for subject, words in STATUSES.items() for status in (None, *words)]


@pytest.mark.parametrize(("subject", "status"), MOVES)
def test_what_the_table_does_not_list_is_refused(subject, status):
    possible = {act.id for act in acts_from(subject, status)}

    for act in (act for act in ACTS.values() if act.subject == subject):
        if act.id in possible:
            assert require_act(act.id, status) is act
        else:
            with pytest.raises(SealmarkError, match="SM702"):
                require_act(act.id, status)


def test_an_unknown_act_is_refused_by_name():
    with pytest.raises(SealmarkError, match=r'SM701 There is no act "certificate[.]sell"'):
        require_act("certificate.sell", CertificateStatus.ACTIVE)


@pytest.mark.parametrize("subject", list(Subject))
def test_every_status_can_be_reached_and_only_ends_have_no_way_on(subject):
    reached = {act.target for act in acts_from(subject, None)}
    frontier = list(reached)
    while frontier:
        status = frontier.pop()
        following = {act.target for act in acts_from(subject, status) if act.target} - reached
        reached |= following
        frontier += following

    assert reached == set(STATUSES[subject])
    stuck = {status for status in STATUSES[subject] if not [act for act in acts_from(subject, status) if act.target]}
    assert stuck == ENDS[subject]


def test_every_condition_named_exists_and_every_condition_is_named():
    assert {name for act in ACTS.values() for name in act.needs} == set(CONDITIONS)
    codes = [code for code, _ in CONDITIONS.values()]
    assert len(set(codes)) == len(codes)


def test_everybody_who_judges_looks_for_conflicts():
    judging = {
        act.id for act in ACTS.values()
        if act.functions & {Function.REVIEWER, Function.DECIDER} and "decision-taken" not in act.needs
        and act.id != "evaluation.step-aside"
    }  # fmt: skip

    assert judging == {
        "evaluation.send-back", "evaluation.review", "evaluation.vote", "evaluation.decide", "evaluation.defer",
        "certificate.suspend", "certificate.restore", "certificate.withdraw", "certificate.settle-condition",
    }  # fmt: skip
    assert all({"no-conflict", "not-evaluator"} <= set(ACTS[act].needs) for act in judging)


def test_no_client_and_no_team_member_is_let_into_a_decision():
    deciding = [act for act in ACTS.values() if act.subject == Subject.CERTIFICATE or act.id == "evaluation.decide"]

    for act, function in itertools.product(deciding, (Function.CLIENT, Function.EVALUATOR, Function.LEAD_EVALUATOR)):
        assert function not in act.functions


def test_every_outcome_is_carried_out_by_an_act_on_the_certificate_or_by_none():
    assert set(ACT_OF_OUTCOME) == set(Outcome)
    assert {act for act in ACT_OF_OUTCOME.values() if act} == {
        act.id for act in ACTS.values() if act.subject == Subject.CERTIFICATE
    } - {"certificate.expire", "certificate.settle-condition"}
