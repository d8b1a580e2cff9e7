"""How one page speaks: its language, the reports' phrases, the pack's wording, numbers as its readers write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from sealmark.assess.figures import FigureBook
from sealmark.reports.reading import Evaluation
from sealmark.reports.sentences import LOCALES, Phrases, load_phrases, require_language
from sealmark.scheme.edition import Edition
from sealmark.scheme.wording import LANGUAGES, Language, Wording

__all__ = ["NOTHING", "NOT_DETERMINED", "Voice", "page_language", "wording_gaps"]

NOT_DETERMINED = "not-determined"
NOTHING = "\u2013"
"""Stands in a table where there is nothing to say."""
_MOST_PLACES = 6
_UNITS: Mapping[str, str] = {"hours": "duration-hour", "days": "duration-day"}


def wording_gaps(edition: Edition, language: Language) -> tuple[str, ...]:
    """Return every id of the edition that has no wording in a language, as ``section:id``."""
    wording = edition.wording.get(language)
    return tuple(
        f"{section}:{name}"
        for section, names in _worded(edition)
        for name in names
        if wording is None or name not in getattr(wording, section)
    )


def _worded(edition: Edition) -> Iterator[tuple[str, Iterable[str]]]:
    grading = edition.grading
    yield "nodes", [*edition.groups, *edition.requirements]
    yield "measures", edition.measures
    yield "parameters", edition.parameters
    yield "facts", edition.declarations.facts
    yield "documents", edition.declarations.documents
    yield "credentials", edition.declarations.credentials
    yield "scores", [score.id for score in grading.scores]
    yield "adjustments", [item.id for item in grading.adjustments]
    yield "gates", [gate.id for gate in grading.gates]
    yield "ladders", [ladder.id for ladder in grading.ladders]
    yield "grades", [grade.id for ladder in grading.ladders for grade in ladder.grades]
    yield "grades", [ladder.below for ladder in grading.ladders if ladder.below != NOT_DETERMINED]


def page_language(edition: Edition, asked: Language) -> Language:
    """Return the language of the whole page: the one asked for, or the first with complete wording.

    Where no language is complete, the one asked for if there is any wording in it.
    """
    order = [asked, *(language for language in LANGUAGES if language != asked)]
    complete = [language for language in order if not wording_gaps(edition, language)]
    present = [language for language in order if language in edition.wording]
    return (complete or present or order)[0]


class Voice:
    """Words and numbers of one page.

    Attributes:
        asked: The language asked for.
        language: The language of the whole page, which differs where the pack's wording is missing.
    """

    def __init__(self, evaluation: Evaluation, edition: Edition, language: str) -> None:
        self.evaluation = evaluation
        self.edition = edition
        self.asked = require_language(language)
        self.language = page_language(edition, self.asked)

    @cached_property
    def phrases(self) -> Phrases:
        """The reports' own sentences."""
        return load_phrases(self.language)

    @cached_property
    def wording(self) -> Wording | None:
        """The pack's wording."""
        return self.edition.wording.get(self.language)

    @cached_property
    def locale(self) -> Locale:
        """How numbers and dates are written."""
        return LOCALES[self.language]

    @cached_property
    def book(self) -> FigureBook:
        """The scheme's figures as they stood for the organization."""
        overlay = self.evaluation.overlay
        return FigureBook(
            self.edition,
            self.evaluation.as_of,
            self.evaluation.organization.employees,
            overlay.values if overlay else {},
        )

    def say(self, key: str, **values: object) -> str:
        """Return a sentence of the reports."""
        return self.phrases.say(key, **values)

    def counted(self, key: str, count: int, **values: object) -> str:
        """Return a sentence of the reports in the plural form that a number asks for."""
        return self.phrases.say(key, count=count, **values)

    def quoted(self, text: str) -> str:
        """Return the text in the language's quotation marks."""
        return self.say("page.quoted", text=text)

    def name(self, section: str, name: str) -> str:
        """Return what the pack calls something: the section of its wording, then the id itself."""
        found = getattr(self.wording, section, {}).get(name)
        return found if isinstance(found, str) else name

    def node(self, name: str) -> str:
        """Return the title of a requirement or group; of a gate where the place of evidence is a gate."""
        text = self.wording.nodes.get(name) if self.wording else None
        return text.title if text else self.name("gates", name)

    def text(self, name: str) -> str:
        """Return what a requirement asks for, in full sentences; empty when not worded."""
        text = self.wording.nodes.get(name) if self.wording else None
        return text.text if text else ""

    def grade(self, name: str) -> str:
        """Return what the pack calls a grade, or the words for an undetermined one."""
        return self.say("result.not-determined") if name == NOT_DETERMINED else self.name("grades", name)

    @property
    def scheme(self) -> str:
        """The scheme's title."""
        return self.wording.title if self.wording else self.edition.id

    def whole(self, number: int) -> str:
        """Return a whole number."""
        return format_decimal(number, format="#,##0", locale=self.locale)

    def number(self, value: Decimal, places: int) -> str:
        """Return a number with exactly so many places."""
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return self._minus(format_decimal(value, format=pattern, locale=self.locale))

    def trimmed(self, value: Decimal, places: int = 2) -> str:
        """Return a number with at most so many places, without zeros at the end."""
        pattern = "#,##0" + ("." + "#" * places if places else "")
        return self._minus(format_decimal(value, format=pattern, locale=self.locale))

    def percent(self, share: Decimal, places: int = 0) -> str:
        """Return a share as a percentage."""
        pattern = self.locale.percent_formats[None].pattern
        zeros = "0" + ("." + "0" * places if places else "")
        return self._minus(format_percent(share, format=pattern.replace("0", zeros, 1), locale=self.locale))

    def short_of(self, value: Decimal, limit: Decimal | None, places: int) -> int:
        """Return the places at which rounding does not hide that a value differs from a limit."""
        while limit is not None and value != limit and places < _MOST_PLACES:
            step = Decimal(1).scaleb(-places)
            if value.quantize(step) != limit.quantize(step):
                break
            places += 1
        return places

    def chance(self, share: Decimal, *, certain: bool = False) -> str:
        """Return a probability from draws: never a flat 0 or 100 percent unless nothing was drawn."""
        if not certain and share > Decimal("0.99"):
            return self.say("chance.above", share=self.percent(Decimal("0.99")))
        if not certain and share < Decimal("0.01"):
            return self.say("chance.below", share=self.percent(Decimal("0.01")))
        return self.percent(share)

    def date(self, day: dt.date) -> str:
        """Return a date."""
        return str(format_date(day, format="long", locale=self.locale))

    def iso_date(self, text: str) -> str:
        """Return a date given as ISO text; the text itself when it is none."""
        try:
            return self.date(dt.date.fromisoformat(text))
        except ValueError:
            return text

    def span(self, low: str, high: str) -> str:
        """Return a range."""
        return f"{low} \u2013 {high}"

    def join(self, parts: Iterable[str]) -> str:
        """Return parts as a list in words."""
        return str(format_list(list(parts), locale=self.locale))

    def plain_list(self, parts: Iterable[str]) -> str:
        """Return parts with the language's comma between them."""
        return (", " if self.language in {"en", "ru"} else "、").join(parts)

    def unit(self, value: Decimal, unit: str, places: int) -> str:
        """Return a measure's value with its unit."""
        if unit == "share":
            return self.percent(value, places)
        if unit in _UNITS:
            pattern = "#,##0" + ("." + "0" * places if places else "")
            return str(format_unit(value, _UNITS[unit], length="short", format=pattern, locale=self.locale))
        return self.number(value, places)

    def score(self, name: str, value: Decimal, *, limit: Decimal | None = None) -> str:
        """Return a score with the places the scheme shows; more where rounding would hide a missed limit."""
        places = next((score.decimals for score in self.edition.grading.scores if score.id == name), 1)
        return self.number(value, self.short_of(value, limit, places))

    def _minus(self, text: str) -> str:
        return text.replace("-", "\u2212")
