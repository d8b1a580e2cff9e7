"""The small tables of a case: sites, judgements, documents, persons, actions. Every problem with its row."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from sealmark.assess.evidence import ActionState, Document, ImprovementAction, Mark, PersonCertificate
from sealmark.core.errors import ProblemList, did_you_mean
from sealmark.evaluation.case import Case, TableFile
from sealmark.measure.imports import import_table
from sealmark.measure.mapping import ImportMapping, read_mapping
from sealmark.measure.reading import read_raw
from sealmark.scheme.edition import Edition
from sealmark.scheme.requirements import Scale
from sealmark.scheme.rules import JudgementRule, SampleRule

__all__ = ["Site", "read_actions", "read_documents", "read_judgements", "read_persons", "read_sites"]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the organization."""

    id: str
    name: str = ""
    stratum: str = ""
    employees: int | None = None
    visited: bool = False
    central: bool = False


@dataclass(frozen=True)
class _Row:
    """One row of a table: cells as text by heading, and where it stands."""

    where: str
    cells: Mapping[str, str]
    problems: ProblemList = field(repr=False)

    def text(self, name: str) -> str:
        return self.cells.get(name, "").strip()

    def needed(self, name: str) -> str:
        text = self.text(name)
        if not text:
            self.refuse("SM307", f'The cell "{name}" is empty.', "Fill it in.", name)
        return text

    def read(self, name: str, parse: Callable[[str], Value], legal: str) -> Value | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return parse(text)
        except (ValueError, InvalidOperation):
            self.refuse("SM307", f'"{text}" is not legal in the column "{name}".', f"Legal: {legal}.", name)
            return None

    def day(self, name: str) -> dt.date | None:
        return self.read(name, lambda text: dt.date.fromisoformat(text[:10]), "a date such as 2026-01-31")

    def whole(self, name: str) -> int | None:
        return self.read(name, _whole, "a whole number, zero or more")

    def one_of(self, name: str, legal: Sequence[str], *, code: str = "SM308") -> str:
        text = self.needed(name)
        if text and text not in legal:
            self.refuse(code, f'"{text}" is not known in the column "{name}".', did_you_mean(text, legal), name)
        return text

    def refuse(self, code: str, what: str, fix: str, column: str = "") -> None:
        place = f"{self.where}, column {column}" if column else self.where
        self.problems.add(code, what, where=place, fix=fix)


