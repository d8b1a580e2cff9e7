"""Gather the evidence of a case: read every file, measure, and keep what each import did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sealmark.assess.evidence import Evidence, Measured
from sealmark.assess.figures import FigureBook
from sealmark.core.canonical import Json
from sealmark.core.errors import ProblemList, SealmarkError, did_you_mean
from sealmark.core.periods import Period
from sealmark.evaluation.case import Case, RecordFile, SurveyFile
from sealmark.evaluation.evidence.answers import check_answers, check_columns, plain_mapping, within_scales
from sealmark.evaluation.evidence.facts import read_facts
from sealmark.evaluation.evidence.marks import read_judgements
from sealmark.evaluation.evidence.plain_tables import read_headings
from sealmark.evaluation.evidence.prior_group import PriorGroup, read_prior_group
from sealmark.evaluation.evidence.rows import located, nearest
from sealmark.evaluation.evidence.service import measure_records, measures_in_opening_hours
from sealmark.evaluation.evidence.surveys import measure_survey
from sealmark.evaluation.evidence.tables import (
    Site,
    read_actions,
    read_documents,
    read_persons,
    read_sites,
    visited_sites,
)
from sealmark.measure.imports.importing import ImportResult, import_table
from sealmark.measure.imports.mapping import ImportMapping, read_mapping
from sealmark.measure.records.calendars import Calendar, read_calendar
from sealmark.scheme.measures import Instrument

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Gathered", "gather"]

Progress = Callable[[str], None]
Value = TypeVar("Value")
Key = tuple["str | int", ...]


@dataclass(frozen=True)
class Gathered:
    """Evidence with the record of how it was read.

    Attributes:
        imports: Per imported file: its reconciliation and profile as JSON.
    """

    evidence: Evidence
    sites: tuple[Site, ...]
    imports: dict[str, dict[str, Json]] = field(default_factory=dict)
    prior_group: PriorGroup | None = None


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
        self.problems.extend(case.problems)
        self.imports: dict[str, dict[str, Json]] = {}
        self.measures: dict[str, Measured] = {}

    def run(self) -> Gathered:
        file, edition = self.case.file, self.book.edition
        self._check_names()
        sites = read_sites(self.case, self.problems, strata=edition.procedure.site_sampling.strata)
        for survey in file.surveys:
            self.progress(survey.file)
            if survey.instrument in edition.instruments:
                self._tried(partial(self._survey, survey, sites))
        for record in file.records:
            self.progress(record.file)
            if record.records in edition.declarations.records:
                self._tried(partial(self._records, record, sites))
        evidence = self._evidence(sites)
        group = read_prior_group(self.case, edition, self.problems)
        if self.problems.errors:
            # A file that two readers need is told once.
            raise SealmarkError(*dict.fromkeys(self.problems.errors))
        return Gathered(evidence, sites, self.imports, group)

    def _tried(self, read: Callable[[], Value]) -> Value | None:
        try:
            return read()
        except SealmarkError as error:
            self.problems.extend(error.problems)
            return None

    def _check_names(self) -> None:
        file, edition = self.case.file, self.book.edition
        organization = file.organization
        sector = [(("organization", "sector"), organization.sector)] if organization.sector else []
        modules = [(("organization", "modules", at), name) for at, name in enumerate(organization.modules or ())]
        self._check("sector", sector, edition.manifest.sectors)
        self._check("module", modules, edition.manifest.modules)
        instruments = [(("surveys", at, "instrument"), survey.instrument) for at, survey in enumerate(file.surveys)]
        self._check("instrument", instruments, edition.instruments)
        for at, survey in enumerate(file.surveys):
            if survey.instrument in edition.instruments:
                items = [item.id for item in edition.instruments[survey.instrument].items]
                unasked = [(("surveys", at, "not_asked", place), name) for place, name in enumerate(survey.not_asked)]
                self._check("item", unasked, items)
        records = [(("records", at, "records"), record.records) for at, record in enumerate(file.records)]
        self._check("record class", records, edition.declarations.records)
        waivers = [(("waivers", at, "gate"), waiver.gate) for at, waiver in enumerate(file.waivers)]
        self._check("waivable gate", waivers, edition.grading.waivable)

    def _check(self, kind: str, named: Iterable[tuple[Key, str]], legal: Iterable[str]) -> None:
        known = list(legal)
        for key, name in named:
            if name not in known:
                what = f'The scheme {self.book.edition.id} has no {kind} "{name}".'
                where = self.case.document.where(key)
                self.problems.add("SM316", what, where=where, fix=did_you_mean(name, known))

    def _import(self, file: str, mapping: ImportMapping, period: Period | None) -> ImportResult:
        path = self.case.path(file)
        with located(file, path.name):
            result = import_table(path, mapping, period=period, as_of=self.case.file.as_of)
        self.imports[file] = {"reconciliation": result.reconciliation.to_json(), "profile": result.profile.to_json()}
        return result

    def _period(self, earlier: dt.date | None = None) -> Period:
        """Return the period of the case, from an earlier wave on where there is one."""
        period = self.case.file.period
        return Period(min(earlier or period.start, period.start), period.end)

    def _mapping(self, name: str) -> ImportMapping:
        path = self.case.path(name)
        with located(name, path.name):
            return read_mapping(path)

    def _survey(self, survey: SurveyFile, sites: Sequence[Site]) -> None:
        instrument = self.book.edition.instruments[survey.instrument]
        mapping = self._mapping(survey.mapping) if survey.mapping else self._plain(survey, instrument)
        # Rounds of an earlier wave lie before the period; the waves say which rows count.
        period = None if survey.waves else self._period()
        table = _with_unasked(self._import(survey.file, within_scales(mapping, instrument), period).table, survey)
        problems = ProblemList()
        check_answers(survey, table, instrument, problems)
        check_columns(survey, table, instrument, problems)
        self._check_sites(survey.file, table, survey.site or "", sites)
        self.problems.extend(problems.problems)
        if not problems.errors:
            with located(survey.file, ""):
                self.measures.update(measure_survey(survey, table, self.book))

    def _plain(self, survey: SurveyFile, instrument: Instrument) -> ImportMapping:
        known = [*(item.id for item in instrument.items), "respondent", survey.site or ""]
        headings, mark = read_headings(self.case.path(survey.file), survey.file, known)
        return plain_mapping(survey, instrument, headings, mark)

    def _records(self, record: RecordFile, sites: Sequence[Site]) -> None:
        calendar = self._tried(partial(self._calendar, record.calendar)) if record.calendar else None
        ready = calendar is not None or self._needs_no_calendar(record)
        start = record.waves.before.start if record.waves else None
        table = self._import(record.file, self._mapping(record.mapping), self._period(start)).table
        self._check_sites(record.file, table, "site", sites)
        if ready:
            with _naming_mapping(record), located(record.file, ""):
                self.measures.update(measure_records(record, table, self.book, calendar=calendar))

    def _needs_no_calendar(self, record: RecordFile) -> bool:
        names = measures_in_opening_hours(self.book, record.records)
        if not names or record.calendar:
            return not names
        what = f"The case names no calendar for {record.file}, but opening hours count in {', '.join(names)}."
        where = self.case.document.where(("records", self.case.file.records.index(record)))
        fix = "Add `calendar: calendars/office.yaml` to these records."
        self.problems.add("SM315", what, where=where, fix=fix)
        return False

    def _calendar(self, name: str) -> Calendar:
        path = self.case.path(name)
        with located(name, path.name):
            return read_calendar(path)

    def _check_sites(self, file: str, table: pa.Table, column: str, sites: Sequence[Site]) -> None:
        known = [site.id for site in sites]
        if not known or column not in table.column_names:
            return
        import pyarrow.compute as pc  # heavy leaf

        counts = {str(entry["values"]): entry["counts"] for entry in pc.value_counts(table.column(column)).to_pylist()
                  if entry["values"] is not None}  # fmt: skip
        for name in sorted(set(counts) - set(known)):
            what = f'The list of sites has no "{name}", which stands in {counts[name]:,} rows.'
            fix = f"{nearest(name, known)} Correct the name, or add the site to the list."
            self.problems.add("SM318", what, where=f"{file}, column {column}", fix=fix)

    def _evidence(self, sites: tuple[Site, ...]) -> Evidence:
        case, file, edition = self.case, self.case.file, self.book.edition
        organization = file.organization
        judgements = read_judgements(case, edition, sites, self.problems)
        self.imports |= judgements.imports
        return Evidence(
            as_of=file.as_of,
            employees=organization.employees,
            sector=organization.sector,
            modules=None if organization.modules is None else frozenset(organization.modules),
            sites=tuple(site.id for site in sites if not site.central),
            visited=visited_sites(sites, judgements.marks),
            facts=read_facts(case, edition, self.problems),
            documents=read_documents(case, edition, self.problems),
            persons=read_persons(case, edition, self.problems),
            actions=read_actions(case, edition, self.problems),
            measures=self.measures,
            judgements=judgements.marks,
            waivers={waiver.gate: waiver.reason for waiver in file.waivers},
        )


@contextmanager
def _naming_mapping(record: RecordFile) -> Iterator[None]:
    """Name the mapping file in cures: measures only know that there is one."""
    try:
        yield
    except SealmarkError as error:
        named = [replace(item, fix=item.fix.replace("the mapping file", record.mapping)) for item in error.problems]
        raise SealmarkError(*named) from error


def _with_unasked(table: pa.Table, survey: SurveyFile) -> pa.Table:
    """Return the table with an empty column for every item that was declared as not asked."""
    import pyarrow as pa  # slow import, only with survey data

    for item in survey.not_asked:
        if item not in table.column_names:
            table = table.append_column(item, pa.nulls(table.num_rows, pa.int64()))
    return table
