"""The bodies one works for, and what they keep: people, organizations, editions, mails, their own records."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema

from sealmark_platform.administration.access import ADMINISTRATORS, ORGANIZERS, desk_for
from sealmark_platform.administration.words import CHANGES
from sealmark_platform.api import schemas
from sealmark_platform.api.identity import ACTING, READING, person_of
from sealmark_platform.api.listing import Asked, Listing, Page, choice, filtered, listed, require_word
from sealmark_platform.casework.models import Notice
from sealmark_platform.mail import send_mails
from sealmark_platform.parties.models import (
    Body,
    Competence,
    Membership,
    Person,
    PersonTie,
    Representation,
    Site,
)
from sealmark_platform.parties.queries import clients_of, current, people_of
from sealmark_platform.records.models import Entry

__all__ = ["router"]

router = Router(auth=READING, tags=["administration"])


class BodyRow(Schema):
    """One certification body."""

    id: uuid.UUID
    code: str
    name: str
    country: str


class Settings(BodyRow):
    """One certification body with its settings."""

    address: str
    languages: list[str] | None
    cooling_off_days: int
    reviewer_may_decide: bool
    votes_needed: int
    rotation_evaluations: int


class PersonRow(Schema):
    """Somebody who works or worked for a body."""

    id: uuid.UUID
    name: str
    email: str
    language: str
    is_active: bool


class FunctionRow(Schema):
    """One function of one person."""

    id: int
    person: uuid.UUID
    person_name: str
    function: str
    until: dt.date | None


class CompetenceRow(Schema):
    """What somebody may judge."""

    id: int
    person: uuid.UUID
    person_name: str
    scheme: str
    sector: str
    language: str
    valid_until: dt.date | None
    evidence: str


class TieRow(Schema):
    """What ties somebody to a client of the body."""

    id: int
    person: uuid.UUID
    person_name: str
    organization: uuid.UUID
    organization_name: str
    kind: str
    until: dt.date | None
    note: str


class ClientRow(schemas.Organization):
    """An organization that a body looks after."""

    open_sites: int
    files: int


class SiteRow(schemas.Site):
    """A site of a client."""

    organization: uuid.UUID
    organization_name: str


class RepresentativeRow(Schema):
    """Somebody who speaks for a client."""

    id: int
    organization: uuid.UUID
    organization_name: str
    person: uuid.UUID
    person_name: str
    email: str
    may_sign: bool


class NoticeRow(Schema):
    """One notice of the outbox; sent_at null: it waits, failed_at: when the mail was last refused."""

    id: int
    person: uuid.UUID
    person_name: str
    email: str
    file: uuid.UUID
    file_number: str
    kind: str
    made_at: dt.datetime
    sent_at: dt.datetime | None
    failed_at: dt.datetime | None


class Sent(Schema):
    """What became of a mail."""

    person: uuid.UUID
    is_sent: bool


_OF_PERSON = {"person": "person_id", "person_name": "person__name"}
_OF_ORGANIZATION = {"organization": "organization_id", "organization_name": "organization__name"}
_BODIES = Listing("bodies", BodyRow, ("name", "id"))
_PEOPLE = Listing("people", PersonRow, ("name", "id"))
_FUNCTIONS = Listing("functions", FunctionRow, ("person__name", "id"), _OF_PERSON)
_COMPETENCES = Listing("competences", CompetenceRow, ("person__name", "id"), _OF_PERSON)
_TIES = Listing("ties", TieRow, ("person__name", "id"), {**_OF_PERSON, **_OF_ORGANIZATION})
_CLIENTS = Listing("organizations", ClientRow, ("name", "id"), {"files": "our_files"})
_SITES = Listing("sites", SiteRow, ("organization__name", "code", "id"), _OF_ORGANIZATION)
_REPRESENTATIVES = Listing(
    "representatives", RepresentativeRow, ("organization__name", "id"),
    {**_OF_PERSON, **_OF_ORGANIZATION, "email": "person__email"},
)  # fmt: skip
_OUTBOX = Listing(
    "outbox", NoticeRow, ("-made_at", "id"),
    {**_OF_PERSON, "email": "person__email", "file": "file_id", "file_number": "file__number",
     "failed_at": "person__mailbox__failed_at"},
)  # fmt: skip
_RECORDS = Listing("records", schemas.Record, ("-number",))
_STATES = {
    "waiting": Q(sent_at=None, person__mailbox__failed_at=None),
    "failed": Q(sent_at=None, person__mailbox__failed_at__isnull=False),
    "sent": Q(sent_at__isnull=False),
}  # fmt: skip


class _AskedPeople(Asked):
    name: str = ""
    email: str = ""
    function: str = choice(Membership.Function)


class _AskedOfPerson(Asked):
    person: uuid.UUID | None = None


class _AskedFunctions(_AskedOfPerson):
    function: str = choice(Membership.Function)


class _AskedCompetences(_AskedOfPerson):
    scheme: str = ""


class _AskedTies(_AskedOfPerson):
    organization: uuid.UUID | None = None


class _AskedClients(Asked):
    name: str = ""
    register_number: str = ""
    city: str = ""


class _AskedOfClient(Asked):
    organization: uuid.UUID | None = None


class _AskedOutbox(_AskedOfPerson):
    state: str = choice(_STATES)


class _AskedRecords(Asked):
    subject: str = ""
    kind: str = ""


def _body(request: HttpRequest, code: str, functions: tuple[str, ...] = ADMINISTRATORS) -> Body:
    return desk_for(person_of(request), code, functions).body


@router.get("/bodies", response=Page[BodyRow], operation_id="list_bodies")
def list_bodies(request: HttpRequest, asked: Query[Asked]) -> Any:
    """The bodies the reader works for."""
    now = person_of(request).memberships.filter(current(timezone.now().date()))
    found = Body.objects.filter(pk__in=now.values("body"))
    return listed(_BODIES, filtered(request, found, asked, {}), asked)


@router.get("/bodies/{slug:code}", response=Settings, operation_id="get_body")
def get_body(request: HttpRequest, code: str) -> Any:
    """One body with its settings."""
    return _body(request, code)


@router.get("/bodies/{slug:code}/people", response=Page[PersonRow], operation_id="list_people")
def list_people(request: HttpRequest, code: str, asked: Query[_AskedPeople]) -> Any:
    """Everybody who works or worked for the body; with a function: who holds it today."""
    body = _body(request, code)
    found = filtered(request, people_of(body), asked, {"name": "name__icontains", "email": "email__iexact"})
    if asked.function:
        held = Membership.objects.filter(current(timezone.now().date()), body=body, function=asked.function)
        found = found.filter(pk__in=held.values("person"))
    return listed(_PEOPLE, found, asked)


@router.get("/bodies/{slug:code}/people/{uuid:pk}", response=PersonRow, operation_id="get_person")
def get_person(request: HttpRequest, code: str, pk: uuid.UUID) -> Any:
    """One person of the body."""
    return get_object_or_404(people_of(_body(request, code)), pk=pk)


@router.get("/bodies/{slug:code}/functions", response=Page[FunctionRow], operation_id="list_functions")
def list_functions(request: HttpRequest, code: str, asked: Query[_AskedFunctions]) -> Any:
    """Who holds and held which function."""
    found = Membership.objects.filter(body=_body(request, code))
    return listed(_FUNCTIONS, filtered(request, found, asked, {"person": "person", "function": "function"}), asked)


@router.get("/bodies/{slug:code}/competences", response=Page[CompetenceRow], operation_id="list_competences")
def list_competences(request: HttpRequest, code: str, asked: Query[_AskedCompetences]) -> Any:
    """Who may judge what, also what has ended."""
    found = Competence.objects.filter(body=_body(request, code))
    return listed(_COMPETENCES, filtered(request, found, asked, {"person": "person", "scheme": "scheme"}), asked)


@router.get("/bodies/{slug:code}/ties", response=Page[TieRow], operation_id="list_ties")
def list_ties(request: HttpRequest, code: str, asked: Query[_AskedTies]) -> Any:
    """What ties people of the body to its clients."""
    body = _body(request, code)
    found = PersonTie.objects.filter(person__in=people_of(body), organization__in=clients_of(body))
    paths = {"person": "person", "organization": "organization"}
    return listed(_TIES, filtered(request, found, asked, paths), asked)


@router.get("/bodies/{slug:code}/organizations", response=Page[ClientRow], operation_id="list_clients")
def list_clients(request: HttpRequest, code: str, asked: Query[_AskedClients]) -> Any:
    """The organizations the body looks after."""
    body = _body(request, code, ORGANIZERS)
    paths = {"name": "name__icontains", "register_number": "register_number__iexact", "city": "city__icontains"}
    counted = filtered(request, clients_of(body), asked, paths).annotate(
        open_sites=Count("sites", filter=Q(sites__closed_on=None), distinct=True),
        our_files=Count("files", filter=Q(files__body=body), distinct=True),
    )
    return listed(_CLIENTS, counted, asked)


@router.get("/bodies/{slug:code}/sites", response=Page[SiteRow], operation_id="list_client_sites")
def list_client_sites(request: HttpRequest, code: str, asked: Query[_AskedOfClient]) -> Any:
    """The sites of the organizations the body looks after."""
    found = Site.objects.filter(organization__in=clients_of(_body(request, code, ORGANIZERS)))
    return listed(_SITES, filtered(request, found, asked, {"organization": "organization"}), asked)


@router.get(
    "/bodies/{slug:code}/representatives", response=Page[RepresentativeRow], operation_id="list_representatives"
)
def list_representatives(request: HttpRequest, code: str, asked: Query[_AskedOfClient]) -> Any:
    """Who speaks for the organizations the body looks after."""
    found = Representation.objects.filter(organization__in=clients_of(_body(request, code, ORGANIZERS)))
    return listed(_REPRESENTATIVES, filtered(request, found, asked, {"organization": "organization"}), asked)


@router.get("/bodies/{slug:code}/outbox", response=Page[NoticeRow], operation_id="list_outbox")
def list_outbox(request: HttpRequest, code: str, asked: Query[_AskedOutbox]) -> Any:
    """The notices that were or will be mailed, the newest first; the state is waiting, failed or sent."""
    found = filtered(request, _notices(_body(request, code)), asked, {"person": "person"})
    return listed(_OUTBOX, found.filter(_STATES.get(asked.state, Q())), asked)


def _notices(body: Body) -> QuerySet[Notice]:
    """Return what belongs to a mail: what somebody saw on their page before was never sent."""
    return Notice.objects.filter(file__body=body).exclude(sent_at=None, seen_at__isnull=False)


@router.post("/bodies/{slug:code}/outbox/{uuid:person}/send", response=Sent, auth=ACTING, operation_id="send_mail")
def send_mail(request: HttpRequest, code: str, person: uuid.UUID) -> HttpResponse:
    """Send at once what waits for somebody."""
    desk = desk_for(person_of(request), code)
    to = Person.objects.filter(pk=person).first()
    if to is None or not _notices(desk.body).filter(person=to, sent_at=None).exists():
        raise Http404
    sent, _failed = send_mails(desk.at, only=to)
    return JsonResponse(Sent(person=person, is_sent=bool(sent)).model_dump(mode="json"))


@router.get("/bodies/{slug:code}/records", response=Page[schemas.Record], operation_id="list_body_records")
def list_body_records(request: HttpRequest, code: str, asked: Query[_AskedRecords]) -> Any:
    """The entries of the trail about the body's own changes, the newest first."""
    found = Entry.objects.filter(tenant=str(_body(request, code).pk), file="")
    if asked.kind and not found.filter(kind=asked.kind).exists():
        require_word("kind", asked.kind, CHANGES)
    return listed(_RECORDS, filtered(request, found, asked, {"subject": "subject", "kind": "kind"}), asked)
