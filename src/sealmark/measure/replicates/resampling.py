"""Replicates of totals: what each total would be without a unit, or with units drawn anew.

``jackknife`` needs no weights at all: leaving unit i out of a stratum with n
units, total T and own total x, gives T + T_h/(n-1) - n/(n-1) x. ``resample``
multiplies the units of a stratum by a small matrix of factors, a stratum at a
time, so that neither many clusters nor many cells need much memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import linalg, sparse

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.replicates.unit_totals import UnitTotals
from sealmark.measure.surveys.design import Design, Frame
from sealmark.measure.surveys.keys import Floats, Integers, tally

__all__ = [
    "Function", "Method", "Replication", "Spread", "check_replication", "factors_of", "jackknife", "resample",
    "scales_of",
]  # fmt: skip

Method: TypeAlias = Literal["jk1", "jkn", "bootstrap", "brr", "fay"]
Function: TypeAlias = Callable[[Floats], Floats]

_MOST_NUMBERS = 8_000_000
_FEWEST = 2


@dataclass(frozen=True)
class Replication:
    """How replicates are made.

    Attributes:
        method: ``jk1`` leaves out one unit of a sample without strata; ``jkn`` one unit of
            one stratum; ``bootstrap`` draws n - 1 of the n units of every stratum anew;
            ``brr`` takes one of the two units of every stratum, ``fay`` gives the other a small weight.
        count: Replicates of the bootstrap.
        seed: For the bootstrap; the same seed gives the same replicates.
        fay: Weight, below 1, that Fay's method leaves to the other half.
        around: Deviations are taken from the replicates' ``mean`` or from the ``estimate``.

    Raises:
        SealmarkError: SM441 a number outside its range, or a bootstrap without a seed.

    Example:
        >>> Replication("bootstrap", count=200, seed=1).around
        'mean'
    """

    method: Method
    count: int = 500
    seed: int | None = None
    fay: float = 0.5
    around: Literal["mean", "estimate"] = "mean"

    def __post_init__(self) -> None:
        """Refuse what makes no replicates."""
        if self.method == "bootstrap" and self.seed is None:
            raise _refuse("The bootstrap has no seed.", "Give one: the same seed gives the same numbers.")
        if self.method == "bootstrap" and self.count < _FEWEST:
            raise _refuse(f"{self.count} replicates have no spread.", "Take some hundreds.")
        if self.method == "fay" and not 0 <= self.fay < 1:
            raise _refuse(f"Fay's weight {self.fay} is not from 0 up to below 1.", "Write for example fay=0.5.")

    @property
    def kept(self) -> float:
        """The weight of the half left out: 0 but for Fay's method."""
        return self.fay if self.method == "fay" else 0.0


@dataclass(frozen=True)
class Spread:
    """Variance by replication in every cell.

    Attributes:
        variance: NaN where no two replicates have a value.
        lost: Replicates without a value; they are left out.
        count: Replicates in all.
    """

    variance: Floats
    lost: Floats
    count: Floats


def check_replication(replication: Replication, design: Design, frame: Frame) -> None:
    """Refuse a method that the design does not allow.

    Raises:
        SealmarkError: SM440.
    """
    lonely = int((frame.units == 1).sum())
    pairs = replication.method in {"brr", "fay"}
    found = (
        (
            design.two_stage,
            "Replicates of first-stage units leave out the variance of a second stage of known size.",
            "Leave out population, cluster2 and population2: drawn with replacement errs on the safe side.",
        ),
        (
            replication.method == "jk1" and len(frame.units) > 1,
            f"The method jk1 is for samples without strata; there are {len(frame.units):,}.",
            "Take jkn.",
        ),
        (
            pairs and (design.cluster is None or bool((frame.units != 2).any())),  # noqa: PLR2004 - half samples
            "Half samples need exactly two clusters in every stratum.",
            "Take jkn or bootstrap, or pair the clusters in the design.",
        ),
        (
            lonely > 0 and bool(design.strata) and design.lonely in {"adjust", "average"},
            f'The rule "{design.lonely}" for {lonely:,} strata with one unit has no replicates.',
            "Choose lonely= certainty or remove, or join strata.",
        ),
    )
    for wrong, what, fix in found:
        if wrong:
            raise SealmarkError(Problem("SM440", what, fix=fix))


def scales_of(frame: Frame) -> Floats:
    """Return by what each stratum's squared jackknife deviations are multiplied; 0 where nothing is left out."""
    return np.asarray(np.maximum(1 - frame.fractions, 0.0) * (frame.units - 1) / frame.units)


