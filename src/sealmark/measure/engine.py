"""Open the data engine: DuckDB or Spark through Ibis, UTC.

Tables are scanned where they lie. Every query of the package goes through
:func:`fetch`, so that a result is always an Arrow table and no other module
knows which engine made it. DuckDB works in memory, without a network, and
spills to a folder when a memory limit is set.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import re
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.measure import spark
from sealmark.measure.compiled import compiled_queries
from sealmark.measure.plain_text import readable, text_reader

__all__ = [
    "ENGINES", "Source", "connect", "current_engine", "enough_memory", "fetch", "keep_table", "open_files",
    "open_table", "register_given", "use_engine", "use_limits",
]  # fmt: skip

Source: TypeAlias = "ir.Table | pa.Table | Path | str"

ENGINES = ("duckdb", "spark")

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


_SIZE = re.compile(r"([1-9][0-9]*) ?([MG])B\Z")
_CURRENT: contextvars.ContextVar[ibis.BaseBackend | None] = contextvars.ContextVar("engine", default=None)
_LIMITS: contextvars.ContextVar[tuple[str | None, Path | str | None]] = contextvars.ContextVar(
    "limits", default=(None, None)
)
_STARTED: contextvars.ContextVar[list[ibis.BaseBackend] | None] = contextvars.ContextVar("started", default=None)


def connect(
    engine: str = "duckdb",
    *,
    address: str | None = None,
    threads: int | None = None,
    memory_limit: str | None = None,
    temporary: Path | str | None = None,
) -> ibis.BaseBackend:
    """Return a connection to an engine; ``.disconnect()`` ends it.

    Args:
        engine: ``duckdb`` (in memory, a fresh one each time) or ``spark`` (one session per process).
        address: ``spark://host:7077`` joins a cluster, ``sc://host:15002`` a Spark Connect server;
            without one Spark runs on this machine.
        threads: DuckDB: one, the default, gives the same bits in every run, and :func:`open_table`
            raises it for large tables. Spark on this machine: every core by default.
        memory_limit: For example ``2GB`` or ``800MB``. DuckDB spills what does not fit;
            for Spark on this machine it is the memory of Java.
        temporary: Where to spill; the system's folder for temporary files by default.

    Raises:
        SealmarkError: SM401 unknown engine, SM476 PySpark or Java is missing, SM477 nobody answers at the
            address, SM478 Spark does not start, SM479 the memory limit is not understood.

    Example:
        >>> fetch(open_table(pa.table({"one": [1]}), connection=connect())).to_pylist()
        [{'one': 1}]
    """
    if engine not in ENGINES:
        known = did_you_mean(engine, ENGINES)
        raise SealmarkError(Problem("SM401", f'Unknown engine "{engine}".', fix=known))
    memory_limit, temporary = memory_limit or _LIMITS.get()[0], temporary or _LIMITS.get()[1]
    limit = None if memory_limit is None else _size(memory_limit)
    if engine == "duckdb":
        return _duckdb(threads or 1, limit, temporary)
    options = {"spark.driver.memory": f"{limit[0]}{limit[1].lower()}"} if limit else {}
    if temporary is not None:
        options["spark.local.dir"] = str(temporary)
    return spark.start(address, threads=threads or 0, options=options)


def _duckdb(threads: int, limit: tuple[str, str] | None, temporary: Path | str | None) -> ibis.BaseBackend:
    options: dict[str, object] = {"threads": threads, **_NO_DOWNLOADS}
    if limit is not None or temporary is not None:
        options["temp_directory"] = str(temporary or Path(tempfile.gettempdir()) / "sealmark-spill")
    if limit is not None:
        options["memory_limit"] = f"{limit[0]}{limit[1]}B"
    connection = ibis.duckdb.connect(**options)
    started = _STARTED.get()
    if started is not None:
        connection.con.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        started.append(connection)
    return connection


def _size(text: str) -> tuple[str, str]:
    match = _SIZE.match(text.strip().upper())
    if match is None:
        fix = "Write a whole number of MB or GB, such as 800MB or 2GB."
        raise SealmarkError(Problem("SM479", f'"{text}" is no amount of memory.', fix=fix))
    return match[1], match[2]


@contextlib.contextmanager
def use_engine(connection: ibis.BaseBackend) -> Iterator[ibis.BaseBackend]:
    """Open every table on one connection unless another is given: all that runs inside uses this engine.

    Args:
        connection: From :func:`connect`; it stays open.

    Example:
        >>> with use_engine(connect(memory_limit="1GB")):
        ...     fetch(open_table(pa.table({"one": [1]}))).num_rows
        1
    """
    token = _CURRENT.set(connection)
    try:
        yield connection
    finally:
        _CURRENT.reset(token)


@contextlib.contextmanager
def use_limits(memory_limit: str | None, temporary: Path | str | None = None) -> Iterator[list[ibis.BaseBackend]]:
    """Give every engine that is started inside a memory limit and a folder to spill to, unless it names its own.

    What comes back is the list of the DuckDB engines started so far, to be watched from beside.
    """
    found: list[ibis.BaseBackend] = []
    limits, started = _LIMITS.set((memory_limit, temporary)), _STARTED.set(found)
    try:
        yield found
    finally:
        _STARTED.reset(started)
        _LIMITS.reset(limits)


def current_engine() -> str:
    """Return the name of the engine that tables are opened on when none is given."""
    connection = _CURRENT.get()
    return "spark" if connection is not None and connection.name == "pyspark" else "duckdb"


def open_table(source: Source, *, connection: ibis.BaseBackend | None = None, name: str | None = None) -> ir.Table:
    """Return an Ibis table over a source that stays where it is.

    Args:
        source: An Ibis table (returned as it is), an Arrow table, or the path of
            a Parquet or CSV file (``.parquet``, ``.csv``, ``.csv.gz``, ``.tsv``) or of a folder
            of Parquet files, in which ``wave=3`` in a folder's name is a column.
        connection: From :func:`connect`; that of :func:`use_engine`, else a new DuckDB, when absent.
        name: How the engine shall call the table; a free name when absent.

    Raises:
        SealmarkError: SM402 no such file, a kind of file that is not scanned directly, or no readable CSV.
    """
    if isinstance(source, ir.Table):
        return source
    connection = connection or _CURRENT.get() or connect()
    name = name or ibis.util.gen_name("table")
    if connection.name == "pyspark":
        _register_spark(connection, source, name)
        return connection.table(name)
    size = _register(connection, source, name)
    if size >= ROWS_FOR_THREADS:
        connection.con.execute(f"SET threads = {os.cpu_count() or 1}")
    with _quiet():
        return connection.table(name)


def open_files(files: Sequence[Path], *, connection: ibis.BaseBackend | None = None) -> ir.Table:
    """Return an Ibis table over Parquet files of the same columns; what folders are called means nothing here."""
    connection = connection or _CURRENT.get() or connect()
    name = ibis.util.gen_name("files")
    if connection.name == "pyspark":
        spark.register_parquet(connection, [str(file) for file in files], name)
        return connection.table(name)
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    connection.con.execute(
        f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}], hive_partitioning = false)'  # noqa: S608
    )
    if _rows_in(list(files)) >= ROWS_FOR_THREADS:
        connection.con.execute(f"SET threads = {os.cpu_count() or 1}")
    with _quiet():
        return connection.table(name)


def keep_table(rows: pa.Table, connection: ibis.BaseBackend) -> ir.Table:
    """Return a small Arrow table as a temporary table of an engine: DuckDB knows its values and joins it faster."""
    if connection.name != "duckdb":
        return ibis.memtable(rows)
    name = ibis.util.gen_name("kept")
    connection.con.register(f"{name}_arrow", rows)
    connection.con.execute(f'CREATE TEMPORARY TABLE "{name}" AS SELECT * FROM "{name}_arrow"')  # noqa: S608
    connection.con.unregister(f"{name}_arrow")
    with _quiet():
        return connection.table(name)


def fetch(expression: ir.Table, connection: ibis.BaseBackend | None = None) -> pa.Table:
    """Return the result of an Ibis expression as an Arrow table.

    Raises:
        SealmarkError: SM482 DuckDB's memory and the disk it spills to do not suffice; SM402 a
            CSV file turns out not to be one.
    """
    with _quiet(), enough_memory(), readable():
        backend = connection or expression.get_backend()
        if backend.name == "pyspark":
            return spark.fetch_arrow(backend, expression)
        if backend.name != "duckdb":
            return backend.to_pyarrow(expression)
        given = register_given(expression, backend)
        found = backend.con.sql(compiled_queries.sql(expression, backend)).to_arrow_table()
        return found.cast(expression.schema().to_pyarrow()) if given else found


def register_given(expression: ir.Table, backend: ibis.BaseBackend) -> bool:
    """Make the Arrow tables inside an expression known to DuckDB; return whether there are any."""
    given = expression.op().find(ibis.expr.operations.InMemoryTable)
    for rows in given:
        backend.con.register(rows.name, rows.data.to_pyarrow(rows.schema))
    return bool(given)


@contextlib.contextmanager
def enough_memory() -> Iterator[None]:
    """Tell in a sentence that DuckDB's memory does not suffice (SM482)."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        what = f"Memory or the disk to spill to does not suffice: {str(error).splitlines()[0]}"
        fix = "Raise the memory limit (--memory-limit), spill to a larger disk, or measure fewer cells at a time."
        raise SealmarkError(Problem("SM482", what, fix=fix)) from error


