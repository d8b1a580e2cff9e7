"""Acts on complaints from outside: receive, file with the certification file, answer, erase who it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from sealmark.certify import conflicting_ties
from sealmark.core.canonical import Json
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.actions.objection import file_objection
from sealmark_platform.casework.models import Certificate, CertificationFile, Notice
from sealmark_platform.casework.queries.actors import members_with, ties_of
from sealmark_platform.casework.queries.evaluations import cooling_off_days
from sealmark_platform.parties.models import Body, Person
from sealmark_platform.records.actions import append_record, commit_to, forget_texts
from sealmark_platform.register.models import Complainant, OutsideComplaint, OutsideMail
from sealmark_platform.register.origins import one_after_another, origin_of

__all__ = [
    "AN_HOUR", "Told", "answer_out_of_scope", "erase_complainant", "file_complaint", "is_secret_of",
    "receive_complaint", "secret_of",
]  # fmt: skip

AN_HOUR = 5
"""So many complaints are taken in an hour from one network address."""
_AT_ALL = 200
_Status = OutsideComplaint.Status


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody without an account tells.

    Attributes:
        name: Of who complains.
        email: Where the answer goes.
        statement: What happened.
        language: Of their page.
        address: Network address it comes from; only a digest of it is kept.
    """

    name: str
    email: str
    statement: str
    language: str
    address: str


def secret_of(complaint: OutsideComplaint) -> str:
    """Return what only the link in the sender's mail has."""
    return salted_hmac("sealmark.complaint", str(complaint.pk), algorithm="sha256").hexdigest()[:40]


def is_secret_of(complaint: OutsideComplaint, said: str) -> bool:
    """Tell whether a link is the sender's."""
    return constant_time_compare(said, secret_of(complaint))


def receive_complaint(body: Body, certificate: Certificate | None, told: Told, *, at: dt.datetime) -> OutsideComplaint:
    """Keep a complaint, acknowledge it by mail, and put it into the body's list.

    Raises:
        SealmarkError: SM854 too many came from there, or at all, within an hour.
    """
    origin = origin_of(told.address)
    with transaction.atomic():
        one_after_another()
        recent = Complainant.objects.filter(complaint__received_at__gt=at - dt.timedelta(hours=1))
        if recent.filter(origin=origin).count() >= AN_HOUR or recent.count() >= _AT_ALL:
            what = "Too many complaints have come from here within an hour."
            raise SealmarkError(Problem("SM854", what, fix="Try again in an hour, or write to the body."))
        complaint = OutsideComplaint.objects.create(
            body=body, certificate=certificate, received_at=at, reference=_next_reference(body, at.year)
        )
        writer = Complainant.objects.create(
            complaint=complaint, name=told.name, email=told.email, statement=told.statement, language=told.language,
            origin=origin,
        )  # fmt: skip
        OutsideMail.objects.create(complainant=writer, kind="received", made_at=at)
        if certificate is not None:
            _tell_coordinators(certificate.file, at)
        number = "" if certificate is None else certificate.number
        _note(complaint, "receive", None, at, certificate=number)
    return complaint


def _tell_coordinators(file: CertificationFile, at: dt.datetime) -> None:
    people = {seat.person_id for seat in members_with(file, "coordinator", at.date())}
    Notice.objects.bulk_create(
        Notice(file=file, person_id=person, kind="outside-complaint", made_at=at) for person in sorted(people)
    )


def _next_reference(body: Body, year: int) -> str:
    prefix = f"{body.code.upper()}-X{year}-"
    known = OutsideComplaint.objects.filter(reference__startswith=prefix).order_by("-reference")
    last = known.values_list("reference", flat=True).first()
    return f"{prefix}{int(last.rpartition('-')[2]) + 1 if last else 1:05d}"


def file_complaint(
    complaint: OutsideComplaint, file: CertificationFile, statement: str, *, by: Person, at: dt.datetime,
    revision: int | None = None,
) -> OutsideComplaint:  # fmt: skip
    """File it as a complaint on a certification file, in words that need not name who complained.

    Raises:
        SealmarkError: SM702 to SM731 what refuses the act ``objection.file``; SM704 who files is tied to the
            organization; SM801, SM855 as of :func:`_locked`; SM850 the file is none of the body's.
    """
    with transaction.atomic():
        locked = _locked(complaint, by, at, revision)
        if file.body_id != locked.body_id:
            raise SealmarkError(Problem("SM850", "What is chosen does not belong to this file."))
        _require_no_tie(file, by, at)
        locked.objection = file_objection(file, statement, by=by, at=at)
        locked.status = _Status.FILED
        return _answered(locked, "file", by, at, objection=str(locked.objection.pk))


