"""Tables of statistics: the two stages joined, for many items in many cells at once.

A thousand organizations over twenty waves are twenty thousand cells; with 28
items that is more than a million numbers with their standard errors. They stay
in arrays. Each is the number that
:func:`~sealmark.measure.surveys.estimation.estimate` gives for its cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import ibis
import numpy as np
import pyarrow as pa

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import Source
from sealmark.measure.surveys.design import Design
from sealmark.measure.surveys.estimation import check_confidence, limits_of
from sealmark.measure.surveys.keys import Floats, Key, column_of, tally
from sealmark.measure.surveys.rows import Plan, Term
from sealmark.measure.surveys.totals import Groups, Sums
from sealmark.measure.surveys.variance import Figures, linearise, spread_of
from sealmark.measure.tables.fastcopy import FastCopy
from sealmark.measure.tables.kernel import copy_totals, gaps, kernel_is_here
from sealmark.measure.tables.portable import check_design, group_totals
from sealmark.measure.tables.questions import MEAN, TOP, Questions, Variable, measure_of
from sealmark.measure.tables.sums import FirstStage, UnitSums, gather_units, number_groups, row_weights

__all__ = [
    "Engine", "EstimateTable", "estimate_table", "figures_of_units", "first_stage", "second_stage", "sums_of",
    "totals_of_units",
]  # fmt: skip

_EPSILON = float(np.finfo(np.float64).eps)
_FEWEST = 2
_RATIO = Plan((Term(ibis.null("float64")),))


@dataclass(frozen=True)
class EstimateTable:
    """Every statistic in every cell.

    Attributes:
        by: The columns that make the cells.
        cells: Their values, sorted, missing values last.
        questions: What was measured.
        figures: By kind and item: arrays with one entry per cell, NaN where there is no number.
        clustered: Whether clusters were drawn.
    """

    by: tuple[str, ...]
    cells: tuple[Key, ...]
    questions: Questions
    figures: Mapping[Variable, Figures]
    clustered: bool

    def value(self, kind: str, item: str = "") -> Floats:
        """Return a statistic in every cell: ``mean`` or ``top`` of an item, ``index`` or ``promoter``."""
        return self.figures[kind, item].value

    def standard_error(self, kind: str, item: str = "") -> Floats:
        """Return its standard error in every cell.

        NaN where fewer than two sampling units have answers, and for all but shares where all answers are equal.
        """
        found = self.figures[kind, item]
        unknown = (found.units < _FEWEST) | (found.equal & (kind != TOP))
        return np.asarray(np.where(unknown, np.nan, np.sqrt(found.variance)))

    def to_arrow(self, confidence: float = 0.95) -> pa.Table:
        """Return one row per cell and statistic.

        Columns: those that make the cells, then ``measure``, ``item``, ``value``, ``standard_error``, ``lower``,
        ``upper``, ``base`` (answers) and ``degrees_of_freedom``. What cannot be told is null.

        Args:
            confidence: Level of the two-sided intervals.

        Raises:
            SealmarkError: SM413 a confidence outside 0 to 1.
        """
        check_confidence(confidence)
        keys = [pa.array([cell[place] for cell in self.cells]) for place in range(len(self.by))]
        parts = [
            pa.table(keys + self._columns(variable, confidence), names=[*self.by, *_COLUMNS])
            for variable in self.figures
        ]
        return pa.concat_tables(parts)

    def _columns(self, variable: Variable, confidence: float) -> list[pa.Array]:
        figures, size = self.figures[variable], len(self.cells)
        low, high = limits_of(measure_of(self.questions, variable), figures, confidence, clustered=self.clustered)
        error = self.standard_error(*variable)
        sure = (figures.degrees > 0) & np.isfinite(error)
        numbers = (figures.value, error, np.where(sure, low, np.nan), np.where(sure, high, np.nan))
        return [
            pa.array([variable[0]] * size, pa.string()),
            pa.array([variable[1] or None] * size, pa.string()),
            *(pa.array(column, from_pandas=True) for column in numbers),
            pa.array(figures.base.astype(np.int64)),
            pa.array(np.where(sure, figures.degrees, np.nan), from_pandas=True),
        ]


_COLUMNS = ("measure", "item", "value", "standard_error", "lower", "upper", "base", "degrees_of_freedom")


Engine: TypeAlias = Literal["auto", "portable", "kernel"]


def estimate_table(
    source: Source | FastCopy,
    questions: Questions,
    *,
    design: Design,
    by: Sequence[str] = (),
    engine: Engine = "auto",
) -> EstimateTable:
    """Return means, top-boxes, index and promoter score of every cell, with design-based standard errors.

    Args:
        source: The whole sample: an Ibis or Arrow table, a CSV or Parquet file, a folder of Parquet files,
            or a fast copy of one of these.
        questions: What to measure.
        design: How the rows were drawn: weights, strata, clusters, finite populations of one stage.
        by: Columns whose values make the cells.
        engine: ``portable`` asks the engine by a query, ``kernel`` loops over a fast copy; ``auto`` takes the kernel
            where there is a fast copy that has all columns and the extra ``fast`` is installed. The
            numbers are the same.

    Raises:
        SealmarkError: SM403 to SM408 and SM488 as :func:`~sealmark.measure.surveys.estimation.estimate`;
            SM483 what a table does not offer, SM484 a fast copy of data that have changed, SM485 one that
            lacks a column, SM486 the kernel without a fast copy or without the extra, SM489 more
            statistics than memory holds.

    Example:
        >>> answers = pa.table({"shop": [1, 1, 1, 2, 2, 2], "q": [7, 9, 8, 10, 6, 8], "r": [9, 10, 8, 7, 9, 10]})
        >>> table = estimate_table(answers, Questions(["q", "r"]), design=Design(), by=["shop"])
        >>> table.cells, table.value("mean", "q")
        (((1,), (2,)), array([8., 8.]))
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    check_design(design)
    rows = sums_of(source, questions, design=design, by=by, engine=engine)
    return second_stage(first_stage(rows, questions, design=design, by=by), questions, design)


