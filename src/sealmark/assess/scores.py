"""Scores: a node's share on a scale, with adjustments, caps and declared rounding."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.precision import exactly, settled
from sealmark.assess.roll_up import Node
from sealmark.assess.standing import AdjustmentResult, ScoreResult
from sealmark.core.numbers import round_to
from sealmark.scheme.figures import Number
from sealmark.scheme.grading import Adjustment, Score

__all__ = ["count_adjustment", "score_node"]


def count_adjustment(item: Adjustment, evidence: Evidence, book: FigureBook) -> AdjustmentResult:
    """Return a special deduction or bonus as counted and as applied; undeclared counts stay unknown."""
    count = evidence.facts.get(item.count)
    if not isinstance(count, Decimal) or count < 0:
        return AdjustmentResult(item.id, None, None, (Missing("fact", item.count),))
    each = book.number(item.each)
    cap = book.number(item.at_most) if item.at_most is not None else count
    if isinstance(each, Decimal) and isinstance(cap, Decimal):
        return AdjustmentResult(item.id, count, min(count, cap) * each)
    missing = tuple(known for known in (each, cap) if isinstance(known, Missing))
    return AdjustmentResult(item.id, count, None, missing)


@exactly
def score_node(
    score: Score, node: Node, specials: Sequence[tuple[Adjustment, AdjustmentResult]], book: FigureBook
) -> ScoreResult:
    """Return the score of a node.

    (earned [+ adjustments before]) / possible x scale [+ adjustments after], then caps, then declared rounding.

    Args:
        score: What the scheme says of the score.
        node: The branch whose share becomes the score.
        specials: The score's adjustments, each with what it came to.
        book: The scheme's figures.
    """
    scale, caps = book.number(score.scale), [_cap(score.lowest, book), _cap(score.highest, book)]
    results = tuple(result for _, result in specials)
    figures = [item for item in (scale, *caps) if isinstance(item, Missing)]
    missing = dict.fromkeys([*node.missing, *(item for result in results for item in result.missing), *figures])
    if isinstance(scale, Missing):
        return ScoreResult(score.id, None, adjustments=results, missing=tuple(missing))
    shift = _shift(specials, node, scale)
    exact, lower, upper = (
        None if share is None or shift is None or figures else _capped(settled(share * scale + shift), caps)
        for share in (node.share, node.lower, node.upper)
    )
    rounding = score.rounding
    value = exact if exact is None or rounding is None else round_to(exact, rounding.places, rounding.way)
    return ScoreResult(
        score.id, value, exact, lower, upper, scale, results, () if exact is not None else tuple(missing)
    )


def _cap(number: Number | None, book: FigureBook) -> Decimal | Missing | None:
    return None if number is None else book.number(number)


def _shift(specials: Sequence[tuple[Adjustment, AdjustmentResult]], node: Node, scale: Decimal) -> Decimal | None:
    """Return what the adjustments add to the score, in score points; None when that cannot be told."""
    total = Decimal(0)
    for item, result in specials:
        if result.points is None:
            return None
        if item.when == "after-normalisation" or result.points == 0:
            total += result.points
        elif node.points:
            total += result.points / node.points * scale
        else:
            return None
    return total


def _capped(value: Decimal, caps: Sequence[Decimal | Missing | None]) -> Decimal:
    lowest, highest = caps
    if isinstance(lowest, Decimal):
        value = max(value, lowest)
    return min(value, highest) if isinstance(highest, Decimal) else value
