"""Control charts: is a process steady, or did something change it?

The centre and the spread come from a baseline, by default all periods. Limits
lie three sigmas from the centre (Shewhart 1931; formulas as in D. C.
Montgomery, *Introduction to Statistical Quality Control*, ch. 6, 7 and 9).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from scipy import special

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.process.rules import USUAL_RULES, RuleName, Signal, find_signals
from sealmark.measure.process.series import Counts, Values

__all__ = [
    "ChartKind", "ChartPoint", "Charting", "ControlChart", "IndividualsChart", "baseline_of", "chart_counts",
    "chart_individuals", "moving_ranges", "range_sigma",
]  # fmt: skip

ChartKind: TypeAlias = Literal["p", "u", "individuals", "moving-range"]

_WIDTH = 3.0
_FEWEST = 2
_ENOUGH = 20
_EXPECTED = 5.0
_DOUBTFUL = 0.01
# Expected range of two normal values, in sigmas, and its own standard deviation over it.
_RANGE = 2 / math.sqrt(math.pi)
_RANGE_LIMIT = 1 + _WIDTH * math.sqrt(2 - 4 / math.pi) / _RANGE


@dataclass(frozen=True)
class Charting:
    """How a chart is drawn up.

    Attributes:
        baseline: Labels of the first and last period that give centre and spread; all when None.
        rules: Which patterns count as signals.
        overdispersed: Widen the limits of counts by the spread between periods (Laney 2002: p', u').

    Example:
        >>> Charting(baseline=("2025-01", "2025-12")).overdispersed
        False
    """

    baseline: tuple[str, str] | None = None
    rules: tuple[RuleName, ...] = USUAL_RULES
    overdispersed: bool = False


@dataclass(frozen=True)
class ChartPoint:
    """One period on a chart.

    Attributes:
        label: The period.
        value: What is drawn; None for a period with nothing in it.
        base: What a share or rate rests on; None for measured values.
        lower: Lower limit; None when there is none.
        upper: Upper limit; None when there is none.
        sigmas: Distance from the centre in sigmas; None without a value or a spread.
    """

    label: str
    value: float | None
    base: float | None
    lower: float | None
    upper: float | None
    sigmas: float | None


@dataclass(frozen=True)
class ControlChart:
    """Centre, limits and signals.

    Attributes:
        kind: ``p``, ``u``, ``individuals`` or ``moving-range``.
        centre: Mean of the baseline.
        sigma: Standard deviation of a point; None where it varies with the base, or is zero.
        dispersion: By what sigma was multiplied for spread between periods; 1 when it was not.
        points: One per period.
        signals: What the rules found.
        baseline: First and last period that centre and spread rest on.
        limitations: What a reader must know.
    """

    kind: ChartKind
    centre: float
    sigma: float | None
    dispersion: float
    points: tuple[ChartPoint, ...]
    signals: tuple[Signal, ...]
    baseline: tuple[str, str]
    limitations: tuple[str, ...]


@dataclass(frozen=True)
class IndividualsChart:
    """Individual values and how much each differs from the one before (XmR).

    Attributes:
        individuals: The values; sigma from the mean moving range.
        ranges: The moving ranges; only points beyond the upper limit are signals,
            because neighbouring ranges share a value.
    """

    individuals: ControlChart
    ranges: ControlChart


def chart_counts(series: Counts, charting: Charting = Charting()) -> ControlChart:
    """Return the p chart of shares or the u chart of rates, with limits that follow the base.

    Sigma is √(p(1 - p)/n) for shares and √(u/n) for rates. With ``overdispersed``
    it is multiplied by the mean moving range of the standardised baseline over
    1.128 (D. B. Laney, *Quality Engineering* 14, 2002, 531-537).

    Args:
        series: The counts.
        charting: Baseline, rules and treatment of over-dispersion.

    Raises:
        SealmarkError: SM463 a period or rule that is not known, SM464 fewer than two periods with a base.

    Example:
        >>> chart = chart_counts(Counts((12, 15, 8, 30), (50, 50, 50, 50)))
        >>> round(chart.centre, 3), round(chart.points[0].upper, 3), chart.signals[0].label
        (0.325, 0.524, '4')
    """
    inside = baseline_of(series.periods.labels, series.ratios, charting.baseline)
    centre = sum(series.counts[index] for index in inside) / sum(series.bases[index] for index in inside)
    sigmas = [_count_sigma(series, centre, base) for base in series.bases]
    dispersion = _laney(series, centre, sigmas, inside) if charting.overdispersed else 1.0
    spread = [None if sigma is None or not sigma * dispersion > 0 else sigma * dispersion for sigma in sigmas]
    ceiling = 1.0 if series.kind == "share" else math.inf
    points = tuple(
        _point(label, value, centre, sigma, floor=0.0, ceiling=ceiling, base=base)
        for label, value, sigma, base in zip(series.periods.labels, series.ratios, spread, series.bases, strict=True)
    )
    limitations = (
        *series.limitations,
        *_baseline_limits(inside, has_spread=any(sigma is not None for sigma in spread)),
        *_count_limits(series, centre, dispersed=charting.overdispersed, inside=inside),
    )
    return ControlChart(
        kind="p" if series.kind == "share" else "u",
        centre=centre,
        sigma=None,
        dispersion=dispersion,
        points=points,
        signals=_signals(points, charting.rules),
        baseline=(series.periods.labels[inside[0]], series.periods.labels[inside[-1]]),
        limitations=limitations,
    )


def chart_individuals(series: Values, charting: Charting = Charting()) -> IndividualsChart:
    """Return the chart of individual values and the chart of their moving ranges.

    Sigma is the mean moving range over 2/√π = 1.128; the ranges' upper limit is
    3.267 times their mean. Standard errors of the values are not used: the chart
    judges the process by its own spread.

    Args:
        series: The values.
        charting: Baseline and rules.

    Raises:
        SealmarkError: SM463 a period or rule that is not known, SM464 no two neighbouring periods with a value.

    Example:
        >>> chart = chart_individuals(Values((49.6, 47.6, 49.9, 51.3, 47.8, 51.2)))
        >>> round(chart.individuals.centre, 2), round(chart.ranges.centre, 2)
        (49.57, 2.52)
    """
    labels = series.periods.labels
    inside = baseline_of(labels, series.values, charting.baseline)
    centre = math.fsum(series.values[index] or 0.0 for index in inside) / len(inside)
    ranges = moving_ranges(series.values)
    sigma, mean_range = range_sigma(series.values, inside, labels)
    known = sigma if sigma > 0 else None
    points = tuple(_point(label, value, centre, known) for label, value in zip(labels, series.values, strict=True))
    limitations = (*series.limitations, *_baseline_limits(inside, has_spread=sigma > 0))
    spread = (_RANGE_LIMIT - 1) * mean_range / _WIDTH
    moves = tuple(
        _point(label, value, mean_range, spread if sigma > 0 else None, floor=0.0)
        for label, value in zip(labels, ranges, strict=True)
    )
    ends = (labels[inside[0]], labels[inside[-1]])
    return IndividualsChart(
        ControlChart("individuals", centre, known, 1.0, points, _signals(points, charting.rules), ends, limitations),
        ControlChart(
            "moving-range", mean_range, None, 1.0, moves, _signals(moves, ("beyond-3-sigma",)), ends, limitations
        ),
    )


def baseline_of(
    labels: Sequence[str], values: Sequence[float | None], baseline: tuple[str, str] | None
) -> tuple[int, ...]:
    """Return the numbers of the periods with a value that lie in the baseline.

    Raises:
        SealmarkError: SM463 a label that is no period, SM464 fewer than two periods with a value.
    """
    unknown = [label for label in baseline or () if label not in labels]
    if unknown:
        known = f"{labels[0]} to {labels[-1]}" if labels else "none"
        what = f'The baseline names "{unknown[0]}", which is no period of the series.'
        raise SealmarkError(Problem("SM463", what, fix=f"Periods: {known}."))
    first, last = (labels.index(label) for label in baseline) if baseline else (0, len(labels) - 1)
    inside = tuple(index for index in range(first, last + 1) if values[index] is not None)
    if len(inside) < _FEWEST:
        what = f"The baseline has {len(inside)} periods with anything in them: no spread can be told."
        raise SealmarkError(Problem("SM464", what, fix="Give more periods, or a longer baseline; 20 are usual."))
    return inside


def moving_ranges(values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return how much each value differs from the one just before; None at the start and beside gaps.

    Example:
        >>> moving_ranges([1.0, 4.0, None, 2.0])
        (None, 3.0, None, None)
    """
    steps = (None if before is None or value is None else abs(value - before) for before, value in pairwise(values))
    return (None, *steps) if values else ()


