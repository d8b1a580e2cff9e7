"""Judge one requirement: does it apply, what do its rules conclude, what is the finding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Finding, Reason, RuleResult, mean, reason_for, statement_of
from sealmark.assess.measured import unknown_figures
from sealmark.assess.precision import exactly
from sealmark.assess.rules import apply_rule
from sealmark.scheme.edition import Edition
from sealmark.scheme.requirements import Requirement, Scale, Statement
from sealmark.scheme.rules import Applies, ChangeRule, JudgementRule, MeasureRule, Rule

__all__ = ["applies", "find", "judged_scale"]

Results = Sequence[RuleResult]
Shares = Sequence[Decimal | None]


def applies(condition: Applies | None, evidence: Evidence, book: FigureBook) -> bool | tuple[Missing, ...]:
    """Return whether a condition holds, or everything that is missing to tell. One false key decides."""
    if condition is None:
        return True
    outcomes: list[bool | Missing] = []
    if condition.sizes:
        outcomes.append(Missing("size", "employees") if book.size is None else book.size in condition.sizes)
    if condition.sectors:
        known = evidence.sector is not None
        outcomes.append(evidence.sector in condition.sectors if known else Missing("sector", "sector"))
    if condition.modules:
        taken = evidence.modules
        outcomes.append(Missing("modules", "modules") if taken is None else bool(taken & set(condition.modules)))
    for fact, wanted in condition.facts.items():
        value = evidence.facts.get(fact)
        outcomes.append(Missing("fact", fact) if value is None else value == wanted)
    if False in outcomes:
        return False
    return tuple(outcome for outcome in outcomes if isinstance(outcome, Missing)) or True


@exactly
def find(requirement: Requirement, evidence: Evidence, book: FigureBook) -> Finding:
    """Return the finding of one requirement.

    Marks that were asked for and could not be judged stand in the finding as None.
    """
    applicable = applies(requirement.applies, evidence, book)
    if applicable is False:
        reason = Reason("does-not-apply", requirement.id)
        return Finding(requirement.id, "not-applicable", None, reasons=(reason,))
    points = book.number(requirement.points) if requirement.points is not None else None
    if isinstance(applicable, tuple):
        missing = tuple(item for item in (*applicable, points) if isinstance(item, Missing))
        return Finding(
            requirement.id, "not-determined", None, points if isinstance(points, Decimal) else None,
            marks=_marks(requirement, (), ()), reasons=tuple(reason_for(item) for item in missing), missing=missing,
        )  # fmt: skip
    results = tuple(
        apply_rule(rule, evidence, book, place=(requirement.id, position))
        for position, rule in enumerate(requirement.evidence)
    )
    return _conclude(requirement, results, points, book)


def _conclude(
    requirement: Requirement,
    results: tuple[RuleResult, ...],
    points: Decimal | Missing | None,
    book: FigureBook,
) -> Finding:
    worth = [_share(requirement, position, result, book) for position, result in enumerate(results)]
    share = _combined(requirement, results, worth)
    missing = [item for result in results for item in result.missing] if share is None else []
    reasons = [reason for result in results for reason in result.reasons]
    known_points = points
    if isinstance(points, Missing):
        missing.append(points)
        reasons.append(reason_for(points))
        known_points = None
    code = _code(requirement, results)
    return Finding(
        requirement.id,
        _statement(requirement, share, code, book),
        share,
        known_points if isinstance(known_points, Decimal) else None,
        marks=_marks(requirement, results, worth),
        code=code,
        results=results,
        reasons=tuple(reasons),
        missing=tuple(dict.fromkeys(missing)),
    )


def _combined(requirement: Requirement, results: Results, worth: Shares) -> Decimal | None:
    known = [share for share in worth if share is not None]
    if len(known) < len(worth):
        # A nought that was seen decides a minimum or a product, whatever the unknown rest is.
        # One that only stands for missing evidence does not: knowing less must not settle anything.
        return Decimal(0) if requirement.combine != "mean" and any(result.is_nought for result in results) else None
    if requirement.combine == "mean":
        return mean(known)
    return min(known) if requirement.combine == "minimum" else math.prod(known, start=Decimal(1))


def _share(requirement: Requirement, position: int, result: RuleResult, book: FigureBook) -> Decimal | None:
    """Return what a rule is worth: its share, or nothing where missing evidence means that and no figure is unknown."""
    if result.share is None and requirement.missing == "does-not-conform" and result.only_evidence_missing:
        return Decimal(0) if _figures_known(requirement.evidence[position], book) else None
    return result.share


def _figures_known(rule: Rule, book: FigureBook) -> bool:
    return not (unknown_figures(rule, book) if isinstance(rule, MeasureRule | ChangeRule) else book.unknown_in(rule))


def _marks(requirement: Requirement, results: Results, worth: Shares) -> dict[str, Decimal | None]:
    asked = [mark for rule in requirement.evidence if isinstance(rule, JudgementRule) for mark in rule.marks]
    found: dict[str, Decimal | None] = dict.fromkeys(asked)
    for result, whole in zip(results, worth, strict=True):
        # A mark that is missing is worth what its whole rule is worth: nothing, or unknown.
        found.update({mark: whole if share is None else share for mark, share in result.marks.items()})
    return found


def judged_scale(requirement: Requirement, edition: Edition) -> Scale | None:
    """Return the scale of a requirement that rests on one single judgement; None for any other evidence."""
    rule = requirement.evidence[0]
    single = len(requirement.evidence) == 1 and isinstance(rule, JudgementRule)
    return edition.scales[rule.judgement] if single and isinstance(rule, JudgementRule) else None


def _code(requirement: Requirement, results: tuple[RuleResult, ...]) -> str | None:
    single = len(requirement.evidence) == 1 and isinstance(requirement.evidence[0], JudgementRule)
    return results[0].codes[0] if single and results[0].codes else None


def _statement(requirement: Requirement, share: Decimal | None, code: str | None, book: FigureBook) -> Statement:
    """Return the statement of the share, or the one the scale level sets itself."""
    rule = requirement.evidence[0]
    if share is None or code is None or not isinstance(rule, JudgementRule):
        return statement_of(share)
    level = next(level for level in book.edition.scales[rule.judgement].levels if level.code == code)
    return level.statement or statement_of(share)
