"""Why a column does not hold what it must, such as numbers."""

from __future__ import annotations

import ibis.expr.types as ir

from sealmark.core.errors import Problem
from sealmark.measure.engine import fetch

__all__ = ["not_numbers", "without_rows"]


def not_numbers(table: ir.Table, name: str, *, told: str, fix: str) -> Problem:
    """Return the problem (SM404) of a column that holds no numbers; a table of headings alone is told as that.

    A column of which nothing is known is read as text, so that its type would be blamed where the rows are missing.

    Args:
        table: Has the column.
        name: Of the column.
        told: Who needs the numbers, as the beginning of a sentence.
        fix: The cure when there are rows.
    """
    empty = without_rows("SM404", table, name, told=told)
    return empty or Problem("SM404", f'{told}, but the column "{name}" holds {table[name].type()}.', fix=fix)


def without_rows(code: str, table: ir.Table, name: str, *, told: str) -> Problem | None:
    """Return the problem of a column in a table of headings alone; nothing when there are rows."""
    if fetch(table.select(name).limit(1)).num_rows:
        return None
    what = f'{told}, but the table has no rows, only headings: of "{name}" nothing can be told.'
    return Problem(code, what, fix="Export it again, with its rows.")
