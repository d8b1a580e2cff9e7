"""From service records to the scheme's record measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from sealmark.assess.evidence import Measured, OpenCases
from sealmark.assess.figures import FigureBook, Missing
from sealmark.core.estimates import Estimate
from sealmark.evaluation.case import RecordFile
from sealmark.evaluation.evidence.record_passes import RecordPasses
from sealmark.evaluation.evidence.record_waves import WAVE, fair, in_later_wave, marked_by_wave, with_changes
from sealmark.measure.records import measures as definitions
from sealmark.measure.records.calendars import Calendar
from sealmark.measure.records.cells import RecordEstimate
from sealmark.scheme.figures import Number
from sealmark.scheme.measures import Measure, RecordFilter
from sealmark.scheme.walking import changes_asked

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["measure_records", "measures_in_opening_hours", "record_measures"]

_CALENDAR = "opening-hours"
_HOUR = 3600


def record_measures(book: FigureBook, records: str) -> dict[str, Measure]:
    """Return the measures that a class of records feeds."""
    return {name: item for name, item in book.edition.measures.items() if item.records == records}


def measures_in_opening_hours(book: FigureBook, records: str) -> list[str]:
    """Return the measures of a class of records that cannot do without a calendar."""
    return [name for name, item in record_measures(book, records).items() if item.formula.time == "business"]


def measure_records(
    record: RecordFile, table: pa.Table, book: FigureBook, *, calendar: Calendar | None
) -> dict[str, Measured]:
    """Return every measure of the record class, overall and per site.

    Where the case names two waves, measures rest on the later one, and those that a rule asks for it have
    their change.

    Raises:
        SealmarkError: SM371 a wave without records; SM45x the records lack what a measure needs.
    """
    table = marked_by_wave(record, table)
    result: dict[str, Measured] = {}
    batches: dict[float, dict[str, definitions.RecordMeasure]] = {}
    for name, measure in record_measures(book, record.records).items():
        definition = _Translator(measure, book, table).definition()
        if isinstance(definition, Missing):
            result[name] = Measured(Estimate.unknown(f"unknown figure: {definition.id}"), pointer=record.file)
        else:
            confidence = float(measure.confidence or book.edition.manifest.confidence)
            batches.setdefault(confidence, {})[name] = definition
    for confidence, wanted in batches.items():
        result |= _measured(record, table, book, (confidence, wanted), calendar)
    return result


def _measured(
    record: RecordFile,
    table: pa.Table,
    book: FigureBook,
    batch: tuple[float, dict[str, definitions.RecordMeasure]],
    calendar: Calendar | None,
) -> dict[str, Measured]:
    confidence, wanted = batch
    calendars = {_CALENDAR: calendar} if calendar else {}

    passes = RecordPasses(table, wanted, as_of=book.as_of, calendars=calendars)

    def cells(*by: str) -> tuple[RecordEstimate, ...]:
        return passes.estimates((WAVE, *by) if record.waves else by, confidence)

    better = {name: item.better for name, item in record_measures(book, record.records).items()}
    both = cells()
    whole = {cell.measure: cell for cell in both if in_later_wave(cell)}
    sites: dict[str, dict[str, Estimate]] = {name: {} for name in wanted}
    if "site" in table.column_names:
        for cell in cells("site"):
            if in_later_wave(cell) and cell.cell["site"] is not None:
                sites[cell.measure][str(cell.cell["site"])] = fair(cell, better[cell.measure])
    found = {name: _told(whole.get(name), better[name], sites[name], record.file) for name in wanted}
    return with_changes(found, both, better, changes_asked(book.edition)) if record.waves else found


def _told(cell: RecordEstimate | None, better: str, sites: Mapping[str, Estimate], file: str) -> Measured:
    if cell is None:
        return Measured(Estimate.unknown("no record to judge"), sites, file)
    return Measured(fair(cell, better), sites, file, open_cases=_open_cases(cell))


def _open_cases(cell: RecordEstimate) -> OpenCases | None:
    """Return what finished cases alone would say, where open ones make a difference."""
    if cell.naive is None or "open" not in cell.counts:
        return None
    return OpenCases(cell.counts["open"], cell.naive)


class _Translator:
    """Turns a pack's formula into the measuring stage's definition."""

    def __init__(self, measure: Measure, book: FigureBook, table: pa.Table) -> None:
        self.measure = measure
        self.formula = measure.formula
        self.book = book
        self.columns: Mapping[str, str] = {field.name: str(field.type) for field in table.schema}
        self.where = {item.column: self._values(item) for item in measure.where}
        self.unknown: Missing | None = None

    def definition(self) -> definitions.RecordMeasure | Missing:
        made = _MAKERS[self.formula.kind](self)
        return self.unknown or made

    def _values(self, item: RecordFilter) -> tuple[object, ...]:
        return self.typed(item.column, item.values)

    def typed(self, column: str, values: tuple[str, ...]) -> tuple[object, ...]:
        """Return the values in the type the column has: packs write them as text."""
        kind = self.columns.get(column, "string")
        if kind == "bool":
            return tuple(value.lower() in {"true", "yes", "1"} for value in values)
        if kind.startswith(("int", "uint")):
            return tuple(int(value) for value in values)
        return values

    def clock(self) -> definitions.Clock:
        calendar = _CALENDAR if self.formula.time == "business" else None
        return definitions.Clock(self.formula.start, self.formula.end, calendar, between=self.formula.between)

    def known(self, number: Number | None, otherwise: Decimal = Decimal(0)) -> Decimal:
        value = otherwise if number is None else self.book.number(number)
        if isinstance(value, Missing):
            self.unknown = value
            return Decimal(1)
        return value

    def seconds(self, hours: Number | None) -> int | None:
        return None if hours is None else int(self.known(hours) * _HOUR)

    def unit(self) -> definitions.Unit:
        return "days" if self.measure.unit == "days" else "hours"

    def days(self) -> int:
        return int(self.known(self.formula.window_days, Decimal(30)))

    def same(self) -> tuple[str, ...]:
        return (self.formula.same,)


def _within(item: _Translator) -> definitions.RecordMeasure:
    seconds, promised = item.seconds(item.formula.target_hours), item.formula.target
    return definitions.ShareWithin(
        seconds, promised, item.clock(), open_cases=item.formula.open_cases, where=item.where
    )


def _share(item: _Translator) -> definitions.RecordMeasure:
    column = item.formula.column or "status"
    return definitions.RecordShare(column, item.typed(column, item.formula.values), where=item.where)


def _ratio(item: _Translator) -> definitions.RecordMeasure:
    column, base = item.formula.column or "status", item.formula.base_column
    below = {base: item.typed(base, item.formula.base_values)} if base else {}
    above = {column: item.typed(column, item.formula.values)}
    return definitions.RecordRatio(above, below, 1, where=item.where)


_MAKERS: dict[str, Callable[[_Translator], definitions.RecordMeasure]] = {
    "duration-mean": lambda item: definitions.DurationMean(item.clock(), item.unit(), where=item.where),
    "duration-percentile": lambda item: definitions.DurationPercentile(
        item.formula.quantile or Decimal("0.5"),
        item.clock(),
        item.unit(),
        open_cases=item.formula.open_cases,
        where=item.where,
    ),
    "share-within": _within,
    "first-time-fix": lambda item: definitions.FirstTimeFix(item.days(), item.same(), where=item.where),
    "repeat-rate": lambda item: definitions.RepeatRate(item.days(), item.same(), where=item.where),
    "return-rate": lambda item: definitions.ReturnRate(item.days(), item.same(), where=item.where),
    "record-share": _share,
    "record-ratio": _ratio,
    "open-share": lambda item: definitions.OpenShare(
        item.clock(), item.seconds(item.formula.overdue_after_hours), where=item.where
    ),
}
