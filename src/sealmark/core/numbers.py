"""Decimal arithmetic: exact where people's marks depend on it."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Literal

__all__ = ["RoundingWay", "decimal_from_float", "in_steps", "plain", "round_to"]

RoundingWay = Literal["half-up", "half-even", "down", "up"]

_WAYS: dict[RoundingWay, str] = {
    "half-up": decimal.ROUND_HALF_UP,
    "half-even": decimal.ROUND_HALF_EVEN,
    "down": decimal.ROUND_FLOOR,
    "up": decimal.ROUND_CEILING,
}


def round_to(value: Decimal, places: int, way: RoundingWay) -> Decimal:
    """Return ``value`` rounded to ``places`` decimals by a declared rule.

    Example:
        >>> round_to(Decimal("94.45"), 1, "half-up")
        Decimal('94.5')
    """
    return value.quantize(Decimal(1).scaleb(-places), rounding=_WAYS[way])


def decimal_from_float(value: float, digits: int = 12) -> Decimal:
    """Return a measured float as a decimal of ``digits`` significant digits.

    Sums of doubles differ in the last bits with the order of rows. Twelve
    digits are far below any sampling error and the same on every machine.

    Example:
        >>> decimal_from_float(0.1 + 0.2)
        Decimal('0.3')
    """
    with decimal.localcontext(prec=digits):
        return (+Decimal(repr(float(value)))).normalize() + 0


def plain(value: Decimal) -> str:
    """Return a decimal without exponent and without trailing zeros.

    Example:
        >>> plain(Decimal("40.00")), plain(Decimal("1E+2"))
        ('40', '100')
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def in_steps(value: Decimal, start: Decimal, step: Decimal) -> bool:
    """Tell whether ``value`` lies a whole number of steps above ``start``."""
    return step > 0 and (value - start) % step == 0
