"""Stage one: one pass over the rows gives weighted sums per cell, stratum and sampling unit.

Where each row is its own sampling unit, sums of squares and products per cell
and stratum suffice, so that the result is as small with a hundred million
rows as with a hundred. With clusters the sums are kept per cluster.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import fetch
from sealmark.measure.surveys.design import CLUSTER, CLUSTER2, WEIGHT, Design, Frame
from sealmark.measure.surveys.keys import Floats, Integers, Key, column_of, number_keys
from sealmark.measure.surveys.rows import Plan

__all__ = [
    "MOST_CELLS",
    "MOST_FIGURES",
    "Groups",
    "Sums",
    "add_up",
    "check_cells",
    "group_rows",
    "key_columns",
    "require_few",
]

MOST_CELLS = 2_000_000
"""Estimates that one call returns at the most; each takes about a kilobyte."""

MOST_FIGURES = 10_000_000
"""Numbers that one table of statistics or records holds at the most; each takes up to 300 bytes while it is made."""

# A rough count of distinct values is off by a fifth at times, never by half.
_ROUGH = 2


@dataclass(frozen=True)
class Groups:
    """To which cell, stratum and cluster each row of the small table belongs.

    Attributes:
        cells: The cells, sorted.
        cell: Number of the cell.
        stratum: Number of the stratum in the frame.
        cluster: Number of the cluster in the frame's or the table's order; None for rows drawn one by one.
        squares: The rows were drawn one by one inside these groups: use the sums of squares.
    """

    cells: tuple[Key, ...]
    cell: Integers
    stratum: Integers
    cluster: Integers | None
    squares: bool


@dataclass(frozen=True)
class Sums:
    """A plan's sums, one entry per row of the small table.

    Variables come in pairs per term: the value above, then the base below.

    Attributes:
        rows: Rows with a value in any term.
        weight: Sum of their weights.
        first: Sum of weight times variable; shape (variables, groups).
        products: Sum of weight times two variables; (variables, variables, groups).
        squares: Sum of squared weight times two variables; same shape.
    """

    rows: Floats
    weight: Floats
    first: Floats
    products: Floats
    squares: Floats


def add_up(
    table: ir.Table, plans: Mapping[str, Plan], *, design: Design, frame: Frame, by: Sequence[str] = ()
) -> tuple[Groups, dict[str, Sums]]:
    """Return the weighted sums of every plan, in one query.

    Args:
        table: A prepared table, restricted to the domain.
        plans: What to add up, by name.
        design: The design the table was prepared for.
        frame: The design's counts.
        by: Columns that name the cells.

    Raises:
        SealmarkError: SM489 more cells than memory holds, told before they are made.
    """
    if frame.rows > MOST_CELLS:
        check_cells(table, by)
    names = list(plans)
    keys = key_columns(table, design, by)
    moments = not design.cluster or (design.two_stage and not design.cluster2)
    narrow = table.select(
        **keys,
        **{WEIGHT: table[WEIGHT]},
        **{name: value for index, plan in enumerate(plans.values()) for name, value in _values(plan, index)},
    )
    squares = moments and (design.weight is not None or design.population is not None)
    wanted: dict[str, ir.Scalar] = {}
    for index, name in enumerate(names):
        wanted |= _aggregates(narrow, plans[name], index, squares=squares)
    grouped = narrow.aggregate(by=list(keys), **wanted)
    rows = fetch(grouped.order_by(list(keys)) if keys else grouped)
    groups = group_rows(rows, design, frame, by=list(keys)[: len(by)])
    return groups, {name: _read(rows, plans[name], index) for index, name in enumerate(names)}


def group_rows(rows: pa.Table, design: Design, frame: Frame, *, by: Sequence[str]) -> Groups:
    """Return to which cell, stratum and cluster the rows of a small table belong.

    Raises:
        SealmarkError: SM489 more cells than memory holds as estimates.
    """
    if rows.num_rows > MOST_CELLS and by:
        require_few(rows.group_by(list(by)).aggregate([]).num_rows)
    cell, cells = number_keys(rows, by)
    number, strata = number_keys(rows, design.strata_keys)
    place = {key: index for index, key in enumerate(frame.strata)}
    stratum = np.array([place[key] for key in strata], dtype=np.int64)[number]
    if not design.cluster:
        return Groups(tuple(cells), cell, stratum, None, squares=True)
    cluster, keys = number_keys(rows, (*design.strata_keys, CLUSTER))
    if frame.clusters:
        where = {key: index for index, key in enumerate(frame.clusters)}
        cluster = np.array([where[key] for key in keys], dtype=np.int64)[cluster]
    return Groups(tuple(cells), cell, stratum, cluster, squares=design.two_stage and not design.cluster2)


def check_cells(table: ir.Table, by: Sequence[str], *, each: int = 1, most: int = MOST_CELLS) -> None:
    """Refuse columns that ask for more estimates than memory holds, before the rows are grouped.

    Distinct values are first counted roughly, in one scan and a few kilobytes of memory; exactly only
    where that leaves it open, and then there are at most a few times as many cells as are allowed.

    Args:
        table: The rows.
        by: Columns whose values make the cells.
        each: Estimates per cell.
        most: Estimates allowed.

    Raises:
        SealmarkError: SM489.

    Example:
        >>> check_cells(ibis.memtable({"shop": [1, 2, 3]}), ["shop"], each=2, most=6)
    """
    if not by:
        return
    (found,) = fetch(
        table.aggregate(
            rows=table.count(), **{f"sm_by{place}": table[name].approx_nunique() for place, name in enumerate(by)}
        )
    ).to_pylist()
    values = [1 + int(found[f"sm_by{place}"]) for place in range(len(by))]
    if min(int(found["rows"]), math.prod(_ROUGH * value for value in values)) * each <= most:
        return
    _require_few_roughly(max(values) * each, most)
    if len(by) > 1:
        parts = [table[name].cast("string").fill_null("") for name in by]
        together = table.select(sm_cell=ibis.literal("\x1f").join(parts))
        _require_few_roughly(
            int(fetch(together.aggregate(n=together.sm_cell.approx_nunique()))["n"][0].as_py()) * each, most
        )
    cells = table.select(*by).distinct()
    require_few(int(fetch(cells.aggregate(n=cells.count()))["n"][0].as_py()) * each, most)


def require_few(count: int, most: int = MOST_CELLS) -> None:
    """Refuse more estimates than memory holds.

    Raises:
        SealmarkError: SM489.
    """
    if count > most:
        raise _too_many(f"{count:,}", most)


def _require_few_roughly(count: int, most: int) -> None:
    if count > _ROUGH * most:
        digits = len(str(count)) - 1
        raise _too_many(f"about {round(count, -digits):,}", most)


def _too_many(count: str, most: int) -> SealmarkError:
    what = f"The columns to split by ask for {count} estimates; at most {most:,} fit at once."
    fix = "Split by fewer or coarser columns, or ask for a part of the rows at a time (domain)."
    return SealmarkError(Problem("SM489", what, fix=fix))


def key_columns(table: ir.Table, design: Design, by: Sequence[str]) -> dict[str, ir.Column]:
    """Return the columns that name cell, stratum and sampling units, under names of their own."""
    clusters = [key for key, name in ((CLUSTER, design.cluster), (CLUSTER2, design.cluster2)) if name]
    cells = {f"sm_by{index}": table[name] for index, name in enumerate(by)}
    return cells | {key: table[key] for key in (*design.strata_keys, *clusters)}


def _values(plan: Plan, index: int) -> list[tuple[str, ir.FloatingValue]]:
    values = [(f"v{index}_{term}", part.value) for term, part in enumerate(plan.terms)]
    bases = [
        (f"b{index}_{term}", ibis.ifelse(part.value.isnull(), ibis.null("float64"), part.base))
        for term, part in enumerate(plan.terms)
        if part.base is not None
    ]
    return [*values, *bases]


def _aggregates(table: ir.Table, plan: Plan, index: int, *, squares: bool) -> dict[str, ir.Scalar]:
    """Return the sums of one plan; a sum equal to another one is not asked for twice."""
    weight = table[WEIGHT]
    variables = _variables(table, plan, index)
    anything = ibis.or_(*(table[f"v{index}_{term}"].notnull() for term in range(len(plan.terms))))
    flag = anything.cast("int32").cast("float64")
    sums = {f"n{index}": anything.cast("int64").sum(), f"w{index}": (weight * flag).sum()}
    for i, left in enumerate(variables):
        sums[f"s{index}_{i}"] = (weight * left).sum()
        for j in range(i + 1):
            right = variables[j]
            if not _is_alias(plan, i, j):
                sums[f"p{index}_{i}_{j}"] = (weight * left * right).sum()
            if squares:
                sums[f"q{index}_{i}_{j}"] = (weight * weight * left * right).sum()
    return sums


def _variables(table: ir.Table, plan: Plan, index: int) -> list[ir.FloatingValue]:
    variables = []
    for term, part in enumerate(plan.terms):
        value = table[f"v{index}_{term}"]
        base = table[f"b{index}_{term}"] if part.base is not None else value.notnull().cast("int32")
        variables += [value, base.cast("float64")]
    return variables


def _is_alias(plan: Plan, i: int, j: int) -> bool:
    """Tell whether a product equals a plain sum: a counting base times itself or its own value."""
    return i % 2 == 1 and j in (i, i - 1) and plan.terms[i // 2].base is None


def _read(rows: pa.Table, plan: Plan, index: int) -> Sums:
    size = 2 * len(plan.terms)
    names = set(rows.column_names)

    def column(name: str) -> Floats:
        return np.nan_to_num(column_of(rows, name))

    first = np.stack([column(f"s{index}_{i}") for i in range(size)])
    products = np.zeros((size, size, rows.num_rows))
    squares = np.zeros_like(products)
    for i in range(size):
        for j in range(i + 1):
            alias = _is_alias(plan, i, j)
            products[i, j] = products[j, i] = first[j] if alias else column(f"p{index}_{i}_{j}")
            known = f"q{index}_{i}_{j}" in names
            squares[i, j] = squares[j, i] = column(f"q{index}_{i}_{j}") if known else products[i, j]
    return Sums(column(f"n{index}"), column(f"w{index}"), first, products, squares)
