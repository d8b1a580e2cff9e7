"""On which days a body works, and when its people are away.

Days that a scheme counts are calendar days: they keep their date. What falls on a
closed day is told, and nothing is moved.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import QuerySet

from sealmark_platform.parties.models import Body, Holiday, Leave
from sealmark_platform.parties.queries import stamp_of

__all__ = [
    "DAYS", "WORKING_WEEK", "WorkingCalendar", "calendar_of", "calendar_stamp", "calendars_of", "leave_between",
]  # fmt: skip

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORKING_WEEK = DAYS[:5]
"""On which days a body works that has not chosen its own."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When a body works.

    Attributes:
        week: Names of the days on which it works.
        holidays: Names of those on which it does not, whatever day of the week.
    """

    week: frozenset[str] = frozenset(WORKING_WEEK)
    holidays: Mapping[dt.date, str] = field(default_factory=dict)

    def is_closed(self, day: dt.date) -> bool:
        """Tell whether the body does not work on a day.

        Example:
            >>> WorkingCalendar().is_closed(dt.date(2026, 11, 22))
            True
        """
        return day in self.holidays or DAYS[day.weekday()] not in self.week

    def working(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """Return the days between two, both included, on which the body works."""
        return [day for day in _between(first, last) if not self.is_closed(day)]

    def against(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """Return the closed days that speak against a visit: its first and last day, and holidays between them.

        A weekend within a visit is nothing unusual.
        """
        ends = {first, last}
        return [day for day in _between(first, last) if day in self.holidays or (day in ends and self.is_closed(day))]


def _between(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    return (first + dt.timedelta(number) for number in range((last - first).days + 1))


def calendar_of(body: Body, first: dt.date, last: dt.date) -> WorkingCalendar:
    """Return when a body works between two days."""
    return calendars_of([body], first, last)[body.pk]


def calendars_of(bodies: Iterable[Body], first: dt.date, last: dt.date) -> dict[uuid.UUID, WorkingCalendar]:
    """Return when each of some bodies works between two days, by the id of the body."""
    held = {body.pk: body for body in bodies}
    days: dict[uuid.UUID, dict[dt.date, str]] = {pk: {} for pk in held}
    found = Holiday.objects.filter(body__in=list(held), on__range=(first, last))
    for body, on, name in found.values_list("body_id", "on", "name"):
        days[body][on] = name
    return {
        pk: WorkingCalendar(frozenset(body.working_days or WORKING_WEEK), days[pk]) for pk, body in held.items()
    }  # fmt: skip


def leave_between(body: Body, first: dt.date, last: dt.date) -> QuerySet[Leave]:
    """Return who of a body is away on some of the days between two, who begins first is first."""
    found = Leave.objects.filter(body=body, first__lte=last, last__gte=first)
    return found.select_related("person").order_by("first", "person__name", "pk")


def calendar_stamp(body: Body) -> str:
    """Return the stamp of the calendar of a body."""
    week = Body.objects.values_list("working_days", flat=True).get(pk=body.pk)
    return stamp_of(week, list(body.holidays.order_by("on").values_list("pk", "on", "name")))
