"""Do the items of a scale belong together: Cronbach's alpha and item-total correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.numbers import decimal_from_float
from sealmark.measure.engine import Source, open_table
from sealmark.measure.surveys.formulas import Item, item_of
from sealmark.measure.surveys.keys import Floats
from sealmark.measure.surveys.moments import item_moments

__all__ = ["Reliability", "scale_reliability"]


@dataclass(frozen=True)
class Reliability:
    """Internal consistency of a scale.

    Attributes:
        alpha: Cronbach's alpha from the covariances.
        standardised_alpha: The same from the correlations.
        item_total: Each item's correlation with the sum of the others.
        alpha_without: Alpha when the item is dropped; empty for scales of two items.
        base: Rows with every item answered.
    """

    alpha: Decimal
    standardised_alpha: Decimal
    item_total: Mapping[str, Decimal]
    alpha_without: Mapping[str, Decimal]
    base: int


def scale_reliability(table: Source, items: Sequence[str | Item], *, weight: str | None = None) -> Reliability:
    """Return Cronbach's alpha and item statistics over the complete rows (Cronbach 1951).

    Args:
        table: The answers.
        items: At least two; those where a high answer is bad are given ``reversed=True``.
        weight: Column with survey weights.

    Raises:
        SealmarkError: SM403, SM404 and SM414 for columns and rows, SM415 fewer than two
            items or an item that never varies.

    Example:
        >>> import pyarrow as pa
        >>> answers = pa.table({"a": [1, 2, 3, 4], "b": [1, 3, 3, 5]})
        >>> scale_reliability(answers, ["a", "b"]).alpha
        Decimal('0.96')
    """
    parts = [item_of(item) for item in items]
    if len(parts) < 2:  # noqa: PLR2004
        raise SealmarkError(Problem("SM415", "A scale needs two items.", fix="Name more columns."))
    moments = item_moments(open_table(table), parts, weight=weight)
    constant = [name for name, spread in zip(moments.items, moments.deviations, strict=True) if not spread > 0]
    if constant:
        what = f"All answers are equal in {', '.join(constant)}."
        raise SealmarkError(Problem("SM415", what, fix="Leave the item out of the scale."))
    cov, size = moments.covariance, len(parts)
    correlation = cov / np.outer(moments.deviations, moments.deviations)
    rest = cov.sum(axis=0) - np.diag(cov)
    others = cov.sum() - 2 * cov.sum(axis=0) + np.diag(cov)
    total = rest / (moments.deviations * np.sqrt(others))
    without = [_alpha(np.delete(np.delete(cov, i, 0), i, 1)) for i in range(size)] if size > 2 else []  # noqa: PLR2004
    return Reliability(
        decimal_from_float(_alpha(cov)),
        decimal_from_float(_alpha(correlation)),
        dict(zip(moments.items, map(decimal_from_float, total), strict=True)),
        {name: decimal_from_float(value) for name, value in zip(moments.items, without, strict=False)},
        moments.base,
    )


def _alpha(covariance: Floats) -> float:
    size = len(covariance)
    return float(size / (size - 1) * (1 - np.trace(covariance) / covariance.sum()))
