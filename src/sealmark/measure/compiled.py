"""SQL of earlier queries: what was compiled once for one table serves every other table of the same shape.

Translating an expression costs as much as DuckDB needs to answer it for a few hundred rows. An edition asks
the same questions of every case, so their SQL is kept, with places for the names of the tables. The key is
the whole expression with the types of its columns; what stands in the tables is no part of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.common.graph import Node
from ibis.expr.datatypes import DataType
from ibis.expr.schema import Schema

__all__ = ["MOST_CHARACTERS", "CompiledQueries", "Shape", "compiled_queries", "shape_of"]

MOST_CHARACTERS = 20_000_000
"""SQL that is kept at the most; the queries of an edition take a few hundred thousand."""

# Names that Ibis makes up stand nowhere in a query but where a table is named.
_FREE_NAME = re.compile(r"ibis_\w+_[a-z0-9]{20,}\Z")

_Parts: TypeAlias = "tuple[str | int, ...]"
_One = TypeVar("_One")


@dataclass(frozen=True)
class Shape:
    """What fixes the SQL of an expression but for the names of its tables.

    Attributes:
        digest: Of the expression with numbers in the place of tables.
        tables: The names of the tables, in the order of their numbers.
    """

    digest: bytes
    tables: tuple[str, ...]


class CompiledQueries:
    """A bounded memory of SQL, used longest ago forgotten first; threads may share it.

    Attributes:
        hits: How often the SQL was there.
        misses: How often an expression was compiled.
    """

    def __init__(self, most_characters: int = MOST_CHARACTERS) -> None:
        self.hits = self.misses = 0
        self._most = most_characters
        self._size = 0
        self._kept: OrderedDict[tuple[str, bytes], _Parts] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many queries are kept."""
        return len(self._kept)

    def sql(self, expression: ir.Table, backend: ibis.BaseBackend) -> str:
        """Return the SQL of an expression, as ``backend.compile(expression)`` does.

        Args:
            expression: Over tables of the backend.
            backend: A connection; connections to one engine share what is kept.

        Example:
            >>> from sealmark.measure.engine import connect, open_table
            >>> import pyarrow as pa
            >>> kept, engine = CompiledQueries(), connect()
            >>> for values in ([1, 2], [3, 4]):
            ...     table = open_table(pa.table({"q": values}), connection=engine)
            ...     print(engine.con.sql(kept.sql(table.aggregate(s=table.q.sum()), engine)).fetchone())
            (3,)
            (7,)
            >>> kept.hits, kept.misses
            (1, 1)
        """
        shape = shape_of(expression)
        key = (backend.name, shape.digest) if shape else None
        parts = self._found(key) if key else None
        if parts is not None and shape is not None:
            return "".join(part if isinstance(part, str) else shape.tables[part] for part in parts)
        sql: str = backend.compile(expression)
        if key and shape:
            self._keep(key, _parts(sql, shape.tables))
        return sql

    def _found(self, key: tuple[str, bytes]) -> _Parts | None:
        with self._lock:
            parts = self._kept.get(key)
            if parts is None:
                self.misses += 1
                return None
            self.hits += 1
            self._kept.move_to_end(key)
            return parts

    def _keep(self, key: tuple[str, bytes], parts: _Parts) -> None:
        with self._lock:
            self._size += _length(parts) - _length(self._kept.pop(key, ()))
            self._kept[key] = parts
            while self._size > self._most:
                self._size -= _length(self._kept.popitem(last=False)[1])


compiled_queries = CompiledQueries()
"""What :func:`sealmark.measure.engine.fetch` uses: one memory per process."""


def shape_of(expression: ir.Table) -> Shape | None:
    """Return what fixes the SQL of an expression; None where that cannot be told for certain.

    It cannot where a table has a name of the caller's choice, which might stand elsewhere in the SQL,
    or where a part of the expression is of a kind not known here.
    """
    description = _Description()
    try:
        text = description.of(expression.op())
    except _UnknownPartError:
        return None
    names = tuple(description.tables)
    if not all(_FREE_NAME.match(name) and name not in text for name in names):
        return None
    return Shape(hashlib.sha256(text.encode()).digest(), names)


