"""From an archive back into an empty installation: everything, or nothing."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.backup import _migrations, kept_models, read_manifest
from sealmark_platform.casework.queries.consistency import disagreements
from sealmark_platform.records.publishing import expect_news
from sealmark_platform.records.queries import verify_trail

__all__ = ["Restored", "restore_backup"]

_BATCH = 500


@dataclass(frozen=True)
class Restored:
    """What came back.

    Attributes:
        is_behind: A later checkpoint is known: acts were lost.
    """

    rows: int
    uploads: int
    entries: int
    root: str
    is_behind: bool


def restore_backup(path: Path, *, known_entries: int = 0) -> Restored:
    """Restore an archive into a migrated, empty database and an empty folder of uploads.

    Args:
        path: As :func:`sealmark_platform.backup.write_backup` wrote it.
        known_entries: Length of the trail at the latest checkpoint that is known from elsewhere.

    Raises:
        SealmarkError: SM832 something is there already; SM833 the archive is not whole; SM834 it was made by another
            version; SM835 the trail in it is not whole, or the rows tell another story.
    """
    manifest = read_manifest(path)
    _require_empty()
    if manifest["migrations"] != _migrations("default"):
        what = "The archive was made by a version of the platform with other tables."
        raise SealmarkError(Problem("SM834", what, fix="Restore with the version that made it, then upgrade."))
    place = Path(settings.DATA) / "files"
    key = Path(settings.DATA) / "trail.key"
    had_key, log = key.is_file(), Path(settings.DATA) / "log"
    had_log = log.exists()
    try:
        with zipfile.ZipFile(path) as archive, transaction.atomic():
            _bring_files(archive, manifest, had_key=had_key)
            with _without_triggers():
                for model in kept_models():
                    _bring_rows(archive, model)
            _require_whole(manifest)
            _renew_sequences()
            _expect_news(archive, manifest, known_entries)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        if not had_key:
            key.unlink(missing_ok=True)
        if not had_log:
            shutil.rmtree(log, ignore_errors=True)
        raise
    trail = manifest["trail"]
    uploads = sum(name.startswith("files/") for name in manifest["members"])
    behind = known_entries > trail["entries"]
    return Restored(sum(manifest["rows"].values()), uploads, trail["entries"], trail["root"], behind)


def _require_empty() -> None:
    full = [model._meta.label for model in kept_models() if model._default_manager.exists()]
    place = Path(settings.DATA) / "files"
    if full or (place.is_dir() and any(place.iterdir())):
        what = f"The installation is not empty: {', '.join(full[:3]) or place.name}."
        raise SealmarkError(Problem("SM832", what, fix="Restore with --data into a new folder and an empty database."))


def _bring_files(archive: zipfile.ZipFile, manifest: dict[str, Any], *, had_key: bool) -> None:
    for name in manifest["members"]:
        kind, _, rest = name.partition("/")
        if kind == "files":
            _extract(archive, name, Path(settings.DATA) / "files" / _inside(rest), mode=0o644)
        elif name == "keys/trail.key" and not had_key:
            _extract(archive, name, Path(settings.DATA) / "trail.key", mode=0o600)


def _expect_news(archive: zipfile.ZipFile, manifest: dict[str, Any], known_entries: int) -> None:
    """Leave word that later checkpoints may have been published, unless somebody knows that none were."""
    name = "log/checkpoint"
    if not 0 < known_entries <= manifest["trail"]["entries"]:
        expect_news(archive.read(name) if name in manifest["members"] else None)


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise SealmarkError(Problem("SM833", f'The archive has a member "{name[:80]}".', fix="Take another archive."))
    return name


def _extract(archive: zipfile.ZipFile, name: str, target: Path, *, mode: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    made = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(made, "wb") as stream, archive.open(name) as source:
        shutil.copyfileobj(source, stream, 1 << 20)


@contextmanager
def _without_triggers() -> Iterator[None]:
    """Let the rules of single acts rest: rows come back as they were, in the order of tables and not of acts."""
    tables = [model._meta.db_table for model in kept_models()]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            yield
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _, sql in triggers:
            cursor.execute(sql)


def _bring_rows(archive: zipfile.ZipFile, model: type[models.Model]) -> None:
    readers = {field.attname: _reader(field) for field in model._meta.concrete_fields}
    with archive.open(f"rows/{model._meta.label_lower}.jsonl") as stream:
        rows = (json.loads(line) for line in stream)
        made = (model(**{name: readers[name](value) for name, value in row.items()}) for row in rows)
        while batch := list(islice(made, _BATCH)):
            model._default_manager.bulk_create(batch)


def _reader(field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.JSONField):
        return lambda value: value
    target = getattr(field, "target_field", field)
    return lambda value: None if value is None else target.to_python(value)


def _require_whole(manifest: dict[str, Any]) -> None:
    found = verify_trail(manifest["trail"]["entries"])
    faults = list(found.faults)
    if "keys/trail.key" not in manifest["members"]:
        # Without the key nothing can say whose the signatures are; the chain is compared all the same.
        faults = [fault for fault in faults if not fault.endswith("the signature is not ours")]
    if found.root != manifest["trail"]["root"]:
        faults.append("the root is not that of the manifest")
    faults += disagreements()
    if faults:
        fix = "Take another archive."
        raise SealmarkError(*(Problem("SM835", f"Trail and rows are not whole: {fault}.", fix=fix) for fault in faults))


def _renew_sequences() -> None:
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(sql)
