"""Make up a whole case folder for any edition: for demos, tests and learning. Never evidence.

A profile says how good the invented organization is; the generator draws
answers, records and marks from simple distributions with a seed. What it
writes is labelled ``made_up: true``, and every report of it says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from pydantic import Field

from sealmark.core.documents import parse_yaml, read_model
from sealmark.evaluation.evidence.prior_group import PriorGroup, prior_group_text
from sealmark.evaluation.writing import csv_text
from sealmark.scheme.edition import Edition
from sealmark.scheme.figures import FactInput, Id, Name, Part
from sealmark.scheme.measures import Instrument, Item
from sealmark.scheme.requirements import Requirement, Scale
from sealmark.scheme.rules import JudgementRule, SampleRule

__all__ = ["ExampleProfile", "make_example", "read_profile"]

_DAY = 86_400
_SKIPPED = 0.04
"""Chance that an item which allows it is left unanswered."""
_CALENDAR = """\
# Opening hours of the made-up organization.
time_zone: Europe/London
weekly:
  monday: ["09:00-17:30"]
  tuesday: ["09:00-17:30"]
  wednesday: ["09:00-17:30"]
  thursday: ["09:00-17:30"]
  friday: ["09:00-17:00"]
"""


class SurveyProfile(Part):
    """How respondents answer."""

    respondents: int = Field(ge=2)
    mean: float = 8.0
    """Where ratings centre, on the item's own scale turned to 1-10."""
    spread: float = 1.6
    answers: dict[Id, dict[int, float]] = {}
    """Chances of the codes of an item."""
    means: dict[Id, float] = {}
    """Items that centre elsewhere."""


class RecordProfile(Part):
    """How service runs."""

    number: int = Field(ge=1)
    response_hours: float = 3.0
    """Median hours to the first response."""
    resolution_hours: float = 24.0
    spread: float = 0.8
    """Standard deviation of the logarithm of a duration."""
    promised_hours: float = 72.0
    open_share: float = 0.02
    repeat_share: float = 0.05
    values: dict[Id, dict[str, float]] = {}
    """Chances of the values of further columns."""


class ExampleProfile(Part):
    """A made-up organization."""

    scheme: str
    overlay: str | None = None
    organization: Name
    employees: int
    sector: Id | None = None
    modules: tuple[Id, ...] = ()
    label: Literal["self-assessment", "rehearsal", "example"] = "example"
    as_of: dt.date
    start: dt.date
    end: dt.date
    seed: int = 1
    sites: tuple[Name, ...] = ()
    visited: int = 0
    surveys: dict[Id, SurveyProfile] = {}
    records: dict[Id, RecordProfile] = {}
    good_marks: float = 0.9
    """Chance that a mark is the best of its scale; lower marks share the rest."""
    marks: dict[Id, str | Decimal | int] = {}
    """Requirements whose mark is fixed."""
    units: int = 12
    """Units per site in a judged sample."""
    facts: dict[Id, FactInput] = {}
    documents_dated: dt.date
    documents_absent: tuple[Id, ...] = ()
    persons: dict[Id, int] = {}
    actions: dict[Literal["planned", "done", "effective"], int] = {}
    prior_group: PriorGroup | None = None
    """Organizations alike, made up as well."""
    note: str = "Made up by `sealmark demo`; no real organization is meant."


def read_profile(path: Path) -> ExampleProfile:
    """Return the profile in a YAML file."""
    return read_model(parse_yaml(path.read_bytes(), path.name), ExampleProfile, code="SM304")


def make_example(profile: ExampleProfile, edition: Edition, folder: Path) -> None:
    """Write a case folder made up after ``profile``; the same seed writes the same files."""
    files = _Maker(profile, edition).files()
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8", newline="\n")


