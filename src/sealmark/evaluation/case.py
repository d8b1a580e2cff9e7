"""The case folder: what is evaluated, on which day, and where the evidence lies."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, field_validator, model_validator

from sealmark.core.documents import Document, parse_yaml, read_model, salvage
from sealmark.core.errors import Problem, SealmarkError
from sealmark.scheme.figures import FactInput, Id, Name, Part
from sealmark.scheme.procedure import Event

__all__ = [
    "MOST",
    "Case",
    "CaseFile",
    "FactsFile",
    "NamedFile",
    "Organization",
    "RecordFile",
    "RecordWaves",
    "SurveyDesign",
    "SurveyFile",
    "SurveyWaves",
    "Waiver",
    "load_case",
    "read_case",
]

MOST = 2**53 - 1
"""Largest whole number that every reader of JSON keeps exactly."""


class Organization(Part):
    """Who is evaluated."""

    name: Name
    id: str = ""
    employees: int | None = Field(default=None, ge=0, le=MOST)
    """Decides the size class; leave out only if unknown."""
    sector: Id | None = None
    modules: tuple[Id, ...] | None = None
    """Modules of the scheme it takes; left out: not declared. For none of them write []."""


class DatePeriod(Part):
    """The days the evidence covers, both included."""

    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> DatePeriod:
        if self.end < self.start:
            raise ValueError("the period ends before it starts\nSwap start and end, or correct one of them.")
        return self


class SurveyDesign(Part):
    """How respondents were drawn. Column names are those after the mapping."""

    weight: str | None = None
    strata: tuple[str, ...] = ()
    cluster: str | None = None
    population: str | int | None = None
    """A column or a number: how many there are to draw from (clusters if there are clusters)."""
    lonely: Literal["fail", "adjust", "average", "certainty", "remove"] = "fail"
    nested: bool = False


class SurveyWaves(Part):
    """Two waves of one survey; all other measures of it then rest on the later one alone."""

    column: str = Field(min_length=1)
    """The column with the rounds of fieldwork, as the file or its mapping has it."""
    before: tuple[str | int, ...] = Field(min_length=1)
    """Its values that make the earlier wave."""
    after: tuple[str | int, ...] = Field(min_length=1)
    """Its values that make the later wave; rounds may stand in both."""
    respondent: str | None = Field(None, min_length=1)
    """Column that names a person the same in every round, when people were asked again."""
    independent_rounds: bool = False
    """true: every round was drawn afresh."""

    @field_validator("before", "after", mode="before")
    @classmethod
    def _rounds(cls, named: object) -> object:
        if not isinstance(named, list | tuple):
            return named
        names = ["" if isinstance(one, bool) else str(one).strip() for one in named]
        if not all(names):
            raise ValueError("a round has no name\nName it as the column has it, in quotes.")
        twice = sorted(name for name in names if names.count(name) > 1)
        if twice:
            raise ValueError(f"the round {twice[0]} is named twice in one wave\nName every round once.")
        return named

    @model_validator(mode="after")
    def _comparable(self) -> SurveyWaves:
        if self.respondent == self.column:
            raise ValueError("one column names both the rounds and the people\nName the column of each.")
        if {*map(str, self.before)} == {*map(str, self.after)}:
            raise ValueError("both waves are made of the same rounds\nName the rounds of each.")
        if self.independent_rounds and self.respondent is not None:
            raise ValueError(
                "rounds in which the same people are asked again are not independent\n"
                "Leave out respondent or independent_rounds."
            )
        return self


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
    waves: SurveyWaves | None = None
    """For rules about change: which rounds are compared."""


class RecordWaves(Part):
    """Two periods of service records, by the day each was opened; other measures then rest on the later one alone."""

    before: DatePeriod
    after: DatePeriod

    @model_validator(mode="after")
    def _apart(self) -> RecordWaves:
        if self.after.start <= self.before.end:
            raise ValueError(
                "the later wave starts before the earlier one ends\n"
                "Records are compared between two periods that share no day."
            )
        return self


class RecordFile(Part):
    """Service records of one class."""

    records: Id
    """The record class of the scheme (tickets, repairs ...)."""
    file: str
    mapping: str
    calendar: str | None = None
    """Needed for measures in business time."""
    waves: RecordWaves | None = None
    """For rules about change: which periods are compared."""


class TableFile(Part):
    """A table of the case; a mapping is needed only when its headings or its way of writing differ from ours."""

    file: str
    mapping: str | None = None


class MarkFile(TableFile):
    """A table of assessors' marks."""

    marks: int | None = Field(default=None, ge=0, le=MOST)
    """How many marks were handed in: a row that is lost later is then an error, and raises no mean unseen."""


