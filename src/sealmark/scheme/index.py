"""Which ids an edition declares, read from the files themselves.

Ids are taken from the parsed text, not from the models: a file with a wrong
value still declares its ids, and one mistake does not draw a dozen others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath

from sealmark.scheme.edition import Edition

__all__ = ["Index"]

_KEYED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "source": ("sources.yaml", ("sources",)),
    "scale": ("scales.yaml", ("scales",)),
    "fact": ("declarations.yaml", ("facts",)),
    "document": ("declarations.yaml", ("documents",)),
    "credential": ("declarations.yaml", ("credentials",)),
    "record class": ("declarations.yaml", ("records",)),
    "parameter": ("parameters.yaml", ("parameters",)),
    "score": ("grading.yaml", ("scores",)),
    "adjustment": ("grading.yaml", ("adjustments",)),
    "gate": ("grading.yaml", ("gates",)),
    "ladder": ("grading.yaml", ("ladders",)),
    "mode": ("procedure.yaml", ("modes",)),
    "role": ("procedure.yaml", ("roles",)),
    "size": ("edition.yaml", ("sizes",)),
    "sector": ("edition.yaml", ("sectors",)),
    "module": ("edition.yaml", ("modules",)),
    "touchpoint": ("edition.yaml", ("touchpoints",)),
    "property": ("edition.yaml", ("properties",)),
}
_FILED: Mapping[str, str] = {
    "requirement": "requirements",
    "instrument": "instruments",
    "measure": "measures",
    "overlay": "overlays",
}
PLACES: Mapping[str, str] = {
    **{kind: file for kind, (file, _) in _KEYED.items()},
    **{kind: f"{folder}/" for kind, folder in _FILED.items()},
    "group": "tree.yaml",
    "node": "tree.yaml",
}
"""Where ids of each kind are defined."""


class Index:
    """The ids of one edition by kind.

    Example:
        >>> Index(load("sealmark-charter/2026")).ids("ladder")
        ('stars',)
    """

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._ids: dict[str, tuple[str, ...]] = {}

    def ids(self, kind: str) -> tuple[str, ...]:
        """Return every id of a kind, in the order of the file, doubles included."""
        if kind not in self._ids:
            self._ids[kind] = tuple(self._find(kind))
        return self._ids[kind]

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of id."""
        return tuple(PLACES)

    def content(self, file: str, path: Sequence[str | int] = ()) -> object:
        """Return what stands in a file at a path, or None."""
        document = self._edition.documents.get(file)
        value = document.content if document else None
        for part in path:
            try:
                value = value[part]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _find(self, kind: str) -> Iterator[str]:
        if kind in _KEYED:
            yield from _listed(self.content(*_KEYED[kind]))
        elif kind in _FILED:
            yield from self._stems(_FILED[kind])
        else:
            yield from self._groups(self.content("tree.yaml", ("roots",)))
            if kind == "node":
                yield from self.ids("requirement")

    def _stems(self, folder: str) -> Iterator[str]:
        for file in self._edition.files:
            path = PurePosixPath(file)
            if path.parent.name == folder:
                yield path.name.removesuffix(".yaml")

    def _groups(self, value: object) -> Iterator[str]:
        for item in value if isinstance(value, list) else ():
            if isinstance(item, Mapping):
                yield from _listed([item])
                yield from self._groups(item.get("children"))


def _listed(value: object) -> Iterator[str]:
    """Yield the ids of a list of texts, a list of things with an id, or the keys of a mapping."""
    if isinstance(value, Mapping):
        yield from map(str, value)
    for item in value if isinstance(value, list) else ():
        found = item.get("id") if isinstance(item, Mapping) else item
        if found is not None:
            yield str(found)
