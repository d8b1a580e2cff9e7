"""Who did not answer, and when so few did that a number is withheld.

Response rates follow the standard definitions of the American Association for
Public Opinion Research (AAPOR): answers over those who could have answered,
with those of unknown eligibility counted fully (rate 1), in proportion (rate 3)
or not at all (rate 5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeAlias

import ibis
import numpy as np

from sealmark.core.errors import Problem, ProblemList, SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float, plain
from sealmark.measure.engine import Source, fetch, open_table
from sealmark.measure.surveys.estimation import CellEstimate, require_cells, sort_key
from sealmark.measure.surveys.formulas import Item, Mean
from sealmark.measure.surveys.keys import Key, column_of, number_keys
from sealmark.measure.surveys.rows import answer, require_columns

__all__ = [
    "AnswerRate", "BaseRule", "Disposition", "ResponseRate", "Unknown", "answer_rates", "apply_base_rule",
    "response_rates",
]  # fmt: skip

Disposition: TypeAlias = Literal["responded", "not-responded", "unknown", "ineligible"]
Unknown: TypeAlias = Literal["eligible", "in-proportion", "ineligible"]

_DISPOSITIONS: tuple[Disposition, ...] = ("responded", "not-responded", "unknown", "ineligible")
_LIMITS = ("minimum_effective_base", "widest_interval", "largest_relative_error")
_SHOWN = 5


@dataclass(frozen=True)
class ResponseRate:
    """How many of those asked answered, in one cell.

    Attributes:
        cell: Values of the columns in ``by``.
        counts: Rows of each disposition.
        eligible: Rows taken to be eligible; not a whole number when unknown ones count in proportion.
        rate: Responded over eligible; None when nobody is eligible.
        weighted_rate: The same with weights; None when there are none.
    """

    cell: Mapping[str, object]
    counts: Mapping[Disposition, int]
    eligible: Decimal
    rate: Decimal | None
    weighted_rate: Decimal | None = None


@dataclass(frozen=True)
class AnswerRate:
    """How many respondents gave a valid answer to one question, in one cell.

    Attributes:
        cell: Values of the columns in ``by``.
        item: The name the caller gave.
        rows: Respondents.
        answered: Those with a valid answer.
        rate: Answered over respondents.
    """

    cell: Mapping[str, object]
    item: str
    rows: int
    answered: int
    rate: Decimal


@dataclass(frozen=True)
class BaseRule:
    """What a number must rest on to be told.

    Attributes:
        minimum_base: Answers, unweighted.
        minimum_effective_base: Answers of a simple random sample as precise; None asks for none.
        widest_interval: Largest width of the interval, in the measure's unit; None asks for none.
        largest_relative_error: Largest standard error over the value's size; None asks for none.

    Raises:
        SealmarkError: SM446 a limit that is not positive.
    """

    minimum_base: int = 30
    minimum_effective_base: Decimal | None = None
    widest_interval: Decimal | None = None
    largest_relative_error: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse limits without sense."""
        given = {name: getattr(self, name) for name in _LIMITS}
        wrong = [name for name, value in given.items() if value is not None and not value > 0]
        if self.minimum_base < 1 or wrong:
            what = f"The base rule has a limit that is not above zero: {', '.join(wrong) or 'minimum_base'}."
            raise SealmarkError(Problem("SM446", what, fix="Give a number above zero, or leave it out."))

    def reason(self, cell: CellEstimate) -> str:
        """Return why a number is withheld; empty when it may be told."""
        number = cell.estimate
        if number.base < self.minimum_base:
            return f"The base of {number.base:,} is below {self.minimum_base:,}."
        effective, wanted = cell.effective_base, self.minimum_effective_base
        if wanted is not None and (effective is None or effective < wanted):
            return f"The effective base of {_text(effective)} is below {plain(wanted)}."
        width = None if number.lower is None or number.upper is None else number.upper - number.lower
        if self.widest_interval is not None and (width is None or width > self.widest_interval):
            return f"The interval's width of {_text(width)} is above {plain(self.widest_interval)}."
        error = None if not number.value or number.standard_error is None else number.standard_error / abs(number.value)
        if self.largest_relative_error is not None and (error is None or error > self.largest_relative_error):
            return f"The relative error of {_text(error)} is above {plain(self.largest_relative_error)}."
        return ""


def apply_base_rule(cells: Sequence[CellEstimate], rule: BaseRule) -> tuple[CellEstimate, ...]:
    """Return the estimates; those that rest on too little become unknown, with the reason.

    Example:
        >>> thin = CellEstimate({}, "score", Estimate(Decimal(90), base=4))
        >>> apply_base_rule([thin], BaseRule(minimum_base=30))[0].estimate
        Estimate(value=None, lower=None, upper=None, base=4, ... note='The base of 4 is below 30.')
    """
    kept = []
    for cell in cells:
        reason = rule.reason(cell) if cell.estimate.value is not None else ""
        unknown = Estimate.unknown(reason, base=cell.estimate.base)
        kept.append(replace(cell, estimate=unknown, design_effect=None, effective_base=None) if reason else cell)
    return tuple(kept)


