"""Start a new pack from a small complete example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["new_pack"]

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")


def new_pack(folder: Path, scheme_id: str, owner: str) -> tuple[Path, ...]:
    """Write a small valid pack with comments, and return its files.

    It passes ``sealmark scheme check`` and ``sealmark scheme cases`` as it is;
    whoever starts a standard replaces it piece by piece.

    Args:
        folder: Where the pack goes; missing or empty.
        scheme_id: Lower-case letters, digits, dots and dashes.
        owner: Who owns the scheme.

    Raises:
        SealmarkError: SM299 the folder is not empty, the id is not legal, or nothing can be written there.
    """
    if not _ID.match(scheme_id):
        fix = "Legal: lower-case letters, digits, dot, dash and underscore, at most 64 characters."
        raise SealmarkError(Problem("SM299", f'"{scheme_id}" is not an id of a scheme.', "", fix))
    if not owner.strip():
        raise SealmarkError(
            Problem("SM299", "The owner is empty.", "", "Name the person or body that owns the scheme.")
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = "There is something already."
        raise SealmarkError(Problem("SM299", what, str(folder), "Name a new or an empty folder."))
    return tuple(_write(folder, scheme_id, owner))


def _write(folder: Path, scheme_id: str, owner: str) -> Iterator[Path]:
    for name, template in _templates(resources.files("sealmark.scheme") / "template", ""):
        text = template.read_text("utf-8").replace('"@SCHEME@"', scheme_id if _plain(scheme_id) else f'"{scheme_id}"')
        # A JSON string is a YAML string, whatever the owner is called.
        text = text.replace('"@OWNER@"', json.dumps(owner, ensure_ascii=False))
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        except OSError as error:
            what = f"The file cannot be written: {error.strerror or error}."
            raise SealmarkError(Problem("SM299", what, str(path), "Choose a folder you may write to.")) from error
        yield path


def _plain(name: str) -> bool:
    """Tell whether YAML reads the id as text without quotes."""
    return name[0].isalpha() and name not in {"true", "false", "null"}


def _templates(place: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for item in sorted(place.iterdir(), key=lambda entry: entry.name):
        if item.is_dir():
            yield from _templates(item, f"{prefix}{item.name}/")
        else:
            yield f"{prefix}{item.name}", item
