"""Which columns the scheme's measures need of a class of service records."""

from __future__ import annotations

from collections.abc import Iterator

from sealmark.measure.imports.headings import WantedColumn
from sealmark.scheme.edition import Edition
from sealmark.scheme.measures import Measure

__all__ = ["in_opening_hours", "record_columns"]

_ORDER = ("case", "opened", "ordered", "first_response", "resolved", "closed", "promised", "delivered")
_MOMENTS = frozenset(_ORDER[1:])
_CLOCKED = ("duration-mean", "duration-percentile", "share-within", "open-share")
_RECURRING = ("first-time-fix", "repeat-rate", "return-rate")
_COUNTED = ("record-share", "record-ratio")
_ALWAYS = {"case": "names each record once", "opened": "when it began; every record needs it"}
_SITE = "the site as sites.csv names it; leave it out where there is one place"

Need = tuple[str, tuple[str, ...]]
"""A column, and the values of it that count; none when every value does."""


def record_columns(edition: Edition, records: str) -> tuple[WantedColumn, ...]:
    """Return the columns that the scheme's measures read in a class of records, in the order in which things happen.

    Args:
        edition: The scheme.
        records: A record class of its declarations.
    """
    # Every layout of cases has these two.
    needed: dict[str, list[str]] = {"case": [], "opened": []}
    values: dict[str, list[str]] = {}
    for name, measure in edition.measures.items():
        for column, counted in _needs(measure) if measure.records == records else ():
            needed.setdefault(column, []).append(name)
            values.setdefault(column, []).extend(counted)
    names = sorted(needed, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))
    found = [_wanted(name, needed[name], values.get(name, [])) for name in names if name != "site"]
    return (*found, WantedColumn("site", "text", tuple(dict.fromkeys(values.get("site", []))), _SITE))


def _wanted(name: str, measures: list[str], values: list[str]) -> WantedColumn:
    by = ", ".join(dict.fromkeys(measures))
    about = f"for {by}" if by else _ALWAYS.get(name, "")
    return WantedColumn(name, "datetime" if name in _MOMENTS else "text", tuple(dict.fromkeys(values)), about)


def in_opening_hours(edition: Edition, records: str) -> bool:
    """Tell whether a measure of the class counts opening hours, which needs a calendar."""
    found = [measure for measure in edition.measures.values() if measure.records == records]
    return any(measure.formula.time == "business" for measure in found)


def _needs(measure: Measure) -> Iterator[Need]:
    formula = measure.formula
    yield from ((part.column, part.values) for part in measure.where)
    if formula.kind in _CLOCKED:
        yield from ((formula.start, ()), (formula.end, ()))
    if formula.between:
        yield formula.between, ()
    if formula.target:
        yield formula.target, ()
    if formula.kind in _RECURRING:
        yield from (("case", ()), ("opened", ()), (formula.same, ()))
    if formula.kind == "return-rate":
        yield "resolved", ()
    if formula.kind in _COUNTED:
        yield formula.column or "status", formula.values
    if formula.base_column:
        yield formula.base_column, formula.base_values
