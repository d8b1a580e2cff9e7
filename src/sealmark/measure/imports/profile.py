"""What an import found: the profile of every column and the reconciliation of every row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sealmark.core.canonical import Json, to_json
from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.numbers import decimal_from_float
from sealmark.measure.imports.reading import quoted

if TYPE_CHECKING:
    import duckdb

__all__ = ["ColumnProfile", "Profile", "Reconciliation", "SetAside", "profile_table"]

# Above this number of different values a list of the commonest says little and may name persons.
_LISTED = 50
_TOP = 5
_MANY_MISSING = 0.5


@dataclass(frozen=True)
class ColumnProfile:
    """One column of the result.

    Attributes:
        name: Target name.
        type: The engine's type.
        count: Rows with a value.
        missing: Rows without.
        distinct: Different values.
        lowest: Smallest number, date or time; None for text.
        highest: Largest number, date or time; None for text.
        top: The commonest values and their counts, where there are few different ones.
        dropped: Cells counted as missing because the mapping says so, by kind.
    """

    name: str
    type: str
    count: int
    missing: int
    distinct: int
    lowest: str | None
    highest: str | None
    top: tuple[tuple[str, int], ...]
    dropped: Mapping[str, int]


@dataclass(frozen=True)
class Profile:
    """The quality of the imported data, column by column, and what deserves a look."""

    rows: int
    columns: tuple[ColumnProfile, ...]
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """Return the profile as plain JSON."""
        return _json(asdict(self))


@dataclass(frozen=True)
class SetAside:
    """Rows left out for one reason, the first five by row number."""

    kind: str
    reason: str
    rows: int
    first_rows: tuple[int, ...]


@dataclass(frozen=True)
class Reconciliation:
    """Where every row of the file went: rows in = rows used + rows set aside.

    Attributes:
        file: Name of the file.
        facts: How it was read.
        rows_in: Rows of data in the file.
        rows_used: Rows behind the result.
        set_aside: The others, by reason.
        records: Rows of the result; fewer than ``rows_used`` when events become cases.
    """

    file: str
    facts: Mapping[str, str | int]
    rows_in: int
    rows_used: int
    set_aside: tuple[SetAside, ...]
    records: int

    def __post_init__(self) -> None:
        aside = sum(part.rows for part in self.set_aside)
        if self.rows_in != self.rows_used + aside:
            what = f"{self.rows_in:,} rows came in, but {self.rows_used:,} were used and {aside:,} set aside."
            fix = "The import lost rows; please report this with the mapping."
            raise SealmarkError(Problem("SM340", what, self.file, fix))

    def to_json(self) -> dict[str, Json]:
        """Return the reconciliation as plain JSON."""
        return _json(asdict(self))


def _json(value: Mapping[str, object]) -> dict[str, Json]:
    return {key: to_json(item) for key, item in value.items()}


def profile_table(
    connection: duckdb.DuckDBPyConnection,
    view: str,
    *,
    dropped: Mapping[str, Mapping[str, int]],
    warnings: Sequence[str],
    as_of: dt.date | dt.datetime | None,
) -> Profile:
    """Return the profile of a table in the engine.

    Args:
        connection: Where the table lives.
        view: Its name.
        dropped: Per column, cells that were made missing, by kind.
        warnings: Warnings found earlier.
        as_of: The day of the evaluation; later dates are pointed out.
    """
    described = connection.execute(f"DESCRIBE {quoted(view)}").fetchall()
    columns = [_column(connection, view, (str(row[0]), str(row[1])), dropped.get(str(row[0]), {})) for row in described]
    rows = columns[0].count + columns[0].missing if columns else 0
    found = [*warnings, *(text for column in columns for text in _column_warnings(column, rows, as_of))]
    return Profile(rows, tuple(columns), tuple(found))


def _column(
    connection: duckdb.DuckDBPyConnection, view: str, column: tuple[str, str], dropped: Mapping[str, int]
) -> ColumnProfile:
    name, kind = column
    cell, shown = quoted(name), _shown_sql(quoted(name), kind)
    ordered = kind in {"BIGINT", "DOUBLE", "DATE"} or (kind.startswith("TIMESTAMP") and "[]" not in kind)
    limits = (
        f"min({_sorted_sql(cell, shown, kind)}), max({_sorted_sql(cell, shown, kind)})" if ordered else "NULL, NULL"
    )
    counts = f"count({cell}), count(*) - count({cell}), count(DISTINCT {cell})"
    row = connection.execute(f"SELECT {counts}, {limits} FROM {quoted(view)}").fetchone()  # noqa: S608
    count, missing, distinct, lowest, highest = row or (0, 0, 0, None, None)
    # Many different texts may be names of persons: they are not listed.
    listed = 0 < distinct <= (_LISTED if ordered else min(_LISTED, max(count // 2, 2))) and "[]" not in kind
    top: tuple[tuple[str, int], ...] = ()
    if listed:
        query = f"SELECT {shown}, count(*) FROM {quoted(view)} WHERE {cell} IS NOT NULL"  # noqa: S608
        found = connection.execute(f"{query} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_TOP}").fetchall()
        top = tuple((_shown(value) or "", int(number)) for value, number in found)
    return ColumnProfile(name, kind, count, missing, distinct, _shown(lowest), _shown(highest), top, dict(dropped))


def _shown_sql(cell: str, kind: str) -> str:
    if kind.startswith("TIMESTAMP"):
        return f"strftime({cell}, '%Y-%m-%dT%H:%M:%SZ')"
    return cell if kind == "DOUBLE" else f"{cell}::VARCHAR"


def _sorted_sql(cell: str, shown: str, kind: str) -> str:
    """Return SQL that sorts like the column and arrives as a plain value."""
    return shown if kind.startswith("TIMESTAMP") else cell


def _shown(value: object) -> str | None:
    if isinstance(value, float):
        return str(decimal_from_float(value)) if value == value else "nan"  # noqa: PLR0124
    return None if value is None else str(value)


def _column_warnings(column: ColumnProfile, rows: int, as_of: dt.date | dt.datetime | None) -> list[str]:
    found = []
    if rows and column.missing / rows > _MANY_MISSING:
        found.append(f"{column.name}: {column.missing:,} of {rows:,} values are missing.")
    if column.distinct == 1 and column.count > 1 and "[]" not in column.type:
        found.append(f"{column.name}: every value is the same.")
    dated = column.type == "DATE" or column.type.startswith("TIMESTAMP")
    if as_of is not None and dated and column.highest and column.highest[:10] > as_of.isoformat()[:10]:
        found.append(f"{column.name}: dates up to {column.highest[:10]} lie after {as_of.isoformat()[:10]}.")
    return found
