"""What the first stage hands to the second: sums per cell and stratum, over sampling units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sealmark.core.errors import ProblemList
from sealmark.measure.surveys.design import CLUSTER, Design, Frame, check_counts
from sealmark.measure.surveys.keys import Floats, Integers, Key, number_keys, tally
from sealmark.measure.tables.questions import Variable

__all__ = ["UNIT_SUMS", "FirstStage", "UnitSums", "gather_units", "number_groups", "row_weights"]

UNIT_SUMS = ("base", "units", "weight", "first", "squares", "cross", "second")


@dataclass(frozen=True)
class UnitSums:
    """One variable's sums in each group, over sampling units with weight total A and weighted value total B.

    Attributes:
        base: Rows with an answer.
        units: Sampling units with an answer.
        weight: Sum of A.
        first: Sum of B.
        squares: Sum of A squared.
        cross: Sum of A times B.
        second: Sum of B squared.
    """

    base: Floats
    units: Floats
    weight: Floats
    first: Floats
    squares: Floats
    cross: Floats
    second: Floats

    def weighted(self, weight: Floats) -> UnitSums:
        """Return the sums when every row of a group has one weight."""
        square = weight**2
        return UnitSums(
            self.base,
            self.units,
            self.weight * weight,
            self.first * weight,
            self.squares * square,
            self.cross * square,
            self.second * square,
        )


@dataclass(frozen=True)
class FirstStage:
    """Sums of every variable per cell and stratum, and what was sampled.

    Attributes:
        by: The columns that make the cells.
        cells: Their values, sorted, one row per cell.
        cell: Cell of each group.
        stratum: Stratum of each group, by number in the frame.
        frame: What was sampled.
        sums: By variable.
    """

    by: tuple[str, ...]
    cells: tuple[Key, ...]
    cell: Integers
    stratum: Integers
    frame: Frame
    sums: Mapping[Variable, UnitSums]


@dataclass(frozen=True)
class Numbered:
    """Groups of rows with numbers for cell, stratum and place (cell and stratum together)."""

    cells: tuple[Key, ...]
    cell: Integers
    stratum: Integers
    place: Integers
    frame: Frame


def row_weights(frame: Frame) -> Floats:
    """Return what a row of each stratum weighs when no column says so: population over sample, or 1."""
    ratio = frame.populations / frame.units
    return np.asarray(np.where(np.isfinite(ratio), ratio, 1.0))


def number_groups(keys: pa.Table, counts: Mapping[str, Floats], design: Design) -> Numbered:
    """Return cells, strata and frame of groups of rows, after checking the design.

    Args:
        keys: Columns ``sm_by0`` ..., ``sm_stratum0`` ... and ``sm_cluster`` of each group.
        counts: Per group: ``rows``, ``bad_weight``, ``weight_sum``, and with populations ``population``
            and ``largest_population``.
        design: How the rows were drawn.

    Raises:
        SealmarkError: SM406 to SM408, SM488: rows and strata that do not serve.
    """
    by = [name for name in keys.column_names if name.startswith("sm_by")]
    cell, cells = number_keys(keys, by)
    stratum, strata = number_keys(keys, design.strata_keys)
    size = len(strata)
    found = {name: tally(stratum, counts[name], size) for name in ("rows", "bad_weight", "weight_sum")}
    for name in (*design.strata_keys, *([CLUSTER] if design.cluster else [])):
        missing = np.asarray(keys[name].is_null().to_numpy(), dtype=np.float64)
        found[f"no_{name}"] = tally(stratum, missing * counts["rows"], size)
    found["units"], names = found["rows"], None
    if design.cluster:
        names, _ = number_keys(keys, [CLUSTER])
        pairs = np.unique(stratum * (int(names.max(initial=0)) + 1) + names)
        found["units"] = tally(pairs // (int(names.max(initial=0)) + 1), np.ones(len(pairs)), size)
    if design.population is not None:
        found |= _populations(stratum, counts, size)
    problems = ProblemList()
    units, populations = check_counts(strata, found, design, problems)
    if names is not None and not design.nested and size > 1:
        _check_nesting(keys, stratum, names, design, problems)
    problems.raise_if_any()
    place = np.unique(cell * max(size, 1) + stratum, return_inverse=True)[1].astype(np.int64)
    return Numbered(tuple(cells), cell, stratum, place, Frame(tuple(strata), units, populations))


def _populations(stratum: Integers, counts: Mapping[str, Floats], size: int) -> dict[str, Floats]:
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, stratum, counts["population"])
    np.maximum.at(high, stratum, counts["largest_population"])
    return {"population": low, "largest_population": high}


def _check_nesting(keys: pa.Table, stratum: Integers, names: Integers, design: Design, problems: ProblemList) -> None:
    pairs = np.unique(np.stack([names, stratum]), axis=1)[0]
    number, times = np.unique(pairs, return_counts=True)
    if (times > 1).any():
        first = int(np.flatnonzero(names == number[times > 1][0])[0])
        what = f'Clusters of "{design.cluster}" stand in more than one stratum: "{keys[CLUSTER][first]}"'
        what += f" and {int((times > 1).sum()) - 1:,} more." if (times > 1).sum() > 1 else "."
        fix = 'Correct the stratum of these rows; where names begin anew in each stratum, set "nested" in the design.'
        problems.add("SM488", what, fix=fix)


def gather_units(numbered: Numbered, totals: Sequence[Floats]) -> UnitSums:
    """Return the sums over sampling units of groups that are sampling units themselves.

    Args:
        numbered: Groups, one per cell, stratum and sampling unit.
        totals: Rows with an answer, A and B of each group.
    """
    base, weight, first = totals
    size = int(numbered.place.max(initial=-1)) + 1

    def add(values: Floats) -> Floats:
        return tally(numbered.place, values, size)

    return UnitSums(
        add(base),
        add((base > 0).astype(np.float64)),
        add(weight),
        add(first),
        add(weight**2),
        add(weight * first),
        add(first**2),
    )
