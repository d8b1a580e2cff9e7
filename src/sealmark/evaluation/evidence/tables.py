"""The small tables of a case: sites, documents, persons, actions. Every problem with its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sealmark.assess.evidence import ActionState, Document, ImprovementAction, Mark, PersonCertificate
from sealmark.core.errors import ProblemList
from sealmark.evaluation.case import Case, TableFile
from sealmark.evaluation.evidence.rows import Columns, Row, nearest, read_rows
from sealmark.scheme.edition import Edition

__all__ = ["Site", "read_actions", "read_documents", "read_persons", "read_sites", "refuse_future", "visited_sites"]

_SITES = Columns(
    ("site",),
    ("name", "stratum", "employees", "visited", "central", "country", "city", "level", "parent", "activities"),
)
_DOCUMENTS = Columns(("document", "dated"), ("valid_until", "file", "note"), may_be_empty=True)
_PERSONS = Columns(("credential", "obtained"), ("person", "expires", "number", "note"), may_be_empty=True)
_ACTIONS = Columns(("action", "due", "state"), ("requirement", "owner", "note"), may_be_empty=True)
_STATES: dict[str, ActionState] = {"planned": "planned", "done": "done", "effective": "effective"}


_HEAD_OFFICE = Mark(None).site


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the organization.

    Attributes:
        id: What every other file calls it.
        name: For readers.
        stratum: Type of site.
        employees: At the site.
        visited: In an earlier cycle.
        central: The head office, which is no part of a sample.
        level: In a hierarchy; each level is sampled by itself.
        parent: The site it belongs to, where levels are not named.
        activities: What is done there; sampling needs sites that do the same.
    """

    id: str
    name: str = ""
    stratum: str = ""
    employees: int | None = None
    visited: bool = False
    central: bool = False
    level: str = ""
    parent: str = ""
    activities: frozenset[str] = frozenset()


def visited_sites(sites: Sequence[Site], judgements: Mapping[str, Sequence[Mark]]) -> tuple[str, ...]:
    """Return the sites that are said to be visited or at which anything was judged; the head office is none.

    Args:
        sites: The list of sites; where there is none, every place named in a mark counts.
        judgements: Marks by requirement.
    """
    listed = {site.id for site in sites if not site.central}
    marked = {mark.site for marks in judgements.values() for mark in marks}
    known = marked & listed if sites else marked - {_HEAD_OFFICE}
    return tuple(sorted(known | {site.id for site in sites if site.visited and not site.central}))


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
    rows: dict[str, Row] = {}
    for row in _rows(case, case.file.sites, columns, problems):
        name = row.needed("site")
        if name in result:
            row.refuse("SM309", f'The site "{name}" stands twice.', "Keep one row per site.", "site")
        stratum = row.text("stratum") or ", ".join(row.text(column) for column in strata if row.text(column))
        flags = {"visited": row.truth("visited"), "central": row.truth("central")}
        result[name] = Site(
            name,
            row.text("name"),
            stratum,
            row.whole("employees"),
            **flags,
            level=row.text("level"),
            parent=row.text("parent"),
            activities=frozenset(filter(None, map(str.strip, row.text("activities").split(";")))),
        )
        rows[name] = row
    _check_parents(result, rows)
    return tuple(result.values())


def _check_parents(sites: Mapping[str, Site], rows: Mapping[str, Row]) -> None:
    """Note parents that are not listed, and sites that belong to themselves."""
    for name, site in sites.items():
        if site.parent and site.parent not in sites:
            what = f'The parent "{site.parent}" is not in the list of sites.'
            rows[name].refuse("SM308", what, nearest(site.parent, list(sites)), "parent")
        above, passed = site.parent, set[str]()
        while above in sites and above not in passed and above != name:
            passed.add(above)
            above = sites[above].parent
        if name and above == name:
            what = f'The site "{name}" belongs to itself by way of its parents.'
            rows[name].refuse("SM474", what, "Let parents lead up to a site without one.", "parent")


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
