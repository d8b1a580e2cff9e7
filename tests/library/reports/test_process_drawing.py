"""Drawings carry what the numbers say: every period, every signal by name, every driver."""

import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest

from sealmark.core.estimates import Estimate
from sealmark.measure.comparisons.drivers import Driver, DriverAnalysis
from sealmark.measure.process.charts import chart_counts, chart_individuals
from sealmark.measure.process.cusum import CusumSettings, chart_cusum
from sealmark.measure.process.periods import plain_periods
from sealmark.measure.process.series import Counts, Values
from sealmark.reports.process_drawing import draw_control_chart, draw_cusum, draw_driver_map, write_drawing


def texts(svg):
    return [node.text for node in ET.fromstring(svg).iter() if node.tag.endswith("text")]


def test_a_control_chart_names_its_first_signal_and_its_periods():
    series = Counts((10, 11, 0, 12, 40, 41), (100, 100, 0, 100, 100, 100), plain_periods("abcdef"))

    words = texts(draw_control_chart(chart_counts(series)))

    assert {"a", "c", "f", "e"} <= set(words)
    # Neighbouring signals would cover each other: only the first of the run is named beside its point.
    assert words.count("e") == 2
    assert words.count("f") == 1


def test_a_chart_without_limits_is_drawn_all_the_same():
    words = texts(draw_control_chart(chart_individuals(Values((4.0, 4.0, 4.0))).individuals))

    assert words.count("4") == 2


def test_a_sum_is_drawn_on_both_sides_with_its_limits():
    chart = chart_cusum(Values((10.0, 13.0, 13.0, 7.0, 5.0, 5.0)), CusumSettings(target=10, sigma=1, decision=4))

    words = texts(draw_cusum(chart))

    assert {"3", "5"} <= {one.label for one in chart.signals}
    assert words.count("3") >= 1
    assert words.count("5") >= 1


def make_analysis(performances):
    drivers = tuple(
        Driver(
            name=f"driver {index}",
            importance=Estimate(Decimal("0.2") * index, Decimal("0.1"), Decimal("0.9"))
            if index
            else Estimate(Decimal(0)),
            relative=Decimal("0.5"),
            performance=performance,
            correlation=Decimal("0.4"),
            inflation=Decimal(1),
            quadrant="improve first",
            clear=True,
        )
        for index, performance in enumerate(performances)
    )
    cut = Decimal(60) if any(one.value for one in performances) else None
    return DriverAnalysis("overall", "lmg", Estimate(Decimal("0.6")), drivers, 300, Decimal("0.2"), cut, ())


def test_the_map_shows_every_driver_with_a_performance():
    known = Estimate(Decimal(70), Decimal(60), Decimal(80))
    found = make_analysis([Estimate(Decimal(55)), known, Estimate.unknown("no scale")])

    words = texts(draw_driver_map(found))

    assert {"driver 0", "driver 1", "improve first", "keep up", "watch", "ease"} <= set(words)
    assert "driver 2" not in words


def test_a_map_without_any_performance_is_empty_but_whole():
    words = texts(draw_driver_map(make_analysis([Estimate.unknown("no scale")])))

    assert "driver 0" not in words
    assert "improve first" in words


@pytest.mark.parametrize("name", ["chart.svg", "chart.html"])
def test_a_title_is_no_markup(tmp_path, name):
    svg = draw_control_chart(chart_counts(Counts((1, 2), (9, 9))))

    write_drawing(tmp_path / name, svg, "<script>late</script>")

    text = (tmp_path / name).read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "var(--" not in text
    assert ("&lt;script&gt;late" in text) == name.endswith("html")
