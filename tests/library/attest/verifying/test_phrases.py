"""The sentences of a verification: in four languages, and one for everything that can come out."""

import re
import string
from pathlib import Path

import pytest

from sealmark.attest.verifying import phrases, verdict

CODE = Path(phrases.__file__).parent
USED = set(re.findall(r'"((?:form|signature|issuer|dates|status|log|record|endorsement|scheme)\.[a-z-]+)"',
                      "".join(path.read_text() for path in CODE.glob("*.py"))))  # fmt: skip
COMPUTED = {"status.fetched", "status.kept", "status.revoked", "status.suspended"}


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", phrases.LANGUAGES)
def test_every_language_says_the_same(language):
    said, english = phrases.sentences(language), phrases.sentences("en")

    assert said.keys() == english.keys()
    assert {key for key in said if placeholders(said[key]) != placeholders(english[key])} == set()
    assert language == "en" or {key for key in said if said[key] == english[key]} == set()


def test_there_is_a_sentence_for_every_outcome_and_none_without_use():
    sections = {section: set() for section in (*verdict.CHECKS, "answer", "outcome", "fact")}
    for key in phrases.sentences("en"):
        section, _, name = key.partition(".")
        sections[section].add(name)

    assert sections.pop("answer") == {*verdict.ANSWERS, "withdrawn", "superseded"}
    assert sections.pop("outcome") == set(verdict.OUTCOMES)
    assert sections.pop("fact") - {"not_shown"} == set(verdict.Shown.__dataclass_fields__) - {"issuer_id", "grades"}
    assert {f"{section}.{name}" for section, names in sections.items() for name in names} == (USED | COMPUTED) - {
        "record.json"
    }


def test_what_is_said_is_filled_in():
    assert phrases.say("issuer.online", {"issuer": "did:web:a"}) == (
        "The issuer is did:web:a; its keys come from its own web address."
    )
