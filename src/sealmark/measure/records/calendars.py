"""Opening hours: from a calendar file to business time, exact to the second.

Business time is computed with one equi-join per stamp. A table holds, per
calendar and UTC day, the open seconds before that day and the open pieces of
that day; it is cut into spans so short that each is open or closed throughout.
The open time before an instant is then a product and a sum, and the business
time between two instants a difference. Because the pieces are in UTC, changes
of the clock are right by construction.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from sealmark.core.documents import read_yaml_model
from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import keep_table

__all__ = ["Calendar", "OpeningHours", "SpecialDay", "calendar_table", "read_calendar", "with_open_time"]

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = 86_400
MICRO = 1_000_000

_EPOCH = dt.date(1970, 1, 1)
_HOURS = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)\Z")


@dataclass(frozen=True, slots=True, order=True)
class OpeningHours:
    """One opening, in minutes after midnight; ``closes`` beyond 1440 lies on the next day."""

    opens: int
    closes: int

    @classmethod
    def parse(cls, text: object) -> OpeningHours:
        """Return the hours in a text such as ``09:00-17:30``; ``22:00-06:00`` ends on the next day.

        Raises:
            ValueError: The text does not have this form.

        Example:
            >>> OpeningHours.parse("22:00-06:00")
            OpeningHours(opens=1320, closes=1800)
        """
        if isinstance(text, OpeningHours):
            return text
        match = _HOURS.match(str(text).strip())
        if not match:
            raise ValueError("write opening hours as 09:00-17:30")
        opens, closes = (int(match[part]) * 60 + int(match[part + 1]) for part in (1, 3))
        if max(opens, closes) > 1440 or opens == 1440:  # noqa: PLR2004 - minutes of a day
            raise ValueError("a day ends at 24:00")
        return cls(opens, closes if closes > opens else closes + 1440)


def _hours(value: object) -> object:
    return [OpeningHours.parse(item) for item in value] if isinstance(value, (list, tuple)) else value


_HOURS_SCHEMA = {"type": "array", "maxItems": 2, "items": {"type": "string", "examples": ["09:00-17:30"]}}
Hours = Annotated[tuple[OpeningHours, ...], BeforeValidator(_hours), Field(max_length=2), WithJsonSchema(_HOURS_SCHEMA)]


class SpecialDay(BaseModel):
    """A date with its own hours, for example a half day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: dt.date
    hours: Hours = ()


