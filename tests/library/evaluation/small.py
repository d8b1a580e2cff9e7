"""A small pack and a case under it that has every kind of evidence: the ground of the evaluation tests.

All its content is text, so that a test changes a line and nothing else.
"""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sealmark.core.errors import Problem, SealmarkError
from sealmark.evaluation.evidence.gathering import Gathered, gather
from sealmark.evaluation.run import open_case
from sealmark.scheme.edition import Edition
from sealmark.scheme.loading import load_edition

__all__ = [
    "CASE",
    "PACK",
    "changed",
    "edited",
    "edition",
    "gathered",
    "problems",
    "write_case",
    "write_light_case",
    "write_pack",
]

PACK: dict[str, str] = {
    "scheme.yaml": "id: small\nowner: Nobody\nlicence: CC0-1.0\neditions: ['1']\n",
    "editions/1/edition.yaml": """\
scheme: small
edition: "1"
state: in-force
effective_from: 2020-01-01
source: own
languages: [en]
confidence: 0.95
sectors: [retail, repair]
modules: [core, extra]
""",
    "editions/1/sources.yaml": """\
sources:
  own: {title: Made up for tests, status: own}
  open: {title: To be supplied, status: licence-holder}
""",
    "editions/1/parameters.yaml": """\
parameters:
  floor:
    lowest: 0
    highest: 100
    values: [{effective_from: 2020-01-01, value: null, source: open}]
  fixed:
    values: [{effective_from: 2020-01-01, value: 1, source: own}]
""",
    "editions/1/declarations.yaml": """\
facts:
  has-hotline: {type: boolean}
  incidents: {type: number, lowest: 0, highest: 20}
  opened-on: {type: date}
  kind-of-firm: {type: choice, choices: [family, listed]}
documents: [manual, register]
credentials: [practitioner]
records: [tickets, repairs]
""",
    "editions/1/tree.yaml": """\
source: own
roots:
  - {id: all, roll_up: mean, children: [polite, visible, greeting, liked, quick, manual-kept, hotline, trained, improved]}
""",
    "editions/1/scales.yaml": """\
source: own
scales:
  met: {levels: [{code: "no", share: 0}, {code: "yes", share: 1}]}
  ten: {lowest: 0, highest: 10, step: 0.5}
""",
    "editions/1/grading.yaml": """\
source: own
scores: [{id: score, node: all}]
gates:
  - {id: politeness, nodes: [polite], at_least: 0.5}
waivable: [politeness]
ladders:
  - {id: stars, score: score, below: none, gates: [politeness], grades: [{id: bronze, at_least: 50}, {id: silver, at_least: 80}]}
""",
    "editions/1/procedure.yaml": """\
source: own
prerequisites:
  - {id: has-hotline, evidence: {fact: has-hotline, scores: {at_least: 1}}}
  - {id: has-register, refuse: false, evidence: {document: register}}
site_sampling: {rule: root, root: {factor: {initial: 1, surveillance: 0.6, recertification: 0.8}}, at_least_random: 0.25, strata: [region, type]}
record_sampling:
  - {of: records, lowest: 10, confidence: 0.95, tolerated_share: 0.1}
  - {of: staff, lowest: {parameter: floor}}
surveillance: {months: 12, must_show: [{document: manual}]}
retention: [{actions: effective, scores: {at_least: 0.5}}]
""",
    "editions/1/requirements/polite.yaml": "id: polite\nevidence: [{judgement: ten}]\n",
    "editions/1/requirements/visible.yaml": "id: visible\nevidence: [{judgement: met, marks: [set-out, lived]}]\n",
    "editions/1/requirements/greeting.yaml": "id: greeting\nevidence: [{sample: met, of: contacts}]\n",
    "editions/1/requirements/liked.yaml": """\
id: liked
source: own
evidence: [{measure: index, scores: {curve: [[50, 0], [90, 1]]}}]
""",
    "editions/1/requirements/quick.yaml": """\
id: quick
source: own
evidence: [{measure: solved, scores: {curve: [[0.5, 0], [1, 1]]}}]
""",
    "editions/1/requirements/manual-kept.yaml": "id: manual-kept\nevidence: [{document: manual}]\n",
    "editions/1/requirements/hotline.yaml": """\
id: hotline
source: own
evidence: [{fact: has-hotline, scores: {at_least: 1}}]
""",
    "editions/1/requirements/trained.yaml": """\
id: trained
source: own
evidence: [{persons: practitioner, scores: {at_least: 2}}]
""",
    "editions/1/requirements/improved.yaml": """\
id: improved
source: own
evidence: [{actions: effective, scores: {at_least: 0.5}}]
""",
    "editions/1/instruments/customers.yaml": """\
id: customers
source: own
respondents: customer
minimum_base: 3
smallest_cell: 2
items:
  - {id: q1, lowest: 1, highest: 10}
  - {id: q2, lowest: 1, highest: 10, direction: lower-is-better}
  - {id: again, lowest: 0, highest: 1, choices: [0, 1]}
""",
    "editions/1/measures/index.yaml": """\
id: index
source: own
instrument: customers
items: [q1]
formula: {kind: respondent-mean, factor: 10}
unit: points
""",
    "editions/1/measures/solved.yaml": """\
id: solved
source: own
records: tickets
formula: {kind: share-within, target_hours: 48}
unit: share
""",
    "editions/1/measures/solved-in-hours.yaml": """\
id: solved-in-hours
source: own
records: repairs
formula: {kind: share-within, target_hours: 8, time: business}
unit: share
""",
    "editions/1/text/en.yaml": """\
language: en
title: Small
summary: A scheme for tests.
nodes: {all: {title: All}, polite: {title: Polite, text: People are polite.}}
""",
    "editions/1/overlays/practice.yaml": """\
overlay: practice
for_edition: small/1
kind: practice
supplied_by: Nobody
values: {floor: 60}
""",
}

