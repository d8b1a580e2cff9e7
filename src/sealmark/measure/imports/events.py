"""From one row per event to one row per case."""

from __future__ import annotations

from collections.abc import Sequence

from sealmark.measure.imports.mapping import EventClock, EventRule
from sealmark.measure.imports.reading import literal, quoted

__all__ = ["cases_sql", "unused_activities_sql"]


def cases_sql(rule: EventRule, view: str) -> str:
    """Return SQL that makes cases of the events in ``view``.

    ``view`` has a column ``_row`` in the order of the file, which breaks ties
    of time. Besides the declared columns a case has ``events`` (how many) and,
    with pauses declared, ``pauses`` (a list of ``start`` and ``end``). Declared
    moments are lists in the order of time.
    """
    case, activity, at = quoted(rule.case), quoted(rule.activity), quoted(rule.at)
    order = f"ORDER BY {at}, _row"
    columns = [f"{case} AS {quoted('case')}", f"{_opened(rule)} AS opened"]
    columns += [f"{_clock(rule, clock)} AS {quoted(name)}" for name, clock in rule.clocks.items()]
    columns += [
        f"count(*) FILTER (WHERE {_count(rule, index)}) AS {quoted(name)}" for index, name in enumerate(rule.counts)
    ]
    columns += [
        f"list({at} {order}) FILTER (WHERE {_within(activity, moments.activities)}) AS {quoted(name)}"
        for name, moments in rule.moments.items()
    ]
    columns += [f"{value.take}({quoted(value.column)} {order}) AS {quoted(name)}" for name, value in rule.keep.items()]
    if rule.pauses:
        columns.append(f"{_pauses(rule)} AS pauses")
    columns.append("count(*) AS events")
    return (
        f"SELECT {', '.join(columns)} FROM ({_windowed(rule, view, (case, activity, at))})"  # noqa: S608
        f" GROUP BY {case} ORDER BY min(_row)"
    )


def _windowed(rule: EventRule, view: str, names: tuple[str, str, str]) -> str:
    """Return SQL for the events with what other events of their case tell about them."""
    case, activity, at = names
    window = f"PARTITION BY {case} ORDER BY {at}, _row"
    extra = [
        f"coalesce(bool_or({_within(activity, count.after)}) OVER ({window} ROWS BETWEEN UNBOUNDED PRECEDING"
        f" AND 1 PRECEDING), false) AS _after{index}"
        for index, count in enumerate(rule.counts.values())
        if count.after
    ]
    firsts = []
    for index, pause in enumerate(rule.pauses):
        ends = "true" if pause.end == "next-event" else _within(activity, tuple(pause.end))
        extra.append(
            f"min(CASE WHEN {ends} THEN {at} END) OVER ({window} ROWS BETWEEN 1 FOLLOWING"
            f" AND UNBOUNDED FOLLOWING) AS _end{index}"
        )
        starts = _within(activity, pause.start)
        # A second start before the end belongs to the same pause.
        order = f"PARTITION BY {case}, _end{index}, {starts} ORDER BY {at}, _row"
        firsts.append(f"{starts} AND row_number() OVER ({order}) = 1 AS _pauses{index}")
    inner = f"SELECT *{_listed(extra)} FROM {quoted(view)}"  # noqa: S608
    return f"SELECT *{_listed(firsts)} FROM ({inner})"  # noqa: S608


def _listed(columns: Sequence[str]) -> str:
    return "".join(", " + column for column in columns)


def _within(activity: str, names: Sequence[str]) -> str:
    return f"{activity} IN ({', '.join(literal(name) for name in names)})"


def _opened(rule: EventRule) -> str:
    if rule.opened == "first-event":
        return f"min({quoted(rule.at)})"
    return _clock(rule, rule.opened)


def _clock(rule: EventRule, clock: EventClock) -> str:
    function = {"first": "min", "last": "max"}[clock.take]
    return f"{function}(CASE WHEN {_within(quoted(rule.activity), clock.activities)} THEN {quoted(rule.at)} END)"


def _count(rule: EventRule, index: int) -> str:
    count = list(rule.counts.values())[index]
    test = _within(quoted(rule.activity), count.activities)
    return f"{test} AND _after{index}" if count.after else test


def _pauses(rule: EventRule) -> str:
    """Return SQL for the list of pauses; one that never ends has no ``end``."""
    at = quoted(rule.at)
    lists = []
    for index in range(len(rule.pauses)):
        item = f"{{'start': {at}, 'end': _end{index}}}"
        lists.append(f"coalesce(list({item} ORDER BY {at}, _row) FILTER (WHERE _pauses{index}), [])")
    joined = lists[0]
    for more in lists[1:]:
        joined = f"list_concat({joined}, {more})"
    return joined


def unused_activities_sql(rule: EventRule, view: str) -> str:
    """Return SQL for the activities that the mapping does not mention, with their counts."""
    used: list[str] = []
    if isinstance(rule.opened, EventClock):
        used += rule.opened.activities
    for clock in rule.clocks.values():
        used += clock.activities
    for count in rule.counts.values():
        used += [*count.activities, *count.after]
    for moments in rule.moments.values():
        used += moments.activities
    for pause in rule.pauses:
        used += [*pause.start, *(() if pause.end == "next-event" else pause.end)]
    activity = quoted(rule.activity)
    unused = f"NOT {_within(activity, used)}" if used else "true"
    return (
        f"SELECT {activity}, count(*) FROM {quoted(view)} WHERE {unused} AND {activity} IS NOT NULL"  # noqa: S608
        " GROUP BY 1 ORDER BY 2 DESC, 1"
    )
