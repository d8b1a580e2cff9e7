"""A new case folder can be evaluated at once, under every pack and in every language."""

import datetime as dt
import functools
import re

import pytest

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook
from sealmark.core.errors import SealmarkError
from sealmark.evaluation.case import load_case
from sealmark.evaluation.run import evaluate
from sealmark.evaluation.scaffold import new_case
from sealmark.scheme.discovery import load
from sealmark.scheme.wording import LANGUAGES

SCHEMES = ("sealmark-charter/2026", "gbt27922/2011", "servicemark-style/2019", "cse-style/2008", "csqs-style/2022")
DAY = dt.date(2026, 9, 30)
edition_of = functools.cache(load)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_new_case_is_not_determined_and_says_everything_that_is_missing(tmp_path, scheme, language):
    edition = edition_of(scheme)
    new_case(tmp_path / "case", edition, as_of=DAY, language=language)

    document = evaluate(None, tmp_path / "case", draws=2).document

    nothing = assess(Evidence(as_of=DAY), FigureBook(edition, DAY))
    grades = {name: ladder["grade"] for name, ladder in document["ladders"].items()}
    assert grades == dict.fromkeys(grades, "not-determined")
    assert document["missing"] == [{"kind": item.kind, "id": item.id} for item in nothing.missing]
    assert [ladder["probabilities"] for ladder in document["ladders"].values()] == [{}] * len(grades)
    assert document["limitations"] == [{"code": "no-uncertainty-modelled", "about": scheme, "figures": {}}]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_commented_examples_are_legal_when_they_are_uncommented(tmp_path, scheme, language):
    folder = tmp_path / "case"
    new_case(folder, edition_of(scheme), as_of=DAY, language=language)
    path = folder / "case.yaml"
    # An overlay is one of several, and the first two lines are prose.
    lines = [line for line in path.read_text().splitlines() if not line.startswith("# overlay")]
    path.write_text("\n".join([*lines[:2], *(re.sub(r"^(\s*)# ", r"\1", line) for line in lines[2:])]) + "\n")
    for name in edition_of(scheme).declarations.records:
        (folder / "records").mkdir(exist_ok=True)
        (folder / f"records/{name}.csv").write_text("a\n")

    file = load_case(folder).file

    assert [survey.instrument for survey in file.surveys] == list(edition_of(scheme).instruments)
    assert [record.records for record in file.records] == list(edition_of(scheme).declarations.records)
    assert (file.documents.file, file.actions.file, file.organization.employees) == (
        "documents.csv",
        "actions.csv",
        120,
    )


def test_every_file_is_named_and_written(tmp_path):
    written = new_case(tmp_path / "case", edition_of("sealmark-charter/2026"), as_of=DAY)

    found = sorted(
        path.relative_to(tmp_path / "case").as_posix() for path in (tmp_path / "case").rglob("*") if path.is_file()
    )
    assert sorted(written) == found


def test_marks_filled_into_the_judgement_table_are_read(tmp_path):
    folder = tmp_path / "case"
    new_case(folder, edition_of("cse-style/2008"), as_of=DAY)
    path = folder / "judgements.csv"
    first = edition_of("cse-style/2008").scales[
        "bands" if "bands" in edition_of("cse-style/2008").scales else next(iter(edition_of("cse-style/2008").scales))
    ]
    best = first.levels[-1].code
    lines = path.read_text().splitlines()
    place = lines[0].split(",").index("mark")
    filled = [lines[0]]
    for line in lines[1:]:
        cells = line.split(",")
        cells[place] = best
        filled.append(",".join(cells))
    path.write_text("\n".join(filled) + "\n")

    findings = evaluate(None, folder, draws=0).document["findings"]

    assert {item["code"] for item in findings.values() if item["code"]} == {best}


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_place_that_is_taken_is_left_as_it_is(tmp_path, kind):
    place = tmp_path / "case"
    if kind == "file":
        place.write_text("mine")
    else:
        place.mkdir()
        (place / "mine.txt").write_text("mine")

    with pytest.raises(SealmarkError) as caught:
        new_case(place, edition_of("cse-style/2008"), as_of=DAY)

    assert caught.value.problems[0].what == 'The folder "case" is not empty; nothing was written.'
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


def test_an_empty_folder_is_taken(tmp_path):
    assert "case.yaml" in new_case(tmp_path, edition_of("cse-style/2008"), as_of=DAY)
