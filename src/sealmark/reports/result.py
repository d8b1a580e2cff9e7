"""The result itself: grade, how sure, score with its range, probabilities."""

from __future__ import annotations

from decimal import Decimal

from sealmark.reports.blocks import Block, Card, Column, Figure, Section, Table, Text
from sealmark.reports.charts import Bar, Limit, Scale, draw_bars, draw_scale
from sealmark.reports.reading import LadderRead, ScoreRead
from sealmark.reports.reasons import distinct, missing_sentence
from sealmark.reports.voice import NOT_DETERMINED, NOTHING, Voice

__all__ = [
    "NOTHING_SAMPLED", "NO_UNCERTAINTY", "cards", "chances_section", "how_sure", "nothing_varies", "result_sentence",
    "score_line", "score_of", "score_section",
]  # fmt: skip


def cards(voice: Voice) -> tuple[Card, ...]:
    """Return the result on each ladder."""
    return tuple(_card(name, ladder, voice) for name, ladder in voice.evaluation.ladders.items())


def _card(name: str, ladder: LadderRead, voice: Voice) -> Card:
    order = _order(name, ladder, voice)
    undetermined = ladder.grade == NOT_DETERMINED
    reached = None if undetermined else order.index(ladder.grade) + 1 if ladder.grade in order else 0
    mark = (
        voice.say("result.steps-open", steps=len(order))
        if reached is None
        else voice.say("result.steps", reached=reached, steps=len(order))
    )
    return Card(
        ladder=voice.name("ladders", name),
        grade=voice.grade(ladder.grade),
        # The card shows the grade itself.
        sentence="" if _stands_alone(name, ladder, voice) and nothing_varies(voice) else result_sentence(name, voice),
        reached=reached,
        steps=len(order),
        mark=mark,
        score=score_line(name, voice),
        likely=_likely_line(score_of(name, voice), voice),
        missing=_missing(ladder, voice) if undetermined else (),
        open=_open_line(ladder, voice),
    )


def _order(name: str, ladder: LadderRead, voice: Voice) -> list[str]:
    """Return the results a ladder can have, lowest first; the one below the grades where it counts like them."""
    below = _result_below(name, voice)
    return [*([below] if below else []), *(rung.grade for rung in ladder.rungs)]


def _result_below(ladder: str, voice: Voice) -> str | None:
    """Return the result below the lowest grade where it is a result like any other."""
    found = (item.below for item in voice.edition.grading.ladders if item.id == ladder and item.below_is_a_result)
    return next(found, None)


def _missing(ladder: LadderRead, voice: Voice) -> tuple[str, ...]:
    """Return what is missing for a grade; a long list goes on in its own section."""
    items = distinct(missing_sentence(item, voice) for item in ladder.missing)
    if len(items) <= _LISTED:
        return items
    rest = voice.counted("missing.rest", len(items) - _LISTED, section=voice.say("missing.heading"))
    return (*items[:_LISTED], rest)


def score_of(ladder: str, voice: Voice) -> str | None:
    """Return the id of the score a ladder climbs by; None when it climbs by gates alone."""
    return next((item.score for item in voice.edition.grading.ladders if item.id == ladder), None)


def result_sentence(name: str, voice: Voice) -> str:
    """Return the result on a ladder in one sentence: grade, how sure, what else is possible."""
    ladder = voice.evaluation.ladders[name]
    others = _others(ladder, voice)
    grade = voice.grade(ladder.grade)
    if ladder.grade == NOT_DETERMINED:
        number = len({(item.kind, item.id) for item in ladder.missing})
        known = bool(number)
        return (
            voice.counted("result.not-determined-because", number)
            if known
            else voice.say("result.not-determined-plain")
        )
    if _stands_alone(name, ladder, voice):
        return voice.say("result.grade-only" if nothing_varies(voice) else "result.not-sampled", grade=grade)
    if voice.evaluation.draws < _FEWEST_DRAWS or not ladder.probabilities:
        return voice.say("result.not-quantified", grade=grade)
    share = ladder.probabilities.get(ladder.grade, Decimal(0))
    if share <= Decimal("0.01") and others:
        return voice.say("result.sure-zero", grade=grade, others=others)
    sure = voice.chance(share)
    if not others:
        return voice.say("result.sure-alone", grade=grade, share=sure)
    return voice.say("result.sure", grade=grade, share=sure, others=others)


