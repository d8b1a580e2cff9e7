"""Acts on a certificate: those that carry out a decision, and those taken on it directly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from sealmark.certify import CertificateStatus, Outcome, renewed_term, suspension_until, term_of
from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.periods import Period
from sealmark_platform.casework.actions.steps import Step, clients_of
from sealmark_platform.casework.models import Certificate, CertificateEvent, CertificationFile, Decision
from sealmark_platform.casework.queries.evaluations import days_of, figures_of
from sealmark_platform.casework.queries.numbers import next_certificate_number
from sealmark_platform.parties.models import Person

__all__ = [
    "carry_out", "expire_certificate", "restore_certificate", "settle_condition", "suspend_certificate",
    "withdraw_certificate",
]  # fmt: skip

_TOLD = {"certificate.restore": "restored", "certificate.withdraw": "withdrawn", "certificate.expire": "expired"}


def carry_out(act: str, decision: Decision, *, by: Person, at: dt.datetime, **terms: Any) -> Certificate:
    """Do to the certificate what a decision on an evaluation says, in the decision's own transaction.

    Args:
        act: On the certificate.
        decision: What was decided.
        by: Who decided.
        at: When.
        terms: ``valid_from`` and ``scope`` when one is issued, ``scope`` and ``sites`` when the scope
            changes, ``trigger`` and ``way_back`` for a suspension.
    """
    assert decision.evaluation is not None
    file = decision.evaluation.file
    if act == "certificate.suspend":
        return _suspend(file.certificate, decision.reason, by=by, at=at, **terms)
    if act in {"certificate.restore", "certificate.withdraw"}:
        return _end(act, file.certificate, by=by, at=at, reason=decision.reason)
    certificate = Certificate.objects.filter(file=file).first() or _new(file, decision, at, **terms)
    agreement = getattr(file, "agreement", None)
    facts = {
        "decision_on": decision.decided_on, "decision_allows": decision.decided_by_id == by.pk,
        "term_ends": certificate.valid_until,
        "agreement_signed_on": None if agreement is None else agreement.signed_on,
    }  # fmt: skip
    with Step(act, certificate, by=by, at=at, facts=lambda _: facts) as step:
        _change(act, step.subject, decision, at, **terms)
        step.note(decision=decision.pk, number=step.subject.number, grade=step.subject.grade,
                  valid_until=step.subject.valid_until.isoformat())  # fmt: skip
    _tell_history(step.subject, act, at)
    return step.subject  # type: ignore[no-any-return]


def _new(file: CertificationFile, decision: Decision, at: dt.datetime, **terms: Any) -> Certificate:
    valid_from = terms.get("valid_from") or decision.decided_on
    if valid_from < decision.decided_on:
        what = f"A certificate decided on {decision.decided_on} cannot be valid from {valid_from}."
        raise SealmarkError(Problem("SM722", what, fix="Begin on the day of the decision or later."))
    term = term_of(valid_from, _months(file, at.date()))
    evaluation = decision.evaluation
    assert evaluation is not None
    sites = [site.name for site in file.organization.sites.filter(closed_on=None)]
    return Certificate(
        file=file, edition=file.edition, number=next_certificate_number(file.body, at.year), grade=decision.grade,
        sites=sites,
        scope=terms.get("scope") or file.scope, first_issued_on=valid_from, valid_from=term.start, valid_until=term.end,
        conditions=decision.conditions,
    )  # fmt: skip


def _months(file: CertificationFile, on: dt.date) -> int:
    book = figures_of(file, on)
    months = days_of(book, book.edition.procedure.validity_months)
    if months is None:
        what = f"The scheme does not say how long a certificate of {book.edition.id} is valid."
        raise SealmarkError(Problem("SM805", what, fix="Supply the licence holder's figure in the adopted overlay."))
    return months


def _change(act: str, certificate: Certificate, decision: Decision, at: dt.datetime, **terms: Any) -> None:
    if act == "certificate.change-grade":
        certificate.grade, certificate.edition = decision.grade, certificate.file.edition
    if act == "certificate.change-scope":
        certificate.scope = terms.get("scope") or certificate.scope
        certificate.sites = terms.get("sites") or certificate.sites
    if act == "certificate.renew":
        old = Period(certificate.valid_from, certificate.valid_until)
        term = renewed_term(old, decision.decided_on, _months(certificate.file, at.date()))
        certificate.valid_from, certificate.valid_until = term.start, term.end
        certificate.grade, certificate.edition, certificate.conditions = decision.grade, certificate.file.edition, []


def suspend_certificate(
    certificate: Certificate, *, trigger: str, way_back: str, reason: str, by: Person, at: dt.datetime,
    revision: int | None = None,
) -> Certificate:  # fmt: skip
    """Suspend without an evaluation, because a trigger of the scheme is there."""
    with transaction.atomic():
        done = _suspend(certificate, reason, by=by, at=at, trigger=trigger, way_back=way_back, revision=revision)
        _own_decision(done, Outcome.SUSPEND, reason, by, at)
    return done


def restore_certificate(
    certificate: Certificate, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Certificate:
    """Lift a suspension once what ends it has been shown."""
    with transaction.atomic():
        done = _end("certificate.restore", certificate, by=by, at=at, reason=reason, revision=revision)
        _own_decision(done, Outcome.RESTORE, reason, by, at)
    return done


def withdraw_certificate(
    certificate: Certificate, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Certificate:
    """Withdraw for good."""
    with transaction.atomic():
        done = _end("certificate.withdraw", certificate, by=by, at=at, reason=reason, revision=revision)
        _own_decision(done, Outcome.WITHDRAW, reason, by, at)
    return done


def settle_condition(
    certificate: Certificate, place: int, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Certificate:
    """Confirm that a condition of the grant is met.

    Args:
        certificate: Granted with conditions.
        place: Of the condition, from 0.
        reason: What shows that it is met.
        by: A decision maker outside the team.
        at: When.
        revision: That the page showed.

    Raises:
        SealmarkError: SM731 there is no such open condition.
    """
    facts = lambda one: {"condition_open": place in dict(one.open_conditions())}  # noqa: E731
    act = "certificate.settle-condition"
    with Step(act, certificate, by=by, at=at, reason=reason, revision=revision, facts=facts) as step:
        met = {**step.subject.conditions[place], "met": step.on.isoformat()}
        step.subject.conditions = [met if i == place else one for i, one in enumerate(step.subject.conditions)]
        step.note(condition=place)
        step.tell(clients_of(step.subject.file), "condition-settled")
    return step.subject  # type: ignore[no-any-return]


def expire_certificate(certificate: Certificate, *, at: dt.datetime) -> Certificate:
    """Let the clock end a certificate whose term is over."""
    return _end("certificate.expire", certificate, by=None, at=at, facts=lambda one: {"term_ends": one.valid_until})


def _suspend(
    certificate: Certificate, reason: str, *, by: Person, at: dt.datetime, trigger: str = "", way_back: str = "",
    revision: int | None = None, **_: object,
) -> Certificate:  # fmt: skip
    book = figures_of(certificate.file, at.date())
    procedure = book.edition.procedure
    facts: Mapping[str, object] = {
        "trigger": trigger, "triggers": frozenset(procedure.suspension_triggers), "way_back": way_back,
    }  # fmt: skip
    told: dict[str, Any] = {"by": by, "at": at, "reason": reason, "revision": revision, "facts": lambda _: facts}
    with Step("certificate.suspend", certificate, **told) as step:
        step.subject.suspended_on = step.on
        step.subject.suspended_until = suspension_until(step.on, days_of(book, procedure.suspension_days_at_most))
        step.subject.suspension_trigger, step.subject.way_back = trigger, way_back.strip()
        step.note(trigger=trigger, until=str(step.subject.suspended_until or ""))
        step.tell(clients_of(step.subject.file), "certificate-suspended")
    _tell_history(step.subject, "certificate.suspend", at)
    return step.subject  # type: ignore[no-any-return]


def _end(act: str, certificate: Certificate, *, at: dt.datetime, **how: Any) -> Certificate:
    """Restore, withdraw or let expire: whatever it is, a suspension is over with it."""
    with Step(act, certificate, at=at, **how) as step:
        step.subject.suspended_on = step.subject.suspended_until = None
        step.subject.suspension_trigger = step.subject.way_back = ""
        step.tell(clients_of(step.subject.file), f"certificate-{_TOLD[act]}")
    _tell_history(step.subject, act, at)
    return step.subject  # type: ignore[no-any-return]


def _own_decision(certificate: Certificate, outcome: Outcome, reason: str, by: Person, at: dt.datetime) -> None:
    Decision.objects.create(
        certificate=certificate, outcome=outcome, reason=reason.strip(), decided_on=at.date(), decided_by=by,
        grade=certificate.grade,
    )  # fmt: skip


def _tell_history(certificate: Certificate, act: str, at: dt.datetime) -> None:
    CertificateEvent.objects.create(
        certificate=certificate, on=at.date(), what=act.partition(".")[2], status=certificate.status,
        grade=certificate.grade if certificate.status == CertificateStatus.ACTIVE else "",
    )  # fmt: skip
