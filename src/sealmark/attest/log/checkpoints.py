"""Checkpoints of a log: its size and root, signed; and what witnesses add (C2SP tlog-checkpoint, tlog-cosignature)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sealmark.attest.keys import Signer
from sealmark.attest.log.notes import COSIGNATURE, Note, NoteKey, NoteSignature, from_base64, read_note, to_base64
from sealmark.attest.log.tree import EMPTY_ROOT, HASH_SIZE
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["Checkpoint", "Cosignature", "cosign", "cosignatures", "open_checkpoint", "read_checkpoint",
           "sign_checkpoint"]  # fmt: skip

_NUMBER = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)
_LINES = 3
_TIME_SIZE = 8
_LAST_TIME = 2**63 - 1


@dataclass(frozen=True)
class Checkpoint:
    """How many entries a log has, and the root over them.

    Attributes:
        origin: Which log it is, by convention its address without ``https://``.
        size: How many entries.
        root: Of the tree over them, 32 bytes.
        extensions: Further lines, which say nothing here.

    Raises:
        SealmarkError: SM763 there is no such checkpoint.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if any(not line or any(sign < " " for sign in line) for line in lines):
            raise _no_checkpoint("A line of the checkpoint is empty or has control signs.")
        if len(self.root) != HASH_SIZE or not 0 <= self.size <= _LAST_TIME:
            raise _no_checkpoint(f"A root of {len(self.root)} bytes over {self.size} entries is none.")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise _no_checkpoint("The root is not that of a log without entries.")

    @property
    def text(self) -> str:
        """What is signed."""
        return "\n".join([self.origin, str(self.size), to_base64(self.root), *self.extensions, ""])


def read_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that the text of a note states.

    Raises:
        SealmarkError: SM763 it states none.
    """
    lines = text.split("\n")
    if len(lines) <= _LINES or lines.pop() != "":
        raise _no_checkpoint("A checkpoint has three lines or more.")
    if not _NUMBER.fullmatch(lines[1]):
        raise _no_checkpoint(f'"{lines[1][:40]}" is no size of a log.')
    return Checkpoint(lines[0], int(lines[1]), from_base64(lines[2]), tuple(lines[_LINES:]))


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer, *, name: str = "") -> Note:
    """Return a checkpoint as signed note.

    Whoever signs makes sure before that it continues everything that was signed before.

    Args:
        checkpoint: Of the log.
        signer: Holds the log's key.
        name: Under which the key signs, by convention the origin.
    """
    key = NoteKey(name or checkpoint.origin, signer.key)
    return Note(checkpoint.text, (NoteSignature(key.name, key.id, signer.sign(checkpoint.text.encode())),))


def open_checkpoint(note: Note | bytes, key: NoteKey, *, origin: str = "") -> Checkpoint:
    """Return a checkpoint that the log's key has signed.

    Args:
        note: As fetched.
        key: Of the log.
        origin: Which log it has to be; by convention the name of the key.

    Raises:
        SealmarkError: SM763 it is no checkpoint, SM764 it is of another log, or not signed by its key.
    """
    opened = note if isinstance(note, Note) else read_note(note)
    _require_signed(opened, key)
    checkpoint = read_checkpoint(opened.text)
    if checkpoint.origin != (origin or key.name):
        what = f'The checkpoint is of "{checkpoint.origin[:80]}", not of "{origin or key.name}".'
        raise SealmarkError(Problem("SM764", what, fix="Look at the address and the key of the log."))
    return checkpoint


def _require_signed(note: Note, key: NoteKey) -> None:
    found = note.signatures_by(key)
    if not found:
        what = f'"{key.name}" has not signed the checkpoint with the key {key.id.hex()}.'
        raise SealmarkError(Problem("SM764", what, fix="Ask whoever runs the log whether its key has changed."))
    if not all(key.key.verify(note.text.encode(), one.content) for one in found):
        what = f'The signature of "{key.name}" on the checkpoint is wrong.'
        raise SealmarkError(Problem("SM764", what, fix="Do not trust it: the checkpoint or its signature was altered."))


@dataclass(frozen=True)
class Cosignature:
    """What a witness states: this was the largest checkpoint it had seen at that time.

    Attributes:
        name: Of the witness.
        at: Seconds since 1970-01-01 UTC.
    """

    name: str
    at: int


def cosign(note: Note, signer: Signer, *, name: str, at: int) -> Note:
    """Return the note with the signature of a witness added.

    The witness makes sure before that the checkpoint continues every one it has signed.

    Args:
        note: A checkpoint, signed by its log.
        signer: Holds the key of the witness.
        name: Of the witness.
        at: Seconds since 1970-01-01 UTC.

    Raises:
        SealmarkError: SM763 the note states no checkpoint, or there is no such time.
    """
    read_checkpoint(note.text)
    if not 0 < at <= _LAST_TIME:
        raise _no_checkpoint(f"{at} is no time at which a witness signs.")
    key = NoteKey(name, signer.key, COSIGNATURE)
    content = at.to_bytes(_TIME_SIZE, "big") + signer.sign(_witnessed(note, at))
    return Note(note.text, (*note.signatures, NoteSignature(key.name, key.id, content)))


def cosignatures(note: Note, keys: Iterable[NoteKey]) -> list[Cosignature]:
    """Return what the witnesses whose keys are known have stated; all others are passed over.

    Raises:
        SealmarkError: SM764 a signature under a known key is wrong.
    """
    found = []
    for key in keys:
        for one in note.signatures_by(key):
            at = int.from_bytes(one.content[:_TIME_SIZE], "big")
            if key.kind != COSIGNATURE or not key.key.verify(_witnessed(note, at), one.content[_TIME_SIZE:]):
                what = f'The signature of the witness "{key.name}" on the checkpoint is wrong.'
                raise SealmarkError(Problem("SM764", what, fix="Do not trust it: something was altered."))
            found.append(Cosignature(key.name, at))
    return found


def _witnessed(note: Note, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{note.text}".encode()


def _no_checkpoint(what: str) -> SealmarkError:
    return SealmarkError(Problem("SM763", what, fix="Such as three lines: origin, number of entries, root in base64."))
