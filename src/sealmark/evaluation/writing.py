"""Write results so that earlier ones stay whole: all files, or none of them; and small tables as text."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sealmark.core.documents import harmless
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["csv_text", "write_files"]


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""Return a small table as CSV; no text in it is taken for a formula by a spreadsheet program.

    Example:
        >>> csv_text(["document", "note"], [["policy", "=1+1"], ["plan", -2]])
        "document,note\npolicy,'=1+1\nplan,-2\n"
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files into ``folder``, or none.

    Everything is written beside the target first. Then earlier files are moved
    aside and the new ones into place; when a move fails, all is moved back.

    Raises:
        SealmarkError: SM601 the folder cannot be written; what was there is unchanged.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".sealmark-", dir=folder) as place:
            new, old = Path(place) / "new", Path(place) / "old"
            for name, content in files.items():
                target = new / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            _exchange(folder, list(files), new, old)
    except OSError as error:
        what = f'"{error.filename2 or error.filename or folder}" cannot be written: {error.strerror or error}.'
        fix = "Choose another folder with --out, or free it. Nothing was changed."
        raise SealmarkError(Problem("SM601", what, str(folder), fix)) from error


def _exchange(folder: Path, names: list[str], new: Path, old: Path) -> None:
    moved: list[tuple[Path, Path]] = []
    try:
        for name in names:
            target, aside = folder / name, old / name
            for parent in (target.parent, aside.parent):
                parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                raise IsADirectoryError(None, "a folder of this name is in the way", str(target))
            if target.exists():
                moved.append(_move(target, aside))
            moved.append(_move(new / name, target))
    except OSError:
        for source, target in reversed(moved):
            os.replace(target, source)  # noqa: PTH105 - atomic on one file system
        raise


def _move(source: Path, target: Path) -> tuple[Path, Path]:
    os.replace(source, target)  # noqa: PTH105 - atomic on one file system
    return source, target
