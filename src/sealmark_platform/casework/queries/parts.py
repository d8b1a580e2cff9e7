"""What the page of a file tells beside the subjects of acts: people, sites, decisions, documents, as plain rows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from sealmark_platform.casework.models import Decision, Document, Objection, Participation, PlannedSite
from sealmark_platform.prepared import Prepared

__all__ = [
    "DecisionRow", "DocumentRow", "SeatRow", "SiteRow", "decisions_in", "documents_of", "has_objections", "seats_in",
    "sites_in",
]  # fmt: skip


class SeatRow(NamedTuple):
    """Somebody's place in an evaluation."""

    evaluation: uuid.UUID
    name: str
    side: str
    is_lead: bool
    stepped_aside: str

    @property
    def side_name(self) -> str:
        """What the side is called."""
        return str(Participation.Side(self.side).label)


class SiteRow(NamedTuple):
    """A site of a plan; ``excluded`` says why it was left out."""

    evaluation: uuid.UUID
    name: str
    excluded: str


class DecisionRow(NamedTuple):
    """What was decided, by whom and why."""

    evaluation: uuid.UUID
    outcome: str
    decided_on: dt.date
    name: str
    reason: str


class DocumentRow(NamedTuple):
    """A document of the application."""

    pk: int
    name: str
    kind: str


_SEATS = Prepared(
    lambda file: Participation.objects.filter(evaluation__file=file).order_by("pk")
    .values_list("evaluation_id", "person__name", "side", "is_lead", "stepped_aside"),
    uuid.UUID,
)  # fmt: skip
_SITES = Prepared(
    lambda file: PlannedSite.objects.filter(evaluation__file=file).order_by("pk")
    .values_list("evaluation_id", "site__name", "excluded"),
    uuid.UUID,
)  # fmt: skip
_DECISIONS = Prepared(
    lambda file: Decision.objects.filter(evaluation__file=file).order_by("pk")
    .values_list("evaluation_id", "outcome", "decided_on", "decided_by__name", "reason"),
    uuid.UUID,
)  # fmt: skip
_DOCUMENTS = Prepared(
    lambda file: Document.objects.filter(file=file).order_by("pk").values_list("pk", "name", "kind"), uuid.UUID
)
_OBJECTIONS = Prepared(lambda file: Objection.objects.filter(file=file).values_list("pk")[:1], uuid.UUID)

_Row = TypeVar("_Row", SeatRow, SiteRow, DecisionRow)


def _by_evaluation(rows: Iterable[_Row]) -> dict[uuid.UUID, list[_Row]]:
    found: dict[uuid.UUID, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.evaluation, []).append(row)
    return found


def seats_in(file: uuid.UUID) -> dict[uuid.UUID, list[SeatRow]]:
    """Return who has a seat, by evaluation of a file."""
    return _by_evaluation(SeatRow(*row) for row in _SEATS.rows(file))


def sites_in(file: uuid.UUID) -> dict[uuid.UUID, list[SiteRow]]:
    """Return the planned sites, by evaluation of a file."""
    return _by_evaluation(SiteRow(*row) for row in _SITES.rows(file))


def decisions_in(file: uuid.UUID) -> dict[uuid.UUID, list[DecisionRow]]:
    """Return what was decided, by evaluation of a file."""
    return _by_evaluation(DecisionRow(*row) for row in _DECISIONS.rows(file))


def documents_of(file: uuid.UUID) -> list[DocumentRow]:
    """Return the documents of an application."""
    return [DocumentRow(*row) for row in _DOCUMENTS.rows(file)]


def has_objections(file: uuid.UUID) -> bool:
    """Tell whether there is a complaint or an appeal in a file."""
    return bool(_OBJECTIONS.rows(file))
