"""Tests of improvement: is a change for the better larger than the smallest one that matters?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import numpy as np

from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.estimates import Estimate, ImprovementVerdict, improvement_verdict
from sealmark.core.numbers import decimal_from_float, plain
from sealmark.measure.comparisons.differences import difference_of
from sealmark.measure.comparisons.waves import WavePair, wave_changes
from sealmark.measure.engine import Source
from sealmark.measure.surveys.design import Design
from sealmark.measure.surveys.estimation import Domain, check_confidence
from sealmark.measure.surveys.formulas import LinearMeasure
from sealmark.measure.surveys.intervals import t_quantile

__all__ = ["Improvement", "ImprovementRule", "ImprovementVerdict", "improvement", "wave_improvements"]

_HALF = 0.5


@dataclass(frozen=True)
class ImprovementRule:
    """When a change counts as an improvement.

    Attributes:
        minimum: The smallest relevant change, in the measure's unit, zero or more.
        confidence: Level of the statement.
        sides: ``two``: both limits of the two-sided interval at this level; ``one``: each limit
            alone holds at this level, which is the two-sided interval at 2 x level - 1.
        better: Which direction is good.

    Raises:
        SealmarkError: SM413 a confidence outside 0 to 1; SM468 a negative minimum, or a one-sided
            confidence of one half or less.

    Example:
        >>> ImprovementRule(Decimal("0.5"), sides="one").level
        0.9
    """

    minimum: Decimal
    confidence: float = 0.95
    sides: Literal["one", "two"] = "two"
    better: Literal["higher", "lower"] = "higher"

    def __post_init__(self) -> None:
        """Refuse a rule that decides nothing."""
        check_confidence(self.confidence)
        if self.minimum < 0:
            what = f"A smallest relevant change of {self.minimum} would call a decline an improvement."
            raise SealmarkError(Problem("SM468", what, fix="Give 0 or more; say better=lower where less is good."))
        if self.sides == "one" and self.confidence <= _HALF:
            what = f"A one-sided confidence of {self.confidence} decides nothing."
            raise SealmarkError(Problem("SM468", what, fix="Give more than 0.5, usually 0.95."))

    @property
    def level(self) -> float:
        """Level of the two-sided interval whose limits are compared."""
        return self.confidence if self.sides == "two" else round(2 * self.confidence - 1, 12)


@dataclass(frozen=True)
class Improvement:
    """A change tested against a rule.

    Attributes:
        before: The first estimate.
        after: The second estimate.
        gain: The change in the good direction, with the interval at the rule's level.
        rule: What it was tested against.
        verdict: ``improved``: the lower limit of the gain is above the minimum; ``not improved``: the
            upper limit is below it; ``not shown``: the interval holds the minimum; ``not determined``:
            there is no interval.
        reason: The comparison that decided, in one sentence.
        measure: Name of the measure, when it comes from a table.
        cell: Values of the columns it was split by.
        unit: The unit of the number.
    """

    before: Estimate
    after: Estimate
    gain: Estimate
    rule: ImprovementRule
    verdict: ImprovementVerdict
    reason: str
    measure: str = ""
    cell: Mapping[str, object] | None = None
    unit: str = ""


def improvement(
    before: Estimate, after: Estimate, rule: ImprovementRule, *, covariance: Decimal = Decimal(0)
) -> Improvement:
    """Return the test of a change between two estimates.

    Limits are compared as computed, to twelve digits, never as displayed.

    Args:
        before: The first estimate.
        after: The second estimate.
        rule: The smallest relevant change, the level and the sides.
        covariance: Of the two, when they share respondents or clusters and it is known; with one table for
            both use :func:`wave_improvements`, which finds it. Degrees of freedom are then
            the smaller of the two, otherwise Satterthwaite's.

    Raises:
        SealmarkError: SM468 a covariance that the standard errors do not allow.

    Example:
        >>> last = Estimate(Decimal(70), standard_error=Decimal(1), degrees_of_freedom=Decimal(80))
        >>> now = Estimate(Decimal(74), standard_error=Decimal(1), degrees_of_freedom=Decimal(80))
        >>> improvement(last, now, ImprovementRule(Decimal(1))).verdict
        'improved'
        >>> improvement(last, now, ImprovementRule(Decimal(2))).verdict
        'not shown'
    """
    change, _ = difference_of(before, after, confidence=rule.level)
    if covariance and change.standard_error is not None:
        change = _with_covariance(change, before, after, covariance, rule.level)
    gain = change.turned() if rule.better == "lower" else change
    return _tested(before, after, gain, rule)


def wave_improvements(
    table: Source,
    measures: Mapping[str, LinearMeasure],
    *,
    design: Design,
    waves: WavePair,
    rule: ImprovementRule,
    by: Sequence[str] = (),
    domain: Domain = None,
) -> tuple[Improvement, ...]:
    """Return the test of every measure's change between two waves of a table, covariance counted.

    Args:
        table: All rounds in one table.
        measures: What to measure; all must be good in the direction that the rule says.
        design: How the rows were drawn.
        waves: The two waves; rounds and respondents may be in both.
        rule: The smallest relevant change, the level and the sides.
        by: Columns whose values make the cells.
        domain: The rows to use.

    Raises:
        SealmarkError: As :func:`~sealmark.measure.comparisons.waves.wave_changes`.

    Example:
        >>> import pyarrow as pa
        >>> from sealmark.measure import Mean
        >>> rows = pa.table({"who": [1, 2, 3, 1, 2, 3], "year": [1, 1, 1, 2, 2, 2], "q": [3, 5, 7, 5, 7, 9.5]})
        >>> waves = WavePair("year", (1,), (2,), respondent="who")
        >>> rule = ImprovementRule(Decimal(1))
        >>> (found,) = wave_improvements(rows, {"score": Mean("q")}, design=Design(), waves=waves, rule=rule)
        >>> found.verdict, found.gain.standard_error
        ('improved', Decimal('0.166666666667'))
    """
    changes = wave_changes(table, measures, design=design, waves=waves, by=by, confidence=rule.level, domain=domain)
    found = []
    for one in changes:
        gain = one.change.turned() if rule.better == "lower" else one.change
        tested = _tested(one.before, one.after, gain, rule)
        found.append(replace(tested, measure=one.measure, cell=one.cell, unit=one.unit))
    return tuple(found)


def _with_covariance(
    change: Estimate, before: Estimate, after: Estimate, covariance: Decimal, level: float
) -> Estimate:
    errors = [float(one.standard_error or 0) for one in (before, after)]
    variance = errors[0] ** 2 + errors[1] ** 2 - 2 * float(covariance)
    if abs(float(covariance)) > errors[0] * errors[1] * (1 + 1e-9):
        what = f"A covariance of {covariance} is more than the standard errors {errors[0]} and {errors[1]} allow."
        raise SealmarkError(Problem("SM468", what, fix="Give the covariance of the estimates, not of the answers."))
    error = float(np.sqrt(max(variance, 0.0)))
    degrees = min(float(one.degrees_of_freedom or 0) for one in (before, after))
    half = float(t_quantile(degrees, level)) * error
    found = replace(change, standard_error=decimal_from_float(error), lower=None, upper=None)
    if not np.isfinite(half):
        return replace(found, degrees_of_freedom=None, note="No degrees of freedom.")
    value = float(change.value or 0)
    return replace(
        found,
        lower=decimal_from_float(value - half),
        upper=decimal_from_float(value + half),
        degrees_of_freedom=decimal_from_float(degrees),
    )


def _tested(before: Estimate, after: Estimate, gain: Estimate, rule: ImprovementRule) -> Improvement:
    verdict, reason = _verdict(gain, rule)
    return Improvement(before, after, gain, rule, verdict, reason)


def _verdict(gain: Estimate, rule: ImprovementRule) -> tuple[ImprovementVerdict, str]:
    verdict, minimum = improvement_verdict(gain, rule.minimum), plain(rule.minimum)
    if gain.lower is None or gain.upper is None:
        return verdict, gain.note or "The change has no interval."
    if verdict == "improved":
        return verdict, f"The lower limit of the gain, {plain(gain.lower)}, is above {minimum}."
    if verdict == "not improved":
        return verdict, f"The upper limit of the gain, {plain(gain.upper)}, is below {minimum}."
    return verdict, f"The gain may be anything from {plain(gain.lower)} to {plain(gain.upper)}: {minimum} is inside."
