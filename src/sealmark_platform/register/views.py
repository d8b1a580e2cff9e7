"""The public directory (17065, 7.8): search, and a page per certificate with its history."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString, mark_safe

from sealmark_platform.attestation.records import holds_from
from sealmark_platform.casework import phrases
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.language import reader_tag
from sealmark_platform.paging import Slice, slice_of
from sealmark_platform.register.attested import negotiated, wanted
from sealmark_platform.register.keeping import for_everybody
from sealmark_platform.register.listed import Event, Listed, Shown, finder, shown_certificate
from sealmark_platform.register.moulds import Here, Mould, here, page, written
from sealmark_platform.register.printed import signed_part

__all__ = ["certificate", "search"]

_PER_PAGE = 20
_SEARCH = Mould("register/search.html", "query", "rows", "more", "as_of")
_ROW = Mould(
    "register/row.html", "address", "number", "holder", "city", "country", "scheme", "valid_until", "status"
)  # fmt: skip
_ROW_WITHHELD = Mould("register/row_withheld.html", "address", "number", "status")
_MORE = Mould(
    "parts/more.html", "carried", "page.number", "page.previous_page_number", "page.next_page_number"
)  # fmt: skip
_CERTIFICATE = Mould(
    "register/certificate.html", "number", "holder", "address", "country", "scheme", "edition", "grade", "scope",
    "sites", "first_issued_on", "since", "valid_until", "body", "body_address", "events", "complain", "subscribe",
    "as_of", "verified_on",
    "signed",
)  # fmt: skip
_WITHHELD = Mould("register/withheld.html", "number", "body", "body_address", "as_of", "complain", "subscribe")
_MISSING = Mould("register/missing.html", "number")
_EVENT = Mould("register/event.html", "name", "on")
_page_of = written("{{ value|address:'certificate' }}")
_country = written("{{ value|country_name }}")
_scheme = written("{{ value|scheme_title }}")
_day = written('{{ value|date:"DATE_FORMAT" }}')
_moment = written('{{ value|date:"DATETIME_FORMAT" }}')
_status = written('{% include "parts/status.html" with status=value %}')
_subscribe = written("{{ value|address:'certificate' }}subscribe/")
_complain = written("{% url 'complain' %}?certificate={{ value|urlencode }}")


@for_everybody
def search(request: HttpRequest) -> HttpResponse:
    """Certificates by number or organization."""
    query = request.GET.get("q", "").strip()
    return _list(request, slice_of(request, finder(query), per_page=_PER_PAGE), query)


def _list(request: HttpRequest, found: Slice, query: str) -> HttpResponse:
    carried = urlencode({"q": query}) + "&" if query else ""
    at = here()
    rows = _joined(_row(at, one) for one in found.object_list)
    newest = found.object_list[0].as_of if found.object_list else None
    values = {"query": query, "rows": rows, "more": _more(at, found, carried), "as_of": _moment(at, newest)}
    shape = {"has_rows": bool(found.object_list), "is_asked": bool(query)}
    return page(request, _SEARCH, values, shape=shape)


def _row(at: Here, one: Listed) -> SafeString:
    if not one.holder:
        address = _page_of(at, one.number)
        return _ROW_WITHHELD.fill(at, {"address": address, "number": one.number, "status": _status(at, one.status)})
    return _ROW.fill(at, {
        "address": _page_of(at, one.number), "number": one.number, "holder": one.holder, "city": one.city,
        "country": _country(at, one.country), "scheme": _scheme(at, one.edition), "status": _status(at, one.status),
        "valid_until": _day(at, one.valid_until),
    })  # fmt: skip


def _more(at: Here, found: Slice, carried: str) -> SafeString:
    values = {
        "carried": carried, "page.number": found.number, "page.previous_page_number": found.previous_page_number,
        "page.next_page_number": found.next_page_number,
    }  # fmt: skip
    shape = {"page.has_previous": found.has_previous, "page.has_next": found.has_next}
    return _MORE.fill(at, values, shape=shape)


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308 - each part is safe


@for_everybody
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """One certificate, or the plain statement that there is none; also as a document, for who asks for that."""
    if kind := wanted(request):
        return negotiated(request, number, kind)
    found = shown_certificate(number)
    if found is None:
        return page(request, _MISSING, {"number": number}, shape={}, code=404)
    shown, history = found
    if shown.withheld_at is not None:
        shape = {"status": shown.status, "has_body_address": bool(shown.body_address)}
        return page(request, _WITHHELD, _facts(here(), shown, history), shape=shape)
    grade = _grade(reader_tag(), shown.edition, shown.digest, shown.adopted_on, shown.grade)
    shape = {
        "status": shown.status, "is_graded": bool(grade), "has_body_address": bool(shown.body_address),
        "is_verified": shown.verified_at is not None,
    }  # fmt: skip
    more = {"grade": grade, "signed": signed_part(here(), shown.number) if shown.credential else ""}
    return page(request, _CERTIFICATE, {**_facts(here(), shown, history), **more}, shape=shape)


def _facts(at: Here, shown: Shown, history: list[Event]) -> dict[str, str]:
    return {
        "number": shown.number, "holder": shown.holder, "address": shown.address or shown.city,
        "country": _country(at, shown.country), "scheme": _scheme(at, shown.edition), "edition": shown.edition,
        "scope": linebreaksbr(shown.scope), "sites": ", ".join(shown.sites),
        "first_issued_on": _day(at, shown.first_issued_on), "since": _day(at, holds_from(shown.valid_from, history)),
        "valid_until": _day(at, shown.valid_until), "body": shown.body,
        "body_address": linebreaksbr(shown.body_address), "events": _joined(_event(at, one) for one in history),
        "complain": _complain(at, shown.number), "subscribe": _subscribe(at, shown.number),
        "as_of": _moment(at, shown.as_of), "verified_on": _day(at, shown.verified_at),
    }  # fmt: skip


def _event(at: Here, one: Event) -> SafeString:
    return _EVENT.fill(at, {"name": str(phrases.EVENTS.get(one.what, one.what)), "on": _day(at, one.on)})


@functools.lru_cache(maxsize=1_000)
def _grade(language: str, edition: str, digest: str, adopted_on: dt.date, label: str) -> str:
    adopted = AdoptedEdition(edition=edition, digest=digest, adopted_on=adopted_on)
    return grade_words(edition_of(adopted), language, label)
