"""``sealmark measure import``: exports into a store of Parquet files, wave by wave."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.output import counted, json_option, result, table, talk, wants_json
from sealmark.core.errors import Problem, SealmarkError

if TYPE_CHECKING:
    from sealmark.measure.storage.filling import Filled
    from sealmark.measure.storage.watching import Step, Tell

__all__ = ["import_command", "progress_line"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_EVERY = 2.0


@click.command(
    "import",
    epilog="Example: sealmark measure import 2026.csv --mapping m.yaml --wave year --organization shop --out store/",
)
@click.argument("sources", type=_FILE, nargs=-1, required=True, metavar="SOURCE...")
@click.option("--mapping", type=_FILE, required=True, help="Mapping file that fits every source.")
@click.option("--out", type=_FOLDER, required=True, help="The store: a new folder, or one that gets further waves.")
@click.option("--wave", help="Column of the mapping that names the wave; wave, if the mapping has it, when not given.")
@click.option("--wave-label", help="Name of the one wave of all rows, instead of --wave.")
@click.option("--organization", help="Column that names who was judged; answers are sorted by it.")
@click.option("--stratum", help="Column to sort by next.")
@click.option("--cluster", help="Column to sort by last.")
@click.option("--weight", help="Column with weights.")
@click.option("--replace", is_flag=True, help="Write waves that the store already has anew.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, write nothing.")
@click.option("--memory-limit", help="Memory of the engine, such as 2GB; what does not fit is spilled.")
@click.option("--temporary", type=_FOLDER, help="Where to spill; the system's temporary folder when not given.")
@click.option("--progress/--no-progress", default=None, help="Tell how far it has come; by default on a terminal.")
@json_option
def import_command(
    sources: tuple[Path, ...],
    mapping: Path,
    out: Path,
    wave: str | None,
    wave_label: str | None,
    replace: bool,
    dry_run: bool,
    memory_limit: str | None,
    temporary: Path | None,
    progress: bool | None,
    **others: str | None,
) -> None:
    """Import exports into a store that every engine reads fast.

    The store is whole at every moment: what is interrupted leaves it as it was.
    """
    from sealmark.measure.imports.mapping import read_mapping
    from sealmark.measure.storage.filling import Roles, Work, fill_store

    rules = read_mapping(mapping)
    roles = Roles(wave=_wave(wave, wave_label, list(rules.rules)), wave_label=wave_label, **others)
    with _told(progress) as tell:
        work = Work(replace, dry_run, memory_limit, temporary, tell)
        found = fill_store(sources, rules, out, roles=roles, work=work)
    for warning in found.warnings:
        talk(f"Look at this: {warning}")
    result(_json(found, out), _lines(found, out, dry_run=dry_run))


def _wave(column: str | None, label: str | None, known: list[str]) -> str | None:
    """Return the column that names the wave; ``wave`` needs no naming."""
    if column is not None and label is not None:
        fix = "Give the column, or the one name for all rows."
        raise SealmarkError(Problem("SM906", "--wave and --wave-label exclude each other.", "", fix))
    return "wave" if column is None and label is None and "wave" in known else column


@contextmanager
def _told(wanted: bool | None) -> Iterator[Tell | None]:
    """Give a listener that shows progress on stderr: one line that changes on a terminal, else lines now and then."""
    terminal = sys.stderr.isatty()
    if not (terminal if wanted is None else wanted) or (wanted is None and wants_json()):
        yield None
        return
    started: dict[str, float] = {}
    shown: dict[str, float] = {}

    def tell(step: Step) -> None:
        now = time.monotonic()
        begun = started.setdefault(step.label, now)
        if terminal or step.share in {0.0, 1.0} or now - shown.get(step.label, begun) >= _EVERY:
            shown[step.label] = now
            line = progress_line(step, now - begun)
            click.echo(f"\r\x1b[2K{line}" if terminal else line, err=True, nl=not terminal)

    yield tell
    if terminal:
        click.echo("\r\x1b[2K", err=True, nl=False)


def progress_line(step: Step, seconds: float) -> str:
    """Return where a step stands after some seconds: share, rows per second, time left.

    Example:
        >>> from sealmark.measure.storage.watching import Step
        >>> progress_line(Step("writing wave 3", 0.25, 4_000_000), 2.0)
        'writing wave 3: 25 %, 500,000 rows/s, 0:06 left'
    """
    if step.share <= 0:
        return f"{step.label} ..."
    parts = [f"{step.label}: {step.share:.0%}".replace("%", " %")]
    if step.rows and seconds > 0:
        parts.append(f"{step.share * step.rows / seconds:,.0f} rows/s")
    if step.share < 1:
        left = round(seconds * (1 - step.share) / step.share)
        parts.append(f"{left // 60}:{left % 60:02d} left")
    return ", ".join(parts)


def _lines(found: Filled, out: Path, *, dry_run: bool) -> list[str]:
    rows = [["file", "rows in", "used", "set aside"]]
    for item in found.reconciliations:
        aside = sum(part.rows for part in item.set_aside)
        rows.append([item.file, f"{item.rows_in:,}", f"{item.rows_used:,}", f"{aside:,}"])
        rows += [["", "", f"{part.rows:,}", part.reason] for part in item.set_aside]
    waves = [["wave", "rows"], *([wave.name, f"{wave.rows:,}"] for wave in found.waves)]
    verb = "Would write" if dry_run else "Wrote"
    total = sum(wave.rows for wave in found.waves)
    waves_written = counted(len(found.waves), "wave")
    return [*table(rows), "", *table(waves), "", f"{verb} {counted(total, 'row')} in {waves_written} to {out}"]


def _json(found: Filled, out: Path) -> dict[str, Any]:
    return {
        "store": str(out),
        "waves": [wave.model_dump() for wave in found.waves],
        "reconciliations": [item.to_json() for item in found.reconciliations],
        "warnings": list(found.warnings),
    }
