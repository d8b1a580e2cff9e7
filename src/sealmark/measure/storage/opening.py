"""Open a store as one table on either engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from sealmark.core.errors import did_you_mean
from sealmark.measure.engine import open_files, open_table
from sealmark.measure.storage.layout import Store, read_catalog, store_problem

__all__ = ["names_of", "open_store"]


def open_store(
    path: Path | str,
    *,
    waves: Sequence[str] | None = None,
    names: bool = False,
    connection: ibis.BaseBackend | None = None,
) -> ir.Table:
    """Return the answers of a store as an Ibis table, one row per response.

    Only files that the catalog lists are read. Waves, organizations and codes
    are whole numbers; :func:`names_of` has their names.

    Args:
        path: The store's folder.
        waves: Names of the waves wanted; all when absent.
        names: Put names in the place of the keys, by joining them: easier to read, slower to group.
        connection: From :func:`sealmark.measure.connect`; as in :func:`sealmark.measure.open_table` when absent.

    Raises:
        SealmarkError: SM481 the folder is no store, a file is missing, or it has no such wave.
    """
    folder = Path(path)
    store = read_catalog(folder)
    chosen = [wave for wave in store.waves if waves is None or wave.name in waves]
    _require(store, waves)
    table = open_files([folder / wave.file for wave in chosen], connection=connection)
    return _named(table, store, folder) if names else table


def names_of(path: Path | str) -> dict[str, dict[int, str]]:
    """Return the names behind the keys of a store, by column.

    Raises:
        SealmarkError: SM481 the folder is no store, or a file is missing.
    """
    folder = Path(path)
    found: dict[str, dict[int, str]] = {}
    for column in read_catalog(folder).columns:
        if column.dimension is not None:
            rows: Mapping[str, list[object]] = pq.read_table(folder / column.dimension).to_pydict()
            found[column.name] = dict(zip(rows["key"], rows["name"], strict=True))  # type: ignore[arg-type]
    return found


def _require(store: Store, waves: Sequence[str] | None) -> None:
    legal = [wave.name for wave in store.waves]
    for name in waves or ():
        if name not in legal:
            raise store_problem(f'The store has no wave "{name}".', "", did_you_mean(name, legal))


def _named(table: ir.Table, store: Store, folder: Path) -> ir.Table:
    order = table.columns
    for column in store.columns:
        if column.dimension is not None:
            side = open_table(folder / column.dimension, connection=table.get_backend())
            side = side.select(sm_key=side["key"], sm_name=side["name"])
            joined = table.left_join(side, table[column.name] == side["sm_key"])
            table = joined.mutate(**{column.name: joined["sm_name"]}).drop("sm_key", "sm_name")
    return table.select(*order)
