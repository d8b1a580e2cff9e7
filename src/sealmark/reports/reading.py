"""Read an evaluation document into named types, so that reports never guess at keys.

Mirrors the layout that :mod:`sealmark.evaluation.document` writes. Keys a
report does not show are ignored; keys it needs and does not find are an error.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sealmark.core.errors import Problem, SealmarkError
from sealmark.scheme.requirements import Statement

__all__ = [
    "Chance",
    "ChangeRead",
    "EstimateRead",
    "Evaluation",
    "FindingRead",
    "GateRead",
    "ImportRead",
    "LadderRead",
    "MeasureRead",
    "MissingRead",
    "NodeRead",
    "ReasonRead",
    "RiskRead",
    "RuleRead",
    "ScoreRead",
    "SiteScoresRead",
    "read_evaluation",
]

Chance = Mapping[str, Decimal]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class MissingRead(_Read):
    """Something that would have to be known."""

    kind: str
    id: str


class ReasonRead(_Read):
    """A reason: its code, what it is about, its figures."""

    code: str
    about: str = ""
    figures: dict[str, str | int | None] = {}


class EstimateRead(_Read):
    """A number with its interval and base."""

    value: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    base: int = 0
    confidence: Decimal = Decimal("0.95")
    note: str = ""

    @field_validator("base", mode="before")
    @classmethod
    def _hidden(cls, value: object) -> object:
        """Accept the base of a hidden figure, which is not told."""
        return 0 if value is None else value


class OpenCasesRead(_Read):
    """Cases not finished, and what the finished ones alone would say."""

    number: int
    finished_only: EstimateRead


class ChangeRead(EstimateRead):
    """How far a measure moved between two waves."""

    before: EstimateRead
    after: EstimateRead


class MeasureRead(EstimateRead):
    """A measure: overall and by site."""

    sites: dict[str, EstimateRead] = {}
    open_cases: OpenCasesRead | None = None
    change: ChangeRead | None = None
    pointer: str = Field(default="", alias="from")


class RuleRead(_Read):
    """What one rule concluded."""

    kind: str
    about: str
    share: Decimal | None = None
    value: str | None = None
    base: int | None = None
    verdict: str = ""
    sites: dict[str, Decimal | None] = {}
    pointers: tuple[str, ...] = Field(default=(), alias="from")


class ContributionRead(_Read):
    """Score points a requirement gave and lost."""

    gained: Decimal | None = None
    lost: Decimal | None = None


class FindingRead(_Read):
    """The finding of one requirement."""

    statement: Statement
    share: Decimal | None = None
    points: Decimal | None = None
    earned: Decimal | None = None
    marks: dict[str, Decimal | None] = {}
    code: str | None = None
    contribution: dict[str, ContributionRead] = {}
    evidence: tuple[RuleRead, ...] = ()
    reasons: tuple[ReasonRead, ...] = ()
    missing: tuple[MissingRead, ...] = ()


class NodeRead(_Read):
    """A node of the rolled-up tree."""

    id: str
    statement: Statement
    share: Decimal | None = None
    points: Decimal | None = None
    earned: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    marks: dict[str, Decimal | None] = {}
    requirement: bool = False
    children: tuple[NodeRead, ...] = ()

    def walk(self) -> Iterator[NodeRead]:
        """Yield this node and all below, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


class SpreadRead(_Read):
    """The 5th, 50th and 95th percentile of a score over the draws."""

    p05: Decimal
    p50: Decimal
    p95: Decimal


class AdjustmentRead(_Read):
    """A special deduction or bonus as counted and applied."""

    id: str
    count: Decimal | None = None
    points: Decimal | None = None


class ScoreRead(_Read):
    """A score and what it leaves open."""

    value: Decimal | None = None
    lower_bound: Decimal | None = None
    upper_bound: Decimal | None = None
    scale: Decimal | None = None
    likely: SpreadRead | None = None
    adjustments: tuple[AdjustmentRead, ...] = ()
    missing: tuple[MissingRead, ...] = ()


class GateRead(_Read):
    """A gate."""

    holds: bool | None = None
    waived: str = ""
    reasons: tuple[ReasonRead, ...] = ()
    missing: tuple[MissingRead, ...] = ()


class RungRead(_Read):
    """One grade of a ladder."""

    grade: str
    holds: bool | None = None
    at_least: Decimal | None = None
    reasons: tuple[ReasonRead, ...] = ()


class StepRead(_Read):
    """One requirement on the way up."""

    requirement: str
    share: Decimal | None = None
    gain: Decimal | None = None


class WayUpRead(_Read):
    """The fewest requirements that reach the next grade."""

    grade: str
    reachable: bool
    score: Decimal | None = None
    steps: tuple[StepRead, ...] = ()
    remaining: tuple[ReasonRead, ...] = ()


