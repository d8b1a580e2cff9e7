"""Golden cases: enough of them, of every kind, with values that fit what is declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from sealmark.core.errors import Problem, did_you_mean
from sealmark.core.numbers import in_steps, plain
from sealmark.scheme.checks.view import View, written
from sealmark.scheme.golden import GivenMark, GoldenCase, GoldenFile
from sealmark.scheme.grading import Grade, Ladder
from sealmark.scheme.requirements import Scale
from sealmark.scheme.rules import JudgementRule, SampleRule
from sealmark.scheme.walking import Path

__all__ = ["Coverage", "check_coverage", "check_values", "coverage_of"]

_WANTED = 4


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far golden cases cover an edition.

    Attributes:
        cases: All golden cases.
        requirements: All requirements.
        covered: Requirements with at least four cases.
        grades: All results of all ladders, the one below the lowest grade included.
        reached: Results that a whole case expects.
    """

    cases: int
    requirements: int
    covered: int
    grades: int
    reached: int


def coverage_of(view: View) -> Coverage:
    """Return how far golden cases cover the edition."""
    by_requirement = _by_requirement(view)
    results = {(ladder.id, name) for ladder in view.edition.grading.ladders for name in _results(ladder)}
    return Coverage(
        cases=len(view.edition.cases),
        requirements=len(view.index.ids("requirement")),
        covered=sum(len(cases) >= _WANTED for cases in by_requirement.values()),
        grades=len(results),
        reached=len(results & _reached(view)),
    )


def _by_requirement(view: View) -> dict[str, list[GoldenCase]]:
    found: dict[str, list[GoldenCase]] = {name: [] for name in view.index.ids("requirement")}
    for case in view.edition.cases:
        if case.requirement in found:
            found[case.requirement].append(case)
    return found


def _results(ladder: Ladder) -> list[str]:
    return [*(grade.id for grade in ladder.grades), ladder.below]


def _reached(view: View) -> set[tuple[str, str]]:
    whole = [case for case in view.edition.cases if case.requirement is None]
    return {pair for case in whole for pair in case.expect.grades.items()}


def check_coverage(view: View) -> Iterator[Problem]:
    """Yield requirements and grades that too few golden cases show."""
    if any(file.startswith("cases/") and file not in view.edition.parts for file in view.edition.files):
        return
    for name, cases in _by_requirement(view).items():
        at: tuple[str, Path] = (f"requirements/{name}.yaml", ())
        if len(cases) < _WANTED:
            what = f'The requirement "{name}" has {len(cases) or "no"} golden case{"s" if len(cases) != 1 else ""}.'
            fix = (
                "Write four in cases/: it conforms, it does not, exactly on the threshold or partly, "
                "not determined or not applicable."
            )
            yield view.problem("SM280", what, at, fix, severity=view.incomplete)
        else:
            yield from _kinds(view, name, cases, at)
    reached = _reached(view)
    for position, ladder in enumerate(view.edition.grading.ladders):
        yield from _grades(view, ladder, reached, ("ladders", position))


def _kinds(view: View, name: str, cases: list[GoldenCase], at: tuple[str, Path]) -> Iterator[Problem]:
    shown = {case.expect.statement for case in cases}
    shares = {case.expect.share for case in cases}
    missing = []
    if "conforms" not in shown and Decimal(1) not in shares:
        missing.append("conforms")
    if "does-not-conform" not in shown and "partial" not in shown and Decimal(0) not in shares:
        missing.append("does not conform")
    if not shown & {"not-determined", "not-applicable"}:
        missing.append("is not determined or not applicable")
    if missing:
        what = f'No golden case shows that "{name}" {", or that it ".join(missing)}.'
        yield view.problem("SM281", what, at, "Add one case for each in cases/.", severity="warning")


def _grades(view: View, ladder: Ladder, reached: set[tuple[str, str]], path: Path) -> Iterator[Problem]:
    for position, grade in enumerate(ladder.grades):
        at = ("grading.yaml", (*path, "grades", position))
        if (ladder.id, grade.id) not in reached:
            what = f'No whole golden case ends with the grade "{grade.id}".'
            fix = "Write two in cases/: exactly on the boundary, and just below it."
            yield view.problem("SM282", what, at, fix, severity=view.incomplete)
        else:
            yield from _boundary(view, ladder, grade, at)
    if (ladder.id, ladder.below) not in reached:
        what = f'No whole golden case ends with "{ladder.below}".'
        yield view.problem("SM282", what, ("grading.yaml", (*path, "below")),
                           "Write one in cases/ that misses the lowest grade.", severity=view.incomplete)  # fmt: skip


