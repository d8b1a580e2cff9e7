"""``sealmark witness``: follow the log of a register, and cry out when it contradicts itself."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NoReturn

import click

from sealmark.attest.files import write_whole
from sealmark.attest.log.checkpoints import Checkpoint, open_checkpoint
from sealmark.attest.log.listed import Listed, compare_listed
from sealmark.attest.log.notes import NoteKey
from sealmark.attest.log.tiles import Fetch, TileReader
from sealmark.attest.log.tree import Place
from sealmark.attest.log.witness import CRIES, Seen, follow
from sealmark.cli.fetching import lines_of, reading
from sealmark.cli.output import NEGATIVE, counted, json_option, problem_json, result
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["witness"]

_FORMAT = "sealmark-witness/1"
_LARGEST_STATE = 1 << 20


@click.command(epilog="Example: sealmark witness https://register.example/log --state register.json")
@click.argument("log")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="File that keeps what was seen last; made at the first use.")  # fmt: skip
@click.option("--key", help="Public key of the log, NAME+ID+KEY; when not given at the first use, the log is asked.")
@click.option("--whole", is_flag=True, help="Compare every tile of the log again, not only the new ones.")
@click.option("--register", help="Address or file of register/export.json: compare every certificate with the log.")
@json_option
def witness(log: str, state: Path, key: str | None, register: str | None, *, whole: bool) -> None:
    """Follow the log at the address or folder LOG, and say whether it continues what was seen the last time.

    At the first use its key is kept, and never exchanged by itself. Exit code 1 when the log contradicts
    itself: it has shrunk, was rewritten, is signed by another key, or its tiles do not fit; what proves it
    is kept beside the state file. With --register also when a certificate says something else than the log.
    """
    kept = _kept(state)
    with reading(log) as fetch:
        known = _key(kept, key, fetch)
        previous = None if kept is None else _opened(kept, known, state)
        content = _fetched("checkpoint", fetch)
        try:
            seen = follow(content, previous, key=known, fetch=fetch, is_whole=whole)
        except SealmarkError as error:
            if error.codes[0] not in CRIES:
                raise
            _cry(error.problems[0], content, state)
        write_whole(state, json.dumps(_state(log, known, seen), ensure_ascii=False, indent=1).encode())
        listed = _listed(register, fetch, seen, state) if register else None
    _tell(known, previous, seen, listed, is_first=kept is None)


def _listed(register: str, fetch: Fetch, seen: Seen, state: Path) -> Listed:
    """Compare a register with the log, and remember how far each certificate was."""
    path = state.with_name(f"{state.name}.register")
    reader = TileReader(fetch, seen.checkpoint.size)
    before = json.loads(path.read_bytes()) if path.exists() else {}
    with lines_of(register) as lines:
        found = compare_listed(lines, lambda index: reader.hash_of(Place(0, index)), reader.size, before=before)
    write_whole(path, json.dumps(found.entries).encode())
    return found


def _tell(
    key: NoteKey, previous: Checkpoint | None, seen: Seen, listed: Listed | None, *, is_first: bool
) -> None:  # fmt: skip
    now, before = seen.checkpoint, previous.size if previous else 0
    grown = f"{counted(now.size, 'entry', 'entries')}, {now.size - before:,} of them new"
    lines = [f"{now.origin}: {grown}; it continues what was seen. {counted(seen.tiles, 'tile')} compared."]
    if is_first:
        lines.append(f"Its key from now on: {key.text}")
    value = {"consistent": True, "origin": now.origin, "key": key.text, "entries": now.size, "before": before,
             "root": now.root.hex(), "tiles": seen.tiles, "problems": []}  # fmt: skip
    if listed is None:
        result(value, lines)
        return
    told = {"certificates": listed.certificates, "compared": listed.compared, "later": listed.later,
            "unlogged": listed.unlogged, "missing": listed.missing}  # fmt: skip
    lines += [_sentence(listed), *map(str, listed.problems)]
    faults = [problem_json(one) for one in listed.problems]
    result({**value, "consistent": not faults, "register": told, "problems": faults}, lines)
    if faults:
        click.get_current_context().exit(NEGATIVE)


def _sentence(listed: Listed) -> str:
    others = {"newer than the checkpoint": listed.later, "never published": listed.unlogged,
              "no more in the list": listed.missing}  # fmt: skip
    more = "".join(f", {number:,} {what}" for what, number in others.items() if number)
    return f"Register: {counted(listed.certificates, 'certificate')}, {listed.compared:,} as the log says{more}."


def _cry(problem: Problem, content: bytes, state: Path) -> NoReturn:
    proof = state.with_name(f"{state.name}.{hashlib.sha256(content).hexdigest()[:12]}.checkpoint")
    write_whole(proof, content)
    value = {"consistent": False, "proof": str(proof), "problems": [problem_json(problem)]}
    result(value, [str(problem), f"  kept: {proof}"])
    click.get_current_context().exit(NEGATIVE)


def _state(log: str, key: NoteKey, seen: Seen) -> dict[str, object]:
    now = seen.checkpoint
    return {"format": _FORMAT, "log": log, "key": key.text, "origin": now.origin, "entries": now.size,
            "root": now.root.hex(), "note": bytes(seen.note).decode()}  # fmt: skip


def _kept(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    with path.open("rb") as stream:
        content = stream.read(_LARGEST_STATE)
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if not isinstance(told, dict) or told.get("format") != _FORMAT:
        raise _unusable(f'"{path}" was not written by sealmark witness.', "Name another file, or a new one.")
    return told


def _opened(kept: dict[str, Any], key: NoteKey, path: Path) -> Checkpoint:
    try:
        return open_checkpoint(str(kept["note"]).encode(), key, origin=str(kept["origin"]))
    except (KeyError, SealmarkError):
        what = f'"{path}" was altered: its checkpoint is not the one that was seen.'
        raise _unusable(what, "Bring it back from a copy; a new file forgets what was seen.") from None


def _key(kept: dict[str, Any] | None, given: str | None, fetch: Fetch) -> NoteKey:
    named = None if given is None else NoteKey.from_text(given)
    if kept is not None:
        known = NoteKey.from_text(str(kept.get("key", "")))
        if named not in {None, known}:
            raise _unusable(f"The state file belongs to the key {known.text}.", "Name another --state for another log.")
        return known
    return named or NoteKey.from_text(_fetched("key", fetch).decode(errors="replace"))


def _fetched(name: str, fetch: Fetch) -> bytes:
    try:
        return fetch(name)
    except FileNotFoundError:
        raise _unusable(f'There is no log: "{name}" is not there.', "Name the address of the log.") from None


def _unusable(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM769", what, fix=fix))
