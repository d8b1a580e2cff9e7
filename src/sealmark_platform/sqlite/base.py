"""Django's SQLite, with a queue before each transaction.

SQLite lets one write and has the others ask again after ever longer pauses: with
sixteen at once somebody pauses past every chance, until "database is locked". A
lock on a file beside the database lets them wait for each other instead; the
operating system gives it up when its process dies.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress

from django.db.backends.sqlite3 import base

__all__ = ["DatabaseWrapper"]


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that takes its turn."""

    _turn: int | None = None

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
