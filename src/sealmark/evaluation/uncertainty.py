"""Possible truths: what the whole would show if everything had been seen.

Each draw replaces every uncertain input by one value it could truly have.

* A measure moves by its standard error with a t distribution of its degrees of
  freedom; a share moves on the logit scale, so that it stays between 0 and 1.
* Judgements from a sample of sites move together: with site vectors ``v_i``,
  mean ``v`` and sampling fraction f, the deviation is
  ``sqrt((1-f) / (n (n-1))) * sum z_i (v_i - v) * sqrt((n-1) / chi2)`` with
  standard normal ``z_i`` and one chi-squared of n-1 degrees per draw. Every
  score that is linear in the findings then has exactly the design-based t
  distribution, which is Ericson's predictive distribution for a finite population.
* A judged sample of units where every site was seen moves as a beta
  distribution (Jeffreys).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from sealmark.assess.evidence import Draw, Evidence, Mark
from sealmark.assess.figures import FigureBook
from sealmark.assess.findings import Reason
from sealmark.assess.judgements import site_shares
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.scheme.rules import JudgementRule, MeasureRule, SampleRule

__all__ = ["DRAWS", "possible_truths", "uncertainty_limits"]

DRAWS = 1000

Floats = npt.NDArray[np.float64]
ShareKey = tuple[str, int, str | None]


@dataclass(frozen=True)
class _SiteShares:
    """Judged shares of the sampled sites that were visited, for one rule and mark; head office is no sample."""

    key: ShareKey
    shares: Mapping[str, Decimal]
    units: Mapping[str, int]
    pooled: bool
    mean: float
    sampled: float
    """Weight in the mean of the places that are sites of the list; the head office is there for certain."""


def possible_truths(evidence: Evidence, book: FigureBook, *, seed: int, draws: int = DRAWS) -> Iterator[Draw]:
    """Yield ``draws`` possible truths; the same seed gives the same draws."""
    random = np.random.default_rng(seed)
    estimates = _estimate_draws(evidence, book, random, draws)
    shares = _share_draws(evidence, book, random, draws)
    for index in range(draws):
        yield Draw(
            {key: decimal_from_float(values[index], 9) for key, values in estimates.items()},
            {key: decimal_from_float(values[index], 9) for key, values in shares.items()},
        )


def uncertainty_limits(evidence: Evidence, book: FigureBook) -> tuple[Reason, ...]:
    """Return what the probabilities leave out, as reasons for the report."""
    judged = list(_judged(evidence, book))
    visited = {site for item in judged for site in item.shares if site in evidence.sites}
    result = []
    if len(visited) == 1 < len(evidence.sites):
        result.append(Reason("one-site-visited", "sites", {"sites": len(evidence.sites)}))
    elif 1 < len(visited) < len(evidence.sites):
        result.append(Reason("sampled-sites", "sites", {"visited": len(visited), "sites": len(evidence.sites)}))
    unknown = [
        name
        for name, item in evidence.measures.items()
        if item.overall.value is not None and item.overall.standard_error is None
    ]
    if unknown:
        result.append(Reason("measures-without-error", "measures", {"measures": ", ".join(sorted(unknown))}))
    if judged:
        result.append(Reason("assessor-severity-not-included", "judgements"))
    if len(evidence.measures) > 1:
        result.append(Reason("measures-drawn-independently", "measures"))
    return tuple(result)


def _estimate_draws(
    evidence: Evidence, book: FigureBook, random: np.random.Generator, draws: int
) -> dict[tuple[str, str | None], Floats]:
    by_site = {
        rule.measure
        for requirement in book.edition.requirements.values()
        for rule in requirement.evidence
        if isinstance(rule, MeasureRule) and rule.sites != "overall"
    }
    result: dict[tuple[str, str | None], Floats] = {}
    for name, measured in sorted(evidence.measures.items()):
        unit = book.edition.measures[name].unit
        cells: list[tuple[str | None, Estimate]] = [(None, measured.overall)]
        if name in by_site:
            cells += sorted(measured.sites.items())
        for site, cell in cells:
            drawn = _drawn(cell, unit, random, draws)
            if drawn is not None:
                result[name, site] = drawn
    return result


def _drawn(cell: Estimate, unit: str, random: np.random.Generator, draws: int) -> Floats | None:
    if cell.value is None or not cell.standard_error:
        return None
    value, error = float(cell.value), float(cell.standard_error)
    freedom = float(cell.degrees_of_freedom) if cell.degrees_of_freedom else np.inf
    steps = random.standard_t(freedom, draws) if np.isfinite(freedom) else random.standard_normal(draws)
    if unit == "share" and 0 < value < 1:
        logit = np.log(value / (1 - value)) + steps * error / (value * (1 - value))
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -700, 700))))
    return np.asarray(value + steps * error)


def _judged(evidence: Evidence, book: FigureBook) -> Iterator[_SiteShares]:
    for name, requirement in sorted(book.edition.requirements.items()):
        marks = evidence.judgements.get(name, ())
        for position, rule in enumerate(requirement.evidence):
            if not marks or not isinstance(rule, JudgementRule | SampleRule) or rule.sites == "worst":
                continue
            for dimension in (rule.marks if isinstance(rule, JudgementRule) else ()) or (None,):
                shares = site_shares(rule, marks, dimension, book)
                if isinstance(shares, dict) and shares:
                    pooled = isinstance(rule, SampleRule) and rule.sites == "pooled"
                    units = _units(marks)
                    weights = _weights(shares, units, pooled=pooled)
                    mean = float(weights @ _floats(shares))
                    weight = float(weights @ np.array([site in evidence.sites for site in sorted(shares)], dtype=float))
                    sampled = {site: share for site, share in shares.items() if site in evidence.sites}
                    key = (name, position, dimension)
                    yield _SiteShares(key, sampled or shares, units, pooled, mean, weight)


def _units(marks: tuple[Mark, ...]) -> dict[str, int]:
    return {site: sum(mark.units for mark in marks if mark.site == site) for site in {mark.site for mark in marks}}


def _share_draws(
    evidence: Evidence, book: FigureBook, random: np.random.Generator, draws: int
) -> dict[ShareKey, Floats]:
    judged = list(_judged(evidence, book))
    visited = sorted({site for item in judged for site in item.shares if site in evidence.sites})
    listed = len(evidence.sites)
    result: dict[ShareKey, Floats] = {}
    if 1 < len(visited) < listed:
        normal = dict(zip(visited, random.standard_normal((len(visited), draws)), strict=True))
        spread = np.sqrt((len(visited) - 1) / random.chisquare(len(visited) - 1, draws))
        for item in judged:
            # Where all sites are alike nothing moves: grading keeps the finding as it is.
            if item.sampled and len(set(item.shares.values())) > 1:
                result[item.key] = _moved(item, normal, spread, listed)
    for item in judged:
        # Where no site is left unseen, only the units drawn at each place are a sample.
        if item.pooled and sum(item.units.values()) > 1 and (len(visited) == listed or not item.sampled):
            result[item.key] = _beta(item, random, draws)
    return result


def _floats(shares: Mapping[str, Decimal]) -> Floats:
    return np.array([float(shares[site]) for site in sorted(shares)])


def _weights(shares: Mapping[str, Decimal], units: Mapping[str, int], *, pooled: bool) -> Floats:
    counts = np.array([units[site] if pooled else 1 for site in sorted(shares)], dtype=float)
    return np.asarray(counts / counts.sum())


def _moved(item: _SiteShares, normal: Mapping[str, Floats], spread: Floats, listed: int) -> Floats:
    sites = sorted(item.shares)
    shares = _floats(item.shares)
    weights = _weights(item.shares, item.units, pooled=item.pooled)
    number = len(sites)
    fraction = min(1.0, number / listed)
    deviations = weights * number * (shares - float(weights @ shares))
    moves = deviations @ np.stack([normal[site] for site in sites])
    error = item.sampled * np.sqrt((1 - fraction) / (number * (number - 1)))
    return np.asarray(item.mean + error * moves * spread)


def _beta(item: _SiteShares, random: np.random.Generator, draws: int) -> Floats:
    total = sum(item.units.values())
    good = item.mean * total
    return np.asarray(random.beta(good + 0.5, total - good + 0.5, draws))
