"""Estimates with adjusted weights; their standard error knows of the adjustments.

What a calibration explains of a variable no longer varies from sample to
sample. So each row's linearised value z is replaced by its residual from the
weighted regression on the control variables x (Deville and Särndal 1992):

    u = w (z - x B),   B = (sum d x x')^-1 sum d x z,

with d the weights before and w those after the calibration; several
calibrations follow one another. Rows outside the cell, too, carry -w x B.
The design's variance is then taken over u as usual. Everything follows from
sums per cell, pattern, stratum and sampling unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import ibis
import numpy as np
from scipy import sparse

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.surveys.estimation import (
    CellEstimate,
    Domain,
    cell_estimate,
    check_confidence,
    condition_of,
    fix_weights,
    limits_of,
    opposed_of,
    require_cells,
    sort_key,
)
from sealmark.measure.surveys.formulas import LinearMeasure, Quantile
from sealmark.measure.surveys.keys import Floats, Integers, Key, tally
from sealmark.measure.surveys.rows import Plan, Term, plan_of, require_columns, unit_of
from sealmark.measure.surveys.totals import Groups, Sums, add_up
from sealmark.measure.surveys.variance import Figures, describe, linearise, spread_of
from sealmark.measure.weights.calibration import solve_scaled
from sealmark.measure.weights.weighting import Weighting

__all__ = ["estimate_weighted", "figures_weighted"]

_ONE = ibis.literal(1.0, "float64")
_EVERYONE, _INSIDE = "every row", "rows of the domain"
_MOST_NUMBERS = 4_000_000


@dataclass(frozen=True)
class _Layout:
    """Where the rows of the small table belong.

    Attributes:
        cells: The cells.
        cell: Cell of each row; -1 outside the domain.
        pattern: Pattern of each row.
        unit: Cluster of each row, or its stratum where rows were drawn one by one.
        strata: Stratum of each unit.
        everyone: Sums over all rows, whatever the domain.
        clustered: The units are clusters.
    """

    cells: tuple[Key, ...]
    cell: Integers
    pattern: Integers
    unit: Integers
    strata: Integers
    everyone: Sums
    clustered: bool


def estimate_weighted(
    weighting: Weighting,
    measures: Mapping[str, LinearMeasure],
    *,
    by: Sequence[str] = (),
    confidence: float = 0.95,
    domain: Domain = None,
) -> tuple[CellEstimate, ...]:
    """Return every measure in every cell, with adjusted weights and the standard error they earn.

    Args:
        weighting: From :mod:`~sealmark.measure.weights.weighting`.
        measures: What to measure, by name; no quantiles.
        by: Columns whose values make the cells.
        confidence: Level of the two-sided intervals.
        domain: The rows to measure.

    Raises:
        SealmarkError: SM403, SM404, SM413 as ``estimate``; SM439 a quantile.

    Example:
        >>> import pyarrow as pa
        >>> from sealmark.measure.surveys.design import Design
        >>> from sealmark.measure.surveys.formulas import Mean
        >>> from sealmark.measure.weights.margins import Margin
        >>> from sealmark.measure.weights.weighting import base_weights, post_stratify
        >>> answers = pa.table({"sex": ["f", "f", "f", "m", "m"], "q": [8, 9, 7, 4, 5]})
        >>> weighting = post_stratify(base_weights(answers, design=Design()), Margin("sex", {"f": 50, "m": 50}))
        >>> (cell,) = estimate_weighted(weighting, {"score": Mean("q")})
        >>> cell.estimate.value, round(cell.estimate.standard_error, 4)
        (Decimal('6.25'), Decimal('0.3294'))
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    if any(isinstance(measure, Quantile) for measure in measures.values()):
        fix = "Measure a share, or give weighted_table() to estimate(), whose interval leaves the adjustment out."
        raise SealmarkError(Problem("SM439", "Quantiles are not offered with adjusted weights.", fix=fix))
    table = weighting.sample.table
    require_columns(table, measures.values())
    plans = {name: plan_of(fix_weights(one, weighting.sample), table) for name, one in measures.items()}
    check_confidence(confidence)
    cells, found = figures_weighted(weighting, plans, by=by, domain=domain)
    clustered = weighting.sample.design.cluster is not None
    limits = {name: limits_of(measures[name], found[name], confidence, clustered=clustered) for name in plans}
    opposed = opposed_of(weighting.sample, measures)
    return tuple(
        replace(
            cell_estimate(found[name], limits[name], index, confidence),
            cell=dict(zip(by, cells[index], strict=True)),
            measure=name,
            unit=unit_of(measures[name]),
            opposed=opposed.get(name, ()),
        )
        for index in sorted(range(len(cells)), key=lambda place: sort_key(cells[place]))
        for name in measures
    )


