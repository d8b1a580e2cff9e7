"""The index page over several reports."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sealmark.reports.blocks import Card
from sealmark.reports.fonts import prepare_fonts
from sealmark.reports.html import environment, style_sheet
from sealmark.reports.page import banners
from sealmark.reports.reading import read_evaluation
from sealmark.reports.result import cards
from sealmark.reports.sentences import load_phrases, require_language
from sealmark.reports.voice import Voice
from sealmark.scheme.edition import Edition
from sealmark.scheme.wording import Language

__all__ = ["OWN_NAMES", "IndexEntry", "Link", "render_index"]

OWN_NAMES: Mapping[Language, str] = {"en": "English", "ru": "Русский", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}
"""What each language calls itself: links to other languages are written in theirs."""


@dataclass(frozen=True)
class Link:
    """An address with its text, the language of both, and what it leads to in full."""

    text: str
    address: str
    language: str


@dataclass(frozen=True)
class IndexEntry:
    """One evaluation on the index page, in words.

    Attributes:
        language: The language its scheme could be worded in.
    """

    organization: str
    scheme: str
    edition: str
    language: str
    banner: str
    cards: tuple[Card, ...]
    links: tuple[Link, ...]


def render_index(
    entries: Sequence[Mapping[str, Any]],
    language: str,
    languages: Sequence[str] = (),
    *,
    font_cache: Path | None = None,
) -> str:
    """Return a self-contained page that lists evaluations with grade, certainty and links to their reports.

    Args:
        entries: In the order shown: ``name`` (folder of the reports), ``document`` (content of
            evaluation.json) and ``edition``.
        language: Language of the page.
        languages: Languages the reports were written in; the page's own only when empty. With
            several, reports are named ``report.<language>.html`` and this page has sisters.
        font_cache: Folder where cut fonts are kept between reports.

    Raises:
        SealmarkError: SM610 a document does not fit, SM612 unknown language, SM615 or SM616 for fonts.
    """
    phrases = load_phrases(require_language(language))
    written = [require_language(name) for name in languages] or [phrases.language]
    items = [_entry(entry, phrases.language, written) for entry in entries]
    words = {name: phrases.say(f"index.{name}") for name in ("title", "intro", "reports", "caption")}
    words["skip"] = phrases.say("page.skip")
    sisters = _sisters(phrases.language, written)
    shown = json.dumps(
        [words, [asdict(item) for item in items], [asdict(link) for link in sisters]], ensure_ascii=False
    )
    fonts = prepare_fonts([shown], phrases.language, font_cache)
    style = style_sheet(("base.css", "report.css", "index.css"), fonts)
    template = environment().get_template("index.html.j2")
    return template.render(entries=items, words=words, sisters=sisters, language=phrases.language, style=style)


def _entry(entry: Mapping[str, Any], language: Language, written: Sequence[Language]) -> IndexEntry:
    edition: Edition = entry["edition"]
    voice = Voice(read_evaluation(entry["document"]), edition, language)
    return IndexEntry(
        organization=voice.evaluation.organization.name,
        scheme=voice.scheme,
        edition=edition.id,
        language=voice.language,
        banner=" ".join(banners(voice)),
        cards=cards(voice),
        links=tuple(_links(str(entry["name"]), written)),
    )


def _links(name: str, written: Sequence[Language]) -> Iterator[Link]:
    for language in written:
        stem = "report" if len(written) == 1 else f"report.{language}"
        for kind in ("html", "pdf"):
            address = quote(f"{name}/{stem}.{kind}")
            yield Link(f"{OWN_NAMES[language]} ({kind.upper()})", address, language)


def _sisters(language: Language, written: Sequence[Language]) -> list[Link]:
    """Return links to this page in the other languages."""
    names = {other: "index.html" if number == 0 else f"index.{other}.html" for number, other in enumerate(written)}
    return [Link(OWN_NAMES[other], name, other) for other, name in names.items() if other != language]
