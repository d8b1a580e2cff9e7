"""Where requests of people without an account come from, so that nobody sends very many."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

__all__ = ["address_of", "one_after_another", "origin_of"]


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from; behind a proxy the last one it names, which the proxy itself wrote."""
    passed = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return (passed.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))[:64]


def origin_of(address: str) -> str:
    """Return what stands for a network address; the address itself is not kept."""
    return salted_hmac("sealmark.origin", address, algorithm="sha256").hexdigest()


def one_after_another() -> None:
    """Make others who come in from outside at once wait, so that limits hold."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7325626)")