def jackknife(units: UnitTotals, frame: Frame, function: Function, *, around: str = "mean") -> Spread:
    """Return the variance of a function of totals, leaving out one unit at a time.

    Args:
        units: The totals.
        frame: What was sampled.
        function: From totals of shape (variables, n) to n values.
        around: The centre of the deviations.
    """
    size, strata = len(units.cells), len(frame.units)
    scales = scales_of(frame)
    pair = units.cell * strata + units.stratum
    pairs, place = np.unique(pair, return_inverse=True)
    cell, stratum = pairs // strata, pairs % strata
    weighted = units.totals * units.copies
    whole = np.stack([tally(units.cell, row, size) for row in weighted])
    part = np.stack([tally(place, row, len(pairs)) for row in weighted])
    count = frame.units[stratum]
    share = 1 / np.maximum(count - 1, 1)
    kept = whole[:, cell] + part * share
    without = kept[:, place] - (count * share)[place] * units.totals
    empty = count - tally(place, units.copies, len(pairs))
    # Strata without an entry in the cell move nothing: their replicates are the estimate itself.
    still = (scales > 0) @ frame.units - tally(cell, np.where(scales[stratum] > 0, count, 0.0), size)
    still_scale = scales @ frame.units - tally(cell, scales[stratum] * count, size)
    values = np.concatenate([function(without), function(kept), function(whole)])
    where = np.concatenate([units.cell, cell, np.arange(size)])
    times = np.concatenate([units.copies, empty, np.maximum(still, 0.0)])
    scale = np.concatenate([scales[units.stratum], scales[stratum], np.divide(still_scale, np.maximum(still, 1.0))])
    return _spread(values, where, times * (scale > 0), scale, centre=function(whole) if around == "estimate" else None)


def _spread(values: Floats, cell: Integers, times: Floats, scale: Floats, *, centre: Floats | None) -> Spread:
    used = (times > 0) & np.isfinite(values)
    size = int(cell.max(initial=-1)) + 1
    known = np.where(used, values, 0.0)
    weight = np.where(used, times, 0.0)
    count = tally(cell, weight, size)
    if centre is None:
        centre = np.divide(tally(cell, weight * known, size), np.maximum(count, 1.0))
    deviation = np.where(used, known - centre[cell], 0.0)
    variance = tally(cell, weight * scale * deviation**2, size)
    asked = tally(cell, times, size)
    return Spread(np.where(count > 1, variance, np.nan), asked - count, asked)


def resample(
    units: UnitTotals, frame: Frame, functions: Mapping[str, Function], *, replication: Replication
) -> dict[str, Spread]:
    """Return the variance of functions of totals by bootstrap or half samples.

    Args:
        units: The totals of all functions' variables.
        frame: What was sampled.
        functions: By the names under which the variables stand.
        replication: The method; not a jackknife.
    """
    count = _count(frame, replication)
    found = {name: Spread(*np.full((3, len(units.cells)), np.nan)) for name in functions}
    for cells, strata in _batches(units, frame, count):
        replicates, whole = _replicates(units, frame, (cells, strata, count), replication)
        for name, function in functions.items():
            rows = replicates[units.places[name]]
            values = function(rows.reshape(len(rows), -1)).reshape(count, len(cells))
            spread = _resampled(values, function(whole[units.places[name]]), replication)
            for target, part in zip(_arrays(found[name]), _arrays(spread), strict=True):
                target[cells] = part
    return found


def factors_of(frame: Frame, stratum: int, copies: Floats, *, replication: Replication) -> Floats:
    """Return by what the totals of a stratum's first units are multiplied; shape (replicates, kinds of units).

    Args:
        frame: What was sampled.
        stratum: Number of the stratum.
        copies: How many units are of each kind; units not named have no data.
        replication: Bootstrap or half samples.
    """
    size, fraction = int(frame.units[stratum]), float(frame.fractions[stratum])
    count = _count(frame, replication)
    if size < _FEWEST or fraction >= 1:
        return np.broadcast_to(copies, (count, len(copies)))
    shrunk = np.sqrt(1 - fraction)
    if replication.method == "bootstrap":
        drawn = _drawn(np.random.default_rng([replication.seed or 0, stratum]), copies, size, count)
        return np.asarray(copies + shrunk * (drawn * (size / (size - 1)) - copies))
    signs = linalg.hadamard(count)[:, stratum + 1].astype(np.float64)
    half = shrunk * (1 - replication.kept)
    return np.stack([1 + half * signs, 1 - half * signs], axis=1)[:, : len(copies)]


