"""Answers of a survey before they are measured: how the file is read, and what may stand in it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sealmark.core.errors import ProblemList, did_you_mean
from sealmark.evaluation.case import SurveyFile
from sealmark.measure.imports.mapping import ColumnRule, ImportMapping
from sealmark.scheme.measures import Instrument, Item

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_answers", "check_columns", "plain_mapping", "within_scales"]

_RESPONDENT = "respondent"


def plain_mapping(survey: SurveyFile, instrument: Instrument, headings: Collection[str], mark: str) -> ImportMapping:
    """Return the mapping of a survey file whose columns are named like the items.

    A column ``respondent``, if there is one, must name each respondent once, with waves once in every round.

    Args:
        survey: The survey, as the case names it.
        instrument: What was asked.
        headings: Headings of the file.
        mark: The character between its cells.
    """
    design = survey.design
    asked = (item.id for item in instrument.items if item.id not in survey.not_asked)
    columns: dict[str, object] = {name: {"from": name, "type": "whole"} for name in asked}
    waves = survey.waves
    rounds = [] if waves is None else [waves.column, waves.respondent]
    texts = [survey.site, *design.strata, design.cluster, *rounds]
    columns |= {name: {"from": name, "type": "text"} for name in texts if name}
    numbers = [design.weight, design.population if isinstance(design.population, str) else None]
    columns |= {name: {"from": name, "type": "decimal"} for name in numbers if name}
    content: dict[str, object] = {"layout": "responses", "file": {"delimiter": mark}, "columns": columns}
    if _RESPONDENT in headings and (_RESPONDENT not in columns or _RESPONDENT in rounds):
        columns[_RESPONDENT] = {"from": _RESPONDENT, "type": "text"}
        content["duplicates"] = {"key": [_RESPONDENT] if waves is None else [_RESPONDENT, waves.column]}
    return ImportMapping.model_validate(content)


def within_scales(mapping: ImportMapping, instrument: Instrument) -> ImportMapping:
    """Return the mapping with each item held to its scale, so that an answer off it is told with its row.

    What the mapping says itself about an item's values stays.
    """
    items = {item.id: item for item in instrument.items}
    rules = {name: _held(rule, items[name]) if name in items else rule for name, rule in mapping.rules.items()}
    return mapping.model_copy(update={"columns": rules, "groups": ()})


def _held(rule: ColumnRule, item: Item) -> ColumnRule:
    if rule.type not in {"whole", "decimal"} or rule.allowed or rule.lowest is not None or rule.highest is not None:
        return rule
    if item.choices:
        return rule.model_copy(update={"allowed": tuple(map(str, item.choices))}) if rule.type == "whole" else rule
    given = rule.model_dump(by_alias=True, exclude_unset=True)
    return ColumnRule.model_validate({**given, "lowest": item.lowest, "highest": item.highest})


def check_answers(survey: SurveyFile, table: pa.Table, instrument: Instrument, problems: ProblemList) -> None:
    """Note every item whose answers are not on its scale (fractions, text, limits of a mapping's own)."""
    import pyarrow.compute as pc  # slow import, only with survey data

    for item in instrument.items:
        if item.id not in table.column_names:
            continue
        legal = item.choices or tuple(range(item.lowest, item.highest + 1))
        found = pc.value_counts(table.column(item.id)).to_pylist()
        wrong = {entry["values"]: entry["counts"] for entry in found if entry["values"] not in {None, *legal}}
        if wrong:
            listed = ", ".join(f"{value} ({count}x)" for value, count in sorted(wrong.items(), key=str)[:5])
            fix = f"Legal: {_legal(item)}. Declare codes for missing in the mapping (`missing: [...]`)."
            where = f"{survey.file}, column {item.id}"
            problems.add("SM311", f'Item "{item.id}" has answers off its scale: {listed}.', where=where, fix=fix)


def _legal(item: Item) -> str:
    return ", ".join(map(str, item.choices)) if item.choices else f"{item.lowest} to {item.highest}"


def check_columns(survey: SurveyFile, table: pa.Table, instrument: Instrument, problems: ProblemList) -> None:
    """Note every item and every column of site and design that the table lacks."""
    absent = [item.id for item in instrument.items if item.id not in table.column_names]
    if absent:
        fix = "Name the columns like the items, map them, or list them under `not_asked` in case.yaml."
        problems.add("SM317", f"There is no column for the items {', '.join(absent)}.", where=survey.file, fix=fix)
    design = survey.design
    named = {"site": [survey.site], "weight": [design.weight], "strata": design.strata, "cluster": [design.cluster]}
    if survey.waves is not None:
        named |= {"waves": [survey.waves.column], "waves.respondent": [survey.waves.respondent]}
    named["population"] = [design.population] if isinstance(design.population, str) else []
    for key, columns in named.items():
        for column in columns:
            if column is not None and column not in table.column_names:
                what = f'There is no column "{column}", which case.yaml names as {key}.'
                fix = did_you_mean(column, table.column_names)
                problems.add("SM317", what, where=survey.file, fix=fix)
