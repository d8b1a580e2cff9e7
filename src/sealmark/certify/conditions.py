"""What an act needs beyond its status: one small check per name in the table of acts.

Whatever is not known counts as not met: a check never passes on a gap.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sealmark.certify.acts import Act
from sealmark.certify.dates import RENEWAL_GRACE_MONTHS
from sealmark.certify.people import COOLING_OFF_DAYS, Actor, conflicting_ties, separated_pairs
from sealmark.certify.states import Function, Outcome
from sealmark.core.errors import Problem
from sealmark.core.periods import add_months

__all__ = ["CONDITIONS", "Facts", "refusals"]

_TEAM = frozenset({Function.EVALUATOR, Function.LEAD_EVALUATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when an act is tried; None is unknown.

    Attributes:
        organization: Whose file it is.
        on: The day of the act.
        reason: Given by the actor.
        cooling_off_days: Of scheme or body.
        reviewer_may_decide: The body lets one person review and decide.
        missing: Documents and answers the application still lacks.
        prerequisites_unmet: Prerequisites of the scheme that refuse and are not shown.
        may_sign: The actor may bind the client.
        agreement_signed_on: Day of the client's signature.
        team_faults: What speaks against the team: competence, conflicts, rotation, no lead.
        sites_drawn: The sites to be visited are drawn and stored.
        days_planned: Assessor days of the plan.
        days_needed: The least the scheme asks for; None: it does not say.
        result_faults: Why the result cannot stand.
        findings_open: Findings not yet answered.
        findings_blocking: Findings that must be accepted or verified before a decision.
        outcome: What is to be decided.
        outcomes_possible: What the evaluation's kind, its result and the certificate leave open.
        waits_unmet: Sentences that say which grade would be given too early.
        votes_cast: By deciders who did not step aside.
        votes_needed: The quorum.
        decision_on: Day of the decision that the act carries out.
        decision_allows: That decision says what the act does.
        answer_missing: Parts of the answer to a finding that are empty.
        deadline_old: The deadline as it stands.
        deadline_new: The deadline wanted.
        trigger: Why it is suspended, an id of the scheme.
        triggers: The scheme's ids.
        way_back: What ends the suspension.
        term_ends: Last day of the certificate.
        appeal_until: Last day to object; None: no limit.
        panel_faults: What speaks against a member of the panel.
        condition_open: The condition of the certificate is there and not settled yet.
    """

    organization: str
    on: dt.date
    reason: str = ""
    cooling_off_days: int | None = None
    reviewer_may_decide: bool = False
    missing: tuple[str, ...] | None = None
    prerequisites_unmet: tuple[str, ...] | None = None
    may_sign: bool = False
    agreement_signed_on: dt.date | None = None
    team_faults: tuple[str, ...] | None = None
    sites_drawn: bool = False
    days_planned: float | None = None
    days_needed: float | None = None
    result_faults: tuple[str, ...] | None = None
    findings_open: tuple[str, ...] | None = None
    findings_blocking: tuple[str, ...] | None = None
    outcome: Outcome | None = None
    outcomes_possible: frozenset[Outcome] = frozenset()
    waits_unmet: tuple[str, ...] | None = None
    votes_cast: int = 0
    votes_needed: int | None = None
    decision_on: dt.date | None = None
    decision_allows: bool = False
    answer_missing: tuple[str, ...] | None = None
    deadline_old: dt.date | None = None
    deadline_new: dt.date | None = None
    trigger: str = ""
    triggers: frozenset[str] = frozenset()
    way_back: str = ""
    term_ends: dt.date | None = None
    appeal_until: dt.date | None = None
    panel_faults: tuple[str, ...] | None = None
    condition_open: bool = False


Condition = Callable[[Actor, Facts], str]
"""Returns what is wrong as a sentence, or nothing."""


def _listed(things: tuple[str, ...] | None, unknown: str, sentence: str) -> str:
    if things is None:
        return unknown
    return sentence.format(", ".join(things)) if things else ""


