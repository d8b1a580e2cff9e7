"""The section on what a sample can tell apart, and its chart."""

import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest
from tests.library.reports.samples import sample_document, sample_edition

from sealmark.reports.blocks import Figure, Table, Text
from sealmark.reports.charts import Curve, Curves, Limit, draw_curves
from sealmark.reports.html import render_html
from sealmark.reports.page import build_page
from sealmark.scheme.wording import LANGUAGES

SVG = "{http://www.w3.org/2000/svg}"
RISK = {
    "ladder": "stars", "score": "points", "found": "82.5", "sites": {"listed": 30, "visited": 5},
    "spread": "6.25", "survey_error": "1", "other_error": "0", "error": "2.5",
    "cuts": [{"grade": "one-star", "at_least": "50"}, {"grade": "two-stars", "at_least": "70"}, {"grade": "three-stars", "at_least": "90"}],
    "curve": [
        {"truth": "40", "chances": ["1", "0", "0", "0"]},
        {"truth": "50", "chances": ["0.5", "0.5", "0", "0"]},
        {"truth": "61", "chances": ["0", "1", "0", "0"]},
        {"truth": "70", "chances": ["0", "0.5", "0.5", "0"]},
        {"truth": "82.5", "chances": ["0", "0", "0.998", "0.002"]},
        {"truth": "90", "chances": ["0", "0", "0.5", "0.5"]},
        {"truth": "92.5", "chances": ["0", "0", "0.16", "0.84"]},
    ],
    "right": {"now": "0.83", "more_sites": "0.875", "more_interviews": "0.84"},
}  # fmt: skip


def page(*risks, language="en"):
    edition = sample_edition()
    return build_page({**sample_document(edition), "grade_risk": list(risks)}, edition, language)


def section(found):
    return next((part for part in found.sections if part.id == "risk"), None)


def test_without_sampled_sites_there_is_no_section():
    assert section(page()) is None


def test_the_section_stands_after_the_probabilities_and_says_what_the_sample_is():
    found = page(RISK)

    order = [part.id for part in found.sections]
    assert order[order.index("chances") + 1] == "risk"
    first, figure, bought, last = section(found).blocks
    assert isinstance(first, Text)
    assert first.text.startswith(
        "5 of 30 sites were visited; their scores differ by a standard deviation of 6.2 points, "
        "and the score has a standard error of 2.5."
    )
    assert isinstance(figure, Figure)
    assert (
        figure.title
        == "Stars, by the score alone: an evaluation of this size finds the right grade with a probability of 83%"
    )
    assert isinstance(bought, Table)
    assert bought.rows == (("As it is", "83%"), ("Two more sites", "88%"), ("Twice the interviews", "84%"))
    assert isinstance(last, Text)
    assert last.text.startswith("By the score alone")


def test_the_table_holds_the_chart_s_numbers_at_limits_and_at_the_score_found():
    table = section(page(RISK)).blocks[1].table

    assert [column.title for column in table.columns] == [
        "True score",
        "No star",
        "One star",
        "Two stars",
        "Three stars",
    ]
    assert table.rows == (
        ("50.0", "50%", "50%", "0%", "0%"),
        ("70.0", "0%", "50%", "50%", "0%"),
        ("82.5", "0%", "0%", "more than 99%", "less than 1%"),
        ("90.0", "0%", "0%", "50%", "50%"),
        ("92.5", "0%", "0%", "16%", "84%"),
    )


def test_where_other_conditions_hold_the_grade_back_the_section_says_so():
    held_back, below = ({**RISK, "found": found} for found in ("92.5", "40"))

    texts = [block.text for block in section(page(held_back)).blocks if isinstance(block, Text)]

    assert texts[1] == (
        "By the score alone the grade would be “Three stars”; other conditions hold the result back, "
        "and they are not counted here."
    )
    assert [type(block).__name__ for block in section(page(below)).blocks] == ["Text", "Figure", "Table", "Text"]


def test_several_ladders_and_no_interviews_to_buy():
    other = {**RISK, "right": {"now": "0.5", "more_sites": "0.6"}}

    blocks = section(page(RISK, other)).blocks

    assert [type(block).__name__ for block in blocks] == ["Text", "Figure", "Table"] * 2 + ["Text"]
    assert [row[0] for row in blocks[5].rows] == ["As it is", "Two more sites"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_tells_it(language):
    blocks = section(page(RISK, language=language)).blocks

    assert [type(block).__name__ for block in blocks] == ["Text", "Figure", "Table", "Text"]
    assert len({row[0] for row in blocks[2].rows}) == 3


def test_the_chart_has_a_text_alternative(fonts):
    edition = sample_edition()

    html = render_html({**sample_document(edition), "grade_risk": [RISK]}, edition, "en", font_cache=fonts)

    title = section(page(RISK)).blocks[1].title
    assert f'<figcaption id="f-risk-stars">{title}</figcaption>' in html
    assert html.count('role="img" aria-labelledby="f-risk-stars"') == 2


CURVES = Curves(
    low=40, high=100, limits=[Limit(50, "One star 50"), Limit(70, "Two stars 70"), Limit(90, "Three stars 90")],
    curves=[Curve([(40, 1), (60, 0)]), Curve([(40, 0), (60, 1), (80, 0)], strong=True)],
    value=61.5, value_text="found 61.5", ends=("40", "100"), levels=("0 %", "100 %"),
)  # fmt: skip


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_curves_run_inside_the_drawing_with_limits_ends_and_the_score_found(width):
    root = ET.fromstring(getattr(draw_curves("c", CURVES), width))

    words = {part.text for part in root.iter(f"{SVG}text")}
    assert words == {"One star 50", "Two stars 70", "Three stars 90", "found 61.5", "40", "100", "0 %", "100 %"}
    strong = [line for line in root.iter(f"{SVG}line") if "accent" in (line.get("stroke") or "")]
    assert len(strong) == 2
    assert float(root.get("width")) == {"wide": 680, "narrow": 330}[width]


def test_the_strong_curve_is_drawn_last_and_thicker():
    svg = draw_curves("c", CURVES).wide

    assert svg.index("var(--hatch") < svg.rindex("var(--accent")
    assert 'stroke-width="2.5"' in svg


def test_a_share_of_risk_is_never_a_flat_hundred():
    shown = section(page({**RISK, "right": {"now": Decimal("0.9999")}})).blocks[2].rows

    assert shown == (("As it is", "more than 99%"),)