def sums_of(
    source: Source | FastCopy, questions: Questions, *, design: Design, by: Sequence[str], engine: Engine
) -> pa.Table:
    """Return the sums of every cell, stratum and cluster, by the engine that serves.

    Raises:
        SealmarkError: As :func:`estimate_table`.
    """
    if not isinstance(source, FastCopy):
        if engine == "kernel":
            fix = "Write one with write_fast_copy(), or take the engine portable."
            raise SealmarkError(Problem("SM486", "The kernel reads fast copies, and this is none.", fix=fix))
        return group_totals(source, questions, design=design, by=by)
    if engine == "kernel" and not kernel_is_here():
        fix = "Install sealmark[fast], or take the engine portable."
        raise SealmarkError(Problem("SM486", "The kernel needs the extra fast.", fix=fix))
    serves = kernel_is_here() and not gaps(source, questions, design=design, by=by)
    if engine == "kernel" or (engine == "auto" and serves):
        return copy_totals(source, questions, design=design, by=by)
    return group_totals(source.source, questions, design=design, by=by)


def first_stage(rows: pa.Table, questions: Questions, *, design: Design, by: Sequence[str]) -> FirstStage:
    """Return the sums over sampling units from the table that ``group_totals`` makes.

    Raises:
        SealmarkError: SM406 to SM408, SM488: rows and strata that do not serve.
    """
    counts = {"rows": column_of(rows, "rows")}
    counts["bad_weight"] = counts["rows"] - _column(rows, "good_weight", counts["rows"])
    counts["weight_sum"] = _column(rows, "weight_sum", counts["rows"])
    if design.population is not None:
        counts |= {name: column_of(rows, name) for name in ("population", "largest_population")}
    numbered = number_groups(
        rows.select([name for name in rows.column_names if name.startswith("sm_")]), counts, design
    )
    weight = None if design.weight is not None else row_weights(numbered.frame)[numbered.stratum]
    sums, cell, stratum = {}, numbered.cell, numbered.stratum
    for variable in questions.variables:
        if design.cluster:
            sums[variable] = gather_units(numbered, totals_of_units(rows, questions, variable, weight))
        else:
            found = _moments(rows, questions, variable)
            sums[variable] = found if weight is None else found.weighted(weight)
    if design.cluster:
        first = np.unique(numbered.place, return_index=True)[1]
        cell, stratum = cell[first], stratum[first]
    return FirstStage(tuple(by), numbered.cells, cell, stratum, numbered.frame, sums)


