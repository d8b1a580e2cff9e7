"""Spark as engine: start or join a session, make tables known to it, fetch results as Arrow.

A session of this machine (``local[*]``) speaks to nobody but this process. What
Java writes to the error stream goes to a file, which an error quotes: a result
on the screen stays a result.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["LOCAL", "fetch_arrow", "missing_part", "register_arrow", "register_parquet", "start"]

LOCAL = "local[*]"

_PACKAGE_FIX = "pip install 'sealmark[spark]', or measure with DuckDB, which gives the same numbers."
_JAVA_FIX = "Install Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless), or set JAVA_HOME."
_CONNECT = {
    "grpcio": "grpc",
    "grpcio-status": "grpc_status",
    "googleapis-common-protos": "google.rpc",
    "zstandard": "zstandard",
}
_SECONDS_TO_ANSWER = 5.0
_PORTS = {"spark": 7077, "sc": 15002}

_ALWAYS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # Integers of a Parquet file that are times without a zone stay without one, as DuckDB reads them.
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
}
_TIMES = "spark.sql.timestampType"
_HERE = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


def missing_part(address: str | None = None) -> Problem | None:
    """Return what keeps Spark from running or being joined from here, or None.

    SM476: there is no PySpark; no Java; or, to talk to a Spark Connect server, which needs no Java here, no gRPC.
    """
    try:
        import pyspark  # noqa: F401  extra
    except ImportError:
        return Problem("SM476", "The engine Spark needs the package pyspark, which is not installed.", fix=_PACKAGE_FIX)
    if address is not None and _is_connect(address):
        return _missing_for_connect(address)
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=str(Path(home) / "bin") if home else None) is None:
        where = f"JAVA_HOME={home}" if home else "PATH"
        return Problem("SM476", "The engine Spark needs Java, which is not there.", where, _JAVA_FIX)
    return None


def _is_connect(address: str) -> bool:
    return address.startswith("sc://")


def _missing_for_connect(address: str) -> Problem | None:
    missing = [package for package, module in _CONNECT.items() if not _is_there(module)]
    if not missing:
        return None
    what = f"To talk to a Spark Connect server these packages must be here: {', '.join(missing)}."
    return Problem("SM476", what, address, "pip install 'pyspark[connect]'")


def _is_there(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def start(address: str | None = None, *, threads: int = 0, options: Mapping[str, str] | None = None) -> Any:
    """Return an Ibis connection to a Spark session with zone UTC and strict (ANSI) arithmetic.

    Args:
        address: ``spark://host:7077`` joins a cluster, ``sc://host:15002`` a Spark Connect server;
            without one the session runs on this machine.
        threads: Of a session of this machine; 0 takes every core.
        options: Further Spark settings.

    Raises:
        SealmarkError: SM476 PySpark, Java or what Spark Connect needs is missing, SM477 nobody answers at the address,
            SM478 Spark does not start.
    """
    problem = missing_part(address)
    if problem is not None:
        raise SealmarkError(problem)
    if address is not None:
        _require_answer(address)
    try:
        with _known_warnings(), _errors_aside() as noise:
            return ibis.pyspark.connect(_session(address, threads, dict(options or {})))
    except Exception as error:
        what = f"Spark does not start: {str(error).strip().splitlines()[0]}"
        fix = f"The whole story stands in {noise.name}." if noise.name else _JAVA_FIX
        raise SealmarkError(Problem("SM478", what, address or LOCAL, fix)) from error


def _session(address: str | None, threads: int, options: dict[str, str]) -> Any:
    from pyspark.sql import SparkSession

    builder: Any = SparkSession.builder
    if address is not None and _is_connect(address):
        return _configured(builder.remote(address), _ALWAYS | options).getOrCreate()
    cores = threads or os.cpu_count() or 1
    settings = _ALWAYS | {"spark.ui.showConsoleProgress": "false"}
    if address is None:
        # Two hundred partitions, the setting of clusters, would spend the time of small tables on starting tasks.
        settings |= _HERE | {"spark.sql.shuffle.partitions": str(cores)}
    master = address or (f"local[{threads}]" if threads else LOCAL)
    session = _configured(builder.master(master).appName("sealmark"), settings | options).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    # What Spark refuses is raised here; it need not be told a second time.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    return session


def _configured(builder: Any, settings: Mapping[str, str]) -> Any:
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder


def _require_answer(address: str) -> None:
    """Refuse an address that is none, or where nobody listens, before Spark tries for minutes."""
    parts = urlsplit(address)
    if parts.scheme not in _PORTS or not parts.hostname:
        what = f'"{address}" is no address of a Spark cluster.'
        raise SealmarkError(Problem("SM477", what, fix="Write spark://host:7077, or sc://host:15002 for Connect."))
    try:
        where = (parts.hostname, parts.port or _PORTS[parts.scheme])
        socket.create_connection(where, timeout=_SECONDS_TO_ANSWER).close()
    except (OSError, ValueError) as error:
        what = f"Nobody answers at {address}: {getattr(error, 'strerror', None) or error}."
        fix = "Check host and port, and that the cluster runs. Without an address Spark runs on this machine."
        raise SealmarkError(Problem("SM477", what, fix=fix)) from error


@contextlib.contextmanager
def _known_warnings() -> Iterator[None]:
    """Silence what PySpark says of pandas 3, which no table here passes through."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


@contextlib.contextmanager
def _errors_aside() -> Iterator[Any]:
    """Let Java, which starts inside, inherit a file as its error stream."""
    with tempfile.NamedTemporaryFile("wb", prefix="sealmark-spark-", suffix=".log", delete=False) as noise:
        before = os.dup(2)
        os.dup2(noise.fileno(), 2)
        try:
            yield noise
        finally:
            os.dup2(before, 2)
            os.close(before)


def register_arrow(connection: Any, table: pa.Table, name: str) -> None:
    """Make an Arrow table known to Spark under a name; times without a zone stay without one."""
    session = connection._session  # noqa: SLF001
    before = session.conf.get(_TIMES)
    session.conf.set(_TIMES, "TIMESTAMP_NTZ")
    try:
        with _known_warnings():
            session.createDataFrame(_plain(table)).createOrReplaceTempView(name)
    finally:
        session.conf.set(_TIMES, before)


def register_parquet(connection: Any, files: list[str], name: str, *, base: str | None = None) -> None:
    """Make Parquet files or folders known to Spark under a name.

    Args:
        connection: From :func:`start`.
        files: Files or folders.
        name: How to call the table.
        base: The folder below which names like ``wave=3`` are columns.
    """
    reader = connection._session.read  # noqa: SLF001
    if base is not None:
        reader = reader.option("basePath", base)
    reader.parquet(*files).createOrReplaceTempView(name)


def fetch_arrow(connection: Any, expression: ir.Table) -> pa.Table:
    """Return the result of an expression as an Arrow table, never by way of pandas."""
    with _known_warnings():
        for table in expression.op().find(ops.InMemoryTable):
            register_arrow(connection, table.data.to_pyarrow(table.schema), table.name)
        return connection.raw_sql(connection.compile(expression)).toArrow()


def _plain(table: pa.Table) -> pa.Table:
    """Return a table in the types that Spark knows: no dictionaries, no unsigned integers, no nanoseconds."""
    return table.cast(pa.schema([field.with_type(_plain_type(field.type)) for field in table.schema]), safe=False)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_unsigned_integer(kind):
        return pa.int64()
    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    return kind
