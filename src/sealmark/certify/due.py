"""What falls due by a day: the same answer for the today's list, for reminders and for the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from sealmark.certify.dates import surveillance_days
from sealmark.certify.states import CertificateStatus
from sealmark.core.periods import Period, add_months

__all__ = ["RENEWAL_NOTICE_MONTHS", "CertificateFacts", "Due", "DueKind", "certificate_due", "is_late"]

RENEWAL_NOTICE_MONTHS = 6
"""Recertification is called for so long before the end, so that it can be decided in time."""

DueKind = Literal["surveillance", "recertification", "expiry", "end-of-suspension", "condition"]


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One thing that falls due.

    Attributes:
        on: The day by which it must be done.
        kind: What it is.
        number: Which of several of a kind in one term, from 1.
    """

    on: dt.date
    kind: DueKind
    number: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """One certificate.

    Attributes:
        status: Where it stands.
        term: The days of its validity.
        surveillance_months: Rhythm of the scheme; None: it names none.
        surveillances_done: How many of this term have been decided.
        suspended_until: Last day of the suspension.
        conditions_until: Deadlines of the conditions under which it was granted and that are not yet met.
        renewal_open: A recertification is under way or decided.
    """

    status: CertificateStatus
    term: Period
    surveillance_months: int | None = None
    surveillances_done: int = 0
    suspended_until: dt.date | None = None
    conditions_until: tuple[dt.date, ...] = field(default=())
    renewal_open: bool = False


def certificate_due(certificate: CertificateFacts, as_of: dt.date) -> tuple[Due, ...]:
    """Return what is called for on a day, earliest first; doing nothing and asking again gives the same.

    Surveillance is called for in the three months before its day, recertification
    :data:`RENEWAL_NOTICE_MONTHS` before the end.

    Example:
        >>> term = Period(dt.date(2026, 3, 15), dt.date(2029, 3, 14))
        >>> facts = CertificateFacts(status=CertificateStatus.ACTIVE, term=term, surveillance_months=12)
        >>> certificate_due(facts, dt.date(2027, 1, 4))
        (Due(on=datetime.date(2027, 3, 15), kind='surveillance', number=1),)
    """
    if certificate.status not in {CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED}:
        return ()
    if as_of > certificate.term.end:
        return (Due(certificate.term.end, "expiry"),)
    found = [Due(day, "condition", number) for number, day in enumerate(sorted(certificate.conditions_until), 1)]
    if certificate.status is CertificateStatus.SUSPENDED and certificate.suspended_until is not None:
        found.append(Due(certificate.suspended_until, "end-of-suspension"))
    if certificate.surveillance_months is not None:
        found += _surveillance(certificate, as_of)
    if not certificate.renewal_open and add_months(certificate.term.end, -RENEWAL_NOTICE_MONTHS) <= as_of:
        found.append(Due(certificate.term.end, "recertification"))
    return tuple(sorted(found))


def _surveillance(certificate: CertificateFacts, as_of: dt.date) -> Iterable[Due]:
    assert certificate.surveillance_months is not None
    days = surveillance_days(certificate.term, certificate.surveillance_months)
    for number, day in enumerate(days, 1):
        if number > certificate.surveillances_done and add_months(day, -3) <= as_of:
            yield Due(day, "surveillance", number)


def is_late(due: Due, as_of: dt.date) -> bool:
    """Tell whether the day is over."""
    return as_of > due.on
