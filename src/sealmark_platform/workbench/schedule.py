"""Everything with a day in what a person may see: visits, deadlines, what falls due, what ends, holidays, leave."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sealmark.certify import CertificateStatus, EvaluationKind, EvaluationStatus, surveillance_days
from sealmark.certify.due import RENEWAL_NOTICE_MONTHS
from sealmark.core.periods import Period, add_months
from sealmark_platform.casework import phrases
from sealmark_platform.casework.models import Certificate, CertificationFile, Decision, Evaluation, Finding, Objection
from sealmark_platform.casework.queries.access import files_of_body_people, files_of_client, visible_files
from sealmark_platform.casework.queries.desks import functions_of
from sealmark_platform.casework.queries.evaluations import figures_of
from sealmark_platform.catalogue.queries import loaded, word_of
from sealmark_platform.language import reader_tag
from sealmark_platform.parties.calendars import WorkingCalendar, calendars_of
from sealmark_platform.parties.models import Body, Holiday, Leave, Person
from sealmark_platform.workbench.models import DecisionMeeting
from sealmark_platform.workbench.sheets import deadline_of

__all__ = ["KINDS", "Dated", "dated_items"]

KINDS: Mapping[str, Promise | str] = {
    "visit": gettext_lazy("visits"),
    "finding": gettext_lazy("deadlines of findings"),
    "evaluation": gettext_lazy("evaluations due"),
    "condition": gettext_lazy("conditions"),
    "validity": gettext_lazy("ends of certificates"),
    "suspension": gettext_lazy("ends of suspensions"),
    "objection": gettext_lazy("complaints and appeals"),
    "meeting": gettext_lazy("decision meetings"),
    "decision": gettext_lazy("decisions"),
    "holiday": gettext_lazy("holidays"),
    "leave": gettext_lazy("leave"),
}
"""What has a day, as the filter of the calendar names it."""

_AWAY = frozenset({"holiday", "leave"})
_KEPT = _AWAY | {"decision"}
"""What is not told to fall on a closed day."""
_OVER = (EvaluationStatus.DECIDED, EvaluationStatus.CANCELLED)
_PLANNERS = ("coordinator", "administrator")
_LIVE = (CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED)
_FILE = ("file__organization", "file__edition", "file__body")


@dataclass(frozen=True, slots=True)
class Dated:
    """Something on a day, or on several days in a row.

    Attributes:
        kind: One of :data:`KINDS`.
        file: What it belongs to; None: the body as a whole.
        first: Its day, or the first of its days.
        last: The last of its days.
        name: What it is, in words.
        key: What tells it from the others of its kind, the same tomorrow.
        is_late: It should have been done before today.
        body: Whose it is, where it belongs to no file.
        closed: Its days on which the body does not work, as far as they are unusual; its date stays.
    """

    kind: str
    file: CertificationFile | None
    first: dt.date
    last: dt.date
    name: str
    key: str
    is_late: bool = False
    body: Body | None = None
    closed: tuple[dt.date, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether it falls on a day on which the body does not work."""
        return bool(self.closed)

    @property
    def home(self) -> Body | None:
        """The body in whose calendar it is."""
        return self.body if self.file is None else self.file.body

    @property
    def number(self) -> str:
        """The file's number; nothing where it belongs to none."""
        return "" if self.file is None else self.file.number

    @property
    def holder(self) -> str:
        """Whom it is about: the organization of the file, or the body."""
        return str(self.body or "") if self.file is None else self.file.organization.name

    @property
    def address(self) -> str:
        """Where more is said."""
        if self.kind == "decision":
            return reverse("minutes", args=[self.first.isoformat()])
        if self.kind in _AWAY:
            return f"{reverse('calendar')}?month={self.first:%Y-%m}"
        return reverse("meeting") if self.file is None else reverse("file", args=[self.file.pk])

    def is_on(self, day: dt.date) -> bool:
        """Tell whether it is on a day."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for.

    Attributes:
        files: Those that count, as a subquery.
        ours: Those that the reader sees as somebody of the body, as a subquery.
        bodies: Whose meetings count.
        person: Who reads.
        works: For which bodies they work, with whether leave of everybody is theirs to see.
        days: Between which days.
        today: What should have been done before is late.
    """

    files: Any
    ours: Any
    bodies: frozenset[uuid.UUID]
    person: Person
    works: Mapping[uuid.UUID, bool]
    days: Period
    today: dt.date

    def falls(self, column: str) -> Q:
        return Q(**{f"{column}__range": (self.days.start, self.days.end)})


