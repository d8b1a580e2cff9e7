"""The rows of a case's own tables: cells as text, read into values, every problem with its row and column."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sealmark.core.errors import Problem, ProblemList, SealmarkError, did_you_mean
from sealmark.evaluation.case import Case, TableFile
from sealmark.evaluation.evidence.plain_tables import PlainTable, read_plain
from sealmark.measure.imports.importing import ImportResult, import_table
from sealmark.measure.imports.mapping import read_mapping

__all__ = ["Columns", "Row", "TableRows", "located", "nearest", "read_rows"]

Value = TypeVar("Value")

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})([T ].*)?\Z", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,10}\Z")
_LISTED = 40
_TRUTHS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True)
class Columns:
    """The headings a table needs and those it may have; whether a table without rows says "none"."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    may_be_empty: bool = False

    @property
    def known(self) -> tuple[str, ...]:
        """Every legal heading."""
        return (*self.needed, *self.optional)


@dataclass(frozen=True)
class Row:
    """One row of a table: cells as text by heading, and where it stands."""

    where: str
    number: int
    cells: Mapping[str, str]
    problems: ProblemList = field(repr=False)
    _values: dict[str, object] = field(default_factory=dict, repr=False)
    """Cells read before, so that a cell is refused once however often it is asked for."""

    def text(self, name: str) -> str:
        """Return the cell without blanks around it; empty when there is none."""
        return self.cells.get(name, "").strip()

    def needed(self, name: str) -> str:
        """Return the cell, and note a problem when it is empty."""
        text = self.text(name)
        if not text:
            self.refuse("SM307", f'The cell "{name}" is empty.', "Fill it in.", name)
        return text

    def read(self, name: str, parse: Callable[[str], Value], legal: str) -> Value | None:
        """Return the cell as ``parse`` reads it; None when it is empty, or noted when not legal."""
        text = self.text(name)
        if name not in self._values:
            try:
                self._values[name] = parse(text) if text else None
            except ValueError:
                self._values[name] = None
                self.refuse("SM307", f'"{text}" is not legal in the column "{name}".', f"Legal: {legal}.", name)
        return self._values[name]  # type: ignore[return-value]

    def day(self, name: str) -> dt.date | None:
        """Return a date; a time after it does not count."""
        return self.read(name, _day, "a date such as 2026-01-31")

    def whole(self, name: str, lowest: int = 0, highest: int = 10**9) -> int | None:
        """Return a whole number."""

        def parse(text: str) -> int:
            if not _WHOLE.match(text) or not lowest <= int(text) <= highest:
                raise ValueError(text)
            return int(text)

        return self.read(name, parse, f"a whole number from {lowest:,} to {highest:,}")

    def truth(self, name: str) -> bool:
        """Return whether the cell says yes; no when it is empty."""
        return bool(self.read(name, _truth, "yes or no"))

    def one_of(self, name: str, legal: Sequence[str], *, code: str = "SM308") -> str:
        """Return the cell, and note a problem when it is none of ``legal``."""
        text = self.needed(name)
        if text and text not in legal:
            self.refuse(code, f'"{text}" is not known in the column "{name}".', nearest(text, legal), name)
        return text

    def refuse(self, code: str, what: str, fix: str, column: str = "") -> None:
        """Note a problem of this row."""
        place = f"{self.where}, column {column}" if column else self.where
        self.problems.add(code, what, where=place, fix=fix)


def nearest(word: str, legal: Sequence[str]) -> str:
    """Return a hint at the legal word nearest to ``word``, and all legal words unless there are many."""
    if len(legal) <= _LISTED:
        return did_you_mean(word, legal)
    near = difflib.get_close_matches(word, legal, n=3)
    return (f"Did you mean {' or '.join(near)}? " if near else "") + f"There are {len(legal):,} legal ones."


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTHS:
        raise ValueError(text)
    return _TRUTHS[text.lower()]


def _day(text: str) -> dt.date:
    found = _DAY.match(text)
    if not found:
        raise ValueError(text)
    return dt.date.fromisoformat(found[1])


@dataclass(frozen=True)
class TableRows:
    """The rows of one table; ``imported`` is what a mapping did to it."""

    rows: tuple[Row, ...]
    imported: ImportResult | None = None


def read_rows(case: Case, table: TableFile, columns: Columns, problems: ProblemList) -> TableRows:
    """Return the rows of a table; none when it cannot be read, which is noted in ``problems``."""
    try:
        found, imported = _read(case, table, columns)
    except SealmarkError as error:
        problems.extend(error.problems)
        return TableRows(())
    if not found.rows and not columns.may_be_empty:
        fix = "Fill it in, or take it out of case.yaml."
        problems.add("SM331", "The table has headings but no rows.", where=table.file, fix=fix)
    if not _fits(found.headings, table.file, columns, problems):
        return TableRows((), imported)
    word = "row" if imported is None or not imported.reconciliation.set_aside else "row used, number"
    rows = (
        Row(f"{table.file}, {word} {number}", number, dict(zip(found.headings, cells, strict=True)), problems)
        for number, cells in zip(found.numbers, found.rows, strict=True)
    )
    return TableRows(tuple(rows), imported)


def _read(case: Case, table: TableFile, columns: Columns) -> tuple[PlainTable, ImportResult | None]:
    path = case.path(table.file)
    if table.mapping is None:
        return read_plain(path, table.file, columns.known), None
    with located(table.mapping, case.path(table.mapping).name):
        mapping = read_mapping(case.path(table.mapping))
    with located(table.file, path.name):
        imported = import_table(path, mapping)
    listed = imported.table.to_pylist()
    cells = tuple(tuple("" if value is None else str(value) for value in row.values()) for row in listed)
    return PlainTable(tuple(imported.table.column_names), cells, tuple(range(2, len(cells) + 2))), imported


@contextmanager
def located(name: str, last: str) -> Iterator[None]:
    """Name a file in problems by its path in the case: readers know only the last part of it."""
    try:
        yield
    except SealmarkError as error:
        raise SealmarkError(*(_placed(problem, name, last) for problem in error.problems)) from error


def _placed(problem: Problem, name: str, last: str) -> Problem:
    where = problem.where
    if where.startswith(name):
        return problem
    if last and where.startswith(last):
        return replace(problem, where=name + where.removeprefix(last))
    is_path = where.startswith("/") or not where
    return replace(problem, where=name if is_path else f"{name}, {where}")


def _fits(headings: Sequence[str], file: str, columns: Columns, problems: ProblemList) -> bool:
    absent = [name for name in columns.needed if name not in headings]
    for name in absent:
        fix = f"Columns: {', '.join(columns.known)}."
        problems.add("SM305", f'The column "{name}" is missing.', where=f"{file}, row 1", fix=fix)
    for name in headings:
        if name and name not in columns.known:
            fix = did_you_mean(name, columns.known)
            problems.add("SM306", f'The column "{name}" is not known.', where=f"{file}, row 1", fix=fix)
    return not absent
