"""What each measure needs of a row: Ibis expressions, summed later.

Every measure but the quantile is a sum of terms ``factor * B / A`` (or
``factor * B`` for totals), where B is a weighted sum of row values and A of
row bases. This is all that the variance needs to know of a measure.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.measure.numeric import not_numbers
from sealmark.measure.surveys.formulas import (
    CompanyMeans,
    Contrast,
    Effort,
    Formula,
    Gap,
    Index,
    Item,
    Mean,
    Measure,
    Number,
    Promoter,
    Quantile,
    Ratio,
    RescaledMean,
    RespondentMean,
    Share,
    TopBox,
    Total,
    WeightedMean,
    item_of,
)

__all__ = ["Plan", "Term", "answer", "plan_of", "require_columns", "unit_of"]


@dataclass(frozen=True)
class Term:
    """One ratio of a plan.

    Attributes:
        value: What is summed above; missing where the row does not count.
        base: What is summed below: None counts the rows that have a value.
        factor: Multiplies the ratio.
        total: There is nothing below: the sum itself.
    """

    value: ir.FloatingValue
    base: ir.FloatingValue | None = None
    factor: float = 1.0
    total: bool = False


@dataclass(frozen=True)
class Plan:
    """A measure as terms and a constant."""

    terms: tuple[Term, ...]
    offset: float = 0.0

    def times(self, factor: float) -> Plan:
        """Return the plan multiplied by a number."""
        terms = tuple(replace(term, factor=term.factor * factor) for term in self.terms)
        return Plan(terms, self.offset * factor)

    def plus(self, other: Plan) -> Plan:
        """Return the sum of two plans."""
        return Plan(self.terms + other.terms, self.offset + other.offset)

    def where(self, condition: ir.BooleanValue) -> Plan:
        """Return the plan over the rows that meet a condition."""
        terms = tuple(replace(term, value=ibis.ifelse(condition, term.value, _MISSING)) for term in self.terms)
        return replace(self, terms=terms)


_MISSING = ibis.null("float64")


def answer(table: ir.Table, source: str | Item) -> ir.FloatingValue:
    """Return an item's answers as doubles: missing when not valid, turned when reversed."""
    item = item_of(source)
    column = table[item.column]
    value = column.cast("float64")
    wrong = []
    if column.type().is_floating():
        wrong.append(value.isnan())
    if item.lowest is not None:
        wrong.append(value < float(item.lowest))
    if item.highest is not None:
        wrong.append(value > float(item.highest))
    turned = float(item.lowest or 0) + float(item.highest or 0) - value if item.reversed else value
    return ibis.ifelse(ibis.or_(*wrong), _MISSING, turned) if wrong else turned


def require_columns(table: ir.Table, measures: Iterable[Measure]) -> None:
    """Check that every column a measure names exists and is of a kind it can use.

    Raises:
        SealmarkError: SM403 missing columns, SM404 columns that are not numbers.
    """
    problems: dict[str, Problem] = {}
    legal = [name for name in table.columns if not name.startswith("sm_")]
    for name, numeric in (pair for measure in measures for pair in _columns(measure)):
        if name not in table.columns:
            what = f'A measure names the column "{name}", which the table does not have.'
            problems[name] = Problem("SM403", what, fix=did_you_mean(name, legal))
        elif numeric and not table[name].type().is_numeric():
            fix = "Convert it while importing, with its codes for missing."
            problems[name] = not_numbers(table, name, told="A measure needs numbers", fix=fix)
    if problems:
        raise SealmarkError(*problems.values())


def unit_of(measure: Measure) -> str:
    """Return the unit in which a measure's number is given."""
    if isinstance(measure, (Share, TopBox)):
        return "share"
    if isinstance(measure, Promoter):
        return "points from -100 to 100"
    if isinstance(measure, Index):
        return _index_unit(measure.formula)
    if isinstance(measure, Contrast):
        return unit_of(measure.first)
    return {Total: "total", Ratio: "ratio", Gap: "scale difference"}.get(type(measure), "scale")


def _index_unit(formula: Formula) -> str:
    if isinstance(formula, RespondentMean) or (isinstance(formula, WeightedMean) and not formula.rescaled):
        return f"scale x {formula.factor}"
    return "points from 0 to 100"


def plan_of(measure: Measure, table: ir.Table) -> Plan:
    """Return a measure as terms over the rows of a table.

    Raises:
        SealmarkError: SM412 the measure is not a ratio of sums (a quantile).
    """
    if isinstance(measure, Contrast):
        return plan_of(measure.first, table).plus(plan_of(measure.second, table).times(-1.0))
    if isinstance(measure, Ratio):
        return _ratio(measure, table)
    if isinstance(measure, Index) and isinstance(measure.formula, CompanyMeans):
        return _company_means(measure, measure.formula, table)
    if isinstance(measure, Quantile):
        what = "The difference of two quantiles has no standard error here."
        raise SealmarkError(Problem("SM412", what, fix="Compare a share or a mean, or the two intervals."))
    return Plan((Term(_row_value(measure, table), total=isinstance(measure, Total)),))


