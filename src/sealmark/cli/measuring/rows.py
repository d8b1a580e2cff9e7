"""``sealmark measure rows``: the records behind one number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.measuring.records import RecordSource, parse_record_measure, record_options
from sealmark.cli.output import json_option, result, table, talk
from sealmark.core.errors import Problem, SealmarkError

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

__all__ = ["rows_command"]

_ENDINGS = (".csv", ".xlsx")


@click.command("rows", epilog="Example: sealmark measure rows tickets.csv --mapping tickets.yaml --as-of 2026-06-30 "
               '--measure "share-within:opened..resolved<=48h" --cell site=north --role late --out r.csv')  # fmt: skip
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="TABLE")
@click.option("--measure", "text", required=True, help="One measure, written as for `sealmark measure records`.")
@record_options
@click.option("--cell", multiple=True, metavar="COLUMN=VALUE", help="Only the records of this cell.")
@click.option("--role", multiple=True, help="Only records of this role, for example late or left-out.")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="How many rows to show.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write all rows to a .csv or .xlsx file.")
@json_option
def rows_command(file: Path, text: str, limit: int, out: Path | None, **options: Any) -> None:
    """Show the records behind a number, each with its role and its length.

    Roles: counted, hit, late, open, open-past-target, undecided, came-back, left-out (with
    the reason). Together they are all records the measure looks at.

    The rows may be personal data: they tell of single customers, so pass them on with care.
    """
    from sealmark.measure.records.rows import role_counts, rows_behind

    if out is not None and out.suffix.lower() not in _ENDINGS:
        raise SealmarkError(Problem("SM903", f'"{out.name}" is no kind of table.', "--out", "Write .csv or .xlsx."))
    source = RecordSource.of(file, options)
    measure = parse_record_measure(text, source.how)
    cell = dict(_cell(source, part) for part in options["cell"])
    rows = rows_behind(source.records, measure, as_of=source.as_of, calendars=source.calendars, cell=cell)
    counts = role_counts(rows)
    rows = _of_roles(rows, options["role"])
    if out is not None:
        _write(rows, out)
        talk(f"{out}: may hold personal data")
    _show(rows, counts, limit)


def _cell(source: RecordSource, text: str) -> tuple[str, object]:
    column, equals, value = text.partition("=")
    if not column or not equals:
        fix = "Write column=value; column= for records without a value."
        raise SealmarkError(Problem("SM903", f'"{text}" names no cell.', "--cell", fix))
    return column, source.how.typed(column, (value,))[0] if value else None


def _of_roles(rows: ir.Table, roles: tuple[str, ...]) -> ir.Table:
    from sealmark.core.errors import did_you_mean
    from sealmark.measure.records.rows import ROLES

    for role in roles:
        if role not in ROLES:
            raise SealmarkError(Problem("SM903", f'"{role}" is no role.', "--role", did_you_mean(role, ROLES)))
    return rows.filter(rows["role"].isin(roles)) if roles else rows


def _show(rows: ir.Table, counts: dict[str, int], limit: int) -> None:
    from sealmark.measure.engine import fetch

    shown = fetch(rows.limit(limit))
    found = list(_cells(shown))
    lines = [*table([["role", "rows"], *([role, f"{count:,}"] for role, count in counts.items())])]
    if limit:
        lines += ["", *table([shown.column_names, *([_text(cell) for cell in row] for row in found)])]
    listed = [{name: _plain(cell) for name, cell in zip(shown.column_names, row, strict=True)} for row in found]
    result({"roles": counts, "rows": listed}, lines)


def _write(rows: ir.Table, out: Path) -> None:
    from sealmark.measure.engine import fetch
    from sealmark.measure.writing import write_csv, write_xlsx

    found = fetch(rows)
    write = write_csv if out.suffix.lower() == ".csv" else write_xlsx
    write(out, found.column_names, _cells(found))


def _cells(found: pa.Table) -> Iterator[list[object]]:
    """Yield the rows, a batch in memory at a time; lists as text."""
    for batch in found.to_batches(max_chunksize=10_000):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield [_listed(cell) if isinstance(cell, list) else cell for cell in row]


def _listed(cells: list[Any]) -> str:
    parts = [" to ".join(map(_text, cell.values())) if isinstance(cell, dict) else _text(cell) for cell in cells]
    return ", ".join(parts)


def _plain(cell: object) -> object:
    """Return a cell as JSON knows it."""
    return cell if cell is None or isinstance(cell, (bool, int, float)) else _text(cell)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.6g}"
    return cell.isoformat() if isinstance(cell, (dt.date, dt.datetime)) else str(cell)
