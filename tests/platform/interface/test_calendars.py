"""Working days, holidays and leave for programs; and a complaint without an account."""

import datetime as dt

from django.test import Client

from sealmark_platform.parties.models import Holiday, Leave
from sealmark_platform.records.models import Entry
from sealmark_platform.register.complaints import AN_HOUR
from sealmark_platform.register.models import OutsideComplaint

A = "/bodies/oak"
WRITER = {"statement": "Nobody answered.", "name": "Zoe", "email": "zoe@example.net"}


def _changed(asked, name, subject, /, **said):
    address = f"{A}/changes/{name}/{subject}"
    answer = asked.post(address, {"seen": asked.get(address).json()["seen"], **said})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_calendar_is_changed_and_read(oak, program):
    adam, cora = program(oak.adam), program(oak.cora)
    rows = "date,name\n2027-01-01,New Year\n2027-12-25,Christmas Day\n"

    week = _changed(adam, "calendar.set-week", oak.body.pk, days=["sunday", "monday"])
    tried = _changed(adam, "calendar.add-days", oak.body.pk, file=rows, is_rehearsal=True)
    added = _changed(adam, "calendar.add-days", oak.body.pk, file=rows)
    one = _changed(adam, "calendar.add-day", oak.body.pk, on="2027-06-01", name="Fair")
    gone = _changed(adam, "calendar.remove-day", Holiday.objects.get(name="New Year").pk)

    assert [told["records"][0]["kind"] for told in (week, added, one, gone)] == [
        "calendar.set-week", "calendar.add-days", "calendar.add-days", "calendar.remove-day",
    ]  # fmt: skip
    assert tried["records"] == []
    assert cora.get(f"{A}/working-days").json() == {"working_days": ["monday", "sunday"]}
    assert [(row["on"], row["name"]) for row in cora.get(f"{A}/holidays", year=2027).json()["items"]] == [
        ("2027-06-01", "Fair"), ("2027-12-25", "Christmas Day"),
    ]  # fmt: skip
    assert b"2026-12-25,Christmas Day" in b"".join(cora.get(f"{A}/holidays", format="csv").streaming_content)


def test_leave_of_others_is_taken_read_by_days_and_taken_back(oak, program):
    adam = program(oak.adam)

    _changed(adam, "leave.take", oak.ed.pk, first="2027-03-01", last="2027-03-05")
    found = adam.get(f"{A}/leave", first="2027-03-05", person=str(oak.ed.pk)).json()["items"]
    earlier = adam.get(f"{A}/leave", last="2027-02-28").json()["items"]
    _changed(adam, "leave.take-back", found[0]["id"])

    assert [(row["person_name"], row["first"], row["last"]) for row in found] == [
        ("Ed-oak", "2027-03-01", "2027-03-05")
    ]
    assert [row["id"] for row in earlier] == [oak.leave.pk]
    assert list(Leave.objects.all()) == [oak.leave]


def test_one_takes_own_leave_once_and_takes_it_back(oak, program):
    ada = program(oak.ada)
    said = {"first": "2027-03-01", "last": "2027-03-05"}

    made = ada.post("/me/leave", said, Idempotency_Key="l")
    again = ada.post("/me/leave", said, Idempotency_Key="l")
    twice = ada.post("/me/leave", said)
    none = [program(who).post("/me/leave", {**said, "body": body}) for who, body in ((oak.ada, "elm"), (oak.cleo, ""))]
    foreign = ada._client.delete(f"/api/v1/me/leave/{oak.leave.pk}", headers=ada._said({}))
    mine = ada.get("/me/leave").json()["items"]
    back = ada._client.delete(f"/api/v1/me/leave/{mine[0]['id']}", headers=ada._said({}))

    assert (made.status_code, again.json()) == (201, made.json())
    assert made.json() == mine == [{"id": mine[0]["id"], "body": "oak", **said}]
    assert (twice.status_code, twice.json()["code"]) == (422, "SM808")
    assert [(one.status_code, one.json()["faults"][0]["where"]) for one in none] == [(422, "body.body")] * 2
    assert (foreign.status_code, back.status_code, Leave.objects.count()) == (404, 204, 1)


