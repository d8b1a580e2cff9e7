"""The figures by which a body fills what an edition leaves open: read, checked, and what is then in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sealmark.core.documents import parse_yaml, read_model
from sealmark.core.errors import ProblemList, did_you_mean
from sealmark.core.numbers import plain
from sealmark.scheme.edition import Edition, Overlay

__all__ = ["FigureInForce", "checked_figures", "figures_in_force"]

_NAME = "overlay.yaml"
_LARGEST = 200_000


@dataclass(frozen=True, slots=True)
class FigureInForce:
    """One figure of an edition on a day.

    Attributes:
        name: Of the parameter.
        value: As text; empty: nobody has given it.
        unit: Of the value.
        source: ``edition``, ``overlay`` or ``missing``.
    """

    name: str
    value: str
    unit: str
    source: str


def checked_figures(edition: Edition, text: str, on: dt.date) -> Mapping[str, Decimal]:
    """Return the figures of an overlay for an edition; none for an empty text.

    Raises:
        SealmarkError: SM1xx or SM202 it cannot be read, with line and column; SM887 it is for another edition, is meant
            for practice, or fills what is not open. All of it.
    """
    if not text.strip():
        return {}
    problems = ProblemList()
    if len(text) > _LARGEST:
        problems.add("SM887", "The overlay is too large.", fix=f"At most {_LARGEST:,} characters are taken.")
        problems.raise_if_any()
    document = parse_yaml(text.encode(), _NAME)
    overlay = read_model(document, Overlay, code="SM202")
    if overlay.for_edition != edition.id:
        what = f"The overlay is for {overlay.for_edition}, not for {edition.id}."
        problems.add("SM887", what, where=document.where(("for_edition",)), fix="Give an overlay of this edition.")
    if overlay.kind == "practice":
        what, fix = "The overlay is meant for practice.", "Certify by figures of the licence holder."
        problems.add("SM887", what, where=document.where(("kind",)), fix=fix)
    open_ones = [name for name, parameter in edition.parameters.items() if _own(parameter.on(on)) is None]
    for name in overlay.values if overlay.for_edition == edition.id else ():
        where = document.where(("values", name))
        if name not in edition.parameters:
            problems.add("SM887", f'The edition has no parameter "{name}".', where=where,
                         fix=did_you_mean(name, open_ones))  # fmt: skip
        elif name not in open_ones:
            what = f'The parameter "{name}" is set by the scheme.'
            problems.add("SM887", what, where=where, fix="An overlay fills only figures that are left open.")
    problems.raise_if_any()
    return overlay.values


def _own(current: object) -> Decimal | None:
    return None if current is None else getattr(current, "value", None)


def figures_in_force(edition: Edition, overlay: Mapping[str, Decimal], on: dt.date) -> list[FigureInForce]:
    """Return every figure of an edition as it stands on a day with an overlay."""
    found = []
    for name, parameter in sorted(edition.parameters.items()):
        own = _own(parameter.on(on))
        value = own if own is not None else overlay.get(name)
        source = "edition" if own is not None else "missing" if value is None else "overlay"
        found.append(FigureInForce(name, "" if value is None else plain(value), parameter.unit, source))
    return found