def _drawn(random: np.random.Generator, copies: Floats, size: int, count: int) -> Floats:
    """Return how often each kind was drawn, in every replicate."""
    kinds = len(copies)
    if copies.max(initial=1.0) > 1:
        rest = max(size - float(copies.sum()), 0.0)
        shares = np.append(copies, rest) / (float(copies.sum()) + rest)
        return random.multinomial(size - 1, shares, size=count)[:, :kinds].astype(np.float64)
    picks = random.integers(0, size, size=(count, size - 1))
    picks += np.arange(count)[:, None] * size
    return tally(picks.ravel(), np.ones(picks.size), count * size).reshape(count, size)[:, :kinds]


def _count(frame: Frame, replication: Replication) -> int:
    if replication.method == "bootstrap":
        return replication.count
    return int(2 ** np.ceil(np.log2(len(frame.units) + 1)))


def _batches(units: UnitTotals, frame: Frame, count: int) -> Iterator[tuple[Integers, Integers]]:
    """Yield cells with all the strata they touch, few enough at a time to hold their replicates."""
    size, strata = len(units.cells), len(frame.units)
    links = sparse.coo_matrix((np.ones(len(units.cell)), (units.cell, size + units.stratum)), (size + strata,) * 2)
    labels = sparse.csgraph.connected_components(links, directed=False)[1]
    first, inverse = np.unique(labels[:size], return_inverse=True)
    members = tally(inverse, np.ones(size), len(first))
    heap = np.floor(np.cumsum(members) * len(units.totals) * count / _MOST_NUMBERS)
    for batch in np.unique(heap):
        chosen = first[heap == batch]
        yield np.flatnonzero(np.isin(labels[:size], chosen)), np.flatnonzero(np.isin(labels[size:], chosen))


def _replicates(
    units: UnitTotals, frame: Frame, parts: tuple[Integers, Integers, int], replication: Replication
) -> tuple[Floats, Floats]:
    """Return replicates of shape (variables, replicates, cells), and the totals themselves."""
    cells, strata, count = parts
    place = np.zeros(len(units.cells), dtype=np.int64)
    place[cells] = np.arange(len(cells))
    replicates = np.zeros((len(units.totals), count, len(cells)))
    order = np.argsort(units.stratum, kind="stable")
    ends = np.searchsorted(units.stratum[order], np.arange(len(frame.units) + 1))
    for stratum in strata.tolist():
        entries = order[ends[stratum] : ends[stratum + 1]]
        copies = np.zeros(int(units.unit[entries].max(initial=-1)) + 1)
        copies[units.unit[entries]] = units.copies[entries]
        factors = factors_of(frame, stratum, copies, replication=replication)
        touched, column = np.unique(place[units.cell[entries]], return_inverse=True)
        # All variables side by side: one product per stratum.
        columns = np.arange(len(units.totals))[:, None] * len(touched) + column
        kinds = np.broadcast_to(units.unit[entries], columns.shape)
        shape = (len(copies), columns.shape[0] * len(touched))
        table = sparse.csr_array((units.totals[:, entries].ravel(), (kinds.ravel(), columns.ravel())), shape)
        found = np.asarray(factors @ table).reshape(count, -1, len(touched))
        replicates[:, :, touched] += found.transpose(1, 0, 2)
    inside = np.isin(units.cell, cells)
    own = place[units.cell[inside]]
    weighted = (units.totals * units.copies)[:, inside]
    return replicates, np.stack([tally(own, row, len(cells)) for row in weighted])


def _resampled(values: Floats, estimate: Floats, replication: Replication) -> Spread:
    known = np.isfinite(values)
    count = known.sum(axis=0).astype(np.float64)
    safe = np.where(known, values, 0.0)
    mean = replication.around == "mean"
    centre = safe.sum(axis=0) / np.maximum(count, 1.0) if mean else estimate
    square = (np.where(known, safe - centre, 0.0) ** 2).sum(axis=0)
    below = count - 1 if mean and replication.method == "bootstrap" else count
    variance = square / np.maximum(below, 1.0) / (1 - replication.kept) ** 2
    return Spread(np.where(count > 1, variance, np.nan), len(values) - count, np.full(len(count), float(len(values))))


def _arrays(spread: Spread) -> Sequence[Floats]:
    return spread.variance, spread.lost, spread.count


def _refuse(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM441", what, fix=fix))
