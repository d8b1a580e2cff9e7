"""Quantiles by the weighted distribution, with Woodruff's interval.

The interval of the cumulative share at the quantile is turned back into
values (Woodruff 1952); the standard error is its width over two t quantiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from sealmark.measure.engine import fetch
from sealmark.measure.surveys.design import WEIGHT, Design, Frame
from sealmark.measure.surveys.formulas import Quantile
from sealmark.measure.surveys.intervals import Pair, symmetric, t_quantile
from sealmark.measure.surveys.keys import Floats, Integers, Key, column_of, number_keys, tally
from sealmark.measure.surveys.rows import Plan, Term, answer
from sealmark.measure.surveys.totals import Groups, Sums, group_rows, key_columns
from sealmark.measure.surveys.variance import Figures, figures_of

__all__ = ["estimate_quantiles"]


@dataclass(frozen=True)
class _Distribution:
    """One row per group and value, sorted by cell and value."""

    groups: Groups
    group: Integers
    value: Floats
    rows: Floats
    weight: Floats
    square: Floats

    @property
    def cell(self) -> Integers:
        """The cell of each row."""
        return self.groups.cell[self.group]


def estimate_quantiles(
    table: ir.Table,
    measure: Quantile,
    *,
    design: Design,
    frame: Frame,
    by: Sequence[str] = (),
    confidence: float = 0.95,
) -> tuple[tuple[Key, ...], Figures, Pair]:
    """Return the cells with answers, their quantiles and both limits, from one query.

    The query returns one row per distinct value and group: as small as the
    scale for ratings, as large as the table for continuous columns.
    """
    keys = key_columns(table, design, by)
    narrow = table.select(**keys, **{WEIGHT: table[WEIGHT]}, value=answer(table, measure.column))
    narrow = narrow.filter(narrow.value.notnull())
    weight = narrow[WEIGHT]
    sums = {"rows": narrow.count(), "weight": weight.sum(), "square": (weight * weight).sum()}
    counted = narrow.aggregate(by=[*keys, "value"], **sums)
    rows = fetch(counted.order_by([*keys, "value"]))
    spread = _distribution(rows, list(keys), design=design, frame=frame, by=by)
    share, rule = float(measure.share), measure.rule
    cells = spread.groups.cells
    value = _inverse(spread, np.full(len(cells), share), rule)
    shares = _shares(spread, value, frame=frame, design=design)
    quantile = t_quantile(shares.degrees, confidence)
    low, high = symmetric(shares.value, np.sqrt(shares.variance), quantile)
    limits = _inverse(spread, low, rule), _inverse(spread, high, rule)
    error = (limits[1] - limits[0]) / (2 * quantile)
    nothing = np.full(len(cells), np.nan)
    return cells, replace(shares, value=value, variance=error**2, design_effect=nothing), limits


def _distribution(
    rows: pa.Table, keys: Sequence[str], *, design: Design, frame: Frame, by: Sequence[str]
) -> _Distribution:
    groups = group_rows(rows, design, frame, by=list(keys)[: len(by)])
    number, _ = number_keys(rows, keys)
    first = np.unique(number, return_index=True)[1]
    cluster = None if groups.cluster is None else groups.cluster[first]
    small = replace(groups, cell=groups.cell[first], stratum=groups.stratum[first], cluster=cluster)
    value = column_of(rows, "value")
    order = np.lexsort((number, value, groups.cell))
    columns = (column_of(rows, name)[order] for name in ("rows", "weight", "square"))
    return _Distribution(small, number[order], value[order], *columns)


def _inverse(spread: _Distribution, shares: Floats, rule: str) -> Floats:
    """Return in each cell the value at a cumulative share; the extremes beyond 0 and 1."""
    found = np.full(len(shares), np.nan)
    starts = np.searchsorted(spread.cell, np.arange(len(shares) + 1))
    for index, share in enumerate(shares):
        inside = slice(starts[index], starts[index + 1])
        value, place = np.unique(spread.value[inside], return_inverse=True)
        heap = np.cumsum(tally(place, spread.weight[inside], len(value)))
        if np.isnan(share) or not len(heap) or not heap[-1] > 0:
            continue
        # A share met exactly but for rounding counts as met.
        reached = heap / heap[-1] - share
        at = min(int(np.searchsorted(reached, -1e-12)), len(value) - 1)
        met = rule == "school" and abs(reached[at]) < 1e-12 and at + 1 < len(value)  # noqa: PLR2004
        found[index] = (value[at] + value[at + 1]) / 2 if met else value[at]
    return found


def _shares(spread: _Distribution, limit: Floats, *, frame: Frame, design: Design) -> Figures:
    """Return the share at or below a limit in every cell, with its variance."""
    below = (spread.value <= limit[spread.cell]).astype(np.float64)
    size = len(spread.groups.cell)

    def add(values: Floats) -> Floats:
        return tally(spread.group, values, size)

    weight, inside = add(spread.weight), add(spread.weight * below)
    square, square_inside = add(spread.square), add(spread.square * below)
    first = np.stack([inside, weight])
    products = np.stack([np.stack([inside, inside]), first])
    squares = np.stack([np.stack([square_inside, square_inside]), np.stack([square_inside, square])])
    sums = Sums(add(spread.rows), weight, first, products, squares)
    plan = Plan((Term(ibis.null("float64")),))
    return figures_of(plan, sums, spread.groups, frame=frame, lonely=design.lonely)
