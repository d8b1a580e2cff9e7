"""Every sentence of the interface in four languages: catalogues whole and fresh, pages without a word of English."""

import ast
import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation
from tests.house.translate import LANGUAGES, PLATFORM, catalogue, compiled, extracted, untranslated
from tests.platform.people import after

from sealmark.core.errors import Problem
from sealmark_platform.casework.actions import certificate as certify
from sealmark_platform.casework.actions import evaluation, finding, objection
from sealmark_platform.catalogue.queries import edition_of, loaded, word_of
from sealmark_platform.workbench import problems

CODES = {"ru": "ru", "zh_Hans": "zh-hans", "zh_Hant": "zh-hant"}
PLACE = re.compile(r"%\(\w+\)s")
TEMPLATES = sorted((PLATFORM / "templates").rglob("*.html"))
# Names, signs and codes that are the same everywhere.
SAME_EVERYWHERE = re.compile(r"Sealmark|[^\w]+")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_whole_and_compiled(language):
    written = catalogue(language)
    wanted = {(message.id, message.context) for message in extracted() if message.id}

    assert {(message.id, message.context) for message in written if message.id} == wanted
    assert untranslated(written) == []
    assert [message.id for message in written if message.fuzzy and message.id] == []
    assert (PLATFORM / "locale" / language / "LC_MESSAGES/django.mo").read_bytes() == compiled(written)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_named_places_of_its_sentence(language):
    changed = [
        message.id
        for message in catalogue(language)
        if message.id and sorted(PLACE.findall(message.id)) != sorted(PLACE.findall(message.string))
    ]

    assert changed == []


@pytest.mark.parametrize("language", ("zh_Hans", "zh_Hant"))
def test_chinese_has_full_width_punctuation_and_no_latin_sentence(language):
    half = re.compile(r"[\u4e00-\u9fff][,;:!?.()]")

    wrong = [message.string for message in catalogue(language) if message.id and half.search(message.string)]

    assert wrong == []


class _Bare(HTMLParser):
    """Gathers text that stands in a template outside of tags and marks."""

    def __init__(self):
        super().__init__()
        self.found, self.silent = [], 0

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in {"title", "alt", "placeholder", "aria-label"} and value]

    def handle_data(self, data):
        self.found.append(data)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_text_that_is_not_marked(path):
    source = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}|{%.*?%}|{{.*?}}", "", path.read_text(), flags=re.DOTALL)
    bare = _Bare()
    bare.feed(source)

    assert [text.strip() for text in bare.found if SAME_EVERYWHERE.sub("", text)] == []


class _Words(HTMLParser):
    """Gathers what a reader of a page sees, except what is marked as another language."""

    def __init__(self):
        super().__init__()
        self.found, self.depth = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in {"input", "meta", "link", "br"}:
            self.depth.append(tag != "html" and dict(attrs).get("lang") is not None)
        self.found += [value for name, value in attrs if name in {"aria-label", "data-label"} and value]

    def handle_endtag(self, tag):
        self.depth.pop()

    def handle_data(self, data):
        if not any(self.depth):
            self.found += [line.strip() for line in data.splitlines() if line.strip()]


def english_on(page, language):
    """Return the sentences of the catalogue that stand on a page in English."""
    words = _Words()
    words.feed(page)
    changed = {message.id for message in catalogue(language) if message.id and message.id != message.string}
    known = [re.compile(PLACE.sub(".+", re.escape(one).replace(r"%\(", "%(").replace(r"\)s", ")s"))) for one in changed]
    return [text for text in words.found if any(one.fullmatch(html.unescape(text)) for one in known)]


