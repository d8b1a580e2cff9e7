"""Begin a case folder: every file in place, commented, ready to be filled in.

A new folder can be evaluated at once: the result is "not determined" with the
list of everything that is missing.
"""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from sealmark.core.errors import Problem, SealmarkError
from sealmark.evaluation.evidence.record_columns import in_opening_hours, record_columns
from sealmark.evaluation.writing import csv_text, write_files
from sealmark.measure.imports.headings import column_lines
from sealmark.scheme.edition import DeclaredFact, Edition
from sealmark.scheme.requirements import Band
from sealmark.scheme.rules import JudgementRule, SampleRule
from sealmark.scheme.walking import changes_asked
from sealmark.scheme.wording import Language, Wording

__all__ = ["case_files", "new_case"]

_CALENDAR = """\
# Opening hours, for measures in business time. Times are those of the time zone.
time_zone: Europe/London
weekly:
  monday: ["09:00-17:30"]
  tuesday: ["09:00-17:30"]
  wednesday: ["09:00-17:30"]
  thursday: ["09:00-17:30"]
  friday: ["09:00-17:30"]
# holidays: [2026-12-25, 2026-12-26]
# special_days:
#   - {date: 2026-12-24, hours: ["09:00-12:00"]}
"""

_SURVEY_WAVES = 'the scheme compares two waves of it: add waves: {column: year, before: ["2025"], after: ["2026"]}'
_RECORD_WAVES = "the scheme compares two periods of them: add waves: {before: {start, end}, after: {start, end}}"

_HEADINGS = {
    "case": "Number",
    "opened": "Created",
    "ordered": "Ordered",
    "first_response": "First answer",
    "resolved": "Solved",
    "closed": "Closed",
    "promised": "Promised for",
    "delivered": "Delivered",
    "site": "Branch",
}
"""What exports often call our columns."""


