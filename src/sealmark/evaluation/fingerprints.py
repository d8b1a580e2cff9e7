"""Fingerprints of evidence files: small digests that later name the row and column that changed.

For every bit k of the row number two digests are kept: one over the rows whose
bit is 0, one over those whose bit is 1. When exactly one row changed, the pair
that differs spells its number, bit by bit. 40 digests serve a million rows.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from sealmark.core.canonical import Json

__all__ = ["changed_place", "fingerprint_file"]

_TEXT = {".csv", ".tsv", ".yaml", ".yml", ".txt", ".json"}
_LARGEST = 64 << 20


def fingerprint_file(path: Path) -> dict[str, Json] | None:
    """Return the fingerprint of a text file; None for other kinds and for files above 64 MiB.

    Lines are counted from one, the heading included.
    """
    if path.suffix.lower() not in _TEXT or path.stat().st_size > _LARGEST:
        return None
    lines = path.read_bytes().splitlines()
    found: dict[str, Json] = {"rows": len(lines), "bits": _bits(lines)}
    if path.suffix.lower() in {".csv", ".tsv"}:
        found["columns"] = _columns(lines)
    return found


def changed_place(path: Path, before: Mapping[str, Json]) -> str:
    """Return in words where a text file differs from its fingerprint, as exactly as it tells."""
    now = fingerprint_file(path)
    if now is None or now == before:
        return ""
    if now["rows"] != before["rows"]:
        return f"{before['rows']} lines before, {now['rows']} now"
    line = _changed_line(now["bits"], before["bits"])
    if line is None:
        return "several lines differ"
    text = path.read_bytes().splitlines()[line - 1].decode("utf-8", "replace")
    columns = _changed_columns(now.get("columns"), before.get("columns"))
    named = f", column {', '.join(columns)}" if columns else ""
    return f'line {line}{named}; it now reads "{text[:200]}"'


def _digest(content: bytes) -> int:
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")


def _bits(lines: list[bytes]) -> list[Json]:
    width = max(1, len(lines).bit_length())
    sums = [[0, 0] for _ in range(width)]
    for number, line in enumerate(lines, start=1):
        digest = _digest(line)
        for bit in range(width):
            sums[bit][number >> bit & 1] ^= digest
    return [[f"{zero:016x}", f"{one:016x}"] for zero, one in sums]


def _columns(lines: list[bytes]) -> dict[str, Json]:
    text = b"\n".join(lines).decode("utf-8-sig", "replace")
    delimiter = max(",;\t|", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    headings = next(rows, [])
    shas = [hashlib.sha256() for _ in headings]
    for row in rows:
        for sha, cell in zip(shas, row, strict=False):
            sha.update(cell.encode() + b"\0")
    return {heading: sha.hexdigest()[:16] for heading, sha in zip(headings, shas, strict=True)}


def _changed_line(now: Json, before: Json) -> int | None:
    assert isinstance(now, list)
    assert isinstance(before, list)
    number = 0
    for bit, (new, old) in enumerate(zip(now, before, strict=True)):
        zero, one = (new[side] != old[side] for side in (0, 1))  # type: ignore[index]
        if zero == one:
            return None
        number |= int(one) << bit
    return number


def _changed_columns(now: Json, before: Json) -> list[str]:
    if not isinstance(now, dict) or not isinstance(before, dict):
        return []
    return [name for name in _union(now, before) if now.get(name) != before.get(name)]


def _union(now: Iterable[str], before: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*now, *before]))
