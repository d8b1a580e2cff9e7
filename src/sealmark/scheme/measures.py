"""Instruments (questionnaires) and measures: what is computed from answers and service records."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sealmark.scheme.figures import Figure, Flag, Id, Number, Part

__all__ = ["Formula", "Instrument", "Item", "ItemCondition", "Measure", "RespondentClass"]

RespondentClass = Literal["customer", "client", "employee", "partner", "mystery-visitor"]


class ItemCondition(Part):
    """An answer that must have been given: skip logic and subgroups of respondents."""

    item: Id
    equals: tuple[int, ...]


class Item(Part):
    """One question. Its wording stands in text/<language>.yaml."""

    id: Id
    lowest: int
    highest: int
    direction: Literal["higher-is-better", "lower-is-better", "none"] = "higher-is-better"
    choices: tuple[int, ...] = ()
    """For questions with codes instead of a rating: every legal code."""
    dimension: Id | None = None
    touchpoint: Id | None = None
    dont_know: Flag = False
    not_applicable: Flag = False
    ask_if: ItemCondition | None = None


class Instrument(Part):
    """A questionnaire for one class of respondents: a file in instruments/."""

    id: Id
    source: Id
    respondents: RespondentClass
    minimum_base: Number
    """Fewer respondents: no estimate is judged."""
    smallest_cell: Number
    """Results of fewer respondents are not shown."""
    items: tuple[Item, ...] = Field(min_length=1)


SURVEY_FORMULAS = (
    "respondent-mean", "rescaled-mean", "weighted", "acsi", "pls", "mean", "total", "share", "top-box",
    "promoter", "effort", "gap", "ratio", "quantile",
)  # fmt: skip
RECORD_FORMULAS = (
    "duration-mean", "duration-percentile", "share-within", "first-time-fix", "repeat-rate", "return-rate",
    "record-share", "record-ratio", "open-share",
)  # fmt: skip
FormulaKind = Literal[
    "respondent-mean", "rescaled-mean", "weighted", "acsi", "pls", "mean", "total", "share", "top-box",
    "promoter", "effort", "gap", "ratio", "quantile",
    "duration-mean", "duration-percentile", "share-within", "first-time-fix", "repeat-rate", "return-rate",
    "record-share", "record-ratio", "open-share",
]  # fmt: skip


class Formula(Part):
    """How the number is computed. Which keys a kind needs is checked, see docs/reference/pack-format.md."""

    kind: FormulaKind
    factor: Figure | None = None
    """respondent-mean: multiply the mean by this (10 turns 1-10 into 10-100)."""
    weights: dict[Id, Number] = {}
    """weighted, acsi: weight by item."""
    answers_needed: Literal["any", "all"] = "any"
    """respondent-mean, rescaled-mean, weighted: skip unanswered items, or need all of them."""
    codes: tuple[int, ...] = ()
    """share: the answers that count."""
    top_from: int | None = None
    """top-box: this answer and higher."""
    promoters_from: int = 9
    detractors_to: int = 6
    expectation_items: tuple[Id, ...] = ()
    """gap: expectation items in the order of items."""
    blocks: dict[Id, tuple[Id, ...]] = {}
    """pls: items of each construct."""
    paths: tuple[tuple[Id, Id], ...] = ()
    """pls: arrows from construct to construct."""
    index_of: Id | None = None
    """pls: the construct whose 0-100 index is the result."""
    denominator: tuple[Id, ...] = ()
    """ratio: items below the line."""
    quantile: Figure | None = None
    """quantile, duration-percentile: 0.9 for the 90th percentile."""
    start: Literal["opened", "first_response", "resolved", "promised", "ordered"] = "opened"
    end: Literal["first_response", "resolved", "closed", "delivered"] = "resolved"
    """Clock of a duration."""
    between: Literal["updates"] | None = None
    """The longest time without an update to the customer from start to end, instead of the whole length."""
    open_cases: Literal["bound", "kaplan-meier"] = "bound"
    """duration-percentile, share-within: how cases still open count."""
    time: Literal["calendar", "business"] = "calendar"
    target_hours: Number | None = None
    """share-within: hours allowed."""
    target: Literal["promised"] | None = None
    """share-within: the promised time instead of a fixed target, for the share of promises kept."""
    window_days: Number | None = None
    """first-time-fix, repeat-rate, return-rate: days in which a further case counts."""
    same: Literal["asset", "customer", "case"] = "customer"
    """first-time-fix, repeat-rate, return-rate: what links two cases."""
    column: Id | None = None
    """record-share, record-ratio: the column whose values count."""
    values: tuple[str, ...] = ()
    base_column: Id | None = None
    base_values: tuple[str, ...] = ()
    """record-ratio: rows below the line."""
    overdue_after_hours: Number | None = None
    """open-share: open longer than this counts; without it every open case counts."""


def _formula(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


class RecordFilter(Part):
    """Rows that count: a column of the canonical record and the values it may have."""

    column: Id
    values: tuple[str, ...]


class Measure(Part):
    """A number defined by the scheme: a file in measures/. Either ``instrument`` or ``records`` is given."""

    id: Id
    source: Id | None = None
    instrument: Id | None = None
    records: Id | None = None
    """The record class (declarations.yaml), for example tickets, repairs, complaints."""
    items: tuple[Id, ...] = ()
    dimension: Id | None = None
    """All items of this dimension, instead of a list."""
    among: ItemCondition | None = None
    """Only respondents who gave this answer."""
    where: tuple[RecordFilter, ...] = ()
    formula: Annotated[Formula, BeforeValidator(_formula, json_schema_input_type=FormulaKind | Formula)]
    unit: Literal["points", "share", "hours", "days", "rating", "ratio", "count"]
    better: Literal["higher", "lower"] = "higher"
    minimum_base: Number | None = None
    confidence: Figure | None = None
    """Two-sided level of the interval; the edition's when not given."""
    decimals: int = Field(default=1, ge=0, le=6)
    """Places shown; nothing is rounded before it is compared."""

    @model_validator(mode="after")
    def _one_origin(self) -> Measure:
        if (self.instrument is None) == (self.records is None):
            raise ValueError("a measure comes either from an instrument or from records\nGive exactly one of the two.")
        legal = RECORD_FORMULAS if self.records else SURVEY_FORMULAS
        if self.formula.kind not in legal:
            origin = "records" if self.records else "an instrument"
            raise ValueError(
                f'the formula "{self.formula.kind}" does not go with {origin}\nLegal: {", ".join(sorted(legal))}.'
            )
        return self
