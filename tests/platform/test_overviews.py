"""Files by where they stand, and the days of a whole year."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from tests.platform.people import after

from sealmark_platform.casework.actions import objection
from sealmark_platform.casework.models import CertificationFile, Evaluation
from sealmark_platform.workbench.stages import columns_of


def placed(status, newest=None, certificate=None):
    file = CertificationFile(status=status)
    file.newest_status, file.certificate_status = newest, certificate
    return file


def test_a_running_evaluation_says_where_a_file_stands_then_the_certificate_then_the_application():
    files = [
        placed("draft"), placed("agreed", "gathering"), placed("agreed", "planning", "active"),
        placed("agreed", "decided", "suspended"), placed("agreed", "decided"), placed("agreed", "cancelled"),
    ]  # fmt: skip

    found = {part: [(one.status, one.count) for one in columns] for part, columns in columns_of(files).items()}

    assert found == {
        "application": [("draft", 1), ("agreed", 2)],
        "evaluation": [("planning", 1), ("gathering", 1)],
        "certificate": [("suspended", 1)],
    }


def test_a_long_column_shows_its_first_files_and_says_how_many_there_are():
    column = columns_of([placed("draft") for _ in range(13)])["application"][0]

    assert (len(column.shown), column.count, column.more) == (10, 13, 3)


def test_the_page_shows_the_files_of_a_reader_and_no_others(world, elsewhere, client):
    mine, foreign = world.draft(), elsewhere.draft()
    client.force_login(world.cora)

    page = client.get(reverse("files"), {"by": "status"}).content.decode()

    assert (mine.number in page, foreign.number in page) == (True, False)


def test_the_page_says_when_there_is_no_file(world, client):
    client.force_login(world.cora)

    assert "There is no file yet." in client.get(reverse("files"), {"by": "status"}).content.decode()


def test_the_calendar_reaches_three_months_or_a_year(world, client):
    file = world.agreed()
    due = timezone.now().date() + dt.timedelta(days=200)
    Evaluation.objects.create(file=file, number=1, kind="surveillance", opened_on=due, due_on=due)
    client.force_login(world.cora)

    short, long = (client.get(reverse("today"), query).context["due"] for query in ({}, {"due": "year"}))

    assert ([item.on for item in short], [item.on for item in long]) == ([], [due])


def test_an_appeal_without_a_panel_waits_for_the_coordinator(world, client):
    certificate = world.certified()
    filed = objection.file_objection(certificate.file, "Too late.", by=world.cleo, at=after(20))
    client.force_login(world.cora)

    before = [(item.subject, [act.id for act in item.acts]) for item in client.get(reverse("today")).context["waiting"]]
    objection.name_panellist(filed, world.pia, by=world.cora, at=after(21))
    named = client.get(reverse("today")).context["waiting"]
    client.force_login(world.pia)
    panel = [(item.subject, [act.id for act in item.acts]) for item in client.get(reverse("today")).context["waiting"]]

    assert before == [(filed, ["objection.name-panellist"])]
    assert named == []
    assert panel == [(filed, ["objection.admit"])]
