"""From an act's id and what its form says to the one function that does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet

from sealmark.certify import ACTS, Actor, acts_from, separated_pairs
from sealmark.certify.acts import Act
from sealmark.certify.states import Function
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import certificate as certify
from sealmark_platform.casework.actions import decision, evaluation, evidence, finding, objection, runs
from sealmark_platform.casework.models import (
    Certificate,
    CertificationFile,
    Decision,
    Evaluation,
    Objection,
    PlannedSite,
)
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.casework.models.subjects import SUBJECTS, evaluation_of, file_of, kind_of, status_of
from sealmark_platform.casework.queries.actors import Standing, standing_of
from sealmark_platform.parties.models import Person, Site

__all__ = ["BY_HAND", "is_open", "open_acts", "perform", "subject_kind"]

_MADE_ON: Mapping[type[Stateful], tuple[str, ...]] = {
    CertificationFile: ("evaluation.open", "objection.file"),
    Evaluation: ("finding.raise",),
}


_WITH_MATTER: Mapping[str, Callable[[Any], bool]] = {
    "certificate.settle-condition": lambda certificate: bool(certificate.open_conditions()),
}
"""Acts that are offered only while there is something they could be done to."""

_Row = TypeVar("_Row", bound=Model)


def _call(function: Callable[..., Any], *names: str) -> Callable[..., Any]:
    """Return what calls an action with some of the form's fields."""

    def call(subject: Any, said: Mapping[str, Any], **who: Any) -> Any:
        return function(subject, **{name: said[name] for name in names}, **who)

    return call


def _one(ours: QuerySet[_Row], pk: object) -> _Row:
    """Return what is chosen, looked for only where the file may reach."""
    try:
        return ours.distinct().get(pk=pk)
    except (ObjectDoesNotExist, ValidationError, ValueError):
        what = "What is chosen does not belong to this file."
        raise SealmarkError(Problem("SM850", what, fix="Choose one of those the form offers.")) from None


def _person(subject: Any, said: Mapping[str, Any]) -> Person:
    return _one(Person.objects.filter(memberships__body=file_of(subject).body_id), said["person"])


def _decide(subject: Evaluation, said: Mapping[str, Any], **who: Any) -> Any:
    conditions = []
    if said["condition"]:
        until = said["condition_until"]
        conditions = [{"text": said["condition"], "until": until.isoformat() if until else ""}]
    named = ("trigger", "way_back", "valid_from", "scope", "sites")
    terms = {name: said[name] for name in named if said.get(name)}
    return decision.decide(subject, said["outcome"], reason=said["reason"], conditions=conditions, **terms, **who)


def _assign(subject: Evaluation, said: Mapping[str, Any], **who: Any) -> Any:
    person = _person(subject, said)
    more = {name: said[name] for name in ("is_lead", "role", "reason")}
    return evaluation.assign_seat(subject, person, said["side"], **more, **who)


def _raise(subject: Evaluation, said: Mapping[str, Any], *, revision: int | None, **who: Any) -> Any:
    ours = Site.objects.filter(organization=file_of(subject).organization_id)
    site = _one(ours, said["site"]) if said["site"] else None
    more = {"requirement": said["requirement"], "site": site}
    return finding.raise_finding(subject, said["grade"], said["statement"], **more, **who)


def _file_objection(subject: CertificationFile, said: Mapping[str, Any], *, revision: int | None, **who: Any) -> Any:
    ours = Decision.objects.filter(Q(evaluation__file=subject) | Q(certificate__file=subject))
    against = _one(ours, said["against"]) if said["against"] else None
    return objection.file_objection(subject, said["statement"], against=against, **who)


def _open(subject: CertificationFile, said: Mapping[str, Any], *, revision: int | None, **who: Any) -> Any:
    return evaluation.open_evaluation(subject, said["kind"], due_on=said["due_on"], purpose=said["purpose"], **who)


def _name(subject: Objection, said: Mapping[str, Any], **who: Any) -> Any:
    return objection.name_panellist(subject, _person(subject, said), **who)


def _exclude(subject: Evaluation, said: Mapping[str, Any], **who: Any) -> Any:
    planned = _one(PlannedSite.objects.filter(evaluation=subject), said["site"])
    return evaluation.exclude_site(planned, reason=said["reason"], **who)


def _vote(subject: Evaluation, said: Mapping[str, Any], **who: Any) -> Any:
    return decision.cast_vote(subject, said["outcome"], reason=said["reason"], **who)


def _settle(subject: Certificate, said: Mapping[str, Any], **who: Any) -> Any:
    return certify.settle_condition(subject, int(said["condition"]), reason=said["reason"], **who)


