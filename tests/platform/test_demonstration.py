"""The demonstration: made by the real acts alone, with a file in every status."""

import datetime as dt
from collections import Counter

import pytest
from django.core import mail
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
from sealmark_platform.casework.models import (
    Certificate,
    CertificationFile,
    Evaluation,
    EvaluationRun,
    Finding,
    Notice,
    Objection,
    Participation,
)
from sealmark_platform.casework.queries.applications import prerequisites_of
from sealmark_platform.casework.queries.consistency import disagreements
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.client_portal.models import SelfAssessment
from sealmark_platform.demonstration.cast import BODIES, DEMO_ADDRESS, ORGANIZATIONS
from sealmark_platform.demonstration.phrases import PREREQUISITES
from sealmark_platform.demonstration.stories import STORIES
from sealmark_platform.mail import outgoing
from sealmark_platform.parties.models import Body, Membership, Person, PersonTie, Representation
from sealmark_platform.records.models import Entry
from sealmark_platform.records.queries import verify_trail
from sealmark_platform.register.models import OutsideComplaint
from sealmark_platform.workbench.models import DecisionMeeting

END = dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC)


def test_every_organization_has_a_story_and_every_story_is_told():
    assert len(ORGANIZATIONS) == 40
    assert {company.story for company in ORGANIZATIONS} == set(STORIES)
    assert sum(company.is_face for company in ORGANIZATIONS) == 3


@pytest.mark.slow
def test_the_demonstration_has_a_file_in_every_status_by_acts_alone(
    db, client, settings, django_capture_on_commit_callbacks
):
    told = []

    with django_capture_on_commit_callbacks(execute=True):
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
    assert disagreements() == ()
    the_trail_knows_every_row(made)
    whoever_came_last_has_an_invitation()
    applications_answer_the_schemes_own_form()
    evidence_is_evaluated_under_its_label()
    each_body_decides_in_the_coming_days()
    people_outside_complain_and_are_answered()
    one_condition_is_settled_and_one_open()
    everybody_finds_something(client)
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
    assert kinds["application.begin"] == kinds["organization.add"] == CertificationFile.objects.count()
    assert kinds["organization.add-representative"] == Representation.objects.count()
    assert kinds["person.add"] == Membership.objects.count()
    assert kinds["body.begin"] == Body.objects.count()
    assert kinds["edition.adopt"] == AdoptedEdition.objects.count()
    assert kinds["tie.declare"] == PersonTie.objects.count()
    assert kinds["decision-meeting.call"] == DecisionMeeting.objects.count()
    assert kinds["outside-complaint.receive"] == OutsideComplaint.objects.count()
    assert kinds["self-assessment.record-result"] == SelfAssessment.objects.count()
    assert not Entry.objects.filter(at__gt=END + dt.timedelta(hours=3)).exists()
    assert not Notice.objects.filter(sent_at=None, made_at__lt=END - dt.timedelta(days=21)).exists()


def whoever_came_last_has_an_invitation():
    """One new evaluator in each body; who left some months ago has an account that sleeps."""
    invited = {f"{role.newcomer[1]}@{role.code}.example" for role in BODIES}
    left = {f"{role.leaver[1]}@{role.code}.example" for role in BODIES}

    assert {letter.to[0] for letter in mail.outbox} == invited
    assert set(Person.objects.filter(is_active=False).values_list("email", flat=True)) == left
    assert all(any(outgoing(only=person)) for person in Person.objects.filter(email__in=["henrik.dahl@demo.example"]))


def applications_answer_the_schemes_own_form():
    """Every prerequisite of the scheme has an answer, in the language of the file."""
    for file in CertificationFile.objects.select_related("edition"):
        asked = [name for name, _refuses in prerequisites_of(edition_of(file.edition))]
        said = {name: PREREQUISITES[name].get(file.language) for name in asked}
        # As names and answers: PostgreSQL keeps them in an order of its own.
        assert file.answers.get("prerequisites", {}) == said


def evidence_is_evaluated_under_its_label():
    """By the button of the page and by clients of their own; one of each was refused."""
    labels = Evaluation.objects.exclude(result=None).values_list("result__label", flat=True)

    assert set(labels) == {"evaluation"}
    assert Counter(EvaluationRun.objects.values_list("status", flat=True)) == {"done": 1, "refused": 1}
    assert Counter(SelfAssessment.objects.values_list("status", flat=True)) == {"done": 2, "refused": 1}


def each_body_decides_in_the_coming_days():
    """A day is named, something waits for it, and somebody stepped aside there because of a tie."""
    for body in Body.objects.all():
        days = body.decision_meetings.filter(is_called_off=False, on__gt=END).order_by("on")
        waiting = Evaluation.objects.filter(file__body=body, status="reviewed")
        aside = Participation.objects.filter(evaluation__in=waiting).exclude(stepped_aside="").get()
        assert 0 < (days[0].on - END.date()).days < 15
        assert aside.person.person_ties.filter(organization=aside.evaluation.file.organization).exists()
        ending = body.competences.filter(valid_until__gt=END, valid_until__lt=END + dt.timedelta(days=45))
        assert ending.values("person").distinct().count() == 2


def people_outside_complain_and_are_answered():
    """One waits, one is part of a file, one is nothing the body decides on."""
    found = Counter(OutsideComplaint.objects.values_list("body__code", "status"))

    assert found == {(role.code, status): 1 for role in BODIES for status in ("received", "filed", "out-of-scope")}


def one_condition_is_settled_and_one_open():
    """Of the same certificate; the open one is due after the end."""
    granted = Certificate.objects.exclude(conditions=[]).get()

    assert ["met" in one for one in granted.conditions] == [False, True]
    assert [one["until"] > END.date().isoformat() for _, one in granted.open_conditions()] == [True]


def everybody_finds_something(client):
    """Whoever signs in by one click has files, and something of today or news; who looks after others sees them all."""
    for person in Person.objects.filter(email__endswith=DEMO_ADDRESS):
        client.force_login(person)
        files, today = client.get(reverse("files")), client.get(reverse("today"))
        runs_all = person.memberships.filter(function__in=["administrator", "observer"]).exists()
        assert len(files.context["files"]) > (5 if runs_all else 0), person
        assert runs_all or today.context["waiting"] or today.context["notices"], person
    client.logout()


def the_first_page_offers_people(client, settings):
    """One of each function and body, as many to decide as are needed, and three clients, in demonstration mode only."""
    settings.DEMO = True
    groups = client.get(reverse("home")).context["demo_people"]
    person = groups[0][1][0]
    inside = client.post(reverse("demo-sign-in"), {"person": person.pk}).status_code
    settings.DEMO = False
    client.logout()
    outside = client.post(reverse("demo-sign-in"), {"person": person.pk}).status_code

    assert [len(people) for _, people in groups] == [7, 8, 3]
    assert {groups[0][0], groups[1][0]} == {role.name for role in BODIES}
    assert (inside, outside, client.get(reverse("home")).context["demo_people"]) == (302, 404, [])
    assert not any(one.has_usable_password() for one in Person.objects.all())


def a_second_filling_is_refused():
    """It says so and changes nothing."""
    before = Entry.objects.count()
    with pytest.raises(SealmarkError, match="SM830"):
        demonstration.fill(until=END)
    assert (Entry.objects.count(), demonstration.is_filled()) == (before, True)
