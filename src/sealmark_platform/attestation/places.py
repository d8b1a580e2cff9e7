"""Where an installation and what it signs are found: addresses and identifiers that never change."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from sealmark.attest.web import web_did
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.parties.models import Body

__all__ = [
    "body_did", "certificate_address", "credential_address", "installation_did", "list_address", "place",
    "problem_of_place",
]  # fmt: skip

_LOCAL = {"127.0.0.1", "::1", "localhost"}


def place(path: str = "") -> str:
    """Return the public address of a path; readers of credentials accept https alone."""
    parts = urlsplit(settings.ADDRESS)
    host = "localhost" if parts.hostname in _LOCAL else parts.hostname or ""
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    return f"https://{host}{port}{parts.path.rstrip('/')}/{path}"


def problem_of_place() -> Problem | None:
    """Return why nothing can be signed under the address of this installation."""
    try:
        web_did(place())
    except SealmarkError as error:
        what = f"Nothing can be signed under the address {settings.ADDRESS}: {error.problems[0].what}"
        return Problem("SM817", what, "SEALMARK_ADDRESS", "Set it to an https address with the name of a host.")
    return None


def installation_did() -> str:
    """Return the identifier of the installation.

    Raises:
        SealmarkError: SM817 its address makes none.
    """
    if problem := problem_of_place():
        raise SealmarkError(problem)
    return web_did(place())


def body_did(body: Body) -> str:
    """Return the identifier of a certification body, the issuer of its certificates.

    Raises:
        SealmarkError: SM817 the address of the installation makes none.
    """
    if problem := problem_of_place():
        raise SealmarkError(problem)
    return web_did(place(f"bodies/{body.code}"))


def certificate_address(number: str) -> str:
    """Return the address of the page of a certificate."""
    return place(f"register/{number}/")


def credential_address(number: str, version: int) -> str:
    """Return the address, and the id, of one signed credential."""
    return place(f"register/{number}/credentials/{version}")


def list_address(body: Body, purpose: str, number: int) -> str:
    """Return the address, and the id, of a status list."""
    return place(f"status/{body.code}/{purpose}/{number}")
