import io

import pytest
from fontTools.ttLib import TTFont

from sealmark.core.errors import SealmarkError
from sealmark.reports.fonts import FAMILY, prepare_fonts


def opened(file):
    return TTFont(io.BytesIO(file.ttf))


@pytest.fixture(scope="module")
def english(fonts):
    return prepare_fonts(["Hello “you” ё"], "en", fonts)


def test_two_static_weights_under_an_own_name(english):
    found = [(file.family, file.weight, opened(file)) for file in english.files]

    assert [(family, weight) for family, weight, _ in found] == [(FAMILY, 400), (FAMILY, 700)]
    assert ["fvar" in font for _, _, font in found] == [False, False]
    assert [font["OS/2"].usWeightClass for _, _, font in found] == [400, 700]
    assert {font["name"].getDebugName(1) for _, _, font in found} == {FAMILY}


def test_bold_is_really_bolder(english):
    regular, bold = (opened(file) for file in english.files)

    assert bold["hmtx"]["a"][0] > regular["hmtx"]["a"][0]


def test_only_the_characters_used_are_in_it(english):
    held = opened(english.files[0]).getBestCmap()

    assert ord("ё") in held
    assert ord("ж") not in held
    assert len(english.files[0].woff2) < 20_000


def test_latin_text_gets_narrow_quotation_marks_and_chinese_full_width_ones(english, fonts):
    chinese = prepare_fonts(["“好”"], "zh-Hans", fonts)

    def width(made):
        font = opened(made.files[0])
        return font["hmtx"][font.getBestCmap()[ord("“")]][0]

    assert (width(english) < 600, width(chinese)) == (True, 1000)


def test_thin_spaces_have_a_letter_form(english):
    font = opened(english.files[0])
    held = font.getBestCmap()

    assert held[0x202F] == held[0x20]


def test_script_decides_the_letter_forms(fonts):
    simplified, traditional = (prepare_fonts(["骨"], language, fonts) for language in ("zh-Hans", "zh-Hant"))
    outlines = [
        list(opened(made.files[0])["glyf"][opened(made.files[0]).getBestCmap()[0x9AA8]].coordinates)
        for made in (simplified, traditional)
    ]

    assert outlines[0] != outlines[1]


def test_what_the_first_font_lacks_comes_from_the_next(fonts):
    made = prepare_fonts(["서비스"], "zh-Hans", fonts)

    assert made.families == (FAMILY, f"{FAMILY} KR")
    assert made.absent == frozenset()


def test_what_no_font_has_is_named(fonts):
    assert prepare_fonts(["a\U0001f600\n"], "en", fonts).absent == {"\U0001f600"}


def test_cached_fonts_are_the_same_as_fresh_ones(english):
    assert prepare_fonts(["Hello “you” ё"], "en") == english


def test_a_cache_that_cannot_be_written_is_told(tmp_path):
    place = tmp_path / "file"
    place.write_text("x")

    with pytest.raises(SealmarkError) as caught:
        prepare_fonts(["only here: щ"], "en", place)

    assert caught.value.codes == ("SM616",)
