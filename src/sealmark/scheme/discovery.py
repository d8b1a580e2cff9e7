"""Find installed packs: packages with an entry point in the group ``sealmark.schemes``, or folders."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib import metadata, resources
from pathlib import Path

from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.scheme.edition import Edition
from sealmark.scheme.loading import load_edition, read_scheme_file

__all__ = ["ENTRY_POINTS", "editions", "load", "pack_folders", "resolve_folder"]

ENTRY_POINTS = "sealmark.schemes"


def pack_folders() -> dict[str, Path]:
    """Return the folder of every installed pack by scheme id."""
    found = metadata.entry_points(group=ENTRY_POINTS)
    return {point.name: Path(str(resources.files(point.value))) for point in sorted(found, key=lambda p: p.name)}


def editions() -> Iterator[tuple[str, Path]]:
    """Yield ``scheme/edition`` and the pack folder of every installed edition that can be read."""
    for folder in pack_folders().values():
        # One broken pack must not hide the others; naming it says what is wrong with it.
        with contextlib.suppress(SealmarkError):
            yield from _editions(folder)


def _editions(folder: Path) -> Iterator[tuple[str, Path]]:
    scheme = read_scheme_file(folder)
    for edition in scheme.editions:
        yield f"{scheme.id}/{edition}", folder


def resolve_folder(name: str) -> tuple[Path, str | None]:
    """Return the pack folder and edition that ``name`` means.

    Args:
        name: ``scheme``, ``scheme/edition``, a pack folder, or an edition folder inside one.

    Raises:
        SealmarkError: SM208 nothing of that name is installed or there.
    """
    path = Path(name)
    if (path / "scheme.yaml").is_file():
        return path, None
    if (path / "edition.yaml").is_file() and (path.parent.parent / "scheme.yaml").is_file():
        return path.resolve().parent.parent, path.resolve().name
    scheme, _, edition = name.partition("/")
    folders = pack_folders()
    if scheme in folders:
        return folders[scheme], edition or None
    known = [known for known, _ in editions()]
    fix = did_you_mean(name, known) + " A folder with a scheme.yaml works too."
    raise SealmarkError(Problem("SM208", f'There is no scheme "{name}".', "", fix))


def load(name: str) -> Edition:
    """Return an edition by ``scheme/edition`` or by folder.

    Example:
        >>> load("sealmark-charter/2026").id
        'sealmark-charter/2026'
    """
    folder, edition = resolve_folder(name)
    return load_edition(folder, edition)
