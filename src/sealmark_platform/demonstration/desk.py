"""A certification body of the demonstration at its own desk: people, editions, meetings, letters from outside.

What happens here is told as the life of a file is: a generator yields how many
days pass before it goes on, and in between files live.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sealmark_platform.accounts.actions import invite
from sealmark_platform.casework.models import Certificate
from sealmark_platform.catalogue.actions.adopting import adopt_edition
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.demonstration.cases import holders_figures
from sealmark_platform.demonstration.cast import DEMO_ADDRESS, BodyRole
from sealmark_platform.demonstration.phrases import COMPLAINTS, REASONS
from sealmark_platform.parties.actions.bodies import begin_body, change_settings
from sealmark_platform.parties.actions.competence import Ability, add_competence, end_competence
from sealmark_platform.parties.actions.mailbox import change_mailbox
from sealmark_platform.parties.actions.people import account_of, add_person, let_go
from sealmark_platform.parties.models import Body, Mailbox, Person
from sealmark_platform.register.complaints import Told, answer_out_of_scope, file_complaint, receive_complaint
from sealmark_platform.register.models import OutsideComplaint
from sealmark_platform.workbench.convening import call_meeting, call_off
from sealmark_platform.workbench.models import DecisionMeeting

__all__ = ["Desk", "body_life"]

_ELSEWHERE = "192.0.2.7"
"""An address of the range that is kept for examples."""


@dataclass
class Desk:
    """A body with its people by function, and its editions in the order of its role.

    Attributes:
        at: The moment; every act takes some minutes.
        end: When the demonstration ends.
    """

    role: BodyRole
    at: dt.datetime
    end: dt.datetime
    body: Body = field(init=False)
    crew: dict[str, list[Person]] = field(default_factory=dict)
    editions: dict[int, AdoptedEdition] = field(default_factory=dict)

    def now(self) -> dt.datetime:
        """Return the moment of the next act."""
        self.at += dt.timedelta(minutes=5)
        return self.at

    def say(self, what: str, said: Mapping[str, Mapping[str, str]] = REASONS) -> str:
        """Return a text in the language of the body."""
        return said[what][self.role.language]

    def who(self, function: str) -> Person:
        """Return who is called first in a function."""
        return self.crew[function][0]

    def until(self, days_before_end: int) -> int:
        """Return how many days pass until so many are left."""
        return max(0, (self.end - self.at).days - days_before_end)

    # The body and its people -------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Let the operator begin the body and name its administrator, who takes the others in."""
        role = self.role
        self.body = begin_body(role.code, role.name, role.country, at=self.now())
        for function, names in role.people.items():
            for number, (name, address, language) in enumerate(names):
                # As many of those who decide are offered for one click as a decision needs.
                is_face = number < (role.votes_needed if function == "decider" else 1)
                ending = DEMO_ADDRESS if is_face else f"@{role.code}.example"
                account = account_of(f"{address}{ending}", name, language=language)
                by = self.crew["administrator"][0] if self.crew else None
                add_person(self.body, account, [function], by=by, at=self.now())
                self.crew.setdefault(function, []).append(account)
        change_settings(
            self.body, {"votes_needed": role.votes_needed}, by=self.who("administrator"), at=self.now()
        )  # fmt: skip
        for person in self.crew["evaluator"]:
            self.note_competence(person)
        self.note_competence(self.crew["evaluator"][-1], sector="shipping")

    def note_competence(self, person: Person, until: dt.date | None = None, sector: str = "") -> None:
        """Note that somebody may evaluate by every scheme of the body."""
        schemes = sorted({edition.partition("/")[0] for edition in self.role.editions})
        for scheme in schemes:
            ability = Ability(scheme, sector, until=until, evidence=self.say("competence"))
            add_competence(
                self.body, person, ability, schemes=schemes, by=self.who("administrator"), at=self.now()
            )  # fmt: skip

    def adopt(self) -> None:
        """Adopt every edition that is in force and not adopted yet."""
        for place, edition in enumerate(self.role.editions):
            if place not in self.editions and loaded(edition).manifest.effective_from <= self.at.date():
                self.editions[place] = adopt_edition(
                    self.body.pk, edition, at=self.now(), by=self.who("administrator"), overlay=holders_figures(edition)
                )  # fmt: skip

    def account(self, who: tuple[str, str, str]) -> Person:
        """Return the account of somebody who is not offered for one click."""
        name, address, language = who
        return account_of(f"{address}@{self.role.code}.example", name, language=language)

    def take_in(self) -> None:
        """Take a new evaluator in: the invitation is on its way."""
        by, person = self.who("administrator"), self.account(self.role.newcomer)
        add_person(self.body, person, ["evaluator"], by=by, at=self.now())
        invite(person, by=by, at=self.now(), body=self.body)

    # Meetings and letters ----------------------------------------------------------------------------------------

    def call(self, in_days: int) -> DecisionMeeting:
        """Name a day, a working day, on which the body decides."""
        day = self.at.date() + dt.timedelta(days=in_days)
        day += dt.timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
        return call_meeting(self.body, day, self.role.place, by=self.who("coordinator"), at=self.now())

    def receive(self, what: str, about: Certificate | None = None) -> OutsideComplaint:
        """Let somebody without an account complain about a certificate, or without naming one."""
        name, language = self.say(f"{what}-name", COMPLAINTS), self.role.language
        told = Told(name, f"{what}@home.example", self.say(what, COMPLAINTS), language, _ELSEWHERE)
        return receive_complaint(self.body, about, told, at=self.now())

    def active(self) -> list[Certificate]:
        """Return the certificates in force, the oldest first."""
        return list(Certificate.objects.filter(file__body=self.body, status="active").order_by("number"))

    def answer(self, received: OutsideComplaint) -> None:
        """Answer that it is nothing the body decides on."""
        reason = self.say("outside-answer", COMPLAINTS)
        answer_out_of_scope(received, reason, by=self.who("coordinator"), at=self.now())

    def file(self, received: OutsideComplaint) -> None:
        """Make a complaint part of the file it is about."""
        assert received.certificate is not None
        words = self.say("filed-words", COMPLAINTS)
        file_complaint(received, received.certificate.file, words, by=self.who("coordinator"), at=self.now())


