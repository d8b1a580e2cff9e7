"""``sealmark measure import``, and estimating from what it made."""

import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from sealmark.cli.main import cli
from sealmark.cli.measuring.store import progress_line
from sealmark.measure.storage.watching import Step

MAPPING = """
columns:
  year: {from: Year, type: whole}
  shop: {from: Shop, type: text}
set_aside: [{reason: a test, when: [{column: Shop, one_of: [test]}]}]
groups:
  - {columns: {q1: Q1}, type: whole, lowest: 1, highest: 10}
"""


def run(*arguments):
    return CliRunner().invoke(cli, ["measure", *map(str, arguments)], prog_name="sealmark")


@pytest.fixture
def options(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"2026,shop {n % 2},{1 + n % 7},{n}" for n in range(30)] + ["2026,test,1,30"]
    (tmp_path / "a.csv").write_text("\n".join(["Year,Shop,Q1,Id", *rows, ""]))
    (tmp_path / "m.yaml").write_text(MAPPING)
    return ["import", "a.csv", "--mapping", "m.yaml", "--organization", "shop", "--out", "s"]


def test_an_import_tells_where_every_row_went(options):
    found = run(*options, "--wave", "year")

    assert found.exit_code == 0
    assert found.stdout.splitlines() == [
        "file   rows in  used  set aside",
        "a.csv  31       30    1",
        "                1     a test",
        "",
        "wave  rows",
        "2026  30",
        "",
        "Wrote 30 rows in 1 wave to s",
    ]


def test_json_holds_waves_and_reconciliations(options):
    found = json.loads(run(*options, "--wave", "year", "--json").stdout)

    assert sorted(found) == ["reconciliations", "store", "warnings", "waves"]
    assert [wave["rows"] for wave in found["waves"]] == [30]
    assert found["reconciliations"][0]["rows_in"] == 31


def test_a_dry_run_writes_nothing(options, tmp_path):
    found = run(*options, "--wave", "year", "--dry-run")

    assert found.stdout.splitlines()[-1] == "Would write 30 rows in 1 wave to s"
    assert not (tmp_path / "s").exists()


def test_warnings_go_to_stderr(options, tmp_path):
    (tmp_path / "a.csv").write_text((tmp_path / "a.csv").read_text().rstrip("\n"))

    found = run(*options, "--wave", "year")

    assert found.stderr == "Look at this: The last line has no line end: the file may have been cut.\n"


def test_progress_is_told_in_lines_where_there_is_no_terminal(options):
    found = run(*options, "--wave", "year", "--progress")

    labels = [line.split(" ...")[0].split(":")[0] for line in found.stderr.splitlines()]
    assert [label for label in dict.fromkeys(labels) if "Look" not in label] == [
        "reading a.csv",
        "staging a.csv",
        "writing wave 2026",
    ]


def test_nothing_is_told_where_there_is_no_terminal(options):
    assert run(*options, "--wave", "year").stderr == ""


def test_progress_on_a_terminal_is_one_line_that_changes(options, monkeypatch):
    monkeypatch.setattr("sealmark.cli.measuring.store.sys", SimpleNamespace(stderr=_Terminal()))

    found = run(*options, "--wave", "year")

    # The runner takes the code that clears a line away.
    assert found.stderr.startswith("\rreading a.csv ...\rreading a.csv")
    assert found.stderr.endswith("\r")
    assert "\n" not in found.stderr


class _Terminal:
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("step", "seconds", "line"),
    [
        (Step("a", 0.0, 9), 1.0, "a ..."),
        (Step("a", 0.5, 1000), 2.0, "a: 50 %, 250 rows/s, 0:02 left"),
        (Step("a", 0.01, 0), 1.0, "a: 1 %, 1:39 left"),
        (Step("a", 1.0, 1000), 2.0, "a: 100 %, 500 rows/s"),
        (Step("a", 1.0, 1000), 0.0, "a: 100 %"),
    ],
)
def test_lines_of_progress(step, seconds, line):
    assert progress_line(step, seconds) == line


def test_wave_and_label_exclude_each_other(options):
    found = run(*options, "--wave", "year", "--wave-label", "x")

    assert found.exit_code == 2
    assert found.stderr == (
        "SM906 --wave and --wave-label exclude each other.\n  fix: Give the column, or the one name for all rows.\n"
    )


def test_a_column_called_wave_needs_no_naming(options, tmp_path):
    (tmp_path / "m.yaml").write_text(MAPPING.replace("year:", "wave:"))

    assert run(*options).stdout.splitlines()[-1] == "Wrote 30 rows in 1 wave to s"


def test_estimates_from_a_store_show_names(options):
    run(*options, "--wave", "year")

    found = run("estimate", "s", "--measure", "mean:q1", "--by", "wave,organization")

    assert [line.split()[:4] for line in found.stdout.splitlines()[1:]] == [
        ["2026", "shop", "0", "mean:q1"],
        ["2026", "shop", "1", "mean:q1"],
    ]


def test_any_folder_of_parquet_files_can_be_measured(options, tmp_path):
    run(*options, "--wave", "year")

    found = run("estimate", "s/responses", "--measure", "mean:q1", "--memory-limit", "1GB", "--json")

    assert json.loads(found.stdout)[0]["estimate"]["base"] == 30


def test_an_address_needs_spark(options):
    found = run("estimate", "a.csv", "--measure", "mean:Q1", "--engine-address", "spark://a:1")

    assert found.exit_code == 2
    assert found.stderr == (
        "SM906 --engine-address needs the engine Spark.\n  fix: Add --engine spark, or leave --engine-address out.\n"
    )
