"""Ignorance never pays: in no installed scheme does knowing less raise a grade."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.library.blanking import blanked_declarations, blanked_figures, blanked_judgements, height

from sealmark.assess.assessment import Assessment, assess_findings
from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook
from sealmark.assess.golden import given_book, given_evidence, given_findings
from sealmark.assess.requirements import find
from sealmark.scheme.discovery import editions
from sealmark.scheme.golden import Given, GoldenCase
from sealmark.scheme.loading import load_edition

EDITIONS = dict(editions())


def assessed(given: Given, evidence: Evidence, book: FigureBook) -> Assessment:
    return assess_findings(given_findings(given, evidence, book), evidence, book)


def poorer(
    case: GoldenCase, evidence: Evidence, book: FigureBook, whole: Assessment
) -> Iterator[tuple[str, Assessment]]:
    """Yield what is concluded from one golden case with one thing less known, and what that is."""
    ladders = book.edition.grading.ladders
    for what, less in blanked_declarations(evidence):
        yield what, assessed(case.given, less, book)
    for what, less, figures in blanked_figures(evidence, book):
        yield what, assessed(case.given, less, figures)
    for what, name, less in blanked_judgements(evidence):  # touches one finding only
        findings = (
            {**whole.findings, name: find(book.edition.requirements[name], less, book)}
            if name in whole.findings
            else whole.findings
        )
        yield what, assess_findings(findings, less, book, like=whole)
    for name, finding in whole.findings.items() if any(height(whole, item) >= 0 for item in ladders) else ():
        if finding.share is not None:
            unknown = replace(
                finding, statement="not-determined", share=None, code=None, marks=dict.fromkeys(finding.marks)
            )
            yield f"finding of {name}", assess_findings({**whole.findings, name: unknown}, evidence, book, like=whole)


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_knowing_less_never_raises_a_grade(name):
    edition = load_edition(EDITIONS[name], name.partition("/")[2])
    whole = [case for case in edition.cases if case.requirement is None]
    graded = 0

    for case in whole:
        evidence, book = given_evidence(case.given, case), given_book(edition, case)
        before = assessed(case.given, evidence, book)
        graded += any(height(before, ladder) >= 0 for ladder in edition.grading.ladders)
        for what, after in poorer(case, evidence, book, before):
            for ladder in edition.grading.ladders:
                assert height(after, ladder) <= height(before, ladder), (case.case, what)

    assert graded > 0, "no whole case reaches a grade, so nothing could have been lost"


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_knowing_nothing_gives_no_grade(name):
    edition = load_edition(EDITIONS[name], name.partition("/")[2])
    case = next(case for case in edition.cases if case.requirement is None)
    nothing = GoldenCase.model_validate({"case": "Nothing.", "as_of": case.as_of, "expect": {"missing": []}})

    after = assessed(nothing.given, given_evidence(nothing.given, nothing), given_book(edition, nothing))

    assert {ladder.grade for ladder in after.standing.ladders.values()} == {"not-determined"}
    assert after.missing != ()
