"""Checking that an entry is in a log, and that a log only grew (RFC 9162, 2.1.3 and 2.1.4)."""

from __future__ import annotations

from collections.abc import Sequence

from sealmark.attest.log.tree import HASH_SIZE, node_hash
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["verify_consistency", "verify_inclusion"]

_LARGEST = 2**63


def verify_inclusion(leaf: bytes, path: Sequence[bytes], *, index: int, size: int, root: bytes) -> None:
    """Return when a leaf is in a tree; raise when that is not proven.

    Args:
        leaf: Hash of the leaf, 32 bytes.
        path: The hashes beside its way to the root, from below.
        index: Of the leaf, from 0.
        size: How many leaves the tree has.
        root: Of the tree, as a checkpoint states it.

    Raises:
        SealmarkError: SM760 this is no proof for a tree of this size, SM761 it leads to another root.

    Example:
        >>> from sealmark.attest.log.tree import leaf_hash, root_of
        >>> one, two = leaf_hash(b"1"), leaf_hash(b"2")
        >>> verify_inclusion(two, [one], index=1, size=2, root=root_of([one, two]))
    """
    _require_hashes([leaf, *path])
    if not 0 <= index < size <= _LARGEST:
        raise _malformed(f"A tree of {size} leaves has no leaf {index}.")
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise _malformed(f"A path of {len(path)} hashes is too long for leaf {index} of {size}.")
        if place % 2 or place == last:
            found = node_hash(sibling, found)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise _malformed(f"A path of {len(path)} hashes is too short for leaf {index} of {size}.")
    if found != root:
        raise _elsewhere(f"The path of leaf {index} leads to another root than that of the tree of {size}.")


def verify_consistency(
    sizes: tuple[int, int], roots: tuple[bytes, bytes], proof: Sequence[bytes], *, start: int = 0
) -> None:
    """Return when the second tree continues the first; raise when that is not proven.

    Args:
        sizes: How many leaves the old and the new tree have.
        roots: Of the old and of the new tree.
        proof: The hashes between them.
        start: First leaf of the old tree where that is a subtree which ends at ``sizes[0]``; of a log always 0.

    Raises:
        SealmarkError: SM760 this is no proof between such trees, SM761 it leads to other roots.

    Example:
        >>> from sealmark.attest.log.tree import leaf_hash, root_of
        >>> one, two = leaf_hash(b"1"), leaf_hash(b"2")
        >>> verify_consistency((1, 2), (one, root_of([one, two])), [two])
    """
    end, size = sizes
    _require_hashes(proof)
    if not 0 <= start < end <= size <= _LARGEST or start % (1 << (end - start - 1).bit_length()):
        raise _malformed(f"Nothing can be proven between {_named(start, end)} and a tree of {size} leaves.")
    first, last, total = start, end - 1, size - 1
    while first != last and (last % 2 or last == total):
        first, last, total = first >> 1, last >> 1, total >> 1
    rest = list(proof)
    if first == last:
        seed = roots[0]
    elif rest:
        seed = rest.pop(0)
    else:
        raise _malformed(f"An empty proof says nothing of {_named(start, end)} in a tree of {size} leaves.")
    old, new = _climb(seed, rest, (first, last, total))
    if (old, new) != roots:
        which = "new" if old == roots[0] else "old"
        raise _elsewhere(f"The proof between {_named(start, end)} and a tree of {size} leads to another {which} root.")


def _climb(seed: bytes, proof: Sequence[bytes], places: tuple[int, int, int]) -> tuple[bytes, bytes]:
    """Return the two roots to which a proof leads; places are those of the first leaf, the last one and the end."""
    first, last, total = places
    old = new = seed
    for sibling in proof:
        if total == 0:
            raise _malformed(f"A proof of {len(proof)} hashes is too long.")
        if last % 2 or last == total:
            old = node_hash(sibling, old) if first < last else old
            new = node_hash(sibling, new)
            while last % 2 == 0:
                first, last, total = first >> 1, last >> 1, total >> 1
        else:
            new = node_hash(new, sibling)
        first, last, total = first >> 1, last >> 1, total >> 1
    if total:
        raise _malformed(f"A proof of {len(proof)} hashes is too short.")
    return old, new


def _named(start: int, end: int) -> str:
    return f"leaves {start} to {end - 1}" if start else f"a tree of {end} leaves"


def _require_hashes(found: Sequence[bytes]) -> None:
    if any(len(one) != HASH_SIZE for one in found):
        raise _malformed("Something in the proof is no hash of 32 bytes.")


def _malformed(what: str) -> SealmarkError:
    return SealmarkError(Problem("SM760", what, fix="Fetch the proof again for these sizes; this one proves nothing."))


def _elsewhere(what: str) -> SealmarkError:
    return SealmarkError(Problem("SM761", what, fix="Do not trust it: the entry, the proof or the log was altered."))
