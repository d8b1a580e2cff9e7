"""Take one thing away from what is known: for the promise that ignorance never pays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sealmark.assess.assessment import Assessment
from sealmark.assess.evidence import Evidence, Measured
from sealmark.assess.figures import FigureBook
from sealmark.scheme.grading import Ladder

__all__ = ["blanked", "blanked_declarations", "blanked_evidence", "blanked_figures", "blanked_judgements", "height"]

Blanked = tuple[str, Evidence, FigureBook]


def height(assessment: Assessment, ladder: Ladder) -> int:
    """Return how high the grade stands: -1 for below all grades and for not determined."""
    order = [grade.id for grade in ladder.grades]
    grade = assessment.standing.ladders[ladder.id].grade
    return order.index(grade) if grade in order else -1


def blanked(evidence: Evidence, book: FigureBook) -> Iterator[Blanked]:
    """Yield the evidence and figures with one thing taken away at a time, and what it is."""
    for what, poorer in blanked_evidence(evidence):
        yield what, poorer, book
    yield from blanked_figures(evidence, book)


def blanked_figures(evidence: Evidence, book: FigureBook) -> Iterator[Blanked]:
    """Yield one parameter blanked at a time, and the number of employees."""
    for name, parameter in book.edition.parameters.items():
        blank = tuple(item.model_copy(update={"value": None}) for item in parameter.values)
        parameters = {**book.edition.parameters, name: parameter.model_copy(update={"values": blank})}
        overlay: Mapping[str, Decimal] = {key: value for key, value in book.overlay.items() if key != name}
        edition = replace(book.edition, parameters=parameters)
        yield f"parameter {name}", evidence, replace(book, edition=edition, overlay=overlay)
    yield "employees", replace(evidence, employees=None), replace(book, employees=None)


def blanked_evidence(evidence: Evidence) -> Iterator[tuple[str, Evidence]]:
    """Yield the evidence with one fact, document, measure, judgement, mark, table or waiver taken away."""
    yield from blanked_declarations(evidence)
    for what, _, poorer in blanked_judgements(evidence):
        yield what, poorer


def blanked_declarations(evidence: Evidence) -> Iterator[tuple[str, Evidence]]:
    """Yield the evidence with one fact, document, measure, table or waiver taken away, or a part of an estimate."""
    for part in ("facts", "documents", "measures", "waivers"):
        for name in getattr(evidence, part):
            yield f"{part} {name}", _with(evidence, part, _without(getattr(evidence, part), name))
    for part in ("persons", "actions", "sector", "modules"):
        yield part, _with(evidence, part, None)
    yield from _blank_numbers(evidence)


def blanked_judgements(evidence: Evidence) -> Iterator[tuple[str, str, Evidence]]:
    """Yield the evidence with one requirement's judgements or one of its marks taken away, and the requirement."""
    for name, marks in evidence.judgements.items():
        rest = _without(evidence.judgements, name)
        yield f"judgements {name}", name, _with(evidence, "judgements", rest)
        for position, mark in enumerate(marks if len(marks) > 1 else ()):
            poorer = (*marks[:position], replace(mark, mark=None), *marks[position + 1 :])
            yield f"mark {position} of {name}", name, _with(evidence, "judgements", {**rest, name: poorer})


def _with(evidence: Evidence, part: str, value: Any) -> Evidence:
    changes: dict[str, Any] = {part: value}
    return replace(evidence, **changes)


def _without(mapping: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != name}


def _blank_numbers(evidence: Evidence) -> Iterator[tuple[str, Evidence]]:
    for name, measured in evidence.measures.items():
        for part in ("value", "lower", "upper"):
            poorer = replace(measured, overall=replace(measured.overall, **{part: None}))
            yield f"{part} of {name}", _with(evidence, "measures", {**evidence.measures, name: poorer})
        for site in measured.sites:
            without = Measured(measured.overall, _without(measured.sites, site), measured.pointer)
            yield f"site {site} of {name}", _with(evidence, "measures", {**evidence.measures, name: without})
