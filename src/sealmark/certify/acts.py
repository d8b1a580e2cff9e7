"""Every act on a certification file as one table: from which status, to which, by whom, and what it needs.

Pages, the programming interface and tests read this table and nothing else. What
it does not list cannot be done; what an act needs beyond its status is named
here and checked by :mod:`sealmark.certify.conditions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from sealmark.certify.states import (
    ApplicationStatus,
    CertificateStatus,
    EvaluationStatus,
    FindingStatus,
    Function,
    ObjectionStatus,
    Status,
    Subject,
)
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["ACTS", "Act", "acts_from", "require_act"]

_CLIENT, _COORDINATOR = frozenset({Function.CLIENT}), frozenset({Function.COORDINATOR})
_LEAD, _TEAM = frozenset({Function.LEAD_EVALUATOR}), frozenset({Function.LEAD_EVALUATOR, Function.EVALUATOR})
_REVIEWER, _DECIDER = frozenset({Function.REVIEWER}), frozenset({Function.DECIDER})
_PANEL, _CLOCK = frozenset({Function.PANELLIST}), frozenset({Function.CLOCK})


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done to a subject.

    Attributes:
        id: Subject and verb, for example ``certificate.suspend``.
        subject: What it changes.
        sources: Statuses from which it is possible; empty: the act makes the subject.
        target: The status afterwards; None: the status stays.
        functions: Who may do it; one of them is enough.
        needs: Names of what must hold beyond status and function (:mod:`sealmark.certify.conditions`).
        is_reasoned: A reason has to be given.
        is_final: Nothing takes it back: ask before doing it.
    """

    id: str
    subject: Subject
    sources: frozenset[Status]
    target: Status | None
    functions: frozenset[Function]
    needs: tuple[str, ...] = ()
    is_reasoned: bool = False
    is_final: bool = False

    @property
    def makes_subject(self) -> bool:
        """Whether the act brings its subject into being."""
        return not self.sources


def _act(
    subject: Subject, verb: str, sources: set[Status], target: Status | None, who: frozenset[Function], *needs: str,
    reasoned: bool = False, final: bool = False,
) -> Act:  # fmt: skip
    # 17065, 4.2.10: whoever is tied to the client handles no file of it, however small the act; they may leave.
    is_bound = Function.CLIENT not in who and who != _CLOCK and verb != "step-aside"
    if is_bound and not {"no-conflict", "not-involved"} & {*needs}:
        needs = ("no-conflict", *needs)
    return Act(f"{subject}.{verb}", subject, frozenset(sources), target, who, needs, reasoned, final)


def _application_acts() -> tuple[Act, ...]:
    act, at = partial(_act, Subject.APPLICATION), ApplicationStatus
    open_ones = {at.DRAFT, at.SUBMITTED, at.ASKED, at.ACCEPTED, at.OFFERED}
    return (
        act("begin", set(), at.DRAFT, _CLIENT),
        act("submit", {at.DRAFT, at.ASKED}, at.SUBMITTED, _CLIENT, "application-complete"),
        act("ask", {at.SUBMITTED}, at.ASKED, _COORDINATOR, "no-conflict", reasoned=True),
        # 17065, 7.3: information sufficient, differences resolved, scope, means and competence there.
        act("accept", {at.SUBMITTED}, at.ACCEPTED, _COORDINATOR, "no-conflict", "prerequisites-met", reasoned=True),
        act("refuse", {at.SUBMITTED}, at.REFUSED, _COORDINATOR, "no-conflict", reasoned=True, final=True),
        act("offer-agreement", {at.ACCEPTED}, at.OFFERED, _COORDINATOR),
        act("sign-agreement", {at.OFFERED}, at.AGREED, _CLIENT, "may-sign", final=True),
        act("withdraw", {*open_ones}, at.WITHDRAWN, _CLIENT, final=True),
    )


