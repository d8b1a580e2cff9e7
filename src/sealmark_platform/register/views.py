"""The public directory (17065, 7.8): search, and a page per certificate with its history."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sealmark_platform.casework import phrases
from sealmark_platform.casework.models import Certificate
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.catalogue.queries import edition_of

__all__ = ["certificate", "search"]

_PER_PAGE = 50


def search(request: HttpRequest) -> HttpResponse:
    """Certificates by number or organization."""
    query = request.GET.get("q", "").strip()
    found = Certificate.objects.select_related("file__organization", "file__edition")
    if query:
        found = found.filter(Q(number__iexact=query) | Q(file__organization__name__icontains=query))
    page = Paginator(found.order_by("-number"), _PER_PAGE).get_page(request.GET.get("page"))
    carried = urlencode({"q": query}) + "&" if query else ""
    return render(request, "register/search.html", {"page": page, "query": query, "carried": carried})


def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """One certificate, or the plain statement that there is none."""
    related = Certificate.objects.select_related("file__organization", "file__edition", "file__body")
    found = related.filter(number__iexact=number).first()
    if found is None:
        return render(
            request, "register/search.html", {"page": Paginator([], 1).get_page(1), "query": number}, status=404
        )
    language = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(request.LANGUAGE_CODE, request.LANGUAGE_CODE)
    edition = edition_of(found.file.edition)
    events = [
        {"name": phrases.EVENTS.get(one.what, one.what), "on": one.on} for one in found.events.order_by("-on", "-pk")
    ]
    context = {"certificate": found, "organization": found.file.organization, "events": events,
               "grade": grade_words(edition, language, found.grade)}  # fmt: skip
    return render(request, "register/certificate.html", context)