def how_sure(name: str, voice: Voice) -> str:
    """Return how sure the result on a ladder is, or why that is not stated."""
    if voice.evaluation.ladders[name].grade != NOT_DETERMINED and nothing_varies(voice):
        return voice.say(f"reason.{NO_UNCERTAINTY}")
    return result_sentence(name, voice)


def nothing_varies(voice: Voice) -> bool:
    """Tell whether no evidence has an uncertainty that could be carried to the grade."""
    return any(item.code == NO_UNCERTAINTY for item in voice.evaluation.limitations)


def _stands_alone(name: str, ladder: LadderRead, voice: Voice) -> bool:
    """Tell whether there is nothing to say besides the grade: it is known and nothing it rests on varies."""
    limits = voice.evaluation.limitations
    still = nothing_varies(voice) or any(item.code == NOTHING_SAMPLED and item.about == name for item in limits)
    return ladder.grade != NOT_DETERMINED and not ladder.probabilities and still


NO_UNCERTAINTY = "no-uncertainty-modelled"
NOTHING_SAMPLED = "nothing-sampled"
_FEWEST_DRAWS = 2
_LISTED = 12
_LIKELY = Decimal("0.9")
_WORTH_SAYING = Decimal("0.005")


def _others(ladder: LadderRead, voice: Voice) -> str:
    others = [
        voice.say("result.other", grade=_inline(voice.grade(grade), voice), share=voice.chance(share))
        for grade, share in ladder.probabilities.items()
        if grade != ladder.grade and share >= _WORTH_SAYING
    ]
    return voice.plain_list(others)


def _inline(name: str, voice: Voice) -> str:
    """Return a grade's name inside a sentence: in English and Russian without the capital of a list entry."""
    is_name = any(letter.isupper() for letter in name[1:])
    return name if voice.language not in {"en", "ru"} or is_name else name[:1].lower() + name[1:]


def score_line(ladder: str, voice: Voice) -> str:
    """Return the score a ladder climbs by, with its scale; empty when there is none or it is not determined."""
    score = score_of(ladder, voice)
    read = voice.evaluation.scores.get(score or "")
    if score is None or read is None or read.value is None or read.scale is None:
        return ""
    value = voice.score(score, read.value, limit=_missed_limit(score, read.value, voice))
    worth = voice.say("score.of", value=value, scale=voice.trimmed(read.scale))
    return voice.name("scores", score) + voice.say("page.colon") + worth


def _missed_limit(score: str, value: Decimal, voice: Voice) -> Decimal | None:
    """Return the nearest limit above a score: rounding must not look as if it were reached."""
    limits = [
        rung.at_least
        for name, ladder in voice.evaluation.ladders.items()
        if score_of(name, voice) == score
        for rung in ladder.rungs
        if rung.at_least is not None and rung.at_least > value
    ]
    return min(limits, default=None)


def _likely_line(score: str | None, voice: Voice) -> str:
    read = voice.evaluation.scores.get(score or "")
    if score is None or read is None:
        return ""
    if read.value is None:
        return _bounds_text(score, read, voice)
    likely = _likely(read)
    if likely is None:
        return ""
    low, high = (voice.score(score, value) for value in likely)
    return voice.say("score.likely", low=low, high=high, share=voice.percent(_LIKELY))


def _likely(read: ScoreRead) -> tuple[Decimal, Decimal] | None:
    """Return the likely range within the scale; None when there is none or nothing varies.

    Draws may overshoot the scale, which no truth does unless a bonus took the score itself there.
    """
    if read.likely is None or read.likely.p05 == read.likely.p95:
        return None
    known = [value for value in (read.value, read.scale) if value is not None]
    lowest, highest = min([Decimal(0), *known]), max([read.likely.p50, *known])
    return max(read.likely.p05, lowest), min(read.likely.p95, highest)


def _bounds_text(score: str, read: ScoreRead, voice: Voice) -> str:
    if read.lower_bound is None or read.upper_bound is None:
        return ""
    low, high = (voice.score(score, value) for value in (read.lower_bound, read.upper_bound))
    return voice.say("score.bounds", low=low, high=high)


def _open_line(ladder: LadderRead, voice: Voice) -> str:
    above = [grade for grade in ladder.undetermined_above if grade != ladder.grade]
    if not above or ladder.grade == NOT_DETERMINED:
        return ""
    return voice.say("result.open-above", grades=voice.plain_list(voice.grade(grade) for grade in above))


