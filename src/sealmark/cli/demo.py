"""``sealmark demo``: one made-up case per pack, evaluated, with an index of the reports."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.evaluation import write_results
from sealmark.cli.output import json_option, progress, result, table, talk
from sealmark.cli.rendering import begin_reports, report_pool
from sealmark.core.errors import Problem, SealmarkError
from sealmark.scheme.wording import LANGUAGES

if TYPE_CHECKING:
    from sealmark.evaluation.run import Evaluation

__all__ = ["demo"]


@click.command(epilog="Example: sealmark demo --out demo-out --language zh-Hans")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-out"), show_default=True,
              help="Where cases and reports go; an earlier demo there is replaced.")  # fmt: skip
@click.option("--language", type=click.Choice(LANGUAGES), multiple=True, default=("en", "ru", "zh-Hans", "zh-Hant"),
              help="Languages of the reports; all four when not given.")  # fmt: skip
@click.option("--no-open", is_flag=True, help="Do not open the index in the browser.")
@json_option
def demo(out: Path, language: tuple[str, ...], no_open: bool) -> None:
    """Evaluate one made-up case per pack, in a few steps anyone can repeat, and open the reports.

    Everything evaluated here is invented and says so on every page.
    """
    found = Path(str(resources.files("sealmark.cli"))).glob("examples/*.yaml")
    # Our own standard first: it is where a newcomer begins.
    profiles = sorted(found, key=lambda path: (path.stem != "sealmark-charter", path.stem))
    language = tuple(dict.fromkeys(language))
    entries = _evaluate_all(profiles, out, language)
    index = _write_index(entries, out, language)
    _tell(entries, index)
    if not no_open and sys.stdout.isatty():
        click.launch(index.as_uri())


def _evaluate_all(profiles: list[Path], out: Path, languages: tuple[str, ...]) -> list[dict[str, Any]]:
    """Evaluate one case after the other, while the reports of those before are made beside it."""
    total = len(profiles) * (1 + len(languages))
    with report_pool(total) as start, progress(total, "Demo", lines=True) as steps:
        begun = []
        for profile in profiles:
            steps(f"{profile.stem}: evaluating")
            evaluation = _evaluate(profile, out / profile.stem)
            begun.append((profile.stem, evaluation, begin_reports(evaluation, languages, start)))
        for name, evaluation, reports in begun:
            write_results(evaluation, out / name, reports, partial(_prefixed, steps, name))
    return [{"name": name, "document": item.document, "edition": item.edition} for name, item, _ in begun]


def _prefixed(steps: Callable[[str], None], case: str, step: str) -> None:
    steps(f"{case}: {step}")


def _evaluate(profile_path: Path, folder: Path) -> Evaluation:
    from sealmark.evaluation.example import make_example, read_profile
    from sealmark.evaluation.run import evaluate
    from sealmark.scheme.discovery import load

    profile = read_profile(profile_path)
    edition = load(profile.scheme)
    _clear(folder)
    make_example(profile, edition, folder / "case")
    return evaluate(edition, folder / "case")


def _clear(folder: Path) -> None:
    """Remove an earlier demo, and nothing else."""
    if not folder.exists():
        return
    case = folder / "case" / "case.yaml"
    if not case.is_file() or "\nmade_up: true\n" not in case.read_text(encoding="utf-8", errors="replace"):
        what = f'"{folder}" is there and is no earlier demo; it was left as it is.'
        raise SealmarkError(Problem("SM605", what, str(folder), "Choose another folder with --out."))
    shutil.rmtree(folder)


def _write_index(entries: list[dict[str, Any]], out: Path, languages: tuple[str, ...]) -> Path:
    from sealmark.evaluation.writing import write_files
    from sealmark.reports.index import render_index

    files = {}
    for language in languages:
        name = "index.html" if language == languages[0] else f"index.{language}.html"
        files[name] = render_index(entries, language, languages).encode()
    write_files(out, files)
    return (out / "index.html").resolve()


def _tell(entries: list[dict[str, Any]], index: Path) -> None:
    from sealmark.reports.summary import headline

    rows = [["scheme", "organization (made up)", "result"]]
    value = []
    for entry in entries:
        document, edition = entry["document"], entry["edition"]
        rows.append([edition.id, document["organization"]["name"], headline(document, edition, "en")])
        grades = {name: ladder["grade"] for name, ladder in document["ladders"].items()}
        value.append({"name": entry["name"], "grades": grades})
    result({"cases": value, "index": str(index)}, [*table(rows), "", f"Reports: {index}"])
    talk("Next: sealmark case new my-case/ --scheme sealmark-charter/2026")
