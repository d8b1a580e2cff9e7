"""The editions of a body: how they stand, the figures in force, and what a succession means for live files."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from sealmark_platform.administration.access import ORGANIZERS, Desk, desk_for
from sealmark_platform.administration.editions import impact_row
from sealmark_platform.administration.impact import affected, try_pending
from sealmark_platform.administration.moving import live_files
from sealmark_platform.api.identity import ACTING, READING, person_of
from sealmark_platform.api.listing import Asked, Listing, Page, filtered, listed, require_known, worked_out
from sealmark_platform.casework.models import CertificationFile
from sealmark_platform.catalogue.figures import figures_in_force
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import edition_of, figures_supplied

__all__ = ["router"]

router = Router(auth=READING, tags=["editions"])
_FILES_AT_ONCE = 50
_SECONDS = 5.0


class AdoptedRow(Schema):
    """An adopted edition with its succession."""

    id: uuid.UUID
    edition: str
    digest: str
    adopted_on: dt.date
    first_applications_on: dt.date | None
    last_applications_on: dt.date | None
    successor: uuid.UUID | None
    files_until: dt.date | None
    succeeded_on: dt.date | None
    files: int


class FigureRow(Schema):
    """One figure as it stands today; source is edition, overlay or missing."""

    name: str
    value: str
    unit: str
    source: str


class ImpactRow(Schema):
    """What a succession means for one file."""

    number: str
    organization: str
    status: str
    certificate: str
    moves_on: dt.date | None
    grade: str
    new_grade: str
    reason: str


_ADOPTED = Listing("editions", AdoptedRow, ("edition", "id"), {"successor": "successor_id", "files": "held"})
_FIGURES = Listing("figures", FigureRow, ())
_IMPACT = Listing("impact", ImpactRow, ())


class _AskedEditions(Asked):
    edition: str = ""


def _edition(desk: Desk, pk: uuid.UUID) -> AdoptedEdition:
    return get_object_or_404(desk.body.editions.select_related("successor", "body"), pk=pk)


@router.get("/bodies/{slug:code}/editions", response=Page[AdoptedRow], operation_id="list_adopted")
def list_adopted(request: HttpRequest, code: str, asked: Query[_AskedEditions]) -> Any:
    """The editions the body certifies by, with their succession and how many files they hold."""
    found = desk_for(person_of(request), code, ORGANIZERS).body.editions.annotate(held=Count("files"))
    return listed(_ADOPTED, filtered(request, found, asked, {"edition": "edition"}), asked)


@router.get("/bodies/{slug:code}/editions/{uuid:pk}/figures", response=Page[FigureRow], operation_id="list_figures")
def list_figures(request: HttpRequest, code: str, pk: uuid.UUID, asked: Query[Asked]) -> Any:
    """The figures of an edition as they stand today."""
    desk = desk_for(person_of(request), code, ORGANIZERS)
    adopted = _edition(desk, pk)
    require_known(request, asked)
    found = figures_in_force(edition_of(adopted), figures_supplied(adopted), desk.on)
    return worked_out(_FIGURES, found, asked, key=lambda one: one.name, tell=_told_figures)


class Left(Schema):
    """How much of the evidence is still to be evaluated by the successor."""

    left: int


@router.post(
    "/bodies/{slug:code}/editions/{uuid:pk}/impact/{uuid:successor}", response=Left, auth=ACTING,
    operation_id="try_impact",
)  # fmt: skip
def try_impact(request: HttpRequest, code: str, pk: uuid.UUID, successor: uuid.UUID) -> Any:
    """Evaluate stored evidence by the successor for some seconds; again goes on. It touches no file."""
    desk = desk_for(person_of(request), code, ORGANIZERS)
    old, new = _pair(desk, pk, successor)
    return {"left": try_pending(old, new, desk.at, seconds=_SECONDS)}


def _pair(desk: Desk, pk: uuid.UUID, successor: uuid.UUID) -> tuple[AdoptedEdition, AdoptedEdition]:
    old, new = _edition(desk, pk), _edition(desk, successor)
    if old.pk == new.pk or old.edition.partition("/")[0] != new.edition.partition("/")[0]:
        raise Http404
    return old, new


def _told_figures(found: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {"name": one.name, "value": one.value, "unit": one.unit, "source": one.source}


@router.get(
    "/bodies/{slug:code}/editions/{uuid:pk}/impact/{uuid:successor}", response=Page[ImpactRow],
    operation_id="list_impact",
)  # fmt: skip
def list_impact(request: HttpRequest, code: str, pk: uuid.UUID, successor: uuid.UUID, asked: Query[Asked]) -> Any:
    """What it would mean for live files that one edition succeeds another; grades as far as they were tried."""
    desk = desk_for(person_of(request), code, ORGANIZERS)
    old, new = _pair(desk, pk, successor)
    require_known(request, asked)

    def tell(files: Sequence[CertificationFile]) -> Iterator[dict[str, Any]]:
        for start in range(0, len(files), _FILES_AT_ONCE):
            yield from map(impact_row, affected(old, new, files[start : start + _FILES_AT_ONCE], "en"))

    files = live_files(old).select_related("organization")
    return worked_out(_IMPACT, files, asked, key=lambda file: file.number, tell=tell)
