import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from sealmark.cli.main import cli


def write(path, columns):
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture
def table(tmp_path):
    """Sixty people asked twice: half a point better, nobody worse."""
    rng = np.random.default_rng(1)
    first = rng.normal(6, 1.5, 60)
    q = np.concatenate([first, first + 0.5 + rng.normal(0, 0.2, 60)])
    year = np.repeat([2025, 2026], 60)
    columns = {
        "year": year, "half": [f"{y}-1" for y in year], "day": [dt.date(int(y), 3, 1) for y in year],
        "who": np.tile(np.arange(60), 2), "site": np.tile(["a", "b"], 60), "q": q,
    }  # fmt: skip
    return write(tmp_path / "both.parquet", columns)


def run(*args):
    return CliRunner().invoke(cli, ["measure", "change", *map(str, args)])


WAVES = ("--wave", "year", "--before", "2025", "--after", "2026")


def test_an_improvement_is_shown_and_exits_zero(table):
    result = run(table, *WAVES, "--measure", "mean:q", "--minimum", "0.3", "--respondent", "who")

    head, row = result.stdout.splitlines()
    assert result.exit_code == 0
    assert head.split() == ["measure", "before", "after", "gain", "lower", "upper", "verdict", "reason"]
    assert row.split()[0] == "mean:q"
    assert row.split()[6] == "improved"
    assert row.endswith("is above 0.3.")


def test_what_is_not_shown_exits_one(table):
    apart = run(table, *WAVES, "--measure", "mean:q", "--minimum", "0.3", "--independent-rounds")
    less = run(table, *WAVES, "--measure", "mean:q", "--minimum", "0", "--respondent", "who", "--better", "lower")

    assert (apart.exit_code, "not shown" in apart.stdout) == (1, True)
    assert (less.exit_code, "not improved" in less.stdout) == (1, True)


@pytest.mark.parametrize(
    ("column", "before", "after"), [("half", "2025-1", "2026-1"), ("day", "2025-03-01", "2026-03-01")]
)
def test_rounds_may_be_words_or_days(table, column, before, after):
    result = run(table, "--wave", column, "--before", before, "--after", after, "--measure", "mean:q", "--minimum", "0.3",
                 "--respondent", "who")  # fmt: skip

    assert result.exit_code == 0


def test_json_by_cell(table):
    result = run(table, *WAVES, "--measure", "mean:q", "--minimum", "0.2", "--respondent", "who", "--by", "site",
                 "--sides", "one", "--json")  # fmt: skip

    found = json.loads(result.stdout)
    assert [one["cell"] for one in found] == [{"site": "a"}, {"site": "b"}]
    assert (found[0]["verdict"], found[0]["rule"]["sides"], found[0]["gain"]["confidence"]) == (
        "improved",
        "one",
        "0.9",
    )


def test_two_tables_are_independent_samples(tmp_path):
    rng = np.random.default_rng(2)
    before = write(tmp_path / "before.parquet", {"q": rng.normal(6, 1, 200), "site": ["a", "b"] * 100})
    after = write(tmp_path / "after.parquet", {"q": rng.normal(7, 1, 200), "site": ["a", "c"] * 100})

    whole = run(before, after, "--measure", "mean:q", "--minimum", "0.5")
    cells = run(before, after, "--measure", "mean:q", "--minimum", "0.5", "--by", "site")

    assert whole.exit_code == 0
    rows = [line.split() for line in cells.stdout.splitlines()[1:]]
    assert [(row[0], "improved" in row, "determined" in row) for row in rows] == [
        ("a", True, False), ("b", False, True), ("c", False, True),
    ]  # fmt: skip
    assert cells.exit_code == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--minimum", "0.3"], "SM903"),
        (["--minimum", "0.3", "--wave", "year", "--before", "2025"], "SM903"),
        (["--minimum", "x", *WAVES], "SM903"),
        (["--minimum", "-1", *WAVES], "SM468"),
        (["--minimum", "0", "--wave", "year", "--before", "2025", "--after", "soon"], "SM468"),
        (["--minimum", "0", "--wave", "day", "--before", "2025", "--after", "2026-03-01"], "SM468"),
        (["--minimum", "0", "--wave", "wave", "--before", "1", "--after", "2"], "SM403"),
    ],
)
def test_what_makes_no_sense_is_refused(table, options, code):
    result = run(table, "--measure", "mean:q", *options)

    assert (result.exit_code, result.stderr[:5]) == (2, code)


def test_waves_of_one_table_are_not_mixed_with_a_second(table):
    result = run(table, table, "--measure", "mean:q", "--minimum", "0", *WAVES)

    assert result.exit_code == 2
    assert "in:  --wave, --before, --after" in result.stderr
