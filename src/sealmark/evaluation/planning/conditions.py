"""What must hold before an evaluation, between evaluations, or to renew a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook
from sealmark.assess.findings import RuleResult
from sealmark.assess.rules import apply_rule
from sealmark.evaluation.planning.sites import Event
from sealmark.scheme.rules import Rule

__all__ = ["Condition", "check_conditions", "keeping_rules"]


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold before or between evaluations, and whether it does for the case as it stands.

    Attributes:
        kind: prerequisite, surveillance or retention.
        id: The prerequisite's id; for the others the kind of evidence and what it looks at.
        holds: None when it is not determined.
        refuses: Whether an application is refused without it; otherwise more is asked for.
        missing: What would have to be known, as kind and id.
    """

    kind: Literal["prerequisite", "surveillance", "retention"]
    id: str
    holds: bool | None
    refuses: bool
    missing: tuple[str, ...] = ()


def check_conditions(book: FigureBook, evidence: Evidence, *, event: Event) -> tuple[Condition, ...]:
    """Return the prerequisites, and what surveillance or renewal needs when the event is one of them."""
    found = [
        _condition("prerequisite", item.id, item.evidence, (evidence, book), refuses=item.refuse)
        for item in book.edition.procedure.prerequisites
    ]
    kind: Literal["surveillance", "retention"] = "surveillance" if event == "surveillance" else "retention"
    rules = book.edition.procedure.rules_to_keep(event)
    return (*found, *(_condition(kind, "", rule, (evidence, book), refuses=True) for rule in rules))


def keeping_rules(book: FigureBook, evidence: Evidence, *, event: Event) -> tuple[RuleResult, ...]:
    """Return what the rules conclude by which a certificate is kept at an event, in the order of the procedure."""
    rules = book.edition.procedure.rules_to_keep(event)
    return tuple(apply_rule(rule, evidence, book, place=("", 0)) for rule in rules)


def _condition(
    kind: Literal["prerequisite", "surveillance", "retention"],
    name: str,
    rule: Rule,
    known: tuple[Evidence, FigureBook],
    *,
    refuses: bool,
) -> Condition:
    result = apply_rule(rule, *known, place=(name, 0))
    spoken = name or " ".join(dict.fromkeys([result.kind, result.about]))
    missing = tuple(f"{item.kind} {item.id}" for item in result.missing)
    return Condition(kind, spoken, None if result.share is None else result.share >= 1, refuses, missing)
