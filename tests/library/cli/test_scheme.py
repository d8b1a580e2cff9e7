import json
import re
import shutil

import pytest
from click.testing import CliRunner

from sealmark.cli.main import cli
from sealmark.scheme.scaffolding import new_pack


@pytest.fixture
def pack(tmp_path):
    new_pack(tmp_path / "front-desk", "front-desk", "Ada")
    return tmp_path / "front-desk"


def run(*arguments):
    return CliRunner().invoke(cli, ["scheme", *map(str, arguments)], prog_name="sealmark")


def edit(pack, file, old, new):
    path = pack / "editions/2026" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_check_of_a_good_pack_is_positive_and_summarised_on_stderr(pack):
    result = run("check", pack)

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "\nfront-desk/2026\n"
        "  en     42 of 42 texts\n"
        "  cases  29; four or more for 5 of 5 requirements, 3 of 3 grades shown\n"
        "No errors, 0 warnings.\n"
    )


def test_check_of_a_pack_with_errors_is_negative(pack):
    edit(pack, "tree.yaml", "points: 100", "points: 90")
    edit(pack, "scales.yaml", "share: 0.5", "share: 5")

    result = run("check", pack)

    assert result.exit_code == 1
    assert [line[:5] for line in result.stdout.splitlines() if line.startswith("SM")] == ["SM231", "SM218"]
    assert result.stderr.splitlines()[-1] == "2 errors (SM231 x 1, SM218 x 1), 0 warnings."


def test_the_last_line_of_check_counts_every_code(pack):
    edit(pack, "scales.yaml", "share: 0.5", "share: 5")
    edit(pack, "text/en.yaml", "  people: {title: People}\n", "")

    assert run("check", pack).stderr.splitlines()[-1] == "1 error (SM231 x 1), 1 warning (SM270 x 1)."


def test_the_last_line_of_check_leaves_no_code_out(pack):
    edit(pack, "tree.yaml", "points: 100", "points: 90")
    edit(pack, "scales.yaml", "share: 0.5", "share: 5")
    edit(pack, "text/en.yaml", "  people: {title: People}\n", "  peeple: {title: People}\n")
    edit(pack, "text/en.yaml", "title: Courtesy", 'title: " "')
    edit(pack, "text/en.yaml", "title: Trained staff", "title: <b>Trained staff</b>")

    result = run("check", pack)

    told = re.findall(r"^(?:warning )?(SM\d{3}) ", result.stdout, re.MULTILINE)
    listed = re.findall(r"SM\d{3} x \d", result.stderr.splitlines()[-1])
    assert sorted(listed) == sorted(f"{code} x {told.count(code)}" for code in set(told))
    assert len(listed) > 4


def test_check_tells_warnings_unless_quiet(pack):
    edit(pack, "cases/courtesy.yaml", "as_of: 2026-06-30", "as_of: 2025-06-30")

    loud, quiet = run("check", pack), run("check", pack, "--quiet")

    assert (loud.exit_code, quiet.exit_code) == (0, 0)
    assert loud.stdout.startswith("warning SM286 ")
    assert quiet.stdout == ""


def test_check_as_json_holds_everything(pack):
    edit(pack, "tree.yaml", "points: 100", "points: 90")

    result = run("check", pack, "--json")

    value = json.loads(result.stdout)
    assert (result.exit_code, value["errors"], value["warnings"]) == (1, 1, 0)
    assert value["problems"][0] == {
        "code": "SM218",
        "severity": "error",
        "what": 'The children of "total" have 100 points together, the group declares 90.',
        "where": "editions/2026/tree.yaml, line 7, column 5, roots.0.points",
        "fix": "Change the points of a child by -10, or the group's.",
    }
    assert value["editions"] == [
        {
            "id": "front-desk/2026",
            "languages": [{"language": "en", "present": 42, "needed": 42}],
            "golden_cases": {"cases": 29, "requirements": 5, "covered": 5, "grades": 3, "reached": 3},
        }
    ]


def test_check_of_an_unreadable_edition_says_so(pack):
    edit(pack, "tree.yaml", "roots:", "roots")

    result = run("check", pack)

    assert result.exit_code == 1
    assert "front-desk/2026: not readable as a whole; mend the errors above first." in result.stderr


def test_check_of_nothing_is_wrong_use(tmp_path):
    result = run("check", tmp_path / "nothing")

    assert (result.exit_code, result.stdout, result.stderr[:6]) == (2, "", "SM208 ")


def test_list_names_the_installed_editions():
    result = run("list", "--json")

    rows = json.loads(result.stdout)
    assert result.exit_code == 0
    assert "sealmark-charter/2026" in [row["id"] for row in rows]
    assert all(row["title"] and row["state"] for row in rows)
    assert run("list").stdout.count("\n") == len(rows)


