"""The charts of a report: score on the ladder, curves, bars. Labels stand at the marks, not in a legend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from sealmark.reports.blocks import Drawing
from sealmark.reports.drawing import Align, Canvas, Line, Rect, Word, fit, text_width, wrap

__all__ = ["Bar", "Curve", "Curves", "Limit", "Scale", "draw_bars", "draw_curves", "draw_scale"]

WIDE, NARROW = 680, 330
_SIZE = 13
_TRIED = 5
_ROWS = 4
_PLOT = 150.0


@dataclass(frozen=True)
class Bar:
    """One bar from 0 to ``end``, with an open stretch where something is not known.

    Attributes:
        end: 0 to 1 of the bar's room; None draws no solid part.
        low: Where the open stretch begins, and where it ends.
        strong: Drawn in the deep colour: what the message is about.
    """

    label: str
    text: str
    end: float | None
    low: float | None = None
    high: float | None = None
    strong: bool = False


@dataclass(frozen=True)
class Limit:
    """A grade's limit on the scale, with its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Scale:
    """A score on its ladder.

    Attributes:
        low: Left end of the part shown.
        high: Right end.
        value: The score; None when not determined.
        likely: Likely range.
        open: Range left open.
        ends: The texts at both ends of the axis.
    """

    low: float
    high: float
    limits: Sequence[Limit]
    value: float | None
    value_text: str
    likely: tuple[float, float] | None
    likely_text: str
    open: tuple[float, float] | None
    open_text: str
    ends: tuple[str, str]


@dataclass(frozen=True)
class Curve:
    """A curve through points, from left to right; ``strong`` is what the message is about."""

    points: Sequence[tuple[float, float]]
    strong: bool = False


@dataclass(frozen=True)
class Curves:
    """Shares from 0 to 1 over a score, between the limits of the grades.

    Attributes:
        low: Left end of the axis.
        high: Right end.
        limits: Where grades begin.
        curves: One per grade.
        value: The score found.
        value_text: What stands below it.
        ends: The texts at both ends of the axis.
        levels: The texts at the bottom and at the top: no chance and certainty.
    """

    low: float
    high: float
    limits: Sequence[Limit]
    curves: Sequence[Curve]
    value: float
    value_text: str
    ends: tuple[str, str]
    levels: tuple[str, str]


def _both(name: str, draw: Callable[[int], Canvas]) -> Drawing:
    return Drawing(draw(WIDE).svg(f"{name}-wide"), draw(NARROW).svg(f"{name}-narrow"))


def draw_bars(name: str, bars: Sequence[Bar]) -> Drawing:
    """Return horizontal bars; on narrow pages the label stands above its bar."""
    return _both(name, lambda width: _bars(bars, width))


def _bars(bars: Sequence[Bar], width: int) -> Canvas:
    canvas = Canvas(width)
    room = max(text_width(bar.text, _SIZE) for bar in bars) * 1.08 + 12
    left = 236 if width == WIDE else 0
    y = 2.0
    for bar in bars:
        y = _label(canvas, bar, left, y)
        _bar(canvas, bar, (left, width - room), y)
        y += 32 if left else 30
    canvas.height = y
    if left:
        canvas.lines.append(Line(left, 0, left, y - 4, "soft"))
    return canvas


def _label(canvas: Canvas, bar: Bar, left: int, y: float) -> float:
    if not left:
        lines = wrap(bar.label, canvas.width - 4, _SIZE)
        for number, line in enumerate(lines):
            canvas.words.append(Word(0, y + 10 + number * 17, line, bold=bar.strong))
        return y + 17 * len(lines) + 3
    lines = wrap(bar.label, left - 16, _SIZE)
    for number, line in enumerate(lines):
        middle = y + 12 + (number - (len(lines) - 1) / 2) * 15
        canvas.words.append(Word(left - 12, middle, line, "right", bold=bar.strong))
    return y


