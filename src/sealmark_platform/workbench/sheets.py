"""What the pages of a file and today's list show, gathered in few queries."""

from __future__ import annotations

import datetime as dt
import functools
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sealmark.certify import (
    EvaluationStatus,
    FindingStatus,
)
from sealmark.certify.acts import Act
from sealmark_platform.casework.models import (
    CertificationFile,
    Evaluation,
    EvaluationRun,
    Evidence,
    Finding,
    Notice,
    Objection,
)
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.casework.performing import BY_HAND, open_acts
from sealmark_platform.casework.queries.access import is_told, opened_evidence
from sealmark_platform.casework.queries.actors import Standing
from sealmark_platform.casework.queries.due import days_to_come, newest_notices
from sealmark_platform.casework.queries.parts import decisions_in, has_objections, seats_in, sites_in
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.casework.queries.waiting import Work
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.parties.models import Person
from sealmark_platform.records.queries import Told, revealed
from sealmark_platform.workbench.templatetags.plain import act_name

__all__ = [
    "TrailLine", "Waiting", "due_of", "evaluation_parts", "news_of", "objection_parts", "trail_lines", "waiting_for",
]  # fmt: skip

# Acts that end or bypass a file are always possible: nobody is waiting for them.
_NOT_WAITED = frozenset({
    "application.withdraw", "application.refuse", "evaluation.cancel", "evaluation.defer", "evaluation.send-back",
    "evaluation.assign", "evaluation.open", "evaluation.change-plan", "evaluation.gather-more", "finding.extend",
    "evaluation.exclude-site", "evaluation.step-aside",
    "certificate.settle-condition", "finding.take-back", "finding.return", "finding.reopen", "finding.raise",
    "objection.file",
    "objection.reject", "certificate.suspend", "certificate.withdraw", "certificate.restore", "finding.confirm-effect",
})  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for somebody."""

    file: CertificationFile
    subject: Stateful
    acts: tuple[Act, ...]
    until: dt.date | None = None
    is_late: bool = False


def waiting_for(standing: Standing, on: dt.date, limit: int) -> list[Waiting]:
    """Return what waits for a person, what is late first, and of that the first so many."""
    work = Work(standing, on, BY_HAND - _NOT_WAITED, limit)
    found: list[Waiting] = []
    for one in work.evaluations():
        found += _waiting(one, one.file, standing, on, one.due_on)
    for finding in work.findings():
        found += _waiting(finding, finding.evaluation.file, standing, on, deadline_of(finding))
    for objection in work.objections():
        found += _waiting(objection, objection.file, standing, on, objection.decide_until)
    # What has no day comes last: it is not asked for when the page is full without it.
    if sum(item.until is not None for item in found) < limit:
        for file in work.applications():
            found += _waiting(file, file, standing, on, None)
    return sorted(found, key=lambda item: (not item.is_late, item.until or dt.date.max, item.file.number))[:limit]


def _waiting(
    subject: Stateful, file: CertificationFile, standing: Standing, on: dt.date, until: dt.date | None
) -> list[Waiting]:
    offered = open_acts(subject, standing.person, on, standing=standing)
    acts = tuple(act for act in offered if act.id not in _NOT_WAITED and not _has_panel(act, subject))
    return [Waiting(file, subject, acts, until, until is not None and until < on)] if acts else []


def _has_panel(act: Act, subject: Stateful) -> bool:
    return act.id == "objection.name-panellist" and isinstance(subject, Objection) and bool(subject.panel.all())


def deadline_of(finding: Finding) -> dt.date | None:
    """Return the next deadline of a finding by where it stands."""
    if finding.status == FindingStatus.RAISED:
        return finding.plan_until or finding.correction_until
    return finding.verified_until or finding.correction_until


@dataclass(frozen=True)
class DueItem:
    """One day that comes."""

    file_id: uuid.UUID
    number: str
    name: str
    on: dt.date
    is_late: bool


def due_of(person: Person, on: dt.date, *, within: int = 92) -> list[DueItem]:
    """Return what falls due next within some days in the files of a person: the first days, not all of them."""
    from sealmark_platform.casework import phrases

    names = {**phrases.KINDS, "validity": _("end of validity"), "suspension": _("end of the suspension")}
    found = days_to_come(person.pk, on, on + dt.timedelta(days=within))
    return [DueItem(file, number, str(names.get(kind, kind)), day, day < on) for day, file, number, kind in found]


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One notice as its reader sees it."""

    file_id: uuid.UUID
    number: str
    made_at: dt.datetime
    sentence: str


def news_of(person: Person) -> list[NewsItem]:
    """Return the newest notices of a person, each with its sentence."""
    return [
        NewsItem(file, number, made_at, _sentence(kind, details))
        for file, number, made_at, kind, details in newest_notices(person.pk)
    ]


