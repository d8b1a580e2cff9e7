"""Fingerprints of evidence files: small digests that later name the rows and columns that changed.

Rows are lines of a text, or rows of a workbook's sheet or a Parquet file. Kept are

* for every bit k of the row number two digests: over the rows whose bit is 0, and over those
  whose bit is 1. When exactly one row changed, the pair that differs spells its number;
  40 digests serve a million rows;
* one digest per block of rows, at most 256 blocks: several changes are named by their blocks,
  and in files of up to 256 rows by their rows;
* one digest per column.

Who guesses a row can check the guess against the digest of that row. All this is therefore kept in a
private file; the evaluation itself holds the digests of blocks of at least 64 rows.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sealmark.core.canonical import Json, digest_json
from sealmark.core.errors import Problem, SealmarkError
from sealmark.evaluation.evidence.plain_tables import kind_of, parquet_rows
from sealmark.measure.imports.mapping import NumberRule
from sealmark.measure.imports.sheets import cell_text
from sealmark.scheme.edition import Edition

__all__ = [
    "FINGERPRINTS", "changed_places", "edition_files", "fingerprint_file", "gather_fingerprints", "open_fingerprints",
    "public_part",
]  # fmt: skip

FINGERPRINTS = "private/fingerprints.json"
"""Where the private file lies, seen from evaluation.json."""

_FORMAT = "sealmark-fingerprints/1"

_TABLES = {".csv", ".tsv"}
_TEXT = {*_TABLES, ".yaml", ".yml", ".txt", ".json"}
_LARGEST = 64 << 20
_BLOCKS = 256
_FEWEST = 64
_SHOWN = 5
_SHORT = 16
_PART = 20_000
_JOINT = "\x1f"

Digests = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class _Content:
    """Rows of a file as bytes; for a table also how cells come out of it, the headings first."""

    rows: Sequence[bytes]
    cells: Callable[[Iterable[bytes]], Iterator[list[str]]] | None = None
    word: str = "row"


def edition_files(edition: Edition) -> dict[str, Json]:
    """Return a short digest of every file that counts for an edition's digest; line ends do not count."""
    return {
        name: hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:_SHORT]
        for name, content in sorted(edition.files.items())
        if not name.startswith("overlays/")
    }


def fingerprint_file(path: Path) -> dict[str, Json] | None:
    """Return the fingerprint of a text, a workbook or a Parquet file; it is private.

    None for other kinds, for files above 64 MiB and for what cannot be read. Rows are
    counted from one, the headings included; those of a workbook are its sheets' one after another.
    """
    content = _content(path)
    if content is None:
        return None
    digests = np.array([_digest(row) for row in content.rows], dtype=np.uint64)
    found: dict[str, Json] = {"rows": len(content.rows), "bits": _bits(digests), "blocks": _blocks(digests)}
    if content.cells is not None:
        found["columns"] = _columns(content.cells(content.rows))
    return found


