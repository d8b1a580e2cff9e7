"""A certificate as the template reads it: words in each language, values once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from functools import cache
from importlib import resources

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from sealmark.attest.credentials.checks import MOST_SITES_INSIDE
from sealmark.core.documents import parse_yaml
from sealmark.reports.certificates.design import CertificateDesign
from sealmark.reports.certificates.facts import CertificateFacts, Reached, Scored
from sealmark.reports.certificates.narrative import Part
from sealmark.reports.certificates.typefaces import families
from sealmark.reports.certificates.words import SchemeWords, Told
from sealmark.reports.sentences import LOCALES, Phrases
from sealmark.scheme.wording import LANGUAGES, Language

__all__ = ["PLACES", "Site", "certificate_page", "certificate_phrases", "fields_of"]

PLACES: Mapping[Language, tuple[str, str]] = {
    "en": ("en", "GB"),
    "ru": ("ru", "RU"),
    "zh-Hans": ("zh", "CN"),
    "zh-Hant": ("zh", "TW"),
}
"""Language and region as the setter takes them."""

Row = dict[str, object]
_MOST_LINES = 10
"""More lines under one heading stand on a sheet of their own."""
_LONG_WORD = re.compile(r"[^\s\u2e80-\uffef]{24}(?=[^\s\u2e80-\uffef]{4})")


@dataclass(frozen=True, slots=True)
class Site:
    """A row of the annex."""

    code: str
    name: str
    place: str


@cache
def certificate_phrases(language: Language) -> Phrases:
    """Return the sentences of certificates in a language; read once."""
    name = f"{language}.yaml"
    content = parse_yaml((resources.files(__package__) / "phrases" / name).read_bytes(), name).content
    assert isinstance(content, dict)
    texts = {f"{section}.{key}": phrase for section, part in content.items() for key, phrase in part.items()}
    return Phrases(language, texts)


def certificate_page(
    facts: CertificateFacts,
    languages: Sequence[Language],
    *,
    design: CertificateDesign,
    sites: Sequence[Site],
    words: SchemeWords,
) -> dict[str, object]:
    """Return everything that the template shows.

    Args:
        facts: From the credential.
        languages: In the order in which they stand side by side.
        design: Of the body.
        sites: Rows of the annex.
        words: Of the scheme.
    """
    page = _Page(facts, tuple(map(certificate_phrases, languages)), design, words)
    return _shown(page, facts, sites) | {
        "languages": [_tongue(language) for language in languages],
        "own": _tongue(words.own),
        "name": f"{facts.number} \u2013 {facts.holder.name}",
        "columns": [page.label(f"site_{name}") for name in ("code", "name", "place")],
        "annex": page.say("text.annex"),
        "sites_label": page.label("sites"),
        "listed": page.say("text.listed"),
        "banner": page.say(f"text.{facts.held}") if facts.held else [],
        "links": list(page.links()),
        "notes": page.notes(),
        "address": facts.address,
        "qr": page.say("text.qr", address=facts.address)[0],
        "footer": page.say("text.page", number=facts.number, page="{page}", total="{total}")[0],
        "own_footer": [design.footer[language] for language in languages if language in design.footer],
        "paper": design.paper,
        "logo_height": design.logo_height_mm,
        "colours": design.colours.model_dump(),
        "marks": list(design.marks),
        "date": [*facts.made.timetuple()[:6]],
    }


def _shown(page: _Page, facts: CertificateFacts, sites: Sequence[Site]) -> dict[str, object]:
    """Return the texts that come from outside, each word of them short enough for a line."""
    shown = {
        "title": page.titles(),
        "holder": facts.holder.name,
        "where": page.where(),
        "statement": page.statement(),
        "grades": [page.grade(grade) for grade in facts.grades],
        "scores": [page.score(score) for score in facts.scores],
        "rows": list(page.rows(len(sites))),
        "parts": [page.part(part) for part in facts.parts if not _lists(part, sites)],
        "sites": [[site.code, site.name, site.place] for site in sites],
        "body": list(page.body()),
    }
    return {key: _breakable(value) for key, value in shown.items()}


def _breakable(value: object) -> object:
    """Allow a break inside every word that no line would hold."""
    if isinstance(value, str):
        return _LONG_WORD.sub("\\g<0>\u200b", value)
    if isinstance(value, Mapping):
        return {key: _breakable(part) for key, part in value.items()}
    return [_breakable(part) for part in value] if isinstance(value, list | tuple) else value


def fields_of(facts: CertificateFacts, design: CertificateDesign, sites: Sequence[Site]) -> dict[str, str]:
    """Return every text that comes from outside, by the name of its field."""
    fields = {
        "number": facts.number, "holder.name": facts.holder.name, "holder.address": facts.holder.street,
        "holder.city": facts.holder.city, "holder.register_number": facts.holder.register_number,
        "body.name": facts.body.name, "body.address": facts.body.street, "scheme": facts.scheme,
        "edition": facts.edition, "scope": facts.scope, "address": facts.address,
    }  # fmt: skip
    fields |= {f"grades[{grade.ladder}]": grade.ladder + grade.label for grade in facts.grades}
    fields |= {f"scores[{score.name}]": score.name for score in facts.scores}
    fields |= {f"{part.heading}[{at}]": part.heading + line for part in facts.parts
               for at, line in enumerate(part.lines, start=1)}  # fmt: skip
    fields |= {f"sites[{at}]": site.code + site.name + site.place for at, site in enumerate(sites, start=1)}
    if design.signatory:
        fields |= {f"design.signatory.role.{key}": text for key, text in design.signatory.role.items()}
        fields["design.signatory.name"] = design.signatory.name
    for name in ("title", "accreditation", "footer"):
        fields |= {f"design.{name}.{language}": text for language, text in getattr(design, name).items()}
    return fields


class _Page:
    def __init__(
        self, facts: CertificateFacts, phrases: tuple[Phrases, ...], design: CertificateDesign, words: SchemeWords
    ) -> None:
        self._facts = facts
        self._phrases = phrases
        self._design = design
        self._words = words
        self._languages = [one.language for one in phrases]

    def say(self, key: str, **values: object) -> list[str]:
        return [phrases.say(key, **values) for phrases in self._phrases]

    def label(self, key: str) -> list[str]:
        return self.say(f"label.{key}")

    def titles(self) -> list[str]:
        told = self.say(f"title.{self._facts.kind}")
        own = self._design.title
        return [own.get(phrases.language, text) for phrases, text in zip(self._phrases, told, strict=True)]

    def statement(self) -> list[str]:
        """Return what the body says, with the edition as each language calls it."""
        facts = self._facts
        return [phrases.say(f"statement.{facts.kind}", body=facts.body.name,
                            edition=self._words.of(phrases.language, "title", facts.edition) or facts.edition)
                for phrases in self._phrases]  # fmt: skip

    def where(self) -> list[str]:
        holder = self._facts.holder
        place = ", ".join(text for text in (holder.street, holder.city, holder.country) if text)
        return [text for text in (place,) if text]

    def grade(self, grade: Reached) -> Row:
        steps, told = len(grade.labels), self._words.told
        return {
            "label": self.label("grade"),
            "ladder": told(self._languages, "ladders", grade.ladder),
            "value": told(self._languages, "grades", grade.label),
            "position": grade.position,
            "steps": steps,
            "alt": self.say("text.steps", position=grade.position, steps=steps)[0],
            "sure": None if grade.probability is None else self._percent(grade.probability),
            "sure_label": self.label("probability"),
        }

    def score(self, score: Scored) -> Row:
        ends = f"{self._number(score.lowest)}\u2013{self._number(score.highest)}"
        name = self._words.told(self._languages, "scores", score.name)
        return {"label": self.label("score"), "name": name, "value": self._number(_cut(score.value)), "ends": ends}

    def rows(self, sites: int) -> Iterator[Row]:
        facts = self._facts
        yield self._row("citation" if facts.kind == "award" else "scope", facts.scope, wide=True)
        if sites:
            yield {"label": self.label("sites"), "words": self.say("text.sites", count=sites), "wide": True}
        yield self._row("edition", self._words.told(self._languages, "title", facts.edition))
        if facts.scheme and facts.scheme != facts.edition:
            yield self._row("scheme", self._words.told(self._languages, "title", facts.scheme))
        yield self._row("number", facts.number)
        if facts.holder.register_number:
            yield self._row("register_number", facts.holder.register_number)
        days = {"first_issued": facts.first_issued, "decided": facts.decided, "valid_from": facts.valid_from,
                "valid_until": facts.valid_until}  # fmt: skip
        for key, day in days.items():
            if day is not None:
                yield self._row(key, self._day(day))

    def body(self) -> Iterator[Row]:
        body, design = self._facts.body, self._design
        place = ", ".join(text for text in (body.street, body.city, body.country) if text)
        yield {"label": self.label("body"), "value": body.name, "more": [place] if place else []}
        if design.accreditation:
            yield {"label": self.label("accreditation"), "value": "", "more": self._chosen(design.accreditation)}
        if design.signatory:
            more = [" · ".join(self._chosen(design.signatory.role))]
            yield {"label": self.label("signatory"), "value": design.signatory.name, "more": more}

    def links(self) -> Iterator[Row]:
        """Yield the addresses that a reader may need."""
        places = {"address": self._facts.address, "complaints": self._design.complaints or self._facts.address}
        for key, address in places.items():
            if address:
                yield {"label": self.label(key), "value": address.removeprefix("mailto:"), "to": address}

    def notes(self) -> list[list[list[str]]]:
        """Return what each language says below the rows: how to check, and what counts."""
        check = "text.check" if self._facts.address else "text.check-without-address"
        told = (("label.check", check), ("label.status", "text.status"))
        return [[[phrases.say(heading), phrases.say(text)] for heading, text in told] for phrases in self._phrases]

    def part(self, part: Part) -> Row:
        """Return a part of the narrative; with an edition, words that are ours stand in each language."""
        lines = [self._known(line, "text.more_sites") for line in part.lines]
        heading = self._known(part.heading, "label.scope", "label.sites", "label.conditions")
        return {"heading": heading, "lines": lines, "annexed": len(lines) > _MOST_LINES}

    def _known(self, text: str, *keys: str) -> Told:
        """Return words that are ours in the languages of the document, any other text as it was signed."""
        known = (key for key in keys if text in {certificate_phrases(language).say(key) for language in LANGUAGES})
        key = next(known, None)
        if key is None or self._words.edition is None:
            return text
        told = {word: place for place, word in reversed([*enumerate(self.say(key))])}
        return [[word, place] for word, place in sorted(told.items(), key=lambda item: item[1])]

    def _row(self, key: str, value: Told, *, wide: bool = False) -> Row:
        return {"label": self.label(key), "value": value, "wide": wide}

    def _chosen(self, texts: Mapping[Language, str]) -> list[str]:
        """Return a text in the languages of the document; in the first there is when it has none of them."""
        chosen = [texts[phrases.language] for phrases in self._phrases if phrases.language in texts]
        return list(dict.fromkeys(chosen or list(texts.values())[:1]))

    def _day(self, day: dt.date) -> str:
        """One language writes a date its way; for several there is one way that all of them read."""
        if len(self._phrases) > 1:
            return day.isoformat()
        return format_date(day, format="long", locale=LOCALES[self._phrases[0].language])

    def _number(self, value: Decimal) -> str:
        language = self._phrases[0].language if len(self._phrases) == 1 else "en"
        return format_decimal(value.normalize(), format="#,##0.######", locale=LOCALES[language])

    def _percent(self, share: Decimal) -> str:
        """Return a share cut to a tenth of a percent: never surer than the credential."""
        cut = share.quantize(Decimal("0.001"), rounding=ROUND_DOWN)
        language = self._phrases[0].language if len(self._phrases) == 1 else "en"
        return format_percent(
            cut, format="#,##0.#\u00a0%" if language == "ru" else "#,##0.#%", locale=LOCALES[language]
        )


def _cut(value: Decimal) -> Decimal:
    """Return a score cut to hundredths: rounded up it could look as if a limit were reached; the file has all of it."""
    return value.quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def _lists(part: Part, sites: Sequence[Site]) -> bool:
    """Tell whether a part of the credential only lists what the annex lists in full."""
    listed = [" · ".join(text for text in (site.code, site.name, site.place) if text) for site in sites]
    shown = listed[:MOST_SITES_INSIDE]
    return bool(shown) and list(part.lines[: len(shown)]) == shown


def _tongue(language: Language) -> dict[str, object]:
    lang, region = PLACES[language]
    return {"lang": lang, "region": region, "chinese": lang == "zh", "fonts": families(language)}
