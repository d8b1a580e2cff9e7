"""A number with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeAlias

__all__ = ["Estimate", "ImprovementVerdict", "improvement_verdict"]

ImprovementVerdict: TypeAlias = Literal["improved", "not improved", "not shown", "not determined"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured number, how sure it is, and on how many answers or records it rests.

    Attributes:
        value: The point estimate; None when it could not be computed.
        lower: Lower limit of the two-sided interval; None when unknown.
        upper: Upper limit of the two-sided interval; None when unknown.
        base: Answers, records or marks behind the number (unweighted).
        standard_error: None when it cannot be estimated (for example one cluster).
        degrees_of_freedom: For the t interval; None with no standard error.
        confidence: Level of the two-sided interval, a share.
        note: Why a part is missing; empty when nothing is.

    Example:
        >>> Estimate(Decimal("83.9"), Decimal("82.1"), Decimal("85.7"), base=412).base
        412
    """

    value: Decimal | None
    lower: Decimal | None = None
    upper: Decimal | None = None
    base: int = 0
    standard_error: Decimal | None = None
    degrees_of_freedom: Decimal | None = None
    confidence: Decimal = Decimal("0.95")
    note: str = ""

    @classmethod
    def unknown(cls, note: str, *, base: int = 0) -> Estimate:
        """Return an estimate that says only why there is none."""
        return cls(None, base=base, note=note)

    @classmethod
    def exact(cls, value: Decimal, *, base: int = 0) -> Estimate:
        """Return an estimate without uncertainty: the value is known."""
        return cls(value, value, value, base=base, standard_error=Decimal(0))

    def certain_at(self, value: Decimal) -> Estimate:
        """Return this estimate as it would be if its true value were known to be ``value``."""
        return replace(self, value=value, lower=value, upper=value, standard_error=Decimal(0))

    def turned(self) -> Estimate:
        """Return the estimate counted the other way: its limits change places.

        Example:
            >>> Estimate(Decimal(2), Decimal(1), Decimal(4)).turned().lower
            Decimal('-4')
        """
        value, lower, upper = (None if end is None else -end for end in (self.value, self.upper, self.lower))
        return replace(self, value=value, lower=lower, upper=upper)


def improvement_verdict(gain: Estimate, minimum: Decimal) -> ImprovementVerdict:
    """Return what the interval of a change for the better says of the smallest change that matters.

    Args:
        gain: The change, counted so that more is better.
        minimum: The smallest change that matters, zero or more, in the same unit.

    Example:
        >>> improvement_verdict(Estimate(Decimal(3), Decimal(1), Decimal(5)), Decimal(2))
        'not shown'
    """
    if gain.lower is None or gain.upper is None:
        return "not determined"
    if gain.lower > minimum:
        return "improved"
    return "not improved" if gain.upper < minimum else "not shown"
