"""Workbooks: typed cells written out as unmistakable text, with every doubtful cell named."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from sealmark.core.errors import Problem, ProblemList, SealmarkError, did_you_mean
from sealmark.core.numbers import decimal_from_float, plain
from sealmark.measure.imports.mapping import FileRule, NumberRule

__all__ = ["cell_text", "read_sheet"]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SHOWN = 5


@dataclass(frozen=True)
class _Doubtful:
    """Cells of a sheet that hold an error or a formula, by their address."""

    errors: tuple[str, ...]
    formulas: tuple[str, ...]


def read_sheet(path: Path, rule: FileRule, numbers: NumberRule) -> list[list[str | None]]:
    """Return the rows of one sheet as text, the empty ones above and between included.

    Numbers and dates of the workbook are typed; they are written with the
    decimal mark of the mapping and with ISO dates, so that nothing changes
    when they are read again beside cells that hold text.

    Raises:
        SealmarkError: SM331 not a readable workbook or no such sheet, SM335 error or formula cells.
    """
    import python_calamine  # heavy leaf

    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        name = _sheet_name(path, book.sheet_names, rule)
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except python_calamine.CalamineError as error:
        what = f"The workbook cannot be read: {error}."
        raise SealmarkError(Problem("SM331", what, path.name, "Save it again as .xlsx.")) from error
    _refuse_doubtful(path, name, rule)
    return [[cell_text(cell, numbers) for cell in row] for row in rows]


def _sheet_name(path: Path, names: Sequence[str], rule: FileRule) -> str:
    if rule.sheet is not None and rule.sheet not in names:
        what = f'The workbook has no sheet "{rule.sheet}".'
        raise SealmarkError(Problem("SM331", what, path.name, did_you_mean(rule.sheet, names)))
    if rule.sheet is None and len(names) > 1:
        what = f"The workbook has {len(names)} sheets and the mapping names none."
        fix = f"Add `sheet: NAME` under `file`. Sheets: {', '.join(names)}."
        raise SealmarkError(Problem("SM331", what, path.name, fix))
    return rule.sheet or names[0]


def cell_text(value: object, numbers: NumberRule) -> str | None:
    """Return a typed cell as text in the notation of the mapping, or None when it is empty.

    Example:
        >>> cell_text(12.5, NumberRule(decimal=","))
        '12,5'
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return plain(decimal_from_float(value, 15)).replace(".", numbers.decimal)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.timedelta):
        return str(value.total_seconds())
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)


def _refuse_doubtful(path: Path, sheet: str, rule: FileRule) -> None:
    doubtful = _doubtful_cells(path, sheet)
    problems = ProblemList()
    if doubtful.errors:
        what = f"{len(doubtful.errors)} cells hold an error such as #N/A: {_some(doubtful.errors)}."
        problems.add("SM335", what, where=f"{path.name}, sheet {sheet}", fix="Mend or empty these cells.")
    if doubtful.formulas and rule.formulas == "refuse":
        what = f"{len(doubtful.formulas)} cells hold a formula: {_some(doubtful.formulas)}."
        fix = "Save the values only, or add `formulas: values` under `file` to take the stored results."
        problems.add("SM335", what, where=f"{path.name}, sheet {sheet}", fix=fix)
    problems.raise_if_any()


def _some(addresses: Sequence[str]) -> str:
    more = len(addresses) - _SHOWN
    return ", ".join(addresses[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _doubtful_cells(path: Path, sheet: str) -> _Doubtful:
    errors, formulas = [], []
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, sheet)
        if part is None:
            return _Doubtful((), ())
        with archive.open(part) as stream:
            for _, cell in ET.iterparse(stream):  # noqa: S314 - expat limits entity growth
                if cell.tag != _MAIN + "c":
                    continue
                if cell.get("t") == "e":
                    errors.append(cell.get("r", "?"))
                elif cell.find(_MAIN + "f") is not None:
                    formulas.append(cell.get("r", "?"))
                cell.clear()
    return _Doubtful(tuple(errors), tuple(formulas))


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for entry in book.iter(_MAIN + "sheet"):
        if entry.get("name") == sheet:
            target = re.sub(r"^/?(xl/)?", "xl/", targets.get(entry.get(_LINKS + "id"), ""))
            return target if target in names else None
    return None
