"""Read a table in our own headings, as CSV, XLSX or Parquet, strictly and with row numbers.

These tables need no mapping. Nothing is guessed: cells are parted by the mark
that makes our headings out of the first row, text is UTF-8 (or says by a byte
order mark what it is), and every row has as many cells as there are headings.
"""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sealmark.core.errors import Problem, ProblemList, SealmarkError
from sealmark.measure.imports.mapping import FileRule, NumberRule
from sealmark.measure.imports.sheets import cell_text, read_sheet
from sealmark.measure.imports.texts import DELIMITERS, open_text

__all__ = ["PlainTable", "kind_of", "parquet_rows", "read_headings", "read_plain"]

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_SHOWN = 5
_LONGEST = 16 << 20


@dataclass(frozen=True)
class PlainTable:
    """A table as text: headings, rows with content, and their numbers as a spreadsheet shows them."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]


Numbered = Iterator[tuple[int, Sequence[str]]]


def read_plain(path: Path, name: str, known: Collection[str]) -> PlainTable:
    """Return a table of the case.

    Args:
        path: CSV (plain or gz), XLSX or Parquet, recognised by its content.
        name: How errors call the file.
        known: Our headings.

    Raises:
        SealmarkError: SM331 nothing to read, SM332 not UTF-8, SM334 cut, SM335 formulas,
            SM338 headings missing or twice, SM339 rows that do not fit the headings.
    """
    try:
        rows = list(_READERS[kind_of(path)](path, known))
    except SealmarkError as error:
        raise SealmarkError(*(_our_words(problem, path, name) for problem in error.problems)) from error
    if not rows or not any(rows[0][1]):
        fix = f"Write the headings into the first row: {', '.join(known)}."
        raise SealmarkError(Problem("SM331", "The first row, where the headings should be, is empty.", name, fix))
    headings = tuple(cell.strip() for cell in rows[0][1])
    filled = [(number, row) for number, row in rows[1:] if any(cell.strip() for cell in row)]
    _check_form(name, headings, filled)
    kept = [(number, tuple(row[: len(headings)])) for number, row in filled]
    return PlainTable(headings, tuple(row for _, row in kept), tuple(number for number, _ in kept))


def read_headings(path: Path, name: str, known: Collection[str]) -> tuple[tuple[str, ...], str]:
    """Return the headings in the first row of a table, and the mark that parts the cells of a text.

    Raises:
        SealmarkError: As :func:`read_plain`, as far as the first row shows it.
    """
    kind = kind_of(path)
    try:
        if kind == "text":
            with tempfile.TemporaryDirectory(prefix="sealmark-") as folder:
                line = _first_line(path, Path(folder))
            mark = _delimiter(line, known)
            return tuple(cell.strip() for cell in _cells(line, mark)), mark
        _, cells = next(_READERS[kind](path, known), (1, ()))
    except SealmarkError as error:
        raise SealmarkError(*(_our_words(problem, path, name) for problem in error.problems)) from error
    return tuple(cell.strip() for cell in cells), ","


def _first_line(path: Path, folder: Path) -> str:
    text = open_text(path, FileRule(), folder=folder)
    with text.path.open(encoding="utf-8-sig", newline="") as stream:
        return stream.readline()


def kind_of(path: Path) -> str:
    """Return workbook, parquet, old-workbook or text, by the first bytes."""
    with path.open("rb") as stream:
        head = stream.read(4)
    kinds = {b"PK\x03\x04": "workbook", b"PAR1": "parquet", _OLD_WORKBOOK: "old-workbook"}
    return kinds.get(head, "text")


def _our_words(problem: Problem, path: Path, name: str) -> Problem:
    """Return a reader's problem with the file's name in the case, and a cure that needs no mapping."""
    where = name + problem.where.removeprefix(path.name) if problem.where.startswith(path.name) else name
    fix = _CURES.get(problem.code, problem.fix)
    if problem.code == "SM331" and "sheets" in problem.what:
        fix = "Keep one sheet in the workbook, or save the sheet as CSV."
    elif problem.code == "SM331" and problem.what == "The file is empty.":
        fix = "Fill it in, or take it out of case.yaml."
    return replace(problem, what=problem.what.replace(_NO_MAPPING, _NOT_UTF8), where=where, fix=fix)


_NO_MAPPING = "The mapping names no encoding and the file is not UTF-8."
_NOT_UTF8 = "The file is not UTF-8."
_CURES = {
    "SM332": "Save it as CSV UTF-8 or as XLSX, or name it in case.yaml as {file: ..., mapping: ...} with its "
    "`encoding` in the mapping.",
    "SM335": "Save the values only; cells may hold neither formulas nor errors.",
}


def _text_rows(path: Path, known: Collection[str]) -> Numbered:
    with tempfile.TemporaryDirectory(prefix="sealmark-") as folder:
        text = open_text(path, FileRule(), folder=Path(folder))
        with text.path.open(encoding="utf-8-sig", newline="") as stream:
            first = stream.readline()
            stream.seek(0)
            yield from _records(stream, _delimiter(first, known), path.name)


def _delimiter(first: str, known: Collection[str]) -> str:
    """Return the mark that makes most of our headings out of the first row; a comma when it is open."""
    found = {mark: sum(cell.strip() in known for cell in _cells(first, mark)) for mark in DELIMITERS}
    return max(found, key=lambda mark: (found[mark], mark == ","))


def _cells(line: str, mark: str) -> list[str]:
    return next(csv.reader([line.strip("\r\n")], delimiter=mark), [])


def _records(stream: Iterator[str], delimiter: str, name: str) -> Numbered:
    limit = csv.field_size_limit(_LONGEST)
    number = 0
    try:
        for number, row in enumerate(csv.reader(stream, delimiter=delimiter, strict=True), start=1):
            yield number, row
    except csv.Error as error:
        what = f"The row cannot be read: {error}. A quote opens or closes in the wrong place, or the file was cut."
        fix = 'Look for a lone " in this row; inside a quoted cell write it twice.'
        raise SealmarkError(Problem("SM339", what, f"{name}, row {number + 1}", fix)) from error
    finally:
        csv.field_size_limit(limit)


def _sheet_rows(path: Path, known: Collection[str]) -> Numbered:
    del known
    for number, row in enumerate(read_sheet(path, FileRule(), NumberRule()), start=1):
        yield number, [cell or "" for cell in row]


def _parquet_rows(path: Path, known: Collection[str]) -> Numbered:
    del known
    headings, rows = parquet_rows(path)
    yield 1, headings
    yield from enumerate(rows, start=2)


def parquet_rows(path: Path) -> tuple[list[str], Iterator[list[str]]]:
    """Return the headings and the rows of a Parquet file as text.

    Raises:
        SealmarkError: SM334 it is cut or damaged.
    """
    import pyarrow as pa  # heavy leaf
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        what = "The Parquet file cannot be read: it was cut or is damaged."
        raise SealmarkError(Problem("SM334", what, path.name, "Copy or export it again.")) from error
    columns = [[cell_text(cell, NumberRule()) or "" for cell in column.to_pylist()] for column in table.columns]
    return list(table.column_names), map(list, zip(*columns, strict=True))


def _old_workbook(path: Path, known: Collection[str]) -> Numbered:
    del known
    what = "The file is a workbook of the old binary form."
    raise SealmarkError(Problem("SM331", what, path.name, "Save it as .xlsx or as CSV."))


_READERS = {"text": _text_rows, "workbook": _sheet_rows, "parquet": _parquet_rows, "old-workbook": _old_workbook}


def _check_form(name: str, headings: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    problems = ProblemList()
    for heading, count in Counter(headings).items():
        if heading and count > 1:
            what = f'The heading "{heading}" stands {count} times.'
            problems.add("SM338", what, where=f"{name}, row 1", fix="Give each column its own heading.")
    for index, heading in enumerate(headings):
        filled = [number for number, row in rows if not heading and index < len(row) and row[index].strip()]
        if filled:
            what = f"Column {index + 1} has no heading, but {len(filled):,} of its cells are filled."
            problems.add("SM338", what, where=f"{name}, {_some(filled)}", fix="Give it a heading, or empty it.")
    _check_lengths(name, len(headings), rows, problems)
    problems.raise_if_any()


def _check_lengths(name: str, width: int, rows: Sequence[tuple[int, Sequence[str]]], problems: ProblemList) -> None:
    few = [number for number, row in rows if len(row) < width]
    many = [number for number, row in rows if any(cell.strip() for cell in row[width:])]
    for wrong, word in ((few, "few"), (many, "many")):
        if wrong:
            what = f"{len(wrong):,} {'row has' if len(wrong) == 1 else 'rows have'} too {word} cells."
            fix = f"Each row needs {width} cells. The file may have been cut, or a cell holds an unquoted delimiter."
            problems.add("SM339", what, where=f"{name}, {_some(wrong)}", fix=fix)


def _some(rows: Sequence[int]) -> str:
    more = len(rows) - _SHOWN
    shown = ", ".join(str(row) for row in rows[:_SHOWN])
    return f"{'row' if len(rows) == 1 else 'rows'} {shown}" + (f" and {more:,} more" if more > 0 else "")
