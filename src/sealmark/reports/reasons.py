"""Reasons and missing things in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from sealmark.reports.reading import MissingRead, ReasonRead
from sealmark.reports.values import rule_value
from sealmark.reports.voice import Voice
from sealmark.scheme.grading import CountGate, EvidenceGate

__all__ = [
    "ABOUT",
    "MISSING_KINDS",
    "distinct",
    "grouped_missing",
    "missing_sentence",
    "missing_text",
    "note_text",
    "reason_text",
    "reason_texts",
]

ABOUT: Mapping[str, str] = {
    "does-not-apply": "nodes",
    "missing-fact": "facts",
    "missing-document": "documents",
    "missing-persons": "credentials",
    "missing-measure": "measures",
    "missing-change": "measures",
    "missing-judgement": "nodes",
    "unknown-parameter": "parameters",
    "choice-not-listed": "facts",
    "document-absent": "documents",
    "document-out-of-date": "documents",
    "too-few-sites": "nodes",
    "marks-missing": "nodes",
    "mark-missing": "nodes",
    "marks-uneven": "nodes",
    "sample-too-small": "nodes",
    "no-estimate": "measures",
    "no-interval": "measures",
    "base-too-small": "measures",
    "no-change": "measures",
    "no-change-interval": "measures",
    "wave-too-small": "measures",
    "verdict-not-listed": "measures",
    "sites-without-estimate": "measures",
    "sites-count-as-zero": "measures",
    "sites-protected": "measures",
    "score-not-determined": "scores",
    "score-below": "scores",
    "score-above": "scores",
    "node-not-determined": "nodes",
    "node-below": "nodes",
    "node-above": "nodes",
    "count-not-determined": "nodes",
    "count-below": "nodes",
    "count-above": "nodes",
    "specials-below": "adjustments",
    "specials-above": "adjustments",
    "ladder-not-determined": "ladders",
    "ladder-below": "ladders",
    "nothing-sampled": "ladders",
    "evidence-below": "gates",
}
"""What the ``about`` of each reason names: a section of the pack's wording."""

MISSING_KINDS: Mapping[str, str] = {
    "parameter": "parameters",
    "size": "",
    "sector": "",
    "modules": "",
    "fact": "facts",
    "document": "documents",
    "persons": "credentials",
    "actions": "",
    "measure": "measures",
    "change": "measures",
    "judgement": "nodes",
}
"""Kinds of missing things in the order they are listed, with their section of the wording."""

_NOTES: Mapping[str, str] = {
    "There is no answer in this cell.": "no-answers",
    "no record to judge": "no-records",
    "Fewer than two sampling units have answers here: no standard error.": "one-unit",
    "No degrees of freedom (one sampling unit per stratum has answers here): no interval.": "lonely",
    "one record gives no interval": "one-record",
    "nothing to set the count against": "no-denominator",
    "there are no answers": "no-answers",
    "small cell suppressed": "small-cell",
    "no finished record": "no-finished",
    "the percentile lies among them": "percentile-open",
    "too few cases are finished to tell the percentile": "percentile-unreached",
    "no case was followed as long as the target": "target-unreached",
    "all records are equal, so there is no interval": "all-equal",
    "open cases: the true figure can only be worse": "open-cases",
    "one site: no interval": "one-site",
    "a type of site was visited only once: no interval": "one-site",
    "No degrees of freedom.": "no-freedom",
    "One of the waves has no answer here.": "wave-empty",
    "a quantile of answers has no change here": "quantile-change",
    "open cases: the true change can only be worse": "open-cases",
}

_COUNTED: Mapping[str, re.Pattern[str]] = {
    "unusable": re.compile(r"(?P<count>[\d,]+) cases have no usable moments and are left out"),
    "open-age": re.compile(r"(?P<open>[\d,]+) of (?P<base>[\d,]+) cases are open and count with their age"),
    "open-longer": re.compile(
        r"(?P<open>[\d,]+) of (?P<base>[\d,]+) cases are open and count as longer than all others"
    ),
    "open-followed": re.compile(
        r"(?P<open>[\d,]+) of (?P<base>[\d,]+) cases are open and count for as long as they were followed"
    ),
    "too-recent": re.compile(r"(?P<number>[\d,]+) cases are too recent to judge"),
    "undecided": re.compile(r"(?P<number>[\d,]+) open cases may still meet the target and are not counted"),
}
"""Notes of the engine with numbers in them."""


