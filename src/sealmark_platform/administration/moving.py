"""Files move to the edition that succeeded theirs: at their recertification, or by the last day that was planned."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from sealmark.certify import ApplicationStatus, CertificateStatus, EvaluationKind, EvaluationStatus
from sealmark_platform.casework.actions.steps import lock_file
from sealmark_platform.casework.models import CertificationFile, Evaluation, Notice
from sealmark_platform.catalogue.actions.succession import put_into_force
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.parties.models import Membership
from sealmark_platform.parties.queries import current
from sealmark_platform.records.actions import append_record

__all__ = ["live_files", "move_files", "succeed", "underway"]

_ENDED = (ApplicationStatus.REFUSED, ApplicationStatus.WITHDRAWN)
_MOVABLE = (ApplicationStatus.DRAFT, ApplicationStatus.AGREED)
_OVER = (CertificateStatus.EXPIRED, CertificateStatus.WITHDRAWN)
_DONE = (EvaluationStatus.DECIDED, EvaluationStatus.CANCELLED)


def succeed(at: dt.datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put due successions into force and move the files that follow; twice gives the same as once.

    Returns:
        Successions as ``old > new``, and numbers of the files that moved.
    """
    return put_into_force(at), move_files(at)


def live_files(edition: AdoptedEdition) -> QuerySet[CertificationFile]:
    """Return the files of an edition in which something can still happen."""
    over = Q(status__in=_ENDED) | Q(certificate__status__in=_OVER)
    return CertificationFile.objects.filter(edition=edition).exclude(over)


def underway(file: CertificationFile) -> bool:
    """Tell whether an evaluation has left its planning and is not over: it ends by the edition it began with."""
    return file.evaluations.exclude(status__in=[*_DONE, EvaluationStatus.PLANNING]).exists()


def move_files(at: dt.datetime) -> tuple[str, ...]:
    """Move every file that follows a succession in force today, and return their numbers."""
    moved: list[str] = []
    for edition in AdoptedEdition.objects.filter(succeeded_on__isnull=False).order_by("edition", "pk"):
        for file in _following(edition, at.date()).order_by("number"):
            moved += _moved(file, edition, at)
    return tuple(moved)


def _following(edition: AdoptedEdition, on: dt.date) -> QuerySet[CertificationFile]:
    found = live_files(edition).filter(status__in=_MOVABLE)
    if edition.files_until is not None and edition.files_until <= on:
        return found
    renewals = Evaluation.objects.filter(kind=EvaluationKind.RECERTIFICATION, status=EvaluationStatus.PLANNING)
    return found.filter(pk__in=renewals.values("file"))


def _tell(file: CertificationFile, successor: AdoptedEdition, at: dt.datetime) -> None:
    coordinators = Membership.objects.filter(current(at.date()), body=file.body_id, function="coordinator")
    people = [*coordinators.values_list("person", flat=True)]
    people += file.organization.representations.values_list("person", flat=True)
    details = {"edition": successor.edition}
    Notice.objects.bulk_create(
        Notice(file=file, person_id=person, kind="edition-moved", details=details, made_at=at)
        for person in dict.fromkeys(people)
    )


@transaction.atomic
def _moved(file: CertificationFile, edition: AdoptedEdition, at: dt.datetime) -> tuple[str, ...]:
    lock_file(file)
    held = CertificationFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if held.edition_id != edition.pk or underway(held) or edition.successor is None:
        return ()
    successor = edition.successor
    entry = append_record(
        "application.move-edition", actor="clock", at=at, tenant=str(held.body_id), file=str(held.pk),
        subject=f"application:{held.pk}",
        details={"edition": edition.edition, "successor": successor.edition, "status": held.status},
    )  # fmt: skip
    held.edition, held.last_entry = successor, entry.number
    held.revision += 1
    held.save(update_fields=["edition", "last_entry", "revision"])
    _tell(held, successor, at)
    return (held.number,)
