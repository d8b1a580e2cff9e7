"""Statistics that are kept: once answers are added up, no question of this kind reads them again.

A store is a folder with ``totals.parquet``, the sums per cell, stratum and cluster from which every statistic and its
standard error follow. Where rows are sampling units there is ``histograms.parquet`` too, how often and with what weight
each answer was given: other cuts, other promoter limits and quantiles follow from it. With clusters, bootstrap
replicates are made from their totals. The size depends on cells, strata and clusters, not on the number of responses.
"""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import Source, fetch, open_table
from sealmark.measure.replicates.resampling import Replication, check_replication
from sealmark.measure.surveys.design import Design, prepare
from sealmark.measure.surveys.keys import Floats, Integers, column_of, rank_keys, tally
from sealmark.measure.surveys.totals import key_columns
from sealmark.measure.surveys.variance import Figures
from sealmark.measure.tables.bootstrap import bootstrap_variances
from sealmark.measure.tables.fastcopy import FastCopy
from sealmark.measure.tables.questions import Questions
from sealmark.measure.tables.sums import FirstStage, UnitSums, row_weights
from sealmark.measure.tables.table import Engine, EstimateTable, figures_of_units, first_stage, second_stage, sums_of

__all__ = ["StatisticsStore", "open_statistics", "write_statistics"]

_ABOUT, _TOTALS, _HISTOGRAMS = "statistics.json", "totals.parquet", "histograms.parquet"


@dataclass(frozen=True)
class StatisticsStore:
    """Kept statistics of one survey under one design.

    Attributes:
        totals: The sums of every cell, stratum and cluster.
        histograms: How often each answer was given; absent with clusters.
        questions: What was measured.
        design: How the rows were drawn.
        by: The columns that make the cells.
    """

    totals: pa.Table
    histograms: pa.Table | None
    questions: Questions
    design: Design
    by: tuple[str, ...]

    @functools.cached_property
    def stage(self) -> FirstStage:
        """The sums in the form from which estimates are made."""
        return first_stage(self.totals, self.questions, design=self.design, by=self.by)

    def table(self) -> EstimateTable:
        """Return every statistic in every cell, as :func:`~sealmark.measure.tables.table.estimate_table` does."""
        return second_stage(self.stage, self.questions, self.design)

    def box(self, item: str, *, at_least: float | None = None, at_most: float | None = None) -> Figures:
        """Return the share of answers inside any limits, cell by cell.

        Raises:
            SealmarkError: SM487 the store has no histograms or no such item.
        """
        low = -np.inf if at_least is None else at_least
        high = np.inf if at_most is None else at_most
        return self._figures(item, lambda answer: ((answer >= low) & (answer <= high)).astype(np.float64))

    def promoter(self, item: str, *, promoters_from: float = 9, detractors_to: float = 6) -> Figures:
        """Return a promoter score with any limits, cell by cell.

        Raises:
            SealmarkError: SM487 the store has no histograms or no such item.
        """
        return self._figures(
            item, lambda answer: 100.0 * (answer >= promoters_from).astype(float) - 100.0 * (answer <= detractors_to)
        )

    def quantile(self, item: str, share: float = 0.5) -> Floats:
        """Return in every cell the smallest answer whose cumulative share reaches ``share``; NaN without answers.

        Raises:
            SealmarkError: SM487 the store has no histograms or no such item.
        """
        group, answer, _, weight, _ = self._histogram(item)
        values, place = np.unique(answer, return_inverse=True)
        cells = len(self.stage.cells)
        cell = self.stage.cell[group]
        heap = np.cumsum(tally(cell * len(values) + place, weight, cells * len(values)).reshape(cells, -1), axis=1)
        total = heap[:, -1:]
        # A share met exactly but for rounding counts as met.
        reached = (heap >= (share - 1e-12) * total) & (total > 0)
        found = values[reached.argmax(axis=1)]
        return np.asarray(np.where(reached.any(axis=1), found, np.nan))

    def bootstrap(self, count: int = 500, *, seed: int) -> EstimateTable:
        """Return every statistic with its standard error by the bootstrap of Rao, Wu and Yue (1992).

        The numbers are those of ``estimate_replicated`` with the same seed.

        Args:
            count: Replicates.
            seed: Equal seeds give equal numbers.

        Raises:
            SealmarkError: SM487 there are no totals of clusters to draw from; SM440, SM441 as ``estimate_replicated``.
        """
        if not self.design.cluster:
            fix = "Take table(): its standard errors need no replicates. Or ask estimate_replicated() with the answers."
            raise SealmarkError(Problem("SM487", "There are no totals of clusters to draw from.", fix=fix))
        replication = Replication("bootstrap", count=count, seed=seed)
        check_replication(replication, self.design, self.stage.frame)
        plain = self.table()
        found = bootstrap_variances(self.totals, self.questions, self.design, stage=self.stage, replication=replication)
        figures = {name: replace(one, variance=found[name]) for name, one in plain.figures.items()}
        return replace(plain, figures=figures)

    def _figures(self, item: str, value: Callable[[Floats], Floats]) -> Figures:
        group, answer, rows, weight, square = self._histogram(item)
        scores = np.asarray(value(answer), dtype=np.float64)
        size = len(self.stage.cell)

        def add(numbers: Floats) -> Floats:
            return tally(group, numbers, size)

        base = add(rows)
        sums = UnitSums(
            base, base, add(weight), add(scores * weight), add(square), add(scores * square), add(scores**2 * square)
        )
        return figures_of_units(sums, self.stage, self.design)

    def _histogram(self, item: str) -> tuple[Integers, Floats, Floats, Floats, Floats]:
        """Return group, answer, rows, weight and squared weight of each bar of an item."""
        if self.histograms is None or item not in self.questions.columns:
            what = f'The store keeps no histogram of "{item}".'
            raise SealmarkError(
                Problem("SM487", what, fix="Write a store with it, or ask estimate() with the answers.")
            )
        own = self.histograms.filter(pc.equal(self.histograms["item"], item))
        group = own["group"].to_numpy().astype(np.int64)
        weights = row_weights(self.stage.frame)[self.stage.stratum[group]]
        answer, rows = column_of(own, "answer"), column_of(own, "rows")
        if self.design.weight is None:
            return group, answer, rows, rows * weights, rows * weights**2
        return group, answer, rows, column_of(own, "weight"), column_of(own, "square")


