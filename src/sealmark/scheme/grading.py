"""Scores, adjustments, gates and ladders of grades."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from sealmark.core.numbers import RoundingWay
from sealmark.scheme.figures import Flag, Id, Number, Part
from sealmark.scheme.requirements import Statement
from sealmark.scheme.rules import Rule

__all__ = ["STATEMENTS", "Adjustment", "CountGate", "EvidenceGate", "Gate", "GateFrame", "Grade", "GradeGate",
           "Grading", "Ladder", "NodeGate", "Rounding", "Score", "ScoreGate", "SpecialsGate"]  # fmt: skip


class Rounding(Part):
    """Round before thresholds are compared. Leave it out to compare the exact number (recommended)."""

    places: int = Field(ge=0, le=6)
    way: RoundingWay


class Score(Part):
    """A number on a scale, taken from one root or group of the tree."""

    id: Id
    node: Id
    """The group whose share becomes the score."""
    scale: Number = Decimal(100)
    """share x scale = score."""
    adjustments: tuple[Id, ...] = ()
    lowest: Number | None = None
    highest: Number | None = None
    """Caps after adjustments; none when not given."""
    rounding: Rounding | None = None
    decimals: int = Field(default=1, ge=0, le=6)
    """Places shown."""


class Adjustment(Part):
    """Special deductions and bonuses, counted by a declared fact."""

    id: Id
    count: Id
    """A fact: how many were given. Not declared: not determined."""
    each: Number
    """Added per count; negative for a deduction."""
    at_most: Number | None = None
    """Counts above this have no further effect."""
    when: Literal["before-normalisation", "after-normalisation"] = "after-normalisation"
    """before: added to the points earned, before dividing by the points that apply."""


class GateFrame(Part):
    """What every gate has, whatever it compares."""

    id: Id
    information: Flag = False
    """true: no ladder asks for it; it is judged and reported all the same."""


class ScoreGate(GateFrame):
    """A score must reach or stay under a limit."""

    score: Id
    at_least: Number | None = None
    at_most: Number | None = None


class NodeGate(GateFrame):
    """Nodes (groups or requirements) must each reach a share."""

    nodes: tuple[Id, ...] = Field(min_length=1)
    mark: Id | None = None
    """Only this mark (for example integration)."""
    at_least: Number
    """A share: 1 means fully met."""


class CountGate(GateFrame):
    """How many requirements below a node have one of these statements or marks."""

    count: tuple[str, ...] = Field(min_length=1)
    """Statements (partial, does-not-conform ...) or codes of the scale; of several marks the worst code counts."""
    below: Id
    at_most: Number | None = None
    at_least: Number | None = None
    as_share: Flag = False
    """Compare the share of the applicable requirements instead of their number."""


class SpecialsGate(GateFrame):
    """How often an adjustment may have been given."""

    adjustment: Id
    at_most: Number


class GradeGate(GateFrame):
    """Another ladder's grade must be reached."""

    ladder: Id
    at_least: Id


class EvidenceGate(GateFrame):
    """A prerequisite shown by evidence that stands outside the tree."""

    evidence: Rule


_GATE_KEYS = ("score", "nodes", "count", "adjustment", "ladder", "evidence")


def _gate_kind(value: Any) -> str | None:
    keys = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    # The tag must not look like a key, or errors lose their place.
    return next((f"{kind} gate" for kind in _GATE_KEYS if kind in keys), None)


Gate = Annotated[
    Annotated[ScoreGate, Tag("score gate")]
    | Annotated[NodeGate, Tag("nodes gate")]
    | Annotated[CountGate, Tag("count gate")]
    | Annotated[SpecialsGate, Tag("adjustment gate")]
    | Annotated[GradeGate, Tag("ladder gate")]
    | Annotated[EvidenceGate, Tag("evidence gate")],
    Discriminator(
        _gate_kind,
        custom_error_type="gate_kind",
        custom_error_message="a gate needs a key that says its kind",
        custom_error_context={"keys": ", ".join(_GATE_KEYS)},
    ),
]


class Grade(Part):
    """One rung. A grade is reached when its score limit and all its gates hold."""

    id: Id
    at_least: Number | None = None
    """Limit on the ladder's score, inclusive."""
    gates: tuple[Id, ...] = ()


class Ladder(Part):
    """Ordered grades, lowest first. A higher grade also needs everything the lower ones need."""

    id: Id
    score: Id | None = None
    below: Id
    """The name of the result when no grade is reached, for example "not-certified"."""
    below_is_a_result: Flag = False
    """true: `below` is a result like any other (score bands without a failure), not a refusal."""
    gates: tuple[Id, ...] = ()
    """Needed for every grade of the ladder."""
    grades: tuple[Grade, ...] = Field(min_length=1)

    @property
    def gates_used(self) -> tuple[str, ...]:
        """Every gate that the ladder or one of its grades asks for."""
        return (*self.gates, *(gate for grade in self.grades for gate in grade.gates))


class Grading(Part):
    """The file grading.yaml."""

    source: Id | None = None
    scores: tuple[Score, ...] = ()
    """None where gates alone decide."""
    adjustments: tuple[Adjustment, ...] = ()
    gates: tuple[Gate, ...] = ()
    waivable: tuple[Id, ...] = ()
    """Gates that may be waived with a recorded reason."""
    ladders: tuple[Ladder, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _waivable_are_gates(self) -> Grading:
        unknown = set(self.waivable) - {gate.id for gate in self.gates}
        if unknown:
            names = ", ".join(sorted(unknown))
            raise ValueError(f"waivable names no gate: {names}\nLegal: the ids of gates in this file.")
        return self


STATEMENTS: tuple[Statement, ...] = (
    "conforms",
    "partial",
    "does-not-conform",
    "not-applicable",
    "not-determined",
)
