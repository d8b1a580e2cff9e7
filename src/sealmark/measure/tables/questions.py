"""What a table of statistics asks of each answer: the items, a cut, an index and the promoter score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from sealmark.core.errors import Problem, ProblemList, SealmarkError
from sealmark.measure.surveys.formulas import (
    Index,
    Item,
    Mean,
    Measure,
    Promoter,
    RescaledMean,
    RespondentMean,
    TopBox,
    WeightedMean,
    item_of,
)
from sealmark.measure.surveys.keys import Floats

__all__ = ["INDEX", "MEAN", "PROMOTER", "TOP", "Questions", "RowIndex", "Variable", "measure_of", "row_index"]

MEAN, TOP, INDEX, PROMOTER = "mean", "top", "index", "promoter"

Variable: TypeAlias = "tuple[str, str]"
"""Kind and item; index and promoter score have no item."""


@dataclass(frozen=True)
class Questions:
    """What to measure in every cell.

    Attributes:
        items: Each gets its mean and the share of answers at or above ``top_from``.
        top_from: The cut.
        index: An index that each respondent has (``RespondentMean``, ``RescaledMean`` or ``WeightedMean``).
        promoter: The promoter score of one item.

    Raises:
        SealmarkError: SM483 nothing is asked, an item twice, or an index or interval that the table does not offer.

    Example:
        >>> Questions(["q1", "q2"]).columns
        ('q1', 'q2')
    """

    items: Sequence[str | Item]
    top_from: int | float | Decimal = 9
    index: Index | None = None
    promoter: Promoter | None = None
    own: tuple[Item, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Freeze the items; refuse what cannot be answered by sums of each row's values."""
        given = (self.items,) if isinstance(self.items, (str, Item)) else self.items
        object.__setattr__(self, "items", tuple(given))
        object.__setattr__(self, "own", tuple(map(item_of, given)))
        _check(self)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns with answers, each once."""
        parts = (
            *self.own,
            *(self.index.items if self.index else ()),
            *((self.promoter.column,) if self.promoter else ()),
        )
        return tuple(dict.fromkeys(item_of(part).column for part in parts))

    @property
    def measures(self) -> dict[Variable, Measure]:
        """Every statistic as the measure that :func:`~sealmark.measure.surveys.estimation.estimate` knows."""
        return {variable: measure_of(self, variable) for variable in self.variables}

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Every statistic in the order of the result."""
        pairs = [(kind, item.column) for kind in (MEAN, TOP) for item in self.own]
        extra = [(INDEX, "")] if self.index else []
        return tuple(pairs + extra + ([(PROMOTER, "")] if self.promoter else []))


def measure_of(questions: Questions, variable: Variable) -> Measure:
    """Return one statistic as a measure."""
    kind, column = variable
    if kind == INDEX:
        assert questions.index is not None
        return questions.index
    if kind == PROMOTER:
        assert questions.promoter is not None
        return questions.promoter
    item = next(item for item in questions.own if item.column == column)
    return Mean(item) if kind == MEAN else TopBox(item, at_least=questions.top_from)


def _check(questions: Questions) -> None:
    problems = ProblemList()
    columns = [item.column for item in questions.own]
    if not columns:
        problems.add("SM483", "A table of statistics without items.", fix="Name at least one column.")
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        problems.add("SM483", f"Items stand twice: {', '.join(twice)}.", fix="Name each once.")
    index, promoter = questions.index, questions.promoter
    if index and not isinstance(index.formula, (RespondentMean, RescaledMean, WeightedMean)):
        what = f"{type(index.formula).__name__} is not an index that each respondent has."
        problems.add("SM483", what, fix="Ask estimate() for it, or take RespondentMean, RescaledMean or WeightedMean.")
    if promoter and promoter.interval != "mean":
        what = f'The interval "{promoter.interval}" needs more than the table keeps.'
        problems.add("SM483", what, fix='Take interval="mean", or ask estimate() for it.')
    problems.raise_if_any()


@dataclass(frozen=True)
class RowIndex:
    """An index as ``sum(share (slope answer + offset)) / sum(share)`` over the items a respondent answered.

    Attributes:
        items: The items.
        shares: Weight of each item.
        slopes: What each answer is multiplied by; the index's own factor is in it.
        offsets: What is added.
        minimum: Fewest answers.
    """

    items: tuple[Item, ...]
    shares: Floats
    slopes: Floats
    offsets: Floats
    minimum: int

    @property
    def is_even(self) -> bool:
        """Tell whether all items count alike, so that whole numbers can be added."""
        return all(len(np.unique(part)) == 1 for part in (self.shares, self.slopes, self.offsets))


def row_index(index: Index) -> RowIndex:
    """Return an index in the form that is added up row by row."""
    items = tuple(map(item_of, index.items))
    formula = index.formula
    ones = np.ones(len(items))
    if isinstance(formula, RespondentMean):
        return RowIndex(items, ones, ones * float(formula.factor), 0 * ones, max(formula.minimum_answered, 1))
    if isinstance(formula, RescaledMean):
        return RowIndex(items, ones, *_rescaling(items), max(formula.minimum_answered, 1))
    assert isinstance(formula, WeightedMean)
    slopes, offsets = _rescaling(items) if formula.rescaled else (ones, 0 * ones)
    factor = float(formula.factor)
    shares = np.array([float(weight) for weight in formula.weights])
    minimum = len(items) if formula.missing == "complete" else 1
    return RowIndex(items, shares, slopes * factor, offsets * factor, minimum)


def _rescaling(items: Sequence[Item]) -> tuple[Floats, Floats]:
    lowest = np.array([float(item.lowest or 0) for item in items])
    slopes = 100 / (np.array([float(item.highest or 0) for item in items]) - lowest)
    return slopes, -lowest * slopes


def refusal(what: str, fix: str) -> SealmarkError:
    """Return the error that a table of statistics cannot be made this way."""
    return SealmarkError(Problem("SM483", what, fix=fix))
