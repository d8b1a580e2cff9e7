"""CPU seconds per page: the platform's WSGI application called directly, in one process, over a SQLite file.

The empty view answers through all middleware of the same application; for somebody who is signed in it
costs their session and account as well, as every page of theirs does.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["measure"]

HOST = "127.0.0.1"
EMPTY = "an-empty-view/"
OPEN, CERTIFICATES, FEW = 10_000, 100_000, 60
ROUNDS, EACH = 30, 2


def measure(folder: str, entries: int) -> dict[str, float]:
    """Return the least CPU seconds of each page; ``entries`` is how long the trail is."""
    _prepare(folder)
    coordinator, client, few, file = _fill(entries)
    pages = _Pages()
    mine, theirs, other = (pages.sign_in(person) for person in (coordinator, client, few))
    number = f"/register/OAK-C2025-{CERTIFICATES // 2:06d}/"
    fresh = pages.fresh
    calls = {
        "empty": pages.asks("/" + EMPTY),
        "empty, signed in": pages.asks("/" + EMPTY, mine),
        "file, coordinator": pages.asks(f"/files/{file}/", mine),
        "file, client": pages.asks(f"/files/{file}/", theirs),
        "today": pages.asks("/today/", mine),
        "files of many": pages.asks("/files/", mine),
        "files of few": pages.asks("/files/", other),
        "certificate": fresh(number),
        "register": fresh("/register/"),
        "search by number": fresh(f"/register/?q=OAK-C2025-{CERTIFICATES // 3:06d}"),
        "search by name": fresh("/register/?q=cert+0500"),
        "search by a common name": fresh("/register/?q=zation"),
        "certificate, kept": pages.asks(number),
        "register, kept": pages.asks("/register/"),
        "page that checks certificates, kept": pages.asks("/verify/"),
        "proof": _proofs(entries),
    }
    for call in calls.values():
        call()
    return _least(calls)


def _prepare(folder: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    settings = {"SECRET_KEY": "only-for-benchmarks", "DATA": folder, "DATABASE": f"{folder}/pages.sqlite3"}
    os.environ.update({f"SEALMARK_{name}": value for name, value in settings.items()})
    os.environ["DJANGO_SETTINGS_MODULE"] = "sealmark_platform.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.http import HttpResponse
    from django.urls import path

    from sealmark_platform import urls

    urls.urlpatterns.append(path(EMPTY, lambda _request: HttpResponse("")))
    call_command("migrate", verbosity=0)


def _fill(entries: int) -> tuple[Any, Any, Any, Any]:
    """Return a coordinator and a client of many files, a coordinator of few, and the file made by real acts."""
    from django.utils import timezone
    from tests.benchmarks.speed import crowd
    from tests.platform.people import World

    from sealmark_platform.parties.models import Body, Person
    from sealmark_platform.records.actions import make_checkpoint

    if not Body.objects.exists():
        today, oak, few = timezone.now().date(), World("oak"), World("few")
        crowd.whole_file(oak)
        crowd.add_files(few, "FEW", ["agreed"] * FEW)
        files = crowd.add_open_files(oak, OPEN, today) + crowd.add_certificates(oak, CERTIFICATES, today)
        crowd.add_entries(files, entries)
        make_checkpoint(timezone.now())
    people = {person.email: person for person in Person.objects.filter(email__contains="-")}
    client = people["cleo-oak@example.org"]
    file = client.representations.get().organization.files.get()
    return people["cora-oak@example.org"], client, people["cora-few@example.org"], file.pk


def _proofs(entries: int) -> Callable[[], None]:
    from sealmark_platform.records.proofs import prove_entry

    places = iter(range(1, entries, max(entries // 997, 1)))

    def prove() -> None:
        proof = prove_entry(next(places))
        assert proof.size, proof
        assert proof.faults == (), proof

    return prove


class _Pages:
    """Requests to the application, each by somebody or by nobody."""

    def __init__(self) -> None:
        from sealmark_platform.wsgi import application

        self._application = application

    @staticmethod
    def sign_in(person: Any) -> str:
        """Return the cookie of a session."""
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(person)
        return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    def asks(self, path: str, cookie: str = "") -> Callable[[], None]:
        """Return a call that asks for a page, from the environment of the request to the closed response."""
        path, _, query = path.partition("?")

        def ask() -> None:
            environ = {
                "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": HOST,
                "SERVER_PORT": "80", "HTTP_HOST": HOST, "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": io.BytesIO(),
                "wsgi.url_scheme": "http", "wsgi.errors": io.StringIO(), "REMOTE_ADDR": HOST,
                "HTTP_ACCEPT_LANGUAGE": "en", "HTTP_COOKIE": cookie,
            }  # fmt: skip
            seen: list[str] = []
            response = self._application(environ, lambda line, _headers, *_rest: seen.append(line))
            b"".join(response)
            response.close()
            assert seen == ["200 OK"], (path, seen)

        return ask

    def fresh(self, path: str) -> Callable[[], None]:
        """Return a call that asks for a public page of which nothing is kept."""
        from django.core.cache import caches

        ask = self.asks(path)

        def ask_anew() -> None:
            caches["pages"].clear()
            ask()

        return ask_anew


def _least(calls: dict[str, Callable[[], None]]) -> dict[str, float]:
    """Return the least CPU seconds of each call; the calls take turns, round after round."""
    found = dict.fromkeys(calls, float("inf"))
    for _round in range(ROUNDS):
        for name, call in calls.items():
            call()
            begin = time.process_time()
            for _ in range(EACH):
                call()
            found[name] = min(found[name], (time.process_time() - begin) / EACH)
    return found
