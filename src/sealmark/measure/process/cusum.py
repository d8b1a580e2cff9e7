"""The tabular cumulative sum: small lasting shifts, found sooner than by single points.

E. S. Page, "Continuous inspection schemes", *Biometrika* 41 (1954), 100-115;
NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.process.charts import baseline_of, range_sigma
from sealmark.measure.process.series import Values

__all__ = ["CusumChart", "CusumPoint", "CusumSettings", "CusumSignal", "chart_cusum"]

_NOISE = 1e-9


@dataclass(frozen=True)
class CusumSettings:
    """What a cumulative sum looks for.

    Attributes:
        target: The wanted level; the baseline's mean when None.
        sigma: Standard deviation of a value; by the baseline's mean moving range when None.
        slack: k, in sigmas: half the shift to be found.
        decision: h, in sigmas: a sum beyond it is a signal. With k = 0.5, 4 signals falsely once
            in about 168 periods, 5 once in about 465 (Montgomery, table 9.3).
        baseline: Labels of the first and last period that give what is not stated.

    Raises:
        SealmarkError: SM463 a sigma or decision that is not above zero, or a negative slack.

    Example:
        >>> CusumSettings(target=10, sigma=1).decision
        5.0
    """

    target: float | None = None
    sigma: float | None = None
    slack: float = 0.5
    decision: float = 5.0
    baseline: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        """Refuse settings that can find nothing."""
        if (self.sigma is not None and not self.sigma > 0) or not self.decision > 0 or not self.slack >= 0:
            what = f"A sum with sigma {self.sigma}, k {self.slack} and h {self.decision} cannot be."
            raise SealmarkError(Problem("SM463", what, fix="Give a sigma and an h above 0, and a k of 0 or more."))


@dataclass(frozen=True)
class CusumPoint:
    """One period of a cumulative sum.

    Attributes:
        label: The period.
        value: The measured value; None where there is none, and both sums stay as they were.
        high: Sum of what went above target and slack, in the unit of the values.
        low: Sum of what went below.
    """

    label: str
    value: float | None
    high: float
    low: float


@dataclass(frozen=True)
class CusumSignal:
    """A sum beyond its limit.

    Attributes:
        label: The period.
        side: ``above`` or ``below`` the target.
        since: The period in which the sum left zero: about when the shift began.
    """

    label: str
    side: Literal["above", "below"]
    since: str


@dataclass(frozen=True)
class CusumChart:
    """Sums, limit and signals.

    Attributes:
        target: The level that the sums start from.
        sigma: Standard deviation of a value.
        slack: K, in the unit of the values.
        limit: H, in the unit of the values.
        points: One per period.
        signals: Every period with a sum beyond the limit.
        limitations: What a reader must know.
    """

    target: float
    sigma: float
    slack: float
    limit: float
    points: tuple[CusumPoint, ...]
    signals: tuple[CusumSignal, ...]
    limitations: tuple[str, ...]


def chart_cusum(series: Values, settings: CusumSettings = CusumSettings()) -> CusumChart:
    """Return the two one-sided cumulative sums: high = max(0, high + value - target - K), low likewise.

    The sums go on after a signal; restart them by charting from the next period on.

    Args:
        series: The values.
        settings: Target, spread and limits.

    Raises:
        SealmarkError: SM463 a baseline that is not known; SM464 too few values for a target or sigma,
            or a baseline without spread.

    Example:
        >>> chart = chart_cusum(Values((10.1, 12.4, 12.6, 12.8)), CusumSettings(target=10, sigma=1))
        >>> chart.signals
        (CusumSignal(label='4', side='above', since='2'),)
    """
    target, sigma = _level(series, settings)
    slack, limit = settings.slack * sigma, settings.decision * sigma
    points: list[CusumPoint] = []
    signals: list[CusumSignal] = []
    high = low = 0.0
    since: dict[str, str] = {}
    for label, value in zip(series.periods.labels, series.values, strict=True):
        if value is not None:
            high, low = _grown(high, value - target - slack), _grown(low, target - slack - value)
        points.append(CusumPoint(label, value, high, low))
        for side, total in (("above", high), ("below", low)):
            since[side] = since.get(side) or label if total > 0 else ""
        signals += _beyond(points[-1], since, limit) if value is not None else []
    return CusumChart(target, sigma, slack, limit, tuple(points), tuple(signals), _limitations(series, settings))


def _grown(total: float, step: float) -> float:
    return max(0.0, total + step)


def _beyond(point: CusumPoint, since: dict[str, str], limit: float) -> list[CusumSignal]:
    edge = limit * (1 + _NOISE)
    found: list[CusumSignal] = []
    if point.high > edge:
        found.append(CusumSignal(point.label, "above", since["above"]))
    if point.low > edge:
        found.append(CusumSignal(point.label, "below", since["below"]))
    return found


def _level(series: Values, settings: CusumSettings) -> tuple[float, float]:
    labels = series.periods.labels
    if settings.target is not None and settings.sigma is not None:
        _refuse_baseline(labels, settings.baseline)
        return settings.target, settings.sigma
    inside = baseline_of(labels, series.values, settings.baseline)
    known = [series.values[index] or 0.0 for index in inside]
    target = math.fsum(known) / len(known) if settings.target is None else settings.target
    sigma = range_sigma(series.values, inside, labels)[0] if settings.sigma is None else settings.sigma
    if not sigma > 0:
        what = "All periods of the baseline are alike: there is no sigma to count in."
        raise SealmarkError(Problem("SM464", what, fix="State the sigma, or choose another baseline."))
    return target, sigma


def _refuse_baseline(labels: Sequence[str], baseline: tuple[str, str] | None) -> None:
    """Refuse a baseline that nothing is taken from.

    Raises:
        SealmarkError: SM463.
    """
    if baseline is not None:
        what = f"The baseline {baseline[0]} to {baseline[1]} of {len(labels)} periods gives nothing."
        raise SealmarkError(Problem("SM463", what, fix="Target and sigma are both stated: leave out the baseline."))


def _limitations(series: Values, settings: CusumSettings) -> tuple[str, ...]:
    notes = list(series.limitations)
    missing = sum(value is None for value in series.values)
    if missing:
        notes.append(f"{missing} periods have no value: both sums stay as they were.")
    stated = settings.target is not None and settings.sigma is not None
    if not stated and settings.baseline is None:
        notes.append("Target and spread come from the periods that are judged: state them, or name a baseline.")
    return tuple(notes)
