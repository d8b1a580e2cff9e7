"""``sealmark measure control``: is a process steady, seasonal, getting better or worse?"""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.measuring.estimate import parse_measure, source_of
from sealmark.cli.output import json_option, result, table
from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.core.numbers import decimal_from_float

if TYPE_CHECKING:
    from sealmark.measure.process.charts import ChartPoint, ControlChart
    from sealmark.measure.process.cusum import CusumChart
    from sealmark.measure.process.seasonality import Seasonality
    from sealmark.measure.process.series import Counts, Series, Values
    from sealmark.measure.process.trend import Trend

__all__ = ["control_command", "drawing_file", "parse_minimum"]

_STEPS = ("day", "week", "month", "quarter", "year")
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@dataclasses.dataclass(frozen=True)
class _Wishes:
    """What was asked for besides the measure."""

    kind: str | None
    baseline: tuple[str, str] | None
    overdispersed: bool
    every_rule: bool
    target: float | None
    sigma: float | None
    slack: float
    decision: float


@click.command("control", epilog="Example: sealmark measure control complaints.csv --measure share:late=1 "
               "--period opened:month --baseline 2024-01 2024-12 --better lower --seasons")  # fmt: skip
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="TABLE")
@click.option("--measure", required=True, help="What to chart: a share or top box makes a p chart, a ratio a u chart, "
              "anything else a chart of individual values.")  # fmt: skip
@click.option("--period", required=True, help="Column that names the period, or COLUMN:day|week|month|quarter|year "
              "for a column of dates.")  # fmt: skip
@click.option("--from", "first", type=_DAY, help="First day to use.")
@click.option("--until", "last", type=_DAY, help="Last day to use.")
@click.option("--kind", type=click.Choice(["p", "u", "xmr", "cusum"]), help="Another chart than the usual one.")
@click.option("--baseline", nargs=2, metavar="FIRST LAST", help="Periods that give centre and limits.")
@click.option("--overdispersed", is_flag=True, help="Widen p and u limits by the spread between periods (Laney).")
@click.option("--every-rule", is_flag=True, help="Apply all eight rules instead of the usual five.")
@click.option("--target", type=float, help="CUSUM: the wanted level; by default the baseline's mean.")
@click.option("--sigma", type=float, help="CUSUM: standard deviation of a value; by default from moving ranges.")
@click.option("--k", "slack", type=float, default=0.5, show_default=True, help="CUSUM: slack, in sigmas.")
@click.option("--h", "decision", type=float, default=5.0, show_default=True, help="CUSUM: limit, in sigmas.")
@click.option("--better", type=click.Choice(["higher", "lower"]), help="Also judge the trend; say what is good.")
@click.option("--minimum", help="Trend: the smallest change a year that matters; 0 by default.")
@click.option("--seasons", is_flag=True, help="Also test for seasons, and adjust the trend for them.")
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Mapping file for a messy export."
)
@click.option(
    "--chart", type=click.Path(dir_okay=False, path_type=Path), help="Write a drawing: FILE.svg or FILE.html."
)
@json_option
def control_command(
    file: Path,
    measure: str,
    period: str,
    first: dt.datetime | None,
    last: dt.datetime | None,
    better: Any,
    minimum: str | None,
    seasons: bool,
    mapping: Path | None,
    chart: Path | None,
    **wishes: Any,
) -> None:
    """Chart a measure period by period and say which periods are more than chance.

    Every row counts alike. Empty periods, periods too small for the limits and a spread beyond
    chance are told. Seasons need two full cycles.
    """
    wanted = _Wishes(**{**wishes, "baseline": wishes["baseline"] or None})
    parsed = parse_measure(measure)
    kind = _kind(parsed, wanted)
    _refuse_idle("--minimum", minimum is not None and better is None, "It belongs to the trend: add --better.")
    series = _series(source_of(file, mapping), parsed, kind, _timeline(period, first, last))
    found = _charts(series, kind, wanted)
    season = _season(series) if seasons else None
    slope = _trend(series, better, minimum or "0", seasonal=seasons) if better else None
    if chart is not None:
        _write(chart, found[0], measure)
    value = {"charts": [_plain(one) for one in found], "seasons": _plain(season), "trend": _plain(slope)}
    lines = [line for one in found for line in _lines(one)]
    result(value, [*lines, *_season_lines(season), *_trend_lines(slope)])


