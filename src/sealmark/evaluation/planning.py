"""Plan an evaluation: which sites, how many respondents, how many records."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from sealmark.assess.evidence import Evidence, Measured
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.rules import apply_rule
from sealmark.core.errors import Problem, SealmarkError
from sealmark.evaluation.tables import Site
from sealmark.measure.samplesize import records_for_limit, respondents_for_mean, respondents_for_share
from sealmark.scheme.figures import Number
from sealmark.scheme.measures import Measure
from sealmark.scheme.procedure import RecordSampling, SiteSampling
from sealmark.scheme.rules import Rule

__all__ = [
    "Condition",
    "DrawnSite",
    "RecordPlan",
    "RespondentPlan",
    "SitePlan",
    "check_conditions",
    "draw_sites",
    "plan_records",
    "plan_respondents",
    "sites_needed",
]

Event = Literal["initial", "surveillance", "recertification"]

_ASSUMED_SPREAD = 18.0
"""Standard deviation of a respondent's 0-100 index assumed when the case has no survey yet."""


@dataclass(frozen=True, slots=True)
class DrawnSite:
    """A site of the sample and why it is in it: drawn at random, or spread over strata and cycle."""

    site: str
    reason: Literal["random", "spread", "all", "central"]
    stratum: str = ""


@dataclass(frozen=True)
class SitePlan:
    """The sites to visit.

    Attributes:
        needed: Sites by the scheme's rule, without the central function; None when the rule is unknown.
        random: How many of them must be drawn at random.
        ledger: Order number of every site in the draw: anyone can replay it from the seed.
        note: Why there is no number, in that case.
    """

    rule: str
    listed: int
    needed: int | None
    random: int
    drawn: tuple[DrawnSite, ...]
    ledger: Mapping[str, str]
    note: str = ""


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
    known = book.number(number)
    if isinstance(known, Missing):
        return known
    rule = "share" if sampling.rule == "all" else sampling.rule
    return min(listed, _size(rule, known, listed))


def _size(rule: str, number: Decimal, listed: int) -> int:
    if rule == "count":
        return int(number)
    if rule == "share":
        return int((number * listed).to_integral_value(ROUND_CEILING))
    # ceil(factor * sqrt(n)) in whole numbers: the smallest k with k*k >= factor*factor*n.
    square = number * number * listed
    root = math.isqrt(int(square))
    return root if root * root >= square else root + 1


def draw_sites(sites: Sequence[Site], book: FigureBook, *, event: Event, seed: int) -> SitePlan:
    """Return the sample of sites, drawn by seed so that anyone can replay it.

    Each site's order number is the SHA-256 digest of seed, event and site id;
    the smallest numbers are drawn. The random part comes first; the rest is
    spread over the strata, sites not visited before first.
    """
    sampling = book.edition.procedure.site_sampling
    places = [site for site in sites if not site.central]
    needed = sites_needed(sampling, event, len(places), book)
    ledger = {site.id: _order(seed, event, site.id) for site in places}
    if not places or needed is None or isinstance(needed, Missing):
        note = "no list of sites" if not places else _unknown(needed)
        return SitePlan(sampling.rule, len(places), None, 0, (), ledger, note)
    share = book.number(sampling.at_least_random) if sampling.at_least_random is not None else Decimal(1)
    random = needed if isinstance(share, Missing) else int((share * needed).to_integral_value(ROUND_CEILING))
    drawn = _drawn(places, ledger, needed, random)
    if sampling.central_function:
        drawn += [DrawnSite(site.id, "central") for site in sites if site.central]
    return SitePlan(sampling.rule, len(places), needed, random, tuple(drawn), ledger)


def _unknown(needed: object) -> str:
    return f"unknown figure: {needed.id}" if isinstance(needed, Missing) else "the scheme publishes no rule"


def _order(seed: int, event: str, site: str) -> str:
    return hashlib.sha256(f"{seed}|{event}|{site}".encode()).hexdigest()[:16]


def _drawn(places: Sequence[Site], ledger: Mapping[str, str], needed: int, random: int) -> list[DrawnSite]:
    if needed >= len(places):
        return [DrawnSite(site.id, "all", site.stratum) for site in places]
    ordered = sorted(places, key=lambda site: ledger[site.id])
    first = [DrawnSite(site.id, "random", site.stratum) for site in ordered[:random]]
    taken: dict[str, int] = defaultdict(int)
    for item in first:
        taken[item.stratum] += 1
    sizes: dict[str, int] = defaultdict(int)
    for site in places:
        sizes[site.stratum] += 1
    rest = ordered[random:]
    while len(first) < needed:
        # The stratum least represented for its size comes next.
        rest.sort(key=lambda site: (Decimal(taken[site.stratum]) / sizes[site.stratum], site.visited, ledger[site.id]))
        site = rest.pop(0)
        taken[site.stratum] += 1
        first.append(DrawnSite(site.id, "spread", site.stratum))
    return first


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


