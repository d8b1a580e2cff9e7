"""What a verification is told to trust, and what it remembers: files of the person who asks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from sealmark.attest.documents import read_json
from sealmark.attest.files import write_whole
from sealmark.attest.moments import read_moment
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["installed_edition", "moment_asked", "read_memory", "read_trust", "write_memory"]

_FORMAT = "sealmark-seen/1"
_LARGEST = 1 << 20
_END_OF_DAY = dt.time(23, 59, 59, tzinfo=dt.UTC)

Document = Mapping[str, object]


def read_trust(pins: Iterable[str], folder: Path | None) -> dict[str, Document]:
    """Return the DID documents that the caller vouches for, by identifier.

    Args:
        pins: Each ``DID=FILE``.
        folder: Of files, one document each.

    Raises:
        SealmarkError: SM783 one of them is no DID document, or of another identifier.
    """
    found = {}
    for pin in pins:
        did, mark, name = pin.partition("=")
        document = _document(Path(name)) if mark else {}
        if not mark or document.get("id") != did:
            what = f"{pin!r} names no DID document of {did!r}."
            raise SealmarkError(Problem("SM783", what, "--trust", "Such as did:web:register.example=did.json"))
        found[did] = document
    for path in sorted(folder.glob("*.json")) if folder else []:
        document = _document(path)
        if not isinstance(document.get("id"), str):
            what = "The file is no DID document: it has no id."
            raise SealmarkError(Problem("SM783", what, str(path), "Keep only DID documents in the folder of issuers."))
        found[str(document["id"])] = document
    return found


def _document(path: Path) -> Document:
    with path.open("rb") as stream:
        return read_json(stream.read(_LARGEST + 1), where=str(path))


def read_memory(path: Path | None) -> dict[str, tuple[str, bytes]]:
    """Return key and newest checkpoint of each log that was seen before.

    Raises:
        SealmarkError: SM783 the file was not written by this command.
    """
    if path is None or not path.exists():
        return {}
    kept = _document(path)
    logs = kept.get("logs")
    if kept.get("format") != _FORMAT or not isinstance(logs, dict):
        what = "The file was not written by sealmark verify."
        raise SealmarkError(Problem("SM783", what, str(path), "Name another."))
    try:
        return {origin: (str(one["key"]), str(one["note"]).encode()) for origin, one in logs.items()}
    except (TypeError, KeyError):
        raise SealmarkError(Problem("SM783", "The file was altered.", str(path), "Bring back a copy.")) from None


def write_memory(path: Path, seen: Mapping[str, tuple[str, bytes]]) -> None:
    """Keep what was seen, the file whole or not at all."""
    logs = {origin: {"key": key, "note": note.decode()} for origin, (key, note) in seen.items()}
    write_whole(path, json.dumps({"format": _FORMAT, "logs": logs}, ensure_ascii=False, indent=1).encode())


def moment_asked(text: str, now: dt.datetime) -> dt.datetime:
    """Return the point of time that ``--as-of`` names; a day means its end, today means now.

    Raises:
        SealmarkError: SM783 it names none.
    """
    moment = read_moment(text)
    if moment is not None:
        return moment
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        fix = "Such as 2026-11-22 or 2026-11-22T18:00:00Z."
        raise SealmarkError(Problem("SM783", f"{text[:40]!r} is no day.", "--as-of", fix)) from None
    return now if day == now.date() else dt.datetime.combine(day, _END_OF_DAY)


def installed_edition(code: str) -> dict[str, str]:
    """Return code and digest of an edition if it is installed here."""
    from sealmark.scheme import discovery  # leaf: packs are read only for a certificate that names one

    if code not in {name for name, _ in discovery.editions()}:
        return {}
    return {code: discovery.load(code).digest}
