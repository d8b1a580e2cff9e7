"""Read a sampling frame from a table of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sealmark.core.errors import ProblemList, did_you_mean
from sealmark.evaluation.evidence.plain_tables import read_plain
from sealmark.measure.sampling.draws import SamplingUnit

__all__ = ["FrameColumns", "read_frame"]


@dataclass(frozen=True, slots=True)
class FrameColumns:
    """The headings of a sampling frame.

    Attributes:
        unit: Names the units.
        strata: Together they name a unit's stratum.
        size: Its size; empty where sizes do not matter.
    """

    unit: str
    strata: tuple[str, ...] = ()
    size: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        """Every heading asked for."""
        return (self.unit, *self.strata, *([self.size] if self.size else []))


def read_frame(path: Path, columns: FrameColumns) -> tuple[SamplingUnit, ...]:
    """Return the units of a CSV, XLSX or Parquet table; every wrong row at once.

    Raises:
        SealmarkError: SM305 a column is missing, SM469 a size is no number above 0, SM33x the file cannot be read.
    """
    table = read_plain(path, path.name, columns.named)
    problems = ProblemList()
    for name in columns.named:
        if name not in table.headings:
            fix = did_you_mean(name, table.headings)
            problems.add("SM305", f'The column "{name}" is missing.', where=f"{path.name}, row 1", fix=fix)
    problems.raise_if_any()
    units = [
        _unit(dict(zip(table.headings, row, strict=True)), columns, f"{path.name}, row {number}", problems)
        for number, row in zip(table.numbers, table.rows, strict=True)
    ]
    problems.raise_if_any()
    return tuple(units)


def _unit(cells: Mapping[str, str], columns: FrameColumns, where: str, problems: ProblemList) -> SamplingUnit:
    stratum = ", ".join(_filled(cells, columns.strata))
    size = Decimal(1)
    if columns.size:
        text = cells[columns.size].strip()
        try:
            size = Decimal(text)
        except InvalidOperation:
            size = Decimal("NaN")
        if not (size.is_finite() and size > 0):
            fix = "Give a number above 0, with a decimal point, or leave the unit out."
            problems.add("SM469", f'"{text}" is no size.', where=f"{where}, column {columns.size}", fix=fix)
    return SamplingUnit(cells[columns.unit].strip(), stratum, size)


def _filled(cells: Mapping[str, str], names: Sequence[str]) -> list[str]:
    return [cells[name].strip() for name in names if cells[name].strip()]
