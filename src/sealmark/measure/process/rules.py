"""Rules that tell a change of the process from chance: which patterns of points are too unlikely.

Points are taken in sigmas from the centre, so that limits which vary with the
base do no harm. A period without a point ends every run.

Sources: Western Electric, *Statistical Quality Control Handbook* (1956), and
L. S. Nelson, "The Shewhart control chart: tests for special causes", *Journal
of Quality Technology* 16 (1984), 237-239, whose numbers of points are used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

from sealmark.core.errors import Problem, SealmarkError, did_you_mean

__all__ = ["EVERY_RULE", "RULES", "USUAL_RULES", "RuleName", "Signal", "find_signals"]

RuleName: TypeAlias = Literal[
    "beyond-3-sigma",
    "nine-on-one-side",
    "six-rising-or-falling",
    "two-of-three-beyond-2-sigma",
    "four-of-five-beyond-1-sigma",
    "fourteen-alternating",
    "fifteen-within-1-sigma",
    "eight-beyond-1-sigma",
]
Point: TypeAlias = "tuple[float, float]"

EVERY_RULE: tuple[RuleName, ...] = get_args(RuleName)
USUAL_RULES: tuple[RuleName, ...] = EVERY_RULE[:5]
RULES: dict[RuleName, str] = {
    "beyond-3-sigma": "One point more than 3 sigma from the centre (Western Electric 1956; Nelson 1984, test 1).",
    "nine-on-one-side": "Nine points in a row on one side of the centre (Nelson 1984, test 2).",
    "six-rising-or-falling": "Six points in a row, each higher or each lower than the last (Nelson 1984, test 3).",
    "two-of-three-beyond-2-sigma": "Two of three points beyond 2 sigma on one side (Western Electric; Nelson, test 5).",
    "four-of-five-beyond-1-sigma": "Four of five points beyond 1 sigma on one side (Western Electric; Nelson, test 6).",
    "fourteen-alternating": "Fourteen points in a row alternating up and down (Nelson 1984, test 4).",
    "fifteen-within-1-sigma": "Fifteen points in a row within 1 sigma: limits too wide (Nelson 1984, test 7).",
    "eight-beyond-1-sigma": "Eight points in a row beyond 1 sigma on either side: a mixture (Nelson 1984, test 8).",
}
# A point exactly on a limit is not beyond it, whatever the last bit of a double says.
_NOISE = 1e-9


@dataclass(frozen=True)
class Signal:
    """A pattern of points that chance alone makes unlikely.

    Attributes:
        rule: Name of the rule; ``RULES`` says what it means.
        label: The period whose point completes the pattern.
        index: Its number, from 0.
        side: ``above`` or ``below`` the centre, ``rising`` or ``falling``, or empty.
    """

    rule: str
    label: str
    index: int
    side: str


def find_signals(
    sigmas: Sequence[float | None],
    values: Sequence[float | None],
    *,
    labels: Sequence[str],
    rules: Sequence[RuleName] = USUAL_RULES,
) -> tuple[Signal, ...]:
    """Return every signal, in order of rule and time; the point that completes a pattern carries it.

    Args:
        sigmas: How far each point lies from the centre; None where there is no point.
        values: The points as drawn, for rules about rising and falling.
        labels: The periods.
        rules: Which rules to apply.

    Raises:
        SealmarkError: SM463 a rule that is not known.

    Example:
        >>> find_signals([0.1, 3.2], [5, 9], labels=["May", "June"])
        (Signal(rule='beyond-3-sigma', label='June', index=1, side='above'),)
    """
    unknown = [rule for rule in rules if rule not in RULES]
    if unknown:
        fix = did_you_mean(unknown[0], RULES)
        raise SealmarkError(Problem("SM463", f'"{unknown[0]}" is no rule for control charts.', fix=fix))
    return tuple(
        Signal(rule, labels[index], index, side)
        for rule in rules
        for index, window in _windows(sigmas, values, _SIZES[rule])
        if (side := _PATTERNS[rule](window))
    )


def _windows(
    sigmas: Sequence[float | None], values: Sequence[float | None], size: int
) -> Iterator[tuple[int, list[Point]]]:
    """Yield for every point the points that end with it, at most ``size``, none before a gap."""
    run: list[Point] = []
    for index, (sigma, value) in enumerate(zip(sigmas, values, strict=True)):
        if sigma is None or value is None:
            run = []
            continue
        run = [*run, (sigma, value)][-size:]
        yield index, run


def _side(window: Sequence[Point], beyond: float, enough: int) -> str:
    """Return on which side the last point and at least ``enough`` of all lie beyond a distance."""
    for side, sign in (("above", 1.0), ("below", -1.0)):
        hits = [sign * sigma > beyond + _NOISE for sigma, _ in window]
        if hits[-1] and sum(hits) >= enough:
            return side
    return ""


def _run(window: Sequence[Point]) -> str:
    steps = [later - first for (_, first), (_, later) in pairwise(window)]
    if len(window) < _SIZES["six-rising-or-falling"]:
        return ""
    return "rising" if min(steps) > 0 else "falling" if max(steps) < 0 else ""


def _alternates(window: Sequence[Point]) -> str:
    steps = [later - first for (_, first), (_, later) in pairwise(window)]
    full = len(window) == _SIZES["fourteen-alternating"]
    return "up and down" if full and all(first * later < 0 for first, later in pairwise(steps)) else ""


def _within(window: Sequence[Point]) -> str:
    full = len(window) == _SIZES["fifteen-within-1-sigma"]
    return "close to the centre" if full and all(abs(sigma) < 1 - _NOISE for sigma, _ in window) else ""


def _mixture(window: Sequence[Point]) -> str:
    full = len(window) == _SIZES["eight-beyond-1-sigma"]
    return "far from the centre" if full and all(abs(sigma) > 1 + _NOISE for sigma, _ in window) else ""


_SIZES: dict[RuleName, int] = dict(zip(EVERY_RULE, (1, 9, 6, 3, 5, 14, 15, 8), strict=True))
_PATTERNS: dict[RuleName, Callable[[Sequence[Point]], str]] = {
    "beyond-3-sigma": lambda window: _side(window, 3, 1),
    "nine-on-one-side": lambda window: _side(window, 0, 9),
    "six-rising-or-falling": _run,
    "two-of-three-beyond-2-sigma": lambda window: _side(window, 2, 2),
    "four-of-five-beyond-1-sigma": lambda window: _side(window, 1, 4),
    "fourteen-alternating": _alternates,
    "fifteen-within-1-sigma": _within,
    "eight-beyond-1-sigma": _mixture,
}
