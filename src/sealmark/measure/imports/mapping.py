"""The mapping file: how one export becomes a table, declared and never guessed.

A mapping is YAML that a person can read and share. It says how the file is
written (encoding, delimiter, decimal mark, dates), which rows are set aside
and why, which columns are taken and what they may hold, and how rows become
cases. ``read_mapping`` refuses unknown keys; ``suggest.suggest_mapping``
drafts one for a given export.
"""

from __future__ import annotations

import codecs
import datetime as dt
import zoneinfo
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from sealmark.core.documents import read_yaml_model

__all__ = [
    "CASE_CLOCKS",
    "ColumnGroup",
    "ColumnRule",
    "Columns",
    "Condition",
    "DateRule",
    "DuplicateRule",
    "EventClock",
    "EventCount",
    "EventMoments",
    "EventPause",
    "EventRule",
    "EventValue",
    "FileRule",
    "ImportMapping",
    "NumberRule",
    "PeriodRule",
    "RowRule",
    "read_mapping",
]

CASE_CLOCKS = ("opened", "first_response", "resolved", "closed", "promised")

ColumnType = Literal["text", "whole", "decimal", "date", "datetime", "boolean", "code"]


def _as_text(value: object) -> object:
    """Return a scalar as people write it in a cell: YAML reads ``-99`` as a number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return value


def _as_texts(value: object) -> object:
    return [_as_text(item) for item in value] if isinstance(value, list) else value


def _as_text_values(value: object) -> object:
    return {key: _as_text(item) for key, item in value.items()} if isinstance(value, dict) else value


Text = Annotated[str, BeforeValidator(_as_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_as_texts)]
TextMap = Annotated[dict[str, str], BeforeValidator(_as_text_values)]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRule(_Rule):
    """How the file is written.

    Attributes:
        encoding: Name of the encoding; without it the file must be UTF-8 or carry a byte order mark.
        delimiter: One character between cells; without it the file must use commas.
        quote: The character around cells that hold delimiters; empty for none.
        sheet: Name of the sheet of a workbook; needed when there are several.
        header_row: Row number of the headings, counted from one; rows above are passed over.
        skip_rows: Row numbers below the headings that are not data (a row of units, say).
        formulas: Whether cells of a workbook that hold a formula are refused or read by their stored value.
    """

    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    skip_rows: tuple[int, ...] = ()
    formulas: Literal["refuse", "values"] = "refuse"

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                codecs.lookup(name)
            except LookupError:
                raise ValueError("unknown encoding; write for example utf-8, windows-1251, gb18030 or big5") from None
        return name


class NumberRule(_Rule):
    """How numbers are written: the decimal mark and the thousands separator."""

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""

    @model_validator(mode="after")
    def _two_marks(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("the decimal mark and the thousands separator must differ")
        return self


class DateRule(_Rule):
    """How dates are written and which clock they show.

    Attributes:
        order: ``iso`` (year first) unless the file has day or month first.
        format: A strptime format when ``order`` does not suffice (two-digit years, month names).
        time_zone: The clock of times written without an offset.
        offsets: ``ignore`` when the offset in the file is known to be wrong.
        date_alone: What a date without a time means in a datetime column.
    """

    order: Literal["iso", "dmy", "mdy"] = "iso"
    format: str | None = None
    time_zone: str | None = None
    offsets: Literal["use", "ignore"] = "use"
    date_alone: Literal["refuse", "start", "end"] = "refuse"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None and name not in zoneinfo.available_timezones():
            raise ValueError("unknown time zone; write for example Europe/Rome or UTC")
        return name


class Condition(_Rule):
    """A claim about one source column; every part that is given must hold.

    Text is compared after trimming, as it stands in the file.
    """

    column: str
    one_of: Texts | None = None
    none_of: Texts | None = None
    starts_with: Text | None = None
    contains: Text | None = None
    empty: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if len(self.model_fields_set) < 2:  # noqa: PLR2004 - the column and one claim
            raise ValueError("the condition needs one of: one_of, none_of, starts_with, contains, empty")
        return self


class RowRule(_Rule):
    """Rows to set aside: all conditions must hold; the reason appears in the reconciliation."""

    when: tuple[Condition, ...] = Field(min_length=1)
    reason: str = Field(min_length=1)


class DuplicateRule(_Rule):
    """What to do with rows that stand twice.

    Attributes:
        exact: Rows equal in every cell of the file: set aside all but the first, or keep.
        key: Columns (target names) that identify a row.
        contradictory: Rows with one key and different content: refuse, or keep the first or the last.
    """

    exact: Literal["set-aside", "keep"] = "set-aside"
    key: tuple[str, ...] = ()
    contradictory: Literal["refuse", "first", "last"] = "refuse"


class PeriodRule(_Rule):
    """Which column must lie in the period asked for, and what happens to rows that do not."""

    column: str
    outside: Literal["refuse", "set-aside"] = "refuse"


class _CellRule(_Rule):
    type: ColumnType
    required: bool = False
    missing: Texts = ()
    values: TextMap = {}
    other_values: Literal["refuse", "keep"] = "refuse"
    allowed: Texts = ()
    lowest: Decimal | dt.date | None = None
    highest: Decimal | dt.date | None = None
    unreadable: Literal["refuse", "missing"] = "refuse"
    out_of_range: Literal["refuse", "missing"] = "refuse"
    dates: DateRule | None = None

    @model_validator(mode="after")
    def _limits_fit(self) -> Self:
        limited = {"whole": Decimal, "decimal": Decimal, "date": dt.date, "datetime": dt.date}
        for limit in (self.lowest, self.highest):
            if limit is not None and not isinstance(limit, limited.get(self.type, ())):
                raise ValueError(f"lowest and highest do not fit the type {self.type}")
        if self.type == "code" and not (self.allowed or self.values):
            raise ValueError("a code needs `allowed` or `values`; use the type text for free text")
        return self


class ColumnRule(_CellRule):
    """One column: where it comes from, what it holds and what it may hold.

    Attributes:
        source: The heading in the file (key ``from``).
        type: text, whole, decimal, date, datetime, boolean or code (a closed list).
        required: Whether an empty cell is a problem.
        missing: Texts that mean "no answer" in this column, besides those of the file.
        values: Texts in the file and what they become; others are refused unless ``other_values: keep``.
        allowed: The legal values after ``values`` were applied.
        lowest: The smallest legal number or date.
        highest: The largest legal number or date.
        unreadable: Cells that do not fit the type: refuse the file, or count them as missing.
        out_of_range: Values that are not legal: refuse the file, or count them as missing.
        dates: How dates are written in this column when it differs from the file.
    """

    source: str = Field(alias="from", min_length=1)


class ColumnGroup(_CellRule):
    """Many columns of one kind, for example the rating items of a questionnaire.

    Attributes:
        columns: Headings kept under their own names, or a map of target name to heading.
    """

    columns: tuple[str, ...] | dict[str, str] = Field(min_length=1)

    def expand(self) -> dict[str, ColumnRule]:
        """Return one rule per column."""
        shared = self.model_dump(exclude={"columns"}, exclude_unset=True)
        pairs = self.columns.items() if isinstance(self.columns, dict) else ((name, name) for name in self.columns)
        return {target: ColumnRule.model_validate({**shared, "from": source}) for target, source in pairs}


class EventClock(_Rule):
    """The moment of a case that certain activities mark."""

    activities: Texts = Field(min_length=1)
    take: Literal["first", "last"] = "first"


class EventCount(_Rule):
    """How many events of certain activities a case has, if wished only after the first of others."""

    activities: Texts = Field(min_length=1)
    after: Texts = ()


class EventMoments(_Rule):
    """Every moment of a case that certain activities mark, as a list."""

    activities: Texts = Field(min_length=1)


class EventPause(_Rule):
    """A case waits from certain activities until certain others, or until its next event."""

    start: Texts = Field(min_length=1)
    end: Texts | Literal["next-event"] = "next-event"


class EventValue(_Rule):
    """A column carried from the first or last event of the case."""

    column: str
    take: Literal["first", "last"] = "first"


class EventRule(_Rule):
    """How rows of events become one row per case.

    Attributes:
        case: Target column that names the case.
        activity: Target column that names the activity.
        at: Target column with the time.
        ignore: Automatic activities that mean nothing; their events are set aside.
        opened: ``first-event`` or the activities that open a case.
        clocks: first_response, resolved, closed and others, each by its activities.
        counts: For example ``reopened``: events of some activities after others.
        moments: For example ``updates``: when the customer was told how things stand.
        pauses: When the case waits for the customer.
        keep: Columns carried to the case.
    """

    case: str = "case"
    activity: str = "activity"
    at: str = "at"
    ignore: Texts = ()
    opened: Literal["first-event"] | EventClock = "first-event"
    clocks: dict[str, EventClock] = {}
    counts: dict[str, EventCount] = {}
    moments: dict[str, EventMoments] = {}
    pauses: tuple[EventPause, ...] = ()
    keep: dict[str, EventValue] = {}


Columns = dict[str, ColumnRule]


class ImportMapping(_Rule):
    """A whole mapping file.

    Attributes:
        layout: ``responses``, ``cases``, ``events`` (one row per event) or ``table``.
        missing: Texts that mean "no answer" in every column; empty cells always do.
        totals: Rows that hold sums instead of records.
        set_aside: Rows left out by condition, each with its reason.
        columns: Target name to rule.
        groups: Many columns of one kind.
    """

    title: str = ""
    layout: Literal["responses", "cases", "events", "table"] = "table"
    file: FileRule = FileRule()
    numbers: NumberRule = NumberRule()
    dates: DateRule = DateRule()
    missing: Texts = ()
    totals: tuple[Condition, ...] = ()
    set_aside: tuple[RowRule, ...] = ()
    columns: Columns = {}
    groups: tuple[ColumnGroup, ...] = ()
    duplicates: DuplicateRule | None = None
    period: PeriodRule | None = None
    events: EventRule | None = None

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        problems = [*self._column_faults(), *self._event_faults(), *self._name_faults()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def rules(self) -> Columns:
        """Every column, those of the groups included."""
        found = dict(self.columns)
        for group in self.groups:
            found.update(group.expand())
        return found

    @property
    def duplicate_rule(self) -> DuplicateRule:
        """The declared rule for duplicates, or the one of the layout.

        A case stands once and an event happened once; two respondents, however,
        may give the same answers, so responses are left alone unless declared.
        """
        if self.duplicates is not None:
            return self.duplicates
        if self.layout == "cases":
            return DuplicateRule(key=("case",))
        return DuplicateRule(exact="set-aside" if self.layout == "events" else "keep")

    def _column_faults(self) -> list[str]:
        names = [*self.columns, *(name for group in self.groups for name in group.columns)]
        faults = [f'column "{name}" is mapped twice' for name, count in Counter(names).items() if count > 1]
        if not names:
            faults.append("no column is mapped: add `columns`")
        if self.layout == "cases":
            faults += [
                f'the layout cases needs the column "{name}"' for name in ("case", "opened") if name not in names
            ]
        return faults

    def _event_faults(self) -> list[str]:
        if (self.layout == "events") != (self.events is not None):
            return ["`layout: events` and the key `events` belong together"]
        if self.events is None:
            return []
        wanted = [self.events.case, self.events.activity, self.events.at]
        wanted += [value.column for value in self.events.keep.values()]
        return [f'events name the column "{name}", which is not mapped' for name in wanted if name not in self.rules]

    def _name_faults(self) -> list[str]:
        known = set(self.rules)
        named: dict[str, tuple[str, ...]] = {"duplicates": self.duplicates.key if self.duplicates else ()}
        if self.layout != "events" and self.period is not None:
            named["period"] = (self.period.column,)
        return [
            f'{part} names the column "{name}", which is not mapped'
            for part, names in named.items()
            for name in names
            if name not in known
        ]


def read_mapping(path: Path | str) -> ImportMapping:
    """Return the mapping in a file.

    Raises:
        SealmarkError: SM331 the file cannot be opened, SM1xx it is not YAML, SM330 its content is not a mapping.
    """
    return read_yaml_model(path, ImportMapping, code="SM330")


def mapping_from(content: Mapping[str, object]) -> ImportMapping:
    """Return the mapping in plain values, as a test or a program would write them."""
    return ImportMapping.model_validate(content)
