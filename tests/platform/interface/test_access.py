"""Every operation of the desk, tried by everybody: strangers learn nothing, the others are refused, lists stay apart."""

import re
import uuid

import pytest
from django.test import Client
from tests.platform.administration.test_access import everybody

from sealmark_platform.interface.changes import CHANGES
from sealmark_platform.interface.whole import _DESK, interface
from sealmark_platform.records.models import Entry

ADMINISTRATOR = {"administrator"}
ORGANIZERS = {"administrator", "coordinator"}
TABLE = {"administrator", "coordinator", "observer", "decider", "without a seat"}
READERS = {"administrator", "coordinator", "observer"}
INSIDE = {
    "administrator",
    "coordinator",
    "lead",
    "evaluator",
    "reviewer",
    "decider",
    "panellist",
    "observer",
    "without a seat",
}
B = "/bodies/{code}"
# Who may, of those who work for the body; everybody else is told that there is nothing.
FOR = {
    f"{B}": ADMINISTRATOR, f"{B}/people": ADMINISTRATOR, f"{B}/people/{{pk}}": ADMINISTRATOR, f"{B}/functions": ADMINISTRATOR,
    f"{B}/competences": ADMINISTRATOR, f"{B}/ties": ADMINISTRATOR, f"{B}/organizations": ORGANIZERS,
    f"{B}/sites": ORGANIZERS, f"{B}/representatives": ORGANIZERS, f"{B}/outbox": ADMINISTRATOR,
    f"{B}/records": ADMINISTRATOR, f"{B}/editions": ORGANIZERS, f"{B}/editions/{{pk}}/figures": ORGANIZERS,
    f"{B}/editions/{{pk}}/impact/{{successor}}": ORGANIZERS, f"{B}/changes": INSIDE, f"{B}/visits": ORGANIZERS,
    f"{B}/plans": ORGANIZERS, f"{B}/agenda": TABLE, f"{B}/decisions": TABLE, f"{B}/meetings": TABLE,
    f"{B}/outside-complaints": READERS, "/outside-complaints/{pk}": READERS, f"{B}/working-days": ORGANIZERS,
    f"{B}/holidays": ORGANIZERS, f"{B}/leave": ORGANIZERS,
}  # fmt: skip
CHANGING = {
    f"{B}/editions/{{pk}}/impact/{{successor}}": (ORGANIZERS, {}),
    f"{B}/outbox/{{person}}/send": (ADMINISTRATOR, {}), f"{B}/meetings": (ORGANIZERS, {"on": "2026-01-01"}),
    f"{B}/meetings/{{pk}}/call-off": (ORGANIZERS, {}),
    "/outside-complaints/{pk}/file": ({"coordinator"}, {"revision": 9, "file": str(uuid.uuid4()), "statement": "S"}),
    "/outside-complaints/{pk}/answer": ({"coordinator"}, {"revision": 9, "reason": "R"}),
    "/outside-complaints/{pk}/erase-writer": ({"coordinator"}, {}),
    "/webhooks/{pk}/pause": (ADMINISTRATOR, {}), "/webhooks/{pk}/resume": (ADMINISTRATOR, {}),
}  # fmt: skip
# What belongs to the reader or to one file or organization is tried below.
APART = {
    "/bodies", "/calendar", "/me/ties", "/me/settings", "/me/ties/{pk}/end", "/self-assessments", "/self-assessments/{pk}",
    "/self-assessments/{pk}/result", "/evaluations/{pk}/candidates", f"{B}/changes/{{change}}/{{subject}}",
    "/me/leave", "/me/leave/{pk}", "/complaints",
}  # fmt: skip


def _address(path, ids):
    segments = path.split("/")
    for place, word in enumerate(segments):
        if word.startswith("{"):
            segments[place] = str(ids.get("code" if word == "{code}" else segments[place - 1]))
    return "/".join(segments)


def _browsers(people):
    found = {}
    for name, who in people.items():
        found[name] = Client()
        found[name].force_login(who)
    return found


def _tried(browsers, address, said=None):
    found = {}
    for name, browser in browsers.items():
        path = f"/api/v1{address}"
        answer = browser.get(path) if said is None else browser.post(path, said, content_type="application/json")
        found[name] = answer.status_code
    return found


@pytest.fixture
def crowd(oak, elm):
    """Everybody at a browser of their own: who works for Oak, and who does not."""
    inside, outside = everybody(oak, elm)
    return _browsers(inside), _browsers(outside)


def _of_the_desk():
    found = set()
    for part in _DESK:
        for path, view in part.router.path_operations.items():
            plain = re.sub(r"\{\w+:", "{", path)
            found |= {(method, plain) for operation in view.operations for method in operation.methods}
    return found


def test_no_operation_is_forgotten():
    named = {("GET", path) for path in FOR} | {("POST", path) for path in CHANGING}
    apart = {(method, path) for method, path in _of_the_desk() if path in APART}
    hooks = {("POST", "/webhooks/{pk}/pause"), ("POST", "/webhooks/{pk}/resume")}

    assert _of_the_desk() == (named - hooks) | apart


def test_everything_that_is_read_is_for_its_functions(oak, crowd):
    inside, outside = crowd
    for path, functions in FOR.items():
        address = _address(path, oak.ids())
        wanted = {name: 200 if name in functions else 403 for name in inside}
        assert (path, _tried(inside, address)) == (path, wanted)
        assert (path, set(_tried(outside, address).values())) == (path, {404})
        assert (path, Client().get(f"/api/v1{address}").status_code) == (path, 401)