def _no_conflict(actor: Actor, facts: Facts) -> str:
    days = COOLING_OFF_DAYS if facts.cooling_off_days is None else facts.cooling_off_days
    ties = conflicting_ties(actor.ties, facts.organization, facts.on, days)
    return f"Conflict of interest: {', '.join(sorted({tie.kind for tie in ties}))}." if ties else ""


def _apart(actor: Actor, own: Function, others: frozenset[Function], *, reviewer_may_decide: bool) -> str:
    pairs = separated_pairs(reviewer_may_decide=reviewer_may_decide)
    clash = sorted(other for other in actor.took_part & others if (own, other) in pairs)
    return f"The same person took part as {', '.join(clash)}." if clash else ""


def _not_evaluator(actor: Actor, facts: Facts) -> str:
    return _apart(actor, Function.DECIDER, _TEAM, reviewer_may_decide=facts.reviewer_may_decide)


def _not_reviewer(actor: Actor, facts: Facts) -> str:
    reviewer = frozenset({Function.REVIEWER})
    return _apart(actor, Function.DECIDER, reviewer, reviewer_may_decide=facts.reviewer_may_decide)


def _not_involved(actor: Actor, facts: Facts) -> str:
    involved = _apart(actor, Function.PANELLIST, frozenset(Function), reviewer_may_decide=False)
    # 17065, 7.13.6: two years without employment or advice as well.
    return involved or _no_conflict(actor, facts)


def _agreement_signed(_: Actor, facts: Facts) -> str:
    signed = facts.agreement_signed_on
    return "" if signed is not None and signed <= facts.on else "No agreement has been signed."


def _decision_taken(_: Actor, facts: Facts) -> str:
    if facts.decision_on is None or not facts.decision_allows:
        return "No decision says so."
    return "" if facts.decision_on <= facts.on else "It may not be dated before the decision."


def _days_suffice(_: Actor, facts: Facts) -> str:
    if facts.days_planned is None:
        return "No assessor days are planned."
    short = facts.days_needed is not None and facts.days_planned < facts.days_needed
    return f"{facts.days_planned:g} days are planned, the scheme asks for {facts.days_needed:g}." if short else ""


def _outcome_fits(_: Actor, facts: Facts) -> str:
    if facts.outcome in facts.outcomes_possible:
        return ""
    possible = ", ".join(sorted(facts.outcomes_possible)) or "none"
    return f'The outcome "{facts.outcome}" is not open; possible: {possible}.'


def _grade_waited(_: Actor, facts: Facts) -> str:
    unmet = facts.waits_unmet
    return "Nobody checked whether the grade comes too early." if unmet is None else " ".join(unmet)


def _quorum(_: Actor, facts: Facts) -> str:
    if facts.votes_needed is None or facts.votes_cast >= facts.votes_needed:
        return "" if facts.votes_needed is not None else "The quorum is not known."
    return f"{facts.votes_cast} of {facts.votes_needed} votes needed are cast for this outcome."


def _trigger_known(_: Actor, facts: Facts) -> str:
    if not facts.triggers:
        return "" if facts.trigger else "No trigger is named."
    known = facts.trigger in facts.triggers
    return "" if known else f'"{facts.trigger}" is none of the triggers of the scheme.'


def _later_deadline(_: Actor, facts: Facts) -> str:
    old, new = facts.deadline_old, facts.deadline_new
    return "" if new is not None and (old is None or new > old) else "The new deadline is not later than the old one."


def _within_renewal(_: Actor, facts: Facts) -> str:
    if facts.term_ends is None:
        return "The term of the certificate is not known."
    over = facts.on > add_months(facts.term_ends, RENEWAL_GRACE_MONTHS)
    return f"The certificate ended on {facts.term_ends}: too long ago to be renewed." if over else ""


def _term_over(_: Actor, facts: Facts) -> str:
    return "" if facts.term_ends is not None and facts.on > facts.term_ends else "The term is not over."


def _in_time(_: Actor, facts: Facts) -> str:
    over = facts.appeal_until is not None and facts.on > facts.appeal_until
    return f"The time to object ended on {facts.appeal_until}." if over else ""