def test_show_tells_tree_and_grades_in_words(pack):
    result = run("show", pack)

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "Front desk service, an example"
    cells = [re.split(" {2,}", line.strip()) for line in lines]
    counted = "Points of the parts are added; points of what does not apply leave the total."
    assert ["people", "People", "40", counted] in cells
    assert ["Score", "total-score", "Total score", "The share of “Service as a whole” times 100."] in cells
    assert ["Gate", "complaints-handled", "A complaints procedure is in place",
            "Each of these reaches 100%: “Complaints procedure”."] in cells  # fmt: skip
    assert ["Result below the grades", "not-certified", "Not certified", "No grade is reached."] in cells
    assert ["Grade", "excellent", "Certified with excellence", "The score is 85 or more."] in cells


def test_show_tells_how_a_score_is_rounded():
    lines = run("show", "csqs-style/2022").stdout.splitlines()

    assert next(line for line in lines if " total " in line).endswith("Rounded to 6 decimals before it is compared.")


def test_show_of_one_requirement(pack):
    result = run("show", pack, "--requirement", "courtesy")
    unknown = run("show", pack, "--requirement", "courtsy")

    assert result.stdout.splitlines()[0] == "courtesy  Courtesy"
    assert result.stdout.splitlines()[-1].startswith("Assessors mark it as one of: Not there (0%)")
    assert (unknown.exit_code, unknown.stderr[:5]) == (2, "SM904")


def test_show_of_one_group_and_of_one_gate(pack):
    group = run("show", pack, "--requirement", "people")
    gate = run("show", pack, "--requirement", "complaints-handled")
    values = [
        json.loads(run("show", pack, "--requirement", name, "--json").stdout)
        for name in ("people", "complaints-handled")
    ]

    assert group.stdout.splitlines() == [
        "people  People",
        "Applies always.",
        "Points of the parts are added; points of what does not apply leave the total.",
    ]
    assert gate.stdout.splitlines() == [
        "complaints-handled  A complaints procedure is in place",
        "Each of these reaches 100%: “Complaints procedure”.",
    ]
    assert (values[0]["points"], values[0]["children"]) == ("40", ["courtesy", "trained-staff"])
    assert values[1]["ladders"] == ["certificate"]


def test_show_names_the_figures_somebody_must_supply():
    result = run("show", "gbt27922/2011", "--language", "ru")

    assert result.exit_code == 0
    assert "points-5.1.1" in next(line for line in result.stdout.splitlines() if line.startswith("to supply"))


def test_show_in_a_language_the_pack_has_not(pack):
    result = run("show", pack, "--language", "ru")

    assert (result.exit_code, result.stderr[:5]) == (2, "SM297")


def test_cases_pass_or_name_the_difference(pack):
    good = run("cases", pack)
    edit(pack, "grading.yaml", "at_least: 85", "at_least: 86")
    bad = run("cases", pack)
    value = json.loads(run("cases", pack, "--json").stdout)

    assert (good.exit_code, good.stdout, good.stderr) == (0, "", "29 cases, 0 failed.\n")
    assert (bad.exit_code, bad.stderr) == (1, "29 cases, 1 failed.\n")
    assert bad.stdout.splitlines()[0] == (
        "FAILED whole: Without the 15 points for calls the score is exactly 85, still excellent."
    )
    assert (value["cases"], value["failed"]) == (29, 1)


def test_a_pack_without_cases_does_not_pass(pack):
    shutil.rmtree(pack / "editions/2026/cases")

    assert run("cases", pack).exit_code == 1


def test_diff_is_negative_when_something_differs(pack, tmp_path):
    other = shutil.copytree(pack, tmp_path / "other")
    edit(other, "requirements/courtesy.yaml", "points: 20", "points: 25")

    same, different = run("diff", pack, pack), run("diff", pack, other)
    value = json.loads(run("diff", pack, other, "--json").stdout)

    assert (same.exit_code, same.stdout, same.stderr) == (0, "", "No differences.\n")
    assert (different.exit_code, different.stdout) == (
        1,
        "affects-grading: requirement courtesy changed: points: 20 -> 25\n",
    )
    assert value == [
        {"area": "requirement", "id": "courtesy", "what": "changed", "key": "points", "old": "20", "new": "25",
         "affects": "affects-grading"}
    ]  # fmt: skip


def test_new_writes_a_pack_that_passes(tmp_path):
    result = run("new", tmp_path / "My Standard", "--owner", "Ada")

    assert result.exit_code == 0
    assert result.stdout.count("\n") == 25
    assert run("check", tmp_path / "My Standard").exit_code == 0
    assert run("cases", tmp_path / "My Standard").exit_code == 0
    assert run("new", tmp_path / "My Standard").exit_code == 2


@pytest.mark.parametrize("arguments", [(), ("--format", "xlsx", "--language", "en"), ("--format", "json")])
def test_export_writes_the_file_it_names(pack, tmp_path, arguments):
    result = run("export", pack, "--out", tmp_path / "file", *arguments)

    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'file'}\n")
    assert (tmp_path / "file").stat().st_size > 1000


def test_export_ignores_no_option(pack, tmp_path):
    result = run("export", pack, "--out", tmp_path / "file", "--format", "json", "--language", "en")

    assert result.exit_code == 2
    assert not (tmp_path / "file").exists()
