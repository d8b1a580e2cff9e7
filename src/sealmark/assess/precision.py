"""How exactly shares are computed: far finer than anything a threshold can tell apart.

A third has no exact decimal. Three thirds must still make one, and 70 points
earned in thirds must still reach a limit of 70. All shares are therefore
computed with sixty digits and lose the last twenty only where they meet a limit.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["exactly", "settled"]

_WORKING = decimal.Context(prec=60, rounding=decimal.ROUND_HALF_EVEN)
_FINEST = Decimal(1).scaleb(-40)

P = ParamSpec("P")
R = TypeVar("R")


def exactly(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function`` computing with sixty digits, whatever the caller's decimal context is."""

    @wraps(function)
    def computed(*args: P.args, **kwargs: P.kwargs) -> R:
        with decimal.localcontext(_WORKING):
            return function(*args, **kwargs)

    return computed


def settled(value: Decimal) -> Decimal:
    """Return the number that is compared: ``value`` without the dust of division.

    Example:
        >>> settled(Decimal("69." + 50 * "9"))
        Decimal('70.0000000000000000000000000000000000000000')
        >>> settled(Decimal("69.9999"))
        Decimal('69.9999')
    """
    shown = value.quantize(_FINEST, context=_WORKING)
    return value if shown == value else shown
