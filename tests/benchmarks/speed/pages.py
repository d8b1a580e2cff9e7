"""CPU seconds per page, the platform's WSGI application called directly in one process over a SQLite file."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path
from typing import Any

__all__ = ["Pages", "prepare"]

HOST = "127.0.0.1"
EMPTY = "an-empty-view/"


def prepare(folder: str) -> bool:
    """Set Django up over a database in a folder; return whether it is new."""
    os.environ.update(
        SEALMARK_SECRET_KEY="only-for-benchmarks", SEALMARK_DATA=folder, DJANGO_SETTINGS_MODULE="sealmark_platform.settings"
    )
    is_new = not (Path(folder) / "filled").exists()
    import django

    Path(folder).mkdir(parents=True, exist_ok=True)
    django.setup()
    from django.core.management import call_command
    from django.http import HttpResponse
    from django.urls import path

    from sealmark_platform import urls

    urls.urlpatterns.append(path(EMPTY, lambda request: HttpResponse("")))
    call_command("migrate", verbosity=0)
    return is_new


class Pages:
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

    def get(self, path: str, cookie: str = "", status: int = 200) -> bytes:
        """Return what a page answers; the whole way of a request, from the environment to the closed response."""
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": HOST,
            "SERVER_PORT": "80", "HTTP_HOST": HOST, "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": io.BytesIO(),
            "wsgi.url_scheme": "http", "wsgi.errors": io.StringIO(), "REMOTE_ADDR": HOST,
            "HTTP_ACCEPT_LANGUAGE": "en", "HTTP_COOKIE": cookie,
        }  # fmt: skip
        seen: list[str] = []
        response = self._application(environ, lambda line, headers, *_: seen.append(line))
        body = b"".join(response)
        response.close()
        assert seen[0].startswith(str(status)), (path, seen)
        return body


def least(rounds: int, calls: dict[str, Any], each: int = 3) -> dict[str, float]:
    """Return the least CPU seconds of each call; the calls take turns, round after round."""
    found = dict.fromkeys(calls, float("inf"))
    for _round in range(rounds):
        for name, call in calls.items():
            begin = time.process_time()
            for _ in range(each):
                call()
            found[name] = min(found[name], (time.process_time() - begin) / each)
    return found
