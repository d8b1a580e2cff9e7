"""Apply one rule to the evidence: the eight kinds of evidence a scheme can ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from sealmark.assess.changes import judge_change
from sealmark.assess.evidence import Evidence, FactValue
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Reason, RuleResult, reason_for
from sealmark.assess.judgements import judge, judge_sample
from sealmark.assess.measured import judge_measure
from sealmark.assess.scoring import share_of_choice, share_of_value
from sealmark.core.numbers import plain
from sealmark.core.periods import add_months, months_between
from sealmark.scheme.figures import Number
from sealmark.scheme.rules import (
    ActionsRule,
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

__all__ = ["apply_rule"]


def apply_rule(rule: Rule, evidence: Evidence, book: FigureBook, *, place: tuple[str, int]) -> RuleResult:
    """Return what ``rule`` concludes.

    Args:
        rule: The rule.
        evidence: What is known of the organization.
        book: The scheme's figures.
        place: Requirement id (or gate id) and position of the rule in it; finds marks and draws.
    """
    if isinstance(rule, JudgementRule):
        return judge(rule, evidence, book, place=place)
    if isinstance(rule, SampleRule):
        return judge_sample(rule, evidence, book, place=place)
    if isinstance(rule, MeasureRule):
        return judge_measure(rule, evidence, book)
    return _SIMPLE[type(rule)](rule, evidence, book)


def _undetermined(kind: str, about: str, *missing: Missing, value: Decimal | None = None) -> RuleResult:
    return RuleResult(kind, about, None, value, reasons=tuple(map(reason_for, missing)), missing=missing)


def _scored(kind: str, about: str, value: Decimal, scores: Scores, book: FigureBook) -> RuleResult:
    share = share_of_value(scores, value, book)
    if isinstance(share, Missing):
        return _undetermined(kind, about, *book.unknown_in(scores), value=value)
    return RuleResult(kind, about, share, value)


def _fact(rule: FactRule, evidence: Evidence, book: FigureBook) -> RuleResult:
    value = evidence.facts.get(rule.fact)
    if value is None:
        return _undetermined("fact", rule.fact, Missing("fact", rule.fact))
    if rule.scores.table is not None:
        return _choice(rule, value, book)
    number = _fact_number(rule, value, evidence)
    if isinstance(number, Missing):
        return _undetermined("fact", rule.fact, number)
    return _scored("fact", rule.fact, number, rule.scores, book)


def _choice(rule: FactRule, value: FactValue, book: FigureBook) -> RuleResult:
    text = _text(value)
    share = share_of_choice(rule.scores, text, book)
    if share is None:
        reason = Reason("choice-not-listed", rule.fact, {"value": text})
        return RuleResult("fact", rule.fact, None, text, reasons=(reason,), missing=(Missing("fact", rule.fact),))
    if isinstance(share, Missing):
        return _undetermined("fact", rule.fact, share)
    return RuleResult("fact", rule.fact, share, text)


def _text(value: FactValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value) if isinstance(value, Decimal) else str(value)


def _fact_number(rule: FactRule, value: FactValue, evidence: Evidence) -> Decimal | Missing:
    if isinstance(value, dt.date):
        if value > evidence.as_of:  # what has not happened yet has no age
            return Missing("fact", rule.fact)
        whole = months_between(value, evidence.as_of) if rule.age_in == "months" else (evidence.as_of - value).days
        return Decimal(whole)
    number = Decimal(int(value)) if isinstance(value, bool) else value
    if not isinstance(number, Decimal):
        return Missing("fact", rule.fact)
    return number if rule.per is None else _ratio(number, rule.per, evidence)


def _ratio(number: Decimal, per: str, evidence: Evidence) -> Decimal | Missing:
    below = evidence.facts.get(per)
    if not isinstance(below, Decimal) or below <= 0:
        return Missing("fact", per)
    return number / below


def _document(rule: DocumentRule, evidence: Evidence, book: FigureBook) -> RuleResult:
    shown = evidence.documents.get(rule.document)
    if shown is None:
        return _undetermined("document", rule.document, Missing("document", rule.document))
    pointers = (shown.pointer,) if shown.pointer else ()
    if shown.dated is None:
        reason = Reason("document-absent", rule.document)
        return RuleResult("document", rule.document, Decimal(0), reasons=(reason,), pointers=pointers)
    months = _months(rule.no_older_than_months, book)
    if isinstance(months, Missing):
        return _undetermined("document", rule.document, months)
    oldest_end = None if months is None else add_months(shown.dated, months)
    in_date = shown.dated <= evidence.as_of and all(
        end is None or evidence.as_of <= end for end in (shown.valid_until, oldest_end)
    )
    reasons = () if in_date else (Reason("document-out-of-date", rule.document, {"dated": shown.dated.isoformat()}),)
    return RuleResult(
        "document", rule.document, Decimal(int(in_date)), shown.dated.isoformat(), reasons=reasons, pointers=pointers
    )


def _months(number: Number | None, book: FigureBook) -> int | Missing | None:
    if number is None:
        return None
    known = book.number(number)
    return known if isinstance(known, Missing) else int(known)


def _persons(rule: PersonsRule, evidence: Evidence, book: FigureBook) -> RuleResult:
    if evidence.persons is None:
        return _undetermined("persons", rule.persons, Missing("persons", rule.persons))
    months = _months(rule.obtained_within_months, book)
    if isinstance(months, Missing):
        return _undetermined("persons", rule.persons, *book.unknown_in(rule))
    earliest = add_months(evidence.as_of, -months) if months is not None else dt.date.min
    number = Decimal(
        sum(
            item.number
            for item in evidence.persons
            if item.credential == rule.persons
            and earliest <= item.obtained <= evidence.as_of
            and (item.expires is None or evidence.as_of <= item.expires)
        )
    )
    value = number if rule.per is None else _ratio(number, rule.per, evidence)
    if isinstance(value, Missing):
        return _undetermined("persons", rule.persons, value)
    return _scored("persons", rule.persons, value, rule.scores, book)


def _actions(rule: ActionsRule, evidence: Evidence, book: FigureBook) -> RuleResult:
    if evidence.actions is None:
        return _undetermined("actions", "actions", Missing("actions", "actions"))
    needed = book.number(rule.minimum) if rule.minimum is not None else Decimal(1)
    if isinstance(needed, Missing):
        return _undetermined("actions", "actions", *book.unknown_in(rule))
    due = [item for item in evidence.actions if item.due <= evidence.as_of]
    total = sum(item.number for item in due)
    if total < needed or total == 0:
        reason = Reason("too-few-actions", "actions", {"base": total, "needed": needed})
        return RuleResult("actions", "actions", None, reasons=(reason,), missing=(Missing("actions", "actions"),))
    states = {"effective"} if rule.actions == "effective" else {"done", "effective"}
    reached = sum(item.number for item in due if item.state in states)
    return _scored("actions", "actions", Decimal(reached) / total, rule.scores, book)


_SIMPLE: dict[type, Callable[..., RuleResult]] = {
    ChangeRule: judge_change,
    FactRule: _fact,
    DocumentRule: _document,
    PersonsRule: _persons,
    ActionsRule: _actions,
}
