"""The calendar of a body and the leave of its people: kept, imported, and told where a visit is planned."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.platform.people import after

from sealmark.core.errors import SealmarkError
from sealmark.core.periods import Period
from sealmark_platform.casework.actions import evaluation, finding
from sealmark_platform.parties.actions import calendars as keep
from sealmark_platform.parties.calendars import DAYS, WorkingCalendar, calendar_of, calendar_stamp
from sealmark_platform.parties.holidaylist import NewHoliday, read_holidays
from sealmark_platform.parties.models import Body, Holiday, Leave, Membership
from sealmark_platform.records.models import Commitment, Entry
from sealmark_platform.workbench.schedule import dated_items

AT = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MONDAY = dt.date(2026, 3, 9)
CALENDAR = ["oak"]


def newest():
    return Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0


def entries(before):
    return list(Entry.objects.filter(number__gt=before).order_by("number").values_list("kind", flat=True))


def task(name):
    return reverse("body-calendar-task", args=["oak", name])


# The calendar -----------------------------------------------------------------------------------------------------


def test_working_days_and_holidays_are_kept_each_with_one_entry(desk, oak):
    before = newest()
    desk.post(task("week"), {"days": ["saturday", "monday"]})
    desk.post(task("week"), {"days": ["monday", "saturday"]})
    desk.post(task("day"), {"on": "2026-12-25", "name": "Christmas Day"})
    desk.post(task("day"), {"on": "2027-01-01", "name": "New Year"})
    kept = Holiday.objects.get(on="2027-01-01")
    desk.post(reverse("holiday-remove", args=["oak", kept.pk]))

    page = desk.get(reverse("body-calendar", args=CALENDAR), {"year": "2026"})
    assert Body.objects.get(pk=oak.body.pk).working_days == ["monday", "saturday"]
    assert list(Holiday.objects.values_list("on", "name")) == [(dt.date(2026, 12, 25), "Christmas Day")]
    assert entries(before) == [
        "calendar.set-week", "calendar.add-days", "calendar.add-days", "calendar.remove-day",
    ]  # fmt: skip
    assert "Christmas Day" in page.content.decode()
    assert [entry.what for entry in page.context["entries"]][-1] == "Working days changed"
    assert b"".join(desk.get(reverse("body-calendar", args=CALENDAR), {"as": "csv"}).streaming_content).decode() == (
        "date,name\r\n2026-12-25,Christmas Day\r\n"
    )


def test_a_list_is_checked_first_and_then_added_whole(desk, oak):
    content = "\ufeffname;date\nChristmas Day;2026-12-25\nBoxing Day;2026-12-26\n\n".encode()
    before = newest()

    tried = desk.post(task("days"), {"file": SimpleUploadedFile("h.csv", content), "is_rehearsal": "on"}, follow=True)
    nothing = Holiday.objects.count()
    desk.post(task("days"), {"file": SimpleUploadedFile("h.csv", content)})
    again = desk.post(task("days"), {"file": SimpleUploadedFile("h.csv", content)})

    assert "The list is sound: 2 days would be added. Nothing was changed." in tried.content.decode()
    assert (nothing, Holiday.objects.count(), entries(before)) == (0, 2, ["calendar.add-days"])
    assert (again.status_code, again.content.decode().count("is a holiday already")) == (422, 2)


def test_every_row_that_does_not_fit_is_told_at_once_and_none_is_added(desk, oak):
    rows = ["2026-12-25,Christmas", "25.12.2026,Christmas", "2026-12-26,", "2026-12-25,Again", "2026-02-30,None",
            "1066-10-14,Hastings", "2026-12-24," + "x" * 101]  # fmt: skip
    content = "\n".join(["date,name", *rows]).encode()

    with pytest.raises(SealmarkError) as told:
        read_holidays(content)
    page = desk.post(task("days"), {"file": SimpleUploadedFile("h.csv", content)})

    assert set(told.value.codes) == {"SM808"}
    assert [one.where.rpartition(" ")[2] for one in told.value.problems] == ["3", "4", "5", "6", "7", "8"]
    assert (page.status_code, Holiday.objects.count()) == (422, 0)


@pytest.mark.parametrize("content", [b"", b"date\n2026-12-25\n", b"date,name\n", b"\xff", b"day,name\n2026-12-25,X\n"])
def test_what_is_no_list_of_holidays_is_refused(content):
    with pytest.raises(SealmarkError, match="SM800"):
        read_holidays(content)


def test_a_week_has_a_day_and_who_was_slower_is_told(desk, oak):
    stamp = calendar_stamp(oak.body)
    keep.add_holidays(oak.body, [NewHoliday(MONDAY, "Fair")], by=oak.adam, at=AT)

    late = desk.post(task("week"), {"days": ["monday"], "seen": stamp})
    none = desk.post(task("week"), {"days": []})

    for days in ([], ["mayday"]):
        with pytest.raises(SealmarkError, match="SM808"):
            keep.set_week(oak.body, days, by=oak.adam, at=AT)
    assert (late.status_code, none.status_code) == (409, 422)


def test_coordinators_read_the_calendar_and_change_nothing(client, oak):
    Holiday.objects.create(body=oak.body, on=timezone.now().date(), name="Fair")
    client.force_login(oak.cora)

    page = client.get(reverse("body-calendar", args=CALENDAR)).content.decode()

    assert ("Fair" in page, "/remove/" in page, task("day") in page) == (True, False, False)


@settings(max_examples=25, deadline=None)
@given(
    st.sets(st.sampled_from(DAYS), min_size=1), st.dictionaries(st.dates(MONDAY, MONDAY + dt.timedelta(20)), st.just("x")),
    st.integers(0, 20), st.integers(0, 20),
)  # fmt: skip
def test_what_speaks_against_a_visit_is_its_ends_and_holidays_within(week, holidays, start, length):
    held = WorkingCalendar(frozenset(week), holidays)
    first, last = MONDAY + dt.timedelta(start), MONDAY + dt.timedelta(start + length)
    days = [first + dt.timedelta(number) for number in range(length + 1)]

    assert held.working(first, last) == [
        day for day in days if DAYS[day.weekday()] in week and day not in holidays
    ]  # fmt: skip
    assert set(held.against(first, last)) == {day for day in days if day in holidays} | {
        day for day in (first, last) if DAYS[day.weekday()] not in week
    }


# Leave ------------------------------------------------------------------------------------------------------------


def test_one_enters_own_leave_for_all_bodies_or_one_and_takes_it_back(client, oak, elm):
    Membership.objects.create(person=oak.ed, body=elm.body, function="evaluator")
    client.force_login(oak.ed)
    before = newest()
    client.post(reverse("my-leave"), {"first": "2026-07-01", "last": "2026-07-14"})
    client.post(reverse("my-leave"), {"first": "2099-07-01", "last": "2099-07-14", "body": "elm"})
    mine = Leave.objects.get(first=dt.date(2099, 7, 1))
    page = client.get(reverse("my-leave")).content.decode()
    client.post(reverse("my-leave-take-back", args=[mine.pk]))

    assert sorted(Leave.objects.values_list("body__code", "first")) == [
        ("elm", dt.date(2026, 7, 1)), ("oak", dt.date(2026, 7, 1)),
    ]  # fmt: skip
    assert entries(before) == ["leave.take", "leave.take", "leave.take", "leave.take-back"]
    assert (reverse("my-leave-take-back", args=[mine.pk]) in page, "14 July 2099" in page) == (True, True)


def test_the_trail_keeps_the_days_of_leave_behind_commitments(oak):
    before = newest()
    keep.take_leave(oak.body, oak.ed, (MONDAY, MONDAY), by=oak.ed, at=AT)

    entry = Entry.objects.get(number=before + 1)
    told = json.loads(entry.event)["details"]
    assert MONDAY.isoformat() not in entry.event
    assert Commitment.objects.get(digest=told["first"]).value == MONDAY.isoformat()


def test_an_administrator_notes_leave_of_others_and_takes_it_back(desk, oak):
    person = ["oak", oak.ed.pk]
    desk.post(reverse("person-task", args=[*person, "leave"]), {"first": "2099-07-01", "last": "2099-07-14"})
    kept = Leave.objects.get(person=oak.ed, body=oak.body)
    page = desk.get(reverse("person", args=person))
    desk.post(reverse("person-item-task", args=[*person, "take-back-leave", kept.pk]))

    assert list(page.context["leave"]) == [kept]
    assert page.context["entries"][0].what == "Leave noted"
    assert not Leave.objects.exists()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-07-02", "2026-07-01"),
        ("2026-07-01", "2029-07-01"),
        ("1980-01-01", "1980-01-02"),
        ("2026-06-14", "2026-06-20"),
    ],
)
def test_leave_that_is_none_is_refused(oak, first, last):
    keep.take_leave(oak.body, oak.ed, (dt.date(2026, 6, 1), dt.date(2026, 6, 14)), by=oak.adam, at=AT)
    days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)

    with pytest.raises(SealmarkError, match="SM808"):
        keep.take_leave(oak.body, oak.ed, days, by=oak.adam, at=AT)
    with pytest.raises(SealmarkError, match="SM808"):
        keep.take_leave(oak.body, oak.cleo, (dt.date(2027, 6, 1),) * 2, by=oak.adam, at=AT)


# What comes of it -------------------------------------------------------------------------------------------------


def settle(oak, one, first, last, **more):
    days = {"starts_on": first, "ends_on": last, "days": 12}
    return evaluation.settle_plan(one, **days, by=oak.cora, at=after(6), **more)


def test_a_visit_on_closed_days_or_leave_needs_a_word_and_gets_it(oak):
    one = oak.planning()
    Holiday.objects.create(body=oak.body, on=MONDAY, name="Fair")
    Leave.objects.create(body=oak.body, person=oak.ada, first=MONDAY - dt.timedelta(9), last=MONDAY)
    Leave.objects.create(body=oak.body, person=oak.rex, first=MONDAY, last=MONDAY)

    with pytest.raises(SealmarkError) as told:
        settle(oak, one, MONDAY - dt.timedelta(1), MONDAY)
    settle(oak, one, MONDAY - dt.timedelta(1), MONDAY, reason="The shop opens on Sundays alone.")

    assert [problem.what for problem in told.value.problems] == [
        "The body does not work on 2026-03-08.", "2026-03-09 is a holiday of the body: Fair.",
        "Ada-oak is on leave from 2026-02-28 to 2026-03-09.",
    ]  # fmt: skip
    assert set(told.value.codes) == {"SM809"}
    said = json.loads(Entry.objects.get(kind="evaluation.settle-plan").event)["details"]["reason"]
    assert Commitment.objects.get(digest=said).value == "The shop opens on Sundays alone."


def test_where_nothing_speaks_against_the_days_no_reason_is_kept(oak):
    settle(oak, oak.planning(), MONDAY, MONDAY + dt.timedelta(8), reason="None is needed.")

    assert "reason" not in json.loads(Entry.objects.get(kind="evaluation.settle-plan").event)["details"]


def test_the_page_asks_why_and_takes_the_answer(client, oak):
    one = oak.planning()
    one.refresh_from_db()
    client.force_login(oak.cora)
    said = {"starts_on": "2026-03-08", "ends_on": "2026-03-08", "days": "12", "revision": one.revision}
    address = reverse("act", args=["evaluation.settle-plan", one.pk])

    asked = client.post(address, said)
    client.post(address, {**said, "reason": "They open on Sundays."})

    one.refresh_from_db()
    assert asked.status_code == 422
    assert "The body does not work on 8 March 2026." in asked.content.decode()
    assert (one.status, one.starts_on) == ("planned", dt.date(2026, 3, 8))


def test_who_is_on_leave_joins_a_settled_plan_only_with_a_word(oak):
    one = settle(oak, oak.planning(), MONDAY, MONDAY)
    Leave.objects.create(body=oak.body, person=oak.ed, first=MONDAY, last=MONDAY)

    with pytest.raises(SealmarkError, match="SM809"):
        evaluation.assign_seat(one, oak.ed, "evaluation", by=oak.cora, at=after(6))
    evaluation.assign_seat(one, oak.ed, "evaluation", by=oak.cora, at=after(6), reason="He comes back for it.")
    evaluation.assign_seat(one, oak.mia, "review", by=oak.cora, at=after(6))

    assert one.participations.filter(person=oak.ed, side="evaluation").exists()


def test_the_planner_shows_leave_and_what_speaks_against_visits(client, oak, elm):
    settle(oak, oak.planning(), MONDAY, MONDAY + dt.timedelta(3))
    Holiday.objects.create(body=oak.body, on=MONDAY + dt.timedelta(1), name="Fair")
    Holiday.objects.create(body=elm.body, on=MONDAY, name="Feast of elm")
    Leave.objects.create(body=oak.body, person=oak.ada, first=MONDAY + dt.timedelta(3), last=MONDAY + dt.timedelta(7))
    Leave.objects.create(body=elm.body, person=oak.ada, first=MONDAY, last=MONDAY)
    client.force_login(oak.cora)

    page = client.get(reverse("planner"), {"from": MONDAY.isoformat()})

    (part,) = page.context["parts"]
    rows = {person.name: cells for person, cells, _days in part["rows"]}
    ((_visit, marks),) = rows["Ada-oak"][0].visits
    text = page.content.decode()
    assert (marks.is_away, marks.clashes, marks.closed) == (True, False, (MONDAY + dt.timedelta(1),))
    assert [(len(cell.leave), cell.days) for cell in rows["Ada-oak"][:3]] == [(1, 3), (1, 0), (0, 0)]
    assert ("on leave" in text, "Fair" in text, "Feast of elm" in text) == (True, True, False)


def test_the_calendar_tells_holidays_leave_and_what_falls_on_a_closed_day(oak, elm):
    settle(oak, oak.planning(), MONDAY, MONDAY)
    Holiday.objects.create(body=oak.body, on=MONDAY, name="Fair")
    Leave.objects.create(body=oak.body, person=oak.ed, first=MONDAY, last=MONDAY)
    week = Period(MONDAY - dt.timedelta(2), MONDAY + dt.timedelta(4))

    def told(person):
        return {(one.kind, one.name, one.is_closed) for one in dated_items(person, week, MONDAY)}

    visit, fair, away = ("visit", "Visit: first evaluation", True), ("holiday", "Holiday: Fair", False), (
        "leave", f"Leave: {oak.ed.name}", False)  # fmt: skip
    assert told(oak.cora) == {visit, fair, away}
    assert told(oak.ed) == {fair, away}
    assert told(oak.ada) == {visit, fair}
    assert told(oak.cleo) == {visit}
    assert told(elm.cora) == told(oak.dov) == set()


def test_a_deadline_on_a_closed_day_keeps_its_date_and_says_so(oak):
    one = oak.evaluation("gathering")
    found = finding.raise_finding(one, "minor", "Slow.", by=oak.ada, at=after(11))
    due = next(day for day in (found.plan_until, found.correction_until) if day)
    Holiday.objects.create(body=oak.body, on=due, name="Fair")

    (item,) = dated_items(oak.cora, Period(due, due), MONDAY, kind="finding")

    assert (item.first, item.is_closed) == (due, True)
    assert calendar_of(oak.body, due, due).is_closed(due)
