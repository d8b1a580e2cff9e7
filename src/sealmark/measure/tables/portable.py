"""The first stage through Ibis: one GROUP BY of plain sums, on any engine.

Three things keep it fast. Sums have no ``FILTER``: what does not count is zero.
Columns of whole numbers meet whole numbers only, and are turned into doubles
before they meet a weight. And what is squared is the weighted value itself, so
that the sums of an item need three columns.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from sealmark.measure.engine import Source, fetch, open_table
from sealmark.measure.surveys.design import POPULATION, Design, prepare
from sealmark.measure.surveys.estimation import require_cells
from sealmark.measure.surveys.formulas import Item, item_of
from sealmark.measure.surveys.rows import require_columns
from sealmark.measure.surveys.totals import MOST_FIGURES, check_cells, key_columns
from sealmark.measure.tables.questions import Questions, RowIndex, refusal, row_index

__all__ = ["check_design", "group_totals"]

_WEIGHT = "sm_w"
_LARGEST = 1e300


def group_totals(source: Source, questions: Questions, *, design: Design, by: Sequence[str] = ()) -> pa.Table:
    """Return sums per cell, stratum and cluster, by one query.

    Columns: the keys ``sm_by0`` ..., ``sm_stratum0`` ..., ``sm_cluster``; ``rows`` and what else the design's
    check needs; then for the item of number i ``n_i`` (answers), ``a_i`` (sum of weights), ``b_i`` (of weighted
    answers), ``t_i`` (of weights at or above the cut), and without clusters the sums of their squares and
    products ``aa_i``, ``ab_i``, ``bb_i``, ``tt_i``; index and promoter score end in ``_x`` and ``_p``. Where all
    rows of a stratum weigh alike, sums are plain and those that repeat others are left out.

    Args:
        source: The whole sample, as for :func:`~sealmark.measure.surveys.estimation.estimate`.
        questions: What to measure.
        design: How the rows were drawn; one stage.
        by: Columns whose values make the cells.

    Raises:
        SealmarkError: SM403 to SM405 for columns, SM483 a design of two stages, SM489 too many cells.
    """
    table = open_table(source)
    require_cells(table, by)
    check_design(design)
    check_cells(table, by, each=len(questions.variables), most=MOST_FIGURES)
    prepared = prepare(table, design, weighted=False)
    require_columns(prepared, questions.measures.values())
    keys, copies = _keys(prepared, design, by)
    narrow = prepared.select(**keys, **_design_values(prepared, design), **_answers(prepared, questions))
    terms = _terms(narrow, questions, is_weighted=design.weight is not None)
    ready = narrow.select(*keys, *_design_values(prepared, design), **terms)
    squares = design.cluster is None
    sums = _counts(ready, design) | _sums(ready, list(terms), is_weighted=design.weight is not None, squares=squares)
    rows = fetch(ready.aggregate(by=list(keys), **sums))
    for copy, original in copies.items():
        rows = rows.append_column(copy, rows[original])
    return rows


def _keys(table: ir.Table, design: Design, by: Sequence[str]) -> tuple[dict[str, ir.Column], dict[str, str]]:
    """Return the columns to group by, and those that are a copy of another: they would be grouped by twice."""
    every = key_columns(table, design, by)
    sources = dict(zip(every, (*by, *design.strata, *((design.cluster,) if design.cluster else ())), strict=True))
    first: dict[str, str] = {}
    for key, column in sources.items():
        first.setdefault(str(column), key)
    kept = {key: every[key] for key in first.values()}
    return kept, {key: first[str(column)] for key, column in sources.items() if key not in kept}


def check_design(design: Design) -> None:
    """Refuse a design that a table of statistics does not serve.

    Raises:
        SealmarkError: SM483.
    """
    if design.two_stage or design.cluster2:
        fix = "Ask estimate(), or leave the second stage out: the first carries most of the variance."
        raise refusal("A table of statistics is made for designs of one stage.", fix)


def _design_values(table: ir.Table, design: Design) -> dict[str, ir.Column]:
    weight = {} if design.weight is None else {_WEIGHT: table[design.weight].cast("float64")}
    return weight | ({} if design.population is None else {POPULATION: table[POPULATION]})


def _answers(table: ir.Table, questions: Questions) -> dict[str, ir.Column]:
    """Return valid answers, in the type they have: once for each way in which an item is read."""
    return {_name(item): _valid(table, item) for item in _readings(questions)}


def _readings(questions: Questions) -> dict[Item, int]:
    promoter = [item_of(questions.promoter.column)] if questions.promoter else []
    parts = [*questions.own, *(questions.index.items if questions.index else ()), *promoter]
    return {item_of(item): 0 for item in parts}


def _name(item: Item) -> str:
    return f"sm_y {item.column} {item.lowest} {item.highest} {item.reversed}"


def _valid(table: ir.Table, item: Item) -> ir.Column:
    column = table[item.column]
    right = [~column.isnan()] if column.type().is_floating() else []
    if item.lowest is not None:
        right.append(column >= _plain(item.lowest))
    if item.highest is not None:
        right.append(column <= _plain(item.highest))
    # Whole numbers stay whole: a decimal literal would turn the column into decimals.
    turned = _plain((item.lowest or 0) + (item.highest or 0)) - column if item.reversed else column  # type: ignore[operator]
    return ibis.ifelse(ibis.and_(*right), turned, ibis.null(turned.type())) if right else turned


def _plain(number: float | Decimal) -> int | float:
    return int(number) if float(number).is_integer() else float(number)


def _terms(table: ir.Table, questions: Questions, *, is_weighted: bool) -> dict[str, ir.Column]:
    """Return the columns that are summed: answers as flags ``y``, weights ``a``, values ``b`` and boxes ``t``."""
    terms: dict[str, ir.Column] = {}
    for number, item in enumerate(questions.own):
        answer = table[_name(item)]
        terms |= _weighted(table, str(number), answer, is_weighted=is_weighted)
        terms[f"t_{number}"] = _box(table, answer, questions.top_from, is_weighted=is_weighted)
    if questions.index:
        terms |= _weighted(table, "x", _index(table, row_index(questions.index)), is_weighted=is_weighted)
    if questions.promoter:
        rating = table[_name(item_of(questions.promoter.column))]
        above = (rating >= _plain(questions.promoter.promoters_from)).cast("int32")
        below = (rating <= _plain(questions.promoter.detractors_to)).cast("int32")
        terms |= _weighted(table, "p", (above - below) * 100, is_weighted=is_weighted)
    return terms


def _box(table: ir.Table, answer: ir.NumericColumn, cut: float | Decimal, *, is_weighted: bool) -> ir.Column:
    filled = answer.fill_null(0)
    high = (filled >= _plain(cut)).cast("int32").cast("float64")
    if cut <= 0:  # what is missing is filled with zero, and must not lie in the box
        high = high * answer.notnull().cast("int32").cast("float64")
    return table[_WEIGHT] * high if is_weighted else high


def _weighted(table: ir.Table, label: str, value: ir.NumericColumn, *, is_weighted: bool) -> dict[str, ir.Column]:
    filled = value.fill_null(0).cast("float64")
    if not is_weighted:
        return {f"y_{label}": value, f"b_{label}": filled}
    weight = table[_WEIGHT]
    given = value.notnull().cast("int32").cast("float64")
    return {f"y_{label}": value, f"a_{label}": weight * given, f"b_{label}": weight * filled}


def _index(table: ir.Table, index: RowIndex) -> ir.FloatingColumn:
    answers = [table[_name(item)] for item in index.items]
    # The same expressions as in the items' own sums, so that the engine computes them once.
    filled = [answer.fill_null(0).cast("float64") for answer in answers]
    given = [answer.notnull().cast("int32").cast("float64") for answer in answers]
    count = _add(given)
    if index.is_even:
        value = _add(filled) / count.nullif(0) * float(index.slopes[0]) + float(index.offsets[0])
    else:
        shares, slopes, offsets = index.shares.tolist(), index.slopes.tolist(), index.offsets.tolist()
        below = _add([flag * share for flag, share in zip(given, shares, strict=True)])
        parts = [
            answer * (share * slope) + flag * (share * offset)
            for answer, flag, share, slope, offset in zip(filled, given, shares, slopes, offsets, strict=True)
        ]
        value = _add(parts) / below.nullif(0)
    return ibis.ifelse(count >= index.minimum, value, ibis.null("float64")) if index.minimum > 1 else value


def _add(parts: Sequence[ir.FloatingColumn]) -> ir.FloatingColumn:
    return functools.reduce(operator.add, parts)


def _counts(table: ir.Table, design: Design) -> dict[str, ir.Scalar]:
    counts: dict[str, ir.Scalar] = {"rows": table.count()}
    if design.weight is not None:
        weight = table[_WEIGHT]
        good = (weight >= 0) & (weight < _LARGEST)  # not a number counts as larger than any
        counts |= {"good_weight": good.cast("int32").sum(), "weight_sum": weight.sum()}
    if design.population is not None:
        counts |= {"population": table[POPULATION].min(), "largest_population": table[POPULATION].max()}
    return counts


def _sums(table: ir.Table, names: Sequence[str], *, is_weighted: bool, squares: bool) -> dict[str, ir.Scalar]:
    sums: dict[str, ir.Scalar] = {}
    for name in names:
        kind, label = name.split("_")
        sums["n_" + label if kind == "y" else name] = table[name].count() if kind == "y" else table[name].sum()
        if not squares:
            continue
        if kind == "b":
            sums[f"bb_{label}"] = (table[name] * table[name]).sum()
            if is_weighted:
                sums[f"ab_{label}"] = (table[f"a_{label}"] * table[name]).sum()
        elif is_weighted and kind in {"a", "t"}:
            sums[f"{kind}{kind}_{label}"] = (table[name] * table[name]).sum()
    return sums
