"""What was judged at single sites, requirement by requirement: the inputs of a draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from sealmark.assess.evidence import Evidence, Mark
from sealmark.assess.figures import FigureBook
from sealmark.assess.judgements import site_shares
from sealmark.scheme.rules import JudgementRule, SampleRule

__all__ = ["JudgedShare", "ShareKey", "judged_shares"]

Floats = npt.NDArray[np.float64]
ShareKey = tuple[str, int, str | None]


@dataclass(frozen=True)
class JudgedShare:
    """Judged shares of the sampled sites that were visited, for one rule and mark; head office is no sample.

    Attributes:
        key: Requirement, position of the rule, mark.
        shares: Share by site.
        units: Units judged by site.
        pooled: Whether every unit counts the same, wherever it was drawn.
        mean: The share over all places, as the finding has it.
        sampled: Weight in the mean of the places that are sites of the list; the head office is there for certain.
    """

    key: ShareKey
    shares: Mapping[str, Decimal]
    units: Mapping[str, int]
    pooled: bool
    mean: float
    sampled: float

    @property
    def unanimous(self) -> Decimal | None:
        """The share on which all sites agree; None when they differ."""
        found = set(self.shares.values())
        return next(iter(found)) if len(found) == 1 else None

    def weights(self) -> Floats:
        """Return the weight of each site, in the order of their names."""
        return _weights(self.shares, self.units, pooled=self.pooled)

    def values(self) -> Floats:
        """Return the share of each site, in the order of their names."""
        return _floats(self.shares)


def judged_shares(evidence: Evidence, book: FigureBook) -> Iterator[JudgedShare]:
    """Yield every judged share that a draw may set. Rules that count the worst site are not among them."""
    for name, requirement in sorted(book.edition.requirements.items()):
        marks = evidence.judgements.get(name, ())
        for position, rule in enumerate(requirement.evidence):
            if not marks or not isinstance(rule, JudgementRule | SampleRule) or rule.sites == "worst":
                continue
            for dimension in (rule.marks if isinstance(rule, JudgementRule) else ()) or (None,):
                shares = site_shares(rule, marks, dimension, book)
                if isinstance(shares, dict) and shares:
                    pooled = isinstance(rule, SampleRule) and rule.sites == "pooled"
                    yield _judged((name, position, dimension), shares, marks, pooled=pooled, listed=evidence.sites)


def _judged(
    key: ShareKey, shares: Mapping[str, Decimal], marks: tuple[Mark, ...], *, pooled: bool, listed: tuple[str, ...]
) -> JudgedShare:
    units = {site: sum(mark.units for mark in marks if mark.site == site) for site in {mark.site for mark in marks}}
    weights = _weights(shares, units, pooled=pooled)
    weight = float(weights @ np.array([site in listed for site in sorted(shares)], dtype=float))
    sampled = {site: share for site, share in shares.items() if site in listed}
    return JudgedShare(key, sampled or shares, units, pooled, float(weights @ _floats(shares)), weight)


def _floats(shares: Mapping[str, Decimal]) -> Floats:
    return np.array([float(shares[site]) for site in sorted(shares)])


def _weights(shares: Mapping[str, Decimal], units: Mapping[str, int], *, pooled: bool) -> Floats:
    counts = np.array([units[site] if pooled else 1 for site in sorted(shares)], dtype=float)
    return np.asarray(counts / counts.sum())
