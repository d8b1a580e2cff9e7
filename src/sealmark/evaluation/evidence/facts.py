"""Declared facts: read from YAML, checked against what the scheme declares."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sealmark.assess.evidence import FactValue
from sealmark.core.documents import Document, parse_yaml, read_model, salvage
from sealmark.core.errors import ProblemList, SealmarkError, did_you_mean
from sealmark.evaluation.case import Case, FactsFile
from sealmark.scheme.edition import DeclaredFact, Edition

__all__ = ["read_facts"]


def read_facts(case: Case, edition: Edition, problems: ProblemList) -> dict[str, FactValue]:
    """Return the declared facts; a null fact counts as not declared."""
    if case.file.facts is None:
        return {}
    name = case.file.facts
    try:
        document = parse_yaml(case.path(name).read_bytes(), name)
    except SealmarkError as error:
        problems.extend(error.problems)
        return {}
    try:
        file: FactsFile | None = read_model(document, FactsFile, code="SM304")
    except SealmarkError as error:
        problems.extend(error.problems)
        file, _ = salvage(document, FactsFile)
    if file is None:
        return {}
    result = {}
    for fact, value in file.facts.items():
        declared = edition.declarations.facts.get(fact)
        where = document.where(("facts", fact))
        if declared is None:
            fix = did_you_mean(fact, edition.declarations.facts)
            problems.add("SM308", f'The scheme does not know the fact "{fact}".', where=where, fix=fix)
        elif value is not None:
            checked = _checked(declared, value)
            if checked is None:
                shown = str(value).lower() if isinstance(value, bool) else value
                what = f'"{shown}" does not fit the fact "{fact}".'
                problems.add("SM314", what, where=where, fix=f"Legal: {_legal(declared)}.")
            else:
                result[fact] = checked
                _refuse_future(checked, case, (fact, document), problems)
    return result


def _checked(declared: DeclaredFact, value: object) -> FactValue | None:
    if declared.type == "boolean":
        return value if isinstance(value, bool) else None
    if declared.type == "date":
        return value if isinstance(value, dt.date) else None
    if declared.type == "choice":
        return str(value) if str(value) in declared.choices else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    low = declared.lowest is not None and number < declared.lowest
    high = declared.highest is not None and number > declared.highest
    return None if low or high else number


def _refuse_future(value: FactValue, case: Case, place: tuple[str, Document], problems: ProblemList) -> None:
    fact, document = place
    if isinstance(value, dt.date) and value > case.file.as_of:
        what = f"{value} lies after the as-of date {case.file.as_of}."
        problems.add(
            "SM312", what, where=document.where(("facts", fact)), fix="Correct the date, or as_of in case.yaml."
        )


def _legal(declared: DeclaredFact) -> str:
    if declared.type == "boolean":
        return "true or false"
    if declared.type == "date":
        return "a date such as 2026-01-31"
    if declared.type == "choice":
        return ", ".join(declared.choices)
    parts = [
        f"{word} {limit}" for word, limit in (("from", declared.lowest), ("to", declared.highest)) if limit is not None
    ]
    return " ".join(["a number", *parts])