def range_sigma(values: Sequence[float | None], inside: Sequence[int], labels: Sequence[str]) -> tuple[float, float]:
    """Return sigma by the mean moving range of the baseline, and that mean.

    Raises:
        SealmarkError: SM464 no two neighbouring periods of the baseline have a value.
    """
    chosen = set(inside)
    ranges = moving_ranges(values)
    known = [value for index, value in enumerate(ranges) if value is not None and {index - 1, index} <= chosen]
    if not known:
        what = f"No two neighbouring periods from {labels[inside[0]]} to {labels[inside[-1]]} have a value."
        raise SealmarkError(Problem("SM464", what, fix="Take longer periods, so that none is empty."))
    mean = math.fsum(known) / len(known)
    return mean / _RANGE, mean


def _count_sigma(series: Counts, centre: float, base: float) -> float | None:
    if not base > 0:
        return None
    return math.sqrt((centre * (1 - centre) if series.kind == "share" else centre) / base)


def _laney(series: Counts, centre: float, sigmas: Sequence[float | None], inside: Sequence[int]) -> float:
    """Return the mean moving range of the standardised baseline over 1.128."""
    scores = [
        None if value is None or not sigma else (value - centre) / sigma
        for value, sigma in zip(series.ratios, sigmas, strict=True)
    ]
    if all(score is None for score in scores):
        return 1.0
    return range_sigma(scores, inside, series.periods.labels)[0]


