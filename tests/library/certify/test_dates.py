"""Days that follow from decisions, and what falls due on a day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealmark.certify import (
    CertificateFacts,
    CertificateStatus,
    Due,
    EvaluationKind,
    FindingFacts,
    FindingStatus,
    Outcome,
    appeal_until,
    blocking,
    certificate_due,
    finding_deadlines,
    is_late,
    outcomes_possible,
    renewed_term,
    surveillance_days,
    suspension_until,
    term_of,
    unanswered,
)
from sealmark.core.errors import SealmarkError
from sealmark.core.periods import Period

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))
TERM = Period(dt.date(2026, 3, 15), dt.date(2029, 3, 14))
ACTIVE = CertificateStatus.ACTIVE


@given(DAYS, st.integers(1, 60), st.integers(1, 24))
def test_surveillance_falls_into_the_term_and_begins_within_a_year(start, months, rhythm):
    term = term_of(start, months)

    days = surveillance_days(term, rhythm)

    assert all(term.start < day <= term.end for day in days)
    assert list(days) == sorted(set(days))
    if months > 12:
        assert (days[0] - start).days <= 366


def test_a_rhythm_of_more_than_a_year_still_begins_after_one():
    assert surveillance_days(TERM, 18) == (dt.date(2027, 3, 15), dt.date(2028, 9, 15))


def test_a_term_of_no_months_is_refused():
    with pytest.raises(SealmarkError, match="SM720"):
        term_of(dt.date(2026, 1, 1), 0)


def test_recertification_in_time_keeps_the_old_rhythm():
    assert renewed_term(TERM, dt.date(2029, 1, 10), 36) == Period(dt.date(2029, 3, 15), dt.date(2032, 3, 14))


def test_recertification_more_than_half_a_year_late_is_refused():
    assert renewed_term(TERM, dt.date(2029, 9, 14), 36).start == dt.date(2029, 9, 14)
    with pytest.raises(SealmarkError, match="SM721"):
        renewed_term(TERM, dt.date(2029, 9, 15), 36)


def test_deadlines_count_from_the_day_the_client_was_told():
    found = finding_deadlines(dt.date(2026, 5, 1), {"plan_days": 14, "correction_days": None, "verified_days": 90})

    assert (found.plan, found.correction, found.verified) == (dt.date(2026, 5, 15), None, dt.date(2026, 7, 30))
    assert found.next == dt.date(2026, 5, 15)
    assert finding_deadlines(dt.date(2026, 5, 1), {}).next is None


def test_a_limit_the_scheme_does_not_set_stays_open():
    assert suspension_until(dt.date(2026, 5, 1), None) is None
    assert suspension_until(dt.date(2026, 5, 1), 180) == dt.date(2026, 10, 28)
    assert appeal_until(dt.date(2026, 5, 1), None) is None
    assert appeal_until(dt.date(2026, 5, 1), 30) == dt.date(2026, 5, 31)


def facts(**more):
    return CertificateFacts(**{"status": ACTIVE, "term": TERM, "surveillance_months": 12} | more)


@pytest.mark.parametrize(
    ("certificate", "as_of", "due"),
    [
        (facts(), dt.date(2026, 12, 14), ()),
        (facts(), dt.date(2026, 12, 15), (Due(dt.date(2027, 3, 15), "surveillance", 1),)),
        (facts(surveillances_done=1), dt.date(2027, 6, 1), ()),
        (facts(surveillances_done=2), dt.date(2028, 9, 14), (Due(TERM.end, "recertification"),)),
        (facts(surveillances_done=2, renewal_open=True), dt.date(2028, 9, 14), ()),
        (facts(), dt.date(2029, 3, 15), (Due(TERM.end, "expiry"),)),
        (facts(status=CertificateStatus.WITHDRAWN), dt.date(2029, 3, 15), ()),
        (facts(surveillance_months=None), dt.date(2027, 3, 15), ()),
        (
            facts(status=CertificateStatus.SUSPENDED, suspended_until=dt.date(2026, 8, 1)),
            dt.date(2026, 6, 1),
            (Due(dt.date(2026, 8, 1), "end-of-suspension"),),
        ),
        (
            facts(conditions_until=(dt.date(2026, 9, 1), dt.date(2026, 7, 1))),
            dt.date(2026, 6, 1),
            (Due(dt.date(2026, 7, 1), "condition", 1), Due(dt.date(2026, 9, 1), "condition", 2)),
        ),
    ],
)
def test_what_is_called_for_on_a_day(certificate, as_of, due):
    assert certificate_due(certificate, as_of) == due


def test_late_begins_on_the_day_after():
    due = Due(dt.date(2026, 8, 1), "condition")

    assert [is_late(due, day) for day in (dt.date(2026, 8, 1), dt.date(2026, 8, 2))] == [False, True]


@pytest.mark.parametrize("status", FindingStatus)
def test_a_class_that_blocks_does_so_until_verified(status):
    done = {FindingStatus.VERIFIED, FindingStatus.EFFECTIVE, FindingStatus.NOTED, FindingStatus.TAKEN_BACK}
    major, minor = (FindingFacts("x", status, is_owed=True, blocks=blocks) for blocks in (True, False))

    assert blocking([major]) == (() if status in done else ("x",))
    assert blocking([minor]) == (() if status in done | {FindingStatus.ACCEPTED} else ("x",))
    assert unanswered([minor]) == (("x",) if status is FindingStatus.RAISED else ())


def test_what_owes_no_answer_blocks_nothing():
    assert blocking([FindingFacts("x", FindingStatus.RAISED, is_owed=False, blocks=False)]) == ()


@pytest.mark.parametrize(
    ("kind", "status", "certifiable", "outcomes"),
    [
        (EvaluationKind.INITIAL, None, True, {Outcome.GRANT, Outcome.GRANT_WITH_CONDITIONS, Outcome.REFUSE}),
        (EvaluationKind.INITIAL, ACTIVE, True, {Outcome.REFUSE}),
        (EvaluationKind.SURVEILLANCE, None, True, set()),
        (EvaluationKind.SURVEILLANCE, ACTIVE, False, {Outcome.REDUCE, Outcome.SUSPEND, Outcome.WITHDRAW}),
        (EvaluationKind.SPECIAL, CertificateStatus.SUSPENDED, True, {Outcome.RESTORE, Outcome.WITHDRAW}),
        (EvaluationKind.SPECIAL, CertificateStatus.SUSPENDED, False, {Outcome.WITHDRAW}),
        (EvaluationKind.RECERTIFICATION, CertificateStatus.EXPIRED, True, {Outcome.RENEW, Outcome.REFUSE}),
        (EvaluationKind.RECERTIFICATION, CertificateStatus.WITHDRAWN, True, set()),
        (EvaluationKind.UPGRADE, ACTIVE, False, {Outcome.REFUSE}),
    ],
)
def test_outcomes_fit_the_evaluation_its_result_and_the_certificate(kind, status, certifiable, outcomes):
    assert outcomes_possible(kind, status, is_certifiable=certifiable) == outcomes
