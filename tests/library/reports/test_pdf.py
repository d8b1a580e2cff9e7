import hashlib
import io
import subprocess
import sys

import pytest
from pypdf import PdfReader
from tests.library.reports.samples import sample_document, sample_evidence

from sealmark.core.errors import SealmarkError
from sealmark.reports import pdf as module
from sealmark.reports.fonts import prepare_fonts
from sealmark.reports.pdf import render_pdf


def text_of(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.fixture(scope="module")
def english(document, edition, fonts):
    return render_pdf(document, edition, "en", font_cache=fonts)


def test_pdf_says_what_it_is(english):
    reader = PdfReader(io.BytesIO(english))

    assert reader.metadata.title == "Ada & Söhne: Test standard"
    assert reader.root_object["/Lang"] == "en-GB"
    assert reader.root_object["/MarkInfo"]["/Marked"] is not None
    metadata = reader.xmp_metadata.stream.get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>2</pdfaid:part>" in metadata


def test_pdf_holds_result_reasons_and_evidence(english):
    text = text_of(english)

    wanted = ["Two stars, 88% sure; one star 12%.", "Service policy", "82.5", "sha256:01", "All marks are made up."]
    assert [part for part in wanted if part not in text] == []


def test_the_banner_stands_on_every_page(english):
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(english)).pages]

    assert len(pages) > 2
    assert [number for number, text in enumerate(pages) if "Made-up example." not in text] == []


@pytest.mark.parametrize(
    ("language", "lang", "words"),
    [
        ("ru", "ru", ["Пробный стандарт", "Приветствие"]),
        ("zh-Hans", "zh-CN", ["测试标准", "顾客之声", "虚构示例"]),
        ("zh-Hant", "zh-TW", ["測試標準", "顧客之聲", "虛構示例"]),
    ],
)
def test_pdf_in_other_languages(document, edition, fonts, language, lang, words):
    content = render_pdf(document, edition, language, font_cache=fonts)
    text = text_of(content).replace(" ", "").replace("\n", "")

    assert PdfReader(io.BytesIO(content)).root_object["/Lang"] == lang
    assert [part for part in words if part.replace(" ", "") not in text] == []


def test_the_same_document_gives_the_same_bytes_in_another_process(document, edition, fonts, english):
    assert render_pdf(document, edition, "en", font_cache=fonts) == english

    script = (
        "import hashlib, sys\n"
        "from tests.library.reports.samples import sample_document, sample_edition\n"
        "from sealmark.reports.pdf import render_pdf\n"
        "edition = sample_edition()\n"
        "content = render_pdf(sample_document(edition), edition, 'en')\n"
        "sys.stdout.write(hashlib.sha256(content).hexdigest())\n"
    )
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert other.stdout == hashlib.sha256(english).hexdigest()


def test_markup_in_a_name_is_printed_as_it_stands(edition, fonts):
    name = '#read("/etc/passwd") *bold* $x$ <label> @ref'
    content = render_pdf(sample_document(edition, organization={"name": name}), edition, "en", font_cache=fonts)

    assert PdfReader(io.BytesIO(content)).metadata.title == f"{name}: Test standard"
    assert "root:" not in text_of(content)


def test_not_determined_and_long_names_are_set(edition, fonts):
    document = sample_document(edition, sample_evidence(measures={}, facts={}), organization={"name": "Amt" * 120})
    content = render_pdf(document, edition, "en", font_cache=fonts)

    assert "Not determined, because 6 things are not known." in text_of(content)


def test_a_character_without_a_letter_form_is_named_with_its_text(edition, fonts):
    document = sample_document(edition, organization={"name": "Smile \U0001f600 Ltd"})

    with pytest.raises(SealmarkError) as caught:
        render_pdf(document, edition, "en", font_cache=fonts)

    assert set(caught.value.codes) == {"SM617"}
    assert caught.value.problems[0].what == (
        'The PDF has no letter form for "\U0001f600" (U+1F600) in the text "Smile \U0001f600 Ltd: Test standard".'
    )


def test_names_in_other_scripts_than_the_page_are_set(edition, fonts):
    document = sample_document(edition, organization={"name": "海曜電訊 서비스 さくら Ромашка"})
    content = render_pdf(document, edition, "en", font_cache=fonts)

    assert "海曜電訊 서비스 さくら Ромашка" in text_of(content)


def test_what_the_setter_refuses_becomes_a_clear_error(document, edition, fonts):
    page = module.build_page(document, edition, "en")
    made = prepare_fonts(["x"], "en", fonts)
    data = {**module._data(page, made), "title": "\u4e00"}

    with pytest.raises(SealmarkError) as caught:
        module._compiled(data, made)

    assert caught.value.codes == ("SM618",)
