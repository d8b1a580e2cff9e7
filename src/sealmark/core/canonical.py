"""Canonical JSON (RFC 8785) and SHA-256 digests: equal content, equal bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Union

import rfc8785

from sealmark.core.numbers import plain

__all__ = [
    "Json",
    "canonical_bytes",
    "digest_bytes",
    "digest_file",
    "digest_folder",
    "digest_json",
    "to_json",
]

Json = Union[None, bool, int, float, str, "list[Json]", "dict[str, Json]"]

_CHUNK = 1 << 20


def to_json(value: object) -> Json:
    """Return ``value`` as plain JSON: decimals and dates become text.

    Decimals become strings so that no reader can lose a digit.

    Raises:
        TypeError: A value has no JSON form.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (Sequence, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [to_json(item) for item in items]
    raise TypeError(f"{type(value).__name__} has no JSON form")


def canonical_bytes(value: object) -> bytes:
    """Return the RFC 8785 form of ``value``.

    Example:
        >>> canonical_bytes({"b": Decimal("1.50"), "a": [1, True]})
        b'{"a":[1,true],"b":"1.5"}'
    """
    return rfc8785.dumps(to_json(value))


def digest_bytes(content: bytes) -> str:
    """Return ``sha256:`` and the hexadecimal digest of ``content``."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def digest_json(value: object) -> str:
    """Return the digest of the canonical form of ``value``."""
    return digest_bytes(canonical_bytes(value))


def digest_file(path: Path) -> str:
    """Return the digest of a file's bytes, read in pieces."""
    sha = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            sha.update(chunk)
    return "sha256:" + sha.hexdigest()


def digest_folder(files: Mapping[str, bytes]) -> str:
    """Return one digest for a set of files given as relative path to bytes.

    Line ends do not count: a checkout with CRLF has the same digest.
    """
    listing = {path: digest_bytes(content.replace(b"\r\n", b"\n")) for path, content in files.items()}
    return digest_json(listing)
