"""Where somebody is signed in. What is told of a browser lies in the session itself, and ends with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from sealmark_platform.parties.models import Person

__all__ = ["Place", "begin_session", "end_other_sessions", "places_of"]

# The first that fits counts: every browser calls itself by the names of others too.
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


_EARLIER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """A browser in which somebody is signed in.

    Attributes:
        name: Of browser and system, or empty.
        since: When they signed in; nothing for sessions of an earlier version.
        is_here: It is the one that asks.
    """

    key: str
    name: str
    since: dt.datetime | None
    is_here: bool


def begin_session(request: HttpRequest) -> None:
    """Note in the session when it began and in what kind of browser."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    names = [next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    request.session["began"] = timezone.now().isoformat()
    request.session["browser"] = " · ".join(filter(None, names))


def places_of(person: Person, here: str | None) -> list[Place]:
    """Return where a person is signed in, the asking browser first."""
    found = [_place(session, here) for session in _sessions(person)]
    return sorted(found, key=lambda place: (not place.is_here, place.since or _EARLIER))


def end_other_sessions(person: Person, here: str | None) -> int:
    """End every session of a person but the one that asks; return how many."""
    others = [session.session_key for session in _sessions(person) if session.session_key != here]
    Session.objects.filter(session_key__in=others).delete()
    return len(others)


def _place(session: Session, here: str | None) -> Place:
    kept = session.get_decoded()
    since = kept.get("began")
    return Place(session.session_key, kept.get("browser", ""), since and dt.datetime.fromisoformat(since),
                 session.session_key == here)  # fmt: skip


def _sessions(person: Person) -> Iterator[Session]:
    hash_now = person.get_session_auth_hash()
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        kept = session.get_decoded()
        if kept.get(SESSION_KEY) == str(person.pk) and kept.get("_auth_user_hash") == hash_now:
            yield session