def _boundary(view: View, ladder: Ladder, grade: Grade, at: tuple[str, Path]) -> Iterator[Problem]:
    limit = view.value(grade.at_least, view.base)
    if limit is None or ladder.score is None:
        return
    whole = [case for case in view.edition.cases if case.requirement is None]
    if not any(case.expect.scores.get(ladder.score) == limit for case in whole):
        what = f'No whole golden case stands exactly on the limit of "{grade.id}" ({plain(limit)}).'
        fix = f"Write one that expects `scores: {{{ladder.score}: {plain(limit)}}}`."
        yield view.problem("SM283", what, at, fix, severity="warning")


def check_values(view: View) -> Iterator[Problem]:
    """Yield golden cases told twice, before the edition begins, or with marks and facts that cannot be."""
    told: set[tuple[str | None, str]] = set()
    for file, part in view.edition.parts.items():
        for position, case in part.told() if isinstance(part, GoldenFile) else ():
            path: Path = ("cases", position)
            if (case.requirement, case.case) in told:
                what = f'The golden case "{case.case}" is told twice.'
                yield view.problem("SM284", what, (file, (*path, "case")), "Give each case its own sentence.")
            told.add((case.requirement, case.case))
            if case.as_of < view.edition.manifest.effective_from:
                what = f"The case is judged on {case.as_of.isoformat()}, before the edition begins."
                fix = f"Use {view.edition.manifest.effective_from.isoformat()} or later."
                yield view.problem("SM286", what, (file, (*path, "as_of")), fix, severity="warning")
            yield from _case_values(view, case, file, path)


def _case_values(view: View, case: GoldenCase, file: str, path: Path) -> Iterator[Problem]:
    given: Path = (*path, "given")
    for name, value in case.given.facts.items():
        yield from _fact(view, name, value, (file, (*given, "facts", name)))
    for name, marks in case.given.judgements.items():
        for position, mark in enumerate(marks):
            yield from _mark(view, name, mark, (file, (*given, "judgements", name, position)))
    for position, gate in enumerate(case.given.waivers):
        if gate in view.index.ids("gate") and gate not in view.edition.grading.waivable:
            what = f'The gate "{gate}" may not be waived.'
            fix = "Add it to `waivable` in grading.yaml, or remove the waiver."
            yield view.problem("SM285", what, (file, (*given, "waivers", position)), fix)


def _fact(view: View, name: str, value: object, at: tuple[str, Path]) -> Iterator[Problem]:
    fact = view.edition.declarations.facts.get(name)
    # A choice without choices is reported where it is declared.
    if fact is None or value is None or (fact.type == "choice" and not fact.choices):
        return
    kind = {bool: "boolean", Decimal: "number", int: "number", str: "choice"}.get(type(value), "date")
    if kind != fact.type:
        yield view.problem("SM285", f'The fact "{name}" is a {fact.type}, but "{written(value)}" is a {kind}.', at,
                           "Give a value of its type, see declarations.yaml.")  # fmt: skip
    elif fact.type == "choice" and value not in fact.choices:
        yield view.problem("SM285", f'"{value}" is not a choice of the fact "{name}".', at,
                           did_you_mean(str(value), fact.choices))  # fmt: skip


def _mark(view: View, name: str, given: GivenMark, at: tuple[str, Path]) -> Iterator[Problem]:
    requirement = view.edition.requirements.get(name)
    rules = (
        [rule for rule in requirement.evidence if isinstance(rule, JudgementRule | SampleRule)] if requirement else []
    )
    wrong = partial(view.problem, "SM285")
    if requirement is not None and not rules:
        yield wrong(f'The requirement "{name}" is not judged by marks.', at, "Remove the marks.")
        return
    names = [rule.judgement if isinstance(rule, JudgementRule) else rule.sample for rule in rules]
    scales = [view.edition.scales[scale] for scale in names if scale in view.edition.scales]
    if scales and given.mark is not None and not any(_fits(scale, given.mark) for scale in scales):
        legal = "; ".join(dict.fromkeys(_legal(scale) for scale in scales))
        yield wrong(f'"{given.mark}" is not a mark of the scale.', (at[0], (*at[1], "mark")), f"Legal: {legal}.")
    marks = view.marks_of(requirement) if requirement else ()
    if given.dimension is not None and given.dimension not in marks and rules:
        yield wrong(f'The requirement "{name}" has no mark "{given.dimension}".', (at[0], (*at[1], "dimension")),
                    did_you_mean(given.dimension, marks))  # fmt: skip


def _fits(scale: Scale, mark: str | int | Decimal) -> bool:
    if scale.levels:
        return str(mark) in {level.code for level in scale.levels}
    if isinstance(mark, str) or scale.lowest is None or scale.highest is None:
        return False
    return scale.lowest <= mark <= scale.highest and in_steps(Decimal(mark), scale.lowest, scale.step)


def _legal(scale: Scale) -> str:
    if scale.levels:
        return ", ".join(level.code for level in scale.levels)
    low, high = scale.lowest or Decimal(0), scale.highest or Decimal(0)
    return f"{plain(low)} to {plain(high)} in steps of {plain(scale.step)}"