def _evaluation_acts() -> tuple[Act, ...]:
    act, at = partial(_act, Subject.EVALUATION), EvaluationStatus
    open_ones = {at.PLANNING, at.PLANNED, at.GATHERING, at.EVALUATED, at.RECOMMENDED, at.REVIEWED}
    outside = ("no-conflict", "not-evaluator")
    deciding = (*outside, "not-reviewer")
    return (
        act("open", set(), at.PLANNING, _COORDINATOR | _CLOCK, "agreement-signed"),
        # The team is settled with the plan; reviewers and deciders may be named, or replaced, until they have acted.
        act("assign", {*open_ones}, None, _COORDINATOR, "team-fit"),
        act("step-aside", {*open_ones}, None, _TEAM | _REVIEWER | _DECIDER, reasoned=True),
        act("draw-sites", {at.PLANNING}, None, _COORDINATOR),
        act("exclude-site", {at.PLANNING}, None, _COORDINATOR, reasoned=True),
        act("settle-plan", {at.PLANNING}, at.PLANNED, _COORDINATOR, "team-fit", "sites-drawn", "days-suffice"),
        act("change-plan", {at.PLANNED}, at.PLANNING, _COORDINATOR, reasoned=True),
        act("start", {at.PLANNED}, at.GATHERING, _LEAD, "no-conflict"),
        act("add-evidence", {at.GATHERING}, None, _TEAM | _CLIENT),
        act("record-result", {at.GATHERING}, at.EVALUATED, _TEAM, "no-conflict", "result-whole"),
        act("gather-more", {at.EVALUATED}, at.GATHERING, _LEAD, reasoned=True),
        # 17065, 7.4.6: the client is told of every nonconformity before anything is recommended.
        act("recommend", {at.EVALUATED}, at.RECOMMENDED, _LEAD, "no-conflict", "findings-answered", reasoned=True),
        act("send-back", {at.RECOMMENDED, at.REVIEWED}, at.EVALUATED, _REVIEWER, *outside, reasoned=True),
        act("review", {at.RECOMMENDED}, at.REVIEWED, _REVIEWER, *outside, reasoned=True),
        act("vote", {at.REVIEWED}, None, _DECIDER, *deciding, reasoned=True),
        act("decide", {at.REVIEWED}, at.DECIDED, _DECIDER, *deciding, "outcome-fits", "findings-closed", "quorum",
            "grade-waited", reasoned=True, final=True),
        act("defer", {at.REVIEWED}, at.EVALUATED, _DECIDER, *deciding, "quorum", reasoned=True),
        act("cancel", {*open_ones}, at.CANCELLED, _COORDINATOR, reasoned=True, final=True),
    )  # fmt: skip


def _finding_acts() -> tuple[Act, ...]:
    act, at = partial(_act, Subject.FINDING), FindingStatus
    owed = {at.RAISED, at.ANSWERED, at.ACCEPTED}
    return (
        act("raise", set(), at.RAISED, _TEAM, "no-conflict"),
        act("note", set(), at.NOTED, _TEAM, "no-conflict"),
        act("answer", {at.RAISED}, at.ANSWERED, _CLIENT, "answer-complete"),
        act("return", {at.ANSWERED, at.ACCEPTED}, at.RAISED, _TEAM, reasoned=True),
        act("accept", {at.ANSWERED}, at.ACCEPTED, _TEAM),
        act("verify", {at.ACCEPTED}, at.VERIFIED, _TEAM, reasoned=True),
        act("confirm-effect", {at.VERIFIED}, at.EFFECTIVE, _TEAM, reasoned=True),
        act("reopen", {at.VERIFIED}, at.RAISED, _TEAM, reasoned=True),
        act("extend", {*owed}, None, _LEAD, "later-deadline", reasoned=True),
        act("take-back", {*owed}, at.TAKEN_BACK, _LEAD, reasoned=True, final=True),
    )


