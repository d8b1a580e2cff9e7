"""``sealmark case``: new, check, map."""

import json

from click.testing import CliRunner
from tests.library.evaluation.small import write_case, write_pack

from sealmark.cli.main import cli
from sealmark.scheme.discovery import pack_folders


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
        "  requirements with marks  3 of 3\n"
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


def test_new_under_a_pack_folder_names_the_folder_in_what_comes_next(tmp_path):
    pack = write_pack(tmp_path / "my pack")

    result = run("case", "new", tmp_path / "case", "--scheme", pack)

    assert result.exit_code == 0
    assert result.stderr == (
        f"Next: fill in {tmp_path}/case/case.yaml, then: sealmark case check {tmp_path}/case --scheme '{pack}'\n"
    )
    assert "sealmark case check . --scheme '../my pack'   and:" in (tmp_path / "case/case.yaml").read_text()
    assert run("case", "check", tmp_path / "case", "--scheme", pack).exit_code == 0


def test_new_under_the_folder_of_an_installed_pack_needs_no_option(tmp_path):
    folder = pack_folders()["cse-style"]

    result = run("case", "new", tmp_path / "case", "--scheme", folder)

    assert result.stderr.endswith(f"then: sealmark case check {tmp_path}/case\n")


def test_a_case_whose_scheme_is_not_found_is_told_how_to_name_a_folder(tmp_path):
    result = run("case", "check", write_case(tmp_path / "case"))

    assert result.exit_code == 2
    assert result.stderr.splitlines()[0] == 'SM208 There is no scheme "small/1".'
    assert result.stderr.splitlines()[-1].endswith(
        " A pack folder: --scheme my-pack/, or its path here if it lies in the case."
    )


def test_check_warns_when_nothing_is_marked(tmp_path):
    marks = "requirement,site,mark\npolite,site-1,\npolite,site-2,\n"
    case, pack = write_case(tmp_path / "case", {"judgements.csv": marks}), write_pack(tmp_path / "pack")

    plain, as_json = (run("case", "check", case, "--scheme", pack, *more) for more in ((), ("--json",)))

    assert "  requirements with marks  0 of 3\n" in plain.stdout
    warning = (
        "Nothing is marked, but 3 requirements are judged by marks. "
        "Marks stand in the column `mark` of the judgement tables."
    )
    assert plain.stderr == f"Warning: {warning}\n"
    told = json.loads(as_json.stdout)
    assert (told["requirements with marks"], told["requirements to mark"], told["warnings"]) == (0, 3, [warning])
    assert (plain.exit_code, as_json.stderr) == (0, "")


def test_map_for_a_record_class_drafts_what_the_scheme_needs(tmp_path):
    file = tmp_path / "export.csv"
    file.write_text("Ticket;Created;Solved\n1;2026-01-31 10:00;2026-02-01 10:00\n")
    arguments = ("case", "map", file, "--records", "tickets", "--scheme", write_pack(tmp_path / "pack"))

    lines = run(*arguments).stdout.split("columns:\n")[1].splitlines()

    assert [line for line in lines if "from:" in line] == [
        '  case: {from: "Ticket", type: text}  # guessed from the heading, check',
        '  opened: {from: "Created", type: datetime}  # guessed from the heading, check',
        '  resolved: {from: "Solved", type: datetime}  # guessed from the heading, check',
        '  # site: {from: "...", type: text}  # decide: which heading?',
    ]


def test_map_for_an_unknown_record_class_names_the_known_ones(tmp_path):
    (tmp_path / "export.csv").write_text("Ticket\n1\n")

    unknown = run("case", "map", tmp_path / "export.csv", "--records", "ticket", "--scheme", "gbt27922/2011")
    alone = run("case", "map", tmp_path / "export.csv", "--records", "tickets")

    assert unknown.stderr == (
        'SM904 The scheme gbt27922/2011 has no record class "ticket".\n'
        "  in:  --records\n"
        "  fix: Legal: deliveries, repairs, service-requests.\n"
    )
    assert (unknown.exit_code, alone.exit_code) == (2, 2)
    assert "--records and --scheme belong together" in alone.stderr
