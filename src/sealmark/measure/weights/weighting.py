"""Weights adjusted to what is known of the population: post-stratified, raked, calibrated, trimmed.

All of it works on patterns, the distinct values of the control columns: one
query counts them, and every adjustment is a factor per pattern on the weights
of its rows. :mod:`~sealmark.measure.weights.weighted` estimates with the result, and
there the standard error knows of the adjustments.

Example:
    >>> import pyarrow as pa
    >>> from sealmark.measure.surveys.design import Design
    >>> from sealmark.measure.weights.margins import Margin
    >>> answers = pa.table({"sex": ["f", "f", "f", "m"], "q": [8, 9, 7, 4]})
    >>> weighting = post_stratify(base_weights(answers, design=Design()), Margin("sex", {"f": 50, "m": 50}))
    >>> [(key[0], round(factor, 2)) for key, factor in zip(weighting.patterns, weighting.factors.tolist())]
    [('f', 16.67), ('m', 50.0)]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from sealmark.core.errors import Problem, ProblemList, SealmarkError, did_you_mean
from sealmark.measure.engine import Source, fetch
from sealmark.measure.numeric import not_numbers
from sealmark.measure.surveys.design import WEIGHT, Design
from sealmark.measure.surveys.estimation import Sample, take_sample
from sealmark.measure.surveys.keys import Floats, Key, column_of, number_keys
from sealmark.measure.weights.calibration import Bounds, Distance, fit_factors
from sealmark.measure.weights.margins import Control, KnownTotal, Margin, build_controls, control_columns

__all__ = [
    "Adjustment", "Weighting", "base_weights", "calibrate", "post_stratify", "rake", "trim", "weighted_table",
]  # fmt: skip

_ROUNDS = 1000
_NOTHING = 1e-12


@dataclass(frozen=True)
class Adjustment:
    """One calibration, per pattern.

    Attributes:
        controls: Values of the control variables; shape (patterns, controls).
        before: Factors on the base weights when it began.
        after: Factors when it ended.
    """

    controls: Floats
    before: Floats
    after: Floats


@dataclass(frozen=True)
class Weighting:
    """A sample whose weights are being adjusted.

    Attributes:
        sample: The whole sample.
        columns: The columns whose distinct values are the patterns.
        patterns: The distinct values, sorted.
        rows: Rows of each pattern.
        weights: Sum of the base weights of each pattern.
        squares: Sum of their squares.
        factors: By what the base weights are multiplied.
        adjustments: The calibrations so far, in order.
    """

    sample: Sample
    columns: tuple[str, ...]
    patterns: tuple[Key, ...]
    rows: Floats
    weights: Floats
    squares: Floats
    factors: Floats
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def total(self) -> float:
        """Sum of the adjusted weights."""
        return float(self.weights @ self.factors)

    @property
    def effective_base(self) -> float:
        """Kish's effective sample size of the adjusted weights."""
        return self.total**2 / float(self.squares @ self.factors**2)


def base_weights(table: Source, *, design: Design) -> Weighting:
    """Return the design's weights, ready to be adjusted.

    Args:
        table: As for :func:`~sealmark.measure.surveys.estimation.estimate`.
        design: How the rows were drawn.

    Raises:
        SealmarkError: SM403 to SM408 as ``estimate``; SM438 a design with two stages of known size.

    Example:
        >>> import pyarrow as pa
        >>> base_weights(pa.table({"q": [7, 8]}), design=Design(population=10)).factors.tolist()
        [1.0]
    """
    if design.two_stage:
        what = "Adjusted weights have no standard error here when the second stage counts too."
        fix = "Leave out population, cluster2 and population2: drawn with replacement errs on the safe side."
        raise SealmarkError(Problem("SM438", what, fix=fix))
    sample = take_sample(table, design=design)
    return _gathered(sample, ())


def post_stratify(weighting: Weighting, margin: Margin) -> Weighting:
    """Return the weights scaled in every category to the population's count.

    Args:
        weighting: From :func:`base_weights` or an earlier adjustment.
        margin: The categories; several columns give their crossing.

    Raises:
        SealmarkError: As :func:`calibrate`.

    Example:
        >>> import pyarrow as pa
        >>> from sealmark.measure.weights.margins import Margin
        >>> answers = pa.table({"sex": ["f", "f", "m"], "age": ["y", "o", "o"]})
        >>> start = base_weights(answers, design=Design())
        >>> adjusted = post_stratify(start, Margin("sex", {"f": 50, "m": 50}))
        >>> [round(weight, 6) for weight in sorted(weighted_table(adjusted).execute()["weight"])]
        [25.0, 25.0, 50.0]
    """
    return calibrate(weighting, [margin])


