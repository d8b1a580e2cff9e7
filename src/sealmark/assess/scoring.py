"""Turn a value into a share by the scheme's own rule."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

from sealmark.assess.figures import FigureBook, Missing
from sealmark.scheme.figures import Number
from sealmark.scheme.rules import Scores

__all__ = ["share_of_choice", "share_of_value"]


def share_of_value(scores: Scores, value: Decimal, book: FigureBook) -> Decimal | Missing:
    """Return the share that ``value`` earns, or the unknown figure it depends on.

    Limits are inclusive. A curve is straight between its points and flat outside.
    """
    if scores.at_least is not None:
        return _threshold(scores.at_least, book, lambda limit: value >= limit)
    if scores.at_most is not None:
        return _threshold(scores.at_most, book, lambda limit: value <= limit)
    points = _points(scores.curve or scores.steps or scores.steps_at_most or (), book)
    if isinstance(points, Missing):
        return points
    if scores.curve:
        return _on_curve(points, value)
    return _on_steps(points, value) if scores.steps else _under_steps(points, value)


def share_of_choice(scores: Scores, choice: str, book: FigureBook) -> Decimal | Missing | None:
    """Return the share of a choice; None when the table does not list it."""
    number = (scores.table or {}).get(choice)
    return None if number is None else book.number(number)


def _threshold(limit: Number, book: FigureBook, holds: Callable[[Decimal], bool]) -> Decimal | Missing:
    known = book.number(limit)
    return known if isinstance(known, Missing) else Decimal(int(holds(known)))


def _points(pairs: tuple[tuple[Number, Number], ...], book: FigureBook) -> list[tuple[Decimal, Decimal]] | Missing:
    result = []
    for at, share in pairs:
        known_at, known_share = book.number(at), book.number(share)
        if isinstance(known_at, Missing):
            return known_at
        if isinstance(known_share, Missing):
            return known_share
        result.append((known_at, known_share))
    return result


def _on_steps(points: list[tuple[Decimal, Decimal]], value: Decimal) -> Decimal:
    reached = [share for at, share in points if value >= at]
    return reached[-1] if reached else Decimal(0)


def _under_steps(points: list[tuple[Decimal, Decimal]], value: Decimal) -> Decimal:
    return next((share for at, share in points if value <= at), Decimal(0))


def _on_curve(points: list[tuple[Decimal, Decimal]], value: Decimal) -> Decimal:
    if value <= points[0][0]:
        return points[0][1]
    for (low_at, low), (high_at, high) in pairwise(points):
        if value <= high_at:
            return low + (high - low) * (value - low_at) / (high_at - low_at)
    return points[-1][1]
