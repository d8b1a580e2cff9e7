"""The help desk's event log through its mapping, against plain Python over the CSV file."""

import csv
import datetime as dt
import statistics
import zoneinfo
from decimal import Decimal
from pathlib import Path

import pytest

from sealmark.measure.imports.importing import import_table
from sealmark.measure.imports.mapping import read_mapping
from sealmark.measure.records.calendars import WEEKDAYS, Calendar
from sealmark.measure.records.estimation import estimate_records
from sealmark.measure.records.measures import (
    Clock,
    DurationMean,
    DurationPercentile,
    OpenShare,
    RecordShare,
    ShareWithin,
)

AS_OF = dt.date(2014, 1, 3)
ROME = zoneinfo.ZoneInfo("Europe/Rome")
MAPPING = Path(__file__).parent / "mappings" / "italian_helpdesk.yaml"


@pytest.fixture(scope="module")
def log(real_data):
    return real_data / "italian_helpdesk" / "helpdesk_events.csv"


@pytest.fixture(scope="module")
def imported(log):
    return import_table(log, read_mapping(MAPPING), as_of=AS_OF)


@pytest.fixture(scope="module")
def tickets(log):
    """Return per ticket its distinct events (time, activity) in order, by plain Python."""
    found: dict[str, list[tuple[dt.datetime, str]]] = {}
    seen = set()
    with log.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            key = tuple(row.values())
            if key in seen:
                continue
            seen.add(key)
            wall = dt.datetime.fromisoformat(row["timestamp"]).replace(tzinfo=ROME)
            found.setdefault(row["case_id"], []).append((wall.astimezone(dt.UTC), row["activity"]))
    # Sorting is stable: events of one second stay in the order of the file.
    return {case: sorted(events, key=lambda event: event[0]) for case, events in found.items()}


def first_and_last(events, activity):
    times = [time for time, name in events if name == activity]
    return (min(times), max(times)) if times else (None, None)


def measured(imported, measure, **options):
    (found,) = estimate_records(imported.table, {"m": measure}, as_of=AS_OF, **options)
    return found


def test_every_event_is_accounted_for(imported):
    reconciliation = imported.reconciliation

    assert (reconciliation.rows_in, reconciliation.rows_used, reconciliation.records) == (21_348, 21_221, 4_580)
    assert [(part.kind, part.rows) for part in reconciliation.set_aside] == [("duplicate", 127)]


def test_first_response(imported, tickets):
    hours = []
    without = 0
    for events in tickets.values():
        first, _ = first_and_last(events, "Take in charge ticket")
        if first is None:
            without += 1
        else:
            hours.append((first - events[0][0]) / dt.timedelta(hours=1))

    found = measured(imported, DurationMean(Clock(end="first_response")))

    assert found.counts["finished"] == len(hours)
    assert found.counts["open"] + found.counts["no_end_recorded"] == without
    assert float(found.naive.value) == pytest.approx(statistics.fmean(hours), rel=1e-11)
    error = statistics.stdev(hours) / len(hours) ** 0.5
    assert float(found.naive.standard_error) == pytest.approx(error, rel=1e-11)


def test_resolution_is_not_the_automatic_close(imported, tickets):
    spans = {"Resolve ticket": [], "Closed": []}
    for events in tickets.values():
        for activity, lengths in spans.items():
            _, last = first_and_last(events, activity)
            if last is not None:
                lengths.append((last - events[0][0]) / dt.timedelta(hours=1))
    n_open = sum(
        first_and_last(events, "Resolve ticket")[1] is None and first_and_last(events, "Closed")[1] is None
        for events in tickets.values()
    )

    resolution = measured(imported, DurationPercentile(Decimal("0.5")))
    close = measured(imported, DurationPercentile(Decimal("0.5"), Clock(end="closed")))

    assert resolution.counts["open"] == n_open
    assert float(resolution.naive.value) == pytest.approx(statistics.median(spans["Resolve ticket"]), rel=1e-11)
    assert float(close.naive.value) == pytest.approx(statistics.median(spans["Closed"]), rel=1e-11)
    # The close comes weeks after the work was done.
    assert close.naive.value - resolution.naive.value > 14 * 24


