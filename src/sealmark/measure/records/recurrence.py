"""Whether the same asset or customer came back: first-time fix, repeats, returns."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from sealmark.measure.records.calendars import DAY, MICRO
from sealmark.measure.records.cells import RecordEstimate, Task, population, whole_numbers
from sealmark.measure.records.clocks import Cases, micros, true
from sealmark.measure.records.intervals import share_estimate
from sealmark.measure.records.measures import FirstTimeFix, RepeatRate, ReturnRate

__all__ = ["estimate_recurrence", "turn_of", "with_recurrence"]

# What became of a case; from _CENSORED on it has a beginning, from _WHOLE on the whole window is known.
_OUTSIDE, _NO_KEY, _UNRESOLVED, _CENSORED, _CENSORED_HIT, _WHOLE, _HIT = range(7)


def estimate_recurrence(task: Task, measure: FirstTimeFix | RepeatRate | ReturnRate) -> list[RecordEstimate]:
    """Return the share fixed, repeated or returned per cell, too recent cases left out."""
    table = task.cases.table
    if "_many" not in table.columns:
        table = with_recurrence(task.cases, measure)
        inside, _ = population(table, measure.where)
        table = table.mutate(_turn=turn_of(task.cases.limit, table, inside, measure))
    _, columns = population(table, measure.where)
    turn = table["_turn"]
    columns |= {
        "no_key": turn == _NO_KEY,
        "unresolved": turn == _UNRESOLVED,
        "censored": turn.isin([_CENSORED, _CENSORED_HIT]),
        "base": turn >= _WHOLE,
        "hits": turn == _HIT,
        "naive_base": turn >= _CENSORED,
        "naive_hits": turn.isin([_CENSORED_HIT, _HIT]),
    }
    if "_many" in table.columns:
        columns = {name: ibis.ifelse(column, table["_many"], 0).sum() for name, column in columns.items()}
    found = []
    for row in task.count_cells(table, **columns).to_pylist():
        counts = whole_numbers(row, "records", "after_as_of", "base", "hits", "censored", "unresolved", "no_key")
        note = f"{counts['censored']:,} cases are too recent to judge" if counts["censored"] else ""
        estimate = share_estimate(counts["hits"], counts["base"], task.precision, note=note)
        naive = share_estimate(int(row["naive_hits"] or 0), int(row["naive_base"] or 0), task.precision)
        found.append(RecordEstimate(task.cell(row), task.name, estimate, naive, "share", counts))
    return found


def turn_of(
    limit: int, table: ir.Table, inside: ir.BooleanValue, measure: FirstTimeFix | RepeatRate | ReturnRate
) -> ir.Value:
    """Return what became of each case as one small number, so that every count is one comparison."""
    hit = table["_back"] if not isinstance(measure, FirstTimeFix) else ~table["_back"]
    if isinstance(measure, FirstTimeFix) and measure.reopened:
        hit = hit & ~true(table["reopened"].cast("int64") > 0)
    whole = table["_since"] <= ibis.literal(limit - measure.days * DAY * MICRO, "int64")
    branches = [
        (~inside, _OUTSIDE),
        (~table["_keyed"], _NO_KEY),
        (whole & hit, _HIT),
        (whole, _WHOLE),
        (table["_since"].isnull(), _UNRESOLVED),
        (hit, _CENSORED_HIT),
    ]
    literal = {code: ibis.literal(code, "int8") for code in range(_HIT + 1)}
    return ibis.cases(*((condition, literal[code]) for condition, code in branches), else_=literal[_CENSORED])


def with_recurrence(cases: Cases, measure: FirstTimeFix | RepeatRate | ReturnRate) -> ir.Table:
    """Return the cases with ``_since``, ``_keyed`` and ``_back`` (the same trouble came back in time)."""
    table, window = cases.table, ibis.literal(measure.days * DAY * MICRO, "int64")
    opened = micros(table["opened"])
    keyed = table[measure.same[0]].notnull()
    for name in measure.same[1:]:
        keyed = keyed & table[name].notnull()
    if isinstance(measure, ReturnRate):
        resolved = micros(table["resolved"])
        since = ibis.ifelse(true(resolved <= cases.limit), resolved, None)
        table = table.mutate(_since=since, _keyed=keyed, _opened=opened)
        return _with_return(table, measure, window)
    # A later case cannot be known yet, so it is no next one; it stands behind all that are known.
    table = table.mutate(_since=opened, _keyed=keyed)
    order = [table["_since"], table["case"]]
    following = ibis.window(group_by=[table[name] for name in measure.same], order_by=order)
    table = table.mutate(_next=table["_since"].lead().over(following))
    known = true(table["_next"] <= ibis.literal(cases.limit, "int64"))
    return table.mutate(_back=known & true(table["_next"] - table["_since"] <= window))


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
