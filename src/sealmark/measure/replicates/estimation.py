"""Standard errors by replication: leave units out, draw them anew, or take half samples.

Works on the totals of sampling units, never on rows: once they are added up,
500 replicates cost the same for a thousand answers as for a billion. Use it for
functions of totals that have no simple linearisation, or to agree with
published replicate weights; for ratios it agrees with ``estimate`` up to terms
that vanish in large samples.

Sources: jackknife, balanced half samples and Fay's variant as in Wolter (2007);
bootstrap of Rao, Wu and Yue (1992), n - 1 units drawn from n, with the finite
population as in Rao and Wu (1988). The scales are those of R's survey package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import Source
from sealmark.measure.replicates.resampling import Replication, check_replication, jackknife, resample
from sealmark.measure.replicates.unit_totals import UnitTotals, totals_of_clusters, totals_of_rows
from sealmark.measure.surveys.design import Design
from sealmark.measure.surveys.estimation import (
    CellEstimate,
    Domain,
    Sample,
    cell_estimate,
    check_confidence,
    fix_weights,
    limits_of,
    sort_key,
    take_sample,
)
from sealmark.measure.surveys.formulas import LinearMeasure, Quantile
from sealmark.measure.surveys.keys import Floats, Key, tally
from sealmark.measure.surveys.rows import Plan, plan_of, require_columns, unit_of
from sealmark.measure.surveys.totals import Groups, Sums, add_up
from sealmark.measure.surveys.variance import Figures, describe, linearise, spread_of

__all__ = ["Derived", "Replication", "estimate_replicated"]

_LOST = "{lost:,.0f} of {count:,.0f} replicates have no answer in this cell and were left out."


@dataclass(frozen=True)
class Derived:
    """A function of several measures, for example the ratio of two means.

    Attributes:
        parts: The measures; no quantiles.
        function: Called with one array per part, returns an array of the same length.
        unit: The unit of the result.
    """

    parts: Sequence[LinearMeasure]
    function: Callable[..., Floats] = field(hash=False)
    unit: str = ""

    def __post_init__(self) -> None:
        """Freeze the parts."""
        object.__setattr__(self, "parts", tuple(self.parts))


Replicable: TypeAlias = "LinearMeasure | Derived"


@dataclass(frozen=True)
class _Task:
    """What is evaluated of totals: plans side by side and the function of their values."""

    plans: tuple[Plan, ...]
    function: Callable[..., Floats] | None

    @property
    def joint(self) -> Plan:
        """All terms in one plan."""
        return Plan(tuple(term for plan in self.plans for term in plan.terms))

    def __call__(self, totals: Floats) -> Floats:
        """Return the values at totals of shape (variables, n)."""
        values, start = [], 0
        for plan in self.plans:
            end = start + 2 * len(plan.terms)
            values.append(_value(plan, totals[start:end]))
            start = end
        with np.errstate(invalid="ignore", divide="ignore"):
            found = self.function(*values) if self.function else values[0]
        return np.where(np.isfinite(found), found, np.nan)


def estimate_replicated(
    table: Source,
    measures: Mapping[str, Replicable],
    *,
    design: Design,
    replication: Replication,
    by: Sequence[str] = (),
    confidence: float = 0.95,
    domain: Domain = None,
) -> tuple[CellEstimate, ...]:
    """Return every measure in every cell, its standard error by replication.

    Degrees of freedom are the design's, as for ``estimate``.

    Args:
        table: As for :func:`~sealmark.measure.surveys.estimation.estimate`.
        measures: What to measure, by name: measures or functions of them.
        design: How the rows were drawn.
        replication: How replicates are made.
        by: Columns whose values make the cells.
        confidence: Level of the two-sided intervals.
        domain: The rows to measure.

    Raises:
        SealmarkError: As ``estimate``; SM439 a quantile; SM440 a method that the design does not allow.

    Example:
        >>> import pyarrow as pa
        >>> from sealmark.measure.surveys.formulas import Mean
        >>> answers = pa.table({"shop": [1, 1, 2, 2, 3, 3], "q": [7, 9, 8, 10, 6, 8]})
        >>> ratio = Derived((Mean("q"), Mean("shop")), lambda score, number: score / number)
        >>> (cell,) = estimate_replicated(
        ...     answers, {"ratio": ratio}, design=Design(cluster="shop"), replication=Replication("jk1")
        ... )
        >>> cell.estimate.value, round(cell.estimate.standard_error, 3)
        (Decimal('4'), Decimal('1.495'))
    """
    check_confidence(confidence)
    by = (by,) if isinstance(by, str) else tuple(by)
    parts = {name: one.parts if isinstance(one, Derived) else (one,) for name, one in measures.items()}
    _check_parts(part for several in parts.values() for part in several)
    sample = take_sample(table, design=design, by=by, domain=domain)
    check_replication(replication, design, sample.frame)
    require_columns(sample.table, [part for several in parts.values() for part in several])
    tasks = {name: _task(measures[name], several, sample) for name, several in parts.items()}
    plans = {name: task.joint for name, task in tasks.items()}
    groups, sums = add_up(sample.table, plans, design=sample.design, frame=sample.frame, by=by)
    if design.cluster:
        units = [totals_of_clusters(groups, sums)]
    else:
        units = [totals_of_rows(sample, name, plan, by=by) for name, plan in plans.items()]
    spreads = _spreads(sample, tasks, replication, units)
    found = {}
    for name, task in tasks.items():
        figures = _figures(task, sums[name], groups, spreads[name], sample)
        found[name] = _cells(measures[name], figures, confidence, clustered=design.cluster is not None)
    lost = {name: [spreads[name][cell][1:] for cell in groups.cells] for name in tasks}
    return tuple(
        replace(_noted(found[name][index], *lost[name][index]), cell=dict(zip(by, cell, strict=True)), measure=name)
        for index, cell in sorted(enumerate(groups.cells), key=lambda pair: sort_key(pair[1]))
        for name in measures
    )


def _check_parts(parts: Iterable[LinearMeasure]) -> None:
    if any(isinstance(part, Quantile) for part in parts):
        fix = "Ask estimate() for it: Woodruff's interval needs no replicates."
        raise SealmarkError(Problem("SM439", "Quantiles are not offered by replication.", fix=fix))


def _task(measure: Replicable, parts: Sequence[LinearMeasure], sample: Sample) -> _Task:
    plans = tuple(plan_of(fix_weights(part, sample), sample.table) for part in parts)
    return _Task(plans, measure.function if isinstance(measure, Derived) else None)


def _value(plan: Plan, totals: Floats) -> Floats:
    value = np.full(totals.shape[1], plan.offset)
    with np.errstate(invalid="ignore", divide="ignore"):
        for index, term in enumerate(plan.terms):
            above, below = totals[2 * index], totals[2 * index + 1]
            value += term.factor * (above if term.total else above / below)
    return value


def _spreads(
    sample: Sample, tasks: Mapping[str, _Task], replication: Replication, totals: Sequence[UnitTotals]
) -> dict[str, dict[Key, tuple[float, float, float]]]:
    """Return variance, replicates lost and replicates in all, by measure and cell."""
    found = {}
    for units in totals:
        if replication.method in {"jk1", "jkn"}:
            spreads = {
                name: jackknife(
                    replace(units, totals=units.totals[place]), sample.frame, tasks[name], around=replication.around
                )
                for name, place in units.places.items()
            }
        else:
            own = {name: tasks[name] for name in units.places}
            spreads = resample(units, sample.frame, own, replication=replication)
        for name, spread in spreads.items():
            rows = zip(spread.variance.tolist(), spread.lost.tolist(), spread.count.tolist(), strict=True)
            found[name] = dict(zip(units.cells, rows, strict=True))
    return found


def _figures(
    task: _Task, sums: Sums, groups: Groups, spread: Mapping[Key, tuple[float, float, float]], sample: Sample
) -> Figures:
    size = len(groups.cells)
    value, gradient = linearise(task.joint, sums, groups)
    if task.function:
        value = task(np.stack([tally(groups.cell, row, size) for row in sums.first]))
        gradient = np.zeros_like(gradient)
    else:
        value = value + task.plans[0].offset
    frame, lonely = sample.frame, sample.design.lonely
    _, units, degrees = spread_of(gradient, sums, groups, frame=frame, lonely=lonely)
    variance = np.array([spread[cell][0] for cell in groups.cells])
    return describe((value, gradient), (variance, units, degrees), sums, groups, frame=frame)


def _cells(measure: Replicable, figures: Figures, confidence: float, *, clustered: bool) -> list[CellEstimate]:
    linear = None if isinstance(measure, Derived) else measure
    unit = measure.unit if isinstance(measure, Derived) else unit_of(measure)
    limits = limits_of(linear, figures, confidence, clustered=clustered)
    return [
        replace(cell_estimate(figures, limits, index, confidence), unit=unit) for index in range(len(figures.value))
    ]


def _noted(cell: CellEstimate, lost: float, count: float) -> CellEstimate:
    """Return the estimate with what is to be said of replicates without a value."""
    if not lost or cell.estimate.standard_error is None:
        return cell
    note = " ".join(part for part in (cell.estimate.note, _LOST.format(lost=lost, count=count)) if part)
    return replace(cell, estimate=replace(cell.estimate, note=note))
