"""The main job from the command line: begin a case, fill it, check, plan, evaluate, reproduce, find what changed."""

import csv
import json
import shutil
from importlib import resources
from pathlib import Path

import pytest
import xlsxwriter
import yaml
from click.testing import CliRunner

from sealmark.cli.main import cli
from sealmark.evaluation.example import make_example, read_profile
from sealmark.scheme.discovery import load


def run(*arguments, code=0):
    result = CliRunner().invoke(cli, list(map(str, arguments)), prog_name="sealmark")
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    """What an organization has at hand: surveys, marks, facts and documents of the made-up housing association."""
    folder = tmp_path_factory.mktemp("evidence") / "files"
    profile = read_profile(Path(str(resources.files("sealmark.cli") / "examples/servicemark-style.yaml")))
    make_example(profile, load(profile.scheme), folder)
    return folder


def fill_in(case, evidence):
    """Fill a new case folder as a person would: put the files in place and name them in case.yaml."""
    for path in evidence.rglob("*"):
        if path.is_file() and path.name != "case.yaml":
            (case / path.relative_to(evidence)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, case / path.relative_to(evidence))
    named = yaml.safe_load((evidence / "case.yaml").read_text())
    new = yaml.safe_load((case / "case.yaml").read_text())
    kept = {
        key: named[key]
        for key in (
            "organization",
            "overlay",
            "sites",
            "surveys",
            "judgements",
            "facts",
            "documents",
            "actions",
            "period",
        )
    }
    (case / "case.yaml").write_text(
        yaml.safe_dump({**new, **kept, "label": "rehearsal"}, sort_keys=False, allow_unicode=True)
    )


@pytest.fixture(scope="module")
def evaluated(evidence, tmp_path_factory):
    """A case that was begun, filled and evaluated."""
    place = tmp_path_factory.mktemp("case")
    run("case", "new", place / "case", "--scheme", "servicemark-style/2019", "--as-of", "2026-09-30")
    fill_in(place / "case", evidence)
    run("evaluate", place / "case", "--no-pdf", "--draws", 200, "--out", place / "results")
    return place / "case", place / "results/evaluation.json"


@pytest.fixture
def place(evaluated, tmp_path):
    case, evaluation = evaluated
    shutil.copytree(case, tmp_path / "case")
    shutil.copy(evaluation, tmp_path / "evaluation.json")
    shutil.copytree(evaluation.parent / "private", tmp_path / "private")
    return tmp_path / "case", tmp_path / "evaluation.json"


def test_a_new_case_is_not_determined_and_lists_what_is_missing(tmp_path):
    run(
        "case",
        "new",
        tmp_path / "case",
        "--scheme",
        "servicemark-style/2019",
        "--as-of",
        "2026-09-30",
        "--language",
        "zh-Hans",
    )

    run("case", "check", tmp_path / "case")
    told = json.loads(run("evaluate", tmp_path / "case", "--no-pdf", "--json", code=1).stdout)

    document = json.loads((tmp_path / "case/results/evaluation.json").read_bytes())
    assert told["grades"] == {"award": "not-determined"}
    assert {item["kind"] for item in document["missing"]} >= {"parameter", "fact", "measure", "judgement"}


def test_a_filled_case_can_be_checked_and_planned(place):
    case, _ = place

    checked = run("case", "check", case).stdout
    planned = json.loads(run("plan", case, "--json").stdout)

    assert "surveys/customers.csv: 620 rows in, 620 used" in checked
    assert [item["id"] for item in planned["prerequisites"]] == [
        "membership",
        "customer-results-in",
        "employee-benchmark",
    ]
    assert {item["holds"] for item in planned["prerequisites"]} == {True}


def test_the_result_says_what_it_is_how_sure_and_from_what(evaluated):
    _, evaluation = evaluated

    document = json.loads(evaluation.read_bytes())

    ladder = document["ladders"]["award"]
    assert ladder["grade"] in {"servicemark", "distinction", "not-awarded"}
    assert sum(map(float, ladder["probabilities"].values())) == pytest.approx(1)
    assert document["overlay"]["kind"] == "practice"
    assert {item["path"] for item in document["inputs"]} >= {"case.yaml", "judgements.csv", "surveys/customers.csv"}


def test_evaluating_again_on_another_checkout_gives_the_same_bytes(place, tmp_path):
    case, evaluation = place

    run("evaluate", case, "--no-pdf", "--draws", 200, "--out", tmp_path / "again", "--language", "ru")

    assert (tmp_path / "again/evaluation.json").read_bytes() == evaluation.read_bytes()


def test_the_evaluation_is_reproduced(place):
    case, evaluation = place

    told = run("reproduce", evaluation, case).stdout

    assert told == f"Reproduced: {json.loads(evaluation.read_bytes())['digest']}\n"


def test_one_changed_answer_is_found_and_named(place):
    case, evaluation = place
    path = case / "surveys/customers.csv"
    rows = list(csv.reader(path.read_text().splitlines()))
    column = rows[0].index("overall") if "overall" in rows[0] else 3
    rows[200][column] = "1" if rows[200][column] != "1" else "2"
    with path.open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)

    told = run("reproduce", evaluation, case, code=1).stdout.splitlines()

    expected = f'  input surveys/customers.csv: line 201, column {rows[0][column]}; it now reads "{rows[200][column]}"'
    assert told[:2] == ["Not reproduced.", expected]


def test_a_changed_grade_in_the_file_is_found(place):
    case, evaluation = place
    text = evaluation.read_text()
    assert text.count('"award":{"grade":"') == 1
    evaluation.write_text(text.replace('"award":{"grade":"', '"award":{"grade":"better-than-'))

    told = run("reproduce", evaluation, case, code=1).stdout

    assert "evaluation.json was changed after it was written: its digest does not fit its content" in told


def test_marks_from_a_spreadsheet_program_give_the_same_findings(place, tmp_path):
    case, evaluation = place
    rows = list(csv.reader((case / "judgements.csv").read_text().splitlines()))
    with xlsxwriter.Workbook(case / "marks.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, [float(cell) if cell.replace(".", "", 1).isdigit() else cell for cell in row])
    (case / "case.yaml").write_text((case / "case.yaml").read_text().replace("judgements.csv", "marks.xlsx"))

    run("evaluate", case, "--no-pdf", "--draws", 200, "--out", tmp_path / "out")

    before, now = (json.loads(path.read_bytes()) for path in (evaluation, tmp_path / "out/evaluation.json"))
    assert {name: item["share"] for name, item in now["findings"].items()} == {
        name: item["share"] for name, item in before["findings"].items()
    }
    assert now["ladders"]["award"]["probabilities"] == before["ladders"]["award"]["probabilities"]
    run("reproduce", tmp_path / "out/evaluation.json", case)


def test_mistakes_in_several_files_come_at_once_and_leave_earlier_results_whole(place):
    case, _ = place
    run("evaluate", case, "--no-pdf", "--draws", 0)
    before = (case / "results/evaluation.json").read_bytes()
    (case / "facts.yaml").write_text("facts: {no-such-fact: 1}\n")
    (case / "documents.csv").write_text("document,dated\nno-such-document,\n")
    (case / "judgements.csv").write_text("requirement,mark\nno-such-requirement,1\n")

    told = run("evaluate", case, "--no-pdf", code=2).stderr

    assert [line.split(" in the column")[0] for line in told.splitlines() if line.startswith("SM")] == [
        'SM308 "no-such-requirement" is not known',
        'SM308 The scheme does not know the fact "no-such-fact".',
        'SM308 "no-such-document" is not known',
    ]
    assert (case / "results/evaluation.json").read_bytes() == before