def dated_items(person: Person, days: Period, today: dt.date, *, is_mine: bool = False, kind: str = "") -> list[Dated]:
    """Return what has a day within some days, in their order.

    Args:
        person: Who reads: only files that they may see count.
        days: From the first to the last, both included.
        today: Before it, what is not done is late.
        is_mine: Only files in which the person has a seat or that are of their own organization.
        kind: Only this one of :data:`KINDS`; all when empty.
    """
    files = visible_files(person, today)
    if is_mine:
        seated = Q(evaluations__participations__person=person) | Q(objections__panel__person=person)
        files = files.filter(seated | Q(pk__in=files_of_client(person).values("pk")))
    ours = files_of_body_people(person, today).values("pk")
    held = functions_of(person)
    # A meeting is somebody's own where they decide.
    bodies = {body for body, function in held if not is_mine or function == "decider"}
    works = {body: not is_mine and bool({(body, one) for one in _PLANNERS} & held) for body, _function in held}
    asked = _Asked(files.values("pk"), ours, frozenset(bodies), person, works, days, today)
    found = [item for name, source in _sources().items() if kind in {"", name} for item in source(asked)]
    return sorted(_marked(found), key=lambda item: (item.first, item.last, item.number, item.name))


def _sources() -> Mapping[str, Callable[[_Asked], Iterator[Dated]]]:
    return {
        "visit": _visits, "finding": _findings, "evaluation": _evaluations, "condition": _conditions,
        "validity": _ends, "suspension": _suspensions, "objection": _objections, "decision": _decisions,
        "meeting": _meetings, "holiday": _holidays, "leave": _leaves,
    }  # fmt: skip


def _marked(items: Sequence[Dated]) -> list[Dated]:
    """Return everything, what falls on a closed day of its body marked as such."""
    homes = {item.home.pk: item.home for item in items if item.home is not None and item.kind not in _KEPT}
    if not homes:
        return list(items)
    kept = calendars_of(homes.values(), min(item.first for item in items), max(item.last for item in items))
    return [replace(item, closed=_closed(item, kept)) for item in items]


def _closed(item: Dated, calendars: Mapping[uuid.UUID, WorkingCalendar]) -> tuple[dt.date, ...]:
    if item.kind in _KEPT or item.home is None:
        return ()
    return tuple(calendars[item.home.pk].against(item.first, item.last))


def _visits(asked: _Asked) -> Iterator[Dated]:
    planned = Evaluation.objects.filter(
        file__in=asked.files, starts_on__lte=asked.days.end, ends_on__gte=asked.days.start
    ).exclude(status__in=[EvaluationStatus.CANCELLED, EvaluationStatus.PLANNING])
    for one in planned.select_related(*_FILE):
        assert one.starts_on is not None
        assert one.ends_on is not None
        name = _("Visit: %(kind)s") % {"kind": phrases.KINDS[one.kind]}
        yield Dated("visit", one.file, one.starts_on, one.ends_on, name, str(one.pk))


def _findings(asked: _Asked) -> Iterator[Dated]:
    owed = Finding.objects.filter(
        asked.falls("plan_until") | asked.falls("correction_until") | asked.falls("verified_until"),
        evaluation__file__in=asked.files, is_owed=True, status__in=["raised", "answered", "accepted"],
    )  # fmt: skip
    for one in owed.select_related(*(f"evaluation__{name}" for name in _FILE)):
        day, file = deadline_of(one), one.evaluation.file
        if day is not None and asked.days.start <= day <= asked.days.end:
            word = word_of(loaded(file.edition.edition), reader_tag(), "labels", one.grade)
            name = _("Finding: %(finding)s") % {"finding": f"{phrases.CLASSES.get(one.grade, word)} {one.number}"}
            yield Dated("finding", file, day, day, name, str(one.pk), day < asked.today)


def _evaluations(asked: _Asked) -> Iterator[Dated]:
    due = Evaluation.objects.filter(asked.falls("due_on"), file__in=asked.files).select_related(*_FILE)
    for one in due.exclude(status__in=_OVER):
        assert one.due_on is not None
        name = _("Due: %(kind)s") % {"kind": phrases.KINDS[one.kind]}
        yield Dated("evaluation", one.file, one.due_on, one.due_on, name, str(one.pk), one.due_on < asked.today)
    yield from _called_for(asked)


def _called_for(asked: _Asked) -> Iterator[Dated]:
    """Yield what the calendar will open later: surveillance, and when recertification is called for."""
    live = _live(asked).filter(valid_until__gte=asked.days.start)
    opened = set(Evaluation.objects.filter(file__in=asked.files).values_list("file_id", "kind", "due_on"))
    rhythms: dict[tuple[object, int | None], int | None] = {}
    for one in live:
        # The rhythm is the same for all of an edition and a size: it is worked out once.
        known = (one.file.edition_id, one.file.organization.employees)
        if known not in rhythms:
            rhythms[known] = _surveillance_months(one, asked.today)
        months = rhythms[known]
        term = Period(one.valid_from, one.valid_until)
        days = [] if months is None else [(day, "surveillance", day) for day in surveillance_days(term, months)]
        called = add_months(one.valid_until, -RENEWAL_NOTICE_MONTHS)
        for day, kind, due_on in [*days, (called, "recertification", one.valid_until)]:
            is_asked = max(asked.days.start, asked.today) <= day <= asked.days.end
            if is_asked and (one.file_id, kind, due_on) not in opened:
                yield Dated("evaluation", one.file, day, day, _call(kind), f"{one.pk}-{kind}-{day}")


