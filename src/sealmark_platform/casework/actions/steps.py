"""What every act does around its own work: lock, permit, check, change, record, announce."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import Signal

from sealmark.certify import Actor, Facts, refusals, require_act
from sealmark.certify.acts import Act
from sealmark.certify.states import Function
from sealmark.core.canonical import Json
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.models import (
    Certificate,
    CertificationFile,
    Evaluation,
    Finding,
    Notice,
    Objection,
    Participation,
)
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.casework.models.subjects import evaluation_of, file_of, status_of
from sealmark_platform.casework.queries.actors import actor_in
from sealmark_platform.casework.queries.evaluations import cooling_off_days
from sealmark_platform.parties.models import Person
from sealmark_platform.records.actions import append_record, commit_to
from sealmark_platform.records.models import Entry

__all__ = [
    "Seat", "Step", "certificate_acted", "clients_of", "lock_file", "locked", "move", "permitted", "require_no_twin",
]  # fmt: skip

certificate_acted = Signal()
"""Sent once an act on a certificate is done for good, with ``key`` of the certificate and ``at``."""

_Row = TypeVar("_Row", bound=Stateful)
_A_MOMENT = dt.timedelta(minutes=1)
_OF_A_FILE = ("body", "organization", "edition")
_READ_ALONG: Mapping[type[Stateful], tuple[str, ...]] = {
    CertificationFile: _OF_A_FILE,
    Evaluation: tuple(f"file__{name}" for name in _OF_A_FILE),
    Finding: tuple(f"evaluation__file__{name}" for name in _OF_A_FILE),
    Certificate: tuple(f"file__{name}" for name in _OF_A_FILE),
    Objection: (*(f"file__{name}" for name in _OF_A_FILE), "against"),
}
"""What the rules ask of whatever an act is done to: read with it, not one by one."""


class Seat(Protocol):
    """Whatever gives a person a part: a membership, a representation, a place in a team."""

    person: Any


def clients_of(file: CertificationFile) -> Iterable[Seat]:
    """Return who speaks for the client of a file."""
    return file.organization.representations.select_related("person")


def lock_file(file: CertificationFile) -> None:
    """Make everybody else who acts in a file wait until the running transaction ends.

    Every act takes this lock first, and the trail's last: two acts cannot wait for each other.
    """
    # Rows that point to the file may be added meanwhile: only acts exclude each other.
    CertificationFile.objects.select_for_update(no_key=True).filter(pk=file.pk).values_list("pk").first()


def locked(subject: _Row, revision: int | None) -> _Row:
    """Return a subject read again behind its file's lock, in the running transaction.

    Raises:
        SealmarkError: SM801 somebody acted since the revision.
    """
    if not subject.is_new:
        lock_file(file_of(subject))
        rows = type(subject).objects.select_related(*_READ_ALONG[type(subject)])  # type: ignore[attr-defined]
        subject = rows.select_for_update(no_key=True, of=("self",)).get(pk=subject.pk)
    if revision is not None and revision != subject.revision:
        what = "Somebody else acted here in the meantime."
        raise SealmarkError(Problem("SM801", what, fix="Look at the page again and repeat your act if it still fits."))
    return subject


def require_no_twin(same: QuerySet[Any], at: dt.datetime) -> None:
    """Refuse what would make a second one of the same at the same moment: a form that was sent twice.

    What makes its subject sees no revision that moves on. The file is locked before.

    Args:
        same: What already stands there and says the same.
        at: When.

    Raises:
        SealmarkError: SM801 one of them was made within a minute.
    """
    numbers = list(same.values_list("last_entry", flat=True))
    # Who came first to the lock may have looked at the clock later.
    if Entry.objects.filter(number__in=numbers, at__range=(at - _A_MOMENT, at + _A_MOMENT)).exists():
        what = "The same was sent a moment ago, and stands there already."
        raise SealmarkError(Problem("SM801", what, fix="Look at the page again and repeat your act if it still fits."))


def permitted(
    act: str, subject: Stateful, *, by: Person | None, at: dt.datetime, reason: str = "", facts: Mapping[str, Any]
) -> tuple[Act, Actor]:
    """Return an act and who would do it, if every rule of the library allows it.

    Raises:
        SealmarkError: SM702 to SM731 what refuses, all of it.
    """
    known = require_act(act, None if subject.is_new else status_of(subject))
    file, on = file_of(subject), at.date()
    objection = subject if isinstance(subject, Objection) else None
    actor = actor_in(file, by, on, evaluation=evaluation_of(subject), objection=objection)
    given = {
        "organization": str(file.organization_id), "on": on, "reason": reason,
        "cooling_off_days": cooling_off_days(file, on), "reviewer_may_decide": file.body.reviewer_may_decide,
    }  # fmt: skip
    found = refusals(known, actor, Facts(**{**given, **facts}))
    if found:
        raise SealmarkError(*found)
    return known, actor


class Step(AbstractContextManager["Step"]):
    """One act on one subject, all of it in one transaction.

    On entering, the subject is locked and read again, and every rule of the
    library is asked; inside, the caller changes what the act changes; on leaving,
    the status moves on and the record is written.

    Args:
        act: Id in the library's table.
        subject: What it changes; for an act that makes its subject, the new one, not yet saved.
        by: Who acts; None is the clock.
        at: When.
        reason: Given by who acts.
        revision: The revision the page showed: another one means that somebody acted in between.
        facts: More of :class:`sealmark.certify.Facts`, worked out once the subject is locked.

    Raises:
        SealmarkError: SM702 to SM731 what refuses, all of it; SM801 somebody acted in between.
    """

    def __init__(
        self,
        act: str,
        subject: Stateful,
        *,
        by: Person | None,
        at: dt.datetime,
        reason: str = "",
        revision: int | None = None,
        facts: Callable[[Any], Mapping[str, Any]] = lambda _: {},
    ) -> None:
        self.subject: Any = subject
        self.by, self.at, self.reason = by, at, reason.strip()
        self._act_id, self._revision, self._facts = act, revision, facts
        self._details: dict[str, Json] = {}
        self._notices: list[tuple[Person, str, dict[str, Json]]] = []
        self._atomic = transaction.atomic()

    @property
    def on(self) -> dt.date:
        """The day of the act."""
        return self.at.date()

    def __enter__(self) -> Self:
        self._atomic.__enter__()
        try:
            self._permit()
        except BaseException as error:
            self._atomic.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def _permit(self) -> None:
        self.subject = locked(self.subject, self._revision)
        self.act, self.actor = permitted(
            self._act_id, self.subject, by=self.by, at=self.at, reason=self.reason, facts=self._facts(self.subject)
        )
        self._note_participation(evaluation_of(self.subject))

    def _note_participation(self, evaluation: Evaluation | None) -> None:
        working = self.actor.functions & self.act.functions - {Function.CLIENT, Function.COORDINATOR, Function.CLOCK}
        if evaluation is not None and working and not evaluation.is_new:
            Participation.objects.filter(evaluation=evaluation, person=self.by).update(has_acted=True)

    def note(self, **details: Json) -> None:
        """Add details to the record: days, numbers, digests, ids; no text somebody wrote."""
        self._details |= details

    def notify(self, person: Person, kind: str, **details: Json) -> None:
        """Tell somebody once the act is done."""
        self._notices.append((person, kind, details))

    def tell(self, seats: Iterable[Seat], kind: str, **details: Json) -> None:
        """Tell everybody who has one of the seats, once each."""
        for person in dict.fromkeys(seat.person for seat in seats):
            self.notify(person, kind, **details)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            try:
                self._conclude()
            except BaseException as failure:
                self._atomic.__exit__(type(failure), failure, failure.__traceback__)
                raise
        self._atomic.__exit__(kind, error, trace)

    def _conclude(self) -> None:
        if self.act.target is not None:
            self.subject.status = self.act.target.value
        self.subject.revision += 1
        file = file_of(self.subject)
        entry = append_record(
            self.act.id, actor=self.actor.id, at=self.at, tenant=str(file.body_id), file=str(file.pk),
            subject=f"{self.act.subject}:{self.subject.pk}",
            details={**self._details, **self._committed(), "status": self.subject.status},
        )  # fmt: skip
        self.subject.last_entry = entry.number
        self.subject.save()
        Notice.objects.bulk_create(
            Notice(file=file, person=person, kind=kind, details=more, made_at=self.at)
            for person, kind, more in self._notices
        )
        if isinstance(self.subject, Certificate):
            # Whoever listens cannot undo the act, nor make it fail.
            told = partial(certificate_acted.send_robust, sender=Certificate, key=self.subject.pk, at=self.at)
            transaction.on_commit(told, robust=True)

    def _committed(self) -> Mapping[str, Json]:
        """Return what stands for who acted and why: the texts can be erased and the trail still holds."""
        name = {} if self.by is None else {"name": commit_to(self.by.name, about=self.actor.id)}
        return {**name, **({"reason": commit_to(self.reason)} if self.reason else {})}


def move(act: str, subject: _Row, **how: Any) -> _Row:
    """Do an act that changes nothing but the status; arguments as of :class:`Step`."""
    with Step(act, subject, **how) as step:
        pass
    return step.subject  # type: ignore[no-any-return]
