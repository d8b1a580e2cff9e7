"""Withholding the details of a certificate: asked for by a coordinator, approved by a person who may decide.

What stays public is that the certificate exists, its status and its body. Each step leaves one entry of the trail.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from sealmark.certify import conflicting_ties
from sealmark.core.canonical import Json
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.actions.steps import lock_file
from sealmark_platform.casework.models import Certificate, Notice
from sealmark_platform.casework.queries.actors import members_with, ties_of
from sealmark_platform.casework.queries.evaluations import cooling_off_days
from sealmark_platform.parties.models import Person
from sealmark_platform.records.actions import append_record, commit_to
from sealmark_platform.register.models import SearchedName, Withholding
from sealmark_platform.register.names import add_names

__all__ = ["approve_withholding", "ask_withholding", "end_withholding", "is_withheld"]


def is_withheld(certificate: Certificate) -> bool:
    """Tell whether the details of a certificate are withheld."""
    return Withholding.objects.filter(certificate=certificate, approved_at__isnull=False).exists()


def ask_withholding(certificate: Certificate, reason: str, *, by: Person, at: dt.datetime) -> Withholding:
    """Ask that the details of a certificate be withheld, because its holder wants that; nothing is withheld yet.

    Args:
        certificate: Whose details.
        reason: Why the holder asks, and why that is justified.
        by: A coordinator of the body.
        at: When.

    Raises:
        SealmarkError: SM704 who asks is tied to the holder; SM858 there is no reason, they do not coordinate the body,
            or it was asked for already.
    """
    _require_reason(reason)
    with transaction.atomic():
        lock_file(certificate.file)
        _require(certificate, by, at, "coordinator")
        if Withholding.objects.filter(certificate=certificate).exists():
            raise _refusal("Withholding the details was asked for already.", "Look at it again.")
        asked = Withholding.objects.create(certificate=certificate, reason=reason.strip(), asked_by=by, asked_at=at)
        deciders = {seat.person_id for seat in members_with(certificate.file, "decider", at.date())} - {by.pk}
        Notice.objects.bulk_create(
            Notice(file=certificate.file, person_id=person, kind="withholding-asked", made_at=at)
            for person in sorted(deciders)
        )
        _note(asked, "ask", by, at, reason=commit_to(reason.strip()))
    return asked


def approve_withholding(asked: Withholding, *, by: Person, at: dt.datetime) -> Withholding:
    """Approve it: from now on nobody outside sees the details.

    Raises:
        SealmarkError: SM704 who approves is tied to the holder; SM858 they do not decide in the body, have asked
            themselves, or it is approved already.
    """
    with transaction.atomic():
        locked = _locked(asked)
        _require(locked.certificate, by, at, "decider")
        if by.pk == locked.asked_by_id:
            raise _refusal("Who asked for it does not approve it.", "Ask another person who may decide.")
        if locked.approved_at is not None:
            raise _refusal("It is approved already.", "Look at it again.")
        locked.approved_by, locked.approved_at = by, at
        locked.save()
        SearchedName.objects.filter(certificate=locked.certificate).delete()
        _note(locked, "approve", by, at)
    return locked


def end_withholding(asked: Withholding, reason: str, *, by: Person, at: dt.datetime) -> None:
    """Show the details again, or turn down that they be withheld.

    Args:
        asked: What was asked for, approved or not.
        reason: Why.
        by: A coordinator or a person who may decide.
        at: When.

    Raises:
        SealmarkError: SM704 who ends it is tied to the holder; SM858 there is no reason, or it is not theirs to end.
    """
    _require_reason(reason)
    with transaction.atomic():
        locked = _locked(asked)
        _require(locked.certificate, by, at, "coordinator", "decider")
        _note(locked, "end", by, at, reason=commit_to(reason.strip()), was_approved=locked.approved_at is not None)
        certificate = locked.certificate
        locked.delete()
        if not SearchedName.objects.filter(certificate=certificate).exists():
            add_names([certificate])


def _locked(asked: Withholding) -> Withholding:
    """Return what was asked for, read again behind the lock of its file.

    Raises:
        SealmarkError: SM858 it has ended meanwhile.
    """
    lock_file(asked.certificate.file)
    related = Withholding.objects.select_related("certificate__file__organization", "certificate__file__body")
    found = related.filter(pk=asked.pk).first()
    if found is None:
        raise _refusal("It has ended already.", "Look at it again.")
    return found


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise _refusal("This needs a reason.", "Say why in a sentence.")


def _require(certificate: Certificate, by: Person, at: dt.datetime, *functions: str) -> None:
    file, on = certificate.file, at.date()
    if not any(members_with(file, function, on).filter(person=by).exists() for function in functions):
        what = "Withholding is asked for by a coordinator of the body, and approved by somebody who may decide."
        raise _refusal(what, "Ask somebody who has the function.")
    if conflicting_ties(ties_of(by), str(file.organization_id), on, cooling_off_days(file, on)):
        raise SealmarkError(Problem("SM704", "Conflict of interest: who acts is tied to nobody."))


def _refusal(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM858", what, fix=fix))


def _note(asked: Withholding, verb: str, by: Person, at: dt.datetime, **details: Json) -> None:
    file = asked.certificate.file
    append_record(
        f"withholding.{verb}", actor=str(by.pk), at=at, tenant=str(file.body_id), file=str(file.pk),
        subject=f"withholding:{asked.certificate_id}",
        details={"number": asked.certificate.number, "name": commit_to(by.name, about=str(by.pk)), **details},
    )  # fmt: skip
