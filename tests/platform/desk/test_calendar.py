"""What has a day, in a month, in a list and in other programs."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.platform.people import after

from sealmark.core.periods import Period
from sealmark_platform.casework.actions import certificate as certify
from sealmark_platform.casework.actions import finding, objection
from sealmark_platform.casework.models import Certificate, Evaluation
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.workbench.schedule import KINDS, dated_items

TODAY = dt.date(2026, 4, 1)
ALL = Period(dt.date(2026, 1, 1), dt.date(2030, 1, 1))


def told(person, days=ALL, today=TODAY, **more):
    return [(one.kind, one.first.isoformat(), one.name) for one in dated_items(person, days, today, **more)]


def test_the_days_of_a_certificate_are_its_visit_decision_surveillance_recall_and_end(world):
    world.certified()

    assert told(world.cora) == [
        ("visit", "2026-03-12", "Visit: first evaluation"),
        ("decision", "2026-03-16", "Decided: grant"),
        ("evaluation", "2027-03-16", "Due: surveillance"),
        ("evaluation", "2028-03-16", "Due: surveillance"),
        ("evaluation", "2028-09-15", "Recertification is called for"),
        ("validity", "2029-03-15", "Certificate OAK-C2026-00001 ends"),
    ]


def test_what_was_opened_is_shown_by_its_own_day_and_not_twice(world):
    held = world.certified()
    Evaluation.objects.create(
        file=held.file, number=2, kind="surveillance", opened_on=TODAY, due_on=dt.date(2027, 3, 16), status="planning"
    )

    found = [one for one in told(world.cora) if one[0] == "evaluation"]

    assert found == [
        ("evaluation", "2027-03-16", "Due: surveillance"),
        ("evaluation", "2028-03-16", "Due: surveillance"),
        ("evaluation", "2028-09-15", "Recertification is called for"),
    ]


def test_a_deadline_that_is_over_is_late_and_a_visit_that_is_over_is_not(world):
    one = world.gathering()
    finding.raise_finding(one, "minor", "Slow.", by=world.ada, at=after(11))

    items = {item.kind: item for item in dated_items(world.cora, ALL, dt.date(2026, 12, 1))}

    assert (items["finding"].name, items["finding"].is_late) == ("Finding: Minor nonconformity 1", True)
    assert not items["visit"].is_late


def test_a_suspension_a_condition_and_an_appeal_have_their_day(world):
    held = world.certified()
    taken = held.file.evaluations.get().decisions.get()
    objection.file_objection(held.file, "Too mild.", by=world.cleo, at=after(15), against=taken)
    Certificate.objects.filter(pk=held.pk).update(
        conditions=[{"text": "A", "until": "2026-05-01"}, {"text": "B", "until": "2026-05-02", "met": "2026-04-01"}]
    )
    held.refresh_from_db()
    trigger = loaded(world.edition.edition).procedure.suspension_triggers[0]
    certify.suspend_certificate(held, trigger=trigger, way_back="Show it.", reason="Late.", by=world.bo, at=after(20))

    found = {one[0]: one for one in told(world.cora)}

    assert found["condition"] == ("condition", "2026-05-01", "Condition to be met")
    assert found["suspension"][2] == "The suspension ends"
    assert found["objection"][2] == "To be decided: appeal"


def test_a_filter_leaves_one_kind_or_only_what_one_takes_part_in(world):
    world.certified()

    assert {one[0] for one in told(world.cora, kind="visit")} == {"visit"}
    assert told(world.cora, is_mine=True) == []
    assert {one[0] for one in told(world.ada, is_mine=True)} >= {"visit", "validity"}
    assert {one[0] for one in told(world.cleo, is_mine=True)} == {"visit", "evaluation", "validity"}


def test_a_stranger_and_another_body_see_no_day(world, elsewhere):
    world.certified()

    assert told(world.dov) == told(elsewhere.cora) == told(elsewhere.cleo) == []


def test_a_month_shows_each_day_of_a_visit_and_the_list_shows_it_once(world, client):
    one = world.gathering()
    Evaluation.objects.filter(pk=one.pk).update(starts_on=dt.date(2026, 3, 30), ends_on=dt.date(2026, 4, 2))
    client.force_login(world.cora)

    sheet = client.get(reverse("calendar"), {"month": "2026-04"})
    days = {day.on for week in sheet.context["weeks"] for day in week if day.items}
    agenda = client.get(reverse("calendar"), {"month": "2026-04", "view": "agenda"}).context["agenda"]

    assert days == {dt.date(2026, 3, 30) + dt.timedelta(number) for number in range(4)}
    assert [(day.on, len(day.items)) for day in agenda] == [(dt.date(2026, 4, 1), 1)]


@pytest.mark.parametrize("month", ["", "x", "2026-13", "0000-01", "9999-12", "2026-1", "\u0662026-01"])
def test_a_month_that_is_none_is_the_present_one(world, client, month):
    client.force_login(world.cora)

    shown = client.get(reverse("calendar"), {"month": month, "kind": "no such"})

    assert shown.status_code == 200
    assert shown.context["first"] == shown.context["today"].replace(day=1)


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans", "zh-hant"])
def test_days_are_written_in_the_readers_language(world, client, language):
    world.certified()
    client.force_login(world.cora)
    client.cookies["language"] = language

    page = client.get(reverse("calendar"), {"month": "2026-03", "view": "agenda"}).content.decode()

    day = {"en": "12 March 2026", "ru": "12 марта 2026", "zh-hans": "2026年3月12日", "zh-hant": "2026年3月12日"}[
        language
    ]
    assert day in page


def address_of(client, person):
    client.force_login(person)
    address = client.get(reverse("calendar")).context["address"]
    client.logout()
    return "/" + address.split("/", 3)[3]


def test_the_secret_address_gives_the_days_to_a_program_without_an_account(world, client):
    world.certified()
    Evaluation.objects.update(starts_on=dt.date.today(), ends_on=dt.date.today() + dt.timedelta(1))  # noqa: DTZ011
    answer = client.get(address_of(client, world.cora))

    text = answer.content.decode()
    today = dt.date.today()  # noqa: DTZ011
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"DTSTART;VALUE=DATE:{today:%Y%m%d}\r\nDTEND;VALUE=DATE:{today + dt.timedelta(2):%Y%m%d}\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert text.count("BEGIN:VEVENT") == len(set(re.findall("UID:.*", text.replace("\r\n ", ""))))


def test_long_names_are_folded_between_characters_and_signs_are_escaped(world, client):
    world.certified()
    world.organization.name = "诚信;服务," * 20
    world.organization.save()

    text = client.get(address_of(client, world.cora)).content.decode()

    assert r"诚信\;服务\,诚信" in text.replace("\r\n ", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_a_wrong_secret_another_person_a_new_password_and_a_closed_account_give_nothing(world, client):
    mine, bos = address_of(client, world.cora), address_of(client, world.bo)
    secret = mine.rpartition("/")[2].removesuffix(".ics")

    wrong = [
        reverse("calendar-file", args=[world.cora.pk, "x"]),
        reverse("calendar-file", args=[world.bo.pk, secret]),
    ]
    assert [client.get(address).status_code for address in (mine, bos, *wrong)] == [200, 200, 404, 404]
    world.cora.set_password("another horse battery staple")
    world.cora.save()
    world.bo.is_active = False
    world.bo.save()
    assert [client.get(address).status_code for address in (mine, bos)] == [404, 404]


def test_many_files_cost_no_more_queries_than_few(world, client):
    client.force_login(world.cora)
    costs = []
    for _round in range(2):
        file = world.agreed()
        for number in range(3):
            Evaluation.objects.create(
                file=file, number=number + 1, kind="initial", opened_on=TODAY, due_on=TODAY, status="planned",
                starts_on=TODAY, ends_on=TODAY,
            )  # fmt: skip
        day = after(10).date()
        Certificate.objects.create(
            file=file, edition=file.edition, number=f"C-{file.number}", scope="x", first_issued_on=day, valid_from=day,
            valid_until=after(900).date(),
        )  # fmt: skip
        client.get(reverse("calendar"), {"month": "2026-04"})
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("calendar"), {"month": "2026-04"})
        costs.append(len(seen))

    assert costs[0] == costs[1]


def test_every_kind_has_a_word():
    assert set(KINDS) == {
        "visit", "finding", "evaluation", "condition", "validity", "suspension", "objection", "decision", "meeting",
        "holiday", "leave",
    }  # fmt: skip
