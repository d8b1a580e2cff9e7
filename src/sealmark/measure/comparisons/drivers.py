"""Drivers of an outcome: how much each matters (impact) and how well it is done (performance)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeAlias

import ibis
import ibis.expr.types as ir
import numpy as np

from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.measure.comparisons.importance import (
    explained_variance,
    inflation_factors,
    relative_weights,
    shapley_shares,
)
from sealmark.measure.engine import Source, fetch
from sealmark.measure.surveys.design import WEIGHT, Design
from sealmark.measure.surveys.estimation import (
    CellEstimate,
    Domain,
    Sample,
    check_confidence,
    estimate_plans,
    fix_weights,
    take_sample,
)
from sealmark.measure.surveys.formulas import Index, Item, item_of
from sealmark.measure.surveys.formulas import Mean as ItemMean
from sealmark.measure.surveys.intervals import t_quantile
from sealmark.measure.surveys.keys import Floats, column_of
from sealmark.measure.surveys.rows import Plan, Term, plan_of, require_columns, unit_of

__all__ = ["Driver", "DriverAnalysis", "DriverRules", "Method", "Quadrant", "driver_analysis", "quadrant_of"]

Method: TypeAlias = Literal["lmg", "relative-weights"]
Quadrant: TypeAlias = Literal["improve first", "keep up", "watch", "ease", "not determined"]

_MOST_LMG = 12
_FEWEST = 2
_PER_DRIVER = 10
_STEP = 1e-5
_UNEXPLAINED = 1e-9
# Slopes are differences: their last digits depend on the order of rows, these do not.
_DIGITS = 8

_ROUNDING = 1e-12
"""A share this near to 0 or 1 is 0 or 1 but for the order in which an engine adds up."""


@dataclass(frozen=True)
class DriverRules:
    """How drivers are judged.

    Attributes:
        method: ``lmg`` or ``relative-weights``; None takes lmg up to twelve drivers.
        minimum_base: Complete answers without which nothing is told; never fewer than ten per driver.
        importance_cut: From which share of the outcome's variance a driver is important; None: the drivers' mean.
        performance_cut: From which 0-100 level a driver performs well; None: the drivers' mean.
        collinear_from: Variance inflation from which drivers count as hard to tell apart.
        confidence: Level of the two-sided intervals.

    Example:
        >>> DriverRules(minimum_base=200).collinear_from
        5.0
    """

    method: Method | None = None
    minimum_base: int = 100
    importance_cut: float | None = None
    performance_cut: float | None = None
    collinear_from: float = 5.0
    confidence: float = 0.95


@dataclass(frozen=True)
class Driver:
    """One driver.

    Attributes:
        name: The name the caller gave.
        importance: Share of the outcome's variance; all drivers' add up to R².
        relative: Its share of what is explained.
        performance: Mean on 0-100; unknown when the scale is not given.
        correlation: With the outcome.
        inflation: Variance inflation: 1 means independent of the other drivers.
        quadrant: ``improve first`` (important, low), ``keep up`` (important, high), ``watch``
            (less important, low), ``ease`` (less important, high).
        clear: Neither interval reaches across its cut.
    """

    name: str
    importance: Estimate
    relative: Decimal
    performance: Estimate
    correlation: Decimal
    inflation: Decimal
    quadrant: Quadrant
    clear: bool


@dataclass(frozen=True)
class DriverAnalysis:
    """Impact and performance of all drivers.

    Attributes:
        outcome: Name of the outcome.
        method: How the explained variance was shared out.
        r_squared: What the drivers together explain.
        drivers: In the order given.
        base: Rows with outcome and every driver answered.
        importance_cut: Where drivers begin to be important.
        performance_cut: Where they begin to perform well; None when no driver has a scale.
        limitations: What a reader must know.
    """

    outcome: str
    method: Method
    r_squared: Estimate
    drivers: tuple[Driver, ...]
    base: int
    importance_cut: Decimal
    performance_cut: Decimal | None
    limitations: tuple[str, ...]


def driver_analysis(
    table: Source,
    outcome: str | Item | Index,
    drivers: Mapping[str, Item | Index],
    *,
    design: Design,
    rules: DriverRules = DriverRules(),
    domain: Domain = None,
) -> DriverAnalysis:
    """Return how much each driver matters for an outcome, and how well each is done.

    Rows with the outcome and every driver answered count, with their weights.
    Standard errors are linearised under the design: an importance is a smooth
    function of the covariances, whose row-wise parts have a design-based
    variance. Limits of importances are symmetric on Fisher's scale, atanh √share, and
    have eight digits.

    Args:
        table: As for :func:`~sealmark.measure.surveys.estimation.estimate`.
        outcome: The column, item or index to explain.
        drivers: Items or indices by name; items need ``lowest`` and ``highest`` for a performance.
        design: How the rows were drawn.
        rules: Method, cuts and the smallest base.
        domain: The rows to use.

    Raises:
        SealmarkError: As ``estimate``; SM467 fewer than two drivers, more than twelve for lmg, too few
            complete answers, answers that are all alike, or drivers that determine each other.

    Example:
        >>> import pyarrow as pa
        >>> random = np.random.default_rng(1)
        >>> calls, staff = random.integers(1, 11, (2, 300))
        >>> overall = calls + 3 * staff + random.integers(0, 9, 300)
        >>> table = pa.table({"calls": calls, "staff": staff, "overall": overall})
        >>> items = {name: Item(name, 1, 10) for name in ("calls", "staff")}
        >>> found = driver_analysis(table, "overall", items, design=Design())
        >>> [(driver.name, round(driver.importance.value, 2)) for driver in found.drivers]
        [('calls', Decimal('0.09')), ('staff', Decimal('0.84'))]
    """
    check_confidence(rules.confidence)
    method = _method(rules, len(drivers))
    parts: dict[str, Item | Index] = dict(drivers)
    target = item_of(outcome) if not isinstance(outcome, Index) else outcome
    sample, values = _complete(take_sample(table, design=design, domain=domain), [*parts.values(), target])
    base, means, covariance = _moments(sample.table, values)
    _check(base, covariance, [*parts, _name_of(target)], rules)
    shares = shapley_shares if method == "lmg" else relative_weights
    importance = shares(covariance)
    slopes = _slopes(covariance, method)
    found = _estimates(sample, values, means, slopes, confidence=rules.confidence)
    results = [
        _importance(float(value), found[f"importance{index}"].estimate, rules.confidence)
        for index, value in enumerate([*importance, float(explained_variance(covariance))])
    ]
    performance = [_performance(found[f"level{index}"].estimate, source) for index, source in enumerate(parts.values())]
    return _analysis(_name_of(target), list(parts), (results, performance), covariance, replace(rules, method=method))


def _method(rules: DriverRules, size: int) -> Method:
    if size < _FEWEST:
        raise _refuse(f"{size} drivers leave nothing to share out.", "Name two or more.")
    method = rules.method or ("lmg" if size <= _MOST_LMG else "relative-weights")
    if method == "lmg" and size > _MOST_LMG:
        what = f"LMG tries every subset of the drivers: {size} have {1 << size:,}."
        raise _refuse(what, f"Take relative-weights, or at most {_MOST_LMG} drivers.")
    return method


def _refuse(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM467", what, fix=fix))


def _name_of(source: Item | Index) -> str:
    return source.column if isinstance(source, Item) else "outcome"


def _complete(sample: Sample, sources: list[Item | Index]) -> tuple[Sample, list[str]]:
    """Return the sample with each source's value in a column, rows without all of them left out."""
    measures = [ItemMean(source) if isinstance(source, Item) else fix_weights(source, sample) for source in sources]
    require_columns(sample.table, measures)
    names = [f"_driver{index}" for index in range(len(sources))]
    plans = [plan_of(measure, sample.table) for measure in measures]
    several = [index for index, plan in enumerate(plans) if len(plan.terms) > 1]
    if several:
        what = "An index that is a mean of the items' means has no value per respondent."
        raise _refuse(what, "Use a rescaled or weighted mean of each respondent's items.")
    values = {name: plan.terms[0].value for name, plan in zip(names, plans, strict=True)}
    wide = sample.table.mutate(**values)
    return replace(sample, table=wide.filter(ibis.and_(*(wide[name].notnull() for name in names)))), names