def test_percentile_with_open_tickets_at_the_end(imported, tickets):
    lengths = []
    for events in tickets.values():
        _, last = first_and_last(events, "Resolve ticket")
        if last is not None:
            lengths.append((last - events[0][0]).total_seconds() / 3600)
        elif first_and_last(events, "Closed")[1] is None:
            lengths.append(float("inf"))
    lengths.sort()
    place = (len(lengths) - 1) * 0.9
    below = int(place)

    found = measured(imported, DurationPercentile(Decimal("0.9")))

    expected = lengths[below] + (place - below) * (lengths[below + 1] - lengths[below])
    assert float(found.estimate.value) == pytest.approx(expected, rel=1e-9)
    assert found.estimate.base == len(lengths)


def test_share_within_five_days_counts_open_tickets(imported, tickets):
    limit = dt.timedelta(days=5)
    end = dt.datetime(2014, 1, 4, tzinfo=dt.UTC)
    within = late = undecided = 0
    for events in tickets.values():
        opened, (_, last) = events[0][0], first_and_last(events, "Resolve ticket")
        if last is not None:
            within, late = within + (last - opened <= limit), late + (last - opened > limit)
        elif first_and_last(events, "Closed")[1] is None:
            late, undecided = late + (end - opened > limit), undecided + (end - opened <= limit)

    found = measured(imported, ShareWithin(target_seconds=5 * 86_400))

    assert (found.counts["within"], found.counts["late"] + found.counts["open_late"]) == (within, late)
    assert found.counts["undecided"] == undecided
    assert float(found.estimate.value) == pytest.approx(within / (within + late), rel=1e-11)


def test_repeat_work(imported, tickets):
    resolved_twice = reworked = 0
    for events in tickets.values():
        names = [name for _, name in events]
        resolved_twice += names.count("Resolve ticket") > 1
        if "Resolve ticket" in names:
            reworked += "Take in charge ticket" in names[names.index("Resolve ticket") + 1 :]

    many = tuple(range(2, 100))
    twice = measured(imported, RecordShare("resolutions", many))
    again = measured(imported, RecordShare("reopened", (1, *many)))

    assert (twice.counts["hits"], twice.estimate.base) == (resolved_twice, 4_580)
    assert again.counts["hits"] == reworked
    assert 0 < reworked < 4_580


def test_business_time_of_a_sample_of_tickets(imported, tickets):
    weekly = {day: ["09:00-13:00", "14:00-18:00"] for day in WEEKDAYS[:5]}
    holidays = [dt.date(year, 12, 25) for year in range(2010, 2015)]
    calendar = Calendar.model_validate({"time_zone": "Europe/Rome", "weekly": weekly, "holidays": holidays})
    names = sorted(name for name in tickets if first_and_last(tickets[name], "Resolve ticket")[1])[::250]
    chosen = imported.table.filter([name in names for name in imported.table.column("case").to_pylist()])

    found = estimate_records(
        chosen, {"m": DurationMean(Clock(calendar="office"))}, as_of=AS_OF, calendars={"office": calendar}, by=["case"]
    )

    expected = {}
    for name in names:
        events = tickets[name]
        expected[name] = office_hours(events[0][0], first_and_last(events, "Resolve ticket")[1], holidays)
    assert len(expected) > 15
    assert {item.cell["case"]: float(item.estimate.value) for item in found} == pytest.approx(
        expected, rel=1e-9, abs=1e-9
    )


def office_hours(start, end, holidays):
    """Return open hours by intersecting the span with every single opening."""
    total, day = dt.timedelta(), start.astimezone(ROME).date()
    while day <= end.astimezone(ROME).date():
        if day.weekday() < 5 and day not in holidays:
            for opens, closes in ((9, 13), (14, 18)):
                first = dt.datetime(day.year, day.month, day.day, opens, tzinfo=ROME).astimezone(dt.UTC)
                last = dt.datetime(day.year, day.month, day.day, closes, tzinfo=ROME).astimezone(dt.UTC)
                total += max(min(end, last) - max(start, first), dt.timedelta())
        day += dt.timedelta(days=1)
    return total / dt.timedelta(hours=1)


def test_open_share(imported, tickets):
    n_open = sum(not {"Resolve ticket", "Closed"} & {name for _, name in events} for events in tickets.values())

    assert measured(imported, OpenShare()).counts["overdue"] == n_open