def test_nothing_is_changed_by_who_may_not(oak, crowd):
    inside, outside = crowd
    before = Entry.objects.count()
    for path, (functions, said) in CHANGING.items():
        address = _address(path, oak.ids())
        others = {name: browser for name, browser in inside.items() if name not in functions}
        assert (path, set(_tried(others, address, said).values())) == (path, {403})
        assert (path, set(_tried(outside, address, said).values())) == (path, {404})
        assert (path, Client().post(f"/api/v1{address}").status_code) == (path, 401)
    assert Entry.objects.count() == before


def test_every_change_is_for_its_functions(oak, crowd):
    inside, outside = crowd
    before = Entry.objects.count()
    for name, change in CHANGES.items():
        address = f"/bodies/oak/changes/{name}/{oak.subject(change.subject)}"
        functions = set(change.functions)
        wanted = {who: 200 if who in functions else 403 for who in inside}
        others = {who: browser for who, browser in inside.items() if who not in functions}
        assert (name, _tried(inside, address)) == (name, wanted)
        assert (name, set(_tried(others, address, {"seen": "x"}).values())) == (name, {403})
        assert (name, set(_tried(outside, address).values())) == (name, {404})
        assert (name, set(_tried(outside, address, {"seen": "x"}).values())) == (name, {404})
    assert Entry.objects.count() == before


def test_nothing_of_another_body_is_found_under_ones_own(oak, elm_kept, program):
    adam = program(oak.adam)
    foreign = {**elm_kept.ids(), "code": "oak"}
    singles = [path for path in FOR if path.endswith("}") and path != B] + [f"{B}/editions/{{pk}}/figures"]

    reads = {path: adam.get(_address(path, foreign)).status_code for path in singles}
    posts = {path: adam.post(_address(path, foreign), said).status_code
             for path, (_functions, said) in CHANGING.items() if "{" in path.replace("{code}", "")}  # fmt: skip
    changes = {
        name: adam.post(f"/bodies/oak/changes/{name}/{elm_kept.subject(change.subject)}", {"seen": "x"}).status_code
        for name, change in CHANGES.items()
    }

    assert set((reads | posts | changes).values()) == {404}


LISTS = [path for path in FOR if not path.endswith(("}", "/working-days"))]


@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_of_its_own_body_alone_and_so_is_its_export(oak, elm_kept, program, path):
    adam = program(oak.adam)
    address = _address(path, oak.ids())

    days = {"first": "2026-03-01", "last": "2027-12-31"} if path in {f"{B}/visits", f"{B}/decisions"} else {}

    told = adam.get(address, **days)
    table = b"" if path.endswith("changes") else b"".join(adam.get(address, format="csv", **days).streaming_content)

    for text in (told.content.decode(), table.decode()):
        assert "elm" not in text
        assert str(elm_kept.body.pk) not in text
    if table:
        assert len(told.json()["items"]) > 0


def test_what_is_ones_own_is_ones_own(oak, elm_kept, program):
    cleo, foreign, cora = program(oak.cleo), program(elm_kept.cleo), program(oak.cora)
    one = f"/self-assessments/{oak.assessment.pk}"

    mine = [row["id"] for row in cleo.get("/self-assessments").json()["items"]]
    ties = [row["id"] for row in program(oak.ed).get("/me/ties").json()["items"]]
    bodies = {who: [row["code"] for row in program(who).get("/bodies").json()["items"]] for who in (oak.cora, oak.cleo)}
    days = {who: {row["about"] for row in program(who).get("/calendar", first="2026-01-01", last="2027-12-31").json()["items"]}
            for who in (oak.cora, oak.dov)}  # fmt: skip

    assert (mine, cleo.get(one).status_code) == ([str(oak.assessment.pk)], 200)
    assert [asked.get(one).status_code for asked in (foreign, cora)] == [404, 404]
    assert [asked.get(f"{one}/result").status_code for asked in (cleo, foreign)] == [404, 404]
    assert (ties, bodies) == ([oak.tie.pk], {oak.cora: ["oak"], oak.cleo: []})
    assert days == {oak.cora: {"Willow oak", "Body oak"}, oak.dov: set()}
    assert foreign._client.delete(f"/api/v1{one}", headers=foreign._said({})).status_code == 404
    assert program(oak.ada).post(f"/me/ties/{oak.tie.pk}/end", {"until": "2030-01-01"}).status_code == 404


def test_who_would_fit_is_told_to_planners_alone(oak, crowd):
    inside, outside = crowd

    found = _tried(inside, f"/evaluations/{oak.plan.pk}/candidates")

    assert {name for name, status in found.items() if status == 200} == ORGANIZERS
    assert set(found.values()) == {200, 403, 404}
    assert _tried(outside, f"/evaluations/{oak.plan.pk}/candidates") == dict.fromkeys(outside, 404) | {"client": 403}


def test_the_document_has_every_operation():
    paths = interface.get_openapi_schema(path_prefix="/api/v1/")["paths"]

    assert {
        (method.upper(), path.removeprefix("/api/v1")) for path, item in paths.items() for method in item
    } > _of_the_desk() - {("POST", f"{B}/changes/{{change}}/{{subject}}")}