def _moments(table: ir.Table, names: list[str]) -> tuple[int, Floats, Floats]:
    """Return base, weighted means and weighted covariances (divided by the sum of weights)."""
    weight = table[WEIGHT]
    sums = {"n": table.count(), "w": weight.sum()} | {name: (weight * table[name]).sum() for name in names}
    first = fetch(table.aggregate(**sums))
    base, total = int(column_of(first, "n")[0]), float(column_of(first, "w")[0])
    if base == 0 or not total > 0:
        return 0, np.zeros(len(names)), np.zeros((len(names),) * 2)
    means = np.array([column_of(first, name)[0] for name in names]) / total
    shifted = [table[name] - float(mean) for name, mean in zip(names, means, strict=True)]
    pairs = {f"p{i}_{j}": (weight * shifted[i] * shifted[j]).sum() for i in range(len(names)) for j in range(i + 1)}
    crossed = fetch(table.aggregate(**pairs))
    covariance = np.empty((len(names),) * 2)
    for i in range(len(names)):
        for j in range(i + 1):
            covariance[i, j] = covariance[j, i] = column_of(crossed, f"p{i}_{j}")[0] / total
    return base, means, covariance


def _check(base: int, covariance: Floats, names: list[str], rules: DriverRules) -> None:
    least = max(rules.minimum_base, _PER_DRIVER * (len(names) - 1))
    if base < least:
        what = f"{base} complete answers are fewer than the {least} that {len(names) - 1} drivers need."
        raise _refuse(what, "Give more answers, or leave out drivers that few have answered.")
    constant = [name for name, spread in zip(names, np.diag(covariance), strict=True) if not spread > 0]
    if constant:
        raise _refuse(f"All answers are equal in {', '.join(constant)}.", "Leave it out.")
    spread = np.sqrt(np.diag(covariance))
    among = (covariance / np.outer(spread, spread))[:-1, :-1]
    if np.linalg.eigvalsh(among)[0] < _UNEXPLAINED:
        what = f"Drivers determine each other exactly, among {', '.join(names[:-1])}."
        raise _refuse(what, "Leave one of them out: a total beside its parts, or the same question twice.")


