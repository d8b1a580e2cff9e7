"""What is timed for surveys: the limit, and the ways to a table of statistics."""

from __future__ import annotations

import duckdb
import numpy as np
from tests.benchmarks.speed.responses import ITEMS, RECOMMEND

from sealmark.measure import Design, Index, Promoter, RespondentMean
from sealmark.measure.smallarea import class_chances, fit_prior, outlook
from sealmark.measure.tables.fastcopy import open_fast_copy, write_fast_copy
from sealmark.measure.tables.questions import Questions
from sealmark.measure.tables.store import open_statistics, write_statistics
from sealmark.measure.tables.table import EstimateTable, estimate_table

BY = ("organization", "wave")
STRATA = (*BY, "stratum")
QUESTIONS = Questions(ITEMS, index=Index(ITEMS, RespondentMean(10)), promoter=Promoter(RECOMMEND))
ELEMENTS = Design(weight="weight", strata=STRATA)
CLUSTERS = Design(weight="weight", strata=STRATA, cluster="cluster", nested=True)


def limit(folder: str) -> int:
    """Run DuckDB's plain means over the same files; return the number of cells."""
    means = ", ".join(f"avg({name})" for name in (*ITEMS, RECOMMEND))
    files = f"read_parquet('{folder}/*/*.parquet', hive_partitioning = true)"
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET enable_progress_bar = false")
    query = f"SELECT organization, wave, {means} FROM {files} GROUP BY organization, wave"
    return connection.sql(query).to_arrow_table().num_rows


def portable(folder: str) -> int:
    """Make the whole table through Ibis; return the number of cells."""
    return _cells(estimate_table(folder, QUESTIONS, design=ELEMENTS, by=BY))


def clusters(folder: str) -> int:
    """Make the whole table from totals of clusters; return the number of cells."""
    return _cells(estimate_table(folder, QUESTIONS, design=CLUSTERS, by=BY))


def _cells(table: EstimateTable) -> int:
    return len(table.cells)


def write_copy(folder: str, copy: str) -> int:
    """Write the fast copy; return its rows."""
    made = write_fast_copy(folder, copy, items=(*ITEMS, RECOMMEND), keys=(*STRATA, "cluster"), weight="weight")
    return made.rows


def kernel(copy: str) -> int:
    """Make the whole table from the fast copy; return the number of cells."""
    return _cells(estimate_table(open_fast_copy(copy), QUESTIONS, design=ELEMENTS, by=BY, engine="kernel"))


def kernel_clusters(copy: str) -> int:
    """Make the whole table from totals of clusters, by the kernel; return the number of cells."""
    return _cells(estimate_table(open_fast_copy(copy), QUESTIONS, design=CLUSTERS, by=BY, engine="kernel"))


def compare_engines(folder: str, copy: str) -> float:
    """Return the largest relative difference of any value or standard error between the two engines."""
    query = estimate_table(folder, QUESTIONS, design=ELEMENTS, by=BY, engine="portable")
    loops = estimate_table(open_fast_copy(copy), QUESTIONS, design=ELEMENTS, by=BY, engine="kernel")
    return max(
        float(np.nanmax(np.abs(one - other) / np.maximum(np.abs(one), 1e-9)))
        for name in query.figures
        for one, other in (
            (query.value(*name), loops.value(*name)),
            (query.standard_error(*name), loops.standard_error(*name)),
        )
    )


def keep_totals(folder: str, store: str) -> int:
    """Write the totals of clusters; return how many there are."""
    return write_statistics(folder, store, QUESTIONS, design=CLUSTERS, by=BY).totals.num_rows


def bootstrap(store: str) -> int:
    """Make 500 replicates of every statistic in every cell; return the number of cells."""
    return _cells(open_statistics(store, QUESTIONS, design=CLUSTERS, by=BY).bootstrap(500, seed=1))


def grade_chances(organizations: int) -> int:
    """Fit a prior group and give every organization its five grade probabilities; return how many there are."""
    random = np.random.default_rng(20261122)
    visited = random.integers(3, 11, organizations)
    listed = visited + random.integers(5, 200, organizations)
    means = random.normal(80, 8, organizations) + random.normal(0, 8, organizations) / np.sqrt(visited)
    variances = 64 * random.chisquare(visited - 1) / (visited - 1)
    prior = fit_prior(means, variances, visited)
    seen = outlook(means, variances, visited=visited, listed=listed, prior=prior)
    return len(class_chances(seen, [60, 70, 80, 90]))
