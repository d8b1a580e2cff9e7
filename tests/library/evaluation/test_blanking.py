"""Not knowing never pays: a case with something blanked never reaches a higher grade.

The files are changed as a person would change them. Surveys and records take
longest to measure, and a blank elsewhere does not change them, so they are
measured once per example.
"""

from __future__ import annotations

import csv
import functools
import io
import tempfile
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.blanking import height

from sealmark.assess.assessment import assess
from sealmark.evaluation.case import read_case
from sealmark.evaluation.evidence.gathering import gather
from sealmark.evaluation.example import make_example, read_profile
from sealmark.evaluation.run import figure_book
from sealmark.scheme.discovery import load

EXAMPLES = ("cse-style", "csqs-style", "gbt27922", "sealmark-charter", "servicemark-style")


@dataclass(frozen=True)
class Ground:
    """An example with its files as text, its book, its measures and the height of its grades."""

    files: dict[str, str]
    book: object
    measures: dict[str, object]
    heights: dict[str, int]


@functools.cache
def ground(name):
    with tempfile.TemporaryDirectory() as folder:
        profile = read_profile(Path(str(resources.files("sealmark.cli") / f"examples/{name}.yaml")))
        edition = load(profile.scheme)
        place = Path(folder)
        make_example(profile, edition, place)
        case = read_case(place)
        book, _ = figure_book(edition, case)
        evidence = gather(case, book).evidence
        files = {path.relative_to(place).as_posix(): path.read_text() for path in place.rglob("*") if path.is_file()}
    return Ground(files, book, dict(evidence.measures), heights(evidence, book))


def heights(evidence, book):
    assessment = assess(evidence, book)
    return {ladder.id: height(assessment, ladder) for ladder in book.edition.grading.ladders}


def after(name, changes, without=()):
    """Heights of the grades with some files replaced; ``without`` names survey and record files left out."""
    start = ground(name)
    with tempfile.TemporaryDirectory() as folder:
        for path, text in {**start.files, **changes}.items():
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_text(text)
        case = read_case(Path(folder))
        quick = replace(case, file=case.file.model_copy(update={"surveys": (), "records": ()}))
        book, _ = figure_book(start.book.edition, case)
        measures = {key: item for key, item in start.measures.items() if item.pointer not in without}
        return heights(replace(gather(quick, book).evidence, measures=measures), book)


def assert_no_higher(name, changes, what, without=()):
    before, now = ground(name).heights, after(name, changes, without)
    higher = {ladder: (before[ladder], now[ladder]) for ladder in now if now[ladder] > before[ladder]}
    assert higher == {}, f"without {what}"


def case_without(name, *keys):
    content = yaml.safe_load(ground(name).files["case.yaml"])
    for key in keys:
        content.pop(key, None)
    return {"case.yaml": yaml.safe_dump(content, sort_keys=False, allow_unicode=True)}


def rows_of(name, file):
    return list(csv.reader(io.StringIO(ground(name).files[file])))


def as_text(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_reach_a_grade_to_lose(name):
    assert max(ground(name).heights.values()) >= 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_leaving_out_a_file_reference_never_raises_a_grade(name):
    for key in ("sites", "judgements", "facts", "documents", "persons", "actions", "overlay"):
        assert_no_higher(name, case_without(name, key), key)


@pytest.mark.parametrize("name", EXAMPLES)
def test_without_judgements_nothing_is_left_of_the_grade(name):
    assert set(after(name, case_without(name, "judgements")).values()) == {-1}


@pytest.mark.parametrize("name", EXAMPLES)
def test_leaving_out_a_survey_or_a_record_file_never_raises_a_grade(name):
    for file in sorted({item.pointer for item in ground(name).measures.values()}):
        assert_no_higher(name, {}, file, without=(file,))


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("key", ["employees", "sector", "modules"])
def test_leaving_out_what_the_organization_is_never_raises_a_grade(name, key):
    content = yaml.safe_load(ground(name).files["case.yaml"])
    content["organization"].pop(key, None)

    assert_no_higher(name, {"case.yaml": yaml.safe_dump(content, allow_unicode=True)}, key)


@pytest.mark.parametrize("name", EXAMPLES)
def test_blanking_a_fact_never_raises_a_grade(name):
    facts = yaml.safe_load(ground(name).files["facts.yaml"])["facts"]
    for fact in facts:
        assert_no_higher(name, {"facts.yaml": yaml.safe_dump({"facts": {**facts, fact: None}})}, f"fact {fact}")


@pytest.mark.parametrize("name", EXAMPLES)
def test_leaving_out_a_document_never_raises_a_grade(name):
    rows = rows_of(name, "documents.csv")
    for at in range(1, len(rows)):
        left = rows[:at] + rows[at + 1 :]
        changes = {"documents.csv": as_text(left)} if len(left) > 1 else case_without(name, "documents")
        assert_no_higher(name, changes, f"document {rows[at][0]}")


@settings(max_examples=12, deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", EXAMPLES)
def test_blanking_marks_never_raises_a_grade(name, data):
    rows = rows_of(name, "judgements.csv")
    chosen = data.draw(st.sets(st.integers(1, len(rows) - 1), min_size=1, max_size=3))
    place = rows[0].index("mark")
    blanked = [[*row[:place], "", *row[place + 1 :]] if at in chosen else row for at, row in enumerate(rows)]

    assert_no_higher(
        name, {"judgements.csv": as_text(blanked)}, f"the marks of {sorted({rows[at][0] for at in chosen})}"
    )
