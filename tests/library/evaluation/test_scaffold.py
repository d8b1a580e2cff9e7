"""A new case folder can be evaluated at once, under every pack and in every language."""

import csv
import dataclasses
import datetime as dt
import functools
import re

import pytest
from tests.library.evaluation.small import write_pack

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook
from sealmark.core.errors import SealmarkError
from sealmark.evaluation.case import load_case
from sealmark.evaluation.run import evaluate
from sealmark.evaluation.scaffold import case_files, new_case
from sealmark.measure.imports.mapping import read_mapping
from sealmark.scheme.discovery import load
from sealmark.scheme.edition import Declarations
from sealmark.scheme.wording import LANGUAGES

SCHEMES = ("sealmark-charter/2026", "gbt27922/2011", "servicemark-style/2019", "cse-style/2008", "csqs-style/2022")
DAY = dt.date(2026, 9, 30)
edition_of = functools.cache(load)


def open_figures(edition):
    """What the text of requirements and grading refers to and nobody has set."""
    files = {name: content.decode() for name, content in edition.files.items()}
    text = "\n".join(files[name] for name in files if name.startswith("requirements/") or name == "grading.yaml")
    named = set(re.findall(r"parameter: ([\w.-]+)", text))
    unset = {name for name in named if (value := edition.parameters[name].on(DAY)) is None or value.value is None}
    sizes = {("size", "employees")} if "by_size" in text else set()
    return {("parameter", name) for name in unset} | sizes


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_new_case_can_be_evaluated_at_once_and_is_not_determined(tmp_path, scheme, language):
    new_case(tmp_path / "case", edition_of(scheme), as_of=DAY, language=language)

    document = evaluate(None, tmp_path / "case", draws=2).document

    grades = {name: ladder["grade"] for name, ladder in document["ladders"].items()}
    assert grades == dict.fromkeys(grades, "not-determined")
    assert [ladder["probabilities"] for ladder in document["ladders"].values()] == [{}] * len(grades)
    assert {"code": "no-uncertainty-modelled", "about": scheme, "figures": {}} in document["limitations"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_new_case_says_everything_that_is_missing(tmp_path, scheme):
    edition = edition_of(scheme)
    new_case(tmp_path / "case", edition, as_of=DAY)
    path = tmp_path / "case/case.yaml"
    # What modules there are decides what applies: a person chooses them first.
    path.write_text(path.read_text().replace("  # modules:", "  modules:"))

    document = evaluate(None, tmp_path / "case", draws=0).document

    nothing = assess(Evidence(as_of=DAY, modules=frozenset(edition.manifest.modules[:2])), FigureBook(edition, DAY))
    expected = {(item.kind, item.id) for item in nothing.missing} | open_figures(edition)
    assert document["missing"] == [{"kind": kind, "id": name} for kind, name in sorted(expected)]


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


@pytest.mark.parametrize(
    ("language", "legal"),
    [
        ("en", "0 to 10 (0 Nothing to be seen; 5 In part; 10 Completely and lastingly)"),
        ("zh-Hans", "0 to 10 (0 毫无迹象; 5 部分做到; 10 完全做到并能持久)"),
    ],
)
def test_the_judgement_table_says_what_the_marks_of_a_range_mean(tmp_path, language, legal):
    new_case(tmp_path / "case", edition_of("csqs-style/2022"), as_of=DAY, language=language)

    rows = list(csv.DictReader((tmp_path / "case/judgements.csv").read_text("utf-8").splitlines()))

    assert {row["legal"] for row in rows} == {legal}


def test_a_pack_that_is_not_installed_is_named_in_every_command(tmp_path):
    pack = write_pack(tmp_path / "my pack")
    new_case(tmp_path / "case", load(str(pack)), as_of=DAY, pack="../my pack")

    lines = (tmp_path / "case/case.yaml").read_text().splitlines()

    option = "--scheme '../my pack'"
    assert lines[1:3] == [
        f"# Fill in, then run: sealmark case check . {option}   and: sealmark evaluate . {option}",
        f"scheme: small/1      # not installed, so every command needs {option}",
    ]
    assert evaluate(str(pack), tmp_path / "case", draws=0).document["scheme"]["id"] == "small/1"


@pytest.mark.parametrize(
    ("day", "start"), [("2026-06-30", "2025-06-01"), ("2024-02-29", "2023-02-01"), ("2026-01-01", "2025-01-01")]
)
def test_the_period_is_twelve_whole_months_and_the_days_since(day, start):
    files = case_files(edition_of("cse-style/2008"), as_of=dt.date.fromisoformat(day))

    assert f"period: {{start: {start}, end: {day}}}" in files["case.yaml"]


def test_what_the_scheme_has_no_use_for_is_left_out(tmp_path):
    pack = write_pack(tmp_path / "pack", {
        "editions/1/declarations.yaml": "facts: {has-hotline: {type: boolean}}\n",
        "editions/1/requirements/trained.yaml": "id: trained\nevidence: [{judgement: met}]\n",
        "editions/1/requirements/manual-kept.yaml": "id: manual-kept\nevidence: [{judgement: met}]\n",
    })  # fmt: skip
    edition = dataclasses.replace(load(str(pack)), declarations=Declarations())
    new_case(tmp_path / "case", edition, as_of=DAY)

    found = {path.name for path in (tmp_path / "case").iterdir()}

    assert found == {"case.yaml", "sites.csv", "facts.yaml", "judgements.csv", "actions.csv", "surveys"}
    text = (tmp_path / "case/case.yaml").read_text()
    assert [word for word in ("persons", "documents", "records", "calendar") if word in text] == []


def test_records_have_a_folder_and_a_mapping_of_what_is_measured(tmp_path):
    folder = tmp_path / "case"
    new_case(folder, edition_of("sealmark-charter/2026"), as_of=DAY)

    read = {name: list(read_mapping(folder / f"mappings/{name}.yaml").columns) for name in ("repairs", "deliveries")}

    assert list((folder / "records").iterdir()) == []
    assert read == {
        "repairs": ["case", "opened", "asset", "type", "site"],
        "deliveries": ["case", "opened", "promised", "delivered", "site"],
    }
    named = (folder / "case.yaml").read_text()
    assert "mapping: mappings/tickets.yaml, calendar: calendars/office.yaml}" in named
    assert "mapping: mappings/repairs.yaml}" in named


def test_the_hint_at_legal_marks_stands_beside_the_requirement():
    rows = case_files(edition_of("gbt27922/2011"), as_of=DAY)["judgements.csv"].splitlines()

    assert rows[0] == "requirement,legal,site,assessor,dimension,unit,mark,note"
    assert {row.split(",")[1] for row in rows[1:]} == {
        " | ".join(level.code for level in scale.levels)
        for scale in edition_of("gbt27922/2011").scales.values() if scale.levels
    }  # fmt: skip
    assert {row.split(",", 6)[-1] for row in rows[1:]} == {","}


def test_a_case_says_where_the_scheme_compares_two_waves(tmp_path):
    rule = "evidence: [{change: %s, scores: {at_least: 0}}]\n"
    files = {f"editions/1/requirements/{name}.yaml": f"id: {name}\nsource: own\n" + rule % measure
             for name, measure in (("liked", "index"), ("quick", "solved"))}  # fmt: skip
    with_rules, without = (load(str(write_pack(tmp_path / name, given))) for name, given in (("a", files), ("b", {})))

    lines = [case_files(edition, as_of=DAY)["case.yaml"].splitlines() for edition in (with_rules, without)]

    added = [line for line in lines[0] if line not in lines[1]]
    assert [line[:51] for line in added] == [
        "#   # the scheme compares two waves of it: add wave",
        "#   # the scheme compares two periods of them: add ",
    ]
    places = [lines[0][lines[0].index(line) - 1][:32] for line in added]
    assert places == ["#   - {instrument: customers, fi", "#   - {records: tickets, file: r"]
