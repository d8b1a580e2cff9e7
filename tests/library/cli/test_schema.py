import json

import pytest
from click.testing import CliRunner

from sealmark.cli.main import cli
from sealmark.cli.schema import formats


def run(*arguments):
    return CliRunner().invoke(cli, ["schema", *arguments], prog_name="sealmark")


def test_without_a_name_the_formats_are_listed():
    result = run()
    names = [row["name"] for row in json.loads(run("--json").stdout)]

    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == names == list(formats())


@pytest.mark.parametrize("name", ["requirement", "tree", "cases"])
def test_a_schema_is_printed_as_json(name):
    plain, as_json = run(name), run(name, "--json")

    assert (plain.exit_code, plain.stdout) == (0, as_json.stdout)
    assert json.loads(plain.stdout)["$id"] == f"urn:sealmark:schema:{name}"


def test_every_format_has_a_schema():
    for name in formats():
        assert run(name).exit_code == 0


def test_an_unknown_format_draws_the_known_ones():
    result = run("requirment")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(
        'SM903 There is no file format "requirment".\n  fix: Did you mean "requirement"? Legal: '
    )
