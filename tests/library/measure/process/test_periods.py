import datetime as dt

import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure.process.periods import Periods, dated_periods, period_start, plain_periods

DAY = dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("step", "start", "label", "seasons", "cycle"),
    [
        ("day", DAY, "2024-02-29", 3, 7),
        ("week", dt.date(2024, 2, 26), "2024-02-26", None, 0),
        ("month", dt.date(2024, 2, 1), "2024-02", 1, 12),
        ("quarter", dt.date(2024, 1, 1), "2024-Q1", 0, 4),
        ("year", dt.date(2024, 1, 1), "2024", None, 0),
    ],
)
def test_a_day_falls_into_its_period(step, start, label, seasons, cycle):
    periods = dated_periods(DAY, DAY, step)

    assert period_start(DAY, step) == start
    assert (periods.labels, periods.starts, len(periods.cycle)) == ((label,), (start,), cycle)
    assert periods.seasons == (() if seasons is None else (seasons,))


def test_periods_between_two_days_are_complete_and_in_order():
    weeks = dated_periods(dt.date(2025, 12, 29), dt.date(2026, 1, 12), "week")
    quarters = dated_periods(dt.date(2025, 11, 1), dt.date(2026, 4, 1), "quarter")

    assert weeks.labels == ("2025-12-29", "2026-01-05", "2026-01-12")
    assert quarters.labels == ("2025-Q4", "2026-Q1", "2026-Q2")
    assert quarters.seasons == (3, 0, 1)


def test_places_in_time_are_years():
    months = dated_periods(dt.date(2025, 1, 1), dt.date(2026, 1, 1), "month")
    days = dated_periods(dt.date(2025, 1, 1), dt.date(2025, 1, 2), "day")

    assert months.years[0] == 2025 + 0.5 / 12
    assert months.years[12] - months.years[0] == pytest.approx(1, rel=1e-12)
    assert days.years[1] - days.years[0] == pytest.approx(1 / 365.2425, rel=1e-6)


def test_plain_periods_have_no_seasons():
    periods = plain_periods([2017, 2018], years=[2017, 2018])

    assert (periods.labels, periods.years, periods.cycle, periods.seasons) == (("2017", "2018"), (2017, 2018), (), ())


@pytest.mark.parametrize(
    "make",
    [
        lambda: plain_periods(["a", "a"]),
        lambda: plain_periods(["a", "b"], years=[2, 1]),
        lambda: plain_periods(["a", "b"], years=[1]),
        lambda: Periods(("a", "b"), years=(1.0, 1.0)),
        lambda: dated_periods(dt.date(2026, 1, 2), dt.date(2026, 1, 1), "day"),
    ],
)
def test_periods_out_of_order_are_refused(make):
    with pytest.raises(SealmarkError) as caught:
        make()

    assert caught.value.codes == ("SM463",)
