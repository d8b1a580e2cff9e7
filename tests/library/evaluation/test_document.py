"""The evaluation document: canonical, sealed, decimals as text of at most twelve digits."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of, evidence_of

from sealmark.assess.assessment import assess
from sealmark.assess.improvement import way_up
from sealmark.assess.probability import GradeProbabilities
from sealmark.core.canonical import canonical_bytes, digest_json
from sealmark.evaluation.document import FORMAT, Concluded, build_document, number, seal

D = Decimal


def document(marks, *, probabilities=None, book=None, **others):
    book = book or book_of(
        edition_of(
            {"a": {"points": 1}, "b": {"points": 2}}, {"id": "all", "roll_up": "sum-of-points", "children": ["a", "b"]}
        )
    )
    evidence = evidence_of(marks)
    assessment = assess(evidence, book)
    ways = {ladder.id: way_up(ladder, assessment, evidence, book) for ladder in book.edition.grading.ladders}
    return build_document(
        {"made_up": True, "as_of": dt.date(2026, 6, 30)},
        Concluded(assessment, evidence, book, probabilities, ways, **others),
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (D(1) / D(3), "0.333333333333"),
        (D("1E+2"), "100"),
        (D("12.500"), "12.5"),
        (D("123456789012345"), "123456789012000"),
        (D("-0"), "0"),
    ],
)
def test_decimals_are_text_of_twelve_digits_at_most(value, expected):
    assert number(value) == expected


def test_a_document_is_plain_json_and_its_digest_covers_the_rest():
    found = document({"a": 6, "b": 9})

    assert json.loads(canonical_bytes(found)) == found
    assert found["digest"] == digest_json({key: value for key, value in found.items() if key != "digest"})
    assert (found["format"], found["as_of"], found["size"]) == (FORMAT, "2026-06-30", None)
    assert seal({**found, "digest": "sha256:other"}) == found


def test_findings_carry_share_points_contribution_and_evidence():
    finding = document({"a": 6, "b": 9})["findings"]["b"]

    assert (finding["statement"], finding["share"], finding["points"], finding["earned"]) == (
        "partial",
        "0.9",
        "2",
        "1.8",
    )
    assert finding["contribution"] == {"score": {"gained": "60", "lost": "6.66666666667"}}
    assert [rule["kind"] for rule in finding["evidence"]] == ["judgement"]


def test_contributions_add_up_to_the_score():
    found = document({"a": 6, "b": 9})

    gained = sum(D(item["contribution"]["score"]["gained"]) for item in found["findings"].values())
    assert round(gained, 9) == round(D(found["scores"]["score"]["value"]), 9) == D(80)


def test_the_way_up_and_the_reasons_are_told():
    ladder = document({"a": 6, "b": 9})["ladders"]["stars"]

    assert (ladder["grade"], ladder["next_grade"]) == ("silver", "gold")
    assert ladder["way_up"] == {
        "grade": "gold", "reachable": True, "score": "93.3333333333", "remaining": [],
        "steps": [{"requirement": "a", "share": "0.6", "gain": "13.3333333333"}],
    }  # fmt: skip


def spread(low, middle, high):
    return GradeProbabilities(
        9, {"stars": {"silver": D("0.75"), "gold": D("0.25")}}, {"score": (D(low), D(middle), D(high))}
    )


def test_the_likely_range_is_told_within_the_scale():
    inside = document({"a": 6, "b": 9}, probabilities=spread(70, 80, 90))
    beyond = document({"a": 6, "b": 9}, probabilities=spread(-4, 80, 112))

    assert inside["scores"]["score"]["likely"] == {"p05": "70", "p50": "80", "p95": "90"}
    assert beyond["scores"]["score"]["likely"] == {"p05": "0", "p50": "80", "p95": "100"}
    assert inside["ladders"]["stars"]["probabilities"] == {"silver": "0.75", "gold": "0.25"}


def test_what_is_not_determined_has_bounds_and_names_what_is_missing():
    found = document({"a": 6})

    assert (found["scores"]["score"]["value"], found["scores"]["score"]["lower_bound"], found["scores"]["score"]["upper_bound"]) == (
        None, "20", "86.6666666667",
    )  # fmt: skip
    assert found["missing"] == [{"kind": "judgement", "id": "b"}]
    assert found["ladders"]["stars"]["grade"] == "not-determined"


def test_special_items_are_counted():
    grading = {
        "source": "own",
        "adjustments": [{"id": "bonus", "count": "shared", "each": 2}],
        "scores": [{"id": "score", "node": "all", "adjustments": ["bonus"]}],
        "ladders": [{"id": "stars", "score": "score", "below": "none", "grades": [{"id": "bronze", "at_least": 50}]}],
    }
    book = book_of(edition_of(["a"], grading=grading))
    evidence = evidence_of({"a": 10}, facts={"shared": D(2)})

    found = build_document({}, Concluded(assess(evidence, book), evidence, book, spread(90, 101, 120)))

    assert found["scores"]["score"]["adjustments"] == [{"id": "bonus", "count": "2", "points": "4"}]
    # The score itself stands at 104, above its scale: so far the range may reach, too.
    assert found["scores"]["score"]["likely"] == {"p05": "90", "p50": "101", "p95": "104"}
    assert found["ladders"]["stars"]["way_up"] is None


def test_a_score_on_an_unknown_scale_has_no_contributions():
    grading = {
        "source": "own",
        "scores": [{"id": "score", "node": "all", "scale": {"parameter": "k"}}],
        "ladders": [{"id": "stars", "score": "score", "below": "none", "grades": [{"id": "bronze", "at_least": 50}]}],
    }
    book = book_of(edition_of(["a"], grading=grading, parameters={"k": None}))

    found = document({"a": 10}, book=book, probabilities=spread(1, 2, 3))

    assert found["findings"]["a"]["contribution"] == {}
    assert found["scores"]["score"]["likely"] == {"p05": "1", "p50": "2", "p95": "3"}
