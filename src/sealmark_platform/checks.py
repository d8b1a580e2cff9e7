"""What can be wrong with an installation, each with a number and a cure."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from sealmark.core.errors import Problem

__all__ = ["CHECKS", "faults_of_database", "faults_of_installation"]

_SECRET_LENGTH = 50
_LOCAL = {"localhost", "127.0.0.1", "[::1]", "::1"}


def _secret() -> Iterator[Problem]:
    if len(settings.SECRET_KEY) < _SECRET_LENGTH:
        what = f"The secret has {len(settings.SECRET_KEY)} characters: sessions could be forged."
        fix = f"Set SEALMARK_SECRET_KEY_FILE to a file with at least {_SECRET_LENGTH} random characters, or remove it: "
        yield Problem("SM840", what, "SEALMARK_SECRET_KEY", fix + "the command then makes one in the data folder.")


def _folder() -> Iterator[Problem]:
    for place in (Path(settings.DATA), Path(settings.DATA) / "files"):
        if place.exists() and not os.access(place, os.W_OK | os.X_OK):
            fix = f"Give it to the user that serves (now number {os.geteuid()}), with chown."
            yield Problem("SM841", f'"{place}" cannot be written.', "SEALMARK_DATA", fix)


def _demo() -> Iterator[Problem]:
    public = [host for host in settings.ALLOWED_HOSTS if host not in _LOCAL]
    if settings.DEMO and public:
        what = f"The demonstration lets anybody sign in, and {', '.join(public)} is reachable by others."
        yield Problem("SM842", what, "SEALMARK_DEMO", "Unset SEALMARK_DEMO, or serve it to localhost only.")
    if "*" in settings.ALLOWED_HOSTS:
        what = "Every host name is accepted: links in mails can be forged."
        yield Problem("SM842", what, "SEALMARK_HOSTS", "Name the hosts you serve, separated by commas.")


def _migrations() -> Iterator[Problem]:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        names = ", ".join(str(migration) for migration, _ in pending[:3])
        what = f"The database is not of this version: {len(pending)} steps are missing, first {names}."
        # A backup is read by the version that wrote it: the one that made these tables.
        fix = "Back up with the version before, then run: sealmark-platform migrate"
        if not executor.loader.applied_migrations:
            fix = "Nothing is here yet. Run: sealmark-platform setup"
        yield Problem("SM843", what, "SEALMARK_DATABASE", fix)


def _database() -> Iterator[Problem]:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        what = f"The database does not answer: {str(error).splitlines()[0]}"
        yield Problem("SM844", what, "SEALMARK_DATABASE", "Start it, or correct the address.")


def _mail() -> Iterator[Problem]:
    public = [host for host in settings.ALLOWED_HOSTS if host not in _LOCAL]
    if public and "filebased" in settings.EMAIL_BACKEND:
        what = f"Mails are written to {Path(settings.DATA) / 'outbox'} and reach nobody."
        yield Problem("SM845", what, "SEALMARK_MAIL", "Set SEALMARK_MAIL=smtp://user:password@host:port")


def _addresses() -> Iterator[Problem]:
    public = [host for host in settings.ALLOWED_HOSTS if host not in _LOCAL]
    if public and not settings.BEHIND_PROXY:
        what = f"{', '.join(public)} is served without TLS: passwords travel in the open."
        fix = "Put a reverse proxy with TLS before it and set SEALMARK_BEHIND_PROXY=yes."
        yield Problem("SM846", what, "SEALMARK_HOSTS", fix)
    if public and (urlsplit(settings.ADDRESS).hostname or "") not in public:
        what = f"Mails point to {settings.ADDRESS}, which is none of the hosts served."
        yield Problem("SM846", what, "SEALMARK_ADDRESS", f"Set it to https://{public[0]}/")


def _clock() -> Iterator[Problem]:
    from sealmark_platform.records.models import Entry

    newest = Entry.objects.order_by("-number").values_list("at", flat=True).first()
    if newest is not None and newest > timezone.now():
        what = f"The newest act is dated {newest:%Y-%m-%d %H:%M} UTC, and this machine's clock is before that."
        yield Problem("SM847", what, "clock", "Set the clock; see `timedatectl`.")


def _log() -> Iterator[Problem]:
    from sealmark_platform.records.published import folder, log_state

    if folder().is_dir() and (problem := log_state().problem):
        yield problem


def _numbers() -> Iterator[Problem]:
    from sealmark_platform.casework.queries.numbers import lost_numbers

    for prefix, (here, last) in lost_numbers().items():
        what = f"The number {prefix}{last:05d} was given out before, and the newest one here is {prefix}{here:05d}."
        yield Problem("SM815", what, fix="Restore a later backup, or run: sealmark-platform log recover")


def _keys() -> Iterator[Problem]:
    from sealmark_platform.attestation.keys import key_faults
    from sealmark_platform.attestation.models import SigningKey
    from sealmark_platform.attestation.places import problem_of_place
    from sealmark_platform.attestation.signatures import problem_of_contexts
    from sealmark_platform.parties.models import Body

    for body in Body.objects.filter(files__certificate__isnull=False).distinct().order_by("code"):
        yield from key_faults(body)
    if SigningKey.objects.exists():
        yield from filter(None, (problem_of_place(), problem_of_contexts()))


CHECKS: tuple[Callable[[], Iterator[Problem]], ...] = (_secret, _folder, _demo, _mail, _addresses)
"""Checks that need no database."""


def faults_of_database() -> list[Problem]:
    """Return why nothing can be read or written: the database does not answer, or its tables are of another version."""
    return list(_database()) or list(_migrations())


def faults_of_installation() -> list[Problem]:
    """Return everything that is wrong; what needs the database is looked at once it answers and is up to date."""
    found = [problem for check in CHECKS for problem in check()]
    return found + (faults_of_database() or [*_clock(), *_log(), *_numbers(), *_keys()])
