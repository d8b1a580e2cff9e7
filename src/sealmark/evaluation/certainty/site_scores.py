"""Scores of single sites and of types of sites, from what was judged there."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from scipy import special

from sealmark.assess.evidence import Evidence, Mark
from sealmark.assess.figures import FigureBook
from sealmark.assess.findings import Finding
from sealmark.assess.requirements import find
from sealmark.assess.roll_up import roll_up
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.evaluation.evidence.tables import Site
from sealmark.scheme.requirements import Requirement
from sealmark.scheme.rules import JudgementRule, SampleRule

__all__ = ["SiteScores", "mean_of_sites", "score_sites"]


@dataclass(frozen=True)
class SiteScores:
    """What was judged at single sites, rolled up by the scheme's own tree.

    Attributes:
        scores: Share of each root (0 to 1) by root and site; judged requirements only.
        strata: Mean share by root and type of site, with a t interval for the sampled sites.
        overall: Mean share of all sites by root, each type weighted by its number of sites.
        assessors: Who judged at each visited site.
    """

    scores: Mapping[str, Mapping[str, Decimal]]
    strata: Mapping[str, Mapping[str, Estimate]]
    overall: Mapping[str, Estimate]
    assessors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def score_sites(evidence: Evidence, sites: Sequence[Site], book: FigureBook, *, fewest: int = 2) -> SiteScores | None:
    """Return the scores of the sites that were visited; None when fewer than ``fewest`` were.

    A requirement that was not judged at a site leaves that site's denominator.
    """
    places = {site.id: site for site in sites if not site.central}
    by_site = _marks_by_site(evidence, set(places))
    if len(by_site) < fewest:
        return None
    judged = {name: item for name, item in book.edition.requirements.items() if _is_judged(item)}
    scores: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for site, marks in by_site.items():
        for root, share in _roots(marks, judged, evidence, book).items():
            scores[root][site] = share
    strata = {root: _by_stratum(shares, places) for root, shares in scores.items()}
    overall = {root: _overall(strata[root], places) for root in scores}
    assessors = {
        site: tuple(sorted({mark.assessor for marks in by.values() for mark in marks})) for site, by in by_site.items()
    }
    return SiteScores(scores, strata, overall, assessors)


def _marks_by_site(evidence: Evidence, known: set[str]) -> dict[str, dict[str, tuple[Mark, ...]]]:
    found: dict[str, dict[str, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for requirement, marks in evidence.judgements.items():
        for mark in marks:
            if mark.site in known:
                found[mark.site][requirement].append(mark)
    return {site: {name: tuple(items) for name, items in by.items()} for site, by in sorted(found.items())}


def _is_judged(requirement: Requirement) -> bool:
    return all(isinstance(rule, JudgementRule | SampleRule) for rule in requirement.evidence)


def _roots(
    marks: Mapping[str, tuple[Mark, ...]], judged: Mapping[str, Requirement], evidence: Evidence, book: FigureBook
) -> dict[str, Decimal]:
    # What is due at other sites is no matter of this one.
    here = replace(evidence, judgements=marks, visited=())
    findings = {
        name: find(_alone(requirement), here, book) if name in marks else Finding(name, "not-applicable", None)
        for name, requirement in judged.items()
    }
    others = (name for name in book.edition.requirements if name not in judged)
    findings |= {name: Finding(name, "not-applicable", None) for name in others}
    nodes = [roll_up(root, findings, here, book) for root in book.edition.tree.roots]
    return {node.id: node.share for node in nodes if node.share is not None}


def _alone(requirement: Requirement) -> Requirement:
    """The requirement as judged at one site: minimum numbers are for the whole sample."""
    rules = tuple(
        rule.model_copy(update={"minimum_sites": None} if isinstance(rule, JudgementRule) else {"minimum": None})
        for rule in requirement.evidence
    )
    return requirement.model_copy(update={"evidence": rules})


def _by_stratum(shares: Mapping[str, Decimal], places: Mapping[str, Site]) -> dict[str, Estimate]:
    listed: dict[str, int] = defaultdict(int)
    found: dict[str, list[float]] = defaultdict(list)
    for site in places.values():
        listed[site.stratum] += 1
    for name, share in shares.items():
        found[places[name].stratum].append(float(share))
    return {stratum: mean_of_sites(values, listed[stratum]) for stratum, values in sorted(found.items())}


def mean_of_sites(values: Sequence[float], population: int) -> Estimate:
    """Return the mean of sampled sites with a t interval and finite population.

    Args:
        values: One share per visited site.
        population: Sites to draw from.

    Example:
        >>> mean_of_sites([0.8, 0.9, 1.0], 3).standard_error
        Decimal('0')
    """
    number = len(values)
    mean = math.fsum(values) / number
    if number < 2:  # noqa: PLR2004 - one site has no spread
        return Estimate(decimal_from_float(mean), base=number, note="one site: no interval")
    variance = math.fsum((value - mean) ** 2 for value in values) / (number - 1)
    error = math.sqrt(max(0.0, 1 - number / population) * variance / number)
    return _interval(mean, error, number - 1, number)


def _interval(mean: float, error: float, freedom: float, base: int) -> Estimate:
    width = float(special.stdtrit(freedom, 0.975)) * error
    return Estimate(
        decimal_from_float(mean),
        decimal_from_float(max(0.0, mean - width)),
        decimal_from_float(min(1.0, mean + width)),
        base=base,
        standard_error=decimal_from_float(error),
        degrees_of_freedom=decimal_from_float(freedom),
    )


def _overall(strata: Mapping[str, Estimate], places: Mapping[str, Site]) -> Estimate:
    """Combine the types by their numbers of sites; types without a visited site are not covered."""
    listed: dict[str, int] = defaultdict(int)
    for site in places.values():
        listed[site.stratum] += 1
    covered = {name: item for name, item in strata.items() if item.value is not None}
    total = sum(listed[name] for name in covered)
    weights = {name: listed[name] / total for name in covered}
    mean = math.fsum(weights[name] * float(item.value or 0) for name, item in covered.items())
    base = sum(item.base for item in covered.values())
    errors = {name: item.standard_error for name, item in covered.items()}
    if any(error is None for error in errors.values()):
        note = "a type of site was visited only once: no interval"
        return Estimate(decimal_from_float(mean), base=base, note=note)
    parts = {name: (weights[name] * float(error or 0)) ** 2 for name, error in errors.items()}
    variance = math.fsum(parts.values())
    if variance <= 0:
        return Estimate.exact(decimal_from_float(mean), base=base)
    freedom = variance**2 / math.fsum(part**2 / (covered[name].base - 1) for name, part in parts.items() if part)
    return _interval(mean, math.sqrt(variance), freedom, base)
