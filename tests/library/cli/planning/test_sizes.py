"""``sealmark plan respondents`` and ``records`` from the command line."""

import json

import pytest
from click.testing import CliRunner

from sealmark.cli.main import cli


def run(*arguments):
    return CliRunner().invoke(cli, ["plan", *map(str, arguments)], prog_name="sealmark")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--precision", 2, "--spread", 14.35), "Respondents needed: 201\n"),
        (("--precision", 0.05, "--share", 0.5, "--population", 300), "Respondents needed: 170\n"),
        (("--precision", 0.05, "--share", 0.5, "--response-rate", 0.25), "Respondents needed: 388\nTo be asked: 1,552\n"),
        (("--difference", 0.5, "--spread", 1), "Respondents needed in each wave: 64\n"),
        (("--difference", 0.5, "--spread", 1, "--overlap", 1, "--correlation", 0.5, "--response-rate", 0.5),
         "Respondents needed in each wave: 34\nTo be asked in each wave: 68\n"),
        (("--difference", 0.25, "--share", 0.5, "--power", 0.9), "Respondents needed in each wave: 77\n"),
        (("--difference", 0.05, "--share", 0.85), "Respondents needed in each wave: 686\n"),
        (("--difference", 0.1, "--share", 0.95), "Respondents needed in each wave: 141\n"),
    ],
)  # fmt: skip
def test_respondents_for_a_precision_or_a_difference(arguments, expected):
    result = run("respondents", *arguments)

    assert (result.exit_code, result.stdout) == (0, expected)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "SM905"),
        (("--precision", 2), "SM905"),
        (("--precision", 2, "--difference", 2, "--spread", 9), "SM905"),
        (("--precision", 2, "--spread", 9, "--share", 0.5), "SM905"),
        (("--precision", 2, "--share", 0.5), "SM419"),
        (("--precision", 2, "--spread", 18, "--population", 400, "--response-rate", 0.1), "SM473"),
    ],
)
def test_respondents_that_cannot_be_told_are_refused(arguments, code):
    result = run("respondents", *arguments)

    assert (result.exit_code, result.stderr[:5]) == (2, code)


def test_a_plan_of_two_points_and_what_it_lets_through():
    result = run("records", "--lot", 100, "--good", 0.01, "--bad", 0.08, "--consumer-risk", 0.05)

    lines = result.stdout.splitlines()
    assert (result.exit_code, lines[0]) == (0, "Draw 46 of 100; accept with at most 1 bad.")
    assert lines[1].startswith("A lot with 7 % bad records or more")
    assert ["8", "%", "4.9", "%"] in [line.split() for line in lines[3:]]
    assert ["1", "%", "100.0", "%"] in [line.split() for line in lines[3:]]


def test_the_smallest_sample_that_finds_out():
    told = json.loads(run("records", "--bad", 0.05, "--json").stdout)
    one = json.loads(run("records", "--bad", 0.6, "--lot", 20, "--accept", 1, "--consumer-risk", 0.1, "--json").stdout)

    assert (told["sample"], told["accept"], told["lot"]) == (59, 0, None)
    assert told["curve"][0] == {"bad": 0, "accepted": 1}
    assert (one["accept"], one["curve"][-1]["bad"]) == (1, 0.9)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--bad", 0.05, "--good", 0.01, "--accept", 1), "SM905"),
        (("--bad", 0.05, "--good", 0.05), "SM419"),
        (("--bad", 0.1, "--lot", 10, "--accept", 1), "SM471"),
    ],
)
def test_records_that_cannot_decide_are_refused(arguments, code):
    result = run("records", *arguments)

    assert (result.exit_code, result.stderr[:5]) == (2, code)
