"""How far a long query of DuckDB has come, told from beside it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

__all__ = ["Step", "Tell", "watched"]

_EVERY = 0.25
_NEARLY = 0.99


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
def watched(engines: Sequence[Any], step: Step, tell: Tell | None, *, queries: int = 1) -> Iterator[None]:
    """Tell at the beginning, four times a second and at the end how far the queries inside have come.

    The listener is called from a thread of its own; it must be quick and raise nothing.

    Args:
        engines: From :func:`sealmark.measure.engine.use_limits`; the one started last is watched.
        step: What is being done; its share is filled in.
        tell: The listener.
        queries: How many long queries the piece of work consists of.
    """
    if tell is None:
        yield
        return
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(engines, step, tell, over, queries), daemon=True)
    tell(step)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    tell(replace(step, share=1.0))


def _watch(engines: Sequence[Any], step: Step, tell: Tell, over: threading.Event, queries: int) -> None:
    done, before = 0, 0.0
    while not over.wait(_EVERY):
        now = max(engines[-1].con.query_progress(), 0.0) / 100 if engines else 0.0
        # A query that begins anew shows that the one before has ended.
        done += now < before
        before = now
        tell(replace(step, share=min((done + now) / queries, _NEARLY)))
