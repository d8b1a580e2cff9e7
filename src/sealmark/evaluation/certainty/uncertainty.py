"""Possible truths: what the whole would show if everything had been seen.

Each draw replaces every uncertain input by one value it could truly have.

* A measure moves by its standard error with a t distribution of its degrees of
  freedom; a share moves on the logit scale, so that it stays between 0 and 1.
  Measures of one survey, and their changes between two waves, move together, with the correlations of
  their errors.
* Judgements from a sample of sites move together: with site vectors ``v_i``,
  mean ``v`` and sampling fraction f, the deviation is
  ``sqrt((1-f) / (n (n-1))) * sum z_i (v_i - v) * sqrt((n-1) / chi2)`` with
  standard normal ``z_i`` and one chi-squared of n-1 degrees per draw. Every
  score that is linear in the findings then has exactly the design-based t
  distribution, which is Ericson's predictive distribution for a finite population.
* With a prior group, the level of a root moves as its organization's sites and the
  group together let expect (:mod:`sealmark.measure.smallarea`), and only what sets
  requirements apart at one site moves as above.
* A judged sample of units where every site was seen moves as a beta
  distribution (Jeffreys).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from sealmark.assess.evidence import Draw, Evidence, Measured, change_key
from sealmark.assess.figures import FigureBook
from sealmark.assess.findings import Reason
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.evaluation.certainty.borrowing import Borrowed
from sealmark.evaluation.certainty.judged_shares import JudgedShare, ShareKey, judged_shares
from sealmark.evaluation.evidence.prior_group import PriorGroup
from sealmark.scheme.rules import MeasureRule

__all__ = ["DRAWS", "possible_truths", "uncertainty_limits"]

DRAWS = 1000

ENOUGH_VISITS = 10
"""From this many visited sites on, probabilities are calibrated without a prior group (tests/benchmarks)."""

Floats = npt.NDArray[np.float64]


def possible_truths(
    evidence: Evidence, book: FigureBook, *, seed: int, draws: int = DRAWS, borrowed: Sequence[Borrowed] = ()
) -> Iterator[Draw]:
    """Yield ``draws`` possible truths; the same seed gives the same draws.

    Args:
        evidence: What was seen.
        book: The edition's figures.
        seed: Start of the random numbers.
        draws: How many.
        borrowed: What a prior group says about the sites nobody saw.
    """
    random = np.random.default_rng(seed)
    estimates = _estimate_draws(evidence, book, random, draws)
    changes = {name: estimates.pop((change_key(name), None)) for name in _drawn_changes(evidence, estimates)}
    shares = _share_draws(tuple(judged_shares(evidence, book)), evidence.sites, borrowed, random, draws)
    for index in range(draws):
        yield Draw(
            {key: decimal_from_float(values[index], 9) for key, values in estimates.items()},
            {key: decimal_from_float(values[index], 9) for key, values in shares.items()},
            {key: decimal_from_float(values[index], 9) for key, values in changes.items()},
        )


def _drawn_changes(evidence: Evidence, estimates: Mapping[tuple[str, str | None], Floats]) -> list[str]:
    return [name for name in sorted(evidence.measures) if (change_key(name), None) in estimates]


def uncertainty_limits(
    evidence: Evidence, book: FigureBook, *, group: PriorGroup | None = None, borrowed: Sequence[Borrowed] = ()
) -> tuple[Reason, ...]:
    """Return what the probabilities leave out or rest on, as reasons for the report."""
    judged = list(judged_shares(evidence, book))
    visited = len({site for item in judged for site in item.shares if site in evidence.sites})
    result = [*_visit_limits(visited, len(evidence.sites), is_alone=not borrowed), *_group_limits(group, borrowed)]
    unknown = [
        name
        for name, item in evidence.measures.items()
        if any(found.value is not None and found.standard_error is None for found in _figures_of(item))
    ]
    if unknown:
        result.append(Reason("measures-without-error", "measures", {"measures": ", ".join(sorted(unknown))}))
    if judged and not (borrowed and group and all(group.roots[item.root].assessors is not None for item in borrowed)):
        result.append(Reason("assessor-severity-not-included", "judgements"))
    recorded = [name for name in evidence.measures if book.edition.measures[name].records]
    if len(recorded) > 1:
        result.append(Reason("measures-drawn-independently", "measures"))
    if any(evidence.measures[name].change is not None for name in recorded):
        result.append(Reason("waves-independent", "measures"))
    return tuple(result)


def _visit_limits(visited: int, listed: int, *, is_alone: bool) -> Iterator[Reason]:
    if visited == 1 < listed and is_alone:
        yield Reason("one-site-visited", "sites", {"sites": listed})
    elif 0 < visited < listed:
        yield Reason("sampled-sites", "sites", {"visited": visited, "sites": listed})
        if visited < ENOUGH_VISITS and is_alone:
            yield Reason("few-visits-without-group", "sites", {"visits": ENOUGH_VISITS})


def _group_limits(group: PriorGroup | None, borrowed: Sequence[Borrowed]) -> Iterator[Reason]:
    if group is not None and borrowed:
        members = min(group.roots[item.root].members for item in borrowed)
        code = "prior-group-made-up" if group.made_up else "prior-group"
        yield Reason(code, group.id, {"group": group.name, "members": members})
    elif group is not None:
        yield Reason("prior-group-unused", group.id, {"group": group.name})


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
    figures = _figures_by_name(evidence, book)
    for names in _surveyed_together(figures):
        normal, chance = _joint_normal(names, figures, random, draws), random.random(draws)
        for name, row in zip(names, normal, strict=True):
            drawn = _drawn(figures[name].estimate, figures[name].unit, row, chance)
            if drawn is not None:
                result[name, None] = drawn
    for name in sorted(by_site & evidence.measures.keys()):
        for site, cell in sorted(evidence.measures[name].sites.items()):
            drawn = _drawn(cell, book.edition.measures[name].unit, random.standard_normal(draws), random.random(draws))
            if drawn is not None:
                result[name, site] = drawn
    return result


def _figures_of(item: Measured) -> tuple[Estimate, ...]:
    return (item.overall,) if item.change is None else (item.overall, item.change.change)


class _Figure(NamedTuple):
    """A measure, or the change of one, with how its error goes with others."""

    estimate: Estimate
    unit: str
    correlations: Mapping[str, Decimal]


def _figures_by_name(evidence: Evidence, book: FigureBook) -> dict[str, _Figure]:
    """Return measures by name and changes by key. A change of a share is no share: it may fall below 0."""
    found = {
        name: _Figure(item.overall, book.edition.measures[name].unit, item.correlations)
        for name, item in evidence.measures.items()
    }
    for name, item in evidence.measures.items():
        if item.change is not None:
            found[change_key(name)] = _Figure(item.change.change, "change", item.change.correlations)
    return found


def _surveyed_together(figures: Mapping[str, _Figure]) -> list[tuple[str, ...]]:
    """Return the figures in groups that move together: those of one survey, all others alone."""
    groups: dict[str, tuple[str, ...]] = {}
    for name, figure in sorted(figures.items()):
        group = tuple(sorted({name, *figure.correlations}))
        groups.setdefault(group[0], group)
    return list(groups.values())


def _joint_normal(
    names: Sequence[str], figures: Mapping[str, _Figure], random: np.random.Generator, draws: int
) -> Floats:
    """Standard normal steps, one row per figure, with the correlations of their sampling errors."""
    steps = random.standard_normal((len(names), draws))
    if len(names) == 1:
        return steps
    rows = [[float(figures[one].correlations.get(other, one == other)) for other in names] for one in names]
    size, axes = np.linalg.eigh(np.array(rows))
    # Rounded correlations may miss being a correlation matrix by a hair.
    return np.asarray((axes * np.sqrt(np.maximum(size, 0))) @ steps)


def _drawn(cell: Estimate, unit: str, normal: Floats, chance: Floats) -> Floats | None:
    if cell.value is None or not cell.standard_error:
        return None
    value, error = float(cell.value), float(cell.standard_error)
    freedom = float(cell.degrees_of_freedom) if cell.degrees_of_freedom else np.inf
    # One chance for all measures of a survey: a sample that understates one spread understates them all.
    steps = normal * np.sqrt(freedom / special.chdtri(freedom, chance)) if np.isfinite(freedom) else normal
    if unit == "share" and 0 < value < 1:
        logit = np.log(value / (1 - value)) + steps * error / (value * (1 - value))
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -700, 700))))
    return np.asarray(value + steps * error)


def _share_draws(
    judged: Sequence[JudgedShare],
    listed: Sequence[str],
    borrowed: Sequence[Borrowed],
    random: np.random.Generator,
    draws: int,
) -> dict[ShareKey, Floats]:
    visited = sorted({site for item in judged for site in item.shares if site in listed})
    result: dict[ShareKey, Floats] = {}
    lent = {key: item for item in borrowed for key in item.carried}
    if 1 < len(visited) < len(listed):
        normal = dict(zip(visited, random.standard_normal((len(visited), draws)), strict=True))
        spread = np.sqrt((len(visited) - 1) / random.chisquare(len(visited) - 1, draws))
        for item in judged:
            # Where all sites are alike nothing moves: grading keeps the finding as it is.
            if item.sampled and item.unanimous is None:
                level = lent.get(item.key)
                result[item.key] = item.mean + _apart(item, normal, len(listed), level) * spread
    for root, moves in zip(borrowed, _levels(borrowed, random, draws), strict=True):
        for item in judged:
            if item.key in root.carried:
                start = result.get(item.key, np.full(draws, item.mean))
                result[item.key] = start + item.sampled * root.carried[item.key] * moves
    for item in judged:
        # Where no site is left unseen, only the units drawn at each place are a sample.
        if item.pooled and sum(item.units.values()) > 1 and (len(visited) == len(listed) or not item.sampled):
            result[item.key] = _beta(item, random, draws)
    return result


def _apart(item: JudgedShare, normal: Mapping[str, Floats], listed: int, level: Borrowed | None) -> Floats:
    """Return how one share moves as its sites differ; less what they differ on the whole, where that is lent."""
    sites = sorted(item.shares)
    shares, weights, number = item.values(), item.weights(), len(sites)
    fraction = min(1.0, number / listed)
    deviations = weights * number * (shares - float(weights @ shares))
    if level is not None:
        whole = np.array([level.scores.get(site, level.mean) for site in sites])
        deviations -= weights * number * level.carried[item.key] * (whole - float(weights @ whole))
    error = item.sampled * np.sqrt((1 - fraction) / (number * (number - 1))) if number > 1 else 0.0
    return np.asarray(error * (deviations @ np.stack([normal[site] for site in sites])))


def _levels(borrowed: Sequence[Borrowed], random: np.random.Generator, draws: int) -> list[Floats]:
    """Return how far the mean of all sites lies from that of the visited ones, root by root; roots move together."""
    steps = random.standard_normal(draws) if borrowed else np.empty(0)
    result = []
    for item in borrowed:
        freedom = float(item.outlook.freedom[0])
        spread = np.sqrt(freedom / random.chisquare(freedom, draws)) if np.isfinite(freedom) else 1.0
        result.append(float(item.outlook.centre[0]) - item.mean + float(item.outlook.error[0]) * steps * spread)
    return result


def _beta(item: JudgedShare, random: np.random.Generator, draws: int) -> Floats:
    total = sum(item.units.values())
    good = item.mean * total
    return np.asarray(random.beta(good + 0.5, total - good + 0.5, draws))
