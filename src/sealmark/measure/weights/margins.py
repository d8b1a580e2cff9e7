"""What is known of the population: counts of categories, totals of numbers.

Each becomes control variables over the patterns: the distinct values, in the
sample, of the columns that the controls name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from sealmark.core.errors import Problem, ProblemList, SealmarkError
from sealmark.measure.surveys.formulas import Number
from sealmark.measure.surveys.keys import Floats, Key
from sealmark.measure.weights.calibration import Controls

__all__ = ["Control", "KnownTotal", "Margin", "build_controls", "control_columns"]

_AGREE = 1e-6
_SHOWN = 5


@dataclass(frozen=True)
class Margin:
    """How many units of the population fall in each category of one column, or of several together.

    Attributes:
        columns: One column, or several whose values together make the category.
        counts: From category (a tuple of values when there are several columns) to its count.

    Raises:
        SealmarkError: SM430 no column, no category, or a count below zero.

    Example:
        >>> Margin("sex", {"f": 520, "m": 480}).total
        1000.0
    """

    columns: Sequence[str]
    counts: Mapping[object, Number] = field(hash=False)

    def __post_init__(self) -> None:
        """Freeze the columns; check the counts."""
        columns = (self.columns,) if isinstance(self.columns, str) else tuple(self.columns)
        object.__setattr__(self, "columns", columns)
        if not columns or not self.counts:
            raise _refuse("A margin needs a column and its categories.", 'Write Margin("sex", {"f": 520, "m": 480}).')
        wrong = [key for key, count in self.counts.items() if not 0 <= float(count) < float("inf")]
        if wrong or not self.total > 0:
            what = f"The counts of {_columns(columns)} must be zero or more, not all zero."
            raise _refuse(what, f"Correct {', '.join(map(repr, wrong)) or 'them'}.")
        if any(len(key) != len(columns) for key in self.cells):
            raise _refuse(f"A category of {_columns(columns)} has other parts than the columns.", "Write tuples.")

    @property
    def cells(self) -> dict[Key, float]:
        """Categories as tuples, with their counts."""
        return {key if isinstance(key, tuple) else (key,): float(count) for key, count in self.counts.items()}

    @property
    def total(self) -> float:
        """The population's size as this margin tells it."""
        return float(sum(map(float, self.counts.values())))


@dataclass(frozen=True)
class KnownTotal:
    """The population's sum of a number; without a column, its size.

    Attributes:
        total: In the column's unit; units of the population without a column.
        column: A column of numbers.

    Raises:
        SealmarkError: SM430 a total that is no number.

    Example:
        >>> KnownTotal(91_000, "visits").columns
        ('visits',)
    """

    total: Number
    column: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be met."""
        if not np.isfinite(float(self.total)):
            raise _refuse(f'The total of "{self.column}" is {self.total}.', "Give a finite number.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The column, if any."""
        return (self.column,) if self.column else ()


Control: TypeAlias = "Margin | KnownTotal"


def control_columns(controls: Sequence[Control]) -> tuple[str, ...]:
    """Return the columns that the controls name, each once."""
    return tuple(dict.fromkeys(name for control in controls for name in control.columns))


def build_controls(
    controls: Sequence[Control], columns: Sequence[str], patterns: Sequence[Key], weights: Floats
) -> Controls:
    """Return the control variables of each pattern, after checking that sample and population fit.

    Args:
        controls: What is known.
        columns: What the parts of a pattern mean.
        patterns: Distinct values of the columns.
        weights: Sum of the weights of each pattern.

    Raises:
        SealmarkError: SM430 no controls, SM431 rows without a category or number, or in a
            category without a count; SM432 categories without a respondent; SM433 margins
            of different size.
    """
    if not controls:
        raise _refuse("Nothing is known of the population.", "Give a Margin or a KnownTotal.")
    problems = ProblemList()
    _check_sizes(controls, problems)
    built = [_control(control, columns, patterns, weights, problems) for control in controls]
    problems.raise_if_any()
    names = tuple(name for part in built for name in part.names)
    values = np.hstack([part.values for part in built])
    return Controls(values, np.concatenate([part.totals for part in built]), names)


def _control(
    control: Control, columns: Sequence[str], patterns: Sequence[Key], weights: Floats, problems: ProblemList
) -> Controls:
    places = [list(columns).index(name) for name in control.columns]
    own = [tuple(pattern[place] for place in places) for pattern in patterns]
    if isinstance(control, Margin):
        return _margin(control, own, weights, problems)
    missing = sum(key[0] is None or key[0] != key[0] for key in own if key)
    if missing:
        what = f'Rows have no number in the control column "{control.column}".'
        problems.add("SM431", what, fix="Set them aside while importing, or leave this control out.")
    numbers = [float(str(key[0])) if key and key[0] is not None else 1.0 for key in own]
    name = control.column or "units in the population"
    return Controls(np.array(numbers, dtype=np.float64).reshape(-1, 1), np.array([float(control.total)]), (name,))


def _margin(margin: Margin, own: Sequence[Key], weights: Floats, problems: ProblemList) -> Controls:
    cells = margin.cells
    place = {key: index for index, key in enumerate(cells)}
    used = {key for key, weight in zip(own, weights, strict=True) if weight > 0}
    label = _columns(margin.columns)
    foreign = [key for key in dict.fromkeys(own) if key not in cells or (key in used and not cells[key] > 0)]
    if foreign:
        what = f"Rows stand in {_listed(foreign)} of {label}, where the population has no one."
        problems.add("SM431", what, fix=f"Give a count for each category. There are: {_listed(list(cells))}.")
    empty = [key for key, count in cells.items() if count > 0 and key not in used]
    if empty:
        what = f"No respondent stands in {_listed(empty)} of {label}, though the population has some."
        problems.add("SM432", what, fix="Join the category with a similar one, in the sample and in the counts.")
    values = np.zeros((len(own), len(cells)))
    for row, key in enumerate(own):
        if key in place:
            values[row, place[key]] = 1.0
    names = tuple(f"{', '.join(margin.columns)} = {_text(key)}" for key in cells)
    return Controls(values, np.array(list(cells.values())), names)


def _check_sizes(controls: Sequence[Control], problems: ProblemList) -> None:
    sizes = {}
    for control in controls:
        if isinstance(control, Margin):
            sizes[_columns(control.columns)] = control.total
        elif control.column is None:
            sizes["the number of units"] = float(control.total)
    for (first, one), (second, other) in pairwise(sizes.items()):
        if abs(one - other) > _AGREE * max(abs(one), abs(other)):
            what = f"{first} adds up to {one:,.12g}, {second} to {other:,.12g}."
            problems.add("SM433", what, fix="Take both from the same source, or scale one to the other's sum.")


def _columns(names: Sequence[str]) -> str:
    return " x ".join(f'"{name}"' for name in names)


def _text(key: Key) -> str:
    return " / ".join("(missing)" if part is None else str(part) for part in key)


def _listed(keys: Sequence[Key]) -> str:
    shown = ", ".join(f'"{_text(key)}"' for key in keys[:_SHOWN])
    return shown + (f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else "")


def _refuse(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM430", what, fix=fix))
