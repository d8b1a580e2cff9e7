"""What the desk tells: lists with filters, pages, files."""

import csv
import datetime as dt
import io

import pytest
from python_calamine import CalamineWorkbook
from tests.platform.people import after

from sealmark_platform.administration.impact import NO_CASE
from sealmark_platform.casework.models import Notice

SPAN = {"first": "2026-03-01", "last": "2027-12-31"}


def _items(asked, path, **query):
    answer = asked.get(path, **query)
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


def test_people_are_told_with_functions_competences_and_ties(oak, program):
    adam = program(oak.adam)

    evaluators = {row["name"] for row in _items(adam, "/bodies/oak/people", function="evaluator")}
    seats = _items(adam, "/bodies/oak/functions", person=str(oak.ed.pk))
    able = _items(adam, "/bodies/oak/competences", person=str(oak.ed.pk))
    tied = _items(adam, "/bodies/oak/ties", organization=str(oak.organization.pk))

    assert evaluators == {"Ada-oak", "Ed-oak", "Mia-oak"}
    assert adam.get(f"/bodies/oak/people/{oak.ed.pk}").json()["email"] == "ed-oak@example.org"
    assert [(row["function"], row["until"]) for row in seats] == [("evaluator", None)]
    assert [(row["id"], row["scheme"]) for row in able] == [(oak.competence.pk, "sealmark-charter")]
    assert [(row["id"], row["person_name"], row["kind"]) for row in tied] == [(oak.tie.pk, "Ed-oak", "interest")]


def test_clients_are_told_with_sites_and_representatives(oak, program):
    cora = program(oak.cora)

    clients = _items(cora, "/bodies/oak/organizations", name="willow")
    none = _items(cora, "/bodies/oak/organizations", city="Nowhere")
    sites = _items(cora, "/bodies/oak/sites", organization=str(oak.organization.pk))
    speakers = _items(cora, "/bodies/oak/representatives")

    assert [(row["name"], row["open_sites"], row["files"]) for row in clients] == [("Willow oak", 5, 2)]
    assert none == []
    assert [row["code"] for row in sites] == [f"shop-{number}" for number in range(5)]
    assert [(row["id"], row["person_name"], row["may_sign"]) for row in speakers] == [(oak.seat.pk, "Cleo-oak", True)]


def test_editions_are_told_with_figures_and_what_a_succession_means(oak, program):
    cora = program(oak.cora)

    held = {row["edition"]: row["files"] for row in _items(cora, "/bodies/oak/editions")}
    figures = _items(cora, f"/bodies/oak/editions/{oak.edition.pk}/figures", limit=200)
    impact = f"/bodies/oak/editions/{oak.edition.pk}/impact"
    rows = _items(cora, f"{impact}/{oak.later.pk}")
    itself = cora.get(f"{impact}/{oak.edition.pk}")

    assert held == {"sealmark-charter/2026": 2, "sealmark-charter/2027": 0}
    assert {row["source"] for row in figures} == {"edition"}
    assert [row["number"] for row in rows] == ["OAK-2026-00001", "OAK-2026-00002"]
    assert {(row["new_grade"], row["reason"]) for row in rows} == {("not determined", NO_CASE)}
    assert itself.status_code == 404
    assert cora.post(f"{impact}/{oak.later.pk}", {}).json() == {"left": 0}


def test_the_outbox_is_told_by_its_state(oak, program):
    adam = program(oak.adam)
    first = Notice.objects.filter(file__body=oak.body, person=oak.cleo).order_by("pk").first()
    Notice.objects.filter(pk=first.pk).update(sent_at=after(1))

    counts = {state: len(_items(adam, "/bodies/oak/outbox", state=state, limit=200))
              for state in ("", "sent", "waiting", "failed")}  # fmt: skip

    assert (counts["sent"], counts["failed"], counts[""]) == (1, 0, counts["waiting"] + 1)
    assert adam.get("/bodies/oak/outbox", state="lost").json()["faults"][0]["where"] == "query.state"
    assert adam.post(f"/bodies/oak/outbox/{oak.cleo.pk}/send", {}).json()["is_sent"] is True
    assert _items(adam, "/bodies/oak/outbox", state="waiting", person=str(oak.cleo.pk)) == []
    assert adam.post(f"/bodies/oak/outbox/{oak.cleo.pk}/send", {}).status_code == 404


def test_the_calendar_tells_days_by_kind_and_in_pages(oak, program):
    cora = program(oak.cora)

    everything = _items(cora, "/calendar", **SPAN, limit=200)
    meetings = _items(cora, "/calendar", kind="meeting")
    mine = _items(program(oak.bo), "/calendar", whose="mine", **SPAN)
    seen, cursor = [], ""
    while cursor is not None:
        page = cora.get("/calendar", **SPAN, limit=2, cursor=cursor).json()
        seen += page["items"]
        cursor = page["next"]

    assert {row["kind"] for row in everything} == {"visit", "evaluation", "decision", "meeting", "holiday", "leave"}
    assert [(row["about"], row["first"], row["file"]) for row in meetings] == [
        ("Body oak", oak.meeting.on.isoformat(), None)
    ]
    assert {row["file"] for row in mine} == {str(oak.held.file_id), str(oak.waiting.file_id), None}
    assert seen == everything


