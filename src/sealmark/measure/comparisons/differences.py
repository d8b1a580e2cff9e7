"""Changes between waves and groups, with the covariance that shared clusters bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.measure.engine import Source
from sealmark.measure.surveys.design import Design
from sealmark.measure.surveys.estimation import (
    CellEstimate,
    Domain,
    estimate_plans,
    estimate_sample,
    fix_weights,
    take_sample,
)
from sealmark.measure.surveys.formulas import Measure
from sealmark.measure.surveys.intervals import t_quantile
from sealmark.measure.surveys.rows import plan_of, require_columns, unit_of

__all__ = ["Between", "Change", "Verdict", "compare", "difference_by_limits", "difference_of"]

Verdict: TypeAlias = Literal["higher", "lower", "equal", "undecided"]


@dataclass(frozen=True)
class Change:
    """How much a measure differs between two groups of rows, second less first.

    Attributes:
        cell: Values of the columns in ``by``.
        measure: The name the caller gave.
        first: The estimate of the first group.
        second: The estimate of the second group.
        difference: Second less first, with its interval.
        t: The difference over its standard error; None when unknown or the error is zero.
        p: Probability of so large a difference, either way, if there were none.
        minimum: The smallest change that matters; 0 when none was named.
        verdict: ``higher`` or ``lower`` when the whole interval lies beyond the minimum,
            ``equal`` when it lies within it, ``undecided`` otherwise.
        unit: The unit of the number.
    """

    cell: Mapping[str, object]
    measure: str
    first: Estimate
    second: Estimate
    difference: Estimate
    t: Decimal | None
    p: Decimal | None
    minimum: Decimal
    verdict: Verdict
    unit: str = ""


@dataclass(frozen=True)
class Between:
    """Two groups of rows to compare.

    Attributes:
        column: The column with the groups, for example the wave.
        first: Its value from which the change is counted.
        second: Its value to which the change is counted.
        minimum: The smallest change that matters.
        independent: The groups were drawn independently of each other (waves with fresh
            samples): the group becomes a stratum of its own.

    Raises:
        SealmarkError: SM418 a negative minimum, or a group compared with itself.

    Example:
        >>> Between("year", 2025, 2026, minimum=Decimal(2)).independent
        False
    """

    column: str
    first: object
    second: object
    minimum: Decimal = Decimal(0)
    independent: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be compared."""
        if self.minimum < 0:
            what = f"A smallest change of {self.minimum} makes no sense."
            raise SealmarkError(Problem("SM418", what, fix="Give 0 or more."))
        if self.first == self.second:
            what = f"{self.first!r} is compared with itself."
            raise SealmarkError(Problem("SM418", what, fix="Name two groups."))


def compare(
    table: Source,
    measures: Mapping[str, Measure],
    *,
    design: Design,
    between: Between,
    by: Sequence[str] = (),
    confidence: float = 0.95,
    domain: Domain = None,
) -> tuple[Change, ...]:
    """Return the change of every measure from the first to the second group, in every cell.

    Both groups stand in one table. Clusters with rows in both bring covariance,
    which is counted.

    Args:
        table: As for :func:`~sealmark.measure.surveys.estimation.estimate`.
        measures: What to compare; quantiles have no difference here.
        design: How the rows were drawn.
        between: The two groups.
        by: Columns whose values make the cells.
        confidence: Level of the two-sided intervals.
        domain: The rows to use.

    Raises:
        SealmarkError: As ``estimate``; SM412 a quantile; SM418 a group without rows.

    Example:
        >>> import pyarrow as pa
        >>> from sealmark.measure import Mean
        >>> table = pa.table({"year": [1, 1, 1, 2, 2, 2], "q": [5, 6, 7, 8, 9, 10]})
        >>> years = Between("year", 1, 2, independent=True)
        >>> (change,) = compare(table, {"score": Mean("q")}, design=Design(), between=years)
        >>> change.difference.value, change.verdict
        (Decimal('3'), 'higher')
    """
    if between.independent and between.column not in design.strata:
        design = replace(design, strata=(*design.strata, between.column), nested=True)
    by = (by,) if isinstance(by, str) else tuple(by)
    sample = take_sample(table, design=design, by=(*by, between.column), domain=domain)
    require_columns(sample.table, measures.values())
    fixed = {name: fix_weights(measure, sample) for name, measure in measures.items()}
    plans = {name: plan_of(measure, sample.table) for name, measure in fixed.items()}
    cells = estimate_sample(sample, fixed, by=(*by, between.column), confidence=confidence)
    single = {(tuple(c.cell.values())[:-1], c.measure, c.cell[between.column]): c.estimate for c in cells}
    _require_groups({key[2] for key in single}, between)
    # Each difference is estimated as one measure, so that its variance holds every covariance.
    old, new = (sample.table[between.column] == group for group in (between.first, between.second))
    joint = {name: plan.where(new).plus(plan.where(old).times(-1.0)) for name, plan in plans.items()}
    changes = estimate_plans(sample, joint, by=by, confidence=confidence)
    return tuple(_change(cell, single, measures[cell.measure], between) for cell in changes)


