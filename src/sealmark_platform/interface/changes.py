"""Changes of what a body keeps: every form of its administration, told and filled in by programs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema

from sealmark_platform.administration import body, calendars, editions, organizations, people
from sealmark_platform.administration.access import ADMINISTRATORS, ORGANIZERS, Desk, desk_for
from sealmark_platform.administration.tasks import Task
from sealmark_platform.api import schemas
from sealmark_platform.api.filling import KEY, cleaned, require_text, told_field
from sealmark_platform.api.identity import ACTING, READING, person_of
from sealmark_platform.api.problems import refuse
from sealmark_platform.api.replays import once
from sealmark_platform.catalogue.queries import edition_stamp
from sealmark_platform.parties.calendars import calendar_stamp
from sealmark_platform.parties.models import (
    Competence,
    Holiday,
    Leave,
    Membership,
    Organization,
    Person,
    PersonTie,
    Representation,
    Site,
)
from sealmark_platform.parties.queries import (
    body_stamp,
    clients_of,
    organization_stamp,
    people_of,
    person_stamp,
)
from sealmark_platform.records.models import Entry

__all__ = ["CHANGES", "router"]

router = Router(tags=["administration"])
_LARGEST_KEY = 2**63 - 1


def _unseen(_desk: Desk, _subject: Any) -> str:
    """Return the stamp of what does not stand there yet."""
    return ""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that can be changed.

    Attributes:
        task: What the page asks for and does.
        subject: What it is about, in a word.
        find: Returns the subject with an id, of the body at whose desk one sits, or nothing.
        stamp: What tells that somebody changed it in between; empty: nothing stands there yet.
        functions: Who may.
    """

    task: Task
    subject: str
    find: Callable[[Desk, Any], Any]
    stamp: Callable[[Desk, Any], str] = _unseen
    functions: tuple[str, ...] = ADMINISTRATORS

    @property
    def form(self) -> type[forms.Form]:
        """What is asked for."""
        return self.task.form

    @property
    def title(self) -> str:
        """What it does, in words."""
        return str(self.task.title)

    @property
    def is_stamped(self) -> bool:
        """Whether it changes something that stands there already."""
        return self.stamp is not _unseen


def _itself(desk: Desk, pk: Any) -> Any:
    return desk.body if pk == desk.body.pk else None


def _person(desk: Desk, pk: Any) -> Any:
    return people_of(desk.body).filter(pk=pk).first()


def _competence(desk: Desk, pk: Any) -> Any:
    return Competence.objects.select_related("person").filter(body=desk.body, pk=pk).first()


def _tie(desk: Desk, pk: Any) -> Any:
    ours = PersonTie.objects.filter(person__in=people_of(desk.body), organization__in=clients_of(desk.body))
    return ours.select_related("person", "organization").filter(pk=pk).first()


def _client(desk: Desk, pk: Any) -> Any:
    return clients_of(desk.body).filter(pk=pk).first()


def _site(desk: Desk, pk: Any) -> Any:
    return Site.objects.filter(organization__in=clients_of(desk.body), closed_on=None, pk=pk).first()


def _representative(desk: Desk, pk: Any) -> Any:
    return Representation.objects.filter(organization__in=clients_of(desk.body), pk=pk).first()


def _edition(desk: Desk, pk: Any) -> Any:
    return desk.body.editions.select_related("successor", "body").filter(pk=pk).first()


def _holiday(desk: Desk, pk: Any) -> Any:
    return Holiday.objects.select_related("body").filter(body=desk.body, pk=pk).first()


def _leave(desk: Desk, pk: Any) -> Any:
    return Leave.objects.select_related("body", "person").filter(body=desk.body, pk=pk).first()


def _of_calendar(desk: Desk, _subject: Any) -> str:
    return calendar_stamp(desk.body)


def _of_body(_desk: Desk, subject: Any) -> str:
    return body_stamp(subject)


def _of_person(desk: Desk, subject: Any) -> str:
    return person_stamp(subject if isinstance(subject, Person) else subject.person, desk.body)


def _of_client(_desk: Desk, subject: Any) -> str:
    return organization_stamp(subject.pk if isinstance(subject, Organization) else subject.organization_id)


def _of_edition(_desk: Desk, subject: Any) -> str:
    return edition_stamp(subject)


def _about_client(name: str) -> Change:
    return Change(organizations.TASKS[name], "organization", _client, _of_client, ORGANIZERS)


def _about_person(name: str) -> Change:
    return Change(people.TASKS[name], "person", _person, _of_person)


def _about_calendar(name: str) -> Change:
    return Change(calendars.TASKS[name], "body", _itself, _of_calendar)


