"""Draws from a sampling frame that anyone can repeat from the frame, the seed and the label.

Every unit has an order number: the first sixteen hexadecimal digits of the SHA-256 digest of
``SEED|LABEL|UNIT``. Divided by 2^64 it is the unit's own number from 0 to 1. Nothing depends on the
order of the rows.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from sealmark.core.errors import ProblemList
from sealmark.measure.sampling.proportional import inclusion_probabilities, sequential_draw, working_probabilities

__all__ = ["METHODS", "Draw", "DrawRule", "DrawnUnit", "Method", "SamplingUnit", "draw", "order_number"]

Method = Literal["simple", "stratified", "proportional", "systematic", "spread"]
METHODS: tuple[Method, ...] = get_args(Method)
Reason = Literal["random", "spread", "all"]

_ALMOST_CERTAIN = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class SamplingUnit:
    """A row of the sampling frame.

    Attributes:
        id: Unlike every other.
        stratum: Which part of the frame it belongs to.
        size: For draws proportional to size; above 0.
        seen: Whether it was drawn in an earlier cycle; counts for the method spread only.
    """

    id: str
    stratum: str = ""
    size: Decimal = Decimal(1)
    seen: bool = False


@dataclass(frozen=True)
class DrawRule:
    """How to draw.

    Attributes:
        method: simple: every sample is equally likely. stratified: simple in each stratum. proportional:
            probability proportional to size, conditional Poisson sampling. systematic: proportional to size,
            in steps through the units in random order. spread: ``random`` units at random, then the
            stratum least represented for its size, units not seen before first.
        sample: Units to draw.
        allocation: Units per stratum, for the method stratified.
        random: Units at random, for the method spread.
    """

    method: Method
    sample: int
    allocation: Mapping[str, int] = field(default_factory=dict)
    random: int = 0


@dataclass(frozen=True, slots=True)
class DrawnUnit:
    """A unit of the sample.

    Attributes:
        id: Which.
        reason: Drawn at random, spread by choice, or one of all.
        stratum: Where it belongs.
        probability: Of being drawn; None where choice had a part in it.
    """

    id: str
    reason: Reason
    stratum: str = ""
    probability: Decimal | None = None


@dataclass(frozen=True)
class Draw:
    """A sample with everything it was drawn from, units in the order of their ids."""

    label: str
    seed: int
    rule: DrawRule
    units: tuple[SamplingUnit, ...] = field(repr=False)
    drawn: tuple[DrawnUnit, ...]


def order_number(seed: int, label: str, unit: str) -> str:
    """Return the unit's order number, sixteen hexadecimal digits.

    Example:
        >>> order_number(5, "initial", "north")
        'e3422346f4adb9e0'
    """
    return hashlib.sha256(f"{seed}|{label}|{unit}".encode()).hexdigest()[:16]


def draw(units: Sequence[SamplingUnit], rule: DrawRule, *, seed: int, label: str) -> Draw:
    """Return the sample that rule, seed and label give.

    Inclusion probabilities are exact for every method but spread, whose part by choice has none.
    Joint ones: :func:`joint_probabilities` for the method proportional. A systematic draw has no
    unbiased variance; treat it as proportional, which errs on the safe side.

    Args:
        units: The sampling frame, in any order.
        rule: How to draw.
        seed: Any whole number; the same one gives the same sample.
        label: What the draw is for, so that two draws under one seed differ.

    Raises:
        SealmarkError: SM469 the frame or the rule cannot be drawn from; every problem at once.

    Example:
        >>> shops = [SamplingUnit(f"shop-{number}") for number in range(5)]
        >>> [unit.id for unit in draw(shops, DrawRule("simple", 2), seed=1, label="visit").drawn]
        ['shop-0', 'shop-4']
    """
    _check(units, rule)
    frame = tuple(sorted(units, key=lambda unit: unit.id))
    ordered = sorted(frame, key=lambda unit: (order_number(seed, label, unit.id), unit.id))
    if rule.sample >= len(frame):
        return Draw(label, seed, rule, frame, tuple(_taken(unit, "all", Fraction(1)) for unit in frame))
    if rule.method in {"proportional", "systematic"}:
        drawn = _by_size(frame, ordered, rule, (seed, label))
    elif rule.method == "spread":
        drawn = _spread(ordered, rule)
    else:
        drawn = _simple(ordered, rule)
    return Draw(label, seed, rule, frame, tuple(drawn))


def _taken(unit: SamplingUnit, reason: Reason, probability: Fraction | None = None) -> DrawnUnit:
    known = None if probability is None else round(Decimal(probability.numerator) / probability.denominator, 12)
    return DrawnUnit(unit.id, reason, unit.stratum, known)


def _check(units: Sequence[SamplingUnit], rule: DrawRule) -> None:
    problems = ProblemList()
    if not units:
        problems.add("SM469", "The sampling frame is empty.", fix="List the units to draw from.")
    for name, number in Counter(unit.id for unit in units).items():
        if not name:
            problems.add("SM469", "A unit has no name.", fix="Name every unit: its order number comes from it.")
        elif number > 1:
            problems.add("SM469", f'The unit "{name}" stands {number} times.', fix="Keep one row per unit.")
    if rule.method in {"proportional", "systematic"}:
        for unit in units:
            if not (unit.size.is_finite() and unit.size > 0):
                what = f'The unit "{unit.id}" has the size {unit.size}.'
                problems.add("SM469", what, fix="Give a size above 0, or leave the unit out.")
    if rule.sample < 1:
        problems.add("SM469", f"A sample of {rule.sample} is none.", fix="Draw at least one unit.")
    _check_allocation(units, rule, problems)
    problems.raise_if_any()


def _check_allocation(units: Sequence[SamplingUnit], rule: DrawRule, problems: ProblemList) -> None:
    if rule.method != "stratified":
        return
    sizes = Counter(unit.stratum for unit in units)
    for name in sorted({*sizes, *rule.allocation}):
        number = rule.allocation.get(name, 0)
        if not 0 <= number <= sizes[name]:
            what = f'{number} units are to be drawn from the {sizes[name]} of stratum "{name}".'
            problems.add("SM469", what, fix="Draw no more than there are.")
    if sum(rule.allocation.values()) != rule.sample:
        what = f"The strata get {sum(rule.allocation.values())} units, the sample is {rule.sample}."
        problems.add("SM469", what, fix="Let the allocation add up to the sample.")


def _simple(ordered: Sequence[SamplingUnit], rule: DrawRule) -> list[DrawnUnit]:
    """Take the first in order, in each stratum or in all."""
    stratified = rule.method == "stratified"
    sizes = Counter(unit.stratum if stratified else "" for unit in ordered)
    left = dict(rule.allocation) if stratified else {"": rule.sample}
    shares = {name: Fraction(left.get(name, 0), size) for name, size in sizes.items()}
    drawn = []
    for unit in ordered:
        part = unit.stratum if stratified else ""
        if left.get(part, 0):
            left[part] -= 1
            drawn.append(_taken(unit, "all" if shares[part] == 1 else "random", shares[part]))
    return drawn


def _by_size(
    frame: Sequence[SamplingUnit], ordered: Sequence[SamplingUnit], rule: DrawRule, source: tuple[int, str]
) -> list[DrawnUnit]:
    units = ordered if rule.method == "systematic" else frame
    shares = inclusion_probabilities([Fraction(unit.size) for unit in units], rule.sample)
    open_ones = [at for at, share in enumerate(shares) if share < _ALMOST_CERTAIN]
    left = rule.sample - (len(units) - len(open_ones))
    chosen: Sequence[int] = ()
    if left and rule.method == "systematic":
        chosen = _systematic([shares[at] for at in open_ones], left, source)
    elif left:
        chosen = _conditional([units[at] for at in open_ones], [shares[at] for at in open_ones], left, source)
    drawn = {open_ones[at] for at in chosen}
    return [
        _taken(unit, "random" if share < _ALMOST_CERTAIN else "all", share)
        for at, (unit, share) in enumerate(zip(units, shares, strict=True))
        if at in drawn or share >= _ALMOST_CERTAIN
    ]


def _own_number(source: tuple[int, str], unit: str) -> Fraction:
    return Fraction(int(order_number(*source, unit), 16), 1 << 64)


def _conditional(
    units: Sequence[SamplingUnit], shares: Sequence[Fraction], sample: int, source: tuple[int, str]
) -> Sequence[int]:
    working = working_probabilities([float(share) for share in shares])
    return sequential_draw(working, sample, [float(_own_number(source, unit.id)) for unit in units])


def _systematic(shares: Sequence[Fraction], sample: int, source: tuple[int, str]) -> Sequence[int]:
    # The start has the number of a unit without a name: no unit can have it.
    start, reached = _own_number(source, ""), Fraction(0)
    drawn: list[int] = []
    for at, share in enumerate(shares):
        reached += share
        if len(drawn) < sample and reached > start + len(drawn):
            drawn.append(at)
    return drawn


def _spread(ordered: Sequence[SamplingUnit], rule: DrawRule) -> list[DrawnUnit]:
    sizes = Counter(unit.stratum for unit in ordered)
    drawn = [_taken(unit, "random") for unit in ordered[: rule.random]]
    taken: dict[str, int] = defaultdict(int, Counter(unit.stratum for unit in drawn))
    rest = dict(enumerate(ordered[rule.random :]))
    for _ in range(rule.sample - len(drawn)):
        # The stratum least represented for its size comes next, in it units not seen before.
        at = min(rest, key=lambda at: (Fraction(taken[rest[at].stratum], sizes[rest[at].stratum]), rest[at].seen, at))
        unit = rest.pop(at)
        taken[unit.stratum] += 1
        drawn.append(_taken(unit, "spread"))
    return drawn
