"""Drawings of processes and drivers: control charts, cumulative sums, the map of importance and performance."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from sealmark.reports.drawing import FONT, Canvas, Line, Word, fit, for_print, text_width

if TYPE_CHECKING:
    from sealmark.measure.comparisons.drivers import DriverAnalysis
    from sealmark.measure.process.charts import ControlChart
    from sealmark.measure.process.cusum import CusumChart

__all__ = ["draw_control_chart", "draw_cusum", "draw_driver_map", "write_drawing"]

_WIDTH, _HEIGHT = 680.0, 320.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 78.0, 12.0, 14.0, 28.0
_SMALL = 11
_ROOM = 0.06

Place = Callable[[float], float]


@dataclass(frozen=True)
class _Room:
    """Where values and periods lie on the canvas."""

    x: Place
    y: Place


def draw_control_chart(chart: ControlChart) -> str:
    """Return a control chart as SVG: points, centre, limits; signals in the warning colour with their period."""
    found = [one for point in chart.points for one in (point.value, point.lower, point.upper) if one is not None]
    room = _room([*found, chart.centre], len(chart.points))
    canvas = Canvas(_WIDTH, _HEIGHT)
    _frame(canvas, room, [point.label for point in chart.points], [*found, chart.centre])
    half = (room.x(1) - room.x(0)) / 2
    canvas.lines.append(Line(_LEFT, room.y(chart.centre), _WIDTH - _RIGHT, room.y(chart.centre), "accent"))
    for index, point in enumerate(chart.points):
        for limit in (point.lower, point.upper):
            if limit is not None:
                x = room.x(index)
                canvas.lines.append(Line(x - half, room.y(limit), x + half, room.y(limit), "soft", 1.5))
    signals = {signal.index: chart.points[signal.index].label for signal in chart.signals}
    _series(canvas, room, [point.value for point in chart.points], signals)
    return canvas.svg(f"control-{chart.kind}")


def draw_cusum(chart: CusumChart) -> str:
    """Return both cumulative sums as SVG, the lower one below zero, between their limits."""
    high = [point.high for point in chart.points]
    low = [-point.low for point in chart.points]
    values = [*high, *low, chart.limit, -chart.limit, 0.0]
    room = _room(values, len(chart.points))
    canvas = Canvas(_WIDTH, _HEIGHT)
    _frame(canvas, room, [point.label for point in chart.points], values)
    for level, stroke in ((0.0, "accent"), (chart.limit, "soft"), (-chart.limit, "soft")):
        canvas.lines.append(Line(_LEFT, room.y(level), _WIDTH - _RIGHT, room.y(level), stroke, 1.5))
    labels = [point.label for point in chart.points]
    for values_of_side, side in ((high, "above"), (low, "below")):
        signals = {labels.index(signal.label): signal.label for signal in chart.signals if signal.side == side}
        _series(canvas, room, values_of_side, signals)
    return canvas.svg("cusum")


def draw_driver_map(found: DriverAnalysis) -> str:
    """Return importance against performance as SVG, with intervals and the cuts between the quadrants."""
    known = [driver for driver in found.drivers if driver.performance.value is not None]
    spots = [(float(driver.performance.value or 0), float(driver.importance.value or 0)) for driver in known]
    ends = [(driver.performance, driver.importance) for driver in known]
    across = [float(end) for level, _ in ends for end in (level.lower, level.upper) if end is not None]
    up = [float(end) for _, share in ends for end in (share.lower, share.upper) if end is not None]
    x = _scale([*across, *(spot[0] for spot in spots)], _LEFT, _WIDTH - _RIGHT)
    y = _scale([*up, *(spot[1] for spot in spots), 0.0], _HEIGHT - _BOTTOM, _TOP)
    canvas = Canvas(_WIDTH, _HEIGHT)
    _cuts(canvas, x, y, found)
    for (level, share), spot, driver in zip(ends, spots, known, strict=True):
        if level.lower is not None and level.upper is not None:
            canvas.lines.append(Line(x(float(level.lower)), y(spot[1]), x(float(level.upper)), y(spot[1]), "tint"))
        if share.lower is not None and share.upper is not None:
            canvas.lines.append(Line(x(spot[0]), y(float(share.lower)), x(spot[0]), y(float(share.upper)), "tint"))
        _dot(canvas, x(spot[0]), y(spot[1]), strong=driver.quadrant == "improve first")
        _name(canvas, x(spot[0]), y(spot[1]), driver.name)
    return canvas.svg("drivers")


def write_drawing(path: Path, svg: str, title: str) -> None:
    """Write a drawing as an SVG file, or as a page of its own when the file's name ends in .html."""
    plain = for_print(svg).replace(FONT, "sans-serif")
    if path.suffix.lower() == ".html":
        heading = html.escape(title)
        page = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{heading}</title>'
            f'<body style="font-family:sans-serif;max-width:46rem;margin:2rem auto;background:#fff;color:#1d2730">'
            f"<h1>{heading}</h1><figure>{plain}</figure></body></html>\n"
        )
        path.write_text(page, encoding="utf-8")
    else:
        path.write_text(plain + "\n", encoding="utf-8")


