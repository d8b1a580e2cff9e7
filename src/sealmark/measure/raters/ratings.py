"""Marks by raters on subjects, read once and numbered, with what is wrong with them told at once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sealmark.core.errors import Problem, ProblemList, SealmarkError, did_you_mean
from sealmark.measure.engine import Source, fetch, open_table
from sealmark.measure.surveys.keys import Floats, Integers, Key, column_of, number_keys, tally

__all__ = ["Ratings", "Scale", "ratings_from_matrix", "read_ratings", "require_single", "require_values"]

Scale: TypeAlias = Literal["label", "order", "number"]
Labels: TypeAlias = "tuple[Hashable, ...]"

_SHOWN = 5


@dataclass(frozen=True)
class Ratings:
    """Marks in long form: one place per mark in every array.

    Attributes:
        subjects: Names of the subjects, sorted.
        raters: Names of the raters, sorted.
        items: Names of the marked items; one for a single mark per visit.
        periods: Names of the periods, sorted; empty when there are none.
        subject: Number of each mark's subject.
        rater: Number of each mark's rater.
        item: Number of each mark's item.
        period: Number of each mark's period, all 0 when there are none.
        marks: The marks; of labels and ordered categories their numbers.
        scale: ``number``, ``order`` (named categories in their order) or ``label``.
        categories: Names of the categories when the marks are not numbers.
        unmarked: Cells that were empty and are not among the marks.
    """

    subjects: Labels
    raters: Labels
    items: Labels
    periods: Labels
    subject: Integers
    rater: Integers
    item: Integers
    period: Integers
    marks: Floats
    scale: Scale = "number"
    categories: Labels = ()
    unmarked: int = 0

    @property
    def base(self) -> int:
        """The number of marks."""
        return len(self.marks)

    def of_item(self, item: Hashable) -> Ratings:
        """Return the marks of one item.

        Raises:
            SealmarkError: SM420 there is no such item.
        """
        if item not in self.items:
            hint = did_you_mean(str(item), map(str, self.items))
            raise SealmarkError(Problem("SM420", f'There are no marks of an item "{item}".', fix=hint))
        chosen = self.item == self.items.index(item)
        parts = {name: getattr(self, name)[chosen] for name in ("subject", "rater", "period", "marks")}
        return replace(self, items=(item,), item=np.zeros(int(chosen.sum()), dtype=np.int64), **parts)

    def averaged(self) -> Ratings:
        """Return one mark per subject, rater and period: the mean over the items and repeats.

        Raises:
            SealmarkError: SM423 the marks are not numbers.
        """
        require_values(self, "number", "A mean over items")
        cells = np.stack([self.subject, self.rater, self.period])
        keys, place = np.unique(cells, axis=1, return_inverse=True)
        sums, counts = tally(place, self.marks, keys.shape[1]), tally(place, np.ones(self.base), keys.shape[1])
        nothing = np.zeros(keys.shape[1], dtype=np.int64)
        subject, rater, period = keys
        return replace(
            self, items=("mean",), subject=subject, rater=rater, period=period, item=nothing, marks=sums / counts
        )


def read_ratings(
    table: Source,
    marks: str | Sequence[str],
    *,
    subject: str,
    rater: str,
    period: str | None = None,
    categories: Sequence[Hashable] | None = None,
) -> Ratings:
    """Return the marks of a table with one row per visit.

    Args:
        table: Where the marks lie; scanned in place.
        marks: Column of the mark, or several columns: one per item. Empty cells are counted and left out.
        subject: Column that names what was marked (outlet, call, essay).
        rater: Column that names who marked.
        period: Column that sorts into periods, for drift.
        categories: Legal marks in rising order, when they are names; without it text is taken as labels.

    Raises:
        SealmarkError: SM403 a column is missing; SM420 rows without subject, rater or period, or no
            mark at all; SM423 marks outside the categories, infinite, or columns of different kinds.

    Example:
        >>> table = pa.table({"shop": ["a", "a", "b"], "who": ["x", "y", "x"], "mark": [3, 4, None]})
        >>> ratings = read_ratings(table, "mark", subject="shop", rater="who")
        >>> ratings.base, ratings.unmarked, ratings.raters
        (2, 1, ('x', 'y'))
    """
    items = (marks,) if isinstance(marks, str) else tuple(marks)
    keys = [name for name in (subject, rater, period) if name is not None]
    opened = open_table(table)
    _require_columns(opened, [*keys, *items])
    places = {f"k{i}": opened[name] for i, name in enumerate(keys)} | {
        f"x{i}": opened[name] for i, name in enumerate(items)
    }
    rows = fetch(opened.select(**places))
    _require_keys(rows, keys)
    numbered = [number_keys(rows, [f"k{i}"]) for i in range(len(keys))]
    columns, scale, named = _marks(rows, items, categories)
    codes = [np.tile(numbers, len(items)) for numbers, _ in numbered]
    names = [_names(found) for _, found in numbered]
    item = np.repeat(np.arange(len(items), dtype=np.int64), rows.num_rows)
    periods, of_period = (names[2], codes[2]) if period else ((), np.zeros_like(item))
    values = np.concatenate(columns)
    return _compact(
        Ratings(names[0], names[1], items, periods, codes[0], codes[1], item, of_period, values, scale, named)
    )


def ratings_from_matrix(
    matrix: npt.ArrayLike, *, subjects: Sequence[Hashable] = (), raters: Sequence[Hashable] = ()
) -> Ratings:
    """Return the marks of a matrix of numbers: a row per subject, a column per rater, NaN where there is none.

    Subjects and raters without names are numbered from 1.

    Raises:
        SealmarkError: SM420 not a matrix, names that do not fit, or no mark; SM423 infinite marks.

    Example:
        >>> ratings_from_matrix([[9, 2], [6, float("nan")]]).base
        3
    """
    values = np.asarray(matrix, dtype=np.float64)
    if values.ndim != 2 or not values.size:  # noqa: PLR2004
        raise SealmarkError(Problem("SM420", "The marks are not a matrix.", fix="Give a row per subject."))
    rows = tuple(subjects) or tuple(range(1, values.shape[0] + 1))
    columns = tuple(raters) or tuple(range(1, values.shape[1] + 1))
    if (len(rows), len(columns)) != values.shape or len(set(rows)) < len(rows) or len(set(columns)) < len(columns):
        what = f"{len(rows)} subjects and {len(columns)} raters do not name {values.shape[0]} rows and "
        raise SealmarkError(Problem("SM420", f"{what}{values.shape[1]} columns.", fix="Give each one name of its own."))
    subject, rater = (part.ravel() for part in np.indices(values.shape))
    nothing = np.zeros(values.size, dtype=np.int64)
    return _compact(Ratings(rows, columns, ("mark",), (), subject, rater, nothing, nothing, values.ravel()))


def require_values(ratings: Ratings, least: Scale, purpose: str) -> None:
    """Check that the marks carry at least an order, or are numbers.

    Raises:
        SealmarkError: SM423 they do not.
    """
    ranks: dict[Scale, int] = {"label": 0, "order": 1, "number": 2}
    if ranks[ratings.scale] < ranks[least]:
        wanted = {"order": "an order", "number": "numbers"}.get(least, least)
        what = f"{purpose} needs {wanted}, but the marks are names such as {_listed(ratings.categories)}."
        fix = "Give categories= in rising order." if least == "order" else "Convert the marks to numbers."
        raise SealmarkError(Problem("SM423", what, fix=fix))


def require_single(ratings: Ratings, purpose: str) -> None:
    """Check that there is one item, and no rater who marked a subject twice.

    Raises:
        SealmarkError: SM422 there are several marks of one rater on one subject.
    """
    if len(ratings.items) > 1:
        fix = "Take one item with of_item(), or the mean with averaged()."
        raise SealmarkError(Problem("SM422", f"{purpose} takes one item, here are {len(ratings.items)}.", fix=fix))
    pairs, counts = np.unique(ratings.subject * len(ratings.raters) + ratings.rater, return_counts=True)
    if (counts > 1).any():
        subject, rater = divmod(int(pairs[counts > 1][0]), len(ratings.raters))
        what = f"{int((counts > 1).sum())} subjects were marked twice by one rater, first "
        what += f'"{ratings.subjects[subject]}" by "{ratings.raters[rater]}".'
        fix = f"{purpose} needs one mark each: keep one, or take the mean with averaged()."
        raise SealmarkError(Problem("SM422", what, fix=fix))


def _listed(names: Sequence[Hashable]) -> str:
    """Return the first few names for a message, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f'"{name}"' for name in names[:_SHOWN]) + more


