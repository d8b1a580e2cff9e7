"""What is measured: frozen values that name columns and say how they become one number.

A measure carries its scale, direction and interval method, because two numbers
may only be compared when all of these agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Literal, TypeAlias

from sealmark.core.errors import Problem, SealmarkError

__all__ = [
    "CompanyMeans", "Contrast", "Effort", "Formula", "Gap", "Index", "Item", "Mean", "Measure", "PathModel",
    "PlsScore", "Promoter", "Quantile", "Ratio", "RescaledMean", "RespondentMean", "Share", "TopBox", "Total",
    "WeightedMean", "item_of",
]  # fmt: skip

Number: TypeAlias = "int | float | Decimal"
ShareInterval: TypeAlias = Literal["logit", "wilson", "adjusted-wald", "beta", "arcsine", "mean"]
Scheme: TypeAlias = Literal["centroid", "factorial", "path"]


def _refuse(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM410", what, fix=fix))


@dataclass(frozen=True)
class Item:
    """One question's column, the codes that count, and its direction.

    Attributes:
        column: The column with the answers.
        lowest: Lowest valid code; answers below are missing.
        highest: Highest valid code; answers above are missing.
        reversed: A high answer is bad; the answer becomes lowest + highest - answer.

    Raises:
        SealmarkError: SM410 the codes do not make a scale.
    """

    column: str
    lowest: Number | None = None
    highest: Number | None = None
    reversed: bool = False

    def __post_init__(self) -> None:
        """Refuse a scale without extent."""
        ends = self.lowest is not None and self.highest is not None
        if ends and not float(self.lowest or 0) < float(self.highest or 0):
            what = f'Item "{self.column}": the lowest code {self.lowest} is not below the highest {self.highest}.'
            raise _refuse(what, "Swap them.")
        if self.reversed and not ends:
            raise _refuse(f'Item "{self.column}" is reversed without a scale.', "Give lowest and highest.")


def item_of(source: str | Item) -> Item:
    """Return a column name as an item without limits; an item as it is."""
    return Item(source) if isinstance(source, str) else source


@dataclass(frozen=True)
class Mean:
    """The mean of a column, in the column's own unit; a t interval.

    Attributes:
        column: A column of numbers, or an item with its legal codes.

    Example:
        >>> Mean(Item("q1", lowest=1, highest=10)).column.highest
        10
    """

    column: str | Item


@dataclass(frozen=True)
class Effort:
    """The mean of an effort item, in scale points; a t interval.

    Effort scales differ (1-5, 1-7, 1-10; low or high good) and are never pooled.

    Attributes:
        column: The question.
        lower_is_better: Which end of its scale is good: part of what the number means, not of how it is computed.
    """

    column: str | Item
    lower_is_better: bool = True


@dataclass(frozen=True)
class Total:
    """The sum of a column over the population that the weights stand for; a t interval.

    Weights must add up to the population: a weight that only balances the sample gives the sample's sum.

    Attributes:
        column: What is added up.
    """

    column: str | Item


@dataclass(frozen=True)
class Share:
    """The share of rows, among those with an answer, whose answer is one of ``values``; from 0 to 1.

    Attributes:
        column: Text, numbers or true and false.
        values: The answers that count.
        interval: ``logit`` (beside 0 and 1 it becomes ``beta``), ``wilson`` (1927), ``adjusted-wald``
            (Agresti and Coull 1998), ``beta`` (Korn and Graubard 1998), ``arcsine``, or ``mean``
            (value and t times standard error). All rest on the effective base under the design.

    Example:
        >>> Share("again", ["yes", "perhaps"], interval="wilson").values
        ('yes', 'perhaps')
    """

    column: str
    values: Sequence[object]
    interval: ShareInterval = "logit"

    def __post_init__(self) -> None:
        """Freeze the values."""
        object.__setattr__(self, "values", tuple(self.values))


@dataclass(frozen=True)
class TopBox:
    """The share of answers at or above ``at_least`` and at or below ``at_most``; from 0 to 1.

    Attributes:
        column: The question.
        at_least: Lowest answer that counts; None for no limit.
        at_most: Highest answer that counts; None for no limit.
        interval: As for :class:`Share`.

    Raises:
        SealmarkError: SM410 no limit.

    Example:
        >>> TopBox("q1", at_least=9).interval
        'logit'
    """

    column: str | Item
    at_least: Number | None = None
    at_most: Number | None = None
    interval: ShareInterval = "logit"

    def __post_init__(self) -> None:
        """Refuse a box without a side."""
        if self.at_least is None and self.at_most is None:
            raise _refuse("A box needs a limit.", "Give at_least, at_most or both.")


@dataclass(frozen=True)
class Promoter:
    """Share of promoters less share of detractors, in points from -100 to 100.

    Attributes:
        column: The question, usually 0 to 10.
        promoters_from: Lowest answer of a promoter.
        detractors_to: Highest answer of a detractor.
        interval: ``mean`` is value and t times standard error. ``adjusted-wald`` adds three answers,
            three quarters each to promoters and detractors, before the interval is taken; it is the
            better one for small samples (Lewis and Sauro).

    Raises:
        SealmarkError: SM410 promoters and detractors overlap.

    Example:
        >>> Promoter("recommend", interval="adjusted-wald").promoters_from
        9
    """

    column: str | Item
    promoters_from: Number = 9
    detractors_to: Number = 6
    interval: Literal["mean", "adjusted-wald"] = "mean"

    def __post_init__(self) -> None:
        """Refuse limits that overlap."""
        if float(self.detractors_to) >= float(self.promoters_from):
            raise _refuse("Promoters and detractors overlap.", "Let detractors_to lie below promoters_from.")


@dataclass(frozen=True)
class Ratio:
    """The total of one column over the total of another, rows with both; a t interval.

    Attributes:
        numerator: What is divided.
        denominator: What it is divided by.

    Example:
        >>> Ratio("repairs", "visits").denominator
        'visits'
    """

    numerator: str | Item
    denominator: str | Item


@dataclass(frozen=True)
class Quantile:
    """The value below which ``share`` of the answers lie, with Woodruff's interval.

    Attributes:
        column: What is ranked.
        share: Between 0 and 1; 0.5 is the median.
        rule: ``math`` is the smallest value whose cumulative share reaches ``share``
            (R survey's default); ``school`` takes the mean of two values when the
            cumulative share is met exactly.

    On rating scales quantiles move in whole codes and the interval is coarse.
    Source: Woodruff (1952).

    Raises:
        SealmarkError: SM410 a share outside 0 to 1.

    Example:
        >>> Quantile("days", 0.9).rule
        'math'
    """

    column: str | Item
    share: Number = 0.5
    rule: Literal["math", "school"] = "math"

    def __post_init__(self) -> None:
        """Refuse a share outside 0 to 1."""
        if not 0 < float(self.share) < 1:
            raise _refuse(f"A quantile of {self.share} does not exist.", "Give a share between 0 and 1.")


@dataclass(frozen=True)
class RespondentMean:
    """Mean of the items each respondent answered, times a factor (UKCSI style: 1-10 items x 10).

    Attributes:
        factor: With 10, items of 1-10 give 10 to 100.
        minimum_answered: Respondents who answered fewer items do not count.
    """

    factor: Number = 10
    minimum_answered: int = 1


@dataclass(frozen=True)
class RescaledMean:
    """Mean of the items each respondent answered, each rescaled to 0-100 by its lowest and highest code.

    Attributes:
        minimum_answered: Respondents who answered fewer items do not count.
    """

    minimum_answered: int = 1


@dataclass(frozen=True)
class WeightedMean:
    """Weighted mean of each respondent's items.

    Attributes:
        weights: One per item, zero or more; they are divided by their sum.
        rescaled: Rescale each item to 0-100 first.
        factor: Multiplies the result.
        missing: ``renormalise`` divides by the weights of the answered items;
            ``complete`` leaves out respondents who skipped an item.

    Raises:
        SealmarkError: SM410 a weight below zero, or all zero.
    """

    weights: Sequence[Number]
    rescaled: bool = True
    factor: Number = 1
    missing: Literal["renormalise", "complete"] = "renormalise"

    def __post_init__(self) -> None:
        """Freeze the weights; refuse negative ones."""
        object.__setattr__(self, "weights", tuple(self.weights))
        if any(float(weight) < 0 for weight in self.weights) or not sum(map(float, self.weights)) > 0:
            raise _refuse("Item weights must be zero or more, not all zero.", "Reverse the item instead.")


@dataclass(frozen=True)
class CompanyMeans:
    """Weighted mean of the items' means, each rescaled to 0-100 (ACSI style).

    Each item's mean is taken over all who answered that item.

    Attributes:
        weights: One per item, zero or more; None when all items count alike.

    Raises:
        SealmarkError: SM410 a weight below zero, or all zero.

    Source: Fornell and others (1996).
    """

    weights: Sequence[Number] | None = None

    def __post_init__(self) -> None:
        """Check the weights like those of respondents' means."""
        if self.weights is not None:
            object.__setattr__(self, "weights", WeightedMean(self.weights).weights)


@dataclass(frozen=True)
class PathModel:
    """Blocks of items and the paths between them, for partial least squares.

    Attributes:
        blocks: Name of each construct and its items; a mapping or pairs.
        paths: Pairs of constructs, from and to.
        scheme: Inner weights.
        standardised: Scale every item to variance one first.

    Raises:
        SealmarkError: SM411 a path or block does not fit.

    Example:
        >>> PathModel({"quality": ["q1", "q2"], "loyalty": ["q3"]}, [("quality", "loyalty")]).constructs
        ('quality', 'loyalty')
    """

    blocks: Sequence[tuple[str, Sequence[str | Item]]]
    paths: Sequence[tuple[str, str]]
    scheme: Scheme = "path"
    standardised: bool = True

    def __post_init__(self) -> None:
        """Freeze the parts and check that they fit together."""
        pairs = self.blocks.items() if isinstance(self.blocks, Mapping) else self.blocks
        blocks = tuple((name, tuple(map(item_of, items))) for name, items in pairs)
        object.__setattr__(self, "blocks", blocks)
        object.__setattr__(self, "paths", tuple((start, end) for start, end in self.paths))
        _check_model(self)

    @property
    def constructs(self) -> tuple[str, ...]:
        """The constructs' names in order."""
        return tuple(name for name, _ in self.blocks)

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, block after block."""
        return tuple(item_of(item) for _, items in self.blocks for item in items)

    def block(self, construct: str) -> tuple[Item, ...]:
        """Return the items of one construct."""
        return tuple(item_of(item) for item in dict(self.blocks)[construct])


def _check_model(model: PathModel) -> None:
    names = model.constructs
    columns = [item.column for item in model.items]
    linked = set(chain.from_iterable(model.paths))
    what = ""
    if len(set(names)) < len(names) or len(set(columns)) < len(columns):
        what = "A construct or an item stands twice in the model."
    elif linked != set(names):
        what = f"Paths and blocks name different constructs: {', '.join(sorted(linked ^ set(names)))}."
    elif any(not items for _, items in model.blocks):
        what = "A construct has no items."
    elif _has_cycle(model.paths):
        what = "The paths run in a circle."
    if what:
        fix = "Let every construct have items and a path, and no path lead back."
        raise SealmarkError(Problem("SM411", what, fix=fix))


def _has_cycle(paths: Sequence[tuple[str, str]]) -> bool:
    left = set(paths)
    while left:
        ends = {end for _, end in left}
        roots = {pair for pair in left if pair[0] not in ends}
        if not roots:
            return True
        left -= roots
    return False


@dataclass(frozen=True)
class PlsScore:
    """Score of one construct of a path model, 0-100 (ECSI style).

    The outer weights are estimated from all rows of the table and domain, then
    held fixed for every cell and for the standard error.
    :func:`~sealmark.measure.surveys.pls.bootstrap_pls` has standard errors with the weights estimated anew.

    Attributes:
        model: The path model.
        construct: Which of its constructs.
    """

    model: PathModel
    construct: str


Formula: TypeAlias = RespondentMean | RescaledMean | WeightedMean | CompanyMeans | PlsScore

_NEED_RANGE = (RescaledMean, CompanyMeans, PlsScore)


@dataclass(frozen=True)
class Index:
    """Several items in one number; its unit follows from the formula.

    Attributes:
        items: The questions; those where a high answer is bad are given ``reversed=True``.
        formula: How they become one number.

    Raises:
        SealmarkError: SM410 items and formula do not fit.

    Example:
        >>> Index(["q1", "q2"], RespondentMean(10)).formula
        RespondentMean(factor=10, minimum_answered=1)
    """

    items: Sequence[str | Item]
    formula: Formula

    def __post_init__(self) -> None:
        """Freeze the items; refuse a formula that needs more than they tell."""
        object.__setattr__(self, "items", tuple(map(item_of, self.items)))
        _check_index(self)


def _check_index(index: Index) -> None:
    items = [item_of(item) for item in index.items]
    formula = index.formula
    if not items:
        raise _refuse("An index needs items.", "Name at least one column.")
    weights = formula.weights if isinstance(formula, (WeightedMean, CompanyMeans)) else None
    if weights is not None and len(weights) != len(items):
        raise _refuse(f"{len(items)} items have {len(weights)} weights.", "Give one weight per item.")
    rescales = isinstance(formula, _NEED_RANGE) or (isinstance(formula, WeightedMean) and formula.rescaled)
    open_ended = [item.column for item in items if item.lowest is None or item.highest is None]
    if rescales and open_ended:
        what = f"Rescaling needs the scale of the items {', '.join(open_ended)}."
        raise _refuse(what, 'Write Item("q1", lowest=1, highest=10).')
    if isinstance(formula, PlsScore):
        _check_score(items, formula)


def _check_score(items: Sequence[Item], formula: PlsScore) -> None:
    if formula.construct not in formula.model.constructs:
        raise _refuse(f'The model has no construct "{formula.construct}".', "Name one of its blocks.")
    block = formula.model.block(formula.construct)
    if [item.column for item in block] != [item.column for item in items]:
        what = f'The index and the block "{formula.construct}" have different items.'
        raise _refuse(what, "Give the items of the block, in its order.")


@dataclass(frozen=True)
class Gap:
    """Perception minus expectation: each respondent's mean difference over the pairs answered (SERVQUAL style).

    Attributes:
        perceptions: What customers found, in scale points.
        expectations: What they expected, in the same order and scale.

    Raises:
        SealmarkError: SM410 lists of unequal length.

    Example:
        >>> Gap(["found"], ["expected"]).perceptions
        (Item(column='found', lowest=None, highest=None, reversed=False),)
    """

    perceptions: Sequence[str | Item]
    expectations: Sequence[str | Item]

    def __post_init__(self) -> None:
        """Freeze the items; refuse unequal lists."""
        object.__setattr__(self, "perceptions", tuple(map(item_of, self.perceptions)))
        object.__setattr__(self, "expectations", tuple(map(item_of, self.expectations)))
        if not self.perceptions or len(self.perceptions) != len(self.expectations):
            raise _refuse("Perceptions and expectations are not pairs.", "Give lists of equal length.")


@dataclass(frozen=True)
class Contrast:
    """One measure less another on the same rows, their covariance counted.

    Attributes:
        first: Any measure but a quantile.
        second: What is taken from it.

    Example:
        >>> Contrast(Mean("now"), Mean("before")).second
        Mean(column='before')
    """

    first: LinearMeasure
    second: LinearMeasure


LinearMeasure: TypeAlias = "Mean | Effort | Total | Share | TopBox | Promoter | Ratio | Index | Gap | Contrast"
Measure: TypeAlias = "LinearMeasure | Quantile"