def _bar(canvas: Canvas, bar: Bar, room: tuple[float, float], y: float) -> None:
    left, right = room

    def at(share: float) -> float:
        return left + min(max(share, 0.0), 1.0) * (right - left)

    top, bottom = (y + 3, y + 21)
    end = left
    canvas.rects.append(Rect(left, top, right, bottom, "pale"))
    if bar.low is not None and bar.high is not None:
        canvas.rects.append(Rect(at(bar.low), top, at(bar.high), bottom, "hatch", "soft"))
        end = at(bar.high)
    if bar.end is not None:
        canvas.rects.append(Rect(left, top, at(bar.end), bottom, "accent" if bar.strong else "tint"))
    canvas.words.append(Word(right + 8, y + 12, bar.text, bold=bar.strong))
    if end > left:
        canvas.lines.append(Line(end, top, end, bottom, "soft"))


def draw_scale(name: str, scale: Scale) -> Drawing:
    """Return the score between the limits of the grades."""
    return _both(name, lambda width: _scale(scale, width))


def _scale(scale: Scale, width: int) -> Canvas:
    canvas = Canvas(width)
    margin = 6.0

    def at(value: float) -> float:
        share = (value - scale.low) / (scale.high - scale.low)
        return margin + min(max(share, 0.0), 1.0) * (width - 2 * margin)

    strip = _limits(canvas, scale.limits, at)
    _strip(canvas, scale, at, strip)
    bottom = _below(canvas, scale, at, strip + 20)
    canvas.height = bottom
    return canvas


@dataclass(frozen=True)
class _Flag:
    """A label beside the line that leads down to its limit."""

    x: float
    left: float
    right: float
    label: str


def _flags(limit: Limit, x: float, width: float) -> list[_Flag]:
    """Return the places a label can have: right of its line, left of it, as far as the drawing has room."""
    label = fit(limit.label, width * 0.7, _SIZE)
    wide = text_width(label, _SIZE)
    right, left = _Flag(x, x + 5, x + 5 + wide, label), _Flag(x, x - 5 - wide, x - 5, label)
    return [flag for flag in (right, left) if flag.left >= 0 and flag.right <= width] or [right]


def _clashes(flags: Sequence[_Flag], rows: Sequence[int]) -> int:
    """Count labels that overlap and lines that run through labels; a line passes every row below its own."""
    pairs = [(i, j) for i in range(len(flags)) for j in range(len(flags)) if i != j]
    lines = sum(rows[i] > rows[j] and flags[j].left - 4 < flags[i].x < flags[j].right + 4 for i, j in pairs)
    labels = sum(
        rows[i] == rows[j] and flags[i].left < flags[j].right + 12 and flags[j].left < flags[i].right + 12
        for i, j in pairs
        if i < j
    )
    return lines + 2 * labels


def _placed(limits: Sequence[Limit], at: Callable[[float], float], width: float) -> tuple[list[_Flag], tuple[int, ...]]:
    """Return label places and rows with the fewest clashes and rows; up to five limits are tried out."""
    choices = [_flags(limit, at(limit.at), width) for limit in limits]
    if len(limits) > _TRIED:
        return [flags[0] for flags in choices], tuple(range(len(limits)))
    tried = product(range(min(len(limits), _ROWS)), repeat=len(limits))
    arrangements = sorted(tried, key=lambda rows: (max(rows, default=0), sum(rows), rows))
    best: tuple[int, list[_Flag], tuple[int, ...]] | None = None
    for rows in arrangements:
        for flags in product(*choices):
            clashes = _clashes(flags, rows)
            if best is None or clashes < best[0]:
                best = (clashes, list(flags), rows)
        if best is not None and best[0] == 0:
            break
    return (best[1], best[2]) if best else ([], ())


def _limits(canvas: Canvas, limits: Sequence[Limit], at: Callable[[float], float]) -> float:
    """Write the limits above the strip, in as many rows as it takes, and return where the strip begins."""
    flags, rows = _placed(sorted(limits, key=lambda item: item.at), at, canvas.width)
    strip = 20.0 * (max(rows, default=-1) + 1) + 10
    for flag, row in zip(flags, rows, strict=True):
        y = strip - 18 - 20 * row
        canvas.lines.append(Line(flag.x, y - 8, flag.x, strip + 20, "soft"))
        align: Align = "left" if flag.left > flag.x else "right"
        canvas.words.append(Word(flag.left if align == "left" else flag.right, y, flag.label, align))
    return strip


