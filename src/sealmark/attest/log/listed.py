"""A register as a list, compared with the log of its changes: what a row says has to be what the log says.

The list is ``register/export.json`` of an installation: after its first line one certificate in each line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sealmark.attest.documents import canonical_form, read_json
from sealmark.attest.log.tree import leaf_hash
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["REGISTER", "Listed", "compare_listed"]

REGISTER = "sealmark-register/1"
_KIND = "certificate.published"


@dataclass(frozen=True)
class Listed:
    """What the comparison of a register with its log found.

    Attributes:
        certificates: How many the list has.
        compared: How many of them fit what the log says.
        later: How many entries are newer than the checkpoint: they are compared the next time.
        unlogged: How many were never published in the log.
        missing: How many were in the list before and are not now: withheld, or taken out.
        problems: Of those that do not fit, each with the number.
        entries: By number, the place in the log of what was compared.
    """

    certificates: int
    compared: int
    later: int
    unlogged: int
    missing: int
    problems: tuple[Problem, ...]
    entries: Mapping[str, int] = field(default_factory=dict)


def compare_listed(
    lines: Iterable[bytes], hash_at: Callable[[int], bytes], size: int, *, before: Mapping[str, int] | None = None
) -> Listed:
    """Return what is wrong with a register.

    Args:
        lines: Of its list.
        hash_at: Gives the hash of a leaf of the log, up to its size.
        size: Of the log that was followed.
        before: What :attr:`Listed.entries` was the last time: no certificate goes back behind that.

    Raises:
        SealmarkError: SM753 or SM782 it is no such list; SM768 the log lacks a tile.
    """
    known, entries, problems = dict(before or {}), dict[str, int](), list[Problem]()
    count = {"compared": 0, "later": 0, "unlogged": 0}
    for one in _certificates(lines):
        record, log = one.get("record"), one.get("log")
        number = str(record.get("number")) if isinstance(record, dict) else ""
        earlier = known.pop(number, -1)
        try:
            index = _compared(record, log, hash_at, size)
            _require(index is None or index >= earlier, number, "it stands at an older entry than before")
            _require(index is not None or earlier < 0, number, "its entry of the log is told no more")
        except SealmarkError as error:
            problems += error.problems
            entries[number] = earlier
            continue
        word = "unlogged" if index is None else "later" if index >= size else "compared"
        count[word] += 1
        entries |= {} if index is None else {number: index}
    return Listed(
        sum(count.values()) + len(problems), **count, missing=len(known), problems=tuple(problems),
        entries={**known, **entries},
    )  # fmt: skip


def _certificates(lines: Iterable[bytes]) -> Iterator[Mapping[str, object]]:
    rows = iter(lines)
    head = next(rows, b"").strip()
    told = read_json(head + b"]}" if head.endswith(b"[") else head, where="the first line of the register")
    if told.get("format") != REGISTER or told.get("certificates") != []:
        raise _refusal("", "This is no list of a register.", "Name the address of register/export.json.")
    for number, row in enumerate(rows, 2):
        text = row.strip().rstrip(b",")
        if text == b"]}":
            return
        if text:
            yield read_json(text, where=f"line {number} of the register")
    raise _refusal("", "The list of the register has no end.", "Fetch it again.")


def _compared(record: object, log: object, hash_at: Callable[[int], bytes], size: int) -> int | None:
    """Return the place of the entry that says what a record says; nothing when it was never published."""
    number = str(record.get("number")) if isinstance(record, dict) else ""
    if log is None:
        return None
    index, text = (log.get("index"), log.get("entry")) if isinstance(log, dict) else (None, None)
    if not (isinstance(record, dict) and type(index) is int and index >= 0 and isinstance(text, str)):
        raise _refusal(number, "its line has another form than is known", "Fetch the list again.")
    event = read_json(text.encode(), where=f"the entry of {number}")
    details = event.get("details")
    told = details if isinstance(details, dict) else {}
    _require(event.get("kind") == _KIND and told.get("number") == number, number, "its entry is about something else")
    if index < size:
        _require(leaf_hash(text.encode()) == hash_at(index), number, "its entry is not the one in the log")
    digest = hashlib.sha256(canonical_form(record)).hexdigest()
    _require(told.get("record") == digest, number, "the register says something else than the log")
    return index


def _require(fits: object, number: str, what: str) -> None:
    if not fits:
        fix = "Fetch it again after the next tick; if it stays so, the register was altered without an act."
        raise _refusal(number, what, fix)


def _refusal(number: str, what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM782", f"{number}: {what}." if number else what, number, fix))
