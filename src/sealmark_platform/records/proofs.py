"""One entry of the trail proven against a signed checkpoint: reads as many rows as the tree is high."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from sealmark.attest.log.proofs import verify_inclusion
from sealmark.attest.log.tree import Place, audit_path, covers, leaf_hash, made_by, root_of_peaks
from sealmark.core.errors import SealmarkError
from sealmark_platform.prepared import Prepared
from sealmark_platform.records import keys
from sealmark_platform.records.hashes import is_hash
from sealmark_platform.records.models import Checkpoint, Entry, Node
from sealmark_platform.records.queries import checkpoint_text, entry_faults

__all__ = ["Proof", "grow_tree", "hashes_at", "prove_entry"]

_BATCH = 5_000
_ENTRY = Prepared(lambda number: Entry.objects.filter(pk=number).values_list(*_columns(Entry)), int)
_POINT = Prepared(
    lambda number: Checkpoint.objects.filter(size__gte=number).order_by("-size").values_list(*_columns(Checkpoint))[:1],
    int,
)


def _columns(model: type[Entry | Checkpoint]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@dataclass(frozen=True)
class Proof:
    """What is known of one entry.

    Attributes:
        number: Of the entry.
        size: Of the newest checkpoint that holds it; 0 while none does.
        path: From its leaf to the root of that checkpoint: whether the hash stands on the left, and the hash.
        faults: What is wrong with it.
    """

    number: int
    size: int
    path: tuple[tuple[bool, str], ...] = ()
    faults: tuple[str, ...] = ()


def prove_entry(number: int) -> Proof:
    """Compare one entry with itself and with the newest signed checkpoint that holds it."""
    entries, points = _ENTRY.rows(number), _POINT.rows(number)
    size = points[0][0] if points else 0
    if not entries:
        return Proof(number, size, faults=(f"entry {number}: is not there",))
    entry = Entry(**dict(zip(_columns(Entry), entries[0], strict=True)))
    faults = [f"entry {number}: {fault}" for fault in entry_faults(entry)]
    if not points:
        return Proof(number, 0, faults=tuple(faults))
    point = Checkpoint(**dict(zip(_columns(Checkpoint), points[0], strict=True)))
    path = _path(number, size)
    if path is None:
        return Proof(number, size, faults=(*faults, "the kept tree has gaps: make a checkpoint"))
    if not _leads(entry, path, point):
        faults.append(f"entry {number}: it, or one beside it, is not as it was signed in checkpoint {size}")
    if not keys.verify(checkpoint_text(point.size, point.root, point.chain), point.signature):
        faults.append(f"checkpoint {size}: the signature is not ours")
    return Proof(number, size, path, tuple(faults))


def _leads(entry: Entry, path: tuple[tuple[bool, str], ...], point: Checkpoint) -> bool:
    """Tell whether an entry is in the tree of a checkpoint."""
    leaf, hashes = leaf_hash(entry.event.encode()), [bytes.fromhex(text) for _is_left, text in path]
    try:
        verify_inclusion(leaf, hashes, index=entry.number - 1, size=point.size, root=bytes.fromhex(point.root))
    except (SealmarkError, ValueError):
        return False
    return True


def _path(number: int, size: int) -> tuple[tuple[bool, str], ...] | None:
    """Return the hashes of the path; nothing when one of them is not kept."""
    steps = audit_path(number - 1, size)
    hashes = hashes_at(place for _is_left, places in steps for place in places)
    if any(place not in hashes for _is_left, places in steps for place in places):
        return None
    return tuple((is_left, root_of_peaks([hashes[place] for place in places]).hex()) for is_left, places in steps)


def hashes_at(places: Iterable[Place]) -> dict[Place, bytes]:
    """Return the hashes of full subtrees, as far as they are kept."""
    asked = list(places)
    leaves = {place.number + 1: place for place in asked if place.level == 0}
    nodes = {place.id: place for place in asked if place.level}
    found = {leaves[name]: text for name, text in _read("SELECT number, leaf FROM records_entry WHERE number", leaves)}
    found |= {nodes[name]: text for name, text in _read("SELECT id, hash FROM records_node WHERE id", nodes)}
    return {place: bytes.fromhex(text) for place, text in found.items() if is_hash(text)}


def _read(question: str, names: Iterable[int]) -> list[tuple[int, str]]:
    asked = list(names)
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{question} IN ({', '.join(['%s'] * len(asked))})", asked)
        return [(number, text) for number, text in cursor.fetchall()]


def grow_tree() -> str:
    """Keep the subtrees of all entries that are not in the kept tree yet; return the root over all entries.

    The caller holds a transaction in which nobody else adds entries.
    """
    size, peaks = _kept()
    leaves = Entry.objects.filter(number__gt=size).order_by("number").values_list("leaf", flat=True)
    made: list[Node] = []
    for leaf in leaves.iterator(chunk_size=_BATCH):
        peaks, subtrees = made_by(peaks, size, bytes.fromhex(leaf))
        made += (Node(id=place.id, hash=found.hex()) for place, found in subtrees)
        size += 1
        if len(made) >= _BATCH:
            Node.objects.bulk_create(made, ignore_conflicts=True)
            made = []
    Node.objects.bulk_create(made, ignore_conflicts=True)
    return root_of_peaks(peaks).hex()


def _kept() -> tuple[int, list[bytes]]:
    """Return how many leaves the kept tree has and its peaks; nothing of it when one of them is missing."""
    newest = Node.objects.order_by("-pk").values_list("pk", flat=True).first()
    # The newest subtree is always one of two leaves: every larger one has such a tree to the right of its middle.
    size = 0 if newest is None else 2 * ((newest - 1) // 4 + 1)
    hashes = hashes_at(covers(0, size))
    peaks = [hashes[place] for place in covers(0, size) if place in hashes]
    return (size, peaks) if len(peaks) == len(covers(0, size)) else (0, [])
