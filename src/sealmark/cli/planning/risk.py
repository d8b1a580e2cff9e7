"""``sealmark plan risk``: how likely each grade is, by true score, and what more sites or interviews would buy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.output import NEGATIVE, json_option, result, table
from sealmark.cli.planning.case import percent
from sealmark.core.errors import Problem, SealmarkError

if TYPE_CHECKING:
    from sealmark.evaluation.certainty.grade_risk import GradeRisk
    from sealmark.measure.sampling.grade_risk import GradeDesign

__all__ = ["risk_command"]

_LINES = 16
_SAID = {"now": "as it is", "more_sites": "with 2 more sites", "more_interviews": "with twice the interviews"}


@click.command("risk", epilog="Example: sealmark plan risk --sites 100 --visited 3 --sd 8 --cuts 60,70,80,90")
@click.argument("case", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--scheme", help="Under this edition or pack folder instead of the one the case names.")
@click.option("--sites", type=click.IntRange(min=1), help="Sites there are, when no case is given.")
@click.option("--visited", type=click.IntRange(min=1), help="Sites visited.")
@click.option("--sd", type=click.FloatRange(min=0), help="Standard deviation between sites, in points.")
@click.option("--cuts", default="", help="Lowest score of each grade: 60,70,80,90.")
@click.option("--survey-error", type=click.FloatRange(min=0), default=0.0, show_default=True,
              help="Standard error that interviews put into the score, in points.")  # fmt: skip
@click.option("--found", type=float, help="The score found; all scores over the grades count alike without it.")
@click.option("--rule", type=click.Choice(["mean", "sure"]), default="mean", show_default=True,
              help="mean: the grade of the score found. sure: the highest grade that is 80 % sure.")  # fmt: skip
@json_option
def risk_command(
    case: Path | None,
    scheme: str | None,
    sites: int | None,
    visited: int | None,
    sd: float | None,
    cuts: str,
    survey_error: float,
    found: float | None,
    rule: Any,
) -> None:
    """Tell how likely each grade comes out, for a range of true scores.

    Of a CASE the spread between its visited sites counts; without one, give --sites, --visited, --sd and --cuts.
    Grades are decided by the score alone, without gates. Exit code 1 when the case has no sampled sites.
    """
    numbers = {"--sites": sites, "--visited": visited, "--sd": sd, "--cuts": cuts or None}
    if case is not None:
        given = [name for name, value in {**numbers, "--found": found}.items() if value is not None]
        given += [name for name, other in (("--survey-error", survey_error), ("--rule", rule != "mean")) if other]
        _refuse(given, "A case brings its own numbers:", "Leave out the options, or the case.")
        _tell_case(case, scheme)
        return
    _refuse([name for name, value in numbers.items() if value is None], "Without a case there is no:",
            "Give a case folder, or --sites, --visited, --sd and --cuts.")  # fmt: skip
    _refuse(["--scheme"] if scheme else [], "Without a case there is no use for:", "Leave it out.")
    assert sites is not None
    assert visited is not None
    assert sd is not None
    _tell_numbers(_cuts(cuts), (sites, visited, sd, survey_error), found, rule)


def _refuse(names: Sequence[str], what: str, fix: str) -> None:
    if names:
        raise SealmarkError(Problem("SM905", f"{what} {', '.join(names)}.", names[0], fix))


def _cuts(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        fix = "Write the lowest score of each grade: 60,70,80,90."
        raise SealmarkError(Problem("SM905", f'"{text}" are no scores.', "--cuts", fix)) from None


def _tell_numbers(cuts: list[float], numbers: tuple[int, int, float, float], found: float | None, rule: Any) -> None:
    from sealmark.evaluation.certainty.grade_risk import compared_designs
    from sealmark.evaluation.planning.risks import even_scores
    from sealmark.measure.sampling.grade_risk import (
        GradeDesign,
        chance_of_right_grade,
        operating_characteristic,
        possible_scores,
    )

    design = GradeDesign(*numbers)
    scores = sorted({*_evenly(cuts), *([found] if found is not None else [])})
    curve = operating_characteristic(cuts, design, scores, rule=rule)
    top = max(100.0, cuts[-1])
    truths = even_scores(cuts, top) if found is None else list(possible_scores(found, design, within=(0.0, top)))
    right = chance_of_right_grade(cuts, compared_designs(design), truths, rule=rule)
    names = ["below", *(f"from {cut:g}" for cut in cuts)]
    told = {
        "design": _design_json(design),
        "grades": names,
        "curve": [
            {"truth": score, "chances": [round(float(chance), 6) for chance in row]}
            for score, row in zip(scores, curve.chances, strict=True)
        ],
        "right": {name: round(chance, 6) for name, chance in right.items()},
    }
    result(told, _lines(names, scores, curve.chances.tolist(), right))


def _evenly(cuts: Sequence[float]) -> list[float]:
    """Return true scores to show: in steps of a fraction of a grade, around all limits."""
    width = (cuts[-1] - cuts[0]) / (len(cuts) - 1) if len(cuts) > 1 else 10.0
    step = max(width / 5, (cuts[-1] - cuts[0] + 2 * width) / 30)
    first = cuts[0] - width
    count = round((cuts[-1] + width - first) / step)
    return [round(first + at * step, 6) for at in range(count + 1)]


def _design_json(design: GradeDesign) -> dict[str, float]:
    names = ("sites", "visited", "spread", "survey_error", "other_error", "error")
    return {name: round(getattr(design, name), 9) for name in names}


def _lines(
    names: Sequence[str], scores: Sequence[float], chances: Sequence[Sequence[float]], right: Mapping[str, Any]
) -> list[str]:
    rows = [["true score", *names]]
    rows += [[f"{score:.5g}", *(percent(chance) for chance in row)] for score, row in zip(scores, chances, strict=True)]
    bought = [[_SAID[name], percent(chance)] for name, chance in right.items()]
    return [
        "Chance of each grade, by the score alone:", *table(rows, indent="  "), "",
        "Expected chance of the right grade:", *table(bought, indent="  "),
    ]  # fmt: skip


def _tell_case(case: Path, scheme: str | None) -> None:
    from sealmark.assess.assessment import assess
    from sealmark.evaluation.certainty.grade_risk import grade_risks
    from sealmark.evaluation.evidence.gathering import gather
    from sealmark.evaluation.run import open_case

    opened = open_case(scheme, case)
    evidence = gather(opened.case, opened.book).evidence
    risks = grade_risks(assess(evidence, opened.book), evidence, opened.book)
    told = {"ladders": [_risk_json(item) for item in risks]}
    lines = [line for item in risks for line in (*_risk_lines(item), "")][:-1]
    result(told, lines or ["Not determined: no score that decides a ladder rests on two or more of several sites."])
    if not risks:
        click.get_current_context().exit(NEGATIVE)


def _risk_json(risk: GradeRisk) -> dict[str, Any]:
    return {
        "ladder": risk.ladder,
        "score": risk.score,
        "found": float(risk.found),
        "design": _design_json(risk.design),
        "grades": ["", *(cut.grade for cut in risk.cuts)],
        "curve": [
            {"truth": float(score), "chances": [float(chance) for chance in chances]}
            for score, chances in zip(risk.scores, risk.chances, strict=True)
        ],
        "right": {name: float(chance) for name, chance in risk.right.items()},
    }


def _risk_lines(risk: GradeRisk) -> list[str]:
    design = risk.design
    head = (
        f"{risk.ladder}: {risk.score} {float(risk.found):.2f}; {design.visited} of {design.sites} sites, "
        f"spread {design.spread:.2f}, standard error {design.error:.2f}"
    )
    every = max(1, len(risk.scores) // _LINES)
    names = ["below", *(cut.grade for cut in risk.cuts)]
    scores = [float(score) for score in risk.scores[::every]]
    chances = [[float(chance) for chance in row] for row in risk.chances[::every]]
    return [head, *_lines(names, scores, chances, risk.right)]
