"""Who may administer what: strangers learn nothing, people of the body without the function are refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from sealmark_platform.parties.models import Body, Membership, Person
from sealmark_platform.parties.queries import current

__all__ = [
    "ADMINISTRATORS", "ORGANIZERS", "Desk", "bodies_run", "desk_for", "desk_of", "note_administrator", "person_of",
]  # fmt: skip

ADMINISTRATORS = (str(Membership.Function.ADMINISTRATOR),)
ORGANIZERS = (*ADMINISTRATORS, str(Membership.Function.COORDINATOR))
"""Coordinators look after organizations and read what a succession means for their files."""


@dataclass(frozen=True)
class Desk:
    """Somebody at work for a body.

    Attributes:
        body: Which one.
        by: Who.
        at: When.
        is_administrator: Whether every page is theirs, or those of organizations alone.
    """

    body: Body
    by: Person
    at: dt.datetime
    is_administrator: bool

    @property
    def on(self) -> dt.date:
        """The day."""
        return self.at.date()


def person_of(request: HttpRequest) -> Person:
    """Return who is signed in."""
    assert isinstance(request.user, Person)
    return request.user


def bodies_run(person: Person, on: dt.date, functions: tuple[str, ...] = ORGANIZERS) -> QuerySet[Body]:
    """Return the bodies in which a person holds one of some functions on a day."""
    held = Membership.objects.filter(current(on), person=person, function__in=functions)
    return Body.objects.filter(pk__in=held.values("body")).order_by("name")


def desk_of(request: HttpRequest, code: str, functions: tuple[str, ...] = ADMINISTRATORS) -> Desk:
    """Return the desk of the reader in a body, as :func:`desk_for`."""
    return desk_for(person_of(request), code, functions)


def desk_for(person: Person, code: str, functions: tuple[str, ...] = ADMINISTRATORS) -> Desk:
    """Return the desk of somebody in a body.

    Raises:
        Http404: There is no such body, or the reader does not work for it.
        PermissionDenied: The reader works for it in other functions.
    """
    at = timezone.now()
    body = Body.objects.filter(code=code).first()
    held = Membership.objects.filter(current(at.date()), body=body, person=person) if body else None
    known = set() if held is None else set(held.values_list("function", flat=True))
    if body is None or not known:
        raise Http404
    if known.isdisjoint(functions):
        raise PermissionDenied
    return Desk(body, person, at, not known.isdisjoint(ADMINISTRATORS))


def note_administrator(request: HttpRequest, user: Person, **more: Any) -> None:
    """Remember in the session whether the masthead shows the way to the administration."""
    if isinstance(user, Person) and hasattr(request, "session"):
        request.session["administers"] = bodies_run(user, timezone.now().date()).exists()
