import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure.engine import fetch
from sealmark.measure.records.calendars import WEEKDAYS, Calendar
from sealmark.measure.records.estimation import estimate_records
from sealmark.measure.records.measures import (
    Clock,
    DurationMean,
    DurationPercentile,
    FirstTimeFix,
    OpenShare,
    RecordRatio,
    RecordShare,
    RepeatRate,
    ReturnRate,
    ShareWithin,
)
from sealmark.measure.records.rows import ROLES, role_counts, rows_behind

START = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
STAMP = pa.timestamp("us", tz="UTC")
HOUR = 3600
DONE = {"status": ("done",)}


def at(hours):
    return None if hours is None else START + dt.timedelta(hours=hours)


def case_table(rows, **more):
    columns = {
        "case": [f"c{number:02}" for number in range(len(rows))],
        "opened": pa.array([at(opened) for opened, _ in rows], STAMP),
        "resolved": pa.array([at(resolved) for _, resolved in rows], STAMP),
    }
    return pa.table(columns | more)


def rows_of(table, measure, **options):
    return fetch(rows_behind(table, measure, as_of=at(100), **options)).to_pylist()


def roles(table, measure, **options):
    return [(row["role"], row["reason"], row["in_base"]) for row in rows_of(table, measure, **options)]


def test_rows_of_a_share_within_a_target():
    rows = [(0, 5), (0, 20), (80, None), (95, None), (120, None), (5, 2), (None, 3), (0, None)]
    table = case_table(rows, status=["open"] * 7 + ["done"])

    found = rows_of(table, ShareWithin(10 * HOUR, clock=Clock(done=DONE)))

    assert [(row["role"], row["reason"], row["in_base"], row["duration"]) for row in found] == [
        ("counted", "", True, 5),
        ("late", "", True, 20),
        ("open-past-target", "", True, 20),
        ("undecided", "may-still-meet-the-target", False, 5),
        ("left-out", "after-as-of", False, None),
        ("left-out", "backwards", False, None),
        ("left-out", "no-start", False, None),
        ("left-out", "no-end-recorded", False, 100),
    ]
    assert list(found[0]) == [*table.column_names, "role", "reason", "in_base", "duration"]


def test_undecided_cases_are_in_the_base_of_kaplan_and_meier():
    found = roles(case_table([(0, 20), (95, None)]), ShareWithin(10 * HOUR, open_cases="kaplan-meier"))

    assert found == [("late", "", True), ("undecided", "may-still-meet-the-target", True)]


def test_rows_of_a_promise():
    promised = pa.array([at(6), at(6), None, at(50), at(150)], STAMP)
    table = case_table([(0, 5), (0, 9), (0, 3), (0, None), (0, None)], promised=promised)

    assert [role for role, _, _ in roles(table, ShareWithin(promised="promised"))] == [
        "counted", "late", "left-out", "open-past-target", "undecided",
    ]  # fmt: skip
    assert roles(table, ShareWithin(promised="promised"))[2] == ("left-out", "no-promise", False)
    assert [role for role, _, _ in roles(table, OpenShare(promised="promised"))] == [
        "counted", "counted", "counted", "open-past-target", "open",
    ]  # fmt: skip


def test_rows_of_a_duration_are_in_its_unit_and_its_opening_hours():
    office = Calendar.model_validate({"time_zone": "UTC", "weekly": {day: ["09:00-17:00"] for day in WEEKDAYS[:5]}})
    measure = DurationMean(Clock(calendar="office"), unit="minutes")

    found = rows_of(case_table([(0, 25), (99, None)]), measure, calendars={"office": office})

    assert [(row["role"], row["duration"]) for row in found] == [("counted", 540), ("open", 60)]


def test_rows_paused_for_longer_than_they_lasted_are_left_out():
    table = case_table([(0, 5)], paused_seconds=[6.0 * HOUR])

    assert roles(table, DurationMean()) == [("left-out", "overpaused", False)]


def test_rows_of_recurrence():
    rows = [(0, 1), (10, 11), (20, 21), (0, 1), (50, 51), (95, 96), (0, None)]
    table = case_table(rows, asset=["p", "p", None, "q", "r", "r", "s"], reopened=[0, 0, 0, 2, 0, 0, 0])

    fixed = roles(table, FirstTimeFix(1, reopened=True))
    returned = roles(table, ReturnRate(1))

    assert fixed == [
        ("came-back", "", True),
        ("counted", "", True),
        ("left-out", "no-key", False),
        ("came-back", "", True),
        ("counted", "", True),
        ("left-out", "too-recent", False),
        ("counted", "", True),
    ]
    assert [reason for _, reason, _ in returned] == ["", "", "no-key", "", "", "too-recent", "unresolved"]
    assert returned[0] == ("came-back", "", True)


def test_rows_of_shares_and_ratios():
    table = case_table([(0, 1)] * 4, type=["order", "complaint", None, "order"])

    assert roles(table, RecordShare("type", ("complaint",))) == [
        ("counted", "", True), ("hit", "", True), ("left-out", "no-value", False), ("counted", "", True),
    ]  # fmt: skip
    assert roles(table, RecordRatio({"type": ("complaint",)}, {"type": ("order",)})) == [
        ("counted", "", True), ("hit", "", False), ("left-out", "on-neither-side", False), ("counted", "", True),
    ]  # fmt: skip
    assert roles(table, RecordRatio({"type": ("complaint",)}, 500))[:2] == [
        ("left-out", "on-neither-side", False), ("hit", "", False),
    ]  # fmt: skip


