"""Lists read no more than they show, and still show what is there."""

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.urls import reverse
from tests.platform.people import after

from sealmark_platform.casework.models import Certificate, CertificationFile, Evaluation
from sealmark_platform.parties.models import Membership, Organization
from sealmark_platform.prepared import Prepared
from sealmark_platform.register import listed


def files(world, number, **more):
    return CertificationFile.objects.bulk_create(
        CertificationFile(
            body=world.body, organization=world.organization, edition=world.edition, number=f"F-{place:03d}",
            opened_at=after(0), **{"status": "agreed", **more},
        )
        for place in range(number)
    )  # fmt: skip


def numbers(answer):
    return [item.file.number for item in answer.context["waiting"]]


def test_work_is_found_behind_any_number_of_evaluations_that_wait_for_others(world, client):
    made = files(world, 130)
    Evaluation.objects.bulk_create(
        Evaluation(
            file=file, number=1, kind="surveillance", opened_on=after(1).date(), due_on=after(place).date(),
            status="planning" if place >= 120 else "gathering",
        )
        for place, file in enumerate(made)
    )  # fmt: skip
    client.force_login(world.cora)

    assert numbers(client.get(reverse("today"))) == [f"F-{place:03d}" for place in range(120, 130)]


def test_what_has_no_day_follows_what_has_one_page_after_page(world, client):
    made = files(world, 30, status="submitted")
    dated = files_with_day(world)
    client.force_login(world.cora)

    first, second = (client.get(reverse("today"), {"page": page}) for page in (1, 2))

    assert numbers(first) + numbers(second) == [dated.number, *(file.number for file in made)]
    assert (first.context["page"].has_next, second.context["page"].has_next) == (True, False)


def files_with_day(world):
    file = CertificationFile.objects.create(
        body=world.body, organization=world.organization, edition=world.edition, number="Z-1", opened_at=after(0),
        status="agreed",
    )  # fmt: skip
    Evaluation.objects.create(
        file=file, number=1, kind="surveillance", opened_on=after(1).date(), due_on=dt.date(2999, 1, 1)
    )
    return file


@pytest.mark.parametrize("page", ["", "0", "-1", "x", "99", "1e3", "٣", "9999999999"])
def test_what_is_no_page_is_the_first_one(world, client, page):
    files(world, 51)
    client.force_login(world.cora)

    answer = client.get(reverse("files"), {"page": page})

    assert [file.number for file in answer.context["files"]] == [f"F-{place:03d}" for place in range(50, 0, -1)]


def test_files_of_two_bodies_and_of_an_own_organization_are_one_list(world, elsewhere, client):
    mine, theirs = world.draft(), elsewhere.draft()
    own = Organization.objects.create(name="Own", country="GB")
    world.cora.representations.create(organization=own)
    third = CertificationFile.objects.create(
        body=elsewhere.body, organization=own, edition=elsewhere.edition, number="A-1", opened_at=after(0)
    )
    client.force_login(world.cora)
    before = [file.pk for file in client.get(reverse("files")).context["files"]]

    Membership.objects.create(person=world.cora, body=elsewhere.body, function="observer")

    assert before == [mine.pk, third.pk]
    assert [file.pk for file in client.get(reverse("files")).context["files"]] == [mine.pk, theirs.pk, third.pk]


def shown_numbers(answer):
    return re.findall(r'<a href="/register/([^/"]+)/">', answer.content.decode())


@pytest.mark.parametrize("few", [0, 200])
def test_a_search_finds_the_same_whether_few_or_many_have_the_name(world, elsewhere, client, monkeypatch, few):
    monkeypatch.setattr(listed, "_FEW", few)
    found, other = world.certified(), elsewhere.certified()

    seen = {
        query: shown_numbers(client.get(reverse("register"), {"q": query}))
        for query in ("willow OAK", "Willow", "nobody", found.number.lower())
    }

    assert seen == {
        "willow OAK": [found.number],
        "Willow": [found.number, other.number],
        "nobody": [],
        found.number.lower(): [found.number],
    }
    assert Certificate.objects.count() == 2


def test_a_prepared_question_gives_what_the_orm_gives(world):
    asked = []

    def question(organization, name):
        asked.append(organization)
        return Organization.objects.filter(pk=organization, employees=name).values_list("pk", "name")

    prepared = Prepared(question, uuid.UUID, int)

    found = [prepared.rows(world.organization.pk, size) for size in (60, 61)]

    assert found == [[(world.organization.pk, "Willow oak")], []]
    assert len(asked) == 1


def test_a_prepared_question_without_a_place_for_a_value_is_refused(world):
    lost = Prepared(lambda _person: Organization.objects.values_list("pk"), uuid.UUID)

    with pytest.raises(ValueError, match="no place"):
        lost.rows(world.ada.pk)


def test_signs_of_percent_and_named_values_stand_in_questions(db):
    with connection.cursor() as cursor:
        found = [cursor.execute(*asked).fetchone() for asked in (
            ("SELECT %s || '%%'", ["x"]), ("SELECT %(one)s || '%%' || %(one)s", {"one": "y"}),
            ("SELECT %s || '%%'", ["z"]),
        )]  # fmt: skip

    assert found == [("x%",), ("y%y",), ("z%",)]
