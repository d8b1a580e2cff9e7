"""Which sites to visit: by the scheme's rule, level by level, drawn so that anyone can draw again.

Multi-site rules follow IAF MD1 where a scheme takes them over: roots of the number of sites, a part of
them at random, every level of a hierarchy for itself, and no sampling of sites that do different things.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from sealmark.assess.figures import FigureBook, Missing
from sealmark.evaluation.evidence.tables import Site
from sealmark.measure.sampling.draws import Draw, DrawRule, SamplingUnit, draw, order_number
from sealmark.scheme.figures import Number
from sealmark.scheme.procedure import Event, SiteSampling

__all__ = ["DrawnSite", "Event", "LevelPlan", "SitePlan", "draw_sites", "levels_of", "sites_needed"]


@dataclass(frozen=True, slots=True)
class DrawnSite:
    """A site of the sample and why it is in it: drawn at random, or spread over strata and cycle."""

    site: str
    reason: Literal["random", "spread", "all", "central"]
    stratum: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class LevelPlan:
    """The sample of one level of the hierarchy.

    Attributes:
        level: Its name; empty where the sites have no levels.
        listed: Sites of the level, without the central function.
        needed: Sites to visit.
        random: How many of them are drawn at random.
        fits: Whether sampling fits: all sites of the level declare the same activities.
        reason: Why it does not.
    """

    level: str
    listed: int
    needed: int
    random: int
    fits: bool = True
    reason: str = ""


@dataclass(frozen=True)
class SitePlan:
    """The sites to visit.

    Attributes:
        rule: The scheme's rule.
        listed: Sites, without the central function.
        needed: Sites to visit on all levels, without the central function; None when the rule is unknown.
        random: How many of them must be drawn at random.
        drawn: The sample.
        ledger: Order number of every site in the draw: anyone can replay it from the seed.
        note: Why there is no number, in that case.
        levels: The plan of each level.
        draws: The draws with their frames, for a ledger.
    """

    rule: str
    listed: int
    needed: int | None
    random: int
    drawn: tuple[DrawnSite, ...]
    ledger: Mapping[str, str]
    note: str = ""
    levels: tuple[LevelPlan, ...] = ()
    draws: tuple[Draw, ...] = field(default=(), repr=False)


def sites_needed(sampling: SiteSampling, event: Event, listed: int, book: FigureBook) -> int | Missing | None:
    """Return how many of ``listed`` sites the rule asks for; None when the scheme publishes no rule.

    Example:
        the root rule with factor 1 asks for 6 of 26 sites.
    """
    number: Number | None = None
    if sampling.rule == "all":
        # All sites at first and again; a share of them each year between, when the scheme says so.
        number = sampling.share.get(event) if event == "surveillance" else None
        if number is None:
            return listed
    if sampling.rule == "root" and sampling.root is not None:
        number = sampling.root.factor.get(event)
    elif sampling.rule in {"share", "count"}:
        number = (sampling.share if sampling.rule == "share" else sampling.count).get(event)
    if number is None:
        return None
    rule = "share" if sampling.rule == "all" else sampling.rule
    return _sized(rule, number, listed, book)


def _sized(rule: str, number: Number, listed: int, book: FigureBook) -> int | Missing:
    known = book.number(number)
    return known if isinstance(known, Missing) else min(listed, _size(rule, known, listed))


def _size(rule: str, number: Decimal, listed: int) -> int:
    if rule == "count":
        return int(number)
    if rule == "share":
        return int((number * listed).to_integral_value(ROUND_CEILING))
    # ceil(factor * sqrt(n)) in whole numbers: the smallest k with k*k >= factor*factor*n.
    square = number * number * listed
    root = math.isqrt(int(square))
    return root if root * root >= square else root + 1


def levels_of(sites: Sequence[Site]) -> dict[str, str]:
    """Return the level of every site: as named, or by how many sites stand above it, or none.

    Example:
        >>> levels_of([Site("hq", central=True), Site("north", parent="hq"), Site("shop", parent="north")])
        {'hq': '0', 'north': '1', 'shop': '2'}
    """
    known = {site.id: site for site in sites}
    nested = any(site.parent for site in sites)
    return {site.id: site.level or (str(_depth(site, known)) if nested else "") for site in sites}


def _depth(site: Site, known: Mapping[str, Site]) -> int:
    depth = 0 if site.central else 1
    while site.parent in known:
        site = known[site.parent]
        depth += 0 if site.central else 1
    return depth


def draw_sites(sites: Sequence[Site], book: FigureBook, *, event: Event, seed: int) -> SitePlan:
    """Return the sample of sites, drawn by seed so that anyone can replay it.

    Each site's order number is the SHA-256 digest of seed, event (and level) and site id;
    the smallest numbers are drawn. The random part comes first; the rest is
    spread over the strata, sites not visited before first. Every level is sampled by
    itself; where the sites of a level declare different activities, sampling does not fit.

    Args:
        sites: The organization's sites.
        book: The scheme's figures.
        event: What the visits are for.
        seed: Of the draw.

    Raises:
        SealmarkError: SM469 the list cannot be drawn from.
    """
    sampling = book.edition.procedure.site_sampling
    parts = _parts(sites, by_level=sampling.rule != "count")
    listed = sum(map(len, parts.values()))
    found = {level: _needed(places, sampling, event, book) for level, places in parts.items()}
    unknown = [item[0] for item in found.values() if not isinstance(item[0], int)]
    if unknown or not listed:
        ledger = {site.id: order_number(seed, event, site.id) for places in parts.values() for site in places}
        note = _unknown(unknown[0]) if unknown else "no list of sites"
        return SitePlan(sampling.rule, listed, None, 0, (), ledger, note)
    levels = tuple(_level(level, parts[level], item, book) for level, item in found.items())
    made = {plan.level: _draw(plan, parts[plan.level], event, seed) for plan in levels if plan.needed}
    draws = tuple(made.values())
    drawn = [
        DrawnSite(unit.id, unit.reason, unit.stratum, level) for level, item in made.items() for unit in item.drawn
    ]
    if sampling.central_function:
        drawn += [DrawnSite(site.id, "central") for site in sites if site.central]
    ledger = {unit.id: order_number(seed, item.label, unit.id) for item in draws for unit in item.units}
    needed, random = (sum(getattr(plan, key) for plan in levels) for key in ("needed", "random"))
    return SitePlan(sampling.rule, listed, needed, random, tuple(drawn), ledger, "", levels, draws)


def _parts(sites: Sequence[Site], *, by_level: bool) -> dict[str, list[Site]]:
    """Return the sites that are sampled together, without the central function."""
    levels = levels_of(sites)
    parts: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        if not site.central:
            parts[levels[site.id] if by_level else ""].append(site)
    return dict(sorted(parts.items()))


def _needed(
    places: Sequence[Site], sampling: SiteSampling, event: Event, book: FigureBook
) -> tuple[int | Missing | None, str]:
    """Return how many sites of a level to visit, and why sampling does not fit; empty when it does."""
    usual = sites_needed(sampling, event, len(places), book)
    reason = _unlike(places)
    if not reason or usual is None or sampling.rule == "all":
        return usual, ""
    number = sampling.unlike_sites.get(event)
    return (len(places) if number is None else _sized("share", number, len(places), book)), reason


def _unlike(places: Sequence[Site]) -> str:
    """Return which activities are not the same at all sites; empty when all declare the same, or none any."""
    every = frozenset[str]().union(*(site.activities for site in places))
    differing = sorted(name for name in every if any(name not in site.activities for site in places))
    if not differing:
        return ""
    without = sum(any(name not in site.activities for name in differing) for site in places)
    return f"declared activities differ: {', '.join(differing)} not at {without} of {len(places)} sites"


def _unknown(needed: object) -> str:
    return f"unknown figure: {needed.id}" if isinstance(needed, Missing) else "the scheme publishes no rule"


def _level(level: str, places: Sequence[Site], found: tuple[object, str], book: FigureBook) -> LevelPlan:
    needed, reason = found
    assert isinstance(needed, int)
    at_random = book.edition.procedure.site_sampling.at_least_random
    share = Decimal(1) if at_random is None else book.number(at_random)
    random = needed if isinstance(share, Missing) else int((share * needed).to_integral_value(ROUND_CEILING))
    return LevelPlan(level, len(places), needed, random, not reason, reason)


def _draw(plan: LevelPlan, places: Sequence[Site], event: Event, seed: int) -> Draw:
    units = [SamplingUnit(site.id, site.stratum, seen=site.visited) for site in places]
    label = f"{event}, {plan.level}" if plan.level else event
    return draw(units, DrawRule("spread", plan.needed, random=plan.random), seed=seed, label=label)