def rake(weighting: Weighting, margins: Sequence[Margin]) -> Weighting:
    """Return the weights that meet several margins at once, each a product of one factor per margin.

    The weights are those to which iterative proportional fitting converges
    (Deming and Stephan 1940), found by Newton's method.

    Args:
        weighting: From :func:`base_weights` or an earlier adjustment.
        margins: Counts of the population, each by one column or several.

    Raises:
        SealmarkError: As :func:`calibrate`; SM434 also when no such weights exist.

    Example:
        >>> import pyarrow as pa
        >>> from sealmark.measure.weights.margins import Margin
        >>> answers = pa.table({"sex": ["f", "f", "m"], "age": ["y", "o", "o"]})
        >>> start = base_weights(answers, design=Design())
        >>> adjusted = rake(start, [Margin("sex", {"f": 60, "m": 40}), Margin("age", {"y": 20, "o": 80})])
        >>> [round(weight, 6) for weight in sorted(weighted_table(adjusted).execute()["weight"])]
        [20.0, 40.0, 40.0]
    """
    return calibrate(weighting, margins, distance="raking")


def calibrate(
    weighting: Weighting, controls: Sequence[Control], *, distance: Distance = "linear", bounds: Bounds | None = None
) -> Weighting:
    """Return the weights nearest to those given that meet what is known of the population.

    Args:
        weighting: From :func:`base_weights` or an earlier adjustment.
        controls: Margins and totals, all met at once.
        distance: ``linear`` gives the generalised regression estimator; ``raking`` keeps
            weights above zero; ``logit`` keeps factors between bounds.
        bounds: Limits of this calibration's factors; ``linear`` and ``raking`` are cut off at them.

    Raises:
        SealmarkError: SM403, SM404 columns; SM430 to SM433 controls that fit neither each other
            nor the sample; SM434 totals that cannot be met; SM435 bounds within which they
            cannot be met; SM436 a weight below zero.

    Example:
        >>> import pyarrow as pa
        >>> from sealmark.measure.weights.margins import Margin
        >>> answers = pa.table({"sex": ["f", "f", "m"], "age": ["y", "o", "o"]})
        >>> start = base_weights(answers, design=Design())
        >>> adjusted = calibrate(start, [Margin("sex", {"f": 60, "m": 40})], distance="raking")
        >>> [round(weight, 6) for weight in sorted(weighted_table(adjusted).execute()["weight"])]
        [30.0, 30.0, 40.0]
    """
    columns = control_columns(controls)
    _check_columns(weighting.sample.table, controls)
    weighting = _refined(weighting, columns)
    weights = weighting.weights * weighting.factors
    built = build_controls(controls, weighting.columns, weighting.patterns, weights)
    factors = fit_factors(built, weights, distance=distance, bounds=bounds)
    if (factors[weights > 0] < 0).any():
        rows = int(weighting.rows[(weights > 0) & (factors < 0)].sum())
        fix = "Take the distance raking, or give bounds from 0 up."
        raise SealmarkError(Problem("SM436", f"{rows:,} rows would get a weight below zero.", fix=fix))
    after = weighting.factors * factors
    step = Adjustment(built.values, weighting.factors, after)
    return replace(weighting, factors=after, adjustments=(*weighting.adjustments, step))


def trim(
    weighting: Weighting, *, lowest: float = 0.0, highest: float = float("inf"), until_inside: bool = True
) -> Weighting:
    """Return the weights cut off at two limits, what was cut spread evenly over the others.

    The known totals no longer hold exactly; calibrate again where that matters.

    Args:
        weighting: From :func:`base_weights` or an adjustment.
        lowest: Smallest weight wanted.
        highest: Largest weight wanted.
        until_inside: Repeat until spreading has pushed no weight beyond a limit.

    Raises:
        SealmarkError: SM437 limits between which weights of this sum do not exist.

    Example:
        >>> import pyarrow as pa
        >>> start = base_weights(pa.table({"w": [1.0, 1.0, 4.0]}), design=Design(weight="w"))
        >>> sorted(weighted_table(trim(start, highest=3.0)).execute()["weight"])
        [1.5, 1.5, 3.0]
    """
    weighting = _refined(weighting, (*weighting.columns, WEIGHT))
    place = weighting.columns.index(WEIGHT)
    base = np.array([pattern[place] for pattern in weighting.patterns], dtype=np.float64)
    used = base * weighting.factors > 0
    rows = np.where(used, weighting.rows, 0.0)
    _check_limits(weighting.total / rows.sum(), lowest, highest)
    trimmed = _trimmed(base * weighting.factors, rows, (lowest, highest), repeat=until_inside)
    factors = np.divide(trimmed, base, out=np.zeros_like(base), where=used)
    return replace(weighting, factors=factors)


