"""The reports' own sentences in the four languages: data in ``phrases/<language>.yaml``.

A sentence is written whole, with named placeholders. One that depends on a
number holds a form per plural category of its language and counts by
``{count}``.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from babel import Locale
from babel.numbers import format_decimal

from sealmark.core.documents import parse_yaml
from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.scheme.wording import LANGUAGES, Language

__all__ = ["LOCALES", "Phrases", "load_phrases", "placeholders", "require_language"]

LOCALES: Mapping[Language, Locale] = {
    "en": Locale("en", "GB"),
    "ru": Locale("ru"),
    "zh-Hans": Locale("zh", script="Hans"),
    "zh-Hant": Locale("zh", script="Hant"),
}

Phrase = str | Mapping[str, str]


@dataclass(frozen=True)
class Phrases:
    """Every sentence of one language by ``section.key``."""

    language: Language
    texts: Mapping[str, Phrase] = field(repr=False)

    def say(self, key: str, /, **values: object) -> str:
        """Return a sentence with its placeholders filled.

        Args:
            key: ``section.key``.
            values: What the placeholders stand for, already in words; a whole number as ``count``
                decides the plural form and is written as the language writes it.

        Raises:
            SealmarkError: SM611 there is no such sentence.

        Example:
            >>> load_phrases("en").say("page.as_of", date="1 May 2026")
            'Result as of 1 May 2026'
        """
        phrase = self.texts.get(key)
        if phrase is None:
            raise SealmarkError(Problem("SM611", f'There is no phrase "{key}".', f"phrases/{self.language}.yaml",
                                        did_you_mean(key, self.texts)))  # fmt: skip
        count = values.get("count")
        if isinstance(count, int):
            values["count"] = format_decimal(count, format="#,##0", locale=LOCALES[self.language])
        if not isinstance(phrase, str):
            phrase = _plural_form(phrase, self.language, count if isinstance(count, int) else 0)
        return phrase.format_map(values)

    def has(self, key: str) -> bool:
        """Tell whether there is a sentence of that key."""
        return key in self.texts


def _plural_form(forms: Mapping[str, str], language: Language, count: int) -> str:
    return forms.get(LOCALES[language].plural_form(count), forms["other"])


def require_language(language: str) -> Language:
    """Return the language under its exact name.

    Raises:
        SealmarkError: SM612 reports are not written in it.
    """
    for known in LANGUAGES:
        if known == language:
            return known
    raise SealmarkError(Problem("SM612", f'Reports are not written in "{language}".', "--language",
                                did_you_mean(language, LANGUAGES)))  # fmt: skip


@cache
def load_phrases(language: Language) -> Phrases:
    """Return the sentences of a language; read once."""
    name = f"{language}.yaml"
    content = parse_yaml((resources.files(__package__) / "phrases" / name).read_bytes(), f"phrases/{name}").content
    assert isinstance(content, dict)
    texts = {f"{section}.{key}": phrase for section, part in content.items() for key, phrase in part.items()}
    return Phrases(language, texts)


def placeholders(phrase: Phrase) -> frozenset[str]:
    """Return the names of the placeholders in a phrase, all plural forms together.

    Example:
        >>> sorted(placeholders("{earned} of {points} points"))
        ['earned', 'points']
    """
    forms = [phrase] if isinstance(phrase, str) else phrase.values()
    return frozenset(name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name)
