"""``sealmark measure records``: estimates from service records, without any scheme."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sealmark.cli.output import json_option, result, table
from sealmark.core.errors import Problem, SealmarkError, did_you_mean

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from sealmark.measure.records.calendars import Calendar
    from sealmark.measure.records.cells import RecordEstimate
    from sealmark.measure.records.measures import Clock, FirstTimeFix, RecordMeasure, RepeatRate, ReturnRate

__all__ = ["CALENDAR", "HowCounted", "RecordSource", "parse_record_measure", "record_options", "records_command"]

CALENDAR = "opening-hours"
_KINDS = {
    "duration-mean": "duration-mean:opened..resolved",
    "duration-percentile": "duration-percentile:opened..resolved@0.9",
    "share-within": "share-within:opened..first_response<=4h",
    "open-share": "open-share:opened..resolved>48h",
    "first-time-fix": "first-time-fix:asset@30d",
    "repeat-rate": "repeat-rate:customer@30d",
    "return-rate": "return-rate:asset@30d",
    "record-share": "record-share:status=closed|done",
    "record-ratio": "record-ratio:type=complaint/type=order",
}
_CLOCK = r"([^.<>=@]+)\.\.([^.<>=@]+)"
_PATTERNS = {
    "duration-mean": _CLOCK,
    "duration-percentile": _CLOCK + r"@(0?\.\d+)",
    "share-within": _CLOCK + r"<=(.+)",
    "open-share": _CLOCK + r"(?:>(.+))?",
    "first-time-fix": r"([^@]+)@(\d+)d",
    "repeat-rate": r"([^@]+)@(\d+)d",
    "return-rate": r"([^@]+)@(\d+)d",
    "record-share": r"([^=/]+)=([^/]+)",
    "record-ratio": r"([^=/]+)=([^/]+)/([^=/]+)=([^/]+)",
}
_CLOCKED = ("duration-mean", "duration-percentile", "share-within", "open-share")
_CENSORED = ("duration-percentile", "share-within")
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)([smhd])\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class HowCounted:
    """What the options say about every measure of a command.

    Attributes:
        where: Column to the values that count, as text.
        opening_hours: Whether a calendar was given.
        open_cases: ``bound`` or ``kaplan-meier``; empty when not asked for.
        between: Column with moments; empty when not asked for.
        types: The type of each column of the records.
    """

    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    opening_hours: bool = False
    open_cases: str = ""
    between: str = ""
    types: Mapping[str, str] = field(default_factory=dict)

    def clock(self, start: str, end: str) -> Clock:
        """Return a clock."""
        from sealmark.measure.records.measures import Clock

        return Clock(start, end, CALENDAR if self.opening_hours else None, between=self.between or None)

    def filter(self, **more: tuple[str, ...]) -> dict[str, tuple[object, ...]]:
        """Return a filter whose values have the types of their columns."""
        return {name: self.typed(name, values) for name, values in (more or self.where).items()}

    def typed(self, column: str, values: tuple[str, ...]) -> tuple[object, ...]:
        """Return values in the type of their column.

        Raises:
            SealmarkError: SM903 a number is asked for.
        """
        kind = self.types.get(column, "string")
        if kind == "boolean":
            return tuple(value.lower() in {"true", "yes", "1"} for value in values)
        if not kind.startswith(("int", "uint")):
            return values
        wrong = [value for value in values if not re.fullmatch(r"-?\d+", value)]
        if wrong:
            what = f'The column "{column}" holds whole numbers; "{wrong[0]}" is none.'
            raise SealmarkError(Problem("SM903", what, "--measure, --where", "Write numbers, separated by |."))
        return tuple(int(value) for value in values)


@dataclass(frozen=True)
class RecordSource:
    """The records of a command, opened, and how they are measured.

    Attributes:
        records: The table.
        as_of: The day up to which it is complete.
        calendars: Opening hours, by name.
        how: What the options say.
    """

    records: ir.Table
    as_of: dt.date
    calendars: Mapping[str, Calendar]
    how: HowCounted

    @classmethod
    def of(cls, file: Path, options: Mapping[str, Any]) -> RecordSource:
        """Return what the options of :func:`record_options` describe."""
        from sealmark.measure.engine import open_table
        from sealmark.measure.imports.importing import import_table
        from sealmark.measure.imports.mapping import read_mapping
        from sealmark.measure.records.calendars import read_calendar

        mapping, calendar = options["mapping"], options["calendar"]
        records = open_table(import_table(file, read_mapping(mapping)).table if mapping else file)
        how = HowCounted(
            dict(_filter(text) for text in options["where"]),
            calendar is not None,
            options["open_cases"] or "",
            options["between"] or "",
            {name: str(kind).removeprefix("!") for name, kind in records.schema().items()},
        )
        calendars = {CALENDAR: read_calendar(calendar)} if calendar else {}
        return cls(records, options["as_of"].date(), calendars, how)


def _filter(text: str) -> tuple[str, tuple[str, ...]]:
    column, _, values = text.partition("=")
    if not column or not values:
        raise SealmarkError(
            Problem("SM903", f'"{text}" chooses no records.', "--where", "Write column=value, or column=one|other.")
        )
    return column, tuple(values.split("|"))


def record_options(command: Command) -> Command:
    """Add the options that :meth:`RecordSource.of` reads."""
    path = click.Path(exists=True, dir_okay=False, path_type=Path)
    for option in reversed((
        click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), required=True,
                     help="The day up to whose end the records are complete."),
        click.option("--mapping", type=path, help="Mapping file that makes records of an export."),
        click.option("--calendar", type=path, help="Calendar file: clocks count its opening hours."),
        click.option("--where", multiple=True, metavar="COLUMN=A|B", help="Only records with one of these values."),
        click.option("--open-cases", type=click.Choice(["bound", "kaplan-meier"]),
                     help="How open cases count in percentiles and shares within a target."),
        click.option("--between", metavar="COLUMN",
                     help="Measure the longest time between these moments, for example updates."),
    )):  # fmt: skip
        command = option(command)
    return command


@click.command(
    "records", epilog="Example: sealmark measure records tickets.csv --mapping tickets.yaml --as-of 2026-06-30 "
    '--measure "share-within:opened..first_response<=4h" --measure duration-percentile:opened..resolved@0.9 --by site',
)  # fmt: skip
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="TABLE")
@click.option(
    "--measure", "measures", multiple=True, required=True, help=f"What to measure: {', '.join(_KINDS.values())}."
)
@record_options
@click.option("--by", default="", help="Columns whose values make the cells, separated by commas.")
@click.option(
    "--confidence", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95, show_default=True
)
@json_option
def records_command(file: Path, measures: tuple[str, ...], by: str, confidence: float, **options: Any) -> None:
    """Estimate durations, shares within a target, first-time fix and more from service records.

    TABLE has one row per case (CSV or Parquet with our column names, or any export with
    --mapping). Cases still open count; the figure from finished ones alone stands beside.
    Lengths are written 30m, 4h, 2d; a target may be a column, for example promised. Put
    measures with < or > in quotation marks.
    """
    from sealmark.measure.records.estimation import estimate_records

    source = RecordSource.of(file, options)
    wanted = {text: parse_record_measure(text, source.how) for text in measures}
    cells = [name for name in by.split(",") if name]
    found = estimate_records(
        source.records, wanted, as_of=source.as_of, calendars=source.calendars, by=cells, confidence=confidence
    )
    heading = [*cells, "measure", "value", "lower", "upper", "n", "finished only", "open", "unit", ""]
    result([_json(cell) for cell in found], table([heading, *(_row(cell) for cell in found)]))


def parse_record_measure(text: str, how: HowCounted) -> RecordMeasure:
    """Return the measure that ``kind:columns`` describes.

    Raises:
        SealmarkError: SM903 it is not understood, or an option does not go with it.

    Example:
        >>> parse_record_measure("repeat-rate:customer@30d", HowCounted()).same
        ('customer',)
    """
    kind, _, rest = text.partition(":")
    if kind not in _KINDS:
        raise SealmarkError(Problem("SM903", f'"{kind}" is no measure.', "--measure", did_you_mean(kind, _KINDS)))
    match = re.fullmatch(_PATTERNS[kind], rest)
    if match is None:
        what, fix = f'"{text}" is not understood.', f"Write it like {_KINDS[kind]}."
        raise SealmarkError(Problem("SM903", what, "--measure", fix))
    _require_taken(kind, how)
    return _made(kind, match.groups(), how)


def _require_taken(kind: str, how: HowCounted) -> None:
    """Refuse options that the measure would ignore."""
    given = {
        "--calendar": (how.opening_hours, _CLOCKED),
        "--between": (bool(how.between), _CLOCKED),
        "--open-cases": (bool(how.open_cases), _CENSORED),
    }
    for option, (is_given, takers) in given.items():
        if is_given and kind not in takers:
            fix = f"Measure it in a call of its own; the option goes with {', '.join(takers)}."
            raise SealmarkError(Problem("SM903", f'"{kind}" takes no {option}.', "--measure", fix))


def _made(kind: str, parts: tuple[str, ...], how: HowCounted) -> RecordMeasure:
    from sealmark.measure.records import measures as definitions

    if kind in _CLOCKED:
        return _clocked(kind, parts, how)
    where = how.filter()
    again: Mapping[str, type[FirstTimeFix | RepeatRate | ReturnRate]] = {
        "first-time-fix": definitions.FirstTimeFix,
        "repeat-rate": definitions.RepeatRate,
        "return-rate": definitions.ReturnRate,
    }
    if kind in again:
        return again[kind](int(parts[1]), (parts[0],), where=where)
    above = tuple(parts[1].split("|"))
    if kind == "record-share":
        return definitions.RecordShare(parts[0], how.typed(parts[0], above), where=where)
    below = how.filter(**{parts[2]: tuple(parts[3].split("|"))})
    return definitions.RecordRatio(how.filter(**{parts[0]: above}), below, 1, where=where)


def _clocked(kind: str, parts: tuple[str, ...], how: HowCounted) -> RecordMeasure:
    from sealmark.measure.records import measures as definitions

    clock, where = how.clock(parts[0], parts[1]), how.filter()
    open_cases: Any = how.open_cases or "bound"
    if kind == "duration-mean":
        return definitions.DurationMean(clock, where=where)
    if kind == "duration-percentile":
        return definitions.DurationPercentile(Decimal(parts[2]), clock, open_cases=open_cases, where=where)
    limit = parts[2]
    seconds = _seconds(limit) if limit else None
    promised = limit if limit and seconds is None else None
    if kind == "share-within":
        return definitions.ShareWithin(seconds, promised, clock, open_cases=open_cases, where=where)
    return definitions.OpenShare(clock, seconds, promised, where=where)


def _seconds(text: str) -> int | None:
    """Return a length such as 4h in seconds; None when it is none, and so a column."""
    match = _LENGTH.match(text)
    return round(Decimal(match[1]) * _SECONDS[match[2]]) if match else None


def _row(cell: RecordEstimate) -> list[str]:
    found, naive = cell.estimate, cell.naive
    return [
        *(str(value) for value in cell.cell.values()),
        cell.measure,
        *(_figure(value) for value in (found.value, found.lower, found.upper)),
        str(found.base),
        _figure(naive.value if naive else None),
        str(cell.counts["open"]) if "open" in cell.counts else "-",
        cell.unit,
        found.note,
    ]


def _figure(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:.6g}"


def _json(cell: RecordEstimate) -> dict[str, object]:
    import dataclasses

    from sealmark.core.canonical import to_json

    return {
        "cell": {name: str(value) for name, value in cell.cell.items()},
        "measure": cell.measure,
        "estimate": to_json(dataclasses.asdict(cell.estimate)),
        "finished_only": None if cell.naive is None else to_json(dataclasses.asdict(cell.naive)),
        "unit": cell.unit,
        "counts": dict(cell.counts),
        "bound": cell.bound,
    }
