"""``sealmark measure change``: did it improve by what matters?"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.measuring.control import parse_minimum
from sealmark.cli.measuring.estimate import parse_design, parse_measure, source_of
from sealmark.cli.output import DONE, NEGATIVE, json_option, result, table
from sealmark.core.errors import Problem, SealmarkError

if TYPE_CHECKING:
    from sealmark.measure.comparisons.improvement import Improvement, ImprovementRule
    from sealmark.measure.comparisons.waves import WavePair

__all__ = ["change_command"]

_DAY = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]\Z")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")


@click.command("change", epilog="Example: sealmark measure change answers.csv --wave year --before 2025 --after 2026 "
               "--measure mean:overall --minimum 0.2 --design weight=w,cluster=shop")  # fmt: skip
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="TABLE")
@click.argument(
    "second", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="[AFTER]"
)
@click.option("--measure", "measures", multiple=True, required=True, help="What to compare, as for `measure estimate`.")
@click.option("--minimum", required=True, help="Smallest change that matters, in the measure's unit.")
@click.option("--wave", help="Column with the round of fieldwork.")
@click.option("--before", help="Its value of the first wave; several of a rolling wave: 2025-1,2025-2.")
@click.option("--after", help="Its value of the second wave; rounds may stand in both.")
@click.option("--respondent", help="Column that names people who are asked again.")
@click.option("--independent-rounds", is_flag=True, help="Every round was drawn afresh.")
@click.option("--better", type=click.Choice(["higher", "lower"]), default="higher", show_default=True)
@click.option("--sides", type=click.Choice(["one", "two"]), default="two", show_default=True,
              help="Whether each limit or both together hold at the confidence.")  # fmt: skip
@click.option(
    "--confidence", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95, show_default=True
)
@click.option("--design", default="", help="How rows were drawn, as for `sealmark measure estimate`.")
@click.option("--by", default="", help="Columns whose values make the cells, separated by commas.")
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Mapping file for a messy export."
)
@json_option
def change_command(
    file: Path, second: Path | None, measures: tuple[str, ...], minimum: str, design: str,
    by: str, mapping: Path | None, **wishes: Any,
) -> None:  # fmt: skip
    """Test whether a measure improved by more than the smallest change that matters.

    Two waves of one TABLE (--wave, --before, --after; whatever they share is counted), or two tables of
    independent samples (TABLE before, AFTER). Exit code 0: every measure improved; 1: one did not, or it is not shown.
    """
    from sealmark.measure.comparisons.improvement import ImprovementRule

    rule = ImprovementRule(parse_minimum(minimum), wishes["confidence"], wishes["sides"], wishes["better"])
    wanted = {text: parse_measure(text) for text in measures}
    cells = [name for name in by.split(",") if name]
    drawn = parse_design(design)
    if second is None:
        from sealmark.measure.comparisons.improvement import wave_improvements
        from sealmark.measure.engine import open_table

        source = open_table(source_of(file, mapping))
        pair = _pair(source, wishes)
        found = wave_improvements(source, wanted, design=drawn, waves=pair, rule=rule, by=cells)
    else:
        _refuse_waves(wishes)
        sources = (source_of(file, mapping), source_of(second, mapping))
        found = _two_tables(sources, wanted, drawn, cells, rule)
    result([_json(one) for one in found], _lines(found, cells))
    click.get_current_context().exit(DONE if found and all(one.verdict == "improved" for one in found) else NEGATIVE)


def _pair(source: Any, wishes: dict[str, Any]) -> WavePair:
    from sealmark.measure.comparisons.waves import WavePair

    missing = [name for name in ("wave", "before", "after") if not wishes[name]]
    if missing:
        what = f"Without a second table, {', '.join('--' + name for name in missing)} must be given."
        raise SealmarkError(Problem("SM903", what, "sealmark measure change", "Name the waves, or a second table."))
    read = _reader(source, wishes["wave"])
    rounds = [tuple(read(part) for part in wishes[name].split(",")) for name in ("before", "after")]
    return WavePair(wishes["wave"], rounds[0], rounds[1], wishes["respondent"], wishes["independent_rounds"])


def _reader(source: Any, column: str) -> Callable[[str], object]:
    """Return how a word of the command line becomes a value of the column."""
    kind = source[column].type() if column in source.columns else None
    if kind is not None and kind.is_date():
        return lambda text: dt.date.fromisoformat(text) if _DAY.match(text) else text
    if kind is not None and kind.is_numeric():
        return lambda text: float(text) if _NUMBER.match(text) else text
    return str


def _refuse_waves(wishes: dict[str, Any]) -> None:
    names = ("wave", "before", "after", "respondent", "independent_rounds")
    given = ["--" + name.replace("_", "-") for name in names if wishes[name]]
    if given:
        what = "Two tables are two waves drawn independently of each other."
        fix = "Put both waves in one table to compare rounds or respondents, or leave these options out."
        raise SealmarkError(Problem("SM903", what, ", ".join(given), fix))


def _two_tables(
    sources: tuple[Any, Any], measures: dict[str, Any], design: Any, cells: list[str], rule: ImprovementRule
) -> tuple[Improvement, ...]:
    from sealmark.core.estimates import Estimate
    from sealmark.measure.comparisons.improvement import improvement
    from sealmark.measure.surveys.estimation import estimate

    waves = [
        {
            (tuple(cell.cell.items()), cell.measure): cell
            for cell in estimate(source, measures, design=design, by=cells, confidence=rule.confidence)
        }
        for source in sources
    ]
    nothing = Estimate.unknown("There is no answer in this wave.")
    found = []
    for key in dict.fromkeys([*waves[0], *waves[1]]):
        pair = [wave[key].estimate if key in wave else nothing for wave in waves]
        unit = next(wave[key].unit for wave in waves if key in wave)
        tested = improvement(pair[0], pair[1], rule)
        found.append(dataclasses.replace(tested, measure=key[1], cell=dict(key[0]), unit=unit))
    return tuple(found)


def _json(found: Improvement) -> object:
    from sealmark.core.canonical import to_json

    plain = dataclasses.asdict(found) | {"cell": {name: str(value) for name, value in (found.cell or {}).items()}}
    return to_json(plain)


def _lines(found: tuple[Improvement, ...], cells: list[str]) -> list[str]:
    rows = [[*cells, "measure", "before", "after", "gain", "lower", "upper", "verdict", "reason"]]
    for one in found:
        figures = (one.before.value, one.after.value, one.gain.value, one.gain.lower, one.gain.upper)
        named = [str(value) for value in (one.cell or {}).values()]
        rows.append([*named, one.measure, *(_figure(value) for value in figures), one.verdict, one.reason])
    return table(rows)


def _figure(value: Decimal | None) -> str:
    return "-" if value is None else f"{float(value):.6g}"
