import base64
import io
import os
import re
import shutil
from html.parser import HTMLParser

import pytest
from axe_playwright_python.sync_playwright import Axe
from fontTools.ttLib import TTFont
from playwright.sync_api import sync_playwright
from tests.library.reports.samples import sample_document, sample_edition, sample_evidence

from sealmark.reports.html import render_html
from sealmark.reports.index import render_index

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)> "\' {{ 7 * 7 }} {% raw %} #read("x")'
LONG = "Verwaltungsgemeinschaft" * 12


class Tags(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


@pytest.fixture(scope="module")
def pages(document, edition, fonts):
    return {
        language: render_html(document, edition, language, font_cache=fonts)
        for language in ("en", "ru", "zh-Hans", "zh-Hant")
    }


@pytest.mark.parametrize("language", ["en", "ru", "zh-Hans", "zh-Hant"])
def test_page_is_in_one_language_with_one_heading_and_landmarks(pages, language):
    tags = Tags(pages[language])

    assert tags.all("html") == [{"lang": language}]
    assert len(tags.all("h1")) == len(tags.all("main")) == len(tags.all("nav")) == 1
    assert tags.all("a")[0] == {"class": "skip", "href": "#result"}


def test_nothing_is_fetched_from_anywhere(pages):
    for text in pages.values():
        tags = Tags(text)
        loaded = [attrs for name in ("script", "link", "img", "iframe", "object") for attrs in tags.all(name)]
        addresses = re.findall(r"url\((?!#|data:)", text) + re.findall(r'(?:src|href)="(?!#)[^"]*"', text)

        assert loaded == []
        assert addresses == []
        assert "default-src 'none'" in tags.all("meta")[1]["content"]


def test_ids_are_unique_and_links_lead_somewhere(pages):
    for text in pages.values():
        tags = Tags(text)
        ids = [attrs["id"] for _, attrs in tags.tags if "id" in attrs]
        targets = {attrs["href"][1:] for _, attrs in tags.tags if attrs.get("href", "").startswith("#")}
        labels = {attrs["aria-labelledby"] for _, attrs in tags.tags if "aria-labelledby" in attrs}

        assert len(ids) == len(set(ids))
        assert sorted((targets | labels) - set(ids)) == []


def test_every_table_has_a_caption_and_scopes(pages):
    tags = Tags(pages["en"])

    assert len(tags.all("table")) == len(tags.all("caption")) > 10
    assert {attrs["scope"] for attrs in tags.all("th")} == {"col", "row"}


def test_every_chart_has_its_data_and_a_name(pages):
    tags = Tags(pages["en"])
    charts = [attrs for attrs in tags.all("div") if attrs.get("role") == "img"]

    assert len(charts) == 2 * len(tags.all("figure")) == 2 * len(tags.all("figcaption"))
    assert all(attrs["aria-labelledby"].startswith("f-") for attrs in charts)
    assert [attrs["aria-labelledby"] for attrs in tags.all("figure")] == [
        "f-scale-stars", "f-chances-stars", "f-chances-levels", "f-groups", "f-lost-points", "f-lost-maturity",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_embedded_fonts_hold_every_character_of_the_page(pages, language):
    text = pages[language]
    found = re.findall(r"font-weight:(\d+).*?base64,([^)]+)\)", text)
    characters = set(re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)) - set("\n")
    held = set()
    for _, encoded in found:
        held |= {chr(code) for code in TTFont(io.BytesIO(base64.b64decode(encoded))).getBestCmap()}

    assert {weight for weight, _ in found} == {"400", "700"}
    assert sorted(characters - held) == []


def test_traditional_and_simplified_pages_use_their_own_letter_forms(pages):
    def outlines(language):
        encoded = re.search(r"font-weight:400.*?base64,([^)]+)\)", pages[language])[1]
        font = TTFont(io.BytesIO(base64.b64decode(encoded)))
        return {
            code: list(font["glyf"][name].coordinates) for code, name in font.getBestCmap().items() if code > 0x4DFF
        }

    simplified, traditional = outlines("zh-Hans"), outlines("zh-Hant")
    shared = simplified.keys() & traditional.keys()

    assert len(shared) > 50
    assert len([code for code in shared if simplified[code] != traditional[code]]) > 10


def test_names_are_text_and_never_markup(edition, fonts):
    document = sample_document(edition, organization={"name": HOSTILE})
    text = render_html(document, edition, "en", font_cache=fonts)

    assert Tags(text).all("script") == Tags(text).all("img") == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{ 7 * 7 }}" in text


