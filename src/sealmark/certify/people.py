"""Who may act in a file: ties to the organization, cooling-off, and the separation of functions.

ISO/IEC 17065:2012 clauses 4.2, 7.5.1, 7.6.2, 7.13.5 and 7.13.6; a scheme adds its own pairs of roles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sealmark.certify.states import Function

__all__ = ["COOLING_OFF_DAYS", "Actor", "Tie", "conflicting_ties", "separated_pairs"]

COOLING_OFF_DAYS = 730
"""When neither scheme nor body says otherwise: two years, as ISO/IEC 17065, 4.2.10 mentions as often used."""

_TEAM = frozenset({Function.EVALUATOR, Function.LEAD_EVALUATOR})
_SEPARATED: tuple[tuple[frozenset[Function], frozenset[Function]], ...] = (
    (_TEAM, frozenset({Function.REVIEWER, Function.DECIDER, Function.PANELLIST})),
    (frozenset({Function.REVIEWER, Function.DECIDER}), frozenset({Function.PANELLIST})),
    (frozenset({Function.CLIENT}), frozenset(Function) - {Function.CLIENT}),
)


@dataclass(frozen=True, slots=True)
class Tie:
    """What binds a person to an organization.

    Attributes:
        organization: Its id.
        kind: Employment, consultancy given, or an interest (shares, family and the like).
        until: The last day; None: it lasts.
    """

    organization: str
    kind: Literal["employment", "consultancy", "interest"]
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever wants to act.

    Attributes:
        id: Of the person.
        functions: What they are in this file.
        took_part: Every function in which they have acted on what is now at stake.
        ties: To any organization.
    """

    id: str
    functions: frozenset[Function]
    took_part: frozenset[Function] = frozenset()
    ties: tuple[Tie, ...] = ()


def conflicting_ties(ties: Iterable[Tie], organization: str, on: dt.date, cooling_off_days: int) -> tuple[Tie, ...]:
    """Return the ties to an organization that last or ended less than the cooling-off period before a day.

    Example:
        >>> advice = Tie("willow", "consultancy", dt.date(2025, 1, 1))
        >>> conflicting_ties([advice], "willow", dt.date(2026, 12, 31), 730) == (advice,)
        True
        >>> conflicting_ties([advice], "willow", dt.date(2027, 1, 1), 730)
        ()
    """
    return tuple(
        tie
        for tie in ties
        if tie.organization == organization and (tie.until is None or (on - tie.until).days < cooling_off_days)
    )


def separated_pairs(*, reviewer_may_decide: bool = False) -> frozenset[tuple[Function, Function]]:
    """Return the pairs of functions that one person may not hold in one evaluation, each in both orders.

    Args:
        reviewer_may_decide: ISO/IEC 17065 allows that review and decision are one person's; by default they are not.

    Example:
        >>> (Function.EVALUATOR, Function.DECIDER) in separated_pairs()
        True
    """
    pairs = {(one, other) for first, second in _SEPARATED for one in first for other in second}
    if not reviewer_may_decide:
        pairs.add((Function.REVIEWER, Function.DECIDER))
    return frozenset(pairs | {(other, one) for one, other in pairs})
