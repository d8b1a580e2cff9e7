"""Whether the trail in the database is the one whose log was published: read before anything is signed or numbered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from sealmark.attest.log.checkpoints import Checkpoint, open_checkpoint, read_checkpoint
from sealmark.attest.log.notes import NoteKey, read_note
from sealmark.attest.log.tree import covers, root_of_peaks
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.records import keys
from sealmark_platform.records.models import Entry
from sealmark_platform.records.proofs import hashes_at

__all__ = [
    "RESTORED", "LogState", "contradiction", "folder", "forked", "log_key", "log_state", "opened",
    "published_checkpoint", "require_log",
]  # fmt: skip

RESTORED = "restored"
"""A file that a restore leaves: nobody knows yet what was published after the archive was made."""


@dataclass(frozen=True)
class LogState:
    """How the trail and its published log stand to each other.

    Attributes:
        entries: Of the trail.
        published: Entries in the newest published checkpoint; 0 before the first.
        origin: Name of the log.
        problem: SM811 the trail is not the one that was published; SM812 entries are missing, or may be.
    """

    entries: int
    published: int
    origin: str
    problem: Problem | None = None


def folder() -> Path:
    """Return where the log is published."""
    return Path(settings.DATA) / "log"


def published_checkpoint() -> Checkpoint | None:
    """Return the newest published checkpoint, which our key has signed; nothing before the first.

    Raises:
        SealmarkError: SM811 it is none of ours.
    """
    path = folder() / "checkpoint"
    return opened(path.read_bytes()) if path.is_file() else None


def opened(content: bytes) -> Checkpoint:
    """Return a checkpoint that our key has signed.

    Raises:
        SealmarkError: SM811 it is none of ours.
    """
    try:
        note = read_note(content)
        found = open_checkpoint(note, log_key(read_checkpoint(note.text).origin))
    except SealmarkError as error:
        what = f"The key of the trail has not signed this checkpoint: {error.problems[0].what}"
        raise forked(what, "Bring trail.key back as it was, or the folder of the log.") from error
    if settings.LOG_ORIGIN not in {"", found.origin}:
        what = f'The log is known as "{found.origin}"; SEALMARK_LOG_ORIGIN names it "{settings.LOG_ORIGIN}".'
        raise forked(what, "Set it as it was, or leave it out: who follows the log knows it by its name.")
    return found


def log_key(origin: str = "") -> NoteKey:
    """Return the public key of the log with the name of the log."""
    return NoteKey(origin or _origin(), keys.signer().key)


def _origin() -> str:
    parts = urlsplit(settings.ADDRESS)
    # Under the name that identifiers have: no address of a machine can be one.
    host = parts.netloc.replace("127.0.0.1", "localhost")
    return str(settings.LOG_ORIGIN or f"{host}{parts.path.rstrip('/')}/log")


def log_state() -> LogState:
    """Return how the trail and its published log stand to each other."""
    entries = _entries()
    try:
        before = published_checkpoint()
    except SealmarkError as error:
        return LogState(entries, 0, _origin(), error.problems[0])
    if before is None:
        return LogState(entries, 0, _origin(), _unknown(entries))
    return LogState(entries, before.size, before.origin, contradiction(before) or _unknown(entries))


def _entries() -> int:
    return Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0


def contradiction(point: Checkpoint) -> Problem | None:
    """Return what of a signed checkpoint is not so in the database."""
    return _behind(_entries(), point) or _other(point)


def require_log() -> None:
    """Return when acts may give out numbers.

    Raises:
        SealmarkError: SM811 or SM812, numbers could be given out a second time.
    """
    if folder().is_dir() and (problem := log_state().problem):
        what = "No number is given out: it could be one that was given out before."
        raise SealmarkError(Problem(problem.code, what, fix="Tell the operator: sealmark-platform log show says more."))


def _behind(entries: int, before: Checkpoint) -> Problem | None:
    if before.size <= entries:
        return None
    lost = before.size - entries
    what = f"The published log has {before.size} entries, the database {entries}: {lost} of them are lost."
    return Problem("SM812", what, str(folder()), "Restore a backup that was made later. Nothing is signed until then.")


def _unknown(entries: int) -> Problem | None:
    if not (folder() / RESTORED).is_file():
        return None
    what = f"The database was restored with {entries} entries; what was published after the backup is not known here."
    fix = "Run: sealmark-platform log accept, with the newest checkpoint that a witness has, or with --none-since."
    return Problem("SM812", what, str(folder()), fix)


def _other(before: Checkpoint) -> Problem | None:
    places = covers(0, before.size)
    hashes = hashes_at(places)
    if all(place in hashes for place in places) and root_of_peaks([hashes[one] for one in places]) == before.root:
        return None
    what = f"The first {before.size} entries of the trail are not those whose log was published."
    fix = "Run: sealmark-platform records verify; then restore a backup. Nothing is signed until then."
    return Problem("SM811", what, str(folder()), fix)


def forked(what: str, fix: str) -> SealmarkError:
    """Return the refusal to sign what contradicts the published log."""
    return SealmarkError(Problem("SM811", what, str(folder()), fix))
