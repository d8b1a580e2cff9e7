"""The result as a few lines for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from sealmark.reports.page import banners
from sealmark.reports.reading import LadderRead, read_evaluation
from sealmark.reports.reasons import grouped_missing, reason_texts
from sealmark.reports.result import how_sure, result_sentence, score_line
from sealmark.reports.voice import Voice
from sealmark.scheme.edition import Edition

__all__ = ["display_width", "headline", "summary_lines"]

_SHOWN = 20


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
    yield from _missing_rows(voice)


def _ladder_rows(name: str, ladder: LadderRead, voice: Voice) -> Iterator[tuple[str, str]]:
    score = score_line(name, voice)
    if score:
        yield voice.say("summary.score"), score
    yield voice.say("summary.grade"), voice.name("ladders", name) + voice.say("page.colon") + voice.grade(ladder.grade)
    yield voice.say("summary.sure"), how_sure(name, voice)
    if ladder.next_grade is not None:
        yield voice.say("summary.next"), voice.grade(ladder.next_grade)
        yield from _listed(voice.say("summary.why"), reason_texts(ladder.reasons, voice), voice)


def _missing_rows(voice: Voice) -> Iterator[tuple[str, str]]:
    """Yield what is missing by kind, up to a number that fits a screen."""
    groups = grouped_missing(voice.evaluation.missing, voice)
    lines, left = [], _SHOWN
    for heading, items in groups:
        if left > 0:
            lines += [heading + voice.say("page.colon").rstrip(), *(f"  {item}" for item in items[:left])]
        left -= len(items)
    if left < 0:
        lines.append(voice.counted("summary.more", -left))
    yield from _labelled(voice.say("summary.missing"), lines or [voice.say("summary.nothing")])


def _listed(label: str, texts: tuple[str, ...], voice: Voice) -> Iterator[tuple[str, str]]:
    """Yield the first texts, the label before the first, and how many more there are."""
    more = len(texts) - _SHOWN
    yield from _labelled(label, [*texts[:_SHOWN], *([voice.counted("summary.more", more)] if more > 0 else [])])


def _labelled(label: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(texts):
        yield "" if number else label, text


def display_width(text: str) -> int:
    """Return how many columns of a terminal a text takes; Han characters take two.

    Example:
        >>> display_width("得分"), display_width("Score")
        (4, 5)
    """
    return sum(2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1 for character in text)