class Calendar(BaseModel):
    """A calendar file.

    An opening belongs to the day on which it begins: the night shift before a
    holiday runs to its end, the one of the holiday does not begin.

    Attributes:
        time_zone: Whose wall clock the hours show.
        weekly: Hours per weekday; a day without is closed.
        holidays: Days on which nothing opens.
        special_days: Days with their own hours.
        first_day: First day for which holidays are listed; earlier stamps are refused.
        last_day: Last day for which holidays are listed; later stamps are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    time_zone: str
    weekly: dict[Weekday, Hours]
    holidays: tuple[dt.date, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in zoneinfo.available_timezones():
            raise ValueError("unknown time zone; write for example Europe/Rome")
        return name

    @model_validator(mode="after")
    def _hours_apart(self) -> Self:
        spans = sorted(
            (index * 1440 + hours.opens, index * 1440 + hours.closes)
            for index, day in enumerate(WEEKDAYS)
            for hours in self.weekly.get(day, ())
        )
        if not spans:
            raise ValueError("the calendar never opens")
        week = 7 * 1440
        following = [*spans[1:], (spans[0][0] + week, spans[0][1] + week)]
        for (_, closes), (opens, _) in zip(spans, following, strict=True):
            if closes > opens:
                raise ValueError(f"two openings overlap on {WEEKDAYS[opens // 1440 % 7]}")
        twice = set(self.holidays) & {day.date for day in self.special_days}
        if twice:
            raise ValueError(f"{min(twice)} is both a holiday and a special day")
        return self

    def hours_on(self, day: dt.date) -> tuple[OpeningHours, ...]:
        """Return the openings that begin on a day."""
        special = {item.date: item.hours for item in self.special_days}
        if day in special:
            return special[day]
        return () if day in self.holidays else self.weekly.get(WEEKDAYS[day.weekday()], ())

    def openings(self, first: dt.date, last: dt.date) -> list[tuple[int, int]]:
        """Return the open spans that begin between two days, in seconds since 1970 UTC, joined where they touch."""
        zone = zoneinfo.ZoneInfo(self.time_zone)
        special = {item.date: item.hours for item in self.special_days}
        closed = frozenset(self.holidays)
        spans = []
        for number in range((last - first).days + 1):
            day = first + dt.timedelta(days=number)
            usual = () if day in closed else self.weekly.get(WEEKDAYS[day.weekday()], ())
            for hours in special.get(day, usual):
                opens, closes = _instant(day, hours.opens, zone), _instant(day, hours.closes, zone)
                if closes > opens:
                    spans.append((opens, closes))
        return _joined(spans)


def read_calendar(path: Path | str) -> Calendar:
    """Return the calendar in a file.

    Raises:
        SealmarkError: SM331 the file cannot be opened, SM1xx it is not YAML, SM450 its content is not a calendar.
    """
    return read_yaml_model(path, Calendar, code="SM450")


def _instant(day: dt.date, minutes: int, zone: zoneinfo.ZoneInfo) -> int:
    """Return the first second at which the wall clock shows a time of a day or a later one.

    When the clock is put forward over that time, this is the moment of the
    change; when a time comes twice, it is the first of the two.
    """
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes)
    early, late = (int(wall.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (1, 0))
    if early >= late:
        return late
    # A gap: the change lies between the two readings.
    while late - early > 1:
        middle = (early + late) // 2
        shown = dt.datetime.fromtimestamp(middle, zone).replace(tzinfo=None)
        early, late = (early, middle) if shown >= wall else (middle, late)
    return late


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for opens, closes in sorted(spans):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(closes, found[-1][1]))
        else:
            found.append((opens, closes))
    return found


def calendar_table(calendars: Mapping[str, Calendar], first: dt.date, last: dt.date) -> pa.Table:
    """Return one row per calendar and UTC day: open seconds before it and its open pieces.

    Columns: ``calendar``, ``day`` (days since 1970), ``before``, and ``from1``,
    ``to1``, ``from2`` ... in seconds of the day; unused pieces are 0 to 0.

    Raises:
        SealmarkError: SM453 a calendar does not list its holidays for these days, SM458 it has a hole there.
    """
    rows = [row for name, calendar in calendars.items() for row in _calendar_rows(name, calendar, first, last)]
    width = max((len(row[3]) for row in rows), default=1)
    columns: dict[str, list[object]] = {
        "calendar": [row[0] for row in rows],
        "day": [row[1] for row in rows],
        "before": [row[2] for row in rows],
    }
    for piece in range(width):
        for side, name in enumerate(("from", "to")):
            columns[f"{name}{piece + 1}"] = [row[3][piece][side] if piece < len(row[3]) else 0 for row in rows]
    types = [pa.field(name, pa.string() if name == "calendar" else pa.int64()) for name in columns]
    return pa.table(columns, schema=pa.schema(types))


def _calendar_rows(
    name: str, calendar: Calendar, first: dt.date, last: dt.date
) -> list[tuple[str, int, int, list[tuple[int, int]]]]:
    _require_covered(name, calendar, first, last)
    start, end = (first - _EPOCH).days, (last - _EPOCH).days
    pieces: dict[int, list[tuple[int, int]]] = {}
    two_days = dt.timedelta(days=2)
    for opens, closes in calendar.openings(first - two_days, last + two_days):
        for day in range(opens // DAY, (closes - 1) // DAY + 1):
            pieces.setdefault(day, []).append((max(opens - day * DAY, 0), min(closes - day * DAY, DAY)))
    rows, before = [], 0
    for day in range(start, end + 1):
        of_day = pieces.get(day, [])
        rows.append((name, day, before, of_day))
        before += sum(closes - opens for opens, closes in of_day)
    return rows


def _require_covered(name: str, calendar: Calendar, first: dt.date, last: dt.date) -> None:
    early = calendar.first_day is not None and first < calendar.first_day - dt.timedelta(days=1)
    late = calendar.last_day is not None and last > calendar.last_day + dt.timedelta(days=1)
    if early or late:
        what = f'The calendar "{name}" lists holidays from {calendar.first_day} to {calendar.last_day},'
        what += f" but the records need {first} to {last}."
        fix = "Add the missing holidays and move `first_day` or `last_day`."
        raise SealmarkError(Problem("SM453", what, fix=fix))
    holes = _years_without(calendar, first, last)
    if holes:
        what = f'The calendar "{name}" lists holidays, but none of {", ".join(map(str, holes))},'
        what += f" and the records need {first} to {last}."
        fix = "Add them; if these years truly have none, say so with `first_day` and `last_day` around them."
        raise SealmarkError(Problem("SM458", what, fix=fix))


def _years_without(calendar: Calendar, first: dt.date, last: dt.date) -> list[int]:
    """Return the years needed for which a calendar with holidays lists none and does not say that it covers them."""
    listed = {day.year for day in (*calendar.holidays, *(special.date for special in calendar.special_days))}
    if not listed or (calendar.first_day is not None and calendar.last_day is not None):
        return []
    # Instants near the turn of a year fall on either side of it in UTC.
    margin = dt.timedelta(days=2)
    return sorted(set(range((first + margin).year, (last - margin).year + 1)) - listed)


def with_open_time(
    table: ir.Table, calendar_rows: pa.Table, stamps: Sequence[str], *, calendar: str | None, column: str | None = None
) -> ir.Table:
    """Return ``table`` with ``open_<stamp>``: microseconds of open time before each stamp.

    The difference of two such columns is the business time between the stamps.

    Args:
        table: Its stamps are integers, microseconds since 1970 UTC.
        calendar_rows: From :func:`calendar_table`, for all days of the stamps.
        stamps: Columns of ``table``.
        calendar: Name of the calendar for every row, or
        column: The column of ``table`` that names it.
    """
    if column is None:
        calendar_rows = calendar_rows.filter(pc.field("calendar") == calendar).drop_columns("calendar")
    rows, step = _spans(calendar_rows)
    spans = pc.min_max(rows.column("span")).as_py()
    ends = [ibis.literal(span * step * MICRO, "int64") for span in (spans["min"], spans["max"] + 1)]
    if column is None:
        nowhere = pa.table({"span": [spans["min"] - 1], "open": [None], "before": [None]}, schema=rows.schema)
        rows = pa.concat_tables([rows, nowhere])
    hours = keep_table(rows, table.get_backend())
    for number, stamp in enumerate(stamps):
        side = hours.rename({f"_{number}_{name}": name for name in rows.column_names})
        keep, at = table.columns, table[stamp]
        span = (at // ibis.literal(step * MICRO, "int64")).cast("int64")
        # Every row finds its span, missing stamps too: DuckDB looks numbers up faster in an inner join.
        table = table.mutate(_span=ibis.ifelse((at >= ends[0]) & (at < ends[1]), span, spans["min"] - 1))
        same = [table["_span"] == side[f"_{number}_span"]]
        if column is not None:
            same.append(table[column] == side[f"_{number}_calendar"])
        joined = table.inner_join(side, same) if column is None else table.left_join(side, same)
        open_time = joined[f"_{number}_before"] + joined[f"_{number}_open"] * joined[stamp]
        table = joined.mutate(**{f"open_{stamp}": open_time}).select(*keep, f"open_{stamp}")
    return table


def _spans(calendar_rows: pa.Table) -> tuple[pa.Table, int]:
    """Return the calendar cut into equal spans that are each open or closed throughout, and their seconds.

    Columns: ``calendar`` if it is there, ``span`` (number since 1970), ``open`` (1 or 0) and ``before``:
    ``before + open * instant`` is the open time before an instant of the span, in microseconds.
    """
    ends = [name for name in calendar_rows.column_names if name.startswith(("from", "to"))]
    edges = {name: np.asarray(calendar_rows.column(name)) for name in ends}
    step = int(np.gcd.reduce(np.concatenate([*edges.values(), [DAY]])))
    starts = np.arange(0, DAY, step)
    before = np.asarray(calendar_rows.column("before"))[:, None] + np.zeros_like(starts)
    is_open = np.zeros_like(before)
    for name in ends[::2]:
        opens, closes = (edges[end][:, None] for end in (name, name.replace("from", "to")))
        before += np.clip(starts - opens, 0, closes - opens)
        is_open |= (starts >= opens) & (starts < closes)
    first = np.asarray(calendar_rows.column("day"))[:, None] * DAY + starts
    columns = {"span": first // step, "open": is_open, "before": (before - is_open * first) * MICRO}
    table = pa.table({name: values.ravel() for name, values in columns.items()})
    if "calendar" in calendar_rows.column_names:
        names = calendar_rows.column("calendar").take(np.repeat(np.arange(len(before)), len(starts)))
        table = table.append_column("calendar", names)
    return table, step
