"""Read CSV, XLSX and Parquet alike into one table of text in the engine.

The engine's table ``source`` has the columns ``c0``, ``c1`` ... as text, in
the order of the file. Reading is strict: a row with a cell too many, a quote
that never closes or a file cut in the middle is a problem with its row.
"""

from __future__ import annotations

import functools
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from sealmark.core.errors import Problem, ProblemList, SealmarkError, did_you_mean
from sealmark.measure.engine import connect
from sealmark.measure.imports.mapping import ImportMapping
from sealmark.measure.imports.sheets import read_sheet
from sealmark.measure.imports.texts import open_text, read_heading, row_numbers

if TYPE_CHECKING:
    import duckdb

__all__ = ["RawTable", "first_rows", "literal", "quoted", "read_raw"]

_SHOWN = 5
_KINDS = {
    "MISSING COLUMNS": "have too few cells",
    "TOO MANY COLUMNS": "have too many cells",
    "UNQUOTED VALUE": "have a quote that does not close or does not open the cell",
    "LINE SIZE OVER MAXIMUM": "are longer than two million characters, which an unclosed quote causes",
}


@dataclass(frozen=True)
class RawTable:
    """A file in the engine, still as text.

    Attributes:
        connection: Where the table ``source`` lives.
        name: How errors call the file.
        headings: Heading per column ``c0``, ``c1`` ...
        facts: How the file was read (kind, encoding, delimiter, header row).
        warnings: What is odd but does not stop the import.
        rows_of: Turns positions of records (from zero) into row numbers of the file.
    """

    connection: duckdb.DuckDBPyConnection
    name: str
    headings: tuple[str, ...]
    facts: dict[str, str | int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    rows_of: Callable[[Sequence[int]], list[int]] = list

    def column(self, heading: str) -> str:
        """Return the engine's name of the column with a heading."""
        return f"c{self.headings.index(heading)}"


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def first_rows(rows: Sequence[int], total: int) -> str:
    """Return the rows of a problem in words, the first five by number.

    Example:
        >>> first_rows([4, 9], 1206)
        'rows 4, 9 and 1,204 more rows'
    """
    shown = ", ".join(str(row) for row in rows[:_SHOWN])
    more = total - len(rows[:_SHOWN])
    rest = f" and {more:,} more {'row' if more == 1 else 'rows'}" if more > 0 else ""
    return f"{'row' if total == 1 else 'rows'} {shown}{rest}"


def read_raw(path: Path, mapping: ImportMapping, *, folder: Path) -> RawTable:
    """Return the file as a table of text in a fresh engine.

    Args:
        path: CSV (plain or gz), XLSX or Parquet, recognised by its content.
        mapping: How the file is written.
        folder: Where a decoded copy may be written; the caller removes it.

    Raises:
        SealmarkError: SM331 to SM335, SM338 and SM339, every problem of the file's form at once.
    """
    kind = _kind(path)
    raw = {"workbook": _read_workbook, "parquet": _read_parquet, "text": _read_text}[kind](path, mapping, folder)
    _check_headings(raw, mapping)
    _require_rows(raw)
    return raw


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        what = f"The file cannot be opened: {error.strerror}."
        raise SealmarkError(Problem("SM331", what, str(path), "Check the path and its permissions.")) from error
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        what = "The file is a workbook of the old binary form."
        raise SealmarkError(Problem("SM331", what, path.name, "Save it as .xlsx or as CSV."))
    return {b"PK\x03\x04": "workbook", b"PAR1": "parquet"}.get(head[:4], "text")


def _connection() -> duckdb.DuckDBPyConnection:
    # Nothing here adds up fractions, so several threads give the same result.
    connection = connect(threads=os.cpu_count() or 1).con
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _read_text(path: Path, mapping: ImportMapping, folder: Path) -> RawTable:
    rule = mapping.file
    text = open_text(path, rule, folder=folder)
    delimiter, headings, skip = read_heading(text, rule)
    connection = _connection()
    _load_csv(connection, text.path, headings, options=(delimiter, rule.quote, rule.header_row - 1))
    _raise_rejects(connection, text.name, len(headings))
    warnings = () if text.ends_whole else ("The last line has no line end: the file may have been cut.",)
    facts: dict[str, str | int] = {"kind": "csv", "encoding": text.encoding, "encoding_known_by": text.known_by}
    facts |= {"delimiter": delimiter, "header_row": rule.header_row}

    @functools.cache
    def counted() -> list[int]:
        return row_numbers(text, rule, skip=skip, delimiter=delimiter)

    def rows_of(positions: Sequence[int]) -> list[int]:
        if text.has_blank_lines:
            return [counted()[position] for position in positions]
        return [position + rule.header_row + 1 for position in positions]

    return RawTable(connection, path.name, tuple(headings), facts, warnings, rows_of)


def _load_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, headings: Sequence[str], *, options: tuple[str, str, int]
) -> None:
    import duckdb

    delimiter, quote, skip = options
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(headings)))
    query = (
        f"CREATE TABLE source AS SELECT * FROM read_csv({literal(str(path))}, auto_detect = false,"  # noqa: S608
        f" header = true, skip = {skip}, columns = {{{columns}}}, delim = {literal(delimiter)},"
        f" quote = {literal(quote)}, escape = {literal(quote)}, strict_mode = true,"
        " store_rejects = true, rejects_limit = 0)"
    )
    try:
        connection.execute(query)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        what = f"The file cannot be read as CSV: {str(error).splitlines()[0]}"
        fix = "Open it in a text editor and look at quotes and line ends."
        raise SealmarkError(Problem("SM339", what, path.name, fix)) from error


