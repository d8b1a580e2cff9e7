"""More than memory holds, in batches: results of DuckDB as they come, tables that are made while they are read."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from sealmark.measure.compiled import compiled_queries
from sealmark.measure.engine import enough_memory, open_table, register_given
from sealmark.measure.plain_text import readable

__all__ = ["fed_table", "spill_folder", "stream"]

_BATCH = 1_000_000
# What DuckDB says when no folder was named.
_UNNAMED = ("", ".tmp")


def stream(expression: ir.Table) -> Iterator[pa.RecordBatch]:
    """Return the result of an Ibis expression on DuckDB batch by batch, as it comes, in any order of rows.

    Nothing else may be asked of the engine until the last batch is there.

    Raises:
        SealmarkError: SM482 and SM402 as :func:`fetch` raises them.
    """
    backend = expression.get_backend()
    register_given(expression, backend)
    query = compiled_queries.sql(expression, backend)
    with enough_memory(), readable(), _streaming():
        yield from backend.con.sql(query).to_arrow_reader(_BATCH)


@contextlib.contextmanager
def _streaming() -> Iterator[None]:
    """Turn what Arrow makes of an error of DuckDB back into one."""
    try:
        yield
    except OSError as error:
        kind = duckdb.OutOfMemoryException if "Out of Memory" in str(error) else duckdb.InvalidInputException
        raise kind(str(error)) from error


@contextlib.contextmanager
def fed_table(schema: pa.Schema, batches: Iterator[pa.RecordBatch], connection: ibis.BaseBackend) -> Iterator[ir.Table]:
    """Yield a table of DuckDB over batches that are made when they are asked for; it can be read once.

    What is raised while a batch is made, is raised here, not what DuckDB makes of it.
    """
    name, failures = ibis.util.gen_name("fed"), list[BaseException]()

    def noted() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except (Exception, KeyboardInterrupt) as error:
            failures.append(error)
            raise

    table = open_table(schema.empty_table(), connection=connection, name=name)
    connection.con.register(name, pa.RecordBatchReader.from_batches(schema, noted()))
    try:
        yield table
    except duckdb.Error as error:
        raise (failures or [error])[0] from None
    finally:
        connection.con.unregister(name)


def spill_folder(table: ir.Table) -> Path:
    """Return the folder that DuckDB spills to, or the nearest one above that is there; by default the system's."""
    ((named,),) = table.get_backend().con.execute("SELECT current_setting('temp_directory')").fetchall()
    if named in _UNNAMED:
        return Path(tempfile.gettempdir())
    folder = Path(named).absolute()
    return next(place for place in (folder, *folder.parents) if place.is_dir())
