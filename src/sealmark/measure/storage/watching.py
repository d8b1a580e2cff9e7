"""How far a long query of DuckDB has come, told from beside it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import duckdb

__all__ = ["Step", "Tell", "watched"]

_EVERY = 0.25


@dataclass(frozen=True)
class Step:
    """Where a piece of work stands.

    Attributes:
        label: What is being done.
        share: How much of it, from 0 to 1.
        rows: Rows of the whole piece; 0 when not known yet.
    """

    label: str
    share: float
    rows: int = 0


Tell: TypeAlias = Callable[[Step], None]


@contextlib.contextmanager
def watched(connection: duckdb.DuckDBPyConnection, step: Step, tell: Tell | None) -> Iterator[None]:
    """Tell at the beginning, four times a second and at the end how far the queries inside have come.

    The listener is called from a thread of its own; it must be quick and raise nothing.
    """
    if tell is None:
        yield
        return
    connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(connection, step, tell, over), daemon=True)
    tell(step)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    tell(Step(step.label, 1.0, step.rows))


def _watch(connection: duckdb.DuckDBPyConnection, step: Step, tell: Tell, over: threading.Event) -> None:
    while not over.wait(_EVERY):
        share = max(connection.query_progress(), 0.0) / 100
        tell(Step(step.label, min(share, 1.0), step.rows))
