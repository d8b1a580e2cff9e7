"""Open cases as censored: the product-limit (Kaplan-Meier) share and percentiles of a clock.

A case that is still open tells that its length is beyond its age, and no more.
The product-limit estimator (Kaplan and Meier 1958, *JASA* 53) uses exactly that.
It supposes that cases opened late would have taken as long as those opened early.

The engine counts the cases of every distinct length, NumPy multiplies.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import special

from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float
from sealmark.measure.engine import fetch
from sealmark.measure.records.cells import Task
from sealmark.measure.records.intervals import Precision, share_estimate

__all__ = ["Survival", "SurvivalCurve", "percentile_estimate", "product_limit", "survivals", "within_estimate"]

Floats: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]

# Products of a million factors differ from the true share by less.
_TIE = 1e-11


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """The share of cases still unfinished, from :func:`product_limit`.

    Attributes:
        times: Lengths at which cases finished, ascending, one row each.
        surviving: Share unfinished beyond each of them.
        hazard: Greenwood's sum of d / (n (n - d)) up to each; infinite once nobody is left.
        followed: Every length seen, ascending; an open case's age counts as its length.
        at_risk: Cases at least as long as each of ``followed``.
        finished: How many cases finished.
    """

    times: Whole
    surviving: Floats
    hazard: Floats
    followed: Whole
    at_risk: Whole
    finished: int

    @property
    def cases(self) -> int:
        """How many cases there are, open ones included."""
        return int(self.at_risk[0]) if self.at_risk.size else 0

    def at_risk_at(self, length: int) -> int:
        """Return how many cases were followed at least as long."""
        place = int(np.searchsorted(self.followed, length, side="left"))
        return int(self.at_risk[place]) if place < self.followed.size else 0

    def surviving_at(self, length: int) -> tuple[float, float]:
        """Return the share unfinished beyond a length, and Greenwood's sum there."""
        place = int(np.searchsorted(self.times, length, side="right")) - 1
        return (1.0, 0.0) if place < 0 else (float(self.surviving[place]), float(self.hazard[place]))

    def limits(self, tail: float) -> tuple[Floats, Floats]:
        """Return the lower and upper limit of ``surviving``: Greenwood's error on the log(-log) scale.

        Not a number where nobody is left: the scale has no end there.
        """
        inner = self.surviving > 0
        logs = np.log(np.where(inner, self.surviving, 0.5))
        reach = special.ndtri(1 - tail) * np.sqrt(np.where(inner, self.hazard, 0.0)) / -logs
        lower, upper = (np.where(inner, np.exp(logs * np.exp(sign * reach)), np.nan) for sign in (1, -1))
        return lower, upper

    def percentile(self, share: float) -> Decimal | None:
        """Return the length that this share of cases does not exceed; None when it lies beyond what was seen.

        The first time at which the share unfinished is no more than 1 - ``share``; where it is exactly that,
        the middle between this time and the next (without open cases: type 2 of Hyndman and Fan 1996).
        """
        return _crossing(self.times, self.surviving, 1 - share)

    def percentile_limits(self, share: float, tail: float) -> tuple[Decimal | None, Decimal | None]:
        """Return the interval of a percentile (Brookmeyer and Crowley 1982); None where a side has no limit."""
        lower, upper = self.limits(tail)
        return _crossing(self.times, lower, 1 - share), _crossing(self.times, upper, 1 - share)


def _crossing(times: Whole, curve: Floats, level: float) -> Decimal | None:
    """Return where a falling curve comes down to a level."""
    reached = np.flatnonzero(curve <= level + _TIE)
    if not reached.size:
        return None
    first = int(reached[0])
    at = Decimal(int(times[first]))
    on_level = abs(float(curve[first]) - level) <= _TIE
    return (at + int(times[first + 1])) / 2 if on_level and first + 1 < times.size else at


def product_limit(lengths: Whole, finished: Whole, still_open: Whole) -> SurvivalCurve:
    """Return the product-limit estimate (Kaplan and Meier 1958).

    A case that is open at the length at which another finishes still counts as at risk there.

    Args:
        lengths: Distinct lengths in any order, one row each.
        finished: Cases that finished at each length.
        still_open: Cases whose age is that length.

    Example:
        >>> curve = product_limit(np.array([1, 2, 3]), np.array([1, 0, 1]), np.array([0, 1, 0]))
        >>> curve.times.tolist(), curve.surviving.round(3).tolist()
        ([1, 3], [0.667, 0.0])
    """
    order = np.argsort(lengths)
    lengths, done, cases = lengths[order], finished[order], (finished + still_open)[order]
    at_risk = np.cumsum(cases[::-1])[::-1]
    some = done > 0
    ended, risk = done[some].astype(float), at_risk[some].astype(float)
    with np.errstate(divide="ignore"):
        hazard = np.cumsum(ended / (risk * (risk - ended)))
    surviving = np.cumprod((risk - ended) / risk)
    return SurvivalCurve(lengths[some], surviving, hazard, lengths, at_risk, int(done.sum()))


@dataclass(frozen=True)
class Survival:
    """The curve of a cell with its open cases, and the one of its finished cases alone."""

    honest: SurvivalCurve
    naive: SurvivalCurve


