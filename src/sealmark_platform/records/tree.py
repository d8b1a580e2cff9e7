"""The Merkle tree over the trail (RFC 6962): leaf and node hashes, root, incremental."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

__all__ = ["EMPTY_ROOT", "append_leaf", "chain_hash", "leaf_hash", "root_of", "root_of_peaks"]

EMPTY_ROOT = hashlib.sha256(b"").hexdigest()


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