def test_a_word_that_no_row_of_a_body_could_have_is_refused(oak, program):
    adam = program(oak.adam)
    asked = [
        ("people", "function", "boss"), ("functions", "function", "boss"), ("outbox", "state", "lost"),
        ("records", "kind", "body.sell"), ("outside-complaints", "status", "open"),
    ]  # fmt: skip

    told = [adam.get(f"/bodies/oak/{place}", **{name: word}).json() for place, name, word in asked]
    known = _items(adam, "/bodies/oak/records", kind="edition.adopt")

    assert [one["faults"][0]["where"] for one in told] == [f"query.{name}" for _place, name, _word in asked]
    assert all(one["code"] == "SM863" and "There are: " in one["faults"][0]["fix"] for one in told)
    assert known


@pytest.mark.parametrize(
    ("query", "code"),
    [({"first": "2026-03-01", "last": "2026-02-01"}, "SM893"), ({"first": "2026-01-01", "last": "2029-01-01"}, "SM893"),
     ({"kind": "party"}, "SM863"), ({"what": "x"}, "SM863"), ({"cursor": "!"}, "SM863"), ({"cursor": "W10="}, "SM863")],
)  # fmt: skip
def test_days_that_cannot_be_asked_for_are_refused(oak, program, query, code):
    answer = program(oak.cora).get("/calendar", **query)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_who_is_where_and_who_would_fit(oak, program):
    cora = program(oak.cora)

    visits = _items(cora, "/bodies/oak/visits", **SPAN)
    plans = _items(cora, "/bodies/oak/plans")
    people = _items(cora, f"/evaluations/{oak.plan.pk}/candidates")

    assert {(row["person_name"], row["clashes"]) for row in visits} == {("Ada-oak", False), ("Ed-oak", False)}
    assert [row["evaluation"] for row in plans] == [str(oak.plan.pk)]
    assert {row["person_name"]: (row["fits"], row["side"]) for row in people} == {
        "Mia-oak": (True, ""), "Ada-oak": (False, "evaluation"), "Ed-oak": (False, ""),
    }  # fmt: skip


def test_the_agenda_and_the_minutes_of_the_meeting(oak, program):
    bo = program(oak.bo)

    waiting = _items(bo, "/bodies/oak/agenda")
    decided = _items(bo, "/bodies/oak/decisions", **SPAN)

    assert [(row["evaluation"], row["place"], row["votes"]) for row in waiting] == [(str(oak.waiting.pk), "sits", 0)]
    assert [(row["outcome"], row["decided_by"], row["votes"]) for row in decided] == [("grant", "Bo-oak", [])]


def test_records_of_the_body_are_told_without_words(oak, program):
    told = _items(program(oak.adam), "/bodies/oak/records", kind="edition.adopt")

    assert [row["subject"] for row in told] == [f"edition:{oak.later.pk}"]


EXPORTED = ("/bodies/oak/people", "/bodies/oak/organizations", "/bodies/oak/outbox", "/calendar", "/bodies/oak/plans",
            "/bodies/oak/outside-complaints")  # fmt: skip


@pytest.mark.parametrize("path", EXPORTED)
def test_a_list_is_the_same_as_csv_and_as_xlsx(oak, program, path):
    asked = program(oak.cora if "people" not in path and "outbox" not in path else oak.adam)

    text = b"".join(asked.get(path, format="csv").streaming_content).decode()
    book = CalamineWorkbook.from_filelike(io.BytesIO(asked.get(path, format="xlsx").content))
    rows = list(csv.reader(io.StringIO(text)))

    assert len(rows) > 1
    assert len(rows) - 1 == len(_items(asked, path, limit=200))
    table = book.get_sheet_by_index(0).to_python()
    assert (len(table), table[0]) == (len(rows), rows[0])


@pytest.mark.parametrize("path", ["/bodies/oak/people", "/bodies/oak/organizations", "/bodies/oak/outside-complaints"])
def test_a_list_costs_the_same_whatever_stands_in_it(oak, program, django_assert_num_queries, path):
    adam = program(oak.adam)
    adam.get(path)

    with django_assert_num_queries(4):
        adam.get(path)


def test_a_page_of_computed_days_is_a_date_span_from_today(oak, program):
    days = {row["first"] for row in _items(program(oak.cora), "/calendar")}

    assert all(dt.date.fromisoformat(day) >= oak.meeting.on - dt.timedelta(5) for day in days)
