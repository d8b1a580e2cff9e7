"""Do two questions go together? Rao and Scott's test for tables from designed samples.

Pearson's statistic over the mean of the generalised design effects, with
Satterthwaite's degrees of freedom (Rao and Scott 1984, second order), compared
with an F distribution (Thomas and Rao 1987).
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
from scipy import special

from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.measure.comparisons.contrasts import joint_of_plans
from sealmark.measure.engine import Source, fetch
from sealmark.measure.surveys.design import Design
from sealmark.measure.surveys.estimation import Domain, Sample, take_sample
from sealmark.measure.surveys.keys import Floats, Key, number_keys
from sealmark.measure.surveys.rows import Plan, Term
from sealmark.measure.weights.calibration import solve_scaled

__all__ = ["Independence", "independence_of"]

_FEWEST = 2


@dataclass(frozen=True)
class Independence:
    """Result of a test that two columns are independent.

    Attributes:
        first: Values of the first column.
        second: Values of the second column.
        shares: Estimated share of each crossing; shape (first, second).
        base: Rows with both answers.
        pearson: The plain statistic of a simple sample of this size.
        statistic: F, corrected for the design; NaN without degrees of freedom.
        numerator_degrees: Of F.
        denominator_degrees: Of F.
        p: Probability of so large a statistic if the columns were independent.
        design_effect: Mean generalised design effect of the table.
    """

    first: tuple[object, ...]
    second: tuple[object, ...]
    shares: Floats
    base: int
    pearson: float
    statistic: float
    numerator_degrees: float
    denominator_degrees: float
    p: float
    design_effect: float


def independence_of(table: Source, first: str, second: str, *, design: Design, domain: Domain = None) -> Independence:
    """Return the test whether two columns are independent in the population.

    Args:
        table: As for :func:`~sealmark.measure.surveys.estimation.estimate`.
        first: A column with few distinct values.
        second: Another one.
        design: How the rows were drawn.
        domain: The rows to use.

    Raises:
        SealmarkError: SM403 to SM408 as ``estimate``; SM443 a column with fewer than two answers,
            or fewer than two sampling units with data.

    Example:
        >>> import pyarrow as pa
        >>> answers = pa.table({"shop": ["a"] * 6 + ["b"] * 6, "again": [1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0]})
        >>> round(independence_of(answers, "shop", "again", design=Design()).p, 3)
        0.049
    """
    sample = take_sample(table, design=design, domain=domain)
    for name in (first, second):
        if name not in sample.table.columns:
            fix = did_you_mean(name, [column for column in sample.table.columns if not column.startswith("sm_")])
            raise SealmarkError(Problem("SM403", f'There is no column "{name}" to test.', fix=fix))
    both = sample.table[first].notnull() & sample.table[second].notnull()
    sample = Sample(sample.table.filter(both), design, sample.frame)
    base = int(fetch(sample.table.aggregate(n=sample.table.count()))["n"][0].as_py())
    values = tuple(_distinct(sample.table, name) for name in (first, second))
    _check(values, (first, second))
    plans: dict[tuple[str, Key], Plan] = {
        ("", (one, other)): _crossing(sample.table, (first, one), (second, other))
        for one in values[0]
        for other in values[1]
    }
    joint = joint_of_plans(sample, plans)
    if joint.units < _FEWEST or not joint.degrees > 0:
        fix = "Use more sampling units, or a coarser design."
        raise SealmarkError(Problem("SM443", "No degrees of freedom: the table cannot be tested.", fix=fix))
    return _tested(values, joint.values, joint.covariance, base=base, degrees=joint.degrees)


def _distinct(table: ir.Table, name: str) -> tuple[object, ...]:
    return tuple(key[0] for key in number_keys(fetch(table.select(key=table[name]).distinct()), ["key"])[1])


def _check(values: tuple[tuple[object, ...], ...], names: tuple[str, str]) -> None:
    for name, found in zip(names, values, strict=True):
        if len(found) < _FEWEST:
            what = f'"{name}" has {len(found)} distinct answers among the rows with both: nothing to compare.'
            raise SealmarkError(Problem("SM443", what, fix="Choose another column or a larger domain."))


def _crossing(table: ir.Table, one: tuple[str, object], other: tuple[str, object]) -> Plan:
    inside = ibis.and_(*(table[name] == value for name, value in (one, other)))
    return Plan((Term(inside.cast("int32").cast("float64")),))


def _tested(
    values: tuple[tuple[object, ...], ...], shares: Floats, covariance: Floats, *, base: int, degrees: float
) -> Independence:
    rows, columns = (len(one) for one in values)
    table = shares.reshape(rows, columns)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = base * float((np.square(table - expected) / expected).sum())
    contrasts = _interactions(rows, columns)
    inverse = np.divide(1.0, shares, out=np.zeros_like(shares), where=shares > 0)
    simple = (contrasts.T * (inverse / base)) @ contrasts
    designed = (contrasts.T * inverse) @ covariance @ (contrasts.T * inverse).T
    effects = solve_scaled(simple, designed)
    trace = float(np.trace(effects))
    numerator = trace**2 / float(np.trace(effects @ effects)) if trace > 0 else float("nan")
    statistic = pearson / trace if trace > 0 else float("nan")
    below = numerator * degrees
    return Independence(
        first=values[0],
        second=values[1],
        shares=table,
        base=base,
        pearson=pearson,
        statistic=statistic,
        numerator_degrees=numerator,
        denominator_degrees=below,
        p=float(special.fdtrc(numerator, below, statistic)),
        design_effect=trace / ((rows - 1) * (columns - 1)),
    )


def _interactions(rows: int, columns: int) -> Floats:
    """Return contrasts between cells that no row or column effect moves; shape (cells, contrasts)."""
    within = [np.eye(size)[:, 1:] - 1 / size for size in (rows, columns)]
    return np.asarray(np.kron(*within), dtype=np.float64)
