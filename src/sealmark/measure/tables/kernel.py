"""The first stage over a fast copy, by compiled loops: parts side by side, each answer touched once."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import connect, fetch, open_table
from sealmark.measure.surveys.design import POPULATION, Design, prepare
from sealmark.measure.surveys.formulas import Item, Promoter, item_of
from sealmark.measure.surveys.keys import Floats, Integers
from sealmark.measure.surveys.totals import MOST_FIGURES, key_columns, require_few
from sealmark.measure.tables import loops
from sealmark.measure.tables.fastcopy import FastCopy, Part, number_combinations, read_part
from sealmark.measure.tables.portable import check_design
from sealmark.measure.tables.questions import Questions, RowIndex, row_index

__all__ = ["copy_totals", "gaps", "kernel_is_here"]

_NO_KEY = "sm_whole"
Scores = tuple[Floats, Floats, Floats]


def kernel_is_here() -> bool:
    """Tell whether the extra ``fast`` is installed."""
    try:
        import numba  # noqa: F401 - slow import
    except ImportError:  # pragma: no cover - the extra is installed where tests run
        return False
    return True


def _compiled(loop: Callable[..., None]) -> Callable[..., None]:
    import numba  # slow import

    if loop not in _LOOPS:
        _LOOPS[loop] = numba.njit(nogil=True, cache=True)(loop)
    return _LOOPS[loop]


_LOOPS: dict[Callable[..., None], Callable[..., None]] = {}


def gaps(copy: FastCopy, questions: Questions, *, design: Design, by: Sequence[str] = ()) -> list[str]:
    """Return what a table needs and a fast copy does not have; nothing when it serves."""
    population = (design.population,) if isinstance(design.population, str) else ()
    keys = (*by, *design.strata, *((design.cluster,) if design.cluster else ()), *population)
    missing = [f'the key "{name}"' for name in dict.fromkeys(keys) if name not in copy.keys]
    missing += [f'the item "{name}"' for name in questions.columns if name not in copy.items]
    return missing + ([f'the weight "{design.weight}"'] if design.weight not in {None, copy.weight} else [])


@dataclass(frozen=True)
class _Plan:
    """What the loops are given: columns of the copy, and what each code is worth."""

    columns: npt.NDArray[np.int64]
    scores: Scores
    codes: int
    index_columns: npt.NDArray[np.int64]
    index_scores: tuple[Floats, Floats, Floats, float] | None
    line: tuple[float, float, int] | None
    promoter: tuple[int, Scores] | None
    weighted: bool
    clustered: bool

    @property
    def labels(self) -> list[str]:
        """Labels of the items, then of index and promoter score."""
        own = len(self.columns) - (self.promoter is not None)
        extra = (["x"] if self.index_scores else []) + (["p"] if self.promoter else [])
        return [str(number) for number in range(own)] + extra


@dataclass(frozen=True)
class _Groups:
    """Groups of all parts: the number of each combination of keys, and one row of names per group."""

    numbers: list[Integers]
    names: pa.Table


def copy_totals(
    copy: FastCopy, questions: Questions, *, design: Design, by: Sequence[str] = (), threads: int | None = None
) -> pa.Table:
    """Return sums per cell, stratum and cluster, in the layout of ``group_totals``.

    Args:
        copy: From :func:`~sealmark.measure.tables.fastcopy.open_fast_copy`.
        questions: What to measure.
        design: How the rows were drawn; one stage.
        by: Columns whose values make the cells.
        threads: Parts read side by side; every core by default.

    Raises:
        SealmarkError: SM484 the source has changed, SM485 the copy lacks something, SM489 too many cells.
    """
    check_design(design)
    copy.require_fresh()
    missing = gaps(copy, questions, design=design, by=by)
    if missing:
        fix = "Write the copy with them, or take the engine portable."
        raise SealmarkError(Problem("SM485", f"The fast copy lacks {', '.join(missing)}.", str(copy.folder), fix))
    groups, plan = _groups(copy, design, by), _plan(copy, questions, design)
    cells = groups.names.group_by([f"sm_by{place}" for place in range(len(by))]).aggregate([]).num_rows if by else 1
    require_few(cells * len(questions.variables), MOST_FIGURES)
    total = np.zeros((len(plan.labels), 4 if plan.clustered else 8, groups.names.num_rows))
    rows = np.zeros(groups.names.num_rows)
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        for numbers, counts, sums in pool.map(lambda part: _part(copy, part, groups, plan), range(copy.parts)):
            # Groups of sorted data stand side by side: a slice is quicker than a list of places.
            close = len(numbers) > 0 and numbers[-1] - numbers[0] == len(numbers) - 1
            where = slice(int(numbers[0]), int(numbers[-1]) + 1) if close else numbers
            total[:, :, where] += sums
            rows[where] += counts
    return _table(groups.names, rows, total, plan)


def _groups(copy: FastCopy, design: Design, by: Sequence[str]) -> _Groups:
    keys = copy.key_table()
    parts = keys["sm_part"].to_numpy()
    # One thread keeps the order of rows.
    own = keys.drop_columns(["sm_part"]) if copy.keys else pa.table({"whole": np.zeros(keys.num_rows)})
    table = open_table(own, connection=connect())
    prepared = prepare(table, replace(design, weight=None), weighted=False)
    names = key_columns(prepared, design, by) or {_NO_KEY: ibis.literal(0)}
    known = {} if design.population is None else {POPULATION: prepared[POPULATION]}
    labelled = fetch(prepared.select(**names, **known))
    keyed = labelled.drop_columns([POPULATION]) if known else labelled
    number, distinct = number_combinations(keyed)
    if known:
        first = np.unique(number, return_index=True)[1]
        distinct = distinct.append_column(POPULATION, labelled[POPULATION].take(pa.array(first)))
    ends = np.searchsorted(parts, np.arange(copy.parts + 1))
    return _Groups([number[ends[part] : ends[part + 1]] for part in range(copy.parts)], distinct)


def _plan(copy: FastCopy, questions: Questions, design: Design) -> _Plan:
    places = {name: number for number, name in enumerate(copy.items)}
    codes = max(high for _, high in copy.items.values()) + 2
    own = [_scores(item, codes, float(questions.top_from)) for item in questions.own]
    columns = [places[item.column] for item in questions.own]
    promoter = None
    if questions.promoter:
        rating = _promoter_scores(questions.promoter, codes)
        promoter = places[item_of(questions.promoter.column).column], rating
        own.append(rating)
        columns.append(promoter[0])
    scores = tuple(np.stack(parts) for parts in zip(*own, strict=True))
    index_scores, line, index_columns = None, None, np.zeros(0, dtype=np.int64)
    if questions.index:
        form = row_index(questions.index)
        line = _line(form, copy)
        given, values = (np.stack([_scores(item, codes, 0.0)[kind] for item in form.items]) for kind in (0, 1))
        below = given * form.shares[:, None]
        above = below * (values * form.slopes[:, None] + form.offsets[:, None])
        index_scores = above, below, given, float(form.minimum)
        index_columns = np.array([places[item.column] for item in form.items])
    weighted, clustered = design.weight is not None, design.cluster is not None
    return _Plan(np.array(columns), scores, codes, index_columns, index_scores, line, promoter, weighted, clustered)  # type: ignore[arg-type]


def _line(form: RowIndex, copy: FastCopy) -> tuple[float, float, int] | None:
    """Return an index as a line through the mean answer, where every answer in the copy is valid as it stands."""
    ends = [(item, *copy.items[item.column]) for item in form.items]
    plain = all(
        not item.reversed
        and (item.lowest is None or float(item.lowest) <= low)
        and (item.highest is None or float(item.highest) >= high)
        for item, low, high in ends
    )
    return (float(form.slopes[0]), float(form.offsets[0]), form.minimum) if plain and form.is_even else None


def _scores(item: Item, codes: int, cut: float) -> Scores:
    """Return for each code whether it counts, its value, and whether it lies in the box."""
    answer = np.arange(codes, dtype=np.float64) - 1
    valid = answer >= 0
    if item.lowest is not None:
        valid &= answer >= float(item.lowest)
    if item.highest is not None:
        valid &= answer <= float(item.highest)
    value = float(item.lowest or 0) + float(item.highest or 0) - answer if item.reversed else answer
    return valid.astype(np.float64), np.where(valid, value, 0.0), (valid & (value >= cut)).astype(np.float64)


def _promoter_scores(promoter: Promoter, codes: int) -> Scores:
    given, value, high = _scores(item_of(promoter.column), codes, float(promoter.promoters_from))
    low = given * (value <= float(promoter.detractors_to))
    return given, 100 * (high - low), high


def _part(copy: FastCopy, number: int, groups: _Groups, plan: _Plan) -> tuple[Integers, Floats, Floats]:
    """Return the groups in one part, how many rows each has, and its sums."""
    part = read_part(copy, number)
    own, place = np.unique(groups.numbers[number], return_inverse=True)
    same = len(own) == len(place) and bool((place == np.arange(len(place))).all())
    group = part.code if same else place.astype(np.int32)[part.code]
    weight = part.weight if plan.weighted else np.zeros(0)
    size = len(own)
    sums = _clusters(part, group, weight, plan, size) if plan.clustered else _elements(part, group, weight, plan, size)
    return own, np.bincount(group, minlength=size).astype(np.float64), sums


def _elements(part: Part, group: npt.NDArray[np.generic], weight: Floats, plan: _Plan, size: int) -> Floats:
    flat = np.zeros((len(plan.columns), size * plan.codes * 3))
    if plan.weighted:
        _compiled(loops.add_histograms)(group, weight, part.answers, plan.columns, plan.codes, flat)
    else:
        _compiled(loops.add_counts)(group, part.answers, plan.columns, plan.codes, flat)
    items = np.zeros((len(plan.columns), 8, size))
    _compiled(loops.sum_histograms)(flat.reshape(len(plan.columns), size, plan.codes, 3), plan.scores, items)
    return _ordered(items, _index_sums(part, group, weight, plan, size), plan)


def _index_sums(part: Part, group: npt.NDArray[np.generic], weight: Floats, plan: _Plan, size: int) -> Floats:
    sums = np.zeros((8, size))
    if plan.line:
        _compiled(loops.add_even_index)(group, weight, part.answers, plan.index_columns, plan.line, sums)
    elif plan.index_scores:
        _compiled(loops.add_index)(group, weight, part.answers, plan.index_columns, plan.index_scores, sums)
    return sums


def _clusters(part: Part, group: npt.NDArray[np.generic], weight: Floats, plan: _Plan, size: int) -> Floats:
    totals = np.zeros((len(plan.columns), size, 4))
    _compiled(loops.add_totals)(group, weight, part.answers, plan.columns, plan.scores, totals)
    index = _index_sums(part, group, weight, plan, size)[[0, 1, 3, 6]]
    return _ordered(np.ascontiguousarray(totals.transpose(0, 2, 1)), index, plan)


def _ordered(items: Floats, index: Floats, plan: _Plan) -> Floats:
    """Return items, index and promoter score in the order of the labels."""
    own = len(items) - (plan.promoter is not None)
    extra = [index[None]] if plan.index_scores else []
    return np.concatenate([items[:own], *extra, items[own:]])


_ELEMENTS = ("n", "a", "aa", "b", "ab", "bb", "t", "tt")
_CLUSTERS = ("n", "a", "b", "t")


def _table(names: pa.Table, rows: Floats, total: Floats, plan: _Plan) -> pa.Table:
    columns: dict[str, object] = {name: names[name] for name in names.column_names if name != POPULATION}
    columns["rows"] = rows
    if POPULATION in names.column_names:
        columns |= {"population": names[POPULATION], "largest_population": names[POPULATION]}
    for place, label in enumerate(plan.labels):
        kinds = _CLUSTERS if plan.clustered else _ELEMENTS
        columns |= {f"{kind}_{label}": total[place, number] for number, kind in enumerate(kinds)}
    return pa.table(columns)