def body_life(desk: Desk) -> Iterator[int]:
    """What a body does besides its files, from its beginning to the last days."""
    desk.begin()
    leaver = desk.account(desk.role.leaver)
    add_person(desk.body, leaver, ["observer"], by=desk.who("administrator"), at=desk.now())
    desk.adopt()
    while len(desk.editions) < len(desk.role.editions):
        newest = max(loaded(edition).manifest.effective_from for edition in desk.role.editions)
        yield (newest - desk.at.date()).days
        desk.adopt()
    yield desk.until(200)
    let_go(desk.body, leaver, reason=desk.say("leave"), by=desk.who("administrator"), at=desk.now())
    yield from _last_weeks(desk)


def _last_weeks(desk: Desk) -> Iterator[int]:
    yield desk.until(52)
    desk.call(14)
    change_mailbox(
        desk.who("administrator"), language=desk.who("administrator").language, rhythm=Mailbox.Rhythm.DAILY,
        at=desk.now(),
    )  # fmt: skip
    # Competences that end in the coming weeks, one at a time: who plans has to look.
    for place, days in ((0, 40), (1, 12)):
        desk.note_competence(desk.crew["evaluator"][place], until=desk.end.date() + dt.timedelta(days=days))
    for ended in desk.crew["evaluator"][-1].competences.filter(body=desk.body, sector="shipping").order_by("scheme"):
        end_competence(ended, until=desk.at.date(), by=desk.who("administrator"), at=desk.now())
    yield desk.until(34)
    outside = desk.receive("outside")
    yield desk.until(30)
    desk.answer(outside)
    yield desk.until(16)
    filed = desk.receive("filed", desk.active()[0])
    off = desk.call(23)
    desk.call(25)
    desk.call(53)
    yield desk.until(11)
    desk.file(filed)
    call_off(off, by=desk.who("coordinator"), at=desk.now())
    yield desk.until(7)
    desk.receive("open", desk.active()[-1])
    yield desk.until(4)
    desk.take_in()
