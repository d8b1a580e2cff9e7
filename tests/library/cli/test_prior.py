"""``sealmark prior``: from evaluation.json files to the file a case names."""

import json

import pytest
from click.testing import CliRunner
from tests.library.evaluation.small import CASE, edited, edition, write_light_case

from sealmark.cli.main import cli
from sealmark.evaluation.run import evaluate


@pytest.fixture(scope="module")
def evaluations(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    paths = []
    for number in range(11):
        case = edited(CASE["case.yaml"], "name: Example", f"name: Firm {number}")
        start, end = case.index("surveys:"), case.index("judgements:")
        marks = edited(CASE["judgements.csv"], "8.5,", f"{number % 7 + 3},")
        case_folder = write_light_case(
            folder / f"case-{number}", {"case.yaml": case[:start] + case[end:], "judgements.csv": marks}
        )
        path = folder / f"evaluation-{number}.json"
        path.write_text(json.dumps(evaluate(edition(), case_folder, draws=1).document))
        paths.append(path)
    return paths


def prior(*arguments):
    return CliRunner().invoke(cli, ["prior", *map(str, arguments), "--id", "firms", "--name", "Firms"])


def test_the_group_is_written_once_and_a_case_can_name_it(evaluations, tmp_path):
    out = tmp_path / "firms.yaml"

    done, again = prior(*evaluations, "--out", out), prior(*evaluations, "--out", out)

    assert (done.exit_code, done.stdout) == (0, f"Written: {out}\n")
    assert again.exit_code == 2
    assert "SM601" in again.stderr
    case = edited(CASE["case.yaml"], "seed: 3\n", "seed: 3\nprior_group: firms.yaml\n")
    start, end = case.index("surveys:"), case.index("judgements:")
    folder = write_light_case(
        tmp_path / "case", {"case.yaml": case[:start] + case[end:], "firms.yaml": out.read_text()}
    )
    assert evaluate(edition(), folder).document["prior_group"]["roots"]["all"]["members"] == 11


def test_without_a_file_the_group_is_shown(evaluations):
    assert "members: 11" in prior(*evaluations).stdout
    assert json.loads(prior(*evaluations, "--json").stdout)["roots"]["all"]["members"] == 11


def test_what_was_left_out_is_told(evaluations, tmp_path):
    later = json.loads(evaluations[0].read_text()) | {"as_of": "2026-05-01"}
    del later["digest"]
    from sealmark.evaluation.document import seal

    path = tmp_path / "later.json"
    path.write_text(json.dumps(seal(later)))

    assert "Left out: 1 earlier evaluation of an organization" in prior(*evaluations, path).stderr


def test_every_file_that_is_no_evaluation_is_named(evaluations, tmp_path):
    torn, other, changed_one = tmp_path / "torn.json", tmp_path / "other.json", tmp_path / "changed.json"
    torn.write_text('{"format": ')
    other.write_text("[]")
    changed_one.write_text(evaluations[0].read_text().replace("Firm 0", "Firm X"))

    found = prior(*evaluations, torn, other, changed_one)

    assert found.exit_code == 2
    assert found.stderr.count("SM602") == 3
    for path in (torn, other, changed_one):
        assert str(path) in found.stderr


def test_an_id_that_is_none_and_an_empty_name_are_told_together(evaluations):
    found = CliRunner().invoke(cli, ["prior", str(evaluations[0]), "--id", "my shops", "--name", " "])

    assert found.exit_code == 2
    assert [line for line in found.stderr.splitlines() if "SM" in line] == [
        'SM903 "my shops" is no id.',
        "SM903 The name is empty.",
    ]
