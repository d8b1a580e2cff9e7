"""How the rows of a table were drawn: weights, strata, clusters, finite populations.

:class:`Design` names columns; :func:`prepare` adds the design's own columns to
a table and :func:`draw_up` counts, in one query, what was sampled in each
stratum. Every count is over the whole table, never over a domain only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from sealmark.core.errors import ProblemList, did_you_mean
from sealmark.measure.engine import fetch
from sealmark.measure.numeric import not_numbers
from sealmark.measure.surveys.keys import Floats, Key, column_of, number_keys

__all__ = [
    "CLUSTER", "CLUSTER2", "POPULATION", "STRATUM", "WEIGHT", "Design", "Floats", "Frame", "LonelyRule",
    "check_counts", "draw_up", "prepare",
]  # fmt: skip

LonelyRule: TypeAlias = Literal["fail", "adjust", "average", "certainty", "remove"]
Population: TypeAlias = "str | int | Mapping[object, int] | None"

WEIGHT, CLUSTER, CLUSTER2 = "sm_weight", "sm_cluster", "sm_cluster2"
STRATUM = "sm_stratum{}"
_RANK = "{}_rank"
POPULATION, _POPULATION2 = "sm_population", "sm_population2"
_PREFIX = "sm_"
_SHOWN = 5

_COUNTING = "Count clusters if there are clusters, otherwise rows."
_REMEDIES = (
    "Join the stratum with a similar one, or choose lonely= adjust (centre it at the overall mean), "
    "average (give it the mean variance of the others), certainty or remove (it adds no variance)."
)


@dataclass(frozen=True)
class Design:
    """How the rows of a table were drawn.

    Attributes:
        weight: Column with one weight per row, zero or more. When it is absent but
            the population is known, each row stands for population over sample of its
            stratum; when both are absent, all rows count alike.
        strata: Columns that together name the stratum. Waves drawn independently
            of each other are strata too.
        cluster: Column with the primary sampling unit; absent when rows were drawn one by one.
        population: What the sample was drawn from: a column, a number, or a mapping from
            stratum (a tuple of values when there are several columns) to a number. It counts
            clusters when there are clusters, otherwise rows. Absent: drawn with replacement,
            or from a population so large that it does not matter.
        cluster2: Column with the second-stage unit; absent with ``population2`` given:
            the rows themselves are the second stage.
        population2: Units of the second stage in each cluster's population, a column or a number.
        lonely: What to do with a stratum of which only one unit was drawn.
        nested: Clusters are numbered anew in each stratum: the same name in two strata means two
            clusters. Without it such a name is an error, because it may as well be a slip.

    Example:
        >>> Design(weight="w", strata=("region",), cluster="shop").lonely
        'fail'
    """

    weight: str | None = None
    strata: Sequence[str] = ()
    cluster: str | None = None
    population: Population = field(default=None, hash=False)
    lonely: LonelyRule = "fail"
    cluster2: str | None = None
    population2: str | int | None = None
    nested: bool = False

    def __post_init__(self) -> None:
        """Let one stratum column be written without a tuple."""
        strata = (self.strata,) if isinstance(self.strata, str) else tuple(self.strata)
        object.__setattr__(self, "strata", strata)

    @property
    def columns(self) -> tuple[str, ...]:
        """The table columns that the design names."""
        named = (self.weight, *self.strata, self.cluster, self.cluster2, self.population, self.population2)
        return tuple(name for name in named if isinstance(name, str))

    @property
    def strata_keys(self) -> tuple[str, ...]:
        """The stratum columns of a prepared table."""
        return tuple(STRATUM.format(index) for index in range(len(self.strata)))

    @property
    def two_stage(self) -> bool:
        """Tell whether variance arises at a second stage too."""
        return self.cluster is not None and (self.cluster2 is not None or self.population2 is not None)


@dataclass(frozen=True)
class Frame:
    """What was sampled: one entry per stratum, and per cluster where there are two stages.

    Attributes:
        strata: The strata, as tuples of values.
        units: Sampled units per stratum, clusters if there are clusters.
        populations: Units per stratum in the population; infinite when unknown.
        clusters: With two stages, stratum values and cluster, in the order of the next two.
        units2: Second-stage units sampled in each cluster.
        populations2: Second-stage units in each cluster's population; infinite when unknown.
        rows: Rows of the whole sample; 0 where nobody asks.
    """

    strata: tuple[Key, ...]
    units: Floats
    populations: Floats
    clusters: tuple[Key, ...] = ()
    units2: Floats = field(default_factory=lambda: np.zeros(0))
    populations2: Floats = field(default_factory=lambda: np.zeros(0))
    rows: int = 0

    @property
    def fractions(self) -> Floats:
        """The share of each stratum's population that was drawn; 0 when unknown."""
        return np.asarray(self.units / self.populations)

    @property
    def finite(self) -> bool:
        """Tell whether every stratum's population is known."""
        return bool(np.isfinite(self.populations).all()) and self.populations.size > 0


