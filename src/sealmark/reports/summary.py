"""The result as a few lines for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from sealmark.reports.page import banners
from sealmark.reports.reading import LadderRead, read_evaluation
from sealmark.reports.reasons import distinct, missing_sentence, reason_texts
from sealmark.reports.result import result_sentence, score_line
from sealmark.reports.voice import Voice
from sealmark.scheme.edition import Edition

__all__ = ["display_width", "headline", "summary_lines"]

_SHOWN = 5


def summary_lines(document: Mapping[str, object], edition: Edition, language: str) -> list[str]:
    """Return the short table: scheme, organization, score, grade, how sure, next grade and why not, what is missing.

    Args:
        document: The content of evaluation.json.
        edition: The edition it was made under.
        language: en, ru, zh-Hans or zh-Hant.

    Raises:
        SealmarkError: SM610 the document does not fit, SM612 unknown language.
    """
    voice = Voice(read_evaluation(document), edition, language)
    rows = list(_rows(voice))
    width = max(display_width(label) for label, _ in rows) + 2
    lines = [f"{label}{' ' * (width - display_width(label))}{text}" for label, text in rows]
    return [*banners(voice), *lines]


def headline(document: Mapping[str, object], edition: Edition, language: str) -> str:
    """Return the result in one line: each ladder's grade and how sure it is."""
    voice = Voice(read_evaluation(document), edition, language)
    return " ".join(result_sentence(name, voice) for name in voice.evaluation.ladders)


def _rows(voice: Voice) -> Iterator[tuple[str, str]]:
    organization = voice.evaluation.organization.name
    yield voice.say("summary.scheme"), voice.say("page.remark", text=voice.scheme, note=voice.edition.id)
    yield voice.say("summary.organization"), organization
    for name, ladder in voice.evaluation.ladders.items():
        yield from _ladder_rows(name, ladder, voice)
    missing = distinct(missing_sentence(item, voice) for item in voice.evaluation.missing)
    yield from _listed(voice.say("summary.missing"), missing or (voice.say("summary.nothing"),))


def _ladder_rows(name: str, ladder: LadderRead, voice: Voice) -> Iterator[tuple[str, str]]:
    score = score_line(name, voice)
    if score:
        yield voice.say("summary.score"), score
    yield voice.say("summary.grade"), voice.name("ladders", name) + voice.say("page.colon") + voice.grade(ladder.grade)
    yield voice.say("summary.sure"), result_sentence(name, voice)
    if ladder.next_grade is not None:
        yield voice.say("summary.next"), voice.grade(ladder.next_grade)
        yield from _listed(voice.say("summary.why"), reason_texts(ladder.reasons, voice))


def _listed(label: str, texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the first few texts, the label before the first, and how many more there are."""
    shown = [*texts[:_SHOWN], *([f"+ {len(texts) - _SHOWN}"] if len(texts) > _SHOWN else [])]
    for number, text in enumerate(shown):
        yield "" if number else label, text


def display_width(text: str) -> int:
    """Return how many columns of a terminal a text takes; Han characters take two.

    Example:
        >>> display_width("得分"), display_width("Score")
        (4, 5)
    """
    return sum(2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1 for character in text)
