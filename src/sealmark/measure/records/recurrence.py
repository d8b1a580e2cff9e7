"""Whether the same asset or customer came back: first-time fix, repeats, returns."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from sealmark.measure.records.calendars import DAY, MICRO
from sealmark.measure.records.cells import RecordEstimate, Task, population, whole_numbers
from sealmark.measure.records.clocks import Cases, micros, true
from sealmark.measure.records.intervals import share_estimate
from sealmark.measure.records.measures import FirstTimeFix, RepeatRate, ReturnRate

__all__ = ["estimate_recurrence", "with_recurrence"]


def estimate_recurrence(task: Task, measure: FirstTimeFix | RepeatRate | ReturnRate) -> list[RecordEstimate]:
    """Return the share fixed, repeated or returned per cell, too recent cases left out."""
    table = with_recurrence(task.cases, measure)
    inside, population_counts = population(table, measure.where)
    keyed = inside & table["_keyed"]
    started = keyed & table["_since"].notnull()
    window = ibis.literal(measure.days * DAY * MICRO, "int64")
    whole = started & true(table["_since"] + window <= task.cases.limit)
    hit = table["_back"] if not isinstance(measure, FirstTimeFix) else ~table["_back"]
    if isinstance(measure, FirstTimeFix) and measure.reopened:
        hit = hit & ~true(table["reopened"].cast("int64") > 0)
    columns = population_counts | {
        "no_key": inside & ~keyed,
        "unresolved": keyed & ~started,
        "censored": started & ~whole,
        "base": whole,
        "hits": whole & hit,
        "naive_base": started,
        "naive_hits": started & hit,
    }
    found = []
    for row in task.count_cells(table, **columns).to_pylist():
        counts = whole_numbers(row, "records", "after_as_of", "base", "hits", "censored", "unresolved", "no_key")
        note = f"{counts['censored']:,} cases are too recent to judge" if counts["censored"] else ""
        estimate = share_estimate(counts["hits"], counts["base"], task.precision, note=note)
        naive = share_estimate(int(row["naive_hits"] or 0), int(row["naive_base"] or 0), task.precision)
        found.append(RecordEstimate(task.cell(row), task.name, estimate, naive, "share", counts))
    return found


def with_recurrence(cases: Cases, measure: FirstTimeFix | RepeatRate | ReturnRate) -> ir.Table:
    """Return the cases with ``_since``, ``_keyed`` and ``_back`` (the same trouble came back in time)."""
    table, window = cases.table, ibis.literal(measure.days * DAY * MICRO, "int64")
    opened = micros(table["opened"])
    keyed = ibis.literal(value=True)
    for name in measure.same:
        keyed = keyed & table[name].notnull()
    if isinstance(measure, ReturnRate):
        resolved = micros(table["resolved"])
        since = ibis.ifelse(true(resolved <= cases.limit), resolved, None)
        table = table.mutate(_since=since, _keyed=keyed, _opened=opened)
        return _with_return(table, measure, window)
    # A later case cannot be known yet, so it must not be the next one; it stands behind all that are known.
    order = [opened, table["case"]]
    following = ibis.window(group_by=[table[name] for name in measure.same], order_by=order)
    upcoming = ibis.ifelse(table["_later"], None, opened).lead().over(following)
    return table.mutate(_since=opened, _keyed=keyed, _back=true(upcoming - opened <= window))


def _with_return(table: ir.Table, measure: ReturnRate, window: ir.Value) -> ir.Table:
    later = table.filter(~table["_later"]).select(
        _other=table["case"], _again=table["_opened"], **{f"_s_{name}": table[name] for name in measure.same}
    )
    agree = [table[name] == later[f"_s_{name}"] for name in measure.same]
    in_time = [later["_again"] >= table["_since"], later["_again"] <= table["_since"] + window]
    back = table.semi_join(later, [*agree, *in_time, table["case"] != later["_other"]])
    marked = back.select(_back_case=back["case"])
    joined = table.left_join(marked, table["case"] == marked["_back_case"])
    return joined.mutate(_back=joined["_back_case"].notnull()).drop("_back_case")
