"""Judge marks: on scales, by assessor and site, singly or as a drawn sample."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from sealmark.assess.evidence import Evidence, Mark
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Reason, RuleResult, mean
from sealmark.scheme.requirements import Scale
from sealmark.scheme.rules import JudgementRule, SampleRule

__all__ = ["judge", "judge_sample", "mark_share", "site_shares"]

_POINTERS_KEPT = 20


def mark_share(scale: Scale, mark: str | Decimal, book: FigureBook) -> Decimal | Missing | None:
    """Return the share a mark earns on a scale; None when the scale does not know the mark."""
    if scale.levels:
        level = next((level for level in scale.levels if level.code == str(mark)), None)
        return None if level is None else book.number(level.share)
    if scale.lowest is None or scale.highest is None or not isinstance(mark, Decimal):
        return None
    if not scale.lowest <= mark <= scale.highest:
        return None
    return (mark - scale.lowest) / (scale.highest - scale.lowest)


def site_shares(
    rule: JudgementRule | SampleRule, marks: Iterable[Mark], dimension: str | None, book: FigureBook
) -> dict[str, Decimal] | Missing | None:
    """Return the share of each marked site, or what is missing; None when a mark is blank or unknown.

    Several assessors at a site combine first; units of a sample count one each.
    """
    scale = book.edition.scales[rule.judgement if isinstance(rule, JudgementRule) else rule.sample]
    by_site: dict[str, list[Decimal]] = defaultdict(list)
    for mark in marks:
        if mark.dimension != dimension:
            continue
        share = None if mark.mark is None else mark_share(scale, mark.mark, book)
        if not isinstance(share, Decimal):
            return share
        by_site[mark.site].extend([share] * mark.units)
    lowest = isinstance(rule, JudgementRule) and rule.assessors == "lowest"
    return {site: min(shares) if lowest else mean(shares) for site, shares in by_site.items()}


def judge(rule: JudgementRule, evidence: Evidence, book: FigureBook, *, place: tuple[str, int]) -> RuleResult:
    """Return what assessors' marks conclude; every mark asked for must be there."""
    requirement, position = place
    marks = evidence.judgements.get(requirement, ())
    shares: dict[str, Decimal | None] = {}
    sites: dict[str, Decimal] = {}
    for dimension in rule.marks or (None,):
        found = site_shares(rule, marks, dimension, book)
        problem = _marks_problem(rule, found, requirement, book)
        if problem is not None or not isinstance(found, dict):
            return problem or _missing(rule.judgement, requirement, "missing-judgement")
        drawn = evidence.draw.shares.get((requirement, position, dimension))
        whole = min(found.values()) if rule.sites == "worst" else mean(list(found.values()))
        shares[dimension or ""] = whole if drawn is None else drawn
        sites = found
    known = [share for share in shares.values() if share is not None]
    share = min(known) if rule.mark_roll_up == "minimum" else mean(known)
    return RuleResult(
        "judgement", rule.judgement, share, marks=shares if rule.marks else {}, codes=_codes(rule, marks, book),
        sites=dict(sites) if len(sites) > 1 else {}, base=len(marks), pointers=_pointers(marks),
    )  # fmt: skip


def _marks_problem(
    rule: JudgementRule, found: dict[str, Decimal] | Missing | None, requirement: str, book: FigureBook
) -> RuleResult | None:
    if isinstance(found, Missing):
        return RuleResult(
            "judgement",
            rule.judgement,
            None,
            reasons=(Reason("unknown-parameter", found.id),),
            missing=(found,),
        )
    if not found:
        return _missing(rule.judgement, requirement, "missing-judgement")
    needed = book.number(rule.minimum_sites) if rule.minimum_sites is not None else Decimal(1)
    if isinstance(needed, Missing):
        return RuleResult(
            "judgement",
            rule.judgement,
            None,
            reasons=(Reason("unknown-parameter", needed.id),),
            missing=(needed,),
        )
    if len(found) < needed:
        return _missing(rule.judgement, requirement, "too-few-sites", base=len(found), needed=needed)
    return None


def judge_sample(rule: SampleRule, evidence: Evidence, book: FigureBook, *, place: tuple[str, int]) -> RuleResult:
    """Return what a drawn sample concludes: the non-conforming share is lost."""
    requirement, position = place
    marks = evidence.judgements.get(requirement, ())
    found = site_shares(rule, marks, None, book)
    needed = book.number(rule.minimum) if rule.minimum is not None else Decimal(1)
    for unknown in (found, needed):
        if isinstance(unknown, Missing):
            return RuleResult(
                "sample",
                rule.sample,
                None,
                reasons=(Reason("unknown-parameter", unknown.id),),
                missing=(unknown,),
            )
    units = {site: sum(mark.units for mark in marks if mark.site == site) for site in {mark.site for mark in marks}}
    total = sum(units.values())
    if not isinstance(found, dict) or not found:
        return _missing(rule.sample, requirement, "missing-judgement", kind="sample")
    if isinstance(needed, Decimal) and total < needed:
        return _missing(rule.sample, requirement, "sample-too-small", kind="sample", base=total, needed=needed)
    drawn = evidence.draw.shares.get((requirement, position, None))
    share = _sample_share(rule, found, units) if drawn is None else drawn
    return RuleResult(
        "sample",
        rule.sample,
        share,
        sites=dict(found) if len(found) > 1 else {},
        base=total,
        pointers=_pointers(marks),
    )


def _sample_share(rule: SampleRule, found: dict[str, Decimal], units: dict[str, int]) -> Decimal:
    if rule.sites == "worst":
        return min(found.values())
    if rule.sites == "mean":
        return mean(list(found.values()))
    return sum((share * units[site] for site, share in found.items()), Decimal(0)) / sum(units.values())


def _missing(
    about: str, requirement: str, code: str, *, kind: str = "judgement", **figures: int | Decimal
) -> RuleResult:
    return RuleResult(
        kind,
        about,
        None,
        reasons=(Reason(code, requirement, dict(figures)),),
        missing=(Missing("judgement", requirement),),
    )


def _codes(rule: JudgementRule, marks: Sequence[Mark], book: FigureBook) -> tuple[str, ...]:
    given = {str(mark.mark) for mark in marks}
    ranked = []
    for position, level in enumerate(book.edition.scales[rule.judgement].levels):
        share = book.number(level.share)
        if level.code in given:
            ranked.append((share if isinstance(share, Decimal) else Decimal(0), position, level.code))
    return tuple(code for _, _, code in sorted(ranked))


def _pointers(marks: Sequence[Mark]) -> tuple[str, ...]:
    return tuple(mark.pointer for mark in marks if mark.pointer)[:_POINTERS_KEPT]