def _require_columns(table: ir.Table, names: Sequence[str]) -> None:
    problems = ProblemList()
    for name in names:
        if name not in table.columns:
            hint = did_you_mean(name, table.columns)
            problems.add("SM403", f'There is no column "{name}" in the marks.', fix=hint)
    problems.raise_if_any()


def _names(keys: Sequence[Key]) -> Labels:
    # Keys of one column; they come from the engine and can be compared.
    return tuple(value for (value,) in keys if isinstance(value, Hashable))


def _require_keys(rows: pa.Table, keys: Sequence[str]) -> None:
    problems = ProblemList()
    for place, name in enumerate(keys):
        missing = rows.column(f"k{place}").null_count
        if missing:
            fix = "Fill the column, or set those rows aside."
            problems.add("SM420", f'{missing} rows have nothing in the column "{name}".', fix=fix)
    problems.raise_if_any()


def _marks(
    rows: pa.Table, items: Sequence[str], categories: Sequence[Hashable] | None
) -> tuple[list[Floats], Scale, Labels]:
    """Return one array of marks per item (NaN where empty), what they are, and the categories' names."""
    columns = [rows.column(f"x{i}") for i in range(len(items))]
    if categories is not None:
        return _in_order(columns, items, tuple(categories)), "order", tuple(categories)
    numeric = [_is_number(column.type) for column in columns]
    if all(numeric):
        return [column_of(rows, f"x{i}") for i in range(len(items))], "number", ()
    if any(numeric):
        what = f"Some of the columns {', '.join(items)} hold numbers and some do not."
        raise SealmarkError(Problem("SM423", what, fix="Convert them alike."))
    named = tuple(sorted({v for column in columns for v in column.unique().to_pylist() if v is not None}))
    return _in_order(columns, items, named), "label", named


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _in_order(columns: Sequence[pa.ChunkedArray], items: Sequence[str], categories: Labels) -> list[Floats]:
    place = {name: float(index) for index, name in enumerate(categories)}
    problems, arrays = ProblemList(), []
    for column, item in zip(columns, items, strict=True):
        encoded = column.combine_chunks().dictionary_encode()
        known = [place.get(value, np.inf) for value in encoded.dictionary.to_pylist()]
        for value in (v for v, code in zip(encoded.dictionary.to_pylist(), known, strict=True) if code == np.inf):
            problems.add("SM423", f'The mark "{value}" is none of the categories.', where=item, fix=_listed(categories))
        codes = encoded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
        arrays.append(np.array([*known, np.nan])[codes])
    problems.raise_if_any()
    return arrays


def _compact(whole: Ratings) -> Ratings:
    """Leave out empty cells, then subjects and raters without any mark."""
    marked = ~np.isnan(whole.marks)
    if not marked.any():
        raise SealmarkError(Problem("SM420", "There is no mark at all.", fix="Give rows that hold marks."))
    if np.isinf(whole.marks[marked]).any():
        raise SealmarkError(Problem("SM423", "A mark is infinite.", fix="Correct it, or leave it empty."))
    subjects, subject = _renumbered(whole.subjects, whole.subject[marked])
    raters, rater = _renumbered(whole.raters, whole.rater[marked])
    periods, period = _renumbered(whole.periods, whole.period[marked]) if whole.periods else ((), whole.period[marked])
    return replace(
        whole, subjects=subjects, raters=raters, periods=periods, subject=subject, rater=rater, period=period,
        item=whole.item[marked], marks=whole.marks[marked], unmarked=int((~marked).sum()),
    )  # fmt: skip


def _renumbered(names: Labels, codes: Integers) -> tuple[Labels, Integers]:
    used = np.bincount(codes, minlength=len(names)) > 0
    if used.all():
        return names, codes
    return tuple(name for name, flag in zip(names, used, strict=True) if flag), (np.cumsum(used) - 1)[codes]
