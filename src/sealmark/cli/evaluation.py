"""``sealmark evaluate`` and ``reproduce``: the main job from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from sealmark.assess.standing import NOT_DETERMINED
from sealmark.cli.engines import engine_options, on_engine
from sealmark.cli.output import NEGATIVE, json_option, progress, result
from sealmark.cli.rendering import LANGUAGE_NAMES, Awaited, begin_reports, report_pool
from sealmark.core.canonical import Json, canonical_bytes, to_json
from sealmark.core.errors import Problem, SealmarkError
from sealmark.scheme.wording import LANGUAGES

__all__ = ["evaluate", "reproduce", "write_results"]

_FOLDER = click.Path(file_okay=False, path_type=Path)
_CASE = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(epilog="Example: sealmark evaluate my-case/ --out results/ --language ru")
@click.argument("case", type=_CASE)
@click.option("--scheme", help="Evaluate under this edition or pack folder instead of the one the case names.")
@click.option("--out", type=_FOLDER, help="Where to write the results; CASE/results when not given.")
@click.option("--language", type=click.Choice(LANGUAGES), multiple=True, default=("en",), show_default=True,
              help="Language of the reports; may be given several times.")  # fmt: skip
@engine_options
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the draws; the case's own when not given.")
@click.option("--draws", type=click.IntRange(0, 100_000), default=1000, show_default=True,
              help="Possible truths behind the grade probabilities; 0 leaves them out.")  # fmt: skip
@click.option("--no-pdf", is_flag=True, help="Write no PDF.")
@json_option
def evaluate(
    case: Path,
    scheme: str | None,
    out: Path | None,
    language: tuple[str, ...],
    engine: str,
    engine_address: str | None,
    memory_limit: str | None,
    seed: int | None,
    draws: int,
    no_pdf: bool,
) -> None:
    """Evaluate a case folder: score, grade, how sure the grade is, and why.

    Writes evaluation.json, report.html and report.pdf, and private/fingerprints.json,
    which belongs to the evidence: do not publish it. Exit code 1 when no grade was
    reached or none could be determined.
    """
    from sealmark.evaluation.run import evaluate as run
    from sealmark.evaluation.run import open_case

    opened = open_case(scheme, case)
    files = opened.case.file
    languages = tuple(dict.fromkeys(language))
    total = len(files.surveys) + len(files.records) + 2 + len(languages)
    with report_pool(len(languages)) as start, progress(total, "Evaluating") as steps:
        with on_engine(engine, engine_address, memory_limit):
            evaluation = run(opened.book.edition, opened.case, seed=seed, draws=draws, progress=steps)
        target = out or case / "results"
        reports = begin_reports(evaluation, languages, start, pdf=not no_pdf)
        written = write_results(evaluation, target, reports, steps)
    _tell(evaluation, target, written, languages[0])


def write_results(
    evaluation: Any, target: Path, reports: Mapping[str, Awaited], steps: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Write evaluation.json, fingerprints, imports and reports into ``target``, all or none; return their names.

    Args:
        evaluation: A finished evaluation.
        target: The folder.
        reports: By language, as they were begun.
        steps: Told which report is being waited for.
    """
    from sealmark.evaluation.fingerprints import FINGERPRINTS
    from sealmark.evaluation.writing import write_files

    files = {"evaluation.json": canonical_bytes(evaluation.document)}
    files[FINGERPRINTS] = canonical_bytes(evaluation.fingerprints)
    for name, item in evaluation.imports.items():
        files[f"imports/{name}.json"] = json.dumps(to_json(item), ensure_ascii=False, indent=1).encode()
    for language, awaited in reports.items():
        steps(f"{LANGUAGE_NAMES[language]} report")
        stem = "report" if len(reports) == 1 else f"report.{language}"
        files |= {f"{stem}.{ending}": content for ending, content in awaited().items()}
    write_files(target, files)
    return list(files)


def _tell(evaluation: Any, target: Path, written: list[str], language: str) -> None:
    from sealmark.reports.summary import summary_lines

    document = evaluation.document
    grades = {name: ladder["grade"] for name, ladder in document["ladders"].items()}
    lines = summary_lines(document, evaluation.edition, language)
    reports = [str(target / name) for name in written if not name.startswith("imports/")]
    result(
        {"grades": grades, "scores": document["scores"], "digest": document["digest"], "files": reports},
        [*lines, "", *(f"  {path}" for path in reports)],
    )
    refusals = {
        ladder.id: {NOT_DETERMINED} if ladder.below_is_a_result else {NOT_DETERMINED, ladder.below}
        for ladder in evaluation.edition.grading.ladders
    }
    if all(grade in refusals[name] for name, grade in grades.items()):
        click.get_current_context().exit(NEGATIVE)


def _made_with(document: Any) -> str:
    """Return the engine that scanned the tables of an evaluation; the last digits of a sum depend on it."""
    engine = document.get("engine") if isinstance(document, dict) else None
    return "spark" if isinstance(engine, dict) and engine.get("data") == "spark" else "duckdb"


def _read(code: str, path: Path, fix: str) -> dict[str, Json]:
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise SealmarkError(Problem(code, f"The file is not JSON: {error}.", path.name, fix)) from error
    return content if isinstance(content, dict) else {}


@click.command(epilog="Example: sealmark reproduce results/evaluation.json my-case/")
@click.argument("evaluation", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("case", type=_CASE)
@click.option("--scheme", help="The pack folder, when the case does not find its scheme by name.")
@json_option
def reproduce(evaluation: Path, case: Path, scheme: str | None) -> None:
    """Recompute an evaluation; exit 0 when the same digest comes out, 1 with the differences.

    With the private/fingerprints.json that was written beside it, a changed cell of the evidence
    is named; without it, a block of rows.
    """
    from sealmark.evaluation.fingerprints import FINGERPRINTS
    from sealmark.evaluation.reproduce import reproduce as run

    document = _read("SM602", evaluation, "Give the evaluation.json that `sealmark evaluate` wrote.")
    private = evaluation.parent / FINGERPRINTS
    fingerprints = _read("SM641", private, "Put the original beside, or take it away.") if private.is_file() else None
    with on_engine(_made_with(document)):
        outcome = run(document, case, scheme, fingerprints=fingerprints)
    if outcome.same:
        lines = [f"Reproduced: {outcome.digest}"]
    else:
        lines = ["Not reproduced.", *(f"  {line}" for line in outcome.differences)]
    result({"same": outcome.same, "digest": outcome.digest, "differences": list(outcome.differences)}, lines)
    if not outcome.same:
        click.get_current_context().exit(NEGATIVE)
