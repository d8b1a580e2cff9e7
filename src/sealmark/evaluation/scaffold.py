"""Begin a case folder: every file in place, commented, ready to be filled in.

A new folder can be evaluated at once: the result is "not determined" with the
list of everything that is missing.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sealmark.core.errors import Problem, SealmarkError
from sealmark.evaluation.writing import write_files
from sealmark.scheme.edition import DeclaredFact, Edition
from sealmark.scheme.requirements import Scale
from sealmark.scheme.rules import JudgementRule, SampleRule
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

_RECORD_COLUMNS = {
    "case": ("Ticket number", "text"),
    "opened": ("Created", "datetime"),
    "first_response": ("First answer", "datetime"),
    "resolved": ("Solved", "datetime"),
    "customer": ("Customer", "text"),
    "site": ("Branch", "text"),
}


def new_case(folder: Path, edition: Edition, *, as_of: dt.date, language: Language = "en") -> tuple[str, ...]:
    """Write a case folder to fill in and return the names of its files.

    Raises:
        SealmarkError: SM605 the folder is not empty; SM601 it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = f'The folder "{folder.name}" is not empty; nothing was written.'
        raise SealmarkError(Problem("SM605", what, str(folder), "Name a new folder."))
    files = case_files(edition, as_of=as_of, language=language)
    write_files(folder, {name: text.encode() for name, text in files.items()})
    return tuple(files)


def case_files(edition: Edition, *, as_of: dt.date, language: Language = "en") -> dict[str, str]:
    """Return the text of every file of a new case by its name."""
    wording = edition.wording.get(language) or next(iter(edition.wording.values()))
    files = {
        "case.yaml": _case(edition, wording, as_of),
        "sites.csv": _csv(
            ["site", "name", "stratum", "visited", "central"], [["head-office", "Head office", "", "yes", "yes"]]
        ),
        "facts.yaml": _facts(edition, wording),
        "judgements.csv": _judgements(edition),
        "documents.csv": _csv(["document", "dated", "valid_until", "note"], []),
        "persons.csv": _csv(["credential", "obtained", "expires", "number"], []),
        "actions.csv": _csv(["action", "due", "state", "requirement"], []),
    }
    for name, instrument in edition.instruments.items():
        files[f"surveys/{name}.csv"] = _csv(["respondent", "site", *(item.id for item in instrument.items)], [])
    for name in edition.declarations.records:
        files[f"mappings/{name}.yaml"] = _mapping(name)
    if edition.declarations.records:
        files["calendars/office.yaml"] = _CALENDAR
    return files


def _case(edition: Edition, wording: Wording, as_of: dt.date) -> str:
    start = as_of.replace(day=1) - dt.timedelta(days=180)
    return "\n".join(
        [
            f"# {wording.title}",
            "# Fill in, then run: sealmark case check .   and: sealmark evaluate .",
            f"scheme: {edition.id}",
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
    for name in edition.instruments:
        yield f"#   - {{instrument: {name}, file: surveys/{name}.csv, site: site}}"
    if edition.declarations.records:
        yield "# records:                        # exports of your help desk, mapped onto our columns"
    for name in edition.declarations.records:
        mapped = f"mapping: mappings/{name}.yaml, calendar: calendars/office.yaml"
        yield f"#   - {{records: {name}, file: records/{name}.csv, {mapped}}}"
    yield f"# documents: documents.csv         # {', '.join(edition.declarations.documents)}"
    if edition.declarations.credentials:
        yield f"# persons: persons.csv             # {', '.join(edition.declarations.credentials)}"
    yield "# actions: actions.csv             # state: planned, done, effective"


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


def _judgements(edition: Edition) -> str:
    rows = []
    for name, requirement in edition.requirements.items():
        for rule in requirement.evidence:
            if isinstance(rule, JudgementRule):
                legal = _marks(edition.scales[rule.judgement])
                rows += [[name, "head-office", "", mark, "", "", legal] for mark in rule.marks or ("",)]
            elif isinstance(rule, SampleRule):
                rows.append([name, "head-office", "", "", "u01", "", _marks(edition.scales[rule.sample])])
    return _csv(["requirement", "site", "assessor", "dimension", "unit", "mark", "note"], rows)


def _marks(scale: Scale) -> str:
    if scale.levels:
        return " | ".join(level.code for level in scale.levels)
    return f"{scale.lowest} to {scale.highest}"


def _mapping(name: str) -> str:
    lines = [
        f"# How the export of your {name} becomes our columns. `sealmark case map FILE` drafts this for a given file.",
        f"title: {name}",
        "layout: cases                     # or: events (one row per event)",
        '# file: {encoding: windows-1251, delimiter: ";"}',
        '# numbers: {decimal: ","}',
        "dates: {time_zone: Europe/London} # add `order: dmy` for 31.01.2026",
        "columns:",
    ]
    lines += [f"  {target}: {{from: {source}, type: {kind}}}" for target, (source, kind) in _RECORD_COLUMNS.items()]
    return "\n".join(lines) + "\n"


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue()
