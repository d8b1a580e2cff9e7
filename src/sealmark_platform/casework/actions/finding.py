"""Acts on findings."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from sealmark.certify import Function, finding_deadlines
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.actions.steps import Step, clients_of, lock_file, move, require_no_twin
from sealmark_platform.casework.models import Evaluation, Finding
from sealmark_platform.casework.queries.actors import seated
from sealmark_platform.casework.queries.evaluations import days_of, figures_of
from sealmark_platform.parties.models import Person, Site

__all__ = [
    "NOTES", "accept_answer", "answer_finding", "confirm_effect", "extend_finding", "raise_finding", "reopen_finding",
    "return_answer", "take_back_finding", "verify_finding",
]  # fmt: skip

NOTES = ("observation", "strength")
"""Classes in which nothing is owed, in every scheme."""


def raise_finding(
    evaluation: Evaluation, grade: str, statement: str, *, by: Person, at: dt.datetime, requirement: str = "",
    site: Site | None = None,
) -> Finding:  # fmt: skip
    """Raise a finding of a class of the scheme, or note an observation or a strength.

    Raises:
        SealmarkError: SM803 the scheme has no such class, or nothing is said; SM850 a site of somebody else;
            SM801 the same was raised a moment ago.
    """
    book = figures_of(evaluation.file, at.date())
    known = {item.id: item for item in book.edition.procedure.finding_grades}
    if (grade not in known and grade not in NOTES) or not statement.strip():
        fix = f"Classes: {', '.join([*known, *NOTES])}."
        raise SealmarkError(Problem("SM803", f'"{grade}" is no class of findings here, or nothing is said.', fix=fix))
    if site is not None and site.organization_id != evaluation.file.organization_id:
        raise SealmarkError(Problem("SM850", f'"{site.pk}" is no site of the organization.', fix="Choose one of its."))
    days = {
        name: None if grade not in known else days_of(book, getattr(known[grade], name))
        for name in ("plan_days", "correction_days", "verified_days")
    }
    deadlines = finding_deadlines(at.date(), days)
    is_owed = grade not in NOTES and any(value is not None for value in days.values())
    blocks = grade in known and bool(known[grade].blocks_decision)
    with transaction.atomic():
        lock_file(evaluation.file)
        same = evaluation.findings.filter(grade=grade, statement=statement.strip(), requirement=requirement, site=site)
        require_no_twin(same, at)
        last = evaluation.findings.order_by("-number").values_list("number", flat=True).first() or 0
        finding = Finding(
            evaluation=evaluation, number=last + 1, grade=grade, statement=statement.strip(), requirement=requirement,
            site=site, told_on=at.date(), is_owed=is_owed or blocks, blocks=blocks, plan_until=deadlines.plan,
            correction_until=deadlines.correction, verified_until=deadlines.verified,
        )  # fmt: skip
        act = "finding.raise" if finding.is_owed else "finding.note"
        with Step(act, finding, by=by, at=at) as step:
            step.note(grade=grade, number=finding.number, requirement=requirement)
            step.tell(clients_of(evaluation.file), "finding-raised", number=finding.number)
    return finding


def answer_finding(
    finding: Finding, *, correction: str, cause: str, corrective_action: str, by: Person, at: dt.datetime,
    revision: int | None = None,
) -> Finding:  # fmt: skip
    """Answer a finding for the client: correction, cause and corrective action."""
    parts = {"correction": correction.strip(), "cause": cause.strip(), "corrective_action": corrective_action.strip()}
    missing = tuple(name.replace("_", " ") for name, text in parts.items() if not text)
    facts = lambda _: {"answer_missing": missing}  # noqa: E731
    with Step("finding.answer", finding, by=by, at=at, revision=revision, facts=facts) as step:
        for name, text in parts.items():
            setattr(step.subject, name, text)
        step.tell(seated(finding.evaluation, Function.EVALUATOR), "finding-answered", number=finding.number)
    return step.subject  # type: ignore[no-any-return]


def accept_answer(finding: Finding, *, by: Person, at: dt.datetime, revision: int | None = None) -> Finding:
    """Accept correction, cause and corrective action."""
    return move("finding.accept", finding, by=by, at=at, revision=revision)


def return_answer(
    finding: Finding, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Finding:
    """Return an answer that does not do."""
    with Step("finding.return", finding, by=by, at=at, reason=reason, revision=revision) as step:
        step.tell(clients_of(finding.evaluation.file), "answer-returned", number=finding.number)
    return step.subject  # type: ignore[no-any-return]


def verify_finding(
    finding: Finding, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Finding:
    """Confirm that correction and corrective action are in place."""
    with Step("finding.verify", finding, by=by, at=at, reason=reason, revision=revision) as step:
        step.subject.verification = step.reason
    return step.subject  # type: ignore[no-any-return]


def confirm_effect(
    finding: Finding, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Finding:
    """Confirm later that the corrective action works."""
    return move("finding.confirm-effect", finding, by=by, at=at, reason=reason, revision=revision)


def reopen_finding(
    finding: Finding, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Finding:
    """Open a finding again whose corrective action did not work."""
    return move("finding.reopen", finding, by=by, at=at, reason=reason, revision=revision)


def extend_finding(
    finding: Finding, *, until: dt.date, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Finding:
    """Give the client more time, with the reason; every deadline that is earlier moves to the new day."""
    facts = lambda one: {"deadline_old": one.verified_until or one.correction_until, "deadline_new": until}  # noqa: E731
    with Step("finding.extend", finding, by=by, at=at, reason=reason, revision=revision, facts=facts) as step:
        for name in ("plan_until", "correction_until", "verified_until"):
            old = getattr(step.subject, name)
            if old is not None and old < until:
                setattr(step.subject, name, until)
        step.note(until=until.isoformat())
    return step.subject  # type: ignore[no-any-return]


def take_back_finding(
    finding: Finding, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Finding:
    """Take a finding back that was none."""
    return move("finding.take-back", finding, by=by, at=at, reason=reason, revision=revision)
