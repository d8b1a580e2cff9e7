"""Draft a mapping file for an export: what was seen, and what a person has to decide."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.imports.headings import Heading, WantedColumn, column_lines, match_headings, meaning_of
from sealmark.measure.imports.mapping import NumberRule
from sealmark.measure.imports.sheets import cell_text
from sealmark.measure.imports.texts import DELIMITERS, candidate_encodings

__all__ = ["suggest_mapping"]

_SAMPLE_BYTES = 1 << 20
_SAMPLE_ROWS = 2000
_FEW = 12

_SHAPES = (
    ("whole", re.compile(r"[+-]?\d+\Z")),
    ("decimal", re.compile(r"[+-]?\d*[.,]\d+\Z")),
    ("date", re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\Z|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\Z")),
    ("datetime", re.compile(r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})[T ]+\d{1,2}:\d{2}.*\Z")),
    ("boolean", re.compile(r"(true|false)\Z", re.IGNORECASE)),
)
_CODES = {"-1", "-9", "-99", "-999", "99", "999", "?", "blank", "n/a", "na", "null", "none", "-", "--", "."}


@dataclass
class _Sample:
    """The first rows of an export and how they were read."""

    headings: list[str]
    rows: list[list[str]]
    lines: list[str] = field(default_factory=list)


def suggest_mapping(path: Path | str, wanted: Sequence[WantedColumn] = ()) -> str:
    """Return a commented mapping file for an export.

    It is a draft from the first rows: lines marked ``decide`` need a person,
    and nothing in it is applied until the file is used as a mapping.

    Args:
        path: The export.
        wanted: Columns that it should give; those that one heading alone can mean are drafted
            with the remark ``guessed``. Without it every heading is kept.

    Raises:
        SealmarkError: SM331 the file cannot be read or is empty.
    """
    path = Path(path)
    sample = _sample(path)
    if not any(heading.strip() for heading in sample.headings):
        raise SealmarkError(Problem("SM331", "The file has no headings.", path.name, "Export it with headings."))
    columns = [_Column.of(heading, cells) for heading, cells in _cells(sample)]
    layout = _layout(columns)
    if wanted and layout != "events":
        layout = "cases"
    lines = [
        f"# Draft for {path.name}, from its first {len(sample.rows):,} rows. Check every line.",
        f"layout: {layout}",
    ]
    lines += ["file:", *(f"  {line}" for line in sample.lines)] if sample.lines else []
    lines += [*_number_lines(columns), *_date_lines(columns), "columns:"]
    lines += _wanted_lines(columns, wanted) if wanted and layout == "cases" else _all_lines(columns, layout)
    lines += _layout_lines(layout, columns)
    if wanted and layout == "events":
        lines.append(f"# The cases made of these events need: {', '.join(column.name for column in wanted)}")
    return "\n".join(lines) + "\n"


def _all_lines(columns: Sequence[_Column], layout: str) -> list[str]:
    used: Counter[str] = Counter()
    return [line for column in columns for line in _column_lines(column, _target(column, layout, used))]


def _wanted_lines(columns: Sequence[_Column], wanted: Sequence[WantedColumn]) -> list[str]:
    """Return a line per wanted column, commented out where a person must name the heading."""
    found = match_headings(wanted, [column.seen for column in columns])
    seen = {column.seen: column for column in columns}
    lines = []
    for item in wanted:
        if item.name in found:
            column = seen[found[item.name]]
            drafted = column_lines(item, column.heading, remark="guessed from the heading, check",
                                   kind=column.type if column.is_dated else "")  # fmt: skip
            lines += [f"  # seen: {_shown(column)}", *drafted]
        else:
            *notes, line = column_lines(item, "...", remark="decide: which heading?")
            lines += [*notes, f"  # {line.strip()}"]
    rest = [column for column in columns if column.seen not in found.values()]
    return [*lines, *(["  # Headings not taken:"] if rest else []),
            *(f"  #   {_text(column.heading)} ({column.type}): {_shown(column)}" for column in rest)]  # fmt: skip


def _shown(column: _Column) -> str:
    different = sorted(set(column.filled))
    shown = ", ".join(different[:_FEW]) if len(different) <= _FEW else f"{len(different):,} different values"
    return (shown or "empty").replace("\n", " ")


def _sample(path: Path) -> _Sample:
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
        if head == b"PK\x03\x04":
            return _workbook_sample(path)
        if head == b"PAR1":
            return _parquet_sample(path)
        return _text_sample(path, head)
    except (OSError, EOFError) as error:
        what = f"The file cannot be read: {error}."
        raise SealmarkError(Problem("SM331", what, str(path), "Check the path.")) from error


def _text_sample(path: Path, head: bytes) -> _Sample:
    with gzip.open(path, "rb") if head[:2] == b"\x1f\x8b" else path.open("rb") as stream:
        content = stream.read(_SAMPLE_BYTES)
    # The piece may end inside a character or a row.
    whole = content[: content.rfind(b"\n") + 1] or content
    text, lines = _decoded(whole)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    shown = "\\t" if delimiter == "\t" else delimiter
    lines.append(f'delimiter: "{shown}"  # seen {first.count(delimiter)} times in the headings')
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row][: _SAMPLE_ROWS + 1]
    return _Sample(rows[0] if rows else [], rows[1:], lines)


def _decoded(content: bytes) -> tuple[str, list[str]]:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(name, errors="ignore"), [f"encoding: {name.removesuffix('-sig')}  # byte order mark"]
    try:
        return content.decode("utf-8"), ["encoding: utf-8"]
    except UnicodeDecodeError:
        found = candidate_encodings(content)
    if not found:
        return content.decode("latin-1"), [
            "# decide: no usual encoding fits; ask who made the export",
            "encoding: latin-1",
        ]
    lines = ["# decide: which of these reads as real words?"]
    lines += [f"#   {name}: {words}" for name, words in found[:4]]
    name = found[0][0]
    return content.decode(name), [*lines, f"encoding: {name}"]


def _workbook_sample(path: Path) -> _Sample:
    import python_calamine  # heavy leaf

    book = python_calamine.CalamineWorkbook.from_path(path)
    name = book.sheet_names[0]
    found = book.get_sheet_by_name(name).to_python(skip_empty_area=False)[: _SAMPLE_ROWS + 1]
    rows = [[cell_text(cell, NumberRule()) or "" for cell in row] for row in found]
    line = f"sheet: {_text(name)}"
    others = ", ".join(book.sheet_names[1:])
    return _Sample(rows[0] if rows else [], rows[1:], [f"{line}  # others: {others}" if others else line])


def _parquet_sample(path: Path) -> _Sample:
    import pyarrow.parquet as pq

    table = pq.ParquetFile(path)
    batch = next(table.iter_batches(batch_size=_SAMPLE_ROWS), None)
    names = list(table.schema_arrow.names)
    rows = (
        []
        if batch is None
        else [[cell_text(row[name], NumberRule()) or "" for name in names] for row in batch.to_pylist()]
    )
    return _Sample(names, rows)


def _cells(sample: _Sample) -> list[tuple[str, list[str]]]:
    return [
        (heading.strip(" \ufeff\u00a0"), [row[index].strip() for row in sample.rows if index < len(row)])
        for index, heading in enumerate(sample.headings)
        if heading.strip(" \ufeff\u00a0")
    ]


@dataclass(frozen=True)
class _Column:
    """What the sample shows of one column."""

    heading: str
    type: str
    codes: tuple[str, ...]
    filled: tuple[str, ...]

    @classmethod
    def of(cls, heading: str, cells: Sequence[str]) -> _Column:
        """Return the type that fits the most cells if the rest look like codes for missing."""
        filled = tuple(cell for cell in cells if cell)
        shapes = Counter(next((name for name, shape in _SHAPES if shape.match(cell)), "text") for cell in filled)
        if shapes["decimal"]:
            shapes["decimal"] += shapes.pop("whole", 0)
        kind = shapes.most_common(1)[0][0] if shapes else "text"
        fits = {"whole"} | {kind} if kind == "decimal" else {kind}
        odd = {cell for cell in filled if next((n for n, shape in _SHAPES if shape.match(cell)), "text") not in fits}
        if odd and (kind == "text" or not all(cell.lower() in _CODES or cell.isalpha() for cell in odd)):
            return cls(heading, "text", (), filled)
        codes = sorted(odd | {cell for cell in set(filled) if kind == "whole" and _is_far(cell, filled)})
        return cls(heading, kind, tuple(codes), filled)

    @property
    def seen(self) -> Heading:
        """The heading and whether it holds dates."""
        return Heading(self.heading, self.is_dated)

    @property
    def is_dated(self) -> bool:
        """Whether it holds dates."""
        return self.type in {"date", "datetime"}


def _is_far(cell: str, filled: Sequence[str]) -> bool:
    """Tell whether a usual code lies far from the other numbers of a column."""
    if cell not in _CODES:
        return False
    others = [abs(int(other)) for other in filled if other != cell and other.lstrip("+-").isdigit()]
    return bool(others) and (int(cell) < 0 or abs(int(cell)) > 5 * max(others))


def _layout(columns: Sequence[_Column]) -> str:
    guessed = {meaning_of(column.seen) for column in columns}
    if {"case", "activity", "at"} <= guessed:
        return "events"
    return "cases" if {"case", "opened"} <= guessed else "table"


def _target(column: _Column, layout: str, used: Counter[str]) -> str:
    plain = unicodedata.normalize("NFKC", column.heading).lower()
    slug = re.sub(r"\W+", "_", plain).strip("_") or "column"
    meaning = meaning_of(column.seen) if layout in {"cases", "events"} else ""
    name = meaning if meaning and not used[meaning] else slug
    used[name] += 1
    return name if used[name] == 1 else f"{name}_{used[name]}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number_lines(columns: Sequence[_Column]) -> list[str]:
    cells = [cell for column in columns if column.type == "decimal" for cell in column.filled]
    if any("," in cell for cell in cells):
        return ["numbers:", '  decimal: ","  # seen in ' + _text(next(cell for cell in cells if "," in cell))]
    return []


def _date_lines(columns: Sequence[_Column]) -> list[str]:
    cells = [cell for column in columns if column.is_dated for cell in column.filled if not re.match(r"\d{4}", cell)]
    pairs = [(int(parts[0]), int(parts[1])) for cell in cells if len(parts := re.split(r"[-/.]", cell)) > 2]  # noqa: PLR2004
    lines = []
    if any(first > 12 for first, _ in pairs):  # noqa: PLR2004
        lines.append("  order: dmy  # a first number above 12 was seen")
    elif any(second > 12 for _, second in pairs):  # noqa: PLR2004
        lines.append("  order: mdy  # a second number above 12 was seen")
    elif pairs:
        lines.append(f"  # decide: is {cells[0]} day first (order: dmy) or month first (order: mdy)?")
    moments = [cell for column in columns if column.type == "datetime" for cell in column.filled]
    if any(not re.search(r":\d{2}(\.\d+)?\s*(Z|[+-]\d{2}:?\d{0,2})\Z", cell) for cell in moments):
        lines.append("  # decide: which clock do the times show? For example: time_zone: Europe/Rome")
    return ["dates:" if any(not line.startswith("  #") for line in lines) else "# dates:", *lines] if lines else []


def _column_lines(column: _Column, target: str) -> list[str]:
    parts = [f"from: {_text(column.heading)}", f"type: {column.type}"]
    if column.codes:
        parts.append(f"missing: [{', '.join(_text(code) for code in column.codes)}]")
    key = target if re.fullmatch(r"[a-z_][a-z0-9_]*", target) else _text(target)
    return [f"  # {_shown(column)}", f"  {key}: {{{', '.join(parts)}}}"]


def _layout_lines(layout: str, columns: Sequence[_Column]) -> list[str]:
    if layout != "events":
        return []
    activities = next(column for column in columns if meaning_of(column.seen) == "activity")
    lines = ["events:", "  opened: first-event", "  # decide: which activities mean what, for example", "  # clocks:"]
    lines.append("  #   resolved: {activities: [...], take: last}")
    return [
        *lines,
        *(f"  #   seen: {_text(name)} ({count:,})" for name, count in Counter(activities.filled).most_common(30)),
    ]
