"""Lists of moments from an event log, and what becomes of wall times that come twice or never."""

import datetime as dt

from sealmark.measure.imports.importing import import_table
from sealmark.measure.imports.mapping import ImportMapping

LOG = """id,act,at
A,new,2026-01-01 08:00
A,told,2026-01-01 12:00
B,new,2026-01-01 08:30
A,called,2026-01-01 09:00
A,solve,2026-01-01 13:00
"""
EVENTS = {
    "layout": "events",
    "dates": {"time_zone": "UTC"},
    "columns": {
        "case": {"from": "id", "type": "text"},
        "activity": {"from": "act", "type": "text"},
        "at": {"from": "at", "type": "datetime"},
    },
    "events": {
        "clocks": {"resolved": {"activities": ["solve"]}},
        "moments": {"updates": {"activities": ["told", "called"]}},
    },
}


def load(tmp_path, text, mapping):
    (tmp_path / "t.csv").write_text(text)
    return import_table(tmp_path / "t.csv", ImportMapping.model_validate(mapping))


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def test_moments_of_a_case_are_listed_in_the_order_of_time(tmp_path):
    result = load(tmp_path, LOG, EVENTS)

    assert result.table.column("updates").to_pylist() == [[utc(2026, 1, 1, 9), utc(2026, 1, 1, 12)], None]
    assert result.profile.warnings == ("Activities without a meaning in the mapping: new (2).",)
    (profile,) = [column for column in result.profile.columns if column.name == "updates"]
    assert (profile.count, profile.missing, profile.lowest, profile.top) == (1, 1, None, ())


def test_an_hour_that_comes_twice_is_read_as_the_second_and_one_that_never_comes_by_the_winter_clock(tmp_path):
    text = "c,o\na,2026-10-25 02:30\nb,2026-03-29 02:30\nc,2026-10-25 02:30:00+02:00\n"
    columns = {"case": {"from": "c", "type": "text"}, "opened": {"from": "o", "type": "datetime"}}

    result = load(tmp_path, text, {"layout": "cases", "dates": {"time_zone": "Europe/Rome"}, "columns": columns})

    assert result.table.column("opened").to_pylist() == [
        utc(2026, 10, 25, 1, 30),
        utc(2026, 3, 29, 1, 30),
        utc(2026, 10, 25, 0, 30),
    ]
