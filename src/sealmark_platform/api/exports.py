"""Lists as CSV and XLSX that no spreadsheet program takes for a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

__all__ = ["CSV", "XLSX", "csv_lines", "exported", "harmless"]

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_CELL = 32_767
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
          "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip

Rows = Iterable[Sequence[Any]]


def harmless(cell: str) -> str:
    """Return a text that a spreadsheet program does not calculate: an apostrophe goes before what could be a formula.

    Example:
        >>> harmless("=1+1"), harmless("Willow")
        ("'=1+1", 'Willow')
    """
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def _plain(value: Any) -> str | int | float | bool:
    if value is None:
        return ""
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, bool | int | float) else str(value)


class _Line:
    """A file that hands out each line that is written to it."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def csv_lines(names: Sequence[str], rows: Rows) -> Iterator[str]:
    """Return the lines of a CSV file (RFC 4180), the names first."""
    writer = csv.writer(_Line())
    yield writer.writerow(names)
    for row in rows:
        cells = [_plain(value) for value in row]
        yield writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])


def exported(kind: str, name: str, names: Sequence[str], rows: Rows) -> HttpResponseBase:
    """Return a list as a file.

    Args:
        kind: ``csv`` or ``xlsx``.
        name: Of the file, without its ending.
        names: Of the columns.
        rows: As many values each.
    """
    if kind == "xlsx":
        return _workbook(name, names, rows)
    answer = StreamingHttpResponse(csv_lines(names, rows), content_type=f"{CSV}; charset=utf-8; header=present")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _workbook(name: str, names: Sequence[str], rows: Rows) -> HttpResponse:
    import xlsxwriter

    stream = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet(name[:31])
        sheet.write_row(0, 0, names)
        for number, row in enumerate(rows, 1):
            cells = [_plain(value) for value in row]
            sheet.write_row(number, 0, [cell[:_LONGEST_CELL] if isinstance(cell, str) else cell for cell in cells])
    answer = HttpResponse(stream.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer
