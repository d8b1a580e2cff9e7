"""Record measures of very many cells as one Arrow table: one scan, intervals on arrays."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import Source, fetch, open_table
from sealmark.measure.records.calendars import MICRO, Calendar
from sealmark.measure.records.cells import RecordEstimate, Task
from sealmark.measure.records.checks import check_measures
from sealmark.measure.records.estimation import ESTIMATORS, cases_of, precision_of
from sealmark.measure.records.figures import Figures, mean_figures, share_figures
from sealmark.measure.records.intervals import Precision
from sealmark.measure.records.lengths import Percentiles
from sealmark.measure.records.measures import (
    SECONDS,
    DurationMean,
    DurationPercentile,
    FirstTimeFix,
    OpenShare,
    RecordMeasure,
    RecordShare,
    RepeatRate,
    ReturnRate,
    ShareWithin,
)
from sealmark.measure.records.packed import packed_recurrence
from sealmark.measure.records.passes import Gathered, gather
from sealmark.measure.records.percentiles import gather_percentiles, is_divided
from sealmark.measure.surveys.keys import Floats, Integers
from sealmark.measure.surveys.totals import MOST_FIGURES, check_cells

__all__ = ["record_table"]

_Asked: TypeAlias = "dict[str, tuple[Task, RecordMeasure]]"

# In the order of the result; counts of a measure follow.
_FIGURES = ("value", "lower", "upper", "standard_error", "degrees_of_freedom", "base", "naive")
_HIDDEN = frozenset({"naive_base", "naive_hits"})


def record_table(
    table: Source,
    measures: Mapping[str, RecordMeasure],
    *,
    as_of: dt.date | dt.datetime,
    calendars: Mapping[str, Calendar] | None = None,
    by: Sequence[str] = (),
    confidence: float = 0.95,
) -> pa.Table:
    """Return every measure in every cell of ``by`` as a table, for many cells.

    The numbers are those of :func:`sealmark.measure.estimate_records` before they are
    rounded to twelve digits. All measures together need one scan, save ratios, recurrence
    and Kaplan-Meier figures, which may take one each.

    Args:
        table: Cases, as :func:`sealmark.measure.import_table` makes them.
        measures: Definitions by name.
        as_of: The day (to its end) or moment up to which the records are complete.
        calendars: Opening hours by name.
        by: Columns whose values make the cells.
        confidence: Level of the two-sided intervals.

    Returns:
        One row per measure and cell, in this order: the columns of ``by``, ``measure``,
        ``unit`` (``share``, a unit of time, or ``per 100`` and the like), ``value``, ``lower``,
        ``upper``, ``standard_error``, ``degrees_of_freedom``, ``base``, ``naive`` (the figure
        from finished cases only), ``bound`` (``lower`` or ``upper`` where open cases leave
        only a bound), and the counts of :class:`RecordEstimate`; null is unknown, or
        does not belong to the measure.

    Raises:
        SealmarkError: SM451 to SM458, every measure that does not fit, or no measure at all;
            SM489 more figures than memory holds.

    Example:
        >>> cases = pa.table({"case": ["a", "b"], "shop": [1, 2], "opened": [dt.date(2026, 1, 1)] * 2,
        ...                   "resolved": [dt.date(2026, 1, 2), None]})
        >>> within = {"in two days": ShareWithin(target_seconds=2 * 86400)}
        >>> found = record_table(cases, within, as_of=dt.date(2026, 1, 9), by=["shop"])
        >>> found.select(["shop", "value", "open_late"]).to_pylist()
        [{'shop': 1, 'value': 1.0, 'open_late': 0}, {'shop': 2, 'value': 0.0, 'open_late': 1}]
    """
    if not measures:
        raise SealmarkError(Problem("SM452", "No measure is asked for.", fix="Give at least one, by name."))
    known = dict(calendars or {})
    records = open_table(table)
    check_measures(records, measures, known, by)
    if not _surely_few(records, by, each=len(measures)):
        check_cells(records, by, each=len(measures), most=MOST_FIGURES)
    cases = cases_of(records, as_of, known)
    tasks = {name: Task(name, cases, tuple(by), precision_of(one, confidence)) for name, one in measures.items()}
    parts = _parts(tasks, measures)
    schema = pa.unify_schemas([part.schema for part in parts.values()])
    counts = [name for name in schema.names if name not in {*by, "measure", "unit", *_FIGURES, "bound"}]
    ordered = pa.schema([schema.field(name) for name in (*by, "measure", "unit", *_FIGURES, "bound", *counts)])
    return pa.concat_tables([_filled(parts[name], ordered) for name in measures])


def _surely_few(records: ir.Table, by: Sequence[str], *, each: int) -> bool:
    """Tell whether the ends of whole numbers show that there are few cells; a Parquet file knows them unread."""
    if not all(isinstance(records[name].type(), dtypes.Integer) for name in by):
        return False
    ends = {f"{end}{place}": getattr(records[name], end)() for place, name in enumerate(by) for end in ("min", "max")}
    (found,) = fetch(records.aggregate(**ends)).to_pylist() if by else ({},)
    spans = [(found[f"max{place}"] or 0) - (found[f"min{place}"] or 0) + 2 for place in range(len(by))]
    return math.prod(spans) * each <= MOST_FIGURES


def _parts(tasks: Mapping[str, Task], measures: Mapping[str, RecordMeasure]) -> dict[str, pa.Table]:
    together = {name: one for name, one in measures.items() if _is_counted(one)}
    parts = {
        name: _of_estimates(ESTIMATORS[type(one)](tasks[name], one), tasks[name])
        for name, one in measures.items()
        if name not in together
    }
    for group, gatherer in _scans({name: (tasks[name], one) for name, one in together.items()}):
        gathered = gatherer(*({name: pair[place] for name, pair in group.items()} for place in (0, 1)))
        for name, (task, one) in group.items():
            found = gathered.percentiles.get(name)
            answer = _Answer(one, gathered.counts[name], gathered.moments[name], found, task.precision)
            parts[name] = _of_answer(name, gathered, _KINDS[type(one)](answer), answer.counts())
    return parts


def _scans(asked: _Asked) -> list[tuple[_Asked, Callable[..., Gathered]]]:
    """Return what is counted in one scan each, and by what.

    Recurrence is counted alone where it can be packed, percentiles of very many records together, all else together.
    """
    packed: _Asked = {
        name: found
        for name, (task, one) in asked.items()
        if isinstance(one, (FirstTimeFix, RepeatRate)) and (found := packed_recurrence(task, one)) is not None
    }
    shared = {name: pair for name, pair in asked.items() if name not in packed}
    divided = {name: pair for name, pair in shared.items() if isinstance(pair[1], DurationPercentile)}
    if not divided or not is_divided(next(iter(divided.values()))[0].cases):
        divided = {}
    rest = {name: pair for name, pair in shared.items() if name not in divided}
    groups = [(group, _gather) for group in (*({name: pair} for name, pair in packed.items()), rest)]
    return [(group, by) for group, by in [*groups, (divided, gather_percentiles)] if group]


def _gather(tasks: Mapping[str, Task], measures: Mapping[str, RecordMeasure]) -> Gathered:
    return gather(tasks, measures, ESTIMATORS)


def _is_counted(measure: RecordMeasure) -> bool:
    """Tell whether counts, sums and sorted lengths are all a measure needs."""
    return type(measure) in _KINDS and getattr(measure, "open_cases", "bound") == "bound"


@dataclass(frozen=True)
class _Answer:
    """What was counted for one measure, one number per cell."""

    measure: Any
    numbers: Mapping[str, Integers]
    moments: Mapping[str, Floats]
    percentiles: Percentiles | None
    precision: Precision

    def counts(self) -> dict[str, Integers]:
        """Return the counts to be shown."""
        found = {name: values for name, values in self.numbers.items() if name not in _HIDDEN}
        if "undecided" in found:
            found["open"] = found["open_late"] + found["undecided"]
        return found


@dataclass(frozen=True)
class _Result:
    """Figures of one measure, with what stands beside them."""

    figures: Figures
    naive: Floats | None
    unit: str
    bound: str = ""
    is_bound: Integers | None = None


def _within(answer: _Answer) -> _Result:
    counts = answer.numbers
    done = counts["within"] + counts["late"]
    naive = share_figures(counts["within"], done, answer.precision).value
    return _Result(share_figures(counts["within"], done + counts["open_late"], answer.precision), naive, "share")


def _open(answer: _Answer) -> _Result:
    return _Result(share_figures(answer.numbers["overdue"], answer.numbers["base"], answer.precision), None, "share")


def _share(answer: _Answer) -> _Result:
    return _Result(share_figures(answer.numbers["hits"], answer.numbers["base"], answer.precision), None, "share")


def _recurrence(answer: _Answer) -> _Result:
    counts = answer.numbers
    naive = share_figures(counts["naive_hits"], counts["naive_base"], answer.precision).value
    return _Result(share_figures(counts["hits"], counts["base"], answer.precision), naive, "share")


def _mean(answer: _Answer) -> _Result:
    counts = answer.numbers
    base = counts["finished"] + counts["open"]
    figures = mean_figures(answer.moments["all_mean"], answer.moments["all_var"], base, answer.precision)
    naive = np.where(counts["finished"] > 0, answer.moments["naive_mean"], np.nan)
    return _Result(figures, naive, answer.measure.unit, "lower", counts["open"])


def _percentile(answer: _Answer) -> _Result:
    counts, found = answer.numbers, answer.percentiles
    assert found is not None
    base, unit = counts["finished"] + counts["open"], SECONDS[answer.measure.unit] * MICRO
    value = found.value / unit
    upper = np.where(np.isnan(value), np.nan, found.upper / unit)
    figures = Figures.without_error(value, found.lower / unit, upper, base)
    if answer.precision.complete:
        figures = Figures.without_error(value, value, value, base)
    return _Result(figures, found.naive / unit, answer.measure.unit, "upper", counts["open"])


_KINDS: Mapping[type, Callable[[_Answer], _Result]] = {
    ShareWithin: _within,
    OpenShare: _open,
    RecordShare: _share,
    FirstTimeFix: _recurrence,
    RepeatRate: _recurrence,
    ReturnRate: _recurrence,
    DurationMean: _mean,
    DurationPercentile: _percentile,
}


def _of_answer(name: str, gathered: Gathered, result: _Result, counts: Mapping[str, Integers]) -> pa.Table:
    size, figures = gathered.cells.num_rows or len(result.figures.value), result.figures
    naive = np.full(size, np.nan) if result.naive is None else result.naive
    values = (figures.value, figures.lower, figures.upper, figures.error, figures.degrees, figures.base, naive)
    shown = np.zeros(size, bool) if result.is_bound is None else result.is_bound > 0
    columns: dict[str, Any] = {key: gathered.cells.column(key) for key in gathered.cells.column_names}
    columns |= {"measure": pa.repeat(name, size), "unit": pa.repeat(result.unit, size)}
    columns |= {label: pa.array(array, from_pandas=True) for label, array in zip(_FIGURES, values, strict=True)}
    columns["bound"] = pa.array(np.where(shown, result.bound, "")).cast(pa.string())
    return pa.table(columns | {label: pa.array(array) for label, array in counts.items() if label not in columns})


def _of_estimates(found: Sequence[RecordEstimate], task: Task) -> pa.Table:
    """Return estimates made one by one in the same form."""
    kinds = {key: task.cases.table[key].type().to_pyarrow() for key in task.by}
    columns: dict[str, Any] = {key: pa.array([one.cell[key] for one in found], kind) for key, kind in kinds.items()}
    columns |= {"measure": [task.name] * len(found), "unit": [one.unit for one in found]}
    for label in _FIGURES[:5]:
        columns[label] = pa.array([_float(getattr(one.estimate, label)) for one in found], pa.float64())
    columns["base"] = pa.array([one.estimate.base for one in found], pa.int64())
    naive = [None if one.naive is None else _float(one.naive.value) for one in found]
    columns |= {"naive": pa.array(naive, pa.float64()), "bound": [one.bound for one in found]}
    counts = dict.fromkeys(label for one in found for label in one.counts if label not in columns)
    return pa.table(columns | {label: pa.array([one.counts[label] for one in found], pa.int64()) for label in counts})


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _filled(table: pa.Table, schema: pa.Schema) -> pa.Table:
    size = table.num_rows
    columns = {
        field.name: table.column(field.name) if field.name in table.column_names else pa.nulls(size, field.type)
        for field in schema
    }
    return pa.table(columns, schema=schema)
