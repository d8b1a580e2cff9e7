"""Samples of records that decide about a lot: exact plans and their operating characteristic.

No table of a standard is reproduced. A plan (n, c) draws n records and accepts when at most c of
them are bad; it is computed from two points: a good lot is refused with at most the producer's
risk, a bad one accepted with at most the consumer's risk. Lots of known size follow the
hypergeometric distribution, endless ones the binomial.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from scipy import special, stats

from sealmark.measure.sampling.ranges import require, require_between

__all__ = ["AcceptancePlan", "acceptance_plan", "operating_curve", "records_for_limit", "sample_to_detect"]

_MOST = 10**7
_SURELY = 1e-12
"""Risks are kept up to this: 1 - 0.8 is a little less than 0.2."""
_SLACK = 1e-9
"""Shares times lots are rounded only where they differ from a whole number by more than this."""


@dataclass(frozen=True, slots=True)
class AcceptancePlan:
    """Draw ``sample`` records; accept when at most ``accept`` of them are bad.

    Attributes:
        sample: Records to draw.
        accept: Bad ones that may be among them.
        lot: Records in all; None for an endless series.
    """

    sample: int
    accept: int
    lot: int | None = None

    def chance(self, bad_share: float) -> float:
        """Return how likely a lot with this share of bad records is accepted; a part of a record counts whole.

        Example:
            >>> round(AcceptancePlan(80, 7).chance(0.05), 3)
            0.953
        """
        if self.lot is None:
            return float(stats.binom.cdf(self.accept, self.sample, bad_share))
        return self.chance_of(math.ceil(bad_share * self.lot - _SLACK))

    def chance_of(self, bad: int) -> float:
        """Return how likely a lot with so many bad records is accepted; the plan must name its lot."""
        assert self.lot is not None
        return float(stats.hypergeom.cdf(self.accept, self.lot, bad, self.sample))

    def limit(self, chance: float = 0.1) -> float:
        """Return the share of bad records from which a lot is accepted with at most this chance.

        With a tenth this is the limiting quality, what the plan protects from.
        """
        if self.lot is None:
            return 1 - float(special.betaincinv(self.sample - self.accept, self.accept + 1, chance))
        low, high = 0, self.lot
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.chance_of(middle) <= chance else (middle + 1, high)
        return low / self.lot


def operating_curve(plan: AcceptancePlan, bad_shares: Sequence[float]) -> tuple[float, ...]:
    """Return the chance of acceptance at each share of bad records: the plan's operating characteristic."""
    return tuple(plan.chance(share) for share in bad_shares)


def acceptance_plan(
    good: float, bad: float, *, producer_risk: float = 0.05, consumer_risk: float = 0.1, lot: int | None = None
) -> AcceptancePlan:
    """Return the smallest single sampling plan that keeps both risks.

    Args:
        good: Share of bad records that should be accepted (acceptable quality, AQL).
        bad: Share that should be refused (limiting quality, LQ), above ``good``.
        producer_risk: Chance at most that a good lot is refused.
        consumer_risk: Chance at most that a bad lot is accepted.
        lot: Records in all; None for an endless series. A good lot has at most, a bad one at least its share.

    Raises:
        SealmarkError: SM419 a number outside its range, SM471 no plan can do this.

    Example:
        >>> acceptance_plan(0.05, 0.15, consumer_risk=0.075)
        AcceptancePlan(sample=80, accept=7, lot=None)
    """
    _check_points(good, bad, (producer_risk, consumer_risk), lot)
    for accept in count():
        sample = sample_to_detect(bad, lot=lot, confidence=1 - consumer_risk, accept=accept)
        plan = AcceptancePlan(sample, accept, lot)
        kept = plan.chance(good) if lot is None else plan.chance_of(math.floor(good * lot + _SLACK))
        if kept >= 1 - producer_risk - _SURELY:
            return plan
    raise AssertionError  # pragma: no cover - the loop does not end by itself


def sample_to_detect(bad: float, *, lot: int | None = None, confidence: float = 0.95, accept: int = 0) -> int:
    """Return the fewest records to draw so that a lot with this share of bad ones is found out.

    Found out means: more than ``accept`` bad ones are in the draw, with this probability at least.

    Args:
        bad: Share of bad records; of a lot it is rounded up to whole records.
        lot: Records in all; None for an endless series.
        confidence: How sure to be.
        accept: Bad ones in the draw that do not count as finding out.

    Raises:
        SealmarkError: SM419 a number outside its range, SM471 no draw can do this.

    Example:
        >>> sample_to_detect(0.05), sample_to_detect(0.05, lot=100)
        (59, 45)
    """
    require(0 < bad <= 1, f"A share of {bad} bad records is impossible.", "Write 5 % as 0.05.")
    require_between("confidence", confidence)
    require(accept >= 0, f"An acceptance number of {accept} is impossible.", "Give 0 or more.")
    require(lot is None or lot >= 1, f"A lot of {lot} is empty.", "Give its size.")
    if lot is None:
        return _smallest(lambda sample: AcceptancePlan(sample, accept).chance(bad) <= 1 - confidence + _SURELY, _MOST)
    units = math.ceil(bad * lot - _SLACK)
    what = f"With {accept} bad records accepted, no draw finds out a lot of {lot} with {units} bad ones."
    require(accept < units, what, "Accept fewer, or take a larger share.", code="SM471")
    return _smallest(
        lambda sample: AcceptancePlan(sample, accept, lot).chance_of(units) <= 1 - confidence + _SURELY, lot
    )


def records_for_limit(population: int, allowed: int, *, confidence: float = 0.95, found: int = 0) -> int:
    """Return how many records to draw so as to show that at most ``allowed`` of all fail.

    If one more than allowed failed, a draw of this size would contain more than
    ``found`` failures with probability ``confidence`` (exact, hypergeometric).

    Args:
        population: Records in all.
        allowed: Failures that may be among them.
        confidence: How sure to be.
        found: Failures that may turn up in the draw without spoiling the proof.

    Raises:
        SealmarkError: SM419 a number outside its range.

    Example:
        >>> records_for_limit(1000, 10)
        238
    """
    require(population >= 1, f"A population of {population} is empty.", "Give its size.")
    require(0 <= allowed < population, f"{allowed} of {population} is no limit.", "Allow fewer than all.")
    what = f"With {found} failures found, no draw shows that at most {allowed} fail."
    require(0 <= found <= allowed, what, "Let found be at most allowed.")
    return sample_to_detect((allowed + 1) / population, lot=population, confidence=confidence, accept=found)


def _smallest(enough: Callable[[int], bool], most: int) -> int:
    """Return the smallest number that is enough; ``most`` is taken to be."""
    high = 1
    while high < most and not enough(high):
        high = min(2 * high, most)
    low = high // 2 + 1 if high > 1 else 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def _check_points(good: float, bad: float, risks: tuple[float, float], lot: int | None) -> None:
    what = f"A good lot of {good} and a bad one of {bad} cannot be told apart."
    require(0 <= good < bad <= 1, what, "Write shares, the good one below the bad one: 0.01 and 0.05.")
    for risk in risks:
        require_between("risk", risk, "Write 5 % as 0.05.")
    if lot is not None:
        few, many = math.floor(good * lot + _SLACK), math.ceil(bad * lot - _SLACK)
        what = f"In a lot of {lot}, {good} and {bad} are both {few} records."
        require(few < many, what, "Take shares that are further apart.", code="SM471")