def notice_sentence(notice: Notice) -> str:
    """Return what a notice says."""
    return _sentence(notice.kind, notice.details)


def _sentence(kind: str, said: Mapping[str, Any]) -> str:
    from sealmark_platform.workbench.notices import SENTENCES

    details = {"number": "", "outcome": "", "side": "", "on": "", **said}
    if details["on"]:
        details["on"] = date_format(dt.date.fromisoformat(str(details["on"])))
    return str(SENTENCES.get(kind, kind)) % details


def evaluation_parts(
    file: CertificationFile, standing: Standing, on: dt.date, language: str, *, is_insider: bool
) -> list[dict[str, Any]]:
    """Return the evaluations of a file, the newest first, with what belongs to each."""
    found, person, edition = [], standing.person, edition_of(file.edition)
    opened = opened_evidence(file, is_insider=is_insider)
    seats, sites, decisions = seats_in(file.pk), sites_in(file.pk), decisions_in(file.pk)
    related = file.evaluations.order_by("-number").defer("result", "ledger")
    related = related.prefetch_related(Prefetch("evidence", opened, to_attr="opened"), "findings")
    for one in related:
        told = is_told(one, is_insider=is_insider)
        findings = [
            {
                "finding": item,
                "acts": open_acts(item, person, on, standing=standing),
                "until": deadline_of(item) if item.is_owed else None,
            }
            for item in sorted(one.findings.all(), key=lambda item: item.number)
        ]
        found.append({
            "evaluation": one, "seats": seats.get(one.pk, ()), "sites": sites.get(one.pk, ()),
            "evidence": one.opened, "is_told": told, "run": _run_of(one, one.opened, is_told=told),
            "decisions": decisions.get(one.pk, ()), "findings": findings,
            "grade": grade_words(edition, language, one.grade), "acts": open_acts(one, person, on, standing=standing),
        })  # fmt: skip
    return found


def _run_of(one: Evaluation, evidence: Iterable[Evidence], *, is_told: bool) -> EvaluationRun | None:
    """Return the newest run of an evaluation whose result is still to come; clients are not told of it."""
    is_waited = is_told and one.status == EvaluationStatus.GATHERING
    newest = max(one.runs.all(), key=lambda run: run.asked_at, default=None) if is_waited else None
    # The result of an earlier one stood until more was to be gathered.
    if newest is None or newest.status == EvaluationRun.Status.DONE:
        return None
    # What could not be evaluated may have been replaced since.
    ended_at = newest.ended_at
    is_past = ended_at is not None and any(kept.is_case_folder and kept.added_at > ended_at for kept in evidence)
    return None if is_past else newest


def objection_parts(file: CertificationFile, standing: Standing, on: dt.date) -> list[dict[str, Any]]:
    """Return complaints and appeals of a file."""
    if not has_objections(file.pk):
        return []
    found = list(file.objections.order_by("-filed_on").select_related("against").prefetch_related("panel__person"))
    return [
        {"objection": one, "acts": open_acts(one, standing.person, on, standing=standing), "panel": one.panel.all()}
        for one in found
    ]


# Reasons that a client is told: those of acts addressed to them.
_FOR_CLIENTS = frozenset({
    "application.ask", "application.accept", "application.refuse", "finding.return", "finding.extend",
    "finding.take-back", "certificate.suspend", "certificate.restore", "certificate.withdraw",
    "certificate.settle-condition", "evaluation.decide", "objection.file", "objection.admit", "objection.reject",
    "objection.decide",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One entry of the trail as a reader sees it; what was erased is empty."""

    name: str
    when: str
    place: str
    who: str
    reason: str


@functools.lru_cache(maxsize=20_000)
def _moment(_language: str, at: dt.datetime) -> str:
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def trail_lines(entries: Iterable[Told], *, is_insider: bool) -> list[TrailLine]:
    """Return entries of the trail with who acted and why.

    Args:
        entries: Of one file.
        is_insider: The reader works for the body: clients see the reasons that are meant for them.
    """
    found = [(entry, json.loads(entry.event)["details"]) for entry in entries]
    texts = revealed(details[key] for _, details in found for key in ("name", "reason") if key in details)
    clock, place = _("the calendar"), _("entry %(number)s")
    return [
        TrailLine(
            act_name(entry.kind),
            _moment(get_language() or "", entry.at),
            place % {"number": entry.number},
            clock if entry.actor == "clock" else texts.get(details.get("name", ""), ""),
            texts.get(details.get("reason", ""), "") if is_insider or entry.kind in _FOR_CLIENTS else "",
        )
        for entry, details in found
    ]