def response_rates(
    table: Source,
    column: str,
    dispositions: Mapping[object, Disposition],
    *,
    by: Sequence[str] = (),
    weight: str | None = None,
    unknown: Unknown = "eligible",
) -> tuple[ResponseRate, ...]:
    """Return the response rate of every cell; the table has one row per unit asked, answered or not.

    Args:
        table: An Ibis or Arrow table, or the path of a Parquet or CSV file.
        column: Holds what became of each unit.
        dispositions: From the column's values to what they mean; ``None`` for empty cells.
        by: Columns whose values make the cells.
        weight: Column with the weights of the weighted rate.
        unknown: How units of unknown eligibility count: all as ``eligible`` (the cautious
            rate), ``in-proportion`` to the known ones of the cell, or as ``ineligible``.

    Raises:
        SealmarkError: SM403, SM404 columns; SM444 values without a meaning.

    Example:
        >>> import pyarrow as pa
        >>> asked = pa.table({"end": ["done", "done", "refused", "no contact"]})
        >>> means = {"done": "responded", "refused": "not-responded", "no contact": "unknown"}
        >>> [rate.rate for rate in response_rates(asked, "end", means)]
        [Decimal('0.5')]
    """
    table = open_table(table)
    by = (by,) if isinstance(by, str) else tuple(by)
    require_cells(table, (*by, column))
    require_columns(table, [Mean(weight)] if weight else [])
    _check_meanings(dispositions)
    keys = {f"key{index}": table[name] for index, name in enumerate((*by, column))}
    weights = table[weight].cast("float64") if weight else ibis.literal(1.0, "float64")
    narrow = table.select(**keys, w=weights)
    rows = fetch(narrow.aggregate(by=list(keys), n=narrow.count(), w=narrow.w.sum()))
    order, found = number_keys(rows, list(keys))
    counts, sums = (column_of(rows, name)[np.argsort(order, kind="stable")] for name in ("n", "w"))
    _check_known(found, column, dispositions)
    cells: dict[Key, dict[Disposition, tuple[int, float]]] = {}
    for key, count, total in zip(found, counts.tolist(), sums.tolist(), strict=True):
        cell = cells.setdefault(key[:-1], dict.fromkeys(_DISPOSITIONS, (0, 0.0)))
        before = cell[dispositions[key[-1]]]
        cell[dispositions[key[-1]]] = (before[0] + int(count), before[1] + total)
    return tuple(
        _rate(dict(zip(by, key, strict=True)), cells[key], unknown, weight) for key in sorted(cells, key=sort_key)
    )


def answer_rates(table: Source, items: Mapping[str, str | Item], *, by: Sequence[str] = ()) -> tuple[AnswerRate, ...]:
    """Return for every question the share of rows with a valid answer, in every cell.

    Raises:
        SealmarkError: SM403, SM404 columns.

    Example:
        >>> import pyarrow as pa
        >>> answers = pa.table({"q": [8, None, 99, 5]})
        >>> answer_rates(answers, {"score": Item("q", 1, 10)})[0].rate
        Decimal('0.5')
    """
    table = open_table(table)
    by = (by,) if isinstance(by, str) else tuple(by)
    require_cells(table, by)
    require_columns(table, [Mean(item) for item in items.values()])
    keys = {f"key{index}": table[name] for index, name in enumerate(by)}
    given = {f"item{index}": answer(table, item).notnull().cast("int64") for index, item in enumerate(items.values())}
    narrow = table.select(**keys, **given, one=ibis.literal(1, "int64"))
    rows = fetch(narrow.aggregate(by=list(keys), n=narrow.one.sum(), **{name: narrow[name].sum() for name in given}))
    order, cells = number_keys(rows, list(keys))
    at = {cell: int(index) for index, cell in zip(np.argsort(order, kind="stable"), cells, strict=True)}
    counts = {name: column_of(rows, name) for name in ("n", *given)}
    return tuple(
        _answered(dict(zip(by, cell, strict=True)), item, counts["n"][at[cell]], counts[f"item{index}"][at[cell]])
        for cell in sorted(at, key=sort_key)
        for index, item in enumerate(items)
    )


def _answered(cell: Mapping[str, object], item: str, rows: float, answered: float) -> AnswerRate:
    rate = decimal_from_float(answered / rows)
    return AnswerRate(cell, item, int(rows), int(answered), rate)


def _rate(
    cell: Mapping[str, object],
    found: Mapping[Disposition, tuple[int, float]],
    unknown: Unknown,
    weight: str | None,
) -> ResponseRate:
    counts = {name: count for name, (count, _) in found.items()}
    eligible, rate = _share({name: float(count) for name, count in counts.items()}, unknown)
    weighted = _share({name: total for name, (_, total) in found.items()}, unknown)[1] if weight else None
    return ResponseRate(cell, counts, decimal_from_float(eligible), rate, weighted)


def _share(found: Mapping[Disposition, float], unknown: Unknown) -> tuple[float, Decimal | None]:
    """Return the eligible and the response rate."""
    known = found["responded"] + found["not-responded"]
    classified = known + found["ineligible"]
    proportion = {"eligible": 1.0, "ineligible": 0.0, "in-proportion": known / classified if classified else 1.0}
    eligible = known + proportion[unknown] * found["unknown"]
    return eligible, decimal_from_float(found["responded"] / eligible) if eligible > 0 else None


def _check_meanings(dispositions: Mapping[object, Disposition]) -> None:
    wrong = [meaning for meaning in dispositions.values() if meaning not in _DISPOSITIONS]
    if wrong:
        what = f"{wrong[0]!r} is no disposition."
        raise SealmarkError(Problem("SM444", what, fix=f"Legal: {', '.join(_DISPOSITIONS)}."))


def _check_known(found: Sequence[Key], column: str, dispositions: Mapping[object, Disposition]) -> None:
    problems = ProblemList()
    foreign = [value for value in dict.fromkeys(key[-1] for key in found) if value not in dispositions]
    if foreign:
        shown = ", ".join(map(repr, foreign[:_SHOWN]))
        problems.add("SM444", f'"{column}" holds {shown} without a meaning.', fix="Say for each value what it means.")
    problems.raise_if_any()


def _text(value: Decimal | None) -> str:
    return "unknown size" if value is None else plain(round(value, 4))
