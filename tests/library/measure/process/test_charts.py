"""Charts against plain arithmetic and what they must refuse or declare; published examples stand in tests/reference."""

import math
import random
from itertools import pairwise
from statistics import mean

import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure.process.charts import Charting, chart_counts, chart_individuals, moving_ranges
from sealmark.measure.process.rules import EVERY_RULE
from sealmark.measure.process.series import Counts, Values

D2 = 1.1283791670955126


def make_counts(seed, size=30, *, extra=0.0):
    rng = random.Random(seed)
    bases = [rng.randint(50, 400) for _ in range(size)]
    shares = [min(max(0.3 + rng.gauss(0, extra), 0.01), 0.99) for _ in range(size)]
    return [sum(rng.random() < p for _ in range(n)) for n, p in zip(bases, shares, strict=True)], bases


@pytest.mark.parametrize("kind", ["share", "rate"])
def test_limits_follow_the_base_of_each_period(kind):
    counts, bases = make_counts(1)

    chart = chart_counts(Counts(counts, bases, kind=kind))

    centre = sum(counts) / sum(bases)
    assert (chart.kind, chart.centre, chart.sigma) == ({"share": "p", "rate": "u"}[kind], centre, None)
    for point, count, base in zip(chart.points, counts, bases, strict=True):
        sigma = math.sqrt(centre * ((1 - centre) if kind == "share" else 1) / base)
        assert point.value == count / base
        assert point.upper == pytest.approx(centre + 3 * sigma, rel=1e-12)
        assert point.lower == pytest.approx(max(centre - 3 * sigma, 0), rel=1e-12)
        assert point.sigmas == pytest.approx((count / base - centre) / sigma, rel=1e-9)


def test_limits_stay_inside_zero_and_one():
    chart = chart_counts(Counts((1, 2, 1, 9), (10, 10, 10, 10)))

    assert [point.lower for point in chart.points] == [0.0] * 4
    assert chart_counts(Counts((9, 8, 9), (10, 10, 10))).points[0].upper == 1.0


def test_a_baseline_gives_the_centre_and_later_periods_are_judged_by_it():
    series = Counts((10, 12, 11, 30, 29), (100,) * 5)

    chart = chart_counts(series, Charting(baseline=("1", "3")))

    assert (chart.centre, chart.baseline) == (0.11, ("1", "3"))
    assert [one.label for one in chart.signals if one.rule == "beyond-3-sigma"] == ["4", "5"]


def test_over_dispersed_limits_are_widened_by_the_moving_range_of_scores():
    counts, bases = make_counts(2, extra=0.08)

    chart = chart_counts(Counts(counts, bases), Charting(overdispersed=True))
    plain = chart_counts(Counts(counts, bases))

    p = sum(counts) / sum(bases)
    scores = [(c / n - p) / math.sqrt(p * (1 - p) / n) for c, n in zip(counts, bases, strict=True)]
    sigma_z = mean(abs(b - a) for a, b in pairwise(scores)) / D2
    assert chart.dispersion == pytest.approx(sigma_z, rel=1e-12)
    assert chart.points[0].upper == pytest.approx(p + 3 * sigma_z * math.sqrt(p * (1 - p) / bases[0]), rel=1e-12)
    assert len(chart.signals) < len(plain.signals)
    assert plain.dispersion == 1.0
    assert any("overdispersed limits" in note for note in plain.limitations)
    assert not any("overdispersed limits" in note for note in chart.limitations)


def test_steady_counts_give_few_signals_and_no_complaint_of_spread():
    counts, bases = make_counts(3)

    chart = chart_counts(Counts(counts, bases))

    assert [one for one in chart.signals if one.rule == "beyond-3-sigma"] == []
    assert chart.limitations == ()


def test_empty_and_thin_periods_are_declared():
    chart = chart_counts(Counts((3, 0, 2, 4), (20, 0, 20, 20)))

    assert chart.points[1].value is None
    assert (chart.points[1].lower, chart.points[1].sigmas) == (None, None)
    assert chart.limitations == (
        "Centre and limits rest on 3 periods; below 20 they still move with each new one.",
        "1 periods are empty: they have no point, and runs end there.",
        "In 3 periods fewer than 5 cases are expected: limits by sigma are rough there. Longer periods would help.",
    )


