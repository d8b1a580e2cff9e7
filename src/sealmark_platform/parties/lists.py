"""Lists as CSV: read whole before anything is said."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["Columns", "read_rows"]

_LARGEST, _MOST = 2_000_000, 10_000


@dataclass(frozen=True, slots=True)
class Columns:
    """What a list looks like.

    Attributes:
        names: Of the columns, as the first row may have them.
        needed: Those that may not be missing.
        code: Of the fault when a file is no such list.
    """

    names: tuple[str, ...]
    needed: tuple[str, ...]
    code: str

    def unusable(self, what: str, fix: str) -> SealmarkError:
        """Return the error of a file that is no such list."""
        return SealmarkError(Problem(self.code, what, fix=fix))


def read_rows(content: bytes, name: str, columns: Columns) -> Iterator[tuple[Mapping[str, str], str]]:
    """Yield the rows of a list by the names of its columns, each with where it stands.

    Args:
        content: UTF-8 with comma or semicolon, the columns named in the first row.
        name: By which faults tell the file.
        columns: What it has to look like.

    Raises:
        SealmarkError: It is no such list; the code is that of the columns.
    """
    lines = _lines(content, name, columns)
    head = [cell.strip().lower() for cell in lines[0]] if lines else []
    missing, strange = [one for one in columns.needed if one not in head], set(head) - {*columns.names}
    if missing or strange or len(set(head)) != len(head):
        what = f'The first row of "{name}" reads {", ".join(head) or "nothing"}.'
        needed = ", ".join(columns.needed)
        raise columns.unusable(what, f"Name the columns {', '.join(columns.names)}; needed are {needed}.")
    if len(lines) > _MOST:
        raise columns.unusable(f'"{name}" is too large.', f"Lists of at most {_MOST:,} rows are taken.")
    filled = [(number, cells) for number, cells in enumerate(lines[1:], 2) if any(cell.strip() for cell in cells)]
    if not filled:
        raise columns.unusable(f'"{name}" is no whole CSV: no row follows the first.', "Write one row for each.")
    for number, cells in filled:
        if any(cell.strip() for cell in cells[len(head) :]):
            what = f'"{name}" is no whole CSV: row {number} has {len(cells)} cells, the first row {len(head)}.'
            raise columns.unusable(what, "Put texts with a comma in quotation marks.")
        padded = [*cells, *[""] * (len(head) - len(cells))]
        yield dict(zip(head, (cell.strip() for cell in padded), strict=False)), f"{name}, row {number}"


def _lines(content: bytes, name: str, columns: Columns) -> list[list[str]]:
    if len(content) > _LARGEST:
        raise columns.unusable(f'"{name}" is too large.', f"Lists of at most {_LARGEST:,} bytes are taken.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise columns.unusable(f'"{name}" is not UTF-8.', "Save the list as CSV in UTF-8.") from None
    first = text.partition("\n")[0]
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True))
    except csv.Error as error:
        raise columns.unusable(f'"{name}" is no whole CSV: {error}.', "Close every quotation mark.") from error
