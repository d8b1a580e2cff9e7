import datetime as dt
import itertools
import zoneinfo
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sealmark.core.errors import SealmarkError
from sealmark.measure.engine import connect, fetch, open_table
from sealmark.measure.records.calendars import (
    WEEKDAYS,
    Calendar,
    OpeningHours,
    calendar_table,
    read_calendar,
    with_open_time,
)
from sealmark.measure.records.estimation import estimate_records
from sealmark.measure.records.measures import Clock, DurationMean

OFFICE = {day: ["09:00-13:00", "14:00-18:00"] for day in WEEKDAYS[:5]}
ROME = zoneinfo.ZoneInfo("Europe/Rome")


def business_seconds(calendar, pairs):
    """Return the business time of pairs of aware instants, by the engine."""
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    micro = dt.timedelta(microseconds=1)
    columns = {name: [(pair[side] - epoch) // micro for pair in pairs] for side, name in enumerate(("a", "b"))}
    days = [(pair[side].astimezone(dt.UTC)).date() for pair in pairs for side in (0, 1)]
    rows = calendar_table({"x": calendar}, min(days), max(days))
    columns["row"] = list(range(len(pairs)))
    table = open_table(pa.table(columns), connection=connect())
    found = with_open_time(table, rows, ("a", "b"), calendar="x")
    result = fetch(found.select("row", seconds=found["open_b"] - found["open_a"]).order_by("row"))
    return [value / 1_000_000 for value in result.column("seconds").to_pylist()]


def rome(*parts, fold=0):
    return dt.datetime(*parts, tzinfo=ROME, fold=fold)


def test_calendar_file_is_read(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text(
        "time_zone: Europe/Rome\n"
        "weekly:\n  monday: [09:00-13:00, 14:00-18:00]\n  friday: [22:00-06:00]\n"
        "holidays: [2026-01-01]\n"
        "special_days:\n  - {date: 2026-12-21, hours: [09:00-12:00]}\n"
    )

    calendar = read_calendar(file)

    assert calendar.hours_on(dt.date(2026, 1, 5)) == (OpeningHours(540, 780), OpeningHours(840, 1080))
    assert calendar.hours_on(dt.date(2026, 1, 9)) == (OpeningHours(1320, 1800),)
    assert calendar.hours_on(dt.date(2026, 12, 21)) == (OpeningHours(540, 720),)
    assert calendar.hours_on(dt.date(2026, 1, 1)) == ()
    assert calendar.hours_on(dt.date(2026, 1, 6)) == ()


def test_calendar_file_problems_are_reported_with_their_place(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text(
        "time_zone: Rome\nweekly: {monday: [9-17], tuesday: ['09:00-10:00', '11:00-12:00', '13:00-14:00']}\nhours: 1\n"
    )

    with pytest.raises(SealmarkError) as caught:
        read_calendar(file)

    assert [problem.where.rsplit(", ", 1)[1] for problem in caught.value.problems] == [
        "time_zone",
        "weekly.monday",
        "weekly.tuesday",
        "hours",
    ]
    assert set(caught.value.codes) == {"SM450"}


def test_missing_calendar_file_is_refused(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        read_calendar(tmp_path / "none.yaml")

    assert caught.value.codes == ("SM331",)


@pytest.mark.parametrize(
    ("weekly", "message"),
    [
        ({"monday": ["09:00-12:00", "11:00-13:00"]}, "overlap on monday"),
        ({"sunday": ["22:00-06:00"], "monday": ["05:00-09:00"]}, "overlap on monday"),
        ({"monday": []}, "never opens"),
        ({"monday": ["09:00-25:00"]}, "write opening hours"),
        ({"monday": ["09:00-24:30"]}, "a day ends at 24:00"),
    ],
)
def test_calendar_refuses_impossible_hours(weekly, message):
    with pytest.raises(ValidationError, match=message):
        Calendar.model_validate({"time_zone": "UTC", "weekly": weekly})


def test_holiday_and_special_day_exclude_each_other():
    content = {"time_zone": "UTC", "weekly": OFFICE, "holidays": [dt.date(2026, 1, 5)]}

    with pytest.raises(ValidationError, match="both a holiday and a special day"):
        Calendar.model_validate(content | {"special_days": [{"date": dt.date(2026, 1, 5)}]})


def test_business_time_of_known_spans():
    calendar = Calendar.model_validate(
        {
            "time_zone": "Europe/Rome",
            "weekly": OFFICE,
            "holidays": [dt.date(2026, 1, 6)],
            "special_days": [{"date": dt.date(2026, 1, 7), "hours": ["09:00-12:00"]}],
        }
    )
    pairs = [
        (rome(2026, 1, 5, 10), rome(2026, 1, 5, 12)),  # within a morning
        (rome(2026, 1, 5, 12), rome(2026, 1, 5, 15)),  # over the lunch break
        (rome(2026, 1, 5, 17), rome(2026, 1, 8, 10)),  # over a holiday and a half day
        (rome(2026, 1, 2, 17, 30), rome(2026, 1, 5, 9, 30)),  # over a weekend
        (rome(2026, 1, 3, 10), rome(2026, 1, 4, 10)),  # a weekend
        (rome(2026, 1, 5, 9, 0, 0), rome(2026, 1, 5, 9, 0, 1)),  # one second
    ]

    assert business_seconds(calendar, pairs) == [7200, 7200, 3600 + 3 * 3600 + 3600, 3600, 0, 1]


def test_night_shift_gains_and_loses_the_hour_of_the_clock_change():
    calendar = Calendar.model_validate({"time_zone": "Europe/Rome", "weekly": {"saturday": ["22:00-06:00"]}})
    pairs = [
        (rome(2026, 3, 28, 12), rome(2026, 3, 29, 12)),
        (rome(2026, 10, 24, 12), rome(2026, 10, 25, 12)),
        (rome(2026, 5, 2, 12), rome(2026, 5, 3, 12)),
    ]

    assert business_seconds(calendar, pairs) == [7 * 3600, 9 * 3600, 8 * 3600]


def test_opening_inside_the_missing_hour_begins_with_the_change():
    calendar = Calendar.model_validate(
        {"time_zone": "Europe/Rome", "weekly": {"sunday": ["02:15-02:45", "02:50-04:00"]}}
    )

    assert business_seconds(calendar, [(rome(2026, 3, 29, 0), rome(2026, 3, 29, 12))]) == [3600]


def test_calendar_refuses_days_without_listed_holidays():
    calendar = Calendar.model_validate(
        {"time_zone": "UTC", "weekly": OFFICE, "first_day": dt.date(2026, 1, 1), "last_day": dt.date(2026, 12, 31)}
    )

    with pytest.raises(SealmarkError) as caught:
        calendar_table({"office": calendar}, dt.date(2025, 6, 1), dt.date(2026, 6, 1))

    assert caught.value.codes == ("SM453",)


def test_special_day_that_overlaps_a_night_shift_counts_once():
    calendar = Calendar.model_validate(
        {
            "time_zone": "UTC",
            "weekly": {"sunday": ["22:00-06:00"]},
            "special_days": [{"date": dt.date(2026, 1, 5), "hours": ["04:00-08:00"]}],
        }
    )
    span = dt.datetime(2026, 1, 4, tzinfo=dt.UTC), dt.datetime(2026, 1, 6, tzinfo=dt.UTC)

    assert business_seconds(calendar, [span]) == [10 * 3600]


# Independent check: walk through every minute and look at the wall clock.


def open_minutes(calendar, first, last):
    """Return the set of open UTC minutes, found by scanning wall clocks, not by inverting them."""
    zone = zoneinfo.ZoneInfo(calendar["time_zone"])
    special = {day["date"]: day["hours"] for day in calendar["special_days"]}
    walls = []
    minute = dt.datetime.combine(first - dt.timedelta(days=3), dt.time(), dt.UTC)
    stop = dt.datetime.combine(last + dt.timedelta(days=4), dt.time(), dt.UTC)
    while minute < stop:
        walls.append((minute, minute.astimezone(zone).replace(tzinfo=None)))
        minute += dt.timedelta(minutes=1)
    found = set()
    day = first - dt.timedelta(days=2)
    while day <= last + dt.timedelta(days=2):
        hours = calendar["weekly"].get(WEEKDAYS[day.weekday()], [])
        hours = special.get(day, [] if day in calendar["holidays"] else hours)
        for text in hours:
            opens, closes = (dt.datetime.combine(day, dt.time()) + minutes(part) for part in text.split("-"))
            if closes <= opens:
                closes += dt.timedelta(days=1)
            is_open = False
            has_closed = False
            for minute, wall in walls:
                if wall >= opens and not has_closed:
                    is_open = True
                if wall >= closes:
                    has_closed, is_open = True, False
                    break
                if is_open:
                    found.add(minute)
        day += dt.timedelta(days=1)
    return found


def minutes(text):
    hours, rest = text.split(":")
    return dt.timedelta(hours=int(hours), minutes=int(rest))


def clock(value):
    return f"{value // 60:02d}:{value % 60:02d}"


@st.composite
def day_hours(draw):
    """Return up to two openings of a day, the last of which may end after midnight but before 02:00."""
    edges = sorted(draw(st.lists(st.integers(120, 1439), min_size=4, max_size=4, unique=True)))
    first = [f"{clock(edges[0])}-{clock(edges[1])}"]
    second_ends = draw(st.sampled_from([edges[3], draw(st.integers(0, 119))]))
    second = [f"{clock(edges[2])}-{clock(second_ends)}"]
    return draw(st.sampled_from([[], first, second, first + second]))


@st.composite
def calendars(draw):
    # Weeks around both changes of the clock, in zones with different rules.
    zone, monday = draw(
        st.sampled_from(
            [
                ("Europe/Rome", dt.date(2026, 3, 23)),
                ("Europe/Rome", dt.date(2026, 10, 19)),
                ("America/New_York", dt.date(2026, 11, 1)),
                ("Australia/Lord_Howe", dt.date(2026, 4, 2)),
                ("Asia/Kolkata", dt.date(2026, 6, 1)),
                ("America/Santiago", dt.date(2026, 9, 3)),
                ("Antarctica/Troll", dt.date(2026, 3, 26)),  # two hours forward
                ("Antarctica/Troll", dt.date(2026, 10, 22)),  # two hours back: two hours come twice
            ]
        )
    )
    weekly = {day: draw(day_hours()) for day in WEEKDAYS}
    weekly["wednesday"] = weekly["wednesday"] or ["09:00-17:00"]
    days = [monday + dt.timedelta(days=number) for number in range(8)]
    holidays = draw(st.lists(st.sampled_from(days[:4]), max_size=2, unique=True))
    special = draw(st.lists(st.sampled_from(days[4:]), max_size=2, unique=True))
    return {
        "time_zone": zone,
        "weekly": weekly,
        "holidays": holidays,
        "special_days": [{"date": day, "hours": draw(day_hours())} for day in special],
    }, monday


@settings(max_examples=25, deadline=None)
@given(calendars(), st.lists(st.tuples(st.integers(0, 8 * 1440), st.integers(0, 8 * 1440)), min_size=1, max_size=12))
def test_business_time_equals_a_walk_through_every_minute(drawn, offsets):
    content, monday = drawn
    start = dt.datetime.combine(monday, dt.time(), dt.UTC)
    pairs = [tuple(start + dt.timedelta(minutes=offset) for offset in sorted(pair)) for pair in offsets]
    open_set = open_minutes(content, monday, monday + dt.timedelta(days=8))

    found = business_seconds(Calendar.model_validate(content), pairs)

    assert found == [60 * sum(a <= minute < b for minute in open_set) for a, b in pairs]


@settings(max_examples=15, deadline=None)
@given(calendars(), st.lists(st.integers(0, 8 * 86_400), min_size=3, max_size=3))
def test_business_time_adds_up(drawn, offsets):
    content, monday = drawn
    a, b, c = (
        dt.datetime.combine(monday, dt.time(), dt.UTC) + dt.timedelta(seconds=offset) for offset in sorted(offsets)
    )

    first, second, whole = business_seconds(Calendar.model_validate(content), [(a, b), (b, c), (a, c)])

    assert first + second == whole
    assert 0 <= first <= (b - a).total_seconds()


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
STAMP = pa.timestamp("us", tz="UTC")
OFFSETS = st.integers(0, 8 * 1440)


def span_of(start, pair):
    return tuple(start + offset * MINUTE for offset in sorted(pair))


@settings(max_examples=12, deadline=None)
@given(
    calendars(),
    st.lists(
        st.tuples(
            st.tuples(OFFSETS, OFFSETS),
            st.booleans(),
            st.lists(st.tuples(OFFSETS, OFFSETS), max_size=3),
            st.lists(OFFSETS, max_size=4),
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_clocks_with_pauses_and_updates_equal_a_walk_through_every_minute(drawn, rows):
    content, monday = drawn
    start = dt.datetime.combine(monday, dt.time(), dt.UTC)
    end = start + 9 * 1440 * MINUTE
    open_set = open_minutes(content, monday, monday + dt.timedelta(days=9))
    spans = [span_of(start, pair) for pair, _, _, _ in rows]
    pauses = [[span_of(start, pause) for pause in row[2]] for row in rows]
    updates = [[start + offset * MINUTE for offset in row[3]] for row in rows]
    table = pa.table({
        "case": [f"c{number}" for number in range(len(rows))],
        "opened": pa.array([opened for opened, _ in spans], STAMP),
        "resolved": pa.array([stop if row[1] else None for (_, stop), row in zip(spans, rows, strict=True)], STAMP),
        "pauses": pa.array([[{"start": a, "end": b} for a, b in case] for case in pauses],
                           pa.list_(pa.struct([("start", STAMP), ("end", STAMP)]))),
        "updates": pa.array(updates, pa.list_(STAMP)),
    })  # fmt: skip
    measures = {
        "length": DurationMean(Clock(calendar="x"), unit="minutes"),
        "silence": DurationMean(Clock(calendar="x", between="updates"), unit="minutes"),
        "plain": DurationMean(Clock(calendar="x", subtract_pauses=False, between="updates"), unit="minutes"),
    }

    found = estimate_records(table, measures, as_of=end, calendars={"x": Calendar.model_validate(content)}, by=["case"])

    for number, ((opened, stop), row) in enumerate(zip(spans, rows, strict=True)):
        last = stop if row[1] else end
        inside = {minute for minute in open_set if opened <= minute < last}
        working = {minute for minute in inside if not any(a <= minute < b for a, b in pauses[number])}
        cuts = sorted({opened, last, *(moment for moment in updates[number] if opened < moment < last)})
        pieces = list(itertools.pairwise(cuts))
        expected = {
            "length": len(working),
            "silence": max((sum(a <= minute < b for minute in working) for a, b in pieces), default=0),
            "plain": max((sum(a <= minute < b for minute in inside) for a, b in pieces), default=0),
        }
        ours = {item.measure: item.estimate.value for item in found if item.cell["case"] == f"c{number}"}
        assert ours == {name: round(Decimal(value), 12) for name, value in expected.items()}


# Calendars with a hole


def holed(**more):
    holidays = [dt.date(2024, 12, 25), dt.date(2026, 12, 25)]
    return Calendar.model_validate({"time_zone": "UTC", "weekly": OFFICE, "holidays": holidays, **more})


def test_calendar_without_the_holidays_of_a_year_between_is_refused():
    with pytest.raises(SealmarkError) as caught:
        calendar_table({"office": holed()}, dt.date(2024, 6, 1), dt.date(2027, 1, 1))

    assert [(problem.code, problem.what) for problem in caught.value.problems] == [(
        "SM458",
        'The calendar "office" lists holidays, but none of 2025, and the records need 2024-06-01 to 2027-01-01.',
    )]  # fmt: skip


def test_calendar_that_says_it_covers_the_year_may_have_none_there():
    calendar = holed(first_day=dt.date(2024, 1, 1), last_day=dt.date(2026, 12, 31))

    assert calendar_table({"office": calendar}, dt.date(2024, 6, 1), dt.date(2026, 6, 1)).num_rows == 731


def test_years_that_the_records_do_not_need_may_lack_holidays():
    # The last instant of an as-of day belongs to the next day in UTC.
    assert calendar_table({"office": holed()}, dt.date(2026, 1, 1), dt.date(2027, 1, 1)).num_rows == 366
    assert calendar_table({"office": OPEN_ALWAYS}, dt.date(2025, 1, 1), dt.date(2025, 1, 2)).num_rows == 2


OPEN_ALWAYS = Calendar.model_validate({"time_zone": "UTC", "weekly": {day: ["00:00-24:00"] for day in WEEKDAYS}})
