"""Write the generated parts of the manual: `python tests/house/generate_reference.py`.

A page keeps its own sentences; what stands between ``<!-- generated: WHAT -->`` and
``<!-- end -->`` is made here from the commands and from the models that read the files.
With ``--check`` nothing is written and a stale page is an error.
"""

import importlib
import inspect
import re
import sys
import tempfile
import types
import typing
from decimal import Decimal
from pathlib import Path

import click
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs"
EXAMPLES = ROOT / "examples/schemes"
WILLOW = ROOT / "examples/willow"
TEMPLATE = ROOT / "src/sealmark/scheme/template"
MEANINGS = Path(__file__).with_name("reference_meanings.txt")

_BLOCK = re.compile(r"(<!-- generated: ([^>]+?) -->\n).*?(<!-- end -->)", re.DOTALL)
NOTHING = "\N{EN DASH}"
_SHAPE = {"terminal_width": 88, "max_content_width": 88, "help_option_names": ["-h", "--help"]}


def meanings():
    """Return meaning and example of every key that its model does not explain itself."""
    found = {}
    for line in MEANINGS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            key, meaning, example = (part.strip() for part in line.split("|", 2))
            found[key] = (meaning, example)
    return found


def fresh(page):
    """Return the text of a page with every generated block made anew."""
    return _BLOCK.sub(lambda match: match[1] + block(match[2]) + match[3], page.read_text(encoding="utf-8"))


def block(order):
    """Return the block that an order such as ``model sealmark.scheme.grading.Score`` asks for."""
    kind, _, rest = order.partition(" ")
    return _MAKERS[kind](rest)


# --- commands ------------------------------------------------------------------------------------


def walk_commands(group, path=("sealmark",)):
    context = click.Context(group, info_name=path[-1])
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk_commands(command, (*path, name))


def command_pages(whose):
    from sealmark.cli.main import cli
    from sealmark_platform.commands import cli as of_platform

    chosen = (of_platform, ("sealmark-platform",)) if whose == "sealmark-platform" else (cli,)
    parts = []
    for path, command in walk_commands(*chosen):
        spoken = " ".join(path)
        context = click.Context(command, info_name=spoken, **_SHAPE)
        parts.append(f"\n## `{spoken}`\n\n```text\n{command.get_help(context)}\n```\n")
    return "".join(parts) + "\n"


# --- models --------------------------------------------------------------------------------------


def model_tables(names):
    """Return one table of keys per model; the first is the file, the others stand inside it."""
    known = meanings()
    return "\n" + "\n".join(_table(_model(name), known) for name in names.split()) + "\n"


def _model(name):
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


_HEAD = ["| Key | Type | Default | Meaning | Example |", "|---|---|---|---|---|"]


def _table(model, known):
    lines = [f"**{model.__name__}.** {_told(model)}", "", *_HEAD]
    hints = typing.get_type_hints(model, include_extras=True)
    documented = _attributes(model)
    for name, field in model.model_fields.items():
        meaning, example = known.get(f"{model.__name__}.{name}", ("", ""))
        meaning = meaning or field.description or documented.get(name) or ""
        key = field.alias or name
        cells = [f"`{key}`", _type(hints[name]), _default(field), _plain(meaning), f"`{example}`" if example else ""]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _told(model):
    text = inspect.cleandoc(model.__doc__ or "").split("\n\nAttributes:")[0]
    return _plain(text)


def _attributes(model):
    """Return the sentences under ``Attributes:`` of the class and its parents."""
    found = {}
    for parent in reversed(model.__mro__):
        text = inspect.cleandoc(parent.__dict__.get("__doc__") or "").partition("Attributes:\n")[2]
        found.update(re.findall(r"^    (\w+): (.+(?:\n        .+)*)", text, re.MULTILINE))
    return found


def _plain(text):
    return re.sub(r"\s+", " ", text.replace("``", "`")).strip()


def _default(field):
    if field.is_required():
        return "**required**"
    value = field.default if field.default is not PydanticUndefined else None
    if isinstance(value, BaseModel) or value in (None, "", (), {}):
        return NOTHING
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    return f"`{value}`" if isinstance(value, (str, int, Decimal)) else NOTHING


def _aliases():
    from sealmark.evaluation import case
    from sealmark.measure.imports import mapping
    from sealmark.measure.records import calendars
    from sealmark.scheme import figures, grading, rules, wording

    return [
        (figures.Number, "[number](#numbers)"), (figures.Figure, "number"), (figures.Flag, "`true` / `false`"),
        (figures.Id, "id"), (figures.Name, "text"), (figures.FactInput, "true, number, date, text or null"),
        (rules.Rule, "[rule](#rules)"), (grading.Gate, "[gate](#gates)"), (wording.Language, "language"),
        (case.Table, "table"), (mapping.Texts, "list of texts"), (mapping.Text, "text"), (mapping.TextMap, "text: text"),
        (calendars.Hours, "list of hours"),
    ]  # fmt: skip


_SIMPLE = {str: "text", int: "whole number", bool: "`true` / `false`", Decimal: "number"}


def _type(hint):
    for alias, words in _aliases():
        if hint == alias:
            return words
    origin = typing.get_origin(hint)
    if origin in _BY_ORIGIN:
        return _BY_ORIGIN[origin](hint)
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    name = getattr(hint, "__name__", str(hint))
    return {"date": "date", "tuple": "list", "NoneType": "null"}.get(name, name)


def _union(hint):
    return " or ".join(dict.fromkeys(_type(part) for part in typing.get_args(hint) if part is not type(None)))


def _tuple(hint):
    parts = typing.get_args(hint)
    if len(parts) == 2 and parts[1] is Ellipsis:
        return f"list of {_type(parts[0])}"
    return "[" + ", ".join(_type(part) for part in parts) + "]"


