"""Judge how far a measure moved between two waves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sealmark.assess.evidence import Changed, Evidence
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Reason, RuleResult, reason_for
from sealmark.assess.measured import compared_number, needed_base, unknown_figures
from sealmark.assess.scoring import share_of_choice, share_of_value
from sealmark.core.estimates import improvement_verdict
from sealmark.scheme.rules import ChangeRule

__all__ = ["judge_change"]


def judge_change(rule: ChangeRule, evidence: Evidence, book: FigureBook) -> RuleResult:
    """Return what a change rule concludes; without two waves, or with too thin a one, it is not determined."""
    missing = Missing("change", rule.change)
    measured = evidence.measures.get(rule.change)
    if measured is None or measured.change is None:
        return RuleResult("change", rule.change, None, reasons=(reason_for(missing),), missing=(missing,))
    changed = measured.change
    nothing = RuleResult(
        "change", rule.change, None, changed.change.value, estimate=changed.change, base=changed.base,
        pointers=(measured.pointer,) if measured.pointer else (),
    )  # fmt: skip
    unknown = unknown_figures(rule, book)
    if unknown:
        return replace(nothing, reasons=tuple(map(reason_for, unknown)), missing=unknown)
    reason = _hindrance(rule, changed, needed_base(rule, book))
    if reason is not None:
        return replace(nothing, reasons=(reason,), missing=(missing,))
    return _scored(nothing, rule, changed, book)


def _scored(nothing: RuleResult, rule: ChangeRule, changed: Changed, book: FigureBook) -> RuleResult:
    """Return the rule's result with its share: of the change, or of the verdict where a table scores it."""
    verdict, value = _verdict(rule, changed, book), compared_number(rule, changed.change)
    judged: Decimal | str = verdict
    if rule.scores.table is not None or value is None:
        share = share_of_choice(rule.scores, verdict, book)
    else:
        judged, share = value, share_of_value(rule.scores, value, book)
    if isinstance(share, Decimal):
        return replace(nothing, share=share, value=judged, verdict=verdict)
    reason = Reason("verdict-not-listed", rule.change, {"verdict": verdict})
    return replace(nothing, reasons=(reason,), missing=(Missing("change", rule.change),), verdict=verdict)


def _hindrance(rule: ChangeRule, changed: Changed, needed: Decimal | Missing) -> Reason | None:
    """Return why the change cannot be judged; None where it can."""
    change, note = changed.change, {"note": changed.change.note}
    if change.value is None:
        return Reason("no-change", rule.change, note)
    if isinstance(needed, Decimal) and changed.base < needed:
        return Reason("wave-too-small", rule.change, {"base": changed.base, "needed": needed})
    needs_limits = rule.counts != "estimate" or rule.relevant is not None
    if needs_limits and (change.lower is None or change.upper is None):
        return Reason("no-change-interval", rule.change, note)
    return None


def _verdict(rule: ChangeRule, changed: Changed, book: FigureBook) -> str:
    """Return improved, not-improved or not-shown in the measure's own direction; empty where nothing is relevant."""
    minimum = None if rule.relevant is None else book.number(rule.relevant)
    if not isinstance(minimum, Decimal):
        return ""
    turn = book.edition.measures[rule.change].better == "lower"
    return improvement_verdict(changed.change.turned() if turn else changed.change, minimum).replace(" ", "-")
