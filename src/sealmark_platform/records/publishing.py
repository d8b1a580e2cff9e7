"""The log of the trail as static files: hashes in tiles, and a signed checkpoint (C2SP tlog-tiles).

Entries stay inside; only their hashes are published. A checkpoint is signed only when it continues the last one.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from sealmark.attest.files import write_whole
from sealmark.attest.log.checkpoints import Checkpoint, sign_checkpoint
from sealmark.attest.log.notes import NoteKey
from sealmark.attest.log.proofs import verify_consistency
from sealmark.attest.log.tiles import TILE_HEIGHT, Tile, TileReader, new_tiles, tile_bytes
from sealmark.attest.log.tree import EMPTY_ROOT, HASH_SIZE, Place, consistency_path, root_of, root_of_peaks
from sealmark.core.errors import SealmarkError
from sealmark_platform.records import keys
from sealmark_platform.records.actions import make_checkpoint
from sealmark_platform.records.models import Checkpoint as Point
from sealmark_platform.records.proofs import hashes_at
from sealmark_platform.records.published import (
    RESTORED,
    contradiction,
    folder,
    forked,
    log_key,
    log_state,
    opened,
    published_checkpoint,
)
from sealmark_platform.records.queries import checkpoint_text

__all__ = ["Published", "accept_checkpoint", "expect_news", "publish_log"]


@dataclass(frozen=True)
class Published:
    """What was published.

    Attributes:
        checkpoint: The newest one.
        tiles: How many tiles were written.
    """

    checkpoint: Checkpoint
    tiles: int


def publish_log(at: dt.datetime, *, is_whole: bool = False) -> Published:
    """Publish how far the trail has come; what was published stays as it is.

    The caller holds no transaction: what is published cannot be rolled back.

    Args:
        at: When, for the checkpoint of the trail.
        is_whole: Compare every published tile with the trail, and write those that are missing.

    Raises:
        SealmarkError: SM811 the trail contradicts what was published; SM812 entries are missing, or may be.
    """
    with _alone():
        if problem := log_state().problem:
            raise SealmarkError(problem)
        before = published_checkpoint()
        key = log_key(before.origin if before else "")
        make_checkpoint(at)
        _keep_for_good()
        now = _newest(key)
        if before is not None:
            _require_continued(before, now)
        # After a restore the checkpoint is back, and no tile is.
        is_fresh = not (folder() / "tile").is_dir()
        first = 0 if is_whole or is_fresh or before is None else before.size
        written = sum(_put(tile) for tile in new_tiles(first, now.size))
        _require_readable(now)
        if now != before:
            _write(folder() / "checkpoint", bytes(sign_checkpoint(now, keys.signer())))
        _write(folder() / "key", f"{key.text}\n".encode())
        _tidy(first, now.size)
    return Published(now, written)


def _keep_for_good() -> None:
    """Let SQLite bring to the disk what was committed: a power cut must not leave the log ahead of the trail."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(FULL)")


def _newest(key: NoteKey) -> Checkpoint:
    point = Point.objects.order_by("-size").first()
    if point is None:
        return Checkpoint(key.name, 0, EMPTY_ROOT)
    if not keys.verify(checkpoint_text(point.size, point.root, point.chain), point.signature):
        raise _altered(f"The checkpoint of {point.size} entries is not signed by the key of the trail.")
    return Checkpoint(key.name, point.size, bytes.fromhex(point.root))


def _require_continued(before: Checkpoint, now: Checkpoint) -> None:
    if before.size == 0 or before == now:
        return
    steps = consistency_path(before.size, now.size)
    hashes = _hashes([place for places in steps for place in places])
    proof = [root_of_peaks([hashes[place] for place in places]) for places in steps]
    try:
        verify_consistency((before.size, now.size), (before.root, now.root), proof)
    except SealmarkError:
        raise _altered(f"The trail of {now.size} entries does not continue the published {before.size}.") from None


def _require_readable(now: Checkpoint) -> None:
    """Make sure that whoever reads the files comes to the root that is about to be signed."""
    try:
        root = TileReader(_read, now.size).root()
    except SealmarkError as error:
        fix = "Run: sealmark-platform log publish --whole"
        raise forked(f"What was published is not whole: {error.problems[0].what}", fix) from error
    if root != now.root:
        raise _altered(f"The published tiles do not lead to the root of the trail of {now.size} entries.")


def _hashes(places: Sequence[Place]) -> dict[Place, bytes]:
    found = hashes_at(places)
    if len(found) < len(set(places)):
        raise _altered("Hashes of the trail are missing in the database.")
    return found


def _put(tile: Tile) -> bool:
    """Write a tile; tell whether it was not there."""
    content = tile_bytes(tile, _hashes)
    parts = [content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)]
    above = Place((tile.level + 1) * TILE_HEIGHT, tile.number)
    if not tile.is_partial and root_of(parts) != _hashes([above])[above]:
        raise _altered(f"Entries that belong into {tile.path} are not as they were signed.")
    path = folder() / tile.path
    if not path.is_file():
        _write(path, content)
        return True
    if path.read_bytes() != content:
        raise _altered(f"{tile.path} was published with other hashes than the trail has.")
    return False


def _read(path: str) -> bytes:
    return (folder() / path).read_bytes()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; readers see the old one until the new one is there."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def _tidy(first: int, size: int) -> None:
    """Take partial tiles away whose full tile is there: who asks for one falls back to it."""
    for tile in new_tiles(first, size):
        if not tile.is_partial:
            shutil.rmtree(folder() / f"{tile.path}.p", ignore_errors=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process publish at a time."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / ".lock").open("wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def accept_checkpoint(content: bytes | None) -> Checkpoint | None:
    """Take note, after a restore, of the newest checkpoint that was ever published; return the newest that is known.

    Args:
        content: The checkpoint as a witness keeps it; nothing says that none was published since the backup.

    Raises:
        SealmarkError: SM811 it is not of this log, or the trail contradicts it; SM812 it is ahead of the trail.
    """
    with _alone():
        newest = published_checkpoint()
        given = newest if content is None else opened(content)
        if given is not None and content is not None and (newest is None or given.size > newest.size):
            # Kept even if the trail has fewer entries: then this is what says so from now on.
            if (problem := contradiction(given)) and problem.code != "SM812":
                raise SealmarkError(problem)
            _write(folder() / "checkpoint", content)
            newest = given
        for one in (given, newest):
            if one is not None and (problem := contradiction(one)):
                raise SealmarkError(problem)
        (folder() / RESTORED).unlink(missing_ok=True)
    return newest


def expect_news(checkpoint: bytes | None) -> None:
    """Leave word, after a restore, that later checkpoints may have been published; nothing is signed until accepted.

    Where the published files are still there, they say it themselves.

    Args:
        checkpoint: The newest one at the time of the backup.
    """
    with _alone():
        if (folder() / "checkpoint").exists():
            return
        if checkpoint is not None:
            _write(folder() / "checkpoint", checkpoint)
        _write(folder() / RESTORED, b"")


def _altered(what: str) -> SealmarkError:
    return forked(what, "Run: sealmark-platform records verify; then restore a backup. Nothing was signed.")