def score_section(voice: Voice) -> Section | None:
    """Return the scores: each on its ladder, and all in one table; None where gates alone decide."""
    if not voice.evaluation.scores:
        return None
    figures = [_scale_figure(name, ladder, voice) for name, ladder in voice.evaluation.ladders.items()]
    blocks: list[Block] = [Text(voice.say("score.intro")), *(figure for figure in figures if figure is not None)]
    blocks.append(_score_table(voice))
    return Section("score", voice.say("score.heading"), tuple(blocks))


def _score_table(voice: Voice) -> Table:
    titles = (("score.name", False), ("score.value", True), ("score.range", True), ("score.open", True))
    columns = tuple(Column(voice.say(key), numeric) for key, numeric in titles)
    return Table(
        voice.say("score.caption"),
        columns,
        tuple(_score_row(name, read, voice) for name, read in voice.evaluation.scores.items()),
    )


def _score_row(name: str, read: ScoreRead, voice: Voice) -> tuple[str, ...]:
    value = voice.say("score.undetermined")
    if read.value is not None:
        number = voice.score(name, read.value, limit=_missed_limit(name, read.value, voice))
        scale = voice.trimmed(read.scale) if read.scale is not None else voice.say("page.unknown")
        value = voice.say("score.of", value=number, scale=scale)
    likely = _span(name, _likely(read), voice)
    bounds = (read.lower_bound, read.upper_bound) if read.value is None else None
    return (voice.name("scores", name), value, likely, _span(name, bounds, voice))


def _span(name: str, ends: tuple[Decimal | None, Decimal | None] | None, voice: Voice) -> str:
    if ends is None or ends[0] is None or ends[1] is None:
        return NOTHING
    return voice.span(voice.score(name, ends[0]), voice.score(name, ends[1]))


def _scale_figure(ladder: str, read: LadderRead, voice: Voice) -> Figure | None:
    score = score_of(ladder, voice)
    result = voice.evaluation.scores.get(score or "")
    limits = [(rung.grade, rung.at_least) for rung in read.rungs if rung.at_least is not None]
    if score is None or result is None or result.scale is None or not limits:
        return None
    title = _scale_title(score, result, limits, voice, reached=read.grade)
    drawing = draw_scale(f"scale-{ladder}", _scale(score, result, limits, voice))
    below = _result_below(ladder, voice)
    return Figure(f"scale-{ladder}", title, drawing, _scale_table(score, result, limits, voice, below=below))


Limits = list[tuple[str, Decimal]]


def _scale_title(score: str, read: ScoreRead, limits: Limits, voice: Voice, *, reached: str) -> str:
    name = voice.name("scores", score)
    if read.value is None:
        if read.lower_bound is None or read.upper_bound is None:
            return voice.say("score.chart-unknown", score=name)
        low, high = voice.score(score, read.lower_bound), voice.score(score, read.upper_bound)
        return voice.say("score.chart-open", score=name, low=low, high=high)
    within = [(grade, limit) for grade, limit in limits if limit <= read.value]
    if within and reached != max(within, key=lambda item: item[1])[0]:
        best = max(within, key=lambda item: item[1])[0]
        return voice.say("score.chart-gated", score=name, value=voice.score(score, read.value), grade=voice.grade(best))
    above = [(grade, limit) for grade, limit in limits if limit > read.value]
    grade, limit = min(above, key=lambda item: item[1]) if above else max(limits, key=lambda item: item[1])
    gap = abs(limit - read.value)
    key = "score.chart-short" if above else "score.chart-above" if gap else "score.chart-on"
    value = voice.score(score, read.value, limit=limit)
    places = voice.short_of(gap, Decimal(0), 1)
    texts = {} if key == "score.chart-on" else {"gap": voice.trimmed(gap, places)}
    return voice.say(key, score=name, value=value, grade=voice.grade(grade), **texts)


