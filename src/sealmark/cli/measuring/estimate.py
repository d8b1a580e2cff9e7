"""``sealmark measure``: estimates from a table and a design, without any scheme."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.engines import engine_options, on_engine
from sealmark.cli.output import json_option, result, table
from sealmark.core.errors import Problem, SealmarkError, did_you_mean

if TYPE_CHECKING:
    from sealmark.measure.surveys.design import Design
    from sealmark.measure.surveys.estimation import CellEstimate

__all__ = ["estimate_command", "parse_design", "parse_measure", "source_of"]

_KINDS = {
    "mean": "mean:q1",
    "total": "total:amount",
    "share": "share:q1=4|5",
    "top-box": "top-box:q1>=9",
    "promoter": "promoter:recommend",
    "effort": "effort:ease",
    "ratio": "ratio:repairs/visits",
    "quantile": "quantile:days@0.9",
    "index": "index:q1,q2,q3*10",
    "rescaled": "rescaled:q1,q2,q3@1-10",
}
_LONELY = ("fail", "adjust", "average", "certainty", "remove")
_NESTED = {"yes": True, "no": False}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_DESIGN_KEYS = ("weight", "strata", "cluster", "population", "lonely", "nested")


@click.command("estimate", epilog="Example: sealmark measure answers.csv --design weight=w,strata=region,cluster=shop "
               "--measure mean:q1 --measure top-box:q1>=9 --by wave")  # fmt: skip
@click.argument("file", type=click.Path(exists=True, path_type=Path), metavar="TABLE")
@click.option(
    "--measure", "measures", multiple=True, required=True, help=f"What to measure: {', '.join(_KINDS.values())}."
)
@click.option("--design", default="", help="How rows were drawn: weight=COLUMN,strata=A+B,cluster=COLUMN,"
              "population=COLUMN or number,lonely=fail|adjust|average|certainty|remove,nested=yes (clusters are "
              "numbered anew in each stratum).")  # fmt: skip
@click.option("--by", default="", help="Columns whose values make the cells, separated by commas.")
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Mapping file for a messy export."
)
@click.option(
    "--confidence", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95, show_default=True
)
@engine_options
@json_option
def estimate_command(
    file: Path,
    measures: tuple[str, ...],
    design: str,
    by: str,
    mapping: Path | None,
    confidence: float,
    engine: str,
    engine_address: str | None,
    memory_limit: str | None,
) -> None:
    """Estimate means, shares, indices, promoter scores and more, with design-based intervals.

    TABLE is CSV, XLSX (one sheet), Parquet, or a store made by `measure import`.
    Interval: t with the degrees of freedom of the design; shares on the logit scale.
    """
    from sealmark.measure.surveys.estimation import estimate

    wanted = {text: parse_measure(text) for text in measures}
    cells = [name for name in by.split(",") if name]
    drawn = parse_design(design)
    with on_engine(engine, engine_address, memory_limit):
        found = estimate(source_of(file, mapping), wanted, design=drawn, by=cells, confidence=confidence)
    found = _with_names(found, file)
    rows = [
        [*cells, "measure", "value", "lower", "upper", "se", "df", "n", "deff", ""],
        *(_row(cell) for cell in found),
    ]
    result([_json(cell) for cell in found], table(rows))


def source_of(file: Path, mapping: Path | None) -> Any:
    """Return a file as the engine can scan it: mapped when there is a mapping, a workbook read whole."""
    from sealmark.measure.imports.importing import import_table
    from sealmark.measure.imports.mapping import read_mapping

    if mapping is not None:
        return import_table(file, read_mapping(mapping)).table
    if file.is_dir():
        return _folder(file)
    with file.open("rb") as stream:
        is_workbook = stream.read(4) == b"PK\x03\x04"
    return _workbook(file) if is_workbook else file


def _folder(folder: Path) -> Any:
    """Return a store as a table; any other folder as it is, for the engine to look into."""
    from sealmark.measure.storage.layout import is_store
    from sealmark.measure.storage.opening import open_store

    return open_store(folder) if is_store(folder) else folder


def _with_names(cells: tuple[CellEstimate, ...], source: Path) -> tuple[CellEstimate, ...]:
    """Return the cells of a store with names in the place of keys."""
    from dataclasses import replace

    from sealmark.measure.storage.layout import is_store
    from sealmark.measure.storage.opening import names_of

    if not is_store(source):
        return cells
    names = names_of(source)
    return tuple(
        replace(cell, cell={key: names.get(key, {}).get(value, value) for key, value in cell.cell.items()})  # type: ignore[call-overload]
        for cell in cells
    )


def _workbook(file: Path) -> Any:
    """Return the only sheet of a workbook; a column whose cells are all numbers is one of numbers."""
    import pyarrow as pa

    from sealmark.measure.imports.mapping import FileRule, NumberRule
    from sealmark.measure.imports.sheets import read_sheet

    rows = read_sheet(file, FileRule(), NumberRule())
    headings = [(cell or "").strip() for cell in rows[0]] if rows else []
    columns: dict[str, Any] = {}
    for heading, cells in zip(headings, zip(*rows[1:], strict=True), strict=False):
        is_number = all(cell is None or _NUMBER.match(cell) for cell in cells)
        columns[heading] = pa.array([None if cell is None else float(cell) for cell in cells] if is_number else cells)
    return pa.table(columns)


def parse_design(text: str) -> Design:
    """Return the design that ``weight=w,strata=a+b`` describes.

    Raises:
        SealmarkError: SM903 a part is not understood.
    """
    from sealmark.measure.surveys.design import Design

    parts: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        key, _, value = part.partition("=")
        if key not in _DESIGN_KEYS or not value:
            fix = did_you_mean(key, _DESIGN_KEYS) + " Write key=value, parts separated by commas."
            raise SealmarkError(Problem("SM903", f'"{part}" is no part of a design.', "--design", fix))
        parts[key] = value
    if parts.get("lonely", "fail") not in _LONELY:
        what = f'"{parts["lonely"]}" is no way to treat a stratum of one unit.'
        raise SealmarkError(Problem("SM903", what, "--design", did_you_mean(parts["lonely"], _LONELY)))
    if parts.setdefault("nested", "no") not in _NESTED:
        fix = did_you_mean(parts["nested"], list(_NESTED))
        raise SealmarkError(Problem("SM903", f'"nested={parts["nested"]}" is neither yes nor no.', "--design", fix))
    parts["nested"] = _NESTED[parts["nested"]]
    if "strata" in parts:
        parts["strata"] = tuple(parts["strata"].split("+"))
    if re.fullmatch(r"-?[0-9.]+", parts.get("population", "")):
        parts["population"] = _population(parts["population"])
    return Design(**parts)


def _population(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        fix = "Write a whole number from 1, or the name of a column."
        raise SealmarkError(Problem("SM903", f"A population of {text} cannot be.", "--design", fix))
    return int(text)


def parse_measure(text: str) -> Any:
    """Return the measure that ``kind:columns`` describes.

    Raises:
        SealmarkError: SM903 it is not understood.

    Example:
        >>> parse_measure("top-box:q1>=9")
        TopBox(column='q1', at_least=Decimal('9'), at_most=None, interval='logit')
    """
    kind, _, rest = text.partition(":")
    if kind not in _KINDS:
        raise SealmarkError(Problem("SM903", f'"{kind}" is no measure.', "--measure", did_you_mean(kind, _KINDS)))
    made = _parsed(kind, rest)
    if made is None:
        raise SealmarkError(
            Problem("SM903", f'"{text}" is not understood.', "--measure", f"Write it like {_KINDS[kind]}.")
        )
    return made


_PATTERNS = {
    "share": r"([^=]+)=(.+)",
    "top-box": r"([^<>=]+)>=(-?\d+(?:\.\d+)?)",
    "ratio": r"([^/]+)/([^/]+)",
    "quantile": r"([^@]+)@(0?\.\d+)",
    "index": r"([^*,]+(?:,[^*,]+)*)\*(\d+(?:\.\d+)?)",
    "rescaled": r"([^@,]+(?:,[^@,]+)*)@(\d+)-(\d+)",
}


def _parsed(kind: str, rest: str) -> Any:
    from sealmark.measure.surveys import formulas

    simple = {"mean": formulas.Mean, "total": formulas.Total, "promoter": formulas.Promoter, "effort": formulas.Effort}
    if kind in simple:
        return simple[kind](rest) if rest else None
    match = re.fullmatch(_PATTERNS[kind], rest)
    return None if match is None else _made(kind, match.groups())


def _made(kind: str, parts: tuple[str, ...]) -> Any:
    from sealmark.measure.surveys import formulas

    if kind == "share":
        return formulas.Share(
            parts[0], tuple(int(value) if value.isdigit() else value for value in parts[1].split("|"))
        )
    if kind == "top-box":
        return formulas.TopBox(parts[0], Decimal(parts[1]))
    if kind == "ratio":
        return formulas.Ratio(parts[0], parts[1])
    if kind == "quantile":
        return formulas.Quantile(parts[0], Decimal(parts[1]))
    if kind == "index":
        return formulas.Index(tuple(parts[0].split(",")), formulas.RespondentMean(Decimal(parts[1])))
    items = tuple(formulas.Item(name, int(parts[1]), int(parts[2])) for name in parts[0].split(","))
    return formulas.Index(items, formulas.RescaledMean())


def _row(cell: CellEstimate) -> list[str]:
    found = cell.estimate
    figures = [found.value, found.lower, found.upper, found.standard_error, found.degrees_of_freedom]
    return [
        *(str(value) for value in cell.cell.values()),
        cell.measure,
        *("-" if value is None else f"{value:.6g}" for value in figures),
        str(found.base),
        "-" if cell.design_effect is None else f"{cell.design_effect:.3g}",
        " ".join(filter(None, (found.note, *cell.limitations))),
    ]


def _json(cell: CellEstimate) -> dict[str, object]:
    import dataclasses

    from sealmark.core.canonical import to_json

    return {
        "cell": {name: str(value) for name, value in cell.cell.items()},
        "measure": cell.measure,
        "estimate": to_json(dataclasses.asdict(cell.estimate)),
        "design_effect": to_json(cell.design_effect),
        "effective_base": to_json(cell.effective_base),
        "unit": cell.unit,
        "limitations": list(cell.limitations),
    }