def _kind(measure: Any, wanted: _Wishes) -> str:
    """Return the kind of chart, after refusing options that would be ignored."""
    from sealmark.measure.surveys.formulas import Ratio, Share, TopBox

    usual = "p" if isinstance(measure, (Share, TopBox)) else "u" if isinstance(measure, Ratio) else "xmr"
    kind = wanted.kind or usual
    if kind in {"p", "u"} and kind != usual:
        what = f"A {kind} chart cannot be made of this measure."
        fix = "A p chart needs a share or top box, a u chart a ratio of two columns."
        raise SealmarkError(Problem("SM903", what, "--kind", fix))
    stated = wanted.target is not None or wanted.sigma is not None or (wanted.slack, wanted.decision) != (0.5, 5.0)
    _refuse_idle("--target, --sigma, --k or --h", stated and kind != "cusum", "They belong to --kind cusum.")
    _refuse_idle("--overdispersed", wanted.overdispersed and kind not in {"p", "u"}, "It belongs to p and u charts.")
    _refuse_idle("--every-rule", wanted.every_rule and kind == "cusum", "A CUSUM has its one rule.")
    return kind


def _refuse_idle(option: str, wrong: bool, fix: str) -> None:
    if wrong:
        raise SealmarkError(Problem("SM903", "The option would change nothing here.", option, fix))


def _timeline(text: str, first: dt.datetime | None, last: dt.datetime | None) -> Any:
    from sealmark.core.periods import Period
    from sealmark.measure.process.series import Timeline

    column, _, step = text.partition(":")
    if step and step not in _STEPS:
        raise SealmarkError(
            Problem("SM903", f'"{step}" is no length of a period.', "--period", did_you_mean(step, _STEPS))
        )
    if (first is None) != (last is None) or (first and not step):
        what = "A span needs a column of dates, a first day and a last day."
        raise SealmarkError(
            Problem("SM903", what, "--from, --until", "Write --period COLUMN:month --from ... --until ...")
        )
    span = Period(first.date(), last.date()) if first and last else None
    return Timeline(column, step or None, span)  # type: ignore[arg-type]


def _series(source: Any, measure: Any, kind: str, timeline: Any) -> Series:
    from sealmark.measure.process.series import count_periods, value_periods
    from sealmark.measure.surveys.design import Design

    if kind in {"p", "u"}:
        return count_periods(source, measure, timeline=timeline)
    return value_periods(source, measure, timeline=timeline, design=Design())


def _charts(series: Any, kind: str, wanted: _Wishes) -> list[ControlChart | CusumChart]:
    from sealmark.measure.process.charts import Charting, chart_counts, chart_individuals
    from sealmark.measure.process.cusum import CusumSettings, chart_cusum
    from sealmark.measure.process.rules import EVERY_RULE, USUAL_RULES

    if kind == "cusum":
        settings = CusumSettings(wanted.target, wanted.sigma, wanted.slack, wanted.decision, wanted.baseline)
        return [chart_cusum(series, settings)]
    charting = Charting(wanted.baseline, EVERY_RULE if wanted.every_rule else USUAL_RULES, wanted.overdispersed)
    if kind == "xmr":
        both = chart_individuals(series, charting)
        return [both.individuals, both.ranges]
    return [chart_counts(series, charting)]


def _season(series: Counts | Values) -> Seasonality:
    from sealmark.measure.process.seasonality import seasonality

    return seasonality(series)


def _trend(series: Counts | Values, better: Any, minimum: str, *, seasonal: bool) -> Trend:
    from sealmark.measure.process.trend import trend

    return trend(series, better=better, minimum=parse_minimum(minimum), seasonal=seasonal)


def parse_minimum(text: str) -> Decimal:
    """Return the smallest change that matters, exactly as written.

    Raises:
        SealmarkError: SM903 it is no number.
    """
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        raise SealmarkError(Problem("SM903", f'"{text}" is no number.', "--minimum", "Write for example 0.5."))
    return number


