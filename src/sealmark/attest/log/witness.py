"""What a witness does: take the next checkpoint of a log, or say what is wrong with it.

A pure step: whoever calls it keeps the checkpoint it returns and hands it in the next time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sealmark.attest.log.checkpoints import Checkpoint, open_checkpoint
from sealmark.attest.log.notes import Note, NoteKey, read_note
from sealmark.attest.log.proofs import verify_consistency
from sealmark.attest.log.tiles import TILE_HEIGHT, Fetch, Tile, TileReader, new_tiles
from sealmark.attest.log.tree import EMPTY_ROOT, Place, root_of
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["CRIES", "Seen", "follow"]

CRIES = frozenset({"SM763", "SM764", "SM765", "SM766", "SM767", "SM768"})
"""Codes of everything by which a log convicts itself; all other errors say that nothing could be found out."""


@dataclass(frozen=True)
class Seen:
    """A checkpoint that continues everything seen before.

    Attributes:
        checkpoint: Hand it in the next time.
        note: The checkpoint as the log signed it.
        tiles: How many tiles were compared.
    """

    checkpoint: Checkpoint
    note: Note
    tiles: int


def follow(content: bytes, previous: Checkpoint | None, *, key: NoteKey, fetch: Fetch, is_whole: bool = False) -> Seen:
    """Return the next checkpoint of a log.

    Every tile that is new is compared with the tile above it, so that in the course of time every hash is.

    Args:
        content: The checkpoint as fetched.
        previous: What was returned the last time; nothing at first.
        key: Of the log.
        fetch: Gives what stands at a path of the log.
        is_whole: Compare every tile again, not only new ones.

    Raises:
        SealmarkError: SM763 it is no checkpoint, SM764 not signed by the log, SM765 the log has shrunk, SM766 another
            root at the same size, SM767 the log does not continue what was seen, SM768 a tile does not fit.
    """
    note = read_note(content)
    now = open_checkpoint(note, key, origin=previous.origin if previous else "")
    before = previous or Checkpoint(now.origin, 0, EMPTY_ROOT)
    _compare(before, now)
    reader = TileReader(fetch, now.size)
    if reader.root() != now.root:
        raise _cry("SM768", f"The tiles lead to another root than the checkpoint of {now.size} entries states.")
    if before.size:
        _require_continued(before, now, reader)
    compared = sum(1 for tile in _to_compare(0 if is_whole else before.size, now.size) if _fits(tile, reader))
    return Seen(now, note, compared)


def _compare(before: Checkpoint, now: Checkpoint) -> None:
    if now.size < before.size:
        raise _cry("SM765", f"The log has shrunk from {before.size} entries to {now.size}.")
    if now.size == before.size and now.root != before.root:
        raise _cry("SM766", f"The log had another root when it had {now.size} entries before: one was exchanged.")


def _require_continued(before: Checkpoint, now: Checkpoint, reader: TileReader) -> None:
    proof = reader.consistency_proof(before.size)
    try:
        verify_consistency((before.size, now.size), (before.root, now.root), proof)
    except SealmarkError:
        what = f"The log of {now.size} entries does not continue the one of {before.size}: what was there was altered."
        raise _cry("SM767", what) from None


def _to_compare(old: int, new: int) -> Iterator[Tile]:
    return (tile for tile in new_tiles(old, new) if not tile.is_partial)


def _fits(tile: Tile, reader: TileReader) -> bool:
    above = Place((tile.level + 1) * TILE_HEIGHT, tile.number)
    if root_of(reader.hashes(tile)) != reader.hash_of(above):
        raise _cry("SM768", f'"{tile.path}" does not fit the tile above it.')
    return True


def _cry(code: str, what: str) -> SealmarkError:
    fix = "Keep both checkpoints: together they prove it. Tell whoever relies on the log."
    if code == "SM768":
        fix = "Fetch again; if it stays so, the log does not hold what it has signed."
    return SealmarkError(Problem(code, what, fix=fix))
