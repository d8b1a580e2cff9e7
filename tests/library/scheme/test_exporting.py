import json
from decimal import Decimal

import pytest
from python_calamine import load_workbook

from sealmark.core.errors import SealmarkError
from sealmark.scheme.discovery import load
from sealmark.scheme.exporting import export_json, export_workbook, sheets_of

from .conftest import change


def test_the_workbook_shows_the_tree_and_keeps_numbers(pack, tmp_path):
    path = tmp_path / "out" / "pack.xlsx"

    export_workbook(load(str(pack)), path, "en")

    book = load_workbook(str(path))
    assert book.sheet_names == ["Requirements", "Parameters", "Measures", "Questionnaires", "Grading", "Sources"]
    rows = book.get_sheet_by_name("Requirements").to_python()
    assert [row[0] for row in rows] == [
        "Id", "total", "people", "courtesy", "trained-staff", "results", "satisfaction", "calls-in-time",
        "complaints-procedure",
    ]  # fmt: skip
    assert rows[3][2:5] == [
        "Courtesy",
        "Staff greet visitors, listen, and explain the next step in words the visitor understands.",
        20.0,
    ]
    assert rows[7][5] == "Applies only where: Is there a telephone hotline?: yes."
    parameters = book.get_sheet_by_name("Parameters").to_python()
    assert parameters[1][:4] == ["satisfaction-floor", "Lowest satisfaction index", "2026-01-01", 75.0]


def test_indents_follow_the_tree(pack):
    assert sheets_of(load(str(pack)), "en")[0].indents == (0, 1, 2, 2, 1, 2, 2, 2)


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_text_that_looks_like_a_formula_is_neutralised(pack, tmp_path, start):
    change(pack, "text/en.yaml", "title: Courtesy", f"title: {json.dumps(start)}")

    export_workbook(load(str(pack)), tmp_path / "pack.xlsx", "en")

    rows = load_workbook(str(tmp_path / "pack.xlsx")).get_sheet_by_name("Requirements").to_python()
    assert rows[3][2] == "'" + start


def test_a_negative_number_stays_a_number(pack, tmp_path):
    change(pack, "requirements/courtesy.yaml", "points: 20", "points: -20")

    export_workbook(load(str(pack)), tmp_path / "pack.xlsx", "en")

    rows = load_workbook(str(tmp_path / "pack.xlsx")).get_sheet_by_name("Requirements").to_python()
    assert rows[3][4] == -20.0


def test_equal_editions_give_equal_files(pack, tmp_path):
    edition = load(str(pack))

    for name in ("a", "b"):
        export_workbook(edition, tmp_path / f"{name}.xlsx", "en")
        export_json(edition, tmp_path / f"{name}.json")

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_the_json_holds_every_file_with_exact_decimals(pack, tmp_path):
    edition = load(str(pack))

    export_json(edition, tmp_path / "pack.json")

    content = json.loads((tmp_path / "pack.json").read_text("utf-8"))
    assert (content["id"], content["digest"]) == ("front-desk/2026", edition.digest)
    assert Decimal(content["files"]["edition.yaml"]["confidence"]) == Decimal("0.95")
    assert sorted(name for name in content["files"] if name.startswith("requirements/")) == [
        f"requirements/{name}.yaml" for name in sorted(edition.requirements)
    ]


def test_a_place_that_cannot_be_written_is_named_and_nothing_is_lost(pack, tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(SealmarkError) as caught:
        export_json(load(str(pack)), tmp_path / "file" / "pack.json")

    assert caught.value.codes == ("SM298",)
    assert (tmp_path / "file").read_text() == "x"


def test_a_measure_of_a_dimension_and_a_choice_question_are_shown(pack, tmp_path):
    change(pack, "measures/satisfaction.yaml", "items: [overall, staff]", "dimension: warmth\nminimum_base: 40")
    change(pack, "instruments/visitors.yaml", "dont_know: true}", "dont_know: true, dimension: warmth}\n"
           "  - {id: way, lowest: 1, highest: 2, choices: [1, 2], ask_if: {item: overall, equals: [1, 2]}}")  # fmt: skip
    change(pack, "text/en.yaml", "    ends:\n", '    choices: {way: {"1": Visit, "2": Call}}\n    ends:\n')
    change(pack, "text/en.yaml", "      overall: How", "      way: How did you reach us?\n      overall: How")

    sheets = {sheet.name: sheet.rows for sheet in sheets_of(load(str(pack)), "en")}

    assert sheets["Questionnaires"][2] == (
        "Your visit",
        "way",
        "How did you reach us?",
        "1 Visit; 2 Call",
        "overall: 1, 2",
    )
    assert [row[3] for row in sheets["Measures"]] == ["", "warmth"]
    assert sheets["Measures"][1][6] == Decimal(40)


def test_the_grading_sheet_names_the_result_below_the_grades(pack):
    before = sheets_of(load(str(pack)), "en")[4].rows
    change(pack, "grading.yaml", "below: not-certified", "below: not-certified\n    below_is_a_result: true")
    after = sheets_of(load(str(pack)), "en")[4].rows

    assert before[3] == ("Result below the grades", "not-certified", "Not certified", "No grade is reached.")
    assert after[3] == ("Grade", "not-certified", "Not certified", "The score is below 70.")
