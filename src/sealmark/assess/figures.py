"""Look numbers up: written out, by parameter, by size class. Unknown stays unknown, with its name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from sealmark.scheme.edition import Edition
from sealmark.scheme.figures import BySize, Number, ParameterRef
from sealmark.scheme.walking import numbers_at

__all__ = ["FigureBook", "Missing"]

MissingKind = Literal[
    "parameter", "size", "sector", "modules", "fact", "document", "persons", "actions", "measure", "change",
    "judgement",
]  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Missing:
    """Something that would have to be known, by kind and id."""

    kind: MissingKind
    id: str


@dataclass(frozen=True)
class FigureBook:
    """The numbers of an edition as they stand for one organization on one day.

    Attributes:
        overlay: Values of an overlay for parameters that the edition leaves null.
    """

    edition: Edition
    as_of: dt.date
    employees: int | None = None
    overlay: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def size(self) -> str | None:
        """The size class, or None when it cannot be told."""
        if self.employees is None:
            return None
        fitting = [item for item in self.edition.manifest.sizes if item.from_employees <= self.employees]
        return max(fitting, key=lambda item: item.from_employees).id if fitting else None

    def number(self, number: Number) -> Decimal | Missing:
        """Return the value of a number, or what is missing to know it."""
        if isinstance(number, ParameterRef):
            return self.parameter(number.parameter)
        if isinstance(number, BySize):
            size = self.size
            return self.number(number.by_size[size]) if size in number.by_size else Missing("size", "employees")
        return number

    def unknown_in(self, *parts: object) -> tuple[Missing, ...]:
        """Return every figure written in rules or other parts of a pack that is not known, each once, in order."""
        placed = (item for part in parts for item in numbers_at(part) if "by_size" not in item.path)
        known = (self.number(item.number) for item in placed)
        return tuple(dict.fromkeys(item for item in known if isinstance(item, Missing)))

    def parameter(self, name: str) -> Decimal | Missing:
        """Return the value of a parameter in force, from the edition or else from the overlay."""
        parameter = self.edition.parameters.get(name)
        current = parameter.on(self.as_of) if parameter else None
        if current is not None and current.value is not None:
            return current.value
        if current is not None and name in self.overlay:
            return self.overlay[name]
        return Missing("parameter", name)
