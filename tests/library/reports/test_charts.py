# ruff: noqa: RUF001 - punctuation of other scripts
import re
import xml.etree.ElementTree as ET

import pytest

from sealmark.reports.charts import Bar, Limit, Scale, draw_bars, draw_scale
from sealmark.reports.drawing import Canvas, Rect, Word, fit, for_print, text_width, wrap

LIMITS = [
    Limit(70, "Up to standard 70"),
    Limit(80, "Three stars 80"),
    Limit(90, "Four stars 90"),
    Limit(95, "Five stars 95"),
]


def scale(**changes):
    parts = {
        "low": 60, "high": 100, "limits": LIMITS, "value": 87.4, "value_text": "87.4", "likely": (85, 90),
        "likely_text": "likely 85 to 90", "open": None, "open_text": "", "ends": ("60", "100"),
    }  # fmt: skip
    return Scale(**{**parts, **changes})


def lettering(svg):
    """Return every line of lettering with the room it takes: text, left, right, middle."""
    found = []
    for part in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        x, y = map(float, re.search(r"translate\(([-\d.]+),\s*([-\d.]+)\)", part.get("transform")).groups())
        size = float(part.get("font-size").removesuffix("px"))
        wide = text_width(part.text, size)
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[part.get("text-anchor")]
        found.append((part.text, left, left + wide, y))
    return found


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_labels_of_limits_never_overlap(width):
    words = lettering(getattr(draw_scale("s", scale()), width))

    overlaps = [
        (a[0], b[0])
        for number, a in enumerate(words)
        for b in words[number + 1 :]
        if abs(a[3] - b[3]) < 14 and a[1] < b[2] and b[1] < a[2]
    ]
    assert overlaps == []
    assert {limit.label for limit in LIMITS} <= {word[0] for word in words}


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_nothing_is_lettered_outside_the_drawing(width):
    svg = getattr(draw_scale("s", scale(value=99.9, likely=(98, 100))), width)
    limit = float(ET.fromstring(svg).get("width"))

    assert [word for word in lettering(svg) if word[1] < -1 or word[2] > limit + 1] == []


def test_an_undetermined_score_shows_what_is_open_by_pattern_not_colour_alone():
    svg = draw_scale("s", scale(value=None, likely=None, open=(65, 95), open_text="open 65 to 95")).wide

    assert len(re.findall("<pattern ", svg)) == 1
    assert "open 65 to 95" in svg


def test_bars_are_labelled_at_the_bar():
    svg = draw_bars(
        "b", [Bar("Group & Co <x>", "83 %", 0.83, strong=True), Bar("Open", "50 – 90 %", None, 0.5, 0.9)]
    ).wide

    assert sorted(word[0] for word in lettering(svg)) == ["50 – 90 %", "83 %", "Group & Co <x>", "Open"]


def test_drawing_twice_gives_the_same_and_two_names_do_not_collide():
    bars = [Bar("a", "1", None, 0.1, 0.5)]
    first, again, other = draw_bars("one", bars), draw_bars("one", bars), draw_bars("two", bars)
    ids = [re.findall(r'id="([^"]+)"', svg) for svg in (first.wide, first.narrow, other.wide, other.narrow)]

    assert first == again
    assert len({name for found in ids for name in found}) == sum(map(len, ids)) > 0


def test_print_has_no_variables():
    svg = draw_bars("b", [Bar("a", "1", 0.5)]).wide

    assert "var(--accent" not in for_print(svg)
    assert 'fill="var(--tint,#9cc3c6)"' in svg
    assert 'fill="#9cc3c6"' in for_print(svg)


def test_lettering_is_data_and_never_markup():
    canvas = Canvas(100, 20, [Rect(0, 0, 1, 1, "ink")], [], [Word(0, 10, "</text><script>x</script>")])

    assert "<script" not in canvas.svg("x")


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("Short", 200, ["Short"]),
        ("Management and people of the house", 150, ["Management and", "people of the house"]),
        ("售后服务体系与顾客服务", 80, ["售后服务体系", "与顾客服务"]),
        ("甲，乙", 26, ["甲，", "乙"]),
    ],
)
def test_labels_break_where_their_script_allows(text, width, lines):
    assert wrap(text, width, 13) == lines


def test_what_does_not_fit_is_cut_with_an_ellipsis():
    assert fit("Verwaltungsgemeinschaft", 60, 13).endswith("…")
    assert text_width(fit("Verwaltungsgemeinschaft", 60, 13), 13) <= 60