def prepare(table: ir.Table, design: Design, *, weighted: bool = True) -> ir.Table:
    """Return the table with the design's columns under names of their own.

    Args:
        table: The whole sample.
        design: How its rows were drawn.
        weighted: Add the weight too; it needs a look at the whole table where it follows from a population.

    Raises:
        SealmarkError: SM403 a column is missing, SM404 a column is not a number,
            SM405 the design contradicts itself.
    """
    _check_columns(table, design)
    new = {STRATUM.format(index): table[name] for index, name in enumerate(design.strata)}
    if design.cluster:
        new[CLUSTER] = table[design.cluster]
    if design.cluster2:
        new[CLUSTER2] = table[design.cluster2]
    if design.population is not None:
        new[POPULATION] = _population(table, design)
    if design.population2 is not None:
        new[_POPULATION2] = _number(table, design.population2)
    table = table.mutate(**new)
    if not weighted:
        return table
    table = _with_ranks(table, design)
    return table.mutate(**{WEIGHT: _weight(table, design)})


def draw_up(table: ir.Table, design: Design) -> Frame:
    """Return the counts of a prepared table's strata, after checking every row.

    Raises:
        SealmarkError: SM406 rows without weight, stratum or cluster, SM407 a population
            that is unknown, varies inside its stratum or is below the sample,
            SM408 a stratum with one sampled unit under the rule ``fail``,
            SM488 a cluster in two strata though clusters are not nested.
    """
    rows = fetch(table.aggregate(by=list(design.strata_keys), **_counts(table, design)))
    order, keys = number_keys(rows, design.strata_keys)
    place = np.argsort(order, kind="stable")
    counts = {name: column_of(rows, name)[place] for name in rows.column_names if name not in design.strata_keys}
    problems = ProblemList()
    units, populations = check_counts(keys, counts, design, problems)
    _check_nesting(table, design, units, problems)
    problems.raise_if_any()
    if not design.two_stage:
        return Frame(tuple(keys), units, populations, rows=int(counts["rows"].sum()))
    return Frame(tuple(keys), units, populations, *_second_stage(table, design), rows=int(counts["rows"].sum()))


def check_counts(
    keys: Sequence[Key], counts: Mapping[str, Floats], design: Design, problems: ProblemList
) -> tuple[Floats, Floats]:
    """Return sampled units and populations of every stratum; what is wrong with them is added to the problems.

    Args:
        keys: The strata.
        counts: One entry per stratum: ``rows``, ``units``, ``bad_weight``, ``weight_sum``, rows without
            a design column as ``no_`` and its key, and with a population ``population`` and ``largest_population``.
        design: How the rows were drawn.
        problems: Collects SM407 and SM408.

    Raises:
        SealmarkError: SM406 rows without weight, stratum or cluster.
    """
    wrong_rows = ProblemList()
    _check_rows(counts, design, wrong_rows)
    wrong_rows.raise_if_any()
    units, populations = counts["units"], counts.get("population", np.full(len(keys), np.inf))
    _check_populations(keys, counts, problems)
    _check_lonely(keys, design, (units, populations), problems)
    return units, populations


