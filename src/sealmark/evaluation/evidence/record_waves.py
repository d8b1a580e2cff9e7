"""Two periods of service records, and how far their measures moved from one to the other.

Records of two periods are taken as two samples of the service, independent of each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sealmark.assess.evidence import Changed, Measured, change_key
from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.evaluation.case import RecordFile
from sealmark.measure.comparisons.differences import difference_by_limits
from sealmark.measure.records.cells import RecordEstimate

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["WAVE", "fair", "in_later_wave", "marked_by_wave", "with_changes"]

WAVE = "_wave"
"""Column with the wave of a record; empty for those in neither."""
_BEFORE, _AFTER = "before", "after"
_FLATTERED = {("lower", "lower"), ("upper", "higher")}
_SIX = Decimal("0.000001")


def marked_by_wave(record: RecordFile, table: pa.Table) -> pa.Table:
    """Return the records with their wave by the day on which they were opened; the table itself without waves.

    Records in neither wave stay: whether a customer came back is seen in them.

    Raises:
        SealmarkError: SM371 no record was opened in one of the waves.
    """
    if record.waves is None:
        return table
    import pyarrow as pa  # slow import, only with records
    import pyarrow.compute as pc

    opened = pc.cast(table.column("opened"), pa.date32(), safe=False)
    waves = {_BEFORE: record.waves.before, _AFTER: record.waves.after}
    inside = {
        name: pc.and_(pc.greater_equal(opened, period.start), pc.less_equal(opened, period.end))
        for name, period in waves.items()
    }
    empty = [f"{waves[name].start} to {waves[name].end}" for name, found in inside.items() if not pc.any(found).as_py()]
    if empty:
        what = f"No record was opened in {' and '.join(empty)}."
        fix = "Correct `waves` in case.yaml, or export the records of both periods into one file."
        raise SealmarkError(Problem("SM371", what, record.file, fix))
    none = pa.scalar(None, pa.string())
    column = pc.if_else(inside[_BEFORE], _BEFORE, pc.if_else(inside[_AFTER], _AFTER, none))
    return table.append_column(WAVE, column)


def in_later_wave(cell: RecordEstimate) -> bool:
    """Tell whether an estimate rests on the later wave; it does where there are no waves."""
    return cell.cell.get(WAVE, _AFTER) == _AFTER


def fair(cell: RecordEstimate, better: str) -> Estimate:
    """Return the estimate, unless open cases make it look better than the truth can be."""
    if (cell.bound, better) not in _FLATTERED:
        return cell.estimate
    return Estimate.unknown("open cases: the true figure can only be worse", base=cell.estimate.base)


def with_changes(
    found: Mapping[str, Measured], cells: Iterable[RecordEstimate], better: Mapping[str, str], asked: Collection[str]
) -> dict[str, Measured]:
    """Return the measures, those asked for with their change.

    Args:
        found: Measures in the later wave.
        cells: Estimates in both waves.
        better: Which direction is good, by measure.
        asked: Measures whose change a rule asks for.
    """
    earlier = {cell.measure: cell for cell in cells if cell.cell.get(WAVE) == _BEFORE}
    return {
        name: _changed(item, _earlier(earlier.get(name), better[name]), name) if name in asked else item
        for name, item in found.items()
    }


def _earlier(cell: RecordEstimate | None, better: str) -> Estimate:
    """Return the earlier wave, unless open cases make it look worse than it can be: the change would gain by it."""
    if cell is None:
        return Estimate.unknown("no record to judge")
    if (cell.bound, better) in {("upper", "lower"), ("lower", "higher")}:
        return Estimate.unknown("open cases: the true change can only be worse", base=cell.estimate.base)
    return cell.estimate


def _changed(item: Measured, before: Estimate, name: str) -> Measured:
    change = difference_by_limits(before, item.overall)
    error, whole = item.overall.standard_error, change.standard_error
    if not error or not whole:
        return replace(item, change=Changed(before, item.overall, change))
    # The earlier wave is independent of the later: what the change shares with the measure is the measure's own error.
    shared = min(Decimal(1), error / whole).quantize(_SIX)
    return replace(
        item,
        correlations={**item.correlations, change_key(name): shared},
        change=Changed(before, item.overall, change, {name: shared}),
    )