def _register(connection: ibis.BaseBackend, source: pa.Table | Path | str, name: str) -> int:
    """Make ``source`` known to DuckDB; return its number of rows as far as it costs nothing."""
    if isinstance(source, pa.Table):
        connection.con.register(name, source)
        return int(source.num_rows)
    reader, size = _reader(_existing(source))
    quoted = '"' + name.replace('"', '""') + '"'
    with readable():
        connection.con.execute(f"CREATE VIEW {quoted} AS SELECT * FROM {reader}")  # noqa: S608
    return size


def _register_spark(connection: ibis.BaseBackend, source: pa.Table | Path | str, name: str) -> None:
    """Make ``source`` known to Spark; a text file is read by DuckDB, so that its columns have the same types."""
    if not isinstance(source, pa.Table):
        path = _existing(source)
        reader, _ = _reader(path)
        if reader.startswith("read_parquet"):
            spark.register_parquet(connection, [str(path)], name)
            return
        with readable():
            source = connect().con.sql(f"SELECT * FROM {reader}").to_arrow_table()  # noqa: S608
    spark.register_arrow(connection, source, name)


def _existing(source: Path | str) -> Path:
    path = Path(source)
    if not path.exists():
        raise SealmarkError(Problem("SM402", f'No file "{path.name}" here.', str(path), "Check the path."))
    return path


def _reader(path: Path) -> tuple[str, int]:
    """Return DuckDB's call that reads a file, and the number of rows as far as it costs nothing."""
    literal = "'" + str(path).replace("'", "''") + "'"
    if path.is_dir():
        files = sorted(path.rglob("*.parquet"))
        if files:
            text = "'" + str(path / "**" / "*.parquet").replace("'", "''") + "'"
            return f"read_parquet({text}, hive_partitioning = true)", _rows_in(files)
    endings = {ending.lower() for ending in path.suffixes}
    if ".parquet" in endings and path.is_file():
        return f"read_parquet({literal})", _rows_in([path])
    if endings & {".csv", ".tsv"} and path.is_file():
        return text_reader(path), ROWS_FOR_THREADS if path.stat().st_size >= _BYTES_FOR_THREADS else 0
    known = "Give a Parquet or CSV file or a folder of Parquet files, or read the file first and give the Arrow table."
    what = f'Files like "{path.name}" are not scanned directly.'
    raise SealmarkError(Problem("SM402", what, str(path), known))


def _rows_in(files: list[Path]) -> int:
    return sum(int(pq.read_metadata(file).num_rows) for file in files)