def _call(kind: str) -> str:
    if kind == EvaluationKind.RECERTIFICATION:
        return _("Recertification is called for")
    return _("Due: %(kind)s") % {"kind": phrases.KINDS[kind]}


def _surveillance_months(certificate: Certificate, on: dt.date) -> int | None:
    book = figures_of(certificate.file, on)
    rule = book.edition.procedure.surveillance
    months = None if rule is None else book.number(rule.months)
    return int(months) if isinstance(months, Decimal) else None


def _live(asked: _Asked) -> QuerySet[Certificate]:
    return Certificate.objects.filter(file__in=asked.files, status__in=_LIVE).select_related(*_FILE)


def _conditions(asked: _Asked) -> Iterator[Dated]:
    for one in _live(asked).exclude(conditions=[]):
        for place, condition in one.open_conditions():
            day = dt.date.fromisoformat(condition["until"]) if condition.get("until") else dt.date.max
            if asked.days.start <= day <= asked.days.end:
                name, key = _("Condition to be met"), f"{one.pk}-{place}"
                yield Dated("condition", one.file, day, day, name, key, day < asked.today)


def _ends(asked: _Asked) -> Iterator[Dated]:
    for one in _live(asked).filter(asked.falls("valid_until")):
        name = _("Certificate %(number)s ends") % {"number": one.number}
        day = one.valid_until
        yield Dated("validity", one.file, day, day, name, str(one.pk), day < asked.today)


def _suspensions(asked: _Asked) -> Iterator[Dated]:
    held = _live(asked).filter(asked.falls("suspended_until"), status=CertificateStatus.SUSPENDED)
    for one in held:
        assert one.suspended_until is not None
        day = one.suspended_until
        yield Dated("suspension", one.file, day, day, _("The suspension ends"), str(one.pk), day < asked.today)


def _objections(asked: _Asked) -> Iterator[Dated]:
    open_ones = Objection.objects.filter(asked.falls("decide_until"), file__in=asked.files)
    for one in open_ones.filter(status__in=["received", "admitted", "investigated"]).select_related(*_FILE):
        assert one.decide_until is not None
        day, name = one.decide_until, _("To be decided: %(kind)s") % {"kind": phrases.KINDS[one.kind]}
        yield Dated("objection", one.file, day, day, name, str(one.pk), day < asked.today)


def _decisions(asked: _Asked) -> Iterator[Dated]:
    """Yield the days on which the body decided; its minutes are not the client's to read."""
    taken = Decision.objects.filter(
        asked.falls("decided_on"), evaluation__file__in=asked.files
    ).filter(evaluation__file__in=asked.ours)  # fmt: skip
    for one in taken.select_related(*(f"evaluation__{name}" for name in _FILE)):
        assert one.evaluation is not None
        name = _("Decided: %(outcome)s") % {"outcome": phrases.OUTCOMES[one.outcome]}
        yield Dated("decision", one.evaluation.file, one.decided_on, one.decided_on, name, str(one.pk))


def _meetings(asked: _Asked) -> Iterator[Dated]:
    called = DecisionMeeting.objects.filter(asked.falls("on"), body__in=asked.bodies, is_called_off=False)
    for one in called.select_related("body"):
        name = _("Decision meeting: %(place)s") % {"place": one.place} if one.place else _("Decision meeting")
        yield Dated("meeting", None, one.on, one.on, name, str(one.pk), body=one.body)


def _holidays(asked: _Asked) -> Iterator[Dated]:
    for one in Holiday.objects.filter(asked.falls("on"), body__in=asked.works).select_related("body"):
        yield Dated("holiday", None, one.on, one.on, _("Holiday: %(name)s") % {"name": one.name}, str(one.pk),
                    body=one.body)  # fmt: skip


def _leaves(asked: _Asked) -> Iterator[Dated]:
    """Yield one's own leave; who plans for a body sees that of everybody there."""
    planned = [body for body, sees_all in asked.works.items() if sees_all]
    found = Leave.objects.filter(
        Q(person=asked.person, body__in=asked.works) | Q(body__in=planned),
        first__lte=asked.days.end, last__gte=asked.days.start,
    )  # fmt: skip
    for one in found.select_related("body", "person"):
        name = _("Leave: %(person)s") % {"person": one.person.name}
        yield Dated("leave", None, one.first, one.last, name, str(one.pk), body=one.body)
