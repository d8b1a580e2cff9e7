"""Lists and single things: the same eyes as on the pages."""

import base64
import json

import pytest
from tests.platform.people import after

from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import finding, objection


def test_a_file_is_told_with_the_acts_that_are_open_to_the_reader(world, program):
    file = world.draft()

    told = program(world.cleo).get(f"/files/{file.pk}").json()

    assert (told["number"], told["status"], told["revision"]) == (file.number, "draft", 2)
    assert told["acts"] == ["application.submit", "application.withdraw", "objection.file"]
    assert (told["edition"], told["documents_missing"]) == ("sealmark-charter/2026", [])
    assert len(told["documents"]) > 0


def test_the_whole_life_can_be_read_by_its_coordinator(world, program):
    certificate = world.certified()
    cora = program(world.cora)

    names = ("files", "evaluations", "findings", "certificates", "objections", "organizations", "editions")
    counts = {name: len(cora.get(f"/{name}").json()["items"]) for name in names}
    evaluation = cora.get("/evaluations", file=str(certificate.file.pk)).json()["items"][0]
    one = cora.get(f"/evaluations/{evaluation['id']}").json()
    told = cora.get(f"/certificates/{certificate.pk}").json()

    assert counts == {"files": 1, "evaluations": 1, "findings": 0, "certificates": 1, "objections": 0,
                      "organizations": 1, "editions": 1}  # fmt: skip
    assert (one["grade"], one["is_certifiable"], len(one["seats"])) == ("three-stars", True, 3)
    assert [decision["outcome"] for decision in one["decisions"]] == ["grant"]
    assert cora.get(f"/evaluations/{evaluation['id']}/result").json()["ladders"]["stars"]["grade"] == "three-stars"
    assert (told["number"], told["grade"], [line["what"] for line in told["history"]]) == (
        "OAK-C2026-00001", "three-stars", ["issue"],
    )  # fmt: skip


def test_findings_and_objections_are_told(world, program):
    one = world.gathering()
    found = finding.raise_finding(one, "observation", "The sign is faded.", by=world.ada, at=after(11))
    made = objection.file_objection(one.file, "Late answers.", by=world.cleo, at=after(12))
    cleo = program(world.cleo)

    rows = cleo.get("/findings", evaluation=str(one.pk)).json()["items"]
    one_finding = cleo.get(f"/findings/{found.pk}").json()
    one_objection = cleo.get(f"/objections/{made.pk}").json()

    assert [row["id"] for row in rows] == [str(found.pk)]
    assert (one_finding["statement"], one_finding["file"]) == ("The sign is faded.", str(one.file_id))
    assert (one_objection["kind"], one_objection["statement"]) == ("complaint", "Late answers.")


def test_records_tell_every_act_and_none_of_its_words(world, program):
    file = world.agreed()

    told = program(world.cleo).get(f"/files/{file.pk}/records").json()["items"]

    assert [entry["kind"] for entry in told] == [
        "application.begin", "application.submit", "application.accept", "application.offer-agreement",
        "application.sign-agreement",
    ]  # fmt: skip
    assert set(told[0]) == {"number", "kind", "at", "actor", "subject", "leaf", "chain"}


SINGLE = ("files", "evaluations", "findings", "certificates", "objections", "organizations")


@pytest.mark.parametrize("who", ["stranger", "nobody"])
def test_strangers_find_nothing(world, elsewhere, program, client, who):
    certificate = world.certified()
    evaluation = certificate.file.evaluations.get()
    found = objection.file_objection(certificate.file, "Late.", by=world.cleo, at=after(20))
    keys = {"files": certificate.file.pk, "evaluations": evaluation.pk, "findings": found.pk,
            "certificates": certificate.pk, "objections": found.pk, "organizations": world.organization.pk}  # fmt: skip
    paths = [f"/{name}/{keys[name]}" for name in SINGLE]
    paths += [f"/files/{certificate.file.pk}/records", f"/organizations/{world.organization.pk}/sites",
              f"/evaluations/{evaluation.pk}/result"]  # fmt: skip
    insiders = [program(world.cleo).get(path).status_code for path in paths]
    asked = program(elsewhere.cora).get if who == "stranger" else lambda path: client.get(f"/api/v1{path}")

    answers = [asked(path) for path in paths]

    assert insiders == [200, 200, 404, *[200] * 6]
    expected = 404 if who == "stranger" else 401
    assert [(answer.status_code, answer.headers["Content-Type"]) for answer in answers] == [
        (expected, "application/problem+json")
    ] * 9


