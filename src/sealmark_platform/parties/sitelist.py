"""A list of sites as CSV, read whole before anything is said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from sealmark.core.errors import ProblemList
from sealmark_platform.parties.lists import Columns, read_rows

__all__ = ["COLUMNS", "NewSite", "check_codes", "read_sites"]

COLUMNS = ("code", "name", "city", "central", "group")
"""The first two are needed; the others may be missing."""
_NEEDED = COLUMNS[:2]
_LONGEST = {"code": 60, "name": 200, "city": 100, "group": 60}
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}
_LIST = Columns(COLUMNS, _NEEDED, "SM886")


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
    found = [_site(row, where, problems) for row, where in read_rows(content, name, _LIST)]
    check_codes(found, taken, problems)
    problems.raise_if_any()
    return found


def check_codes(sites: Iterable[NewSite], taken: Collection[str], problems: ProblemList) -> None:
    """Note every code that is none, or that another site has."""
    known = {code.casefold(): code for code in taken}
    for one in sites:
        there = known.get(one.code.casefold())
        if there is not None:
            fix = "Every site has a code of its own; capitals do not tell two apart."
            problems.add("SM885", f'There is a site "{there}" already.', where=one.where, fix=fix)
        known |= {one.code.casefold(): one.code} if one.code else {}
        try:
            validate_slug(one.code or "none")
        except ValidationError:
            fix = "Letters, digits and hyphens."
            problems.add("SM885", f'"{one.code}" is no code of a site.', where=one.where, fix=fix)


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