def _column(rows: pa.Table, name: str, otherwise: Floats) -> Floats:
    """Return sums; those of nothing are zero, those that repeat others are not in the table."""
    if name not in rows.column_names:
        return otherwise
    found = column_of(rows, name)
    return np.nan_to_num(found) if rows[name].null_count else found


def _label(questions: Questions, variable: Variable) -> tuple[str, str]:
    kind, column = variable
    if column:
        return ("b" if kind == MEAN else "t"), str([item.column for item in questions.own].index(column))
    return "b", {"index": "x", "promoter": "p"}[kind]


def _moments(rows: pa.Table, questions: Questions, variable: Variable) -> UnitSums:
    value, label = _label(questions, variable)
    base = _column(rows, f"n_{label}", np.zeros(rows.num_rows))
    weight = _column(rows, f"a_{label}", base)
    squares = _column(rows, f"aa_{label}", base)
    first = _column(rows, f"{value}_{label}", base)
    if variable[0] == TOP:
        second = _column(rows, f"tt_{label}", first)
        return UnitSums(base, base, weight, first, squares, second, second)
    cross = _column(rows, f"ab_{label}", first)
    return UnitSums(base, base, weight, first, squares, cross, _column(rows, f"bb_{label}", base))


def totals_of_units(
    rows: pa.Table, questions: Questions, variable: Variable, weight: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Return answers, total weight A and total value B of every row of a table of sums."""
    value, label = _label(questions, variable)
    base = _column(rows, f"n_{label}", np.zeros(rows.num_rows))
    total, first = _column(rows, f"a_{label}", base), _column(rows, f"{value}_{label}", base)
    return (base, total, first) if weight is None else (base, total * weight, first * weight)


def second_stage(stage: FirstStage, questions: Questions, design: Design) -> EstimateTable:
    """Return the statistics that follow from sums."""
    figures = {variable: figures_of_units(sums, stage, design) for variable, sums in stage.sums.items()}
    return EstimateTable(stage.by, stage.cells, questions, figures, design.cluster is not None)


def figures_of_units(sums: UnitSums, stage: FirstStage, design: Design) -> Figures:
    """Return the ratio of two totals in every cell, with its variance, from sums over sampling units."""
    groups = Groups(stage.cells, stage.cell, stage.stratum, None, squares=True)
    frame = stage.frame
    value, gradient = linearise(_RATIO, _pairs(sums), groups)
    moved = _moved(gradient, sums, groups)
    variance, units, degrees = spread_of(np.ones((1, len(value))), moved, groups, frame=frame, lonely=design.lonely)
    size = len(value)
    still = tally(groups.cell, moved.squares[0, 0], size) == 0
    asked = tally(groups.cell, sums.base * (frame.fractions[groups.stratum] < 1), size)
    nothing = np.full(size, np.nan)
    base = tally(groups.cell, sums.base, size)
    return Figures(value, variance, degrees, base, units, nothing, nothing, still & (asked > 0))


def _pairs(sums: UnitSums) -> Sums:
    unused = np.zeros((2, 2, 0))
    return Sums(sums.units, sums.weight, np.stack([sums.first, sums.weight]), unused, unused)


def _moved(gradient: Floats, sums: UnitSums, groups: Groups) -> Sums:
    """Return by how much the units of each group moved the estimate, and the squares; rounding noise is zero."""
    above, below = gradient[0][groups.cell], gradient[1][groups.cell]
    noise = _EPSILON * (8 + np.sqrt(sums.units.sum()))
    left, right = above * sums.first, below * sums.weight
    first = np.where(np.abs(left + right) <= noise * (np.abs(left) + np.abs(right)), 0.0, left + right)
    outer = above * above * sums.second + below * below * sums.squares
    inner = 2 * above * below * sums.cross
    square = np.where(np.abs(outer + inner) <= noise * (outer + np.abs(inner)), 0.0, outer + inner)
    return Sums(sums.units, sums.weight, first[None], np.zeros((1, 1, 0)), square[None, None])
