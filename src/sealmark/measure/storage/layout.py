"""What a store looks like: ``store.json``, one Parquet file per wave, small tables of names.

::

    store/
      store.json                           columns, waves, digests: what it does not list does not belong to the store
      responses/wave=3/part-0.parquet      sorted by organization, stratum and cluster
      dimensions/organization.parquet      key and name

Text that names something (a wave, an organization, a code) is stored once, as a
name with a whole number for its key. The answers themselves are small integers.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.imports.mapping import ColumnRule

__all__ = [
    "CATALOG", "FORMAT", "Kind", "Role", "Store", "StoreColumn", "StoreImport", "StoreWave", "columns_of", "is_store",
    "read_catalog", "store_problem",
]  # fmt: skip

FORMAT = "sealmark-store/1"
CATALOG = "store.json"
SMALL = (-32_768, 32_767)

Kind = Literal["int16", "int32", "int64", "double", "boolean", "text", "date", "timestamp", "key"]
Role = Literal["wave", "organization", "stratum", "cluster", "weight", "item"]

_KINDS: dict[str, Kind] = {
    "decimal": "double",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
    "code": "key",
    "text": "text",
}
# What one sorts and groups by is a whole number, whatever the export has.
_KEYED = ("wave", "organization", "stratum", "cluster")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoreColumn(_Part):
    """One column.

    Attributes:
        name: In the store.
        source: In the mapping; empty when the wave was given as a label.
        kind: How it is stored; ``key`` stands for a name in ``dimensions/``.
        role: What it is for.
        lowest: Smallest legal value, where the mapping has one.
        highest: Largest legal value, where the mapping has one.
    """

    name: str
    source: str
    kind: Kind
    role: Role
    lowest: float | None = None
    highest: float | None = None

    @property
    def dimension(self) -> str | None:
        """Where the names of a key stand, below the store."""
        return f"dimensions/{self.name}.parquet" if self.kind == "key" else None


class StoreWave(_Part):
    """One wave.

    Attributes:
        key: Its number, in the folder's name and in the column ``wave``.
        name: What the export calls it.
        file: Below the store.
        rows: How many.
        digest: SHA-256 of the file.
        answers: Values that are there, by column.
    """

    key: int
    name: str
    file: str
    rows: int
    digest: str
    answers: dict[str, int]


class StoreImport(_Part):
    """One file that was imported, and where its rows went.

    Attributes:
        file: Its name.
        digest: SHA-256.
        rows_in: Rows of data in the file.
        rows_used: Rows behind the store.
        set_aside: The others, by reason.
        waves: Keys of the waves its rows went to.
    """

    file: str
    digest: str
    rows_in: int
    rows_used: int
    set_aside: dict[str, int]
    waves: tuple[int, ...]


class Store(_Part):
    """The catalog of a store, ``store.json``.

    Attributes:
        format: ``sealmark-store/1``.
        columns: In the order of the files.
        waves: By key.
        imports: In the order of importing.
    """

    format: Literal["sealmark-store/1"]
    columns: tuple[StoreColumn, ...]
    waves: tuple[StoreWave, ...]
    imports: tuple[StoreImport, ...]


def store_problem(what: str, where: str, fix: str) -> SealmarkError:
    """Return the error for a store and an import that do not fit (SM481)."""
    return SealmarkError(Problem("SM481", what, where, fix))


def is_store(path: Path) -> bool:
    """Tell whether a folder is a store."""
    return (path / CATALOG).is_file()


def read_catalog(path: Path) -> Store:
    """Return the catalog of a store.

    Raises:
        SealmarkError: SM481 the folder is no store of this format, or a file is missing.
    """
    file = path / CATALOG
    try:
        store = Store.model_validate_json(file.read_bytes())
    except (OSError, ValueError) as error:
        what = f'The folder "{path.name}" is no store of the format {FORMAT}.'
        raise store_problem(what, str(file), "Make it with `sealmark measure import`.") from error
    wanted = [wave.file for wave in store.waves] + [column.dimension for column in store.columns if column.dimension]
    missing = [name for name in wanted if not (path / name).is_file()]
    if missing:
        what = f"The store lacks {', '.join(missing)}, which its catalog lists."
        raise store_problem(what, str(file), "Restore the files, or import again into a new folder.")
    return store


def columns_of(rules: dict[str, ColumnRule], roles: dict[str, Role]) -> tuple[StoreColumn, ...]:
    """Return the columns of a store for the columns of a mapping.

    Args:
        rules: By target name.
        roles: By target name; a column without one is an item.
    """
    found = [_column(name, rule, roles.get(name, "item")) for name, rule in rules.items()]
    order = ("wave", "organization", "stratum", "cluster", "weight", "item")
    return tuple(sorted(found, key=lambda column: order.index(column.role)))


def _column(source: str, rule: ColumnRule, role: Role) -> StoreColumn:
    lowest, highest = (float(bound) if isinstance(bound, Decimal) else None for bound in (rule.lowest, rule.highest))
    name = role if role in ("wave", "organization") else source
    return StoreColumn(
        name=name, source=source, kind=_kind(rule, role, lowest, highest), role=role, lowest=lowest, highest=highest
    )


def _kind(rule: ColumnRule, role: Role, lowest: float | None, highest: float | None) -> Kind:
    """Return how a column is stored: by its rule alone, so that every wave is stored alike."""
    if role == "weight":
        return "double"
    if rule.type != "whole":
        return "key" if role in _KEYED else _KINDS[rule.type]
    if role in _KEYED:
        return "int32"
    if lowest is None or highest is None:
        return "int64"
    return "int16" if SMALL[0] <= lowest and highest <= SMALL[1] else "int64"
