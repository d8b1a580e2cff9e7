"""What the pages of a file and today's list show, gathered in few queries."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sealmark.certify import (
    CertificateStatus,
    FindingStatus,
)
from sealmark.certify.acts import Act
from sealmark.scheme.edition import Edition
from sealmark_platform.casework.models import CertificationFile, Evaluation, Finding, Notice, Objection
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.casework.performing import open_acts
from sealmark_platform.casework.queries.access import told_evaluations, visible_evidence, visible_files
from sealmark_platform.casework.queries.actors import Standing, standing_of
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.parties.models import Person
from sealmark_platform.records.models import Entry
from sealmark_platform.records.queries import revealed

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
_SHOWN = 100


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for somebody."""

    file: CertificationFile
    subject: Stateful
    acts: tuple[Act, ...]
    until: dt.date | None = None
    is_late: bool = False


def waiting_for(person: Person, on: dt.date) -> list[Waiting]:
    """Return what waits for a person, what is late first."""
    mine, standing = visible_files(person, on), standing_of(person, on)
    found = [*_applications(mine, standing, on), *_evaluations(mine, standing, on), *_findings(mine, standing, on)]
    found += _objections(mine, standing, on)
    return sorted(found, key=lambda item: (not item.is_late, item.until or dt.date.max, item.file.number))[:_SHOWN]


def _waiting(
    subject: Stateful, file: CertificationFile, standing: Standing, on: dt.date, until: dt.date | None
) -> list[Waiting]:
    offered = open_acts(subject, standing.person, on, standing=standing)
    acts = tuple(act for act in offered if act.id not in _NOT_WAITED and not _has_panel(act, subject))
    return [Waiting(file, subject, acts, until, until is not None and until < on)] if acts else []


def _applications(mine: Any, standing: Standing, on: dt.date) -> Iterable[Waiting]:
    open_ones = mine.filter(status__in=["draft", "submitted", "asked", "accepted", "offered"])
    for file in open_ones.select_related("organization", "body")[:_SHOWN]:
        yield from _waiting(file, file, standing, on, None)


def _evaluations(mine: Any, standing: Standing, on: dt.date) -> Iterable[Waiting]:
    running = Evaluation.objects.filter(file__in=mine).exclude(status__in=["decided", "cancelled"])
    for one in running.select_related("file__organization", "file__body").order_by("due_on")[:_SHOWN]:
        yield from _waiting(one, one.file, standing, on, one.due_on)


def _findings(mine: Any, standing: Standing, on: dt.date) -> Iterable[Waiting]:
    owed = Finding.objects.filter(
        evaluation__file__in=mine, is_owed=True, status__in=["raised", "answered", "accepted"]
    )
    for one in owed.select_related("evaluation__file__organization", "evaluation__file__body")[:_SHOWN]:
        yield from _waiting(one, one.evaluation.file, standing, on, deadline_of(one))


def _objections(mine: Any, standing: Standing, on: dt.date) -> Iterable[Waiting]:
    open_ones = Objection.objects.filter(file__in=mine).exclude(status="closed")
    related = open_ones.select_related("file__organization", "file__body", "against").prefetch_related("panel")
    for one in related[:_SHOWN]:
        yield from _waiting(one, one.file, standing, on, one.decide_until)


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

    file: CertificationFile
    name: str
    on: dt.date
    is_late: bool


def due_of(person: Person, on: dt.date, *, within: int = 92) -> list[DueItem]:
    """Return what falls due within some days in the files of a person."""
    limit = on + dt.timedelta(days=within)
    found = []
    soon = Evaluation.objects.filter(file__in=visible_files(person, on), due_on__lte=limit)
    for one in soon.exclude(status__in=["decided", "cancelled"]).select_related("file")[:_SHOWN]:
        assert one.due_on is not None
        found.append(DueItem(one.file, _kind_name(one.kind), one.due_on, one.due_on < on))
    live = visible_files(person, on).filter(
        certificate__status__in=[CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED]
    )
    for name, column in ((_("end of validity"), "valid_until"), (_("end of the suspension"), "suspended_until")):
        ending = live.filter(**{f"certificate__{column}__lte": limit}).select_related("certificate")[:_SHOWN]
        days = [(file, getattr(file.certificate, column)) for file in ending]
        found += [DueItem(file, name, day, day < on) for file, day in days]
    return sorted(found, key=lambda item: item.on)


def _kind_name(kind: str) -> str:
    from sealmark_platform.casework import phrases

    return str(phrases.KINDS.get(kind, kind))


def news_of(person: Person) -> list[Notice]:
    """Return the newest notices of a person, each with its sentence."""
    found = list(Notice.objects.filter(person=person).select_related("file").order_by("-made_at", "-pk")[:10])
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
    file: CertificationFile, standing: Standing, on: dt.date, edition: Edition, language: str
) -> list[dict[str, Any]]:
    """Return the evaluations of a file, the newest first, with what belongs to each."""
    found, person = [], standing.person
    told = set(told_evaluations(person, on).filter(file=file).values_list("pk", flat=True))
    opened = set(visible_evidence(person, on).filter(evaluation__file=file).values_list("pk", flat=True))
    related = file.evaluations.order_by("-number").prefetch_related(
        "participations__person", "planned_sites__site", "evidence", "findings", "decisions__decided_by"
    )
    for one in related:
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
            "evidence": [item for item in one.evidence.all() if item.pk in opened], "is_told": one.pk in told,
            "decisions": one.decisions.all(), "findings": findings,
            "grade": grade_words(edition, language, one.grade), "acts": open_acts(one, person, on, standing=standing),
        })  # fmt: skip
    return found


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


@dataclass(frozen=True)
class TrailLine:
    """One entry of the trail as a reader sees it; what was erased is empty."""

    entry: Entry
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
    return [
        TrailLine(
            entry,
            _("the calendar") if entry.actor == "clock" else texts.get(details.get("name", ""), ""),
            texts.get(details.get("reason", ""), "") if is_insider or entry.kind in _FOR_CLIENTS else "",
        )
        for entry, details in found
    ]
