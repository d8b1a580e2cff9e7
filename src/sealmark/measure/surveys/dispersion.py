"""How much answers vary in the population: variance and standard deviation with their uncertainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from sealmark.measure.engine import Source, fetch
from sealmark.measure.surveys.design import Design
from sealmark.measure.surveys.estimation import (
    CellEstimate,
    Domain,
    Sample,
    cell_estimate,
    check_confidence,
    limits_of,
    sort_key,
    take_sample,
)
from sealmark.measure.surveys.formulas import Item, Mean
from sealmark.measure.surveys.keys import Floats, column_of, tally
from sealmark.measure.surveys.rows import Plan, Term, answer, require_columns
from sealmark.measure.surveys.totals import Groups, Sums, add_up
from sealmark.measure.surveys.variance import Figures, describe, spread_of

__all__ = ["estimate_deviations", "estimate_variances"]


def estimate_variances(
    table: Source,
    columns: Mapping[str, str | Item],
    *,
    design: Design,
    by: Sequence[str] = (),
    confidence: float = 0.95,
    domain: Domain = None,
) -> tuple[CellEstimate, ...]:
    """Return the population variance of columns in every cell.

    The weighted mean of squared deviations times n / (n - 1), n the base. It
    has a t interval, which is rough where the base is small.

    Args:
        table: As for :func:`~sealmark.measure.surveys.estimation.estimate`.
        columns: Columns or items, by name.
        design: How the rows were drawn.
        by: Columns whose values make the cells.
        confidence: Level of the two-sided intervals.
        domain: The rows to measure.

    Raises:
        SealmarkError: As ``estimate``.

    Example:
        >>> import pyarrow as pa
        >>> answers = pa.table({"q": [2, 4, 6, 8]})
        >>> estimate_variances(answers, {"q": "q"}, design=Design())[0].estimate.value
        Decimal('6.66666666667')
    """
    return _estimates((table, design, domain), columns, by=by, confidence=confidence, root=False)


def estimate_deviations(
    table: Source,
    columns: Mapping[str, str | Item],
    *,
    design: Design,
    by: Sequence[str] = (),
    confidence: float = 0.95,
    domain: Domain = None,
) -> tuple[CellEstimate, ...]:
    """Return the population standard deviation of columns in every cell, in their own unit.

    Arguments and errors are those of :func:`estimate_variances`.

    Example:
        >>> import pyarrow as pa
        >>> answers = pa.table({"q": [2, 4, 6, 8]})
        >>> round(estimate_deviations(answers, {"q": "q"}, design=Design())[0].estimate.value, 4)
        Decimal('2.5820')
    """
    return _estimates((table, design, domain), columns, by=by, confidence=confidence, root=True)


def _estimates(
    source: tuple[Source, Design, Domain],
    columns: Mapping[str, str | Item],
    *,
    by: Sequence[str],
    confidence: float,
    root: bool,
) -> tuple[CellEstimate, ...]:
    check_confidence(confidence)
    by = (by,) if isinstance(by, str) else tuple(by)
    table, design, domain = source
    sample = take_sample(table, design=design, by=by, domain=domain)
    require_columns(sample.table, [Mean(column) for column in columns.values()])
    plans = {name: _plan(sample, column) for name, column in columns.items()}
    groups, sums = add_up(sample.table, plans, design=design, frame=sample.frame, by=by)
    found = {name: _figures(sums[name], groups, sample, root=root) for name in columns}
    limits = {name: limits_of(None, found[name], confidence, clustered=design.cluster is not None) for name in columns}
    return tuple(
        replace(
            cell_estimate(found[name], limits[name], index, confidence),
            cell=dict(zip(by, cell, strict=True)),
            measure=name,
            unit="scale" if root else "scale squared",
        )
        for index, cell in sorted(enumerate(groups.cells), key=lambda pair: sort_key(pair[1]))
        for name in columns
    )


def _plan(sample: Sample, column: str | Item) -> Plan:
    """Return a column and its square, both from a rough middle, so that large numbers lose no digits."""
    value = answer(sample.table, column)
    found = column_of(fetch(sample.table.aggregate(middle=value.mean())), "middle")
    shifted = value - float(np.nan_to_num(found[0]))
    return Plan((Term(shifted), Term(shifted * shifted)))


def _figures(sums: Sums, groups: Groups, sample: Sample, *, root: bool) -> Figures:
    first, weight, square, _ = (tally(groups.cell, row, len(groups.cells)) for row in sums.first)
    base = tally(groups.cell, sums.rows, len(groups.cells))
    with np.errstate(invalid="ignore", divide="ignore"):
        correction = np.where(base > 1, base / np.maximum(base - 1, 1), np.nan)
        mean, second = first / weight, square / weight
        value = correction * np.maximum(second - mean**2, 0.0)
        slopes = np.stack([-2 * mean, 2 * mean**2, np.ones_like(mean), -second]) * correction / weight
        if root:
            value = np.sqrt(value)
            slopes = slopes / (2 * value)
    gradient = np.nan_to_num(slopes, posinf=0.0, neginf=0.0)
    spread: tuple[Floats, Floats, Floats] = spread_of(
        gradient, sums, groups, frame=sample.frame, lonely=sample.design.lonely
    )
    return describe((value, gradient), spread, sums, groups, frame=sample.frame)
