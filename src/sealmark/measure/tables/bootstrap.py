"""Bootstrap replicates of many statistics in many cells, from the totals of clusters.

Cells are worked off one after the other: the factors of its strata side by side, one matrix product with the totals
of its clusters gives all replicates of all totals. The draws are those of ``replicates.resampling``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sealmark.measure.replicates.resampling import Replication, factors_of, resample
from sealmark.measure.replicates.unit_totals import UnitTotals
from sealmark.measure.surveys.design import CLUSTER, Design, Frame
from sealmark.measure.surveys.keys import Floats, Integers, number_keys, rank_keys
from sealmark.measure.tables.questions import Questions, Variable
from sealmark.measure.tables.sums import FirstStage, row_weights
from sealmark.measure.tables.table import totals_of_units

__all__ = ["bootstrap_variances"]


def bootstrap_variances(
    rows: pa.Table, questions: Questions, design: Design, *, stage: FirstStage, replication: Replication
) -> dict[Variable, Floats]:
    """Return the variance of every statistic in every cell.

    Args:
        rows: Sums per cell, stratum and cluster.
        questions: What is measured.
        design: Names the clusters.
        stage: Cells and frame of these sums.
        replication: A bootstrap.
    """
    cell = rank_keys(rows, [name for name in rows.column_names if name.startswith("sm_by")])
    stratum = rank_keys(rows, design.strata_keys)
    unit = _units(stratum, number_keys(rows, [CLUSTER])[0])
    weight = row_weights(stage.frame)[stratum] if design.weight is None else None
    totals = {variable: totals_of_units(rows, questions, variable, weight)[1:] for variable in questions.variables}
    spans = _cells_per_stratum(cell, stratum)
    if (spans > 1).any():
        return _general(totals, (cell, stratum, unit), stage, replication)
    return _nested(totals, (cell, stratum, unit), stage, replication)


def _units(stratum: Integers, cluster: Integers) -> Integers:
    """Return the number of each cluster inside its stratum, in their order."""
    span = int(cluster.max(initial=0)) + 1
    keys, place = np.unique(stratum * span + cluster, return_inverse=True)
    starts = np.searchsorted(keys // span, np.arange(int(stratum.max(initial=0)) + 1))
    return np.asarray((np.arange(len(keys)) - starts[keys // span])[place], dtype=np.int64)


def _cells_per_stratum(cell: Integers, stratum: Integers) -> Integers:
    pairs = np.unique(stratum * (int(cell.max(initial=0)) + 1) + cell)
    return np.bincount(pairs // (int(cell.max(initial=0)) + 1))


def _general(
    totals: dict[Variable, tuple[Floats, Floats]],
    numbers: tuple[Integers, Integers, Integers],
    stage: FirstStage,
    replication: Replication,
) -> dict[Variable, Floats]:
    """Return the variances where strata reach over several cells, which then share draws."""
    cell, stratum, unit = numbers
    every = np.concatenate([np.stack([above, below]) for below, above in totals.values()])
    places = {" ".join(name): slice(2 * number, 2 * number + 2) for number, name in enumerate(totals)}
    units = UnitTotals(stage.cells, cell, stratum, unit, np.ones(len(cell)), every, places)
    found = resample(units, stage.frame, dict.fromkeys(places, _ratio), replication=replication)
    return {name: found[" ".join(name)].variance for name in totals}


def _ratio(totals: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(totals[0] / totals[1])


def _nested(
    totals: dict[Variable, tuple[Floats, Floats]],
    numbers: tuple[Integers, Integers, Integers],
    stage: FirstStage,
    replication: Replication,
) -> dict[Variable, Floats]:
    """Return the variances where each stratum lies in one cell: a cell at a time."""
    table, above, below = _columns(totals)
    variance = np.full((len(totals), len(stage.cells)), np.nan)
    for cell, entries, factors in _draws(numbers, stage.frame, replication):
        replicates = table[:, entries] @ factors.T
        with np.errstate(invalid="ignore", divide="ignore"):
            variance[:, cell] = _variance(replicates[above] / replicates[below])
    return {name: variance[number] for number, name in enumerate(totals)}


def _columns(totals: dict[Variable, tuple[Floats, Floats]]) -> tuple[Floats, list[int], list[int]]:
    """Return all totals, each once, and where each statistic finds its two; an item's share its weights."""
    places: dict[tuple[str, ...], int] = {}
    rows: list[Floats] = []
    for name, (weight, value) in totals.items():
        for key, row in (((name[1] or name[0],), weight), (name, value)):
            if places.setdefault(key, len(rows)) == len(rows):
                rows.append(row)
    above, below = [places[name] for name in totals], [places[name[1] or name[0],] for name in totals]
    return np.stack(rows), above, below


def _draws(
    numbers: tuple[Integers, Integers, Integers], frame: Frame, replication: Replication
) -> Iterator[tuple[int, Integers, Floats]]:
    """Yield each cell with its clusters and their factors, shape (replicates, clusters)."""
    cell, stratum, unit = numbers
    order = np.lexsort((unit, stratum, cell))
    starts = np.flatnonzero(np.diff(stratum[order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    held: list[Floats] = []
    first = 0
    for number, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        held.append(factors_of(frame, int(stratum[order[start]]), np.ones(end - start), replication=replication))
        here = int(cell[order[start]])
        last = number + 1 == len(starts) or int(cell[order[end]]) != here
        if last:
            yield here, order[first:end], np.hstack(held)
            held, first = [], end


def _variance(values: Floats) -> Floats:
    """Return the variance of each row around its mean, replicates without a value left out."""
    known = np.isfinite(values)
    if known.all():
        return np.asarray(values.var(axis=1, ddof=1))
    count = known.sum(axis=1)
    safe = np.where(known, values, 0.0)
    mean = safe.sum(axis=1) / np.maximum(count, 1)
    square = (np.where(known, safe - mean[:, None], 0.0) ** 2).sum(axis=1)
    return np.asarray(np.where(count > 1, square / np.maximum(count - 1, 1), np.nan))
