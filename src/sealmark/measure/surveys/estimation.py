"""Estimates from a table and a design: the two stages joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

import ibis
import ibis.expr.types as ir
import numpy as np

from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.measure.engine import Source, open_table
from sealmark.measure.surveys import intervals
from sealmark.measure.surveys.design import Design, Frame, draw_up, prepare
from sealmark.measure.surveys.directions import opposed_items
from sealmark.measure.surveys.formulas import Index, Measure, PlsScore, Promoter, Quantile, Share, TopBox
from sealmark.measure.surveys.keys import Floats, Key
from sealmark.measure.surveys.pls import fixed_weights
from sealmark.measure.surveys.quantiles import estimate_quantiles
from sealmark.measure.surveys.rows import Plan, plan_of, require_columns, unit_of
from sealmark.measure.surveys.totals import MOST_CELLS, add_up, check_cells, require_few
from sealmark.measure.surveys.variance import Figures, figures_of

__all__ = [
    "CellEstimate",
    "Domain",
    "Sample",
    "cell_estimate",
    "check_confidence",
    "condition_of",
    "estimate",
    "estimate_plans",
    "estimate_sample",
    "fix_weights",
    "limits_of",
    "opposed_of",
    "require_cells",
    "sort_key",
    "take_sample",
]

Domain: TypeAlias = "Mapping[str, Sequence[object]] | ir.BooleanValue | Callable[[ir.Table], ir.BooleanValue] | None"

NO_ANSWERS = "There is no answer in this cell."
ONE_UNIT = "Fewer than two sampling units have answers here: no standard error."
ALL_EQUAL = "Too many answers are equal to tell how much answers vary: no standard error, no interval."
OPPOSED = "These items run against the others, perhaps coded the wrong way round: {items}."
NO_DEGREES = "No degrees of freedom (one sampling unit per stratum has answers here): no interval."


@dataclass(frozen=True)
class CellEstimate:
    """One measure in one cell.

    Attributes:
        cell: Values of the columns in ``by``.
        measure: The name the caller gave.
        estimate: The number with its uncertainty.
        design_effect: Its variance over that of a simple random sample with as many answers;
            None when undefined. The finite population counts on both sides where rows were
            drawn one by one from a known population, otherwise on neither.
        effective_base: Answers of a simple random sample that would be as precise.
        unit: The unit of the number.
        opposed: Items of an index that run against its other items; the number is doubtful.
    """

    cell: Mapping[str, object]
    measure: str
    estimate: Estimate
    design_effect: Decimal | None = None
    effective_base: Decimal | None = None
    unit: str = ""
    opposed: tuple[str, ...] = ()

    @property
    def limitations(self) -> tuple[str, ...]:
        """What a reader must know before using the number, as sentences."""
        return (OPPOSED.format(items=", ".join(self.opposed)),) if self.opposed else ()


@dataclass(frozen=True)
class Sample:
    """A table with the design's columns, restricted to a domain, and the design's counts over all rows."""

    table: ir.Table
    design: Design
    frame: Frame


def estimate(
    table: Source,
    measures: Mapping[str, Measure],
    *,
    design: Design,
    by: Sequence[str] = (),
    confidence: float = 0.95,
    domain: Domain = None,
) -> tuple[CellEstimate, ...]:
    """Return every measure in every cell, with design-based uncertainty.

    Args:
        table: An Ibis or Arrow table, or the path of a Parquet or CSV file. It holds the
            whole sample: the design's counts are taken over all its rows.
        measures: What to measure, by name.
        design: How the rows were drawn.
        by: Columns whose values make the cells; missing values make a cell of their own.
        confidence: Level of the two-sided intervals.
        domain: The rows to measure: columns with the values wanted, or an Ibis condition.

    Raises:
        SealmarkError: SM403 to SM408 for columns, design and rows that do not serve,
            SM413 a confidence outside 0 to 1, SM488 a cluster in two strata,
            SM489 too many cells.

    Example:
        >>> import pyarrow as pa
        >>> from sealmark.measure import Mean
        >>> answers = pa.table({"shop": [1, 1, 2, 2, 3, 3], "q": [7, 9, 8, 10, 6, 8]})
        >>> (cell,) = estimate(answers, {"score": Mean("q")}, design=Design(cluster="shop"))
        >>> cell.estimate.value, cell.estimate.base, cell.estimate.degrees_of_freedom
        (Decimal('8'), 6, Decimal('2'))
    """
    check_confidence(confidence)
    by = (by,) if isinstance(by, str) else tuple(by)
    sample = take_sample(table, design=design, by=by, domain=domain)
    require_columns(sample.table, measures.values())
    fixed = {name: fix_weights(measure, sample) for name, measure in measures.items()}
    found = estimate_sample(sample, fixed, by=by, confidence=confidence)
    opposed = opposed_of(sample, measures)
    return tuple(
        replace(cell, unit=unit_of(measures[cell.measure]), opposed=opposed.get(cell.measure, ())) for cell in found
    )


def opposed_of(sample: Sample, measures: Mapping[str, Measure]) -> dict[str, tuple[str, ...]]:
    """Return the items of each index that run against its other items."""
    scales = {name: measure.items for name, measure in measures.items() if isinstance(measure, Index)}
    return opposed_items(sample.table, scales) if scales else {}


def estimate_sample(
    sample: Sample, measures: Mapping[str, Measure], *, by: Sequence[str] = (), confidence: float = 0.95
) -> tuple[CellEstimate, ...]:
    """Return every measure in every cell of a sample; model scores must have their weights fixed."""
    found = _linear_estimates(sample, measures, by=by, confidence=confidence)
    found |= _quantile_estimates(sample, measures, by=by, confidence=confidence)
    cells = sorted({key for key, _ in found}, key=sort_key) or ([()] if not by else [])
    return tuple(
        _labelled(found.get((cell, name)), dict(zip(by, cell, strict=True)), name, measure)
        for cell in cells
        for name, measure in measures.items()
    )


def take_sample(table: Source, *, design: Design, by: Sequence[str] = (), domain: Domain = None) -> Sample:
    """Return the table ready for estimation: design columns added, frame counted, domain taken."""
    table = open_table(table)
    require_cells(table, by)
    prepared = prepare(table, design)
    frame = draw_up(prepared, design)
    return Sample(_restrict(prepared, domain), design, frame)


def require_cells(table: ir.Table, by: Sequence[str]) -> None:
    """Check that the columns to split by exist.

    Raises:
        SealmarkError: SM403 a column that is not there.
    """
    legal = [name for name in table.columns if not name.startswith("sm_")]
    problems = [
        Problem("SM403", f'There is no column "{name}" to split by.', fix=did_you_mean(name, legal))
        for name in by
        if name not in legal
    ]
    if problems:
        raise SealmarkError(*problems)


def check_confidence(confidence: float) -> None:
    """Refuse a confidence that is none.

    Raises:
        SealmarkError: SM413 a confidence outside 0 to 1.
    """
    if not 0 < confidence < 1:
        fix = "Give a share such as 0.95."
        raise SealmarkError(Problem("SM413", f"A confidence of {confidence} is not between 0 and 1.", fix=fix))


def _restrict(table: ir.Table, domain: Domain) -> ir.Table:
    return table if domain is None else table.filter(condition_of(table, domain))


def condition_of(table: ir.Table, domain: Domain) -> ir.BooleanValue:
    """Return the condition that a table's rows in the domain meet.

    Raises:
        SealmarkError: SM403 the domain names a column that is not there.
    """
    if domain is None:
        return ibis.literal(value=True)
    if not isinstance(domain, Mapping):
        return ibis.and_(*table.bind(domain))
    problems = [
        Problem("SM403", f'There is no column "{name}" for the domain.', fix=did_you_mean(name, table.columns))
        for name in domain
        if name not in table.columns
    ]
    if problems:
        raise SealmarkError(*problems)
    return ibis.and_(*(table[name].isin(list(values)) for name, values in domain.items()))


def fix_weights(measure: Measure, sample: Sample) -> Measure:
    """Return the measure; a model score becomes a weighted mean with the weights estimated from the whole sample."""
    if isinstance(measure, Index) and isinstance(measure.formula, PlsScore):
        return replace(measure, formula=fixed_weights(sample.table, measure.formula))
    return measure


def _linear_estimates(
    sample: Sample, measures: Mapping[str, Measure], *, by: Sequence[str], confidence: float
) -> dict[tuple[Key, str], CellEstimate]:
    plans = {
        name: plan_of(measure, sample.table) for name, measure in measures.items() if not isinstance(measure, Quantile)
    }
    if not plans:
        return {}
    return _from_plans(sample, plans, measures, by=by, confidence=confidence)


def estimate_plans(
    sample: Sample, plans: Mapping[str, Plan], *, by: Sequence[str] = (), confidence: float = 0.95
) -> tuple[CellEstimate, ...]:
    """Return sums of ratios as estimates with t intervals, cell by cell; a plan says what to sum."""
    found = _from_plans(sample, plans, {}, by=by, confidence=confidence)
    cells = sorted({key for key, _ in found}, key=sort_key)
    return tuple(
        replace(found[cell, name], cell=dict(zip(by, cell, strict=True)), measure=name)
        for cell in cells
        for name in plans
    )


def _from_plans(
    sample: Sample,
    plans: Mapping[str, Plan],
    measures: Mapping[str, Measure],
    *,
    by: Sequence[str],
    confidence: float,
) -> dict[tuple[Key, str], CellEstimate]:
    frame, design = sample.frame, sample.design
    _check_cells(sample, by, len(plans))
    groups, sums = add_up(sample.table, plans, design=design, frame=frame, by=by)
    require_few(len(groups.cells) * len(plans))
    found = {}
    for name, plan in plans.items():
        figures = figures_of(plan, sums[name], groups, frame=frame, lonely=design.lonely)
        limits = limits_of(measures.get(name), figures, confidence, clustered=design.cluster is not None)
        for index, cell in enumerate(groups.cells):
            found[cell, name] = cell_estimate(figures, limits, index, confidence)
    return found


def _check_cells(sample: Sample, by: Sequence[str], each: int) -> None:
    """Refuse too many estimates before they are made; where rows are few it costs nothing."""
    if sample.frame.rows * each > MOST_CELLS:
        check_cells(sample.table, by, each=each)


def _quantile_estimates(
    sample: Sample, measures: Mapping[str, Measure], *, by: Sequence[str], confidence: float
) -> dict[tuple[Key, str], CellEstimate]:
    found = {}
    _check_cells(sample, by, sum(isinstance(measure, Quantile) for measure in measures.values()))
    for name, measure in measures.items():
        if isinstance(measure, Quantile):
            cells, figures, limits = estimate_quantiles(
                sample.table, measure, design=sample.design, frame=sample.frame, by=by, confidence=confidence
            )
            for index, cell in enumerate(cells):
                found[cell, name] = cell_estimate(figures, limits, index, confidence)
    return found


def limits_of(measure: Measure | None, figures: Figures, confidence: float, *, clustered: bool) -> intervals.Pair:
    """Return both limits in every cell by the measure's own method."""
    quantile = intervals.t_quantile(figures.degrees, confidence)
    error = np.sqrt(figures.variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        if isinstance(measure, (Share, TopBox)) and measure.interval != "mean":
            return _share_limits(measure, figures, confidence, clustered=clustered)
        if isinstance(measure, Promoter) and measure.interval == "adjusted-wald":
            ends = figures.second_moment / 1e4
            shares = (ends + figures.value / 100) / 2, (ends - figures.value / 100) / 2
            unit = ends - (figures.value / 100) ** 2
            base = _effective(unit, figures.variance / 1e4, figures, clustered=clustered)
            return intervals.promoter_adjusted_wald(*shares, base, quantile)
        return intervals.symmetric(figures.value, error, quantile)


def _share_limits(measure: Share | TopBox, figures: Figures, confidence: float, *, clustered: bool) -> intervals.Pair:
    share, quantile = figures.value, intervals.t_quantile(figures.degrees, confidence)
    plain = _effective(share * (1 - share), figures.variance, figures, clustered=clustered)
    exact = _exact_limits(share, plain, figures, confidence)
    if measure.interval == "wilson":
        return intervals.wilson(share, plain, quantile)
    if measure.interval == "adjusted-wald":
        return intervals.adjusted_wald(share, plain, quantile)
    if measure.interval == "beta":
        return exact
    scale = intervals.arcsine if measure.interval == "arcsine" else intervals.logit
    low, high = scale(share, np.sqrt(figures.variance), quantile)
    edge = (share <= 0) | (share >= 1)
    return np.where(edge, exact[0], low), np.where(edge, exact[1], high)


def _exact_limits(share: Floats, effective: Floats, figures: Figures, confidence: float) -> intervals.Pair:
    """Return Korn and Graubard's limits: the beta interval has no t quantile, so the base takes its width."""
    ratio = intervals.t_quantile(figures.base - 1, confidence) / intervals.t_quantile(figures.degrees, confidence)
    scale = np.where(figures.variance > 0, (figures.base - 1) / figures.base, 1.0)
    return intervals.beta(share, effective * scale * ratio**2, confidence)


def _effective(unit: Floats, variance: Floats, figures: Figures, *, clustered: bool) -> Floats:
    """Return the base of a simple sample as precise; where all answer alike, the number of units."""
    fallback = figures.units if clustered else figures.base
    # A simple sample's variance is estimated with n - 1: this factor gives it back its n.
    unit = unit * figures.base / np.maximum(figures.base - 1, 1)
    return np.where(variance > 0, unit / np.where(variance > 0, variance, 1.0), fallback)


def cell_estimate(figures: Figures, limits: intervals.Pair, index: int, confidence: float) -> CellEstimate:
    """Return one cell's figures as an estimate that does not know its cell and measure yet."""
    base = int(figures.base[index])
    value = float(figures.value[index])
    if base == 0 or np.isnan(value):
        return CellEstimate({}, "", Estimate.unknown(NO_ANSWERS, base=base))
    number = Estimate(decimal_from_float(value), base=base, confidence=decimal_from_float(confidence))
    variance, degrees = float(figures.variance[index]), float(figures.degrees[index])
    if figures.units[index] < 2:  # noqa: PLR2004
        return CellEstimate({}, "", replace(number, note=ONE_UNIT))
    if figures.equal[index] and not limits[0][index] < limits[1][index]:
        return CellEstimate({}, "", replace(number, note=ALL_EQUAL))
    if np.isfinite(variance):
        number = replace(number, standard_error=decimal_from_float(np.sqrt(variance)))
    if degrees > 0 and np.isfinite(variance):
        low, high = (decimal_from_float(float(limit[index])) for limit in limits)
        number = replace(number, lower=low, upper=high, degrees_of_freedom=decimal_from_float(degrees))
    else:
        number = replace(number, note=NO_DEGREES)
    effect = float(figures.design_effect[index])
    known = np.isfinite(effect) and effect > 0
    return CellEstimate(
        {},
        "",
        number,
        design_effect=decimal_from_float(effect) if np.isfinite(effect) else None,
        effective_base=decimal_from_float(base / effect) if known else None,
    )


def _labelled(found: CellEstimate | None, cell: Mapping[str, object], name: str, measure: Measure) -> CellEstimate:
    found = found or CellEstimate({}, "", Estimate.unknown(NO_ANSWERS))
    return replace(found, cell=cell, measure=name, unit=unit_of(measure))


def sort_key(key: Key) -> tuple[tuple[bool, object], ...]:
    """Return what to sort cells by: missing values last."""
    return tuple((part is None, 0 if part is None else part) for part in key)