def difference_of(
    first: Estimate, second: Estimate, *, confidence: float = 0.95, minimum: Decimal = Decimal(0)
) -> tuple[Estimate, Verdict]:
    """Return second less first for two independent estimates, with Satterthwaite's degrees of freedom.

    Use :func:`compare` when both come from one table: it counts shared clusters.

    Args:
        first: The estimate from which the change is counted.
        second: The estimate to which it is counted.
        confidence: Level of the two-sided interval.
        minimum: The smallest change that matters.

    Returns:
        The difference and the verdict; unknown parts stay unknown, with the reason in the note.

    Example:
        >>> last = Estimate(Decimal(70), standard_error=Decimal(1), degrees_of_freedom=Decimal(50))
        >>> now = Estimate(Decimal(75), standard_error=Decimal(1), degrees_of_freedom=Decimal(50))
        >>> difference_of(last, now)[0].value, difference_of(last, now)[1]
        (Decimal('5'), 'higher')
    """
    base = first.base + second.base
    if first.value is None or second.value is None:
        return Estimate.unknown(first.note or second.note or "One of the two is unknown.", base=base), "undecided"
    plain = Estimate(second.value - first.value, base=base, confidence=decimal_from_float(confidence))
    if first.standard_error is None or second.standard_error is None:
        note = first.note or second.note or "One of the two has no standard error."
        return replace(plain, note=note), "undecided"
    parts = [float(one.standard_error or 0) ** 2 for one in (first, second)]
    degrees = [float(one.degrees_of_freedom or 0) for one in (first, second)]
    error = float(np.sqrt(sum(parts)))
    below = sum(part**2 / df for part, df in zip(parts, degrees, strict=True) if df > 0)
    df = sum(parts) ** 2 / below if below > 0 else sum(degrees)
    half = float(t_quantile(df, confidence)) * error
    if not np.isfinite(half):
        return replace(plain, standard_error=decimal_from_float(error), note="No degrees of freedom."), "undecided"
    value = float(plain.value or 0)
    result = replace(
        plain,
        lower=decimal_from_float(value - half),
        upper=decimal_from_float(value + half),
        standard_error=decimal_from_float(error),
        degrees_of_freedom=decimal_from_float(df),
    )
    return result, _verdict(result, minimum)


def difference_by_limits(first: Estimate, second: Estimate) -> Estimate:
    """Return second less first for two independent estimates, from the limits of their own intervals.

    Where shares lie near 0 or 1, and for percentiles, an interval is not the value and so many standard
    errors. Each limit of the difference then takes the distances of the two limits that matter, squared
    and added (Newcombe, *Statistics in Medicine* 17, 1998, method 10; Zou and Donner, ibid. 27, 2008).

    Args:
        first: The estimate from which the change is counted.
        second: The estimate to which it is counted, at the same confidence.

    Returns:
        The difference. Its standard error is that of the two, or where one has none or zero, that which a
        normal interval of this width has; unknown parts stay unknown, with the reason in the note.

    Example:
        >>> last = Estimate(Decimal("0.6"), Decimal("0.4905"), Decimal("0.7004"), base=80)
        >>> now = Estimate(Decimal("0.8"), Decimal("0.6916"), Decimal("0.8772"), base=70)
        >>> round(difference_by_limits(last, now).lower, 3), round(difference_by_limits(last, now).upper, 3)
        (Decimal('0.052'), Decimal('0.334'))
    """
    base = first.base + second.base
    if first.value is None or second.value is None:
        return Estimate.unknown(first.note or second.note or "One of the two is unknown.", base=base)
    found = Estimate(second.value - first.value, base=base, confidence=second.confidence)
    ends = (first.lower, first.upper, second.lower, second.upper)
    if first.lower is None or first.upper is None or second.lower is None or second.upper is None:
        return replace(found, note=first.note or second.note or "One of the two has no interval.")
    low, high, new_low, new_high = (float(end) for end in ends if end is not None)
    old, new = float(first.value), float(second.value)
    lower = new - old - np.hypot(new - new_low, high - old)
    upper = new - old + np.hypot(new_high - new, old - low)
    return replace(
        found,
        lower=decimal_from_float(float(lower)),
        upper=decimal_from_float(float(upper)),
        standard_error=_error_of(first, second, float(upper - lower)),
    )


def _error_of(first: Estimate, second: Estimate, width: float) -> Decimal:
    """Return the standard error of a difference, or the one that its interval stands for."""
    if first.standard_error and second.standard_error:
        return decimal_from_float(float(np.hypot(float(first.standard_error), float(second.standard_error))))
    return decimal_from_float(width / 2 / float(special.ndtri((1 + float(second.confidence)) / 2)))


def _require_groups(present: set[object], between: Between) -> None:
    absent = [group for group in (between.first, between.second) if group not in present]
    if absent:
        what = f'No row has "{between.column}" = {", ".join(map(repr, absent))}.'
        known = ", ".join(sorted(map(repr, present))[:10])
        raise SealmarkError(Problem("SM418", what, fix=f"There are: {known or 'none'}."))


def _change(
    joint: CellEstimate,
    single: Mapping[tuple[tuple[object, ...], str, object], Estimate],
    measure: Measure,
    between: Between,
) -> Change:
    key = tuple(joint.cell.values())
    nothing = Estimate.unknown("There is no answer in this group.")
    first, second = (single.get((key, joint.measure, group), nothing) for group in (between.first, between.second))
    difference = joint.estimate
    t = p = None
    if difference.standard_error and difference.degrees_of_freedom:
        ratio = float(difference.value or 0) / float(difference.standard_error)
        tail = special.stdtr(float(difference.degrees_of_freedom), -abs(ratio))
        t, p = decimal_from_float(ratio), decimal_from_float(2 * float(tail))
    return Change(
        cell=joint.cell,
        measure=joint.measure,
        first=first,
        second=second,
        difference=difference,
        t=t,
        p=p,
        minimum=between.minimum,
        verdict=_verdict(difference, between.minimum),
        unit=unit_of(measure),
    )


def _verdict(difference: Estimate, minimum: Decimal) -> Verdict:
    low, high = difference.lower, difference.upper
    if low is None or high is None:
        return "undecided"
    if low > minimum:
        return "higher"
    if high < -minimum:
        return "lower"
    return "equal" if minimum and -minimum < low and high < minimum else "undecided"
