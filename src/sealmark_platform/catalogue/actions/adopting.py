"""Adopting editions and giving the figures they leave open."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Protocol

from django.db import transaction

from sealmark.core.canonical import Json, digest_bytes
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.catalogue.figures import checked_figures
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import edition_of, edition_stamp, loaded
from sealmark_platform.records.actions import append_record, commit_to

__all__ = ["Actor", "adopt_edition", "give_figures", "locked", "recorded"]


class Actor(Protocol):
    """Whoever changes something: an account."""

    pk: Any
    name: Any


def recorded(kind: str, adopted: AdoptedEdition, by: Actor | None, at: dt.datetime, **details: Json) -> None:
    """Leave the entry of a change; nobody is the operator."""
    who = {} if by is None else {"name": commit_to(str(by.name), about=str(by.pk))}
    append_record(
        kind, actor="operator" if by is None else str(by.pk), at=at, tenant=str(adopted.body_id),
        subject=f"edition:{adopted.pk}", details={"edition": adopted.edition, **details, **who},
    )  # fmt: skip


@transaction.atomic
def adopt_edition(
    body: uuid.UUID, edition: str, *, at: dt.datetime, by: Actor | None = None, overlay: str = ""
) -> AdoptedEdition:
    """Return the adoption of an installed edition, pinned by its digest.

    Args:
        body: Id of who certifies by it.
        edition: Such as ``sealmark-charter/2026``.
        at: When it was adopted.
        by: Who adopts it; None is the operator.
        overlay: Text of an overlay with the figures of the licence holder.

    Raises:
        SealmarkError: SM208 no such edition is installed, SM839 it is adopted already, SM1xx, SM202 or SM887 the
            overlay does not fit.
    """
    pack = loaded(edition)
    checked_figures(pack, overlay, at.date())
    if AdoptedEdition.objects.filter(body=body, edition=pack.id).exists():
        raise SealmarkError(Problem("SM839", f"The body has adopted {pack.id} already."))
    adopted = AdoptedEdition.objects.create(
        body_id=body, edition=pack.id, digest=pack.digest, adopted_on=at.date(), overlay=overlay
    )
    recorded("edition.adopt", adopted, by, at, digest=pack.digest, overlay=_digest(overlay))
    return adopted


def _digest(overlay: str) -> str:
    return digest_bytes(overlay.encode()) if overlay.strip() else ""


def locked(adopted: AdoptedEdition, seen: str) -> AdoptedEdition:
    """Return an adopted edition that nobody else changes in the running transaction.

    Raises:
        SealmarkError: SM801 somebody changed it since the page was shown.
    """
    found = AdoptedEdition.objects.select_for_update(no_key=True).get(pk=adopted.pk)
    if seen and seen != edition_stamp(found):
        fix = "Look at the page again and repeat your act if it still fits."
        raise SealmarkError(Problem("SM801", "Somebody else acted here in the meantime.", fix=fix))
    return found


@transaction.atomic
def give_figures(
    adopted: AdoptedEdition, overlay: str, *, at: dt.datetime, by: Actor, seen: str = ""
) -> AdoptedEdition:
    """Give other figures for what an adopted edition leaves open; results that are frozen keep theirs.

    Raises:
        SealmarkError: SM1xx, SM202 or SM887 the overlay does not fit; SM801 somebody changed it in between; SM810 the
            installed pack is another one.
    """
    found = locked(adopted, seen)
    checked_figures(edition_of(found), overlay, at.date())
    before = _digest(found.overlay)
    if _digest(overlay) == before:
        return found
    found.overlay = overlay
    found.save(update_fields=["overlay"])
    recorded("edition.give-figures", found, by, at, before=before, overlay=_digest(overlay))
    return found
