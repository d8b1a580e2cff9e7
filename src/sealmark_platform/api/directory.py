"""Who asks, the organizations of their files, the editions they meet, and the register that is open to everybody."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router

from sealmark.certify import CertificateStatus
from sealmark.scheme.edition import Edition
from sealmark_platform.api import schemas
from sealmark_platform.api.identity import ANYBODY, READING, person_of
from sealmark_platform.api.listing import Asked, Listing, Page, choice, filtered, listed, require_word
from sealmark_platform.api.sheets import history_of
from sealmark_platform.casework.models import Certificate
from sealmark_platform.casework.queries.access import visible_files
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import open_to_applications, words_of_editions
from sealmark_platform.parties.models import Organization, Person, Site

__all__ = ["router"]

router = Router()
_ORGANIZATIONS = Listing("organizations", schemas.Organization, ("name", "id"))
_SITES = Listing("sites", schemas.Site, ("code",))
_EDITIONS = Listing("editions", schemas.Edition, ("edition", "id"), {"body": "body_id", "body_name": "body__name"})
_REGISTER = Listing(
    "register", schemas.RegisteredRow, ("-number",),
    {"organization": "file__organization__name", "country": "file__organization__country",
     "city": "file__organization__city", "body": "file__body__name", "edition": "edition__edition"},
)  # fmt: skip


class _AskedOrganizations(Asked):
    name: str = ""


class _AskedEditions(Asked):
    body: uuid.UUID | None = None
    edition: str = ""


class _AskedRegister(Asked):
    number: str = ""
    organization: str = ""
    country: str = ""
    edition: str = ""
    status: str = choice(CertificateStatus)
    grade: str = ""


@router.get("/me", response=schemas.Me, auth=READING, tags=["people"], operation_id="get_me")
def get_me(request: HttpRequest) -> Any:
    """Who asks, and in which functions."""
    person = person_of(request)
    now = person.memberships.filter(Q(until=None) | Q(until__gte=timezone.now().date())).select_related("body")
    return {
        "id": person.pk, "name": person.name, "email": person.email,
        "functions": sorted(f"{seat.body.code}:{seat.function}" for seat in now),
        "organizations": list(person.representations.values_list("organization_id", flat=True)),
    }  # fmt: skip


def _organizations(person: Person) -> Any:
    files = visible_files(person, timezone.now().date())
    mine = Q(representations__person=person) | Q(pk__in=files.values("organization_id"))
    return Organization.objects.filter(pk__in=Organization.objects.filter(mine).values("pk"))


@router.get(
    "/organizations", response=Page[schemas.Organization], auth=READING, tags=["people"],
    operation_id="list_organizations",
)  # fmt: skip
def list_organizations(request: HttpRequest, asked: Query[_AskedOrganizations]) -> Any:
    """The organizations of the reader's files, and those the reader speaks for."""
    found = filtered(request, _organizations(person_of(request)), asked, {"name": "name__icontains"})
    return listed(_ORGANIZATIONS, found, asked)


@router.get(
    "/organizations/{uuid:pk}", response=schemas.Organization, auth=READING, tags=["people"],
    operation_id="get_organization",
)  # fmt: skip
def get_organization(request: HttpRequest, pk: uuid.UUID) -> Any:
    """One organization."""
    return get_object_or_404(_organizations(person_of(request)), pk=pk)


@router.get(
    "/organizations/{uuid:pk}/sites", response=Page[schemas.Site], auth=READING, tags=["people"],
    operation_id="list_sites",
)  # fmt: skip
def list_sites(request: HttpRequest, pk: uuid.UUID, asked: Query[Asked]) -> Any:
    """The sites of an organization."""
    if not _organizations(person_of(request)).filter(pk=pk).exists():
        raise Http404
    return listed(_SITES, filtered(request, Site.objects.filter(organization=pk), asked, {}), asked)


@router.get("/editions", response=Page[schemas.Edition], auth=READING, tags=["editions"], operation_id="list_editions")
def list_editions(request: HttpRequest, asked: Query[_AskedEditions]) -> Any:
    """The editions one can apply for, those of the reader's bodies, and those of their files."""
    person, on = person_of(request), timezone.now().date()
    files, now = visible_files(person, on), person.memberships.filter(Q(until=None) | Q(until__gte=on))
    seen = AdoptedEdition.objects.filter(
        Q(pk__in=open_to_applications(on).values("pk"))
        | Q(body__in=now.values("body"))
        | Q(pk__in=files.values("edition_id"))
    )
    return listed(_EDITIONS, filtered(request, seen, asked, {"body": "body_id", "edition": "edition"}), asked)


def _grades(edition: Edition) -> Iterable[str]:
    return (grade.id for ladder in edition.grading.ladders for grade in ladder.grades)


@router.get(
    "/register", response=Page[schemas.RegisteredRow], auth=ANYBODY, tags=["register"], operation_id="search_register"
)
def search_register(request: HttpRequest, asked: Query[_AskedRegister]) -> Any:
    """The public register, the newest number first; certificates whose details are withheld are not in it."""
    paths = {"number": "number__iexact", "organization": "file__organization__name__icontains",
             "country": "file__organization__country", "edition": "edition__edition", "status": "status",
             "grade": "grade"}  # fmt: skip
    if asked.grade:
        grades = words_of_editions(_grades)
        for part in asked.grade.split(", "):
            require_word("grade", part, grades)
    shown = Certificate.objects.filter(withholding__approved_at=None)
    return listed(_REGISTER, filtered(request, shown, asked, paths), asked)


@router.get(
    "/register/{number}", response=schemas.Registered, auth=ANYBODY, tags=["register"], operation_id="get_registered"
)
def get_registered(request: HttpRequest, number: str) -> Any:
    """One certificate of the public register with its history; where details are withheld, their texts are empty."""
    related = Certificate.objects.select_related("file__organization", "edition", "file__body")
    found = related.filter(number__iexact=number).first()
    if found is None:
        raise Http404
    is_open = not Certificate.objects.filter(pk=found.pk, withholding__approved_at__isnull=False).exists()
    organization = found.file.organization if is_open else Organization()
    told = {name: getattr(found, name) for name in (
        "number", "status", "grade", "valid_from", "valid_until", "scope", "first_issued_on")}  # fmt: skip
    return {
        **told, "organization": organization.name, "country": organization.country, "city": organization.city,
        "body": found.file.body.name, "edition": found.granted_by.edition,
        "history": history_of(found) if is_open else [], **({} if is_open else {"grade": "", "scope": ""}),
    }  # fmt: skip
