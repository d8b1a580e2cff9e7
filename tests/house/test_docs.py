"""The manual holds: generated pages are fresh, commands exist, examples are valid, links lead somewhere."""

import importlib.util
import json
import re
import shlex
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from pydantic import TypeAdapter

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [*DOCS, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"]
LONGEST = 400
GENERATED = {"pack-format.md", "commands.md", "platform-commands.md"}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def load_generator():
    spec = importlib.util.spec_from_file_location(
        "generate_reference", Path(__file__).with_name("generate_reference.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generator = load_generator()


def blocks(path, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


# --- generated pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("page", generator.pages(), ids=name_of)
def test_generated_page_is_fresh(page):
    cure = "run: python tests/house/generate_reference.py"

    assert generator.fresh(page) == page.read_text(encoding="utf-8"), cure


def test_every_key_has_a_meaning_and_an_example():
    lacking = [
        f"{name_of(page)}: {row}"
        for page in generator.pages()
        for row in re.findall(r"^\| `.*$", page.read_text(encoding="utf-8"), re.MULTILINE)
        if re.search(r"\|\s*\|", row.replace("\\|", ""))
    ]

    assert lacking == []


def test_no_meaning_is_left_over():
    text = "\n".join(page.read_text(encoding="utf-8") for page in generator.pages())
    models = {*re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE), *re.findall(r"generated: columns (\w+)", text)}

    keys = {key.partition(".")[0] for key in generator.meanings()}

    # Named numbers are told in the text of the page.
    assert sorted(keys - models) == ["BySize", "ParameterRef"]


# --- commands ----------------------------------------------------------------------------------------


def spoken_lines(path):
    for block in blocks(path, "console"):
        for line in re.findall(r"^\$ (sealmark .*)$", block, re.MULTILINE):
            yield shlex.split(line.split(" > ")[0], comments=True)[1:]


def find_command(words):
    """Return the command that words name, and the words left for it."""
    from sealmark.cli.main import cli

    command, rest = cli, list(words)
    while isinstance(command, click.Group):
        try:
            # A group may have a command that is left out.
            _, command, rest = command.resolve_command(click.Context(command), rest) if rest else (None, None, rest)
        except click.UsageError:
            command = None
    return command, rest


def faults_of(words):
    command, rest = find_command(words)
    if command is None:
        return "no such command"
    options = {option: item for item in command.params for option in item.opts if isinstance(item, click.Option)}
    given = 0
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            given += 1
            continue
        if word not in options:
            return f"no option {word}"
        if not options[word].is_flag:
            options[word].type.convert(rest.pop(0), options[word], None) if _is_choice(options[word]) else rest.pop(0)
    needed = sum(item.required for item in command.params if isinstance(item, click.Argument))
    most = sum(given if item.nargs < 0 else 1 for item in command.params if isinstance(item, click.Argument))
    return "" if needed <= given <= most else f"{given} arguments"


def _is_choice(option):
    return isinstance(option.type, click.Choice)


@pytest.mark.parametrize("page", [page for page in PAGES if list(spoken_lines(page))], ids=name_of)
def test_every_command_line_is_legal(page):
    found = {" ".join(words): faults_of(words) for words in spoken_lines(page)}

    assert {line: fault for line, fault in found.items() if fault} == {}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_named_in_a_sentence_exists(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)

    spoken = [line.split() for line in re.findall(r"`sealmark ([a-z][^`]*)`", text)]

    assert [" ".join(words) for words in spoken if _is_unknown(words)] == []


def _is_unknown(words):
    from sealmark.cli.main import cli

    command = cli.get_command(click.Context(cli), words[0])
    if isinstance(command, click.Group) and len(words) > 1:
        command = command.get_command(click.Context(command), words[1])
    return command is None


def run_lines(page, folder, between=()):
    """Run the command lines of a page in a folder; return them with their exit codes."""
    from sealmark.cli.main import cli

    found = []
    for number, words in enumerate(spoken_lines(page)):
        for position, act in between:
            if position == number:
                act()
        outcome = CliRunner().invoke(cli, words)
        found.append((" ".join(words), outcome.exit_code))
        assert "SM" not in outcome.stderr, outcome.stderr
    return found


@pytest.mark.slow
def test_the_tutorial_runs_as_it_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = ROOT / "docs/tutorials/first-evaluation.md"
    copy = (4, lambda: shutil.copytree(ROOT / "examples/willow", "willow", dirs_exist_ok=True))

    codes = [code for _, code in run_lines(page, tmp_path, between=[copy])]

    # The fourth evaluates the empty case, which is not determined.
    assert codes == [0, 0, 0, 1, 0, 0, 0]


@pytest.mark.slow
def test_the_commands_for_scheme_writers_run_as_they_are_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    found = run_lines(ROOT / "docs/how-to/write-a-scheme.md", tmp_path)

    assert [code for _, code in found] == [0, 0, 0, 0, 0, 0, 0, 1]


# --- examples in the text ----------------------------------------------------------------------------


def told_files():
    for page in DOCS:
        for block in blocks(page, "yaml"):
            head = re.match(r"# (file|case|mapping|calendar): (.*)\n", block)
            if head:
                yield pytest.param(head[1], head[2], block, id=f"{page.stem}:{head[2]}")


def model_of(kind, name):
    from sealmark.evaluation.case import CaseFile
    from sealmark.measure.imports.mapping import ImportMapping
    from sealmark.measure.records.calendars import Calendar
    from sealmark.scheme.loading import FILE_MODELS

    own = {"case": CaseFile, "mapping": ImportMapping, "calendar": Calendar}
    return own.get(kind) or FILE_MODELS.get(name) or FILE_MODELS[f"{name.partition('/')[0]}/*.yaml"]


@pytest.mark.parametrize(("kind", "name", "text"), list(told_files()))
def test_every_file_told_is_read(kind, name, text):
    from sealmark.core.documents import parse_yaml, read_model

    found = read_model(parse_yaml(text, name), model_of(kind, name), code="SM202")

    assert found.model_fields_set


@pytest.mark.parametrize("text", blocks(ROOT / "docs/how-to/scheme-recipes.md", "yaml"))
def test_every_part_of_a_recipe_is_read(text):
    from sealmark.core.documents import parse_yaml
    from sealmark.scheme import grading, rules

    parts = {
        "gates": grading.Gate, "ladders": grading.Ladder, "scores": grading.Score,
        "adjustments": grading.Adjustment, "evidence": rules.Rule, "waivable": str,
    }  # fmt: skip
    if text.startswith("# file:"):
        return
    content = parse_yaml(text, "recipe").content

    read = {key: TypeAdapter(list[parts[key]]).validate_python(value) for key, value in content.items()}

    assert read.keys() == content.keys()


@pytest.mark.parametrize("page", [page for page in DOCS if blocks(page, "python")], ids=name_of)
def test_python_of_a_page_runs(page, monkeypatch):
    monkeypatch.chdir(ROOT)

    namespace = {}
    for block in blocks(page, "python"):
        exec(compile(block, page.name, "exec"), namespace)

    assert namespace


def test_python_of_the_readme_runs_on_a_new_case(tmp_path, monkeypatch, capsys):
    from sealmark.cli.main import cli

    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(cli, ["case", "new", "my-case", "--scheme", "sealmark-charter/2026", "--as-of", "2026-06-30"])

    exec("\n".join(blocks(ROOT / "README.md", "python")), {})

    assert "not-determined" in capsys.readouterr().out


# --- evaluation.json ---------------------------------------------------------------------------------

BY_ID = {"findings", "measures", "scores", "gates", "ladders", "site_scores", "sites", "strata", "marks", "contribution",
         "probabilities", "figures", "columns", "files", "assessors"}  # fmt: skip


def fields(value, above=""):
    if isinstance(value, dict):
        for key, item in value.items():
            # `sites` of the header is a pair of numbers, elsewhere it is by site.
            if above not in BY_ID or (above == "sites" and key in {"listed", "visited"}):
                yield key
            yield from fields(item, key if above not in BY_ID else "")
    elif isinstance(value, list):
        for item in value:
            yield from fields(item, above if above == "reasons" else "")


def test_every_field_of_an_evaluation_is_in_the_manual(tmp_path):
    from sealmark import evaluate
    from sealmark.scheme.loading import load_edition
    from sealmark.scheme.scaffolding import new_pack

    new_pack(tmp_path / "pack", "front-desk", "An example association")
    document = evaluate(load_edition(tmp_path / "pack"), ROOT / "examples/willow", draws=20).document
    manual = (ROOT / "docs/reference/evaluation-json.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z_0-9]+)`", manual))

    missing = sorted(set(fields(json.loads(json.dumps(document)))) - told)

    assert missing == []


# --- form --------------------------------------------------------------------------------------------


def anchors(path):
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        place, _, anchor = target.partition("#")
        other = (page.parent / place).resolve() if place else page
        if not other.exists() or (anchor and anchor not in anchors(other)):
            broken.append(target)

    assert broken == []


def test_every_page_can_be_reached_from_the_index():
    reached, queue = set(), [ROOT / "docs/index.md"]
    while queue:
        page = queue.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = re.findall(r"\]\(([^)\s#]+)", page.read_text(encoding="utf-8"))
        queue += [(page.parent / target).resolve() for target in targets if "://" not in target]

    assert sorted(name_of(page) for page in set(DOCS) - reached) == []


def test_no_page_is_too_long():
    long = [name_of(page) for page in PAGES if len(page.read_text(encoding="utf-8").splitlines()) > LONGEST]

    assert [name for name in long if Path(name).name not in GENERATED] == []


def test_every_change_is_one_sentence_that_names_a_command_or_file():
    fragments = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "changelog.d").glob("*.md")}

    odd = [name for name, text in fragments.items() if not re.fullmatch(r"[^\n]*`[^`]+`[^\n]*\.\n", text)]

    assert odd == []
    assert fragments


def test_every_error_code_named_is_documented():
    pages = [
        (ROOT / "docs/reference" / name).read_text() for name in ("errors.md", "attest-errors.md", "platform-errors.md")
    ]
    documented = set(re.findall(r"^\| (SM\d{3}) \|", "".join(pages), re.MULTILINE))

    named = {code for page in PAGES for code in re.findall(r"\bSM\d{3}\b", page.read_text(encoding="utf-8"))}

    assert sorted(named - documented) == []
