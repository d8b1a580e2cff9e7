"""Compare two editions: what was added, removed or changed, and whether it can change a grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from sealmark.core.numbers import plain
from sealmark.scheme.edition import Edition
from sealmark.scheme.requirements import Group
from sealmark.scheme.wording import Wording

__all__ = ["Change", "ChangeClass", "compare"]

ChangeClass = Literal["affects-grading", "procedure", "wording-only", "golden-cases"]

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two editions.

    Attributes:
        area: What kind of thing: requirement, group, parameter, gate, grade, measure, wording ...
        id: Which one; for wording the language and the key.
        what: added, removed, or changed.
        key: The changed key, empty for whole things.
        old: The value before, as text; empty when added.
        new: The value after, as text; empty when removed.
        affects: Whether a grade can differ, only the procedure, only words, or only the golden cases.
    """

    area: str
    id: str
    what: Literal["added", "removed", "changed"]
    key: str = ""
    old: str = ""
    new: str = ""
    affects: ChangeClass = "affects-grading"


def compare(old: Edition, new: Edition) -> tuple[Change, ...]:
    """Return every difference between two editions, grading first, wording last.

    Example:
        >>> [change.id for change in compare(edition_2025, edition_2026) if change.area == "requirement"]
        ['response-time']
    """
    changes = [*_things(old, new), *_wording(old, new)]
    order = ("affects-grading", "procedure", "golden-cases", "wording-only")
    return tuple(sorted(changes, key=lambda change: order.index(change.affects)))


def _things(old: Edition, new: Edition) -> Iterator[Change]:
    before, after = _inventory(old), _inventory(new)
    for area in before:
        yield from _between(area, before[area], after[area])


def _inventory(edition: Edition) -> Mapping[str, Mapping[str, object]]:
    """Return everything an edition consists of, by area and id."""
    grading, procedure = edition.grading, edition.procedure
    return {
        "edition": {"edition": _without(edition.manifest, "edition", "replaces", "successor", "languages")},
        "requirement": edition.requirements,
        "group": _groups(edition),
        "scale": edition.scales,
        "parameter": edition.parameters,
        "measure": edition.measures,
        "instrument": _instruments(edition),
        "item": _items(edition),
        "fact": edition.declarations.facts,
        "score": {item.id: item for item in grading.scores},
        "adjustment": {item.id: item for item in grading.adjustments},
        "gate": {item.id: item for item in grading.gates},
        "waivable gate": dict.fromkeys(grading.waivable, True),
        "ladder": {item.id: _without(item, "grades") for item in grading.ladders},
        "grade": {f"{ladder.id}/{grade.id}": grade for ladder in grading.ladders for grade in ladder.grades},
        "source": edition.sources,
        "procedure": {"procedure": procedure},
        "declaration": {"declarations": _without(edition.declarations, "facts")},
        "relation": {f"{item.requirement} {item.to}": item for item in edition.relations},
        "overlay": edition.overlays,
        "golden case": {f"{case.requirement or 'whole'}: {case.case}": case for case in edition.cases},
    }


def _without(part: BaseModel, *keys: str) -> dict[str, object]:
    return {key: value for key, value in vars(part).items() if key not in keys}


def _groups(edition: Edition) -> dict[str, object]:
    """Return groups with their children as ids, so that a change below shows where it is."""
    return {
        group.id: {
            **_without(group, "children"),
            "children": tuple(child.id if isinstance(child, Group) else child for child in group.children),
        }
        for group in edition.tree.groups()
    }


def _instruments(edition: Edition) -> dict[str, object]:
    return {
        name: {**_without(item, "items"), "items": tuple(question.id for question in item.items)}
        for name, item in edition.instruments.items()
    }


def _items(edition: Edition) -> dict[str, object]:
    return {f"{name}/{item.id}": item for name, part in edition.instruments.items() for item in part.items}


