"""What a report makes of less common schemes: no scores, a result below the grades, bands, gates for information."""

import dataclasses
from decimal import Decimal

import pytest
from tests.library.reports.samples import GRADING, sample_document, sample_edition, sample_evidence

from sealmark.assess.evidence import Mark
from sealmark.reports.blocks import Figure, Table, Tree
from sealmark.reports.html import render_html
from sealmark.reports.page import build_page
from sealmark.reports.reading import ReasonRead, read_evaluation
from sealmark.reports.reasons import reason_text
from sealmark.reports.summary import summary_lines
from sealmark.reports.voice import Voice
from sealmark.scheme.grading import Grading
from sealmark.scheme.requirements import Scale
from sealmark.scheme.wording import LANGUAGES


def edition_with(**grading):
    return dataclasses.replace(sample_edition(), grading=Grading.model_validate({**GRADING, **grading}))


def sections(page):
    return {part.id: part for part in page.sections}


def only_gates():
    gates = [gate for gate in GRADING["gates"] if gate["id"] in {"voice-half", "few-failures"}]
    ladder = {"id": "levels", "below": "no-level", "grades": [
        {"id": "level-one", "gates": ["voice-half"]}, {"id": "level-two", "gates": ["few-failures"]}]}  # fmt: skip
    return edition_with(scores=[], adjustments=[], waivable=[], gates=gates, ladders=[ladder])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scheme_without_scores_has_a_whole_report(language):
    edition = only_gates()
    document = sample_document(edition)

    page = build_page(document, edition, language)
    lines = summary_lines(document, edition, language)

    assert {"score", "contributions", "adjustments"} & set(sections(page)) == set()
    assert [(card.score, card.likely, card.reached, card.steps) for card in page.cards] == [("", "", 2, 2)]
    assert Voice(read_evaluation(document), edition, language).name("grades", "level-two") in "\n".join(lines)
    assert render_html(document, edition, language).startswith("<!")


def bands_without_a_failure(**keys):
    ladder = {**GRADING["ladders"][0], "below_is_a_result": True, "gates": [], **keys}
    return edition_with(ladders=[ladder, GRADING["ladders"][1]])


def test_a_result_below_the_grades_stands_among_them():
    edition = bands_without_a_failure()
    page = build_page(sample_document(edition), edition, "en")

    figure = next(block for block in sections(page)["score"].blocks if isinstance(block, Figure))
    assert figure.table.rows[:2] == (("No star", "below 50"), ("One star", "50"))
    assert (page.cards[0].reached, page.cards[0].steps) == (3, 4)
    chances = next(block for block in sections(page)["chances"].blocks if isinstance(block, Figure))
    assert [row[0] for row in chances.table.rows] == ["Three stars", "Two stars (result)", "One star", "No star"]


def test_below_the_grades_is_the_first_step_where_it_is_a_result():
    evidence = sample_evidence(
        facts={"managers": Decimal(20), "seminar": True, "incidents": Decimal(30), "lawful": True}
    )
    results = [
        build_page(sample_document(edition, evidence), edition, "en").cards[0]
        for edition in (bands_without_a_failure(), bands_without_a_failure(below_is_a_result=False))
    ]

    assert [(card.grade, card.reached, card.steps) for card in results] == [("No star", 1, 4), ("No star", 0, 3)]


def test_a_gate_for_information_says_so():
    gates = [{**gate, "information": gate["id"] == "most-met"} for gate in GRADING["gates"]]
    edition = edition_with(gates=gates)

    table = next(
        block for block in sections(build_page(sample_document(edition), edition, "en"))["gates"].blocks
        if isinstance(block, Table)
    )  # fmt: skip

    why = {row[0]: row[2] for row in table.rows}
    assert why["Most met"] == "For information only; no grade needs it."
    assert "information" not in why["Few failures"]


def banded(document_of=sample_document):
    """Return the edition with a range scale in place of the levels, worded in English."""
    edition = sample_edition(("en",))
    ten = Scale.model_validate({
        "lowest": 0, "highest": 10,
        "bands": [{"id": "low", "lowest": 0, "highest": 4}, {"id": "good", "lowest": 5, "highest": 8}],
    })  # fmt: skip
    words = edition.wording["en"].model_copy(update={"scales": {"bands": {"low": "Little", "good": "Good work"}}})
    return dataclasses.replace(edition, scales={**edition.scales, "bands": ten}, wording={"en": words})


def views(page):
    found, left = (
        {},
        [root for block in sections(page)["requirements"].blocks if isinstance(block, Tree) for root in block.roots],
    )
    while left:
        node = left.pop()
        left += getattr(node, "children", ())
        found[node.id] = node
    return found


def test_the_words_of_a_band_stand_beside_the_mark():
    edition = banded()
    evidence = sample_evidence(sector="trade", judgements={
        "greeting": (Mark("yes"),),
        "exports": (Mark(Decimal(4), site="site-1"), Mark(Decimal(7), site="site-2")),
        "process": (Mark(Decimal(8), dimension="intent"), Mark(Decimal(10), dimension="practice")),
    })  # fmt: skip

    found = views(build_page(sample_document(edition, evidence), edition, "en"))

    # The mean of 4 and 7 lies in the upper band.
    assert "In words: Good work" in found["exports"].evidence[0].details
    assert found["process"].marks.rows == (("Intent", "80% (Good work)"), ("Practice", "100%"))
    assert found["review"].marks.rows == (("Intent", "not determined"), ("Practice", "not determined"))
    assert not [text for text in found["process"].evidence[0].details if text.startswith("In words")]


@pytest.mark.parametrize(
    ("gate", "words"), [("few-failures", "1; "), ("most-met", "100%; "), (None, "100%; ")]
)  # fmt: skip
def test_a_counted_number_is_a_share_where_its_gate_compares_shares(gate, words):
    edition = edition_with(gates=[
        {"id": "most-met", "count": ["conforms"], "below": "whole", "at_most": Decimal("0.5"), "as_share": True},
        *([{"id": "few-failures", "count": ["conforms"], "below": "whole", "at_most": 0}] if gate else []),
    ], ladders=[{"id": "stars", "below": "no-star", "grades": [{"id": "one-star"}]}], waivable=[])  # fmt: skip
    voice = Voice(read_evaluation(sample_document(edition)), edition, "en")
    figures = {"value": "1", "allowed": "0", **({"gate": gate} if gate else {})}

    text = reason_text(ReasonRead(code="count-above", about="whole", figures=figures), voice)

    assert words.rstrip("; ") in text
    assert ("%" in text) is (gate != "few-failures")
