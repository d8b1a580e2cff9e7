"""Dates and times become days and instants, as the mapping declares."""

import datetime as dt

import pytest
from tests.library.measure.imports.exports import columns, utc


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ({}, "2026-03-04", dt.date(2026, 3, 4)),
        ({}, "2026/3/4", dt.date(2026, 3, 4)),
        ({"order": "dmy"}, "03.04.2026", dt.date(2026, 4, 3)),
        ({"order": "mdy"}, "03/04/2026", dt.date(2026, 3, 4)),
        ({"order": "dmy"}, "2026-03-04", dt.date(2026, 3, 4)),
        ({"format": "%d %b %y"}, "04 Mar 26", dt.date(2026, 3, 4)),
    ],
)
def test_dates_are_read_as_declared(load, rule, text, expected):
    assert load(f"d\n{text}\n", columns(d="date") | {"dates": rule}).table.to_pydict() == {"d": [expected]}


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("13/04/2026", "The day stands first here: add `order: dmy` under `dates`."),
        ("04/13/2026", "The month stands first here: add `order: mdy` under `dates`."),
        ("03/04/2026", "Day or month first? Add `order: dmy` or `order: mdy` under `dates`."),
    ],
)
def test_undeclared_date_order_is_refused_with_the_line_to_add(refuse, text, fix):
    (problem,) = refuse(f"d\n{text}\n", columns(d="date"))

    assert (problem.code, problem.fix) == ("SM336", fix)


def test_time_in_a_date_column_is_refused(refuse):
    (problem,) = refuse("d\n2026-03-04 10:00\n", columns(d="date"))

    assert problem.code == "SM336"


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ({"time_zone": "UTC"}, "2026-03-04 10:00", utc(2026, 3, 4, 10)),
        ({"time_zone": "Europe/Rome"}, "2026-01-04T10:00:30.25", utc(2026, 1, 4, 9, 0, 30, 250000)),
        ({"time_zone": "Europe/Rome"}, "2026-07-04 10:00", utc(2026, 7, 4, 8)),
        ({}, "2026-07-04T10:00:00Z", utc(2026, 7, 4, 10)),
        ({}, "2026-07-04 10:00:00+05:30", utc(2026, 7, 4, 4, 30)),
        ({}, "2026-07-04 10:00:00-0130", utc(2026, 7, 4, 11, 30)),
        ({"time_zone": "Europe/Rome"}, "2026-07-04 10:00:00+00", utc(2026, 7, 4, 10)),
        ({"time_zone": "Europe/Rome", "offsets": "ignore"}, "2026-07-04 10:00:00+00:00", utc(2026, 7, 4, 8)),
        ({"time_zone": "UTC", "order": "dmy"}, "4.7.2026 9:05", utc(2026, 7, 4, 9, 5)),
        ({"time_zone": "UTC", "order": "mdy"}, "07/04/2026 09:05:06 PM", utc(2026, 7, 4, 21, 5, 6)),
        ({"time_zone": "UTC", "format": "%Y%m%d%H%M"}, "202607040905", utc(2026, 7, 4, 9, 5)),
        ({"time_zone": "UTC", "date_alone": "start"}, "2026-07-04", utc(2026, 7, 4)),
        ({"time_zone": "Europe/Rome", "date_alone": "end"}, "2026-07-04", utc(2026, 7, 4, 22)),
    ],
)
def test_times_become_instants(load, rule, text, expected):
    assert load(f"t\n{text}\n", columns(t="datetime") | {"dates": rule}).table.to_pylist() == [{"t": expected}]


def test_times_without_zone_and_dates_without_time_are_refused(refuse):
    zone, alone = refuse("t\n2026-07-04 10:00\n2026-07-05\n", columns(t="datetime"))[::-1]

    assert zone.where == "export.csv, column t, row 2"
    assert "time_zone: Europe/Rome" in zone.fix
    assert alone.where == "export.csv, column t, row 3"
    assert "date_alone: start" in alone.fix


def test_column_may_have_its_own_dates(load):
    mapping = columns(a="date", b="date") | {"dates": {"order": "dmy"}}
    mapping["columns"]["b"]["dates"] = {"order": "mdy"}

    assert load("a,b\n01/02/2026,01/02/2026\n", mapping).table.to_pydict() == {
        "a": [dt.date(2026, 2, 1)],
        "b": [dt.date(2026, 1, 2)],
    }
