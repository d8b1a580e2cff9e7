"""What every change of a body's own things does around its work: wait for the others, compare, record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction

from sealmark.core.canonical import Json
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.parties.models import Body, Person
from sealmark_platform.records.actions import append_record, commit_to

__all__ = ["Change", "changing", "committed", "refused"]


@dataclass
class Change:
    """A change while it is made.

    Attributes:
        subject: What the record is about, as ``person:`` and an id.
        details: What the record tells; names and reasons stand there as commitments.
    """

    kind: str
    subject: str = ""
    details: dict[str, Json] = field(default_factory=dict)

    def note(self, subject: str, **details: Json) -> None:
        """Say what the record tells."""
        self.subject = subject
        self.details |= details


@contextmanager
def changing(
    kind: str,
    body: Body,
    *,
    by: Person | None,
    at: dt.datetime,
    seen: str = "",
    stamp: Callable[[], str] = str,
) -> Iterator[Change]:
    """Make one change in a body: nobody else changes its own things meanwhile, and one entry is left.

    Args:
        kind: Of the entry.
        body: Whose things are changed.
        by: Who changes; None is the operator.
        at: When.
        seen: The stamp the page showed; empty when no page was shown.
        stamp: Works out the stamp as it is now.

    Raises:
        SealmarkError: SM801 somebody changed it since the page was shown.
    """
    with transaction.atomic():
        Body.objects.select_for_update(no_key=True).filter(pk=body.pk).values_list("pk").first()
        if seen and seen != stamp():
            fix = "Look at the page again and repeat your act if it still fits."
            raise SealmarkError(Problem("SM801", "Somebody else acted here in the meantime.", fix=fix))
        change = Change(kind)
        yield change
        who = {} if by is None else {"name": commit_to(by.name, about=str(by.pk))}
        append_record(
            change.kind, actor="operator" if by is None else str(by.pk), at=at, tenant=str(body.pk),
            subject=change.subject, details={**change.details, **who},
        )  # fmt: skip


def committed(person: Person | None, **texts: str) -> Mapping[str, Json]:
    """Return texts about a person as commitments; an empty text as it is."""
    about = "" if person is None else str(person.pk)
    return {name: commit_to(text, about=about) if text else "" for name, text in texts.items()}


def refused(code: str, what: str, *, fix: str = "") -> SealmarkError:
    """Return the error of a refusal."""
    return SealmarkError(Problem(code, what, fix=fix))
