"""The remaining sections: gates, keeping, special items, what is missing, limits, sites, imports, reproducing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sealmark.reports.blocks import Block, Bullets, Column, Section, Table, Text
from sealmark.reports.findings import keeping_items
from sealmark.reports.reading import EstimateRead, GateRead, ImportRead, SetAsideRead, SiteScoresRead
from sealmark.reports.reasons import distinct, grouped_missing, reason_texts
from sealmark.reports.result import NO_UNCERTAINTY, NOTHING_SAMPLED, nothing_varies
from sealmark.reports.voice import NOT_DETERMINED, NOTHING, Voice

__all__ = [
    "adjustments_section", "gates_section", "imports_section", "keeping_section", "limitations_section",
    "missing_section", "notice_section", "reproduce_section", "sampling_section",
]  # fmt: skip

_SITES = 100
_STATES: Mapping[bool | None, str] = {True: "holds", False: "fails", None: "open"}
_MARKS: Mapping[str, str] = {
    "holds": "conforms",
    "fails": "does-not-conform",
    "open": "not-determined",
    "waived": "partial",
}


def gates_section(voice: Voice) -> Section:
    """Return every gate with its state."""
    gates = voice.evaluation.gates
    if not gates:
        return Section("gates", voice.say("gates.heading"), (Text(voice.say("gates.none")),))
    columns = tuple(Column(voice.say(f"gates.{key}")) for key in ("gate", "state", "why"))
    rows = tuple(
        (voice.name("gates", name), voice.say(f"gates.{_state(gate)}"), " ".join(_why(name, gate, voice)))
        for name, gate in gates.items()
    )
    table = Table(
        voice.say("gates.caption"), columns, rows, states=tuple(_MARKS[_state(gate)] for gate in gates.values())
    )
    return Section("gates", voice.say("gates.heading"), (Text(voice.say("gates.intro")), table))


def keeping_section(voice: Voice) -> Section | None:
    """Return for what a certificate is kept, each with whether it is shown; None where nothing was asked."""
    found = keeping_items(voice)
    if not found:
        return None
    titles = ("keeping.evidence", "gates.state", "keeping.found")
    states = tuple(_STATES[is_shown] for _item, is_shown in found)
    rows = tuple(
        (item.text, voice.say(f"gates.{state}"), " ".join(item.details))
        for (item, _is_shown), state in zip(found, states, strict=True)
    )
    table = Table(
        voice.say("keeping.caption"), tuple(Column(voice.say(key)) for key in titles), rows,
        states=tuple(_MARKS[state] for state in states),
    )  # fmt: skip
    return Section("keeping", voice.say("keeping.heading"), (table,))


def _state(gate: GateRead) -> str:
    return "waived" if gate.waived else _STATES[gate.holds]


def _why(name: str, gate: GateRead, voice: Voice) -> tuple[str, ...]:
    information = any(item.id == name and item.information for item in voice.edition.grading.gates)
    reasons = (*reason_texts(gate.reasons, voice), *([voice.say("gates.information")] if information else []))
    if not gate.waived:
        return reasons
    waivers = [item for item in voice.evaluation.waivers if item.gate == name and item.on is not None]
    by = [voice.say("gates.waived-by", by=item.by, date=voice.date(item.on)) for item in waivers if item.on]
    return (voice.say("gates.waived-because", reason=gate.waived), *by, *reasons)


def adjustments_section(voice: Voice) -> Section | None:
    """Return special deductions and bonuses as counted; None when the scheme has none."""
    rows = tuple(
        (
            voice.name("adjustments", item.id),
            voice.name("scores", score),
            voice.say("page.unknown") if item.count is None else voice.trimmed(item.count),
            voice.say("page.unknown") if item.points is None else voice.trimmed(item.points),
        )
        for score, read in voice.evaluation.scores.items()
        for item in read.adjustments
    )
    if not rows:
        return None
    titles = (("item", False), ("score", False), ("count", True), ("points", True))
    columns = tuple(Column(voice.say(f"adjustments.{key}"), numeric) for key, numeric in titles)
    table = Table(voice.say("adjustments.caption"), columns, rows)
    return Section("adjustments", voice.say("adjustments.heading"), (table,))


def missing_section(voice: Voice) -> Section:
    """Return everything that would have to be known for a full answer, by kind."""
    missing = voice.evaluation.missing
    if not missing:
        return Section("missing", voice.say("missing.heading"), (Text(voice.say("missing.nothing")),))
    blocks: list[Block] = [Text(voice.say("missing.intro"))]
    blocks += [Bullets(items, heading) for heading, items in grouped_missing(missing, voice)]
    return Section("missing", voice.say("missing.heading"), tuple(blocks))


def limitations_section(voice: Voice) -> Section:
    """Return what the result cannot say."""
    evaluation = voice.evaluation
    standing = [
        voice.say("limitations.made-up") if evaluation.made_up else "",
        voice.say("limitations.self-assessment") if evaluation.label == "self-assessment" else "",
        voice.say("limitations.practice") if evaluation.overlay and evaluation.overlay.kind == "practice" else "",
    ]
    told = _told_otherwise(voice)
    items = distinct(
        [*standing, *reason_texts((item for item in evaluation.limitations if item.code not in told), voice)]
    )
    heading = voice.say("limitations.heading")
    if not items:
        return Section("limitations", heading, (Text(voice.say("limitations.none")),))
    return Section("limitations", heading, (Bullets(items, voice.say("limitations.intro")),))


def _told_otherwise(voice: Voice) -> tuple[str, ...]:
    """Return limitations that say nothing new: what probabilities leave out where there are none."""
    if not nothing_varies(voice) and any(ladder.probabilities for ladder in voice.evaluation.ladders.values()):
        return (NOTHING_SAMPLED,)
    determined = any(ladder.grade != NOT_DETERMINED for ladder in voice.evaluation.ladders.values())
    about = ("assessor-severity-not-included", "measures-drawn-independently")
    return (*about, NO_UNCERTAINTY, NOTHING_SAMPLED) if determined else about


def sampling_section(voice: Voice) -> Section:
    """Return how many sites were visited and what was judged at each."""
    sites = voice.evaluation.sites
    text = voice.say("sampling.unknown")
    if sites.listed:
        text = voice.say("sampling.visited", visited=voice.whole(sites.visited or 0), listed=voice.whole(sites.listed))
    scores = voice.evaluation.site_scores or {}
    tables = (_site_scores(root, read, voice) for root, read in scores.items())
    return Section("sites", voice.say("sampling.heading"), (Text(text), *tables))


def _site_scores(root: str, read: SiteScoresRead, voice: Voice) -> Table:
    columns = (
        Column(voice.say("sampling.site")),
        Column(voice.say("sampling.share"), numeric=True),
        Column(voice.say("measures.interval"), numeric=True),
        Column(voice.say("measures.base"), numeric=True),
    )
    rows = [(site, _percent(share, voice), NOTHING, NOTHING) for site, share in list(read.sites.items())[:_SITES]]
    rows += [
        (voice.say("sampling.site-type", type=name), *_mean_cells(estimate, voice))
        for name, estimate in read.strata.items()
        if len(read.strata) > 1
    ]
    if read.overall is not None:
        rows.append((voice.say("sampling.all"), *_mean_cells(read.overall, voice)))
    return Table(voice.say("sampling.scores", group=voice.node(root)), columns, tuple(rows), folded=True)


def _mean_cells(read: EstimateRead, voice: Voice) -> tuple[str, str, str]:
    interval = NOTHING
    if read.lower is not None and read.upper is not None:
        interval = voice.span(_percent(read.lower, voice), _percent(read.upper, voice))
    return (_percent(read.value, voice), interval, voice.whole(read.base))


def _percent(share: Decimal | None, voice: Voice) -> str:
    return NOTHING if share is None else voice.percent(share, 1)


def imports_section(voice: Voice) -> Section:
    """Return what became of every row that was read."""
    imports = voice.evaluation.imports
    if not imports:
        return Section("imports", voice.say("imports.heading"), (Text(voice.say("imports.none")),))
    titles = (("file", False), ("rows_in", True), ("rows_used", True), ("aside", True), ("reasons", False))
    columns = tuple(Column(voice.say(f"imports.{key}"), numeric) for key, numeric in titles)
    rows = tuple(_import_row(item, voice) for item in imports)
    table = Table(voice.say("imports.caption"), columns, rows)
    return Section("imports", voice.say("imports.heading"), (Text(voice.say("imports.intro")), table))


def _import_row(item: ImportRead, voice: Voice) -> tuple[str, ...]:
    read = item.reconciliation
    reasons = [
        voice.say("imports.reason", reason=_aside(part, voice), rows=voice.whole(part.rows)) for part in read.set_aside
    ]
    aside = sum(part.rows for part in read.set_aside)
    numbers = (voice.whole(number) for number in (read.rows_in, read.rows_used, aside))
    return (item.path, *numbers, "; ".join(reasons) or NOTHING)


def _aside(part: SetAsideRead, voice: Voice) -> str:
    """Return why rows were set aside; a reason from a mapping is quoted as its author wrote it."""
    if part.kind == "condition" or not voice.phrases.has(f"aside.{part.kind}"):
        return voice.quoted(part.reason)
    return voice.say(f"aside.{part.kind}")


def reproduce_section(voice: Voice) -> Section:
    """Return what the result was computed from, with digests, and how to check it."""
    evaluation = voice.evaluation
    engine = f"{evaluation.engine.name} {evaluation.engine.version}"
    rows = [(voice.say("reproduce.scheme", id=evaluation.scheme.id), evaluation.scheme.digest)]
    if evaluation.overlay is not None:
        rows.append((voice.say("reproduce.overlay", id=evaluation.overlay.id), evaluation.overlay.digest))
    rows += [(voice.say("reproduce.input", path=item.path), item.digest) for item in evaluation.inputs]
    rows += [
        (voice.say("reproduce.engine"), engine),
        (voice.say("reproduce.seed"), str(evaluation.seed)),
        (voice.say("reproduce.draws"), voice.whole(evaluation.draws)),
        (voice.say("reproduce.document"), evaluation.digest),
    ]
    columns = (Column(voice.say("reproduce.item")), Column(voice.say("reproduce.value")))
    table = Table(voice.say("reproduce.caption"), columns, tuple(rows), code=True)
    how = Text(voice.say("reproduce.how") + voice.say("page.colon"), kind="command")
    blocks = (Text(voice.say("reproduce.intro")), how, table)
    return Section("reproduce", voice.say("reproduce.heading"), blocks)


def notice_section(voice: Voice) -> Section | None:
    """Return the pack's own notice; its remark on trade marks is written in English and shown on English pages."""
    notice = voice.wording.notice if voice.wording else ""
    marks = voice.edition.scheme.trade_marks if voice.language == "en" else ""
    texts = tuple(Text(text) for text in distinct([notice, marks]))
    return Section("notice", voice.say("notice.heading"), texts) if texts else None
