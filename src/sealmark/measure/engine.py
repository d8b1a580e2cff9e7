"""Open the data engine: DuckDB through Ibis, in memory, no network, UTC.

Tables are scanned where they lie. Every query of the package goes through
:func:`fetch`, so that a result is always an Arrow table.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from sealmark.core.errors import Problem, SealmarkError, did_you_mean

__all__ = ["Source", "connect", "fetch", "open_table"]

Source: TypeAlias = "ir.Table | pa.Table | Path | str"

ENGINES = ("duckdb",)

# Sums of doubles depend on the order of rows: one thread below this size.
ROWS_FOR_THREADS = 1_000_000
_BYTES_FOR_THREADS = 100_000_000

_NO_DOWNLOADS = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence Ibis 12's use of a method that DuckDB 2 has renamed."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"fetch_arrow_table\(\) is deprecated", DeprecationWarning)
        yield


def connect(engine: str = "duckdb", *, threads: int = 1) -> ibis.BaseBackend:
    """Return a fresh connection to an in-memory engine.

    Args:
        engine: ``duckdb``.
        threads: One gives the same bits in every run; :func:`open_table` raises it for large tables.

    Raises:
        SealmarkError: SM401 unknown engine.

    Example:
        >>> fetch(open_table(pa.table({"one": [1]}), connection=connect())).to_pylist()
        [{'one': 1}]
    """
    if engine not in ENGINES:
        known = did_you_mean(engine, ENGINES)
        raise SealmarkError(Problem("SM401", f'Unknown engine "{engine}".', fix=known))
    return ibis.duckdb.connect(threads=threads, **_NO_DOWNLOADS)


def open_table(source: Source, *, connection: ibis.BaseBackend | None = None, name: str | None = None) -> ir.Table:
    """Return an Ibis table over a source that stays where it is.

    Args:
        source: An Ibis table (returned as it is), an Arrow table, or the path of
            a Parquet or CSV file (``.parquet``, ``.csv``, ``.csv.gz``, ``.tsv``).
        connection: From :func:`connect`; a new one when absent.
        name: How the engine shall call the table; a free name when absent.

    Raises:
        SealmarkError: SM402 no such file, or a kind of file that is not scanned directly.
    """
    if isinstance(source, ir.Table):
        return source
    connection = connection or connect()
    name = name or ibis.util.gen_name("table")
    size = _register(connection, source, name)
    if size >= ROWS_FOR_THREADS:
        connection.con.execute(f"SET threads = {os.cpu_count() or 1}")
    with _quiet():
        return connection.table(name)


def fetch(expression: ir.Table, connection: ibis.BaseBackend | None = None) -> pa.Table:
    """Return the result of an Ibis expression as an Arrow table."""
    with _quiet():
        backend = connection or expression.get_backend()
        if backend.name == "duckdb" and not expression.op().find(ibis.expr.operations.InMemoryTable):
            return backend.con.sql(backend.compile(expression)).to_arrow_table()
        return backend.to_pyarrow(expression)


def _register(connection: ibis.BaseBackend, source: pa.Table | Path | str, name: str) -> int:
    """Make ``source`` known to the engine; return its number of rows as far as it costs nothing."""
    if isinstance(source, pa.Table):
        connection.con.register(name, source)
        return int(source.num_rows)
    path = Path(source)
    if not path.is_file():
        raise SealmarkError(Problem("SM402", f'No file "{path.name}" here.', str(path), "Check the path."))
    reader, size = _reader(path)
    literal = str(path).replace("'", "''")
    quoted = '"' + name.replace('"', '""') + '"'
    connection.con.execute(f"CREATE VIEW {quoted} AS SELECT * FROM {reader}('{literal}')")  # noqa: S608
    return size


def _reader(path: Path) -> tuple[str, int]:
    endings = {ending.lower() for ending in path.suffixes}
    if ".parquet" in endings:
        return "read_parquet", int(pq.read_metadata(path).num_rows)
    if endings & {".csv", ".tsv"}:
        return "read_csv", ROWS_FOR_THREADS if path.stat().st_size >= _BYTES_FOR_THREADS else 0
    known = "Give a Parquet or CSV file, or read the file first and give the Arrow table."
    what = f'Files like "{path.name}" are not scanned directly.'
    raise SealmarkError(Problem("SM402", what, str(path), known))