@pytest.mark.parametrize("kind", ["share", "rate"])
@pytest.mark.parametrize("overdispersed", [False, True])
def test_without_a_case_there_are_no_limits_and_it_is_said(kind, overdispersed):
    chart = chart_counts(Counts((0, 0, 0), (50, 60, 70), kind=kind), Charting(overdispersed=overdispersed))

    assert (chart.points[0].upper, chart.signals, chart.dispersion) == (None, (), 1.0)
    assert chart.limitations[0].startswith("All periods of the baseline are alike")


def test_equal_shares_have_no_spread_between_periods():
    chart = chart_counts(Counts((5, 5, 5), (50, 50, 50)), Charting(overdispersed=True))

    assert (chart.points[0].upper, chart.dispersion) == (None, 0.0)
    assert chart.limitations[0].startswith("All periods of the baseline are alike")


def test_individual_values_take_their_spread_from_moving_ranges():
    rng = random.Random(4)
    values = [rng.gauss(10, 2) for _ in range(40)]

    chart = chart_individuals(Values(tuple(values)), Charting(rules=EVERY_RULE))

    ranges = [abs(b - a) for a, b in pairwise(values)]
    sigma = mean(ranges) / D2
    assert chart.individuals.centre == pytest.approx(mean(values), rel=1e-12)
    assert chart.individuals.sigma == pytest.approx(sigma, rel=1e-12)
    assert chart.individuals.points[0].upper == pytest.approx(mean(values) + 3 * sigma, rel=1e-12)
    assert chart.ranges.centre == pytest.approx(mean(ranges), rel=1e-12)
    # D4 = 3.267 in every table of constants.
    assert chart.ranges.points[1].upper == pytest.approx(3.267 * mean(ranges), rel=2e-4)
    assert (chart.ranges.points[0].value, chart.ranges.points[1].lower) == (None, 0.0)


def test_a_jump_is_a_signal_on_both_charts_of_individuals():
    steady = [10.0, 10.4, 9.8, 10.1, 9.9, 10.2, 10.0, 9.7, 10.3, 10.1] * 2

    chart = chart_individuals(Values((*steady, 14.0)), Charting(baseline=("1", "20")))

    assert [(one.label, one.side) for one in chart.individuals.signals if one.rule == "beyond-3-sigma"] == [
        ("21", "above")
    ]
    assert [(one.label, one.rule) for one in chart.ranges.signals] == [("21", "beyond-3-sigma")]


def test_gaps_make_no_moving_range():
    chart = chart_individuals(Values((1.0, 3.0, None, 10.0, 11.0)))

    assert moving_ranges((1.0, 3.0, None, 10.0, 11.0)) == (None, 2.0, None, None, 1.0)
    assert moving_ranges(()) == ()
    assert chart.individuals.sigma == pytest.approx(1.5 / D2, rel=1e-12)
    assert chart.individuals.points[2].value is None


def test_values_that_are_all_alike_have_no_limits():
    chart = chart_individuals(Values((4.0, 4.0, 4.0)))

    assert (chart.individuals.sigma, chart.individuals.points[0].upper, chart.individuals.signals) == (None, None, ())
    assert chart.ranges.points[1].upper is None
    assert chart.individuals.limitations[0].startswith("All periods of the baseline are alike")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: chart_counts(Counts((1,), (5,))), "SM464"),
        (lambda: chart_counts(Counts((), ())), "SM464"),
        (lambda: chart_counts(Counts((1, 0), (5, 0))), "SM464"),
        (lambda: chart_individuals(Values((1.0, None, 2.0))), "SM464"),
        (lambda: chart_counts(Counts((1, 2), (5, 5)), Charting(baseline=("1", "3"))), "SM463"),
        (lambda: chart_counts(Counts((), ()), Charting(baseline=("1", "3"))), "SM463"),
        (lambda: chart_counts(Counts((1, 2, 3), (5, 5, 5)), Charting(baseline=("3", "1"))), "SM464"),
        (lambda: chart_individuals(Values((1.0, 2.0)), Charting(rules=("none",))), "SM463"),
    ],
)
def test_what_gives_no_chart_is_refused(make, code):
    with pytest.raises(SealmarkError) as caught:
        make()

    assert caught.value.codes == (code,)


def test_the_rate_of_false_alarms_is_that_of_three_sigma():
    rng = random.Random(5)
    values = tuple(rng.gauss(0, 1) for _ in range(20_000))

    chart = chart_individuals(Values(values), Charting(rules=("beyond-3-sigma",)))

    # 0.0027 of normal values lie beyond 3 sigma: 54 expected of 20,000, standard deviation 7.3.
    assert 32 < len(chart.individuals.signals) < 76
