"""Named people and one file, made by the real acts: Ada evaluates, Bo decides, Cleo is the client, Dov is a stranger."""

import datetime as dt
from decimal import Decimal

from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import decision, evaluation
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.parties.models import (
    Body,
    Competence,
    Membership,
    Organization,
    Person,
    Representation,
    Site,
)

SCHEME = "sealmark-charter/2026"
START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def after(days):
    return START + dt.timedelta(days=days)


def person(name, **more):
    return Person.objects.create_user(f"{name.lower()}@example.org", name, "correct horse battery staple", **more)


class World:
    """A body with its people, one organization with its sites, one adopted edition."""

    def __init__(self, code="oak", scheme=SCHEME):
        self.body = Body.objects.create(name=f"Body {code}", code=code, country="GB")
        self.edition = AdoptedEdition.objects.create(
            body=self.body, edition=scheme, digest=loaded(scheme).digest, adopted_on=dt.date(2026, 1, 1)
        )
        self.ada, self.bo, self.cleo, self.dov = (person(f"{name}-{code}") for name in ("Ada", "Bo", "Cleo", "Dov"))
        self.cora, self.rex, self.pia = (person(f"{name}-{code}") for name in ("Cora", "Rex", "Pia"))
        for who, function in (
            (self.ada, "evaluator"), (self.bo, "decider"), (self.cora, "coordinator"), (self.rex, "reviewer"),
            (self.pia, "panellist"),
        ):  # fmt: skip
            Membership.objects.create(person=who, body=self.body, function=function)
        Competence.objects.create(person=self.ada, body=self.body, scheme=scheme.partition("/")[0])
        self.organization = Organization.objects.create(name=f"Willow {code}", country="GB", city="Leeds", employees=60)
        for number in range(5):
            Site.objects.create(
                organization=self.organization, code=f"shop-{number}", name=f"Shop {number}", is_central=number == 0
            )
        Representation.objects.create(person=self.cleo, organization=self.organization, may_sign=True)

    def draft(self, at=START):
        file = apply.begin_application(self.organization, self.edition, language="en", by=self.cleo, at=at)
        for kind in loaded(self.edition.edition).procedure.application_documents:
            file.documents.create(
                kind=kind, name=f"{kind}.pdf", media_type="application/pdf", content="x", size=1, digest="sha256:x",
                added_at=at,
            )  # fmt: skip
        return apply.write_application(
            file, scope="Repairs in shops", answers=self.answers(), by=self.cleo, at=at, revision=file.revision
        )

    def answers(self):
        classes = loaded(self.edition.edition).procedure.who_may_apply
        return {"applicant": classes[0]} if classes else {}

    def agreed(self):
        file = self.draft()
        shown = [item.id for item in loaded(self.edition.edition).procedure.prerequisites]
        apply.submit_application(file, by=self.cleo, at=after(1))
        apply.accept_application(file, reason="All there.", shown=shown, by=self.cora, at=after(2))
        apply.offer_agreement(file, text="We agree.", by=self.cora, at=after(3))
        return apply.sign_agreement(file, by=self.cleo, at=after(4))

    def planning(self, file=None, kind="initial", day=5):
        file = file or self.agreed()
        one = evaluation.open_evaluation(file, kind, by=self.cora, at=after(day))
        evaluation.assign_seat(one, self.ada, "evaluation", is_lead=True, by=self.cora, at=after(day))
        evaluation.assign_seat(one, self.rex, "review", by=self.cora, at=after(day))
        evaluation.assign_seat(one, self.bo, "decision", by=self.cora, at=after(day))
        evaluation.draw_planned_sites(one, seed=7, by=self.cora, at=after(day))
        return one

    def gathering(self, file=None, kind="initial", day=5):
        one = self.planning(file, kind, day)
        begins = after(day + 5).date()
        days = {"starts_on": begins, "ends_on": begins, "days": Decimal(12)}
        evaluation.settle_plan(one, **days, reason="They are open.", by=self.cora, at=after(day + 1))
        return evaluation.start_evaluation(one, by=self.ada, at=after(day + 5))

    def reviewed(self, file=None, kind="initial", day=5, **result):
        one = self.gathering(file, kind, day)
        evaluation.record_result(one, self.result(**result), by=self.ada, at=after(day + 6))
        evaluation.recommend(one, reason="Grant.", by=self.ada, at=after(day + 7))
        return evaluation.review_evaluation(one, reason="Complete.", by=self.rex, at=after(day + 8))

    def certified(self):
        one = self.reviewed()
        decision.decide(one, "grant", reason="Conforms.", by=self.bo, at=after(14))
        one.file.refresh_from_db()
        return one.file.certificate

    def result(self, grade="three-stars"):
        from sealmark.evaluation.document import seal

        return seal({
            "scheme": {"id": self.edition.edition, "digest": self.edition.digest}, "overlay": None,
            "ladders": {"stars": {"grade": grade, "undetermined_above": [], "missing": []}},
        })  # fmt: skip
