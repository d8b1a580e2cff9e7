"""One number per period: counts out of a base, or measured values with their errors."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir
import pyarrow as pa

from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.core.periods import Period
from sealmark.measure.engine import Source, fetch, open_table
from sealmark.measure.process.periods import Periods, Step, dated_periods, period_start, plain_periods
from sealmark.measure.surveys.design import Design
from sealmark.measure.surveys.estimation import estimate, require_cells
from sealmark.measure.surveys.formulas import Measure, Ratio, Share, TopBox
from sealmark.measure.surveys.keys import number_keys
from sealmark.measure.surveys.rows import plan_of, require_columns

__all__ = ["Counts", "Series", "Timeline", "Values", "count_periods", "value_periods", "values_of"]

_KEY = "_period"
_UNITS: dict[Step, str] = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
_NO_PERIODS = Periods(())
_ORDERLY = re.compile(r"[0-9]{4}")


def _refuse(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM463", what, fix=fix))


@dataclass(frozen=True)
class Counts:
    """How many of how many, in every period.

    Attributes:
        counts: Cases counted, zero or more.
        bases: What they are counted out of (``share``) or over (``rate``); 0 for an empty period.
        periods: The periods; numbered from 1 when left out.
        kind: ``share``: each of the base counts or does not; ``rate``: events per unit of exposure.
        limitations: What the numbers leave out.

    Raises:
        SealmarkError: SM463 numbers that cannot be.

    Example:
        >>> Counts((12, 15), (50, 50)).periods.labels
        ('1', '2')
    """

    counts: tuple[float, ...]
    bases: tuple[float, ...]
    periods: Periods = _NO_PERIODS
    kind: Literal["share", "rate"] = "share"
    limitations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse counts that cannot be."""
        object.__setattr__(self, "counts", tuple(map(float, self.counts)))
        object.__setattr__(self, "bases", tuple(map(float, self.bases)))
        object.__setattr__(self, "periods", _named(self.periods, len(self.counts)))
        if not len(self.counts) == len(self.bases) == len(self.periods.labels):
            what = f"{len(self.counts)} counts, {len(self.bases)} bases and {len(self.periods.labels)} periods."
            raise _refuse(what, "Give one of each per period.")
        wrong = [
            label
            for label, count, base in zip(self.periods.labels, self.counts, self.bases, strict=True)
            if not 0 <= count < float("inf") or not 0 <= base < float("inf") or self._exceeds(count, base)
        ]
        if wrong:
            what = f"Counts that cannot be in the periods {', '.join(wrong[:5])}."
            raise _refuse(what, "Counts and bases are 0 or more; of a base of 0, nothing counts; a share is at most 1.")

    def _exceeds(self, count: float, base: float) -> bool:
        return count > base if self.kind == "share" else base == 0 and count > 0

    @property
    def ratios(self) -> tuple[float | None, ...]:
        """Count over base in every period; None where the base is 0."""
        return tuple(count / base if base > 0 else None for count, base in zip(self.counts, self.bases, strict=True))