class _Maker:
    """Draws the files of one example."""

    def __init__(self, profile: ExampleProfile, edition: Edition) -> None:
        self.profile = profile
        self.edition = edition
        self.random = np.random.default_rng(profile.seed)
        self.sites = [f"site-{number:02d}" for number in range(1, len(profile.sites) + 1)]
        # Sites differ a little, as real ones do.
        self.quality = dict(zip(self.sites, self.random.normal(0, 0.35, len(self.sites)), strict=True))

    def files(self) -> dict[str, str]:
        files = {"sites.csv": self._sites()} if self.sites else {}
        for name, survey in self.profile.surveys.items():
            files[f"surveys/{name}.csv"] = self._survey(self.edition.instruments[name], survey)
        for name, record in self.profile.records.items():
            files[f"records/{name}.csv"] = self._records(name, record)
            files[f"mappings/{name}.yaml"] = self._mapping(name)
        if self.profile.records:
            files["calendars/office.yaml"] = _CALENDAR
        files["judgements.csv"] = self._judgements()
        files |= {"facts.yaml": self._facts(), "documents.csv": self._documents()}
        files |= {"persons.csv": self._persons(), "actions.csv": self._actions()}
        if self.profile.prior_group:
            files["prior_group.yaml"] = prior_group_text(self.profile.prior_group)
        return files | {"case.yaml": self._case(files)}

    def _sites(self) -> str:
        visited = set(self.random.permutation(self.sites)[: self.profile.visited].tolist())
        rows = [
            [site, name, "north" if number % 2 else "south", "yes" if site in visited else "no"]
            for number, (site, name) in enumerate(zip(self.sites, self.profile.sites, strict=True))
        ]
        self.visited = sorted(visited)
        return csv_text(["site", "name", "stratum", "visited"], rows)

    def _survey(self, instrument: Instrument, survey: SurveyProfile) -> str:
        rows = []
        for number in range(survey.respondents):
            site = self.sites[number % len(self.sites)] if self.sites else ""
            answers = self._answers(instrument, survey, self.quality.get(site, 0.0))
            rows.append([f"r{number + 1:05d}", site, *answers])
        return csv_text(["respondent", "site", *(item.id for item in instrument.items)], rows)

    def _answers(self, instrument: Instrument, survey: SurveyProfile, quality: float) -> list[object]:
        mood = quality + self.random.normal(0, 0.6)
        given: dict[str, int | None] = {}
        for item in instrument.items:
            asked = item.ask_if is None or given.get(item.ask_if.item) in item.ask_if.equals
            skipped = (item.dont_know or item.not_applicable) and self.random.random() < _SKIPPED
            given[item.id] = self._answer(item, survey, mood) if asked and not skipped else None
        return ["" if answer is None else answer for answer in given.values()]

    def _answer(self, item: Item, survey: SurveyProfile, mood: float) -> int:
        if item.id in survey.answers:
            codes = survey.answers[item.id]
            chances = np.array(list(codes.values()))
            return int(self.random.choice(list(codes), p=chances / chances.sum()))
        if item.choices:
            return int(self.random.choice(item.choices))
        centre = survey.means.get(item.id, survey.mean) + mood
        share = (self.random.normal(centre, survey.spread) - 1) / 9
        if item.direction == "lower-is-better" and item.id not in survey.means:
            share = 1 - share
        value = round(item.lowest + share * (item.highest - item.lowest))
        return int(min(max(value, item.lowest), item.highest))

    def _records(self, name: str, record: RecordProfile) -> str:
        rows = [self._record(name, record, number) for number in range(record.number)]
        for number in range(1, len(rows)):
            if self.random.random() < record.repeat_share:
                # The same customer and asset come back.
                for column in ("customer", "asset"):
                    rows[number][column] = rows[number - 1][column]
        columns = list(rows[0])
        return csv_text(columns, [[row[column] for column in columns] for row in rows])

    def _record(self, name: str, record: RecordProfile, number: int) -> dict[str, object]:
        span = (self.profile.end - self.profile.start).days * _DAY
        start = dt.datetime.combine(self.profile.start, dt.time(9))
        opened = start + dt.timedelta(
            seconds=int(number / record.number * (span - 20 * _DAY)) + int(self.random.integers(0, 7 * 3600))
        )
        responded = opened + self._hours(record.response_hours, record.spread)
        resolved = max(responded, opened + self._hours(record.resolution_hours, record.spread))
        is_open = self.random.random() < record.open_share
        end = "" if is_open else _stamp(resolved)
        row: dict[str, object] = {
            "case": f"{name[:3]}-{number + 1:05d}",
            "opened": _stamp(opened),
            "first_response": _stamp(responded),
            "resolved": end,
            "closed": end,
            "promised": _stamp(opened + dt.timedelta(hours=record.promised_hours)),
            "delivered": end,
            "status": "open" if is_open else "closed",
            "site": self.sites[number % len(self.sites)] if self.sites else "",
            "customer": f"c{int(self.random.integers(0, record.number * 3)):06d}",
            "asset": f"a{int(self.random.integers(0, record.number * 3)):06d}",
        }
        for column, chances in {**self._filters(name), **record.values}.items():
            weights = np.array(list(chances.values()), dtype=float)
            row[column] = str(self.random.choice(list(chances), p=weights / weights.sum()))
        return row

    def _filters(self, name: str) -> dict[str, dict[str, float]]:
        """Values that the scheme's filters look for, equally likely."""
        found: dict[str, dict[str, float]] = {}
        for measure in self.edition.measures.values():
            if measure.records == name:
                for part in measure.where:
                    found.setdefault(part.column, {}).update(dict.fromkeys(part.values, 1.0))
                if measure.formula.column:
                    wanted = found.setdefault(measure.formula.column, {})
                    wanted.update(dict.fromkeys(measure.formula.values, 1.0))
        return found

    def _hours(self, median: float, spread: float) -> dt.timedelta:
        return dt.timedelta(hours=float(median * np.exp(self.random.normal(0, spread))))

    def _mapping(self, name: str) -> str:
        header = self._records(name, self.profile.records[name].model_copy(update={"number": 2})).splitlines()[0]
        stamps = {"opened", "first_response", "resolved", "closed", "promised", "delivered"}
        columns = {
            column: {"from": column, "type": "datetime" if column in stamps else "text"} for column in header.split(",")
        }
        mapping = {"title": f"{name} of the made-up help desk", "layout": "cases", "columns": columns}
        mapping["dates"] = {"time_zone": "Europe/London"}
        return "# How the columns of the export become our columns.\n" + _yaml(mapping)

    def _judgements(self) -> str:
        rows: list[list[object]] = []
        for name, requirement in self.edition.requirements.items():
            rows += [[name, *rest] for rest in self._marks(name, requirement)]
        return csv_text(["requirement", "site", "assessor", "dimension", "unit", "mark"], rows)

    def _marks(self, name: str, requirement: Requirement) -> Iterable[list[object]]:
        places = getattr(self, "visited", []) or ["head-office"]
        for rule in requirement.evidence:
            if isinstance(rule, JudgementRule):
                scale = self.edition.scales[rule.judgement]
                for site in places:
                    for mark in rule.marks or ("",):
                        yield [site, "A. Example", mark, "", self._mark(name, scale, site)]
            elif isinstance(rule, SampleRule):
                scale = self.edition.scales[rule.sample]
                for site in places:
                    for unit in range(1, self.profile.units + 1):
                        yield [site, "A. Example", "", f"u{unit:02d}", self._mark(name, scale, site)]

    def _mark(self, name: str, scale: Scale, site: str) -> object:
        if name in self.profile.marks:
            return self.profile.marks[name]
        chance = min(max(self.profile.good_marks + self.quality.get(site, 0.0) * 0.1, 0.0), 1.0)
        if scale.levels:
            return self._level(scale, chance)
        assert scale.lowest is not None
        assert scale.highest is not None
        share = float(np.clip(self.random.normal(chance, 0.08), 0, 1))
        steps = round(share * float((scale.highest - scale.lowest) / scale.step))
        return scale.lowest + steps * scale.step

    def _level(self, scale: Scale, chance: float) -> str:
        ranked = sorted(scale.levels, key=lambda level: level.share if isinstance(level.share, Decimal) else Decimal(0))
        best = [level.code for level in ranked if level.share == ranked[-1].share]
        others = [level.code for level in ranked if level.code not in best]
        if not others or self.random.random() < chance:
            return str(self.random.choice(best))
        # The next best is far more likely than the worst.
        weights = np.array([4.0**place for place in range(len(others))])
        return str(self.random.choice(others, p=weights / weights.sum()))

    def _facts(self) -> str:
        return "# Declared facts, verified by the assessor.\n" + _yaml({"facts": dict(self.profile.facts)})

    def _documents(self) -> str:
        rows = [
            [name, "" if name in self.profile.documents_absent else self.profile.documents_dated]
            for name in self.edition.declarations.documents
        ]
        return csv_text(["document", "dated"], rows)

    def _persons(self) -> str:
        obtained = self.profile.start - dt.timedelta(days=90)
        rows = [[name, obtained, number] for name, number in self.profile.persons.items()]
        return csv_text(["credential", "obtained", "number"], rows)

    def _actions(self) -> str:
        rows = [
            [f"action {number} ({state})", self.profile.end, state]
            for state, count in self.profile.actions.items()
            for number in range(1, count + 1)
        ]
        return csv_text(["action", "due", "state"], rows)

    def _case(self, files: Mapping[str, str]) -> str:
        profile = self.profile
        case: dict[str, object] = {
            "scheme": profile.scheme,
            "label": profile.label,
            "made_up": True,
            "organization": {"name": profile.organization, "employees": profile.employees},
            "as_of": profile.as_of,
            "period": {"start": profile.start, "end": profile.end},
            "seed": profile.seed,
        }
        organization = case["organization"]
        assert isinstance(organization, dict)
        if profile.sector:
            organization["sector"] = profile.sector
        if profile.modules:
            organization["modules"] = list(profile.modules)
        if profile.overlay:
            case["overlay"] = profile.overlay
        case |= self._evidence(files)
        if profile.prior_group:
            case["prior_group"] = "prior_group.yaml"
        return f"# {profile.note}\n" + _yaml(case)

    def _evidence(self, files: Mapping[str, str]) -> dict[str, object]:
        site = {"site": "site"} if self.sites else {}
        found: dict[str, object] = {"sites": "sites.csv"} if self.sites else {}
        found["surveys"] = [
            {"instrument": name, "file": f"surveys/{name}.csv", **site} for name in self.profile.surveys
        ]
        found["records"] = [
            {
                "records": name,
                "file": f"records/{name}.csv",
                "mapping": f"mappings/{name}.yaml",
                "calendar": "calendars/office.yaml",
            }
            for name in self.profile.records
        ]
        found["judgements"] = ["judgements.csv"] if files["judgements.csv"].count("\n") > 1 else []
        found["facts"] = "facts.yaml"
        for table in ("documents", "persons", "actions"):
            if files[f"{table}.csv"].count("\n") > 1:
                found[table] = f"{table}.csv"
        return {key: value for key, value in found.items() if value}


def _stamp(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _yaml(content: Mapping[str, object]) -> str:
    return yaml.safe_dump(_plain(content), sort_keys=False, allow_unicode=True, width=100)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