CASE: dict[str, str] = {
    "case.yaml": """\
scheme: small/1
organization:
  name: Example
  employees: 40
as_of: 2026-06-30
period: {start: 2026-01-01, end: 2026-06-15}
seed: 3
sites: sites.csv
surveys:
  - {instrument: customers, file: surveys/customers.csv, site: site}
records:
  - {records: tickets, file: records/tickets.csv, mapping: mappings/tickets.yaml}
judgements: [judgements.csv]
facts: facts.yaml
documents: documents.csv
persons: persons.csv
actions: actions.csv
""",
    "sites.csv": "site,name,region,visited\nsite-1,One,north,yes\nsite-2,Two,south,yes\nsite-3,Three,north,no\nsite-4,Four,south,no\n",
    "surveys/customers.csv": "respondent,site,q1,q2,again\n"
    + "".join(f"r{n},site-{n % 4 + 1},{6 + n % 5},{1 + n % 4},{n % 2}\n" for n in range(12)),
    "records/tickets.csv": "Number,Created,Solved,Branch\n"
    + "".join(
        f"t{n},2026-02-{n + 1:02d} 09:00,2026-02-{n + 2 + n % 3:02d} 10:00,site-{n % 4 + 1}\n" for n in range(12)
    ),
    "mappings/tickets.yaml": """\
title: tickets
layout: cases
dates: {time_zone: UTC}
columns:
  case: {from: Number, type: text}
  opened: {from: Created, type: datetime}
  resolved: {from: Solved, type: datetime}
  site: {from: Branch, type: text}
""",
    "judgements.csv": """\
requirement,site,assessor,dimension,unit,mark,date,note
polite,site-1,Ada,,,8.5,2026-03-02,
polite,site-2,Ada,,,7,2026-03-03,
visible,site-1,Ada,set-out,,yes,2026-03-02,
visible,site-1,Ada,lived,,yes,2026-03-02,
visible,site-2,Ada,set-out,,yes,2026-03-03,
visible,site-2,Ada,lived,,no,2026-03-03,
greeting,site-1,Ada,,u1,yes,2026-03-02,
greeting,site-1,Ada,,u2,yes,2026-03-02,
greeting,site-2,Ada,,u1,yes,2026-03-03,
greeting,site-2,Ada,,u2,no,2026-03-03,
""",
    "facts.yaml": "facts:\n  has-hotline: true\n  incidents: 2\n  opened-on: 2020-05-01\n  kind-of-firm: family\n",
    "documents.csv": "document,dated,valid_until,note\nmanual,2026-01-10,2027-01-10,\nregister,,,\n",
    "persons.csv": "credential,obtained,expires,number\npractitioner,2025-04-01,,2\npractitioner,2025-09-01,,1\n",
    "actions.csv": "action,due,state\nshorter queue,2026-02-01,effective\nnew script,2026-03-01,done\n",
}


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def write_pack(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """Write the pack, with some files replaced."""
    return write_files(folder, {**PACK, **(changes or {})})


def write_case(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the case, with some files replaced, or left out where the change is None."""
    shutil.rmtree(folder, ignore_errors=True)
    files = {name: content for name, content in {**CASE, **(changes or {})}.items() if content is not None}
    return write_files(folder, files)


def write_light_case(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the case without survey and records, which take longest to read."""
    text = CASE["case.yaml"]
    start, end = text.index("surveys:"), text.index("judgements:")
    return write_case(folder, {"case.yaml": text[:start] + text[end:], **(changes or {})})


@functools.cache
def edition() -> Edition:
    """Return the edition, read from files once."""
    with tempfile.TemporaryDirectory() as folder:
        return load_edition(write_pack(Path(folder)))


def gathered(folder: Path) -> Gathered:
    """Return what is gathered from a case under the small pack."""
    opened = open_case(edition(), folder)
    return gather(opened.case, opened.book)


def problems(folder: Path) -> list[Problem]:
    """Return the problems of a case under the small pack."""
    try:
        gathered(folder)
    except SealmarkError as error:
        return list(error.problems)
    return []


def edited(text: str, before: str, after: str) -> str:
    """Return a text with one part of it replaced; it must be there once."""
    assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times"
    return text.replace(before, after)


def changed(name: str, before: str, after: str) -> dict[str, str]:
    """Return one file of the case with one text in it replaced; the text must be there once."""
    assert CASE[name].count(before) == 1, f"{before!r} stands {CASE[name].count(before)} times in {name}"
    return {name: CASE[name].replace(before, after)}
