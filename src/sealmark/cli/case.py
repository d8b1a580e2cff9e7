"""``sealmark case``: begin a case folder, check it, draft a mapping for an export."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from sealmark.cli.output import json_option, result, table, talk
from sealmark.scheme.wording import LANGUAGES

__all__ = ["case"]


@click.group(epilog="Example: sealmark case new my-case/ --scheme sealmark-charter/2026")
def case() -> None:
    """Begin, check and fill a case folder."""


@case.command(epilog="Example: sealmark case new my-case/ --scheme sealmark-charter/2026 --language ru")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--scheme", default="sealmark-charter/2026", show_default=True, help="Edition or pack folder.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day of the evaluation; today when not given.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the comments."
)
@json_option
def new(folder: Path, scheme: str, as_of: dt.datetime | None, language: Any) -> None:
    """Write a case folder to fill in, with commented examples."""
    from sealmark.evaluation.scaffold import new_case
    from sealmark.scheme.discovery import load

    # The command line is the rim: here the clock may be read, the library never does.
    day = as_of.date() if as_of else dt.datetime.now(tz=dt.UTC).date()
    written = new_case(folder, load(scheme), as_of=day, language=language)
    result({"folder": str(folder), "files": list(written)}, [f"  {folder / name}" for name in written])
    talk(f"Next: fill in {folder / 'case.yaml'}, then: sealmark case check {folder}")


@case.command(epilog="Example: sealmark case check my-case/")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="CASE")
@click.option("--scheme", help="Edition or pack folder instead of the one the case names.")
@json_option
def check(folder: Path, scheme: str | None) -> None:
    """Read every file of a case and say what was read, without grading and without writing anything."""
    from sealmark.evaluation.gathering import gather
    from sealmark.evaluation.run import open_case

    opened = open_case(scheme, folder)
    gathered = gather(opened.case, opened.book)
    evidence = gathered.evidence
    counts = {
        "sites": len(gathered.sites),
        "facts": len(evidence.facts),
        "documents": len(evidence.documents),
        "requirements with marks": len(evidence.judgements),
        "measures": len(evidence.measures),
    }
    rows = [[name, str(count)] for name, count in counts.items()]
    lines = ["The case can be read.", *table(rows, indent="  "), *_import_lines(gathered.imports)]
    result({**counts, "imports": gathered.imports}, lines)


def _import_lines(imports: dict[str, Any]) -> list[str]:
    lines = []
    for name, item in imports.items():
        told = item["reconciliation"]
        lines.append(f"  {name}: {told['rows_in']:,} rows in, {told['rows_used']:,} used")
        lines += [f"    set aside {part['rows']:,}: {part['reason']}" for part in told["set_aside"]]
    return lines


@case.command("map", epilog="Example: sealmark case map export.csv > mappings/tickets.yaml")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def map_(file: Path) -> None:
    """Draft a mapping file for an export: what was seen, and what a person has to decide."""
    from sealmark.measure.suggest import suggest_mapping

    draft = suggest_mapping(file)
    result({"mapping": draft}, draft.splitlines())
