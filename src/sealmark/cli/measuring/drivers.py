"""``sealmark measure drivers``: what matters for an outcome, and how well it is done."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.measuring.control import drawing_file
from sealmark.cli.measuring.estimate import parse_design, source_of
from sealmark.cli.output import json_option, result, table
from sealmark.core.errors import Problem, SealmarkError

if TYPE_CHECKING:
    from sealmark.core.estimates import Estimate
    from sealmark.measure.comparisons.drivers import Driver, DriverAnalysis

__all__ = ["drivers_command"]

_DRIVER = re.compile(r"(?:([^=]+)=)?([^@=]+)(?:@(-?\d+(?:\.\d+)?)-(\d+(?:\.\d+)?))?\Z")


@click.command("drivers", epilog="Example: sealmark measure drivers answers.csv --outcome overall "
               "--driver calls@1-10 --driver staff=q3,q4,q5@1-10 --design cluster=shop")  # fmt: skip
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="TABLE")
@click.option("--outcome", required=True, help="Column to explain; add @1-10 to leave out codes off the scale.")
@click.option("--driver", "drivers", multiple=True, required=True, help="COLUMN@LOWEST-HIGHEST, or "
              "NAME=COLUMN,COLUMN@1-10 for several items. Repeat it.")  # fmt: skip
@click.option("--design", default="", help="How rows were drawn, as for `sealmark measure estimate`.")
@click.option("--method", type=click.Choice(["lmg", "relative-weights"]), help="By default lmg up to twelve drivers.")
@click.option("--minimum-base", type=click.IntRange(min=1), default=100, show_default=True,
              help="Complete answers without which nothing is told.")  # fmt: skip
@click.option(
    "--importance-cut", type=click.FloatRange(0, 1), help="Share of variance from which a driver is important."
)
@click.option("--performance-cut", type=click.FloatRange(0, 100), help="Level from which a driver performs well.")
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Mapping file for a messy export."
)
@click.option(
    "--confidence", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95, show_default=True
)
@click.option(
    "--chart", type=click.Path(dir_okay=False, path_type=Path), help="Write a drawing: FILE.svg or FILE.html."
)
@json_option
def drivers_command(
    file: Path, outcome: str, drivers: tuple[str, ...], design: str, mapping: Path | None, chart: Path | None,
    **rules: Any,
) -> None:  # fmt: skip
    """Share out what explains an outcome among its drivers, beside how well each driver is done.

    Importance: the driver's share of the outcome's variance, by LMG (Shapley) or Johnson's relative
    weights. Performance: its mean on 0-100. Both with design-based intervals.
    """
    from sealmark.measure.comparisons.drivers import DriverRules, driver_analysis

    named = dict(_driver(text, "--driver") for text in drivers)
    if len(named) < len(drivers):
        what = "A driver stands twice."
        raise SealmarkError(Problem("SM903", what, "--driver", "Name each once; dimensions need names of their own."))
    target = _driver(outcome, "--outcome")[1]
    found = driver_analysis(
        source_of(file, mapping), target, named, design=parse_design(design), rules=DriverRules(**rules)
    )
    if chart is not None:
        _write(chart, found)
    result(_json(found), _lines(found))


def _driver(text: str, option: str) -> tuple[str, Any]:
    """Return a name and an item, or an index over several items."""
    from sealmark.measure.surveys.formulas import Index, Item, RescaledMean

    match = _DRIVER.match(text)
    columns = match[2].split(",") if match else []
    if match is None or not all(columns) or (len(columns) > 1 and not match[4]):
        fix = "Write calls@1-10, or staff=q3,q4@1-10: several items need their scale."
        raise SealmarkError(Problem("SM903", f'"{text}" is not understood.', option, fix))
    ends = (float(match[3]), float(match[4])) if match[4] else (None, None)
    items = tuple(Item(column, *ends) for column in columns)
    return match[1] or match[2], items[0] if len(items) == 1 else Index(items, RescaledMean())


def _write(path: Path, found: DriverAnalysis) -> None:
    from sealmark.reports.process_drawing import draw_driver_map, write_drawing

    write_drawing(drawing_file(path), draw_driver_map(found), f"What matters for {found.outcome}")


def _json(found: DriverAnalysis) -> object:
    from sealmark.core.canonical import to_json

    return to_json(dataclasses.asdict(found))


def _lines(found: DriverAnalysis) -> list[str]:
    ranked = sorted(found.drivers, key=lambda one: -(one.importance.value or 0))
    rows = [["driver", "importance", "of explained", "performance", "VIF", "advice", ""], *map(_row, ranked)]
    level = "" if found.performance_cut is None else f", performance {found.performance_cut:.1f}"
    head = f"{found.outcome}: R2 {_figure(found.r_squared, 3)}, {found.base:,} answers, {found.method}"
    cut = f"Cuts: importance {found.importance_cut:.3f}{level}"
    return [head, *table(rows), cut, *(f"Note: {note}" for note in found.limitations)]


def _row(driver: Driver) -> list[str]:
    return [
        driver.name,
        _figure(driver.importance, 3),
        f"{driver.relative:.0%}",
        _figure(driver.performance, 1),
        f"{driver.inflation:.2f}",
        driver.quadrant,
        "" if driver.clear else "not sure",
    ]


def _figure(found: Estimate, places: int) -> str:
    if found.value is None:
        return "-"
    if found.lower is None or found.upper is None:
        return f"{found.value:.{places}f}"
    return f"{found.value:.{places}f} ({found.lower:.{places}f}-{found.upper:.{places}f})"
