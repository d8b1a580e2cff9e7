"""Every page of the desk, tried by everybody against their own body and a foreign one."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.platform.desk import pages
from tests.platform.pages.test_tenancy import EVERYBODY, INSIDE, OUTSIDE, everybody, planted, statuses
from tests.platform.people import after

from sealmark_platform.casework.models import Evaluation
from sealmark_platform.register import complaints
from sealmark_platform.workbench.calendar import subscription_address

FOREIGN_STAFF = {"foreign coordinator", "foreign observer", "foreign lead"}
NO_STAFF = {"client", "stranger", "operator", "former coordinator", "foreign client"}


@pytest.fixture(scope="module")
def layers(layers):
    return {**layers, "oak": (planted,), "elm": (planted, "elm")}


@pytest.fixture
def oak(staged, db):
    return staged["oak"]


@pytest.fixture
def elm(staged, oak):
    return staged["elm"]


@pytest.fixture
def everyone(oak, elm):
    """Everybody at a browser of their own."""
    from django.test import Client

    found = {name: Client() for name in EVERYBODY}
    for name, who in everybody(oak, elm).items():
        if who is not None:
            found[name].force_login(who)
    return found


def of_the_body(*functions):
    """Return what everybody is answered by a page that some functions of any body may open."""
    named = {"coordinator", "administrator", "observer", "decider", "lead", "evaluator", "reviewer", "panellist"}
    wanted = {name: 200 if name in functions else 403 for name in named}
    wanted |= {name: 200 if name.partition(" ")[2] in functions else 403 for name in FOREIGN_STAFF}
    return (
        wanted
        | {"without a seat": 200 if "decider" in functions else 403}
        | dict.fromkeys(NO_STAFF, 404)
        | {"nobody": 302}
    )


def test_every_page_of_the_desk_has_its_group():
    from sealmark_platform import urls

    named = {getattr(pattern, "name", None) for pattern in urls.urlpatterns}
    assert named >= pages.OF_THE_DESK


def test_pages_of_the_reader_ask_who_reads(everyone):
    for name in sorted(pages.OF_THE_READER):
        assert statuses(everyone, reverse(name)) == dict.fromkeys(EVERYBODY, 200) | {"nobody": 302}


@pytest.mark.parametrize(
    ("name", "arguments", "functions"),
    [
        ("planner", [], ("coordinator", "administrator")),
        ("meeting-days", [], ("coordinator", "administrator")),
        ("meeting", [], ("coordinator", "administrator", "observer", "decider")),
        ("minutes", ["2026-03-17"], ("coordinator", "administrator", "observer", "decider")),
        ("outside-complaints", [], ("coordinator", "administrator", "observer")),
    ],
)
def test_pages_of_the_body_are_for_its_functions(everyone, name, arguments, functions):
    assert statuses(everyone, reverse(name, args=arguments)) == of_the_body(*functions)


def test_a_crew_is_planned_inside_the_body_alone(oak, everyone):
    plan = oak.planning()

    found = statuses(everyone, reverse("crew", args=[plan.pk]))

    seated = {
        "coordinator": 200,
        "administrator": 200,
        "observer": 403,
        "lead": 403,
        "reviewer": 403,
        "decider": 403,
        "client": 403,
    }
    # These have a seat in another evaluation of another file, and learn nothing of this one.
    assert found == dict.fromkeys(INSIDE | OUTSIDE, 404) | seated | {"nobody": 302}


def test_what_is_public_is_open_to_everybody(everyone):
    assert set(statuses(everyone, reverse("complain")).values()) == {200}


def test_a_secret_opens_its_own_page_to_whoever_has_it_and_no_other(oak, everyone):
    told = complaints.Told("Zoe", "zoe@example.net", "Slow.", "en", "192.0.2.1")
    complaint = complaints.receive_complaint(oak.body, None, told, at=timezone.now())
    mine = "/" + subscription_address(oak.cora).split("/", 3)[3]
    status = reverse("complaint-status", args=[complaint.pk, complaints.secret_of(complaint)])

    assert {name: set(statuses(everyone, address).values()) for name, address in (("calendar", mine), ("status", status))} == {
        "calendar": {200}, "status": {200},
    }  # fmt: skip
    wrong = [
        status.replace(complaints.secret_of(complaint), "0" * 40),
        reverse("calendar-file", args=[oak.cora.pk, "0" * 40]),
    ]
    assert [set(statuses(everyone, address).values()) for address in wrong] == [{404}, {404}]


def test_a_complaint_from_outside_of_another_body_is_not_there(oak, elm, everyone):
    told = complaints.Told("Zoe", "zoe@example.net", "Slow.", "en", "192.0.2.1")
    complaint = complaints.receive_complaint(elm.body, None, told, at=timezone.now())

    found = statuses(everyone, reverse("outside-complaint", args=[complaint.pk]))

    readers = {"foreign coordinator": 200, "foreign observer": 200, "foreign lead": 403, "nobody": 302}
    assert found == dict.fromkeys(EVERYBODY, 404) | readers


def test_no_page_of_the_desk_tells_of_another_body(oak, elm, everyone):
    Evaluation.objects.filter(file__body=elm.body).update(due_on=dt.date(2026, 3, 20))
    elm.planning()
    elm.reviewed()
    told = complaints.Told("Zoe of elm", "zoe@example.net", "Slow.", "en", "192.0.2.1")
    complaint = complaints.receive_complaint(elm.body, None, told, at=timezone.now())
    words = (elm.file.number, "Willow elm", "Ada-elm", "Body elm", complaint.reference)
    addresses = [
        reverse("calendar") + "?month=2026-03", reverse("calendar") + "?month=2026-02&view=agenda",
        reverse("planner") + "?from=2026-03-01", reverse("meeting"), reverse("minutes", args=[after(15).date().isoformat()]),
        reverse("outside-complaints") + "?show=all",
    ]  # fmt: skip

    for name in sorted(INSIDE):
        for address in addresses:
            page = everyone[name].get(address).content.decode()
            assert [word for word in words if word in page] == [], (name, address)
    mine = "/" + subscription_address(oak.cora).split("/", 3)[3]
    assert "elm" not in everyone["nobody"].get(mine).content.decode()