def test_the_calendar_tells_programs_of_holidays_leave_and_closed_days(oak, program):
    span = {"first": "2026-07-01", "last": "2026-12-31"}

    kinds = {
        kind: program(oak.cora).get("/calendar", kind=kind, **span).json()["items"] for kind in ("holiday", "leave")
    }

    assert [(row["first"], row["about"]) for row in kinds["holiday"]] == [("2026-12-25", "Body oak")]
    assert [(row["first"], row["last"], row["name"]) for row in kinds["leave"]] == [
        ("2026-07-01", "2026-07-14", "Leave: Ed-oak")
    ]


def test_visits_tell_leave_and_closed_days(oak, program):
    visit = oak.held.file.evaluations.get(kind="initial")
    Holiday.objects.create(body=oak.body, on=visit.starts_on, name="Fair")
    Leave.objects.create(body=oak.body, person=oak.ed, first=visit.starts_on, last=visit.ends_on)

    rows = program(oak.cora).get(f"{A}/visits", first=visit.starts_on, last=visit.ends_on).json()["items"]

    assert {(row["person_name"], row["is_away"], *row["closed"]) for row in rows} == {
        ("Ed-oak", True, visit.starts_on.isoformat()), ("Ada-oak", False, visit.starts_on.isoformat()),
    }  # fmt: skip


def test_a_plan_on_a_holiday_is_settled_with_a_word(oak, program):
    cora = program(oak.cora)
    oak.plan.refresh_from_db()
    days = {"revision": oak.plan.revision, "starts_on": "2026-12-25", "ends_on": "2026-12-25", "days": 12}
    address = f"/acts/evaluation.settle-plan/{oak.plan.pk}"

    asked = cora.post(address, days)
    done = cora.post(address, {**days, "reason": "The shop opens."})

    assert (asked.status_code, asked.json()["code"]) == (422, "SM809")
    assert done.status_code == 200


# Complaints -------------------------------------------------------------------------------------------------------


def complain(said, **more):
    return Client().post("/api/v1/complaints", said, content_type="application/json", **more)


def test_a_complaint_is_taken_without_an_account(oak, program):
    before = Entry.objects.count()

    made = complain({**WRITER, "certificate": oak.held.number})
    other = complain({**WRITER, "body": "oak"}, HTTP_ACCEPT_LANGUAGE="ru")
    status = Client().get("/" + made.json()["status_address"].split("/", 3)[3])

    kept = OutsideComplaint.objects.get(reference=made.json()["reference"])
    assert (made.status_code, other.status_code, status.status_code) == (201, 201, 200)
    assert (kept.certificate, kept.complainant.statement) == (oak.held, "Nobody answered.")
    assert "no-store" in made.headers["Cache-Control"]
    assert OutsideComplaint.objects.get(reference=other.json()["reference"]).complainant.language == "ru"
    assert Entry.objects.count() == before + 2


def test_what_does_not_fit_a_complaint_is_told(oak):
    wrong = [
        complain({**WRITER, "certificate": "none"}), complain(WRITER), complain({**WRITER, "body": "none"}),
        complain({**WRITER, "body": "oak", "email": "nobody"}), complain({**WRITER, "body": "oak", "name": "\0"}),
        Client().post("/api/v1/complaints", '{"body": "oak"}', content_type="text/plain"),
    ]  # fmt: skip

    assert [(one.status_code, one.json()["code"]) for one in wrong] == [(422, "SM863")] * 6
    assert [one.json()["faults"][0]["where"] for one in wrong[:4]] == [
        "body.certificate", "body.body", "body.body", "body.email",
    ]  # fmt: skip
    assert OutsideComplaint.objects.count() == 1


def test_pages_and_programs_share_their_limit(oak):
    for _number in range(AN_HOUR - 1):
        complain({**WRITER, "body": "oak"})
    page = Client().post("/complain/", {**WRITER, "body": oak.body.pk})

    late = complain({**WRITER, "body": "oak"})

    assert page.status_code == 302
    assert (late.status_code, late.json()["code"], late.headers["Retry-After"]) == (429, "SM854", "3600")
    assert dt.timedelta(hours=1).total_seconds() == int(late.headers["Retry-After"])
