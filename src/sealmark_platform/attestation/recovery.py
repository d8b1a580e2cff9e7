"""Going on after a restore that lost acts for good: numbers are passed over, a log that is ahead is ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from sealmark.attest.log.checkpoints import Checkpoint, sign_checkpoint
from sealmark.attest.log.tree import EMPTY_ROOT
from sealmark.core.canonical import Json
from sealmark.core.errors import SealmarkError
from sealmark_platform.attestation.lists import leave_lists
from sealmark_platform.casework.queries.numbers import lost_numbers
from sealmark_platform.records.actions import append_record
from sealmark_platform.records.given import give_up
from sealmark_platform.records.keys import signer
from sealmark_platform.records.published import folder, forked, log_state, published_checkpoint

__all__ = ["Recovered", "recover"]


@dataclass(frozen=True)
class Recovered:
    """What was given up.

    Attributes:
        numbers: By their beginning, the largest number that is passed over.
        ended: Where the files of the ended log lie; nothing when the log goes on.
    """

    numbers: dict[str, int]
    ended: Path | None = None


def recover(at: dt.datetime, *, name: str = "") -> Recovered:
    """Give up what a restore lost; no number is given a second time, and no log says two things.

    Numbers that were given out and are not here are passed over. A published log that is ahead of the trail is put
    aside, and another one begins under another name. Credentials get places in new status lists.

    Args:
        at: When.
        name: Of the new log, where the old one has to end; nothing: that of the old one with a number.

    Raises:
        SealmarkError: SM811 the trail is another one, or the name is that of the old log; SM812 nobody has said yet
            what was published after the backup.
    """
    state = log_state()
    is_ahead = state.published > state.entries
    if state.problem is not None and not is_ahead:
        raise SealmarkError(state.problem)
    numbers = {prefix: last for prefix, (_here, last) in lost_numbers().items()}
    old = published_checkpoint() if is_ahead else None
    if not numbers and old is None:
        return Recovered(numbers)
    details: dict[str, Json] = {"numbers": {**numbers}}
    if old is not None:
        details["ended"] = {"origin": old.origin, "size": old.size, "root": old.root.hex()}
    ended = None if old is None else _end(old, name or _next_name(old.origin))
    with transaction.atomic():
        leave_lists()
        append_record("log.recover", actor="operator", at=at, subject="log", details=details)
    for prefix in numbers:
        give_up(prefix)
    return Recovered(numbers, ended)


def _next_name(origin: str) -> str:
    stem, _, number = origin.rpartition("-")
    return f"{stem}-{int(number) + 1}" if stem and number.isdecimal() else f"{origin}-2"


def _end(old: Checkpoint, name: str) -> Path:
    """Put the files of a log aside, and begin another one that is empty."""
    if name == old.origin:
        raise forked(f'The log "{name}" has entries that are lost: it cannot go on.', "Give the new log another name.")
    aside = folder().with_name(f"log-ended-{old.size}")
    folder().rename(aside)
    folder().mkdir()
    first = sign_checkpoint(Checkpoint(name, 0, EMPTY_ROOT), signer())
    (folder() / "checkpoint").write_bytes(bytes(first))
    return aside