def _legal(value):
    return f"`{value}`" if value.strip() else f'`"{value}"`'


_BY_ORIGIN = {
    typing.Annotated: lambda hint: _type(typing.get_args(hint)[0]),
    typing.Literal: lambda hint: ", ".join(map(_legal, typing.get_args(hint))),
    typing.Union: _union,
    types.UnionType: _union,
    tuple: _tuple,
    dict: lambda hint: ": ".join(_type(part) for part in typing.get_args(hint)),
}


# --- examples ------------------------------------------------------------------------------------


def file_example(name):
    text = (TEMPLATE / name).read_text(encoding="utf-8").strip()
    for placeholder, word in (("@SCHEME@", "my-standard"), ("@OWNER@", "My association")):
        text = text.replace(placeholder, word)
    return f"\n```yaml\n{text}\n```\n\n"


def formula_table(_):
    """Return which keys each kind of formula needs and may have, as the checks know it."""
    from sealmark.scheme.checks import computed
    from sealmark.scheme.measures import SURVEY_FORMULAS

    lines = ["", "| Kind | From | Needs | May have |", "|---|---|---|---|"]
    for kind, (needs, may) in computed.FORMULA_KEYS.items():
        origin = "answers" if kind in SURVEY_FORMULAS else "records"
        lines.append(f"| `{kind}` | {origin} | {_listed(needs)} | {_listed(may)} |")
    return "\n".join(lines) + "\n\n"


def _listed(names):
    return ", ".join(f"`{name}`" for name in names) or NOTHING


def example_files(order):
    """Return files of an example pack, each as it is."""
    pack, *names = order.split()
    texts = [(name, (EXAMPLES / pack / "editions/2026" / name).read_text(encoding="utf-8").strip()) for name in names]
    return "\n" + "".join(f"```yaml\n# file: {name}\n{text}\n```\n\n" for name, text in texts)


def table_columns(order):
    """Return the columns of a table of the case folder, those it needs first."""
    name, place = order.split()
    columns, known = _model(f"sealmark.evaluation.evidence.{place}"), meanings()
    lines = ["", "| Column | Needed | Meaning | Example |", "|---|---|---|---|"]
    for column in [*columns.needed, *columns.optional]:
        meaning, example = known.get(f"{name}.{column}", ("", ""))
        needed = "**yes**" if column in columns.needed else "no"
        lines.append(f"| `{column}` | {needed} | {meaning} | `{example}` |")
    return "\n".join(lines) + "\n\n"


def willow_files(names):
    """Return files of the example case, each as it is."""
    texts = [(name, (WILLOW / name).read_text(encoding="utf-8").strip()) for name in names.split()]
    kinds = {".yaml": "yaml", ".csv": "text"}
    return "\n" + "".join(f"```{kinds[Path(name).suffix]}\n{text}\n```\n\n" for name, text in texts)


def willow_summary(_):
    """Return what `sealmark evaluate` prints for the example case."""
    from sealmark import evaluate
    from sealmark.reports.summary import summary_lines
    from sealmark.scheme.loading import load_edition
    from sealmark.scheme.scaffolding import new_pack

    with tempfile.TemporaryDirectory() as folder:
        new_pack(Path(folder) / "pack", "front-desk", "An example association")
        evaluation = evaluate(load_edition(Path(folder) / "pack"), WILLOW)
    lines = summary_lines(evaluation.document, evaluation.edition, "en")
    return "\n```text\n" + "\n".join(line.rstrip() for line in lines) + "\n```\n\n"


def public_names(module):
    """Return every public name of a module with the first sentence of its docstring."""
    found = importlib.import_module(module)
    lines = ["", "| Name | What it is |", "|---|---|"]
    for name in sorted(found.__all__, key=lambda name: (name[0].isupper(), name)):
        first = inspect.cleandoc(getattr(found, name).__doc__ or "").split("\n\n")[0]
        lines.append(f"| `{name}` | {_plain(first)} |")
    return "\n".join(lines) + "\n\n"


def act_table(subject):
    """Return the acts on a subject: from which status, to which, by whom, with which conditions."""
    from sealmark.certify import ACTS, CONDITIONS

    lines = ["", "| Act | From | To | Who | Needs |", "|---|---|---|---|---|"]
    for act in ACTS.values():
        if act.subject != subject:
            continue
        needs = ["a reason"] * act.is_reasoned + [f"{name} ({CONDITIONS[name][0]})" for name in act.needs]
        verb = f"`{act.id.partition('.')[2]}`" + " (final)" * act.is_final
        cells = (
            verb,
            ", ".join(sorted(act.sources)) or NOTHING,
            act.target or "stays",
            ", ".join(sorted(act.functions)),
        )
        lines.append("| " + " | ".join((*cells, ", ".join(needs) or NOTHING)) + " |")
    return "\n".join(lines) + "\n\n"


_MAKERS = {
    "acts": act_table,
    "names": public_names,
    "willow": willow_files,
    "willow-summary": willow_summary,
    "columns": table_columns,
    "commands": command_pages,
    "model": model_tables,
    "file": file_example,
    "formulas": formula_table,
    "example": example_files,
}


def pages():
    """Return the pages with generated blocks."""
    return [page for page in sorted(PAGES.rglob("*.md")) if _BLOCK.search(page.read_text(encoding="utf-8"))]


def main():
    stale = [page for page in pages() if fresh(page) != page.read_text(encoding="utf-8")]
    if "--check" in sys.argv:
        print("\n".join(f"stale: {page.relative_to(ROOT)}" for page in stale) or "all fresh")
        return bool(stale)
    for page in stale:
        page.write_text(fresh(page), encoding="utf-8")
        print(f"written: {page.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
