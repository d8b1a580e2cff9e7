"""Django's SQLite, with a queue before each transaction.

SQLite lets one write and has the others ask again after ever longer pauses: with
sixteen at once somebody pauses past every chance, until "database is locked". A
lock on a file beside the database lets them wait for each other instead; the
operating system gives it up when its process dies.
"""

from __future__ import annotations

import fcntl
import functools
import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.db.backends.sqlite3 import base

__all__ = ["DatabaseWrapper"]


@functools.lru_cache(maxsize=1_000)
def _with_question_marks(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class _Cursor(base.SQLiteCursorWrapper):
    """Writes the places of values as SQLite does: for each question once, as most are asked again and again."""

    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        if param_names is None:
            return _with_question_marks(query)
        return str(super().convert_query(query, param_names=param_names))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that takes its turn."""

    _turn: int | None = None

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002 - only PostgreSQL's have names
        """Return a cursor."""
        return self.connection.cursor(factory=_Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        self._wait()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _wait(self) -> None:
        if self.is_in_memory_db() or self._turn is not None:
            return
        self._turn = os.open(f"{self.settings_dict['NAME']}.turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._turn, fcntl.LOCK_EX)

    def _leave(self) -> None:
        if self._turn is not None:
            turn, self._turn = self._turn, None
            with suppress(OSError):
                os.close(turn)

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()
