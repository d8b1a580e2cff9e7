import re
from pathlib import Path

import pytest

import sealmark
from sealmark.assess.grading import _GATES
from sealmark.core.errors import SealmarkError
from sealmark.reports.reasons import _NOTES, ABOUT, MISSING_KINDS
from sealmark.reports.sentences import LOCALES, load_phrases, placeholders, require_language
from sealmark.scheme.grading import STATEMENTS
from sealmark.scheme.wording import LANGUAGES

SOURCE = Path(str(sealmark.__file__)).parent


def sources(*folders: str) -> str:
    files = [path for folder in folders for path in sorted((SOURCE / folder).rglob("*.py"))]
    assert files
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def reason_codes() -> set[str]:
    """Every code the library can give, read from its source: written out, built from a kind, or passed on."""
    text = sources("assess", "evaluation")
    written = set(re.findall(r'Reason\(\s*"([a-z-]+)"', text))
    compared = set(re.findall(r'_within\(\s*[\w.]+, "([a-z]+)"', text))
    built = {f"{kind}-{end}" for kind in compared for end in ("below", "above")}
    passed = set(re.findall(r'_missing\([^)]*?"((?:missing|too|sample)-[a-z-]+)"', text))
    passed |= set(re.findall(r'code="([a-z-]+)"', text))
    passed |= set(re.findall(r'(?:code = |else )"([a-z]+(?:-[a-z]+)+)"', text)) & set(ABOUT)
    kinds = {"size", "sector", "fact", "document", "persons", "actions", "change"}
    return written | built | passed | {f"missing-{kind}" for kind in kinds}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys(language):
    assert set(load_phrases(language).texts) == set(load_phrases("en").texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_placeholders(language):
    english = {key: placeholders(phrase) | {"count"} for key, phrase in load_phrases("en").texts.items()}

    found = {key: placeholders(phrase) | {"count"} for key, phrase in load_phrases(language).texts.items()}

    assert found == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_counted_sentences_have_exactly_the_plural_forms_of_their_language(language):
    needed = {LOCALES[language].plural_form(number) for number in range(200)} | {"other"}

    forms = {key: set(phrase) for key, phrase in load_phrases(language).texts.items() if not isinstance(phrase, str)}

    assert forms == dict.fromkeys(forms, needed)
    assert len(forms) > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_its_own_script_is_used(language):
    script = {"en": r"[\u0400-\u04ff\u4e00-\u9fff]", "ru": r"[\u4e00-\u9fff]"}.get(language, r"[\u0400-\u04ff]")

    assert [key for key, phrase in load_phrases(language).texts.items() if re.search(script, str(phrase))] == []


def test_codes_are_found_in_the_source():
    assert {"score-below", "specials-above", "too-few-sites", "sampled-sites", "missing-size"} <= reason_codes()
    assert len(reason_codes()) > 35
    assert len(_GATES) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_code_has_a_sentence(language):
    phrases = load_phrases(language)

    assert [code for code in sorted(reason_codes()) if not phrases.has(f"reason.{code}")] == []


def test_every_code_that_is_worded_as_about_something_is_known():
    assert sorted(set(ABOUT) - reason_codes() - {"missing-measure"}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_statements_missing_kinds_and_notes_have_sentences(language):
    phrases = load_phrases(language)
    wanted = [f"statement.{name}" for name in STATEMENTS] + [f"missing.{kind}" for kind in MISSING_KINDS]
    wanted += [f"missing.{kind}-item" for kind, section in MISSING_KINDS.items() if not section]
    wanted += [f"note.{name}" for name in _NOTES.values()]

    assert [key for key in wanted if not phrases.has(key)] == []


def test_notes_are_those_the_engine_writes():
    text = sources("measure", "evaluation")

    assert [note for note in _NOTES if note not in text] == []


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("en", 1, "and 1 further place"),
        ("en", 1200, "and 1,200 further places"),
        ("ru", 1, "и ещё 1 место"),
        ("ru", 3, "и ещё 3 места"),
        ("ru", 11, "и ещё 11 мест"),
        ("ru", 21, "и ещё 21 место"),
        ("zh-Hans", 2, "另有 2 处"),
        ("zh-Hant", 2, "另有 2 處"),
    ],
)
def test_plural_forms(language, count, expected):
    assert load_phrases(language).say("tree.more", count=count) == expected


def test_unknown_phrase_names_the_nearest():
    with pytest.raises(SealmarkError, match=r'SM611 There is no phrase "page\.titel"') as caught:
        load_phrases("en").say("page.titel")

    assert 'Did you mean "page.title"?' in caught.value.problems[0].fix


def test_unknown_language_is_refused():
    with pytest.raises(SealmarkError) as caught:
        require_language("zh")

    assert caught.value.codes == ("SM612",)
    assert "Legal: en, ru, zh-Hans, zh-Hant." in caught.value.problems[0].fix


def test_values_are_never_read_as_placeholders():
    said = load_phrases("en").say("page.quoted", text="{count} {0.__class__}")

    assert said == "“{count} {0.__class__}”"
