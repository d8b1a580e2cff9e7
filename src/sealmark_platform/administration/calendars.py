"""Pages of the calendar of a body, and of the leave of its people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.db.models.functions import ExtractYear
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sealmark_platform.administration.access import ORGANIZERS, Desk, desk_of
from sealmark_platform.administration.tasks import DeskForm, Place, Task, day_field, run_task
from sealmark_platform.administration.words import history_of
from sealmark_platform.api.exports import exported
from sealmark_platform.parties.actions import calendars as keep
from sealmark_platform.parties.calendars import DAYS, WORKING_WEEK, calendar_stamp
from sealmark_platform.parties.holidaylist import COLUMNS, NewHoliday, read_holidays
from sealmark_platform.parties.models import Body, Holiday, Leave, Person

__all__ = ["LEAVE", "REMOVE", "TAKE_BACK", "TASKS", "LeaveForm", "calendar", "holiday_remove", "task"]

_NAMES = [(name, WEEKDAYS[number]) for number, name in enumerate(DAYS)]


@login_required
def calendar(request: HttpRequest, code: str) -> HttpResponseBase:
    """The working days of the body, and its holidays year by year."""
    desk = desk_of(request, code, ORGANIZERS)
    days = desk.body.holidays.order_by("on")
    if request.GET.get("as") in {"csv", "xlsx"}:
        return exported(request.GET["as"], "holidays", COLUMNS, _rows(desk.body))
    counted = days.annotate(year=ExtractYear("on")).order_by("year").values("year").annotate(count=Count("pk"))
    years = {one["year"]: one["count"] for one in counted}
    year = _year(request.GET.get("year", ""), years, desk.on)
    shown = {
        "desk": desk, "tab": "calendar", "year": year, "years": sorted({**years, year: years.get(year, 0)}.items()),
        "days": days.filter(on__year=year),
        "week": [(word, name in (desk.body.working_days or WORKING_WEEK)) for name, word in _NAMES],
        "entries": history_of(desk.body, f"calendar:{desk.body.pk}"),
    }  # fmt: skip
    return render(request, "administration/calendar.html", shown)


def _rows(body: Body) -> Iterator[tuple[dt.date, str]]:
    yield from body.holidays.order_by("on").values_list("on", "name").iterator(chunk_size=500)


def _year(said: str, years: Mapping[int, int], on: dt.date) -> int:
    """Return the year asked for, if it has days; else this one."""
    known = {str(year): year for year in years}
    return known.get(said, on.year)


# Tasks -----------------------------------------------------------------------------------------------------------


class _WeekForm(DeskForm):
    days = forms.MultipleChoiceField(label=_("Working days"), choices=_NAMES, widget=forms.CheckboxSelectMultiple)


class _DayForm(DeskForm):
    on = day_field(_("Day"))
    name = forms.CharField(label=_("Name"), max_length=100)


class _DaysForm(DeskForm):
    file = forms.FileField(label=_("List of holidays (CSV)"), max_length=200)
    is_rehearsal = forms.BooleanField(label=_("Only check the list, and change nothing"), required=False)


class LeaveForm(DeskForm):
    """Asks from when to when somebody is away."""

    first = day_field(_("First day"))
    last = day_field(_("Last day"))


def _how(desk: Desk, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"by": desk.by, "at": desk.at, "seen": said["seen"]}


def _week(desk: Desk, body: Body, said: Mapping[str, Any]) -> None:
    keep.set_week(body, said["days"], **_how(desk, said))


def _day(desk: Desk, body: Body, said: Mapping[str, Any]) -> None:
    keep.add_holidays(body, [NewHoliday(said["on"], said["name"])], **_how(desk, said))


def _days(desk: Desk, body: Body, said: Mapping[str, Any]) -> str:
    taken = list(body.holidays.values_list("on", flat=True))
    listed = read_holidays(said["file"].read(), "holidays.csv", taken=taken)
    count = len(listed)
    if said["is_rehearsal"]:
        told = ngettext(
            "The list is sound: %(count)s day would be added. Nothing was changed.",
            "The list is sound: %(count)s days would be added. Nothing was changed.",
            count,
        )
        return told % {"count": count}
    keep.add_holidays(body, listed, **_how(desk, said))
    return ngettext("%(count)s day was added.", "%(count)s days were added.", count) % {"count": count}


def _remove(desk: Desk, day: Holiday, said: Mapping[str, Any]) -> None:
    keep.remove_holiday(day, **_how(desk, said))


def _leave(desk: Desk, person: Person, said: Mapping[str, Any]) -> str:
    keep.take_leave(desk.body, person, (said["first"], said["last"]), **_how(desk, said))
    return _now("The leave is noted. Visits planned on these days are marked in the team planner.")


def _take_back(desk: Desk, leave: Leave, said: Mapping[str, Any]) -> None:
    keep.take_back_leave(leave, **_how(desk, said))


TASKS: dict[str, Task] = {
    "week": Task(
        _("Change the working days"), _WeekForm, _week, lambda body: {"days": body.working_days or WORKING_WEEK}
    ),
    "day": Task(_("Add a holiday"), _DayForm, _day),
    "days": Task(
        _("Add a list of holidays"), _DaysForm, _days,
        intro=_(
            "The first row names the columns: date, name. Days are written 2026-12-25. All rows are added, or none."
        ),
    ),
}  # fmt: skip
REMOVE = Task(_("Remove the holiday"), DeskForm, _remove)
LEAVE = Task(
    _("Note leave"), LeaveForm, _leave,
    intro=_("From when to when the person is away. Why is not asked, and not kept."),
)  # fmt: skip
TAKE_BACK = Task(_("Take the leave back"), DeskForm, _take_back)


def _place(desk: Desk) -> Place:
    return Place(
        reverse("body-calendar", args=[desk.body.code]), str(_("Calendar")), "calendar", calendar_stamp(desk.body)
    )


@login_required
def task(request: HttpRequest, code: str, task: str) -> HttpResponseBase:
    """Change the calendar of the body."""
    desk = desk_of(request, code)
    if task not in TASKS:
        raise Http404
    return run_task(request, desk, TASKS[task], desk.body, _place(desk))


@login_required
def holiday_remove(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Take a day out of the calendar of the body."""
    desk = desk_of(request, code)
    found = desk.body.holidays.select_related("body").filter(pk=pk).first()
    if found is None:
        raise Http404
    chosen = replace(REMOVE, intro=f"{date_format(found.on)} {found.name}")
    return run_task(request, desk, chosen, found, _place(desk))
