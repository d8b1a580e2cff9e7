"""Check packs: every problem at once, each with its place, what is legal, and the cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sealmark.core.errors import Problem, SealmarkError
from sealmark.scheme.checks import cases, computed, files, grades, names, numbers, procedures, rules, tree, wording
from sealmark.scheme.checks.cases import Coverage
from sealmark.scheme.checks.view import View
from sealmark.scheme.edition import Edition
from sealmark.scheme.loading import read_edition, read_scheme_file

__all__ = ["CheckResult", "EditionResult", "LanguageResult", "check_edition", "check_pack", "inspect_pack"]

Check = Callable[[View], Iterator[Problem]]

_CHECKS: tuple[Check, ...] = (
    procedures.check_manifest,
    names.check_names,
    names.check_doubles,
    tree.check_tree,
    tree.check_points,
    tree.check_reach,
    numbers.check_numbers,
    numbers.check_parameters,
    numbers.check_sizes,
    rules.check_rules,
    rules.check_scales,
    rules.check_facts,
    grades.check_ladders,
    grades.check_gates,
    computed.check_instruments,
    computed.check_measures,
    procedures.check_procedure,
    procedures.check_relations,
    procedures.check_overlays,
    wording.check_languages,
    wording.check_texts,
    cases.check_coverage,
    cases.check_values,
    files.check_files,
    names.check_unused,
)


@dataclass(frozen=True, slots=True)
class LanguageResult:
    """How complete one language is: keys with wording, of all keys that need it."""

    language: str
    present: int
    needed: int


@dataclass(frozen=True, slots=True)
class EditionResult:
    """What was found in one edition.

    Attributes:
        id: ``scheme/edition``.
        languages: Completeness per language; empty when the edition could not be read.
        coverage: Golden cases; None when the edition could not be read.
    """

    id: str
    languages: tuple[LanguageResult, ...] = ()
    coverage: Coverage | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Everything a check of a pack found."""

    problems: tuple[Problem, ...]
    editions: tuple[EditionResult, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that make the pack unusable."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that do not."""
        return tuple(problem for problem in self.problems if problem.severity != "error")


def check_edition(edition: Edition) -> tuple[Problem, ...]:
    """Return every problem of a loaded edition, errors and warnings, file by file.

    Example:
        >>> check_edition(load("sealmark-charter/2026"))
        ()
    """
    view = View(edition)
    found = dict.fromkeys(problem for check in _CHECKS for problem in check(view))
    return tuple(problem for problem in found if not _about_unreadable(edition, problem))


def _about_unreadable(edition: Edition, problem: Problem) -> bool:
    """What does not fit was left out of its file: what is said about that file may be a consequence."""
    file = problem.where.partition(",")[0]
    return file in edition.files and file.endswith(".yaml") and file != "scheme.yaml" and file not in edition.parts


def check_pack(folder: Path, edition: str | None = None) -> tuple[Problem, ...]:
    """Return every problem of a pack, all editions or one, sorted by file and line."""
    return inspect_pack(folder, edition).problems


def inspect_pack(folder: Path, edition: str | None = None) -> CheckResult:
    """Return the problems of a pack with its completeness per language and its golden-case coverage.

    Args:
        folder: The pack folder, with scheme.yaml.
        edition: Only this edition; all when not given.

    Raises:
        SealmarkError: SM201 there is no pack; SM202 scheme.yaml does not fit; SM203 no such edition.
    """
    scheme = read_scheme_file(folder)
    problems = list(files.check_folder(folder, scheme))
    results = []
    for name in (edition,) if edition else scheme.editions:
        found, result = _inspect_edition(folder, scheme.id, name)
        problems += found
        results.append(result)
    return CheckResult(tuple(problems), tuple(results))


def _inspect_edition(folder: Path, scheme: str, name: str) -> tuple[list[Problem], EditionResult]:
    try:
        edition, problems = read_edition(folder, name)
    except SealmarkError as error:
        return list(error.problems), EditionResult(f"{scheme}/{name}")
    if edition is None:
        return _placed(problems, name), EditionResult(f"{scheme}/{name}")
    view = View(edition)
    found = _placed((*problems, *_folder_id(edition, name), *check_edition(edition)), name)
    return found, EditionResult(f"{scheme}/{name}", _languages(view), cases.coverage_of(view))


def _folder_id(edition: Edition, name: str) -> Iterator[Problem]:
    if edition.manifest.edition != name:
        what = f'The folder editions/{name} holds the edition "{edition.manifest.edition}".'
        where = edition.documents["edition.yaml"].where(("edition",))
        yield Problem("SM254", what, where, f'Write "{name}", or rename the folder.')


def _placed(problems: tuple[Problem, ...], edition: str) -> list[Problem]:
    """Return problems with places seen from the pack folder, in the order of file and line."""
    return [replace(problem, where=f"editions/{edition}/{problem.where}") for problem in sorted(problems, key=_order)]


def _order(problem: Problem) -> tuple[str, int, str]:
    file, _, rest = problem.where.partition(", line ")
    line = rest.partition(",")[0]
    return file.partition(",")[0], int(line) if line.isdigit() else 0, problem.code


def _languages(view: View) -> tuple[LanguageResult, ...]:
    needs = [need for need in wording.needed_keys(view) if need.strict]
    return tuple(
        LanguageResult(
            language,
            sum(wording.has_text(view, f"text/{language}.yaml", need.path) for need in needs),
            len(needs),
        )
        for language in view.edition.manifest.languages
    )