def new_case(
    folder: Path, edition: Edition, *, as_of: dt.date, language: Language = "en", pack: str = ""
) -> tuple[str, ...]:
    """Write a case folder to fill in and return the names of its files.

    Args:
        folder: A new or empty folder.
        edition: What the case is under.
        as_of: The day of the evaluation.
        language: Of the comments.
        pack: How a pack that is not installed is reached from the case folder; empty for an installed one.

    Raises:
        SealmarkError: SM605 the folder is not empty; SM601 it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = f'The folder "{folder.name}" is not empty; nothing was written.'
        raise SealmarkError(Problem("SM605", what, str(folder), "Name a new folder."))
    files = case_files(edition, as_of=as_of, language=language, pack=pack)
    write_files(folder, {name: text.encode() for name, text in files.items()})
    if edition.declarations.records:
        (folder / "records").mkdir(exist_ok=True)
    return tuple(files)


def case_files(edition: Edition, *, as_of: dt.date, language: Language = "en", pack: str = "") -> dict[str, str]:
    """Return the text of every file of a new case by its name; arguments as in :func:`new_case`."""
    wording = edition.wording.get(language) or next(iter(edition.wording.values()))
    files = {
        "case.yaml": _case(edition, wording, as_of, pack),
        "sites.csv": csv_text(
            ["site", "name", "stratum", "visited", "central"], [["head-office", "Head office", "", "yes", "yes"]]
        ),
        "facts.yaml": _facts(edition, wording),
        "judgements.csv": _judgements(edition, wording),
        **{f"{name}.csv": csv_text(columns, []) for name, columns in _tables(edition).items()},
    }
    for name, instrument in edition.instruments.items():
        files[f"surveys/{name}.csv"] = csv_text(["respondent", "site", *(item.id for item in instrument.items)], [])
    for name in edition.declarations.records:
        files[f"mappings/{name}.yaml"] = _mapping(edition, name)
    if any(in_opening_hours(edition, name) for name in edition.declarations.records):
        files["calendars/office.yaml"] = _CALENDAR
    return files


def _tables(edition: Edition) -> dict[str, tuple[str, ...]]:
    """Return the further tables the scheme can use, with their headings."""
    found: dict[str, tuple[str, ...]] = {}
    if edition.declarations.documents:
        found["documents"] = ("document", "dated", "valid_until", "note")
    if edition.declarations.credentials:
        found["persons"] = ("credential", "obtained", "expires", "number")
    return found | {"actions": ("action", "due", "state", "requirement")}


def _case(edition: Edition, wording: Wording, as_of: dt.date, pack: str) -> str:
    option = f" --scheme {shlex.quote(pack)}" if pack else ""
    # Twelve whole months and the days since: a year of seasons, whatever the day.
    first = as_of.replace(day=1)
    start = first.replace(year=first.year - 1)
    return "\n".join(
        [
            f"# {wording.title}",
            f"# Fill in, then run: sealmark case check .{option}   and: sealmark evaluate .{option}",
            f"scheme: {edition.id}" + (f"      # not installed, so every command needs{option}" if pack else ""),
            *_overlay_lines(edition),
            "label: self-assessment            # or: evaluation, rehearsal, example",
            "organization:",
            "  name: Name of your organization",
            "  # employees: 120                 # decides the size class",
            *_choice("sector", edition.manifest.sectors),
            *_choice("modules", edition.manifest.modules, several=True),
            f"as_of: {as_of}                 # the day for which the grade is stated",
            f"period: {{start: {start}, end: {as_of}}}",
            f"seed: {as_of:%Y%m%d}                   # for the draws behind the grade probabilities",
            "sites: sites.csv",
            "facts: facts.yaml",
            "judgements: [judgements.csv]      # one row per mark; leave a mark empty when it was not judged",
            *_evidence(edition),
            "",
        ]
    )


def _overlay_lines(edition: Edition) -> Iterator[str]:
    for name, overlay in edition.overlays.items():
        yield f"# overlay: {name}      # {overlay.kind} figures by {overlay.supplied_by}"


def _choice(key: str, legal: Sequence[str], *, several: bool = False) -> list[str]:
    if not legal:
        return []
    sample = f"[{', '.join(legal[:2])}]" if several else legal[0]
    return [f"  # {key}: {sample}      # legal: {', '.join(legal)}"]


def _evidence(edition: Edition) -> Iterator[str]:
    if edition.instruments:
        yield "# surveys:                        # answers; add `mapping:` when the columns have other names"
    asked = [edition.measures[name] for name in sorted(changes_asked(edition)) if name in edition.measures]
    for name in edition.instruments:
        yield f"#   - {{instrument: {name}, file: surveys/{name}.csv, site: site}}"
        if any(measure.instrument == name for measure in asked):
            yield f"#   # {_SURVEY_WAVES}"
    if edition.declarations.records:
        yield "# records:                        # put your exports into the folder records/, then check their mappings"
    for name in edition.declarations.records:
        calendar = ", calendar: calendars/office.yaml" if in_opening_hours(edition, name) else ""
        yield f"#   - {{records: {name}, file: records/{name}.csv, mapping: mappings/{name}.yaml{calendar}}}"
        if any(measure.records == name for measure in asked):
            yield f"#   # {_RECORD_WAVES}"
    if edition.declarations.documents:
        yield f"# documents: documents.csv         # {', '.join(edition.declarations.documents)}"
    if edition.declarations.credentials:
        named = ", ".join(edition.declarations.credentials)
        yield f"# persons: persons.csv             # {named}; a table without rows says: nobody"
    yield "# actions: actions.csv             # state: planned, done, effective; a table without rows says: none"


def _facts(edition: Edition, wording: Wording) -> str:
    lines = ["# Declared facts. null means: not declared. The assessor verifies each.", "facts:"]
    for name, fact in edition.declarations.facts.items():
        lines.append(f"  # {wording.facts.get(name, name)}  [{_legal(fact)}]")
        lines.append(f"  {name}: null")
    return "\n".join(lines if len(lines) > 2 else ["facts: {}"]) + "\n"  # noqa: PLR2004 - the two heading lines


def _legal(fact: DeclaredFact) -> str:
    return (
        ", ".join(fact.choices)
        if fact.choices
        else {"boolean": "true or false", "date": "2026-01-31"}.get(fact.type, "number")
    )


def _judgements(edition: Edition, wording: Wording) -> str:
    rows = []
    for name, requirement in edition.requirements.items():
        for rule in requirement.evidence:
            if isinstance(rule, JudgementRule):
                legal = _marks(rule.judgement, edition, wording)
                rows += [[name, legal, "head-office", "", mark, "", "", ""] for mark in rule.marks or ("",)]
            elif isinstance(rule, SampleRule):
                rows.append([name, _marks(rule.sample, edition, wording), "head-office", "", "", "u01", "", ""])
    return csv_text(["requirement", "legal", "site", "assessor", "dimension", "unit", "mark", "note"], rows)


def _marks(name: str, edition: Edition, wording: Wording) -> str:
    """Return what may be written on a scale, with the words of its bands."""
    scale, words = edition.scales[name], wording.scales.get(name, {})
    if scale.levels:
        return " | ".join(level.code for level in scale.levels)
    bands = [f"{_span(band)} {words.get(band.id, band.id)}" for band in scale.bands]
    return f"{scale.lowest} to {scale.highest}" + (f" ({'; '.join(bands)})" if bands else "")


def _span(band: Band) -> str:
    return str(band.lowest) if band.lowest == band.highest else f"{band.lowest} to {band.highest}"


def _mapping(edition: Edition, name: str) -> str:
    lines = [
        f"# How the export of your {name} becomes our columns: write your headings after `from:`.",
        f"# Drafted for a given file: sealmark case map FILE --records {name} --scheme {edition.id}",
        f"title: {name}",
        "layout: cases                     # or: events (one row per event)",
        '# file: {encoding: windows-1251, delimiter: ";"}',
        '# numbers: {decimal: ","}',
        "dates: {time_zone: Europe/London} # add `order: dmy` for 31.01.2026",
        "columns:",
    ]
    for column in record_columns(edition, name):
        heading = _HEADINGS.get(column.name, column.name.replace("_", " ").replace("-", " ").capitalize())
        lines += column_lines(column, heading)
    return "\n".join(lines) + "\n"
