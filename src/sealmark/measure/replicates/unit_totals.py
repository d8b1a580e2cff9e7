"""Totals of each sampling unit, from which any replicate of an estimate follows without the rows.

With clusters there is one entry per cluster and cell. Rows drawn one by one
are units themselves; those alike in all that a measure sees, weight included,
make one entry that says how many they are, so that a rating scale stays small
however many rows there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np

from sealmark.measure.surveys.design import WEIGHT
from sealmark.measure.surveys.estimation import Sample
from sealmark.measure.surveys.keys import Floats, Integers, Key
from sealmark.measure.surveys.rows import Plan
from sealmark.measure.surveys.totals import Groups, Sums, add_up

__all__ = ["UnitTotals", "totals_of_clusters", "totals_of_rows"]


@dataclass(frozen=True)
class UnitTotals:
    """Weighted totals of sampling units, one entry per unit (or kind of unit) and cell.

    Attributes:
        cells: The cells, sorted.
        cell: Cell of each entry.
        stratum: Stratum of each entry, by number in the frame.
        unit: Unit of each entry, numbered from 0 inside its stratum.
        copies: How many units are alike.
        totals: Weighted sums of one copy; shape (variables, entries).
        places: Where each plan's variables stand.
    """

    cells: tuple[Key, ...]
    cell: Integers
    stratum: Integers
    unit: Integers
    copies: Floats
    totals: Floats
    places: Mapping[str, slice]


def totals_of_clusters(groups: Groups, sums: Mapping[str, Sums]) -> UnitTotals:
    """Return the totals of clusters for all plans together, from the sums that estimates are made of."""
    assert groups.cluster is not None
    unit = _inside(groups.stratum, groups.cluster)
    totals = np.vstack([one.first for one in sums.values()])
    ends = np.cumsum([0, *(len(one.first) for one in sums.values())]).tolist()
    places = {name: slice(ends[index], ends[index + 1]) for index, name in enumerate(sums)}
    return UnitTotals(groups.cells, groups.cell, groups.stratum, unit, np.ones(len(unit)), totals, places)


def totals_of_rows(sample: Sample, name: str, plan: Plan, *, by: Sequence[str] = ()) -> UnitTotals:
    """Return the totals of rows drawn one by one for one plan, alike ones together, from one query."""
    seen = {f"sm_seen{index}": column for index, column in enumerate(_columns(plan))}
    table = sample.table.mutate(**seen)
    keys = (*by, *seen, WEIGHT)
    groups, sums = add_up(table, {name: plan}, design=sample.design, frame=sample.frame, by=keys)
    return _per_kind(groups, sums[name], name, size=len(by))


def _per_kind(groups: Groups, sums: Sums, name: str, *, size: int) -> UnitTotals:
    own = [key[:size] for key in groups.cells]
    cells = tuple(dict.fromkeys(own))
    at = {key: index for index, key in enumerate(cells)}
    full = sums.rows > 0
    cell = np.array([at[key] for key in own], dtype=np.int64)[groups.cell[full]]
    stratum, copies = groups.stratum[full], sums.rows[full]
    unit = _inside(stratum, np.arange(len(stratum)))
    variables = slice(0, len(sums.first))
    return UnitTotals(cells, cell, stratum, unit, copies, sums.first[:, full] / copies, {name: variables})


def _columns(plan: Plan) -> list[ir.FloatingValue]:
    values = [term.value for term in plan.terms]
    return values + [term.base for term in plan.terms if term.base is not None]


def _inside(stratum: Integers, unit: Integers) -> Integers:
    """Return the units numbered anew from 0 in each stratum, in their order."""
    span = int(unit.max(initial=0)) + 1
    keys, place = np.unique(stratum * span + unit, return_inverse=True)
    starts = np.searchsorted(keys // span, np.arange(int(stratum.max(initial=0)) + 1))
    numbers = np.arange(len(keys)) - starts[keys // span]
    return np.asarray(numbers[place], dtype=np.int64)
