"""What grading concludes: adjustments, scores, gates, rungs, ladders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from sealmark.assess.figures import Missing
from sealmark.assess.findings import Reason, RuleResult

__all__ = [
    "NOT_DETERMINED",
    "AdjustmentResult",
    "GateResult",
    "LadderResult",
    "RungResult",
    "ScoreResult",
    "Standing",
]

NOT_DETERMINED: Final = "not-determined"


@dataclass(frozen=True, slots=True)
class AdjustmentResult:
    """A special deduction or bonus as counted and as applied."""

    id: str
    count: Decimal | None
    points: Decimal | None
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A score.

    Attributes:
        value: After adjustments, caps and declared rounding; None when not determined.
        exact: Before rounding.
        lower: Lowest value the undetermined rest leaves open (information only).
        upper: Highest value the undetermined rest leaves open.
    """

    id: str
    value: Decimal | None
    exact: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    scale: Decimal | None = None
    adjustments: tuple[AdjustmentResult, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate: held, not held, or not determined; ``waived`` with its reason."""

    id: str
    holds: bool | None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Missing, ...] = ()
    waived: str = ""
    result: RuleResult | None = None


@dataclass(frozen=True, slots=True)
class RungResult:
    """One grade of a ladder: whether all it asks for itself holds, and what does not."""

    id: str
    holds: bool | None
    at_least: Decimal | None = None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class LadderResult:
    """The grade on one ladder and why it is not higher.

    Attributes:
        grade: The highest grade reached, the ladder's ``below``, or ``not-determined``.
        next_grade: The grade above; None at the top.
        reasons: Why the next grade was not reached.
        undetermined: Higher grades that could not be judged.
    """

    id: str
    grade: str
    next_grade: str | None
    rungs: tuple[RungResult, ...]
    reasons: tuple[Reason, ...] = ()
    undetermined: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Scores, gates and grades together."""

    scores: Mapping[str, ScoreResult]
    gates: Mapping[str, GateResult] = field(default_factory=dict)
    ladders: Mapping[str, LadderResult] = field(default_factory=dict)
