"""Fill a store: import files by their mapping, sort, number the names, write, and then switch over.

Everything is written beside the store first. The catalog, replaced in one step
at the end, decides what belongs to the store: an interrupt at any moment
leaves the store as it was.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sealmark.core.canonical import digest_file
from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.measure.engine import connect, enough_memory, use_limits
from sealmark.measure.imports.importing import staged_import
from sealmark.measure.imports.mapping import ImportMapping
from sealmark.measure.imports.profile import Reconciliation
from sealmark.measure.imports.reading import literal, quoted
from sealmark.measure.storage.layout import (
    CATALOG,
    FORMAT,
    Role,
    Store,
    StoreColumn,
    StoreImport,
    StoreWave,
    columns_of,
    is_store,
    read_catalog,
    store_problem,
)
from sealmark.measure.storage.watching import Step, Tell, watched

if TYPE_CHECKING:
    import duckdb

__all__ = ["Filled", "Roles", "Work", "fill_store"]

ROW_GROUP = 122_880
_TYPES = {
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMPTZ",
    "text": "VARCHAR",
}
_NOT_TEXT = {b"PK", b"PA", b"\x1f\x8b"}
_SOME_LINES = 10
_SORTED = {"organization", "stratum", "cluster"}
_WAVE_OF_LABEL = StoreColumn(name="wave", source="", kind="key", role="wave")


@dataclass(frozen=True)
class Roles:
    """Which column of the mapping is what.

    Attributes:
        wave: Column that names the wave of a row, or
        wave_label: the name of the one wave that all rows belong to.
        organization: Column that names who was judged; rows are sorted by it.
        stratum: Then by this one,
        cluster: and by this one.
        weight: Stored as a double.
    """

    wave: str | None = None
    wave_label: str | None = None
    organization: str | None = None
    stratum: str | None = None
    cluster: str | None = None
    weight: str | None = None

    @property
    def by_column(self) -> dict[str, Role]:
        """The roles by target name of the mapping."""
        named: dict[Role, str | None] = {
            "wave": self.wave,
            "organization": self.organization,
            "stratum": self.stratum,
            "cluster": self.cluster,
            "weight": self.weight,
        }
        return {name: role for role, name in named.items() if name is not None}


@dataclass(frozen=True)
class Work:
    """How an import may work.

    Attributes:
        replace: Waves that the store already has are written anew.
        dry_run: Everything is read and checked, nothing is kept.
        memory_limit: For example ``2GB``; the rest is spilled.
        temporary: Where to spill.
        tell: Told how far it has come.
    """

    replace: bool = False
    dry_run: bool = False
    memory_limit: str | None = None
    temporary: Path | None = None
    tell: Tell | None = None


@dataclass(frozen=True)
class Filled:
    """What an import did.

    Attributes:
        store: The catalog as it is now, or would be after a dry run.
        waves: The waves written.
        reconciliations: Where the rows of each file went.
        warnings: What deserves a look.
    """

    store: Store
    waves: tuple[StoreWave, ...]
    reconciliations: tuple[Reconciliation, ...]
    warnings: tuple[str, ...] = field(default=())


def fill_store(
    sources: Sequence[Path], mapping: ImportMapping, out: Path, *, roles: Roles, work: Work | None = None
) -> Filled:
    """Import files into a store, a new one or one that gets further waves.

    Args:
        sources: Files that one mapping fits.
        mapping: From :func:`sealmark.measure.imports.mapping.read_mapping`.
        out: The store's folder.
        roles: Which column is what.
        work: Limits and listeners.

    Raises:
        SealmarkError: SM331 to SM340 for the files, SM480 a wave is already there, SM481 the import does not fit
            the store, SM482 memory or disk does not suffice.
    """
    work = work or Work()
    before = _before(out)
    columns = _columns(mapping, roles)
    if before is not None:
        _require_same(before, columns, out)
    limits = use_limits(work.memory_limit, work.temporary)
    with enough_memory(), _written(), limits as engines, _beside(out) as folder:
        filling = _Filling(folder, columns, out if before else None, (work, engines))
        parts = [filling.stage(Path(source), mapping, roles.wave_label) for source in sources]
        waves = filling.write(before)
        store = _catalog(before, columns, waves, [part.described(waves) for part in parts])
        if not work.dry_run:
            _switch(folder, out, before, store)
    found = tuple(part.reconciliation for part in parts)
    return Filled(store, tuple(waves), found, tuple(text for part in parts for text in part.warnings))


def _before(out: Path) -> Store | None:
    """Return the catalog of the store that is there; a folder with other things in it is refused."""
    if is_store(out):
        return read_catalog(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        what = f'"{out.name}" is there and is no store.'
        raise store_problem(what, str(out), "Name a new folder, or a store.")
    if not out.absolute().parent.is_dir():
        raise store_problem(f'There is no folder to put "{out.name}" in.', str(out), "Make the folder above first.")
    return None


def _columns(mapping: ImportMapping, roles: Roles) -> tuple[StoreColumn, ...]:
    rules = mapping.rules
    if mapping.events is not None:
        what = "A store holds one row per row of the export, but this mapping makes cases of events."
        raise store_problem(what, "", "Measure the event log with its mapping.")
    if (roles.wave is None) == (roles.wave_label is None):
        what = "An import needs either the column that names the wave or one label for all rows."
        raise store_problem(what, "", f"Give one of them. Columns: {', '.join(sorted(rules))}.")
    named = [name for name in (roles.wave, roles.organization, roles.stratum, roles.cluster, roles.weight) if name]
    for name in sorted({name for name in named if named.count(name) > 1}):
        raise store_problem(f'The column "{name}" has two roles.', "", "Name it once: a column is stored once.")
    problems = [
        Problem("SM481", f'The mapping has no column "{name}" for the {role}.', fix=did_you_mean(name, rules))
        for name, role in roles.by_column.items()
        if name not in rules
    ]
    if problems:
        raise SealmarkError(*problems)
    columns = columns_of(rules, roles.by_column)
    if roles.wave_label is not None:
        columns = (_WAVE_OF_LABEL, *columns)
    names = [column.name for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        what = f"Two columns would be called {', '.join(twice)} in the store."
        raise store_problem(what, "", "Give the other column of this name another name in the mapping.")
    return columns


def _require_same(before: Store, columns: Sequence[StoreColumn], out: Path) -> None:
    """Refuse an import whose columns are not those of the store."""
    old = {column.name: (column.kind, column.role, column.lowest, column.highest) for column in before.columns}
    new = {column.name: (column.kind, column.role, column.lowest, column.highest) for column in columns}
    differing = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if differing:
        what = f"The import does not fit the store: {', '.join(differing)} is another column, or missing."
        fix = "Use the mapping and the options of the first import, or a new folder."
        raise store_problem(what, str(out / CATALOG), fix)


@contextlib.contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """Give a folder on the same disk as the store, which is gone afterwards whatever happens."""
    with tempfile.TemporaryDirectory(
        prefix=f".{out.name}.importing-", dir=out.absolute().parent, ignore_cleanup_errors=True
    ) as name:
        folder = Path(name) / "store"
        (folder / "dimensions").mkdir(parents=True)
        yield folder


@contextlib.contextmanager
def _written() -> Iterator[None]:
    """Tell in a sentence that DuckDB cannot write a file (SM482)."""
    import duckdb

    try:
        yield
    except duckdb.IOException as error:
        what = f"A file cannot be written: {str(error).splitlines()[0]}"
        raise SealmarkError(Problem("SM482", what, fix="Make room, or name another folder.")) from error


@dataclass(frozen=True)
class _Part:
    """One imported file, staged as Parquet."""

    source: Path
    reconciliation: Reconciliation
    warnings: tuple[str, ...]
    waves: frozenset[str]

    def described(self, waves: Sequence[StoreWave]) -> StoreImport:
        aside: dict[str, int] = {}
        for item in self.reconciliation.set_aside:
            aside[item.reason] = aside.get(item.reason, 0) + item.rows
        return StoreImport(
            file=self.source.name,
            digest=digest_file(self.source),
            rows_in=self.reconciliation.rows_in,
            rows_used=self.reconciliation.rows_used,
            set_aside=aside,
            waves=tuple(wave.key for wave in waves if wave.name in self.waves),
        )


class _Filling:
    """The steps of one import; its state is the files in its folder."""

    def __init__(
        self, folder: Path, columns: Sequence[StoreColumn], store: Path | None, work: tuple[Work, Sequence[Any]]
    ) -> None:
        self.folder = folder
        self.columns = columns
        self.store = store
        self.work, self.engines = work
        self.staged: list[Path] = []

    def stage(self, source: Path, mapping: ImportMapping, label: str | None) -> _Part:
        """Import one file into a Parquet file of its own, still with names."""
        target = self.folder.parent / f"staged-{len(self.staged)}.parquet"
        with contextlib.ExitStack() as stack:
            # The parts of reading: load, look for copies, check the cells, keep the rows, lay out the result.
            step = Step(f"reading {source.name}", 0.0, _expected_rows(source))
            with watched(self.engines, step, self.work.tell, queries=5):
                part = stack.enter_context(staged_import(source, mapping))
            if label is not None:
                part.connection.execute(f"ALTER TABLE result ADD COLUMN wave VARCHAR DEFAULT {literal(label)}")
            step = Step(f"staging {source.name}", 0.0, part.reconciliation.records)
            with watched(self.engines, step, self.work.tell):
                part.connection.execute(f"COPY result TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)")
            wave = quoted(self._wave.source or "wave")
            found = part.connection.execute(f"SELECT DISTINCT {wave}::VARCHAR FROM result").fetchall()  # noqa: S608
        if any(name is None for (name,) in found):
            fix = "Fill the column, or set these rows aside with a reason in the mapping."
            raise store_problem("Rows have no wave.", source.name, fix)
        self.staged.append(target)
        return _Part(source, part.reconciliation, part.warnings, frozenset(name for (name,) in found))

    def write(self, before: Store | None) -> list[StoreWave]:
        """Write names and waves into the folder; return the waves."""
        connection = connect(threads=os.cpu_count() or 1).con
        try:
            connection.execute("SET TimeZone = 'UTC'")
            listed = ", ".join(literal(str(path)) for path in self.staged)
            places = "filename = 'sm_file', file_row_number = true"
            connection.execute(f"CREATE VIEW staged AS SELECT * FROM read_parquet([{listed}], {places})")  # noqa: S608
            for column in self.columns:
                if column.dimension is not None:
                    self._number_names(connection, column)
            self._check_values(connection)
            return self._waves(connection, before)
        finally:
            connection.close()

    @property
    def _wave(self) -> StoreColumn:
        return next(column for column in self.columns if column.role == "wave")

    def _number_names(self, connection: duckdb.DuckDBPyConnection, column: StoreColumn) -> None:
        """Give every new name the next free key, in the order of the names, and write the names."""
        table, source = quoted(f"names of {column.name}"), quoted(column.source or column.name)
        old = f"SELECT NULL::INTEGER AS {quoted('key')}, NULL::VARCHAR AS name LIMIT 0"
        if self.store is not None:
            old = f"SELECT * FROM read_parquet({literal(str(self.store / str(column.dimension)))})"  # noqa: S608
        connection.execute(f"CREATE TABLE {table} AS {old}")
        connection.execute(
            f"INSERT INTO {table} SELECT (SELECT coalesce(max({quoted('key')}), 0) FROM {table})"  # noqa: S608
            f" + row_number() OVER (ORDER BY name), name FROM (SELECT DISTINCT {source}::VARCHAR AS name FROM staged)"
            f" WHERE name IS NOT NULL AND name NOT IN (SELECT name FROM {table})"
        )
        target = self.folder / str(column.dimension)
        order = f"SELECT * FROM {table} ORDER BY {quoted('key')}"  # noqa: S608
        connection.execute(f"COPY ({order}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)")

    def _check_values(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Refuse whole numbers that their column cannot hold."""
        narrow = [column for column in self.columns if column.kind in {"int16", "int32"}]
        if not narrow:
            return
        tests = ", ".join(
            f"count(*) - count(TRY_CAST({quoted(column.source)} AS {_TYPES[column.kind]}))"
            f" - (count(*) - count({quoted(column.source)}))"
            for column in narrow
        )
        counts = connection.execute(f"SELECT {tests} FROM staged").fetchone() or ()  # noqa: S608
        fix = "Give the column the type text, so that the store numbers its values."
        problems = [
            Problem("SM481", f'{count:,} values of "{column.source}" do not fit its {column.kind}.', fix=fix)
            for column, count in zip(narrow, counts, strict=True)
            if count
        ]
        if problems:
            raise SealmarkError(*problems)

    def _waves(self, connection: duckdb.DuckDBPyConnection, before: Store | None) -> list[StoreWave]:
        found = connection.execute(self._wave_query()).fetchall()
        old = {wave.key: wave for wave in before.waves} if before else {}
        taken = [name for key, name, _ in found if key in old]
        if taken and not self.work.replace:
            what = f"The store already has the {'wave' if len(taken) == 1 else 'waves'} {', '.join(taken)}."
            fix = "Give --replace to write them anew; with --dry-run you see first what would happen."
            raise SealmarkError(Problem("SM480", what, str(self.store), fix))
        return [self._write_wave(connection, (key, name, rows), old.get(key)) for key, name, rows in found]

    def _wave_query(self) -> str:
        column = self._wave
        source = quoted(column.source or "wave")
        if column.dimension is None:
            return f"SELECT {source}::INTEGER, {source}::VARCHAR, count(*) FROM staged GROUP BY 1, 2 ORDER BY 1"  # noqa: S608
        return (
            f"SELECT n.key, n.name, count(*) FROM staged JOIN {quoted('names of wave')} n"  # noqa: S608
            f" ON n.name = {source}::VARCHAR GROUP BY 1, 2 ORDER BY 1"
        )

    def _write_wave(
        self, connection: duckdb.DuckDBPyConnection, wave: tuple[int, str, int], old: StoreWave | None
    ) -> StoreWave:
        key, name, rows = wave
        # A wave that is replaced gets another file name, so that the store stays whole until the catalog changes.
        number = int(Path(old.file).stem.removeprefix("part-")) + 1 if old else 0
        file = f"responses/wave={key}/part-{number}.parquet"
        target = self.folder / file
        target.parent.mkdir(parents=True)
        sql = f"COPY ({self._select(name)}) TO {literal(str(target))}"
        with watched(self.engines, Step(f"writing wave {name}", 0.0, rows), self.work.tell):
            connection.execute(f"{sql} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})")
        names = [column.name for column in self.columns]
        counts = ", ".join(f"count({quoted(column)})" for column in names)
        found = connection.execute(f"SELECT {counts} FROM read_parquet({literal(str(target))})").fetchone() or ()  # noqa: S608
        answers = dict(zip(names, found, strict=True))
        return StoreWave(key=key, name=name, file=file, rows=rows, digest=digest_file(target), answers=answers)

    def _select(self, wave: str) -> str:
        """Return the query for one wave: names as keys, narrow types, sorted."""
        parts, joins = [], []
        for index, column in enumerate(self.columns):
            source = f"staged.{quoted(column.source or column.name)}"
            if column.dimension is not None:
                table = quoted(f"names of {column.name}")
                joins.append(f"LEFT JOIN {table} n{index} ON n{index}.name = {source}::VARCHAR")
                parts.append(f"n{index}.key AS {quoted(column.name)}")
            else:
                parts.append(f"{source}::{_TYPES[column.kind]} AS {quoted(column.name)}")
        order = [quoted(column.name) for column in self.columns if column.role in _SORTED]
        source = f"staged.{quoted(self._wave.source or 'wave')}::VARCHAR"
        return (
            f"SELECT {', '.join(parts)} FROM staged {' '.join(joins)} WHERE {source} = {literal(wave)}"  # noqa: S608
            f" ORDER BY {', '.join([*order, 'sm_file', 'file_row_number'])}"
        )


