"""What the pages of a file and today's list show, gathered in few queries."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from sealmark.certify import (
    EvaluationStatus,
    FindingStatus,
)
from sealmark.certify.acts import Act
from sealmark_platform.casework.models import (
    CertificationFile,
    Decision,
    Evaluation,
    EvaluationRun,
    Evidence,
    Finding,
    Notice,
    Objection,
    Participation,
    PlannedSite,
)
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.casework.performing import BY_HAND, open_acts
from sealmark_platform.casework.queries.access import is_told, opened_evidence
from sealmark_platform.casework.queries.actors import Standing
from sealmark_platform.casework.queries.due import days_to_come
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.casework.queries.waiting import Work
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.parties.models import Person
from sealmark_platform.records.models import Entry
from sealmark_platform.records.queries import revealed
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
_SEAT = ("evaluation", "side", "is_lead", "stepped_aside", "person__name")
_DECISION = ("evaluation", "outcome", "decided_on", "reason", "decided_by__name")
_NEWS = ("kind", "details", "made_at", "file__number")


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


def news_of(person: Person) -> list[Notice]:
    """Return the newest notices of a person, each with its sentence."""
    found = list(
        Notice.objects.filter(person=person).select_related("file").only(*_NEWS).order_by("-made_at", "-pk")[:10]
    )
    for notice in found:
        notice.sentence = notice_sentence(notice)  # type: ignore[attr-defined]
    return found


def notice_sentence(notice: Notice) -> str:
    """Return what a notice says."""
    from sealmark_platform.workbench.notices import SENTENCES

    details = {"number": "", "outcome": "", "side": "", "on": "", **notice.details}
    if details["on"]:
        details["on"] = date_format(dt.date.fromisoformat(str(details["on"])))
    return str(SENTENCES.get(notice.kind, notice.kind)) % details


def evaluation_parts(
    file: CertificationFile, standing: Standing, on: dt.date, language: str, *, is_insider: bool
) -> list[dict[str, Any]]:
    """Return the evaluations of a file, the newest first, with what belongs to each."""
    found, person, edition = [], standing.person, edition_of(file.edition)
    opened = opened_evidence(file, is_insider=is_insider)
    related = _with_parts(file.evaluations.order_by("-number"), opened)
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
            "evaluation": one, "seats": one.participations.all(), "sites": one.planned_sites.all(),
            "evidence": one.opened, "is_told": told, "run": _run_of(one, is_told=told),  # type: ignore[attr-defined]
            "decisions": one.decisions.all(), "findings": findings,
            "grade": grade_words(edition, language, one.grade), "acts": open_acts(one, person, on, standing=standing),
        })  # fmt: skip
    return found


def _with_parts(evaluations: QuerySet[Evaluation], opened: QuerySet[Evidence]) -> QuerySet[Evaluation]:
    """Return evaluations with what belongs to them, without the long documents; ``opened`` is the evidence to show."""
    return evaluations.defer("result", "ledger").prefetch_related(
        Prefetch("participations", Participation.objects.select_related("person")),
        Prefetch(
            "planned_sites", PlannedSite.objects.select_related("site")
        ),
        Prefetch("evidence", opened, to_attr="opened"),
        Prefetch("decisions", Decision.objects.select_related("decided_by")),
        "findings",
    )


def _run_of(one: Evaluation, *, is_told: bool) -> EvaluationRun | None:
    """Return the newest run of an evaluation whose result is still to come; clients are not told of it."""
    is_waited = is_told and one.status == EvaluationStatus.GATHERING
    newest = max(one.runs.all(), key=lambda run: run.asked_at, default=None) if is_waited else None
    # The result of an earlier one stood until more was to be gathered.
    return None if newest is None or newest.status == EvaluationRun.Status.DONE else newest


def objection_parts(file: CertificationFile, standing: Standing, on: dt.date) -> list[dict[str, Any]]:
    """Return complaints and appeals of a file."""
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


def trail_lines(entries: Iterable[Entry], *, is_insider: bool) -> list[TrailLine]:
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
            date_format(localtime(entry.at), "SHORT_DATETIME_FORMAT"),
            place % {"number": entry.number},
            clock if entry.actor == "clock" else texts.get(details.get("name", ""), ""),
            texts.get(details.get("reason", ""), "") if is_insider or entry.kind in _FOR_CLIENTS else "",
        )
        for entry, details in found
    ]
