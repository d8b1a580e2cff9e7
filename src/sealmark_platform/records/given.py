"""Numbers that were given out, kept outside the database: one that was restored does not know the newest of them."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from sealmark.attest.files import write_whole

__all__ = ["Given", "give_up", "given", "note_given"]


class Given(NamedTuple):
    """What is known of the numbers with one beginning.

    Attributes:
        last: The largest that was given out.
        lost: Up to here the operator knows that the acts behind them may be lost.
    """

    last: int = 0
    lost: int = 0


def given() -> dict[str, Given]:
    """Return what was given out, by the beginning of the numbers."""
    path = _path()
    told = json.loads(path.read_bytes()) if path.is_file() else {}
    return {prefix: Given(*numbers) for prefix, numbers in told.items()}


def note_given(prefix: str, number: int) -> None:
    """Remember that a number was given out; called once its act is done for good."""
    with _changing() as known:
        before = known.get(prefix, Given())
        known[prefix] = before._replace(last=max(before.last, number))


def give_up(prefix: str) -> None:
    """Take note that numbers with one beginning may be lost: the next one follows the largest that was given out."""
    with _changing() as known:
        before = known.get(prefix, Given())
        known[prefix] = before._replace(lost=before.last)


def _path() -> Path:
    return Path(settings.DATA) / "numbers.json"


@contextmanager
def _changing() -> Iterator[dict[str, Given]]:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(".numbers.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = given()
        before = dict(known)
        yield known
        if known != before:
            write_whole(path, json.dumps(known).encode())
