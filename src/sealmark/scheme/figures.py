"""Numbers that judge: each with a source, a status and a day from which it counts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Strict,
    StringConstraints,
    Tag,
)
from pydantic_core import PydanticKnownError

__all__ = [
    "BySize",
    "Day",
    "FactInput",
    "Figure",
    "Flag",
    "Id",
    "Name",
    "Number",
    "Parameter",
    "ParameterRef",
    "ParameterValue",
    "Part",
    "Source",
    "Sources",
    "Status",
    "numbers_in",
]  # fmt: skip

Status = Literal["sourced", "own", "assumed", "licence-holder"]
"""Where a number comes from: a cited source, this scheme itself, an assumption, or still to be given."""

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""An identifier: letters, digits, dot, dash, underscore; written in quotes when it looks like a number."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=2000)]

Flag = Annotated[bool, Strict()]
"""true or false, nothing that merely looks like it: 0 stays a number."""

Day = Annotated[dt.date, Strict()]
"""A day, nothing that merely looks like it: a number of seconds stays a number."""


class Part(BaseModel):
    """Base of everything a pack holds: unknown keys are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Source(Part):
    """Where a figure or a statement comes from."""

    title: Name
    """Own words that name the source."""
    status: Status
    """What a number from this source may claim to be."""
    url: str = ""
    confidence: Literal["high", "medium", "low", "own"] = "own"
    effective_from: dt.date | None = None
    """First day on which its numbers count; the edition's first day when not given."""
    note: str = ""


class Sources(Part):
    """The file sources.yaml: every source of the edition by its id."""

    sources: dict[Id, Source]


def _exact(value: object) -> object:
    # Text is refused as well: "12" in quotes would hide whether a number or a name is meant.
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PydanticKnownError("decimal_type")
    return value


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("a number must be finite")
    return value


Figure = Annotated[Decimal, BeforeValidator(_exact), AfterValidator(_finite)]
"""A number written out, read exactly. Its source is the ``source`` of the object it stands in."""


FactInput = Flag | Day | Figure | str | None
"""A declared fact as people write it: true, 2026-01-31, 12.5, a choice, or null for not declared."""


class ParameterRef(Part):
    """A number that parameters.yaml holds: ``{parameter: id}``."""

    parameter: Id


def _number_tag(value: object) -> str | None:
    """Return how a number is given, so that a wrong one gets one message and not three."""
    if isinstance(value, dict):
        return next((f"{key} number" for key in ("parameter", "by_size") if key in value), None)
    if isinstance(value, ParameterRef | BySize):
        return "parameter number" if isinstance(value, ParameterRef) else "by_size number"
    return "written number"


_Written = Annotated[Figure, Tag("written number")]
_Named = Annotated[ParameterRef, Tag("parameter number")]


class BySize(Part):
    """A number that depends on the size class: ``{by_size: {micro: 30, large: 400}}``."""

    by_size: dict[
        Id,
        Annotated[
            _Written | _Named,
            Discriminator(
                _number_tag,
                custom_error_type="number_kind",
                custom_error_message="keys stand where a number is needed\nWrite 12, 0.80 or {parameter: id}.",
            ),
        ],
    ]


Number = Annotated[
    _Written | _Named | Annotated[BySize, Tag("by_size number")],
    Discriminator(
        _number_tag,
        custom_error_type="number_kind",
        custom_error_message=(
            "keys stand where a number is needed\nWrite 12, 0.80, {parameter: id} or {by_size: {class: number}}."
        ),
    ),
]


class ParameterValue(Part):
    """What a parameter is from a day on."""

    effective_from: dt.date
    value: Figure | None
    """null: the owner of the standard must supply it (status licence-holder)."""
    source: Id


class Parameter(Part):
    """A named number with its history; overlays fill the ones that are null."""

    unit: str = ""
    lowest: Figure | None = None
    highest: Figure | None = None
    values: tuple[ParameterValue, ...]

    def on(self, day: dt.date) -> ParameterValue | None:
        """Return the value in force on ``day``; None when none is yet."""
        past = [item for item in self.values if item.effective_from <= day]
        return max(past, key=lambda item: item.effective_from, default=None)


def numbers_in(part: object) -> list[Number]:
    """Return every number inside a part, nested parts included, in order."""
    if isinstance(part, Decimal | ParameterRef):
        return [part]
    if isinstance(part, BySize):
        return list(part.by_size.values())
    if isinstance(part, BaseModel):
        return [number for value in vars(part).values() for number in numbers_in(value)]
    if isinstance(part, dict):
        return [number for value in part.values() for number in numbers_in(value)]
    if isinstance(part, list | tuple):
        return [number for value in part for number in numbers_in(value)]
    return []
