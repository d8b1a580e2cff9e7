"""Why the next grade was not reached, and the fewest requirements that would reach it."""

from __future__ import annotations

from decimal import Decimal

from sealmark.reports.blocks import Block, Bullets, Column, Section, Table, Text
from sealmark.reports.reading import LadderRead, WayUpRead
from sealmark.reports.reasons import distinct, missing_sentence, reason_texts
from sealmark.reports.result import score_of
from sealmark.reports.voice import NOT_DETERMINED, NOTHING, Voice

__all__ = ["next_section"]


def next_section(voice: Voice) -> Section:
    """Return what stands between each ladder's result and its next grade."""
    blocks = [block for name, ladder in voice.evaluation.ladders.items() for block in _ladder(name, ladder, voice)]
    return Section("next", voice.say("next.heading"), tuple(blocks))


def _ladder(name: str, ladder: LadderRead, voice: Voice) -> list[Block]:
    if ladder.next_grade is None:
        return [Text(voice.say("next.top", grade=voice.grade(ladder.grade)))]
    grade = voice.grade(ladder.next_grade)
    title = voice.say("next.title", ladder=voice.name("ladders", name), grade=grade)
    reasons = reason_texts(ladder.reasons, voice)
    blocks: list[Block] = [Bullets(reasons, title)] if reasons else [Text(title, strong=True)]
    missing = tuple(
        text for text in distinct(missing_sentence(item, voice) for item in ladder.missing) if text not in reasons
    )
    # Of a ladder that is not determined at all the card lists it already.
    if missing and ladder.grade != NOT_DETERMINED:
        blocks.append(Bullets(missing, voice.say("result.missing")))
    if not reasons and not missing:
        blocks.append(Text(voice.say("next.none")))
    return blocks + (_way(name, ladder.way_up, voice) if ladder.way_up else [])


def _way(name: str, way: WayUpRead, voice: Voice) -> list[Block]:
    grade = voice.grade(way.grade)
    blocks: list[Block] = []
    if way.steps:
        blocks = [Text(_way_sentence(name, way, voice), strong=way.reachable), _steps_table(name, way, grade, voice)]
    if not way.reachable:
        remaining = reason_texts(way.remaining, voice)
        if way.steps and remaining:
            blocks.append(Bullets(remaining, voice.say("next.remaining") + voice.say("page.colon").rstrip()))
        else:
            blocks.append(Text(voice.say("next.not-enough")))
    return blocks


def _way_sentence(name: str, way: WayUpRead, voice: Voice) -> str:
    grade, score = voice.grade(way.grade), score_of(name, voice)
    if not way.reachable:
        return voice.say("next.helps")
    if score is None or way.score is None:
        return voice.counted("next.reachable", len(way.steps), grade=grade)
    return voice.counted("next.reachable-score", len(way.steps), grade=grade, score=voice.score(score, way.score))


def _steps_table(name: str, way: WayUpRead, grade: str, voice: Voice) -> Table:
    score = score_of(name, voice)
    columns = (
        Column(voice.say("next.requirement")),
        Column(voice.say("next.today"), numeric=True),
        Column(voice.say("next.gain"), numeric=True),
    )
    rows = tuple(
        (
            voice.node(step.requirement),
            voice.say("score.undetermined") if step.share is None else voice.percent(step.share),
            NOTHING if step.gain is None or score is None else _gain(score, step.gain, voice),
        )
        for step in way.steps
    )
    return Table(voice.say("next.caption", grade=grade), columns, rows)


def _gain(score: str, gain: Decimal, voice: Voice) -> str:
    text = voice.score(score, gain)
    return f"+{text}" if gain > 0 else text
