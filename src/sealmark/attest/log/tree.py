"""The Merkle tree of a log (RFC 6962): hashes, root, incremental; which subtrees make up a proof.

A hash has 32 bytes everywhere. Nothing here reads or keeps a tree: a :class:`Place` names a full
subtree, and whoever has its hash can put it where a proof or a tile needs it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

__all__ = [
    "EMPTY_ROOT", "HASH_SIZE", "Place", "append_leaf", "audit_path", "consistency_path", "covers", "leaf_hash",
    "made_by", "node_hash", "root_of", "root_of_peaks",
]  # fmt: skip

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


class Place(NamedTuple):
    """A full subtree: of two to the power of ``level`` leaves, the ``number``-th of its kind, from 0."""

    level: int
    number: int

    @property
    def id(self) -> int:
        """One whole number for every place, in the order of their middles; leaves have the even ones."""
        return (self.number << (self.level + 1)) + (1 << self.level) - 1


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf, SHA-256 of a zero byte and the entry (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees, SHA-256 of a byte of one and both hashes (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def append_leaf(peaks: list[bytes], size: int, leaf: bytes) -> list[bytes]:
    """Return the peaks of the tree with one leaf more.

    Args:
        peaks: Roots of the full subtrees, largest first.
        size: How many leaves they hold.
        leaf: Hash of the new leaf.
    """
    found = [*peaks, leaf]
    while size % 2:
        right, left = found.pop(), found.pop()
        found.append(node_hash(left, right))
        size //= 2
    return found


def root_of_peaks(peaks: list[bytes]) -> bytes:
    """Return the root of the whole tree."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for left in reversed(peaks[:-1]):
        root = node_hash(left, root)
    return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes in their order.

    Example:
        >>> root_of([]) == EMPTY_ROOT
        True
        >>> one, two = leaf_hash(b"1"), leaf_hash(b"2")
        >>> root_of([one, two]) == node_hash(one, two)
        True
    """
    peaks: list[bytes] = []
    for size, leaf in enumerate(leaves):
        peaks = append_leaf(peaks, size, leaf)
    return root_of_peaks(peaks)


def made_by(peaks: list[bytes], size: int, leaf: bytes) -> tuple[list[bytes], list[tuple[Place, bytes]]]:
    """Return what :func:`append_leaf` returns, and the full subtrees that the leaf completes."""
    found, made, place = [*peaks, leaf], [], Place(0, size)
    while place.number % 2:
        right, left = found.pop(), found.pop()
        place = Place(place.level + 1, place.number // 2)
        found.append(node_hash(left, right))
        made.append((place, found[-1]))
    return found, made


def covers(first: int, end: int) -> list[Place]:
    """Return the full subtrees over some leaves, largest first; the first leaf is where such a tree begins."""
    found = []
    while first < end:
        level = (end - first).bit_length() - 1
        found.append(Place(level, first >> level))
        first += 1 << level
    return found


def audit_path(index: int, size: int) -> list[tuple[bool, list[Place]]]:
    """Return what proves that a leaf is in a tree (RFC 6962, 2.1.1), from the leaf to the root.

    Args:
        index: Of the leaf, from 0.
        size: How many leaves the tree has.

    Returns:
        Of each step whether the sibling stands on the left, and the full subtrees that make it up.
    """
    first, end = 0, size
    steps = []
    while end - first > 1:
        middle = _middle(first, end)
        is_left = index >= middle
        steps.append((is_left, covers(first, middle) if is_left else covers(middle, end)))
        first, end = (middle, end) if is_left else (first, middle)
    return steps[::-1]


def consistency_path(old: int, new: int) -> list[list[Place]]:
    """Return what proves that a tree continues a smaller one (RFC 6962, 2.1.2).

    Args:
        old: How many leaves the smaller tree has, at least one.
        new: How many leaves the larger tree has.

    Returns:
        Of each hash of the proof the full subtrees that make it up.
    """
    first, end, steps = 0, new, []
    # The old root itself is known to whoever asks: it is left out as long as it is a subtree of the new tree.
    is_known = True
    while old != end:
        middle = _middle(first, end)
        if old <= middle:
            steps.append(covers(middle, end))
            end = middle
        else:
            steps.append(covers(first, middle))
            first, is_known = middle, False
    return ([] if is_known else [covers(first, end)]) + steps[::-1]


def _middle(first: int, end: int) -> int:
    """Return where a subtree over several leaves is divided: its left part is the largest power of two."""
    return first + (1 << ((end - first - 1).bit_length() - 1))