def reason_texts(reasons: Iterable[ReasonRead], voice: Voice) -> tuple[str, ...]:
    """Return reasons as sentences, in order, each once."""
    return distinct(reason_text(reason, voice) for reason in reasons)


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts in order, each once and none empty."""
    return tuple(dict.fromkeys(text for text in texts if text))


def reason_text(reason: ReasonRead, voice: Voice) -> str:
    """Return one reason as a sentence; a code that is not known is named with what it is about."""
    if reason.code == "unknown-parameter" and reason.about not in voice.edition.parameters:
        return voice.say("reason.missing-size")
    key = f"reason.{reason.code}"
    if not voice.phrases.has(key):
        return voice.say("reason.other", code=reason.code, about=_about(reason, voice))
    words = _WORDS.get(reason.code)
    if words is not None:
        return words(reason, voice)
    return voice.say(key, about=_about(reason, voice), **_figures(reason, voice))


def note_text(note: str, voice: Voice) -> str:
    """Return the engine's note on an estimate as sentences; empty when there is none."""
    parts = [part.strip() for part in note.split("; ") if part.strip()]
    return " ".join(_note(part, voice) for part in parts)


def _note(note: str, voice: Voice) -> str:
    kind, _, name = note.partition(": ")
    if kind == "unknown figure":
        return voice.say("note.unknown-figure", parameter=voice.name("parameters", name))
    for key, pattern in _COUNTED.items():
        found = pattern.fullmatch(note)
        if found is not None:
            return _counted(key, found.groupdict(), voice)
    return voice.say(f"note.{_NOTES[note]}") if note in _NOTES else voice.say("note.other", note=note)


def _counted(key: str, numbers: Mapping[str, str], voice: Voice) -> str:
    values = {name: int(number.replace(",", "")) for name, number in numbers.items()}
    if "count" in values:
        return voice.counted(f"note.{key}", values["count"])
    return voice.say(f"note.{key}", **{name: voice.whole(number) for name, number in values.items()})


def missing_text(item: MissingRead, voice: Voice) -> str:
    """Return what is missing by name and id."""
    section = MISSING_KINDS.get(item.kind)
    if section == "":
        return voice.say(f"missing.{item.kind}-item")
    name = voice.node(item.id) if section == "nodes" else voice.name(section or "labels", item.id)
    return name if name == item.id else voice.say("missing.item", name=name, id=item.id)


def grouped_missing(missing: Sequence[MissingRead], voice: Voice) -> list[tuple[str, tuple[str, ...]]]:
    """Return what is missing by kind: a heading and what it holds, each once."""
    kinds = [*MISSING_KINDS, *sorted({item.kind for item in missing} - set(MISSING_KINDS))]
    found = []
    for kind in kinds:
        items = distinct(missing_text(item, voice) for item in missing if item.kind == kind)
        if items:
            found.append((voice.say(f"missing.{kind}" if kind in MISSING_KINDS else "missing.other"), items))
    return found


def missing_sentence(item: MissingRead, voice: Voice) -> str:
    """Return what is missing as a sentence that says what kind of thing it is."""
    code = "unknown-parameter" if item.kind == "parameter" else f"missing-{item.kind}"
    return reason_text(ReasonRead(code=code, about=item.id), voice)


def _about(reason: ReasonRead, voice: Voice) -> str:
    section = ABOUT.get(reason.code, "labels")
    if section == "nodes":
        return voice.node(reason.about)
    name = voice.name(section, reason.about)
    if reason.code == "missing-fact" and name == reason.about:
        return voice.name("adjustments", reason.about)
    return name


def _figures(reason: ReasonRead, voice: Voice) -> dict[str, str]:
    figures = {key: _figure(key, value, voice) for key, value in reason.figures.items()}
    return {"note": "", **figures}


