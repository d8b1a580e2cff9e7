"""Values of evidence in words: what a rule looked at and what it asks for, with units."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sealmark.reports.reading import EstimateRead
from sealmark.reports.voice import Voice
from sealmark.scheme.figures import Number
from sealmark.scheme.rules import VERDICTS, ActionsRule, ChangeRule, FactRule, MeasureRule, PersonsRule, Rule, Scores

__all__ = ["change_value", "estimate_text", "known_number", "measure_value", "rule_limits", "rule_value"]


def known_number(number: Number | None, voice: Voice) -> Decimal | None:
    """Return a figure of the scheme; None when it is not known."""
    found = None if number is None else voice.book.number(number)
    return found if isinstance(found, Decimal) else None


def measure_value(name: str, value: Decimal, voice: Voice, *, limit: Decimal | None = None) -> str:
    """Return a value of a measure with its unit and places."""
    measure = voice.edition.measures.get(name)
    if measure is None:
        return voice.trimmed(value)
    # Places are those of the share itself: two of them are the whole percent.
    scale, places = (100, max(measure.decimals - 2, 0)) if measure.unit == "share" else (1, measure.decimals)
    places = voice.short_of(value * scale, None if limit is None else limit * scale, places)
    return voice.unit(value, measure.unit, places)


def change_value(name: str, value: Decimal, voice: Voice, *, limit: Decimal | None = None) -> str:
    """Return how far a measure moved, with its sign; shares in percentage points."""
    measure = voice.edition.measures.get(name)
    sign = "+" if value > 0 else ""
    if measure is None or measure.unit != "share":
        return sign + measure_value(name, value, voice, limit=limit).replace("-", "\u2212")
    places = voice.short_of(value * 100, None if limit is None else limit * 100, max(measure.decimals - 2, 1))
    return voice.say("evidence.percentage-points", value=sign + voice.number(value * 100, places))


def estimate_text(name: str, estimate: EstimateRead, voice: Voice, *, is_change: bool = False) -> str:
    """Return an interval with its confidence, or that there is none."""
    if estimate.lower is None or estimate.upper is None:
        return voice.say("evidence.no-interval")
    tell = change_value if is_change else measure_value
    return voice.say(
        "evidence.interval",
        low=tell(name, estimate.lower, voice),
        high=tell(name, estimate.upper, voice),
        confidence=voice.percent(estimate.confidence),
    )


def rule_value(rule: Rule | None, value: str, voice: Voice, *, limit: Decimal | None = None) -> str:
    """Return the value a rule compared, in words."""
    number = _as_number(value)
    if number is None:
        return _word(value, voice)
    if isinstance(rule, ChangeRule):
        return change_value(rule.change, number, voice, limit=limit)
    if isinstance(rule, MeasureRule):
        return measure_value(rule.measure, number, voice, limit=limit)
    if isinstance(rule, ActionsRule) or (isinstance(rule, FactRule | PersonsRule) and rule.per is not None):
        places = voice.short_of(number * 100, None if limit is None else limit * 100, 1)
        return voice.percent(number, places)
    if isinstance(rule, FactRule) and rule.age_in is not None:
        return voice.say(f"evidence.age-{rule.age_in}", value=voice.trimmed(number))
    return _fact_number(rule, number, voice)


def _fact_number(rule: Rule | None, number: Decimal, voice: Voice) -> str:
    if isinstance(rule, FactRule) and (fact := voice.edition.declarations.facts.get(rule.fact)):
        if fact.type == "boolean":
            return voice.say("page.yes" if number else "page.no")
        return f"{voice.trimmed(number, 3)} {voice.name('labels', fact.unit)}".strip()
    return voice.trimmed(number, 3)


def _as_number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _word(value: str, voice: Voice) -> str:
    if value in {"yes", "no"}:
        return voice.say(f"page.{value}")
    if value in VERDICTS:
        return voice.say(f"verdict.{value}")
    return voice.iso_date(voice.name("labels", value))


def rule_limits(rule: Rule, voice: Voice) -> tuple[str, ...]:
    """Return what a rule asks for, as far as the figures are known."""
    scores: Scores | None = getattr(rule, "scores", None)
    if scores is None:
        return ()
    return (*_limits(rule, scores, voice), *_limit_counted(rule, voice))


def _limit_counted(rule: Rule, voice: Voice) -> tuple[str, ...]:
    if not isinstance(rule, MeasureRule | ChangeRule) or rule.counts == "estimate":
        return ()
    return (voice.say("evidence.counts-lower" if rule.counts == "lower-limit" else "evidence.counts-upper"),)


def _limits(rule: Rule, scores: Scores, voice: Voice) -> tuple[str, ...]:
    if scores.at_least is not None or scores.at_most is not None:
        limit = known_number(scores.at_least if scores.at_least is not None else scores.at_most, voice)
        if limit is None:
            return ()
        key = "evidence.at-least" if scores.at_least is not None else "evidence.at-most"
        return (voice.say(key, limit=rule_value(rule, str(limit), voice)),)
    return _curve_limits(rule, scores, voice)


def _curve_limits(rule: Rule, scores: Scores, voice: Voice) -> tuple[str, ...]:
    pairs = scores.curve or scores.steps or scores.steps_at_most or ()
    points = [(known_number(at, voice), known_number(share, voice)) for at, share in pairs]
    none = [at for at, share in points if at is not None and share == 0]
    full = [at for at, share in points if at is not None and share == 1]
    if not none or not full:
        return ()
    rising = none[-1] < full[0]
    low, high = (none[-1], full[0]) if rising else (none[0], full[-1])
    low_text, high_text = rule_value(rule, str(low), voice), rule_value(rule, str(high), voice)
    return (voice.say("evidence.curve" if rising else "evidence.curve-falling", low=low_text, high=high_text),)
