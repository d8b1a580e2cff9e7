"""Questions that every page asks, put into SQL once per process: the words stay the ORM's, only the values change.

Putting a question into SQL costs several times what the database needs to answer it from an index.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BinaryField, QuerySet, UUIDField

__all__ = ["Prepared"]

Value = uuid.UUID | dt.date | int | str | bytes


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    params: tuple[Any, ...]
    places: tuple[int | None, ...]
    converters: dict[int, Any]


class Prepared:
    """A question with places for ids, days, numbers, texts and bytes.

    Args:
        question: Returns ``values_list`` of a queryset for stand-ins of the values; it is called once.
        kinds: Of the values, in their order: ``UUID``, ``date``, ``int``, ``str`` or ``bytes``.
    """

    def __init__(self, question: Callable[..., QuerySet[Any, Any]], *kinds: type[Value]) -> None:
        self._question, self._kinds = question, kinds
        self._kept: dict[str, _Statement] = {}

    def rows(self, *values: Value) -> list[tuple[Any, ...]]:
        """Return the rows for some values, each column as the model gives it."""
        known = self._kept.get(connection.vendor) or self._prepare()
        given = [_adapted(value) for value in values]
        params = [
            param if place is None else given[place] for param, place in zip(known.params, known.places, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(known.sql, params)
            found = cursor.fetchall()
        return [_converted(row, known.converters) for row in found] if known.converters else found

    def _prepare(self) -> _Statement:
        # Values that occur in no question: where they come back among the parameters, the real ones go.
        stand_ins = [_stand_in(kind, place) for place, kind in enumerate(self._kinds)]
        compiler = self._question(*stand_ins).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        marks = [_plain(_adapted(one)) for one in stand_ins]
        plain = [_plain(param) for param in params]
        places = tuple(marks.index(param) if param in marks else None for param in plain)
        if {place for place in places if place is not None} != set(range(len(marks))):
            raise ValueError("A value has no place in the question.")
        converters = compiler.get_converters([column for column, _sql, _name in compiler.select])
        known = self._kept[connection.vendor] = _Statement(sql, tuple(params), places, converters)
        return known


def _stand_in(kind: type[Value], place: int) -> Value:
    if kind is uuid.UUID:
        return uuid.UUID(int=(0xFACE << 112) + place)
    if kind is str:
        return f"a text of no question {place}"
    if kind is bytes:
        return b"bytes of no question %d" % place
    return dt.date(1, 1, 1 + place) if kind is dt.date else 0x5ACE_0000 + place


def _adapted(value: Value) -> Any:
    if isinstance(value, int | str):
        return value
    if isinstance(value, bytes):
        return _BYTES.get_db_prep_value(value, connection)
    if isinstance(value, uuid.UUID):
        return _ID.get_db_prep_value(value, connection)
    return connection.ops.adapt_datefield_value(value)


def _plain(param: Any) -> Any:
    """Return what can be compared: PostgreSQL's wrapper of bytes cannot."""
    return getattr(param, "obj", param)


def _converted(row: Sequence[Any], converters: dict[int, Any]) -> tuple[Any, ...]:
    found = list(row)
    for place, (functions, column) in converters.items():
        for function in functions:
            found[place] = function(found[place], column, connection)
    return tuple(found)


_ID: UUIDField[Any, Any] = UUIDField()
_BYTES: BinaryField[Any, Any] = BinaryField()
