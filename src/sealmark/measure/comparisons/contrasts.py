"""Several estimates at once with their covariance, and linear combinations of cells.

Cells that share clusters, or lie in one stratum, are not independent: a
combination is therefore estimated as one measure, whose variance holds every
covariance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import Source, fetch
from sealmark.measure.surveys.design import Design
from sealmark.measure.surveys.estimation import (
    CellEstimate,
    Domain,
    Sample,
    cell_estimate,
    check_confidence,
    condition_of,
    estimate_plans,
    fix_weights,
    limits_of,
    take_sample,
)
from sealmark.measure.surveys.formulas import LinearMeasure, Number
from sealmark.measure.surveys.keys import Floats, Key, number_keys
from sealmark.measure.surveys.rows import Plan, plan_of, require_columns, unit_of
from sealmark.measure.surveys.totals import add_up
from sealmark.measure.surveys.variance import linearise, spread_of
from sealmark.measure.weights.weighted import figures_weighted
from sealmark.measure.weights.weighting import Weighting

__all__ = ["JointEstimate", "contrast", "contrast_weighted", "joint_estimates", "joint_of_plans"]

_SHOWN = 10
_NAME = "contrast"


@dataclass(frozen=True)
class JointEstimate:
    """Estimates that were taken together.

    Attributes:
        labels: Measure and cell of each estimate.
        values: The estimates; NaN without an answer.
        covariance: Of the estimates, under the design; square.
        degrees: Sampling units less strata, with data in any of them.
        units: Sampling units with data in any of them.
    """

    labels: tuple[tuple[str, Key], ...]
    values: Floats
    covariance: Floats
    degrees: float
    units: float


def contrast(
    table: Source,
    measure: LinearMeasure,
    coefficients: Mapping[object, Number],
    *,
    design: Design,
    by: Sequence[str],
    confidence: float = 0.95,
    domain: Domain = None,
) -> CellEstimate:
    """Return a linear combination of a measure's values in several cells.

    Args:
        table: As for :func:`~sealmark.measure.surveys.estimation.estimate`.
        measure: What to measure in every cell.
        coefficients: From cell (a tuple when ``by`` has several columns) to its factor.
        design: How the rows were drawn.
        by: Columns whose values make the cells.
        confidence: Level of the two-sided interval.
        domain: The rows to use.

    Raises:
        SealmarkError: As ``estimate``; SM412 a quantile; SM442 a cell that has no rows.

    Example:
        >>> import pyarrow as pa
        >>> from sealmark.measure.surveys.formulas import Mean
        >>> answers = pa.table({"shop": ["a", "a", "b", "b", "c", "c"], "q": [7, 9, 8, 10, 5, 3]})
        >>> weights = {"a": 0.5, "b": 0.5, "c": -1}
        >>> contrast(answers, Mean("q"), weights, design=Design(), by="shop").estimate.value
        Decimal('4.5')
    """
    check_confidence(confidence)
    by = _columns(by)
    sample = take_sample(table, design=design, by=by, domain=domain)
    require_columns(sample.table, [measure])
    plan = _combined(sample.table, plan_of(fix_weights(measure, sample), sample.table), coefficients, by)
    (cell,) = estimate_plans(sample, {_NAME: plan}, confidence=confidence)
    return replace(cell, unit=unit_of(measure))


def contrast_weighted(
    weighting: Weighting,
    measure: LinearMeasure,
    coefficients: Mapping[object, Number],
    *,
    by: Sequence[str],
    confidence: float = 0.95,
    domain: Domain = None,
) -> CellEstimate:
    """Return a linear combination of cells with adjusted weights.

    Args:
        weighting: From :mod:`~sealmark.measure.weights.weighting`.
        measure: What to measure in every cell.
        coefficients: From cell (a tuple when ``by`` has several columns) to its factor.
        by: Columns whose values make the cells.
        confidence: Level of the two-sided interval.
        domain: The rows to use.

    Raises:
        SealmarkError: As :func:`contrast`.
    """
    check_confidence(confidence)
    by = _columns(by)
    sample = weighting.sample
    require_columns(sample.table, [measure])
    inside = condition_of(sample.table, domain)
    plan = plan_of(fix_weights(measure, sample), sample.table)
    plan = _combined(sample.table.filter(inside), plan, coefficients, by, table=sample.table)
    _, found = figures_weighted(weighting, {_NAME: plan}, domain=domain)
    clustered = sample.design.cluster is not None
    limits = limits_of(None, found[_NAME], confidence, clustered=clustered)
    return replace(cell_estimate(found[_NAME], limits, 0, confidence), measure=_NAME, unit=unit_of(measure))


def joint_estimates(
    table: Source,
    measures: Mapping[str, LinearMeasure],
    *,
    design: Design,
    by: Sequence[str] = (),
    domain: Domain = None,
    among: Mapping[str, Domain] | None = None,
) -> JointEstimate:
    """Return every measure in every cell with the covariance of all of them.

    For a handful of measures and cells: the work grows with the square of their number.

    Args:
        table: As for :func:`~sealmark.measure.surveys.estimation.estimate`.
        measures: What to measure, by name.
        design: How the rows were drawn.
        by: Columns whose values make the cells.
        domain: The rows to use.
        among: Subgroups of single measures, by name.

    Raises:
        SealmarkError: As ``estimate``; SM412 a quantile.

    Example:
        >>> import pyarrow as pa
        >>> from sealmark.measure.surveys.formulas import Mean
        >>> answers = pa.table({"a": [1, 2, 3, 4], "b": [2, 4, 6, 8]})
        >>> both = joint_estimates(answers, {"a": Mean("a"), "b": Mean("b")}, design=Design())
        >>> both.covariance.round(4).tolist()
        [[0.4167, 0.8333], [0.8333, 1.6667]]
    """
    by = _columns(by)
    sample = take_sample(table, design=design, by=by, domain=domain)
    require_columns(sample.table, measures.values())
    plans = {name: plan_of(fix_weights(one, sample), sample.table) for name, one in measures.items()}
    plans |= {name: plans[name].where(condition_of(sample.table, group)) for name, group in (among or {}).items()}
    cells = _cells_of(sample.table, by)
    parts = {
        (name, cell): plan.where(_is_cell(sample.table, by, cell)) if by else plan
        for cell in cells
        for name, plan in plans.items()
    }
    return joint_of_plans(sample, parts)


def joint_of_plans(sample: Sample, plans: Mapping[tuple[str, Key], Plan]) -> JointEstimate:
    """Return plans' values over a sample with their covariance."""
    joint = Plan(tuple(term for plan in plans.values() for term in plan.terms))
    groups, sums = add_up(sample.table, {_NAME: joint}, design=sample.design, frame=sample.frame)
    gradient = linearise(joint, sums[_NAME], groups)[1]
    ends = np.cumsum([0, *(2 * len(plan.terms) for plan in plans.values())]).tolist()
    slopes = np.zeros((len(plans), len(gradient)))
    values = np.zeros(len(plans))
    for index, plan in enumerate(plans.values()):
        own = slice(ends[index], ends[index + 1])
        slopes[index, own] = gradient[own, 0]
        alone = replace(sums[_NAME], first=sums[_NAME].first[own])
        values[index] = linearise(plan, alone, groups)[0][0]

    def spread(slope: Floats) -> tuple[Floats, Floats, Floats]:
        return spread_of(slope[:, None], sums[_NAME], groups, frame=sample.frame, lonely=sample.design.lonely)

    covariance = np.diag([float(spread(slope)[0][0]) for slope in slopes])
    for i in range(len(slopes)):
        for j in range(i):
            # Polarisation: the variance of a sum less that of a difference is four covariances.
            both = spread(slopes[i] + slopes[j])[0] - spread(slopes[i] - slopes[j])[0]
            covariance[i, j] = covariance[j, i] = float(both[0]) / 4
    _, units, degrees = spread(slopes.sum(axis=0))
    return JointEstimate(tuple(plans), values, covariance, float(degrees[0]), float(units[0]))