def weighted_table(weighting: Weighting, name: str = "weight") -> ir.Table:
    """Return the sample's rows with their adjusted weight in a new column.

    A standard error computed from this column alone does not know of the adjustments.

    Args:
        weighting: From :func:`base_weights` or an adjustment.
        name: Of the new column.

    Raises:
        SealmarkError: SM405 the table has such a column already.

    Example:
        >>> import pyarrow as pa
        >>> start = base_weights(pa.table({"q": [7, 8]}), design=Design(population=10))
        >>> weighted_table(start)["weight"].sum().execute()
        10.0
    """
    table = weighting.sample.table
    if name in table.columns:
        fix = "Give the new column another name."
        raise SealmarkError(Problem("SM405", f'The table has a column "{name}" already.', fix=fix))
    plain = [column for column in table.columns if not column.startswith("sm_")]
    if not weighting.columns:
        return table.select(*plain, **{name: table[WEIGHT] * float(weighting.factors[0])})
    parts = zip(*weighting.patterns, strict=True)
    columns = {f"sm_key{index}": pa.array(list(part)) for index, part in enumerate(parts)}
    factors = ibis.memtable(pa.table({**columns, "sm_factor": weighting.factors}))
    keys = {f"sm_key{index}": table[column] for index, column in enumerate(weighting.columns)}
    joined = table.mutate(**keys).inner_join(factors, list(keys))
    return joined.select(*plain, **{name: joined[WEIGHT] * joined.sm_factor})


def _gathered(sample: Sample, columns: tuple[str, ...]) -> Weighting:
    """Return the unadjusted weights by pattern."""
    table = sample.table
    keys = {f"sm_key{index}": table[name] for index, name in enumerate(columns)}
    narrow = table.select(**keys, **{WEIGHT: table[WEIGHT]})
    weight = narrow[WEIGHT]
    sums = {"rows": narrow.count(), "weight": weight.sum(), "square": (weight * weight).sum()}
    found = fetch(narrow.aggregate(by=list(keys), **sums))
    order, patterns = number_keys(found, list(keys))
    place = np.argsort(order, kind="stable")
    rows, weights, squares = (column_of(found, name)[place] for name in ("rows", "weight", "square"))
    return Weighting(sample, columns, tuple(patterns), rows, weights, squares, np.ones(len(patterns)))


def _refined(weighting: Weighting, columns: Sequence[str]) -> Weighting:
    """Return the same weights by patterns of more columns."""
    wider = tuple(dict.fromkeys((*weighting.columns, *columns)))
    if wider == weighting.columns:
        return weighting
    fine = _gathered(weighting.sample, wider)
    size = len(weighting.columns)
    known = {pattern: index for index, pattern in enumerate(weighting.patterns)}
    parent = np.array([known[pattern[:size]] for pattern in fine.patterns], dtype=np.int64)
    steps = tuple(
        Adjustment(step.controls[parent], step.before[parent], step.after[parent]) for step in weighting.adjustments
    )
    return replace(fine, factors=weighting.factors[parent], adjustments=steps)


def _check_columns(table: ir.Table, controls: Sequence[Control]) -> None:
    problems = ProblemList()
    legal = [name for name in table.columns if not name.startswith("sm_")]
    for control in controls:
        for name in control.columns:
            if name not in table.columns:
                what = f'A control names the column "{name}", which the table does not have.'
                problems.add("SM403", what, fix=did_you_mean(name, legal))
            elif isinstance(control, KnownTotal) and not table[name].type().is_numeric():
                told = "A known total needs numbers"
                problems.extend([not_numbers(table, name, told=told, fix="Give its categories as a Margin.")])
    problems.raise_if_any()


def _check_limits(mean: float, lowest: float, highest: float) -> None:
    if not 0 <= lowest < mean < highest:
        what = f"No weights between {lowest:g} and {highest:g} have the mean {mean:g} that these weights have."
        raise SealmarkError(Problem("SM437", what, fix="Let the limits lie on either side of the mean weight."))


def _trimmed(weights: Floats, rows: Floats, limits: tuple[float, float], *, repeat: bool) -> Floats:
    lowest, highest = limits
    used = rows > 0
    room = _NOTHING * weights.max(initial=0.0)
    for _ in range(_ROUNDS if repeat else 1):
        outside = used & ((weights < lowest - room) | (weights > highest + room))
        if not outside.any():
            break
        cut = np.where(used, np.clip(weights, lowest, highest), weights)
        excess = float(rows @ (weights - cut))
        inside = used & ~outside
        if not inside.any():
            inside = used & ((cut < highest) if excess > 0 else (cut > lowest))
        weights = np.where(inside, cut + excess / float(rows[inside].sum()), cut)
    return weights
