"""Readers of the environment that refuse what they do not know."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from sealmark.core.errors import Problem

__all__ = ["database", "flag", "mail", "one_of", "provider", "secret", "text", "words"]

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return a setting as it is written."""
    return os.environ.get(name, default).strip()


def words(name: str, default: str = "") -> list[str]:
    """Return a setting of several words, separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes or no.

    Raises:
        ImproperlyConfigured: It is neither.
    """
    value = text(name, "yes" if default else "no").lower()
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f'{name} is "{value}": write yes or no.')
    return value in _TRUE


def one_of(name: str, *choices: str) -> str:
    """Return one of some words, the first when nothing is said.

    Raises:
        ImproperlyConfigured: It is none of them.
    """
    value = text(name, choices[0]).lower()
    if value not in choices:
        raise _wrong("SM876", f'"{value}" is none of the words it may be.', name, f"Write {' or '.join(choices)}.")
    return value


def provider(name: str) -> dict[str, Any]:
    """Return the settings of an OpenID Connect provider, empty when there is none.

    Raises:
        ImproperlyConfigured: Something of it is missing, or it would be talked to in the open.
    """
    issuer, client, password = text(f"{name}_ISSUER"), text(f"{name}_CLIENT_ID"), secret(f"{name}_CLIENT_SECRET")
    if not issuer:
        return {}
    missing = [part for part, value in (("CLIENT_ID", client), ("CLIENT_SECRET", password)) if not value]
    if missing:
        raise _wrong("SM877", f"{name}_ISSUER is set, but not {name}_{missing[0]}.", name, "Set it, or neither.")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1"}:
        raise _wrong("SM877", f'"{issuer}" would be talked to in the open.', f"{name}_ISSUER", "Begin with https://")
    shown = text(f"{name}_NAME", parts.hostname or "")
    app = {"provider_id": "sso", "name": shown, "client_id": client, "secret": password,
           "settings": {"server_url": issuer.rstrip("/")}}  # fmt: skip
    return {"issuer": issuer, "name": shown, "app": app}


def _wrong(code: str, what: str, name: str, fix: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(str(Problem(code, what, name, fix)))


def secret(name: str) -> str:
    """Return a secret from ``NAME`` or from the file that ``NAME_FILE`` names; empty when there is none."""
    path = text(f"{name}_FILE")
    return Path(path).read_text(encoding="utf-8").strip() if path else text(name)


def database(address: str) -> dict[str, object]:
    """Return Django's settings of a database: a path is SQLite, ``postgresql://`` is PostgreSQL.

    Raises:
        ImproperlyConfigured: Another kind of address.
    """
    if "://" not in address:
        return _sqlite(address)
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"}:
        fix = "Write a path, or postgresql://user:password@host/name."
        raise _wrong("SM876", f'Databases of the kind "{parts.scheme}" are not known.', "SEALMARK_DATABASE", fix)
    return _postgresql(address)


def mail(address: str, outbox: Path) -> dict[str, object]:
    """Return Django's settings of mail: nothing is a folder of written mails, ``smtp://`` and ``smtps://`` a server.

    ``smtp://`` changes to TLS before anything is said, except with ``?tls=no``; ``smtps://`` begins with it.

    Raises:
        ImproperlyConfigured: Another kind of address.
    """
    if not address:
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": str(outbox)}
    parts = urlsplit(address)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("SEALMARK_MAIL is smtp://user:password@host:port, or smtps://...")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and "tls=no" not in parts.query,
        "EMAIL_TIMEOUT": 20,
    }


def _sqlite(path: str) -> dict[str, object]:
    # Deferred transactions fail where two read and then write; these wait for each other.
    pragmas = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728; PRAGMA cache_size=-20000;"
    )
    return {
        "ENGINE": "sealmark_platform.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
    }


def _postgresql(address: str) -> dict[str, object]:
    parts = urlsplit(address)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # A new connection per request costs PostgreSQL more than the request itself.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