def test_the_same_document_gives_the_same_bytes(document, edition, fonts, pages):
    assert render_html(document, edition, "en", font_cache=fonts) == pages["en"]


def test_a_cache_of_fonts_changes_nothing(document, edition, pages):
    assert render_html(document, edition, "en") == pages["en"]


def test_index_lists_reports_in_every_language(document, edition, fonts):
    entries = [{"name": "a b", "document": document, "edition": edition}]
    tags = Tags(render_index(entries, "zh-Hant", ["en", "zh-Hant"], font_cache=fonts))

    assert [(attrs["href"], attrs.get("hreflang")) for attrs in tags.all("a")] == [
        ("#main", None),
        ("index.html", "en"),
        ("a%20b/report.en.html", "en"),
        ("a%20b/report.en.pdf", "en"),
        ("a%20b/report.zh-Hant.html", "zh-Hant"),
        ("a%20b/report.zh-Hant.pdf", "zh-Hant"),
    ]


def test_index_of_one_language_links_plain_names(document, edition, fonts):
    text = render_index([{"name": "a", "document": document, "edition": edition}], "en", font_cache=fonts)

    assert [attrs["href"] for attrs in Tags(text).all("a")] == ["#main", "a/report.html", "a/report.pdf"]


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is not installed; CI must run the accessibility tests")
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--disable-gpu", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


def looked_at(browser, text, **settings):
    """Return violations, console errors, requests and the width beyond the window, with every part unfolded."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
    page = context.new_page()
    messages, requests = [], []
    page.on("console", lambda message: messages.append(message.text))
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(text)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    violations = [item["id"] for item in Axe().run(page).response["violations"]]
    beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    context.close()
    return violations, messages, [url for url in requests if not url.startswith("data:")], beyond


@pytest.mark.parametrize(
    ("language", "settings"),
    [
        ("en", {}),
        ("en", {"color_scheme": "dark"}),
        ("ru", {"viewport": {"width": 375, "height": 800}}),
        ("zh-Hans", {"viewport": {"width": 375, "height": 800}, "color_scheme": "dark"}),
        ("zh-Hant", {}),
    ],
)
def test_page_is_accessible_quiet_and_fits(browser, pages, language, settings):
    assert looked_at(browser, pages[language], **settings) == ([], [], [], 0)


def test_not_determined_and_very_long_names_are_accessible_and_fit(browser, edition, fonts):
    document = sample_document(edition, sample_evidence(measures={}, facts={}), organization={"name": LONG})
    text = render_html(document, edition, "en", font_cache=fonts)

    assert looked_at(browser, text, viewport={"width": 375, "height": 800}) == ([], [], [], 0)


def test_hostile_names_do_nothing_in_a_browser(browser, edition, fonts):
    text = render_html(sample_document(edition, organization={"name": HOSTILE}), edition, "en", font_cache=fonts)

    assert looked_at(browser, text) == ([], [], [], 0)


def test_index_and_fallback_pages_are_accessible(browser, document, fonts):
    english = sample_edition(("en",))
    entries = [{"name": "a", "document": document, "edition": english}]

    assert looked_at(browser, render_index(entries, "ru", ["ru", "en"], font_cache=fonts)) == ([], [], [], 0)
    assert looked_at(browser, render_html(document, english, "ru", font_cache=fonts)) == ([], [], [], 0)


def test_printing_unfolds_every_requirement(browser, pages):
    page = browser.new_page()
    page.set_content(pages["en"])
    page.emulate_media(media="print")

    shown = page.locator(".req .evidence li").first.evaluate(
        "part => part.checkVisibility({contentVisibilityAuto: true})"
    )
    height = page.locator("details.req .body").first.evaluate("part => part.getBoundingClientRect().height")

    assert (shown, height > 10) == (True, True)