def test_lists_leave_out_what_is_not_the_readers(world, elsewhere, program):
    world.certified()
    elsewhere.draft()

    told = {name: program(elsewhere.cleo).get(f"/{name}").json()["items"] for name in SINGLE[:5]}

    assert [row["number"] for row in told["files"]] == ["ELM-2026-00001"]
    assert [len(told[name]) for name in SINGLE[1:5]] == [0, 0, 0, 0]


def test_pages_follow_each_other_without_gap_or_overlap(world, program):
    numbers = [world.draft().number for _ in range(5)]
    cleo = program(world.cleo)

    seen, cursor = [], ""
    while cursor is not None:
        page = cleo.get("/files", limit=2, cursor=cursor).json()
        seen.append([row["number"] for row in page["items"]])
        cursor = page["next"]

    newest = numbers[::-1]
    assert seen == [newest[:2], newest[2:4], newest[4:]]


def test_filters_narrow_and_unknown_ones_are_refused(world, program):
    world.draft()
    apply.submit_application(world.draft(), by=world.cleo, at=after(1))
    cleo = program(world.cleo)

    drafts = cleo.get("/files", status="draft", organization_name="willow").json()["items"]
    wrong = cleo.get("/files", statsu="draft")
    stale = cleo.get("/files", cursor="bm90IGpzb24=")

    assert [row["status"] for row in drafts] == ["draft"]
    assert [(answer.status_code, answer.json()["code"]) for answer in (wrong, stale)] == [(422, "SM863")] * 2


WORDS = [
    ("files", {"status": "certified"}, "draft, submitted"), ("evaluations", {"status": "draft"}, "planning, planned"),
    ("evaluations", {"kind": "yearly"}, "initial, surveillance"), ("findings", {"status": "open"}, "raised, answered"),
    ("findings", {"grade": "huge"}, "major, minor, observation, strength"),
    ("certificates", {"status": "valid"}, "active, suspended, withdrawn, expired"),
    ("objections", {"status": "open"}, "received, admitted"), ("register", {"status": "valid"}, "active, suspended"),
    ("register", {"grade": "platinum"}, "one-star, two-stars"), ("self-assessments", {"status": "open"}, "waiting, done, refused"),
]  # fmt: skip


def test_a_word_that_no_row_could_have_is_refused_with_those_there_are(world, program):
    cleo = program(world.cleo, "read", "register")

    for place, query, legal in WORDS:
        answer = cleo.get(f"/{place}", **query)
        (fault,) = answer.json()["faults"]
        assert (answer.status_code, fault["code"], fault["where"]) == (422, "SM863", f"query.{next(iter(query))}")
        assert legal in fault["fix"], place


def test_a_cursor_that_no_page_gave_is_refused(world, program):
    cleo = program(world.cleo)
    made = ({"-number": "x", "id": "y"}, ["x"], ["x", 1], "xy", None, 7, [["x"], "y"])

    for value in made:
        cursor = base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
        answer = cleo.get("/files", cursor=cursor)
        assert (answer.status_code, answer.json()["code"]) == (422, "SM863"), value


def test_a_list_costs_the_same_with_one_row_and_with_three(world, program, django_assert_num_queries):
    world.draft()
    cleo = program(world.cleo)
    cleo.get("/files")
    with django_assert_num_queries(2):
        cleo.get("/files")
    world.draft()
    world.draft()

    with django_assert_num_queries(2):
        told = cleo.get("/files").json()

    assert len(told["items"]) == 3


def test_the_register_is_open_to_everybody(world, client, program):
    certificate = world.certified()
    only_register = program(world.cleo, "register")

    found = client.get("/api/v1/register", {"organization": "willow"}).json()["items"]
    one = client.get(f"/api/v1/register/{certificate.number.lower()}").json()
    none = client.get("/api/v1/register/NONE-1")

    assert [row["number"] for row in found] == [certificate.number]
    assert (one["organization"], one["history"][0]["what"]) == ("Willow oak", "issue")
    assert (none.status_code, none.json()["code"]) == (404, "SM862")
    assert only_register.get("/register").status_code == 200
    assert only_register.get("/files").json()["code"] == "SM861"


def test_who_asks_is_told(world, program):
    told = program(world.cora).get("/me").json()

    assert (told["name"], told["functions"], told["organizations"]) == ("Cora-oak", ["oak:coordinator"], [])


def test_there_is_no_result_before_there_is_one(world, program):
    one = world.gathering()

    answer = program(world.cora).get(f"/evaluations/{one.pk}/result")

    assert answer.status_code == 404
