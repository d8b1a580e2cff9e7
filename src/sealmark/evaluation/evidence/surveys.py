"""From answers to the scheme's survey measures: the pack's formula, the case's design, the measuring stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sealmark.assess.evidence import Measured
from sealmark.assess.figures import FigureBook, Missing
from sealmark.core.estimates import Estimate
from sealmark.evaluation.case import SurveyFile
from sealmark.evaluation.evidence.small_cells import protect, suppressed
from sealmark.evaluation.evidence.together import correlations, within
from sealmark.evaluation.evidence.waves import Batch, rounds_of, survey_changes
from sealmark.measure.surveys import formulas
from sealmark.measure.surveys.design import Design
from sealmark.measure.surveys.estimation import (
    CellEstimate,
    Sample,
    estimate_sample,
    fix_weights,
    opposed_of,
    take_sample,
)
from sealmark.measure.surveys.rows import require_columns
from sealmark.scheme.measures import Instrument, Item, Measure

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["formula_of", "measure_survey", "survey_measures"]


def survey_measures(book: FigureBook, instrument: str) -> dict[str, Measure]:
    """Return the measures that an instrument feeds."""
    return {name: item for name, item in book.edition.measures.items() if item.instrument == instrument}


def measure_survey(survey: SurveyFile, table: pa.Table, book: FigureBook) -> dict[str, Measured]:
    """Return every measure of the survey's instrument, overall and per site.

    Figures of small sites are there, marked as hidden: they count, but are not to be told.
    A measure that needs an unknown figure is left out with the reason in its note. Where the case names two
    waves, measures rest on the later one, and those that a rule asks for it have their change.

    Raises:
        SealmarkError: SM371 a round without rows or rows without a round; SM4xx for measuring.
    """
    instrument = book.edition.instruments[survey.instrument]
    rounds = rounds_of(survey, table)
    if rounds is not None:
        survey, table = rounds.survey, rounds.current
    result: dict[str, Measured] = {}
    batches: dict[Batch, dict[str, formulas.Measure]] = {}
    for name, measure in survey_measures(book, survey.instrument).items():
        formula = formula_of(measure, instrument, book)
        if isinstance(formula, Missing):
            result[name] = Measured(Estimate.unknown(f"unknown figure: {formula.id}"), pointer=survey.file)
        else:
            batches.setdefault(_batch(measure, book), {})[name] = formula
    if batches:
        sample = take_sample(table, design=Design(**survey.design.model_dump()))
        for batch, wanted in batches.items():
            result |= _measured(survey, sample, book, batch, wanted)
        changed = {} if rounds is None else survey_changes(rounds, result, batches, book)
        result |= changed or _together(sample, result, batches)
    return protect(result, book, instrument)


def _together(
    sample: Sample,
    found: Mapping[str, Measured],
    batches: Mapping[Batch, Mapping[str, formulas.Measure]],
) -> dict[str, Measured]:
    """Return the measures that have an error, each with how it goes with the others."""
    varying = {
        name: (formula, {among[0]: among[1]} if among else None)
        for (_, among), wanted in batches.items()
        for name, formula in wanted.items()
        if found[name].overall.standard_error
    }
    joint = correlations(sample, varying)
    return {name: replace(found[name], correlations=others) for name, others in joint.items()}


def _batch(measure: Measure, book: FigureBook) -> Batch:
    confidence = float(measure.confidence or book.edition.manifest.confidence)
    return confidence, (measure.among.item, measure.among.equals) if measure.among else None


def _measured(
    survey: SurveyFile, sample: Sample, book: FigureBook, batch: Batch, wanted: dict[str, formulas.Measure]
) -> dict[str, Measured]:
    confidence, among = batch
    inside = sample if among is None else within(sample, {among[0]: among[1]})
    require_columns(inside.table, wanted.values())
    fixed = {name: fix_weights(formula, inside) for name, formula in wanted.items()}

    def cells(*by: str) -> tuple[CellEstimate, ...]:
        return estimate_sample(inside, fixed, by=by, confidence=confidence)

    floor = book.number(book.edition.instruments[survey.instrument].smallest_cell)
    whole = cells()
    overall = {cell.measure: suppressed(cell.estimate, floor) for cell in whole}
    known = {name: formula for name, formula in wanted.items() if overall[name].value is not None}
    opposed = opposed_of(inside, known)
    sites: dict[str, dict[str, Estimate]] = {name: {} for name in wanted}
    if survey.site and survey.site in sample.table.columns:
        for cell in cells(survey.site):
            if cell.cell[survey.site] is not None:
                sites[cell.measure][str(cell.cell[survey.site])] = cell.estimate
    nothing = Estimate.unknown("there are no answers")
    return {
        name: Measured(overall.get(name, nothing), sites[name], survey.file, opposed=opposed.get(name, ()))
        for name in wanted
    }


def formula_of(measure: Measure, instrument: Instrument, book: FigureBook) -> formulas.Measure | Missing:
    """Return the measuring stage's form of a pack's formula, or the figure it lacks."""
    items = {item.id: item for item in instrument.items}
    names = measure.items or tuple(item.id for item in instrument.items if item.dimension == measure.dimension)
    return _FORMULAS[measure.formula.kind](measure, [items[name] for name in names], items, book)


Maker = Callable[[Measure, list[Item], Mapping[str, Item], FigureBook], "formulas.Measure | Missing"]


def _item(item: Item, *, turn: bool = False) -> formulas.Item:
    return formulas.Item(item.id, item.lowest, item.highest, reversed=turn and item.direction == "lower-is-better")


def _index(items: list[Item], formula: formulas.Formula) -> formulas.Index:
    return formulas.Index(tuple(_item(item, turn=True) for item in items), formula)


def _needed(measure: Measure, items: list[Item]) -> int:
    return len(items) if measure.formula.answers_needed == "all" else 1


def _weights(measure: Measure, items: list[Item], book: FigureBook) -> tuple[Decimal, ...] | Missing:
    known = [book.number(measure.formula.weights[item.id]) for item in items]
    unknown = next((weight for weight in known if isinstance(weight, Missing)), None)
    return unknown or tuple(weight for weight in known if isinstance(weight, Decimal))


def _respondent_mean(measure: Measure, items: list[Item], _all: object, _book: object) -> formulas.Measure:
    factor = measure.formula.factor or Decimal(1)
    return _index(items, formulas.RespondentMean(factor, _needed(measure, items)))


def _rescaled_mean(measure: Measure, items: list[Item], _all: object, _book: object) -> formulas.Measure:
    return _index(items, formulas.RescaledMean(_needed(measure, items)))


def _weighted(measure: Measure, items: list[Item], _all: object, book: FigureBook) -> formulas.Measure | Missing:
    weights = _weights(measure, items, book)
    if isinstance(weights, Missing):
        return weights
    if measure.formula.kind == "acsi":
        return _index(items, formulas.CompanyMeans(weights))
    missing = "complete" if measure.formula.answers_needed == "all" else "renormalise"
    return _index(items, formulas.WeightedMean(weights, missing=missing))  # type: ignore[arg-type]


def _pls(measure: Measure, _items: list[Item], items: Mapping[str, Item], _book: object) -> formulas.Measure:
    rule = measure.formula
    blocks = tuple((name, tuple(_item(items[key], turn=True) for key in keys)) for name, keys in rule.blocks.items())
    model = formulas.PathModel(blocks, rule.paths)
    construct = rule.index_of or model.constructs[-1]
    return formulas.Index(model.block(construct), formulas.PlsScore(model, construct))


def _gap(measure: Measure, items: list[Item], known: Mapping[str, Item], _book: object) -> formulas.Measure:
    expected = tuple(_item(known[name]) for name in measure.formula.expectation_items)
    return formulas.Gap(tuple(_item(item) for item in items), expected)


def _ratio(measure: Measure, items: list[Item], known: Mapping[str, Item], _book: object) -> formulas.Measure:
    return formulas.Ratio(_item(items[0]), _item(known[measure.formula.denominator[0]]))


_FORMULAS: dict[str, Maker] = {
    "respondent-mean": _respondent_mean,
    "rescaled-mean": _rescaled_mean,
    "weighted": _weighted,
    "acsi": _weighted,
    "pls": _pls,
    "gap": _gap,
    "ratio": _ratio,
    "mean": lambda _measure, items, _all, _book: formulas.Mean(_item(items[0])),
    "effort": lambda _measure, items, _all, _book: formulas.Effort(_item(items[0])),
    "total": lambda _measure, items, _all, _book: formulas.Total(_item(items[0])),
    "share": lambda measure, items, _all, _book: formulas.Share(items[0].id, measure.formula.codes),
    "top-box": lambda measure, items, _all, _book: formulas.TopBox(_item(items[0]), measure.formula.top_from),
    "promoter": lambda measure, items, _all, _book: formulas.Promoter(
        _item(items[0]), measure.formula.promoters_from, measure.formula.detractors_to
    ),
    "quantile": lambda measure, items, _all, _book: formulas.Quantile(
        _item(items[0]), measure.formula.quantile or Decimal("0.5")
    ),
}