class _UnknownPartError(Exception):
    """A part of an expression that may hold more than its text says."""


class _Description:
    """Writes an expression down node by node, those below first; tables become numbers."""

    def __init__(self) -> None:
        self.tables: list[str] = []
        self._views: list[int | None] = []
        self._numbers: dict[int, int] = {}

    def of(self, root: Node) -> str:
        lines: list[str] = []
        waiting = [root]
        while waiting:
            node = waiting[-1]
            below = [child for child in node.__children__ if id(child) not in self._numbers]
            if below and id(node) not in self._numbers:
                waiting += below
                continue
            waiting.pop()
            if id(node) not in self._numbers:
                lines.append(self._line(node))
                self._numbers[id(node)] = len(self._numbers)
        return "\n".join(lines)

    def _line(self, node: Node) -> str:
        if isinstance(node, ops.DatabaseTable):
            place = f"{node.namespace.catalog!r} {node.namespace.database!r}"
            return f"table {_place(node.name, self.tables)} {place} {self.text(node.schema)}"
        if isinstance(node, ops.InMemoryTable):
            return f"rows {_place(node.name, self.tables)} {self.text(node.schema)}"
        if isinstance(node, ops.SelfReference):
            # Ibis numbers views as long as the process lives; the number stands nowhere in the SQL.
            return f"view {_place(node.identifier, self._views)} {self.text(node.parent)}"
        return f"{_number_of(type(node))}({self.listed(node.__args__)})"

    def listed(self, values: Any) -> str:
        """Return several values."""
        return ",".join([self.text(value) for value in values])

    def text(self, value: Any) -> str:
        """Return what a value is, so that unequal values never read the same."""
        kind = type(value)
        if kind in _EXACT:
            return repr(value)
        if isinstance(value, Node) and id(value) in self._numbers:
            return f"#{self._numbers[id(value)]}"
        if isinstance(value, DataType):
            return _type_text(value)
        for known, text in _KINDS:
            if isinstance(value, known):
                return text(self, value)
        raise _UnknownPartError

    def mapping(self, value: Any) -> str:
        """Return the pairs of a mapping."""
        return "{" + ",".join([f"{self.text(key)}:{self.text(item)}" for key, item in value.items()]) + "}"


def _place(one: _One, among: list[_One]) -> int:
    """Return the place of the one in a list, to which it is added when it is new."""
    if one not in among:
        among.append(one)
    return among.index(one)


_EXACT = frozenset({str, int, float, bool, bytes, type(None), Decimal, dt.date, dt.time, dt.timedelta})
"""Values of these types are wholly told by their ``repr``."""

_KINDS: tuple[tuple[type, Callable[[_Description, Any], str]], ...] = (
    (tuple, lambda own, value: f"({own.listed(value)})"),
    (Schema, lambda own, value: own.mapping(value)),
    (dict, lambda own, value: own.mapping(value)),
    (frozenset, lambda own, value: f"<{','.join(sorted(own.text(item) for item in value))}>"),
    (Enum, lambda _, value: f"{_number_of(type(value))}.{value.name}"),
    (dt.datetime, lambda _, value: value.isoformat()),
)

_classes: dict[type, int] = {}
_classes_lock = threading.Lock()


def _number_of(kind: type) -> int:
    """Return a number that stands for a class as long as the process lives: two classes may share a name."""
    with _classes_lock:
        return _classes.setdefault(kind, len(_classes))


@lru_cache(maxsize=1000)
def _type_text(kind: DataType) -> str:
    return repr(kind)


def _parts(sql: str, tables: tuple[str, ...]) -> _Parts:
    """Return the SQL cut where tables are named, with their numbers in these places."""
    if not tables:
        return (sql,)
    numbers = {name: index for index, name in enumerate(tables)}
    pieces = re.split("(" + "|".join(map(re.escape, tables)) + ")", sql)
    return tuple(numbers.get(piece, piece) for piece in pieces)


def _length(parts: _Parts) -> int:
    return sum(len(part) for part in parts if isinstance(part, str))
