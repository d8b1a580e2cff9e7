"""Walk the parts of a pack with the place of each: what names what, and where the numbers stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from sealmark.scheme import golden, grading, measures, procedure, requirements, rules
from sealmark.scheme.edition import Edition, Manifest, Overlay, Relation
from sealmark.scheme.figures import BySize, Number, ParameterRef, ParameterValue

__all__ = [
    "Path", "PlacedNumber", "PlacedPart", "Reference", "changes_asked", "numbers_at", "parts_in", "references_in",
]  # fmt: skip

Path = tuple["str | int", ...]


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """A part of a file and the path to it."""

    file: str
    path: Path
    part: BaseModel


@dataclass(frozen=True, slots=True)
class PlacedNumber:
    """A number that was written down, and the path to it."""

    path: Path
    number: Number


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that names something defined elsewhere.

    Attributes:
        kind: What is named: measure, fact, gate ...
        name: The id that stands there.
        file: The file it stands in.
        path: Where it stands.
    """

    kind: str
    name: str
    file: str
    path: Path


Form = Literal["one", "many", "keys", "pairs"]

_Names = tuple[tuple[str, str, Form], ...]
_SOURCE: _Names = (("source", "source", "one"),)
_NAMES: Mapping[type[BaseModel], _Names] = {
    Manifest: _SOURCE,
    requirements.Tree: _SOURCE,
    requirements.Scales: _SOURCE,
    requirements.Requirement: (
        *_SOURCE,
        ("modes", "mode", "many"),
        ("touchpoints", "touchpoint", "many"),
        ("properties", "property", "many"),
    ),
    rules.Applies: (
        ("sizes", "size", "many"),
        ("sectors", "sector", "many"),
        ("modules", "module", "many"),
        ("facts", "fact", "keys"),
    ),
    rules.JudgementRule: (("judgement", "scale", "one"),),
    rules.SampleRule: (("sample", "scale", "one"),),
    rules.MeasureRule: (("measure", "measure", "one"),),
    rules.ChangeRule: (("change", "measure", "one"),),
    rules.FactRule: (("fact", "fact", "one"), ("per", "fact", "one")),
    rules.DocumentRule: (("document", "document", "one"),),
    rules.PersonsRule: (("persons", "credential", "one"), ("per", "fact", "one")),
    ParameterRef: (("parameter", "parameter", "one"),),
    ParameterValue: _SOURCE,
    BySize: (("by_size", "size", "keys"),),
    grading.Grading: (*_SOURCE, ("waivable", "gate", "many")),
    grading.Score: (("node", "group", "one"), ("adjustments", "adjustment", "many")),
    grading.Adjustment: (("count", "fact", "one"),),
    grading.ScoreGate: (("score", "score", "one"),),
    grading.NodeGate: (("nodes", "node", "many"),),
    grading.CountGate: (("below", "node", "one"),),
    grading.SpecialsGate: (("adjustment", "adjustment", "one"),),
    grading.GradeGate: (("ladder", "ladder", "one"),),
    grading.Ladder: (("score", "score", "one"), ("gates", "gate", "many")),
    grading.Grade: (("gates", "gate", "many"),),
    measures.Instrument: _SOURCE,
    measures.Item: (("touchpoint", "touchpoint", "one"),),
    measures.Measure: (
        *_SOURCE,
        ("instrument", "instrument", "one"),
        ("records", "record class", "one"),
    ),
    procedure.Procedure: (
        *_SOURCE,
        ("application_documents", "document", "many"),
        ("separations", "role", "pairs"),
    ),
    procedure.Stage: (("modes", "mode", "many"),),
    procedure.Surveillance: (("modes", "mode", "many"),),
    procedure.Objective: (("serves", "requirement", "many"), ("measure", "measure", "one")),
    Relation: (*_SOURCE, ("requirement", "requirement", "one")),
    Overlay: (("values", "parameter", "keys"),),
    golden.GoldenFile: (("requirements", "requirement", "many"),),
    golden.GoldenCase: (("requirement", "requirement", "one"),),
    golden.Given: (
        ("overlay", "overlay", "one"),
        ("parameters", "parameter", "keys"),
        ("sector", "sector", "one"),
        ("modules", "module", "many"),
        ("facts", "fact", "keys"),
        ("documents", "document", "keys"),
        ("measures", "measure", "keys"),
        ("judgements", "requirement", "keys"),
        ("waivers", "gate", "many"),
    ),
    golden.GivenPerson: (("credential", "credential", "one"),),
    golden.Expected: (
        ("scores", "score", "keys"),
        ("grades", "ladder", "keys"),
        ("gates", "gate", "keys"),
        ("nodes", "node", "keys"),
    ),
}


def parts_in(edition: Edition) -> Iterator[PlacedPart]:
    """Yield every part of every file, parents first."""
    for file, part in edition.parts.items():
        yield from _parts_below(part, file, ())


def changes_asked(edition: Edition) -> frozenset[str]:
    """Return the measures whose change any rule of the edition asks for, its procedure included."""
    parts = (placed.part for placed in parts_in(edition))
    return frozenset(part.change for part in parts if isinstance(part, rules.ChangeRule))


def _parts_below(value: object, file: str, path: Path) -> Iterator[PlacedPart]:
    if isinstance(value, BaseModel):
        yield PlacedPart(file, path, value)
    for key, item in _children(value):
        yield from _parts_below(item, file, (*path, key))


def _children(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, BaseModel):
        yield from vars(value).items()
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


def references_in(edition: Edition) -> Iterator[Reference]:
    """Yield every place that names something defined elsewhere in the edition."""
    for placed in parts_in(edition):
        for field, kind, form in _NAMES.get(type(placed.part), ()):
            value = getattr(placed.part, field)
            for path, name in _names(value, form, (*placed.path, field)):
                yield Reference(kind, name, placed.file, path)


def _names(value: object, form: Form, path: Path) -> Iterator[tuple[Path, str]]:
    if form == "one":
        if value:
            yield path, str(value)
        return
    for key, item in _children(value):
        if form == "pairs":
            yield from _names(item, "many", (*path, key))
        else:
            yield (*path, key), str(key if form == "keys" else item)


def numbers_at(part: object, path: Path = ()) -> Iterator[PlacedNumber]:
    """Yield every number written in a part with the path to it; defaults are not written."""
    if isinstance(part, Decimal | ParameterRef | BySize):
        yield PlacedNumber(path, part)
        if isinstance(part, BySize):
            for size, number in part.by_size.items():
                yield PlacedNumber((*path, "by_size", size), number)
        return
    for key, item in _children(part):
        if not isinstance(part, BaseModel) or key in part.model_fields_set:
            yield from numbers_at(item, (*path, key))