def _strip(canvas: Canvas, scale: Scale, at: Callable[[float], float], y: float) -> None:
    canvas.rects.append(Rect(at(scale.low), y, at(scale.high), y + 20, "pale"))
    if scale.open is not None and scale.value is None:
        canvas.rects.append(Rect(at(scale.open[0]), y, at(scale.open[1]), y + 20, "hatch", "soft"))
    if scale.likely is not None:
        canvas.rects.append(Rect(at(scale.likely[0]), y + 4, at(scale.likely[1]), y + 16, "tint"))
        for end in scale.likely:
            canvas.lines.append(Line(at(end), y + 2, at(end), y + 18, "accent", 1.5))
    if scale.value is not None:
        x = at(scale.value)
        canvas.rects.append(Rect(x - 2.5, y - 4, x + 2.5, y + 24, "accent", "paper"))


def _below(canvas: Canvas, scale: Scale, at: Callable[[float], float], y: float) -> float:
    if scale.value is not None:
        _centred(canvas, at(scale.value), y + 17, scale.value_text, size=16, bold=True)
        y += 20
    note = scale.likely_text if scale.likely is not None else scale.open_text if scale.value is None else ""
    middle = scale.likely or scale.open
    if note and middle is not None:
        _centred(canvas, (at(middle[0]) + at(middle[1])) / 2, y + 17, note, size=_SIZE, bold=False)
        y += 18
    canvas.words.append(Word(0, y + 18, scale.ends[0], "left", 12, fill="soft"))
    canvas.words.append(Word(canvas.width, y + 18, scale.ends[1], "right", 12, fill="soft"))
    return y + 28


def _centred(canvas: Canvas, x: float, y: float, text: str, *, size: int, bold: bool) -> None:
    half = text_width(text, size) / 2
    middle = min(max(x, half), canvas.width - half)
    canvas.words.append(Word(middle, y, text, "center", size, bold))


def draw_curves(name: str, curves: Curves) -> Drawing:
    """Return curves over a score, with the limits of the grades and the score found."""
    return _both(name, lambda width: _curves(curves, width))


def _curves(curves: Curves, width: int) -> Canvas:
    canvas = Canvas(width)
    left = max(text_width(text, 12) for text in curves.levels) + 8
    right = width - 6.0

    def at(value: float) -> float:
        return left + (value - curves.low) / (curves.high - curves.low) * (right - left)

    top = _limits(canvas, curves.limits, at)
    bottom = top + _PLOT
    canvas.rects.append(Rect(left, top, right, bottom, "pale"))
    for limit in curves.limits:
        canvas.lines.append(Line(at(limit.at), top, at(limit.at), bottom, "soft"))
    for curve in sorted(curves.curves, key=lambda item: item.strong):
        places = [(at(score), bottom - share * _PLOT) for score, share in curve.points]
        colour, thick = ("accent", 2.5) if curve.strong else ("hatch", 1.5)
        canvas.lines += [Line(*one, *other, colour, thick) for one, other in pairwise(places)]
    canvas.lines.append(Line(at(curves.value), top - 4, at(curves.value), bottom + 6, "ink", 2))
    for text, y in zip(curves.levels, (bottom, top), strict=True):
        canvas.words.append(Word(left - 6, y, text, "right", 12, fill="soft"))
    _centred(canvas, at(curves.value), bottom + 18, curves.value_text, size=_SIZE, bold=True)
    canvas.words.append(Word(left, bottom + 36, curves.ends[0], "left", 12, fill="soft"))
    canvas.words.append(Word(right, bottom + 36, curves.ends[1], "right", 12, fill="soft"))
    canvas.height = bottom + 46
    return canvas
