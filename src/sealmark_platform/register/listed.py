"""What the register finds: rows as plain values, by questions that are put into SQL once."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.db.models import Case, F, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, StrIndex

from sealmark_platform.casework.models import Certificate, CertificateEvent
from sealmark_platform.prepared import Prepared
from sealmark_platform.records.models import Entry
from sealmark_platform.register.comparing import VERIFIED
from sealmark_platform.register.models import NamePart, SearchedName
from sealmark_platform.register.names import folded, is_whole, range_of

__all__ = ["Event", "Listed", "Shown", "finder", "shown_certificate"]

_FEW = 2_000
# PostgreSQL refuses texts with it, so none holds one.
_ZERO = "\0"
_HOLDER = "file__organization__"


class Listed(NamedTuple):
    """What a list tells of a certificate; nothing of the holder when the details are withheld."""

    number: str
    valid_until: dt.date
    status: str
    holder: str
    city: str
    country: str
    edition: str
    as_of: dt.datetime | None


class Shown(NamedTuple):
    """What the page of a certificate tells."""

    key: uuid.UUID
    number: str
    status: str
    grade: str
    scope: str
    sites: list[str]
    first_issued_on: dt.date
    valid_from: dt.date
    valid_until: dt.date
    holder: str
    address: str
    city: str
    country: str
    body: str
    body_address: str
    edition: str
    digest: str
    adopted_on: dt.date
    withheld_at: dt.datetime | None
    as_of: dt.datetime | None
    verified_at: dt.datetime | None
    credential: uuid.UUID | None


class Event(NamedTuple):
    """One line of the history of a certificate."""

    what: str
    on: dt.date


def _granted_by(field: str) -> Coalesce:
    """Return a field of the edition by which the grade was given, as the property of that name does."""
    return Coalesce(F(f"edition__{field}"), F(f"file__edition__{field}"))


def _listed(found: QuerySet[Certificate], limit: int) -> QuerySet[Certificate, tuple[object, ...]]:
    holder = (_open(f"{_HOLDER}{part}") for part in ("name", "city", "country"))
    newest = _newest(Entry.objects.all())
    told = found.order_by("-number").values_list(
        "number", "valid_until", "status", *holder, _granted_by("edition"), newest
    )  # fmt: skip
    return told[:limit]


def _newest(entries: QuerySet[Entry]) -> Subquery:
    """Return when the newest of some entries of the trail was made."""
    return Subquery(entries.order_by("-number").values("at")[:1])


def _open(field: str) -> Case:
    return Case(When(withholding__approved_at=None, then=F(field)), default=Value(""))


def _numbered(number: str, capitals: str) -> QuerySet[Certificate]:
    return Certificate.objects.filter(number__in=(number, capitals))


_ONE = Prepared(
    lambda number, capitals: _numbered(number, capitals).order_by("number").values_list(
        "pk", "number", "status", "grade", "scope", "sites", "first_issued_on", "valid_from", "valid_until",
        f"{_HOLDER}name", f"{_HOLDER}address", f"{_HOLDER}city", f"{_HOLDER}country", "file__body__name",
        "file__body__address", *map(_granted_by, ("edition", "digest", "adopted_on")), "withholding__approved_at",
        _newest(Entry.objects.all()), _newest(Entry.objects.filter(subject=VERIFIED)),
        "public_record__credential",
    )[:1], str, str,
)  # fmt: skip
_EVENTS = Prepared(
    lambda key: CertificateEvent.objects.filter(certificate=key).order_by("-on", "-pk").values_list("what", "on"),
    uuid.UUID,
)
_KNOWN = Prepared(lambda number, capitals: _numbered(number, capitals).values_list("pk"), str, str)
_WITH_NUMBER = Prepared(lambda number, capitals: _listed(_numbered(number, capitals), 2), str, str)


def shown_certificate(number: str) -> tuple[Shown, list[Event]] | None:
    """Return the certificate with a number, as typed or in capitals, and its history, the newest first."""
    found = [] if _ZERO in number else _ONE.rows(number, number.upper())
    if not found:
        return None
    shown = Shown(*found[0])
    return shown, [Event(*row) for row in _EVENTS.rows(shown.key)]


def finder(query: str) -> Callable[[int], Sequence[Listed]]:
    """Return what gives the first certificates that a visitor asks for, the newest number first.

    Args:
        query: A number, or any part of the name of an organization; empty for all certificates.
    """
    if _ZERO in query:
        return lambda _limit: []
    if query and _KNOWN.rows(query, query.upper()):
        return lambda limit: [Listed(*row) for row in _WITH_NUMBER.rows(query, query.upper())[:limit]]
    return lambda limit: [Listed(*row) for row in (_named(folded(query), limit) if query else _all(limit).rows())]


@functools.cache
def _all(limit: int) -> Prepared:
    return Prepared(lambda: _listed(Certificate.objects.filter(withholding__approved_at=None), limit))


def _named(text: str, limit: int) -> list[tuple[object, ...]]:
    """Return certificates of organizations whose name has a text in it.

    Few such parts: what they belong to is sorted. Many: going through the names in their order soon finds enough.
    """
    first, last = range_of(text)
    if _beyond(_FEW).rows(first, last):
        return _of_many(limit).rows(text)
    return _of_few(limit).rows(first, last) if is_whole(text) else _of_few_long(limit).rows(first, last, text)


@functools.cache
def _beyond(number: int) -> Prepared:
    """Return whether there are more than so many parts."""
    return Prepared(
        lambda first, last: NamePart.objects.filter(part__gte=first, part__lt=last).values_list("pk")[
            number : number + 1
        ], bytes, bytes,
    )  # fmt: skip


@functools.cache
def _of_few(limit: int) -> Prepared:
    return Prepared(lambda first, last: _certificates(_beginning(first, last), limit), bytes, bytes)


@functools.cache
def _of_few_long(limit: int) -> Prepared:
    return Prepared(
        lambda first, last, text: _certificates(_having(text, _beginning(first, last)), limit), bytes, bytes, str
    )  # fmt: skip


@functools.cache
def _of_many(limit: int) -> Prepared:
    return Prepared(lambda text: _certificates(_having(text, SearchedName.objects.all()), limit), str)


def _beginning(first: bytes, last: bytes) -> QuerySet[SearchedName]:
    return SearchedName.objects.filter(parts__part__gte=first, parts__part__lt=last).distinct()


def _having(text: str, names: QuerySet[SearchedName]) -> QuerySet[SearchedName]:
    # No "contains": that would put signs of its own around the text.
    return names.alias(place=StrIndex("folded", Value(text))).filter(place__gt=0)


def _certificates(names: QuerySet[SearchedName], limit: int) -> QuerySet[Certificate, tuple[object, ...]]:
    newest = names.order_by("-number").values("number")[:limit]
    return _listed(Certificate.objects.filter(number__in=newest), limit)
