"""Does every item of a scale point the same way? A question coded the wrong way round pulls an index down unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from sealmark.measure.engine import Source, fetch, open_table
from sealmark.measure.surveys.formulas import Item, Mean, item_of
from sealmark.measure.surveys.keys import Floats, column_of
from sealmark.measure.surveys.rows import answer, require_columns

__all__ = ["opposed_items"]

_MOST_ROWS = 20_000
_FEWEST = 3
_BEYOND_CHANCE = 2.33
"""One in a hundred items without any relation to the others would go so far below zero."""


def opposed_items(table: Source, scales: Mapping[str, Sequence[str | Item]]) -> dict[str, tuple[str, ...]]:
    """Return of each scale the items that fall when the sum of its other items rises.

    Such an item is probably coded the wrong way round: give it ``reversed=True``
    where a high answer is bad. The check looks at rows with every item of the
    scale answered, among the first 20,000 of the table; an item is named when
    its correlation with the sum of the others is below zero by more than
    chance explains (one-sided level 1 %) and most others point the other way
    on the first principal axis. In a scale of two both are named.

    Args:
        table: An Ibis or Arrow table, or the path of a Parquet or CSV file.
        scales: The items of each scale, by any name.

    Raises:
        SealmarkError: SM403, SM404 columns.

    Example:
        >>> import pyarrow as pa
        >>> answers = pa.table({"a": [1, 2, 3, 4, 5], "b": [1, 2, 3, 5, 4], "c": [5, 4, 2, 2, 1]})
        >>> opposed_items(answers, {"scale": ["a", "b", "c"], "turned": ["a", "b", Item("c", 1, 5, reversed=True)]})
        {'scale': ('c',), 'turned': ()}
    """
    parts = {name: [item_of(item) for item in items] for name, items in scales.items()}
    opened = open_table(table)
    require_columns(opened, [Mean(item) for items in parts.values() for item in items])
    compared = {name: items for name, items in parts.items() if len(items) > 1}
    answers = _answers(opened, list(dict.fromkeys(item for items in compared.values() for item in items)))
    return {
        name: _opposed(np.stack([answers[item] for item in items]), items) if name in compared else ()
        for name, items in parts.items()
    }


def _answers(table: ir.Table, items: Sequence[Item]) -> dict[Item, Floats]:
    """Return the first answers to every item, in one query for all scales."""
    if not items:
        return {}
    first = table.limit(_MOST_ROWS)
    rows = fetch(first.select(**{f"x{index}": answer(first, item) for index, item in enumerate(items)}))
    return {item: column_of(rows, f"x{index}") for index, item in enumerate(items)}


def _opposed(answers: Floats, items: Sequence[Item]) -> tuple[str, ...]:
    answers = answers[:, ~np.isnan(answers).any(axis=0)]
    base = answers.shape[1]
    if base < _FEWEST:
        return ()
    covariance = np.cov(answers)
    own, joint = np.diag(covariance), covariance.sum(axis=0)
    rest = covariance.sum() - 2 * joint + own
    varies = (own > 0) & (rest > 0)
    correlation = np.where(varies, joint - own, 0.0) / np.sqrt(np.where(varies, own * rest, 1.0))
    steep = correlation * np.sqrt((base - 2) / np.maximum(1 - correlation**2, 1e-12))
    named = (steep < -_BEYOND_CHANCE) & _on_the_smaller_side(covariance)
    return tuple(item.column for item, is_named in zip(items, named, strict=True) if is_named)


def _on_the_smaller_side(covariance: Floats) -> npt.NDArray[np.bool_]:
    """Tell of each item whether most others point the other way on the scale's main axis; of all if it is a draw."""
    spread = np.sqrt(np.diag(covariance))
    scaled = covariance / np.outer(*(np.where(spread > 0, spread, 1.0),) * 2)
    side = np.sign(np.linalg.eigh(scaled)[1][:, -1])
    return np.asarray(side * np.sign(side.sum()) <= 0)
