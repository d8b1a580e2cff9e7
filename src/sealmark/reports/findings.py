"""One requirement in words: its finding, the evidence behind it, and why."""

from __future__ import annotations

from decimal import Decimal

from sealmark.reports.blocks import Column, Item, Requirement, Table
from sealmark.reports.reading import ChangeRead, FindingRead, NodeRead, RuleRead
from sealmark.reports.reasons import note_text, reason_texts
from sealmark.reports.suppression import hidden_overall, hidden_sites
from sealmark.reports.values import (
    change_value,
    estimate_text,
    known_number,
    measure_value,
    rule_limits,
    rule_value,
)
from sealmark.reports.voice import Voice
from sealmark.scheme.requirements import Requirement as Declared
from sealmark.scheme.rules import ChangeRule, FactRule, JudgementRule, Rule

__all__ = ["keeping_items", "requirement_view"]

_SOURCES = 5
_SITES = 30


def requirement_view(node: NodeRead, voice: Voice) -> Requirement:
    """Return a requirement with its finding in words."""
    finding = voice.evaluation.findings[node.id]
    declared = voice.edition.requirements.get(node.id)
    return Requirement(
        id=node.id,
        label=declared.clause if declared else "",
        title=voice.node(node.id),
        state=finding.statement,
        statement=voice.say(f"statement.{finding.statement}"),
        earned=_earned(finding, voice),
        text=voice.text(node.id),
        evidence=_items(node.id, finding, voice),
        reasons=reason_texts(finding.reasons, voice),
        marks=_marks(finding, declared, voice),
    )


def _earned(finding: FindingRead, voice: Voice) -> str:
    if finding.earned is not None and finding.points is not None:
        earned, points = voice.trimmed(finding.earned), voice.trimmed(finding.points)
        return voice.say("tree.earned", earned=earned, points=points)
    return "" if finding.share is None else voice.say("tree.share", share=_share(finding.share, voice))


def _share(share: Decimal, voice: Voice) -> str:
    places = max(voice.short_of(share * 100, Decimal(edge), 0) for edge in (0, 100))
    return voice.percent(share, min(places, 2))


def _marks(finding: FindingRead, declared: Declared | None, voice: Voice) -> Table | None:
    if not finding.marks:
        return None
    rules = [rule for rule in declared.evidence if isinstance(rule, JudgementRule)] if declared else []
    scales = {mark: rule.judgement for rule in rules for mark in rule.marks}
    rows = tuple(
        (voice.name("marks", mark), _marked(share, scales.get(mark), voice)) for mark, share in finding.marks.items()
    )
    columns = (Column(voice.say("tree.marks")), Column(voice.say("tree.site-share"), numeric=True))
    return Table(voice.say("tree.marks"), columns, rows)


def _marked(share: Decimal | None, scale: str | None, voice: Voice) -> str:
    if share is None:
        return voice.say("score.undetermined")
    band = _band(scale, share, voice) if scale else ""
    text = _share(share, voice)
    return voice.say("page.remark", text=text, note=band) if band else text


def keeping_items(voice: Voice) -> tuple[tuple[Item, bool | None], ...]:
    """Return the evidence for which a certificate is kept, each with whether it suffices; None: not determined."""
    rules = voice.edition.procedure.rules_to_keep(voice.evaluation.event)
    found = voice.evaluation.keeping
    matched = len(rules) == len(found)
    items = [_item(read, rules[place] if matched else None, None, voice) for place, read in enumerate(found)]
    return tuple(
        (item, None if read.share is None else read.share >= 1) for item, read in zip(items, found, strict=True)
    )


def _items(requirement: str, finding: FindingRead, voice: Voice) -> tuple[Item, ...]:
    declared = voice.edition.requirements.get(requirement)
    rules = declared.evidence if declared else ()
    matched = len(rules) == len(finding.evidence)
    return tuple(
        _item(read, rules[position] if matched else None, finding, voice)
        for position, read in enumerate(finding.evidence)
    )


def _item(read: RuleRead, rule: Rule | None, finding: FindingRead | None, voice: Voice) -> Item:
    details = list(rule_limits(rule, voice)) if rule is not None else []
    if read.kind == "measure":
        details = [*_measure_details(read, voice), *details]
    if isinstance(rule, ChangeRule):
        details = [*_change_details(read, rule, voice), *details]
    if read.kind == "judgement" and finding is not None and finding.code is not None:
        details.append(voice.say("evidence.judgement-code", code=_level(read.about, finding.code, voice)))
    if isinstance(rule, JudgementRule) and not rule.marks and read.share is not None:
        band = _band(rule.judgement, read.share, voice)
        details += [voice.say("evidence.judgement-band", band=band)] if band else []
    if read.share is not None and finding is not None:
        details.append(voice.say("evidence.earns", share=_share(read.share, voice)))
    return Item(
        text=_sentence(read, rule, voice),
        details=tuple(details),
        sites=_site_table(read, voice),
        sources=read.pointers[:_SOURCES],
        more=voice.counted("tree.more", len(read.pointers) - _SOURCES) if len(read.pointers) > _SOURCES else "",
    )


