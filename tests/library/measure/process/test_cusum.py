import random

import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure.process.cusum import CusumSettings, chart_cusum
from sealmark.measure.process.series import Values


def test_sums_equal_a_plain_loop():
    rng = random.Random(6)
    values = [rng.gauss(5, 2) for _ in range(60)]

    chart = chart_cusum(Values(tuple(values)), CusumSettings(target=5, sigma=2, slack=0.4, decision=3))

    high = low = 0.0
    for point, value in zip(chart.points, values, strict=True):
        high = max(0.0, high + value - 5 - 0.8)
        low = max(0.0, low - value + 5 - 0.8)
        assert (point.high, point.low) == (pytest.approx(high, abs=1e-12), pytest.approx(low, abs=1e-12))
    assert (chart.slack, chart.limit) == (0.8, 6.0)


def test_a_shift_is_found_on_its_side_and_dated():
    values = (10.0,) * 5 + (8.0,) * 6

    chart = chart_cusum(Values(values), CusumSettings(target=10, sigma=1))

    # Each low value adds 1.5: beyond 5 at the fourth.
    assert [(one.label, one.side, one.since) for one in chart.signals] == [
        ("9", "below", "6"), ("10", "below", "6"), ("11", "below", "6"),
    ]  # fmt: skip


def test_a_sum_exactly_at_the_limit_is_no_signal():
    chart = chart_cusum(Values((11.5, 11.5, 11.5, 11.5, 11.5)), CusumSettings(target=10, sigma=1))

    assert [point.high for point in chart.points] == [1, 2, 3, 4, 5]
    assert chart.signals == ()


def test_target_and_sigma_come_from_the_baseline():
    values = (9.0, 11.0, 9.0, 11.0, 20.0, 20.0)

    chart = chart_cusum(Values(values), CusumSettings(baseline=("1", "4")))

    assert (chart.target, chart.sigma) == (10.0, pytest.approx(2 / 1.1283791670955126, rel=1e-12))
    assert [one.label for one in chart.signals] == ["5", "6"]
    assert chart.limitations == ()


@pytest.mark.parametrize(
    ("settings", "target"), [(CusumSettings(target=12), 12), (CusumSettings(sigma=1), 10.5), (CusumSettings(), 10.5)]
)
def test_what_is_not_stated_is_taken_from_the_periods_and_said(settings, target):
    chart = chart_cusum(Values((10.0, 11.0, 10.0, 11.0)), settings)

    assert chart.target == target
    assert chart.limitations[-1].startswith("Target and spread come from the periods that are judged")


def test_gaps_leave_the_sums_as_they_were_and_are_declared():
    chart = chart_cusum(Values((12.0, None, 12.0)), CusumSettings(target=10, sigma=1, decision=1.2))

    assert [point.high for point in chart.points] == [1.5, 1.5, 3.0]
    assert [one.label for one in chart.signals] == ["1", "3"]
    assert chart.limitations == ("1 periods have no value: both sums stay as they were.",)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: CusumSettings(sigma=0), "SM463"),
        (lambda: CusumSettings(decision=0), "SM463"),
        (lambda: CusumSettings(slack=-1), "SM463"),
        (lambda: chart_cusum(Values((1.0, 2.0)), CusumSettings(1, 1, baseline=("1", "2"))), "SM463"),
        (lambda: chart_cusum(Values((2.0, 2.0, 2.0))), "SM464"),
        (lambda: chart_cusum(Values((2.0,))), "SM464"),
    ],
)
def test_what_gives_no_sum_is_refused(make, code):
    with pytest.raises(SealmarkError) as caught:
        make()

    assert caught.value.codes == (code,)


def test_a_steady_process_runs_about_as_long_as_published():
    rng = random.Random(7)
    chart = chart_cusum(Values(tuple(rng.gauss(0, 1) for _ in range(40_000))), CusumSettings(0, 1, 0.5, 4))

    # Average run of 168 periods to a false signal on either side (k 0.5, h 4): first signals of each excursion.
    starts = [one for before, one in zip([None, *chart.signals], chart.signals, strict=False)
              if before is None or (before.since, before.side) != (one.since, one.side)]  # fmt: skip
    assert 130 < 40_000 / len(starts) < 210
