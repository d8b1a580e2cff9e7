"""Names: dangling, double and unused ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from sealmark.core.errors import Problem, did_you_mean
from sealmark.scheme.checks.view import View
from sealmark.scheme.golden import EACH, Expected, Given, GoldenFile
from sealmark.scheme.grading import GradeGate, Ladder
from sealmark.scheme.index import PLACES
from sealmark.scheme.measures import Instrument
from sealmark.scheme.walking import Path, PlacedPart, Reference

__all__ = ["check_doubles", "check_names", "check_unused"]

_MAY_STAND_FREE = {"source", "requirement", "group", "node", "gate", "score", "ladder", "mode", "role", "size",
                   "sector", "module", "touchpoint", "property", "overlay"}  # fmt: skip
_IDLE = ("cases/", "overlays/", "text/")
"""Files in which naming something is no use of it."""


def check_names(view: View) -> Iterator[Problem]:
    """Yield a problem for every id that names nothing."""
    for reference in view.references:
        legal = view.index.ids(reference.kind)
        if reference.name not in legal and not (reference.kind == "requirement" and _is_each(view, reference)):
            at = (reference.file, reference.path)
            yield _dangling(view, reference.kind, reference.name, at, legal)
    for placed in view.parts:
        yield from _special(view, placed)


def _is_each(view: View, reference: Reference) -> bool:
    """Tell whether a name stands for each requirement of a file of golden cases."""
    return reference.name == EACH and _names_several(view, reference.file)


def _names_several(view: View, file: str) -> bool:
    part = view.edition.parts.get(file)
    return isinstance(part, GoldenFile) and bool(part.requirements)


def _dangling(view: View, kind: str, name: str, at: tuple[str, Path], legal: tuple[str, ...]) -> Problem:
    place = PLACES.get(kind, "")
    place = f"{place}{name}.yaml" if place.endswith("/") else place
    fix = did_you_mean(name, set(legal)) + (f" Or define it in {place}." if place else "")
    return view.problem("SM210", f'There is no {kind} "{name}".', at, fix)


def _special(view: View, placed: PlacedPart) -> Iterator[Problem]:
    """Names whose legal values depend on their neighbours."""
    part, file, path = placed.part, placed.file, placed.path
    if isinstance(part, GradeGate):
        grades = _grades(view, part.ladder)
        if grades and part.at_least not in grades:
            yield _dangling(view, "grade", part.at_least, (file, (*path, "at_least")), grades)
    elif isinstance(part, Expected):
        yield from _expected(view, part, file, path)
    elif isinstance(part, Given):
        legal = (*view.index.ids("requirement"), "default", *((EACH,) if _names_several(view, file) else ()))
        for name in part.shares:
            if name not in legal:
                yield _dangling(view, "requirement", name, (file, (*path, "shares", name)), legal)


def _expected(view: View, part: Expected, file: str, path: Path) -> Iterator[Problem]:
    for ladder, grade in part.grades.items():
        legal = _grades(view, ladder, results=True)
        if legal and grade not in legal:
            yield _dangling(view, "grade", grade, (file, (*path, "grades", ladder)), legal)
    marks = {mark for item in view.edition.requirements.values() for mark in view.marks_of(item)}
    for mark in part.marks:
        if mark not in marks:
            yield _dangling(view, "mark", mark, (file, (*path, "marks", mark)), tuple(marks))
    anything = {name for kind in view.index.kinds for name in view.index.ids(kind)} | marks
    anything |= {EACH} if _names_several(view, file) else set()
    for position, name in enumerate(part.missing):
        if name not in anything and name not in {"employees", "sector", "modules", "actions", "persons"}:
            what = f'Nothing in the edition has the id "{name}".'
            yield view.problem("SM210", what, (file, (*path, "missing", position)),
                               "Name a parameter, fact, measure, document, credential or requirement.")  # fmt: skip


def _grades(view: View, ladder: str, *, results: bool = False) -> tuple[str, ...]:
    found = next((item for item in view.edition.grading.ladders if item.id == ladder), None)
    if found is None:
        return ()
    grades = tuple(grade.id for grade in found.grades)
    return (*grades, found.below, "not-determined") if results else grades


def check_doubles(view: View) -> Iterator[Problem]:
    """Yield a problem for every id that two things share."""
    for kind in ("size", "sector", "module", "touchpoint", "property", "score", "adjustment", "gate", "ladder",
                 "mode", "role", "document", "credential", "record class"):  # fmt: skip
        for name in _twice(view.index.ids(kind)):
            yield view.problem("SM213", f'The {kind} "{name}" is defined twice.', _second(view, kind, name),
                               "Rename or remove one of the two.")  # fmt: skip
    yield from _double_nodes(view)
    for placed in view.parts:
        if isinstance(placed.part, Instrument):
            yield from _listed_twice(view, placed, "items", "item")
        elif isinstance(placed.part, Ladder):
            yield from _listed_twice(view, placed, "grades", "grade")


def _double_nodes(view: View) -> Iterator[Problem]:
    requirements = set(view.index.ids("requirement"))
    seen: set[str] = set()
    for group, path in view.placed_groups:
        at = ("tree.yaml", (*path, "id"))
        if group.id in requirements:
            what = f'The group "{group.id}" has the id of a requirement.'
            yield view.problem("SM213", what, at, "Groups and requirements share one set of ids; rename one.")
        elif group.id in seen and group.id not in {item.id for item in view.above(path)}:
            what = f'The group "{group.id}" is defined twice.'
            yield view.problem("SM213", what, at, "Rename or remove one of the two.")
        seen.add(group.id)


def _second(view: View, kind: str, name: str) -> tuple[str, Path]:
    file = PLACES[kind]
    for document_path in view.edition.documents[file].positions:
        if len(document_path) == 1:
            items = view.index.content(file, document_path)
            names = [item.get("id") if isinstance(item, Mapping) else item for item in _as_list(items)]
            if names.count(name) > 1 and document_path[0] == _plural(kind):
                return file, (*document_path, len(names) - 1 - names[::-1].index(name))
    return file, ()


def _plural(kind: str) -> str:
    return {"property": "properties", "record class": "records"}.get(kind, f"{kind}s")


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _listed_twice(view: View, placed: PlacedPart, field: str, kind: str) -> Iterator[Problem]:
    names = [item.id for item in getattr(placed.part, field)]
    for name in _twice(names):
        position = len(names) - 1 - names[::-1].index(name)
        at = (placed.file, (*placed.path, field, position, "id"))
        what = f'The {kind} "{name}" is defined twice.'
        yield view.problem("SM213", what, at, "Rename or remove one of the two.")


def _twice(names: tuple[str, ...] | list[str]) -> list[str]:
    return [name for name, number in Counter(names).items() if number > 1]


def check_unused(view: View) -> Iterator[Problem]:
    """Yield a warning for everything defined and never used."""
    if not view.structure_is_whole:
        return
    used = {(item.kind, item.name) for item in view.references if not item.file.startswith(_IDLE)}
    # Where a name of a kind dangles, the unused one is probably what was meant: one mistake, one message.
    dangling = {item.kind for item in view.references if item.name not in view.index.ids(item.kind)}
    for kind, file in PLACES.items():
        if kind in _MAY_STAND_FREE or kind in dangling:
            continue
        for name in dict.fromkeys(view.index.ids(kind)):
            if (kind, name) not in used:
                yield view.problem("SM291", f'The {kind} "{name}" is never used.', _definition(file, kind, name),
                                   "Use it, or remove it.", severity="warning")  # fmt: skip


def _definition(file: str, kind: str, name: str) -> tuple[str, Path]:
    if file.endswith("/"):
        return f"{file}{name}.yaml", ()
    return file, (_plural(kind), name)