def _table_file(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


Table = Annotated[TableFile, BeforeValidator(_table_file)]
"""A file name, or ``{file: ..., mapping: ...}``."""


MarkTable = Annotated[MarkFile, BeforeValidator(_table_file)]
"""A file name, or ``{file: ..., mapping: ..., marks: ...}``."""


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
    seed: int = Field(default=1, ge=0, le=MOST)
    """Start of the random draws behind the grade probabilities."""
    sites: Table | None = None
    """Table of sites: site, name, stratum, employees, visited."""
    surveys: tuple[SurveyFile, ...] = ()
    records: tuple[RecordFile, ...] = ()
    judgements: tuple[MarkTable, ...] = ()
    """Tables of marks: requirement, site, assessor, mark, dimension, unit, mode, date, note."""
    facts: str | None = None
    """A YAML file of declared facts."""
    documents: Table | None = None
    """Table: document, dated (empty: declared absent), valid_until, file."""
    persons: Table | None = None
    """Table: credential, obtained, expires, number."""
    actions: Table | None = None
    """Table: action, due, state (planned, done, effective), requirement, note."""
    prior_group: str | None = None
    """A file from `sealmark prior`: what organizations alike tell about sites nobody saw.
    It enters the probability of the grade, never the score or the grade."""
    waivers: tuple[Waiver, ...] = ()
    note: str = ""


class FactsFile(Part):
    """The file of declared facts: fact id to value."""

    facts: dict[Id, FactInput]
    verified_by: str = ""


class NamedFile(NamedTuple):
    """A file that a case names, what it is for, and the key that names it."""

    name: str
    role: str
    key: tuple[str | int, ...]


@dataclass(frozen=True)
class Case:
    """A case folder that was read: its file, and safe access to the files it names.

    Attributes:
        problems: What is wrong with case.yaml and the files it names. Empty for a case from
            :func:`load_case`; those of a case from :func:`read_case` stop :func:`gathering.gather`.
        event: What it is evaluated for: with ``surveillance`` or ``recertification`` the rules by which a
            certificate is kept are judged as well.
    """

    folder: Path
    file: CaseFile
    document: Document
    problems: tuple[Problem, ...] = ()
    event: Event = "initial"

    def of_event(self, event: Event) -> Case:
        """Return the case as the evidence of one event of the procedure."""
        return replace(self, event=event)

    def noting(self, problems: Iterable[Problem]) -> Case:
        """Return the case with further problems that must be told before it is evaluated."""
        return replace(self, problems=(*self.problems, *problems))

    def path(self, name: str) -> Path:
        """Return the path of a named file inside the case folder.

        Raises:
            SealmarkError: SM302 it lies outside, SM303 it does not exist or is no file.
        """
        problem = self._outside(name) or self._absent(name)
        if problem is not None:
            raise SealmarkError(problem)
        return self.folder / name

    def holds(self, name: str) -> bool:
        """Tell whether a path named in the case stays inside its folder, links followed."""
        parts = PurePosixPath(name)
        is_plain = "\0" not in name and not parts.is_absolute() and ".." not in parts.parts
        return is_plain and (self.folder / name).resolve().is_relative_to(self.folder.resolve())

    def _outside(self, name: str) -> Problem | None:
        if self.holds(name):
            return None
        fix = "Copy the file into the case folder and name it by its path from there, without `..`."
        return Problem("SM302", f'"{name}" lies outside the case folder.', self._place(name), fix)

    def _absent(self, name: str) -> Problem | None:
        path = self.folder / name
        if path.is_file():
            return None
        if path.is_dir():
            return Problem("SM303", f'"{name}" is a folder, not a file.', self._place(name), "Name a file in it.")
        found = [item.relative_to(self.folder).as_posix() for item in self.folder.rglob("*") if item.is_file()]
        near = difflib.get_close_matches(name.replace("\\", "/"), found, n=1, cutoff=0.75)
        hint = f'Did you mean "{near[0]}"? ' if near else ""
        fix = f"{hint}Put the file there, or correct its name in case.yaml."
        return Problem("SM303", f'The file "{name}" does not exist.', self._place(name), fix)

    def _place(self, name: str) -> str:
        key = next((item.key for item in self.files() if item.name == name), ())
        return self.document.where(key)

    def files(self) -> tuple[NamedFile, ...]:
        """Return every file the case names, in order; a file named twice stands twice."""
        return tuple(_files(self.file))

    def named_files(self) -> dict[str, str]:
        """Return what every file of the case is for, by its name, case.yaml first."""
        return {"case.yaml": "case"} | {item.name: item.role for item in self.files()}


def _files(file: CaseFile) -> Iterator[NamedFile]:
    for index, survey in enumerate(file.surveys):
        place = ("surveys", index)
        yield NamedFile(survey.file, f"survey:{survey.instrument}", (*place, "file"))
        yield from _maybe(survey.mapping, "mapping", (*place, "mapping"))
    for index, record in enumerate(file.records):
        place = ("records", index)
        yield NamedFile(record.file, f"records:{record.records}", (*place, "file"))
        yield from _maybe(record.mapping, "mapping", (*place, "mapping"))
        yield from _maybe(record.calendar, "calendar", (*place, "calendar"))
    yield from _maybe(file.facts, "facts", ("facts",))
    for index, marks in enumerate(file.judgements):
        yield from _table_files(marks, "judgements", ("judgements", index))
    for role in ("sites", "documents", "persons", "actions"):
        table: TableFile | None = getattr(file, role)
        if table is not None:
            yield from _table_files(table, role, (role,))
    yield from _maybe(file.prior_group, "prior-group", ("prior_group",))
    if file.overlay and file.overlay.endswith((".yaml", ".yml")):
        yield NamedFile(file.overlay, "overlay", ("overlay",))


def _table_files(table: TableFile, role: str, key: tuple[str | int, ...]) -> Iterator[NamedFile]:
    yield NamedFile(table.file, role, (*key, "file"))
    yield from _maybe(table.mapping, "mapping", (*key, "mapping"))


def _maybe(name: str | None, role: str, key: tuple[str | int, ...]) -> Iterator[NamedFile]:
    if name is not None:
        yield NamedFile(name, role, key)


def load_case(folder: Path) -> Case:
    """Return the case in a folder.

    Raises:
        SealmarkError: SM301 no case.yaml, SM302/SM303 files it names, SM304 it does not fit,
            SM320 a file or instrument stands twice, SM1xx not readable.
    """
    case = read_case(folder)
    if case.problems:
        raise SealmarkError(*case.problems)
    return case


def read_case(folder: Path) -> Case:
    """Return what can be read of the case in a folder, with every problem found so far.

    So the files of a case with a mistake in case.yaml can be checked all the
    same. What does not fit is left out; see :attr:`Case.problems`.

    Raises:
        SealmarkError: SM301 no case.yaml, SM1xx it is not readable, SM304 too little of it fits to go on.
    """
    path = folder / "case.yaml"
    if not path.is_file():
        fix = "Name a case folder, or make one: sealmark case new DIR --scheme sealmark-charter/2026"
        raise SealmarkError(Problem("SM301", f'There is no case.yaml in "{folder.name}".', "case.yaml", fix))
    document = parse_yaml(path.read_bytes(), "case.yaml")
    try:
        case = Case(folder, read_model(document, CaseFile, code="SM304"), document)
    except SealmarkError as error:
        kept = _kept(document)
        if kept is None:
            raise
        case = Case(folder, kept, document, error.problems)
    return case.noting([*_day_problems(case), *_file_problems(case), *_repeated(case)])


def _kept(document: Document) -> CaseFile | None:
    """Return what fits of case.yaml, so that its files can be checked; never for an evaluation."""
    content = document.content
    if not isinstance(content, dict):
        return None
    organization, period, as_of = (_fitting(kind, content.get(key)) for key, kind in _NEEDED.items())
    if isinstance(period, DatePeriod) and as_of is None:
        as_of = period.end
    if isinstance(as_of, dt.date) and period is None:
        period = DatePeriod(start=dt.date(1900, 1, 1), end=as_of)
    stands = {"organization": organization or Organization(name="?"), "period": period, "as_of": as_of}
    kept, _ = salvage(Document(document.name, {**content, **stands}), CaseFile)
    return kept


_NEEDED: dict[str, type] = {"organization": Organization, "period": DatePeriod, "as_of": dt.date}


def _fitting(kind: type, value: object) -> object:
    try:
        return TypeAdapter[object](kind).validate_python(value)
    except ValidationError:
        return None


def _day_problems(case: Case) -> Iterator[Problem]:
    file = case.file
    if file.as_of < file.period.end:
        what = f"as_of ({file.as_of}) lies before the end of the period ({file.period.end})."
        fix = "Let as_of be the last day of the period or later."
        yield Problem("SM304", what, case.document.where(("as_of",)), fix)
    for index, waiver in enumerate(file.waivers):
        if waiver.on > file.as_of:
            where = case.document.where(("waivers", index, "on"))
            yield Problem("SM312", f"{waiver.on} lies after the as-of date {file.as_of}.", where, "Correct the date.")
    for index, record in enumerate(file.records):
        later = record.waves.after if record.waves is not None else None
        if later is not None and not (file.period.start <= later.start and later.end <= file.period.end):
            where = case.document.where(("records", index, "waves", "after"))
            what = f"The later wave ({later.start} to {later.end}) leaves the period of the case."
            yield Problem("SM372", what, where, f"Stay within {file.period.start} to {file.period.end}.")


def _file_problems(case: Case) -> Iterator[Problem]:
    for item in case.files():
        try:
            case.path(item.name)
        except SealmarkError as error:
            for problem in error.problems:
                yield replace(problem, where=case.document.where(item.key))


def _repeated(case: Case) -> Iterator[Problem]:
    """Yield what stands twice and would count twice, or hide the other."""
    file = case.file
    named = [("instrument", ("surveys", at), survey.instrument) for at, survey in enumerate(file.surveys)]
    named += [("record class", ("records", at), record.records) for at, record in enumerate(file.records)]
    named += [("judgement table", ("judgements", at), _spoken(marks)) for at, marks in enumerate(file.judgements)]
    named += [("waiver of the gate", ("waivers", at), waiver.gate) for at, waiver in enumerate(file.waivers)]
    seen = set()
    for kind, key, name in named:
        if (kind, name) in seen:
            fix = "Keep one; join the rows of several files into one file."
            yield Problem("SM320", f'The {kind} "{name}" stands twice.', case.document.where(key), fix)
        seen.add((kind, name))


def _spoken(table: TableFile) -> str:
    return f"{table.file} with {table.mapping}" if table.mapping else table.file
