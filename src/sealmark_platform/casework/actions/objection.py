"""Acts on complaints and appeals (17065, 7.13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from sealmark.certify import ObjectionKind, appeal_until, conflicting_ties
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.actions.steps import Step, lock_file, require_no_twin
from sealmark_platform.casework.models import CertificationFile, Decision, Objection, Panellist, Participation
from sealmark_platform.casework.queries.actors import members_with, ties_of
from sealmark_platform.casework.queries.evaluations import cooling_off_days, days_of, figures_of
from sealmark_platform.parties.models import Person

__all__ = ["admit", "close_objection", "decide_objection", "file_objection", "investigate", "name_panellist", "reject"]


def file_objection(
    file: CertificationFile, statement: str, *, by: Person, at: dt.datetime, against: Decision | None = None
) -> Objection:
    """Complain, or appeal against a decision. An appeal does not suspend the decision.

    Raises:
        SealmarkError: SM850 the decision is one on another file, SM801 the same was filed a moment ago.
    """
    if against is not None and _decided_in(against) != file.pk:
        raise SealmarkError(Problem("SM850", "The decision is none on this file.", fix="Choose one of the file's."))
    book = figures_of(file, at.date())
    rules = book.edition.procedure
    kind = ObjectionKind.COMPLAINT if against is None else ObjectionKind.APPEAL
    limit = None if against is None else appeal_until(against.decided_on, days_of(book, rules.appeal_days_to_file))
    decide_until = appeal_until(at.date(), days_of(book, rules.appeal_days_to_decide))
    with transaction.atomic():
        lock_file(file)
        same = Objection.objects.filter(file=file, against=against, statement=statement.strip(), filed_by=by)
        require_no_twin(same, at)
        objection = Objection(
            file=file, kind=kind, against=against, statement=statement.strip(), filed_by=by, filed_on=at.date(),
            decide_until=decide_until,
        )  # fmt: skip
        facts = lambda _: {"appeal_until": limit}  # noqa: E731
        with Step("objection.file", objection, by=by, at=at, reason=statement, facts=facts) as step:
            step.note(kind=kind)
            step.tell(members_with(file, "coordinator", step.on).select_related("person"), "objection-filed")
    return objection


def _decided_in(decision: Decision) -> object:
    subject = decision.evaluation or decision.certificate
    assert subject is not None
    return subject.file_id


def name_panellist(
    objection: Objection, person: Person, *, by: Person, at: dt.datetime, revision: int | None = None
) -> Panellist:
    """Give somebody a seat on the panel.

    Raises:
        SealmarkError: SM730 the person took part, is tied to the client or sits on the panel already.
    """
    facts = lambda one: {"panel_faults": _panel_faults(one, person, at.date())}  # noqa: E731
    with Step("objection.name-panellist", objection, by=by, at=at, revision=revision, facts=facts) as step:
        if step.subject.against is not None and step.subject.against.evaluation is not None:
            # The seat stands in the evaluation too: there the database lets nobody stand on two sides.
            Participation.objects.get_or_create(
                evaluation=step.subject.against.evaluation, person=person, side="panel",
                defaults={"assigned_on": step.on},
            )  # fmt: skip
        seat = Panellist.objects.create(objection=step.subject, person=person, assigned_on=step.on)
        step.note(person=str(person.pk))
        step.notify(person, "panel-named")
    return seat


def _panel_faults(objection: Objection, person: Person, on: dt.date) -> tuple[str, ...]:
    file, found = objection.file, []
    if not members_with(file, "panellist", on).filter(person=person).exists():
        found.append(f"{person.name} is no member of appeal panels")
    if Participation.objects.filter(evaluation__file=file, person=person).exclude(side="panel").exists():
        found.append(f"{person.name} took part in the file")
    if objection.panel.filter(person=person).exists():
        found.append(f"{person.name} sits on the panel already")
    if conflicting_ties(ties_of(person), str(file.organization_id), on, cooling_off_days(file, on)):
        found.append(f"{person.name} is tied to the organization")
    return tuple(found)


def admit(objection: Objection, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None) -> Objection:
    """Take it up."""
    return _move("objection.admit", objection, reason=reason, by=by, at=at, revision=revision)


def reject(objection: Objection, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None) -> Objection:
    """Not take it up, with the reason."""
    return _move(
        "objection.reject", objection, {"answer": reason.strip()}, reason=reason, by=by, at=at, revision=revision
    )


def investigate(
    objection: Objection, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Objection:
    """Record what the investigation found."""
    changes = {"investigation": reason.strip()}
    return _move("objection.investigate", objection, changes, reason=reason, by=by, at=at, revision=revision)


def decide_objection(
    objection: Objection, *, is_upheld: bool, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Objection:
    """Decide it, and tell the one who filed it."""
    changes = {"is_upheld": is_upheld, "answer": reason.strip()}
    return _move("objection.decide", objection, changes, reason=reason, by=by, at=at, revision=revision)


def close_objection(objection: Objection, *, by: Person, at: dt.datetime, revision: int | None = None) -> Objection:
    """Close it once the outcome was told."""
    return _move("objection.close", objection, by=by, at=at, revision=revision)


def _move(
    act: str, objection: Objection, changes: Mapping[str, object] | None = None, *, by: Person, at: dt.datetime,
    reason: str = "", revision: int | None = None,
) -> Objection:  # fmt: skip
    with Step(act, objection, by=by, at=at, reason=reason, revision=revision) as step:
        for name, value in (changes or {}).items():
            setattr(step.subject, name, value)
        step.notify(step.subject.filed_by, act.replace(".", "-"))
    return step.subject  # type: ignore[no-any-return]
