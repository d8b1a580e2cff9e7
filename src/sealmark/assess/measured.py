"""Judge a measure: an estimate or its confidence limit, overall or by site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from sealmark.assess.evidence import Evidence, Measured
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Reason, RuleResult, mean, reason_for
from sealmark.assess.scoring import share_of_value
from sealmark.core.estimates import Estimate
from sealmark.scheme.figures import Number
from sealmark.scheme.rules import ChangeRule, MeasureRule

__all__ = ["compared_number", "judge_measure", "needed_base", "unknown_figures"]


def needed_base(rule: MeasureRule | ChangeRule, book: FigureBook) -> Decimal | Missing:
    """Return the largest minimum base that applies: the rule's, the measure's, the instrument's."""
    known = [book.number(number) for number in _bases(rule, book)]
    unknown = next((item for item in known if isinstance(item, Missing)), None)
    return unknown or max((item for item in known if isinstance(item, Decimal)), default=Decimal(1))


def _bases(rule: MeasureRule | ChangeRule, book: FigureBook) -> list[Number]:
    measure = book.edition.measures[rule.measure if isinstance(rule, MeasureRule) else rule.change]
    asked = [rule.minimum_base, measure.minimum_base]
    if measure.instrument is not None:
        asked.append(book.edition.instruments[measure.instrument].minimum_base)
    return [number for number in asked if number is not None]


def unknown_figures(rule: MeasureRule | ChangeRule, book: FigureBook) -> tuple[Missing, ...]:
    """Return every figure of the scheme that the rule needs and that is not known: bases first, then limits."""
    return book.unknown_in(*_bases(rule, book), rule)


def judge_measure(rule: MeasureRule, evidence: Evidence, book: FigureBook) -> RuleResult:
    """Return what a measure rule concludes; too thin a base leaves it undetermined."""
    measured = evidence.measures.get(rule.measure)
    missing = Missing("measure", rule.measure)
    if measured is None:
        return _undetermined(rule, [missing], [Reason("missing-measure", rule.measure)])
    if measured.overall.value is None:
        reason = Reason("no-estimate", rule.measure, {"note": measured.overall.note})
        return _undetermined(rule, [missing], [reason], measured.overall)
    needed = needed_base(rule, book)
    if isinstance(needed, Missing):
        return _unknown(rule, measured.overall, book)
    if measured.overall.base < needed:
        reason = Reason("base-too-small", rule.measure, {"base": measured.overall.base, "needed": needed})
        return _undetermined(rule, [missing], [reason], measured.overall)
    if rule.sites == "overall":
        return _overall(rule, measured, book)
    return _by_site(rule, measured, evidence, book)


def _undetermined(
    rule: MeasureRule, missing: Sequence[Missing], reasons: Iterable[Reason], estimate: Estimate | None = None
) -> RuleResult:
    return RuleResult(
        "measure", rule.measure, None, estimate.value if estimate else None, estimate=estimate,
        base=estimate.base if estimate else None, reasons=tuple(reasons), missing=tuple(missing),
    )  # fmt: skip


def _unknown(rule: MeasureRule, estimate: Estimate, book: FigureBook) -> RuleResult:
    """Return what a rule concludes whose figures are not all known: nothing, and every one of them is named."""
    missing = unknown_figures(rule, book)
    return _undetermined(rule, missing, map(reason_for, missing), estimate)


def compared_number(rule: MeasureRule | ChangeRule, estimate: Estimate) -> Decimal | None:
    """Return the number that a rule compares: the value, or the limit it names; None where there is no interval."""
    if rule.counts == "lower-limit":
        return estimate.lower
    return estimate.upper if rule.counts == "upper-limit" else estimate.value


def _overall(rule: MeasureRule, measured: Measured, book: FigureBook) -> RuleResult:
    estimate = measured.overall
    value = compared_number(rule, estimate)
    if value is None:
        reason = Reason("no-interval", rule.measure, {"note": estimate.note})
        return _undetermined(rule, [Missing("measure", rule.measure)], [reason], estimate)
    share = share_of_value(rule.scores, value, book)
    if isinstance(share, Missing):
        return _unknown(rule, estimate, book)
    return RuleResult(
        "measure",
        rule.measure,
        share,
        value,
        estimate=estimate,
        base=estimate.base,
        pointers=_pointers(measured),
    )


def _pointers(measured: Measured) -> tuple[str, ...]:
    return (measured.pointer,) if measured.pointer else ()


def _by_site(rule: MeasureRule, measured: Measured, evidence: Evidence, book: FigureBook) -> RuleResult:
    if measured.withheld and rule.tells_of_sites:
        missing, reason = Missing("measure", rule.measure), Reason("sites-protected", rule.measure)
        return replace(_undetermined(rule, [missing], [reason], measured.overall), withheld=True)
    floor = book.number(rule.minimum_site_base) if rule.minimum_site_base is not None else Decimal(1)
    if isinstance(floor, Missing):
        return _unknown(rule, measured.overall, book)
    shares: dict[str, Decimal | None] = {}
    for site in evidence.sites or tuple(sorted(measured.sites)):
        share = _site_share(rule, measured.sites.get(site), floor, book)
        if isinstance(share, Missing):
            return _unknown(rule, measured.overall, book)
        shares[site] = share
    return _combine_sites(rule, measured, shares)


def _site_share(
    rule: MeasureRule, estimate: Estimate | None, floor: Decimal, book: FigureBook
) -> Decimal | Missing | None:
    value = compared_number(rule, estimate) if estimate is not None and estimate.base >= floor else None
    return None if value is None else share_of_value(rule.scores, value, book)


def _combine_sites(rule: MeasureRule, measured: Measured, shares: dict[str, Decimal | None]) -> RuleResult:
    unmeasured = [site for site, share in shares.items() if share is None]
    known = [share for share in shares.values() if share is not None]
    if not known or (rule.sites == "worst" and unmeasured):
        reason = Reason("sites-without-estimate", rule.measure, {"sites": len(unmeasured), "of": len(shares)})
        return _undetermined(rule, [Missing("measure", rule.measure)], [reason], measured.overall)
    counted = [share or Decimal(0) for share in shares.values()]
    if rule.sites == "share":
        counted = [Decimal(int(share >= 1)) for share in counted]
    share = min(counted) if rule.sites == "worst" else mean(counted)
    reasons = (Reason("sites-count-as-zero", rule.measure, {"sites": len(unmeasured)}),) if unmeasured else ()
    return RuleResult(
        "measure", rule.measure, share, measured.overall.value, estimate=measured.overall, sites=shares,
        base=measured.overall.base, reasons=reasons, pointers=_pointers(measured),
    )  # fmt: skip
