"""The evidence of one case as grading sees it: small, in memory, already measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from sealmark.core.estimates import Estimate

__all__ = [
    "ActionState",
    "Changed",
    "Document",
    "Draw",
    "Evidence",
    "FactValue",
    "ImprovementAction",
    "Mark",
    "Measured",
    "OpenCases",
    "PersonCertificate",
    "change_key",
]

FactValue = bool | Decimal | dt.date | str
ActionState = Literal["planned", "done", "effective"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What one assessor wrote about one requirement at one site, or about one drawn unit."""

    mark: str | Decimal | None
    site: str = "head-office"
    assessor: str = ""
    dimension: str | None = None
    units: int = 1
    pointer: str = ""
    """Where it was read: file and row."""


@dataclass(frozen=True, slots=True)
class OpenCases:
    """Cases of service records that are not finished, and what leaving them out would have said.

    Attributes:
        number: How many are open on the as-of day.
        finished_only: The figure from finished cases alone; nothing is judged by it.
    """

    number: int
    finished_only: Estimate


@dataclass(frozen=True, slots=True)
class Changed:
    """How far a measure moved between the two waves of the case.

    Attributes:
        before: The measure in the earlier wave.
        after: The measure in the later wave.
        change: After less before; what both waves share is counted in its interval.
        correlations: How its sampling error goes with those of measures, by their names, and of
            other changes, by :func:`change_key`.
    """

    before: Estimate
    after: Estimate
    change: Estimate
    correlations: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def base(self) -> int:
        """Answers or records in the smaller wave."""
        return min(self.before.base, self.after.base)


def change_key(measure: str) -> str:
    """Return the name under which the change of a measure stands beside measures; no id holds a colon.

    Example:
        >>> change_key("satisfaction")
        'change:satisfaction'
    """
    return f"change:{measure}"


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure's estimate for the whole organization and, where needed, per site.

    Attributes:
        hidden: Sites whose figures are counted but never told: people could be recognized by them.
        withheld: Whether even a number made of all sites' figures would give a hidden one away.
        open_cases: For measures of records in which open cases count.
        correlations: How its sampling error goes with those of other measures of the same survey, by their
            names, and of changes, by :func:`change_key`.
        opposed: Items of a survey's index that run against its other items.
        change: Between two waves, where a rule asks for it and the case names them.
    """

    overall: Estimate
    sites: Mapping[str, Estimate] = field(default_factory=dict)
    pointer: str = ""
    hidden: frozenset[str] = frozenset()
    withheld: bool = False
    open_cases: OpenCases | None = None
    opposed: tuple[str, ...] = ()
    correlations: Mapping[str, Decimal] = field(default_factory=dict)
    change: Changed | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document shown; ``dated`` is None when it was declared absent."""

    dated: dt.date | None
    valid_until: dt.date | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class PersonCertificate:
    """A certificate of a person; ``number`` stands for several alike."""

    credential: str
    obtained: dt.date
    expires: dt.date | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class ImprovementAction:
    """An action of the improvement plan; effective includes done."""

    due: dt.date
    state: ActionState
    number: int = 1


@dataclass(frozen=True, slots=True)
class Draw:
    """One possible truth: what the whole would show if everything had been seen.

    Attributes:
        estimates: True values by measure and site (None: overall).
        shares: True shares by requirement, position of the rule, and mark (None: single mark).
        changes: True changes between two waves by measure.
    """

    estimates: Mapping[tuple[str, str | None], Decimal] = field(default_factory=dict)
    shares: Mapping[tuple[str, int, str | None], Decimal] = field(default_factory=dict)
    changes: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """Everything that is judged. What is absent from a mapping is missing, never zero.

    Attributes:
        as_of: The day for which the assessment is made.
        employees: For the size class; None when not declared.
        modules: Modules of the scheme taken; None when not declared, which is not the same as none.
        sites: Every site of the organization.
        visited: Sites at which marks are due: those said to be visited, and those where anything was judged.
        persons: None when no list of certificates was given.
        actions: None when no action plan was given.
        waivers: Gate id to recorded reason.
    """

    as_of: dt.date
    employees: int | None = None
    sector: str | None = None
    modules: frozenset[str] | None = None
    sites: tuple[str, ...] = ()
    visited: tuple[str, ...] = ()
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    persons: tuple[PersonCertificate, ...] | None = None
    actions: tuple[ImprovementAction, ...] | None = None
    measures: Mapping[str, Measured] = field(default_factory=dict)
    judgements: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)
    waivers: Mapping[str, str] = field(default_factory=dict)
    draw: Draw = Draw()

    def under(self, draw: Draw) -> Evidence:
        """Return the same evidence as it would be under one possible truth."""
        measures = dict(self.measures)
        for (measure, site), value in draw.estimates.items():
            measures[measure] = _with_value(measures[measure], site, value)
        for measure, value in draw.changes.items():
            measures[measure] = _with_change(measures[measure], value)
        return replace(self, measures=measures, draw=draw)


def _with_value(measured: Measured, site: str | None, value: Decimal) -> Measured:
    if site is None:
        return replace(measured, overall=measured.overall.certain_at(value))
    return replace(measured, sites={**measured.sites, site: measured.sites[site].certain_at(value)})


def _with_change(measured: Measured, value: Decimal) -> Measured:
    if measured.change is None:
        return measured
    return replace(measured, change=replace(measured.change, change=measured.change.change.certain_at(value)))
