"""The small tables of a case: sites, documents, persons, actions. Every problem with its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sealmark.assess.evidence import ActionState, Document, ImprovementAction, PersonCertificate
from sealmark.core.errors import ProblemList
from sealmark.evaluation.case import Case, TableFile
from sealmark.evaluation.rows import Columns, Row, read_rows
from sealmark.scheme.edition import Edition

__all__ = ["Site", "read_actions", "read_documents", "read_persons", "read_sites", "refuse_future"]

_SITES = Columns(("site",), ("name", "stratum", "employees", "visited", "central", "country", "city"))
_DOCUMENTS = Columns(("document", "dated"), ("valid_until", "file", "note"), may_be_empty=True)
_PERSONS = Columns(("credential", "obtained"), ("person", "expires", "number", "note"), may_be_empty=True)
_ACTIONS = Columns(("action", "due", "state"), ("requirement", "owner", "note"), may_be_empty=True)
_STATES: dict[str, ActionState] = {"planned": "planned", "done": "done", "effective": "effective"}


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the organization."""

    id: str
    name: str = ""
    stratum: str = ""
    employees: int | None = None
    visited: bool = False
    central: bool = False


def _rows(case: Case, table: TableFile | None, columns: Columns, problems: ProblemList) -> tuple[Row, ...]:
    return () if table is None else read_rows(case, table, columns, problems).rows


def refuse_future(row: Row, column: str, case: Case) -> None:
    """Note a date after the as-of date: what has not happened yet is no evidence."""
    day = row.day(column)
    if day is not None and day > case.file.as_of:
        what = f"{day} lies after the as-of date {case.file.as_of}."
        row.refuse("SM312", what, "Correct the date, or as_of in case.yaml.", column)


def read_sites(case: Case, problems: ProblemList, *, strata: Sequence[str] = ()) -> tuple[Site, ...]:
    """Return the sites of the organization; none when the case lists none.

    Args:
        case: The case.
        problems: Takes what is wrong.
        strata: Further columns the scheme stratifies by; together they name the
            stratum of a site that has no cell ``stratum``.
    """
    columns = Columns(_SITES.needed, tuple(dict.fromkeys([*_SITES.optional, *strata])))
    result: dict[str, Site] = {}
    for row in _rows(case, case.file.sites, columns, problems):
        name = row.needed("site")
        if name in result:
            row.refuse("SM309", f'The site "{name}" stands twice.', "Keep one row per site.", "site")
        stratum = row.text("stratum") or ", ".join(row.text(column) for column in strata if row.text(column))
        flags = {"visited": row.truth("visited"), "central": row.truth("central")}
        result[name] = Site(name, row.text("name"), stratum, row.whole("employees"), **flags)
    return tuple(result.values())


def read_documents(case: Case, edition: Edition, problems: ProblemList) -> dict[str, Document]:
    """Return the documents shown, by kind. An empty date declares the document absent."""
    result: dict[str, Document] = {}
    for row in _rows(case, case.file.documents, _DOCUMENTS, problems):
        name = row.one_of("document", edition.declarations.documents)
        refuse_future(row, "dated", case)
        _refuse_backwards(row, "dated", "valid_until")
        if name in result:
            row.refuse("SM309", f'The document "{name}" stands twice.', "Keep the newest.", "document")
        result[name] = Document(row.day("dated"), row.day("valid_until"), row.where)
    return result


def _refuse_backwards(row: Row, start: str, end: str) -> None:
    first, last = row.day(start), row.day(end)
    if first and last and last < first:
        row.refuse("SM312", f"{last} lies before {first} in the column {start}.", "Correct one of the dates.", end)


def read_persons(case: Case, edition: Edition, problems: ProblemList) -> tuple[PersonCertificate, ...] | None:
    """Return the certificates of persons; none of them when the list has no rows, None when there is no list."""
    if case.file.persons is None:
        return None
    result = []
    seen: dict[tuple[str, ...], str] = {}
    for row in _rows(case, case.file.persons, _PERSONS, problems):
        name = row.one_of("credential", edition.declarations.credentials)
        refuse_future(row, "obtained", case)
        _refuse_backwards(row, "obtained", "expires")
        person = row.text("person")
        _refuse_twice(row, (person, name) if person else tuple(row.text(key) for key in _PERSONS.known), seen)
        number = row.whole("number")
        if row.needed("obtained") and (obtained := row.day("obtained")):
            result.append(PersonCertificate(name, obtained, row.day("expires"), 1 if number is None else number))
    return tuple(result)


def _refuse_twice(row: Row, key: tuple[str, ...], seen: dict[tuple[str, ...], str]) -> None:
    if key in seen:
        about = ", ".join(part for part in key if part)
        fix = f"Keep one; the other is in {seen[key]}. Several alike: one row with their number, or name each."
        row.refuse("SM309", f'"{about}" stands twice and would count twice.', fix)
    seen.setdefault(key, row.where)


def read_actions(case: Case, edition: Edition, problems: ProblemList) -> tuple[ImprovementAction, ...] | None:
    """Return the improvement actions; none of them when the plan has no rows, None when there is no plan."""
    if case.file.actions is None:
        return None
    result = []
    seen: dict[tuple[str, ...], str] = {}
    for row in _rows(case, case.file.actions, _ACTIONS, problems):
        state = row.one_of("state", list(_STATES))
        _refuse_twice(row, (row.needed("action"), row.text("requirement")), seen)
        if row.text("requirement"):
            row.one_of("requirement", list(edition.requirements))
        if row.needed("due") and (due := row.day("due")) and state in _STATES:
            result.append(ImprovementAction(due, _STATES[state]))
    return tuple(result)
