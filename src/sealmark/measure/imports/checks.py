"""Every wrong cell of a file, counted per kind and column, with the first rows by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sealmark.core.errors import Problem
from sealmark.measure.imports.conversion import CellCheck, Conversion
from sealmark.measure.imports.reading import RawTable, first_rows, quoted

__all__ = ["CellFault", "cell_faults", "cell_problem"]

_TYPES = {
    "whole": "a whole number",
    "decimal": "a number",
    "date": "a date",
    "datetime": "a date with a time",
    "boolean": "true or false",
    "text": "text",
    "code": "text",
}
_WRONG = {
    "empty": "are empty but required",
    "not-allowed": "hold a value that is not allowed",
    "outside": "lie outside the allowed range",
    "no-zone": "hold a time without saying of which clock",
    "date-alone": "hold a date without a time",
}
_CURES = {
    "empty": "Fill the cells, or remove `required: true` from the column.",
    "no-zone": "Add the clock under `dates`, for example `time_zone: Europe/Rome` or `time_zone: UTC`.",
    "date-alone": "Add `date_alone: start` or `date_alone: end` (of that day) under `dates`, or use `type: date`.",
}


@dataclass(frozen=True)
class CellFault:
    """Wrong cells of one kind in one column.

    Attributes:
        conversion: The column.
        check: The kind.
        count: How many cells.
        rows: Row numbers of the first five.
        example: Text of the first; None when it is empty.
    """

    conversion: Conversion
    check: CellCheck
    count: int
    rows: tuple[int, ...]
    example: str | None


def cell_faults(raw: RawTable, conversions: Sequence[Conversion], view: str) -> list[CellFault]:
    """Return every kind of wrong cell found in ``view``, in one pass over the rows."""
    planned = [(index, check) for index, item in enumerate(conversions) for check in item.checks]
    # CASE instead of FILTER: hundreds of filtered aggregates are several times slower.
    parts = []
    for index, check in planned:
        row = f"CASE WHEN {check.when} THEN _row END"
        parts.append(f"count({row}), list_sort(min({row}, 5)), arg_min(t{index}, {row})")
    found = raw.connection.execute(f"SELECT {', '.join(parts)} FROM {quoted(view)}").fetchone() or ()  # noqa: S608
    faults = []
    for number, (index, check) in enumerate(planned):
        count, positions, example = found[3 * number : 3 * number + 3]
        if count:
            rows = tuple(raw.rows_of(positions))
            faults.append(CellFault(conversions[index], check, count, rows, example))
    return faults


def cell_problem(fault: CellFault, name: str) -> Problem:
    """Return the problem that names a fault."""
    rule = fault.conversion.rule
    cells = f'{fault.count:,} {"cell" if fault.count == 1 else "cells"} of column "{rule.source}"'
    wrong = _WRONG.get(fault.check.kind, f"cannot be read as {_TYPES[rule.type]}")
    example = "" if fault.example is None else f', for example "{fault.example}"'
    where = f"{name}, column {rule.source}, {first_rows(fault.rows, fault.count)}"
    return Problem("SM336", f"{cells} {wrong}{example}.", where, _cure(fault))


def _cure(fault: CellFault) -> str:
    rule, example = fault.conversion.rule, fault.example or ""
    if fault.check.kind in _CURES:
        return _CURES[fault.check.kind]
    if fault.check.kind in {"not-allowed", "outside"}:
        return f'{_legal(fault)} If the value is a code for no answer, add it: `missing: ["{example}"]`.'
    if rule.type in {"date", "datetime"}:
        return _date_cure(example)
    if rule.type in {"whole", "decimal"}:
        return _number_cure(example)
    return _code_cure(example)


def _code_cure(example: str) -> str:
    return f'If the text means no answer, add `missing: ["{example}"]`; or `unreadable: missing` for all such cells.'


def _legal(fault: CellFault) -> str:
    rule = fault.conversion.rule
    if fault.check.kind == "not-allowed":
        legal = rule.allowed or tuple(dict.fromkeys(rule.values.values()))
        return f"Legal: {', '.join(legal)}."
    limits = [f"{word} {limit}" for word, limit in (("from", rule.lowest), ("to", rule.highest)) if limit is not None]
    return f"Legal: {' '.join(limits)}."


def _date_cure(example: str) -> str:
    parts = example.replace("/", "-").replace(".", "-").split(" ")[0].split("-")
    numbers = [int(part) for part in parts if part.isdigit()]
    if len(numbers) != 3 or numbers[2] < 1000:  # noqa: PLR2004 - day, month and a year of four digits
        return "Dates are read year first (2026-01-31); otherwise add `order: dmy`, `order: mdy` or a `format`."
    first, second, _ = numbers
    if first > 12 >= second:  # noqa: PLR2004
        return "The day stands first here: add `order: dmy` under `dates`."
    if second > 12 >= first:  # noqa: PLR2004
        return "The month stands first here: add `order: mdy` under `dates`."
    return "Day or month first? Add `order: dmy` or `order: mdy` under `dates`."


def _number_cure(example: str) -> str:
    commas, points = example.count(","), example.count(".")
    if commas == 1 and not points and example[0].isdigit():
        return (
            'If the comma is the decimal mark, add `numbers: {decimal: ","}`; if it parts thousands, `thousands: ","`.'
        )
    if commas and points:
        decimal = max(",.", key=example.rfind)
        other = ",.".replace(decimal, "")
        return f'Add `numbers: {{decimal: "{decimal}", thousands: "{other}"}}`.'
    return _code_cure(example)
