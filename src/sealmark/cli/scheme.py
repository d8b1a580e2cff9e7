"""``sealmark scheme``: work on scheme packs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from sealmark.cli.output import DONE, NEGATIVE, json_option, problem_json, result, table, talk

if TYPE_CHECKING:
    from sealmark.scheme.checking import CheckResult

LANGUAGES = ("en", "ru", "zh-Hans", "zh-Hant")


@click.group()
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
        rows.append(["cases", f"{coverage.cases}; four or more for {coverage.covered} of "
                              f"{coverage.requirements} requirements, {coverage.reached} of "
                              f"{coverage.grades} grades shown"])  # fmt: skip
        lines += table(rows, indent="  ")
    codes = Counter(problem.code for problem in found.errors)
    often = ", ".join(f"{code} x {number}" for code, number in codes.most_common(4))
    verdict = f"{len(found.errors)} errors ({often})" if found.errors else "No errors"
    lines.append(f"{verdict}, {len(found.warnings)} warnings.")
    return lines


@scheme.command("list", epilog="Example: sealmark scheme list --json")
@json_option
def list_command() -> None:
    """List the installed schemes and editions."""
    from sealmark.core.documents import parse_yaml
    from sealmark.core.errors import SealmarkError
    from sealmark.scheme.discovery import editions

    rows = []
    for name, folder in editions():
        place = folder / "editions" / name.partition("/")[2]
        try:
            found = [parse_yaml((place / file).read_bytes(), f"{name}: {file}").content
                     for file in ("edition.yaml", "text/en.yaml")]  # fmt: skip
        except (SealmarkError, OSError) as error:
            talk(f"{name} cannot be read: {error}")
            continue
        manifest, text = (content if isinstance(content, dict) else {} for content in found)
        rows.append({"id": name, "state": manifest.get("state"), "title": text.get("title"),
                     "effective_from": str(manifest.get("effective_from")), "languages": manifest.get("languages")})  # fmt: skip
    result(rows, table([[str(row["id"]), str(row["state"]), str(row["title"])] for row in rows]))


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
            {"case": item.case, "passed": item.passed, "differences": list(item.differences)} for item in results
        ],
    }
    lines = [f"FAILED {item.case}\n" + "\n".join(f"  {text}" for text in item.differences) for item in failed]
    result(value, lines)
    talk(f"{len(results)} cases, {len(failed)} failed.")
    ctx.exit(NEGATIVE if failed or not results else DONE)