def test_cell_and_filter_choose_the_rows():
    table = case_table([(0, 1), (0, 2), (0, 3)], site=["a", None, "a"], type=["x", "x", "y"])
    measure = DurationMean(where={"type": ("x",)})

    assert [row["case"] for row in rows_of(table, measure, cell={"site": "a"})] == ["c00"]
    assert [row["case"] for row in rows_of(table, measure, cell={"site": None})] == ["c01"]
    assert [row["case"] for row in rows_of(table, measure)] == ["c00", "c01"]


def test_a_cell_without_records_is_refused():
    with pytest.raises(SealmarkError) as caught:
        rows_of(case_table([(0, 1)], site=["a"]), DurationMean(), cell={"site": "b"})

    assert [(problem.code, problem.what) for problem in caught.value.problems] == [("SM459", "No record has site = b.")]


def test_columns_with_the_names_added_are_refused():
    with pytest.raises(SealmarkError) as caught:
        rows_of(case_table([(0, 1)], role=["x"], duration=[1]), DurationMean())

    assert [(problem.code, problem.what) for problem in caught.value.problems] == [
        ("SM460", "The records have columns that the drill-down adds: role, duration.")
    ]


def test_measures_that_do_not_fit_are_refused_as_for_the_estimate():
    with pytest.raises(SealmarkError) as caught:
        rows_of(case_table([(0, 1)]), RecordShare("kind", ("x",)), cell={"sites": "a"})

    assert caught.value.codes == ("SM451", "SM451")


def test_records_without_cases_keep_their_rows():
    found = rows_of(pa.table({"kind": ["a", "b"]}), RecordShare("kind", ("b",)))

    assert sorted((row["kind"], row["role"], row["duration"]) for row in found) == [
        ("a", "counted", None),
        ("b", "hit", None),
    ]


MEASURES = {
    "mean": DurationMean(),
    "percentile": DurationPercentile(Decimal("0.5")),
    "survival": DurationPercentile(Decimal("0.5"), open_cases="kaplan-meier"),
    "within": ShareWithin(10 * HOUR, clock=Clock(done=DONE)),
    "within followed": ShareWithin(10 * HOUR, open_cases="kaplan-meier"),
    "promise": ShareWithin(promised="promised"),
    "open": OpenShare(),
    "overdue": OpenShare(overdue_seconds=30 * HOUR),
    "fixed": FirstTimeFix(1),
    "repeat": RepeatRate(1, where={"status": ("done",)}),
    "return": ReturnRate(1),
    "share": RecordShare("status", ("done",)),
    "ratio": RecordRatio({"status": ("done",)}, {"asset": ("p",)}),
}
NAMES = {
    "counted": ("within", "finished", "count"), "late": ("late",), "open-past-target": ("open_late", "overdue"),
    "undecided": ("undecided",), "hit": ("hits", "count"),
}  # fmt: skip
HOURS = st.one_of(st.none(), st.integers(0, 130))
ROW = st.tuples(HOURS, HOURS, st.sampled_from(["p", "q", None]), st.sampled_from(["done", "new", None]), HOURS)


@settings(max_examples=8, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=15))
def test_rows_reconcile_with_the_estimate(drawn):
    columns = list(zip(*drawn, strict=True))
    table = case_table(
        [row[:2] for row in drawn],
        asset=pa.array(columns[2], pa.string()),
        status=pa.array(columns[3], pa.string()),
        promised=pa.array([at(hours) for hours in columns[4]], STAMP),
    )

    for name, measure in MEASURES.items():
        (cell,) = estimate_records(table, {name: measure}, as_of=at(100))
        rows = rows_behind(table, measure, as_of=at(100))
        found = fetch(rows).to_pylist()

        assert sum(row["in_base"] for row in found) == cell.estimate.base, name
        later = sum(row["reason"] == "after-as-of" for row in found)
        assert (later, len(found) - later) == (cell.counts["after_as_of"], cell.counts["records"]), name
        assert sum(role_counts(rows).values()) == len(found), name
        assert {row["role"] for row in found} <= set(ROLES), name
        hits = sum(row["role"] in _hits(name) and (row["in_base"] or name == "ratio") for row in found)
        if cell.estimate.value is not None and name in _SHARES:
            assert float(cell.estimate.value) == pytest.approx(_SHARES[name] * hits / cell.estimate.base, abs=1e-9)
        for role, names in NAMES.items():
            if name in {"within", "promise"} and names[0] in cell.counts:
                assert sum(row["role"] == role for row in found) == cell.counts[names[0]], (name, role)
        unusable = {"no-start": "no_start", "backwards": "backwards", "no-end-recorded": "no_end_recorded"}
        for reason, count in unusable.items():
            if name in {"mean", "percentile", "survival", "within", "promise"}:
                assert sum(row["reason"] == reason for row in found) == cell.counts[count], (name, reason)


_SHARES = {
    "within": 1,
    "promise": 1,
    "open": 1,
    "overdue": 1,
    "fixed": 1,
    "repeat": 1,
    "return": 1,
    "share": 1,
    "ratio": 100,
}


def _hits(name):
    return {
        "open": {"open"}, "overdue": {"open-past-target"}, "repeat": {"came-back"}, "return": {"came-back"},
        "share": {"hit"}, "ratio": {"hit"},
    }.get(name, {"counted"})  # fmt: skip
