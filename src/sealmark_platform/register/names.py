"""Certificates found by any part of the name of their holder, without reading all names.

Every place in a name begins a part, and parts are held in their order: who looks for a text looks for the parts
that begin with it. Bytes have one order in every database; letters have not.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable
from typing import Any

from sealmark_platform.casework.models import Certificate
from sealmark_platform.parties.models import Organization
from sealmark_platform.register.models import NamePart, SearchedName

__all__ = ["add_names", "folded", "is_whole", "keep_name", "keep_number", "parts_of", "range_of"]

_LENGTH = 16
_BATCH = 500


def folded(text: str) -> str:
    """Return a text as it is compared: without the difference of small and capital letters, or of wide spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def parts_of(name: str) -> set[bytes]:
    """Return how the rest of a folded name begins at each of its letters."""
    return {name[place : place + _LENGTH].encode()[:_LENGTH] for place in range(len(name))}


def range_of(text: str) -> tuple[bytes, bytes]:
    """Return between which parts, the last one not included, those lie that begin with a folded text."""
    first = text.encode()[:_LENGTH]
    return first, first + b"\xff"


def is_whole(text: str) -> bool:
    """Tell whether a folded text is short enough for parts to hold it whole."""
    return len(text.encode()) <= _LENGTH


def add_names(certificates: Iterable[Certificate]) -> None:
    """Take down certificates under the names of their holders; they must not be down yet."""
    remaining = iter(certificates)
    while some := list(itertools.islice(remaining, _BATCH)):
        names = SearchedName.objects.bulk_create(
            SearchedName(certificate=one, number=one.number, folded=folded(one.file.organization.name)) for one in some
        )
        NamePart.objects.bulk_create(
            NamePart(name=name, part=part) for name in names for part in sorted(parts_of(name.folded))
        )


def keep_number(instance: Certificate, *, created: bool, **_signal: Any) -> None:
    """Take down a certificate that is new."""
    if created:
        add_names([instance])


def keep_name(instance: Organization, update_fields: Iterable[str] | None = None, **_signal: Any) -> None:
    """Take the certificates of an organization down anew, if its name is another than before."""
    if update_fields is not None and "name" not in update_fields:
        return
    held = Certificate.objects.filter(file__organization=instance, withholding__approved_at=None)
    known = SearchedName.objects.filter(certificate__in=held)
    if known.exclude(folded=folded(instance.name)).exists():
        known.delete()
        add_names(held.select_related("file__organization"))
