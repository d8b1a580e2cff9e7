import json
import subprocess
import sys
import time

import click
import pytest
from click.testing import CliRunner

from sealmark.cli import main
from sealmark.cli.lazy import LazyCommand, LazyGroup
from sealmark.cli.main import COMMANDS, TellingGroup, cli
from sealmark.core.errors import Problem, SealmarkError


def run(*arguments, group=cli):
    return CliRunner().invoke(group, list(arguments), prog_name="sealmark")


def test_help_lists_every_command_and_imports_nothing_heavy():
    code = (
        "import sys\nfrom sealmark.cli.main import cli\n"
        "try:\n    cli(['--help'], prog_name='sealmark')\nexcept SystemExit:\n    pass\n"
        "heavy = {'pydantic', 'yaml', 'numpy', 'ibis', 'duckdb', 'pyarrow', 'scipy', 'xlsxwriter', 'jinja2', 'sealmark.scheme'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert out.splitlines()[-1] == "[]"
    assert all(f"  {name} " in out and command.help in " ".join(out.split()) for name, command in COMMANDS.items())


def test_help_answers_fast():
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "sealmark.cli.main"], capture_output=True, check=True)
    bare = time.perf_counter() - started

    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "from sealmark.cli.main import cli; cli(['--help'])"], capture_output=True, check=True
    )

    # Against the same interpreter and import in the same run, so that a busy machine does not decide.
    assert time.perf_counter() - started < 3 * bare + 0.5


def test_every_registered_command_can_be_loaded():
    context = click.Context(cli)

    loaded = {name: cli.get_command(context, name) for name in COMMANDS}

    assert [name for name, command in loaded.items() if not isinstance(command, click.Command)] == []


def test_the_version_is_printed():
    result = run("--version")

    assert (result.exit_code, result.stdout.split()[0]) == (0, "sealmark")


def test_an_unknown_command_is_wrong_use():
    result = run("evaluat")

    assert result.exit_code == 2
    assert "No such command 'evaluat'" in result.stderr
    assert result.stdout == ""


@pytest.fixture
def broken():
    @click.command()
    @click.argument("kind")
    @main_json
    def fail(kind):
        raise ERRORS[kind]

    return TellingGroup("sealmark", commands={"fail": fail})


def main_json(command):
    from sealmark.cli.output import json_option

    return json_option(command)


ERRORS = {
    "ours": SealmarkError(Problem("SM301", "It is wrong.", "case.yaml, line 2", "Mend it."), Problem("SM302", "Too.")),
    "system": PermissionError(13, "Permission denied", "/nowhere/x"),
    "fault": ZeroDivisionError("division by zero"),
}


def test_errors_are_told_on_stderr_with_exit_2(broken):
    result = run("fail", "ours", group=broken)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "SM301 It is wrong.\n  in:  case.yaml, line 2\n  fix: Mend it.\nSM302 Too.\n"


def test_errors_are_json_on_stdout_when_asked_for(broken):
    result = run("fail", "ours", "--json", group=broken)

    assert (result.exit_code, result.stderr) == (2, "")
    assert json.loads(result.stdout) == {
        "problems": [
            {
                "code": "SM301",
                "severity": "error",
                "what": "It is wrong.",
                "where": "case.yaml, line 2",
                "fix": "Mend it.",
            },
            {"code": "SM302", "severity": "error", "what": "Too.", "where": "", "fix": ""},
        ]
    }


def test_wrong_use_is_json_as_well(broken):
    result = run("fail", "--json", group=broken)

    assert result.exit_code == 2
    assert [problem["code"] for problem in json.loads(result.stdout)["problems"]] == ["SM901"]


def test_a_refusal_of_the_system_names_the_file(broken):
    result = run("fail", "system", group=broken)

    assert result.exit_code == 2
    assert result.stderr == (
        "SM902 Permission denied.\n  in:  /nowhere/x\n  fix: Check the path and its permissions.\n"
    )


def test_a_fault_of_ours_is_no_traceback(broken, monkeypatch):
    monkeypatch.delenv("SEALMARK_TRACEBACK", raising=False)

    result = run("fail", "fault", group=broken)

    assert result.exit_code == 2
    assert result.stderr.startswith(
        "SM999 A fault in Sealmark, not in your input: ZeroDivisionError: division by zero.\n  in:  test_main.py, line "
    )


def test_the_whole_trace_is_there_for_developers(broken, monkeypatch):
    monkeypatch.setenv("SEALMARK_TRACEBACK", "1")

    result = run("fail", "fault", group=broken)

    assert isinstance(result.exception, ZeroDivisionError)


def test_a_lazy_command_is_imported_when_it_is_called():
    group = LazyGroup("x", lazy={"schema": LazyCommand("sealmark.cli.schema", "schema", "Schemas.")})

    result = run("schema", group=group)

    assert result.exit_code == 0
    assert group.list_commands(click.Context(group)) == ["schema"]
    assert main.COMMANDS is COMMANDS


def test_help_of_a_group_lists_lazy_and_plain_commands():
    @click.command(help="Do it.")
    def plain():
        pass

    group = LazyGroup("x", lazy={"later": LazyCommand("nowhere", "x", "Is not imported.")}, commands={"plain": plain})

    result = run("--help", group=group)

    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()[-2:]] == ["later", "plain"]


def test_a_broken_pipe_is_no_message():
    @click.command()
    def fail():
        raise BrokenPipeError

    assert isinstance(run("fail", group=TellingGroup("x", commands={"fail": fail})).exception, BrokenPipeError)


def test_a_group_with_a_default_command_takes_its_arguments(tmp_path):
    answers = tmp_path / "answers.csv"
    answers.write_text("q1\n7\n9\n")

    short = run("measure", str(answers), "--measure", "mean:q1", group=cli)
    options_first = run("measure", "--measure", "mean:q1", str(answers), group=cli)
    long = run("measure", "estimate", str(answers), "--measure", "mean:q1", group=cli)

    assert short.stdout == options_first.stdout == long.stdout
    assert short.exit_code == 0


def test_a_group_with_a_default_command_still_helps():
    assert "estimate  Estimate from a table" in run("measure", "--help", group=cli).stdout


@pytest.mark.parametrize(
    ("absent", "words", "extras"),
    [
        ("cryptography", ("verify", "certificate.pdf"), "verify"),
        ("cryptography", ("witness", "log"), "attest"),
        ("numpy", ("evaluate", "."), "measure,reports"),
    ],
)
def test_a_command_whose_extra_is_not_installed_names_it(absent, words, extras):
    # A module that is None in sys.modules is one that cannot be imported.
    code = (
        f"import sys\nsys.modules[{absent!r}] = None\nfrom sealmark.cli.main import cli\n"
        f"cli({[*words]!r}, prog_name='sealmark')"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"SM907 The command needs {absent}, which is not installed.\n  fix: pip install 'sealmark[{extras}]'\n"
    )
