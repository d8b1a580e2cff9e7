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
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import certificate as certify
from sealmark_platform.casework.actions import evaluation, finding, objection
from sealmark_platform.catalogue.queries import edition_of, loaded, word_of
from sealmark_platform.workbench import problems
from sealmark_platform.workbench.templatetags import plain

CODES = {"ru": "ru", "zh_Hans": "zh-hans", "zh_Hant": "zh-hant"}
PLACE = re.compile(r"%\(\w+\)s")
TEMPLATES = sorted((PLATFORM / "templates").rglob("*.html"))
# Names, signs, codes and commands that are the same everywhere.
SAME_EVERYWHERE = re.compile(r"Sealmark|CSV|JSON|sealmark verify certificate\.pdf|[^\w]+")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_whole_and_compiled(language):
    written = catalogue(language)
    wanted = {(message.id, message.context) for message in extracted() if message.id}

    assert {(message.id, message.context) for message in written if message.id} == wanted
    assert untranslated(written) == []
    assert [message.id for message in written if message.fuzzy and message.id] == []
    assert (PLATFORM / "locale" / language / "LC_MESSAGES/django.mo").read_bytes() == compiled(written)


def forms(said):
    """Return a sentence, or its forms for one and for many."""
    return (said,) if isinstance(said, str) else said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_named_places_of_its_sentence(language):
    pairs = [(message.id, one) for message in catalogue(language) if message.id for one in forms(message.string)]

    assert [said for said, one in pairs if sorted(PLACE.findall(forms(said)[-1])) != sorted(PLACE.findall(one))] == []


@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant"])
def test_chinese_has_full_width_punctuation(language):
    half = re.compile(r"[\u4e00-\u9fff][,;:!?.()]")

    wrong = [one for message in catalogue(language) for one in forms(message.string) if message.id and half.search(one)]

    assert wrong == []


