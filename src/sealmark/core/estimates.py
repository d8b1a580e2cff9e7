"""A number with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

__all__ = ["Estimate"]


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
