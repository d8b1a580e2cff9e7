"""``sealmark prior``: what finished evaluations tell about sites that nobody saw."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from sealmark.cli.output import counted, json_option, result, talk
from sealmark.core.canonical import to_json
from sealmark.core.errors import Problem, ProblemList, SealmarkError

__all__ = ["prior"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog="Example: sealmark prior archive/*/evaluation.json --id shops --name 'Shops 2024-2026' "
               "--out shops.yaml")  # fmt: skip
@click.argument("evaluations", nargs=-1, required=True, type=_FILE, metavar="EVALUATION...")
@click.option("--id", "group", required=True, help="Short name of the group, for files.")
@click.option("--name", required=True, help="The group in words, as reports shall call it.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; never overwritten.")
@json_option
def prior(evaluations: tuple[Path, ...], group: str, name: str, out: Path | None) -> None:
    """Make a prior group from evaluations of organizations alike.

    A case that names the file (`prior_group: shops.yaml`) uses it for the probability of its grade where
    sites were left unseen; its score and grade stay its own. The file holds four figures per root and the
    digests of the evaluations, no names. Leave out the organization that will use it.
    """
    from sealmark.evaluation.certainty.gleaning import glean_prior_group
    from sealmark.evaluation.evidence.prior_group import prior_group_text

    _check_names(group, name)
    made = glean_prior_group(_documents(evaluations), group=group, name=name)
    text = prior_group_text(made.group)
    for number, why in ((made.repeated, "earlier evaluation of an organization that has a later one"),
                        (made.unspread, "evaluation without scores of single sites")):  # fmt: skip
        if number:
            talk(f"Left out: {counted(number, why, why.replace('evaluation', 'evaluations', 1))}.")
    if out is not None:
        try:
            with out.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError as error:
            fix = "Choose another name, or take the old file away."
            raise SealmarkError(Problem("SM601", f'"{out.name}" is there already.', str(out), fix)) from error
    result(to_json(made.group.model_dump()), [f"Written: {out}"] if out else text.splitlines())


def _check_names(group: str, name: str) -> None:
    problems = ProblemList()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", group):
        fix = "Letters, digits, dot, dash and underscore, at most 64."
        problems.add("SM903", f'"{group}" is no id.', where="--id", fix=fix)
    if not name.strip():
        problems.add("SM903", "The name is empty.", where="--name", fix="Say in words who the group is.")
    problems.raise_if_any()


def _documents(paths: tuple[Path, ...]) -> dict[str, dict[str, Any]]:
    problems = ProblemList()
    documents = {}
    for path in paths:
        try:
            documents[str(path)] = _document(path)
        except SealmarkError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
    return documents


def _document(path: Path) -> dict[str, Any]:
    from sealmark.evaluation.reproduce import is_untouched, require_evaluation

    try:
        document = json.loads(path.read_bytes())
    except ValueError as error:
        fix = "Give an evaluation.json that `sealmark evaluate` wrote."
        raise SealmarkError(Problem("SM602", f"The file is not JSON: {error}.", str(path), fix)) from error
    content = document if isinstance(document, dict) else {}
    require_evaluation(content, str(path))
    if not is_untouched(content):
        fix = "Use the file as it was written."
        raise SealmarkError(Problem("SM602", "The evaluation was changed after it was written.", str(path), fix))
    return content
