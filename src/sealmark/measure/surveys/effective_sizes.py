"""What unequal weights cost: Kish's design effect and effective sample size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import Source, fetch, open_table
from sealmark.measure.surveys.estimation import require_cells, sort_key
from sealmark.measure.surveys.formulas import Mean
from sealmark.measure.surveys.keys import column_of, number_keys
from sealmark.measure.surveys.rows import require_columns

__all__ = ["WeightSummary", "kish_design_effect", "kish_effective_base", "weight_summaries"]


@dataclass(frozen=True)
class WeightSummary:
    """The weights of one cell.

    Attributes:
        cell: Values of the columns in ``by``.
        base: Rows with a weight above zero.
        total: Sum of the weights.
        lowest: Smallest weight above zero.
        highest: Largest weight.
        effective_base: Rows of equal weight that would estimate a mean as well.
        design_effect: Base over effective base, at least 1.
    """

    cell: Mapping[str, object]
    base: int
    total: float
    lowest: float
    highest: float
    effective_base: float
    design_effect: float


def kish_effective_base(weights: npt.ArrayLike) -> float:
    """Return Kish's effective sample size: the squared sum over the sum of squares.

    Args:
        weights: One per respondent, zero or more, not all zero.

    Raises:
        SealmarkError: SM445 weights that are none.

    Example:
        >>> kish_effective_base([4.0, 1.0, 1.0])
        2.0
    """
    numbers = np.asarray(weights, dtype=np.float64)
    if not (np.isfinite(numbers).all() and (numbers >= 0).all() and numbers.sum() > 0):
        fix = "Give one number of zero or more per respondent."
        raise SealmarkError(Problem("SM445", "The weights are missing, negative or all zero.", fix=fix))
    return float(numbers.sum() ** 2 / np.square(numbers).sum())


def kish_design_effect(weights: npt.ArrayLike) -> float:
    """Return by what factor unequal weights raise the variance of a mean (Kish 1965).

    Respondents of weight zero do not count.

    Raises:
        SealmarkError: SM445 weights that are none.

    Example:
        >>> kish_design_effect([4.0, 1.0, 1.0])
        1.5
    """
    effective = kish_effective_base(weights)
    return float((np.asarray(weights, dtype=np.float64) > 0).sum() / effective)


def weight_summaries(table: Source, weight: str, *, by: Sequence[str] = ()) -> tuple[WeightSummary, ...]:
    """Return what the weights of every cell cost, from one query.

    Args:
        table: As for :func:`~sealmark.measure.surveys.estimation.estimate`.
        weight: Column with the weights.
        by: Columns whose values make the cells.

    Raises:
        SealmarkError: SM403, SM404 columns; SM445 cells whose weights are none.

    Example:
        >>> import pyarrow as pa
        >>> (found,) = weight_summaries(pa.table({"w": [4.0, 1.0, 1.0]}), "w")
        >>> found.effective_base, found.design_effect
        (2.0, 1.5)
    """
    table = open_table(table)
    by = (by,) if isinstance(by, str) else tuple(by)
    require_columns(table, [Mean(weight)])
    require_cells(table, by)
    keys = {f"key{index}": table[name] for index, name in enumerate(by)}
    narrow = table.select(**keys, w=table[weight].cast("float64"))
    bad = narrow.w.isnull() | narrow.w.isnan() | (narrow.w < 0)
    used = (narrow.w > 0).cast("int64")
    sums = {
        "bad": bad.cast("int64").sum(),
        "base": used.sum(),
        "total": narrow.w.sum(),
        "square": (narrow.w * narrow.w).sum(),
        "lowest": narrow.w.nullif(0.0).min(),
        "highest": narrow.w.max(),
    }
    rows = fetch(narrow.aggregate(by=list(keys), **sums))
    columns = {name: column_of(rows, name) for name in sums}
    if np.nansum(columns["bad"]) or not (columns["total"] > 0).all():
        what = f'"{weight}" holds weights that are missing or negative, or a cell whose weights are all zero.'
        raise SealmarkError(Problem("SM445", what, fix="Give every row a weight of zero or more."))
    order, cells = number_keys(rows, list(keys))
    place = np.argsort(order, kind="stable")
    values = {name: column[place] for name, column in columns.items()}
    found = [_summary(dict(zip(by, cell, strict=True)), values, index) for index, cell in enumerate(cells)]
    return tuple(sorted(found, key=lambda one: sort_key(tuple(one.cell.values()))))


def _summary(cell: Mapping[str, object], values: Mapping[str, npt.NDArray[np.float64]], index: int) -> WeightSummary:
    one = {name: float(column[index]) for name, column in values.items()}
    effective = one["total"] ** 2 / one["square"]
    return WeightSummary(
        cell=cell,
        base=int(one["base"]),
        total=one["total"],
        lowest=one["lowest"],
        highest=one["highest"],
        effective_base=effective,
        design_effect=one["base"] / effective,
    )
