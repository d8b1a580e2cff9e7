"""The case folder: what is evaluated, on which day, and where the evidence lies."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sealmark.core.documents import Document, parse_yaml, read_model
from sealmark.core.errors import Problem, ProblemList, SealmarkError
from sealmark.scheme.figures import FactInput, Id, Name, Part

__all__ = [
    "Case",
    "CaseFile",
    "FactsFile",
    "Organization",
    "RecordFile",
    "SurveyDesign",
    "SurveyFile",
    "Waiver",
    "load_case",
]


class Organization(Part):
    """Who is evaluated."""

    name: Name
    id: str = ""
    employees: int | None = Field(default=None, ge=0)
    """Decides the size class; leave out only if unknown."""
    sector: Id | None = None
    modules: tuple[Id, ...] = ()


class DatePeriod(Part):
    """The days the evidence covers, both included."""

    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> DatePeriod:
        if self.end < self.start:
            raise ValueError("the period ends before it starts")
        return self


class SurveyDesign(Part):
    """How respondents were drawn. Column names are those after the mapping."""

    weight: str | None = None
    strata: tuple[str, ...] = ()
    cluster: str | None = None
    population: str | int | None = None
    """A column or a number: how many there are to draw from (clusters if there are clusters)."""
    lonely: Literal["fail", "adjust", "average", "certainty", "remove"] = "fail"


class SurveyFile(Part):
    """Answers to one instrument."""

    instrument: Id
    file: str
    mapping: str | None = None
    """Without it the columns must be named like the items."""
    site: str | None = None
    """Column with the site; left out when the survey does not know it."""
    not_asked: tuple[Id, ...] = ()
    """Items of the instrument that this survey did not ask."""
    design: SurveyDesign = SurveyDesign()


class RecordFile(Part):
    """Service records of one class."""

    records: Id
    """The record class of the scheme (tickets, repairs ...)."""
    file: str
    mapping: str
    calendar: str | None = None
    """Needed for measures in business time."""


class TableFile(Part):
    """A table of the case; a mapping is needed only when its headings or its way of writing differ from ours."""

    file: str
    mapping: str | None = None


def _table_file(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


Table = Annotated[TableFile, BeforeValidator(_table_file)]
"""A file name, or ``{file: ..., mapping: ...}``."""


class Waiver(Part):
    """A gate set aside with a reason."""

    gate: Id
    reason: Name
    by: Name
    on: dt.date


class CaseFile(Part):
    """The file case.yaml."""

    scheme: str
    """scheme/edition, or the path of a pack folder relative to the case folder."""
    overlay: str | None = None
    """An overlay of the pack by id, or an overlay file in the case folder."""
    label: Literal["self-assessment", "evaluation", "rehearsal", "example"] = "self-assessment"
    made_up: bool = False
    """true: the evidence is invented, and every page says so."""
    organization: Organization
    as_of: dt.date
    period: DatePeriod
    seed: int = Field(default=1, ge=0)
    """Start of the random draws behind the grade probabilities."""
    sites: Table | None = None
    """Table of sites: site, name, stratum, employees, visited."""
    surveys: tuple[SurveyFile, ...] = ()
    records: tuple[RecordFile, ...] = ()
    judgements: tuple[Table, ...] = ()
    """Tables of marks: requirement, site, assessor, mark, dimension, unit, mode, date, note."""
    facts: str | None = None
    """A YAML file of declared facts."""
    documents: Table | None = None
    """Table: document, dated (empty: declared absent), valid_until, file."""
    persons: Table | None = None
    """Table: credential, obtained, expires, number."""
    actions: Table | None = None
    """Table: action, due, state (planned, done, effective), requirement, note."""
    waivers: tuple[Waiver, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _after_the_evidence(self) -> CaseFile:
        if self.as_of < self.period.end:
            raise ValueError(f"as_of ({self.as_of}) lies before the end of the period ({self.period.end})")
        return self


class FactsFile(Part):
    """The file of declared facts: fact id to value."""

    facts: dict[Id, FactInput]
    verified_by: str = ""


class Case:
    """A case folder that was read: its file, and safe access to the files it names."""

    def __init__(self, folder: Path, file: CaseFile, document: Document) -> None:
        self.folder = folder
        self.file = file
        self.document = document

    def path(self, name: str) -> Path:
        """Return the path of a named file inside the case folder.

        Raises:
            SealmarkError: SM302 it lies outside, SM303 it does not exist.
        """
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            fix = "Copy the file into the case folder and name it by its relative path."
            raise SealmarkError(Problem("SM302", f'"{name}" lies outside the case folder.', self.document.name, fix))
        if not path.is_file():
            fix = f"Put the file there, or correct its name in {self.document.name}."
            raise SealmarkError(Problem("SM303", f'The file "{name}" does not exist.', self.document.name, fix))
        return path

    def named_files(self) -> dict[str, str]:
        """Return every file the case names, with what it is for, in order."""
        file = self.file
        found: dict[str, str] = {"case.yaml": "case"}
        for survey in file.surveys:
            found |= {survey.file: f"survey:{survey.instrument}"} | _maybe(survey.mapping, "mapping")
        for record in file.records:
            found |= {record.file: f"records:{record.records}", record.mapping: "mapping"}
            found |= _maybe(record.calendar, "calendar")
        found |= _maybe(file.facts, "facts")
        tables = [("judgements", table) for table in file.judgements]
        tables += [(role, getattr(file, role)) for role in ("sites", "documents", "persons", "actions")]
        for role, table in tables:
            if table is not None:
                found |= {table.file: role} | _maybe(table.mapping, "mapping")
        if file.overlay and file.overlay.endswith((".yaml", ".yml")):
            found |= {file.overlay: "overlay"}
        return found

    def check_files(self) -> None:
        """Raise one error that lists every named file that is missing or outside the folder."""
        problems = ProblemList()
        for name in self.named_files():
            try:
                self.path(name)
            except SealmarkError as error:
                problems.extend(error.problems)
        problems.raise_if_any()


def _maybe(name: str | None, role: str) -> dict[str, str]:
    return {name: role} if name else {}


def load_case(folder: Path) -> Case:
    """Return the case in a folder.

    Raises:
        SealmarkError: SM301 no case.yaml, SM302/SM303 files it names, SM304 it does not fit, SM1xx not readable.
    """
    path = folder / "case.yaml"
    if not path.is_file():
        fix = "Name a case folder, or make one: sealmark case new DIR --scheme sealmark-charter/2026"
        raise SealmarkError(Problem("SM301", f'There is no case.yaml in "{folder.name}".', "case.yaml", fix))
    document = parse_yaml(path.read_bytes(), "case.yaml")
    case = Case(folder, read_model(document, CaseFile, code="SM304"), document)
    case.check_files()
    return case
