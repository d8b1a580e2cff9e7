"""Hashes of the trail as the database keeps them, hexadecimal; the tree over them is the library's."""

from __future__ import annotations

import hashlib
import re

from sealmark.attest.log import tree

__all__ = ["EMPTY_ROOT", "chain_hash", "is_hash", "leaf_hash"]

EMPTY_ROOT = tree.EMPTY_ROOT.hex()


def leaf_hash(event: bytes) -> str:
    """Return the hash of an entry as leaf of the tree."""
    return tree.leaf_hash(event).hex()


def chain_hash(previous: str, leaf: str) -> str:
    """Return the link of a leaf to everything before it; the first one follows the empty root."""
    return hashlib.sha256(b"\x02" + bytes.fromhex(previous) + bytes.fromhex(leaf)).hexdigest()


def is_hash(text: str) -> bool:
    """Tell whether a text can be a hash."""
    return re.fullmatch("[0-9a-f]{64}", text) is not None
