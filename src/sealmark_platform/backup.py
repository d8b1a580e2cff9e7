"""One archive of everything: rows, uploads, the key of the trail; and its way back into an empty installation.

Rows are written as JSON lines, so that an archive made with SQLite can be restored into PostgreSQL and the other
way round. The rows are those of one moment while the platform goes on working: of a copy that SQLite makes online,
or of one transaction of PostgreSQL that sees nothing later.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.records.models import Entry

__all__ = ["FORMAT", "Backup", "kept_models", "read_manifest", "write_backup"]

FORMAT = "sealmark-backup/1"
_SNAPSHOT = "snapshot"
# Made anew by the migrations, or of no use elsewhere: who is signed in signs in again.
_LEFT_OUT = {"contenttypes", "auth", "sessions"}


@dataclass(frozen=True)
class Backup:
    """What an archive holds.

    Attributes:
        entries: Length of the trail.
        root: Of the tree over the newest entry.
        has_key: The key of the trail is in it.
    """

    path: Path
    rows: int
    uploads: int
    entries: int
    root: str
    has_key: bool


def kept_models() -> list[type[models.Model]]:
    """Return every table that is kept, in an order that is always the same."""
    found = [model for model in apps.get_models() if model._meta.app_label not in _LEFT_OUT]
    return sorted(found, key=lambda model: model._meta.label_lower)


def write_backup(path: Path, *, at: dt.datetime, with_keys: bool = True) -> Backup:
    """Write an archive, read it again and compare.

    Args:
        path: A file that is not there yet.
        at: The moment, for the manifest.
        with_keys: Put the key of the trail in: keep the archive as safe as the key.

    Raises:
        SealmarkError: SM831 the file is there; SM836 an upload is missing; SM833 what was written cannot be read again.
    """
    if path.exists():
        raise SealmarkError(Problem("SM831", f'"{path}" is there already.', fix="Name a new file."))
    rough = path.with_name(f".{path.name}.part")
    try:
        # The archive holds personal data, and perhaps a key: for its owner alone.
        with os.fdopen(os.open(rough, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                manifest = _write(archive, at, with_keys=with_keys)
            stream.flush()
            os.fsync(stream.fileno())
        read_manifest(rough)
        rough.replace(path)
    finally:
        rough.unlink(missing_ok=True)
    return _told(path, manifest)


def _told(path: Path, manifest: dict[str, Any]) -> Backup:
    names = manifest["members"]
    uploads = sum(name.startswith("files/") for name in names)
    trail = manifest["trail"]
    return Backup(path, sum(manifest["rows"].values()), uploads, trail["entries"], trail["root"],
                  "keys/trail.key" in names)  # fmt: skip


def _write(archive: zipfile.ZipFile, at: dt.datetime, *, with_keys: bool) -> dict[str, Any]:
    members: dict[str, str] = {}
    rows: dict[str, int] = {}
    uploads: set[str] = set()
    # Read before the rows: what was published by then is in them.
    published = _published()
    with _one_moment() as alias:
        for model in kept_models():
            name = f"rows/{model._meta.label_lower}.jsonl"
            members[name], rows[model._meta.label_lower] = _write_rows(archive, name, model, alias, uploads)
        trail = _trail(alias)
        migrations = _migrations(alias)
    for upload in sorted(uploads):
        members[f"files/{upload}"] = _write_file(archive, f"files/{upload}", _upload(upload))
    key = Path(settings.DATA) / "trail.key"
    if with_keys and key.is_file():
        members["keys/trail.key"] = _write_file(archive, "keys/trail.key", key)
    if published is not None:
        archive.writestr("log/checkpoint", published)
        members["log/checkpoint"] = hashlib.sha256(published).hexdigest()
    manifest = {"format": FORMAT, "made_at": at.isoformat(), "database": connection.vendor, "migrations": migrations,
                "trail": trail, "rows": rows, "members": members}  # fmt: skip
    archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def _published() -> bytes | None:
    """Return the newest checkpoint of the published log."""
    path = Path(settings.DATA) / "log" / "checkpoint"
    return path.read_bytes() if path.is_file() else None


@contextmanager
def _one_moment() -> Iterator[str]:
    """Give the alias of a database that stands still."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield "default"
        return
    import sqlite3

    with tempfile.TemporaryDirectory(prefix="sealmark-backup-") as folder:
        place = str(Path(folder) / "copy.sqlite3")
        connection.ensure_connection()
        copy = sqlite3.connect(place)
        connection.connection.backup(copy)
        copy.close()
        connections.databases[_SNAPSHOT] = {**connection.settings_dict, "NAME": place}
        try:
            yield _SNAPSHOT
        finally:
            connections[_SNAPSHOT].close()
            del connections[_SNAPSHOT], connections.databases[_SNAPSHOT]


def _write_rows(
    archive: zipfile.ZipFile, name: str, model: type[models.Model], alias: str, uploads: set[str]
) -> tuple[str, int]:
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    files = [field.attname for field in fields if isinstance(field, models.FileField)]
    digest, count = hashlib.sha256(), 0
    found = model._default_manager.using(alias).order_by("pk").values(*names)
    with archive.open(name, "w", force_zip64=True) as stream:
        for row in found.iterator(chunk_size=2_000):
            uploads.update(row[file] for file in files if row[file])
            line = json.dumps(row, ensure_ascii=False, default=_plain).encode() + b"\n"
            digest.update(line)
            stream.write(line)
            count += 1
    return digest.hexdigest(), count


def _plain(value: object) -> str:
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode()
    raise TypeError(type(value).__name__)


def _trail(alias: str) -> dict[str, Any]:
    from sealmark.attest.log.tree import append_leaf, root_of_peaks

    peaks: list[bytes] = []
    count = 0
    for count, leaf in enumerate(
        Entry.objects.using(alias).order_by("number").values_list("leaf", flat=True).iterator(chunk_size=10_000), 1
    ):
        peaks = append_leaf(peaks, count - 1, bytes.fromhex(leaf))
    return {"entries": count, "root": root_of_peaks(peaks).hex()}


def _migrations(alias: str) -> list[str]:
    kept = {model._meta.app_label for model in kept_models()}
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied if app in kept)


def _upload(name: str) -> Path:
    path = Path(settings.DATA) / "files" / name
    if not path.is_file():
        what = f'The upload "{name}" is missing in the data folder.'
        raise SealmarkError(Problem("SM836", what, fix="Bring it back from an earlier backup."))
    return path


def _write_file(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of an archive once every member was read and compared with its digest.

    Raises:
        SealmarkError: SM833 it is no whole archive of this platform.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
            faults = list(_faults(archive, manifest))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        fix = "Take another archive."
        raise SealmarkError(Problem("SM833", f'"{path.name}" is no whole backup: {error}.', fix=fix)) from error
    if faults:
        raise SealmarkError(*(Problem("SM833", fault, str(path), "Take another archive.") for fault in faults))
    return manifest


def _faults(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> Iterator[str]:
    if manifest.get("format") != FORMAT:
        yield f'The archive is written as "{manifest.get("format")}", not as {FORMAT}.'
        return
    found = set(archive.namelist()) - {"manifest.json"}
    for name in sorted(found ^ set(manifest["members"])):
        yield f'"{name}" is in the archive or in its manifest, but not in both.'
    for name in sorted(found & set(manifest["members"])):
        if _digest(archive, name) != manifest["members"][name]:
            yield f'"{name}" is not what was written.'


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
