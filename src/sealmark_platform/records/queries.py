"""Reading and verifying the trail."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from sealmark.attest.log.tree import append_leaf, root_of_peaks
from sealmark_platform.prepared import Prepared
from sealmark_platform.records import keys
from sealmark_platform.records.hashes import EMPTY_ROOT, chain_hash, is_hash, leaf_hash
from sealmark_platform.records.models import Checkpoint, Entry

__all__ = [
    "Told", "Verification", "checkpoint_text", "entries_of_file", "entry_faults", "newest_chain", "newest_of_file",
    "revealed", "verify_trail",
]  # fmt: skip


def entries_of_file(file: str) -> QuerySet[Entry]:
    """Return the entries of one certification file, the oldest first."""
    return Entry.objects.filter(file=file).order_by("number")


def newest_chain() -> str:
    """Return the newest link of the trail; nothing while it is empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT chain FROM records_entry ORDER BY number DESC LIMIT 1")
        found = cursor.fetchone()
    return found[0] if found else ""


class Told(NamedTuple):
    """What a page tells of an entry."""

    number: int
    kind: str
    at: dt.datetime
    actor: str
    event: str


_NEWEST = 200
_TOLD = Prepared(
    lambda file: entries_of_file(file).reverse().values_list("number", "kind", "at", "actor", "event")[:_NEWEST], str
)


def newest_of_file(file: str) -> list[Told]:
    """Return the newest entries of one certification file, the newest first."""
    return [Told(*row) for row in _TOLD.rows(file)]


def revealed(digests: Iterable[str]) -> dict[str, str]:
    """Return the values behind commitments; what was erased is not there."""
    asked = sorted(set(digests))
    if not asked:
        return {}
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(asked))
        cursor.execute(f"SELECT digest, value FROM records_commitment WHERE digest IN ({places})", asked)  # noqa: S608
        return dict(cursor.fetchall())


def checkpoint_text(size: int, root: str, chain: str) -> str:
    """Return what a checkpoint signs."""
    return f"sealmark-trail\n{size}\n{root}\n{chain}\n"


@dataclass(frozen=True)
class Verification:
    """What a walk over the whole trail found.

    Attributes:
        entries: How many there are.
        checkpoints: How many signed statements were compared.
        root: Root of the tree over all of them.
        faults: What is wrong, each naming the entry.
    """

    entries: int
    checkpoints: int
    root: str
    faults: tuple[str, ...]


def verify_trail(expected_size: int = 0) -> Verification:
    """Walk over the trail and name every entry that was removed, altered or put in.

    Args:
        expected_size: What other tables say that there must be at least.
    """
    walk = _Walk({point.size: point for point in Checkpoint.objects.all()})
    for entry in Entry.objects.order_by("number").iterator(chunk_size=2_000):
        walk.see(entry)
    return walk.end(expected_size)


class _Walk:
    def __init__(self, checkpoints: dict[int, Checkpoint]) -> None:
        self._checkpoints = checkpoints
        self._faults: list[str] = []
        self._peaks: list[bytes] = []
        self._last, self._count, self._chain = 0, 0, EMPTY_ROOT

    def see(self, entry: Entry) -> None:
        """Compare one entry with itself, with the one before and with the checkpoint at its place."""
        if entry.number <= self._last:
            self._faults.append(f"entry {entry.number}: put in")
        elif entry.number > self._last + 1:
            self._faults.append(_removed(self._last + 1, entry.number - 1))
        leaf = entry.leaf if is_hash(entry.leaf) else leaf_hash(entry.event.encode())
        chain = chain_hash(self._chain, leaf)
        if entry.number == self._last + 1 and chain != entry.chain:
            self._faults.append(f"entry {entry.number}: does not continue the entry before")
        self._faults += [f"entry {entry.number}: {fault}" for fault in entry_faults(entry)]
        self._peaks = append_leaf(self._peaks, self._count, bytes.fromhex(leaf))
        self._last, self._chain = entry.number, entry.chain if is_hash(entry.chain) else chain
        self._count += 1
        if entry.number in self._checkpoints:
            self._compare(self._checkpoints[entry.number])

    def _compare(self, point: Checkpoint) -> None:
        if not keys.verify(checkpoint_text(point.size, point.root, point.chain), point.signature):
            self._faults.append(f"checkpoint {point.size}: the signature is not ours")
        elif (root_of_peaks(self._peaks).hex(), self._chain) != (point.root, point.chain):
            self._faults.append(f"checkpoint {point.size}: the entries up to it are not those that were signed")

    def end(self, expected_size: int) -> Verification:
        """Return what was found."""
        known = max([expected_size, *self._checkpoints], default=0)
        if known > self._last:
            self._faults.append(_removed(self._last + 1, known))
        found = tuple(self._faults)
        return Verification(self._count, len(self._checkpoints), root_of_peaks(self._peaks).hex(), found)


def _removed(first: int, last: int) -> str:
    return f"entry {first}: removed" if first == last else f"entries {first} to {last}: removed"


def _told(event: str) -> Mapping[str, object]:
    try:
        told = json.loads(event)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def entry_faults(entry: Entry) -> Iterator[str]:
    """Yield what is wrong with an entry by itself."""
    if leaf_hash(entry.event.encode()) != entry.leaf:
        yield "its text was altered"
        return
    told = _told(entry.event)
    columns = {"number": entry.number, "kind": entry.kind, "at": entry.at.isoformat(), "actor": entry.actor,
               "tenant": entry.tenant, "file": entry.file, "subject": entry.subject}  # fmt: skip
    for name, value in columns.items():
        if told.get(name) != value:
            yield f'the column "{name}" was altered'