_BY_HAND: Mapping[str, Callable[..., Any]] = {
    "application.submit": _call(apply.submit_application),
    "application.ask": _call(apply.ask_applicant, "reason"),
    "application.accept": _call(apply.accept_application, "reason", "shown"),
    "application.refuse": _call(apply.refuse_application, "reason"),
    "application.offer-agreement": _call(apply.offer_agreement, "text"),
    "application.sign-agreement": _call(apply.sign_agreement),
    "application.withdraw": _call(apply.withdraw_application),
    "evaluation.open": _open,
    "evaluation.assign": _assign,
    "evaluation.draw-sites": _call(evaluation.draw_planned_sites, "seed"),
    "evaluation.exclude-site": _exclude,
    "evaluation.settle-plan": _call(evaluation.settle_plan, "starts_on", "ends_on", "days", "reason"),
    "evaluation.change-plan": _call(evaluation.change_plan, "reason"),
    "evaluation.start": _call(evaluation.start_evaluation),
    "evaluation.add-evidence": _call(evidence.add_evidence, "content"),
    "evaluation.record-result": _call(runs.ask_run),
    "evaluation.gather-more": _call(evaluation.gather_more, "reason"),
    "evaluation.recommend": _call(evaluation.recommend, "reason"),
    "evaluation.send-back": _call(evaluation.send_back, "reason"),
    "evaluation.review": _call(evaluation.review_evaluation, "reason"),
    "evaluation.vote": _vote,
    "evaluation.decide": _decide,
    "evaluation.defer": _call(decision.defer, "reason"),
    "evaluation.cancel": _call(evaluation.cancel_evaluation, "reason"),
    "evaluation.step-aside": _call(decision.step_aside, "reason"),
    "finding.raise": _raise,
    "finding.answer": _call(finding.answer_finding, "correction", "cause", "corrective_action"),
    "finding.return": _call(finding.return_answer, "reason"),
    "finding.accept": _call(finding.accept_answer),
    "finding.verify": _call(finding.verify_finding, "reason"),
    "finding.confirm-effect": _call(finding.confirm_effect, "reason"),
    "finding.reopen": _call(finding.reopen_finding, "reason"),
    "finding.extend": _call(finding.extend_finding, "until", "reason"),
    "finding.take-back": _call(finding.take_back_finding, "reason"),
    "certificate.suspend": _call(certify.suspend_certificate, "trigger", "way_back", "reason"),
    "certificate.restore": _call(certify.restore_certificate, "reason"),
    "certificate.withdraw": _call(certify.withdraw_certificate, "reason"),
    "certificate.settle-condition": _settle,
    "objection.file": _file_objection,
    "objection.name-panellist": _name,
    "objection.admit": _call(objection.admit, "reason"),
    "objection.reject": _call(objection.reject, "reason"),
    "objection.investigate": _call(objection.investigate, "reason"),
    "objection.decide": _call(objection.decide_objection, "is_upheld", "reason"),
    "objection.close": _call(objection.close_objection),
}
BY_HAND = frozenset(_BY_HAND)
"""Acts that people do by a form."""


def subject_kind(act: str) -> type[Stateful]:
    """Return what an act is done to; for an act that makes its subject, what that will belong to."""
    made_on = next((kind for kind, acts in _MADE_ON.items() if act in acts), None)
    return made_on or SUBJECTS[ACTS[act].subject]


def perform(act: str, subject: Any, said: Mapping[str, Any], *, by: Person, at: dt.datetime) -> Any:
    """Do an act as its form says.

    Args:
        act: One of :data:`BY_HAND`.
        subject: What it is done to.
        said: Cleaned fields of the form of :func:`sealmark_platform.casework.forms.form_of`.
        by: Who acts.
        at: When.

    Raises:
        SealmarkError: What refuses it; SM850 something is chosen that does not belong to the file.
    """
    return _BY_HAND[act](subject, said, by=by, at=at, revision=said.get("revision"))


def open_acts(subject: Any, person: Person, on: dt.date, *, standing: Standing | None = None) -> tuple[Act, ...]:
    """Return what a person can be offered on a subject: acts of its status that their functions allow.

    What an act needs besides is asked when it is tried: the page then says what is missing.
    """
    file = file_of(subject)
    known = standing or standing_of(person, on, file=file.pk)
    objection = subject if isinstance(subject, Objection) else None
    actor = known.actor(file, evaluation=evaluation_of(subject), objection=objection)
    possible = acts_from(kind_of(subject), status_of(subject))
    possible += tuple(ACTS[name] for name in _MADE_ON.get(type(subject), ()))
    return tuple(act for act in possible if act.id in BY_HAND and _is_offered(act, actor) and _has_matter(act, subject))


def _has_matter(act: Act, subject: Any) -> bool:
    has_some = _WITH_MATTER.get(act.id)
    return has_some is None or has_some(subject)


def is_open(act: str, subject: Any, person: Person, on: dt.date) -> bool:
    """Tell whether a person may be shown the form of an act on a subject.

    Args:
        act: One of :data:`BY_HAND`.
        subject: What it would be done to.
        person: Who asks.
        on: The day.
    """
    return any(one.id == act for one in open_acts(subject, person, on))


def _is_offered(act: Act, actor: Actor) -> bool:
    fitting = actor.functions & act.functions
    others = actor.took_part - fitting - {Function.EVALUATOR, Function.LEAD_EVALUATOR} if not fitting else frozenset()
    return bool(fitting) and not any((own, other) in separated_pairs() for own in fitting for other in others)