def _row_value(measure: Measure, table: ir.Table) -> ir.FloatingValue:
    if isinstance(measure, (Mean, Effort, Total)):
        return answer(table, measure.column)
    if isinstance(measure, Share):
        column = table[measure.column]
        return ibis.ifelse(column.isnull(), _MISSING, column.isin(measure.values).cast("int32").cast("float64"))
    if isinstance(measure, TopBox):
        return _box(answer(table, measure.column), measure.at_least, measure.at_most)
    if isinstance(measure, Promoter):
        rating = answer(table, measure.column)
        above, below = _box(rating, measure.promoters_from, None), _box(rating, None, measure.detractors_to)
        return (above - below) * 100.0
    if isinstance(measure, Gap):
        pairs = zip(measure.perceptions, measure.expectations, strict=True)
        return _row_mean([answer(table, seen) - answer(table, wanted) for seen, wanted in pairs])
    assert isinstance(measure, Index)
    return _index_value(measure, table)


def _index_value(index: Index, table: ir.Table) -> ir.FloatingValue:
    formula = index.formula
    if isinstance(formula, RespondentMean):
        answers = [answer(table, item) for item in index.items]
        return _row_mean(answers, minimum=formula.minimum_answered) * float(formula.factor)
    if isinstance(formula, RescaledMean):
        answers = [_rescaled(table, item_of(item)) for item in index.items]
        return _row_mean(answers, minimum=formula.minimum_answered)
    assert isinstance(formula, WeightedMean)
    answers = [_rescaled(table, item_of(i)) if formula.rescaled else answer(table, i) for i in index.items]
    minimum = len(answers) if formula.missing == "complete" else 1
    return _row_mean(answers, weights=formula.weights, minimum=minimum) * float(formula.factor)


def _row_mean(
    answers: Sequence[ir.FloatingValue], *, weights: Sequence[Number] | None = None, minimum: int = 1
) -> ir.FloatingValue:
    """Return each row's (weighted) mean of what it answered; missing below the minimum."""
    shares = [float(weight) for weight in (weights or [1] * len(answers))]
    given = [value.notnull().cast("int32").cast("float64") for value in answers]
    above = _sum(value.fill_null(0.0) * share for value, share in zip(answers, shares, strict=True))
    below = _sum(flag * share for flag, share in zip(given, shares, strict=True))
    return ibis.ifelse(_sum(given) >= float(minimum), above / below.nullif(0.0), _MISSING)


def _rescaled(table: ir.Table, item: Item) -> ir.FloatingValue:
    lowest, highest = _range(item)
    return (answer(table, item) - lowest) * (100 / (highest - lowest))


def _range(item: Item) -> tuple[float, float]:
    assert item.lowest is not None
    assert item.highest is not None
    return float(item.lowest), float(item.highest)


def _company_means(index: Index, formula: CompanyMeans, table: ir.Table) -> Plan:
    weights = [float(weight) for weight in (formula.weights or [1] * len(index.items))]
    terms, offset = [], 0.0
    for source, weight in zip(index.items, weights, strict=True):
        lowest, highest = _range(item_of(source))
        factor = 100 * weight / sum(weights) / (highest - lowest)
        terms.append(Term(answer(table, source), factor=factor))
        offset -= factor * lowest
    return Plan(tuple(terms), offset)


def _ratio(measure: Ratio, table: ir.Table) -> Plan:
    above, below = answer(table, measure.numerator), answer(table, measure.denominator)
    return Plan((Term(ibis.ifelse(below.isnull(), _MISSING, above), base=below),))


def _box(value: ir.FloatingValue, at_least: Number | None, at_most: Number | None) -> ir.FloatingValue:
    inside = value.notnull()
    if at_least is not None:
        inside = inside & (value >= float(at_least))
    if at_most is not None:
        inside = inside & (value <= float(at_most))
    return ibis.ifelse(value.isnull(), _MISSING, inside.cast("int32").cast("float64"))


def _sum(parts: Iterable[ir.FloatingValue]) -> ir.FloatingValue:
    return functools.reduce(operator.add, parts)


def _columns(measure: Measure) -> list[tuple[str, bool]]:
    """Return the columns of a measure and whether each must hold numbers."""
    if isinstance(measure, Contrast):
        return _columns(measure.first) + _columns(measure.second)
    if isinstance(measure, Share):
        return [(measure.column, False)]
    if isinstance(measure, Ratio):
        sources: Sequence[str | Item] = (measure.numerator, measure.denominator)
    elif isinstance(measure, Gap):
        sources = (*measure.perceptions, *measure.expectations)
    elif isinstance(measure, Index):
        sources = measure.items
    else:
        sources = (measure.column,)
    return [(item_of(source).column, True) for source in sources]
