"""Borrow the spread of a prior group for the sites nobody saw, root by root.

The score of a root over all sites is drawn from the outlook of
:mod:`sealmark.measure.smallarea`. A draw sets shares of requirements, so the
movement of the root is handed down to them: requirements on which all visited
sites agree in full or not at all stay as they were found, as long as others can
carry the movement; the others move by the same amount, so large that the root
moves as it should.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, variance

from sealmark.assess.assessment import Assessment
from sealmark.assess.evidence import Draw, Evidence
from sealmark.assess.figures import FigureBook
from sealmark.assess.probability import reassess
from sealmark.evaluation.certainty.judged_shares import JudgedShare, ShareKey, judged_shares
from sealmark.evaluation.certainty.site_scores import SiteScores
from sealmark.evaluation.evidence.prior_group import PriorGroup
from sealmark.measure.smallarea import Outlook, outlook

__all__ = ["Borrowed", "borrow"]

_NUDGE = Decimal("0.001")


@dataclass(frozen=True)
class Borrowed:
    """What a group adds to one root of one organization.

    Attributes:
        scores: Share of the root at each visited site.
        outlook: What all sites would show: one entry.
        carried: By how much each judged share moves when the root's judged part moves by 1.
    """

    root: str
    scores: Mapping[str, float]
    outlook: Outlook
    carried: Mapping[ShareKey, float]

    @property
    def mean(self) -> float:
        """Mean of the visited sites."""
        return fmean(self.scores.values())


def borrow(
    group: PriorGroup | None,
    site_scores: SiteScores | None,
    *,
    assessment: Assessment,
    evidence: Evidence,
    book: FigureBook,
) -> tuple[Borrowed, ...]:
    """Return what the group says about every root it knows and of which sites were left unseen or assessors differ.

    Args:
        group: The prior group; without one nothing is borrowed.
        site_scores: Scores of the visited sites.
        assessment: The assessment as found.
        evidence: The evidence it was made on.
        book: The edition's figures.
    """
    if group is None or site_scores is None:
        return ()
    judged = tuple(judged_shares(evidence, book))
    result = []
    for root in book.edition.tree.roots:
        scores = {site: float(share) for site, share in site_scores.scores.get(root.id, {}).items()}
        known = group.roots.get(root.id)
        if known is None or not scores or (len(scores) >= len(evidence.sites) and not known.assessors):
            continue
        names = set(root.requirement_ids())
        own = [item for item in judged if item.key[0] in names and item.sampled]
        spread = variance(scores.values()) if len(scores) > 1 else 0.0
        seen = outlook(
            [fmean(scores.values())],
            [spread],
            visited=[len(scores)],
            listed=[len(evidence.sites)],
            prior=known.prior(),
            concentration=_concentration([site_scores.assessors[site] for site in scores]),
        )
        slopes = _Slopes(root.id, assessment, evidence, book)
        result.append(Borrowed(root.id, scores, seen, _carried(own, slopes)))
    return tuple(result)


def _concentration(assessors: Sequence[Sequence[str]]) -> float:
    """Return the sum of the squared shares that assessors have in the visited sites."""
    shares: dict[str, float] = defaultdict(float)
    for names in assessors:
        for name in names:
            shares[name] += 1 / (len(names) * len(assessors))
    return math.fsum(share**2 for share in shares.values())


@dataclass(frozen=True)
class _Slopes:
    """How far a root moves when judged shares move."""

    root: str
    assessment: Assessment
    evidence: Evidence
    book: FigureBook

    def of(self, items: Iterable[JudgedShare]) -> float:
        """Return the movement of the root per movement of all these shares together, downwards."""
        still, moved = (self._share({item.key: _down(item, step) for item in items}) for step in (Decimal(0), _NUDGE))
        return 0.0 if still is None or moved is None else float((still - moved) / _NUDGE)

    def _share(self, shares: Mapping[ShareKey, Decimal]) -> Decimal | None:
        found = reassess(self.assessment, self.evidence, self.book, Draw(shares=shares))
        return found.nodes[self.root].share


def _down(item: JudgedShare, step: Decimal) -> Decimal:
    return Decimal(repr(item.mean)) - step * Decimal(repr(item.sampled))


def _carried(judged: Sequence[JudgedShare], slopes: _Slopes) -> dict[ShareKey, float]:
    settled = [item for item in judged if item.unanimous in (0, 1)]
    movable = [item for item in judged if item.unanimous not in (0, 1)] or settled
    whole, part = slopes.of(judged), slopes.of(movable)
    factor = whole / part if part > 0 and math.isfinite(whole / part) else 1.0
    return {item.key: factor for item in movable}
