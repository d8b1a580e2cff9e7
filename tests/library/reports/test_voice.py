from decimal import Decimal

import pytest
from tests.library.reports.samples import sample_edition

from sealmark.reports.reading import read_evaluation
from sealmark.reports.voice import Voice, page_language, wording_gaps


def voice(document, edition, language="en"):
    return Voice(read_evaluation(document), edition, language)


@pytest.mark.parametrize(
    ("language", "number", "percent", "hours"),
    [
        ("en", "1,234.5", "83%", "3.2 hrs"),
        ("ru", "1\u00a0234,5", "83\u00a0%", "3,2 ч"),
        ("zh-Hans", "1,234.5", "83%", "3.2小时"),
        ("zh-Hant", "1,234.5", "83%", "3.2 小時"),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(document, edition, language, number, percent, hours):
    speaker = voice(document, edition, language)

    assert speaker.number(Decimal("1234.5"), 1) == number
    assert speaker.percent(Decimal("0.83")) == percent
    assert speaker.unit(Decimal("3.2"), "hours", 1).replace("\u202f", "\u00a0") == hours


def test_rounding_never_looks_like_a_limit_that_was_missed(document, edition):
    speaker = voice(document, edition)

    assert speaker.score("points", Decimal("89.96"), limit=Decimal(90)) == "89.96"
    assert speaker.score("points", Decimal("89.94"), limit=Decimal(90)) == "89.9"
    assert speaker.score("points", Decimal(90), limit=Decimal(90)) == "90.0"


@pytest.mark.parametrize(
    ("share", "text"),
    [("1", "more than 99%"), ("0.991", "more than 99%"), ("0.99", "99%"), ("0.5", "50%"), ("0.004", "less than 1%")],
)
def test_a_probability_is_never_flat_certainty(document, edition, share, text):
    assert voice(document, edition).chance(Decimal(share)) == text


def test_wording_falls_back_as_a_whole_page(document):
    edition = sample_edition(("en", "zh-Hans"))

    assert page_language(edition, "zh-Hans") == "zh-Hans"
    assert page_language(edition, "ru") == "en"
    assert voice(document, edition, "ru").grade("two-stars") == "Two stars"


def test_one_missing_name_makes_a_language_incomplete(edition):
    worded = edition.wording["en"]
    measures = {name: text for name, text in worded.measures.items() if name != "in-time"}
    poorer = {**edition.wording, "en": worded.model_copy(update={"measures": measures})}
    changed = type(edition)(**{**vars(edition), "wording": poorer})

    assert wording_gaps(changed, "en") == ("measures:in-time",)
    assert page_language(changed, "en") == "ru"


def test_without_any_complete_language_the_ids_stand_in(document):
    edition = sample_edition(())

    assert voice(document, edition).node("greeting") == "greeting"
    assert voice(document, edition).scheme == "test/1"
