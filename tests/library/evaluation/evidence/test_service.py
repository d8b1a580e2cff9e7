"""A pack's record formulas, measured on a handful of cases that can be counted by hand."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest
from tests.library.builders import book_of, edition_of

from sealmark.evaluation.case import RecordFile
from sealmark.evaluation.evidence.service import measure_records, measures_in_opening_hours, record_measures
from sealmark.measure.records.calendars import read_calendar

D = Decimal
RECORD = RecordFile(records="tickets", file="t.csv", mapping="m.yaml")


def at(day, hour):
    return dt.datetime(2026, 6, day, hour, tzinfo=dt.UTC)


# Opened on 1 to 8 June at 9; solved after 2, 4, 6, 8, 24, 48 and 240 hours; the last one is open.
HOURS = [2, 4, 6, 8, 24, 48, 240, None]
OPENED = [at(day, 9) for day in range(1, 9)]
TABLE = pa.table(
    {
        "case": [f"t{number}" for number in range(8)],
        "opened": OPENED,
        "first_response": [moment + dt.timedelta(hours=1) for moment in OPENED],
        "resolved": [
            None if hours is None else moment + dt.timedelta(hours=hours)
            for moment, hours in zip(OPENED, HOURS, strict=True)
        ],
        "promised": [moment + dt.timedelta(hours=24) for moment in OPENED],
        "updates": [[moment + dt.timedelta(hours=4)] for moment in OPENED],
        "customer": ["c1", "c1", "c2", "c3", "c4", "c5", "c6", "c7"],
        "upheld": [True, True, False, False, False, False, False, False],
        "level": [1, 2, 2, 2, 3, 3, 3, 3],
        "status": ["closed"] * 7 + ["open"],
        "site": ["a", "a", "a", "a", "b", "b", "b", None],
    }
)


def measured(formula, *, parameters=None, calendar=None, **keys):
    measures = {"m": {"formula": formula, "unit": "share", **keys}}
    book = book_of(edition_of(["a"], measures=measures, parameters=parameters))
    return measure_records(RECORD, TABLE, book, calendar=calendar)["m"]


VALUES = [
    ({"kind": "share-within", "target_hours": 24}, {}, D("0.625")),  # five of eight, the open one counts as late
    ({"kind": "share-within", "target": "promised"}, {}, D("0.625")),
    ({"kind": "share-within", "target_hours": 24, "end": "first_response"}, {}, D(1)),
    ({"kind": "duration-mean", "end": "first_response"}, {"unit": "hours"}, D(1)),
    ({"kind": "duration-percentile", "quantile": D("0.25")}, {"unit": "hours", "better": "lower"}, D("5.5")),
    ({"kind": "share-within", "target_hours": 24, "open_cases": "kaplan-meier"}, {}, D("0.625")),
    ({"kind": "duration-percentile", "quantile": D("0.5"), "open_cases": "kaplan-meier"}, {"unit": "hours"}, D(16)),
    # Told after 4 hours and never again: 2, 4, 4, 4, 20, 44, 236 hours, and the open one since 22 days.
    ({"kind": "share-within", "target_hours": 12, "between": "updates"}, {"better": "higher"}, D("0.5")),
    ({"kind": "open-share"}, {}, D("0.125")),
    ({"kind": "record-share", "values": ["open"]}, {}, D("0.125")),
    ({"kind": "record-share", "column": "upheld", "values": ["true"]}, {}, D("0.25")),
    ({"kind": "record-share", "column": "level", "values": ["2", "3"]}, {}, D("0.875")),
    (
        {"kind": "record-share", "column": "upheld", "values": ["true"]},
        {"where": [{"column": "level", "values": ["1", "2"]}]},
        D("0.5"),
    ),
    (
        {
            "kind": "record-ratio",
            "column": "upheld",
            "values": ["true"],
            "base_column": "upheld",
            "base_values": ["false"],
        },
        {},
        D(2) / D(6),
    ),
    ({"kind": "repeat-rate", "window_days": 7}, {"better": "lower"}, None),
    ({"kind": "first-time-fix", "window_days": 7}, {}, None),
    ({"kind": "return-rate"}, {"better": "lower"}, None),
]


@pytest.mark.parametrize(("formula", "keys", "expected"), VALUES, ids=[str(row[0])[:70] for row in VALUES])
def test_every_formula_of_a_pack_is_measured(formula, keys, expected):
    found = measured(formula, **keys)

    assert found.pointer == "t.csv"
    if expected is None:
        # Cases too recent to be followed for the window do not count: what does depends on the day.
        assert found.overall.base <= 8
    else:
        assert float(found.overall.value) == pytest.approx(float(expected), abs=1e-9)


def test_sites_are_measured_and_records_without_one_belong_to_none():
    found = measured({"kind": "share-within", "target_hours": 24})

    assert {site: (cell.value, cell.base) for site, cell in found.sites.items()} == {
        "a": (D(1), 4),
        "b": (round(D(1) / 3, 12), 3),
    }


def test_business_time_counts_opening_hours(tmp_path):
    (tmp_path / "c.yaml").write_text("time_zone: UTC\nweekly: {" + ", ".join(f'{day}: ["09:00-17:00"]' for day in
                                     ("monday", "tuesday", "wednesday", "thursday", "friday")) + "}\n")  # fmt: skip

    found = measured(
        {"kind": "share-within", "target_hours": 8, "time": "business"}, calendar=read_calendar(tmp_path / "c.yaml")
    )

    # 1 June is a Monday. Monday to Thursday: 2, 4, 6 and 8 hours; Friday to Saturday: 8; Saturday to Monday at 9: none.
    assert found.overall.value == D("0.75")


def test_an_unknown_figure_is_told_and_nothing_measured():
    for formula in (
        {"kind": "share-within", "target_hours": {"parameter": "k"}},
        {"kind": "repeat-rate", "window_days": {"parameter": "k"}},
    ):
        found = measured(formula, parameters={"k": None})

        assert (found.overall.value, found.overall.note, found.sites) == (None, "unknown figure: k", {})


def test_a_mean_duration_with_open_cases_never_flatters():
    found = measured("duration-mean", unit="hours", better="lower")

    assert (found.overall.value, found.overall.note) == (None, "open cases: the true figure can only be worse")


def test_measures_of_a_class_and_those_in_opening_hours():
    measures = {
        "plain": {"formula": "open-share", "unit": "share"},
        "hours": {"formula": {"kind": "duration-mean", "time": "business"}},
        "other": {"records": "repairs", "formula": "open-share", "unit": "share"},
    }
    book = book_of(edition_of(["a"], measures=measures))

    assert list(record_measures(book, "tickets")) == ["plain", "hours"]
    assert measures_in_opening_hours(book, "tickets") == ["hours"]


def test_what_finished_cases_alone_would_say_stands_beside_with_the_number_open():
    within = measured({"kind": "share-within", "target_hours": 24})
    mean = measured("duration-mean", unit="hours", better="lower")
    waiting = measured("open-share")
    again = measured({"kind": "repeat-rate", "window_days": 7}, better="lower")

    assert (within.open_cases.number, within.open_cases.finished_only.value) == (1, D("0.714285714286"))
    # The honest figure is not told, because open cases would flatter it; the other one is.
    assert (mean.overall.value, mean.open_cases.number) == (None, 1)
    assert mean.open_cases.finished_only.value == D("47.4285714286")
    assert (waiting.open_cases, again.open_cases) == (None, None)


def test_kaplan_and_meier_is_no_bound_and_so_always_told():
    formula = {"kind": "duration-percentile", "quantile": D("0.5")}

    for better in ("higher", "lower"):
        found = measured({**formula, "open_cases": "kaplan-meier"}, unit="hours", better=better)
        assert (found.overall.value, found.open_cases.finished_only.value) == (D(16), D(8))
    assert measured(formula, unit="hours", better="higher").overall.value is None
