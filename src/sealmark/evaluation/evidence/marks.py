"""Assessors' marks: read from the judgement tables of a case, checked against the scheme's scales."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal

from sealmark.assess.evidence import Mark
from sealmark.core.canonical import Json, to_json
from sealmark.core.errors import ProblemList
from sealmark.evaluation.case import Case, MarkFile
from sealmark.evaluation.evidence.rows import Columns, Row, read_rows
from sealmark.evaluation.evidence.tables import Site, refuse_future
from sealmark.measure.imports.profile import Reconciliation, SetAside
from sealmark.scheme.edition import Edition
from sealmark.scheme.requirements import Scale
from sealmark.scheme.rules import JudgementRule, SampleRule

__all__ = ["Judgements", "read_judgements", "requirements_to_mark"]

_COLUMNS = Columns(
    ("requirement", "mark"), ("legal", "site", "assessor", "dimension", "unit", "units", "mode", "date", "note")
)
_SAID = tuple(name for name in _COLUMNS.known if name != "legal")
"""Columns that say something; ``legal`` only reminds the assessor of the marks there are."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_MOST_UNITS = 100_000
_SHOWN = 5


@dataclass(frozen=True)
class Judgements:
    """Marks by requirement, and what became of the rows of each table."""

    marks: dict[str, tuple[Mark, ...]] = field(default_factory=dict)
    imports: dict[str, dict[str, Json]] = field(default_factory=dict)


def read_judgements(case: Case, edition: Edition, sites: Sequence[Site], problems: ProblemList) -> Judgements:
    """Return the marks. Requirements, sites, marks, dates and repetitions are checked row by row.

    Tables are read in the order of their names, so that the order in case.yaml does not matter.
    """
    reader = _Marks(case, edition, [site.id for site in sites], problems)
    for table in sorted(case.file.judgements, key=lambda item: (item.file, item.mapping or "")):
        reader.read(table)
    return Judgements({name: tuple(marks) for name, marks in reader.marks.items()}, reader.imports)


def requirements_to_mark(edition: Edition) -> tuple[str, ...]:
    """Return the requirements that assessors judge by marks or by a drawn sample."""
    kinds = (JudgementRule, SampleRule)
    asked = edition.requirements.items()
    return tuple(name for name, item in asked if any(isinstance(rule, kinds) for rule in item.evidence))


@dataclass(frozen=True)
class _Seen:
    """What was said first, and where."""

    mark: str
    cells: tuple[str, ...]
    where: str


