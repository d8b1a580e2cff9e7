import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.core.periods import Period
from sealmark.measure import Design, Mean, Ratio, Share, TopBox
from sealmark.measure.process.periods import plain_periods
from sealmark.measure.process.series import Counts, Timeline, Values, count_periods, value_periods, values_of

ROWS = pa.table(
    {
        "opened": [dt.date(2026, 1, 5), dt.date(2026, 1, 31), dt.date(2026, 3, 1), dt.date(2026, 3, 9), None],
        "late": [1, 0, 1, None, 1],
        "visits": [10.0, 20.0, 5.0, 5.0, 1.0],
        "complaints": [2.0, 1.0, None, 4.0, 1.0],
    }
)
MONTHS = Timeline("opened", "month")
UNDATED = ('1 rows have no "opened" and are left out.',)


def test_counts_by_month_show_empty_months_and_tell_undated_rows():
    found = count_periods(ROWS, Share("late", (1,)), timeline=MONTHS)

    assert found.periods.labels == ("2026-01", "2026-02", "2026-03")
    assert (found.counts, found.bases, found.kind) == ((1, 0, 1), (2, 0, 1), "share")
    assert found.ratios == (0.5, None, 1.0)
    assert found.limitations == UNDATED


def test_a_top_box_counts_like_a_share():
    found = count_periods(ROWS, TopBox("visits", at_least=10), timeline=MONTHS)

    assert (found.counts, found.bases) == ((2, 0, 0), (2, 0, 2))


def test_rates_take_exposure_of_rows_with_both_numbers():
    found = count_periods(ROWS, Ratio("complaints", "visits"), timeline=MONTHS)

    assert (found.counts, found.bases, found.kind) == ((3, 0, 4), (30, 0, 5), "rate")


def test_a_span_cuts_and_pads_the_series():
    span = Period(dt.date(2026, 1, 10), dt.date(2026, 2, 28))
    nothing = Period(dt.date(2020, 1, 1), dt.date(2020, 2, 1))

    found = count_periods(ROWS, Share("late", (1,)), timeline=Timeline("opened", "month", span))
    empty = count_periods(ROWS, Share("late", (1,)), timeline=Timeline("opened", "month", nothing))

    assert (found.counts, found.bases) == ((0, 0), (1, 0))
    assert (empty.periods.labels, empty.bases) == (("2020-01", "2020-02"), (0, 0))


def test_moments_fall_into_periods_like_days():
    opened = [dt.datetime(2026, 1, 5, 23, 59, tzinfo=dt.UTC), dt.datetime(2026, 2, 1, 0, 0, tzinfo=dt.UTC)]
    table = pa.table({"opened": pa.array(opened, pa.timestamp("us")), "late": [1, 0]})

    found = count_periods(table, Share("late", (1,)), timeline=MONTHS)

    assert (found.periods.labels, found.counts) == (("2026-01", "2026-02"), (1, 0))


def test_values_by_period_have_design_based_errors():
    table = pa.table({"year": [2025, 2025, 2026, 2026, 2026], "q": [5, 7, 8, 8, None]})

    found = value_periods(table, Mean("q"), timeline=Timeline("year"), design=Design())

    assert (found.values, found.periods.labels, found.periods.years) == ((6, 8), ("2025", "2026"), (2025, 2026))
    # u = -1/2 and 1/2 among five rows: variance 5/4 * 1/2. Equal answers tell no error.
    assert found.errors == (pytest.approx(0.625**0.5, rel=1e-10), None)


def test_a_month_without_answers_has_no_value():
    found = value_periods(ROWS, Mean("visits"), timeline=MONTHS, design=Design())

    assert found.values == (15.0, None, 5.0)
    assert found.errors[1] is None
    assert found.limitations == UNDATED


def test_names_that_need_not_be_in_order_of_time_are_told():
    months = pa.table({"month": ["May", "June", "May"], "quarter": ["2025-4", "2026-1", "2026-1"], "late": [1, 0, 1]})

    named = count_periods(months, Share("late", (1,)), timeline=Timeline("month"))
    dated = value_periods(months, Mean("late"), timeline=Timeline("quarter"), design=Design())

    assert named.periods.labels == ("June", "May")
    assert named.limitations == ("Periods stand in the order of their names, June first: is it that of time?",)
    assert (dated.periods.labels, dated.limitations) == (("2025-4", "2026-1"), ())


def test_estimates_become_a_series():
    known = Estimate(Decimal("4.1"), standard_error=Decimal("0.02"))

    years = values_of({2017: known, 2018: Estimate.unknown("nobody")})
    months = values_of({dt.date(2026, 1, 9): known, dt.date(2026, 3, 1): known}, step="month")

    assert (years.values, years.errors, years.periods.years) == ((4.1, None), (0.02, None), (2017, 2018))
    assert months.values == (4.1, None, 4.1)
    assert values_of({}, step="month").values == ()


def test_named_periods_have_no_place_in_time():
    assert values_of({"spring": Estimate(Decimal(1)), "autumn": Estimate(Decimal(2))}).periods.years == ()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Counts((1, 2), (5,)),
        lambda: Counts((1,), (5,), plain_periods("ab")),
        lambda: Counts((6,), (5,)),
        lambda: Counts((-1,), (5,)),
        lambda: Counts((float("nan"),), (5,)),
        lambda: Counts((1,), (float("inf"),)),
        lambda: Counts((1,), (0,), kind="rate"),
        lambda: Values((1.0, 2.0), (0.1,)),
        lambda: Values((float("nan"),)),
        lambda: Values((1.0,), (-0.1,)),
        lambda: Values((1.0,), (), plain_periods("ab")),
        lambda: values_of({"x": Estimate(Decimal(1))}, step="month"),
        lambda: values_of(
            dict.fromkeys([dt.date(2026, 1, 1), dt.date(2026, 1, 2)], Estimate(Decimal(1))), step="month"
        ),
        lambda: count_periods(ROWS, Share("late", (1,)), timeline=Timeline("visits", "month")),
    ],
)
def test_numbers_that_cannot_be_are_refused(make):
    with pytest.raises(SealmarkError) as caught:
        make()

    assert caught.value.codes == ("SM463",)


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(SealmarkError) as caught:
        count_periods(ROWS, Share("late", (1,)), timeline=Timeline("day"))

    assert caught.value.codes == ("SM403",)
