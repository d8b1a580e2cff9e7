"""The public directory (17065, 7.8): search, and a page per certificate with its history."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sealmark_platform.casework import phrases
from sealmark_platform.casework.models import Certificate
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.paging import Slice, slice_of
from sealmark_platform.parties.models import Organization
from sealmark_platform.register.keeping import kept_ready

__all__ = ["certificate", "search"]

_PER_PAGE = 20
_SHOWN = (
    "number", "valid_until", "status", "file__organization__name", "file__organization__city",
    "file__organization__country", "edition__edition",
)  # fmt: skip
_PAGE = (
    *_SHOWN, "grade", "scope", "sites", "first_issued_on", "valid_from", "file__organization__address",
    "file__edition__digest", "file__edition__adopted_on", "file__body__name", "file__body__address",
)  # fmt: skip


@kept_ready
def search(request: HttpRequest) -> HttpResponse:
    """Certificates by number or organization."""
    query = request.GET.get("q", "").strip()
    found = Certificate.objects.select_related("file__organization", "edition").only(*_SHOWN)
    if query:
        found = found.filter(Q(file__organization__in=_named(query)) | Q(number__in=_spellings(query)))
    page = slice_of(request, lambda limit: list(found.order_by("-number")[:limit]), per_page=_PER_PAGE)
    carried = urlencode({"q": query}) + "&" if query else ""
    return render(request, "register/search.html", {"page": page, "query": query, "carried": carried})


def _named(query: str) -> QuerySet[Organization]:
    return Organization.objects.filter(name__icontains=query).only("pk")


def _spellings(number: str) -> set[str]:
    """Return a number as it was typed, and as numbers are given: in capitals."""
    return {number, number.upper()}


@kept_ready
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """One certificate, or the plain statement that there is none."""
    related = Certificate.objects.select_related("file__organization", "edition", "file__body")
    found = related.only(*_PAGE).filter(number__in=_spellings(number)).order_by("number").first()
    if found is None:
        nothing = Slice((), 1, has_next=False)
        return render(request, "register/search.html", {"page": nothing, "query": number}, status=404)
    language = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(request.LANGUAGE_CODE, request.LANGUAGE_CODE)
    edition = edition_of(found.granted_by)
    events = [
        {"name": phrases.EVENTS.get(one.what, one.what), "on": one.on} for one in found.events.order_by("-on", "-pk")
    ]
    context = {"certificate": found, "organization": found.file.organization, "events": events,
               "grade": grade_words(edition, language, found.grade)}  # fmt: skip
    return render(request, "register/certificate.html", context)
