"""Export an edition for people without our programs: a workbook, or one JSON document."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from sealmark.core.canonical import Json, canonical_bytes
from sealmark.core.documents import harmless
from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.numbers import plain
from sealmark.scheme import describe
from sealmark.scheme.edition import Edition
from sealmark.scheme.figures import Figure, Number, Parameter, Source
from sealmark.scheme.measures import Instrument, Item, Measure
from sealmark.scheme.requirements import Group
from sealmark.scheme.telling import Teller

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

__all__ = ["Sheet", "edition_json", "export_json", "export_workbook", "grading_rows", "sheets_of"]

Cell = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the workbook.

    Attributes:
        name: Its tab.
        headings: One per column.
        rows: Cells; text, numbers, or empty.
        indents: How far the title of each row is moved in, for trees; empty for none.
    """

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    indents: tuple[int, ...] = ()


def export_workbook(edition: Edition, path: Path, language: str) -> None:
    """Write an edition as an XLSX workbook in one language.

    Text that a spreadsheet program would take for a formula is neutralised.

    Raises:
        SealmarkError: SM297 the edition has no wording in the language; SM298 the file cannot be written.
    """
    sheets = sheets_of(edition, language)

    def write(temporary: Path) -> None:
        _write_workbook(temporary, sheets, edition.manifest.effective_from)

    _replace(path, write)


def export_json(edition: Edition, path: Path) -> None:
    """Write an edition with all its wording as one canonical JSON document.

    Raises:
        SealmarkError: SM298 the file cannot be written.
    """
    content = canonical_bytes(edition_json(edition)) + b"\n"

    def write(temporary: Path) -> None:
        temporary.write_bytes(content)

    _replace(path, write)


def edition_json(edition: Edition) -> dict[str, Json]:
    """Return an edition as plain JSON, decimals as text: every file under its name."""
    files = {name: _plain(part) for name, part in edition.parts.items() if not name.startswith("cases/")}
    return {"id": edition.id, "digest": edition.digest, "scheme": _plain(edition.scheme), "files": files}


def _plain(part: BaseModel) -> Json:
    found: Json = part.model_dump(mode="json", exclude_unset=True)
    return found


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the target and move it there, so that an earlier file stays whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        try:
            write(Path(name))
            Path(name).chmod(0o644)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        what = f"The file cannot be written: {error.strerror or error}."
        raise SealmarkError(Problem("SM298", what, str(path), "Choose a folder you may write to.")) from error


def sheets_of(edition: Edition, language: str) -> tuple[Sheet, ...]:
    """Return the sheets of the workbook: requirements, parameters, measures, questionnaires, grading, sources."""
    tell = Teller(edition, language)
    return tuple(
        make(edition, tell) for make in (_requirements, _parameters, _measures, _instruments, _grading, _sources)
    )


def _sheet(tell: Teller, name: str, columns: Sequence[str], rows: Iterable[tuple[Cell, ...]],
           indents: tuple[int, ...] = ()) -> Sheet:  # fmt: skip
    headings = tuple(tell.say(f"column.{column}") for column in columns)
    return Sheet(tell.say(f"sheet.{name}"), headings, tuple(rows), indents)


def _requirements(edition: Edition, tell: Teller) -> Sheet:
    placed = [item for root in edition.tree.roots for item in _walk(root, 0)]
    columns = ("id", "clause", "title", "text", "points", "applies", "rule", "source", "status")
    rows = [_group(edition, tell, node) if isinstance(node, Group) else _requirement(edition, tell, node)
            for node, _ in placed]  # fmt: skip
    return _sheet(tell, "requirements", columns, rows, tuple(depth for _, depth in placed))


def _walk(node: Group | str, depth: int) -> Iterator[tuple[Group | str, int]]:
    yield node, depth
    for child in node.children if isinstance(node, Group) else ():
        yield from _walk(child, depth + 1)


def _group(edition: Edition, tell: Teller, group: Group) -> tuple[Cell, ...]:
    applies = describe.describe_applies(group.applies, edition, tell.language) if group.applies else ""
    rule = describe.describe_roll_up(group.roll_up, edition, tell.language)
    return (group.id, group.clause, tell.name("nodes", group.id), tell.text(group.id), _number(tell, group.points),
            applies, rule, *_source(edition, tell, edition.tree.source))  # fmt: skip


def _requirement(edition: Edition, tell: Teller, name: str) -> tuple[Cell, ...]:
    requirement = edition.requirements[name]
    applies = describe.describe_applies(requirement.applies, edition, tell.language) if requirement.applies else ""
    rule = describe.describe_requirement(requirement, edition, tell.language)
    return (name, requirement.clause, tell.name("nodes", name), tell.text(name), _number(tell, requirement.points),
            applies, rule, *_source(edition, tell, requirement.source))  # fmt: skip


def _number(tell: Teller, number: Number | None) -> Cell:
    """Return a written number as a number, and any other as words."""
    if number is None or isinstance(number, Decimal):
        return number
    return tell.number(number)


def _source(edition: Edition, tell: Teller, name: str | None) -> tuple[str, str]:
    source = edition.sources.get(name or "")
    return (source.title, tell.say(f"status.{source.status}")) if source else ("", "")


def _parameters(edition: Edition, tell: Teller) -> Sheet:
    rows = [
        (name, tell.name("parameters", name), item.effective_from.isoformat(), item.value, parameter.unit,
         _limits(parameter), *_source(edition, tell, item.source))
        for name, parameter in edition.parameters.items()
        for item in parameter.values
    ]  # fmt: skip
    columns = ("id", "title", "from", "value", "unit", "limits", "source", "status")
    return _sheet(tell, "parameters", columns, rows)


