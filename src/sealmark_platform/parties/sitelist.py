"""A list of sites as CSV, read whole before anything is said."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from sealmark.core.errors import Problem, ProblemList, SealmarkError

__all__ = ["COLUMNS", "NewSite", "check_codes", "read_sites"]

COLUMNS = ("code", "name", "city", "central", "group")
"""The first two are needed; the others may be missing."""
_NEEDED = COLUMNS[:2]
_LONGEST = {"code": 60, "name": 200, "city": 100, "group": 60}
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}
_LARGEST, _MOST = 2_000_000, 10_000


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site to be added.

    Attributes:
        where: The row it stands in; empty when it was typed in.
    """

    code: str
    name: str
    city: str = ""
    stratum: str = ""
    is_central: bool = False
    where: str = ""


def read_sites(content: bytes, name: str = "sites.csv", *, taken: Collection[str] = ()) -> list[NewSite]:
    r"""Return the sites of a list, UTF-8 with comma or semicolon, the columns named in the first row.

    Args:
        content: The file.
        name: By which faults tell it.
        taken: Codes of the sites that are there.

    Raises:
        SealmarkError: SM886 it is no such list, SM885 every row that does not fit.

    Example:
        >>> [one.code for one in read_sites(b"code,name\nleeds,Shop in Leeds\n")]
        ['leeds']
    """
    problems = ProblemList()
    found = [_site(row, where, problems) for row, where in _rows(content, name)]
    check_codes(found, taken, problems)
    problems.raise_if_any()
    return found


def check_codes(sites: Iterable[NewSite], taken: Collection[str], problems: ProblemList) -> None:
    """Note every code that is none, or that another site has."""
    known = set(taken)
    for one in sites:
        if one.code in known:
            fix = "Every site has a code of its own."
            problems.add("SM885", f'There is a site "{one.code}" already.', where=one.where, fix=fix)
        known |= {one.code} - {""}
        try:
            validate_slug(one.code or "none")
        except ValidationError:
            fix = "Letters, digits and hyphens."
            problems.add("SM885", f'"{one.code}" is no code of a site.', where=one.where, fix=fix)


def _rows(content: bytes, name: str) -> Iterator[tuple[Mapping[str, str], str]]:
    if len(content) > _LARGEST:
        raise _unusable(f'"{name}" is too large.', f"Lists of at most {_LARGEST:,} bytes are taken.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unusable(f'"{name}" is not UTF-8.', "Save the list as CSV in UTF-8.") from None
    first = text.partition("\n")[0]
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True))
    except csv.Error as error:
        raise _unusable(f'"{name}" is no whole CSV: {error}.', "Close every quotation mark.") from error
    head = [cell.strip().lower() for cell in lines[0]] if lines else []
    missing, strange = [one for one in _NEEDED if one not in head], [one for one in head if one not in COLUMNS]
    if missing or strange or len(set(head)) != len(head):
        what = f'The first row of "{name}" reads {", ".join(head) or "nothing"}.'
        raise _unusable(what, f"Name the columns {', '.join(COLUMNS)}; code and name are needed.")
    if len(lines) > _MOST:
        raise _unusable(f'"{name}" is too large.', f"Lists of at most {_MOST:,} rows are taken.")
    filled = [(number, cells) for number, cells in enumerate(lines[1:], 2) if any(cell.strip() for cell in cells)]
    if not filled:
        raise _unusable(f'"{name}" is no whole CSV: no row follows the first.', "Write one row per site.")
    for number, cells in filled:
        if any(cell.strip() for cell in cells[len(head) :]):
            what = f'"{name}" is no whole CSV: row {number} has {len(cells)} cells, the first row {len(head)}.'
            raise _unusable(what, "Put texts with a comma in quotation marks.")
        padded = [*cells, *[""] * (len(head) - len(cells))]
        yield dict(zip(head, (cell.strip() for cell in padded), strict=False)), f"{name}, row {number}"


def _unusable(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM886", what, fix=fix))


def _site(row: Mapping[str, str], where: str, problems: ProblemList) -> NewSite:
    for column in _NEEDED:
        if not row[column]:
            problems.add("SM885", f'The column "{column}" is empty.', where=where, fix="Every site has it.")
    for column, longest in _LONGEST.items():
        if len(row.get(column, "")) > longest:
            what = f'The column "{column}" has more than {longest} characters.'
            problems.add("SM885", what, where=where, fix="Shorten it.")
    central = row.get("central", "").lower()
    if central not in _WORDS:
        problems.add("SM885", f'"{central[:20]}" is neither yes nor no.', where=where, fix="Write yes or no.")
    return NewSite(
        row["code"], row["name"], row.get("city", ""), row.get("group", ""), _WORDS.get(central, False), where
    )
