"""Measures of records: what finished cases alone would say stands beside what counts, and why."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.library.reports.samples import sample_document, sample_edition, sample_evidence

from sealmark.assess.evidence import Measured, OpenCases
from sealmark.core.estimates import Estimate
from sealmark.reports.blocks import Table, Text
from sealmark.reports.html import render_html
from sealmark.reports.page import build_page
from sealmark.reports.pdf import render_pdf

D = Decimal


def document_with(**open_cases):
    measured = dict(sample_evidence().measures)
    for key, (number, value) in open_cases.items():
        name = key.replace("_", "-")
        measured[name] = replace(measured[name], open_cases=OpenCases(number, Estimate(value, base=880)))
    return sample_document(sample_edition(), sample_evidence(measures=measured))


def blocks(document, language="en"):
    page = build_page(document, sample_edition(), language)
    (section,) = [part for part in page.sections if part.id == "measures"]
    return section.blocks


def open_table(document, language="en"):
    return [block for block in blocks(document, language) if isinstance(block, Table) and len(block.columns) == 4]


def test_both_figures_and_the_number_open_stand_side_by_side():
    (table,) = open_table(document_with(in_time=(20, D("0.9655")), first_reply=(1200, D("2.5"))))

    assert table.caption == "Measures with and without the cases still open"
    assert [column.title for column in table.columns] == [
        "Measure", "Only finished cases", "With open ones", "Open cases",
    ]  # fmt: skip
    assert table.rows == (("First reply", "2.5 hrs", "3.2 hrs", "1,200"), ("In time", "96.6%", "94.1%", "20"))


def test_the_difference_is_explained_in_one_sentence_beside_the_table():
    found = blocks(document_with(in_time=(20, D("0.9655"))))

    (at,) = [number for number, block in enumerate(found) if isinstance(block, Table) and len(block.columns) == 4]
    assert isinstance(found[at + 1], Text)
    assert found[at + 1].text == (
        "Finished cases alone make slow service look fast, because the cases that take longest are the ones still open; "
        "so the figure with open cases is the one that counts."
    )


@pytest.mark.parametrize(
    ("language", "finished"),
    [("en", "Only finished cases"), ("ru", "Только завершённые"), ("zh-Hans", "仅已办结"), ("zh-Hant", "僅已辦結")],
)
def test_every_language_shows_it_on_the_page(language, finished):
    page = render_html(document_with(in_time=(20, D("0.9655"))), sample_edition(), language)

    assert finished in page


def test_the_pdf_has_the_table_too():
    document = document_with(in_time=(20, D("0.9655")))

    with_it = render_pdf(document, sample_edition(), "en")
    without = render_pdf(document_with(), sample_edition(), "en")

    assert with_it[:5] == b"%PDF-"
    assert len(with_it) > len(without)


def test_nothing_is_shown_where_no_case_is_open():
    assert open_table(document_with(in_time=(0, D("0.9412")))) == []
    assert open_table(document_with()) == []


def test_a_figure_that_is_not_known_is_said_to_be():
    measured = dict(sample_evidence().measures)
    unknown = Estimate.unknown("open cases: the true figure can only be worse", base=900)
    measured["first-reply"] = Measured(unknown, open_cases=OpenCases(3, Estimate(None, note="no finished record")))

    (table,) = open_table(sample_document(sample_edition(), sample_evidence(measures=measured)))

    assert table.rows == (("First reply", "not known", "not known", "3"),)


def test_the_document_tells_it_of_every_measure():
    measures = document_with(in_time=(20, D("0.9655")))["measures"]

    assert measures["in-time"]["open_cases"] == {
        "number": 20,
        "finished_only": {"value": "0.9655", "lower": None, "upper": None, "base": 880, "standard_error": None,
                          "degrees_of_freedom": None, "confidence": "0.95", "note": ""},
    }  # fmt: skip
    assert measures["customer-index"]["open_cases"] is None


NOTES = {
    "12 of 1,200 cases are open and count for as long as they were followed":
        "Open cases count for as long as they were followed (Kaplan-Meier): 12 of 1,200.",
    "too few cases are finished to tell the percentile": "Too few cases are finished to tell this percentile.",
    "no case was followed as long as the target": "No case was followed as long as the target.",
    "all records are equal, so there is no interval": "All records are equal, so there is no interval.",
}  # fmt: skip


@pytest.mark.parametrize(("note", "sentence"), NOTES.items())
def test_notes_of_the_engine_become_sentences(note, sentence):
    measured = dict(sample_evidence().measures)
    measured["first-reply"] = Measured(Estimate(D(3), base=1200, note=note))

    found = blocks(sample_document(sample_edition(), sample_evidence(measures=measured)))

    table = next(block for block in found if isinstance(block, Table))
    assert {row[0]: row[-1] for row in table.rows}["First reply"] == sentence
