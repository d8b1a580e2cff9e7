"""Write tables for spreadsheets without letting a cell become a formula.

Text that begins with ``=``, ``+``, ``-``, ``@`` or a control character would be
run by a spreadsheet program; it gets an apostrophe in front. Numbers stay
numbers, negative ones too.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO

from sealmark.core.documents import harmless
from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.numbers import plain

__all__ = ["write_csv", "write_xlsx"]

_MAX_ROWS = 1_048_575


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str = ",") -> None:
    """Write a UTF-8 CSV file; an existing file stays whole until the new one is complete.

    Raises:
        SealmarkError: SM342 the file cannot be written.
    """

    def write(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8", newline="") as stream:
            _write_rows(stream, headings, rows, delimiter)

    _replace(path, write)


def _write_rows(stream: IO[str], headings: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str) -> None:
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow([harmless(heading) for heading in headings])
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])


def _csv_cell(cell: object) -> object:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, (int, float)):
        return cell
    if isinstance(cell, (dt.date, dt.datetime, dt.time)):
        return cell.isoformat()
    return harmless(str(cell))


def write_xlsx(path: Path, headings: Sequence[str], rows: Iterable[Sequence[object]], *, sheet: str = "Sheet1") -> None:
    """Write a workbook with one sheet; an existing file stays whole until the new one is complete.

    Raises:
        SealmarkError: SM342 the file cannot be written or has more rows than a sheet can hold.
    """

    def write(temporary: Path) -> None:
        import xlsxwriter  # leaf

        # A fixed date of creation: equal content, equal bytes.
        with xlsxwriter.Workbook(temporary, {"default_date_format": "yyyy-mm-dd", "remove_timezone": True}) as book:
            book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
            page = book.add_worksheet(sheet)
            for column, heading in enumerate(headings):
                page.write_string(0, column, harmless(heading))
            for number, row in enumerate(rows, start=1):
                if number > _MAX_ROWS:
                    what = f"A sheet holds {_MAX_ROWS:,} rows; there are more."
                    raise SealmarkError(Problem("SM342", what, path.name, "Write CSV instead."))
                for column, cell in enumerate(row):
                    _write_cell(page, number, column, cell)

    _replace(path, write)


def _write_cell(page: object, row: int, column: int, cell: object) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell)  # type: ignore[attr-defined]
    elif isinstance(cell, (int, float, Decimal)):
        page.write_number(row, column, cell)  # type: ignore[attr-defined]
    elif isinstance(cell, (dt.date, dt.datetime)):
        page.write_datetime(row, column, cell)  # type: ignore[attr-defined]
    else:
        page.write_string(row, column, harmless(str(cell)))  # type: ignore[attr-defined]


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the target, then put the new file in its place in one step."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
    except OSError as error:
        raise _unwritable(path, error) from error
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> SealmarkError:
    what = f"The file cannot be written: {error.strerror or error}."
    return SealmarkError(Problem("SM342", what, str(path), "Choose a folder that exists and may be written."))
