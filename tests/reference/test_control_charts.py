"""Control charts against published worked examples.

NIST/SEMATECH e-Handbook of Statistical Methods, sections 6.3.2.2 (individuals) and 6.3.2.3
(CUSUM); D. C. Montgomery, Introduction to Statistical Quality Control, 8th edition, table 7.4
(orange juice cans, p chart) and tables 9.1 and 9.2 (CUSUM); Pyzdek and Keller, The Handbook
for Quality Management, table 9.6 (peaches: p and u charts with samples of two sizes). They print two
to four decimals and use 1.128 for 2/sqrt(pi): tolerances follow that.
"""

import pytest

from sealmark.measure.process.charts import Charting, chart_counts, chart_individuals
from sealmark.measure.process.cusum import CusumSettings, chart_cusum
from sealmark.measure.process.series import Counts, Values

JUICE = (12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6)
BRUISED = (47, 42, 55, 51, 46, 61, 39, 44, 41, 51, 88, 101, 101, 40, 48, 47, 50, 48, 57, 45, 43, 105, 98, 100, 96)
CRATES = (1,) * 10 + (2,) * 3 + (1,) * 8 + (2,) * 4
FLOW = (49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1)
NIST_SUMS = (324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600, 324.625,
             325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350)  # fmt: skip
NIST_HIGH = (0, 0, 0, 0, 0.03, 0, 0, 0, 0, 0, 0, 0, 3.01, 4.94, 7.45, 10.63, 11.99, 14.44, 16.00, 19.04)
NIST_LOW = (0, 0.01, 0, 0.33, 0, 0, 0.56, 0.72, 0.17, 0.25, 0.31, 0, 0, 0, 0, 0, 0, 0, 0, 0)
SHIFTED = (9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08, 9.37,
           10.62, 10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52)  # fmt: skip
SHIFTED_HIGH = (0, 0, 0, 1.16, 2.82, 2.50, 0.04, 1.00, 0, 0, 0, 0.97, 0.98, 0, 0, 0, 0.12, 0, 0, 0.34, 0.74, 0, 1.79,
                2.79, 2.89, 3.47, 3.35, 4.47, 5.28, 5.30)  # fmt: skip


def beyond(chart):
    return [one.label for one in chart.signals if one.rule == "beyond-3-sigma"]


def test_juice_cans_have_the_published_trial_limits():
    chart = chart_counts(Counts(JUICE, (50,) * 30))

    assert chart.centre == pytest.approx(0.2313, abs=5e-5)
    assert (chart.points[0].lower, chart.points[0].upper) == (
        pytest.approx(0.0524, abs=1e-4), pytest.approx(0.4102, abs=1e-4),
    )  # fmt: skip
    assert beyond(chart) == ["15", "23"]


def test_peaches_have_limits_that_vary_with_the_crates_opened():
    chart = chart_counts(Counts(BRUISED, tuple(250 * crates for crates in CRATES)))

    # Printed: 1,544 of 8,000, and shares to three decimals; the limits are the book's formula by hand.
    assert (sum(BRUISED), 250 * sum(CRATES)) == (1544, 8000)
    assert chart.centre == 0.193
    assert [round(chart.points[index].value, 3) for index in (0, 5, 11, 21)] == [0.188, 0.244, 0.202, 0.21]
    assert [round(chart.points[index].upper, 3) for index in (0, 10)] == [0.268, 0.246]
    assert [round(chart.points[index].lower, 3) for index in (0, 10)] == [0.118, 0.14]
    assert beyond(chart) == []


def test_bruises_per_crate_have_limits_that_vary_likewise():
    chart = chart_counts(Counts(BRUISED, CRATES, kind="rate"))

    # 48.25 a crate; 3 * sqrt(48.25 / n) by hand.
    assert chart.centre == 48.25
    assert [round(chart.points[index].value, 1) for index in (0, 10, 11)] == [47, 44, 50.5]
    assert [round(chart.points[index].upper, 2) for index in (0, 10)] == [69.09, 62.99]
    assert [round(chart.points[index].lower, 2) for index in (0, 10)] == [27.41, 33.51]


def test_flow_rates_have_the_limits_of_the_handbook():
    chart = chart_individuals(Values(FLOW))

    assert chart.individuals.centre == pytest.approx(50.81, abs=1e-9)
    assert chart.ranges.centre == pytest.approx(1.8778, abs=5e-5)
    assert (chart.individuals.points[0].lower, chart.individuals.points[0].upper) == (
        pytest.approx(45.8159, abs=2e-3), pytest.approx(55.8041, abs=2e-3),
    )  # fmt: skip
    assert chart.individuals.signals == ()


def test_sums_equal_the_handbook_and_signal_from_group_14():
    sigma = 1.27
    chart = chart_cusum(Values(NIST_SUMS), CusumSettings(325, sigma, slack=0.3175 / sigma, decision=4.1959 / sigma))

    # The table of the handbook is rounded row by row.
    assert [point.high for point in chart.points] == pytest.approx(NIST_HIGH, abs=0.02)
    assert [point.low for point in chart.points] == pytest.approx(NIST_LOW, abs=0.02)
    assert [(one.label, one.since) for one in chart.signals] == [(str(number), "13") for number in range(14, 21)]


def test_sums_equal_montgomery_and_signal_at_29():
    chart = chart_cusum(Values(SHIFTED), CusumSettings(target=10, sigma=1, slack=0.5, decision=5))

    assert [point.high for point in chart.points] == pytest.approx(SHIFTED_HIGH, abs=0.011)
    # The sum left zero at 23: the shift is dated there.
    assert [(one.label, one.side, one.since) for one in chart.signals] == [
        ("29", "above", "23"), ("30", "above", "23"),
    ]  # fmt: skip


def test_a_baseline_freezes_the_limits_for_later_periods():
    chart = chart_counts(Counts((*JUICE, 3, 2), (50,) * 32), Charting(baseline=("1", "30")))

    assert chart.centre == pytest.approx(347 / 1500, rel=1e-12)
    assert beyond(chart) == ["15", "23", "32"]