def _columns(by: Sequence[str]) -> tuple[str, ...]:
    return (by,) if isinstance(by, str) else tuple(by)


def _combined(
    inside: ir.Table,
    plan: Plan,
    coefficients: Mapping[object, Number],
    by: tuple[str, ...],
    *,
    table: ir.Table | None = None,
) -> Plan:
    """Return one plan: each cell's plan times its coefficient."""
    cells = {key if isinstance(key, tuple) else (key,): float(number) for key, number in coefficients.items()}
    present = _cells_of(inside, by)
    absent = [cell for cell in cells if cell not in present]
    if absent or not cells:
        what = f"A contrast names cells without rows: {_listed(absent)}." if absent else "A contrast needs cells."
        raise SealmarkError(Problem("SM442", what, fix=f"There are: {_listed(present)}."))
    joint = Plan(())
    for cell, number in cells.items():
        joint = joint.plus(plan.where(_is_cell(inside if table is None else table, by, cell)).times(number))
    return joint


def _cells_of(table: ir.Table, by: tuple[str, ...]) -> list[Key]:
    if not by:
        return [()]
    keys = {f"key{index}": table[name] for index, name in enumerate(by)}
    return number_keys(fetch(table.select(**keys).distinct()), list(keys))[1]


def _is_cell(table: ir.Table, by: tuple[str, ...], cell: Key) -> ir.BooleanValue:
    pairs = zip(by, cell, strict=True)
    return ibis.and_(*(table[name].isnull() if value is None else table[name] == value for name, value in pairs))


def _listed(cells: Sequence[Key]) -> str:
    shown = ", ".join(" / ".join(map(str, cell)) for cell in cells[:_SHOWN])
    return shown + (f" and {len(cells) - _SHOWN} more" if len(cells) > _SHOWN else "")
