"""Words of a scheme in the languages of a document, found by what the signed credential says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sealmark.scheme.edition import Edition
from sealmark.scheme.wording import LANGUAGES, Language, Wording

__all__ = ["Kind", "SchemeWords", "Told", "own_language"]

Kind = Literal["title", "ladders", "grades", "scores"]
Told = str | list[list[str | int]]
"""A text as it was signed; or texts, each with the place of its language in the document, -1 for the signed one."""


@dataclass(frozen=True, slots=True)
class SchemeWords:
    """What an edition calls in other languages what a credential names in its own; nothing without an edition.

    Attributes:
        own: Language of the credential.
        edition: The one whose digest the credential has.
    """

    own: Language
    edition: Edition | None = None

    def of(self, language: Language, kind: Kind, signed: str) -> str | None:
        """Return a word in a language; nothing where the edition has none, or more than one for that text.

        Args:
            language: Wanted.
            kind: Part of the wording.
            signed: The text in the credential.
        """
        wording = {} if self.edition is None else self.edition.wording
        wanted = wording.get(language)
        own = wording.get(self.own) or wording.get("en")
        if wanted is None or own is None or language == self.own:
            return None
        found = {_line(word) for known, word in _pairs(own, wanted, kind) if _line(known) == signed}
        return found.pop() if len(found) == 1 else None

    def told(self, languages: Sequence[Language], kind: Kind, signed: str) -> Told:
        """Return a text for languages side by side; what they share is told once.

        Args:
            languages: Of the document.
            kind: Part of the wording.
            signed: The text in the credential.
        """
        if self.edition is None:
            return signed
        told: dict[str, list[str | int]] = {}
        for place, language in enumerate(languages):
            word = self.of(language, kind, signed)
            told.setdefault(word or signed, [signed, -1] if word is None else [word, place])
        return list(told.values())

    def fields(self, languages: Sequence[Language], signed: Sequence[tuple[Kind, str]]) -> dict[str, str]:
        """Return the words shown instead of signed texts, by the name of a field: fonts must have their letters."""
        named = [(kind, text, language) for kind, text in signed for language in languages]
        return {f"edition.{language}.{kind}[{text}]": self.of(language, kind, text) or ""
                for kind, text, language in named}  # fmt: skip


def own_language(tag: str) -> Language:
    """Return the language in whose letter forms the credential's own texts are set."""
    if tag.startswith("zh"):
        return "zh-Hant" if {"Hant", "TW", "HK", "MO"} & set(tag.split("-")) else "zh-Hans"
    return next((language for language in LANGUAGES if language == tag[:2]), "en")


def _pairs(own: Wording, wanted: Wording, kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield each word of a kind in both languages."""
    if kind == "title":
        yield own.title, wanted.title
        if own.short_title and wanted.short_title:
            yield own.short_title, wanted.short_title
        return
    known = getattr(own, kind)
    # What has no word is signed by its id.
    yield from ((known.get(name, name), word) for name, word in getattr(wanted, kind).items())


def _line(text: str) -> str:
    """Return a text as one line, as credentials have it."""
    return " ".join(text.split())
