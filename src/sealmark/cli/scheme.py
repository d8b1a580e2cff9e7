"""``sealmark scheme``: work on scheme packs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sealmark.cli.output import DONE, NEGATIVE, counted, json_option, problem_json, result, table, talk

if TYPE_CHECKING:
    from sealmark.core.errors import Problem
    from sealmark.scheme.checking import CheckResult
    from sealmark.scheme.comparing import Change
    from sealmark.scheme.edition import Edition
    from sealmark.scheme.requirements import Group
    from sealmark.scheme.telling import Teller

_language = click.option(
    "--language",
    type=click.Choice(["en", "ru", "zh-Hans", "zh-Hant"]),
    help="Language of the words; en when not given.",
)


@click.group(epilog="Example: sealmark scheme show sealmark-charter/2026")
def scheme() -> None:
    """Read, check, compare and export scheme packs.

    A scheme is named by its id (scheme/edition, see `sealmark scheme list`) or by its folder.
    """


@scheme.command("check", epilog="Example: sealmark scheme check my-pack/")
@click.argument("path", metavar="PATH")
@click.option("--quiet", is_flag=True, help="Only errors, no warnings.")
@json_option
@click.pass_context
def check_command(ctx: click.Context, path: str, *, quiet: bool) -> None:
    """Check a pack: every problem at once, each with its place and the cure.

    PATH is a pack folder (all its editions), an edition's folder, or an installed id.
    Exit 0: no error. Exit 1: errors. Warnings never fail a pack.
    """
    from sealmark.scheme.checking import inspect_pack
    from sealmark.scheme.discovery import resolve_folder

    folder, edition = resolve_folder(path)
    found = inspect_pack(folder, edition)
    shown = found.errors if quiet else found.problems
    result(_check_json(found), [str(problem) if problem.severity == "error" else f"warning {problem}"
                                for problem in shown])  # fmt: skip
    for line in _summary(found):
        talk(line)
    ctx.exit(NEGATIVE if found.errors else DONE)


def _check_json(found: CheckResult) -> dict[str, object]:
    return {
        "errors": len(found.errors),
        "warnings": len(found.warnings),
        "problems": [problem_json(problem) for problem in found.problems],
        "editions": [
            {
                "id": edition.id,
                "languages": [
                    {"language": item.language, "present": item.present, "needed": item.needed}
                    for item in edition.languages
                ],
                "golden_cases": None
                if edition.coverage is None
                else {
                    "cases": edition.coverage.cases,
                    "requirements": edition.coverage.requirements,
                    "covered": edition.coverage.covered,
                    "grades": edition.coverage.grades,
                    "reached": edition.coverage.reached,
                },
            }
            for edition in found.editions
        ],
    }


def _summary(found: CheckResult) -> list[str]:
    lines = [""]
    for edition in found.editions:
        coverage = edition.coverage
        if coverage is None:
            lines.append(f"{edition.id}: not readable as a whole; mend the errors above first.")
            continue
        lines.append(edition.id)
        rows = [[item.language, f"{item.present} of {item.needed} texts"] for item in edition.languages]
        words = (
            f"{coverage.cases}; four or more for {coverage.covered} of {coverage.requirements} requirements, "
            f"{coverage.reached} of {coverage.grades} grades shown"
        )
        rows.append(["cases", words])
        lines += table(rows, indent="  ")
    verdict = f"{counted(len(found.errors), 'error')}{_codes(found.errors)}" if found.errors else "No errors"
    lines.append(f"{verdict}, {counted(len(found.warnings), 'warning')}{_codes(found.warnings)}.")
    return lines


def _codes(problems: Sequence[Problem]) -> str:
    often = Counter(problem.code for problem in problems).most_common()
    return f" ({', '.join(f'{code} x {number}' for code, number in often)})" if often else ""


@scheme.command("list", epilog="Example: sealmark scheme list --json")
@json_option
def list_command() -> None:
    """List the installed schemes and editions."""
    from sealmark.scheme.discovery import pack_folders

    rows = [row for folder in pack_folders().values() for row in _listed(folder)]
    result(rows, table([[row["id"], row["state"], row["title"]] for row in rows]))


def _listed(folder: Path) -> Iterator[dict[str, str]]:
    from sealmark.core.documents import parse_yaml
    from sealmark.core.errors import SealmarkError
    from sealmark.scheme.loading import read_scheme_file

    try:
        scheme_file = read_scheme_file(folder)
        for name in scheme_file.editions:
            place = folder / "editions" / name
            manifest, text = (
                parse_yaml((place / file).read_bytes(), f"{folder.name}/editions/{name}/{file}").content
                for file in ("edition.yaml", "text/en.yaml")
            )
            if isinstance(manifest, dict) and isinstance(text, dict):
                row = {"id": f"{scheme_file.id}/{name}", "owner": scheme_file.owner, "title": text.get("title")}
                row |= {key: manifest.get(key) for key in ("state", "effective_from", "effective_to")}
                yield {key: "" if value is None else str(value) for key, value in row.items()}
    except (SealmarkError, OSError) as error:
        talk(f"The pack in {folder.name} cannot be read:\n{error}")


@scheme.command("cases", epilog="Example: sealmark scheme cases sealmark-charter/2026")
@click.argument("name", metavar="ID")
@json_option
@click.pass_context
def cases_command(ctx: click.Context, name: str) -> None:
    """Run the golden cases of an edition.

    ID is scheme/edition or a pack folder. Exit 0: all pass. Exit 1: some differ.
    """
    from sealmark.assess.golden import run_cases
    from sealmark.scheme.discovery import load

    results = run_cases(load(name))
    failed = [item for item in results if not item.passed]
    value = {
        "cases": len(results),
        "failed": len(failed),
        "results": [
            {
                "case": item.case,
                "requirement": item.requirement,
                "passed": item.passed,
                "differences": list(item.differences),
            }
            for item in results
        ],
    }
    lines = [
        f"FAILED {item.requirement or 'whole'}: {item.case}\n" + "\n".join(f"  {text}" for text in item.differences)
        for item in failed
    ]
    result(value, lines)
    talk(f"{counted(len(results), 'case')}, {len(failed)} failed.")
    ctx.exit(NEGATIVE if failed or not results else DONE)


@scheme.command("show", epilog="Example: sealmark scheme show sealmark-charter/2026 --language ru")
@click.argument("name", metavar="ID")
@click.option("--requirement", metavar="ID", help="Show this requirement, group or gate whole: text, guidance, rule.")
@_language
@json_option
def show_command(name: str, requirement: str | None, language: str | None) -> None:
    """Show an edition in plain words.

    Its tree with the way each group counts, its scores, gates and grades, and what its owner must still supply.
    """
    from sealmark.scheme.discovery import load
    from sealmark.scheme.exporting import edition_json
    from sealmark.scheme.telling import Teller

    edition = load(name)
    tell = Teller(edition, language or "en")
    if requirement is not None:
        result(*_one_thing(edition, tell, requirement))
    else:
        result(
            edition_json(edition), [*_heading(edition, tell), "", *_tree(edition, tell), "", *_grading(edition, tell)]
        )


def _heading(edition: Edition, tell: Teller) -> list[str]:
    manifest, wording = edition.manifest, edition.wording[tell.language]
    holds = (
        f"{counted(len(edition.requirements), 'requirement')}, {counted(len(edition.instruments), 'questionnaire')}, "
        f"{counted(len(edition.measures), 'measure')}, {counted(len(edition.cases), 'golden case')}"
    )
    rows = [
        ["edition", f"{edition.id}, {manifest.state}, from {manifest.effective_from.isoformat()}"],
        ["owner", edition.scheme.owner],
        ["digest", edition.digest],
        ["languages", ", ".join(edition.wording)],
        ["holds", holds],
    ]
    missing = [name for name, item in edition.parameters.items() if all(value.value is None for value in item.values)]
    if missing:
        figures = counted(len(missing), "figure")
        rows.append(["to supply", f"{figures} by the owner of the standard: {', '.join(missing)}"])
    if edition.overlays:
        rows.append(["overlays", ", ".join(edition.overlays)])
    return [wording.title, wording.summary, "", *table(rows)]


def _tree(edition: Edition, tell: Teller) -> list[str]:
    return table([row for root in edition.tree.roots for row in _branch(edition, tell, root, 0)])


def _branch(edition: Edition, tell: Teller, node: Group | str, depth: int) -> Iterator[list[str]]:
    from sealmark.scheme.describe import describe_roll_up

    name = node if isinstance(node, str) else node.id
    points = edition.requirements[node].points if isinstance(node, str) else node.points
    way = "" if isinstance(node, str) else describe_roll_up(node.roll_up, edition, tell.language)
    yield ["  " * depth + name, tell.name("nodes", name), "" if points is None else tell.number(points), way]
    for child in () if isinstance(node, str) else node.children:
        yield from _branch(edition, tell, child, depth + 1)


def _grading(edition: Edition, tell: Teller) -> list[str]:
    from sealmark.scheme.exporting import grading_rows

    return table([list(row) for row in grading_rows(edition, tell)])


def _one_thing(edition: Edition, tell: Teller, name: str) -> tuple[object, list[str]]:
    """Return a requirement, group or gate as JSON and as lines."""
    from sealmark.core.errors import Problem, SealmarkError, did_you_mean

    gates = [gate.id for gate in edition.grading.gates]
    if name in edition.requirements:
        value = _one_requirement(edition, tell, name)
    elif name in edition.groups:
        value = _one_group(edition, tell, name)
    elif name in gates:
        value = _one_gate(edition, tell, name)
    else:
        what = f'{edition.id} has no requirement, group or gate "{name}".'
        fix = did_you_mean(name, [*edition.requirements, *edition.groups, *gates])
        raise SealmarkError(Problem("SM904", what, "--requirement", fix))
    shown = (value.get(key) for key in ("text", "guidance", "applies", "rule"))
    return value, [f"{name}  {value['title']}", *(str(text) for text in shown if text)]


def _one_requirement(edition: Edition, tell: Teller, name: str) -> dict[str, object]:
    from sealmark.scheme.describe import describe_applies, describe_requirement

    found = edition.requirements[name]
    return {
        "id": name,
        **_words(edition, tell, name),
        "points": None if found.points is None else tell.number(found.points),
        "applies": describe_applies(found.applies, edition, tell.language),
        "rule": describe_requirement(found, edition, tell.language),
        "golden_cases": [case.case for case in edition.cases if case.requirement == name],
    }


def _one_group(edition: Edition, tell: Teller, name: str) -> dict[str, object]:
    from sealmark.scheme.describe import describe_applies, describe_roll_up

    found = edition.groups[name]
    return {
        "id": name,
        **_words(edition, tell, name),
        "points": None if found.points is None else tell.number(found.points),
        "applies": describe_applies(found.applies, edition, tell.language),
        "rule": describe_roll_up(found.roll_up, edition, tell.language),
        "children": [child if isinstance(child, str) else child.id for child in found.children],
    }


def _words(edition: Edition, tell: Teller, name: str) -> dict[str, object]:
    words = edition.wording[tell.language].nodes.get(name)
    return {
        "title": tell.name("nodes", name),
        "text": tell.text(name),
        "guidance": words.guidance if words else "",
    }


def _one_gate(edition: Edition, tell: Teller, name: str) -> dict[str, object]:
    from sealmark.scheme.describe import describe_gate

    found = next(gate for gate in edition.grading.gates if gate.id == name)
    return {
        "id": name,
        "title": tell.name("gates", name),
        "rule": describe_gate(found, edition, tell.language),
        "ladders": [ladder.id for ladder in edition.grading.ladders if name in ladder.gates_used],
    }


@scheme.command("diff", epilog="Example: sealmark scheme diff my-pack/editions/2025 my-pack/editions/2026")
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@json_option
@click.pass_context
def diff_command(ctx: click.Context, old: str, new: str) -> None:
    """Compare two editions: what was added, removed or changed, and whether a grade can differ.

    A and B are ids or folders. Exit 0: no difference. Exit 1: differences.
    """
    from dataclasses import asdict

    from sealmark.scheme.comparing import compare
    from sealmark.scheme.discovery import load

    changes = compare(load(old), load(new))
    result([asdict(change) for change in changes], [_change(change) for change in changes])
    counts = Counter(change.affects for change in changes)
    talk(", ".join(f"{number} {kind}" for kind, number in counts.items()) or "No differences.")
    ctx.exit(NEGATIVE if changes else DONE)


def _change(change: Change) -> str:
    about = f"{change.affects}: {change.area} {change.id} {change.what}"
    if change.what != "changed":
        return about + (f" ({change.key})" if change.key else "") + f": {change.old or change.new}"
    return f"{about}: {change.key}: {change.old or 'nothing'} -> {change.new or 'nothing'}"


@scheme.command("new", epilog="Example: sealmark scheme new my-pack --id my-standard --owner 'My association'")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--id", "scheme_id", help="Id of the scheme; the folder's name when not given.")
@click.option("--owner", default="Name of the scheme owner", show_default=True, help="Who owns the scheme.")
@json_option
def new_command(folder: Path, scheme_id: str | None, owner: str) -> None:
    """Start a pack: a small complete example with comments, which passes check and cases.

    DIR is a new or empty folder.
    """
    from sealmark.scheme.scaffolding import new_pack

    written = new_pack(folder, scheme_id or folder.resolve().name.lower().replace(" ", "-"), owner)
    names = [path.as_posix() for path in written]
    result({"folder": str(folder), "files": names}, names)
    talk(f"Next: sealmark scheme check {folder} and sealmark scheme cases {folder}")


@scheme.command("export", epilog="Example: sealmark scheme export gbt27922/2011 --format xlsx --language zh-Hans")
@click.argument("name", metavar="ID")
@click.option("--format", "file_format", type=click.Choice(["xlsx", "json"]), default="xlsx", show_default=True,
              help="A workbook in one language, or one JSON document with everything.")  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The file; named after the edition when not given."
)
@_language
@json_option
def export_command(name: str, file_format: str, out: Path | None, language: str | None) -> None:
    """Export an edition for people without our programs."""
    from sealmark.scheme.discovery import load
    from sealmark.scheme.exporting import export_json, export_workbook

    if file_format == "json" and language is not None:
        raise click.UsageError("--language chooses the words of a workbook; JSON holds every language. Leave it out.")
    edition = load(name)
    suffix = "json" if file_format == "json" else f"{language or 'en'}.xlsx"
    path = out or Path(f"{edition.scheme.id}-{edition.manifest.edition}.{suffix}")
    if file_format == "json":
        export_json(edition, path)
    else:
        export_workbook(edition, path, language or "en")
    result({"file": str(path)}, [str(path)])
