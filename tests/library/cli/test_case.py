"""``sealmark case``: new, check, map."""

import json

from click.testing import CliRunner
from tests.library.evaluation.small import write_case, write_pack

from sealmark.cli.main import cli


def run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)), prog_name="sealmark")


def test_new_writes_a_folder_and_says_what_to_do_next(tmp_path):
    result = run(
        "case", "new", tmp_path / "case", "--scheme", "cse-style/2008", "--as-of", "2026-09-30", "--language", "ru"
    )

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == f"  {tmp_path}/case/case.yaml"
    assert result.stderr == f"Next: fill in {tmp_path}/case/case.yaml, then: sealmark case check {tmp_path}/case\n"
    assert "as_of: 2026-09-30" in (tmp_path / "case/case.yaml").read_text()


def test_a_new_case_can_be_checked_and_evaluated_to_not_determined(tmp_path):
    run("case", "new", tmp_path / "case", "--scheme", "cse-style/2008")

    checked = run("case", "check", tmp_path / "case")
    evaluated = run("evaluate", tmp_path / "case", "--no-pdf", "--json")

    assert (checked.exit_code, checked.stdout.splitlines()[0]) == (0, "The case can be read.")
    assert evaluated.exit_code == 1
    assert set(json.loads(evaluated.stdout)["grades"].values()) == {"not-determined"}


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    result = run("case", "new", tmp_path)

    assert (result.exit_code, result.stderr[:5]) == (2, "SM605")


def test_check_counts_what_was_read(tmp_path):
    result = run("case", "check", write_case(tmp_path / "case"), "--scheme", write_pack(tmp_path / "pack"))

    assert result.stdout == (
        "The case can be read.\n"
        "  sites                    4\n"
        "  facts                    4\n"
        "  documents                2\n"
        "  requirements with marks  3\n"
        "  measures                 2\n"
        "  surveys/customers.csv: 12 rows in, 12 used\n"
        "  records/tickets.csv: 12 rows in, 12 used\n"
        "  judgements.csv: 10 rows in, 10 used\n"
    )


def test_check_tells_rows_that_were_set_aside(tmp_path):
    case = write_case(tmp_path / "case")
    path = case / "judgements.csv"
    path.write_text(path.read_text() + "polite,site-2,Ada,,,7,2026-03-03,\n")

    result = run("case", "check", case, "--scheme", write_pack(tmp_path / "pack"))

    assert result.stdout.endswith(
        "  judgements.csv: 11 rows in, 10 used\n    set aside 1: exact copy of an earlier row\n"
    )


def test_check_tells_every_problem(tmp_path):
    case = write_case(
        tmp_path / "case", {"facts.yaml": "facts: {incidents: 99}\n", "documents.csv": "document,dated\nmanul,\n"}
    )

    result = run("case", "check", case, "--scheme", write_pack(tmp_path / "pack"))

    assert (result.exit_code, [line[:5] for line in result.stderr.splitlines() if line.startswith("SM")]) == (
        2,
        ["SM314", "SM308"],
    )


def test_map_drafts_a_mapping(tmp_path):
    (tmp_path / "export.csv").write_text("Ticket;Created\n1;2026-01-31 10:00\n2;2026-02-01 11:00\n")

    plain, as_json = run("case", "map", tmp_path / "export.csv"), run("case", "map", tmp_path / "export.csv", "--json")

    assert plain.exit_code == 0
    assert json.loads(as_json.stdout)["mapping"].splitlines() == plain.stdout.splitlines()
