"""One row per event becomes one row per case."""

import datetime as dt

from tests.library.measure.imports.exports import utc

from sealmark.core.periods import Period

EVENTS = {
    "layout": "events",
    "dates": {"time_zone": "UTC"},
    "columns": {
        "case": {"from": "id", "type": "text", "required": True},
        "activity": {"from": "act", "type": "text"},
        "at": {"from": "at", "type": "datetime"},
        "staff": {"from": "who", "type": "text"},
    },
    "events": {
        "ignore": ["auto-close"],
        "clocks": {
            "first_response": {"activities": ["take", "answer"]},
            "resolved": {"activities": ["solve"], "take": "last"},
        },
        "counts": {"takes": {"activities": ["take"]}, "reopened": {"activities": ["take"], "after": ["solve"]}},
        "pauses": [{"start": ["wait"], "end": ["take", "solve"]}],
        "keep": {"staff": {"column": "staff", "take": "last"}},
    },
}


LOG = """id,act,at,who
A,new,2026-01-01 08:00,x
A,take,2026-01-01 09:00,x
B,new,2026-01-01 08:30,y
A,wait,2026-01-01 10:00,x
A,wait,2026-01-01 10:30,x
A,solve,2026-01-01 12:00,z
A,solve,2026-01-01 12:00,z
A,take,2026-01-02 09:00,z
A,solve,2026-01-02 10:00,w
A,auto-close,2026-02-02 10:00,robot
B,wait,2026-01-01 09:30,y
"""


def test_events_become_cases(load):
    result = load(LOG, EVENTS)

    first, second = result.table.to_pylist()
    assert first == {
        "case": "A",
        "opened": utc(2026, 1, 1, 8),
        "first_response": utc(2026, 1, 1, 9),
        "resolved": utc(2026, 1, 2, 10),
        "takes": 2,
        "reopened": 1,
        "staff": "w",
        "pauses": [{"start": utc(2026, 1, 1, 10), "end": utc(2026, 1, 1, 12)}],
        "events": 7,
    }
    assert (second["case"], second["resolved"], second["pauses"]) == (
        "B",
        None,
        [{"start": utc(2026, 1, 1, 9, 30), "end": None}],
    )


def test_events_are_reconciled_and_unused_activities_named(load):
    result = load(LOG, EVENTS)

    reconciliation = result.reconciliation
    assert (reconciliation.rows_in, reconciliation.rows_used, reconciliation.records) == (11, 9, 2)
    assert {(part.kind, part.rows) for part in reconciliation.set_aside} == {("duplicate", 1), ("ignored", 1)}
    assert result.profile.warnings[0] == "Activities without a meaning in the mapping: new (2)."


def test_events_without_a_time_are_refused(refuse):
    (problem,) = refuse("id,act,at,who\nA,new,,x\n", EVENTS)

    assert (problem.code, problem.what) == ("SM336", '1 events have no "at".')


def test_events_may_be_opened_by_an_activity(load):
    mapping = EVENTS | {"events": EVENTS["events"] | {"opened": {"activities": ["take"]}}}

    result = load(LOG, mapping)

    assert result.table.column("opened").to_pylist() == [utc(2026, 1, 1, 9), None]


def test_events_of_a_case_outside_the_period_are_set_aside_together(load):
    log = LOG + "C,new,2025-01-01 08:00,x\nC,solve,2026-01-01 08:00,x\n"
    mapping = EVENTS | {"period": {"column": "opened", "outside": "set-aside"}}

    result = load(log, mapping, period=Period(dt.date(2026, 1, 1), dt.date(2026, 1, 31)))

    assert result.table.column("case").to_pylist() == ["A", "B"]
    assert {part.kind: part.rows for part in result.reconciliation.set_aside}["period"] == 2


def test_as_of_may_be_a_moment(load, refuse):
    mapping = EVENTS | {"period": {"column": "opened", "outside": "set-aside"}}
    half_past = dt.datetime(2026, 1, 1, 8, 15, tzinfo=dt.UTC)

    result = load(LOG, mapping, as_of=half_past)

    assert result.table.column("case").to_pylist() == ["A"]


def test_two_kinds_of_pauses_are_listed_together(load):
    pauses = [{"start": ["wait"], "end": ["take", "solve"]}, {"start": ["take"]}]

    result = load(LOG, EVENTS | {"events": EVENTS["events"] | {"pauses": pauses}})

    assert result.table.column("pauses").to_pylist()[0] == [
        {"start": utc(2026, 1, 1, 10), "end": utc(2026, 1, 1, 12)},
        {"start": utc(2026, 1, 1, 9), "end": utc(2026, 1, 1, 10)},
        {"start": utc(2026, 1, 2, 9), "end": utc(2026, 1, 2, 10)},
    ]