def _check_columns(table: ir.Table, design: Design) -> None:
    problems = ProblemList()
    for name in design.columns:
        if name not in table.columns:
            what = f'The design names the column "{name}", which the table does not have.'
            problems.add("SM403", what, fix=did_you_mean(name, table.columns))
    for source in (design.weight, design.population, design.population2):
        name = source if isinstance(source, str) else ""
        if name in table.columns and not table[name].type().is_numeric():
            told = "The design needs numbers"
            problems.extend([not_numbers(table, name, told=told, fix="Convert it while importing.")])
    own = sorted(name for name in table.columns if name.startswith(_PREFIX))
    if own:
        what = f"The table has columns that begin with {_PREFIX}: {', '.join(own)}."
        problems.add("SM405", what, fix="Rename them: the prefix is kept for the design's own columns.")
    if design.cluster2 and not design.cluster:
        problems.add("SM405", "A second stage is named without a first.", fix="Name the column cluster=.")
    if design.population2 is not None and (design.population is None or not design.cluster):
        fix = "Give cluster= and population= of the first stage too."
        problems.add("SM405", "The second stage's population is given without the first's.", fix=fix)
    problems.raise_if_any()


def _number(table: ir.Table, source: str | int) -> ir.FloatingValue:
    value = table[source] if isinstance(source, str) else ibis.literal(source)
    return value.cast("float64")


def _population(table: ir.Table, design: Design) -> ir.FloatingValue:
    population = design.population
    if not isinstance(population, Mapping):
        assert population is not None
        return _number(table, population)
    branches = [(_is_stratum(table, design, key), float(count)) for key, count in population.items()]
    return ibis.cases(*branches).cast("float64") if branches else ibis.null("float64")


def _is_stratum(table: ir.Table, design: Design, key: object) -> ir.BooleanValue:
    values = key if isinstance(key, tuple) else (key,)
    if len(values) != len(design.strata):
        problems = ProblemList()
        what = f"The population is given for {key!r}, but there are {len(design.strata)} stratum columns."
        problems.add("SM405", what, fix="Give one value per column, as a tuple.")
        problems.raise_if_any()
    return ibis.and_(*(table[name] == value for name, value in zip(design.strata, values, strict=True)))


def _with_ranks(table: ir.Table, design: Design) -> ir.Table:
    """Return the table with the rank of each unit among its siblings, where weights follow from their number.

    The highest rank is the number of units: Spark knows no distinct count over a window.
    """
    if design.weight or design.population is None:
        return table
    strata = [table[name] for name in design.strata_keys]
    within = {CLUSTER: strata} if design.cluster else {}
    if design.cluster2 and design.population2 is not None:
        within[CLUSTER2] = [*strata, table[CLUSTER]]
    ranks = {
        _RANK.format(name): ibis.dense_rank().over(group_by=groups, order_by=table[name]) + 1
        for name, groups in within.items()
    }
    return table.mutate(**ranks) if ranks else table


def _weight(table: ir.Table, design: Design) -> ir.FloatingValue:
    """Return the weight column, or population over sample at each stage."""
    if design.weight:
        return table[design.weight].cast("float64")
    if design.population is None:
        return ibis.literal(1.0, "float64")
    strata = [table[name] for name in design.strata_keys]
    first = table[_RANK.format(CLUSTER)].max() if design.cluster else table.count()
    weight = table[POPULATION] / first.over(group_by=strata).cast("float64")
    if design.population2 is not None:
        second = table[_RANK.format(CLUSTER2)].max() if design.cluster2 else table.count()
        inside = [*strata, table[CLUSTER]]
        weight = weight * table[_POPULATION2] / second.over(group_by=inside).cast("float64")
    return weight


def _counts(table: ir.Table, design: Design) -> dict[str, ir.Scalar]:
    weight = table[WEIGHT]
    bad = weight.isnull() | weight.isnan() | weight.isinf() | (weight < 0)
    counts: dict[str, ir.Scalar] = {
        "rows": table.count(),
        "units": table[CLUSTER].nunique() if design.cluster else table.count(),
        "bad_weight": bad.cast("int64").sum(),
        "weight_sum": weight.sum(),
    }
    for name in (*design.strata_keys, *_clusters(design)):
        counts[f"no_{name}"] = table[name].isnull().cast("int64").sum()
    if design.population is not None:
        counts["population"] = table[POPULATION].min()
        counts["largest_population"] = table[POPULATION].max()
    return counts


def _clusters(design: Design) -> tuple[str, ...]:
    return tuple(key for key, name in ((CLUSTER, design.cluster), (CLUSTER2, design.cluster2)) if name)


