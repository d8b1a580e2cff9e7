"""The table of measures and, where there are sites, one by site; small groups stay hidden."""

from __future__ import annotations

from sealmark.reports.blocks import Block, Column, Section, Table, Text
from sealmark.reports.reading import EstimateRead, MeasureRead
from sealmark.reports.reasons import distinct, note_text
from sealmark.reports.suppression import Hidden, hidden_overall, hidden_sites, smallest_cell
from sealmark.reports.values import measure_value
from sealmark.reports.voice import NOTHING, Voice

__all__ = ["measures_section"]

_SITES = 100


def measures_section(voice: Voice) -> Section:
    """Return every measure with interval, base and confidence."""
    heading = voice.say("measures.heading")
    measures = voice.evaluation.measures
    if not measures:
        return Section("measures", heading, (Text(voice.say("measures.none")),))
    rows = tuple(
        (voice.name("measures", name), *_cells(name, read, hidden_overall(name, read, voice), voice))
        for name, read in measures.items()
    )
    blocks: list[Block] = [Text(voice.say("measures.intro")), _table(voice.say("measures.caption"), rows, voice)]
    blocks += _open_cases(voice)
    for name, read in measures.items():
        blocks += _sites(name, read, voice)
    blocks += [Text(text) for text in _hidden_notes(voice)]
    return Section("measures", heading, tuple(blocks))


def _open_cases(voice: Voice) -> list[Block]:
    """Return what finished cases alone would say beside what counts, for the measures with open cases."""
    rows = tuple(
        (
            voice.name("measures", name),
            _known(name, found.finished_only, voice),
            _known(name, read, voice),
            voice.whole(found.number),
        )
        for name, read in voice.evaluation.measures.items()
        if (found := read.open_cases) is not None and found.number
    )
    if not rows:
        return []
    columns = (
        Column(voice.say("measures.open-measure")),
        Column(voice.say("measures.open-finished"), numeric=True),
        Column(voice.say("measures.open-counted"), numeric=True),
        Column(voice.say("measures.open-number"), numeric=True),
    )
    return [Table(voice.say("measures.open-caption"), columns, rows), Text(voice.say("measures.open-why"))]


def _known(name: str, read: EstimateRead, voice: Voice) -> str:
    return voice.say("page.unknown") if read.value is None else measure_value(name, read.value, voice)


def _table(
    caption: str, rows: tuple[tuple[str, ...], ...], voice: Voice, *, first: str = "", folded: bool = False
) -> Table:
    noted = any(row[-1] for row in rows)
    columns = (
        Column(first or voice.say("measures.measure")),
        Column(voice.say("measures.value"), numeric=True),
        Column(voice.say("measures.interval"), numeric=True),
        Column(voice.say("measures.base"), numeric=True),
        Column(voice.say("measures.confidence"), numeric=True),
        *((Column(voice.say("measures.note")),) if noted else ()),
    )
    return Table(caption, columns, tuple(row if noted else row[:-1] for row in rows), folded=folded)


def _cells(name: str, read: EstimateRead, hidden: Hidden | None, voice: Voice) -> tuple[str, ...]:
    if hidden is not None:
        return (
            voice.say("measures.hidden"),
            NOTHING,
            _hidden_base(name, hidden, voice),
            NOTHING,
            _why(name, hidden, voice),
        )
    value = NOTHING if read.value is None else measure_value(name, read.value, voice)
    interval = NOTHING
    if read.lower is not None and read.upper is not None:
        interval = voice.span(measure_value(name, read.lower, voice), measure_value(name, read.upper, voice))
    confidence = NOTHING if interval == NOTHING else voice.percent(read.confidence)
    return (value, interval, voice.whole(read.base), confidence, note_text(read.note, voice))


def _hidden_base(name: str, hidden: Hidden, voice: Voice) -> str:
    limit = smallest_cell(name, voice)
    if hidden != "small" or limit is None or limit == "free":
        return NOTHING
    return voice.say("measures.hidden-base", smallest=voice.trimmed(limit))


def _why(name: str, hidden: Hidden, voice: Voice) -> str:
    limit = smallest_cell(name, voice)
    if hidden == "small" and limit is not None and limit != "free":
        return voice.say("measures.hidden-small", smallest=voice.trimmed(limit))
    return voice.say(f"measures.hidden-{'unknown' if hidden == 'small' else hidden}")


def _hidden_notes(voice: Voice) -> tuple[str, ...]:
    """Return why values by site are hidden, each reason once."""
    hidden = {name: hidden_sites(name, read, voice) for name, read in voice.evaluation.measures.items()}
    return distinct(_why(name, why, voice) for name, sites in hidden.items() for why in sites.values())


def _sites(name: str, read: MeasureRead, voice: Voice) -> list[Block]:
    if not read.sites:
        return []
    hidden = hidden_sites(name, read, voice)
    shown = list(read.sites.items())[:_SITES]
    rows = tuple((site, *_cells(name, estimate, hidden.get(site), voice)[:-1], "") for site, estimate in shown)
    caption = voice.say("measures.sites", measure=voice.name("measures", name))
    blocks: list[Block] = [_table(caption, rows, voice, first=voice.say("tree.site"), folded=True)]
    if len(read.sites) > _SITES:
        blocks.append(Text(voice.counted("measures.sites-more", len(read.sites) - _SITES)))
    return blocks
