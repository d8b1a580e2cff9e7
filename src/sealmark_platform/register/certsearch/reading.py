"""A workbook of the template, read whole before anything is said; every row that does not fit is told."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sealmark.core.errors import Problem, ProblemList, SealmarkError
from sealmark_platform.parties.countries import country_code
from sealmark_platform.register.certsearch.template import Sheet, template

__all__ = ["Entity", "Listing", "Read", "Row", "read_workbook"]

_MOST = 20_000
_MOST_BYTES = 200_000_000
_MOST_TOLD = 500

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entity:
    """An organization of the workbook."""

    identity: str
    name: str
    country: str
    city: str
    address: str
    where: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A certification of the workbook.

    Attributes:
        entity: Identity of the organization.
        row: What it says, by field.
        sites: Name, address and city of each.
        where: The row it stands in.
    """

    identity: str
    entity: str
    row: Row
    sites: tuple[Mapping[str, str], ...]
    where: str


@dataclass(frozen=True, slots=True)
class Read:
    """A whole workbook."""

    entities: tuple[Entity, ...]
    listings: tuple[Listing, ...]


def read_workbook(content: bytes) -> Read:
    """Return what a workbook says.

    Raises:
        SealmarkError: SM848 it is no workbook of the template; SM849 every row that does not fit.
    """
    sheets = _sheets(content)
    problems = ProblemList()
    entities = {one.identity: one for one in _entities(sheets["entities"], problems)}
    sites = _sites(sheets["sites"], problems)
    listings = tuple(_listings(sheets["certifications"], entities, sites, problems))
    for identity in sites:
        problems.add(
            "SM849", f'Sites are told of a certification "{identity[:60]}", which is not in the list.',
            where=template().sheets["sites"].name, fix="Give the number of a certification of the same workbook.",
        )  # fmt: skip
    problems.raise_if_any()
    return Read(tuple(entities.values()), listings)


def _unusable(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM848", what, fix=fix))


def _sheets(content: bytes) -> dict[str, list[tuple[Row, str]]]:
    """Return the rows of each sheet by field, each with where it stands."""
    import python_calamine  # heavy leaf

    largest = template().largest
    if len(content) > largest:
        raise _unusable(f"The file has {len(content):,} bytes.", f"Workbooks of at most {largest:,} bytes are taken.")
    _require_bounded(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        missing = [one.name for one in template().sheets.values() if one.name not in book.sheet_names]
        if missing:
            raise _unusable(f"The workbook has no sheet {', '.join(missing)}.", _SHAPE)
        return {
            name: list(_rows(book.get_sheet_by_name(one.name).to_python(skip_empty_area=False), one))
            for name, one in template().sheets.items()
        }
    except (python_calamine.CalamineError, OSError, ValueError):
        raise _unusable("The file is no workbook.", _SHAPE) from None


_SHAPE = "Save it as .xlsx with the sheets and columns that an export has."


def _require_bounded(content: bytes) -> None:
    """Refuse what is no zip, or unpacks to more than a list of certificates can need."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(one.file_size for one in packed.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise _unusable("The file is no workbook.", _SHAPE) from None
    if size > _MOST_BYTES:
        raise _unusable(f"The workbook unpacks to {size:,} bytes.", f"At most {_MOST_BYTES:,} are taken.")


def _rows(rows: Sequence[Sequence[object]], sheet: Sheet) -> Iterator[tuple[Row, str]]:
    head = [_text(cell) for cell in rows[0]] if rows else []
    missing = [column.name for column in sheet.columns if column.needed and column.name not in head]
    if missing:
        raise _unusable(f'The sheet "{sheet.name}" has no column {", ".join(missing)}.', _SHAPE)
    if len(rows) > _MOST:
        raise _unusable(f'The sheet "{sheet.name}" is too long.', f"At most {_MOST:,} rows are taken.")
    places = {column.field: head.index(column.name) for column in sheet.columns if column.name in head}
    for number, cells in enumerate(rows[1:], 2):
        row = {field: _text(cells[place]) if place < len(cells) else "" for field, place in places.items()}
        if any(row.values()):
            yield row, f"{sheet.name}, row {number}"


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    # An apostrophe by which a text was kept from being calculated is none of it.
    text = str(cell).strip().replace("\0", "")
    return text[1:] if text[:1] == "'" and text[1:2] in set("=+-@") else text


def _checked(
    rows: Sequence[tuple[Row, str]], name: str, problems: ProblemList, *, unique: bool = True
) -> Iterator[tuple[Row, str]]:
    """Yield every row, and note what is missing, too long, or there twice."""
    seen = set[str]()
    for row, where in rows:
        for column in template().sheets[name].columns:
            cell = row.get(column.field, "")
            if column.needed and not cell:
                problems.add("SM849", f'The column "{column.name}" is empty.', where=where, fix="Every row has it.")
            if len(cell) > column.longest:
                what = f'The column "{column.name}" has more than {column.longest} characters.'
                problems.add("SM849", what, where=where, fix="Shorten it.")
        identity = row.get("identity", "")
        if unique and identity and identity in seen:
            what = f'"{identity[:60]}" stands in the list twice.'
            problems.add("SM849", what, where=where, fix="Every row has an identity of its own.")
        seen.add(identity)
        yield row, where


def _entities(rows: Sequence[tuple[Row, str]], problems: ProblemList) -> Iterator[Entity]:
    for row, where in _checked(rows, "entities", problems):
        country = row.get("country", "")
        try:
            country = country_code(country)
        except SealmarkError as error:
            if country:
                problems.add("SM849", error.problems[0].what, where=where, fix=error.problems[0].fix)
        address, street, city = (row.get(name, "") for name in ("address", "street", "city"))
        if not address and not (street and city):
            fix = "Give the registered address whole, or street and city."
            problems.add("SM849", "There is no registered address.", where=where, fix=fix)
        yield Entity(row.get("identity", ""), row.get("name", ""), country, city, address or street, where)


def _sites(rows: Sequence[tuple[Row, str]], problems: ProblemList) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row, _where in _checked(rows, "sites", problems, unique=False):
        told = {name: row.get(name, "") for name in ("name", "address", "city")}
        found.setdefault(row.get("identity", ""), []).append(told)
    return found


def _listings(
    rows: Sequence[tuple[Row, str]], entities: Mapping[str, Entity], sites: dict[str, list[Row]], problems: ProblemList
) -> Iterator[Listing]:
    words = {word.casefold(): ours for ours, word in template().statuses.items()}
    words |= {word.casefold(): word.lower() for word in template().hidden}
    for row, where in _checked(rows, "certifications", problems):
        identity, entity, status = (row.get(name, "") for name in ("identity", "entity", "status"))
        if entity and entity not in entities:
            what = f'There is no certified entity "{entity[:60]}".'
            problems.add("SM849", what, where=where, fix="Give the identity of a row of the first sheet.")
        if status and status.casefold() not in words:
            known = ", ".join([*template().statuses.values(), *template().hidden])
            problems.add("SM849", f'"{status[:45]}" is no status.', where=where, fix=f"One of {known}.")
        own = tuple(sites.pop(identity, ()))
        if not own:
            fix = "Every certification has at least one row in the sheet of sites."
            problems.add("SM849", "No site is told.", where=where, fix=fix)
        yield Listing(identity, entity, {**row, "status": words.get(status.casefold(), "")}, own, where)