def survivals(
    task: Task, table: ir.Table, length: ir.Value, *, finished: ir.BooleanValue, is_open: ir.BooleanValue
) -> Mapping[tuple[object, ...], Survival]:
    """Return the curves of every cell that has cases, by the values of ``task.by``.

    One scan counts the cases of every distinct length in the engine.

    Args:
        task: What makes the cells.
        table: Cases with their clock.
        length: Length of each case, or age where open; whole numbers.
        finished: Whether a case finished.
        is_open: Whether it is open; a case that is neither is left out.
    """
    rows = table.filter(finished | is_open).select(*task.by, _at=length, _done=finished.cast("int64"))
    steps = rows.group_by([*task.by, "_at"]).aggregate(_done=rows["_done"].sum(), _cases=rows.count())
    packed = ibis.struct({"at": steps["_at"], "done": steps["_done"], "cases": steps["_cases"]}).collect()
    cells = steps.group_by(list(task.by)) if task.by else steps
    found = fetch(cells.aggregate(_steps=packed))
    keys = found.select(list(task.by)).to_pylist() if task.by else [{}]
    return {tuple(key.values()): _survival(part.values) for key, part in zip(keys, found.column("_steps"), strict=True)}


def _survival(steps: pa.StructArray | None) -> Survival:
    columns = {
        name: np.zeros(0, np.int64) if steps is None else np.asarray(steps.field(name), np.int64)
        for name in ("at", "done", "cases")
    }
    at, done = columns["at"], columns["done"]
    naive = done > 0
    nobody = np.zeros(int(naive.sum()), np.int64)
    return Survival(product_limit(at, done, columns["cases"] - done), product_limit(at[naive], done[naive], nobody))


EMPTY = _survival(None)
"""What a cell without cases has."""


def within_estimate(curve: SurvivalCurve, target: int, precision: Precision, *, note: str = "") -> Estimate:
    """Return the share of cases that finish within a length, with its interval.

    The interval is Greenwood's on the log(-log) scale. Where no case finished by then, or all did, that scale
    has no end: the exact limit of a share (Clopper and Pearson 1934) among the cases followed as long as the
    target, or among the finished ones, stands in, and there is no standard error.

    Args:
        curve: In any whole unit of time.
        target: A length in the same unit; a case of exactly this length met it.
        precision: Level of the interval.
        note: What to say besides.
    """
    if not curve.cases:
        return Estimate.unknown(note or "no record to judge")
    surviving, hazard = curve.surviving_at(target)
    followed = curve.at_risk_at(target)
    if not followed and surviving > 0:
        return Estimate.unknown(_joined(note, "no case was followed as long as the target"), base=curve.cases)
    value = decimal_from_float(1 - surviving)
    if precision.complete and curve.finished == curve.cases:
        return Estimate(value, value, value, curve.cases, Decimal(0), None, precision.level, note)
    if surviving in {0.0, 1.0}:
        return _at_the_edge(curve, value, followed, precision, note)
    lower, upper = _limits(surviving, hazard, precision.tail)
    error = decimal_from_float(surviving * math.sqrt(hazard))
    return Estimate(value, decimal_from_float(1 - upper), decimal_from_float(1 - lower), curve.cases, error, None,
                    precision.level, note)  # fmt: skip


def _limits(surviving: float, hazard: float, tail: float) -> tuple[float, float]:
    reach = float(special.ndtri(1 - tail)) * math.sqrt(hazard) / -math.log(surviving)
    return surviving ** math.exp(reach), surviving ** math.exp(-reach)


def _at_the_edge(curve: SurvivalCurve, value: Decimal, followed: int, precision: Precision, note: str) -> Estimate:
    exact = Precision(precision.confidence, method="exact")
    of_them = share_estimate(curve.finished, curve.finished, exact) if value else share_estimate(0, followed, exact)
    return Estimate(value, of_them.lower, of_them.upper, curve.cases, None, None, precision.level, note)


def percentile_estimate(
    curve: SurvivalCurve, share: float, precision: Precision, *, unit: int = 1, note: str = ""
) -> Estimate:
    """Return a percentile of the length with its interval.

    Args:
        curve: In any whole unit of time.
        share: Between 0 and 1; 0.5 for the median.
        precision: Level of the interval.
        unit: How many units of the curve make one of the result.
        note: What to say besides.

    Example:
        >>> curve = product_limit(np.array([60, 120]), np.array([1, 1]), np.array([0, 0]))
        >>> percentile_estimate(curve, 0.5, Precision(), unit=60).value
        Decimal('1.5')
    """
    value = curve.percentile(share)
    if value is None:
        reason = "too few cases are finished to tell the percentile" if curve.finished else "no finished record"
        return Estimate(None, base=curve.cases, confidence=precision.level, note=_joined(note, reason))
    lower, upper = curve.percentile_limits(share, precision.tail)
    if precision.complete and curve.finished == curve.cases:
        lower = upper = value
    value, lower, upper = (
        None if part is None else decimal_from_float(float(part / unit)) for part in (value, lower, upper)
    )
    return Estimate(value, lower, upper, curve.cases, confidence=precision.level, note=note)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
