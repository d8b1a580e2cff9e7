"""Changes between waves that may share fieldwork or respondents, with the covariance this brings.

A rolling wave is made of several rounds of fieldwork, and two neighbouring
waves have rounds in common: the same answers stand in both. The change is
therefore estimated as one measure over all rows, so that its variance holds
every covariance, of shared rows as of respondents or clusters seen twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import ibis

from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.core.estimates import Estimate
from sealmark.measure.engine import Source, fetch, open_table
from sealmark.measure.surveys.design import Design
from sealmark.measure.surveys.estimation import (
    Domain,
    check_confidence,
    estimate_plans,
    fix_weights,
    take_sample,
)
from sealmark.measure.surveys.formulas import LinearMeasure
from sealmark.measure.surveys.rows import plan_of, require_columns, unit_of

__all__ = ["WaveChange", "WavePair", "design_of_waves", "wave_changes"]


def _refuse(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM468", what, fix=fix))


@dataclass(frozen=True)
class WavePair:
    """Two waves of one table.

    Attributes:
        column: The column with the rounds of fieldwork.
        before: Its values that make the first wave, for example two half-years.
        after: Its values that make the second wave; rounds may stand in both.
        respondent: Column that names a person the same in every round, when people are asked again.
        independent_rounds: Each round was drawn afresh: it becomes a stratum of its own.

    Raises:
        SealmarkError: SM468 a wave without rounds, the same wave twice, or rounds said to be
            independent though respondents are followed.

    Example:
        >>> WavePair("half", ("2025-1", "2025-2"), ("2025-2", "2026-1")).shared
        ('2025-2',)
    """

    column: str
    before: tuple[object, ...]
    after: tuple[object, ...]
    respondent: str | None = None
    independent_rounds: bool = False

    def __post_init__(self) -> None:
        """Refuse waves that cannot be compared."""
        if not self.before or not self.after or set(self.before) == set(self.after):
            what = f"The waves {self.before!r} and {self.after!r} cannot be compared."
            raise _refuse(what, "Name at least one round for each, and not the same ones.")
        if self.independent_rounds and self.respondent is not None:
            what = "Rounds in which the same people are asked again are not independent."
            raise _refuse(what, "Leave out one of the two.")

    @property
    def shared(self) -> tuple[object, ...]:
        """The rounds that stand in both waves."""
        return tuple(value for value in self.before if value in self.after)


@dataclass(frozen=True)
class WaveChange:
    """A measure in two waves and its change.

    Attributes:
        cell: Values of the columns in ``by``.
        measure: The name the caller gave.
        before: The first wave.
        after: The second wave.
        change: After less before, its interval with every covariance counted.
        unit: The unit of the number.
    """

    cell: Mapping[str, object]
    measure: str
    before: Estimate
    after: Estimate
    change: Estimate
    unit: str


def wave_changes(
    table: Source,
    measures: Mapping[str, LinearMeasure],
    *,
    design: Design,
    waves: WavePair,
    by: Sequence[str] = (),
    confidence: float = 0.95,
    domain: Domain = None,
) -> tuple[WaveChange, ...]:
    """Return the change of every measure from one wave to the other, in every cell.

    Respondents followed over rounds become the sampling units when rows were drawn
    one by one; with clusters each must stay in his cluster.

    Args:
        table: All rounds in one table, as for :func:`~sealmark.measure.surveys.estimation.estimate`.
        measures: What to measure; quantiles have no difference here.
        design: How the rows were drawn.
        waves: The two waves.
        by: Columns whose values make the cells.
        confidence: Level of the two-sided intervals.
        domain: The rows to use.

    Raises:
        SealmarkError: As ``estimate``; SM412 a quantile; SM468 a round without rows, or a respondent
            in two clusters or strata.

    Example:
        >>> import pyarrow as pa
        >>> from sealmark.measure import Mean
        >>> rows = pa.table({"half": [1, 1, 1, 2, 2, 2, 3, 3, 3], "q": [5, 6, 7, 6, 6, 6, 8, 9, 10]})
        >>> waves = WavePair("half", (1, 2), (2, 3), independent_rounds=True)
        >>> (found,) = wave_changes(rows, {"score": Mean("q")}, design=Design(), waves=waves)
        >>> found.before.value, found.after.value, found.change.value
        (Decimal('6'), Decimal('7.5'), Decimal('1.5'))
    """
    check_confidence(confidence)
    by = (by,) if isinstance(by, str) else tuple(by)
    opened = open_table(table)
    sample = take_sample(opened, design=design_of_waves(opened, design, waves), by=(*by, waves.column), domain=domain)
    _require_rounds(opened, waves)
    require_columns(sample.table, measures.values())
    plans = {name: plan_of(fix_weights(measure, sample), sample.table) for name, measure in measures.items()}
    old, new = (sample.table[waves.column].isin(list(rounds)) for rounds in (waves.before, waves.after))
    parts = {
        "before": {name: plan.where(old) for name, plan in plans.items()},
        "after": {name: plan.where(new) for name, plan in plans.items()},
        "change": {name: plan.where(new).plus(plan.where(old).times(-1.0)) for name, plan in plans.items()},
    }
    wanted = {f"{kind} {name}": plan for kind, named in parts.items() for name, plan in named.items()}
    cells = estimate_plans(sample, wanted, by=by, confidence=confidence)
    found = {(tuple(cell.cell.items()), cell.measure): cell.estimate for cell in cells}
    return tuple(
        _change({kind: found[key, f"{kind} {name}"] for kind in parts}, dict(key), name, unit_of(measure))
        for key in dict.fromkeys(tuple(cell.cell.items()) for cell in cells)
        for name, measure in measures.items()
    )


def _change(found: Mapping[str, Estimate], cell: Mapping[str, object], name: str, unit: str) -> WaveChange:
    """Return the change; where a wave has no answer, why there is none."""
    before, after, change = found["before"], found["after"], found["change"]
    if change.value is None:
        change = Estimate.unknown("One of the waves has no answer here.", base=before.base + after.base)
    return WaveChange(cell, name, before, after, change, unit)


def design_of_waves(table: ibis.Table, design: Design, waves: WavePair) -> Design:
    """Return the design with what the waves say of it: rounds as strata, or respondents as sampling units.

    Raises:
        SealmarkError: SM403 there is no such column of respondents; SM468 a respondent in two clusters or strata.
    """
    if waves.independent_rounds and waves.column not in design.strata:
        return replace(design, strata=(*design.strata, waves.column), nested=True)
    if waves.respondent is None:
        return design
    if waves.respondent not in table.columns:
        what = f'There is no column "{waves.respondent}" that names the respondents.'
        raise SealmarkError(Problem("SM403", what, fix=did_you_mean(waves.respondent, table.columns)))
    if design.cluster is None:
        _require_one_place(table, waves.respondent, design.strata)
        return replace(design, cluster=waves.respondent)
    _require_one_place(table, waves.respondent, (*design.strata, design.cluster))
    return design


def _require_one_place(table: ibis.Table, respondent: str, columns: Sequence[str]) -> None:
    """Check that nobody is in two strata or clusters: the covariance between them would be lost."""
    places = [name for name in columns if name in table.columns]
    if not places:
        return
    pairs = table.select(who=table[respondent], **{name: table[name] for name in places}).distinct()
    pairs = pairs.filter(pairs["who"].notnull())
    counts = pairs.group_by("who").aggregate(n=pairs.count())
    moved = fetch(counts.filter(counts["n"] > 1)).num_rows
    if moved:
        what = f"{moved:,} respondents stand in more than one of {', '.join(places)}."
        fix = "Keep each in the place of the first round, or make the respondent the cluster."
        raise _refuse(what, fix)


def _require_rounds(table: ibis.Table, waves: WavePair) -> None:
    column = table[waves.column]
    rows = fetch(table.filter(column.notnull()).select(round=column).distinct())
    present = set(rows["round"].to_pylist())
    absent = [value for value in dict.fromkeys((*waves.before, *waves.after)) if value not in present]
    if absent:
        known = ", ".join(sorted(map(repr, present))[:10])
        what = f'No row has "{waves.column}" = {", ".join(map(repr, absent))}.'
        raise _refuse(what, f"There are: {known or 'none'}.")