def _whole(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


_TRUTHS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTHS:
        raise ValueError(text)
    return _TRUTHS[text.lower()]


def _rows(
    case: Case, table: TableFile, needed: Sequence[str], optional: Sequence[str], problems: ProblemList
) -> Iterator[_Row]:
    path = case.path(table.file)
    if table.mapping:
        mapped = import_table(path, read_mapping(case.path(table.mapping))).table.to_pylist()
        listed = [{key: "" if value is None else str(value) for key, value in row.items()} for row in mapped]
        numbers: Sequence[int] = range(2, len(listed) + 2)
    else:
        listed, numbers = _plain_rows(path, needed[0])
    headings = listed[0].keys() if listed else ()
    absent = [name for name in needed if listed and name not in headings]
    strange = [name for name in headings if name not in {*needed, *optional}]
    for name in absent:
        problems.add(
            "SM305",
            f'The column "{name}" is missing.',
            where=table.file,
            fix=f"Columns: {', '.join([*needed, *optional])}.",
        )
    for name in strange:
        problems.add(
            "SM306",
            f'The column "{name}" is not known.',
            where=table.file,
            fix=did_you_mean(name, [*needed, *optional]),
        )
    if not absent:
        yield from (
            _Row(f"{table.file}, row {number}", cells, problems) for number, cells in zip(numbers, listed, strict=True)
        )


def _plain_rows(path: Path, first: str) -> tuple[list[dict[str, str]], list[int]]:
    mapping = ImportMapping.model_validate({"columns": {first: {"from": first, "type": "text"}}})
    with tempfile.TemporaryDirectory(prefix="sealmark-") as folder:
        raw = read_raw(path, mapping, folder=Path(folder))
        found = raw.connection.execute("SELECT * FROM source ORDER BY rowid").fetchall()
        numbers = raw.rows_of(range(len(found)))
    headings = [heading.strip() for heading in raw.headings]
    rows = [dict(zip(headings, ("" if cell is None else str(cell) for cell in row), strict=True)) for row in found]
    filled = [index for index, row in enumerate(rows) if any(cell.strip() for cell in row.values())]
    return [rows[index] for index in filled], [numbers[index] for index in filled]


def read_sites(case: Case, problems: ProblemList) -> tuple[Site, ...]:
    """Return the sites of the organization; none when the case lists none."""
    if case.file.sites is None:
        return ()
    result: dict[str, Site] = {}
    optional = ("name", "stratum", "employees", "visited", "central", "country", "city")
    for row in _rows(case, case.file.sites, ("site",), optional, problems):
        name = row.needed("site")
        if name in result:
            row.refuse("SM309", f'The site "{name}" stands twice.', "Keep one row per site.", "site")
        truths = {key: bool(row.read(key, _truth, "yes or no")) for key in ("visited", "central")}
        result[name] = Site(name, row.text("name"), row.text("stratum"), row.whole("employees"), **truths)
    return tuple(result.values())


def read_judgements(
    case: Case, edition: Edition, sites: Sequence[Site], problems: ProblemList
) -> dict[str, tuple[Mark, ...]]:
    """Return the marks by requirement. Requirements, sites, marks and dates are checked row by row."""
    known = [site.id for site in sites]
    result: dict[str, list[Mark]] = {}
    seen: dict[tuple[str, ...], tuple[str, str]] = {}
    optional = ("site", "assessor", "dimension", "unit", "units", "mode", "date", "note")
    for table in case.file.judgements:
        for row in _rows(case, table, ("requirement", "mark"), optional, problems):
            mark = _mark(row, edition, known, case)
            if mark is None or _repeated(row, mark, seen):
                continue
            result.setdefault(row.text("requirement"), []).append(mark)
    return {name: tuple(marks) for name, marks in result.items()}


def _mark(row: _Row, edition: Edition, sites: Sequence[str], case: Case) -> Mark | None:
    name = row.one_of("requirement", list(edition.requirements))
    site = row.one_of("site", sites) if sites and row.text("site") else row.text("site") or "head-office"
    _check_date(row, case)
    if name not in edition.requirements:
        return None
    rules = [rule for rule in edition.requirements[name].evidence if isinstance(rule, JudgementRule | SampleRule)]
    if not rules:
        row.refuse("SM310", f'The requirement "{name}" is not judged by marks.', "Remove the row.", "requirement")
        return None
    rule = rules[0]
    dimensions = rule.marks if isinstance(rule, JudgementRule) else ()
    dimension = row.one_of("dimension", dimensions) if dimensions else None
    scale = edition.scales[rule.judgement if isinstance(rule, JudgementRule) else rule.sample]
    value = row.read("mark", lambda text: _legal_mark(scale, text), _legal_marks(scale))
    units = row.whole("units") or 1
    return Mark(value, site, row.text("assessor"), dimension, units, row.where)


def _check_date(row: _Row, case: Case) -> None:
    day = row.day("date")
    if day is not None and day > case.file.as_of:
        row.refuse(
            "SM312", f"{day} lies after the as-of date {case.file.as_of}.", "Correct the date, or as_of.", "date"
        )


def _legal_mark(scale: Scale, text: str) -> str | Decimal:
    if scale.levels:
        if text not in {level.code for level in scale.levels}:
            raise ValueError(text)
        return text
    value = Decimal(text)
    assert scale.lowest is not None
    assert scale.highest is not None
    if not scale.lowest <= value <= scale.highest or (value - scale.lowest) % scale.step:
        raise ValueError(text)
    return value


def _legal_marks(scale: Scale) -> str:
    if scale.levels:
        return ", ".join(level.code for level in scale.levels)
    return f"{scale.lowest} to {scale.highest} in steps of {scale.step}; empty when not marked"


def _repeated(row: _Row, mark: Mark, seen: dict[tuple[str, ...], tuple[str, str]]) -> bool:
    """Tell whether the row repeats another; note it when the two contradict each other."""
    named = [row.text("requirement"), mark.site, mark.assessor, mark.dimension or "", row.text("unit")]
    key, value = tuple(named), f"{mark.mark} x {mark.units}"
    if key not in seen:
        seen[key] = (value, row.where)
        return False
    before, where = seen[key]
    if before == value:
        return True
    what = f'Two marks for {", ".join(part for part in named if part)}: "{before}" and "{value}".'
    row.refuse("SM313", what, f"Keep one; the other is in {where}. Units of a sample need a `unit` name each.", "mark")
    return True


def read_documents(case: Case, edition: Edition, problems: ProblemList) -> dict[str, Document]:
    """Return the documents shown, by kind. An empty date declares the document absent."""
    result: dict[str, Document] = {}
    if case.file.documents is not None:
        for row in _rows(case, case.file.documents, ("document", "dated"), ("valid_until", "file", "note"), problems):
            name = row.one_of("document", edition.declarations.documents)
            dated = row.day("dated")
            if dated and dated > case.file.as_of:
                row.refuse("SM312", f"{dated} lies after the as-of date.", "Correct the date, or as_of.", "dated")
            if name in result:
                row.refuse("SM309", f'The document "{name}" stands twice.', "Keep the newest.", "document")
            result[name] = Document(dated, row.day("valid_until"), row.where)
    return result


def read_persons(case: Case, edition: Edition, problems: ProblemList) -> tuple[PersonCertificate, ...] | None:
    """Return the certificates of persons; None when the case gives no list."""
    if case.file.persons is None:
        return None
    result = []
    for row in _rows(
        case, case.file.persons, ("credential", "obtained"), ("person", "expires", "number", "note"), problems
    ):
        name = row.one_of("credential", edition.declarations.credentials)
        obtained = row.day("obtained")
        if obtained is None:
            row.needed("obtained")
            continue
        result.append(PersonCertificate(name, obtained, row.day("expires"), row.whole("number") or 1))
    return tuple(result)


_STATES: dict[str, ActionState] = {"planned": "planned", "done": "done", "effective": "effective"}


def read_actions(case: Case, edition: Edition, problems: ProblemList) -> tuple[ImprovementAction, ...] | None:
    """Return the improvement actions; None when the case gives no plan."""
    if case.file.actions is None:
        return None
    result = []
    for row in _rows(case, case.file.actions, ("action", "due", "state"), ("requirement", "owner", "note"), problems):
        due, state = row.day("due"), row.one_of("state", list(_STATES))
        if row.text("requirement"):
            row.one_of("requirement", list(edition.requirements))
        if due is None:
            row.needed("due")
        elif state in _STATES:
            result.append(ImprovementAction(due, _STATES[state]))
    return tuple(result)
