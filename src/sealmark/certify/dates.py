"""Days that follow from a decision or a finding: validity, surveillance, suspension, deadlines, appeals.

The figures come from the scheme's procedure; what a scheme leaves open is None here and stays None.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.periods import Period, add_months

__all__ = [
    "FIRST_SURVEILLANCE_MONTHS", "RENEWAL_GRACE_MONTHS", "Deadlines", "appeal_until", "finding_deadlines",
    "renewed_term", "surveillance_days", "suspension_until", "term_of",
]  # fmt: skip

FIRST_SURVEILLANCE_MONTHS = 12
"""The first surveillance falls due at most so long after the decision (IAF practice for three-year cycles)."""
RENEWAL_GRACE_MONTHS = 6
"""An expired certificate can be renewed so long if the activities are completed (ISO/IEC 17021-1, 9.6.3)."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Until when what is owed for a finding; None: the scheme names no day."""

    plan: dt.date | None = None
    correction: dt.date | None = None
    verified: dt.date | None = None

    @property
    def next(self) -> dt.date | None:
        """The earliest of them."""
        return min((day for day in (self.plan, self.correction, self.verified) if day), default=None)


def term_of(valid_from: dt.date, validity_months: int) -> Period:
    """Return the days on which a certificate is valid.

    Raises:
        SealmarkError: SM720 the term is not at least a month long.

    Example:
        >>> term_of(dt.date(2026, 3, 15), 36).end
        datetime.date(2029, 3, 14)
    """
    if validity_months < 1:
        what = f"A certificate cannot be valid for {validity_months} months."
        raise SealmarkError(Problem("SM720", what, fix="The term is at least one month: see validity_months."))
    return Period(valid_from, add_months(valid_from, validity_months) - dt.timedelta(days=1))


def renewed_term(old: Period, decided_on: dt.date, validity_months: int) -> Period:
    """Return the term after a recertification: it follows the old one when that has not ended.

    After the end it begins with the decision but ends as if it had been in time.

    Raises:
        SealmarkError: SM720 as :func:`term_of`; SM721 the old term ended too long ago.

    Example:
        >>> old = term_of(dt.date(2023, 3, 15), 36)
        >>> renewed_term(old, dt.date(2026, 5, 2), 36)
        Period(start=datetime.date(2026, 5, 2), end=datetime.date(2029, 3, 14))
    """
    if decided_on > add_months(old.end, RENEWAL_GRACE_MONTHS):
        what = f"The certificate ended on {old.end}, more than {RENEWAL_GRACE_MONTHS} months before {decided_on}."
        raise SealmarkError(Problem("SM721", what, fix="Certify anew, beginning with an application."))
    following = term_of(old.end + dt.timedelta(days=1), validity_months)
    return Period(max(decided_on, following.start), following.end)


def surveillance_days(term: Period, months: int) -> tuple[dt.date, ...]:
    """Return the days by which surveillance is due, the first at most twelve months after the beginning.

    The last one is left out where recertification takes its place.

    Example:
        >>> surveillance_days(term_of(dt.date(2026, 3, 15), 36), 12)
        (datetime.date(2027, 3, 15), datetime.date(2028, 3, 15))
    """
    found: list[dt.date] = []
    offset = min(months, FIRST_SURVEILLANCE_MONTHS)
    while (day := add_months(term.start, offset)) <= term.end:
        found.append(day)
        offset += months
    return tuple(found)


def suspension_until(suspended_on: dt.date, at_most_days: int | None) -> dt.date | None:
    """Return the last day of a suspension, or None when the scheme sets no limit."""
    return None if at_most_days is None else suspended_on + dt.timedelta(days=at_most_days)


def finding_deadlines(told_on: dt.date, days: Mapping[str, int | None]) -> Deadlines:
    """Return the deadlines of a finding that the client was told of on a day.

    Args:
        told_on: Days count from here.
        days: ``plan_days``, ``correction_days`` and ``verified_days`` of the finding's grade.
    """

    def after(key: str) -> dt.date | None:
        count = days.get(key)
        return None if count is None else told_on + dt.timedelta(days=count)

    return Deadlines(after("plan_days"), after("correction_days"), after("verified_days"))


def appeal_until(told_on: dt.date, days_to_file: int | None) -> dt.date | None:
    """Return the last day on which an appeal can be filed, or None when the scheme sets no limit."""
    return None if days_to_file is None else told_on + dt.timedelta(days=days_to_file)