def figures_weighted(
    weighting: Weighting, plans: Mapping[str, Plan], *, by: Sequence[str] = (), domain: Domain = None
) -> tuple[tuple[Key, ...], dict[str, Figures]]:
    """Return the cells and every plan's figures in them, from one query.

    Raises:
        SealmarkError: SM403 a column of ``by`` or the domain that is not there.
    """
    sample = weighting.sample
    require_cells(sample.table, by)
    inside = condition_of(sample.table, domain)
    counted = {name: _with_counts(plan) for name, plan in plans.items()}
    asked = {name: plan.where(inside) for name, plan in counted.items()}
    asked |= {_EVERYONE: Plan((Term(_ONE),)), _INSIDE: Plan((Term(_ONE),)).where(inside)}
    keys = (*by, *weighting.columns)
    groups, sums = add_up(sample.table, asked, design=sample.design, frame=sample.frame, by=keys)
    layout = _lay_out(groups, sums, weighting, size=len(by))
    return layout.cells, {name: _figures(plan, sums[name], layout, weighting) for name, plan in counted.items()}


def _with_counts(plan: Plan) -> Plan:
    """Return the plan with a count, of factor 0, beside each term that has a base of its own."""
    counts = [
        Term(ibis.ifelse(term.value.isnull(), ibis.null("float64"), _ONE), factor=0.0)
        for term in plan.terms
        if term.base is not None
    ]
    return Plan((*plan.terms, *counts), plan.offset)


def _count_of(plan: Plan) -> list[int]:
    """Return for each variable the place of the variable that counts the rows with a value."""
    own = [index for index, term in enumerate(plan.terms) if term.base is not None]
    extra = len(plan.terms) - len(own)
    place = {term: 2 * (extra + rank) + 1 for rank, term in enumerate(own)}
    return [place.get(term, 2 * term + 1) for term in range(len(plan.terms)) for _ in range(2)]


def _lay_out(groups: Groups, sums: Mapping[str, Sums], weighting: Weighting, *, size: int) -> _Layout:
    pattern_at = {key: index for index, key in enumerate(weighting.patterns)}
    patterns = np.array([pattern_at[key[size:]] for key in groups.cells], dtype=np.int64)
    present = tally(groups.cell, sums[_INSIDE].rows, len(groups.cells)) > 0
    cells = tuple(dict.fromkeys(key[:size] for key, full in zip(groups.cells, present, strict=True) if full))
    cell_at = {key: index for index, key in enumerate(cells)}
    cell = np.array([cell_at.get(key[:size], -1) for key in groups.cells], dtype=np.int64)
    clustered = groups.cluster is not None
    unit = groups.stratum if groups.cluster is None else groups.cluster
    strata = np.zeros(int(unit.max(initial=-1)) + 1, dtype=np.int64)
    strata[unit] = groups.stratum
    here = np.where(sums[_INSIDE].rows > 0, cell[groups.cell], -1)
    return _Layout(cells, here, patterns[groups.cell], unit, strata, sums[_EVERYONE], clustered)


