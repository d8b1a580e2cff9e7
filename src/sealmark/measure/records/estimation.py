"""Estimates from service records: one pass in the engine per measure, intervals on the small result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir

from sealmark.measure.engine import Source, open_table
from sealmark.measure.records.calendars import Calendar
from sealmark.measure.records.cells import RecordEstimate, Task
from sealmark.measure.records.checks import check_measures
from sealmark.measure.records.clocks import Cases, micros, moment_limit, true
from sealmark.measure.records.durations import estimate_mean, estimate_percentile
from sealmark.measure.records.intervals import Precision
from sealmark.measure.records.measures import (
    DurationMean,
    DurationPercentile,
    FirstTimeFix,
    OpenShare,
    RecordMeasure,
    RecordRatio,
    RecordShare,
    RepeatRate,
    ReturnRate,
    ShareWithin,
)
from sealmark.measure.records.recurrence import estimate_recurrence
from sealmark.measure.records.shares import estimate_open, estimate_ratio, estimate_share, estimate_within

__all__ = ["ESTIMATORS", "RecordEstimate", "cases_of", "estimate_records", "precision_of"]

ESTIMATORS: Mapping[type, Callable[[Task, Any], list[RecordEstimate]]] = {
    DurationMean: estimate_mean,
    DurationPercentile: estimate_percentile,
    ShareWithin: estimate_within,
    OpenShare: estimate_open,
    FirstTimeFix: estimate_recurrence,
    RepeatRate: estimate_recurrence,
    ReturnRate: estimate_recurrence,
    RecordShare: estimate_share,
    RecordRatio: estimate_ratio,
}


def estimate_records(
    table: Source,
    measures: Mapping[str, RecordMeasure],
    *,
    as_of: dt.date | dt.datetime,
    calendars: Mapping[str, Calendar] | None = None,
    by: Sequence[str] = (),
    confidence: float = 0.95,
) -> tuple[RecordEstimate, ...]:
    """Return every measure in every cell of ``by``.

    Args:
        table: Cases, as :func:`sealmark.measure.imports.importing.import_table` makes them.
        measures: Definitions by name.
        as_of: The day (to its end) or moment up to which the records are complete;
            what happened later is treated as not yet known.
        calendars: Opening hours by name.
        by: Columns whose values make the cells.
        confidence: Level of the two-sided intervals.

    Raises:
        SealmarkError: SM451 to SM458, every measure that does not fit.

    Example:
        >>> import pyarrow as pa
        >>> cases = pa.table({"case": ["a", "b"], "opened": [dt.date(2026, 1, 1)] * 2,
        ...                   "resolved": [dt.date(2026, 1, 2), None]})
        >>> within = {"in two days": ShareWithin(target_seconds=2 * 86400)}
        >>> found = estimate_records(cases, within, as_of=dt.date(2026, 1, 9))
        >>> found[0].estimate.value, found[0].naive.value
        (Decimal('0.5'), Decimal('1'))
    """
    known = dict(calendars or {})
    records = open_table(table)
    check_measures(records, measures, known, by)
    cases = cases_of(records, as_of, known)
    found: list[RecordEstimate] = []
    for name, measure in measures.items():
        task = Task(name, cases, tuple(by), precision_of(measure, confidence))
        found += ESTIMATORS[type(measure)](task, measure)
    return tuple(found)


def precision_of(measure: RecordMeasure, confidence: float) -> Precision:
    """Return how the uncertainty of a measure is stated."""
    return Precision(confidence, measure.complete_count, getattr(measure, "interval", None) or "wilson")


def cases_of(records: ir.Table, as_of: dt.date | dt.datetime, calendars: Mapping[str, Calendar]) -> Cases:
    """Return the records as they were known on a day; those opened later are marked."""
    if "opened" not in records.columns:
        return Cases(records.mutate(_later=ibis.literal(value=False)), moment_limit(as_of, whole_days=False), calendars)
    opened = records["opened"]
    limit = moment_limit(as_of, whole_days=isinstance(opened.type(), dtypes.Date))
    return Cases(records.mutate(_later=true(micros(opened) > limit)), limit, calendars)