CHANGES: Mapping[str, Change] = {
    "body.change-settings": Change(body.TASK, "body", _itself, _of_body),
    "person.add": Change(people.ADD, "body", _itself),
    "person.set-functions": _about_person("functions"),
    "person.invite": _about_person("invite"),
    "person.let-go": _about_person("let-go"),
    "competence.add": _about_person("competence"),
    "competence.end": Change(people.ITEM_TASKS["end-competence"][1], "competence", _competence, _of_person),
    "tie.declare": _about_person("tie"),
    "tie.end": Change(people.ITEM_TASKS["end-tie"][1], "tie", _tie, _of_person),
    "leave.take": _about_person("leave"),
    "leave.take-back": Change(people.ITEM_TASKS["take-back-leave"][1], "leave", _leave, _of_person),
    "calendar.set-week": _about_calendar("week"),
    "calendar.add-day": _about_calendar("day"),
    "calendar.add-days": _about_calendar("days"),
    "calendar.remove-day": Change(calendars.REMOVE, "holiday", _holiday, _of_calendar),
    "organization.add": Change(organizations.ADD, "body", _itself, functions=ORGANIZERS),
    "organization.change": _about_client("change"),
    "organization.add-site": _about_client("site"),
    "organization.add-sites": _about_client("sites"),
    "organization.close-site": Change(organizations.CLOSE, "site", _site, _of_client, ORGANIZERS),
    "organization.add-representative": _about_client("representative"),
    "organization.end-representation": Change(
        organizations.END, "representative", _representative, _of_client, ORGANIZERS
    ),
    "edition.adopt": Change(editions.ADOPT, "body", _itself),
    "edition.give-figures": Change(editions.FIGURES, "edition", _edition, _of_edition),
    "edition.plan-succession": Change(editions.TASKS["succession"], "edition", _edition, _of_edition),
    "edition.call-off-succession": Change(editions.TASKS["call-off"], "edition", _edition, _of_edition),
}
"""Every change, by the name of the entry it leaves."""


class ChangeRow(Schema):
    """One change that the reader may make."""

    change: str
    title: str
    subject: str


class ChangeForm(Schema):
    """What a change asks for, as things stand."""

    change: str
    subject: str
    seen: str
    is_final: bool
    fields: list[schemas.FormField]


class Left(Schema):
    """One entry that a change left in the trail."""

    number: int
    kind: str
    subject: str


class Changed(Schema):
    """What a change left behind; no entry: nothing differed. What is told besides is for people."""

    change: str
    subject: str
    seen: str
    told: str
    records: list[Left]


@router.get("/bodies/{slug:code}/changes", response=list[ChangeRow], auth=READING, operation_id="list_changes")
def list_changes(request: HttpRequest, code: str) -> Any:
    """The changes that the reader may make in a body, each with what it is about."""
    desk = desk_for(person_of(request), code, tuple(map(str, Membership.Function.values)))
    return [
        {"change": name, "title": str(one.task.title), "subject": one.subject}
        for name, one in CHANGES.items() if _may(desk, one)
    ]  # fmt: skip


def _may(desk: Desk, change: Change) -> bool:
    try:
        desk_for(desk.by, desk.body.code, change.functions)
    except PermissionDenied:
        return False
    return True


def _met(request: HttpRequest, code: str, change: str, subject: str) -> tuple[Desk, Change, Any]:
    """Return who asks, what is to be changed, and of what.

    Raises:
        Http404: There is no such change, or no such subject in the body.
    """
    known = CHANGES.get(change)
    desk = desk_for(person_of(request), code, ADMINISTRATORS if known is None else known.functions)
    if known is None:
        raise Http404
    try:
        found = known.find(desk, _key(subject))
    except (ValidationError, ValueError):
        found = None
    if found is None:
        raise Http404
    return desk, known, found


def _key(subject: str) -> uuid.UUID | int:
    return min(int(subject), _LARGEST_KEY) if subject.isascii() and subject.isdigit() else uuid.UUID(subject)


def _form(desk: Desk, change: Change, subject: Any) -> Callable[..., forms.Form]:
    return lambda *said: change.task.form(*said, desk=desk, subject=subject)


@router.get(
    "/bodies/{slug:code}/changes/{change}/{subject}", response=ChangeForm, auth=READING, operation_id="get_change"
)
def get_change(request: HttpRequest, code: str, change: str, subject: str) -> Any:
    """What a change asks for. One that makes something takes the id of the body as its subject."""
    desk, known, found = _met(request, code, change, subject)
    fields = _form(desk, known, found)().fields
    return {
        "change": change, "subject": subject, "seen": known.stamp(desk, found), "is_final": known.task.is_final,
        "fields": [told_field(name, field) for name, field in fields.items() if name != "seen"],
    }  # fmt: skip


@router.post("/bodies/{slug:code}/changes/{change}/{subject}", response=Changed, auth=ACTING, operation_id="do_change")
def do_change(
    request: HttpRequest, code: str, change: str, subject: str, said: Body[dict[str, Any]], key: str | None = KEY
) -> Any:
    """Make a change. Its fields are those that GET of the same address tells; a file is given as its text."""
    require_text(said)
    return once(request, said, lambda: _changed(request, (code, change, subject), said))


def _changed(request: HttpRequest, place: tuple[str, str, str], said: Mapping[str, Any]) -> HttpResponse:
    desk, known, found = _met(request, *place)
    stamp = known.stamp(desk, found)
    if stamp and not isinstance(said.get("seen"), str):
        raise refuse("SM863", "The stamp of what you have seen is missing.", where="body.seen")
    before = Entry.objects.aggregate(last=Max("number"))["last"] or 0
    told = known.task.do(desk, found, cleaned(_form(desk, known, found), said))
    left = Entry.objects.filter(number__gt=before, actor=str(desk.by.pk)).order_by("number")
    again = known.find(desk, found.pk)
    done = Changed(
        change=place[1], subject=place[2], seen="" if again is None else known.stamp(desk, again),
        told=told if isinstance(told, str) else "",
        records=[Left(number=one.number, kind=one.kind, subject=one.subject) for one in left],
    )  # fmt: skip
    return JsonResponse(done.model_dump(mode="json"))
