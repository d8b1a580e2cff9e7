"""A page costs the same number of queries whatever the number of its rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.platform.people import after

from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import finding
from sealmark_platform.casework.models import Certificate, CertificationFile, Evaluation

SIZES = (1, 3, 60)


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(seen)


def submitted(world, number):
    for _row in range(number - CertificationFile.objects.count()):
        apply.submit_application(world.draft(), by=world.cleo, at=after(1))


def certificates(world, number):
    submitted(world, number)
    bare = CertificationFile.objects.filter(certificate=None)
    day = after(10).date()
    Certificate.objects.bulk_create(
        Certificate(
            file=file, edition=file.edition, number=f"C-{file.number}", grade="three-stars", scope="x", first_issued_on=day, valid_from=day,
            valid_until=after(900).date(),
        )
        for file in bare
    )  # fmt: skip


def evaluations(world, number):
    submitted(world, number)
    for file in CertificationFile.objects.filter(evaluations=None):
        one = Evaluation.objects.create(
            file=file, number=1, kind="initial", opened_on=after(1).date(), status="planning"
        )
        one.participations.create(person=world.ada, side="evaluation", is_lead=True, assigned_on=after(1).date())
        one.findings.create(number=1, grade="minor", statement="x", told_on=after(1).date(), status="answered")


def costs(client, world, who, address, make):
    found = []
    for size in SIZES:
        make(world, size)
        if who is not None:
            client.force_login(who)
        found.append(queries(client, address))
    return found


def test_the_list_of_files(world, client):
    assert costs(client, world, world.cora, reverse("files"), evaluations) == [10, 10, 10]


def test_the_register(world, client, settings):
    settings.CACHES = {**settings.CACHES, "pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

    assert costs(client, world, None, reverse("register"), certificates) == [2, 2, 2]


@pytest.mark.parametrize(("who", "number"), [("cora", 19), ("ada", 15), ("cleo", 17)])
def test_todays_list(world, client, who, number):
    assert costs(client, world, getattr(world, who), reverse("today"), evaluations) == [number] * 3


def test_a_file_with_its_findings(world, client):
    one, found = world.gathering(), []
    client.force_login(world.ada)
    for size in SIZES:
        for row in range(one.findings.count(), size):
            finding.raise_finding(one, "minor", f"Late {row}.", by=world.ada, at=after(12))
        found.append(queries(client, reverse("file", args=[one.file.pk])))

    assert found == [19, 19, 19]