def public_part(fingerprint: Mapping[str, Json] | None) -> dict[str, Json] | None:
    """Return what an evaluation holds of a fingerprint: the number of rows, and digests of blocks.

    Each block has at least 64 rows with all their cells; a file of fewer than 128 rows has none.

    Example:
        >>> public_part({"rows": 3, "bits": [], "blocks": ["a", "b", "c"]})
        {'rows': 3, 'blocks': []}
    """
    if fingerprint is None:
        return None
    rows, parts = fingerprint["rows"], _listed(fingerprint["blocks"])
    assert isinstance(rows, int)
    size = _block_size(rows)
    blocks: list[Json] = [
        digest_json(parts[start // size : -(-end // size)]).removeprefix("sha256:")[:8]
        for start, end in _public_ranges(rows)
    ]
    return {"rows": rows, "blocks": blocks}


def gather_fingerprints(files: Mapping[str, Path]) -> dict[str, Json]:
    """Return the content of the private file: the fingerprints of all inputs by their names."""
    return {"format": _FORMAT, "inputs": {name: fingerprint_file(path) for name, path in sorted(files.items())}}


def open_fingerprints(private: Mapping[str, Json] | None, digest: Json) -> Mapping[str, Json]:
    """Return the fingerprints of a private file by the names of inputs, after checking that it is the right one.

    Args:
        private: The content of the private file; nothing is returned when None.
        digest: What the evaluation says is the file's digest.

    Raises:
        SealmarkError: SM641 the file does not belong to the evaluation.
    """
    if private is None:
        return {}
    if digest_json(private) != digest:
        what = "The file does not belong to this evaluation: its digest is not the one that evaluation.json names."
        fix = "Put the one beside that was written with it, or take this one away: then blocks of rows are named."
        raise SealmarkError(Problem("SM641", what, FINGERPRINTS, fix))
    inputs = private["inputs"]
    assert isinstance(inputs, dict)
    return inputs


def _content(path: Path) -> _Content | None:
    if path.stat().st_size > _LARGEST:
        return None
    kind = kind_of(path)
    try:
        if kind == "workbook":
            return _of_cells(_sheet_rows(path))
        if kind == "parquet":
            headings, rows = parquet_rows(path)
            return _of_cells(itertools.chain([headings], rows))
    except (SealmarkError, OSError):
        return None
    if path.suffix.lower() not in _TEXT:
        return None
    lines = path.read_bytes().splitlines()
    return _Content(lines, _reader(lines) if path.suffix.lower() in _TABLES else None, "line")


def _of_cells(rows: Iterable[list[str]]) -> _Content:
    return _Content([_JOINT.join(row).encode() for row in rows], _split)


def _split(rows: Iterable[bytes]) -> Iterator[list[str]]:
    return (row.decode().split(_JOINT) for row in rows)


def _sheet_rows(path: Path) -> Iterator[list[str]]:
    import python_calamine  # heavy leaf

    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
                yield [cell_text(cell, NumberRule()) or "" for cell in row]
    except python_calamine.CalamineError as error:
        raise OSError(str(error)) from error


def _reader(lines: Sequence[bytes]) -> Callable[[Iterable[bytes]], Iterator[list[str]]]:
    """Return how the lines of a text become cells."""
    try:
        for line in lines:
            line.decode("utf-8-sig")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "latin-1"  # one character for each byte: no change is lost
    first = lines[0].decode(encoding) if lines else ""
    delimiter = max(",;\t|", key=first.count)

    def cells(rows: Iterable[bytes]) -> Iterator[list[str]]:
        texts = (row.decode(encoding).removeprefix("\ufeff") + "\n" for row in rows)
        return csv.reader(texts, delimiter=delimiter)

    return cells


def changed_places(path: Path, before: Mapping[str, Json]) -> tuple[str, ...]:
    """Return in words where a file differs from its fingerprint, as exactly as it tells; nothing when alike.

    Args:
        path: The file as it is now.
        before: Its fingerprint, or the public part of it.
    """
    now, content = fingerprint_file(path), _content(path)
    if now is None or content is None or now == before or "blocks" not in before:
        return ()
    if "bits" not in before:
        return _changed_blocks_of_many(public_part(now) or {}, before, content)
    columns = _changed_columns(now.get("columns"), before.get("columns"))
    if now["rows"] != before["rows"]:
        return (f"{before['rows']} {content.word}s before, {now['rows']} now{_first_shift(now, before, content)}",)
    row = _changed_row(now["bits"], before["bits"])
    if row is not None:
        return (_told(content, row, columns),)
    return tuple(_told_blocks(content, _changed_blocks(now["blocks"], before["blocks"]), columns))


def _changed_blocks_of_many(now: Mapping[str, Json], before: Mapping[str, Json], content: _Content) -> tuple[str, ...]:
    if now["rows"] != before["rows"]:
        return (f"{before['rows']} {content.word}s before, {now['rows']} now",)
    if not before["blocks"]:
        return (f"its content differs; only {FINGERPRINTS} tells where, and it is not there",)
    ranges = _public_ranges(len(content.rows))
    changed = [ranges[block] for block in _changed_blocks(now["blocks"], before["blocks"])]
    return tuple(_told_ranges(content, changed, []))


def _told(content: _Content, row: int, columns: Sequence[str]) -> str:
    named = f", column {', '.join(columns)}" if columns else ""
    reads = content.rows[row - 1].decode("utf-8", "replace").replace(_JOINT, " | ")
    if content.cells is not None and len(columns) == 1 and row > 1:
        headings, cells = (next(content.cells([content.rows[at]]), []) for at in (0, row - 1))
        # A cell that holds line ends spreads over several lines: then the whole line is shown.
        if len(headings) == len(cells) and columns[0] in headings:
            reads = cells[headings.index(columns[0])]
    return f'{content.word} {row}{named}; it now reads "{reads[:200]}"'


def _told_blocks(content: _Content, blocks: Sequence[int], columns: Sequence[str]) -> Iterator[str]:
    size = _block_size(len(content.rows))
    if size == 1:
        for block in blocks[:_SHOWN]:
            yield _told(content, block + 1, columns)
        yield from _told_rest(len(blocks))
    else:
        ranges = [(block * size, min((block + 1) * size, len(content.rows))) for block in blocks]
        yield from _told_ranges(content, ranges, columns)


def _told_ranges(content: _Content, ranges: Sequence[tuple[int, int]], columns: Sequence[str]) -> Iterator[str]:
    if ranges:
        named = f", column {', '.join(columns)}" if columns else ""
        shown = ", ".join(f"{start + 1:,}-{end:,}" for start, end in ranges[:_SHOWN])
        yield f"among the {content.word}s {shown}{named}"
    yield from _told_rest(len(ranges))


def _told_rest(count: int) -> Iterator[str]:
    if count > _SHOWN:
        yield f"and in {count - _SHOWN} more places"


def _first_shift(now: Mapping[str, Json], before: Mapping[str, Json], content: _Content) -> str:
    """Tell from where on a file with rows more or fewer differs; only files of single-row blocks say it."""
    sizes = {_block_size(len(content.rows)), _block_size(before["rows"] if isinstance(before["rows"], int) else 0)}
    if sizes != {1}:
        return ""
    pairs = zip(_listed(now["blocks"]), _listed(before["blocks"]), strict=False)
    row = next((at for at, (new, old) in enumerate(pairs, start=1) if new != old), None)
    first = min(len(content.rows), len(_listed(before["blocks"]))) + 1 if row is None else row
    return f"; the first difference is at {content.word} {first}"


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _digest(content: bytes) -> int:
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")


def _bits(digests: Digests) -> list[Json]:
    numbers = np.arange(1, len(digests) + 1, dtype=np.uint64)
    found: list[Json] = []
    for bit in range(max(1, len(digests).bit_length())):
        one = (numbers >> np.uint64(bit) & np.uint64(1)).astype(bool)
        found.append([f"{np.bitwise_xor.reduce(digests[side]):016x}" for side in (~one, one)])
    return found


def _block_size(rows: int) -> int:
    return max(1, -(-rows // _BLOCKS))


def _public_ranges(rows: int) -> list[tuple[int, int]]:
    """Return first row (from zero) and end of every public block; each joins blocks until it has 64 rows."""
    size = _block_size(rows)
    joined = size * -(-_FEWEST // size)
    count = rows // joined
    starts = [number * joined for number in range(count)] if count > 1 else []
    return list(zip(starts, [*starts[1:], rows], strict=False))


def _blocks(digests: Digests) -> list[Json]:
    size = _block_size(len(digests))
    found: list[Json] = []
    for start in range(0, len(digests), size):
        part = digests[start : start + size]
        found.append(hashlib.sha256(part.astype(">u8").tobytes()).hexdigest()[:8])
    return found


def _columns(rows: Iterator[list[str]]) -> dict[str, Json]:
    headings = next(rows, [])
    shas = [hashlib.sha256() for _ in headings]
    try:
        while part := list(itertools.islice(rows, _PART)):
            for sha, column in zip(shas, itertools.zip_longest(*part, fillvalue=""), strict=False):
                sha.update(("\0".join(column) + "\0").encode("utf-8", "replace"))
    except csv.Error:
        return {}
    return {heading: sha.hexdigest()[:_SHORT] for heading, sha in zip(headings, shas, strict=True)}


def _changed_row(now: Json, before: Json) -> int | None:
    number = 0
    for bit, (new, old) in enumerate(zip(_listed(now), _listed(before), strict=False)):
        zero, one = (new[side] != old[side] for side in (0, 1))  # type: ignore[index]
        if zero == one:
            return None
        number |= int(one) << bit
    return number


def _changed_blocks(now: Json, before: Json) -> list[int]:
    pairs = enumerate(zip(_listed(now), _listed(before), strict=False))
    return [index for index, (new, old) in pairs if new != old]


def _changed_columns(now: Json, before: Json) -> list[str]:
    if not isinstance(now, dict) or not isinstance(before, dict):
        return []
    return [name for name in dict.fromkeys([*now, *before]) if now.get(name) != before.get(name)]