def _expected_rows(source: Path) -> int:
    """Return about how many rows a text file has, by its first lines; 0 where that says nothing."""
    with source.open("rb") as stream:
        head = stream.read(1 << 16)
    lines = head.count(b"\n")
    return 0 if head[:2] in _NOT_TEXT or lines < _SOME_LINES else round(source.stat().st_size * lines / len(head))


def _catalog(
    before: Store | None, columns: Sequence[StoreColumn], waves: Sequence[StoreWave], imports: Sequence[StoreImport]
) -> Store:
    kept = {wave.key: wave for wave in before.waves} if before else {}
    kept |= {wave.key: wave for wave in waves}
    earlier = before.imports if before else ()
    return Store(
        format=FORMAT,
        columns=tuple(columns),
        waves=tuple(kept[key] for key in sorted(kept)),
        imports=(*earlier, *imports),
    )


def _switch(folder: Path, out: Path, before: Store | None, store: Store) -> None:
    """Put the new files in their places; the catalog, last, makes them count."""
    (folder / CATALOG).write_text(store.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if before is None:
        if out.is_dir():
            out.rmdir()
        folder.rename(out)
        return
    if read_catalog(out) != before:
        fix = "Import again: the other import has finished."
        raise store_problem("Another import has changed the store meanwhile.", str(out), fix)
    placed: list[Path] = []
    try:
        for path in sorted((folder / "responses").rglob("*.parquet")):
            target = out / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            placed.append(target)
            path.replace(target)
        # Names are only ever added, so that the waves that are there keep their keys.
        for path in (folder / "dimensions").iterdir():
            path.replace(out / "dimensions" / path.name)
        (folder / CATALOG).replace(out / CATALOG)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise
    _clear(out, store)


def _clear(out: Path, store: Store) -> None:
    """Remove files of answers that the catalog no longer lists."""
    listed = {out / wave.file for wave in store.waves}
    for path in (out / "responses").rglob("*.parquet"):
        if path not in listed:
            path.unlink()
    for path in (out / "responses").iterdir():
        if not any(path.iterdir()):
            shutil.rmtree(path)
