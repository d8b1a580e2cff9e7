"""Means and covariances of items over the rows that answered all of them, by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import fetch
from sealmark.measure.surveys.formulas import Item, Mean
from sealmark.measure.surveys.keys import Floats, column_of
from sealmark.measure.surveys.rows import answer, require_columns

__all__ = ["Moments", "complete_answers", "item_moments"]


@dataclass(frozen=True)
class Moments:
    """What a set of items looks like.

    Attributes:
        items: The columns.
        base: Rows with every item answered.
        means: Weighted means.
        covariance: Weighted, scaled like the usual sample covariance (base - 1).
    """

    items: tuple[str, ...]
    base: int
    means: Floats
    covariance: Floats

    @property
    def deviations(self) -> Floats:
        """Standard deviation of each item."""
        return np.sqrt(np.diag(self.covariance))


def complete_answers(
    table: ir.Table, items: Sequence[Item], *, weight: str | None = None, keep: str | None = None
) -> ir.Table:
    """Return the valid answers as columns ``x0``, ``x1`` ... and ``w``, complete rows only.

    A column to keep beside them becomes ``kept``.
    """
    require_columns(table, [Mean(item) for item in items] + ([Mean(weight)] if weight else []))
    values = {f"x{index}": answer(table, item) for index, item in enumerate(items)}
    kept = {"kept": table[keep]} if keep else {}
    narrow = table.select(**values, **kept, w=answer(table, weight) if weight else ibis.literal(1.0, "float64"))
    return narrow.drop_null([*values, "w"])


def item_moments(table: ir.Table, items: Sequence[Item], *, weight: str | None = None) -> Moments:
    """Return means and covariances of complete rows, in two queries of sums.

    Raises:
        SealmarkError: SM403 and SM404 for columns, SM414 fewer than three complete rows.
    """
    rows = complete_answers(table, items, weight=weight)
    names = [f"x{index}" for index in range(len(items))]
    sums = {"n": rows.count(), "w": rows.w.sum()} | {name: (rows.w * rows[name]).sum() for name in names}
    first = fetch(rows.aggregate(**sums))
    base, total = int(column_of(first, "n")[0]), float(column_of(first, "w")[0])
    if base < 3 or not total > 0:  # noqa: PLR2004
        what = f"Only {base} rows answered all of {', '.join(item.column for item in items)}."
        raise SealmarkError(Problem("SM414", what, fix="Give more answers, or leave out an item."))
    pilot = np.array([column_of(first, name)[0] for name in names]) / total
    shifted = [rows[name] - float(mean) for name, mean in zip(names, pilot, strict=True)]
    pairs = {f"p{i}_{j}": (rows.w * shifted[i] * shifted[j]).sum() for i in range(len(names)) for j in range(i + 1)}
    crossed = fetch(rows.aggregate(**pairs))
    covariance = np.empty((len(names), len(names)))
    for i in range(len(names)):
        for j in range(i + 1):
            covariance[i, j] = covariance[j, i] = column_of(crossed, f"p{i}_{j}")[0]
    return Moments(tuple(item.column for item in items), base, pilot, covariance / total * base / (base - 1))
