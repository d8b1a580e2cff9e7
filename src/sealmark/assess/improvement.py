"""What would reach the next grade: the fewest requirements, found with the grading function itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from sealmark.assess.assessment import Assessment, assess_findings
from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook
from sealmark.assess.findings import Finding, Reason
from sealmark.scheme.grading import Ladder

__all__ = ["Step", "WayUp", "way_up"]

_GRADINGS = 1500
"""How many sets are graded to find a smaller one; enough for every set of ten requirements."""


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

    Every candidate set is graded by the one grading function. What cannot be
    left out is taken first; then what helps most is added until nothing more
    can be gained, and what turns out not to be needed is taken out again. At
    last smaller sets are tried. Up to ten candidates the set is the smallest
    there is, and with scores that add up nearly always beyond that.

    When all requirements together do not reach the grade, the set is the
    smallest that clears what requirements can clear, and ``remaining`` says
    what is left.
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


Chosen = frozenset[str]


class _Outlook(NamedTuple):
    """What the search remembers of a graded set."""

    progress: tuple[int, int]
    """Whether the grade is reached, then fewer open reasons."""
    bound: tuple[Decimal, Decimal]
    """Share of the score's node and sum of all shares, undetermined counted as nothing: more is nearer."""
    score_open: bool
    """Whether the ladder's score still keeps the grade away."""


class _Search:
    """Search over sets of requirements raised to full conformity; raising one more never does harm."""

    def __init__(
        self, ladder: Ladder, target: str, assessment: Assessment, evidence: Evidence, book: FigureBook
    ) -> None:
        self.ladder, self.target = ladder, target
        self.start, self.evidence, self.book = assessment, evidence, book
        self.seen: dict[Chosen, _Outlook] = {}
        raising = [name for name, item in assessment.findings.items() if _can_rise(item)]
        alone = {name: self.outlook(frozenset({name})).bound for name in raising}
        self.candidates = sorted(sorted(raising), key=lambda name: alone[name], reverse=True)
        self.goal = self.outlook(frozenset(raising)).progress
        self.adds_up = all(group.roll_up.rule != "minimum" for group in book.edition.tree.groups())

    def graded(self, chosen: Iterable[str]) -> Assessment:
        raised = {name: _raised(self.start.findings[name]) for name in chosen}
        return assess_findings({**self.start.findings, **raised}, self.evidence, self.book, like=self.start)

    def outlook(self, chosen: Chosen) -> _Outlook:
        if chosen not in self.seen:
            assessment = self.graded(chosen)
            reasons = self.open_reasons(assessment)
            scored = any(reason.about == self.ladder.score and reason.code.startswith("score-") for reason in reasons)
            progress = (int(self.reached(assessment)), -len(reasons))
            self.seen[chosen] = _Outlook(progress, self.bound(assessment), scored)
        return self.seen[chosen]

    def enough(self, chosen: Chosen) -> bool:
        return self.outlook(chosen).progress >= self.goal

    def run(self) -> Chosen:
        everything = frozenset(self.candidates)
        chosen: Chosen = frozenset()
        if not self.enough(chosen):
            chosen = frozenset(name for name in self.candidates if not self.enough(everything - {name}))
        while not self.enough(chosen):
            rest = [name for name in self.candidates if name not in chosen]
            chosen |= {max(rest, key=lambda name: self._rank(chosen | {name}))}  # the first of equals: order is stable
        return self._smallest(self._pruned(chosen))

    def _rank(self, chosen: Chosen) -> tuple[tuple[int, int], tuple[Decimal, Decimal]]:
        outlook = self.outlook(chosen)
        return outlook.progress, outlook.bound

    def _pruned(self, chosen: Chosen) -> Chosen:
        for name in [name for name in reversed(self.candidates) if name in chosen]:
            if self.enough(chosen - {name}):
                chosen -= {name}
        return chosen

    def _smallest(self, chosen: Chosen) -> Chosen:
        limit = len(self.seen) + _GRADINGS
        while chosen:
            found = self._within(frozenset(), self.candidates, len(chosen) - 1, limit)
            if found is None:
                break
            chosen = found
        return chosen

    def _within(self, chosen: Chosen, rest: Sequence[str], steps: int, limit: int) -> Chosen | None:
        """Return a set of at most ``steps`` more requirements that is enough, or None when none was found."""
        if self.enough(chosen):
            return chosen
        if steps == 0 or len(self.seen) >= limit or not self.enough(chosen.union(rest)):
            return None
        if self.adds_up and self._too_little(chosen.union(rest[:steps])):
            return None
        found = self._within(chosen | {rest[0]}, rest[1:], steps - 1, limit)
        return found or self._within(chosen, rest[1:], steps, limit)

    def _too_little(self, most: Chosen) -> bool:
        """Whether the score stays short although the largest gains are in, where gains add up."""
        return self.outlook(most).score_open and not self.outlook(frozenset(self.candidates)).score_open

    def reached(self, assessment: Assessment) -> bool:
        result = assessment.standing.ladders[self.ladder.id]
        order = [rung.id for rung in result.rungs]
        return result.grade in order and order.index(result.grade) >= order.index(self.target)

    def bound(self, assessment: Assessment) -> tuple[Decimal, Decimal]:
        shares = sum((item.share or Decimal(0) for item in assessment.findings.values()), Decimal(0))
        scored = (score.node for score in self.book.edition.grading.scores if score.id == self.ladder.score)
        lower = next((assessment.nodes[node].lower for node in scored), None)
        # Shares tell equal scores apart: a minimum moves only when its last child does.
        return lower or Decimal(0), shares

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
    marks: dict[str, Decimal | None] = dict.fromkeys(finding.marks, Decimal(1))
    return replace(finding, statement="conforms", share=Decimal(1), marks=marks, code=None, missing=(), reasons=())
