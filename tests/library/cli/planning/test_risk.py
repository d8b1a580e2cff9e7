"""``sealmark plan risk`` from the command line."""

import json

import pytest
from click.testing import CliRunner
from tests.library.evaluation.small import write_light_case, write_pack

from sealmark.cli.main import cli

NUMBERS = ("--sites", 100, "--visited", 3, "--sd", 8, "--cuts", "60,70,80,90")


def run(*arguments):
    return CliRunner().invoke(cli, ["plan", "risk", *map(str, arguments)], prog_name="sealmark")


def test_the_chance_of_each_grade_by_true_score():
    result = run(*NUMBERS)

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == "Chance of each grade, by the score alone:"
    assert lines[1].split("  ")[1:2] == ["true score"]
    # A true 86 passes the limit of 90 in one of five cases.
    assert "86          0 %    0 %      9 %      72 %     19 %" in result.stdout
    assert [line.split()[-2:] for line in lines[-2:]] == [["71", "%"], ["78", "%"]]


def test_a_score_found_and_interviews_narrow_the_question():
    found = json.loads(run(*NUMBERS, "--found", 86, "--survey-error", 2, "--json").stdout)
    sure = json.loads(run(*NUMBERS, "--rule", "sure", "--json").stdout)

    assert list(found["right"]) == ["now", "more_sites", "more_interviews"]
    assert 86 in [point["truth"] for point in found["curve"]]
    assert found["design"]["error"] == pytest.approx((0.97 * 64 / 3 + 4) ** 0.5)
    assert next(point["chances"][4] for point in sure["curve"] if point["truth"] == 90) == pytest.approx(0.2, abs=0.005)


def test_one_limit_is_enough():
    told = json.loads(run("--sites", 10, "--visited", 5, "--sd", 8, "--cuts", "80", "--json").stdout)

    assert (told["grades"], told["curve"][0]["truth"], told["curve"][-1]["truth"]) == (["below", "from 80"], 70, 90)


def test_a_case_brings_its_own_sites_and_limits(tmp_path):
    pack, case = write_pack(tmp_path / "pack"), write_light_case(tmp_path / "case")
    pack_text = "id: all, roll_up: mean, children: [polite, visible, greeting, manual-kept, hotline, trained, improved]"
    tree = f"source: own\nroots:\n  - {{{pack_text}}}\n"
    (pack / "editions/1/tree.yaml").write_text(tree)
    for name in ("liked", "quick"):
        (pack / f"editions/1/requirements/{name}.yaml").unlink()

    result = run(case, "--scheme", pack)
    told = json.loads(run(case, "--scheme", pack, "--json").stdout)

    (ladder,) = told["ladders"]
    assert (result.exit_code, ladder["ladder"], ladder["grades"]) == (0, "stars", ["", "bronze", "silver"])
    # Site 1: 8.5 of 10, both marks, both contacts; site 2: 7 of 10, one mark of two, one contact of two; each a seventh.
    spread = 100 * ((0.85 - 0.7) + 0.5 + 0.5) / 7 / 2**0.5
    assert ladder["design"]["spread"] == pytest.approx(spread, rel=1e-6)
    assert result.stdout.startswith(
        f"stars: score {ladder['found']:.2f}; 2 of 4 sites, spread {spread:.2f}, standard error"
    )


def test_a_case_without_sampled_sites_is_not_determined(tmp_path):
    pack = write_pack(tmp_path / "pack")
    case = write_light_case(tmp_path / "case", {"sites.csv": "site\nsite-1\nsite-2\n"})

    result = run(case, "--scheme", pack)

    assert (result.exit_code, result.stdout) == (
        1, "Not determined: no score that decides a ladder rests on two or more of several sites.\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "SM905 Without a case there is no: --sites, --visited, --sd, --cuts."),
        (("--sites", 5), "SM905 Without a case there is no: --visited, --sd, --cuts."),
        ((*NUMBERS, "--scheme", "x/1"), "SM905 Without a case there is no use for: --scheme."),
        ((".", "--sd", 8, "--rule", "sure"), "SM905 A case brings its own numbers: --sd, --rule."),
        ((".", "--survey-error", 8), "SM905 A case brings its own numbers: --survey-error."),
        ((*NUMBERS[:-1], "60,x"), 'SM905 "60,x" are no scores.'),
        ((*NUMBERS[:-1], "70,60"), "SM472 The cuts of the grades do not rise: 70, 60."),
        (("--sites", 2, *NUMBERS[2:]), "SM472 3 visited of 2 sites cannot be."),
        (("--sites", 9, "--visited", 1, "--sd", 8, "--cuts", 80, "--found", 80),
         "SM472 One visited site shows no spread, so no range of scores can be told."),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(arguments, told):
    result = run(*arguments)

    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, told)