def _slopes(covariance: Floats, method: Method) -> Floats:
    """Return the derivative of every importance and, last, R² by each covariance; shape (results, size, size)."""
    size = len(covariance)
    pairs = [(i, j) for i in range(size) for j in range(i + 1)]
    spread = np.sqrt(np.diag(covariance))
    moved = np.repeat(covariance[None], 2 * len(pairs), axis=0)
    steps = np.array([_STEP * spread[i] * spread[j] for i, j in pairs])
    for number, (i, j) in enumerate(pairs):
        for sign, row in ((1, number), (-1, number + len(pairs))):
            moved[row, i, j] += sign * steps[number]
            moved[row, j, i] = moved[row, i, j]
    shares = (shapley_shares if method == "lmg" else relative_weights)(moved)
    values = np.concatenate([shares, explained_variance(moved)[:, None]], axis=1)
    slopes = (values[: len(pairs)] - values[len(pairs) :]) / (2 * steps[:, None])
    found = np.zeros((size, size, size))
    for number, (i, j) in enumerate(pairs):
        found[:, i, j] = slopes[number]
    return found


def _estimates(
    sample: Sample, values: list[str], means: Floats, slopes: Floats, *, confidence: float
) -> dict[str, CellEstimate]:
    """Return the drivers' levels, and the mean of what each row adds to every importance."""
    table = sample.table
    shifted = [table[name] - float(mean) for name, mean in zip(values, means, strict=True)]
    size = len(values)
    products = {f"_pair{i}_{j}": shifted[i] * shifted[j] for i in range(size) for j in range(i + 1)}
    wide = table.mutate(**products)
    plans = {
        f"importance{number}": Plan((Term(_combined(wide, slopes[number], size)),)) for number in range(len(slopes))
    }
    plans |= {f"level{number}": Plan((Term(wide[name]),)) for number, name in enumerate(values[:-1])}
    cells = estimate_plans(replace(sample, table=wide), plans, confidence=confidence)
    return {cell.measure: cell for cell in cells}


