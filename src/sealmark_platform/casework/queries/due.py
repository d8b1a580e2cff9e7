"""The days that come next in the files somebody sees and what is new, found by index: no more is read than is shown."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sealmark_platform.casework.models import Certificate, Evaluation, Notice
from sealmark_platform.casework.models.certificate import LIVE
from sealmark_platform.casework.models.evaluation import RUNNING
from sealmark_platform.casework.queries import among as _among  # noqa: F401
from sealmark_platform.casework.queries.access import seen_row_by_row
from sealmark_platform.prepared import Prepared

__all__ = ["LONGEST", "days_to_come", "newest_notices"]

LONGEST = 12
"""How many days of each kind are read."""
_NEWEST = 10


def _ends(column: str) -> Prepared:
    def question(person: uuid.UUID, on: dt.date, limit: dt.date) -> Any:
        live = Certificate.objects.filter(
            seen_row_by_row(person, on), status__among=LIVE, **{f"{column}__lte": limit}
        ).order_by(column)
        return live.values_list(column, "file_id", "file__number")[:LONGEST]

    return Prepared(question, uuid.UUID, dt.date, dt.date)


def _evaluations(person: uuid.UUID, on: dt.date, limit: dt.date) -> Any:
    running = Evaluation.objects.filter(seen_row_by_row(person, on), status__among=RUNNING, due_on__lte=limit)
    return running.order_by("due_on").values_list("due_on", "file_id", "file__number", "kind")[:LONGEST]


_EVALUATIONS = Prepared(_evaluations, uuid.UUID, dt.date, dt.date)
_VALIDITY, _SUSPENSION = _ends("valid_until"), _ends("suspended_until")


_NOTICES = Prepared(
    lambda person: Notice.objects.filter(person=person).order_by("-made_at", "-pk")
    .values_list("file_id", "file__number", "made_at", "kind", "details")[:_NEWEST],
    uuid.UUID,
)  # fmt: skip


def days_to_come(person: uuid.UUID, on: dt.date, limit: dt.date) -> list[tuple[dt.date, uuid.UUID, str, str]]:
    """Return the next days up to a limit, the late ones first: day, file, its number, and what it is.

    What it is: the kind of an evaluation that falls due, ``validity`` or ``suspension`` for the end of one.
    """
    found = list(_EVALUATIONS.rows(person, on, limit))
    found += [(*row, "validity") for row in _VALIDITY.rows(person, on, limit)]
    found += [(*row, "suspension") for row in _SUSPENSION.rows(person, on, limit)]
    return sorted(found)[:LONGEST]


def newest_notices(person: uuid.UUID) -> list[tuple[uuid.UUID, str, dt.datetime, str, dict[str, Any]]]:
    """Return the newest notices of a person: file, its number, when, the kind and its details."""
    return [(file, number, at, kind, details) for file, number, at, kind, details in _NOTICES.rows(person)]
