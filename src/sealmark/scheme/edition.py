"""The manifest files of a scheme and the edition they add up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from sealmark.core.documents import Document
from sealmark.scheme.figures import Figure, Id, Name, Parameter, Part, Source
from sealmark.scheme.golden import GoldenCase
from sealmark.scheme.grading import Grading
from sealmark.scheme.measures import Instrument, Measure
from sealmark.scheme.procedure import Procedure
from sealmark.scheme.requirements import Group, Requirement, Scale, Tree
from sealmark.scheme.wording import Language, Wording

__all__ = ["Declarations", "DeclaredFact", "Edition", "Manifest", "Overlay", "Parameters", "Relation", "Relations",
           "SchemeFile", "SizeClass"]  # fmt: skip


class SchemeFile(Part):
    """The file scheme.yaml at the top of a pack."""

    id: Id
    owner: Name
    licence: Name
    """Licence of the pack's own wording, an SPDX id or a sentence."""
    trade_marks: str = ""
    editions: tuple[Id, ...] = Field(min_length=1)


class SizeClass(Part):
    """A size class begins at a number of employees and ends where the next begins."""

    id: Id
    from_employees: int = Field(ge=0)


class Manifest(Part):
    """The file edition.yaml."""

    scheme: Id
    edition: Id
    state: Literal["draft", "consultation", "in-force", "withdrawn"]
    effective_from: dt.date
    effective_to: dt.date | None = None
    replaces: str = ""
    successor: str = ""
    source: Id
    """Covers the size classes and the confidence level."""
    languages: tuple[Language, ...] = Field(min_length=1)
    sizes: tuple[SizeClass, ...] = ()
    sectors: tuple[Id, ...] = ()
    modules: tuple[Id, ...] = ()
    confidence: Figure
    """Two-sided level of every interval that a measure does not set itself."""
    touchpoints: tuple[Id, ...] = ()
    properties: tuple[Id, ...] = ()


class DeclaredFact(Part):
    """A fact the organization declares and the assessor verifies."""

    type: Literal["number", "boolean", "date", "choice"]
    choices: tuple[str, ...] = ()
    unit: str = ""
    lowest: Figure | None = None
    highest: Figure | None = None


class DocumentKind(Part):
    """A document an evaluation may ask for."""

    months_valid: int | None = None


class Declarations(Part):
    """The file declarations.yaml: everything besides answers, records and marks that a case may hold."""

    facts: dict[Id, DeclaredFact] = {}
    documents: tuple[Id, ...] = ()
    credentials: tuple[Id, ...] = ()
    records: tuple[Id, ...] = ()
    """Record classes, for example tickets, repairs, complaints."""


class Parameters(Part):
    """The file parameters.yaml."""

    parameters: dict[Id, Parameter]


class Relation(Part):
    """How a requirement compares with another text."""

    requirement: Id
    to: Name
    """Another scheme's requirement (scheme/edition#id) or a legal clause (law:country/law#clause)."""
    relation: Literal["below", "meets", "exceeds"]
    source: Id
    note: str = ""


class Relations(Part):
    """The file relations.yaml."""

    relations: tuple[Relation, ...] = ()


class Overlay(Part):
    """Figures that fill null parameters of one edition: a separate file, named and digested in every result."""

    overlay: Id
    for_edition: str
    """scheme/edition."""
    kind: Literal["licence-holder", "practice"]
    """practice: for rehearsal only; no result under it may be called official."""
    supplied_by: Name
    note: str = ""
    values: dict[Id, Figure]


@dataclass(frozen=True)
class Edition:
    """One published edition, whole: what every later stage reads.

    Attributes:
        documents: Parsed files by relative path, for exact places in errors.
        files: Bytes by relative path, for the digest.
        parts: The model of each file by relative path, for checks and comparisons.
    """

    scheme: SchemeFile
    manifest: Manifest
    tree: Tree
    requirements: Mapping[str, Requirement]
    scales: Mapping[str, Scale]
    grading: Grading
    procedure: Procedure
    declarations: Declarations
    sources: Mapping[str, Source]
    parameters: Mapping[str, Parameter]
    instruments: Mapping[str, Instrument]
    measures: Mapping[str, Measure]
    relations: tuple[Relation, ...]
    wording: Mapping[Language, Wording]
    cases: tuple[GoldenCase, ...]
    overlays: Mapping[str, Overlay]
    digest: str
    documents: Mapping[str, Document] = field(default_factory=dict, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    parts: Mapping[str, Part] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """``scheme/edition``."""
        return f"{self.scheme.id}/{self.manifest.edition}"

    @property
    def groups(self) -> dict[str, Group]:
        """Every group of the tree by id."""
        return {group.id: group for group in self.tree.groups()}