def _point(
    label: str,
    value: float | None,
    centre: float,
    sigma: float | None,
    *,
    floor: float = -math.inf,
    ceiling: float = math.inf,
    base: float | None = None,
) -> ChartPoint:
    if sigma is None:
        return ChartPoint(label, value, base, None, None, None)
    lower, upper = max(centre - _WIDTH * sigma, floor), min(centre + _WIDTH * sigma, ceiling)
    return ChartPoint(label, value, base, lower, upper, None if value is None else (value - centre) / sigma)


def _signals(points: Sequence[ChartPoint], rules: Sequence[RuleName]) -> tuple[Signal, ...]:
    return find_signals(
        [point.sigmas for point in points],
        [point.value for point in points],
        labels=[point.label for point in points],
        rules=rules,
    )


def _baseline_limits(inside: Sequence[int], *, has_spread: bool) -> tuple[str, ...]:
    if not has_spread:
        return ("All periods of the baseline are alike: there is no spread, so there are no limits and no signals.",)
    if len(inside) < _ENOUGH:
        return (f"Centre and limits rest on {len(inside)} periods; below {_ENOUGH} they still move with each new one.",)
    return ()


def _count_limits(series: Counts, centre: float, *, dispersed: bool, inside: Sequence[int]) -> tuple[str, ...]:
    empty = sum(base == 0 for base in series.bases)
    rarer = min(centre, 1 - centre) if series.kind == "share" else centre
    thin = sum(0 < base * rarer < _EXPECTED for base in series.bases)
    notes = []
    if empty:
        notes.append(f"{empty} periods are empty: they have no point, and runs end there.")
    if thin and rarer > 0:
        notes.append(
            f"In {thin} periods fewer than {_EXPECTED:g} cases are expected: limits by sigma are rough there. "
            "Longer periods would help."
        )
    ratio, probability = _excess(series, centre, inside)
    if not dispersed and probability < _DOUBTFUL:
        notes.append(
            f"The baseline's periods spread {math.sqrt(ratio):.2g} times as much as chance allows: "
            "expect too many signals, or chart with overdispersed limits."
        )
    return tuple(notes)


def _excess(series: Counts, centre: float, inside: Sequence[int]) -> tuple[float, float]:
    """Return Pearson's dispersion of the baseline, and how likely chance gives as much."""
    sigmas = [(_count_sigma(series, centre, series.bases[index]), series.ratios[index]) for index in inside]
    parts = [((value - centre) / sigma) ** 2 for sigma, value in sigmas if sigma and value is not None]
    degrees = len(parts) - 1
    if degrees < 1:
        return 1.0, 1.0
    return math.fsum(parts) / degrees, float(special.chdtrc(degrees, math.fsum(parts)))
