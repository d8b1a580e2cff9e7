"""The words of a certification file: statuses, functions of people, outcomes of decisions.

ISO/IEC 17000:2020 gives the functions and outcomes, ISO/IEC 17065:2012 clause 7 the order.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

__all__ = [
    "ApplicationStatus", "CertificateStatus", "EvaluationKind", "EvaluationStatus", "FindingStatus", "Function",
    "ObjectionKind", "ObjectionStatus", "Outcome", "Status", "Subject",
]  # fmt: skip


class Subject(StrEnum):
    """What an act changes."""

    APPLICATION = "application"
    EVALUATION = "evaluation"
    FINDING = "finding"
    CERTIFICATE = "certificate"
    OBJECTION = "objection"


class Function(StrEnum):
    """What a person does in a file; ``CLOCK`` is nobody: what falls due by itself."""

    CLIENT = "client"
    COORDINATOR = "coordinator"
    """Receives and reviews applications, offers agreements, plans (17065, 7.3)."""
    LEAD_EVALUATOR = "lead-evaluator"
    EVALUATOR = "evaluator"
    """Team member who gathers and judges evidence (17065, 7.4)."""
    REVIEWER = "reviewer"
    """Reviews all information and results of the evaluation (17065, 7.5)."""
    DECIDER = "decider"
    """Takes or votes on the certification decision (17065, 7.6)."""
    PANELLIST = "panellist"
    """Decides complaints and appeals (17065, 7.13)."""
    CLOCK = "clock"


class ApplicationStatus(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ASKED = "asked"
    ACCEPTED = "accepted"
    OFFERED = "offered"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class EvaluationStatus(StrEnum):
    """Where one evaluation with its review and decision stands."""

    PLANNING = "planning"
    PLANNED = "planned"
    GATHERING = "gathering"
    EVALUATED = "evaluated"
    RECOMMENDED = "recommended"
    REVIEWED = "reviewed"
    DECIDED = "decided"
    CANCELLED = "cancelled"


class EvaluationKind(StrEnum):
    """Why an evaluation is made."""

    INITIAL = "initial"
    SURVEILLANCE = "surveillance"
    SPECIAL = "special"
    """At short notice: a complaint, a change, the way back from a suspension."""
    SCOPE = "scope"
    """Extension or reduction of what is certified."""
    UPGRADE = "upgrade"
    RECERTIFICATION = "recertification"


class FindingStatus(StrEnum):
    """Where a finding stands."""

    RAISED = "raised"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    VERIFIED = "verified"
    EFFECTIVE = "effective"
    NOTED = "noted"
    """An observation or a strength: nothing is owed."""
    TAKEN_BACK = "taken-back"


class CertificateStatus(StrEnum):
    """Where a certificate stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class ObjectionKind(StrEnum):
    """A complaint is about anybody's conduct, an appeal about a decision on the appellant."""

    COMPLAINT = "complaint"
    APPEAL = "appeal"


class ObjectionStatus(StrEnum):
    """Where a complaint or an appeal stands."""

    RECEIVED = "received"
    ADMITTED = "admitted"
    NOT_ADMITTED = "not-admitted"
    INVESTIGATED = "investigated"
    DECIDED = "decided"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What a certification decision says."""

    GRANT = "grant"
    GRANT_WITH_CONDITIONS = "grant-with-conditions"
    REFUSE = "refuse"
    DEFER = "defer"
    MAINTAIN = "maintain"
    EXTEND = "extend"
    REDUCE = "reduce"
    CHANGE_GRADE = "change-grade"
    RENEW = "renew"
    SUSPEND = "suspend"
    RESTORE = "restore"
    WITHDRAW = "withdraw"


Status: TypeAlias = ApplicationStatus | EvaluationStatus | FindingStatus | CertificateStatus | ObjectionStatus
