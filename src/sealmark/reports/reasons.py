"""Reasons and missing things in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation

from sealmark.reports.reading import MissingRead, ReasonRead
from sealmark.reports.values import rule_value
from sealmark.reports.voice import Voice
from sealmark.scheme.grading import CountGate, EvidenceGate

__all__ = [
    "ABOUT",
    "MISSING_KINDS",
    "distinct",
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
    "missing-judgement": "nodes",
    "unknown-parameter": "parameters",
    "choice-not-listed": "facts",
    "document-absent": "documents",
    "document-out-of-date": "documents",
    "too-few-sites": "nodes",
    "sample-too-small": "nodes",
    "no-estimate": "measures",
    "no-interval": "measures",
    "base-too-small": "measures",
    "sites-without-estimate": "measures",
    "sites-count-as-zero": "measures",
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
    "evidence-below": "gates",
}
"""What the ``about`` of each reason names: a section of the pack's wording."""

MISSING_KINDS: Mapping[str, str] = {
    "parameter": "parameters",
    "size": "",
    "sector": "",
    "fact": "facts",
    "document": "documents",
    "persons": "credentials",
    "actions": "",
    "measure": "measures",
    "judgement": "nodes",
}
"""Kinds of missing things in the order they are listed, with their section of the wording."""

_NOTES: Mapping[str, str] = {
    "There is no answer in this cell.": "no-answers",
    "no record to judge": "no-records",
    "Fewer than two sampling units have answers here: no standard error.": "one-unit",
    "No degrees of freedom (one sampling unit per stratum has answers here): no interval.": "lonely",
    "Every stratum with answers here has one sampling unit: no standard error.": "lonely",
    "one record gives no interval": "one-record",
    "nothing to set the count against": "no-denominator",
    "there are no answers": "no-answers",
    "small cell suppressed": "small-cell",
    "no finished record": "no-finished",
    "No degrees of freedom.": "no-freedom",
}


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
    return " ".join(
        voice.say(f"note.{_NOTES[part]}") if part in _NOTES else voice.say("note.other", note=part) for part in parts
    )


def missing_text(item: MissingRead, voice: Voice) -> str:
    """Return what is missing by name and id."""
    section = MISSING_KINDS.get(item.kind)
    if section == "":
        return voice.say(f"missing.{item.kind}-item")
    name = voice.node(item.id) if section == "nodes" else voice.name(section or "labels", item.id)
    return name if name == item.id else voice.say("missing.item", name=name, id=item.id)


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
    """Tell whether the gate behind a reason compares a share; a reason does not name its gate."""
    gates = [gate for gate in voice.edition.grading.gates if isinstance(gate, CountGate)]
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
