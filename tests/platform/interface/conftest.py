"""A body with everything that the interface of its desk tells, and another one."""

import datetime as dt

import pytest
from django.utils import timezone
from tests.platform.administration.conftest import case_archive, elm, two_editions
from tests.platform.api.conftest import program
from tests.platform.people import after
from tests.platform.scenes import Cast, people

from sealmark_platform.api.models import Webhook
from sealmark_platform.catalogue.actions.adopting import adopt_edition
from sealmark_platform.client_portal.models import SelfAssessment
from sealmark_platform.parties.models import Competence, Holiday, Leave, PersonTie, Representation
from sealmark_platform.register.complaints import Told, receive_complaint
from sealmark_platform.workbench.models import DecisionMeeting

__all__ = ["case_archive", "elm", "program", "two_editions"]


class Kept(Cast):
    """A body in which there is one of everything."""

    def __init__(self, code, later):
        super().__init__(code)
        self.later = adopt_edition(self.body.pk, later, at=after(1))
        self.held = self.certificate()
        self.plan = self.planning(self.held.file, "surveillance", day=30)
        self.waiting = self.evaluation("reviewed", day=40)
        self.tie = PersonTie.objects.create(person=self.ed, organization=self.organization, kind="interest")
        self.competence = Competence.objects.get(person=self.ed)
        self.seat = Representation.objects.get(person=self.cleo)
        self.site = self.organization.sites.get(code="shop-4")
        self.hook = Webhook.objects.create(
            body=self.body, address=f"https://{code}.example/", salt="x", made_by=self.adam, made_at=after(1)
        )
        told = Told("Zoe", f"zoe@{code}.example", f"Slow at {code}.", "en", "192.0.2.1")
        self.complaint = receive_complaint(self.body, self.held, told, at=timezone.now())
        self.holiday = Holiday.objects.create(body=self.body, on=dt.date(2026, 12, 25), name="Christmas Day")
        self.leave = Leave.objects.create(
            body=self.body, person=self.ed, first=dt.date(2026, 7, 1), last=dt.date(2026, 7, 14)
        )
        self.meeting = DecisionMeeting.objects.create(body=self.body, on=timezone.now().date() + dt.timedelta(5))
        self.assessment = SelfAssessment.objects.create(
            organization=self.organization, edition=self.edition, made_by=self.cleo, made_at=timezone.now(),
            status="refused", problems=[{"code": "SM301", "what": "x", "where": "", "fix": ""}], name=f"{code}.zip",
        )  # fmt: skip

    def ids(self):
        """Return what stands for the places of an address, by the segment before it."""
        return {
            "code": self.body.code, "people": self.ed.pk, "editions": self.edition.pk, "impact": self.later.pk,
            "outbox": self.cora.pk, "meetings": self.meeting.pk, "evaluations": self.plan.pk,
            "outside-complaints": self.complaint.pk, "self-assessments": self.assessment.pk, "webhooks": self.hook.pk,
        }  # fmt: skip

    def subject(self, kind):
        return {
            "body": self.body, "person": self.ed, "competence": self.competence, "tie": self.tie,
            "organization": self.organization, "site": self.site, "representative": self.seat, "edition": self.edition,
            "holiday": self.holiday, "leave": self.leave,
        }[kind].pk  # fmt: skip


def everything(request, _made, code="oak"):
    return Kept(code, request.getfixturevalue("two_editions"))


@pytest.fixture(scope="session")
def layers(layers):
    return {**layers, "oak": (everything,), "elm": (people, "elm"), "elm_kept": (everything, "elm")}


@pytest.fixture
def oak(staged, db):
    return staged["oak"]


@pytest.fixture
def elm_kept(staged, oak):
    return staged["elm_kept"]