def _figures(plan: Plan, sums: Sums, layout: _Layout, weighting: Weighting) -> Figures:
    """Return one plan's figures, some cells at a time so that memory stays bounded."""
    units, variables = len(layout.strata), 2 * len(plan.terms) + 1
    width = units * (variables if layout.clustered else variables**2) + len(weighting.patterns)
    step = max(1, _MOST_NUMBERS // width)
    blocks = [
        _block(plan, sums, layout, weighting, (start, min(start + step, len(layout.cells))))
        for start in range(0, max(len(layout.cells), 1), step)
    ]
    return Figures(*(np.concatenate([getattr(block, field.name) for block in blocks]) for field in fields(Figures)))


def _block(plan: Plan, sums: Sums, layout: _Layout, weighting: Weighting, ends: tuple[int, int]) -> Figures:
    frame, lonely = weighting.sample.frame, weighting.sample.design.lonely
    chosen = np.flatnonzero((layout.cell >= ends[0]) & (layout.cell < ends[1]))
    cell = layout.cell[chosen] - ends[0]
    size, units = ends[1] - ends[0], len(layout.strata)
    place = cell * units + layout.unit[chosen]
    weighted = _collapsed(sums, chosen, weighting.factors[layout.pattern[chosen]], place, size * units)
    groups = Groups(
        layout.cells[ends[0] : ends[1]],
        np.repeat(np.arange(size), units),
        np.tile(layout.strata, size),
        np.tile(np.arange(units), size) if layout.clustered else None,
        squares=not layout.clustered,
    )
    value, gradient = linearise(plan, weighted, groups)
    fitted = _fitted(gradient, sums, layout, weighting, (chosen, cell))
    joined = _with_fitted(plan, sums, weighted, layout, (weighting.factors, fitted, chosen, place))
    slopes = np.vstack([gradient, np.full(size, -1.0)])
    spread = spread_of(slopes, joined, groups, frame=frame, lonely=lonely)
    return describe((value, gradient), spread, weighted, groups, frame=frame)


def _collapsed(sums: Sums, chosen: Integers, factors: Floats, place: Integers, size: int) -> Sums:
    """Return the sums with adjusted weights, patterns added together."""

    def add(values: Floats) -> Floats:
        return tally(place, values, size)

    products = np.array([[add(part[chosen] * factors) for part in row] for row in sums.products])
    squares = np.array([[add(part[chosen] * factors**2) for part in row] for row in sums.squares])
    first = np.stack([add(row[chosen] * factors) for row in sums.first])
    return Sums(add(sums.rows[chosen]), add(sums.weight[chosen] * factors), first, products, squares)


def _fitted(
    gradient: Floats, sums: Sums, layout: _Layout, weighting: Weighting, rows: tuple[Integers, Integers]
) -> Floats:
    """Return what the calibrations explain of the linearised value: shape (cells, patterns)."""
    chosen, cell = rows
    size, patterns = gradient.shape[1], len(weighting.patterns)
    values = (gradient[:, cell] * sums.first[:, chosen]).sum(axis=0)
    linear = tally(cell * patterns + layout.pattern[chosen], values, size * patterns).reshape(size, patterns)
    fitted = np.zeros((size, patterns))
    for step in weighting.adjustments:
        later = np.divide(weighting.factors, step.after, out=np.zeros(patterns), where=step.after != 0)
        before = weighting.weights * step.before
        right = ((linear - fitted * weighting.weights) * step.before * later) @ step.controls
        slopes = solve_scaled((step.controls * before[:, None]).T @ step.controls, right.T)
        back = np.divide(step.after, weighting.factors, out=np.zeros(patterns), where=weighting.factors != 0)
        fitted = fitted + (step.controls @ slopes).T * back
    return fitted


def _with_fitted(
    plan: Plan,
    sums: Sums,
    weighted: Sums,
    layout: _Layout,
    parts: tuple[Floats, Floats, Integers, Integers],
) -> Sums:
    """Return the sums with one more variable: what is explained, over all rows of the sample."""
    factors, fitted, chosen, place = parts
    explained = fitted * factors
    everyone = layout.everyone
    shape = (fitted.shape[1], len(layout.strata))
    entries = (layout.pattern, layout.unit)
    whole = sparse.csr_matrix((everyone.first[0], entries), shape)
    first = np.vstack([weighted.first, (explained @ whole).reshape(1, -1)])
    if layout.clustered:
        return replace(weighted, first=first)
    whole = sparse.csr_matrix((everyone.squares[0, 0], entries), shape)
    cell = place // shape[1]
    scale = (explained * factors)[cell, layout.pattern[chosen]]
    crossed = [tally(place, sums.squares[i, k][chosen] * scale, first.shape[1]) for i, k in enumerate(_count_of(plan))]
    last = (explained**2 @ whole).reshape(1, -1)
    edge = np.vstack([*crossed])
    squares = np.concatenate(
        [np.concatenate([weighted.squares, edge[:, None]], axis=1), np.concatenate([edge, last])[None]], axis=0
    )
    return replace(weighted, first=first, squares=squares)
