"""What is timed for surveys: the limit, and the ways to a table of statistics."""

from __future__ import annotations

import duckdb
from tests.benchmarks.speed.responses import ITEMS, RECOMMEND

from sealmark.measure import Design, Index, Promoter, RespondentMean
from sealmark.measure.tables.fastcopy import open_fast_copy, write_fast_copy
from sealmark.measure.tables.questions import Questions
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