def _figure(key: str, value: str | int | None, voice: Voice) -> str:
    if value is None:
        return voice.say("page.unknown")
    if key == "note":
        return note_text(str(value), voice)
    if key == "places":
        return voice.plain_list(str(value).split(", "))
    if key in {"mark", "verdict"}:
        return voice.name("marks", str(value)) if key == "mark" else voice.say(f"verdict.{value}")
    if key in {"measures", "gates"} and isinstance(value, str):
        return voice.plain_list(voice.name(key, part) for part in value.split(", "))
    number = _decimal(value)
    return voice.iso_date(str(value)) if number is None else voice.trimmed(number, 3)


def _decimal(value: str | int | None) -> Decimal | None:
    try:
        return None if value is None else Decimal(value)
    except InvalidOperation:
        return None


def _limits(reason: ReasonRead) -> tuple[Decimal, str, Decimal]:
    key = "needed" if "needed" in reason.figures else "allowed"
    return _decimal(reason.figures.get("value")) or Decimal(0), key, _decimal(reason.figures.get(key)) or Decimal(0)


def _score(reason: ReasonRead, voice: Voice) -> str:
    value, key, limit = _limits(reason)
    texts = {"value": voice.score(reason.about, value, limit=limit), key: voice.trimmed(limit, 3)}
    return voice.say(f"reason.{reason.code}", about=_about(reason, voice), **texts)


def _shares(reason: ReasonRead, voice: Voice) -> str:
    value, key, limit = _limits(reason)
    places = voice.short_of(value * 100, limit * 100, 0)
    texts = {"value": voice.percent(value, places), key: voice.percent(limit, 0 if limit * 100 % 1 == 0 else 1)}
    return voice.say(f"reason.{reason.code}", about=_about(reason, voice), **texts)


def _count(reason: ReasonRead, voice: Voice) -> str:
    if not _counts_share(reason, voice):
        return voice.say(f"reason.{reason.code}", about=_about(reason, voice), **_figures(reason, voice))
    share_code = reason.code.replace("count-", "count-share-")
    worded = reason.model_copy(update={"code": share_code})
    value, key, limit = _limits(worded)
    places = voice.short_of(value * 100, limit * 100, 0)
    texts = {"value": voice.percent(value, places), key: voice.percent(limit, 0 if limit * 100 % 1 == 0 else 1)}
    return voice.say(f"reason.{share_code}", about=_about(reason, voice), **texts)


def _counts_share(reason: ReasonRead, voice: Voice) -> bool:
    """Tell whether the gate behind a reason compares a share; in older documents a reason does not name its gate."""
    gates = [gate for gate in voice.edition.grading.gates if isinstance(gate, CountGate)]
    named = next((gate for gate in gates if gate.id == reason.figures.get("gate")), None)
    if named is not None:
        return named.as_share
    kinds = {gate.as_share for gate in gates if gate.below == reason.about}
    value, _, limit = _limits(reason)
    return kinds == {True} or (kinds == {True, False} and (value % 1 != 0 or limit % 1 != 0))


def _ladder(reason: ReasonRead, voice: Voice) -> str:
    needed = voice.grade(str(reason.figures.get("needed", "")))
    return voice.say(f"reason.{reason.code}", about=_about(reason, voice), needed=needed)


def _evidence(reason: ReasonRead, voice: Voice) -> str:
    value = reason.figures.get("value")
    gates = {gate.id: gate for gate in voice.edition.grading.gates if isinstance(gate, EvidenceGate)}
    if value is None or reason.about not in gates:
        return voice.say("reason.evidence-below", about=_about(reason, voice))
    text = rule_value(gates[reason.about].evidence, str(value), voice)
    return voice.say("reason.evidence-below-value", about=_about(reason, voice), value=text)


_WORDS: Mapping[str, Callable[[ReasonRead, Voice], str]] = {
    "score-below": _score,
    "score-above": _score,
    "node-below": _shares,
    "node-above": _shares,
    "count-below": _count,
    "count-above": _count,
    "ladder-below": _ladder,
    "evidence-below": _evidence,
}
