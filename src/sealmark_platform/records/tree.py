"""The Merkle tree over the trail (RFC 6962): leaf and node hashes, root, incremental."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = [
    "EMPTY_ROOT", "Place", "append_leaf", "audit_path", "chain_hash", "covers", "leaf_hash", "made_by", "root_by_path",
    "root_of", "root_of_peaks",
]  # fmt: skip

EMPTY_ROOT = hashlib.sha256(b"").hexdigest()


class Place(NamedTuple):
    """A full subtree: of two to the power of ``level`` leaves, the ``number``-th of its kind, from 0."""

    level: int
    number: int

    @property
    def id(self) -> int:
        """One whole number for every place, in the order of their middles; leaves have the even ones."""
        return (self.number << (self.level + 1)) + (1 << self.level) - 1


def leaf_hash(event: bytes) -> str:
    """Return the hash of a leaf, SHA-256 of a zero byte and the event."""
    return hashlib.sha256(b"\x00" + event).hexdigest()


def chain_hash(previous: str, leaf: str) -> str:
    """Return the link of a leaf to everything before it; the first one follows the empty root."""
    return hashlib.sha256(b"\x02" + bytes.fromhex(previous) + bytes.fromhex(leaf)).hexdigest()


def _node(left: str, right: str) -> str:
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def append_leaf(peaks: list[str], size: int, leaf: str) -> list[str]:
    """Return the peaks of the tree with one leaf more.

    Args:
        peaks: Roots of the full subtrees, largest first.
        size: How many leaves they hold.
        leaf: Hash of the new leaf.
    """
    found = [*peaks, leaf]
    while size % 2:
        right, left = found.pop(), found.pop()
        found.append(_node(left, right))
        size //= 2
    return found


def root_of_peaks(peaks: list[str]) -> str:
    """Return the root of the whole tree."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for left in reversed(peaks[:-1]):
        root = _node(left, root)
    return root


def root_of(leaves: Iterable[str]) -> str:
    """Return the root over leaves in their order.

    Example:
        >>> root_of([]) == EMPTY_ROOT
        True
    """
    peaks: list[str] = []
    for size, leaf in enumerate(leaves):
        peaks = append_leaf(peaks, size, leaf)
    return root_of_peaks(peaks)


def made_by(peaks: list[str], size: int, leaf: str) -> tuple[list[str], list[tuple[Place, str]]]:
    """Return what :func:`append_leaf` returns, and the full subtrees that the leaf completes."""
    found, made, place = [*peaks, leaf], [], Place(0, size)
    while place.number % 2:
        right, left = found.pop(), found.pop()
        place = Place(place.level + 1, place.number // 2)
        found.append(_node(left, right))
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
        middle = first + (1 << ((end - first - 1).bit_length() - 1))
        is_left = index >= middle
        steps.append((is_left, covers(first, middle) if is_left else covers(middle, end)))
        first, end = (middle, end) if is_left else (first, middle)
    return steps[::-1]


def root_by_path(leaf: str, path: Sequence[tuple[bool, str]]) -> str:
    """Return the root to which a path leads from a leaf; each step says whether its hash stands on the left.

    Example:
        >>> one, two = leaf_hash(b"1"), leaf_hash(b"2")
        >>> root_by_path(two, [(True, one)]) == root_of([one, two])
        True
    """
    root = leaf
    for is_left, sibling in path:
        root = _node(sibling, root) if is_left else _node(root, sibling)
    return root
