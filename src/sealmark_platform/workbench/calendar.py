"""The calendar: a month or what comes, by pages and as a subscription for other programs."""

from __future__ import annotations

import calendar as weeks
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR

from sealmark.core.periods import Period, add_months
from sealmark_platform.parties.models import Person
from sealmark_platform.workbench.icalendar import written_calendar
from sealmark_platform.workbench.schedule import KINDS, Dated, dated_items

__all__ = ["calendar", "calendar_file", "subscription_address"]

_AGENDA_MONTHS = 3
_BEFORE, _AFTER = 31, 366
_FIRST_YEAR, _LAST_YEAR = 1990, 2199


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a sheet.

    Attributes:
        on: The day.
        items: What is on it.
        is_today: It is today.
        is_other: It belongs to the month before or after.
    """

    on: dt.date
    items: tuple[Dated, ...]
    is_today: bool = False
    is_other: bool = False


@login_required
def calendar(request: HttpRequest) -> HttpResponse:
    """A month, or everything that comes in three, filtered by whose and what."""
    assert isinstance(request.user, Person)
    today = timezone.now().date()
    first = _month(request.GET.get("month", ""), today)
    is_agenda = request.GET.get("view") == "agenda"
    is_mine, kind = request.GET.get("whose") == "mine", request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    sheet = _sheet(first)
    shown = Period(first, add_months(first, _AGENDA_MONTHS) - dt.timedelta(1)) if is_agenda else _month_of(first)
    days = shown if is_agenda else Period(sheet[0][0], sheet[-1][-1])
    items = dated_items(request.user, days, today, is_mine=is_mine, kind=kind)
    chosen = {"view": "agenda" if is_agenda else "", "whose": "mine" if is_mine else "", "kind": kind}
    context: dict[str, Any] = {
        "first": first, "today": today, "is_agenda": is_agenda, "is_mine": is_mine, "kind": kind,
        "kinds": KINDS.items(), "weekdays": [(WEEKDAYS[day], WEEKDAYS_ABBR[day]) for day in range(7)],
        "weeks": [[_day(day, items, first, today) for day in week] for week in sheet],
        "agenda": _agenda(items, shown, today), "last": shown.end,
        "before": _carried(add_months(first, -1), chosen), "after": _carried(add_months(first, 1), chosen),
        "now": _carried(today, chosen), "other": _carried(first, {**chosen, "view": "" if is_agenda else "agenda"}),
        "address": subscription_address(request.user),
    }  # fmt: skip
    return render(request, "workbench/calendar.html", context)


def _month(said: str, today: dt.date) -> dt.date:
    """Return the first day of the month asked for; that of today when nothing sensible is asked."""
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", said, re.ASCII)
    if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        return today.replace(day=1)
    return dt.date(int(found[1]), int(found[2]), 1)


def _month_of(first: dt.date) -> Period:
    return Period(first, add_months(first, 1) - dt.timedelta(1))


def _sheet(first: dt.date) -> list[list[dt.date]]:
    """Return the weeks of a month, from Monday to Sunday."""
    return weeks.Calendar().monthdatescalendar(first.year, first.month)


def _day(day: dt.date, items: Iterable[Dated], first: dt.date, today: dt.date) -> Day:
    held = tuple(item for item in items if item.is_on(day))
    return Day(day, held, day == today, (day.year, day.month) != (first.year, first.month))


def _agenda(items: Iterable[Dated], shown: Period, today: dt.date) -> list[Day]:
    """Return the days that have something: what takes several days stands on the first of them that is shown."""
    found: dict[dt.date, list[Dated]] = {}
    for item in items:
        if item.first <= shown.end and item.last >= shown.start:
            found.setdefault(max(item.first, shown.start), []).append(item)
    return [Day(day, tuple(held), day == today) for day, held in sorted(found.items())]


def _carried(month: dt.date, chosen: dict[str, str]) -> str:
    return urlencode({"month": f"{month:%Y-%m}", **{name: word for name, word in chosen.items() if word}})


# -- subscription ------------------------------------------------------------------------------------


def _secret(person: Person) -> str:
    """Return what only the person's own address has: a new password makes a new address."""
    return salted_hmac("sealmark.calendar", f"{person.pk}{person.password}", algorithm="sha256").hexdigest()[:40]


def subscription_address(person: Person) -> str:
    """Return the secret address at which other programs read the calendar of a person."""
    return settings.ADDRESS.rstrip("/") + reverse("calendar-file", args=[person.pk, _secret(person)])


def calendar_file(request: HttpRequest, pk: str, secret: str) -> HttpResponse:
    """The calendar of a person from a month ago to a year ahead, for who knows its secret address."""
    person = Person.objects.filter(pk=pk, is_active=True).first()
    if person is None or not constant_time_compare(secret, _secret(person)):
        raise Http404
    at = timezone.now()
    days = Period(at.date() - dt.timedelta(_BEFORE), at.date() + dt.timedelta(_AFTER))
    with translation.override(person.language):
        items = dated_items(person, days, at.date(), is_mine=request.GET.get("whose") == "mine")
        text = written_calendar(items, at)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="sealmark.ics"'
    response["Cache-Control"] = "private, max-age=900"
    response["Referrer-Policy"] = "no-referrer"
    return response