_CLASSES: Mapping[str, ChangeClass] = {
    "procedure": "procedure",
    "declaration": "procedure",
    "relation": "wording-only",
    "golden case": "golden-cases",
}
_WORDS_ONLY = {
    "clause",
    "touchpoints",
    "properties",
    "note",
    "title",
    "url",
    "decimals",
    "state",
    "unit",
    "information",
}
"""Keys that no computation reads."""
_IN_PROCEDURE = {"modes"}


def _between(area: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
    whole = _CLASSES.get(area, "affects-grading")
    for name in before:
        if name not in after:
            yield Change(area, name, "removed", old=_one_line(before[name]), affects=whole)
    for name in after:
        if name not in before:
            yield Change(area, name, "added", new=_one_line(after[name]), affects=whole)
        else:
            for key, old, new in _differences(before[name], after[name], ""):
                yield Change(area, name, "changed", key, _text(old), _text(new), _class_of(whole, area, key))


def _class_of(whole: ChangeClass, area: str, key: str) -> ChangeClass:
    last = key.rpartition(".")[2]
    # A measure's unit decides how its value is read; other units are labels.
    if last in _WORDS_ONLY and not (last == "unit" and area == "measure"):
        return "wording-only"
    if area == "scale" and key.startswith("bands"):  # bands are words for marks, no share depends on them
        return "wording-only"
    if last in _IN_PROCEDURE or (area == "source" and last in {"confidence", "status"}):
        return "procedure"
    return whole


def _differences(old: object, new: object, key: str) -> Iterator[tuple[str, object, object]]:
    """Yield the deepest keys at which two values differ."""
    before, after = _as_mapping(old), _as_mapping(new)
    if before is None or after is None:
        if old != new:
            yield key, old, new
        return
    for name in dict.fromkeys((*before, *after)):
        place = f"{key}.{name}" if key else str(name)
        first, second = before.get(name, _MISSING), after.get(name, _MISSING)
        if first is _MISSING or second is _MISSING:
            yield place, first, second
        else:
            yield from _differences(first, second, place)


def _as_mapping(value: object) -> Mapping[str, object] | None:
    if isinstance(value, BaseModel):
        return vars(value)
    if isinstance(value, Mapping):
        return value
    if isinstance(value, tuple) and value and all(isinstance(item, BaseModel) for item in value):
        return {str(getattr(item, "id", position)): item for position, item in enumerate(value)}
    return None


def _wording(old: Edition, new: Edition) -> Iterator[Change]:
    for language in dict.fromkeys((*old.wording, *new.wording)):
        before, after = (_texts(edition.wording.get(language)) for edition in (old, new))
        for key in dict.fromkeys((*before, *after)):
            first, second = before.get(key, ""), after.get(key, "")
            if first != second:
                what: Literal["added", "removed", "changed"]
                what = "added" if key not in before else "removed" if key not in after else "changed"
                yield Change("wording", language, what, key, first, second, "wording-only")


def _texts(wording: Wording | None) -> dict[str, str]:
    found: dict[str, str] = {}

    def collect(value: object, key: str) -> None:
        parts = _as_mapping(value)
        if parts is not None:
            for name, item in parts.items():
                collect(item, f"{key}.{name}" if key else str(name))
        elif isinstance(value, tuple):
            found[key] = " / ".join(map(str, value))
        elif value:
            found[key] = str(value)

    if wording is not None:
        collect(_without(wording, "language"), "")
    return found


def _one_line(value: object) -> str:
    parts = _as_mapping(value)
    if parts is None:
        return _text(value)
    named = {key: item for key, item in parts.items() if item not in (None, (), {}, "")}
    return ", ".join(f"{key}: {_text(item)}" for key, item in named.items())


def _text(value: object) -> str:
    """Return a value as people would write it in the file."""
    if value is _MISSING or value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    parts = vars(value) if isinstance(value, BaseModel) else value
    if isinstance(parts, Mapping):
        inner = (f"{key}: {_text(item)}" for key, item in parts.items() if item not in (None, (), {}, ""))
        return "{" + ", ".join(inner) + "}"
    if isinstance(parts, list | tuple):
        return "[" + ", ".join(_text(item) for item in parts) + "]"
    return str(parts).lower() if isinstance(parts, bool) else str(parts)