def write_statistics(
    source: Source | FastCopy,
    folder: Path | str,
    questions: Questions,
    *,
    design: Design,
    by: Sequence[str] = (),
    engine: Engine = "auto",
) -> StatisticsStore:
    """Add the answers up, keep the sums in a folder, and return them; an older store there is replaced.

    Args:
        source: As for :func:`~sealmark.measure.tables.table.estimate_table`.
        folder: Does not exist, or holds a store.
        questions: What to measure.
        design: How the rows were drawn; one stage.
        by: Columns whose values make the cells.
        engine: What adds up the totals.

    Raises:
        SealmarkError: As ``estimate_table``; SM487 a folder that holds something else.
    """
    folder, by = Path(folder), ((by,) if isinstance(by, str) else tuple(by))
    if folder.exists() and not (folder / _ABOUT).is_file():
        fix = "Name a folder that does not exist yet."
        raise SealmarkError(Problem("SM487", f'"{folder.name}" exists and holds no statistics.', str(folder), fix))
    totals = sums_of(source, questions, design=design, by=by, engine=engine)
    answers = source.source if isinstance(source, FastCopy) else source
    histograms = None if design.cluster else _histograms(answers, totals, questions, design=design, by=by)
    temporary = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        pq.write_table(totals, temporary / _TOTALS, compression="zstd")
        if histograms is not None:
            pq.write_table(histograms, temporary / _HISTOGRAMS, compression="zstd")
        about = {"format": 1, "made_for": _made_for(questions, design, by)}
        (temporary / _ABOUT).write_text(json.dumps(about), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return StatisticsStore(totals, histograms, questions, design, by)


def open_statistics(
    folder: Path | str, questions: Questions, *, design: Design, by: Sequence[str] = ()
) -> StatisticsStore:
    """Return the statistics in a folder.

    Args:
        folder: Written by :func:`write_statistics`.
        questions: What the statistics were made for.
        design: The design they were made for.
        by: The columns that make the cells.

    Raises:
        SealmarkError: SM487 there are none, or they were made for other questions or another design.
    """
    folder, by = Path(folder), ((by,) if isinstance(by, str) else tuple(by))
    try:
        about: Mapping[str, object] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fix = "Write them with write_statistics()."
        raise SealmarkError(
            Problem("SM487", f'There are no statistics in "{folder.name}".', str(folder), fix)
        ) from error
    if about.get("made_for") != _made_for(questions, design, by):
        what = f'The statistics in "{folder.name}" were made for other questions, cells, or another design.'
        raise SealmarkError(
            Problem("SM487", what, str(folder), "Open them with what they were made for, or write anew.")
        )
    kept = folder / _HISTOGRAMS
    histograms = pq.read_table(kept) if kept.is_file() else None
    return StatisticsStore(pq.read_table(folder / _TOTALS), histograms, questions, design, by)


def _made_for(questions: Questions, design: Design, by: Sequence[str]) -> str:
    return repr((questions, design, tuple(by)))


def _histograms(
    source: Source, totals: pa.Table, questions: Questions, *, design: Design, by: Sequence[str]
) -> pa.Table:
    """Return one row per group and answer of each item; a group is known by its row in the totals."""
    prepared = prepare(open_table(source), design, weighted=False)
    keys = key_columns(prepared, design, by)
    weight = {} if design.weight is None else {"w": prepared[design.weight].cast("float64")}
    names = list(keys)
    known = totals.select(names).append_column("group", pa.array(np.arange(totals.num_rows)))
    parts = []
    for column in questions.columns:
        narrow = prepared.select(**keys, **weight, answer=prepared[column])
        narrow = narrow.filter(narrow.answer.notnull())
        sums = {"rows": narrow.count()}
        if weight:
            sums |= {"weight": narrow.w.sum(), "square": (narrow.w * narrow.w).sum()}
        found = fetch(narrow.aggregate(by=[*names, "answer"], **sums))
        parts.append(_labelled(found, known, column))
    return pa.concat_tables(parts)


def _labelled(found: pa.Table, known: pa.Table, column: str) -> pa.Table:
    """Return an item's bars with the number of their group; missing keys are keys too."""
    keys = known.column_names[:-1]
    number = np.zeros(known.num_rows + found.num_rows, dtype=np.int64)
    if keys:
        both = [known.select(keys), found.select(keys)]
        number = rank_keys(pa.concat_tables(both, promote_options="permissive"), keys)
    place = np.empty(int(number.max(initial=-1)) + 1, dtype=np.int64)
    place[number[: known.num_rows]] = np.arange(known.num_rows)
    rest = [name for name in ("answer", "rows", "weight", "square") if name in found.column_names]
    columns = {name: found[name].cast(pa.float64()) for name in rest}
    return pa.table(
        {"item": pa.array([column] * found.num_rows, pa.string()), "group": place[number[known.num_rows :]], **columns}
    )
