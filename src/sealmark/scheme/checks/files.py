"""Files: short enough to review, named so that every system can hold them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sealmark.core.errors import Problem
from sealmark.scheme.checks.view import View
from sealmark.scheme.edition import SchemeFile

__all__ = ["check_files", "check_folder"]

_LONGEST = 60


def check_files(view: View) -> Iterator[Problem]:
    """Yield requirement files that are too long, and names that differ only in capitals."""
    seen: dict[str, str] = {}
    for file, content in view.edition.files.items():
        lines = len(content.splitlines())
        if file.startswith("requirements/") and lines > _LONGEST:
            what = f"The requirement file has {lines} lines."
            fix = f"At most {_LONGEST}: split the requirement, or move wording to text/."
            yield Problem("SM290", what, f"{file}, line {_LONGEST + 1}", fix)
        twin = seen.setdefault(file.lower(), file)
        if twin != file:
            what = f"The files {twin} and {file} differ only in capitals."
            yield Problem("SM292", what, file, "Some systems cannot hold both; rename one and its id.")


def check_folder(folder: Path, scheme: SchemeFile) -> Iterator[Problem]:
    """Yield what is wrong with the pack as a whole: licence, editions, strangers."""
    licence = folder / "LICENSE"
    if not licence.is_file() or not licence.read_bytes().strip():
        what = "The pack has no LICENSE file."
        yield Problem("SM293", what, "LICENSE", f"Write one that states the licence of the wording ({scheme.licence}).")
    there = sorted(path.name for path in (folder / "editions").glob("*") if path.is_dir())
    for name in there:
        if name not in scheme.editions and not name.startswith((".", "__")):
            what = f"The folder editions/{name} is not listed in scheme.yaml."
            yield Problem("SM255", what, "scheme.yaml, editions", f'Add "{name}" to editions, or remove the folder.')
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        place = PurePosixPath(file.relative_to(folder).as_posix())
        inside = place.parts[0] in {"editions", "__pycache__"} or any(part.startswith(".") for part in place.parts)
        if not inside and place.as_posix() not in {"scheme.yaml", "LICENSE", "__init__.py", "README.md", "NOTICE"}:
            what = f"The file {place} has no place in a pack."
            fix = "Legal: scheme.yaml, LICENSE, NOTICE, README.md, __init__.py (empty) and editions/."
            yield Problem("SM206", what, place.as_posix(), fix)
    code = folder / "__init__.py"
    if code.is_file() and code.read_bytes().strip():
        yield Problem("SM294", "The pack contains code.", "__init__.py", "Packs are data only; empty the file.")