def _check_rows(counts: Mapping[str, Floats], design: Design, problems: ProblemList) -> None:
    named = dict(zip(design.strata_keys, design.strata, strict=True))
    named |= {CLUSTER: str(design.cluster), CLUSTER2: str(design.cluster2)}
    for key, name in named.items():
        missing = int(np.nansum(counts[f"no_{key}"])) if f"no_{key}" in counts else 0
        if missing:
            fix = "Set these rows aside while importing, or give them a value of their own."
            problems.add("SM406", f'{missing:,} rows have no value in the design column "{name}".', fix=fix)
    bad = int(np.nansum(counts["bad_weight"]))
    if bad and design.weight:
        what = f'{bad:,} rows have no weight in "{design.weight}", or one below zero.'
        problems.add("SM406", what, fix="Give every row a weight of zero or more, or set it aside.")
    elif not bad and counts["rows"].sum() > 0 and not np.nansum(counts["weight_sum"]) > 0:
        problems.add("SM406", f'All weights in "{design.weight}" are zero.', fix="Name the right column.")


def _check_populations(
    keys: Sequence[Key], counts: Mapping[str, Floats], problems: ProblemList, *, kind: str = "Strata"
) -> None:
    if "population" not in counts:
        return
    low, high, units = counts["population"], counts["largest_population"], counts["units"]
    unknown, varying = np.isnan(low), low != high
    small = low < units
    found = (
        (unknown, "have no population", "Give a number for each."),
        (varying & ~unknown, "have more than one population number", "The column must be constant inside."),
        (small & ~varying, "have a population smaller than the sample", _COUNTING),
    )
    for hit, what, fix in found:
        if hit.any():
            problems.add("SM407", f"{kind} {_list(_shown(keys, hit))} {what}.", fix=fix)


def _check_lonely(keys: Sequence[Key], design: Design, sizes: tuple[Floats, Floats], problems: ProblemList) -> None:
    units, populations = sizes
    lonely = (units == 1) & (populations != 1)
    if design.lonely == "fail" and design.strata and lonely.any():
        names = _shown(keys, lonely)
        unit = "cluster" if design.cluster else "row"
        what = f"Only one {unit} was drawn in the strata {_list(names)}: no variance can be estimated there."
        problems.add("SM408", what, fix=_REMEDIES)


def _check_nesting(table: ir.Table, design: Design, units: Floats, problems: ProblemList) -> None:
    if design.nested or not design.cluster or len(units) < 2:  # noqa: PLR2004
        return
    distinct = column_of(fetch(table.aggregate(units=table[CLUSTER].nunique())), "units")[0]
    if distinct == units.sum():
        return
    pairs = table.select(CLUSTER, *design.strata_keys).distinct().group_by(CLUSTER).aggregate(strata=ibis._.count())
    found = fetch(pairs.filter(pairs.strata > 1).order_by(CLUSTER))[CLUSTER].to_pylist()
    what = f'Clusters of "{design.cluster}" stand in more than one stratum: {_list(list(map(str, found)))}.'
    fix = 'Correct the stratum of these rows; where names begin anew in each stratum, set "nested" in the design.'
    problems.add("SM488", what, fix=fix)


def _second_stage(table: ir.Table, design: Design) -> tuple[tuple[Key, ...], Floats, Floats]:
    keys = (*design.strata_keys, CLUSTER)
    counts = {"units": table[CLUSTER2].nunique() if design.cluster2 else table.count()}
    if design.population2 is not None:
        counts |= {"population": table[_POPULATION2].min(), "largest_population": table[_POPULATION2].max()}
    rows = fetch(table.aggregate(by=list(keys), **counts))
    order, clusters = number_keys(rows, keys)
    place = np.argsort(order, kind="stable")
    columns = {name: column_of(rows, name)[place] for name in counts}
    problems = ProblemList()
    _check_populations(clusters, columns, problems, kind="Clusters")
    problems.raise_if_any()
    units = columns["units"]
    return tuple(clusters), units, columns.get("population", np.full(len(units), np.inf))


def _shown(keys: Sequence[Key], hit: npt.NDArray[np.bool_]) -> list[str]:
    chosen = (key for key, found in zip(keys, hit, strict=True) if found)
    return [" / ".join(map(str, key)) or "(the whole table)" for key in chosen]


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")
