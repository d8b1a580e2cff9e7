"""Judge marks: on scales, by assessor and site, singly or as a drawn sample."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sealmark.assess.due_marks import lacks_marks, reasons_of_marks
from sealmark.assess.evidence import Evidence, Mark
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Reason, RuleResult, mean, reason_for
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
    """Return what assessors' marks conclude; every mark asked for must be there.

    Marks that are there keep their share even when another one is missing.
    """
    requirement, position = place
    marks = evidence.judgements.get(requirement, ())
    shares: dict[str, Decimal | None] = {}
    sites: list[Mapping[str, Decimal]] = []
    problems: list[RuleResult] = []
    uneven = reasons_of_marks(rule, requirement, evidence)
    if lacks_marks(rule, requirement, evidence):
        return _lacking("judgement", rule.judgement, requirement, uneven)
    for dimension in rule.marks or (None,):
        found = site_shares(rule, marks, dimension, book)
        problem = _marks_problem(rule, found, requirement, book)
        shares[dimension or ""] = None
        if problem is not None:
            problems.append(problem)
            continue
        assert isinstance(found, dict)
        drawn = evidence.draw.shares.get((requirement, position, dimension))
        shares[dimension or ""] = _across_sites(rule, found.values()) if drawn is None else drawn
        sites.append(found)
    columns = shares if rule.marks else {}
    if problems:
        return _joined(problems, columns)
    share = _across_marks(rule, [share for share in shares.values() if share is not None])
    return RuleResult(
        "judgement", rule.judgement, share, marks=columns, codes=_codes(rule, marks, book),
        sites=_by_site(rule, sites), base=len(marks), reasons=uneven, pointers=_pointers(marks),
    )  # fmt: skip


def _across_sites(rule: JudgementRule, shares: Iterable[Decimal]) -> Decimal:
    return min(shares) if rule.sites == "worst" else mean(list(shares))


def _across_marks(rule: JudgementRule, shares: list[Decimal]) -> Decimal:
    return min(shares) if rule.mark_roll_up == "minimum" else mean(shares)


def _by_site(rule: JudgementRule, found: Sequence[Mapping[str, Decimal]]) -> dict[str, Decimal | None]:
    """Return the share of each site over all marks given there; nothing for a single site."""
    sites = dict.fromkeys(site for shares in found for site in shares)
    if len(sites) < 2:  # noqa: PLR2004
        return {}
    return {site: _across_marks(rule, [shares[site] for shares in found if site in shares]) for site in sites}


def _joined(problems: Sequence[RuleResult], marks: Mapping[str, Decimal | None]) -> RuleResult:
    reasons: list[Reason] = []
    for problem in problems:
        reasons += [reason for reason in problem.reasons if reason not in reasons]
    missing = dict.fromkeys(item for problem in problems for item in problem.missing)
    return replace(problems[0], marks=marks, reasons=tuple(reasons), missing=tuple(missing))


def _unknown(kind: str, about: str, figure: Missing) -> RuleResult:
    return RuleResult(kind, about, None, reasons=(reason_for(figure),), missing=(figure,))


def _marks_problem(
    rule: JudgementRule, found: dict[str, Decimal] | Missing | None, requirement: str, book: FigureBook
) -> RuleResult | None:
    if isinstance(found, Missing):
        return _unknown("judgement", rule.judgement, found)
    if not found:
        return _missing(rule.judgement, requirement, "missing-judgement")
    needed = book.number(rule.minimum_sites) if rule.minimum_sites is not None else Decimal(1)
    if isinstance(needed, Missing):
        return _unknown("judgement", rule.judgement, needed)
    if len(found) < needed:
        return _missing(rule.judgement, requirement, "too-few-sites", base=len(found), needed=needed)
    return None


def judge_sample(rule: SampleRule, evidence: Evidence, book: FigureBook, *, place: tuple[str, int]) -> RuleResult:
    """Return what a drawn sample concludes: the non-conforming share is lost."""
    requirement, position = place
    marks = [mark for mark in evidence.judgements.get(requirement, ()) if mark.dimension is None]
    found = site_shares(rule, marks, None, book)
    needed = book.number(rule.minimum) if rule.minimum is not None else Decimal(1)
    for figure in (found, needed):
        if isinstance(figure, Missing):
            return _unknown("sample", rule.sample, figure)
    units = {site: sum(mark.units for mark in marks if mark.site == site) for site in {mark.site for mark in marks}}
    total = sum(units.values())
    if not isinstance(found, dict) or not found:
        return _missing(rule.sample, requirement, "missing-judgement", kind="sample")
    if isinstance(needed, Decimal) and total < needed:
        return _missing(rule.sample, requirement, "sample-too-small", kind="sample", base=total, needed=needed)
    uneven = reasons_of_marks(rule, requirement, evidence)
    if lacks_marks(rule, requirement, evidence):
        return _lacking("sample", rule.sample, requirement, uneven)
    drawn = evidence.draw.shares.get((requirement, position, None))
    return RuleResult(
        "sample",
        rule.sample,
        _sample_share(rule, found, units) if drawn is None else drawn,
        sites=dict(found) if len(found) > 1 else {},
        base=total,
        reasons=uneven,
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


def _lacking(kind: str, about: str, requirement: str, reasons: tuple[Reason, ...]) -> RuleResult:
    return RuleResult(kind, about, None, reasons=reasons, missing=(Missing("judgement", requirement),))


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
