"""Editions made of a few short dictionaries, for tests that need no files.

Everything goes through the models that read the files of a pack, so what these
editions say is what a pack can say. Whole numbers and decimals are written as
text where that reads better: ``figure("0.8")``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from sealmark.assess.evidence import Evidence, Mark
from sealmark.assess.figures import FigureBook
from sealmark.scheme.edition import Declarations, Edition, Manifest, SchemeFile
from sealmark.scheme.figures import Parameter, Source
from sealmark.scheme.golden import GoldenCase
from sealmark.scheme.grading import Grading
from sealmark.scheme.measures import Instrument, Measure
from sealmark.scheme.procedure import Procedure
from sealmark.scheme.requirements import Requirement, Scale, Tree
from sealmark.scheme.rules import Rule

__all__ = ["DAY", "MET", "SCALES", "book_of", "edition_of", "evidence_of", "marks", "requirement_of", "rule_of"]

DAY = dt.date(2026, 6, 30)
"""The as-of day of every test that does not say otherwise."""

SCALES: dict[str, Any] = {
    "met": {"levels": [{"code": "no", "share": 0}, {"code": "yes", "share": 1}]},
    "bands": {
        "levels": [
            {"code": "non", "share": 0},
            {"code": "partial", "share": Decimal("0.5")},
            {"code": "compliant", "share": 1},
            {"code": "plus", "share": 1},
        ]
    },
    "ten": {"lowest": 0, "highest": 10},
}
"""Scales of every edition built here: met or not, four bands, and 0 to 10."""

MET: dict[str, Any] = {"judgement": "ten"}
"""The plainest rule: one mark from 0 to 10."""

SOURCES = {"own": {"title": "Made up for a test", "status": "own"}}


def rule_of(rule: Mapping[str, Any]) -> Rule:
    """Return a rule from its keys."""
    return TypeAdapter[Rule](Rule).validate_python(dict(rule))


def requirement_of(name: str, given: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None = None) -> Requirement:
    """Return a requirement.

    Args:
        name: Its id.
        given: Its keys; or one rule; or a list of rules; a mark from 0 to 10 when not given.
    """
    keys: dict[str, Any] = {"evidence": [MET]}
    if isinstance(given, Mapping):
        keys = (
            dict(given)
            if "evidence" in given
            else ({"evidence": [MET], **given} if _is_frame(given) else {"evidence": [given]})
        )
    elif given is not None:
        keys = {"evidence": list(given)}
    return Requirement.model_validate({"id": name, **keys})


def _is_frame(given: Mapping[str, Any]) -> bool:
    return set(given) <= set(Requirement.model_fields)


def edition_of(
    requirements: Mapping[str, Any] | Iterable[str],
    tree: Any = None,
    grading: Mapping[str, Any] | None = None,
    *,
    parameters: Mapping[str, Decimal | int | None] | None = None,
    sizes: Mapping[str, int] | None = None,
    sectors: Iterable[str] = (),
    scales: Mapping[str, Any] | None = None,
    measures: Mapping[str, Any] | None = None,
    instruments: Mapping[str, Any] | None = None,
    cases: Iterable[Mapping[str, Any]] = (),
    overlays: Mapping[str, Any] | None = None,
) -> Edition:
    """Return an edition.

    Args:
        requirements: Id to what :func:`requirement_of` takes, or just ids.
        tree: A group, a list of groups, or None: a mean over all requirements called "all".
        grading: The keys of grading.yaml; by default the score "score" of the first root on
            100, and the ladder "stars" with bronze from 50, silver from 70 and gold from 90.
        parameters: Values by id; None is for the licence holder to supply.
        sizes: First number of employees by class.
        measures: Keys besides id, records, formula and unit, by id.
    """
    given = requirements if isinstance(requirements, Mapping) else dict.fromkeys(requirements)
    roots = tree if isinstance(tree, list) else [tree or {"id": "all", "roll_up": "mean", "children": list(given)}]
    values = parameters or {}
    manifest = {
        "scheme": "test", "edition": "1", "state": "draft", "effective_from": dt.date(2020, 1, 1), "source": "own",
        "languages": ["en"], "confidence": Decimal("0.95"), "sectors": list(sectors),
        "sizes": [{"id": name, "from_employees": lowest} for name, lowest in (sizes or {}).items()],
    }  # fmt: skip
    return Edition(
        scheme=SchemeFile.model_validate({"id": "test", "owner": "Nobody", "licence": "CC0-1.0", "editions": ["1"]}),
        manifest=Manifest.model_validate(manifest),
        tree=Tree.model_validate({"source": "own", "roots": roots}),
        requirements={name: requirement_of(name, item) for name, item in given.items()},
        scales={name: Scale.model_validate(item) for name, item in {**SCALES, **(scales or {})}.items()},
        grading=Grading.model_validate(grading or _default_grading(roots[0]["id"])),
        procedure=_procedure(),
        declarations=Declarations(),
        sources={name: Source.model_validate(item) for name, item in SOURCES.items()},
        parameters={name: _parameter(value) for name, value in values.items()},
        instruments={name: _instrument(name, item) for name, item in (instruments or {}).items()},
        measures={name: _measure(name, item) for name, item in (measures or {}).items()},
        relations=(),
        wording={},
        cases=tuple(GoldenCase.model_validate({"as_of": DAY, **case}) for case in cases),
        overlays=dict(overlays or {}),
        digest="sha256:test",
    )


def _default_grading(node: str) -> dict[str, Any]:
    grades = [("bronze", 50), ("silver", 70), ("gold", 90)]
    return {
        "source": "own",
        "scores": [{"id": "score", "node": node}],
        "ladders": [{"id": "stars", "score": "score", "below": "none",
                     "grades": [{"id": name, "at_least": limit} for name, limit in grades]}],
    }  # fmt: skip


def _procedure() -> Procedure:
    """A procedure is not graded; only its place must be filled."""
    return Procedure.model_construct()


def _parameter(value: Decimal | int | None) -> Parameter:
    number = Decimal(value) if isinstance(value, int) else value
    return Parameter.model_validate(
        {"values": [{"effective_from": dt.date(2020, 1, 1), "value": number, "source": "own"}]}
    )


def _instrument(name: str, given: Mapping[str, Any]) -> Instrument:
    keys = {"id": name, "source": "own", "respondents": "customer", "minimum_base": 1, "smallest_cell": 5,
            "items": [{"id": "q1", "lowest": 1, "highest": 10}]}  # fmt: skip
    return Instrument.model_validate({**keys, **given})


def _measure(name: str, given: Mapping[str, Any]) -> Measure:
    origin = {} if "instrument" in given else {"records": "tickets"}
    formula = "mean" if "instrument" in given else "duration-mean"
    return Measure.model_validate({"id": name, **origin, "formula": formula, "unit": "points", **given})


def book_of(edition: Edition, employees: int | None = None, **overlay: Decimal | int) -> FigureBook:
    """Return the figures of an edition on the day, with an overlay given by keyword."""
    return FigureBook(edition, DAY, employees, {name: Decimal(value) for name, value in overlay.items()})


def evidence_of(given: Mapping[str, Any] | None = None, **others: Any) -> Evidence:
    """Return evidence: a mark, a list of marks, or a tuple of Mark by requirement; everything else by keyword."""
    judged = {name: _given(item) for name, item in (given or {}).items()}
    return Evidence(**{"as_of": DAY, "judgements": judged, **others})


def _given(item: Any) -> tuple[Mark, ...]:
    if isinstance(item, tuple):
        return item
    return marks(*item) if isinstance(item, list) else marks(item)


def marks(*given: Any, dimension: str | None = None) -> tuple[Mark, ...]:
    """Return one mark per value, each by the same assessor at the head office; a pair is (site, value)."""
    return tuple(
        Mark(_mark(value[1]), site=value[0], dimension=dimension)
        if isinstance(value, tuple)
        else Mark(_mark(value), dimension=dimension)
        for value in given
    )


def _mark(value: Any) -> str | Decimal | None:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
