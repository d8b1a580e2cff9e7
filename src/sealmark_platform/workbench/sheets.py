"""What the pages of a file and today's list show, gathered in few queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sealmark.certify import (
    CertificateStatus,
    EvaluationStatus,
    FindingStatus,
    Function,
    ObjectionStatus,
    Subject,
)
from sealmark.certify.acts import Act
from sealmark.scheme.edition import Edition
from sealmark_platform.casework.models import CertificationFile, Evaluation, Finding, Notice, Objection
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.casework.performing import open_acts
from sealmark_platform.casework.queries.access import visible_files
from sealmark_platform.casework.queries.actors import Standing, members_with, standing_of
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.parties.models import Person
from sealmark_platform.records.models import Entry

__all__ = ["Waiting", "due_of", "evaluation_parts", "named_entries", "news_of", "objection_parts", "waiting_for"]

# Acts that end or bypass a file are always possible: nobody is waiting for them.
_NOT_WAITED = frozenset({
    "application.withdraw", "application.refuse", "evaluation.cancel", "evaluation.defer", "evaluation.send-back",
    "evaluation.assign", "evaluation.open", "evaluation.change-plan", "evaluation.gather-more", "finding.extend",
    "evaluation.exclude-site", "finding.take-back", "finding.return", "finding.reopen", "finding.raise",
    "objection.file",
    "objection.reject", "certificate.suspend", "certificate.withdraw", "certificate.restore", "finding.confirm-effect",
})  # fmt: skip
_SHOWN = 100
# It is no act of the table: naming a panel leaves the status as it is.
_NAME_PANELLIST = Act(
    "objection.name-panellist", Subject.OBJECTION, frozenset(), None, frozenset({Function.COORDINATOR})
)
_WITH_PANEL = frozenset({ObjectionStatus.RECEIVED, ObjectionStatus.ADMITTED, ObjectionStatus.INVESTIGATED})


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
    acts = tuple(act for act in open_acts(subject, standing.person, on, standing=standing) if act.id not in _NOT_WAITED)
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
    coordinated = _coordinated(standing.person, on)
    for one in open_ones.select_related("file__organization", "file__body", "against").prefetch_related("panel")[
        :_SHOWN
    ]:
        if one.status in _WITH_PANEL and not one.panel.all() and one.file.body_id in coordinated:
            is_late = one.decide_until is not None and one.decide_until < on
            yield Waiting(one.file, one, (_NAME_PANELLIST,), one.decide_until, is_late)
        else:
            yield from _waiting(one, one.file, standing, on, one.decide_until)


def _coordinated(person: Person, on: dt.date) -> set[object]:
    """Return the bodies in which a person coordinates."""
    held = person.memberships.filter(Q(until=None) | Q(until__gte=on), function=Function.COORDINATOR)
    return set(held.values_list("body_id", flat=True))


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
    file: CertificationFile, person: Person, on: dt.date, edition: Edition, language: str
) -> list[dict[str, Any]]:
    """Return the evaluations of a file, the newest first, with what belongs to each."""
    found, standing = [], standing_of(person, on, file=file)
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
            "evidence": one.evidence.all(), "decisions": one.decisions.all(), "findings": findings,
            "grade": grade_words(edition, language, one.grade), "acts": open_acts(one, person, on, standing=standing),
            "may_step_aside": _may_step_aside(one, person),
        })  # fmt: skip
    return found


def _may_step_aside(one: Evaluation, person: Person) -> bool:
    is_open = one.status not in {EvaluationStatus.DECIDED, EvaluationStatus.CANCELLED}
    seats = one.participations.all()
    return is_open and any(seat.person_id == person.pk and not seat.stepped_aside for seat in seats)


def objection_parts(file: CertificationFile, person: Person, on: dt.date) -> list[dict[str, Any]]:
    """Return complaints and appeals of a file."""
    found = list(file.objections.order_by("-filed_on").select_related("against").prefetch_related("panel__person"))
    standing = standing_of(person, on, file=file)
    may_name = bool(found) and members_with(file, "coordinator", on).filter(person=person).exists()
    return [
        {"objection": one, "acts": open_acts(one, person, on, standing=standing), "panel": one.panel.all(),
         "may_name": may_name and one.status in _WITH_PANEL}
        for one in found
    ]  # fmt: skip


def named_entries(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries of the trail with the names of those who acted."""
    found = list(entries)
    names = {str(pk): name for pk, name in Person.objects.filter(pk__in=_people(found)).values_list("pk", "name")}
    for entry in found:
        entry.who = names.get(entry.actor, _("the calendar"))  # type: ignore[attr-defined]
    return found


def _people(entries: Iterable[Entry]) -> set[str]:
    return {entry.actor for entry in entries if entry.actor != "clock"}