class _Marks:
    """One pass over the judgement tables."""

    def __init__(self, case: Case, edition: Edition, sites: Sequence[str], problems: ProblemList) -> None:
        self.case = case
        self.edition = edition
        self.sites = sites
        self.problems = problems
        self.marks: dict[str, list[Mark]] = {}
        self.imports: dict[str, dict[str, Json]] = {}
        self._seen: dict[tuple[str, ...], _Seen] = {}

    def read(self, table: MarkFile) -> None:
        found = read_rows(self.case, table, _COLUMNS, self.problems)
        self._check_number(table, len(found.rows))
        repeated = []
        for row in found.rows:
            mark = self._mark(row)
            if mark is not None and self._repeats(row, mark):
                repeated.append(row.number)
            elif mark is not None:
                self.marks.setdefault(row.text("requirement"), []).append(mark)
        if found.imported is not None:
            result = found.imported
            told: dict[str, Json] = {
                "reconciliation": result.reconciliation.to_json(),
                "profile": result.profile.to_json(),
            }
            self.imports[table.file] = told
        elif found.rows:
            self.imports[table.file] = {"reconciliation": _reconciled(table.file, len(found.rows), repeated)}

    def _check_number(self, table: MarkFile, rows: int) -> None:
        """Note a table that has not the number of marks that were handed in; nothing is known of one without rows."""
        if table.marks is not None and table.marks != rows and rows:
            what = f"{table.marks:,} marks were handed in, the table has {rows:,} rows of marks."
            fix = "Put back the rows that are missing, or correct `marks` if more were judged since."
            self.problems.add("SM343", what, where=table.file, fix=fix)

    def _mark(self, row: Row) -> Mark | None:
        name = row.one_of("requirement", list(self.edition.requirements))
        site = row.one_of("site", self.sites) if self.sites and row.text("site") else row.text("site") or "head-office"
        self._check_date(row)
        if name not in self.edition.requirements:
            return None
        asked = self.edition.requirements[name].evidence
        rule = next((item for item in asked if isinstance(item, JudgementRule | SampleRule)), None)
        if rule is None:
            what = f'The requirement "{name}" is not judged by marks.'
            row.refuse("SM310", what, "Remove the row.", "requirement")
            return None
        return self._judged(row, rule, site)

    def _judged(self, row: Row, rule: JudgementRule | SampleRule, site: str) -> Mark:
        asked = rule.marks if isinstance(rule, JudgementRule) else ()
        dimension = row.one_of("dimension", asked) if asked else None
        if not asked and row.text("dimension"):
            name, given = row.text("requirement"), row.text("dimension")
            what = f'The requirement "{name}" has one mark, not one for "{given}".'
            row.refuse("SM308", what, "Leave the cell empty.", "dimension")
        scale = self.edition.scales[rule.judgement if isinstance(rule, JudgementRule) else rule.sample]
        value = row.read("mark", lambda text: _legal_mark(scale, text), _legal_marks(scale))
        return Mark(value, site, row.text("assessor"), dimension, self._units(row, rule), row.where)

    def _units(self, row: Row, rule: JudgementRule | SampleRule) -> int:
        units = row.whole("units", 1, _MOST_UNITS) or 1
        if units > 1 and isinstance(rule, JudgementRule):
            what = f'The requirement "{row.text("requirement")}" is judged as a whole, not by drawn units.'
            row.refuse("SM307", what, "Leave the cell empty.", "units")
        return units

    def _check_date(self, row: Row) -> None:
        day, period = row.day("date"), self.case.file.period
        refuse_future(row, "date", self.case)
        if day is not None and day < period.start:
            what = f"{day} lies before the period, which begins on {period.start}."
            row.refuse("SM312", what, "Correct the date, or the period in case.yaml.", "date")

    def _repeats(self, row: Row, mark: Mark) -> bool:
        """Tell whether the row repeats an earlier one; note it when the two contradict each other."""
        named = [row.text("requirement"), mark.site, mark.assessor, mark.dimension or "", row.text("unit")]
        key = (*named, row.text("mode"))
        now = _Seen(f"{mark.mark} x {mark.units}", tuple(row.text(name) for name in _SAID), row.where)
        before = self._seen.setdefault(key, now)
        if before is now:
            return False
        about = ", ".join(part for part in (*named, row.text("mode")) if part)
        if self._is_sample(row) and not row.text("unit"):
            what = f"Several units of {about} have no name to tell them apart."
            fix = "Name each in the column `unit`, or write alike ones in one row with their number in `units`."
            row.refuse("SM313", what, fix, "unit")
        elif before.cells != now.cells:
            fix = f"Keep one; the other is in {before.where}."
            row.refuse("SM313", f"Two marks for {about}: {_both(before.mark, now.mark)}.", fix, "mark")
        return True

    def _is_sample(self, row: Row) -> bool:
        rules = self.edition.requirements[row.text("requirement")].evidence
        return any(isinstance(rule, SampleRule) for rule in rules)


def _both(before: str, now: str) -> str:
    first, second = (text.removesuffix(" x 1").replace("None", "empty") for text in (before, now))
    return f'twice "{first}", in rows that are not alike' if first == second else f'"{first}" and "{second}"'


def _reconciled(file: str, rows: int, repeated: Sequence[int]) -> dict[str, Json]:
    reason = "exact copy of an earlier row"
    aside = (SetAside("duplicate", reason, len(repeated), tuple(repeated[:_SHOWN])),) if repeated else ()
    used = rows - len(repeated)
    json = to_json(asdict(Reconciliation(file, {}, rows, used, aside, used)))
    assert isinstance(json, dict)
    return json


def _legal_mark(scale: Scale, text: str) -> str | Decimal:
    if scale.levels:
        if text not in {level.code for level in scale.levels}:
            raise ValueError(text)
        return text
    if not _NUMBER.match(text):
        raise ValueError(text)
    value = Decimal(text)
    assert scale.lowest is not None
    assert scale.highest is not None
    if not scale.lowest <= value <= scale.highest or (value - scale.lowest) % scale.step:
        raise ValueError(text)
    return value


def _legal_marks(scale: Scale) -> str:
    if scale.levels:
        return ", ".join(level.code for level in scale.levels) + "; empty when not marked"
    return f"{scale.lowest} to {scale.highest} in steps of {scale.step}; empty when not marked"