def _scale(score: str, read: ScoreRead, limits: Limits, voice: Voice) -> Scale:
    assert read.scale is not None
    likely = _likely(read)
    bounds = (read.lower_bound, read.upper_bound)
    spots = [limit for _, limit in limits] + [
        spot for spot in (read.value, *(likely or ()), *bounds) if spot is not None
    ]
    step = read.scale / 20
    low = max(Decimal(0), (min(spots) - step) // step * step) if min(spots) >= 0 else (min(spots) // step) * step
    high = max(read.scale, *spots)
    return Scale(
        low=float(low),
        high=float(high),
        limits=[Limit(float(limit), f"{voice.grade(grade)} {voice.trimmed(limit)}") for grade, limit in limits],
        value=None if read.value is None else float(read.value),
        value_text=""
        if read.value is None
        else voice.score(score, read.value, limit=_missed_limit(score, read.value, voice)),
        likely=(float(likely[0]), float(likely[1])) if likely else None,
        likely_text="" if likely is None else f"{voice.say('score.legend-likely')} {_span(score, likely, voice)}",
        open=None if bounds[0] is None or bounds[1] is None else (float(bounds[0]), float(bounds[1])),
        open_text=f"{voice.say('score.legend-open')} {_span(score, bounds, voice)}",
        ends=(voice.trimmed(low), voice.trimmed(high)),
    )


def _scale_table(score: str, read: ScoreRead, limits: Limits, voice: Voice, *, below: str | None) -> Table:
    first = voice.trimmed(limits[0][1], 3)
    rows = [(voice.grade(below), voice.say("score.below-limit", limit=first))] if below else []
    rows += [(voice.grade(grade), voice.trimmed(limit, 3)) for grade, limit in limits]
    value = voice.say("score.undetermined") if read.value is None else voice.score(score, read.value)
    rows.append((voice.say("score.score-row", score=voice.name("scores", score)), value))
    if (likely := _likely(read)) is not None:
        rows.append((voice.say("score.likely-row"), _span(score, likely, voice)))
    if read.value is None:
        rows.append((voice.say("score.open-row"), _span(score, (read.lower_bound, read.upper_bound), voice)))
    columns = (Column(voice.say("score.grade")), Column(voice.say("score.limit"), numeric=True))
    return Table(voice.say("score.chart-table"), columns, tuple(rows))


def chances_section(voice: Voice) -> Section | None:
    """Return the probability of each grade, or that nothing varies; None when nothing was drawn."""
    heading, ladders = voice.say("chances.heading"), voice.evaluation.ladders
    alone = [name for name, ladder in ladders.items() if _stands_alone(name, ladder, voice)]
    if alone and nothing_varies(voice):
        return Section("chances", heading, (Text(voice.say(f"reason.{NO_UNCERTAINTY}")),))
    unsampled = [Text(voice.say(f"reason.{NOTHING_SAMPLED}", about=voice.name("ladders", name))) for name in alone]
    if voice.evaluation.draws < _FEWEST_DRAWS:
        return None
    figures = [_chances_figure(name, ladder, voice) for name, ladder in ladders.items() if ladder.probabilities]
    intro = [Text(voice.counted("chances.intro", voice.evaluation.draws))] if figures else []
    return Section("chances", heading, (*intro, *figures, *unsampled)) if figures or unsampled else None


def _chances_figure(name: str, ladder: LadderRead, voice: Voice) -> Figure:
    order = _order(name, ladder, voice)[::-1]
    known = sorted(ladder.probabilities, key=lambda grade: order.index(grade) if grade in order else len(order))
    shown = list(dict.fromkeys([*order, *known]))
    best = max(ladder.probabilities, key=lambda grade: ladder.probabilities[grade])
    bars = [_chance_bar(grade, ladder, voice) for grade in shown]
    title = voice.say("chances.title", grade=voice.grade(best), share=voice.chance(ladder.probabilities[best]))
    rows = tuple((bar.label, bar.text) for bar in bars)
    columns = (Column(voice.say("chances.grade")), Column(voice.say("chances.share"), numeric=True))
    caption = voice.say("chances.caption", ladder=voice.name("ladders", name))
    return Figure(f"chances-{name}", title, draw_bars(f"chances-{name}", bars), Table(caption, columns, rows))


def _chance_bar(grade: str, ladder: LadderRead, voice: Voice) -> Bar:
    share = ladder.probabilities.get(grade, Decimal(0))
    reached = grade == ladder.grade
    label = voice.grade(grade)
    if reached:
        label = voice.say("page.remark", text=label, note=voice.say("chances.reached"))
    text = voice.percent(share) if share == 0 else voice.chance(share)
    return Bar(label, text, float(share), strong=reached)
