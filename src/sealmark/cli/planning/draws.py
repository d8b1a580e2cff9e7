"""``sealmark plan draw`` and ``replay``: samples from a list, and the proof that they were drawn as told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.output import NEGATIVE, counted, json_option, result, table, talk
from sealmark.core.errors import Problem, SealmarkError

if TYPE_CHECKING:
    from sealmark.measure.sampling.draws import Draw, DrawRule, SamplingUnit

__all__ = ["draw_command", "replay_command", "write_ledger"]

_METHODS = ("simple", "stratified", "proportional", "systematic")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("draw", epilog="Example: sealmark plan draw shops.csv --unit shop --sample 12 --method stratified "
               "--strata region --seed 417 --ledger draw.json")  # fmt: skip
@click.argument("file", type=_FILE, metavar="TABLE")
@click.option("--unit", required=True, help="Column that names the units; no name may stand twice.")
@click.option("--sample", type=click.IntRange(min=1), required=True, help="How many to draw.")
@click.option("--method", type=click.Choice(_METHODS), default="simple", show_default=True,
              help="stratified: in each stratum; proportional, systematic: by size.")  # fmt: skip
@click.option("--strata", default="", help="Columns that name the strata, joined by +.")
@click.option("--spreads", default="", help="Standard deviation in each stratum (Neyman): north=5,south=10.")
@click.option("--at-least", type=click.IntRange(min=0), default=1, show_default=True, help="Units per stratum.")
@click.option("--size", default="", help="Column with the size of each unit.")
@click.option("--seed", type=click.IntRange(min=0), required=True, help="Draws lots; agree on it beforehand.")
@click.option("--label", default="draw", show_default=True, help="What the draw is for; part of every order number.")
@click.option("--ledger", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the ledger.")
@json_option
def draw_command(
    file: Path,
    unit: str,
    sample: int,
    method: Any,
    strata: str,
    spreads: str,
    at_least: int,
    size: str,
    seed: int,
    label: str,
    ledger: Path | None,
) -> None:
    """Draw a sample from a list, so that the ledger alone lets anyone draw it again.

    TABLE is CSV, XLSX (one sheet) or Parquet with one row per unit.
    """
    from sealmark.evaluation.planning.frames import FrameColumns, read_frame
    from sealmark.measure.sampling.draws import draw
    from sealmark.measure.sampling.ledgers import ledger_document

    _check_options(method, strata=strata, spreads=spreads, size=size)
    units = read_frame(file, FrameColumns(unit, tuple(filter(None, strata.split("+"))), size))
    rule = _rule(units, method, sample, _spreads(spreads), at_least)
    drawn = draw(units, rule, seed=seed, label=label)
    if ledger is not None:
        write_ledger(ledger, [drawn])
        talk(f"Ledger: {ledger}")
    rows = [["unit", "stratum", "probability"]]
    rows += [[item.id, item.stratum, f"{item.probability:.6f}"] for item in drawn.drawn]
    told = ledger_document([drawn], engine=_engine())
    result(told, [f"{counted(len(drawn.drawn), 'unit')} of {len(units):,}, seed {seed}:", *table(rows, indent="  ")])


def _check_options(method: str, *, strata: str, spreads: str, size: str) -> None:
    by_size = method in {"proportional", "systematic"}
    faults = [
        ("--strata", bool(strata) != (method == "stratified"), "the method stratified"),
        ("--size", bool(size) != by_size, "the methods proportional and systematic"),
        ("--spreads", bool(spreads) and method != "stratified", "the method stratified"),
    ]
    problems = [
        Problem("SM905", f'The method "{method}" and the option {option} do not go together.', option,
                f"{option} belongs to {fits}.")
        for option, wrong, fits in faults
        if wrong
    ]  # fmt: skip
    if problems:
        raise SealmarkError(*problems)


def _spreads(text: str) -> dict[str, float] | None:
    if not text:
        return None
    found = {}
    for part in text.split(","):
        name, _, value = part.rpartition("=")
        try:
            found[name] = float(value)
        except ValueError:
            fix = "Write stratum=number, parted by commas: north=5,south=10."
            raise SealmarkError(Problem("SM905", f'"{part}" is no spread.', "--spreads", fix)) from None
    return found


def _rule(
    units: Sequence[SamplingUnit], method: Any, sample: int, spreads: dict[str, float] | None, at_least: int
) -> DrawRule:
    from sealmark.measure.sampling.allocation import allocate
    from sealmark.measure.sampling.draws import DrawRule

    if method != "stratified":
        return DrawRule(method, sample)
    sizes = dict(sorted(Counter(item.stratum for item in units).items()))
    return DrawRule(method, sample, allocate(sizes, sample, spreads=spreads, at_least=at_least))


def write_ledger(path: Path, draws: Sequence[Draw]) -> None:
    """Write the ledger of some draws; an earlier file stays whole when it cannot be written."""
    from sealmark.evaluation.writing import write_files
    from sealmark.measure.sampling.ledgers import ledger_document

    text = json.dumps(ledger_document(draws, engine=_engine()), ensure_ascii=False, indent=1)
    write_files(path.parent, {path.name: f"{text}\n".encode()})


def _engine() -> str:
    return f"sealmark {metadata.version('sealmark')}"


@click.command("replay", epilog="Example: sealmark plan replay draw.json")
@click.argument("ledger", type=_FILE)
@json_option
def replay_command(ledger: Path) -> None:
    """Make the draws of a ledger again, from its own frame and seed; exit 1 when they differ."""
    from sealmark.measure.sampling.ledgers import replay

    try:
        document = json.loads(ledger.read_bytes())
    except ValueError as error:
        fix = "Give a ledger as `sealmark plan` writes it with --ledger."
        raise SealmarkError(Problem("SM470", f"The file is not JSON: {error}.", ledger.name, fix)) from error
    outcome = replay(document, where=ledger.name)
    lines = [f"Drawn again: the same {counted(outcome.drawn, 'unit')}."]
    if not outcome.same:
        lines = ["Not the same draw.", *(f"  {line}" for line in outcome.differences)]
    result({"same": outcome.same, "drawn": outcome.drawn, "differences": list(outcome.differences)}, lines)
    if not outcome.same:
        click.get_current_context().exit(NEGATIVE)