CONDITIONS: Mapping[str, tuple[str, Condition]] = MappingProxyType({
    "no-conflict": ("SM704", _no_conflict),
    "not-evaluator": ("SM705", _not_evaluator),
    "not-reviewer": ("SM706", _not_reviewer),
    "not-involved": ("SM707", _not_involved),
    "application-complete": ("SM708", lambda _, f: _listed(f.missing, "Nothing was checked.", "Still missing: {}.")),
    "prerequisites-met": (
        "SM709",
        lambda _, f: _listed(f.prerequisites_unmet, "The prerequisites were not checked.", "Not shown: {}."),
    ),
    "may-sign": ("SM710", lambda _, f: "" if f.may_sign else "The person may not sign for the client."),
    "agreement-signed": ("SM711", _agreement_signed),
    "team-fit": ("SM712", lambda _, f: _listed(f.team_faults, "The team was not checked.", "The team: {}.")),
    "sites-drawn": ("SM713", lambda _, f: "" if f.sites_drawn else "The sites have not been drawn."),
    "days-suffice": ("SM714", _days_suffice),
    "result-whole": ("SM715", lambda _, f: _listed(f.result_faults, "There is no result.", "The result: {}.")),
    "findings-answered": (
        "SM716", lambda _, f: _listed(f.findings_open, "Findings were not looked at.", "Not answered: {}."),
    ),
    "findings-closed": (
        "SM717", lambda _, f: _listed(f.findings_blocking, "Findings were not looked at.", "In the way: {}."),
    ),
    "outcome-fits": ("SM718", _outcome_fits),
    "quorum": ("SM719", _quorum),
    "grade-waited": ("SM732", _grade_waited),
    "decision-taken": ("SM722", _decision_taken),
    "answer-complete": (
        "SM723", lambda _, f: _listed(f.answer_missing, "There is no answer.", "The answer lacks: {}."),
    ),
    "later-deadline": ("SM724", _later_deadline),
    "trigger-known": ("SM725", _trigger_known),
    "way-back-named": ("SM726", lambda _, f: "" if f.way_back.strip() else "Nothing says what ends the suspension."),
    "term-over": ("SM727", _term_over),
    "within-renewal": ("SM728", _within_renewal),
    "in-time": ("SM729", _in_time),
    "panel-fit": ("SM730", lambda _, f: _listed(f.panel_faults, "The panel was not checked.", "The panel: {}.")),
    "condition-open": ("SM731", lambda _, f: "" if f.condition_open else "There is no such open condition."),
})  # fmt: skip
"""By the names in :attr:`sealmark.certify.acts.Act.needs`: error code and check."""


def refusals(act: Act, actor: Actor, facts: Facts) -> tuple[Problem, ...]:
    """Return every reason why an act may not be done now; nothing when it may.

    The status is not looked at: see :func:`sealmark.certify.acts.require_act`.

    Returns:
        SM703 for a wrong function or a missing reason, otherwise the code of each condition that is not met.

    Example:
        >>> from sealmark.certify.acts import ACTS
        >>> ada = Actor("ada", frozenset({Function.DECIDER}), took_part=frozenset({Function.EVALUATOR}))
        >>> facts = Facts(organization="willow", on=dt.date(2026, 5, 4), reason="All met.")
        >>> [problem.code for problem in refusals(ACTS["evaluation.vote"], ada, facts)]
        ['SM705']
    """
    found = []
    if not actor.functions & act.functions:
        who = ", ".join(sorted(act.functions))
        found.append(Problem("SM703", f'"{act.id}" is done by {who}.', fix="Ask somebody who has this function."))
    if act.is_reasoned and not facts.reason.strip():
        found.append(Problem("SM703", f'"{act.id}" needs a reason.', fix="Say why in a sentence."))
    for name in act.needs:
        code, check = CONDITIONS[name]
        what = check(actor, facts)
        if what:
            found.append(Problem(code, what, where=act.id))
    return tuple(found)