def _limits(parameter: Parameter) -> str:
    low, high = (_written(limit) for limit in (parameter.lowest, parameter.highest))
    return f"{low} \N{EN DASH} {high}" if low or high else ""


def _written(limit: Figure | None) -> str:
    return "" if limit is None else plain(limit)


def _measures(edition: Edition, tell: Teller) -> Sheet:
    rows = [_measure(edition, tell, measure) for measure in edition.measures.values()]
    columns = ("id", "title", "origin", "item", "formula", "unit", "base", "source", "status")
    return _sheet(tell, "measures", columns, rows)


def _measure(edition: Edition, tell: Teller, measure: Measure) -> tuple[Cell, ...]:
    if measure.instrument:
        origin = edition.wording[tell.language].instruments[measure.instrument].title
    else:
        origin = tell.name("labels", measure.records or "")
    items = tell.listed([*measure.items, *([measure.dimension] if measure.dimension else [])])
    return (measure.id, tell.name("measures", measure.id), origin, items, measure.formula.kind, measure.unit,
            _number(tell, measure.minimum_base), *_source(edition, tell, measure.source))  # fmt: skip


def _instruments(edition: Edition, tell: Teller) -> Sheet:
    rows = [_item(tell, instrument, item) for instrument in edition.instruments.values() for item in instrument.items]
    return _sheet(tell, "instruments", ("title", "id", "item", "answers", "asked"), rows)


def _item(tell: Teller, instrument: Instrument, item: Item) -> tuple[Cell, ...]:
    text = tell.edition.wording[tell.language].instruments.get(instrument.id)
    title = text.title if text else instrument.id
    question = text.items.get(item.id, item.id) if text else item.id
    labels = text.choices.get(item.id, {}) if text else {}
    answers = [f"{code} {labels.get(str(code), '')}".strip() for code in item.choices]
    asked = f"{item.ask_if.item}: {tell.listed(map(str, item.ask_if.equals))}" if item.ask_if else ""
    return title, item.id, question, tell.points(answers) or f"{item.lowest} \N{EN DASH} {item.highest}", asked


def _grading(edition: Edition, tell: Teller) -> Sheet:
    rows = list(grading_rows(edition, tell))
    return _sheet(tell, "grading", ("kind", "id", "title", "condition"), rows)


def grading_rows(edition: Edition, tell: Teller) -> Iterator[tuple[str, str, str, str]]:
    """Yield kind, id, title and condition of everything that leads from the tree to a grade."""
    grading, language = edition.grading, tell.language
    for score in grading.scores:
        words = describe.describe_score(score, edition, language)
        yield tell.say("kind.score"), score.id, tell.name("scores", score.id), words
    for adjustment in grading.adjustments:
        words = describe.describe_adjustment(adjustment, edition, language)
        yield tell.say("kind.adjustment"), adjustment.id, tell.name("adjustments", adjustment.id), words
    for gate in grading.gates:
        words = describe.describe_gate(gate, edition, language)
        yield tell.say("kind.gate"), gate.id, tell.name("gates", gate.id), words
    for ladder in grading.ladders:
        needs = tell.sentences(tell.say("grade.gate", gate=tell.name("gates", gate)) for gate in ladder.gates)
        yield tell.say("kind.ladder"), ladder.id, tell.name("ladders", ladder.id), needs
        below = describe.describe_below(ladder, edition, language)
        kind = "kind.grade" if ladder.below_is_a_result else "kind.below"
        yield tell.say(kind), ladder.below, tell.name("grades", ladder.below), below
        for grade in ladder.grades:
            words = describe.describe_grade(grade, edition, language)
            yield tell.say("kind.grade"), grade.id, tell.name("grades", grade.id), words


def _sources(edition: Edition, tell: Teller) -> Sheet:
    rows = [_source_row(tell, name, source) for name, source in edition.sources.items()]
    return _sheet(tell, "sources", ("id", "title", "status", "confidence", "url", "note"), rows)


def _source_row(tell: Teller, name: str, source: Source) -> tuple[Cell, ...]:
    return name, source.title, tell.say(f"status.{source.status}"), source.confidence, source.url, source.note


_WIDE = 60
_NARROW = 12
_PAGE_ROWS = 1


def _write_workbook(path: Path, sheets: tuple[Sheet, ...], made: dt.date) -> None:
    import xlsxwriter  # leaf: only this function writes workbooks

    # Text is written as text: no cell may become a formula or a link.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        # The writer would read the clock; equal editions give equal files.
        book.set_properties({"created": dt.datetime(made.year, made.month, made.day, tzinfo=dt.UTC)})
        for sheet in sheets:
            _write_sheet(book, sheet)


def _write_sheet(book: Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    page.freeze_panes(_PAGE_ROWS, 0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for column, heading in enumerate(sheet.headings):
        page.set_column(column, column, _width(sheet, column))
        page.write_string(0, column, harmless(heading), bold)
    indented = {depth: book.add_format({"text_wrap": True, "valign": "top", "indent": depth})
                for depth in set(sheet.indents)}  # fmt: skip
    for row, values in enumerate(sheet.rows):
        for column, value in enumerate(values):
            style = indented[sheet.indents[row]] if sheet.indents and column == _TITLE else cell
            if isinstance(value, str):
                page.write_string(row + 1, column, harmless(value), style)
            elif value is not None:
                page.write_number(row + 1, column, float(value), style)


_TITLE = 2
"""Column of the title in a sheet with a tree."""


def _width(sheet: Sheet, column: int) -> int:
    longest = max((len(str(row[column] or "")) for row in sheet.rows), default=0)
    return max(_NARROW, min(_WIDE, longest + 2))
