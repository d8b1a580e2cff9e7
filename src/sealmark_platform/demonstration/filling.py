"""Filling an empty platform: every file lives its story, day by day, while the calendar moves."""

from __future__ import annotations

import datetime as dt
import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.actions.clock import tick
from sealmark_platform.casework.models import Certificate, CertificationFile, Evaluation, Finding, Notice, Objection
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.demonstration.cases import CaseBook, holders_figures
from sealmark_platform.demonstration.cast import BODIES, ORGANIZATIONS, SITES, BodyRole, Company
from sealmark_platform.demonstration.life import Days, Life
from sealmark_platform.demonstration.stories import STORIES
from sealmark_platform.parties.models import (
    Body,
    Competence,
    Membership,
    Organization,
    Person,
    PersonTie,
    Representation,
    Site,
)
from sealmark_platform.records.actions import make_checkpoint

__all__ = ["DEMO_ADDRESS", "Filled", "fill", "is_filled"]

DEMO_ADDRESS = "@demo.example"
"""End of the addresses that are offered for one click, in demonstration mode only."""
_SEED = 20260315
_TICK_DAYS = 28
_NEWS_DAYS = 21
_Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Filled:
    """What was made.

    Attributes:
        statuses: How many of each kind stand in which status, as ``file draft``.
    """

    files: int
    entries: int
    statuses: dict[str, int]


def is_filled() -> bool:
    """Tell whether the platform already holds this demonstration."""
    return Person.objects.filter(email__endswith=DEMO_ADDRESS).exists()


def fill(progress: _Progress = lambda _done, _of: None, *, until: dt.datetime | None = None) -> Filled:
    """Fill an empty platform with two bodies at work: all of it, or nothing.

    Args:
        progress: Told how many days have passed, and of how many.
        until: The moment the demonstration ends; now when it is not given.

    Raises:
        SealmarkError: SM830 the platform is not empty.
    """
    if Body.objects.exists() or CertificationFile.objects.exists():
        what = "The data folder is not empty: the demonstration would mix made-up files with those that are there."
        raise SealmarkError(Problem("SM830", what, fix="Name another folder with --data."))
    end = until or timezone.now()
    with transaction.atomic():
        lives = _cast(end)
        _play(lives, end, progress)
        # Who looks around shall find news of the last weeks, not of three years.
        old = Notice.objects.filter(made_at__lt=end - dt.timedelta(days=_NEWS_DAYS))
        old.update(seen_at=end, sent_at=end)
        make_checkpoint(end)
    return _counted()


def _cast(end: dt.datetime) -> list[tuple[Life, Days]]:
    crews, adopted = {}, {}
    for place, role in enumerate(BODIES):
        body = Body.objects.create(name=role.name, code=role.code, country=role.country, votes_needed=role.votes_needed)
        crews[place] = _people(body, role)
        adopted[place] = [_adopt(body, edition, end.date() - dt.timedelta(days=1300)) for edition in role.editions]
    cases, lives = CaseBook(), []
    for number, company in enumerate(ORGANIZATIONS):
        organization, client = _organization(company)
        crew = {function: _turned(people, number) for function, people in crews[company.body].items()}
        _tie(crew, organization, end.date())
        at = (end - dt.timedelta(days=company.days_ago)).replace(hour=7 + number % 4, minute=number, second=0)
        life = Life(
            organization, adopted[company.body][company.scheme], client, crew, cases,
            random.Random(_SEED + number), at, company.language,  # noqa: S311 - nothing secret is drawn
        )  # fmt: skip
        lives.append((life, STORIES[company.story](life)))
    return lives


def _turned(people: list[Person], by: int) -> list[Person]:
    turn = by % len(people)
    return [*people[turn:], *people[:turn]]


def _people(body: Body, role: BodyRole) -> dict[str, list[Person]]:
    crew: dict[str, list[Person]] = {}
    for function, names in role.people.items():
        for number, (name, address, language) in enumerate(names):
            ending = DEMO_ADDRESS if number == 0 else f"@{role.code}.example"
            person = Person.objects.create_user(f"{address}{ending}", name, language=language)
            Membership.objects.create(person=person, body=body, function=function)
            crew.setdefault(function, []).append(person)
    for person in crew["evaluator"]:
        for edition in role.editions:
            Competence.objects.create(
                person=person, body=body, scheme=edition.partition("/")[0], evidence="Made up for the demonstration."
            )
    return crew


def _adopt(body: Body, edition: str, on: dt.date) -> AdoptedEdition:
    pack = loaded(edition)
    return AdoptedEdition.objects.create(
        body=body, edition=edition, digest=pack.digest, adopted_on=max(on, pack.manifest.effective_from),
        overlay=holders_figures(edition),
    )  # fmt: skip


def _organization(company: Company) -> tuple[Organization, Person]:
    organization = Organization.objects.create(
        name=company.name, country=company.country, city=company.city, sector=company.sector,
        employees=company.employees,
    )  # fmt: skip
    words = SITES[company.language]
    for number in range(company.sites):
        extra = "" if number < len(words) else f" {number // len(words) + 1}"
        Site.objects.create(
            organization=organization, code=f"site-{number + 1:02d}", is_central=number == 0, city=company.city,
            name=f"{company.city}, {words[number % len(words)]}{extra}",
        )  # fmt: skip
    ending = DEMO_ADDRESS if company.is_face else "@client.example"
    client = Person.objects.create_user(f"{company.address}{ending}", company.client, language=company.language)
    Representation.objects.create(person=client, organization=organization, may_sign=True)
    return organization, client


def _tie(crew: dict[str, list[Person]], organization: Organization, on: dt.date) -> None:
    """Bind somebody who is not called in this file: a former employee, adviser or holder of shares."""
    kinds = ("employment", "consultancy", "interest")
    kind = kinds[organization.sites.count() % 3]
    until = None if kind == "interest" else on - dt.timedelta(days=40 * organization.sites.count())
    PersonTie.objects.create(person=crew["evaluator"][-1], organization=organization, kind=kind, until=until)


def _play(lives: list[tuple[Life, Days]], end: dt.datetime, progress: _Progress) -> None:
    """Let every file go on when its day has come; between them the calendar moves."""
    waiting = [(life.at, number, life, story) for number, (life, story) in enumerate(lives)]
    heapq.heapify(waiting)
    begin = moved = waiting[0][0]
    total = (end - begin).days
    while waiting:
        at, number, life, story = heapq.heappop(waiting)
        while moved + dt.timedelta(days=_TICK_DAYS) <= at:
            moved += dt.timedelta(days=_TICK_DAYS)
            tick(moved)
            progress((moved - begin).days, total)
        life.at = at
        days = next(story, None)
        if days is not None and (then := _workday(life.at + dt.timedelta(days=days))) <= end:
            heapq.heappush(waiting, (then, number, life, story))
    tick(end)
    progress(total, total)


def _workday(at: dt.datetime) -> dt.datetime:
    free = {5: 2, 6: 1}.get(at.weekday(), 0)
    return (at + dt.timedelta(days=free)).replace(hour=7 + at.minute % 4)


def _counted() -> Filled:
    from sealmark_platform.records.models import Entry

    kinds = {"file": CertificationFile, "evaluation": Evaluation, "finding": Finding, "certificate": Certificate,
             "objection": Objection}  # fmt: skip
    found: Counter[str] = Counter()
    for name, model in kinds.items():
        found.update(f"{name} {status}" for status in model.objects.values_list("status", flat=True))  # type: ignore[attr-defined]
    return Filled(CertificationFile.objects.count(), Entry.objects.count(), dict(sorted(found.items())))
