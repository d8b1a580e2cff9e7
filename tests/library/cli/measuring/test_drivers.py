import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from sealmark.cli.main import cli


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(1)
    calls, first, second = rng.integers(1, 11, (3, 300))
    overall = np.clip(np.round(0.2 * calls + 0.4 * first + 0.3 * second + rng.normal(0, 1, 300)), 1, 10)
    columns = {"calls": calls, "s1": first, "s2": second, "overall": overall, "shop": np.arange(300) % 30}
    path = tmp_path / "answers.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def run(*args):
    return CliRunner().invoke(cli, ["measure", "drivers", *map(str, args)])


def test_drivers_are_listed_by_importance(table):
    result = run(table, "--outcome", "overall", "--driver", "calls@1-10", "--driver", "staff=s1,s2@1-10", "--design",
                 "cluster=shop")  # fmt: skip

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("overall: R2 0.")
    assert lines[0].endswith("300 answers, lmg")
    assert [line.split()[0] for line in lines[1:4]] == ["driver", "staff", "calls"]
    assert lines[4].startswith("Cuts: importance 0.")
    assert lines[5].startswith("Note: Importance is association")


def test_json_holds_exact_figures(table):
    result = run(table, "--outcome", "overall@1-10", "--driver", "calls", "--driver", "s1@1-10", "--json", "--method",
                 "relative-weights", "--importance-cut", "0.1", "--performance-cut", "50")  # fmt: skip

    found = json.loads(result.stdout)
    assert (found["method"], found["importance_cut"], found["performance_cut"]) == ("relative-weights", "0.1", "50")
    assert [driver["name"] for driver in found["drivers"]] == ["calls", "s1"]
    assert found["drivers"][0]["performance"]["value"] is None


def test_a_driver_without_a_scale_has_a_dash(table):
    result = run(table, "--outcome", "overall", "--driver", "calls", "--driver", "s1")

    words = result.stdout.splitlines()[2].split()
    assert (words[0], words[4], words[6:]) == ("s1", "-", ["not", "determined", "not", "sure"])
    assert "performance" not in result.stdout.splitlines()[4]


def test_one_cluster_leaves_figures_without_limits(table):
    result = run(table, "--outcome", "overall", "--driver", "calls", "--driver", "s1", "--design", "cluster=one")
    assert result.exit_code == 2

    rows = pq.read_table(table).append_column("one", pa.array([1] * 300))
    pq.write_table(rows, table)
    result = run(table, "--outcome", "overall", "--driver", "calls", "--driver", "s1", "--design", "cluster=one")

    assert "(" not in result.stdout.splitlines()[2]


@pytest.mark.parametrize("ending", ["svg", "html"])
def test_the_map_is_drawn(table, tmp_path, ending):
    target = tmp_path / f"map.{ending}"

    result = run(table, "--outcome", "overall", "--driver", "calls@1-10", "--driver", "s1@1-10", "--chart", target)

    assert result.exit_code == 0
    assert "improve first" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--driver", "calls@1-10", "--driver", "calls@1-10"], "SM903"),
        (["--driver", "calls", "--driver", "staff=s1,s2"], "SM903"),
        (["--driver", "calls", "--driver", "staff=s1,,s2@1-10"], "SM903"),
        (["--driver", "calls", "--driver", "a=b=c"], "SM903"),
        (["--driver", "calls", "--driver", "s1", "--chart", "map.pdf"], "SM903"),
        (["--driver", "calls"], "SM467"),
        (["--driver", "calls", "--driver", "s1", "--minimum-base", "301"], "SM467"),
        (["--driver", "calls", "--driver", "s3"], "SM403"),
    ],
)
def test_what_makes_no_sense_is_refused(table, options, code):
    result = run(table, "--outcome", "overall", *options)

    assert (result.exit_code, result.stderr[:5]) == (2, code)
