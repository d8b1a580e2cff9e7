"""``sealmark plan draw`` and ``replay`` from the command line."""

import json

import pytest
from click.testing import CliRunner

from sealmark.cli.main import cli

SHOPS = "shop;region;staff\n" + "".join(f"s{n};{'north' if n < 4 else 'south'};{n + 1}\n" for n in range(8))


@pytest.fixture
def shops(tmp_path):
    path = tmp_path / "shops.csv"
    path.write_text(SHOPS)
    return path


def run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)), prog_name="sealmark")


def draw(shops, *arguments):
    return run("plan", "draw", shops, "--unit", "shop", "--seed", 4, *arguments)


METHODS = {
    "simple": (),
    "stratified": ("--strata", "region", "--spreads", "north=5,south=10"),
    "proportional": ("--size", "staff"),
    "systematic": ("--size", "staff"),
}


@pytest.mark.parametrize("method", METHODS)
def test_a_draw_is_told_and_its_ledger_replayed(shops, tmp_path, method):
    ledger = tmp_path / "draw.json"

    told = draw(shops, "--sample", 3, "--method", method, *METHODS[method], "--ledger", ledger)
    again = run("plan", "replay", ledger, "--json")

    head, titles, *units = told.stdout.splitlines()
    assert (told.exit_code, head, titles.split()) == (0, "3 units of 8, seed 4:", ["unit", "stratum", "probability"])
    assert told.stderr == f"Ledger: {ledger}\n"
    assert [line.split()[0] for line in units] == [
        item["unit"] for item in json.loads(ledger.read_text())["draws"][0]["drawn"]
    ]
    assert json.loads(again.stdout) == {"same": True, "drawn": 3, "differences": []}


def test_json_holds_the_whole_ledger(shops):
    told = json.loads(draw(shops, "--sample", 2, "--label", "spring", "--json").stdout)

    assert (told["format"], told["draws"][0]["label"], len(told["draws"][0]["frame"])) == (
        "sealmark-draw/1",
        "spring",
        8,
    )


def test_a_forged_ledger_ends_with_exit_code_one_and_names_the_unit(shops, tmp_path):
    ledger = tmp_path / "draw.json"
    draw(shops, "--sample", 3, "--ledger", ledger)
    document = json.loads(ledger.read_text())
    drawn = [item["unit"] for item in document["draws"][0]["drawn"]]
    document["draws"][0]["drawn"][0]["unit"] = "s9"
    ledger.write_text(json.dumps(document))

    result = run("plan", "replay", ledger)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[:3] == [
        "Not the same draw.",
        "  draw: s9 is in the ledger but is not drawn",
        f"  draw: {drawn[0]} is drawn but not in the ledger",
    ]


@pytest.mark.parametrize(("content", "code"), [("no json", "SM470"), ("{}", "SM470"), ("[]", "SM470")])
def test_what_is_no_ledger_is_refused(tmp_path, content, code):
    (tmp_path / "x.json").write_text(content)

    result = run("plan", "replay", tmp_path / "x.json")

    assert (result.exit_code, result.stderr[:5]) == (2, code)


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (("--sample", 2, "--method", "stratified"), ["SM905"]),
        (("--sample", 2, "--strata", "region", "--size", "staff", "--spreads", "north=1"), ["SM905"] * 3),
        (("--sample", 2, "--method", "proportional"), ["SM905"]),
        (("--sample", 2, "--method", "stratified", "--strata", "region", "--spreads", "north"), ["SM905"]),
        (("--sample", 2, "--method", "stratified", "--strata", "region", "--spreads", "north=1"), ["SM475"]),
        (("--sample", 9, "--method", "stratified", "--strata", "region"), ["SM475"]),
        (("--sample", 2, "--method", "proportional", "--size", "region"), ["SM469"] * 8),
    ],
)
def test_options_that_do_not_go_together_are_refused(shops, arguments, codes):
    result = draw(shops, *arguments, "--json")

    assert result.exit_code == 2
    assert [item["code"] for item in json.loads(result.stdout)["problems"]] == codes