def answer_out_of_scope(
    complaint: OutsideComplaint, reason: str, *, by: Person, at: dt.datetime, revision: int | None = None
) -> OutsideComplaint:
    """Answer that it is nothing this body decides on, with the reason, which the sender reads.

    Raises:
        SealmarkError: SM704 who answers is tied to the organization, SM801, SM855 as of :func:`_locked`,
            SM856 there is no reason.
    """
    if not reason.strip():
        raise SealmarkError(Problem("SM856", "The answer needs a reason.", fix="Say why in a sentence."))
    with transaction.atomic():
        locked = _locked(complaint, by, at, revision)
        if locked.certificate is not None:
            _require_no_tie(locked.certificate.file, by, at)
        locked.status, locked.answer = _Status.OUT_OF_SCOPE, reason.strip()
        return _answered(locked, "answer", by, at, reason=commit_to(reason.strip()))


def _locked(complaint: OutsideComplaint, by: Person, at: dt.datetime, revision: int | None) -> OutsideComplaint:
    """Return the complaint while others wait.

    Raises:
        SealmarkError: SM801 somebody acted in between, SM855 who acts is no coordinator, or it is answered.
    """
    locked = OutsideComplaint.objects.select_for_update(of=("self",)).get(pk=complaint.pk)
    if revision is not None and revision != locked.revision:
        what = "Somebody else acted here in the meantime."
        raise SealmarkError(Problem("SM801", what, fix="Look at the page again and repeat your act if it still fits."))
    if not _coordinates(by, locked, at.date()):
        raise SealmarkError(Problem("SM855", "Complaints from outside are answered by a coordinator of the body."))
    if locked.status != _Status.RECEIVED:
        raise SealmarkError(Problem("SM855", "The complaint has been answered."))
    return locked


def _coordinates(person: Person, complaint: OutsideComplaint, on: dt.date) -> bool:
    held = person.memberships.filter(body=complaint.body_id, function="coordinator")
    return any(seat.until is None or seat.until >= on for seat in held)


def _require_no_tie(file: CertificationFile, by: Person, at: dt.datetime) -> None:
    if conflicting_ties(ties_of(by), str(file.organization_id), at.date(), cooling_off_days(file, at.date())):
        raise SealmarkError(Problem("SM704", "Conflict of interest: who answers is tied to nobody."))


def _answered(complaint: OutsideComplaint, verb: str, by: Person, at: dt.datetime, **details: Json) -> OutsideComplaint:
    complaint.answered_by, complaint.answered_at, complaint.revision = by, at, complaint.revision + 1
    complaint.save()
    writer = Complainant.objects.filter(complaint=complaint).first()
    if writer is not None:
        OutsideMail.objects.create(complainant=writer, kind=complaint.status, made_at=at)
    _note(complaint, verb, by, at, **details)
    return complaint


def erase_complainant(complaint: OutsideComplaint, *, by: Person | None, at: dt.datetime) -> OutsideComplaint:
    """Erase who complained, in which words, and the words of the answer; that there was a complaint stays.

    Args:
        complaint: Of somebody who may have been erased already: then nothing happens.
        by: A coordinator of the body; None: the one who complained, by their own link.
        at: When.

    Raises:
        SealmarkError: SM855 who asks is no coordinator of the body.
    """
    with transaction.atomic():
        locked = OutsideComplaint.objects.select_for_update(of=("self",)).get(pk=complaint.pk)
        if by is not None and not _coordinates(by, locked, at.date()):
            raise SealmarkError(Problem("SM855", "Complaints from outside are answered by a coordinator of the body."))
        erased, _rows = Complainant.objects.filter(complaint=locked).delete()
        if erased or locked.answer:
            locked.revision, locked.answer = locked.revision + 1, ""
            locked.save(update_fields=["revision", "answer"])
            forget_texts(_subject(locked), "reason")
            _note(locked, "erase", by, at)
    return locked


def _subject(complaint: OutsideComplaint) -> str:
    return f"outside-complaint:{complaint.pk}"


def _note(complaint: OutsideComplaint, verb: str, by: Person | None, at: dt.datetime, **details: Json) -> None:
    file = "" if complaint.certificate is None else str(complaint.certificate.file_id)
    name: dict[str, Json] = {} if by is None else {"name": commit_to(by.name, about=str(by.pk))}
    append_record(
        f"outside-complaint.{verb}", actor="public" if by is None else str(by.pk), at=at, file=file,
        tenant=str(complaint.body_id), subject=_subject(complaint),
        details={"reference": complaint.reference, "status": complaint.status, **name, **details},
    )  # fmt: skip
