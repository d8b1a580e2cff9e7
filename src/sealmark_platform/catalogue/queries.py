"""Editions as the library reads them, compared with what was adopted."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from sealmark.core.documents import parse_yaml, read_model
from sealmark.core.errors import Problem, SealmarkError
from sealmark.scheme.discovery import load
from sealmark.scheme.edition import Edition, Overlay
from sealmark_platform.catalogue.models import AdoptedEdition

__all__ = [
    "edition_of", "edition_of_result", "edition_stamp", "edition_title", "figures_supplied", "loaded",
    "open_to_applications", "word_of", "words_of_editions",
]  # fmt: skip


@functools.lru_cache(maxsize=32)
def loaded(name: str) -> Edition:
    """Return an installed edition; a published edition never changes, so it is read once."""
    return load(name)


def edition_of(adopted: AdoptedEdition) -> Edition:
    """Return the edition that was adopted.

    Raises:
        SealmarkError: SM810 the installed pack is not the one that was adopted.
    """
    edition = loaded(adopted.edition)
    if edition.digest != adopted.digest:
        what = f'The installed pack "{adopted.edition}" is not the one adopted on {adopted.adopted_on}.'
        raise SealmarkError(Problem("SM810", what, fix="Install the adopted pack, or adopt this one as a new edition."))
    return edition


def edition_of_result(document: Mapping[str, Any]) -> Edition:
    """Return the edition under which a sealed evaluation was made: its file may have moved to another one since."""
    return loaded(str(document["scheme"]["id"]))


def open_to_applications(on: dt.date) -> QuerySet[AdoptedEdition]:
    """Return the editions one can apply for on a day: adopted, not yet succeeded, and not waiting to succeed."""
    begun = Q(first_applications_on=None) | Q(first_applications_on__lte=on)
    return AdoptedEdition.objects.filter(begun, Q(last_applications_on=None) | Q(last_applications_on__gte=on))


def edition_stamp(adopted: AdoptedEdition) -> str:
    """Return a short digest of an adoption as it stands: another one means that somebody changed it in between."""
    values = [str(getattr(adopted, field.attname)) for field in adopted._meta.concrete_fields]
    return hashlib.sha256("\n".join(values).encode()).hexdigest()[:16]


def figures_supplied(adopted: AdoptedEdition) -> Mapping[str, Decimal]:
    """Return the figures by which the body fills what the edition leaves open; none without an overlay.

    Raises:
        SealmarkError: SM202 the overlay that was adopted cannot be read.
    """
    return _figures_in(adopted.overlay)


@functools.lru_cache(maxsize=32)
def _figures_in(overlay: str) -> Mapping[str, Decimal]:
    if not overlay.strip():
        return {}
    return read_model(parse_yaml(overlay.encode(), "overlay.yaml"), Overlay, code="SM202").values


def words_of_editions(pick: Callable[[Edition], Iterable[str]]) -> list[str]:
    """Return what any adopted edition knows of something, such as the ids of grades, each once."""
    found: dict[str, None] = {}
    for name in AdoptedEdition.objects.order_by("edition").values_list("edition", flat=True).distinct():
        # A pack that is gone is told where it is needed.
        with contextlib.suppress(SealmarkError):
            found |= dict.fromkeys(pick(loaded(name)))
    return list(found)


def edition_title(adopted: AdoptedEdition, language: str) -> str:
    """Return what the scheme calls itself in a language."""
    wording = loaded(adopted.edition).wording
    return (wording.get(language) or wording["en"]).title  # type: ignore[call-overload]


def word_of(edition: Edition, language: str, kind: str, name: str) -> str:
    """Return what a pack calls something in a language; the id itself where the pack has no word.

    Args:
        edition: As :func:`edition_of` returns it.
        language: Tag: ``en``, ``ru``, ``zh-Hans`` or ``zh-Hant``.
        kind: Part of the wording: ``documents``, ``labels``, ``nodes``, ``grades`` and so on.
        name: Id of the thing.
    """
    wording = edition.wording.get(language) or edition.wording["en"]  # type: ignore[call-overload]
    word = getattr(wording, kind).get(name)
    if word is None:
        return name
    return word if isinstance(word, str) else str(word.title)