@dataclass(frozen=True)
class Values:
    """A measured value in every period.

    Attributes:
        values: None where nothing was measured.
        errors: Standard error of each; None where unknown; empty when none is known.
        periods: The periods; numbered from 1 when left out.
        limitations: What the numbers leave out.

    Raises:
        SealmarkError: SM463 numbers that cannot be.

    Example:
        >>> Values((49.6, None, 49.9)).periods.labels
        ('1', '2', '3')
    """

    values: tuple[float | None, ...]
    errors: tuple[float | None, ...] = ()
    periods: Periods = _NO_PERIODS
    limitations: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse values that cannot be."""
        object.__setattr__(self, "periods", _named(self.periods, len(self.values)))
        sizes = {len(self.values), len(self.periods.labels), len(self.errors or self.values)}
        if len(sizes) > 1:
            what = f"{len(self.values)} values, {len(self.errors)} errors and {len(self.periods.labels)} periods."
            raise _refuse(what, "Give one of each per period.")
        finite = all(value is None or abs(value) < float("inf") for value in self.values)
        if not finite or any(error is not None and not 0 <= error < float("inf") for error in self.errors):
            raise _refuse("A value or a standard error is no number.", "Give None where nothing was measured.")


Series: TypeAlias = "Counts | Values"


@dataclass(frozen=True)
class Timeline:
    """How the rows of a table fall into periods.

    Attributes:
        column: A column that names the period, or one of dates when ``step`` is given.
        step: Length of the calendar periods to make of the dates.
        span: First and last day; periods in between without a row are shown as empty.

    Example:
        >>> Timeline("opened", "month").step
        'month'
    """

    column: str
    step: Step | None = None
    span: Period | None = None


def count_periods(table: Source, measure: Share | TopBox | Ratio, *, timeline: Timeline) -> Counts:
    """Return how many of how many there were in every period, every row counting alike.

    Args:
        table: An Ibis or Arrow table, or the path of a Parquet or CSV file.
        measure: A share or top box (``share``), or a ratio of two columns' totals (``rate``).
        timeline: How the rows fall into periods.

    Raises:
        SealmarkError: SM403 and SM404 for columns, SM463 the column of dates holds none.

    Example:
        >>> rows = pa.table({"month": ["1", "1", "2"], "late": [1, 0, 0]})
        >>> found = count_periods(rows, Share("late", (1,)), timeline=Timeline("month"))
        >>> found.counts, found.bases
        ((1.0, 0.0), (2.0, 1.0))
    """
    opened = open_table(table)
    require_columns(opened, [measure])
    keyed, inside = _keyed(opened, timeline)
    term = plan_of(measure, keyed).terms[0]
    base = term.value.notnull().cast("float64") if term.base is None else term.base
    below = ibis.ifelse(term.value.isnull(), ibis.null("float64"), base)
    narrow = keyed.filter(inside).select(key=keyed[_KEY], count=term.value, base=below)
    sums = fetch(narrow.group_by("key").aggregate(count=narrow["count"].sum(), base=narrow["base"].sum()))
    periods, found = _in_order(sums, ["count", "base"], timeline)
    return Counts(
        counts=tuple(row["count"] or 0.0 for row in found),
        bases=tuple(row["base"] or 0.0 for row in found),
        periods=periods,
        kind="rate" if isinstance(measure, Ratio) else "share",
        limitations=(*_undated(keyed, timeline), *_named_order(periods)),
    )


def value_periods(table: Source, measure: Measure, *, timeline: Timeline, design: Design) -> Values:
    """Return a measure in every period with its design-based standard error.

    Args:
        table: As for :func:`~sealmark.measure.surveys.estimation.estimate`.
        measure: What to measure.
        timeline: How the rows fall into periods.
        design: How the rows were drawn.

    Raises:
        SealmarkError: As ``estimate``; SM463 the column of dates holds none.

    Example:
        >>> from sealmark.measure.surveys.formulas import Mean
        >>> rows = pa.table({"month": [1, 1, 2, 2], "q": [5, 7, 8, 8]})
        >>> value_periods(rows, Mean("q"), timeline=Timeline("month"), design=Design()).values
        (6.0, 8.0)
    """
    keyed, inside = _keyed(open_table(table), timeline)
    cells = estimate(keyed, {"value": measure}, design=design, by=[_KEY], domain=inside)
    found = {cell.cell[_KEY]: cell.estimate for cell in cells}
    series = _values(found, timeline, _undated(keyed, timeline))
    return replace(series, limitations=(*series.limitations, *_named_order(series.periods)))


def values_of(estimates: Mapping[object, Estimate], *, step: Step | None = None) -> Values:
    """Return estimates by period as a series.

    Args:
        estimates: In order of time, by label; with ``step``, by a day in the period.
        step: Length of the calendar periods; periods in between without an estimate are shown as empty.

    Raises:
        SealmarkError: SM463 a key that is no day, or two in one period.

    Example:
        >>> from decimal import Decimal
        >>> values_of({2017: Estimate(Decimal("4.1"), standard_error=Decimal("0.02"))}).errors
        (0.02,)
    """
    return _values(estimates, Timeline("", step), ())


def _values(estimates: Mapping[Any, Estimate], timeline: Timeline, limitations: tuple[str, ...]) -> Values:
    periods, keys = _line_up(list(estimates), timeline)
    found = [None if key is None else estimates[key] for key in keys]
    return Values(
        values=tuple(None if one is None or one.value is None else float(one.value) for one in found),
        errors=tuple(None if one is None or one.standard_error is None else float(one.standard_error) for one in found),
        periods=periods,
        limitations=limitations,
    )


def _named(periods: Periods, size: int) -> Periods:
    return periods if periods.labels else plain_periods(range(1, size + 1))


def _keyed(table: ir.Table, timeline: Timeline) -> tuple[ir.Table, ir.BooleanValue]:
    """Return the table with each row's period, and the condition that a row is inside the span."""
    require_cells(table, [timeline.column])
    column = table[timeline.column]
    if timeline.step is None:
        return table.mutate(**{_KEY: column}), column.notnull()
    if not isinstance(column.type(), (dtypes.Date, dtypes.Timestamp)):
        what = f'The column "{timeline.column}" holds {column.type()}, not dates.'
        raise _refuse(what, "Convert it while importing, or name the periods in a column of their own.")
    day = column.cast("date")
    inside = day.notnull()
    if timeline.span is not None:
        inside = inside & (day >= timeline.span.start) & (day <= timeline.span.end)
    return table.mutate(**{_KEY: day.truncate(_UNITS[timeline.step]).cast("date")}), inside


