"""One file of the demonstration: who acts in it, at which moment, and the usual order of acts.

A life is told by generators: each yields how many days pass before it goes on. In
between, other files live and the calendar moves.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from sealmark.certify import EvaluationStatus
from sealmark.core.canonical import Json
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import decision, evaluation, evidence, runs
from sealmark_platform.casework.models import Certificate, CertificationFile, Decision, Evaluation, Objection
from sealmark_platform.casework.queries.applications import applicants_of, documents_asked, prerequisites_of
from sealmark_platform.casework.queries.evaluations import days_needed
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.client_portal.assessment import begin_assessment
from sealmark_platform.client_portal.assessment import evaluate as evaluate_assessment
from sealmark_platform.demonstration.cases import CaseBook
from sealmark_platform.demonstration.cast import DEMO_ADDRESS, SITES, Company
from sealmark_platform.demonstration.desk import Desk
from sealmark_platform.demonstration.phrases import AGREEMENT, PDF, PREREQUISITES, REASONS, SCOPES, SECTORS
from sealmark_platform.parties.actions import organizations
from sealmark_platform.parties.actions.competence import Bond, declare_tie
from sealmark_platform.parties.actions.people import account_of
from sealmark_platform.parties.models import Organization, Person
from sealmark_platform.parties.sitelist import NewSite

__all__ = ["Days", "Life"]

Days = Iterator[int]
"""How many days pass before the story goes on."""
_STEPS = ("open", "plan", "start", "result", "recommend", "review", "vote", "decide")


@dataclass
class Life:
    """A file with the people who act in it.

    Attributes:
        crew: People of the body by function, beginning with those who are called first in this file.
        at: The moment; every act takes some minutes.
    """

    company: Company
    desk: Desk
    cases: CaseBook
    random: random.Random
    at: dt.datetime
    number: int
    organization: Organization = field(init=False)
    edition: AdoptedEdition = field(init=False)
    client: Person = field(init=False)
    crew: Mapping[str, list[Person]] = field(init=False)
    _file: CertificationFile | None = None
    decision: Decision | None = None
    filed: Objection | None = None

    @property
    def language(self) -> str:
        """The language of the file."""
        return self.company.language

    @property
    def file(self) -> CertificationFile:
        """The file as it is now."""
        assert self._file is not None
        self._file.refresh_from_db()
        return self._file

    @property
    def certificate(self) -> Certificate:
        """The certificate as it is now."""
        return Certificate.objects.get(file=self.file)

    def now(self) -> dt.datetime:
        """Return the moment of the next act."""
        self.at += dt.timedelta(minutes=self.random.randint(3, 14))
        return self.at

    def who(self, function: str, turn: int = 0) -> Person:
        """Return somebody of the body who holds a function; the last evaluator is tied to the organization."""
        people = self.crew[function][:3] if function == "evaluator" else self.crew[function]
        return people[turn % len(people)]

    def say(self, what: str) -> str:
        """Return a reason in the language of the file."""
        return REASONS[what].get(self.language, REASONS[what]["en"])

    def until(self, days_before_end: int) -> int:
        """Return how many days pass until so many of the demonstration are left."""
        return max(0, (self.desk.end - self.at).days - days_before_end)

    # The client --------------------------------------------------------------------------------------------------

    def arrive(self) -> None:
        """Let a coordinator take the organization down, with its sites and who speaks for it."""
        self.edition = self.desk.editions[self.company.scheme]
        self.crew = {function: _turned(people, self.number) for function, people in self.desk.crew.items()}
        one, body, by = self.company, self.desk.body, self.who("coordinator")
        told = {name: getattr(one, name) for name in ("name", "country", "city", "sector", "employees")}
        self.organization = organizations.add_organization(body, told, by=by, at=self.now())
        organizations.add_sites(body, self.organization, _sites(one), by=by, at=self.now())
        ending = DEMO_ADDRESS if one.is_face else "@client.example"
        self.client = account_of(f"{one.address}{ending}", one.client, language=one.language)
        organizations.add_representative(
            body, self.organization, self.client, may_sign=True, by=by, at=self.now()
        )  # fmt: skip
        self._tie()

    def _tie(self) -> None:
        """Let somebody declare why they are not called in this file: once employed there, or an adviser, or a share."""
        kind = ("employment", "consultancy", "interest")[self.company.sites % 3]
        until = None if kind == "interest" else self.at.date() - dt.timedelta(days=40 * self.company.sites)
        self.declare(self.crew["evaluator"][-1], Bond(kind, until))

    def declare(self, person: Person, bond: Bond) -> None:
        """Let somebody of the body declare what ties them to the client."""
        declare_tie(self.desk.body, person, self.organization, bond, by=person, at=self.now())

    def assess(self, name: str, archive: bytes) -> None:
        """Let the client evaluate a case folder of their own, by the scheme they apply for."""
        content = SimpleUploadedFile(name, archive)
        begun = begin_assessment(self.organization, self.edition, content, by=self.client, at=self.now())
        evaluate_assessment(begun, at=self.now())

    # The application ---------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin an application, with its scope and every document asked for."""
        file = apply.begin_application(
            self.organization, self.edition, language=self.language, by=self.client, at=self.now()
        )
        for number, kind in enumerate(documents_asked(file), 1):
            content = SimpleUploadedFile(f"{number:02d}-{kind}.pdf", PDF + kind.encode())
            evidence.add_document(file, kind, content, by=self.client, at=self.now())
        scope = SCOPES[self.language].format(SECTORS[self.organization.sector][self.language])
        self._file = apply.write_application(
            file, scope=scope, answers=self._answers(file), by=self.client, at=self.now(), revision=file.revision
        )

    def _answers(self, file: CertificationFile) -> dict[str, Json]:
        edition = edition_of(file.edition)
        classes = applicants_of(edition)
        told = {name: PREREQUISITES[name] for name, _refuses in prerequisites_of(edition)}
        shown: dict[str, Json] = {name: texts.get(self.language, texts["en"]) for name, texts in told.items()}
        who: dict[str, Json] = {"applicant": classes[0]} if classes else {}
        return {**who, **({"prerequisites": shown} if shown else {})}

    def submit(self) -> None:
        """Hand the application in."""
        apply.submit_application(self.file, by=self.client, at=self.now())

    def accept(self) -> None:
        """Accept the application: every prerequisite is shown."""
        shown = [item.id for item in edition_of(self.edition).procedure.prerequisites]
        apply.accept_application(
            self.file, reason=self.say("accept"), shown=shown, by=self.who("coordinator"), at=self.now()
        )

    def offer(self) -> None:
        """Offer the agreement."""
        apply.offer_agreement(self.file, text=AGREEMENT[self.language], by=self.who("coordinator"), at=self.now())

    def agree(self) -> Days:
        """Come from nothing to a signed agreement."""
        self.begin()
        yield 4
        self.submit()
        yield 7
        self.accept()
        yield 3
        self.offer()
        yield 6
        apply.sign_agreement(self.file, by=self.client, at=self.now())
        yield 5

    # One evaluation ----------------------------------------------------------------------------------------------

    def evaluate(self, kind: str, outcome: str = "", *, variant: str = "standard", after: str = "open",
                 until: str = "decide", terms: Mapping[str, object] | None = None) -> Days:  # fmt: skip
        """Evaluate from one step to another.

        Args:
            kind: Of the evaluation; the one that the calendar has opened, if there is one.
            outcome: What is decided.
            variant: Of the case.
            after: The last step that has been done.
            until: Last step to be done.
            terms: More of the decision.
        """
        if kind == "initial" and variant == "standard":
            # Where a scheme knows a waiting time, nobody has waited yet.
            variant = "plain"
        one = self._opened(kind)
        said: Mapping[str, tuple[object, ...]] = {
            "result": (variant,), "vote": (outcome,), "decide": (outcome, terms or {}),
        }  # fmt: skip
        for step in _STEPS[_STEPS.index(after) + 1 : _STEPS.index(until) + 1]:
            yield {"start": 9, "result": 4, "review": 6}.get(step, 2)
            one.refresh_from_db()
            getattr(self, f"_{step}")(one, *said.get(step, ()))

    def _opened(self, kind: str) -> Evaluation:
        done = (EvaluationStatus.DECIDED, EvaluationStatus.CANCELLED)
        waiting = self.file.evaluations.filter(kind=kind).exclude(status__in=done).first()
        return waiting or evaluation.open_evaluation(self.file, kind, by=self.who("coordinator"), at=self.now())

    def _plan(self, one: Evaluation) -> None:
        by = self.who("coordinator")
        seats = [("evaluator", one.number, "evaluation", True), ("evaluator", one.number + 1, "evaluation", False),
                 ("reviewer", 0, "review", False), ("decider", 0, "decision", False),
                 ("decider", 1, "decision", False)]  # fmt: skip
        for function, turn, side, leads in seats:
            evaluation.assign_seat(one, self.who(function, turn), side, is_lead=leads, by=by, at=self.now())
        evaluation.draw_planned_sites(one, seed=self.random.randint(1, 10**6), by=by, at=self.now())
        begins = self.at.date() + dt.timedelta(days=9)
        days = Decimal(str(days_needed(one, self.at.date()) or 1)) + 1
        begins += dt.timedelta(days={5: 2, 6: 1}.get(begins.weekday(), 0))
        # Nobody visits at a weekend.
        ends = begins + dt.timedelta(days=min(3, 4 - begins.weekday()))
        evaluation.settle_plan(one, starts_on=begins, ends_on=ends, days=days, by=by, at=self.now())

    def _start(self, one: Evaluation) -> None:
        evaluation.start_evaluation(one, by=self.lead(one), at=self.now())

    def _result(self, one: Evaluation, variant: str) -> None:
        self.gather(one, variant)
        case = self.cases.case(self.edition.edition, variant, self.at.date())
        # What the library says of this folder is known already; see also :meth:`run`.
        evaluation.record_result(one, case.document, by=self.lead(one), at=self.now())

    def gather(self, one: Evaluation, variant: str = "standard") -> None:
        """Add the case folder."""
        self.hand_in(one, self.cases.case(self.edition.edition, variant, self.at.date()).archive)

    def hand_in(self, one: Evaluation, archive: bytes) -> None:
        """Let the lead add an archive to the evidence."""
        content = SimpleUploadedFile(f"{self.file.number}-{one.number}.zip", archive)
        evidence.add_evidence(one, content, by=self.lead(one), at=self.now())

    def run(self, one: Evaluation) -> None:
        """Ask for the evaluation of what was gathered, as the button of the page does, and carry it out."""
        one.refresh_from_db()
        asked = runs.ask_run(one, by=self.lead(one), at=self.now())
        runs.carry_out_run(asked, at=self.now())

    def _recommend(self, one: Evaluation) -> None:
        evaluation.recommend(one, reason=self.say("recommend"), by=self.lead(one), at=self.now())

    def _review(self, one: Evaluation) -> None:
        evaluation.review_evaluation(one, reason=self.say("review"), by=self.who("reviewer"), at=self.now())

    def _vote(self, one: Evaluation, outcome: str) -> None:
        if self.edition.body.votes_needed > 1:
            decision.cast_vote(one, outcome, reason=self.say("vote"), by=self.who("decider", 1), at=self.now())

    def _decide(self, one: Evaluation, outcome: str, terms: Mapping[str, object]) -> None:
        reason = self.say("refuse" if outcome == "refuse" else "decide")
        self.decision = decision.decide(
            one, outcome, reason=reason, by=self.who("decider"), at=self.now(), **terms  # type: ignore[arg-type]
        )  # fmt: skip

    def lead(self, one: Evaluation) -> Person:
        """Return who leads an evaluation."""
        return one.participations.get(is_lead=True).person

    def newest(self) -> Evaluation:
        """Return the newest evaluation of the file."""
        found = self.file.evaluations.order_by("-number").first()
        assert found is not None
        return found


def _turned(people: list[Person], by: int) -> list[Person]:
    turn = by % len(people)
    return [*people[turn:], *people[:turn]]


def _sites(company: Company) -> list[NewSite]:
    words = SITES[company.language]
    return [
        NewSite(
            f"site-{number + 1:02d}", _place_name(company.city, words, number), company.city, is_central=number == 0
        )
        for number in range(company.sites)
    ]  # fmt: skip


def _place_name(city: str, words: tuple[str, ...], number: int) -> str:
    extra = "" if number < len(words) else f" {number // len(words) + 1}"
    joint = "" if words in (SITES["zh-hans"], SITES["zh-hant"]) else ", "
    return f"{city}{joint}{words[number % len(words)]}{extra}"
