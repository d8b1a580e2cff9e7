"""Rules, gates, scores and roll-up in plain words, in the four languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sealmark.scheme.edition import Edition
from sealmark.scheme.figures import Number
from sealmark.scheme.grading import (
    STATEMENTS,
    Adjustment,
    CountGate,
    EvidenceGate,
    Gate,
    Grade,
    GradeGate,
    Ladder,
    NodeGate,
    Score,
    ScoreGate,
    SpecialsGate,
)
from sealmark.scheme.requirements import Band, Requirement, RollUp
from sealmark.scheme.rules import (
    VERDICTS,
    ActionsRule,
    Applies,
    ChangeRule,
    DocumentRule,
    FactRule,
    JudgementRule,
    MeasureRule,
    PersonsRule,
    Rule,
    SampleRule,
    Scores,
)
from sealmark.scheme.telling import Teller

__all__ = [
    "describe_adjustment", "describe_applies", "describe_below", "describe_gate", "describe_grade", "describe_number",
    "describe_requirement", "describe_roll_up", "describe_rule", "describe_score", "describe_scores",
]  # fmt: skip


def describe_number(number: Number, edition: Edition, language: str) -> str:
    """Return a number in words: its value, who must supply it, or one value per size class."""
    return Teller(edition, language).number(number)


def describe_rule(rule: Rule, edition: Edition, language: str) -> str:
    """Return how one rule turns evidence into a share.

    Example:
        >>> describe_rule(DocumentRule(document="service-manual"), edition, "en")
        'The document “Service manual” is present and in date.'
    """
    return _rule(Teller(edition, language), rule)


def describe_scores(scores: Scores, edition: Edition, language: str, *, unit: str = "points") -> str:
    """Return how a value becomes a share; ``unit`` is the unit of the value."""
    return _scores(Teller(edition, language), scores, unit)


def describe_requirement(requirement: Requirement, edition: Edition, language: str) -> str:
    """Return how a requirement is judged: every rule, how they combine, what missing evidence means."""
    tell = Teller(edition, language)
    parts = [_rule(tell, rule) for rule in requirement.evidence]
    if len(parts) > 1:
        parts.append(tell.say(f"requirement.combine-{requirement.combine}"))
    if requirement.missing == "does-not-conform":
        parts.append(tell.say("requirement.missing"))
    return tell.sentences(parts)


def describe_applies(applies: Applies | None, edition: Edition, language: str) -> str:
    """Return when a requirement or group counts."""
    tell = Teller(edition, language)
    if applies is None:
        return tell.say("applies.always")
    parts = []
    for field in ("sizes", "sectors", "modules"):
        names = getattr(applies, field)
        if names:
            parts.append(tell.say(f"applies.{field}", list=tell.listed(tell.name("labels", name) for name in names)))
    if applies.facts:
        conditions = [
            tell.say("applies.fact-is", fact=tell.name("facts", name), value=_answer(tell, value))
            for name, value in applies.facts.items()
        ]
        parts.append(tell.say("applies.facts", list=tell.points(conditions)))
    return tell.sentences(parts) or tell.say("applies.always")


def _answer(tell: Teller, value: object) -> str:
    if isinstance(value, bool):
        return tell.say("scores.yes" if value else "scores.no")
    return tell.name("labels", str(value))


def describe_roll_up(roll_up: RollUp, edition: Edition, language: str) -> str:
    """Return how children become their group."""
    tell = Teller(edition, language)
    grouped = roll_up.rule == "sum-of-points" and roll_up.renormalise == "group"
    key = f"roll_up.{roll_up.rule}{'-group' if grouped else ''}"
    return tell.say(key, share=tell.figure(roll_up.met_from, share=True))


def describe_gate(gate: Gate, edition: Edition, language: str) -> str:
    """Return what a gate asks for, and whether it may be waived."""
    tell = Teller(edition, language)
    waivable = [tell.say("gate.waivable")] if gate.id in edition.grading.waivable else []
    information = [tell.say("gate.information")] if gate.information else []
    return tell.sentences([*_gate(tell, gate), *waivable, *information])


def describe_score(score: Score, edition: Edition, language: str) -> str:
    """Return what a score is made of."""
    tell = Teller(edition, language)
    parts = [tell.say("score.base", node=tell.quoted("nodes", score.node), scale=tell.number(score.scale))]
    for key in ("lowest", "highest"):
        limit = getattr(score, key)
        if limit is not None:
            parts.append(tell.say(f"score.{key}", limit=tell.number(limit)))
    if score.rounding is not None:
        parts.append(tell.say("score.rounded", places=str(score.rounding.places)))
    return tell.sentences(parts)


def describe_adjustment(adjustment: Adjustment, edition: Edition, language: str) -> str:
    """Return what a special deduction or bonus does."""
    tell = Teller(edition, language)
    fact = tell.name("facts", adjustment.count)
    parts = [tell.say("adjustment.each", each=tell.number(adjustment.each), fact=fact)]
    if adjustment.at_most is not None:
        parts.append(tell.say("adjustment.at_most", limit=tell.number(adjustment.at_most)))
    return tell.sentences([*parts, tell.say(f"adjustment.{adjustment.when}")])


def describe_grade(grade: Grade, edition: Edition, language: str) -> str:
    """Return what a grade needs besides what the lower grades need."""
    tell = Teller(edition, language)
    parts = []
    if grade.at_least is not None:
        parts.append(tell.say("grade.limit", limit=tell.number(grade.at_least)))
    parts += [tell.say("grade.gate", gate=tell.name("gates", gate)) for gate in grade.gates]
    return tell.sentences(parts) or tell.say("grade.ladder")


def describe_below(ladder: Ladder, edition: Edition, language: str) -> str:
    """Return when the result below the first grade comes out."""
    tell, first = Teller(edition, language), ladder.grades[0].at_least
    if ladder.below_is_a_result and first is not None:
        return tell.say("grade.below-limit", limit=tell.number(first))
    return tell.say("grade.below")


def _rule(tell: Teller, rule: Rule) -> str:
    return tell.sentences(_RULES[type(rule)](tell, rule))


def _judgement(tell: Teller, rule: JudgementRule) -> Iterator[str]:
    yield _marked(tell, "judgement", rule.judgement)
    yield _bands(tell, rule.judgement)
    if rule.marks:
        yield tell.say("rule.marks", marks=tell.listed(tell.name("marks", mark) for mark in rule.marks))
        yield tell.say(f"rule.marks-{rule.mark_roll_up}")
    if rule.assessors != "mean":
        yield tell.say(f"rule.assessors-{rule.assessors}")
    if rule.sites != "mean":
        yield tell.say(f"rule.sites-{rule.sites}")
    if rule.minimum_sites is not None:
        yield tell.say("rule.minimum-sites", number=tell.number(rule.minimum_sites))
    if rule.every_site:
        yield tell.say("rule.every-site")


def _marked(tell: Teller, kind: str, name: str, **values: str) -> str:
    scale = tell.edition.scales[name]
    if scale.lowest is not None and scale.highest is not None:
        values |= {"lowest": tell.figure(scale.lowest), "highest": tell.figure(scale.highest)}
        return tell.say(f"rule.{kind}-range", step=tell.figure(scale.step), **values)
    words = tell.edition.wording[tell.language].scales.get(name, {})
    levels = [tell.say("join.level", name=words.get(level.code, level.code), share=tell.number(level.share, share=True))
              for level in scale.levels]  # fmt: skip
    return tell.say(f"rule.{kind}", scale=tell.listed(levels), **values)


def _bands(tell: Teller, name: str) -> str:
    """Return what the marks of a range scale mean; nothing where no band says it."""
    bands = tell.edition.scales[name].bands
    words = tell.edition.wording[tell.language].scales.get(name, {})
    told = tell.points(_band(tell, band, words.get(band.id, band.id)) for band in bands)
    return tell.say("rule.bands", bands=told) if bands else ""


def _band(tell: Teller, band: Band, name: str) -> str:
    if band.lowest == band.highest:
        return tell.say("join.band-one", value=tell.figure(band.lowest), name=name)
    return tell.say("join.band", lowest=tell.figure(band.lowest), highest=tell.figure(band.highest), name=name)


def _sample(tell: Teller, rule: SampleRule) -> Iterator[str]:
    yield _marked(tell, "sample", rule.sample, of=tell.say(f"of.{rule.of}"))
    yield _bands(tell, rule.sample)
    if rule.sites != "pooled":
        yield tell.say(f"rule.sites-{rule.sites}")
    if rule.minimum is not None:
        yield tell.say("rule.minimum-units", number=tell.number(rule.minimum))
    if rule.every_site:
        yield tell.say("rule.every-site")


def _measure(tell: Teller, rule: MeasureRule) -> Iterator[str]:
    measure = tell.edition.measures[rule.measure]
    yield tell.say(f"rule.{rule.counts}", measure=tell.quoted("measures", rule.measure))
    yield _scores(tell, rule.scores, measure.unit)
    if rule.sites != "overall":
        yield tell.say(f"rule.sites-{rule.sites}")
    if rule.minimum_base is not None:
        yield tell.say("rule.minimum-base", number=tell.number(rule.minimum_base))
    if rule.minimum_site_base is not None:
        yield tell.say("rule.minimum-site-base", number=tell.number(rule.minimum_site_base))


def _change(tell: Teller, rule: ChangeRule) -> Iterator[str]:
    measure = tell.edition.measures[rule.change]
    unit = "share-change" if measure.unit == "share" else measure.unit
    yield tell.say(f"rule.change-{rule.counts}", measure=tell.quoted("measures", rule.change))
    if rule.relevant is not None:
        yield tell.say(f"rule.relevant-{measure.better}", number=_in_unit(tell, rule.relevant, unit))
    yield _scores(tell, rule.scores, unit)
    if rule.minimum_base is not None:
        yield tell.say("rule.minimum-wave-base", number=tell.number(rule.minimum_base))


def _fact(tell: Teller, rule: FactRule) -> Iterator[str]:
    fact = tell.name("facts", rule.fact)
    if rule.per is not None:
        yield tell.say("rule.ratio", fact=fact, per=tell.name("facts", rule.per))
        yield _scores(tell, rule.scores, "ratio")
    elif rule.age_in is not None:
        yield tell.say(f"rule.age-{rule.age_in}", fact=tell.quoted("facts", rule.fact))
        yield _scores(tell, rule.scores, "count")
    else:
        yield tell.say("rule.fact", fact=fact)
        yield _scores(tell, rule.scores, "count")


def _document(tell: Teller, rule: DocumentRule) -> Iterator[str]:
    document = tell.quoted("documents", rule.document)
    if rule.no_older_than_months is None:
        yield tell.say("rule.document", document=document)
    else:
        yield tell.say("rule.document-age", document=document, months=tell.number(rule.no_older_than_months))


def _persons(tell: Teller, rule: PersonsRule) -> Iterator[str]:
    credential = tell.quoted("credentials", rule.persons)
    if rule.obtained_within_months is None:
        yield tell.say("rule.persons", credential=credential)
    else:
        yield tell.say("rule.persons-within", credential=credential, months=tell.number(rule.obtained_within_months))
    if rule.per is not None:
        yield tell.say("rule.persons-per", per=tell.name("facts", rule.per))
    yield _scores(tell, rule.scores, "ratio" if rule.per else "count")


def _actions(tell: Teller, rule: ActionsRule) -> Iterator[str]:
    yield tell.say(f"rule.actions-{rule.actions}")
    yield _scores(tell, rule.scores, "share")
    if rule.minimum is not None:
        yield tell.say("rule.minimum-actions", number=tell.number(rule.minimum))


_RULES: Mapping[type, Callable[[Teller, Any], Iterator[str]]] = {
    JudgementRule: _judgement,
    SampleRule: _sample,
    MeasureRule: _measure,
    ChangeRule: _change,
    FactRule: _fact,
    DocumentRule: _document,
    PersonsRule: _persons,
    ActionsRule: _actions,
}


def _scores(tell: Teller, scores: Scores, unit: str) -> str:
    for key in ("at_least", "at_most"):
        limit = getattr(scores, key)
        if limit is not None:
            return tell.say(f"scores.{key}", limit=_in_unit(tell, limit, unit))
    if scores.table is not None:
        rows = [
            tell.say("scores.point", value=_choice(tell, choice), share=tell.number(share, share=True))
            for choice, share in scores.table.items()
        ]
        key = "verdicts" if set(scores.table) <= {*VERDICTS} else "table"
        return tell.say(f"scores.{key}", points=tell.points(rows))
    way = next(key for key in ("curve", "steps", "steps_at_most") if getattr(scores, key) is not None)
    point = "scores.up-to" if way == "steps_at_most" else "scores.point"
    rows = [
        tell.say(point, value=_in_unit(tell, value, unit), share=tell.number(share, share=True))
        for value, share in getattr(scores, way)
    ]
    return tell.say(f"scores.{way}", points=tell.points(rows))


def _in_unit(tell: Teller, number: Number, unit: str) -> str:
    return tell.say(f"unit.{unit}", value=tell.number(number, share=unit in {"share", "share-change"}))


def _choice(tell: Teller, choice: str) -> str:
    return tell.say(f"scores.{choice}") if choice in {"yes", "no", *VERDICTS} else tell.name("labels", choice)


def _gate(tell: Teller, gate: Gate) -> Iterator[str]:
    if isinstance(gate, EvidenceGate):
        yield _rule(tell, gate.evidence)
    elif isinstance(gate, NodeGate):
        nodes = tell.listed(tell.quoted("nodes", node) for node in gate.nodes)
        mark = tell.quoted("marks", gate.mark) if gate.mark else ""
        key = "gate.nodes-mark" if gate.mark else "gate.nodes"
        yield tell.say(key, nodes=nodes, mark=mark, share=tell.number(gate.at_least, share=True))
    elif isinstance(gate, SpecialsGate):
        adjustment = tell.quoted("adjustments", gate.adjustment)
        yield tell.say("gate.specials", adjustment=adjustment, limit=tell.number(gate.at_most))
    elif isinstance(gate, GradeGate):
        ladder, grade = tell.quoted("ladders", gate.ladder), tell.quoted("grades", gate.at_least)
        yield tell.say("gate.ladder", ladder=ladder, grade=grade)
    else:
        yield from _limited(tell, gate)


def _limited(tell: Teller, gate: ScoreGate | CountGate) -> Iterator[str]:
    for key, side in (("at_least", "at-least"), ("at_most", "at-most")):
        limit = getattr(gate, key)
        if limit is None:
            continue
        if isinstance(gate, ScoreGate):
            yield tell.say(f"gate.score-{side}", score=tell.quoted("scores", gate.score), limit=tell.number(limit))
        else:
            what = tell.listed(_counted(tell, word) for word in gate.count)
            kind = "share" if gate.as_share else "count"
            number = tell.number(limit, share=gate.as_share)
            yield tell.say(f"gate.{kind}-{side}", node=tell.quoted("nodes", gate.below), what=what, limit=number)


def _counted(tell: Teller, word: str) -> str:
    if word in STATEMENTS:
        return tell.say(f"statement.{word}")
    scales = tell.edition.wording[tell.language].scales.values()
    return next((levels[word] for levels in scales if word in levels), word)