class _Bare(HTMLParser):
    """Gathers text that stands in a template outside of tags and marks."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, _tag, attrs):
        self.found += [
            value for name, value in attrs if name in {"title", "alt", "placeholder", "aria-label"} and value
        ]

    def handle_data(self, data):
        self.found.append(data)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_text_that_is_not_marked(path):
    source = re.sub(
        r"{% blocktranslate.*?{% endblocktranslate %}|{%.*?%}|{{.*?}}", "", path.read_text(), flags=re.DOTALL
    )
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

    def handle_endtag(self, _tag):
        self.depth.pop()

    def handle_data(self, data):
        if not any(self.depth):
            self.found += [line.strip() for line in data.splitlines() if line.strip()]


def english_on(page, language):
    """Return the sentences of the catalogue that stand on a page in English."""
    words = _Words()
    words.feed(page)
    changed = {forms(one.id)[-1] for one in catalogue(language) if one.id and one.id != one.string}
    known = [re.compile(PLACE.sub(".+", re.escape(one).replace(r"%\(", "%(").replace(r"\)s", ")s"))) for one in changed]
    return [text for text in words.found if any(one.fullmatch(html.unescape(text)) for one in known)]


@pytest.fixture
def busy(world):
    """A certified file with a finding that was answered, a suspension and a complaint: every part of a page is there."""
    one = world.gathering()
    raised = finding.raise_finding(
        one, "major", "Rückfragen.", by=world.ada, at=after(10), requirement="service-promise"
    )
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
    inside += [client.get("/files/?by=status"), client.get("/today/?due=year")]
    inside += [client.get(reverse("file", args=[busy.file.pk]))]
    client.force_login(world.ada)
    inside += [client.get(reverse("file", args=[busy.file.pk]))]
    act = reverse("act", args=["evaluation.recommend", busy.pk])
    inside += [client.get(act), client.post(act, {"reason": "", "revision": ""}), client.get("/no-such-page/")]
    client.force_login(world.cleo)
    inside += [client.get(reverse(name)) for name in ("apply", "today", "tokens")]

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


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Not shown: Lawfully established, Works by the Charter for at least three months."),
        ("zh-hant", "未證實：依法設立、依本憲章工作至少三個月。"),  # noqa: RUF001
    ],
)
def test_a_refused_act_is_told_in_the_readers_language_and_gets_the_focus(world, client, language, sentence):
    file = world.draft()
    apply.submit_application(file, by=world.cleo, at=after(1))
    client.force_login(world.cora)
    client.cookies["language"] = language
    address = reverse("act", args=["application.accept", file.pk])

    file.refresh_from_db()
    page = client.post(address, {"reason": "Gut.", "shown": [], "revision": file.revision})

    assert page.status_code == 422
    assert f"<span>{sentence}</span>" in page.content.decode()
    assert 'class="errors" role="alert" tabindex="-1" autofocus' in page.content.decode()


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


def parts_of_problems():
    """Return what speaks against a team, a panel or a result: the members of the lists in sentences."""
    found = set()
    for name in ("queries/evaluations.py", "queries/results.py", "actions/objection.py"):
        for node in ast.walk(ast.parse((PLATFORM / "casework" / name).read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "append":
                found.add(_text(node.args[0]))
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield):
                found.add(_text(node.value.value))
            if isinstance(node, ast.AugAssign) and isinstance(node.value, ast.ListComp):
                found.add(_text(node.value.elt))
    return sorted(found - {""})


def test_every_part_of_a_sentence_can_be_told_in_the_readers_language():
    with translation.override("zh-hant"):
        told = {
            text: problems.told_problem(Problem("SM712", f"The team: {text}.")).what for text in parts_of_problems()
        }

    assert [text for text, one in told.items() if text in one] == []
    assert len(told) > 10


def test_a_problem_is_told_with_the_words_of_the_scheme():
    edition = loaded("sealmark-charter/2026")
    missing = Problem("SM708", "Still missing: scope, site-list.")
    blocking = Problem("SM717", "In the way: major 1, minor 2.")

    with translation.override("en"):
        english = problems.told_problem(missing, edition)
    with translation.override("zh-hant"):
        chinese = [problems.told_problem(one, edition).what for one in (missing, blocking)]

    assert english == problems.Told("SM708", "Still missing: what shall be certified, List of sites.", "")
    assert chinese == ["尚缺：認證對象、場所清單。", "尚待解決：主要不符合 1、次要不符合 2。"]  # noqa: RUF001


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
    [
        ("en", "3 March 2026"),
        ("ru", "3 марта 2026 г."),  # noqa: RUF001
        ("zh-hans", "2026年3月3日"),
        ("zh-hant", "2026年3月3日"),
    ],
)
def test_days_are_written_in_the_habit_of_the_reader(language, day):
    with translation.override(language):
        assert (plain.written_day("2026-03-03"), plain.written_day("soon")) == (day, "soon")


def test_ids_of_the_table_of_acts_are_told_as_words():
    wrong_function = Problem("SM703", '"application.accept" is done by coordinator.')
    no_outcome = Problem("SM718", 'The outcome "grant" is not open; possible: refuse, defer.')
    late = Problem("SM729", "The time to object ended on 2026-03-03.")

    with translation.override("ru"):
        told = [problems.told_problem(one).what for one in (wrong_function, no_outcome, late)]

    assert told == [
        "«Принять заявку» выполняет: координатор.",
        "Решение «выдать сертификат» недоступно; возможно: отказать, отложить.",
        "После 3 марта 2026 г. подать обращение уже нельзя.",  # noqa: RUF001
    ]


def test_a_result_under_another_edition_is_told_as_one_part_though_it_has_a_comma():
    made = "it was made under oak/1, not under the adopted edition oak/2"

    with translation.override("zh-hans"):
        told = problems.told_problem(Problem("SM715", f"The result: {made}.")).what

    assert told == "结果：依据的是 oak/1，而非所采用的版本 oak/2。"  # noqa: RUF001


@pytest.mark.parametrize(("language", "country"), [("en", "China"), ("ru", "Китай"), ("zh-hant", "中國")])
def test_countries_have_their_names_and_unknown_codes_stay(language, country):
    with translation.override(language):
        assert (plain.country_name("CN"), plain.country_name("X9")) == (country, "X9")


def test_shares_are_told_in_percent_and_unknown_ones_as_a_dash():
    with translation.override("ru"):
        assert [plain.percent(share) for share in ("0.125", 1, None, "")] == ["12\xa0%", "100\xa0%", "\u2013", "\u2013"]


def test_shares_are_rounded_as_the_headline_of_a_result_rounds_them():
    with translation.override("en"):
        assert [plain.percent(share) for share in ("0.777", 0.996, "0.2235")] == ["78%", "100%", "22%"]


def test_everything_that_speaks_against_somebody_is_told_in_the_language_of_the_reader():
    said = "The panel: Li Na is no member of appeal panels, Li Na took part in the file."

    with translation.override("zh-hant"):
        told = problems.told_problem(Problem("SM730", said)).what

    assert told == "合議小組：Li Na 不是申訴合議小組成員、Li Na 參與過本案卷。"  # noqa: RUF001


def test_the_way_of_an_evaluation_says_what_is_done_and_what_is_to_come():
    with translation.override("en"):
        way = plain.steps("planned")

    assert [(step["name"], step["place"]) for step in way[:3]] == [
        ("being planned", "done"), ("planned", "now"), ("gathering evidence", "to-come"),
    ]  # fmt: skip
    assert len(way) == 7
    assert plain.steps("cancelled") == []