def drawing_file(path: Path) -> Path:
    """Return the file a drawing goes to.

    Raises:
        SealmarkError: SM903 its name ends in neither .svg nor .html.
    """
    if path.suffix.lower() not in {".svg", ".html"}:
        raise SealmarkError(Problem("SM903", f'"{path.name}" is no kind of drawing.', "--chart", "Legal: .svg, .html."))
    return path


def _write(path: Path, chart: ControlChart | CusumChart, title: str) -> None:
    from sealmark.measure.process.cusum import CusumChart
    from sealmark.reports.process_drawing import draw_control_chart, draw_cusum, write_drawing

    svg = draw_cusum(chart) if isinstance(chart, CusumChart) else draw_control_chart(chart)
    write_drawing(drawing_file(path), svg, title)


def _plain(value: Any) -> Any:
    """Return a result as JSON; doubles are cut to the digits that are the same on every machine."""
    from sealmark.core.canonical import to_json

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: _plain(part) for name, part in parts.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return float(decimal_from_float(value)) if isinstance(value, float) else to_json(value)


def _lines(chart: ControlChart | CusumChart) -> list[str]:
    from sealmark.measure.process.cusum import CusumChart

    return _cusum_lines(chart) if isinstance(chart, CusumChart) else _chart_lines(chart)


def _chart_lines(chart: ControlChart) -> list[str]:
    named = {
        index: [signal.rule for signal in chart.signals if signal.index == index] for index in range(len(chart.points))
    }
    rows = [["period", "value", "lower", "upper", "n", "signal"]]
    rows += [_point_row(point, named[index]) for index, point in enumerate(chart.points)]
    head = f"{chart.kind} chart: centre {chart.centre:.6g}, from {chart.baseline[0]} to {chart.baseline[1]}"
    spread = f", limits widened {chart.dispersion:.3g} times" if chart.dispersion != 1 else ""
    return [
        head + spread,
        *table(rows),
        _told(len({signal.index for signal in chart.signals})),
        *_notes(chart.limitations),
    ]


def _point_row(point: ChartPoint, rules: list[str]) -> list[str]:
    figures = (point.value, point.lower, point.upper, point.base)
    return [point.label, *("-" if one is None else f"{one:.6g}" for one in figures), ", ".join(rules)]


def _told(number: int) -> str:
    if not number:
        return "No period is more than chance."
    return f"{number} period{'' if number == 1 else 's'} with a signal."


def _cusum_lines(chart: CusumChart) -> list[str]:
    sides = {signal.label: f"{signal.side} since {signal.since}" for signal in chart.signals}
    rows = [["period", "value", "high", "low", "signal"]]
    for point in chart.points:
        value = "-" if point.value is None else f"{point.value:.6g}"
        rows.append([point.label, value, f"{point.high:.6g}", f"{point.low:.6g}", sides.get(point.label, "")])
    head = f"CUSUM: target {chart.target:.6g}, slack {chart.slack:.6g}, limit {chart.limit:.6g}"
    return [head, *table(rows), _told(len(sides)), *_notes(chart.limitations)]


def _notes(limitations: tuple[str, ...]) -> list[str]:
    return [f"Note: {note}" for note in limitations]


def _season_lines(found: Seasonality | None) -> list[str]:
    if found is None:
        return []
    rows = [["season", found.scale, "lower", "upper"]]
    for part in found.effects:
        ends = (part.effect.value, part.effect.lower, part.effect.upper)
        rows.append([part.season, *("-" if end is None else f"{end:.4g}" for end in ends)])
    degrees = f"{found.numerator_degrees}, {found.denominator_degrees}"
    head = f"Seasons: {found.verdict}; F({degrees}) = {found.statistic:.4g}, p = {found.p:.3g}"
    return [head, *table(rows), *_notes(found.limitations)]


def _trend_lines(found: Trend | None) -> list[str]:
    if found is None:
        return []
    change = found.per_year
    span = f"{change.value:+.4g} ({change.lower:.4g} to {change.upper:.4g}) a year"
    return [f"Trend: {found.verdict}; {span}, smallest that matters {found.minimum}", *_notes(found.limitations)]
