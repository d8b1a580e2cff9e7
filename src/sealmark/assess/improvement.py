"""What would reach the next grade: the fewest requirements, found with the grading function itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sealmark.assess.assessment import Assessment, assess_findings
from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook
from sealmark.assess.findings import Finding, Reason
from sealmark.scheme.grading import Ladder

__all__ = ["Step", "WayUp", "way_up"]


@dataclass(frozen=True, slots=True)
class Step:
    """Bring one requirement to full conformity; ``gain`` is what it adds to the ladder's score."""

    requirement: str
    share: Decimal | None
    gain: Decimal | None


@dataclass(frozen=True, slots=True)
class WayUp:
    """The cheapest set of requirements that reaches a grade.

    Attributes:
        reachable: Whether the set alone is enough.
        steps: Largest gain first; the smallest number of requirements that was found to do.
        score: The ladder's score with all steps done; None when not determined.
        remaining: What else stands in the way: prerequisites, special deductions, waiting times, unknown figures.
    """

    ladder: str
    grade: str
    reachable: bool
    steps: tuple[Step, ...]
    score: Decimal | None
    remaining: tuple[Reason, ...] = ()


def way_up(ladder: Ladder, assessment: Assessment, evidence: Evidence, book: FigureBook) -> WayUp | None:
    """Return the way to the next grade of ``ladder``; None at the top.

    Every candidate set is graded by the one grading function. The search adds
    the requirement that helps most until the grade is reached, then takes out
    each that turns out not to be needed. In a tree of sums this is the
    smallest set; with caps and minimums it is a good one.
    """
    result = assessment.standing.ladders[ladder.id]
    if result.next_grade is None:
        return None
    search = _Search(ladder, result.next_grade, assessment, evidence, book)
    chosen = search.run()
    final = search.graded(chosen)
    steps = [Step(name, assessment.findings[name].share, search.gain(name)) for name in chosen]
    steps.sort(key=lambda step: (-(step.gain or Decimal(0)), step.requirement))
    return WayUp(
        ladder.id, result.next_grade, search.reached(final), tuple(steps), search.score(final),
        () if search.reached(final) else search.open_reasons(final),
    )  # fmt: skip


class _Search:
    """Greedy search with pruning over sets of requirements raised to full conformity."""

    def __init__(
        self, ladder: Ladder, target: str, assessment: Assessment, evidence: Evidence, book: FigureBook
    ) -> None:
        self.ladder, self.target = ladder, target
        self.start, self.evidence, self.book = assessment, evidence, book
        self.candidates = [name for name, item in assessment.findings.items() if _can_rise(item)]

    def graded(self, chosen: list[str]) -> Assessment:
        raised = {name: _raised(self.start.findings[name]) for name in chosen}
        return assess_findings({**self.start.findings, **raised}, self.evidence, self.book)

    def run(self) -> list[str]:
        everything = self.graded(self.candidates)
        if not self.reached(everything) and self.progress(everything) <= self.progress(self.start):
            return []
        chosen: list[str] = []
        goal = self.progress(everything)
        current = self.start
        while self.progress(current) < goal and len(chosen) < len(self.candidates):
            name = self._best(chosen)
            chosen.append(name)
            current = self.graded(chosen)
        return self._pruned(chosen, self.progress)

    def _best(self, chosen: list[str]) -> str:
        rest = [name for name in self.candidates if name not in chosen]
        ranks = {name: self.rank(self.graded([*chosen, name])) for name in rest}
        return max(rest, key=lambda name: (ranks[name], -rest.index(name)))

    def _pruned(self, chosen: list[str], progress: Callable[[Assessment], tuple[int, ...]]) -> list[str]:
        goal = progress(self.graded(chosen))
        for name in sorted(chosen, key=lambda item: self.gain(item) or Decimal(0)):
            fewer = [other for other in chosen if other != name]
            if progress(self.graded(fewer)) >= goal:
                chosen = fewer
        return chosen

    def reached(self, assessment: Assessment) -> bool:
        result = assessment.standing.ladders[self.ladder.id]
        order = [rung.id for rung in result.rungs]
        return result.grade in order and order.index(result.grade) >= order.index(self.target)

    def progress(self, assessment: Assessment) -> tuple[int, ...]:
        """How much of the target's conditions holds: the score limit, then the number of open reasons."""
        return (int(self.reached(assessment)), -len(self.open_reasons(assessment)))

    def rank(self, assessment: Assessment) -> tuple[object, ...]:
        return (*self.progress(assessment), self.bound(assessment))

    def bound(self, assessment: Assessment) -> Decimal:
        """The score, or the score with everything undetermined counted as not met."""
        if self.ladder.score is None:
            return Decimal(sum(item.share or 0 for item in assessment.findings.values()))
        score = assessment.standing.scores[self.ladder.score]
        shares = sum((item.share or Decimal(0) for item in assessment.findings.values()), Decimal(0))
        return (score.value or score.lower or Decimal(0)) * 1000 + shares

    def score(self, assessment: Assessment) -> Decimal | None:
        return None if self.ladder.score is None else assessment.standing.scores[self.ladder.score].value

    def gain(self, name: str) -> Decimal | None:
        before, after = self.score(self.start), self.score(self.graded([name]))
        return None if before is None or after is None else after - before

    def open_reasons(self, assessment: Assessment) -> tuple[Reason, ...]:
        result = assessment.standing.ladders[self.ladder.id]
        upto = [rung.id for rung in result.rungs].index(self.target) + 1
        return tuple(reason for rung in result.rungs[:upto] for reason in rung.reasons)


def _can_rise(finding: Finding) -> bool:
    open_points = any(item.kind in {"parameter", "size"} for item in finding.missing)
    return finding.statement != "not-applicable" and (finding.share is None or finding.share < 1) and not open_points


def _raised(finding: Finding) -> Finding:
    marks: Mapping[str, Decimal | None] = dict.fromkeys(finding.marks, Decimal(1))
    return replace(finding, statement="conforms", share=Decimal(1), marks=marks, code=None, missing=(), reasons=())
