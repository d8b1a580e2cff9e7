"""Cells of tables for spreadsheet programs: none of them is taken for a formula."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

__all__ = ["Rows", "csv_lines", "harmless", "plain_cell"]

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


def plain_cell(value: Any) -> str | int | float | bool:
    """Return a value as a cell holds it."""
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
        cells = [plain_cell(value) for value in row]
        yield writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
