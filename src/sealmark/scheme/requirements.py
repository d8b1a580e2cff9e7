"""Requirements, their tree, and the scales assessors mark on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from sealmark.scheme.figures import Figure, Id, Number, Part
from sealmark.scheme.rules import Applies, Rule

__all__ = ["Band", "Group", "Level", "Requirement", "RollUp", "Scale", "Scales", "Statement", "Tree"]

Statement = Literal["conforms", "partial", "does-not-conform", "not-applicable", "not-determined"]


class Requirement(Part):
    """One specified requirement: a file in requirements/ named after its id."""

    id: Id
    clause: str = ""
    """The standard's own label."""
    source: Id | None = None
    """Covers every number written out in this file."""
    points: Number | None = None
    """Points, or the weight in a weighted mean."""
    applies: Applies | None = None
    evidence: tuple[Rule, ...] = Field(min_length=1)
    combine: Literal["minimum", "mean", "product"] = "minimum"
    """How several rules become one share."""
    missing: Literal["not-determined", "does-not-conform"] = "not-determined"
    """What missing evidence means. An unknown parameter is always not determined."""
    modes: tuple[Id, ...] = ()
    """Evidence modes from the procedure (announced-visit, survey ...)."""
    touchpoints: tuple[Id, ...] = ()
    properties: tuple[Id, ...] = ()
    """Free tags a scheme sorts its requirements by."""


RollUpRule = Literal["sum-of-points", "mean", "weighted-mean", "minimum", "share-met"]


class RollUp(Part):
    """How children become their parent."""

    rule: RollUpRule
    renormalise: Literal["whole", "group"] = "whole"
    """sum-of-points only. whole: points of what does not apply leave the total; group: the group keeps its points."""
    met_from: Figure = Decimal(1)
    """share-met only: a child counts as met from this share up."""


def _roll_up(value: Any) -> Any:
    return {"rule": value} if isinstance(value, str) else value


def _child_tag(value: Any) -> str:
    return "group child" if isinstance(value, dict | Group) else "requirement child"


class Group(Part):
    """A branch of the tree. Children are requirement ids or further groups, to any depth."""

    id: Id
    clause: str = ""
    points: Number | None = None
    """Declared points of the whole group; under sum-of-points they must be the sum of its children's."""
    applies: Applies | None = None
    roll_up: Annotated[RollUp, BeforeValidator(_roll_up, json_schema_input_type=RollUpRule | RollUp)]
    children: tuple[
        Annotated[
            Annotated[Id, Tag("requirement child")] | Annotated[Group, Tag("group child")],
            Discriminator(_child_tag),
        ],
        ...,
    ] = Field(min_length=1)

    def requirement_ids(self) -> Iterator[str]:
        """Yield the ids of the requirements below, in order."""
        for child in self.children:
            if isinstance(child, Group):
                yield from child.requirement_ids()
            else:
                yield child

    def groups(self) -> Iterator[Group]:
        """Yield this group and every group below, parents first."""
        yield self
        for child in self.children:
            if isinstance(child, Group):
                yield from child.groups()


class Tree(Part):
    """The file tree.yaml: one root per score."""

    source: Id | None = None
    roots: tuple[Group, ...] = Field(min_length=1)

    def groups(self) -> Iterator[Group]:
        """Yield every group of every root."""
        for root in self.roots:
            yield from root.groups()


class Level(Part):
    """One step of an ordinal scale."""

    code: Id
    share: Number
    statement: Statement | None = None
    """Derived from the share when not given."""


class Band(Part):
    """A stretch of a range scale that has words of its own; it changes no share."""

    id: Id
    lowest: Figure
    highest: Figure
    """The last mark of the band."""


class Scale(Part):
    """What assessors may write. Either levels, or a range with a step."""

    levels: tuple[Level, ...] = ()
    lowest: Figure | None = None
    highest: Figure | None = None
    step: Figure = Decimal(1)
    bands: tuple[Band, ...] = ()
    """Ranges only: stretches of marks described in words, from low to high."""

    @model_validator(mode="after")
    def _levels_or_range(self) -> Scale:
        has_range = self.lowest is not None and self.highest is not None
        if bool(self.levels) == has_range:
            raise ValueError("a scale has either levels, or lowest and highest\nRemove one of the two.")
        if self.lowest is not None and self.highest is not None and self.lowest >= self.highest:
            raise ValueError("lowest is not below highest\nSwap or correct them.")
        if self.bands and self.levels:
            raise ValueError("bands describe a range, but this scale has levels\nRemove the bands: levels have words.")
        return self

    def band_at(self, share: Decimal) -> Band | None:
        """Return the band in which a share lies; None where no band describes it.

        A mean of marks that falls between two marks belongs to the lower one.

        Example:
            >>> scale = Scale(lowest=Decimal(0), highest=Decimal(10), bands=({"id": "low", "lowest": 0, "highest": 4},))
            >>> scale.band_at(Decimal("0.45")).id, scale.band_at(Decimal("0.5"))
            ('low', None)
        """
        if self.lowest is None or self.highest is None:
            return None
        mark = self.lowest + share * (self.highest - self.lowest)
        reached = [band for band in self.bands if band.lowest <= mark < band.highest + self.step]
        return reached[-1] if reached else None


class Scales(Part):
    """The file scales.yaml."""

    source: Id
    scales: dict[Id, Scale]
