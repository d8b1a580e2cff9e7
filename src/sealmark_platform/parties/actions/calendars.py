"""When a body works, and when its people are away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import Q

from sealmark.core.errors import ProblemList
from sealmark_platform.parties.actions.holding import changing, committed, refused
from sealmark_platform.parties.calendars import DAYS, WORKING_WEEK, calendar_stamp
from sealmark_platform.parties.holidaylist import FIRST_YEAR, LAST_YEAR, NewHoliday, check_holidays
from sealmark_platform.parties.models import Body, Holiday, Leave, Person
from sealmark_platform.parties.queries import current, person_stamp

__all__ = ["add_holidays", "remove_holiday", "set_week", "take_back_leave", "take_leave"]

_LONGEST_LEAVE = 732


def set_week(body: Body, days: Collection[str], *, by: Person, at: dt.datetime, seen: str = "") -> None:
    """Say on which days of the week a body works; without a difference nothing happens.

    Args:
        body: Whose week.
        days: Names of :data:`~sealmark_platform.parties.calendars.DAYS`.
        by: Who changes.
        at: When.
        seen: The stamp the page showed.

    Raises:
        SealmarkError: SM808 no day is left, or one is none; SM801 somebody changed it in between.
    """
    strangers = sorted(set(days) - {*DAYS})
    if strangers or not days:
        what = f'"{strangers[0]}" is no day of the week.' if strangers else "The body would never work."
        raise refused("SM808", what, fix=f"Choose from {', '.join(DAYS)}.")
    wanted = [day for day in DAYS if day in days]
    if wanted == list(body.working_days or WORKING_WEEK):
        return
    with changing("calendar.set-week", body, by=by, at=at, seen=seen, stamp=lambda: calendar_stamp(body)) as change:
        body.working_days = wanted
        body.save(update_fields=["working_days"])
        change.note(f"calendar:{body.pk}", days=[*wanted])


def add_holidays(
    body: Body, days: Iterable[NewHoliday], *, by: Person, at: dt.datetime, seen: str = ""
) -> list[Holiday]:  # fmt: skip
    """Add days on which a body does not work, all of them or none.

    Raises:
        SealmarkError: SM808 a day is a holiday already or has no name, each told with its row; SM801 somebody changed
            the calendar in between.
    """
    wanted = list(days)
    with changing("calendar.add-days", body, by=by, at=at, seen=seen, stamp=lambda: calendar_stamp(body)) as change:
        problems = ProblemList()
        check_holidays(wanted, list(body.holidays.values_list("on", flat=True)), problems)
        problems.raise_if_any()
        made = Holiday.objects.bulk_create(Holiday(body=body, on=one.on, name=one.name.strip()) for one in wanted)
        change.note(f"calendar:{body.pk}", days=[one.on.isoformat() for one in wanted])
    return made


def remove_holiday(holiday: Holiday, *, by: Person, at: dt.datetime, seen: str = "") -> None:
    """Take a day out of the calendar of a body.

    Raises:
        SealmarkError: SM801 somebody changed the calendar in between.
    """
    body = holiday.body
    with changing("calendar.remove-day", body, by=by, at=at, seen=seen, stamp=lambda: calendar_stamp(body)) as change:
        Holiday.objects.filter(pk=holiday.pk).delete()
        change.note(f"calendar:{body.pk}", day=holiday.on.isoformat())


def take_leave(
    body: Body, person: Person, days: tuple[dt.date, dt.date], *, by: Person, at: dt.datetime, seen: str = ""
) -> Leave:
    """Note that somebody is away from a first to a last day; why is not asked.

    Raises:
        SealmarkError: SM808 it ends before it begins, is longer than two years, meets other leave of the person, or
            the person does not work for the body; SM801 somebody changed it in between.
    """
    first, last = days
    with changing("leave.take", body, by=by, at=at, seen=seen, stamp=lambda: person_stamp(person, body)) as change:
        _check_leave(body, person, first, last, at.date())
        leave = Leave.objects.create(body=body, person=person, first=first, last=last)
        change.note(
            f"person:{person.pk}", **committed(person, first=first.isoformat(), last=last.isoformat())
        )  # fmt: skip
    return leave


def _check_leave(body: Body, person: Person, first: dt.date, last: dt.date, on: dt.date) -> None:
    if not person.memberships.filter(Q(body=body) & current(on)).exists():
        raise refused("SM808", f"{person.name} does not work for this body.", fix="Leave is noted for its people.")
    fits = first <= last and (last - first).days <= _LONGEST_LEAVE
    if not fits or not FIRST_YEAR <= first.year <= LAST_YEAR:
        what = f"Leave from {first} to {last} is not possible."
        raise refused("SM808", what, fix="The last day is not before the first, and at most two years after it.")
    other = Leave.objects.filter(body=body, person=person, first__lte=last, last__gte=first).first()
    if other is not None:
        what = f"{person.name} is away from {other.first} to {other.last} already."
        raise refused("SM808", what, fix="Take that back first, or choose other days.")


def take_back_leave(leave: Leave, *, by: Person, at: dt.datetime, seen: str = "") -> None:
    """Take leave back: the days count as working days again.

    Raises:
        SealmarkError: SM801 somebody changed it in between.
    """
    body, person = leave.body, leave.person
    with changing("leave.take-back", body, by=by, at=at, seen=seen, stamp=lambda: person_stamp(person, body)) as change:
        Leave.objects.filter(pk=leave.pk).delete()
        change.note(
            f"person:{person.pk}", **committed(person, first=leave.first.isoformat(), last=leave.last.isoformat())
        )  # fmt: skip
