"""An edition as the checks see it: its ids, its places, and what its numbers are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from sealmark.core.errors import Problem
from sealmark.scheme.edition import Edition
from sealmark.scheme.figures import BySize, Number, ParameterRef
from sealmark.scheme.index import Index
from sealmark.scheme.requirements import Group, Requirement
from sealmark.scheme.rules import Applies
from sealmark.scheme.walking import Path, PlacedPart, Reference, parts_in, references_in

__all__ = ["Setting", "View", "written"]


@dataclass(frozen=True, slots=True)
class Setting:
    """Under what a number is read: a day, a size class, and an overlay's values."""

    day: dt.date
    size: str | None = None
    overlay: str | None = None


class View:
    """An edition with what every check needs to know about it."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.index = Index(edition)

    def problem(self, code: str, what: str, at: tuple[str, Path], fix: str = "", *, severity: str = "error") -> Problem:
        """Return a problem with its exact place."""
        file, path = at
        document = self.edition.documents.get(file)
        return Problem(code, what, document.where(path) if document else file, fix, severity)

    @cached_property
    def structure_is_whole(self) -> bool:
        """Whether every file but wording, cases and overlays was read as it stands.

        What a file with a wrong value defines or uses is not fully known, so
        "never used" and "belongs to nothing" cannot be told then.
        """
        aside = ("cases/", "overlays/", "text/", "scheme.yaml")
        return all(file in self.edition.parts for file in self.edition.files if not file.startswith(aside))

    @property
    def incomplete(self) -> str:
        """How severe a gap is: drafts may have gaps, published editions may not."""
        draft = self.edition.manifest.state in {"draft", "consultation"}
        return "warning" if draft else "error"

    @cached_property
    def parts(self) -> tuple[PlacedPart, ...]:
        """Every part of every file with its place."""
        return tuple(parts_in(self.edition))

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Every place that names something defined elsewhere."""
        return tuple(references_in(self.edition))

    @cached_property
    def placed_groups(self) -> tuple[tuple[Group, Path], ...]:
        """Every group with its path in tree.yaml, parents first."""
        return tuple(_placed(self.edition.tree.roots, ("roots",)))

    def above(self, path: Path) -> tuple[Group, ...]:
        """Return the groups around a place in tree.yaml, the outermost first."""
        return tuple(group for group, place in self.placed_groups if place == path[: len(place)] != path)

    @cached_property
    def parents(self) -> Mapping[str, tuple[Group, ...]]:
        """The groups above each requirement and group, the nearest first."""
        found: dict[str, tuple[Group, ...]] = {}
        for group, _ in self.placed_groups:
            above = (group, *found.get(group.id, ()))
            for child in group.children:
                found.setdefault(child if isinstance(child, str) else child.id, above)
        return found

    @cached_property
    def base(self) -> Setting:
        """The edition's first day, no size class, no overlay."""
        return Setting(self.edition.manifest.effective_from)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """Every setting in which numbers can differ: days of change, size classes, overlays."""
        first = self.edition.manifest.effective_from
        days = {
            item.effective_from
            for parameter in self.edition.parameters.values()
            for item in parameter.values
            if item.effective_from > first
        }
        sizes: list[str | None] = [size.id for size in self.edition.manifest.sizes]
        overlays: list[str | None] = [None, *self.edition.overlays]
        return tuple(
            Setting(day, size, overlay)
            for overlay in overlays
            for day in sorted({first, *days})
            for size in sizes or [None]
        )

    def value(self, number: Number | None, setting: Setting) -> Decimal | None:
        """Return what a number is in a setting; None when it is not known."""
        if isinstance(number, BySize):
            return self.value(number.by_size.get(setting.size or ""), setting)
        if isinstance(number, ParameterRef):
            return self._parameter(number.parameter, setting)
        return number

    def _parameter(self, name: str, setting: Setting) -> Decimal | None:
        parameter = self.edition.parameters.get(name)
        found = parameter.on(setting.day) if parameter else None
        if found is not None and found.value is not None:
            return found.value
        overlay = self.edition.overlays.get(setting.overlay or "")
        return overlay.values.get(name) if overlay else None

    def conditions(self, name: str) -> list[Applies]:
        """Return when a requirement applies: its own condition and those of the groups above."""
        own = self.edition.requirements[name].applies
        above = [group.applies for group in self.parents.get(name, ())]
        return [item for item in (own, *above) if item is not None]

    def marks_of(self, requirement: Requirement) -> tuple[str, ...]:
        """Return the marks its judgement rules ask for."""
        return tuple(mark for rule in requirement.evidence for mark in getattr(rule, "marks", ()))


def _placed(nodes: tuple[Group | str, ...], path: Path) -> Iterator[tuple[Group, Path]]:
    for position, node in enumerate(nodes):
        if isinstance(node, Group):
            yield node, (*path, position)
            yield from _placed(node.children, (*path, position, "children"))


def written(value: object) -> str:
    """Return a value as it stands in a file."""
    return str(value).lower() if isinstance(value, bool) else str(value)