def _certificate_acts() -> tuple[Act, ...]:
    act, at = partial(_act, Subject.CERTIFICATE), CertificateStatus
    outside = ("no-conflict", "not-evaluator")
    return (
        # 17065, 7.7: only after the decision, with a signed agreement, never dated before the decision.
        act("issue", set(), at.ACTIVE, _DECIDER, "decision-taken", "agreement-signed"),
        act("maintain", {at.ACTIVE}, None, _DECIDER, "decision-taken"),
        act("change-scope", {at.ACTIVE}, None, _DECIDER, "decision-taken"),
        act("change-grade", {at.ACTIVE}, None, _DECIDER, "decision-taken"),
        act("renew", {at.ACTIVE, at.EXPIRED}, at.ACTIVE, _DECIDER, "decision-taken", "within-renewal"),
        act("suspend", {at.ACTIVE}, at.SUSPENDED, _DECIDER, *outside, "trigger-known", "way-back-named", reasoned=True),
        act("restore", {at.SUSPENDED}, at.ACTIVE, _DECIDER, *outside, reasoned=True),
        act("withdraw", {at.ACTIVE, at.SUSPENDED}, at.WITHDRAWN, _DECIDER, *outside, reasoned=True, final=True),
        act("settle-condition", {at.ACTIVE, at.SUSPENDED}, None, _DECIDER, *outside, "condition-open", reasoned=True),
        act("expire", {at.ACTIVE, at.SUSPENDED}, at.EXPIRED, _CLOCK, "term-over"),
    )


def _objection_acts() -> tuple[Act, ...]:
    act, at = partial(_act, Subject.OBJECTION), ObjectionStatus
    return (
        act("file", set(), at.RECEIVED, _CLIENT | _COORDINATOR, "in-time", reasoned=True),
        act("name-panellist", {at.RECEIVED, at.ADMITTED, at.INVESTIGATED}, None, _COORDINATOR, "panel-fit"),
        act("admit", {at.RECEIVED}, at.ADMITTED, _PANEL, "not-involved", reasoned=True),
        act("reject", {at.RECEIVED}, at.NOT_ADMITTED, _PANEL, "not-involved", reasoned=True, final=True),
        act("investigate", {at.ADMITTED}, at.INVESTIGATED, _PANEL, "not-involved", reasoned=True),
        act("decide", {at.INVESTIGATED}, at.DECIDED, _PANEL, "not-involved", reasoned=True, final=True),
        act("close", {at.DECIDED, at.NOT_ADMITTED}, at.CLOSED, _COORDINATOR | _PANEL),
    )


_TABLE = (*_application_acts(), *_evaluation_acts(), *_finding_acts(), *_certificate_acts(), *_objection_acts())

ACTS: Mapping[str, Act] = MappingProxyType({act.id: act for act in _TABLE})
"""Every act by its id, in the order of the life of a file."""


def acts_from(subject: Subject, status: Status | None) -> tuple[Act, ...]:
    """Return the acts that are possible from a status; with None those that make the subject.

    Example:
        >>> [act.id for act in acts_from(Subject.CERTIFICATE, CertificateStatus.SUSPENDED)]
        ['certificate.restore', 'certificate.withdraw', 'certificate.settle-condition', 'certificate.expire']
    """
    return tuple(
        act for act in ACTS.values()
        if act.subject == subject and (act.makes_subject if status is None else status in act.sources)
    )  # fmt: skip


def require_act(act: str, status: Status | None) -> Act:
    """Return an act that is possible from a status.

    Raises:
        SealmarkError: SM701 there is no such act, SM702 it is not possible now.
    """
    found = ACTS.get(act)
    if found is None:
        raise SealmarkError(Problem("SM701", f'There is no act "{act}".', fix="See the table of acts."))
    if found not in acts_from(found.subject, status):
        state = "nothing there yet" if status is None else f'the status "{status}"'
        possible = ", ".join(other.id for other in acts_from(found.subject, status)) or "nothing"
        raise SealmarkError(
            Problem("SM702", f'"{act}" is not possible from {state}.', fix=f"Possible now: {possible}.")
        )
    return found
