"""Tests about the code: errors documented, commands in the manual, no hosts, nothing heavy on help."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
CODE = re.compile(r"\bSM\d{3}\b")


def used_codes():
    """Codes in string literals that are exactly a code, so that ranges in prose do not count."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.add(node.value)
    return found


def test_every_error_code_is_documented_and_no_documented_one_is_unused():
    pages = [ROOT / "docs/reference" / name for name in ("errors.md", "attest-errors.md", "platform-errors.md")]
    manual = "".join(page.read_text(encoding="utf-8") for page in pages)

    documented = set(re.findall(r"^\| (SM\d{3}) \|", manual, re.MULTILINE))

    assert documented == used_codes()


def commands(group, path=()):
    import click

    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_every_command_has_help_an_example_and_a_place_in_the_manual():
    from sealmark.cli.main import cli

    manual = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    lacking = []
    for path, command in commands(cli):
        spoken = "sealmark " + " ".join(path)
        if not command.help or "Example:" not in (command.epilog or "") or f"`{spoken}" not in manual:
            lacking.append(spoken)

    assert lacking == []


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from sealmark.cli.main import cli; from click.testing import CliRunner;"
        "r = CliRunner().invoke(cli, ['--help']); assert r.exit_code == 0, r.output;"
        "heavy = {'pydantic', 'ibis', 'duckdb', 'numpy', 'scipy', 'pyarrow', 'altair', 'typst', 'yaml', 'babel'} & set(sys.modules);"
        "print(sorted(heavy))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_no_lock_or_configuration_names_a_package_host():
    tracked = [ROOT / "requirements.lock", ROOT / "requirements-spark.lock", ROOT / "pyproject.toml", ROOT / "Makefile"]

    found = [path.name for path in tracked if re.search(r"https?://[^ ]*/(simple|packages)", path.read_text())]

    assert found == []


def test_the_lock_holds_every_declared_dependency():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    declared = [*project["project"]["dependencies"], *(item for part in extras.values() for item in part)]
    declared += project["dependency-groups"]["dev"]
    names = {re.split(r"[\[<>=~! ]", item)[0].lower() for item in declared} - {"sealmark"}
    locks = "\n".join(
        (ROOT / name).read_text()
        for name in ("requirements.lock", "requirements-spark.lock", "requirements-bench.lock")
    )
    locked = set(re.findall(r"^([a-z0-9._-]+)==", locks, re.MULTILINE))

    assert names - locked == set()


def test_packs_hold_no_code():
    python = [path for path in (ROOT / "src/sealmark_schemes").rglob("*.py") if path.read_text().strip()]

    assert python == []


def test_every_dependency_has_a_decision_record():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [
        *project["dependencies"],
        *(item for part in project["optional-dependencies"].values() for item in part),
    ]
    names = {re.split(r"[\[<>=~! ]", item)[0].lower() for item in declared} - {"sealmark"}
    records = "\n".join(path.read_text(encoding="utf-8").lower() for path in (ROOT / "docs/decisions").glob("*.md"))

    assert sorted(name for name in names if name not in records) == []


@pytest.mark.parametrize("word", ["/home/", "localhost:", "TODO", "FIXME", "XXX"])
def test_no_left_over_in_sources_and_documents(word):
    paths = [*SOURCES, *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.yaml"), ROOT / "README.md"]

    found = [str(path.relative_to(ROOT)) for path in paths if word in path.read_text(encoding="utf-8")]

    assert found == []


def test_banned_module_names_do_not_occur():
    banned = {"utils", "helpers", "common", "manager", "handler", "data", "info"}

    assert [path.name for path in SOURCES if path.stem in banned] == []
