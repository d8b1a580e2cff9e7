"""The demonstration: made by the real acts alone, with a file in every status."""

import datetime as dt
from collections import Counter

import pytest
from django.urls import reverse

from sealmark.certify import (
    ApplicationStatus,
    CertificateStatus,
    EvaluationStatus,
    FindingStatus,
    ObjectionStatus,
)
from sealmark.core.errors import SealmarkError
from sealmark_platform import demonstration
from sealmark_platform.casework.models import Certificate, CertificationFile, Evaluation, Finding, Notice, Objection
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.demonstration.cast import BODIES, ORGANIZATIONS
from sealmark_platform.demonstration.stories import STORIES
from sealmark_platform.parties.models import Body, Person
from sealmark_platform.records.models import Entry
from sealmark_platform.records.queries import verify_trail

END = dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC)


def test_every_organization_has_a_story_and_every_story_is_told():
    assert len(ORGANIZATIONS) == 40
    assert {company.story for company in ORGANIZATIONS} == set(STORIES)
    assert sum(company.is_face for company in ORGANIZATIONS) == 3


@pytest.mark.slow
def test_the_demonstration_has_a_file_in_every_status_by_acts_alone(db, client, settings):
    told = []

    made = demonstration.fill(lambda done, of: told.append((done, of)), until=END)

    words = {
        "file": ApplicationStatus, "evaluation": EvaluationStatus, "finding": FindingStatus,
        "certificate": CertificateStatus, "objection": ObjectionStatus,
    }  # fmt: skip
    wanted = {f"{kind} {status}" for kind, statuses in words.items() for status in statuses}
    assert set(made.statuses) == wanted
    assert (made.files, Body.objects.count(), AdoptedEdition.objects.values("edition").distinct().count()) == (40, 2, 5)
    assert told[-1][0] == told[-1][1]
    assert verify_trail(made.entries).faults == ()
    the_trail_knows_every_row(made)
    the_first_page_offers_people(client, settings)
    a_second_filling_is_refused()


def the_trail_knows_every_row(made):
    """As many decisions, certificates and so on as entries about their making."""
    kinds = Counter(Entry.objects.values_list("kind", flat=True))
    assert sum(kinds.values()) == made.entries
    assert kinds["certificate.issue"] == Certificate.objects.count()
    assert kinds["evaluation.open"] == Evaluation.objects.count()
    assert kinds["finding.raise"] + kinds["finding.note"] == Finding.objects.count()
    assert kinds["objection.file"] == Objection.objects.count()
    assert kinds["application.begin"] == CertificationFile.objects.count()
    assert not Entry.objects.filter(at__gt=END + dt.timedelta(hours=3)).exists()
    assert not Notice.objects.filter(sent_at=None, made_at__lt=END - dt.timedelta(days=21)).exists()


def the_first_page_offers_people(client, settings):
    """One of each function and body and three clients, in demonstration mode only."""
    settings.DEMO = True
    groups = client.get(reverse("home")).context["demo_people"]
    person = groups[0][1][0]
    inside = client.post(reverse("demo-sign-in"), {"person": person.pk}).status_code
    settings.DEMO = False
    client.logout()
    outside = client.post(reverse("demo-sign-in"), {"person": person.pk}).status_code

    assert [len(people) for _, people in groups] == [7, 7, 3]
    assert {groups[0][0], groups[1][0]} == {role.name for role in BODIES}
    assert (inside, outside, client.get(reverse("home")).context["demo_people"]) == (302, 404, [])
    assert not any(one.has_usable_password() for one in Person.objects.all())


def a_second_filling_is_refused():
    """It says so and changes nothing."""
    before = Entry.objects.count()
    with pytest.raises(SealmarkError, match="SM830"):
        demonstration.fill(until=END)
    assert (Entry.objects.count(), demonstration.is_filled()) == (before, True)
