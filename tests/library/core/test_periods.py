import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealmark.core.periods import Period, add_months, months_between

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2150, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-06-30", 24, "2028-06-30"),
    ],
)
def test_months_end_on_the_same_day_or_the_last(day, months, expected):
    assert add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-01-15", "2026-04-14", 2),
        ("2026-01-15", "2026-04-15", 3),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-05-01", "2026-05-01", 0),
    ],
)
def test_only_whole_months_count(start, end, months):
    assert months_between(dt.date.fromisoformat(start), dt.date.fromisoformat(end)) == months


@given(DAYS, DAYS)
def test_the_whole_months_fit_and_one_more_does_not(one, other):
    start, end = sorted((one, other))

    months = months_between(start, end)

    assert add_months(start, months) <= end < add_months(start, months + 1)


def test_a_period_holds_both_its_ends():
    period = Period(dt.date(2026, 1, 1), dt.date(2026, 1, 31))

    assert period.days == 31
    assert dt.date(2026, 1, 1) in period
    assert dt.date(2026, 1, 31) in period
    assert dt.date(2026, 2, 1) not in period
