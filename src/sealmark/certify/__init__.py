"""Certification as a table of statuses and acts, with the people and days they depend on.

Nothing here stores or sends anything: callers bring facts, and learn what may
be done, by whom, and when it falls due.
"""

from sealmark.certify.acts import ACTS, Act, acts_from, require_act
from sealmark.certify.conditions import CONDITIONS, Facts, refusals
from sealmark.certify.dates import (
    Deadlines,
    appeal_until,
    finding_deadlines,
    renewed_term,
    surveillance_days,
    suspension_until,
    term_of,
)
from sealmark.certify.due import CertificateFacts, Due, certificate_due, is_late
from sealmark.certify.findings import ANSWER_PARTS, FindingFacts, blocking, unanswered
from sealmark.certify.outcomes import ACT_OF_OUTCOME, outcomes_possible
from sealmark.certify.people import COOLING_OFF_DAYS, Actor, Tie, conflicting_ties, separated_pairs
from sealmark.certify.states import (
    ApplicationStatus,
    CertificateStatus,
    EvaluationKind,
    EvaluationStatus,
    FindingStatus,
    Function,
    ObjectionKind,
    ObjectionStatus,
    Outcome,
    Status,
    Subject,
)
from sealmark.certify.waits import GradeWait, grade_waits, waits_unmet

__all__ = [
    "ACTS", "ACT_OF_OUTCOME", "ANSWER_PARTS", "CONDITIONS", "COOLING_OFF_DAYS", "Act", "Actor", "ApplicationStatus",
    "CertificateFacts", "CertificateStatus", "Deadlines", "Due", "EvaluationKind", "EvaluationStatus", "Facts",
    "FindingFacts", "FindingStatus", "Function", "GradeWait", "ObjectionKind", "ObjectionStatus", "Outcome", "Status",
    "Subject", "Tie", "acts_from", "appeal_until", "blocking", "certificate_due", "conflicting_ties",
    "finding_deadlines", "grade_waits", "is_late", "outcomes_possible", "refusals", "renewed_term", "require_act",
    "separated_pairs", "surveillance_days", "suspension_until", "term_of", "unanswered", "waits_unmet",
]  # fmt: skip