def _raise_rejects(connection: duckdb.DuckDBPyConnection, name: str, columns: int) -> None:
    query = (
        "SELECT error_type::VARCHAR, count(DISTINCT line), list_sort(min(DISTINCT line, 5)),"
        " arg_min(error_message, line) FROM reject_errors GROUP BY 1 ORDER BY 1"
    )
    problems = ProblemList()
    for kind, count, lines, message in connection.execute(query).fetchall():
        what = f"{count:,} {'row' if count == 1 else 'rows'} {_KINDS.get(kind, kind)}: {message}"
        fix = f"Each row must have {columns} cells. The file may have been cut, or a cell holds an unquoted delimiter."
        problems.add("SM339", what, where=f"{name}, {first_rows(lines, count)}", fix=fix)
    problems.raise_if_any()


def _read_workbook(path: Path, mapping: ImportMapping, folder: Path) -> RawTable:
    del folder
    rule = mapping.file
    rows = read_sheet(path, rule, mapping.numbers)
    if len(rows) < rule.header_row or not any(rows[rule.header_row - 1]):
        what = f"Row {rule.header_row}, where the headings should be, is empty."
        fix = "Say in the mapping where they are: `header_row: N` under `file`."
        raise SealmarkError(Problem("SM331", what, path.name, fix))
    headings = tuple((cell or "").strip() for cell in rows[rule.header_row - 1])
    body = [(number, row) for number, row in enumerate(rows, start=1) if number > rule.header_row and any(row)]
    table = pa.table(
        {f"c{index}": pa.array([row[index] for _, row in body], pa.string()) for index in range(len(headings))}
    )
    connection = _connection()
    connection.register("sheet_cells", table)
    connection.execute("CREATE TABLE source AS SELECT * FROM sheet_cells")
    connection.unregister("sheet_cells")
    facts: dict[str, str | int] = {"kind": "xlsx", "sheet": rule.sheet or "", "header_row": rule.header_row}

    def rows_of(positions: Sequence[int]) -> list[int]:
        return [body[position][0] for position in positions]

    return RawTable(connection, path.name, headings, facts, (), rows_of)


def _read_parquet(path: Path, mapping: ImportMapping, folder: Path) -> RawTable:
    import duckdb

    del folder
    connection = _connection()
    scan = f"read_parquet({literal(str(path))})"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()  # noqa: S608
        columns = [
            f"{_parquet_text(quoted(row[0]), str(row[1]), mapping)} AS c{index}" for index, row in enumerate(described)
        ]
        connection.execute(f"CREATE TABLE source AS SELECT {', '.join(columns)} FROM {scan}")  # noqa: S608
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        what = f"The Parquet file cannot be read: {str(error).splitlines()[0]}"
        raise SealmarkError(Problem("SM334", what, path.name, "Copy or export it again.")) from error

    def rows_of(positions: Sequence[int]) -> list[int]:
        return [position + 1 for position in positions]

    headings = tuple(str(row[0]).strip() for row in described)
    return RawTable(connection, path.name, headings, {"kind": "parquet"}, (), rows_of)


def _parquet_text(column: str, kind: str, mapping: ImportMapping) -> str:
    """Return SQL that writes a typed column as the text its mapping expects."""
    if kind in {"DOUBLE", "FLOAT"} or kind.startswith("DECIMAL"):
        text = f"regexp_replace({column}::VARCHAR, '\\.0+$', '')"
        return f"replace({text}, '.', {literal(mapping.numbers.decimal)})"
    return f"{column}::VARCHAR"


def _check_headings(raw: RawTable, mapping: ImportMapping) -> None:
    problems = ProblemList()
    counts = Counter(raw.headings)
    wanted = [rule.source for rule in mapping.rules.values()]
    wanted += [condition.column for rule in mapping.set_aside for condition in rule.when]
    wanted += [condition.column for condition in mapping.totals]
    for heading in dict.fromkeys(wanted):
        if heading not in counts:
            what = f'The file has no column "{heading}".'
            problems.add("SM338", what, where=raw.name, fix=did_you_mean(heading, (name for name in counts if name)))
        elif counts[heading] > 1:
            what = f'The heading "{heading}" stands {counts[heading]} times, so it names no one column.'
            problems.add("SM338", what, where=raw.name, fix="Give each column its own heading in the file.")
    _check_nameless(raw, problems)
    problems.raise_if_any()


def _check_nameless(raw: RawTable, problems: ProblemList) -> None:
    for index, heading in enumerate(raw.headings):
        if heading:
            continue
        query = f"SELECT count(*) FROM source WHERE trim(c{index}) <> ''"  # noqa: S608
        filled = raw.connection.execute(query).fetchone()
        if filled and filled[0]:
            what = f"Column {index + 1} has no heading but {filled[0]:,} filled cells."
            fix = "Give it a heading, or say where the headings are: `header_row: N` under `file`."
            problems.add("SM338", what, where=raw.name, fix=fix)


def _require_rows(raw: RawTable) -> None:
    row = raw.connection.execute("SELECT count(*) FROM source").fetchone()
    if not row or not row[0]:
        what = "The file has headings but no rows."
        raise SealmarkError(Problem("SM331", what, raw.name, "Export it again with its rows."))
