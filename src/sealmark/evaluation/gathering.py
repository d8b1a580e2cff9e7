"""Gather the evidence of a case: read every file, measure, and keep what each import did."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sealmark.assess.evidence import Evidence, Measured
from sealmark.assess.figures import FigureBook
from sealmark.core.canonical import Json
from sealmark.core.errors import ProblemList, SealmarkError, did_you_mean
from sealmark.core.periods import Period
from sealmark.evaluation.case import Case, RecordFile, SurveyFile
from sealmark.evaluation.facts import read_facts
from sealmark.evaluation.service import measure_records
from sealmark.evaluation.surveys import check_answers, measure_survey
from sealmark.evaluation.tables import Site, read_actions, read_documents, read_judgements, read_persons, read_sites
from sealmark.measure.calendars import read_calendar
from sealmark.measure.imports import ImportResult, import_table
from sealmark.measure.mapping import ImportMapping, read_mapping
from sealmark.scheme.measures import Instrument

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Gathered", "gather"]

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Gathered:
    """Evidence with the record of how it was read.

    Attributes:
        imports: Per imported file: its reconciliation and profile as JSON.
    """

    evidence: Evidence
    sites: tuple[Site, ...]
    imports: dict[str, dict[str, Json]] = field(default_factory=dict)


def gather(case: Case, book: FigureBook, progress: Progress = lambda _: None) -> Gathered:
    """Return the evidence of a case, or every problem of all its files.

    Raises:
        SealmarkError: SM305 to SM319 for tables and facts, SM32x to SM34x for imports, SM4xx for measuring.
    """
    return _Gathering(case, book, progress).run()


class _Gathering:
    """One pass over the files of a case; problems of all files are collected before anything stops."""

    def __init__(self, case: Case, book: FigureBook, progress: Progress) -> None:
        self.case = case
        self.book = book
        self.progress = progress
        self.problems = ProblemList()
        self.imports: dict[str, dict[str, Json]] = {}
        self.measures: dict[str, Measured] = {}

    def run(self) -> Gathered:
        self._check_names()
        sites: tuple[Site, ...] = self._tried(lambda: read_sites(self.case, self.problems)) or ()
        for survey in self.case.file.surveys:
            self.progress(survey.file)
            self._tried(lambda survey=survey: self._survey(survey))  # type: ignore[misc]
        for record in self.case.file.records:
            self.progress(record.file)
            self._tried(lambda record=record: self._records(record))  # type: ignore[misc]
        evidence = self._evidence(sites)
        self._check_sites(sites)
        self.problems.raise_if_any()
        return Gathered(evidence, sites, self.imports)

    def _tried(self, read: Callable[[], object]):  # type: ignore[no-untyped-def]  # noqa: ANN202
        try:
            return read()
        except SealmarkError as error:
            self.problems.extend(error.problems)
            return None

    def _check_names(self) -> None:
        file, edition = self.case.file, self.book.edition
        manifest = edition.manifest
        self._check("sector", [file.organization.sector] if file.organization.sector else [], manifest.sectors)
        self._check("module", file.organization.modules, manifest.modules)
        self._check("instrument", [survey.instrument for survey in file.surveys], edition.instruments)
        self._check("record class", [record.records for record in file.records], edition.declarations.records)
        self._check("waivable gate", [waiver.gate for waiver in file.waivers], edition.grading.waivable)
        self.problems.raise_if_any()

    def _check(self, kind: str, named: Iterable[str], legal: Iterable[str]) -> None:
        known = list(legal)
        for name in named:
            if name not in known:
                what = f'The scheme {self.book.edition.id} has no {kind} "{name}".'
                self.problems.add("SM316", what, where="case.yaml", fix=did_you_mean(name, known))

    def _import(self, file: str, mapping: ImportMapping) -> ImportResult:
        period = self.case.file.period
        result = import_table(
            self.case.path(file), mapping, period=Period(period.start, period.end), as_of=self.case.file.as_of
        )
        self.imports[file] = {"reconciliation": result.reconciliation.to_json(), "profile": result.profile.to_json()}
        return result

    def _mapping(self, name: str) -> ImportMapping:
        return read_mapping(self.case.path(name))

    def _survey(self, survey: SurveyFile) -> None:
        instrument = self.book.edition.instruments[survey.instrument]
        mapping = self._mapping(survey.mapping) if survey.mapping else _plain_mapping(survey, instrument)
        table = _with_unasked(self._import(survey.file, mapping).table, survey)
        problems = ProblemList()
        check_answers(survey, table, instrument, problems)
        self._check_items(survey, table, problems)
        self.problems.extend(problems.problems)
        if not problems.errors:
            self.measures.update(measure_survey(survey, table, self.book))

    def _check_items(self, survey: SurveyFile, table: pa.Table, problems: ProblemList) -> None:
        items = self.book.edition.instruments[survey.instrument].items
        absent = [item.id for item in items if item.id not in table.column_names]
        if absent:
            fix = "Name the columns like the items, map them, or list them under `not_asked` in case.yaml."
            problems.add("SM317", f"There is no column for the items {', '.join(absent)}.", where=survey.file, fix=fix)

    def _records(self, record: RecordFile) -> None:
        table = self._import(record.file, self._mapping(record.mapping)).table
        calendar = read_calendar(self.case.path(record.calendar)) if record.calendar else None
        self.measures.update(measure_records(record, table, self.book, calendar=calendar))

    def _evidence(self, sites: tuple[Site, ...]) -> Evidence:
        file, edition = self.case.file, self.book.edition
        organization = file.organization
        return Evidence(
            as_of=file.as_of,
            employees=organization.employees,
            sector=organization.sector,
            modules=frozenset(organization.modules),
            sites=tuple(site.id for site in sites if not site.central),
            facts=read_facts(self.case, edition, self.problems),
            documents=self._tried(lambda: read_documents(self.case, edition, self.problems)) or {},
            persons=self._tried(lambda: read_persons(self.case, edition, self.problems)),
            actions=self._tried(lambda: read_actions(self.case, edition, self.problems)),
            measures=self.measures,
            judgements=self._tried(lambda: read_judgements(self.case, edition, sites, self.problems)) or {},
            waivers={waiver.gate: waiver.reason for waiver in file.waivers},
        )

    def _check_sites(self, sites: tuple[Site, ...]) -> None:
        known = {site.id for site in sites}
        if not known:
            return
        for name, measured in self.measures.items():
            strange = sorted(set(measured.sites) - known)
            if strange:
                what = f'The measure "{name}" has sites that the list of sites does not: {", ".join(strange[:5])}.'
                fix = did_you_mean(strange[0], known) + " Correct the names, or add the sites to the list."
                self.problems.add("SM318", what, where=measured.pointer, fix=fix)


def _with_unasked(table: pa.Table, survey: SurveyFile) -> pa.Table:
    """Return the table with an empty column for every item that was declared as not asked."""
    import pyarrow as pa  # slow import, only with survey data

    for item in survey.not_asked:
        if item not in table.column_names:
            table = table.append_column(item, pa.nulls(table.num_rows, pa.int64()))
    return table


def _plain_mapping(survey: SurveyFile, instrument: Instrument) -> ImportMapping:
    """Return the mapping of a survey file whose columns are named like the items."""
    design = survey.design
    asked = (item.id for item in instrument.items if item.id not in survey.not_asked)
    columns: dict[str, object] = {name: {"from": name, "type": "whole"} for name in asked}
    texts = [survey.site, *design.strata, design.cluster]
    columns |= {name: {"from": name, "type": "text"} for name in texts if name}
    numbers = [design.weight, design.population if isinstance(design.population, str) else None]
    columns |= {name: {"from": name, "type": "decimal"} for name in numbers if name}
    return ImportMapping.model_validate({"layout": "responses", "columns": columns})
