"""The whole register as a file: CSV for spreadsheets, JSON as the public records; streamed, nothing is gathered first.

Certificates whose details are withheld are left out of both, as they are out of searches.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from sealmark.attest.moments import moment_text
from sealmark.core.canonical import Json
from sealmark_platform.attestation.models import PublicRecord
from sealmark_platform.attestation.places import certificate_address, place
from sealmark_platform.attestation.records import record_of
from sealmark_platform.casework.models import Certificate, CertificateEvent
from sealmark_platform.cells import csv_lines
from sealmark_platform.records.models import Entry

__all__ = ["COLUMNS", "FORMAT", "export_csv", "export_json", "open_certificates", "state_of_list"]

FORMAT = "sealmark-register/1"
COLUMNS = (
    "number", "status", "holder", "address", "city", "country", "identity", "edition", "grade", "scope", "sites",
    "first_issued_on", "valid_from", "valid_until", "body", "body_country", "page",
)  # fmt: skip
_AT_ONCE = 500


class State(NamedTuple):
    """How new the list is.

    Attributes:
        at: When the newest act was done.
        chain: Its link of the trail.
    """

    at: dt.datetime
    chain: str


def state_of_list() -> State | None:
    """Return how new what the register says is; nothing before the first act."""
    found = Entry.objects.order_by("-number").values_list("at", "chain").first()
    return State(*found) if found else None


def open_certificates() -> QuerySet[Certificate]:
    """Return the certificates whose details everybody may see, by number."""
    return Certificate.objects.filter(withholding__approved_at=None).order_by("number")


@require_safe
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """Answer with a table of all certificates; no cell of it is a formula."""
    return _streamed(request, lambda _state: csv_lines(COLUMNS, _rows()), "text/csv; charset=utf-8; header=present")


@require_safe
def export_json(request: HttpRequest) -> HttpResponseBase:
    """Answer with the public records of all certificates, each with the entry of the log it stands in."""
    return _streamed(request, _document, "application/json")


def _streamed(request: HttpRequest, lines: Any, kind: str) -> HttpResponseBase:
    state = state_of_list()
    tag = f'W/"{state.chain}"' if state else ""
    headers = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
    if state:
        headers |= {"ETag": tag, "Last-Modified": http_date(state.at.timestamp())}
    if tag and request.META.get("HTTP_IF_NONE_MATCH") == tag:
        return HttpResponseNotModified(headers=headers)
    ending = "csv" if kind.startswith("text/csv") else "json"
    day = f"-{state.at:%Y-%m-%d}" if state else ""
    headers["Content-Disposition"] = f'attachment; filename="register{day}.{ending}"'
    return StreamingHttpResponse(lines(state), content_type=kind, headers=headers)


def _rows() -> Iterator[list[Any]]:
    early = CertificateEvent.objects.filter(certificate=OuterRef("pk"), what="renew", on__lt=OuterRef("valid_from"))
    holder, body = "file__organization__", "file__body__"
    found = open_certificates().values_list(
        "number", "status", f"{holder}name", f"{holder}address", f"{holder}city", f"{holder}country",
        f"{holder}register_number", Coalesce(F("edition__edition"), F("file__edition__edition")),
        Case(When(status="active", then=F("grade")), default=Value("")), "scope", "sites", "first_issued_on",
        Coalesce(Subquery(early.order_by("-on").values("on")[:1]), F("valid_from")), "valid_until", f"{body}name",
        f"{body}country",
    )  # fmt: skip
    for row in found.iterator(chunk_size=_AT_ONCE):
        yield [*row, certificate_address(row[0])]


def _document(state: State | None) -> Iterator[str]:
    head: dict[str, Json] = {"format": FORMAT, "register": place("register/"),
                             "updated": moment_text(state.at) if state else None}  # fmt: skip
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "certificates": ['
    before = ""
    for one in _records():
        yield f"{before}\n{json.dumps(one, ensure_ascii=False)}"
        before = ","
    yield "\n]}\n"


def _records() -> Iterator[dict[str, Json]]:
    related = open_certificates().select_related("file__body", "file__organization", "file__edition", "edition")
    batch: list[Certificate] = []
    for one in related.iterator(chunk_size=_AT_ONCE):
        batch.append(one)
        if len(batch) == _AT_ONCE:
            yield from _told(batch)
            batch = []
    yield from _told(batch)


def _told(certificates: Iterable[Certificate]) -> Iterator[dict[str, Json]]:
    """Yield what the rows say now, and the entry by which it was published."""
    kept = list(certificates)
    known = {one.pk: one for one in PublicRecord.objects.filter(pk__in=kept).select_related("credential")}
    numbers = [one.entry for one in known.values()]
    events = dict(Entry.objects.filter(number__in=numbers).values_list("number", "event"))
    for one in kept:
        published = known.get(one.pk)
        if published is None:
            yield {"record": record_of(one, "", None), "log": None}
            continue
        digest = published.credential.digest if published.credential else ""
        log: dict[str, Json] = {"index": published.entry - 1, "entry": events.get(published.entry, "")}
        yield {"record": record_of(one, digest, published.published_at), "log": log}
