"""What the probabilities leave out about sites, and marks that are due at some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sealmark.assess.due_marks import sites_without_mark
from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook
from sealmark.assess.findings import Reason
from sealmark.evaluation.evidence.tables import Site
from sealmark.scheme.rules import JudgementRule, SampleRule

__all__ = ["limits_of_sites"]


def limits_of_sites(evidence: Evidence, book: FigureBook, sites: Sequence[Site] = ()) -> tuple[Reason, ...]:
    """Return what must be said of judgements at sites, as reasons for the report.

    Four things: requirements without a mark at some visited sites; requirements
    that count the worst site, of which the draws know only those visited; requirements
    judged at one of several visited sites, which show no spread; and types of
    sites, which the draws take as one.

    Args:
        evidence: With the sites visited.
        book: The scheme.
        sites: The list of sites with their types.
    """
    judged = list(_judged(evidence, book))
    visited = [site for site in evidence.visited if site in evidence.sites]
    unseen = len(visited) < len(evidence.sites)
    lacking = {name for name, rule in judged if sites_without_mark(rule, name, evidence)}
    result = list(_counted("marks-not-everywhere", lacking))
    if visited and unseen:
        result += _counted("worst-of-visited", {name for name, rule in judged if rule.sites == "worst"})
    if len(visited) > 1 and unseen:
        once = {name for name, rule in judged if rule.sites != "worst" and _places(name, visited, evidence) == 1}
        result += _counted("judged-at-one-site", once)
    return (*result, *(_strata_limits(sites, set(visited)) if judged and unseen else ()))


def _judged(evidence: Evidence, book: FigureBook) -> Iterator[tuple[str, JudgementRule | SampleRule]]:
    """Yield the rules on marks that were judged at a visited site, with their requirement."""
    for name, requirement in book.edition.requirements.items():
        for rule in requirement.evidence:
            if isinstance(rule, JudgementRule | SampleRule) and _places(name, evidence.visited, evidence):
                yield name, rule


def _places(requirement: str, visited: Sequence[str], evidence: Evidence) -> int:
    return len({mark.site for mark in evidence.judgements.get(requirement, ())} & set(visited))


def _counted(code: str, requirements: set[str]) -> Iterator[Reason]:
    if requirements:
        yield Reason(code, "judgements", {"requirements": len(requirements)})


def _strata_limits(sites: Sequence[Site], visited: set[str]) -> Iterator[Reason]:
    strata = {site.stratum for site in sites if not site.central}
    seen = {site.stratum for site in sites if site.id in visited}
    if len(strata) > 1:
        yield Reason("strata-not-drawn", "sites", {"strata": len(strata)})
        if len(seen) < len(strata):
            yield Reason("strata-unseen", "sites", {"unseen": len(strata - seen), "strata": len(strata)})