def _combined(table: ir.Table, slopes: Floats, size: int) -> ir.FloatingValue:
    parts = [table[f"_pair{i}_{j}"] * float(slopes[i, j]) for i in range(size) for j in range(i + 1)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _performance(level: Estimate, source: Item | Index) -> Estimate:
    """Return a driver's mean on 0-100; unknown without a scale."""
    if isinstance(source, Index):
        known = unit_of(source) == "points from 0 to 100"
        return level if known else Estimate.unknown("The index is not on 0-100.", base=level.base)
    if source.lowest is None or source.highest is None:
        return Estimate.unknown("The item has no scale.", base=level.base)
    lowest, width = float(source.lowest), float(source.highest) - float(source.lowest)
    ends = (level.value, level.lower, level.upper)
    value, lower, upper = (None if end is None else _rescaled(float(end) - lowest, width) for end in ends)
    error = None if level.standard_error is None else _rescaled(float(level.standard_error), width)
    return replace(level, value=value, lower=lower, upper=upper, standard_error=error)


def _rescaled(number: float, width: float) -> Decimal:
    return decimal_from_float(number * 100 / width)


def _importance(value: float, spread: Estimate, confidence: float) -> Estimate:
    """Return a share of variance with its limits on Fisher's scale of correlations, atanh of the root."""
    plain = Estimate(
        decimal_from_float(value), base=spread.base, confidence=decimal_from_float(confidence), note=spread.note
    )
    if spread.standard_error is None or spread.degrees_of_freedom is None:
        return plain
    error, degrees = float(spread.standard_error), float(spread.degrees_of_freedom)
    plain = replace(
        plain, standard_error=decimal_from_float(error, _DIGITS), degrees_of_freedom=spread.degrees_of_freedom
    )
    if not _ROUNDING < value < 1 - _ROUNDING:
        return replace(plain, note="At 0 or 1 there is no interval.")
    root = np.sqrt(value)
    half = float(t_quantile(degrees, confidence)) * error / (2 * root * (1 - value))
    low, high = np.tanh([max(np.arctanh(root) - half, 0.0), np.arctanh(root) + half]) ** 2
    return replace(plain, lower=decimal_from_float(float(low), _DIGITS), upper=decimal_from_float(float(high), _DIGITS))


def _analysis(
    outcome: str,
    names: list[str],
    results: tuple[list[Estimate], list[Estimate]],
    covariance: Floats,
    rules: DriverRules,
) -> DriverAnalysis:
    (*importance, explained), performance = results
    shares = [float(one.value or 0) for one in importance]
    levels = [float(one.value) for one in performance if one.value is not None]
    cut = sum(shares) / len(shares) if rules.importance_cut is None else rules.importance_cut
    level = sum(levels) / len(levels) if rules.performance_cut is None and levels else rules.performance_cut
    spread = np.sqrt(np.diag(covariance))
    correlations = covariance[:-1, -1] / spread[:-1] / spread[-1]
    inflation = inflation_factors(covariance)
    drivers = tuple(
        Driver(
            name=name,
            importance=importance[index],
            relative=decimal_from_float(shares[index] / sum(shares)) if sum(shares) > 0 else Decimal(0),
            performance=performance[index],
            correlation=decimal_from_float(float(correlations[index])),
            inflation=decimal_from_float(float(inflation[index])),
            quadrant=quadrant_of(importance[index], performance[index], cut, level),
            clear=_clear(importance[index], cut) and level is not None and _clear(performance[index], level),
        )
        for index, name in enumerate(names)
    )
    return DriverAnalysis(
        outcome=outcome,
        method=rules.method or "lmg",
        r_squared=explained,
        drivers=drivers,
        base=explained.base,
        importance_cut=decimal_from_float(cut),
        performance_cut=None if level is None else decimal_from_float(level),
        limitations=_limitations(drivers, rules),
    )


def quadrant_of(importance: Estimate, performance: Estimate, cut: float, level: float | None) -> Quadrant:
    """Return what a driver's place on the map asks for (Martilla and James, *Journal of Marketing* 41, 1977, 77-79).

    Example:
        >>> quadrant_of(Estimate(Decimal("0.3")), Estimate(Decimal(60)), 0.2, 75)
        'improve first'
    """
    if importance.value is None or performance.value is None or level is None:
        return "not determined"
    matters, performs = float(importance.value) >= cut, float(performance.value) >= level
    if matters:
        return "keep up" if performs else "improve first"
    return "ease" if performs else "watch"


def _clear(found: Estimate, cut: float) -> bool:
    if found.lower is None or found.upper is None:
        return False
    return not float(found.lower) <= cut <= float(found.upper)


def _limitations(drivers: tuple[Driver, ...], rules: DriverRules) -> tuple[str, ...]:
    notes = ["Importance is association in these answers: it does not prove that a better driver moves the outcome."]
    alike = [driver.name for driver in drivers if float(driver.inflation) >= rules.collinear_from]
    if alike:
        notes.append(
            f"Hard to tell apart (variance inflation from {rules.collinear_from:g}): {', '.join(alike)}. "
            "Their importances are shared out between them almost evenly; judge them together."
        )
    against = [driver.name for driver in drivers if driver.correlation < 0]
    if against:
        notes.append(f"Runs against the outcome: {', '.join(against)}. Check the direction of the scale.")
    unscaled = [driver.name for driver in drivers if driver.performance.value is None]
    if unscaled:
        notes.append(f"No performance on 0-100, because the scale is not given: {', '.join(unscaled)}.")
    return tuple(notes)
