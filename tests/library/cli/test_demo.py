"""``sealmark demo`` replaces an earlier demo and nothing else."""

import json

import pytest
from click.testing import CliRunner

from sealmark.cli.demo import _clear
from sealmark.cli.main import cli
from sealmark.core.errors import SealmarkError


def test_a_folder_that_is_no_earlier_demo_is_left_alone(tmp_path):
    (tmp_path / "gbt27922/case").mkdir(parents=True)
    (tmp_path / "gbt27922/case/case.yaml").write_text("scheme: x\nmade_up: false\n")

    with pytest.raises(SealmarkError) as caught:
        _clear(tmp_path / "gbt27922")

    assert caught.value.codes == ("SM605",)
    assert (tmp_path / "gbt27922/case/case.yaml").is_file()


def test_an_earlier_demo_is_replaced(tmp_path):
    (tmp_path / "x/case").mkdir(parents=True)
    (tmp_path / "x/case/case.yaml").write_text("scheme: x\nmade_up: true\n")
    _clear(tmp_path / "nothing-here")

    _clear(tmp_path / "x")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_demo_evaluates_one_case_per_pack_and_writes_an_index(tmp_path):
    result = CliRunner().invoke(
        cli, ["demo", "--out", str(tmp_path / "out"), "--language", "en", "--no-open", "--json"]
    )

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    names = [item["name"] for item in told["cases"]]
    assert names == ["sealmark-charter", "cse-style", "csqs-style", "gbt27922", "servicemark-style"]
    assert told["index"] == str(tmp_path / "out/index.html")
    for name in names:
        document = json.loads((tmp_path / f"out/{name}/evaluation.json").read_bytes())
        assert (document["made_up"], (tmp_path / f"out/{name}/report.pdf").is_file()) == (True, True)
