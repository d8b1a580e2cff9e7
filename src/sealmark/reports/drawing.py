"""Draw shapes and lettering as one SVG through Vega-Lite, the same for page and print.

Positions are pixels, worked out beforehand: nothing depends on how wide an
engine guesses a letter to be, and labels never collide. Colours are names of
roles; pages give them light and dark values, print gets the light ones.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["COLOURS", "FONT", "Align", "Canvas", "Line", "Rect", "Word", "fit", "for_print", "text_width", "wrap"]

FONT = "Sealmark Sans"
COLOURS: Mapping[str, str] = {
    "ink": "#1d2730",
    "soft": "#5a6672",
    "line": "#b9c1c7",
    "accent": "#0e6470",
    "tint": "#9cc3c6",
    "pale": "#e3eced",
    "warn": "#9c5410",
    "hatch": "#8d98a1",
    "paper": "#fffffe",
}
Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Rect:
    """A filled rectangle."""

    x: float
    y: float
    x2: float
    y2: float
    fill: str
    stroke: str = "transparent"


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x: float
    y: float
    x2: float
    y2: float
    stroke: str = "line"
    width: float = 1


@dataclass(frozen=True)
class Word:
    """A line of lettering; ``y`` is its middle."""

    x: float
    y: float
    text: str
    align: Align = "left"
    size: int = 13
    bold: bool = False
    fill: str = "ink"


@dataclass
class Canvas:
    """Collects shapes and gives them out as SVG."""

    width: float
    height: float = 0
    rects: list[Rect] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)

    def svg(self, name: str) -> str:
        """Return the drawing as SVG with colour roles as CSS variables.

        Args:
            name: Made part of every id, so that drawings on one page do not collide.

        Raises:
            SealmarkError: SM613 the drawing engine refused the chart.
        """
        import vl_convert  # heavy: only when a report is drawn

        try:
            raw = vl_convert.vegalite_to_svg(self._specification(), allowed_base_urls=[])
        except (ValueError, TypeError, RuntimeError) as error:
            raise SealmarkError(Problem("SM613", f"The chart {name} could not be drawn: {error}.", name,
                                        "Report this with the evaluation.json.")) from error  # fmt: skip
        return _cleaned(raw, name, self.width, self.height)

    def _specification(self) -> dict[str, Any]:
        import altair as alt

        x = alt.Scale(domain=[0, self.width], nice=False, zero=False)
        y = alt.Scale(domain=[0, self.height], nice=False, zero=False, reverse=True)
        place = {"x": alt.X("x:Q", scale=x, axis=None), "y": alt.Y("y:Q", scale=y, axis=None)}
        layers = [*self._shape_layers(alt, place), *self._word_layers(alt, place)]
        chart = alt.layer(*layers).properties(
            width=self.width, height=self.height, padding=0, autosize=alt.AutoSizeParams(type="none"),
            background="transparent",
        ).configure(font=FONT).configure_view(stroke=None, clip=False)  # fmt: skip
        # The engine that draws refuses what is none; to hold every chart against the schema first costs as much again.
        return dict(chart.to_dict(validate=False))

    def _shape_layers(self, alt: Any, place: Mapping[str, Any]) -> list[Any]:
        ends = {"x2": alt.X2("x2:Q"), "y2": alt.Y2("y2:Q")}
        stroke = alt.Stroke("stroke:N", scale=None, legend=None)
        layers = []
        if self.rects:
            rects = alt.Chart(alt.Data(values=_values(self.rects))).mark_rect(aria=False)
            layers.append(
                rects.encode(**place, **ends, stroke=stroke, fill=alt.Fill("fill:N", scale=None, legend=None))
            )
        if self.lines:
            lines = alt.Chart(alt.Data(values=_values(self.lines))).mark_rule(aria=False)
            width = alt.StrokeWidth("width:Q", scale=None, legend=None)
            layers.append(lines.encode(**place, **ends, stroke=stroke, strokeWidth=width))
        return layers

    def _word_layers(self, alt: Any, place: Mapping[str, Any]) -> list[Any]:
        kinds = sorted({(word.align, word.size, word.bold) for word in self.words})
        layers = []
        for align, size, bold in kinds:
            alike = [word for word in self.words if (word.align, word.size, word.bold) == (align, size, bold)]
            weight = 700 if bold else 400
            texts = alt.Chart(alt.Data(values=_values(alike))).mark_text(
                aria=False, align=align, baseline="middle", fontSize=size, fontWeight=weight
            )
            fill = alt.Fill("fill:N", scale=None, legend=None)
            layers.append(texts.encode(**place, text=alt.Text("text:N"), fill=fill))
        return layers


def _values(shapes: Sequence[Rect] | Sequence[Line] | Sequence[Word]) -> list[dict[str, object]]:
    return [{key: _coloured(key, value) for key, value in asdict(shape).items()} for shape in shapes]


def _coloured(key: str, value: object) -> object:
    if key == "text":
        # Vega-Lite reads dots and brackets in field names, never in values; only empty text needs care.
        return str(value)
    return COLOURS.get(str(value), value) if key in {"fill", "stroke"} else value


def _cleaned(svg: str, name: str, width: float, height: float) -> str:
    """Return the SVG with own root, stable ids and colour roles."""
    body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    prefix = "c" + hashlib.sha256(f"{name}{body}".encode()).hexdigest()[:8]
    for number, old in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', body))):
        body = re.sub(rf'(\bid="|url\(#){re.escape(old)}(?=["\)])', rf"\g<1>{prefix}-{number}", body)
    body = re.sub(r"\s*<rect [^>]*class=\"background\"[^>]*/>", "", body)
    body = re.sub(r'(fill|stroke)="(#[0-9a-f]{6})"', _role, body)
    hatch, body = _hatched(body, prefix)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}">{hatch}{body}</svg>'
    )


_ROLES = {colour: role for role, colour in COLOURS.items()}


def _role(found: re.Match[str]) -> str:
    attribute, colour = found.groups()
    return f'{attribute}="var(--{_ROLES[colour]},{colour})"' if colour in _ROLES else found.group()


def _hatched(body: str, prefix: str) -> tuple[str, str]:
    """Return a pattern for what is open, and the body that uses it: open ranges differ by more than colour."""
    colour = f"var(--hatch,{COLOURS['hatch']})"
    if f'fill="{colour}"' not in body:
        return "", body
    pattern = (
        f'<defs><pattern id="{prefix}-h" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)">'
        f'<line x1="0" y1="0" x2="0" y2="6" stroke="{colour}" stroke-width="2"/></pattern></defs>'
    )
    return pattern, body.replace(f'fill="{colour}"', f'fill="url(#{prefix}-h)"')


def for_print(svg: str) -> str:
    """Return the drawing with colours written out, for engines that know no CSS variables."""
    return re.sub(r"var\(--[a-z]+,(#[0-9a-f]{6})\)", r"\1", svg)


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is set, in pixels; rather too wide than too narrow."""
    return sum(_advance(character) for character in text) * size


def _advance(character: str) -> float:
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return 1.0
    if character.isupper() or character in "mwMW@%жшщюмЖШЩЮМ":
        return 0.76
    return 0.3 if character in "iljtf.,:;|!' ()" else 0.58


def fit(text: str, width: float, size: float) -> str:
    """Return the text, cut with an ellipsis if it is wider than ``width``."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, width: float, size: float, *, lines: int = 2) -> list[str]:
    """Return the text in at most ``lines`` lines; what does not fit is cut with an ellipsis."""
    result: list[str] = []
    for piece in _pieces(text):
        if result and text_width(result[-1] + piece, size) <= width:
            result[-1] += piece
        elif len(result) < lines:
            result.append(piece)
        else:
            result[-1] += piece
    return [fit(line.strip(), width, size) for line in result] or [""]


def _pieces(text: str) -> Iterable[str]:
    """Cut where a line may break: after spaces, and between Han characters but not before punctuation."""
    return re.findall(
        r"[^\s\u2e80-\u9fff\uf900-\ufaff]+\s*|[\u2e80-\u9fff\uf900-\ufaff][\u3001\u3002\uff0c\uff1b\uff1a\uff09\u300d\u300f\u201d]*\s*|\s+",
        text,
    )
