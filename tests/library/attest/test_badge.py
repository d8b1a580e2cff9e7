"""The badge shows a grade while the certificate is active, and otherwise only how things stand."""

import datetime as dt
import re
from xml.etree import ElementTree as ET

import pytest

from sealmark.attest.badge import BADGE_LANGUAGES, BADGE_STATUSES, BadgeFacts, badge_svg
from sealmark.core.errors import SealmarkError
from sealmark.reports.certificates.design import contrast

SVG = "{http://www.w3.org/2000/svg}"
FACTS = BadgeFacts(
    "EX-2026-0001", holder="Müller & Söhne", body="Example Certification", scheme="Example Charter", grade="Two stars",
    on=dt.date(2026, 8, 1), until=dt.date(2029, 7, 31),
)  # fmt: skip
EVERY = [(status, language) for status in BADGE_STATUSES for language in BADGE_LANGUAGES]


def drawn(status="active", language="en", facts=FACTS):
    return ET.fromstring(badge_svg(status, language=language, facts=facts))


def lines(picture):
    return [element.text for element in picture.iter(f"{SVG}text")]


def test_an_active_badge_says_who_what_and_until_when():
    assert lines(drawn()) == [
        "Certified", "Two stars", "Müller & Söhne", "Example Charter", "valid until 2029-07-31", "No. EX-2026-0001",
        "Example Certification",
    ]  # fmt: skip


@pytest.mark.parametrize(("status", "language"), EVERY[4:])
def test_any_other_badge_shows_its_status_and_date_and_nothing_reached(status, language):
    text = badge_svg(status, language=language, facts=FACTS)

    assert "2026-08-01" in text
    assert "EX-2026-0001" in text
    assert [word for word in ("Two stars", "Müller", "Charter", "2029") if word in text] == []


@pytest.mark.parametrize(("status", "language"), EVERY)
def test_a_badge_is_spoken_and_needs_nothing_from_outside(status, language):
    text = badge_svg(status, language=language, facts=FACTS)
    picture = ET.fromstring(text)

    title, description = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert picture.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert FACTS.number in title.text
    assert len({lines(picture)[0]} & set(re.split("[.。]\\s*", description.text))) == 1
    assert re.findall(r"script|href|url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text) == []


def test_every_text_can_be_read_by_day_and_by_night():
    for status in BADGE_STATUSES:
        text = badge_svg(status, language="en", facts=FACTS)
        ground = re.search(r'class="g m" fill="(#\w+)"', text)[1]
        night = dict(re.findall(r"\.(\w)\{(?:fill|stroke):(#\w+)\}", text))
        pairs = [(colour, ground) for colour in re.findall(r'<text [^>]*fill="(#\w+)"', text)]
        pairs += [(night[name], night["g"]) for name in ("t", "q")]
        assert min(contrast(*pair) for pair in pairs) >= 4.5
        assert contrast(night["m"], night["g"]) >= 3


@pytest.mark.parametrize("word", ["Ю" * 90, "客户服务质量" * 20, "Donaudampfschifffahrts" * 5, "W " * 200])
def test_long_names_are_broken_and_stay_inside(word):
    picture = drawn(facts=BadgeFacts("1", holder=word))
    room = 320 - 76

    shown = list(picture.iter(f"{SVG}text"))[1:-1]
    assert 1 < len(shown) <= 4
    wide = {"Ю": 0.78, "W": 0.78, " ": 0.3}
    for element in shown:
        width = sum(wide.get(letter, 1.0 if letter > "\u2e80" else 0.5) for letter in element.text)
        assert width * float(element.get("font-size")) <= room
    told = "".join(element.text for element in shown).removesuffix("…").replace(" ", "")
    assert word.replace(" ", "").startswith(told)
    bottom = max(float(element.get("y")) for element in picture.iter(f"{SVG}text"))
    assert bottom < float(picture.get("height")) - 8


def test_names_are_text_and_no_markup():
    assert "<b>&\"'" in lines(drawn(facts=BadgeFacts("1", holder="<b>&\"'")))


def test_combining_marks_take_no_room():
    assert lines(drawn(facts=BadgeFacts("1", holder="a" + "\u0301" * 60)))[1] == "a" + "\u0301" * 60


def test_a_badge_without_dates_shows_none():
    assert lines(drawn("expired", facts=BadgeFacts("1"))) == [
        "Expired",
        "This certificate is no longer valid.",
        "No. 1",
    ]


@pytest.mark.parametrize(("status", "language"), [("valid", "en"), ("active", "fr")])
def test_what_has_no_badge_is_refused(status, language):
    with pytest.raises(SealmarkError) as caught:
        badge_svg(status, language=language, facts=FACTS)

    assert caught.value.codes == ("SM798",)
