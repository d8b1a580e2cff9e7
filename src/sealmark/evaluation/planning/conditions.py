"""What must hold before an evaluation, between evaluations, or to renew a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook
from sealmark.assess.rules import apply_rule
from sealmark.evaluation.planning.sites import Event
from sealmark.scheme.rules import Rule

__all__ = ["Condition", "check_conditions"]


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
    procedure = book.edition.procedure
    found = [
        _condition("prerequisite", item.id, item.evidence, (evidence, book), refuses=item.refuse)
        for item in procedure.prerequisites
    ]
    if event == "surveillance" and procedure.surveillance is not None:
        rules = procedure.surveillance.must_show
        found += [_condition("surveillance", "", rule, (evidence, book), refuses=True) for rule in rules]
    if event == "recertification":
        found += [_condition("retention", "", rule, (evidence, book), refuses=True) for rule in procedure.retention]
    return tuple(found)


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
