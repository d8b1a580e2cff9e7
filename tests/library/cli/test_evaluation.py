"""``sealmark evaluate`` and ``reproduce`` from the command line."""

import json
import shutil
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.library.evaluation.small import changed, write_case, write_pack

from sealmark.cli.main import cli
from sealmark.evaluation.example import make_example, read_profile
from sealmark.evaluation.fingerprints import FINGERPRINTS
from sealmark.scheme.discovery import load


def run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)), prog_name="sealmark")


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The made-up case of a pack without surveys, which is evaluated quickly."""
    folder = tmp_path_factory.mktemp("example") / "case"
    profile = read_profile(Path(str(resources.files("sealmark.cli") / "examples/cse-style.yaml")))
    make_example(profile, load(profile.scheme), folder)
    return folder


@pytest.fixture
def case(example, tmp_path):
    return Path(shutil.copytree(example, tmp_path / "case"))


@pytest.fixture
def small(tmp_path):
    """The small pack and its case."""
    return write_pack(tmp_path / "pack"), write_case(tmp_path / "case")


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_evaluate_writes_results_into_the_case_and_says_where(case):
    result = run("evaluate", case, "--no-pdf")

    assert (result.exit_code, result.stderr) == (0, "")
    assert names(case / "results") == ["evaluation.json", "imports/judgements.csv.json", FINGERPRINTS, "report.html"]
    assert "Fernleigh City Libraries" in result.stdout
    written = [f"  {case}/results/{name}\n" for name in ("evaluation.json", FINGERPRINTS, "report.html")]
    assert result.stdout.endswith("".join(written))


def test_evaluate_in_two_languages_writes_a_report_for_each(case, tmp_path):
    result = run(
        "evaluate",
        case,
        "--no-pdf",
        "--out",
        tmp_path / "out",
        "--language",
        "ru",
        "--language",
        "en",
        "--language",
        "ru",
    )

    assert result.exit_code == 0
    assert names(tmp_path / "out") == [
        "evaluation.json",
        "imports/judgements.csv.json",
        FINGERPRINTS,
        "report.en.html",
        "report.ru.html",
    ]


def test_evaluate_prints_json_when_asked(case, tmp_path):
    result = run("evaluate", case, "--no-pdf", "--json", "--out", tmp_path / "out", "--seed", 7, "--draws", 3)

    told = json.loads(result.stdout)
    document = json.loads((tmp_path / "out/evaluation.json").read_bytes())
    assert told["digest"] == document["digest"]
    assert told["grades"] == {name: ladder["grade"] for name, ladder in document["ladders"].items()}
    written = ("evaluation.json", FINGERPRINTS, "report.html")
    assert told["files"] == [str(tmp_path / "out" / name) for name in written]
    assert (document["seed"], document["draws"]) == (7, 3)


def test_evaluate_writes_a_pdf(case, tmp_path):
    result = run("evaluate", case, "--out", tmp_path / "out")

    assert result.exit_code == 0
    assert (tmp_path / "out/report.pdf").read_bytes()[:5] == b"%PDF-"


def test_no_grade_is_a_negative_answer(case):
    text = (case / "case.yaml").read_text().replace("judgements:\n- judgements.csv\n", "")
    (case / "case.yaml").write_text(text)

    assert run("evaluate", case, "--no-pdf").exit_code == 1


def test_problems_go_to_stderr_all_of_them_and_nothing_is_written(small):
    pack, case = small
    write_case(case, {**changed("case.yaml", "seed: 3", "sed: 3"), "facts.yaml": "facts: {incidents: 99}\n"})

    result = run("evaluate", case, "--scheme", pack)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        'SM304 Unknown key "sed".\n  in:  case.yaml, line 7, column 1, sed\n  fix: Did you mean "seed"? Legal: actions, as_of, documents, '
        "facts, judgements, label, made_up, note, organization, overlay, period, persons, prior_group, records, scheme, seed, sites, surveys, waivers.\n"
        'SM314 "99" does not fit the fact "incidents".\n  in:  facts.yaml, line 1, column 9, facts.incidents\n  fix: Legal: a number from 0 to 20.\n'
    )
    assert not (case / "results").exists()


def test_problems_as_json(small):
    pack, case = small
    write_case(case, {"facts.yaml": "facts: {incidents: 99}\n"})

    result = run("evaluate", case, "--scheme", pack, "--json")

    assert result.exit_code == 2
    assert json.loads(result.stdout) == {
        "problems": [
            {"code": "SM314", "severity": "error", "what": '"99" does not fit the fact "incidents".', "where": "facts.yaml, line 1, column 9, facts.incidents",
             "fix": "Legal: a number from 0 to 20."}
        ]
    }  # fmt: skip


def test_an_output_folder_that_cannot_be_written_leaves_earlier_results_whole(case, tmp_path):
    out = tmp_path / "out"
    run("evaluate", case, "--no-pdf", "--out", out)
    before = {name: (out / name).read_bytes() for name in names(out)}
    (out / "report.ru.html").mkdir()

    result = run("evaluate", case, "--no-pdf", "--out", out, "--language", "en", "--language", "ru", "--seed", 99)

    assert result.exit_code == 2
    assert result.stderr.startswith(
        f'SM601 "{out}/report.ru.html" cannot be written: a folder of this name is in the way.'
    )
    assert {name: (out / name).read_bytes() for name in names(out)} == before


def test_reproduce_confirms_and_denies(case, tmp_path):
    run("evaluate", case, "--no-pdf", "--out", tmp_path / "out")
    digest = json.loads((tmp_path / "out/evaluation.json").read_bytes())["digest"]

    same = run("reproduce", tmp_path / "out/evaluation.json", case)
    (case / "facts.yaml").write_text((case / "facts.yaml").read_text() + "# remark\n")
    other = run("reproduce", tmp_path / "out/evaluation.json", case, "--json")

    assert (same.exit_code, same.stdout) == (0, f"Reproduced: {digest}\n")
    assert other.exit_code == 1
    told = json.loads(other.stdout)
    assert (told["same"], len(told["differences"])) == (False, 1)


def test_reproduce_names_the_line_with_the_private_file_and_the_input_without(case, tmp_path):
    run("evaluate", case, "--no-pdf", "--out", tmp_path / "out")
    lines = len((case / "facts.yaml").read_text().splitlines())
    (case / "facts.yaml").write_text((case / "facts.yaml").read_text()[:-1] + " # remark\n")

    exact = run("reproduce", tmp_path / "out/evaluation.json", case)
    (tmp_path / "out" / FINGERPRINTS).unlink()
    rough = run("reproduce", tmp_path / "out/evaluation.json", case)

    assert f"  input facts.yaml: line {lines}; it now reads " in exact.stdout
    assert "  input facts.yaml: its content differs; only private/fingerprints.json tells where" in rough.stdout


@pytest.mark.parametrize("content", ["no json", "[1]", "{}"])
def test_reproduce_refuses_private_fingerprints_that_do_not_belong_here(case, tmp_path, content):
    run("evaluate", case, "--no-pdf", "--out", tmp_path / "out")
    (tmp_path / "out" / FINGERPRINTS).write_text(content)

    result = run("reproduce", tmp_path / "out/evaluation.json", case)

    assert (result.exit_code, result.stdout, result.stderr[:5]) == (2, "", "SM641")


def test_reproduce_in_words(case, tmp_path):
    run("evaluate", case, "--no-pdf", "--out", tmp_path / "out")
    (case / "facts.yaml").unlink()

    result = run("reproduce", tmp_path / "out/evaluation.json", case)

    assert result.exit_code == 1
    assert result.stdout.startswith(
        "Not reproduced.\n  input facts.yaml: the file is no longer there\n  recomputing stops: "
    )


@pytest.mark.parametrize("content", ["no json", "[1]", "{}", "\xff"])
def test_reproduce_of_something_else_is_refused(case, tmp_path, content):
    (tmp_path / "x.json").write_bytes(content.encode("latin-1"))

    result = run("reproduce", tmp_path / "x.json", case)

    assert (result.exit_code, result.stderr[:5]) == (2, "SM602")


@pytest.mark.parametrize(("keys", "code"), [("", 1), (", below_is_a_result: true", 0)])
def test_a_result_below_the_grades_is_negative_unless_it_is_a_result_like_any_other(small, keys, code):
    pack, case = small
    path = pack / "editions/1/grading.yaml"
    text = (
        path.read_text()
        .replace("below: none, gates: [politeness]", f"below: none{keys}")
        .replace("at_least: 50}", "at_least: 79}")
    )
    path.write_text(text.replace("at_least: 80}", "at_least: 100}").replace("at_least: 79}", "at_least: 99.5}"))

    result = run("evaluate", case, "--scheme", pack, "--no-pdf", "--draws", 0, "--json")

    assert json.loads(result.stdout)["grades"] == {"stars": "none"}
    assert result.exit_code == code