def _undated(table: ir.Table, timeline: Timeline) -> tuple[str, ...]:
    missing = int(fetch(table.aggregate(n=table[_KEY].isnull().cast("int64").sum()))["n"][0].as_py() or 0)
    return (f'{missing:,} rows have no "{timeline.column}" and are left out.',) if missing else ()


def _named_order(periods: Periods) -> tuple[str, ...]:
    """Return a warning where the order of names need not be that of time."""
    if periods.years or all(_ORDERLY.match(label) for label in periods.labels):
        return ()
    return (f"Periods stand in the order of their names, {periods.labels[0]} first: is it that of time?",)


def _in_order(rows: pa.Table, names: Sequence[str], timeline: Timeline) -> tuple[Periods, list[dict[str, Any]]]:
    numbers, keys = number_keys(rows, ["key"])
    columns = {name: rows.column(name).to_pylist() for name in names}
    found = {keys[number][0]: {name: columns[name][row] for name in names} for row, number in enumerate(numbers)}
    periods, order = _line_up([key[0] for key in keys], timeline)
    empty = dict.fromkeys(names, None)
    return periods, [empty if key is None else found[key] for key in order]


def _line_up(keys: Sequence[Any], timeline: Timeline) -> tuple[Periods, list[Any]]:
    """Return the periods, and for each the key of its numbers or None."""
    if timeline.step is None:
        years = keys if all(isinstance(key, (int, float)) and not isinstance(key, bool) for key in keys) else ()
        return plain_periods(keys, years=years), list(keys)
    step = timeline.step
    if not all(isinstance(key, dt.date) for key in keys):
        raise _refuse("Calendar periods need a day each.", "Give dates, or leave out the step.")
    if not keys and timeline.span is None:
        return _NO_PERIODS, []
    # Engines give the first day of a period as a date or as the moment it begins.
    days = [key.date() if isinstance(key, dt.datetime) else key for key in keys]
    ends = timeline.span or Period(min(days), max(days))
    periods = dated_periods(ends.start, ends.end, step)
    places = {period_start(day, step): key for day, key in zip(days, keys, strict=True)}
    if len(places) < len(keys):
        raise _refuse("Two estimates lie in the same period.", "Give one per period.")
    return periods, [places.get(start) for start in periods.starts]