@pytest.fixture
def busy(world):
    """A certified file with a finding that was answered, a suspension and a complaint: every part of a page is there."""
    one = world.gathering()
    raised = finding.raise_finding(one, "major", "Rückfragen.", by=world.ada, at=after(10), requirement="service-promise")
    answer = {"correction": "a", "cause": "b", "corrective_action": "c"}
    finding.answer_finding(raised, **answer, by=world.cleo, at=after(10))
    evaluation.record_result(one, world.result(), by=world.ada, at=after(11))
    return one


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_shows_an_english_sentence(busy, world, client, language):
    client.cookies["language"] = CODES[language]
    public = [client.get(reverse(name)) for name in ("home", "register", "sign-in")]
    client.force_login(world.cora)
    inside = [client.get(reverse(name)) for name in ("today", "files")]
    inside += [client.get(reverse("file", args=[busy.file.pk]))]
    client.force_login(world.ada)
    inside += [client.get(reverse("file", args=[busy.file.pk]))]
    act = reverse("act", args=["evaluation.recommend", busy.pk])
    inside += [client.get(act), client.post(act, {"reason": "", "revision": ""}), client.get("/no-such-page/")]
    client.force_login(world.cleo)
    inside += [client.get(reverse("apply")), client.get(reverse("today"))]

    shown = {page.request["PATH_INFO"]: english_on(page.content.decode(), language) for page in public + inside}

    assert {path: found for path, found in shown.items() if found} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_a_certificate_show_no_english_sentence(world, client, language):
    certificate = world.certified()
    triggers = edition_of(world.edition).procedure.suspension_triggers
    certify.suspend_certificate(
        certificate, trigger=triggers[0], way_back="Antwort.", reason="Grund.", by=world.bo, at=after(20)
    )
    objection.file_objection(certificate.file, "Frage.", by=world.cleo, at=after(21))
    client.cookies["language"] = CODES[language]
    pages = [client.get(reverse("certificate", args=[certificate.number])), client.get(reverse("register"))]
    client.force_login(world.bo)
    pages += [client.get(reverse("file", args=[certificate.file.pk]))]
    client.force_login(world.cora)
    pages += [client.get(reverse("file", args=[certificate.file.pk])), client.get(reverse("files"))]

    assert [found for page in pages for found in english_on(page.content.decode(), language)] == []
    assert word_of(loaded(world.edition.edition), CODES[language].replace("hans", "Hans").replace("hant", "Hant"),
                   "labels", triggers[0]) in pages[3].content.decode()  # fmt: skip


def sentences_of_problems():
    """Return every sentence of a problem in the acts and conditions with its code, x where something is filled in."""
    sources = [*(PLATFORM / "casework").rglob("*.py"), PLATFORM / "catalogue/queries.py"]
    library = Path(problems.__file__).parents[2] / "sealmark/certify/conditions.py"
    found = set()
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in {"what", "fix"}:
                found.add(("SM799", _text(node.value)))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
                given = [*node.args[1:], *(word.value for word in node.keywords if word.arg == "fix")]
                found |= {(_text(node.args[0]), text) for argument in given if (text := _text(argument))}
    tree = ast.parse(library.read_text())
    docstrings = {_text(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for text in {_text(node) for node in ast.walk(tree)} - docstrings:
        if text.endswith(".") and text[:1].isupper() and len(text) > 10:
            found.add(("SM799", text.replace("{}", "x")))
    return sorted(pair for pair in found if pair[1])


def _text(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
    return ""


def test_every_sentence_of_a_problem_can_be_told_in_the_readers_language():
    with translation.override("zh-hant"):
        told = {text: problems.told_problem(Problem(code, text)) for code, text in sentences_of_problems()}

    assert [text for text, one in told.items() if one.language] == []
    assert len(told) > 30


def test_a_problem_is_told_with_the_words_of_the_scheme():
    edition = loaded("sealmark-charter/2026")
    missing = Problem("SM708", "Still missing: scope, site-list.")
    blocking = Problem("SM717", "In the way: major 1, minor 2.")

    with translation.override("en"):
        english = problems.told_problem(missing, edition)
    with translation.override("zh-hant"):
        chinese = [problems.told_problem(one, edition).what for one in (missing, blocking)]

    assert english == problems.Told("SM708", "Still missing: what shall be certified, List of sites.", "")
    assert chinese == ["尚缺：認證對象、場所清單。", "尚待解決：主要不符合 1、次要不符合 2。"]


def test_an_unknown_sentence_is_told_in_english_and_marked_so():
    problem = Problem("SM301", "The sun is down.", fix="Wait.")

    with translation.override("ru"):
        russian = problems.told_problem(problem)
    with translation.override("en"):
        english = problems.told_problem(problem)

    assert russian == problems.Told("SM301", "The sun is down. Wait.", "en")
    assert english == problems.Told("SM301", "The sun is down. Wait.", "")


@pytest.mark.parametrize(
    ("language", "day"),
    [("en", "3 March 2026"), ("ru", "3 марта 2026 г."), ("zh-hans", "2026年3月3日"), ("zh-hant", "2026年3月3日")],
)
def test_days_are_written_in_the_habit_of_the_reader(language, day):
    from sealmark_platform.workbench.templatetags.plain import written_day

    with translation.override(language):
        assert (written_day("2026-03-03"), written_day("soon")) == (day, "soon")
