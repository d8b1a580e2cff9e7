"""Filling an empty platform: every file lives its story, day by day, while the calendar moves."""

from __future__ import annotations

import datetime as dt
import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.attestation.keys import make_key
from sealmark_platform.attestation.publishing import publish_due
from sealmark_platform.casework.actions.clock import tick
from sealmark_platform.casework.models import Certificate, CertificationFile, Evaluation, Finding, Notice, Objection
from sealmark_platform.demonstration.cases import CaseBook
from sealmark_platform.demonstration.cast import BODIES, DEMO_ADDRESS, ORGANIZATIONS
from sealmark_platform.demonstration.desk import Desk, body_life
from sealmark_platform.demonstration.life import Days, Life
from sealmark_platform.demonstration.stories import STORIES
from sealmark_platform.parties.models import Body, Person
from sealmark_platform.records.actions import make_checkpoint
from sealmark_platform.records.publishing import publish_log
from sealmark_platform.register.models import OutsideMail

__all__ = ["Filled", "fill", "is_filled", "sign"]

_SEED = 20260315
_BODY_DAYS = 1300
"""Before the first file: bodies begin, and adopt their editions."""
_TICK_DAYS = 28
_NEWS_DAYS = 21
_Progress = Callable[[int, int], None]


class _Teller(Protocol):
    """A body or a file, with its own moment."""

    at: dt.datetime


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
        OutsideMail.objects.filter(made_at__lt=end - dt.timedelta(days=_NEWS_DAYS)).update(sent_at=end)
        make_checkpoint(end)
    return _counted()


def sign(at: dt.datetime) -> int:
    """Make the keys of the bodies, sign and publish all certificates; return how many.

    Not while the platform is filled: what is published cannot be taken back.
    """
    for body in Body.objects.order_by("code"):
        make_key(body, at=at)
    done = publish_due(at)
    publish_log(at)
    return len(done.certificates)


def _cast(end: dt.datetime) -> list[tuple[_Teller, Iterator[int]]]:
    """Return the bodies, and the files after them, each with its story."""
    begin = (end - dt.timedelta(days=_BODY_DAYS)).replace(hour=6, minute=0, second=0)
    desks = [Desk(role, begin + dt.timedelta(days=number), end) for number, role in enumerate(BODIES)]
    cases = CaseBook()
    lives: list[tuple[_Teller, Iterator[int]]] = [(desk, body_life(desk)) for desk in desks]
    for number, company in enumerate(ORGANIZATIONS):
        at = (end - dt.timedelta(days=company.days_ago)).replace(hour=7 + number % 4, minute=number, second=0)
        chance = random.Random(_SEED + number)  # noqa: S311 - nothing secret is drawn
        life = Life(company, desks[company.body], cases, chance, at, number)
        lives.append((life, _told(life)))
    return lives


def _told(life: Life) -> Days:
    life.arrive()
    yield from STORIES[life.company.story](life)


def _play(lives: list[tuple[_Teller, Iterator[int]]], end: dt.datetime, progress: _Progress) -> None:
    """Let every body and file go on when its day has come; between them the calendar moves."""
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
