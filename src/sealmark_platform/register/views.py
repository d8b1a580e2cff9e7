"""The public directory (17065, 7.8): search, and a page per certificate with its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sealmark_platform.casework import phrases
from sealmark_platform.casework.models import Certificate, CertificateEvent, CertificationFile
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.paging import Slice, slice_of
from sealmark_platform.parties.models import Organization
from sealmark_platform.register.keeping import kept_ready

__all__ = ["certificate", "search"]

_PER_PAGE, _FEW = 20, 200
_SHOWN = (
    "number", "valid_until", "status", "file__organization__name", "file__organization__city",
    "file__organization__country", "edition__edition", "file__edition__edition",
)  # fmt: skip


@kept_ready
def search(request: HttpRequest) -> HttpResponse:
    """Certificates by number or organization."""
    query = request.GET.get("q", "").strip()
    found = _with_number(query) or _named(query) if query else Certificate.objects.all()
    related = found.select_related("file__organization", "file__edition", "edition").only(*_SHOWN)
    page = slice_of(request, lambda limit: list(related.order_by("-number")[:limit]), per_page=_PER_PAGE)
    carried = urlencode({"q": query}) + "&" if query else ""
    return render(request, "register/search.html", {"page": page, "query": query, "carried": carried})


def _with_number(query: str) -> QuerySet[Certificate] | None:
    """Return the certificate with a number, if there is one: then nobody looked for a name."""
    held = Certificate.objects.filter(number__in=_spellings(query)).values_list("pk", flat=True)
    pks = list(held)
    return Certificate.objects.filter(pk__in=pks) if pks else None


def _named(query: str) -> QuerySet[Certificate]:
    """Return the certificates of organizations whose name has a text in it.

    Few such organizations: theirs are looked up. Many: going through the certificates in their order soon finds enough.
    """
    named = Organization.objects.filter(name__icontains=query)
    few = list(named.values_list("pk", flat=True)[: _FEW + 1])
    if len(few) <= _FEW:
        return Certificate.objects.filter(file__organization__in=few)
    holder = CertificationFile.objects.filter(pk=OuterRef("file"), organization__name__icontains=query)
    return Certificate.objects.filter(Exists(holder))


def _spellings(number: str) -> set[str]:
    """Return a number as it was typed, and as numbers are given: in capitals."""
    return {number, number.upper()}


def _since(certificate: Certificate, history: Iterable[CertificateEvent]) -> dt.date:
    """Return from when it has been valid: renewed before its end it goes on, though the new term begins later."""
    is_early = any(one.what == "renew" and one.on < certificate.valid_from for one in history)
    return certificate.first_issued_on if is_early else certificate.valid_from


@kept_ready
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """One certificate, or the plain statement that there is none."""
    related = Certificate.objects.select_related("file__organization", "file__edition", "edition", "file__body")
    found = related.filter(number__in=_spellings(number)).order_by("number").first()
    if found is None:
        nothing = Slice((), 1, has_next=False)
        return render(request, "register/search.html", {"page": nothing, "query": number}, status=404)
    language = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(request.LANGUAGE_CODE, request.LANGUAGE_CODE)
    edition = edition_of(found.granted_by)
    history = list(found.events.order_by("-on", "-pk"))
    events = [{"name": phrases.EVENTS.get(one.what, one.what), "on": one.on} for one in history]
    context = {
        "certificate": found, "since": _since(found, history), "organization": found.file.organization,
        "events": events, "grade": grade_words(edition, language, found.grade),
    }  # fmt: skip
    return render(request, "register/certificate.html", context)