@dataclass(frozen=True, slots=True)
class RespondentPlan:
    """Respondents for one instrument.

    Attributes:
        minimum: The scheme's minimum base; None when it is an unknown figure.
        needed: For the wanted precision of its widest measure.
        measure: The measure that needs most.
        spread: Standard deviation used, from the case's own survey or assumed.
    """

    instrument: str
    minimum: Decimal | None
    needed: int
    measure: str
    half_width: Decimal
    spread: Decimal
    assumed: bool


def plan_respondents(
    book: FigureBook,
    measured: Mapping[str, Measured],
    *,
    points: Decimal,
    share: Decimal,
    population: int | None = None,
) -> tuple[RespondentPlan, ...]:
    """Return the respondents needed so that every interval is at most this wide on each side.

    Args:
        book: The scheme's figures.
        measured: Measures of an earlier survey of the case, for the spread; may be empty.
        points: Wanted half-width of indices (0-100) and promoter scores.
        share: Wanted half-width of shares.
        population: How many there are to ask; None when many.
    """
    if points <= 0 or not 0 < share < 1:
        what = f"A precision of {points} points or a share of {share} cannot be planned for."
        raise SealmarkError(Problem("SM603", what, "--precision", "Give points above 0 and a share between 0 and 1."))
    result = []
    for name, instrument in book.edition.instruments.items():
        plans = [
            _respondents(key, item, measured.get(key), (points, share), population)
            for key, item in book.edition.measures.items()
            if item.instrument == name and item.among is None and item.unit in {"points", "share"}
        ]
        if plans:
            needed, key, width, spread, assumed = max(plans)
            minimum = book.number(instrument.minimum_base)
            known = minimum if isinstance(minimum, Decimal) else None
            result.append(RespondentPlan(name, known, needed, key, width, spread, assumed))
    return tuple(result)


def _respondents(
    name: str, measure: Measure, measured: Measured | None, wanted: tuple[Decimal, Decimal], population: int | None
) -> tuple[int, str, Decimal, Decimal, bool]:
    spread = _spread(measured)
    if measure.unit == "share":
        value = measured.overall.value if measured else None
        share = float(value) if value is not None and 0 < value < 1 else 0.5
        number = respondents_for_share(float(wanted[1]), share, population=population)
        return number, name, wanted[1], Decimal(str(round(share, 3))), value is None
    # A promoter score runs from -100 to 100: its answers spread about four times as wide as an index.
    default = _ASSUMED_SPREAD * (4 if measure.formula.kind == "promoter" else 1)
    used = spread or default
    width = wanted[0] * (3 if measure.formula.kind == "promoter" else 1)
    number = respondents_for_mean(float(width), used, population=population)
    return number, name, width, Decimal(str(round(used, 2))), spread is None


def _spread(measured: Measured | None) -> float | None:
    """Return the standard deviation that the survey showed, its design effect included."""
    if measured is None or not measured.overall.standard_error or not measured.overall.base:
        return None
    return float(measured.overall.standard_error) * math.sqrt(measured.overall.base)


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """Units to draw at each visited site; ``proof`` is the number that shows the tolerated share, when asked for."""

    of: str
    lowest: Decimal | None
    proof: int | None
    population: int | None


def plan_records(book: FigureBook, *, population: int | None) -> tuple[RecordPlan, ...]:
    """Return how many records, contacts and so on the scheme wants drawn per site.

    Args:
        book: The scheme's figures.
        population: Records at the site; None when not known (then the proof is for a large number).
    """
    return tuple(_records(item, book, population) for item in book.edition.procedure.record_sampling)


def _records(item: RecordSampling, book: FigureBook, population: int | None) -> RecordPlan:
    lowest = book.number(item.lowest)
    proof = None
    if item.confidence is not None and item.tolerated_share is not None:
        confidence, tolerated = book.number(item.confidence), book.number(item.tolerated_share)
        if isinstance(confidence, Decimal) and isinstance(tolerated, Decimal):
            total = population or 100_000
            proof = records_for_limit(total, int(tolerated * total), confidence=float(confidence))
    return RecordPlan(item.of, lowest if isinstance(lowest, Decimal) else None, proof, population)