class LadderRead(_Read):
    """The grade on one ladder."""

    grade: str
    next_grade: str | None = None
    undetermined_above: tuple[str, ...] = ()
    probabilities: dict[str, Decimal] = {}
    reasons: tuple[ReasonRead, ...] = ()
    missing: tuple[MissingRead, ...] = ()
    rungs: tuple[RungRead, ...] = ()
    way_up: WayUpRead | None = None


class OrganizationRead(_Read):
    """Who was evaluated."""

    name: str
    id: str = ""
    employees: int | None = None
    sector: str | None = None
    modules: tuple[str, ...] = ()


class NamedRead(_Read):
    """The engine or the scheme with what identifies it."""

    id: str = ""
    name: str = ""
    version: str = ""
    digest: str = ""
    kind: str = ""
    supplied_by: str = ""


class OverlayRead(NamedRead):
    """The overlay with the figures it supplied."""

    values: dict[str, Decimal] = {}


class PeriodRead(_Read):
    """The days the evidence covers."""

    start: dt.date
    end: dt.date


class SitesRead(_Read):
    """Sites listed and visited."""

    listed: int | None = None
    visited: int | None = None


class SiteScoresRead(_Read):
    """What was judged at single sites under one root."""

    sites: dict[str, Decimal | None] = {}
    strata: dict[str, EstimateRead] = {}
    overall: EstimateRead | None = None


class CutRead(_Read):
    """A grade and the lowest score that reaches it."""

    grade: str
    at_least: Decimal


class CurvePointRead(_Read):
    """The chances of none and of each grade at one true score."""

    truth: Decimal
    chances: tuple[Decimal, ...]


class RiskRead(_Read):
    """The operating characteristic of one ladder."""

    ladder: str
    score: str
    found: Decimal
    sites: SitesRead
    spread: Decimal
    error: Decimal
    cuts: tuple[CutRead, ...]
    curve: tuple[CurvePointRead, ...]
    right: dict[str, Decimal]


class InputRead(_Read):
    """An input file."""

    path: str
    role: str = ""
    digest: str = ""


class SetAsideRead(_Read):
    """Rows left out for one reason."""

    reason: str
    rows: int
    kind: str = ""


class ReconciliationRead(_Read):
    """Rows read, used and set aside."""

    rows_in: int
    rows_used: int
    set_aside: tuple[SetAsideRead, ...] = ()


class ImportRead(_Read):
    """What became of the rows of one file."""

    path: str
    reconciliation: ReconciliationRead

    @model_validator(mode="before")
    @classmethod
    def _nested(cls, value: object) -> object:
        """Accept the figures beside the path as well."""
        if isinstance(value, dict) and "reconciliation" not in value:
            return {"path": value.get("path"), "reconciliation": value}
        return value


class WaiverRead(_Read):
    """A gate set aside, by whom, when and why."""

    gate: str
    reason: str = ""
    by: str = ""
    on: dt.date | None = None


class Evaluation(_Read):
    """The whole document."""

    format: Literal["sealmark-evaluation/1"]
    engine: NamedRead
    scheme: NamedRead
    overlay: OverlayRead | None = None
    label: str = "self-assessment"
    made_up: bool = False
    organization: OrganizationRead
    as_of: dt.date
    period: PeriodRead
    seed: int = 1
    draws: int = 0
    sites: SitesRead = SitesRead()
    site_scores: dict[str, SiteScoresRead] | None = None
    grade_risk: tuple[RiskRead, ...] = ()
    inputs: tuple[InputRead, ...] = ()
    imports: tuple[ImportRead, ...] = ()
    waivers: tuple[WaiverRead, ...] = ()
    size: str | None = None
    measures: dict[str, MeasureRead] = {}
    findings: dict[str, FindingRead]
    event: Literal["initial", "surveillance", "recertification"] = "initial"
    keeping: tuple[RuleRead, ...] = ()
    tree: tuple[NodeRead, ...]
    scores: dict[str, ScoreRead] = {}
    gates: dict[str, GateRead] = {}
    ladders: dict[str, LadderRead]
    missing: tuple[MissingRead, ...] = ()
    limitations: tuple[ReasonRead, ...] = ()
    digest: str

    @property
    def nodes(self) -> dict[str, NodeRead]:
        """Every node of the tree by id."""
        return {node.id: node for root in self.tree for node in root.walk()}


def read_evaluation(document: Mapping[str, object]) -> Evaluation:
    """Return the document as named types.

    Raises:
        SealmarkError: SM610 it is not an evaluation document of this format; every place is listed.
    """
    try:
        return Evaluation.model_validate(document)
    except ValidationError as error:
        fix = "Give an evaluation.json as `sealmark evaluate` writes it; for an old one take the engine it names."
        problems = [
            Problem(
                "SM610", f"The evaluation document does not fit: {part['msg']}.", ".".join(map(str, part["loc"])), fix
            )
            for part in error.errors(include_url=False)
        ]
        raise SealmarkError(*problems) from None
