"""A list of holidays as CSV, read whole before anything is said."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sealmark.core.errors import ProblemList
from sealmark_platform.parties.lists import Columns, read_rows

__all__ = ["COLUMNS", "FIRST_YEAR", "LAST_YEAR", "NewHoliday", "check_holidays", "read_holidays"]

COLUMNS = ("date", "name")
FIRST_YEAR, LAST_YEAR = 1990, 2199
_LIST = Columns(COLUMNS, COLUMNS, "SM800")
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class NewHoliday:
    """A day to be added.

    Attributes:
        where: The row it stands in; empty when it was typed in.
    """

    on: dt.date
    name: str
    where: str = ""


def read_holidays(
    content: bytes, name: str = "holidays.csv", *, taken: Collection[dt.date] = ()
) -> list[NewHoliday]:  # fmt: skip
    r"""Return the days of a list, UTF-8 with comma or semicolon, the columns named in the first row.

    Args:
        content: The file.
        name: By which faults tell it.
        taken: Days that are holidays already.

    Raises:
        SealmarkError: SM800 it is no such list, SM808 every row that does not fit.

    Example:
        >>> [one.on.year for one in read_holidays(b"date,name\n2026-12-25,Christmas Day\n")]
        [2026]
    """
    problems, found = ProblemList(), list[NewHoliday]()

    def days() -> Iterator[NewHoliday]:
        for row, where in read_rows(content, name, _LIST):
            one = _holiday(row, where, problems)
            if one is not None:
                found.append(one)
                yield one

    # One row after the other, so that faults are told in their order.
    check_holidays(days(), taken, problems)
    problems.raise_if_any()
    return found


def check_holidays(days: Iterable[NewHoliday], taken: Collection[dt.date], problems: ProblemList) -> None:
    """Note every day that has no name, is a holiday already, or stands there twice."""
    known = set(taken)
    for one in days:
        if one.on in known:
            what, fix = f"{one.on} is a holiday already.", "Take the other entry away first, or leave this one out."
            problems.add("SM808", what, where=one.where, fix=fix)
        known.add(one.on)
        if not one.name.strip():
            problems.add("SM808", f"The holiday on {one.on} has no name.", where=one.where, fix="Give it one.")
        if len(one.name) > _LONGEST:
            what = f'The column "name" has more than {_LONGEST} characters.'
            problems.add("SM808", what, where=one.where, fix="Shorten it.")
        if not FIRST_YEAR <= one.on.year <= LAST_YEAR:
            what = f"The year {one.on.year} is none that a calendar has here."
            problems.add("SM808", what, where=one.where, fix=f"From {FIRST_YEAR} to {LAST_YEAR}.")


def _holiday(row: Mapping[str, str], where: str, problems: ProblemList) -> NewHoliday | None:
    said = row["date"]
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", said, re.ASCII):
            return NewHoliday(dt.date.fromisoformat(said), row["name"], where)
    except ValueError:
        pass
    what = f'"{said[:20]}" is no day.'
    problems.add("SM808", what, where=where, fix="Write year, month and day, such as 2026-12-25.")
    return None
