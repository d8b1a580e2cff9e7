"""A copy of the answers that is read as fast as memory: one byte per answer, mapped, never parsed.

A copy is a folder. ``copy.json`` says what it was made of; ``keys.parquet`` holds the distinct
combinations of the key columns (organization, wave, stratum ...) of each part; part ``n`` is two Arrow IPC files:
``rows-n.arrow`` with the number of each row's combination and its weight, and ``answers-n.arrow`` with all answers,
item after item, as signed bytes, -1 where there is none. The source stays the truth: when it changes, the copy is
refused.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from sealmark.core.errors import Problem, ProblemList, SealmarkError, did_you_mean
from sealmark.measure.engine import connect, fetch, open_table
from sealmark.measure.surveys.keys import Floats, column_of

__all__ = ["FastCopy", "Part", "number_combinations", "open_fast_copy", "read_part", "write_fast_copy"]

_FORMAT = 1
_ABOUT, _KEYS = "copy.json", "keys.parquet"
_HIGHEST = 126
_ROWS_PER_PART, _ROWS_PER_BATCH = 2_000_000, 100_000

Bytes: TypeAlias = npt.NDArray[np.int8]


@dataclass(frozen=True)
class FastCopy:
    """A fast copy on disk.

    Attributes:
        folder: Where it lies.
        source: The file or folder it was made of.
        items: Columns with answers, and the lowest and highest answer of each.
        keys: Columns that name cells, strata, clusters and populations.
        weight: Column with the weights, if any.
        rows: Rows in all.
        parts: How many parts there are.
        files: Of the source: path inside it, size, time of change, SHA-256.
    """

    folder: Path
    source: Path
    items: Mapping[str, tuple[int, int]]
    keys: tuple[str, ...]
    weight: str | None
    rows: int
    parts: int
    files: tuple[tuple[str, int, int, str], ...]

    def require_fresh(self) -> None:
        """Refuse a copy of data that have changed since.

        Sizes and times of the source's files are looked at; where they differ, its content.

        Raises:
            SealmarkError: SM484.
        """
        now = _listing(self.source)
        if [entry[:3] for entry in now] == [entry[:3] for entry in self.files]:
            return
        if [_digested(self.source, *entry) for entry in now] != [(*entry[:2], entry[3]) for entry in self.files]:
            what = f'The fast copy was made of other data than "{self.source.name}" holds now.'
            raise SealmarkError(Problem("SM484", what, str(self.folder), "Write it anew with write_fast_copy()."))

    def key_table(self) -> pa.Table:
        """Return the distinct combinations of the key columns, by ``part`` and ``code``."""
        return pq.read_table(self.folder / _KEYS)


@dataclass(frozen=True)
class Part:
    """Rows of a fast copy as arrays over mapped memory.

    Attributes:
        code: Number of each row's combination of keys.
        weight: Weight of each row; empty when there are none.
        answers: Shape (items, rows); -1 is missing.
    """

    code: npt.NDArray[np.integer[Any]]
    weight: Floats
    answers: Bytes


def _listing(source: Path) -> list[tuple[str, int, int]]:
    files = sorted(source.rglob("*.parquet")) if source.is_dir() else [source]
    stats = [(file, file.stat()) for file in files if file.is_file()]
    return [(str(file.relative_to(source)), stat.st_size, stat.st_mtime_ns) for file, stat in stats]


def _digested(source: Path, name: str, size: int, _changed: int) -> tuple[str, int, str]:
    with (source / name).open("rb") as stream:
        return name, size, hashlib.file_digest(stream, "sha256").hexdigest()


def write_fast_copy(
    source: Path | str, folder: Path | str, *, items: Sequence[str], keys: Sequence[str], weight: str | None = None
) -> FastCopy:
    """Write the fast copy of a Parquet file or folder, and return it; an older copy in the folder is replaced.

    It needs about a byte per answer and ten per row. Rows sorted by the keys make it quick to read.

    Args:
        source: The answers.
        folder: Where to write; it does not exist, or holds a fast copy.
        items: Columns with whole answers from 0 to 126; missing ones stay missing.
        keys: Columns that name cells, strata, clusters and populations.
        weight: Column with the weights.

    Raises:
        SealmarkError: SM403 columns that are not there, SM406 rows without a weight,
            SM485 answers that do not fit a byte, or a folder that holds something else.
    """
    source, folder = Path(source).resolve(), Path(folder)
    connection = connect()
    table = open_table(source, connection=connection)
    _check_columns(table, (*items, *keys, *((weight,) if weight else ())))
    _check_folder(folder)
    ends = _check_answers(table, items, weight)
    temporary = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        counts = _write_parts(table, temporary, items=items, keys=keys, weight=weight)
        files = [[*entry, _digested(source, *entry)[2]] for entry in _listing(source)]
        about = {"format": _FORMAT, "source": str(source), "items": ends, "keys": list(keys), "weight": weight}
        about |= {"rows": sum(counts), "parts": len(counts), "files": files}
        (temporary / _ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return open_fast_copy(folder)


def open_fast_copy(folder: Path | str) -> FastCopy:
    """Return the fast copy in a folder.

    Raises:
        SealmarkError: SM485 there is none.
    """
    folder = Path(folder)
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        assert about["format"] == _FORMAT
    except (OSError, ValueError, KeyError, AssertionError) as error:
        what, fix = f'There is no fast copy of this version in "{folder.name}".', "Write it with write_fast_copy()."
        raise SealmarkError(Problem("SM485", what, str(folder), fix)) from error
    files = tuple((str(name), int(size), int(changed), str(digest)) for name, size, changed, digest in about["files"])
    return FastCopy(
        folder,
        Path(about["source"]),
        {name: (int(low), int(high)) for name, (low, high) in about["items"].items()},
        tuple(about["keys"]),
        about["weight"],
        int(about["rows"]),
        int(about["parts"]),
        files,
    )


def read_part(copy: FastCopy, number: int) -> Part:
    """Return one part; its arrays lie in mapped memory and load when they are touched."""
    rows = _mapped(copy.folder / f"rows-{number}.arrow")
    answers = _mapped(copy.folder / f"answers-{number}.arrow")["answer"].chunk(0).to_numpy()
    weight = rows["weight"].chunk(0).to_numpy() if copy.weight else np.zeros(0)
    return Part(rows["code"].chunk(0).to_numpy(), weight, answers.reshape(len(copy.items), -1))


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as stream:
        return pa.ipc.open_file(stream).read_all()


def _check_columns(table: ir.Table, names: Sequence[str]) -> None:
    problems = ProblemList()
    for name in names:
        if name not in table.columns:
            problems.add("SM403", f'There is no column "{name}" to copy.', fix=did_you_mean(name, table.columns))
    problems.raise_if_any()


def _check_folder(folder: Path) -> None:
    if folder.exists() and not (folder / _ABOUT).is_file():
        what = f'"{folder.name}" exists and holds no fast copy.'
        raise SealmarkError(Problem("SM485", what, str(folder), "Name a folder that does not exist yet."))


def _check_answers(table: ir.Table, items: Sequence[str], weight: str | None) -> dict[str, tuple[int, int]]:
    """Return the lowest and highest answer of each item, after one look at all of them."""
    sums: dict[str, ir.Scalar] = {}
    problems = ProblemList()
    for number, name in enumerate(items):
        column = table[name]
        if not column.type().is_numeric():
            problems.add("SM485", f'"{name}" holds {column.type()}, not numbers.', fix="Convert it while importing.")
            continue
        sums |= {f"low{number}": column.min(), f"high{number}": column.max()}
        if not column.type().is_integer():
            sums[f"part{number}"] = (column != column.cast("float64").round()).cast("int64").sum()
    if weight:
        good = (table[weight].cast("float64") >= 0) & (table[weight].cast("float64") < 1e300)  # noqa: PLR2004
        sums |= {"good": good.cast("int64").sum(), "rows": table.count()}
    problems.raise_if_any()
    found = fetch(table.aggregate(**sums))
    ends = {}
    for number, name in enumerate(items):
        low, high = (np.nan_to_num(column_of(found, f"{end}{number}")[0]) for end in ("low", "high"))
        parts = column_of(found, f"part{number}")[0] if f"part{number}" in found.column_names else 0
        if low < 0 or high > _HIGHEST or parts > 0:
            what = f'"{name}" has answers that are not whole numbers from 0 to {_HIGHEST}: they do not fit a byte.'
            problems.add("SM485", what, fix="Set codes for missing while importing, or work without a fast copy.")
        ends[name] = int(low), int(high)
    if weight and found["good"][0].as_py() != found["rows"][0].as_py():
        bad = found["rows"][0].as_py() - (found["good"][0].as_py() or 0)
        what = f'{bad:,} rows have no weight in "{weight}", or one below zero.'
        problems.add("SM406", what, fix="Give every row a weight of zero or more, or set it aside.")
    problems.raise_if_any()
    return ends


def _write_parts(
    table: ir.Table, folder: Path, *, items: Sequence[str], keys: Sequence[str], weight: str | None
) -> list[int]:
    columns = {f"key{number}": table[name] for number, name in enumerate(keys)}
    columns |= {f"item{number}": table[name].fill_null(-1).cast("int8") for number, name in enumerate(items)}
    columns |= {"weight": table[weight].cast("float64")} if weight else {}
    writer, counts = None, []
    for number, chunk in enumerate(_chunks(table.select(**columns))):
        named = {name: chunk[f"key{place}"] for place, name in enumerate(keys)}
        # A table without columns would forget how many rows it has.
        code, distinct = number_combinations(pa.table(named or {"sm_whole": np.zeros(chunk.num_rows)}))
        kind = np.uint16 if distinct.num_rows <= np.iinfo(np.uint16).max else np.int32
        rows = {"code": pa.array(code.astype(kind))}
        rows |= {"weight": chunk["weight"].combine_chunks()} if weight else {}
        answers = np.concatenate([chunk[f"item{place}"].to_numpy() for place in range(len(items))])
        _write_ipc(folder / f"rows-{number}.arrow", pa.table(rows))
        _write_ipc(folder / f"answers-{number}.arrow", pa.table({"answer": answers}))
        known = distinct.append_column("sm_part", pa.array(np.full(distinct.num_rows, number, np.int32)))
        writer = writer or pq.ParquetWriter(folder / _KEYS, known.schema)
        writer.write_table(known)
        counts.append(chunk.num_rows)
    if writer is None:
        raise SealmarkError(
            Problem("SM485", "There are no rows to copy.", fix="Name the file or folder with the answers.")
        )
    writer.close()
    return counts


def _chunks(table: ir.Table) -> Iterator[pa.Table]:
    """Yield the rows in their order, a part at a time."""
    connection = table.get_backend()
    connection.con.execute("SET enable_progress_bar = false")
    reader = connection.con.sql(connection.compile(table)).to_arrow_reader(min(_ROWS_PER_PART, _ROWS_PER_BATCH))
    held: list[pa.RecordBatch] = []
    for batch in reader:
        held.append(batch)
        if sum(len(part) for part in held) >= _ROWS_PER_PART:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def _write_ipc(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())


def number_combinations(keys: pa.Table) -> tuple[npt.NDArray[np.int64], pa.Table]:
    """Return the number of each row's combination, and the combinations in the order in which they first appear.

    Quick where equal rows stand together.
    """
    size = keys.num_rows
    changes = np.zeros(size, dtype=bool)
    changes[:1] = True
    codes = [np.asarray(keys[name].combine_chunks().dictionary_encode("encode").indices) for name in keys.column_names]
    for code in codes:
        changes[1:] |= code[1:] != code[:-1]
    starts = np.flatnonzero(changes)
    joined = np.zeros(len(starts), dtype=np.int64)
    for code in codes:
        joined = joined * (int(code.max(initial=0)) + 1) + code[starts]
    _, first, inverse = np.unique(joined, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return np.repeat(rank[inverse], np.diff(np.append(starts, size))), keys.take(pa.array(starts[first[order]]))
