"""Two waves of a survey: which rows belong to which, and how far the measures moved from one to the other.

A change is estimated as one measure over all rows, so that rounds that stand in both waves and
people who were asked again count in its interval. How its error goes with those of the
measures themselves comes from the same linear forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sealmark.assess.evidence import Changed, Measured, change_key
from sealmark.assess.figures import FigureBook, Missing
from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.evaluation.case import SurveyFile
from sealmark.evaluation.evidence.small_cells import SUPPRESSED, suppressed
from sealmark.evaluation.evidence.together import correlated
from sealmark.measure.comparisons.contrasts import joint_of_plans
from sealmark.measure.comparisons.waves import WaveChange, WavePair, wave_changes
from sealmark.measure.surveys.design import Design
from sealmark.measure.surveys.estimation import condition_of, fix_weights, take_sample
from sealmark.measure.surveys.formulas import LinearMeasure, Measure, Quantile
from sealmark.measure.surveys.keys import Key
from sealmark.measure.surveys.rows import Plan, plan_of
from sealmark.scheme.walking import changes_asked

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Batch", "Rounds", "rounds_of", "survey_changes"]

_QUANTILE = Estimate.unknown("a quantile of answers has no change here")
_NOBODY = Estimate.unknown("there are no answers")
_SHOWN = 5

Batch = tuple[float, "tuple[str, tuple[int, ...]] | None"]
"""Confidence and subgroup: measures that share both are computed in one pass."""


@dataclass(frozen=True)
class Rounds:
    """The answers of a survey with two waves.

    Attributes:
        survey: The survey; its design holds what the waves say of it.
        table: The answers of every round, the round as text.
        current: The answers of the later wave.
        pair: The two waves.
    """

    survey: SurveyFile
    table: pa.Table
    current: pa.Table
    pair: WavePair

    @property
    def design(self) -> Design:
        """How respondents were drawn."""
        return Design(**self.survey.design.model_dump())


def rounds_of(survey: SurveyFile, table: pa.Table) -> Rounds | None:
    """Return the answers by wave; None where the case names no waves.

    Raises:
        SealmarkError: SM371 a round without rows, or rows without a round.
    """
    waves = survey.waves
    if waves is None:
        return None
    import pyarrow as pa  # slow import, only with survey data
    import pyarrow.compute as pc

    column = pc.cast(table.column(waves.column), pa.string())
    before, after = (tuple(dict.fromkeys(map(str, rounds))) for rounds in (waves.before, waves.after))
    _require_rounds(survey.file, waves.column, pc.value_counts(column).to_pylist(), {*before, *after})
    whole = table.set_column(table.column_names.index(waves.column), waves.column, column)
    current = whole.filter(pc.is_in(column, value_set=pa.array(after)))
    pair = WavePair(waves.column, before, after, waves.respondent, waves.independent_rounds)
    return Rounds(_designed(survey, pair), whole, current, pair)


def _require_rounds(file: str, column: str, counts: list[dict[str, object]], named: set[str]) -> None:
    present = {entry["values"]: entry["counts"] for entry in counts}
    where = f"{file}, column {column}"
    problems = []
    if None in present:
        what = f"{present[None]:,} rows do not say which round they belong to."
        problems.append(Problem("SM371", what, where, "Fill the column in, or set such rows aside in the mapping."))
    absent = sorted(named - {str(name) for name in present if name is not None})
    if absent:
        known = ", ".join(sorted(str(name) for name in present if name is not None)[:_SHOWN])
        what = f"No row belongs to the round {', '.join(absent)}."
        problems.append(Problem("SM371", what, where, f"There are: {known or 'none'}. Correct `waves` in case.yaml."))
    if problems:
        raise SealmarkError(*problems)


def _designed(survey: SurveyFile, pair: WavePair) -> SurveyFile:
    """Return the survey with rounds as strata, or with the people who were asked again as sampling units."""
    design = survey.design
    if pair.independent_rounds and pair.column not in design.strata:
        design = design.model_copy(update={"strata": (*design.strata, pair.column), "nested": True})
    elif pair.respondent is not None and design.cluster is None:
        design = design.model_copy(update={"cluster": pair.respondent})
    return survey.model_copy(update={"design": design})


def survey_changes(
    rounds: Rounds, found: Mapping[str, Measured], batches: Mapping[Batch, Mapping[str, Measure]], book: FigureBook
) -> dict[str, Measured]:
    """Return the measures of a survey with their changes and how all their errors go together.

    Args:
        rounds: The answers by wave.
        found: Every measure in the later wave.
        batches: Formulas by confidence and subgroup.
        book: The scheme; says which changes are asked for, and how few respondents may be shown.

    Raises:
        SealmarkError: SM468 a respondent in two strata or clusters.
    """
    asked = changes_asked(book.edition) & found.keys()
    changes: dict[str, Changed] = {}
    for batch, wanted in batches.items():
        named = {name: formula for name, formula in wanted.items() if name in asked}
        changes |= {name: _unmeasured() for name, formula in named.items() if isinstance(formula, Quantile)}
        linear = {name: formula for name, formula in named.items() if not isinstance(formula, Quantile)}
        changes |= _changes(rounds, linear, batch, book) if linear else {}
    joint = _correlations(rounds, found, changes, batches) if changes else {}
    result = {name: replace(found[name], correlations=joint.get(name, {})) for name in found if name in joint}
    for name, change in changes.items():
        told = replace(change, correlations=joint.get(change_key(name), {}))
        result[name] = replace(result.get(name, found[name]), change=told)
    return result


def _unmeasured() -> Changed:
    return Changed(_QUANTILE, _QUANTILE, _QUANTILE)


def _changes(
    rounds: Rounds, measures: Mapping[str, LinearMeasure], batch: Batch, book: FigureBook
) -> dict[str, Changed]:
    confidence, among = batch
    floor = book.number(book.edition.instruments[rounds.survey.instrument].smallest_cell)
    cells = wave_changes(
        rounds.table, measures, design=rounds.design, waves=rounds.pair, confidence=confidence, domain=_domain(among)
    )
    by_name = {cell.measure: cell for cell in cells}
    return {name: _protected(by_name.get(name), floor) for name in measures}


def _domain(among: tuple[str, tuple[int, ...]] | None) -> dict[str, tuple[int, ...]] | None:
    return None if among is None else {among[0]: among[1]}


def _protected(cell: WaveChange | None, floor: Decimal | Missing) -> Changed:
    """Return a change, unless one of its waves rests on so few people that they could be recognized."""
    if cell is None:
        return Changed(_NOBODY, _NOBODY, _NOBODY)
    before, after = (suppressed(wave, floor) for wave in (cell.before, cell.after))
    hidden = SUPPRESSED in {before.note, after.note}
    return Changed(before, after, Estimate.unknown(SUPPRESSED, base=cell.change.base) if hidden else cell.change)


def _correlations(
    rounds: Rounds,
    found: Mapping[str, Measured],
    changes: Mapping[str, Changed],
    batches: Mapping[Batch, Mapping[str, Measure]],
) -> dict[str, dict[str, Decimal]]:
    """Return how the errors of measures and changes go together, for those that have one."""
    sample = take_sample(rounds.table, design=rounds.design, by=(rounds.pair.column,))
    rows = sample.table[rounds.pair.column]
    old, new = (rows.isin(list(wave)) for wave in (rounds.pair.before, rounds.pair.after))
    plans: dict[tuple[str, Key], Plan] = {}
    for (_, among), wanted in batches.items():
        inside = condition_of(sample.table, _domain(among))
        for name, formula in wanted.items():
            if isinstance(formula, Quantile):
                continue
            plan = plan_of(fix_weights(formula, sample), sample.table).where(inside)
            if found[name].overall.standard_error:
                plans[name, ()] = plan.where(new)
            if name in changes and changes[name].change.standard_error:
                plans[change_key(name), ()] = plan.where(new).plus(plan.where(old).times(-1.0))
    return correlated(joint_of_plans(sample, plans)) if len(plans) > 1 else {}
