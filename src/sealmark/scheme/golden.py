"""Golden cases: what goes in and what must come out, run by ``sealmark scheme cases``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import Field, model_validator

from sealmark.scheme.figures import FactInput, Figure, Flag, Id, Name, Part
from sealmark.scheme.requirements import Statement

__all__ = [
    "EACH",
    "Expected",
    "Given",
    "GivenAction",
    "GivenChange",
    "GivenDocument",
    "GivenEstimate",
    "GivenMark",
    "GivenPerson",
    "GoldenCase",
    "GoldenFile",
]  # fmt: skip


class GivenChange(Part):
    """How far a measure moved between two waves, as if it had been computed."""

    value: Figure | None = None
    """After less before, in the measure's unit."""
    lower: Figure | None = None
    upper: Figure | None = None
    base: int = 1000
    """Answers or records in the smaller wave."""


class GivenEstimate(Part):
    """A measure's value as if it had been computed."""

    value: Figure | None = None
    lower: Figure | None = None
    upper: Figure | None = None
    base: int = 1000
    sites: dict[str, Figure] = {}
    """Value per site, for rules that look at sites."""
    site_bases: dict[str, int] = {}
    """Base of a site; the overall base for sites not named."""
    change: GivenChange | None = None
    """For change rules; not given: the case names no two waves."""


class GivenMark(Part):
    """Marks one assessor gave at one site; ``units`` repeats it for judged samples."""

    mark: str | int | Figure | None
    """A code of the scale, a number, or null for a mark that is missing."""
    dimension: Id | None = None
    """Which mark, for requirements with several (intent ...)."""
    site: str = "head-office"
    assessor: str = "a"
    units: int = Field(default=1, ge=1)


class GivenDocument(Part):
    """A document as shown."""

    dated: dt.date | None
    """null: declared absent."""
    valid_until: dt.date | None = None


class GivenPerson(Part):
    """Certificates held, as counted groups."""

    credential: Id
    obtained: dt.date
    expires: dt.date | None = None
    number: int = Field(default=1, ge=1)


class GivenAction(Part):
    """Improvement actions, as counted groups."""

    due: dt.date
    state: str
    number: int = Field(default=1, ge=1)


class Given(Part):
    """The evidence of a golden case. What is not given is missing."""

    overlay: str = ""
    """An overlay of the edition, by file name without ending."""
    parameters: dict[Id, Figure | None] = {}
    """Parameters as a licence holder would fill them, or null to blank them."""
    employees: int | None = None
    sector: Id | None = None
    modules: tuple[Id, ...] = ()
    """Not given: not declared. For none of them write []."""
    facts: dict[Id, FactInput] = {}
    documents: dict[Id, GivenDocument] = {}
    persons: tuple[GivenPerson, ...] = ()
    actions: tuple[GivenAction, ...] = ()
    measures: dict[Id, GivenEstimate] = {}
    judgements: dict[Id, tuple[GivenMark, ...]] = {}
    """Marks by requirement."""
    shares: dict[Id, Figure | Statement] = {}
    """Whole cases only: findings set directly, by requirement; "default" for all others."""
    waivers: tuple[Id, ...] = ()
    """Gates waived with a reason."""


class Expected(Part):
    """What must come out. Only what is named is compared."""

    statement: Statement | None = None
    share: Figure | None = None
    points: Figure | None = None
    marks: dict[Id, Figure] = {}
    scores: dict[Id, Figure | None] = {}
    grades: dict[Id, Id] = {}
    """Grade by ladder; "not-determined" when it cannot be given."""
    gates: dict[Id, Flag | None] = {}
    nodes: dict[Id, Figure | Statement] = {}
    """Shares of nodes, or their statement when there is no share."""
    retention: Flag | None = None
    """Whole cases: whether all that the procedure asks for to keep the certificate holds; null: not determined."""
    missing: tuple[str, ...] = ()
    """Ids (parameters, facts, measures ...) that must be named as missing."""


class GoldenCase(Part):
    """One case in one sentence."""

    case: Name
    requirement: Id | None = None
    """Only this requirement is judged; the whole edition when not given."""
    as_of: dt.date
    given: Given = Given()
    expect: Expected

    @model_validator(mode="after")
    def _expects_something(self) -> GoldenCase:
        if not self.expect.model_fields_set:
            raise ValueError(
                "expect names nothing; a case that cannot fail proves nothing\n"
                "Name at least one thing that must come out."
            )
        return self


EACH = "each"
"""Stands for the requirement in the cases of a file that names several."""

Value = TypeVar("Value")


class GoldenFile(Part):
    """A file in cases/. ``requirement`` and ``as_of`` given here hold for all its cases that do not say otherwise."""

    requirement: Id | None = None
    requirements: tuple[Id, ...] = Field(default=(), min_length=1)
    """Instead of ``requirement``: every case is run for each of them. In ``given.judgements``, ``given.shares``
    and ``expect.missing`` the key ``each`` stands for the requirement."""
    as_of: dt.date | None = None
    cases: tuple[GoldenCase, ...] = Field(min_length=1)

    def told(self) -> Iterator[tuple[int, GoldenCase]]:
        """Yield every case as it is run, with the position at which it is written."""
        for position, case in enumerate(self.cases):
            if not self.requirements or "requirement" in case.model_fields_set:
                yield position, case
            else:
                yield from ((position, _told_of(name, case)) for name in self.requirements)

    @model_validator(mode="after")
    def _one_or_several(self) -> GoldenFile:
        if self.requirement is not None and self.requirements:
            raise ValueError("both requirement and requirements are given\nKeep one of the two.")
        return self

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, value: object) -> object:
        if not isinstance(value, dict) or not isinstance(value.get("cases"), list):
            return value
        common = {key: value[key] for key in ("requirement", "as_of") if value.get(key) is not None}
        cases = [{**common, **case} if isinstance(case, dict) else case for case in value["cases"]]
        return {**value, "cases": cases}


def _told_of(name: str, case: GoldenCase) -> GoldenCase:
    """Return a case as it is run for one requirement, which it calls "each"."""
    given = case.given.model_copy(
        update={"judgements": _renamed(case.given.judgements, name), "shares": _renamed(case.given.shares, name)}
    )
    missing = tuple(name if item == EACH else item for item in case.expect.missing)
    expect = case.expect.model_copy(update={"missing": missing}) if missing else case.expect
    told = {"case": f"{case.case} ({name})", "requirement": name, "given": given, "expect": expect}
    return case.model_copy(update=told)


def _renamed(parts: Mapping[str, Value], name: str) -> dict[str, Value]:
    return {name if key == EACH else key: value for key, value in parts.items()}