def _room(values: Sequence[float], size: int) -> _Room:
    step = (_WIDTH - _LEFT - _RIGHT) / max(size, 1)
    return _Room(lambda index: _LEFT + (index + 0.5) * step, _scale(values, _HEIGHT - _BOTTOM, _TOP))


def _scale(values: Sequence[float], start: float, end: float) -> Place:
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = _ROOM * (high - low) or 1.0
    low, high = low - margin, high + margin
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _frame(canvas: Canvas, room: _Room, labels: Sequence[str], values: Sequence[float]) -> None:
    """Draw the axis: lowest and highest value, and as many periods as find room."""
    canvas.lines.append(Line(_LEFT, _TOP, _LEFT, _HEIGHT - _BOTTOM, "line"))
    for value in (min(values), max(values)):
        canvas.words.append(Word(_LEFT - 6, room.y(value), f"{value:.4g}", "right", _SMALL, fill="soft"))
    widest = max((text_width(label, _SMALL) for label in labels), default=0.0) + 10
    every = max(1, int(widest / max(room.x(1) - room.x(0), 1e-9)) + 1)
    for index in range(0, len(labels), every):
        x = min(max(room.x(index), _LEFT + widest / 2), _WIDTH - widest / 2)
        canvas.words.append(Word(x, _HEIGHT - _BOTTOM / 2, labels[index], "center", _SMALL, fill="soft"))


def _series(canvas: Canvas, room: _Room, values: Sequence[float | None], signals: dict[int, str]) -> None:
    for index, (before, value) in enumerate(pairwise(values)):
        if before is not None and value is not None:
            canvas.lines.append(Line(room.x(index), room.y(before), room.x(index + 1), room.y(value), "tint", 1.5))
    for index, value in enumerate(values):
        if value is None:
            continue
        _dot(canvas, room.x(index), room.y(value), strong=index in signals)
        if index in signals and index - 1 not in signals:
            # Only the first of a run is named: its neighbours would cover each other.
            _name(canvas, room.x(index), room.y(value), signals[index])


def _dot(canvas: Canvas, x: float, y: float, *, strong: bool) -> None:
    size = 4.0 if strong else 2.5
    # A short thick line, not a rectangle: rectangles lie below all lines.
    canvas.lines.append(Line(x - size, y, x + size, y, "warn" if strong else "accent", 2 * size))


def _name(canvas: Canvas, x: float, y: float, text: str) -> None:
    shown = fit(text, 140, _SMALL)
    before = x + 10 + text_width(shown, _SMALL) > _WIDTH
    canvas.words.append(Word(x - 8 if before else x + 8, max(y - 8, 8), shown, "right" if before else "left", _SMALL))


def _cuts(canvas: Canvas, x: Place, y: Place, found: DriverAnalysis) -> None:
    across = y(float(found.importance_cut))
    canvas.lines.append(Line(_LEFT, across, _WIDTH - _RIGHT, across, "line"))
    if found.performance_cut is not None:
        middle = x(float(found.performance_cut))
        canvas.lines.append(Line(middle, _TOP, middle, _HEIGHT - _BOTTOM, "line"))
    canvas.lines.append(Line(_LEFT, _TOP, _LEFT, _HEIGHT - _BOTTOM, "line"))
    canvas.words.append(Word(_LEFT + 6, _TOP + 4, "improve first", size=_SMALL, fill="soft"))
    canvas.words.append(Word(_WIDTH - _RIGHT - 4, _TOP + 4, "keep up", "right", _SMALL, fill="soft"))
    canvas.words.append(Word(_LEFT + 6, _HEIGHT - _BOTTOM - 6, "watch", size=_SMALL, fill="soft"))
    canvas.words.append(Word(_WIDTH - _RIGHT - 4, _HEIGHT - _BOTTOM - 6, "ease", "right", _SMALL, fill="soft"))
    canvas.words.append(Word(_LEFT - 6, y(float(found.importance_cut)), "importance", "right", _SMALL, fill="soft"))
    canvas.words.append(Word(_WIDTH / 2, _HEIGHT - 8, "performance, 0-100", "center", _SMALL, fill="soft"))