def _level(scale: str, code: str, voice: Voice) -> str:
    levels = voice.wording.scales.get(scale, {}) if voice.wording else {}
    return levels.get(code, code)


def _band(scale: str, share: Decimal, voice: Voice) -> str:
    """Return the words of the band in which a share lies; empty where the scale has none there."""
    found = voice.edition.scales[scale].band_at(share)
    return "" if found is None else _level(scale, found.id, voice)


def _sentence(read: RuleRead, rule: Rule | None, voice: Voice) -> str:
    if read.kind in {"judgement", "sample"}:
        return (
            voice.counted(f"evidence.{read.kind}", read.base) if read.base else voice.say(f"evidence.{read.kind}-none")
        )
    if read.kind == "measure":
        return _measure_sentence(read, voice)
    if read.kind == "change":
        return _change_sentence(read, voice)
    key = {"fact": "fact", "document": "document", "persons": "persons", "actions": "actions"}[read.kind]
    about = {} if key == "actions" else {_ABOUT[key]: _thing(read, rule, voice)}
    if read.value is None:
        return voice.say(f"evidence.{key}-none", **about)
    if key == "document":
        return voice.say("evidence.document", date=voice.iso_date(read.value), **about)
    return voice.say(f"evidence.{key}", value=_value(read.value, rule, voice), **about)


_ABOUT = {"fact": "fact", "document": "document", "persons": "credential"}
_SECTIONS = {"fact": "facts", "document": "documents", "persons": "credentials"}


def _thing(read: RuleRead, rule: Rule | None, voice: Voice) -> str:
    """Return the name of what was looked at: the rule's own, since ``about`` may name a missing figure."""
    name = getattr(rule, read.kind, read.about) if rule is not None else read.about
    return voice.name(_SECTIONS[read.kind], str(name))


def _value(value: str, rule: Rule | None, voice: Voice) -> str:
    text = rule_value(rule, value, voice)
    if isinstance(rule, FactRule) and rule.per is not None:
        return voice.say("evidence.ratio", value=text, per=voice.name("facts", rule.per))
    return text


def _measure_sentence(read: RuleRead, voice: Voice) -> str:
    name = voice.name("measures", read.about)
    measured = voice.evaluation.measures.get(read.about)
    if measured is None or measured.value is None:
        return voice.say("evidence.measure-none", measure=name)
    if hidden_overall(read.about, measured, voice):
        return voice.say("evidence.measure", measure=name, value=voice.say("measures.hidden"))
    return voice.say("evidence.measure", measure=name, value=measure_value(read.about, measured.value, voice))


def _measure_details(read: RuleRead, voice: Voice) -> list[str]:
    measured = voice.evaluation.measures.get(read.about)
    if measured is None:
        return []
    if hidden_overall(read.about, measured, voice):
        return []
    details = [] if measured.value is None else [estimate_text(read.about, measured, voice)]
    details.append(voice.say("evidence.base", base=voice.whole(measured.base)))
    note = note_text(measured.note, voice)
    return [*details, note] if note else details


def _change(read: RuleRead, voice: Voice) -> ChangeRead | None:
    measured = voice.evaluation.measures.get(read.about)
    return None if measured is None else measured.change


def _change_sentence(read: RuleRead, voice: Voice) -> str:
    name, change = voice.name("measures", read.about), _change(read, voice)
    if change is None or change.value is None:
        return voice.say("evidence.change-none", measure=name)
    return voice.say("evidence.change", measure=name, value=change_value(read.about, change.value, voice))


def _change_details(read: RuleRead, rule: ChangeRule, voice: Voice) -> list[str]:
    """Return both waves, the interval of the change, and what it says of the smallest change that matters."""
    change = _change(read, voice)
    if change is None:
        return []
    details = [
        voice.say(f"evidence.{key}", value=measure_value(read.about, wave.value, voice), base=voice.whole(wave.base))
        for key, wave in (("before", change.before), ("after", change.after))
        if wave.value is not None
    ]
    if change.value is not None:
        details.append(estimate_text(read.about, change, voice, is_change=True))
    smallest = known_number(rule.relevant, voice)
    if read.verdict and smallest is not None:
        better = voice.edition.measures[rule.change].better
        relevant = change_value(rule.change, -smallest if better == "lower" else smallest, voice)
        details.append(voice.say(f"evidence.{read.verdict}", relevant=relevant))
    note = note_text(change.note, voice)
    return [*details, note] if note else details


def _site_table(read: RuleRead, voice: Voice) -> Table | None:
    measured = voice.evaluation.measures.get(read.about) if read.kind == "measure" else None
    hidden = hidden_sites(read.about, measured, voice) if measured is not None else {}
    rows = tuple(
        (site, voice.say("measures.hidden") if site in hidden else _site_share(share, voice))
        for site, share in list(read.sites.items())[:_SITES]
    )
    columns = (Column(voice.say("tree.site")), Column(voice.say("tree.site-share"), numeric=True))
    return Table(voice.say("tree.by-site"), columns, rows, folded=True) if rows else None


def _site_share(share: Decimal | None, voice: Voice) -> str:
    return voice.say("score.undetermined") if share is None else _share(share, voice)
