"""``sealmark case``: begin a case folder, check it, draft a mapping for an export."""

from __future__ import annotations

import datetime as dt
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.output import counted, json_option, result, table, talk, wants_json
from sealmark.scheme.wording import LANGUAGES

if TYPE_CHECKING:
    from sealmark.measure.imports.headings import WantedColumn

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
    """Write a case folder to fill in, with commented examples.

    A pack that is not installed is given as a folder; the other commands then need the same --scheme.
    """
    from sealmark.evaluation.scaffold import new_case
    from sealmark.scheme.discovery import load

    # The command line is the rim: here the clock may be read, the library never does.
    day = as_of.date() if as_of else dt.datetime.now(tz=dt.UTC).date()
    pack = _not_installed(scheme)
    written = new_case(folder, load(scheme), as_of=day, language=language, pack=_seen_from(folder, pack))
    result({"folder": str(folder), "files": list(written)}, [f"  {folder / name}" for name in written])
    option = f" --scheme {shlex.quote(str(pack))}" if pack else ""
    talk(f"Next: fill in {folder / 'case.yaml'}, then: sealmark case check {shlex.quote(str(folder))}{option}")


def _not_installed(scheme: str) -> Path | None:
    """Return the pack's folder as it was named; None for a pack that is found by its id."""
    from sealmark.scheme.discovery import pack_folders, resolve_folder

    folder, _ = resolve_folder(scheme)
    installed = {path.resolve() for path in pack_folders().values()}
    return None if folder.resolve() in installed else Path(scheme)


def _seen_from(folder: Path, pack: Path | None) -> str:
    if pack is None:
        return ""
    try:
        return os.path.relpath(pack.resolve(), folder.resolve())
    except ValueError:
        return str(pack.resolve())  # another drive


@case.command(epilog="Example: sealmark case check my-case/")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="CASE")
@click.option("--scheme", help="Edition or pack folder instead of the one the case names.")
@json_option
def check(folder: Path, scheme: str | None) -> None:
    """Read every file of a case and say what was read, without grading and without writing anything."""
    from sealmark.evaluation.evidence.gathering import gather
    from sealmark.evaluation.evidence.marks import requirements_to_mark
    from sealmark.evaluation.run import open_case

    opened = open_case(scheme, folder)
    gathered = gather(opened.case, opened.book)
    evidence = gathered.evidence
    to_mark = requirements_to_mark(opened.book.edition)
    counts = {
        "sites": len(gathered.sites),
        "facts": len(evidence.facts),
        "documents": len(evidence.documents),
        "requirements with marks": sum(any(mark.mark is not None for mark in found)
                                       for found in evidence.judgements.values()),
        "measures": len(evidence.measures),
    }  # fmt: skip
    of = {"requirements with marks": f" of {len(to_mark)}"}
    rows = [[name, f"{count}{of.get(name, '')}"] for name, count in counts.items()]
    lines = ["The case can be read.", *table(rows, indent="  "), *_import_lines(gathered.imports)]
    unmarked = bool(to_mark) and not counts["requirements with marks"]
    warnings = [_nothing_marked(len(to_mark))] if unmarked else []
    result({**counts, "requirements to mark": len(to_mark), "warnings": warnings, "imports": gathered.imports}, lines)
    for warning in () if wants_json() else warnings:
        talk(f"Warning: {warning}")


def _nothing_marked(requirements: int) -> str:
    what = counted(requirements, "requirement is judged by marks", "requirements are judged by marks")
    return f"Nothing is marked, but {what}. Marks stand in the column `mark` of the judgement tables."


def _import_lines(imports: dict[str, Any]) -> list[str]:
    lines = []
    for name, item in imports.items():
        told = item["reconciliation"]
        lines.append(f"  {name}: {counted(told['rows_in'], 'row')} in, {told['rows_used']:,} used")
        lines += [f"    set aside {part['rows']:,}: {part['reason']}" for part in told["set_aside"]]
    return lines


@case.command("map", epilog="Example: sealmark case map export.csv --records tickets "
              "--scheme sealmark-charter/2026 > mappings/tickets.yaml")  # fmt: skip
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--records", metavar="CLASS", help="Draft the columns that the scheme needs of this record class.")
@click.option("--scheme", help="Edition or pack folder that says so; with --records.")
@json_option
def map_(file: Path, records: str | None, scheme: str | None) -> None:
    """Draft a mapping file for an export: what was seen, and what a person has to decide.

    With --records and --scheme only the columns that the scheme's measures need are taken; a
    heading that only one of them can mean is filled in, marked as guessed.
    """
    from sealmark.measure.imports.suggest import suggest_mapping

    if (records is None) != (scheme is None):
        raise click.UsageError("--records and --scheme belong together: the scheme says what it needs of the class.")
    wanted = () if records is None or scheme is None else _wanted(records, scheme)
    draft = suggest_mapping(file, wanted)
    result({"mapping": draft}, draft.splitlines())


def _wanted(records: str, scheme: str) -> tuple[WantedColumn, ...]:
    from sealmark.core.errors import Problem, SealmarkError, did_you_mean
    from sealmark.evaluation.evidence.record_columns import record_columns
    from sealmark.scheme.discovery import load

    edition = load(scheme)
    known = edition.declarations.records
    if records not in known:
        what = f'The scheme {edition.id} has no record class "{records}".'
        raise SealmarkError(Problem("SM904", what, "--records", did_you_mean(records, known)))
    return record_columns(edition, records)
