"""What the calendar does: expiry and the opening of what falls due. Doing it twice changes nothing more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sealmark.certify import CertificateFacts, CertificateStatus, EvaluationKind, EvaluationStatus, certificate_due
from sealmark.core.periods import Period
from sealmark_platform.casework.actions.certificate import expire_certificate
from sealmark_platform.casework.actions.evaluation import open_evaluation
from sealmark_platform.casework.models import Certificate, Evaluation, Notice
from sealmark_platform.casework.queries.evaluations import days_of, figures_of

__all__ = ["Ticked", "certificate_facts", "tick"]

_DONE = (EvaluationStatus.DECIDED, EvaluationStatus.CANCELLED)


@dataclass(frozen=True)
class Ticked:
    """What one tick did, as numbers of certificates."""

    expired: tuple[str, ...]
    opened: tuple[str, ...]
    reminded: tuple[str, ...]


def tick(at: dt.datetime) -> Ticked:
    """Move everything that is due at a moment."""
    expired, opened, reminded = [], [], []
    live = Certificate.objects.filter(status__in=[CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED])
    for certificate in live.select_related("file__body", "file__edition", "file__organization").order_by("number"):
        for due in certificate_due(certificate_facts(certificate, at.date()), at.date()):
            if due.kind == "expiry":
                expire_certificate(certificate, at=at)
                expired.append(certificate.number)
            elif due.kind in {"surveillance", "recertification"}:
                if _open(certificate, EvaluationKind(due.kind), due.on, at):
                    opened.append(f"{certificate.number} {due.kind}")
            elif _remind(certificate, due.kind, due.on, at):
                reminded.append(f"{certificate.number} {due.kind}")
    return Ticked(tuple(expired), tuple(opened), tuple(reminded))


def certificate_facts(certificate: Certificate, on: dt.date) -> CertificateFacts:
    """Return a certificate as the library reads it."""
    book = figures_of(certificate.file, on)
    surveillance = book.edition.procedure.surveillance
    ours = Evaluation.objects.filter(file=certificate.file_id, opened_on__gte=certificate.valid_from)
    renewals = Evaluation.objects.filter(file=certificate.file_id, kind=EvaluationKind.RECERTIFICATION)
    return CertificateFacts(
        status=CertificateStatus(certificate.status),
        term=Period(certificate.valid_from, certificate.valid_until),
        surveillance_months=None if surveillance is None else days_of(book, surveillance.months),
        surveillances_done=ours.filter(kind=EvaluationKind.SURVEILLANCE, status=EvaluationStatus.DECIDED).count(),
        suspended_until=certificate.suspended_until,
        conditions_until=tuple(dt.date.fromisoformat(item["until"]) for _, item in certificate.open_conditions()),
        renewal_open=renewals.exclude(status__in=_DONE).exists(),
    )


def _open(certificate: Certificate, kind: EvaluationKind, due_on: dt.date, at: dt.datetime) -> bool:
    known = Evaluation.objects.filter(file=certificate.file_id, kind=kind)
    if known.filter(due_on=due_on).exclude(status=EvaluationStatus.CANCELLED).exists():
        return False
    open_evaluation(certificate.file, kind, by=None, at=at, due_on=due_on)
    return True


def _remind(certificate: Certificate, kind: str, on: dt.date, at: dt.datetime) -> bool:
    details = {"on": on.isoformat(), "number": certificate.number}
    made = False
    for seat in certificate.file.organization.representations.select_related("person"):
        _, is_new = Notice.objects.get_or_create(
            file=certificate.file, person=seat.person, kind=f"due-{kind}", details=details, defaults={"made_at": at}
        )
        made = made or is_new
    return made
