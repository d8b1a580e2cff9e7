"""Days of decision meetings: named, in the calendar, called off."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.platform.people import after, person

from sealmark.core.errors import SealmarkError
from sealmark.core.periods import Period
from sealmark_platform.casework.queries.consistency import disagreements
from sealmark_platform.parties.models import Membership
from sealmark_platform.records.models import Entry
from sealmark_platform.workbench.convening import call_meeting, call_off
from sealmark_platform.workbench.models import DecisionMeeting
from sealmark_platform.workbench.schedule import dated_items

ADDRESS = "/meeting/days/"
ON = after(30).date()


def called(world, on=ON, place="Room 2, 14:00"):
    return call_meeting(world.body, on, place, by=world.cora, at=after(0))


def days_of(person, **more):
    period = Period(after(0).date(), after(90).date())
    return [
        (one.first, one.name, one.holder)
        for one in dated_items(person, period, after(0).date(), kind="meeting", **more)
    ]


def test_a_named_day_stands_in_the_calendar_of_the_body_and_of_nobody_else(world, elsewhere):
    called(world)

    mine = [(ON, "Decision meeting: Room 2, 14:00", "Body oak")]
    assert days_of(world.cora) == days_of(world.ada) == mine
    assert days_of(world.bo, is_mine=True) == mine
    assert (
        days_of(world.ada, is_mine=True) == days_of(world.cleo) == days_of(world.dov) == days_of(elsewhere.cora) == []
    )


def test_a_meeting_that_is_called_off_is_gone_and_its_day_is_free_again(world):
    one = called(world)
    for _time in range(2):
        call_off(one, by=world.cora, at=after(1))

    assert days_of(world.cora) == []
    assert called(world).pk != one.pk
    kinds = Entry.objects.filter(kind__startswith="decision-meeting").order_by("number").values_list("kind", flat=True)
    assert list(kinds) == ["decision-meeting.call", "decision-meeting.call-off", "decision-meeting.call"]
    assert disagreements() == ()


def test_a_day_is_named_once_and_not_in_the_past(world):
    called(world)

    with pytest.raises(SealmarkError, match="There is a meeting on this day already"):
        called(world)
    with pytest.raises(SealmarkError, match="The day of the meeting is over"):
        called(world, on=after(-1).date())
    assert DecisionMeeting.objects.count() == 1


def test_who_does_not_plan_the_body_names_and_calls_off_nothing(world, elsewhere):
    one = called(world)
    former = person("Former")
    Membership.objects.create(person=former, body=world.body, function="coordinator", until=after(-1).date())

    for who in (world.bo, world.ada, world.cleo, elsewhere.cora, former):
        with pytest.raises(SealmarkError, match="SM857"):
            call_meeting(world.body, after(31).date(), "", by=who, at=after(0))
        with pytest.raises(SealmarkError, match="SM857"):
            call_off(one, by=who, at=after(0))
    assert list(DecisionMeeting.objects.values_list("is_called_off", flat=True)) == [False]


def test_the_page_names_and_calls_off_and_the_agenda_shows_it(world, client):
    client.force_login(world.cora)
    day = timezone.now().date() + dt.timedelta(7)

    named = client.post(ADDRESS, {"do": "call", "body": world.body.pk, "on": day.isoformat(), "place": "Hall"})
    agenda = client.get(reverse("meeting")).content.decode()
    again = client.post(ADDRESS, {"do": "call", "body": world.body.pk, "on": day.isoformat(), "place": ""})
    empty = client.post(ADDRESS, {"do": "call"})
    one = DecisionMeeting.objects.get()
    off = client.post(ADDRESS, {"do": "call-off", "meeting": one.pk})

    one.refresh_from_db()
    assert [named.status_code, again.status_code, empty.status_code, off.status_code] == [302, 422, 422, 302]
    assert "Hall" in agenda
    assert "SM857" in again.content.decode()
    assert one.is_called_off


def test_what_is_of_another_body_cannot_be_chosen(world, elsewhere, client):
    foreign = called(elsewhere)
    client.force_login(world.cora)

    body = client.post(ADDRESS, {"do": "call", "body": elsewhere.body.pk, "on": "2099-01-01"})
    off = [client.post(ADDRESS, {"do": "call-off", "meeting": pk}).status_code for pk in (foreign.pk, "", "x")]

    assert (body.status_code, off) == (422, [404, 404, 404])
    assert DecisionMeeting.objects.filter(is_called_off=False).count() == 1


@pytest.mark.parametrize("said", [{}, {"do": "move"}])
def test_who_says_not_what_to_do_is_told_and_names_no_day(world, client, said):
    client.force_login(world.cora)

    page = client.post(ADDRESS, {**said, "body": world.body.pk, "on": "2099-01-01", "place": ""} if said else {})

    assert page.status_code == 422
    assert "<li>Choose one of those the form offers.</li>" in page.content.decode()
    assert not DecisionMeeting.objects.exists()
