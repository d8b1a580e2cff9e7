"""Scores, gates and grades. Three-valued: what is unknown is neither held nor failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Reason, RuleResult
from sealmark.assess.roll_up import Node
from sealmark.assess.rules import apply_rule
from sealmark.core.numbers import round_to
from sealmark.scheme.figures import Number
from sealmark.scheme.grading import (
    Adjustment,
    CountGate,
    EvidenceGate,
    Grade,
    GradeGate,
    Grading,
    Ladder,
    NodeGate,
    Score,
    ScoreGate,
    SpecialsGate,
)

__all__ = [
    "NOT_DETERMINED",
    "AdjustmentResult",
    "GateResult",
    "LadderResult",
    "RungResult",
    "ScoreResult",
    "Standing",
    "grade",
]

NOT_DETERMINED = "not-determined"


@dataclass(frozen=True, slots=True)
class AdjustmentResult:
    """A special deduction or bonus as counted and as applied."""

    id: str
    count: Decimal | None
    points: Decimal | None
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A score.

    Attributes:
        value: After adjustments, caps and declared rounding; None when not determined.
        exact: Before rounding.
        lower: Lowest value the undetermined rest leaves open (information only).
        upper: Highest value the undetermined rest leaves open.
    """

    id: str
    value: Decimal | None
    exact: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    scale: Decimal | None = None
    adjustments: tuple[AdjustmentResult, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate: held, not held, or not determined; ``waived`` with its reason."""

    id: str
    holds: bool | None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Missing, ...] = ()
    waived: str = ""
    result: RuleResult | None = None


@dataclass(frozen=True, slots=True)
class RungResult:
    """One grade of a ladder: whether all it asks for itself holds, and what does not."""

    id: str
    holds: bool | None
    at_least: Decimal | None = None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class LadderResult:
    """The grade on one ladder and why it is not higher.

    Attributes:
        grade: The highest grade reached, the ladder's ``below``, or ``not-determined``.
        next_grade: The grade above; None at the top.
        reasons: Why the next grade was not reached.
        undetermined: Higher grades that could not be judged.
    """

    id: str
    grade: str
    next_grade: str | None
    rungs: tuple[RungResult, ...]
    reasons: tuple[Reason, ...] = ()
    undetermined: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Scores, gates and grades together."""

    scores: Mapping[str, ScoreResult]
    gates: Mapping[str, GateResult] = field(default_factory=dict)
    ladders: Mapping[str, LadderResult] = field(default_factory=dict)


def grade(nodes: Mapping[str, Node], evidence: Evidence, book: FigureBook) -> Standing:
    """Return scores, gates and grades from the rolled-up tree.

    Args:
        nodes: Every node by id.
        evidence: For adjustments and for gates outside the tree.
        book: The scheme's figures.
    """
    return _Grader(book.edition.grading, nodes, evidence, book).standing()


class _Grader:
    """Grades one tree; ladders may ask for each other, so they are computed on demand."""

    def __init__(self, grading: Grading, nodes: Mapping[str, Node], evidence: Evidence, book: FigureBook) -> None:
        self.grading = grading
        self.nodes = nodes
        self.evidence = evidence
        self.book = book
        self.specials = {item.id: _adjustment(item, evidence, book) for item in grading.adjustments}
        self.scores = {item.id: self._score(item) for item in grading.scores}
        self.ladders: dict[str, LadderResult] = {}
        self.gates: dict[str, GateResult] = {}

    def standing(self) -> Standing:
        for gate in self.grading.gates:
            self.gate(gate.id)
        for ladder in self.grading.ladders:
            self.ladder(ladder.id)
        return Standing(self.scores, self.gates, self.ladders)

    def _score(self, score: Score) -> ScoreResult:
        node = self.nodes[score.node]
        specials = tuple(self.specials[name] for name in score.adjustments)
        scale = self.book.number(score.scale)
        missing = dict.fromkeys([*node.missing, *(item for special in specials for item in special.missing)])
        if isinstance(scale, Missing):
            return ScoreResult(score.id, None, adjustments=specials, missing=(*missing, scale))
        values = [self._scaled(score, share, node, scale) for share in (node.share, node.lower, node.upper)]
        exact, lower, upper = values
        value = (
            None
            if exact is None or score.rounding is None
            else round_to(exact, score.rounding.places, score.rounding.way)
        )
        return ScoreResult(
            score.id, exact if score.rounding is None else value, exact, lower, upper, scale, specials,
            tuple(missing) if exact is None else (),
        )  # fmt: skip

    def _scaled(self, score: Score, share: Decimal | None, node: Node, scale: Decimal) -> Decimal | None:
        before, after = self._shifts(score)
        if share is None or before is None or after is None:
            return None
        if before:
            if not node.points:
                return None
            share += before / node.points
        value = share * scale + after
        for limit, pick in ((score.lowest, max), (score.highest, min)):
            known = self.book.number(limit) if limit is not None else None
            if isinstance(known, Missing):
                return None
            value = value if known is None else pick(value, known)
        return value

    def _shifts(self, score: Score) -> tuple[Decimal | None, Decimal | None]:
        totals: dict[str, Decimal | None] = {
            "before-normalisation": Decimal(0),
            "after-normalisation": Decimal(0),
        }
        for item in self.grading.adjustments:
            if item.id in score.adjustments:
                points, total = self.specials[item.id].points, totals[item.when]
                totals[item.when] = None if points is None or total is None else total + points
        return totals["before-normalisation"], totals["after-normalisation"]

    def gate(self, name: str) -> GateResult:
        if name not in self.gates:
            gate = next(gate for gate in self.grading.gates if gate.id == name)
            result = _GATES[type(gate)](self, gate)
            waiver = self.evidence.waivers.get(name, "")
            if waiver and name in self.grading.waivable and result.holds is not True:
                result = GateResult(name, True, result.reasons, waived=waiver, result=result.result)
            self.gates[name] = result
        return self.gates[name]

    def ladder(self, name: str) -> LadderResult:
        if name not in self.ladders:
            ladder = next(ladder for ladder in self.grading.ladders if ladder.id == name)
            rungs = tuple(self._rung(ladder, position) for position in range(len(ladder.grades)))
            self.ladders[name] = _climb(ladder, rungs)
        return self.ladders[name]

    def _rung(self, ladder: Ladder, position: int) -> RungResult:
        rung: Grade = ladder.grades[position]
        gates = [*(ladder.gates if position == 0 else ()), *rung.gates]
        parts = [self.gate(name) for name in gates]
        limit = None
        if rung.at_least is not None and ladder.score is not None:
            part, limit = self._limit(ladder.score, rung)
            parts.insert(0, part)
        failing = [part for part in parts if part.holds is not True]
        return RungResult(
            rung.id,
            _all(part.holds for part in parts),
            limit,
            tuple(reason for part in failing for reason in part.reasons),
            tuple(dict.fromkeys(item for part in failing for item in part.missing)),
        )

    def _limit(self, score: str, rung: Grade) -> tuple[GateResult, Decimal | None]:
        assert rung.at_least is not None
        gate = self.compare(rung.id, score, at_least=rung.at_least, at_most=None)
        limit = self.book.number(rung.at_least)
        return gate, limit if isinstance(limit, Decimal) else None

    def compare(self, name: str, score: str, *, at_least: Number | None, at_most: Number | None) -> GateResult:
        result = self.scores[score]
        value = result.value
        about = {"value": value}
        if value is None:
            return GateResult(name, None, (Reason("score-not-determined", score),), result.missing)
        return _within(name, "score", score, value, (at_least, at_most), self.book, about)


def _adjustment(item: Adjustment, evidence: Evidence, book: FigureBook) -> AdjustmentResult:
    count = evidence.facts.get(item.count)
    if not isinstance(count, Decimal):
        return AdjustmentResult(item.id, None, None, (Missing("fact", item.count),))
    each = book.number(item.each)
    cap = book.number(item.at_most) if item.at_most is not None else count
    for known in (each, cap):
        if isinstance(known, Missing):
            return AdjustmentResult(item.id, count, None, (known,))
    assert isinstance(each, Decimal)
    assert isinstance(cap, Decimal)
    return AdjustmentResult(item.id, count, min(count, cap) * each)


def _all(parts: Iterable[bool | None]) -> bool | None:
    """Kleene's and: one false decides, otherwise one unknown does."""
    outcomes = list(parts)
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _within(
    name: str, kind: str, about: str, value: Decimal, limits: tuple[Number | None, Number | None], book: FigureBook,
    figures: Mapping[str, Decimal | None],
) -> GateResult:  # fmt: skip
    at_least, at_most = (None if limit is None else book.number(limit) for limit in limits)
    for limit in (at_least, at_most):
        if isinstance(limit, Missing):
            reason = Reason("unknown-parameter", limit.id, {"value": value})
            return GateResult(name, None, (reason,), (limit,))
    if isinstance(at_least, Decimal) and value < at_least:
        return GateResult(name, False, (Reason(f"{kind}-below", about, {**figures, "needed": at_least}),))
    if isinstance(at_most, Decimal) and value > at_most:
        return GateResult(name, False, (Reason(f"{kind}-above", about, {**figures, "allowed": at_most}),))
    return GateResult(name, True)


def _score_gate(grader: _Grader, gate: ScoreGate) -> GateResult:
    return grader.compare(gate.id, gate.score, at_least=gate.at_least, at_most=gate.at_most)


def _node_gate(grader: _Grader, gate: NodeGate) -> GateResult:
    parts = [_node_part(grader, gate, grader.nodes[name]) for name in gate.nodes]
    failing = [part for part in parts if part.holds is not True]
    return GateResult(
        gate.id, _all(part.holds for part in parts), tuple(reason for part in failing for reason in part.reasons),
        tuple(dict.fromkeys(item for part in failing for item in part.missing)),
    )  # fmt: skip


def _node_part(grader: _Grader, gate: NodeGate, node: Node) -> GateResult:
    if node.statement == "not-applicable":
        return GateResult(gate.id, True)
    share = node.share if gate.mark is None else node.marks.get(gate.mark)
    if share is None:
        return GateResult(gate.id, None, (Reason("node-not-determined", node.id),), node.missing)
    return _within(gate.id, "node", node.id, share, (gate.at_least, None), grader.book, {"value": share})


def _count_gate(grader: _Grader, gate: CountGate) -> GateResult:
    findings = [item for item in grader.nodes[gate.below].leaves() if item.statement != "not-applicable"]
    if not findings:
        return GateResult(gate.id, True)
    wanted = set(gate.count)
    counted = sum(item.statement in wanted or item.code in wanted for item in findings)
    open_ones = [item for item in findings if item.statement == "not-determined" and "not-determined" not in wanted]
    total = Decimal(len(findings)) if gate.as_share else Decimal(1)
    outcomes = [
        _within(gate.id, "count", gate.below, Decimal(number) / total, (gate.at_least, gate.at_most), grader.book,
                {"value": Decimal(number) / total})
        for number in (counted, counted + len(open_ones))
    ]  # fmt: skip
    if outcomes[0].holds == outcomes[1].holds:
        return outcomes[0]
    missing = tuple(dict.fromkeys(part for item in open_ones for part in item.missing))
    return GateResult(gate.id, None, (Reason("count-not-determined", gate.below, {"open": len(open_ones)}),), missing)


def _specials_gate(grader: _Grader, gate: SpecialsGate) -> GateResult:
    special = grader.specials[gate.adjustment]
    if special.count is None:
        return GateResult(gate.id, None, (Reason("missing-fact", gate.adjustment),), special.missing)
    return _within(gate.id, "specials", gate.adjustment, special.count, (None, gate.at_most), grader.book,
                   {"value": special.count})  # fmt: skip


def _grade_gate(grader: _Grader, gate: GradeGate) -> GateResult:
    other = grader.ladder(gate.ladder)
    order = [rung.id for rung in other.rungs]
    if other.grade == NOT_DETERMINED:
        return GateResult(gate.id, None, (Reason("ladder-not-determined", gate.ladder),), other.missing)
    if other.grade in order and order.index(other.grade) >= order.index(gate.at_least):
        return GateResult(gate.id, True)
    open_ones = set(order[order.index(gate.at_least) :]) & set(other.undetermined)
    holds = None if gate.at_least in other.undetermined or open_ones else False
    return GateResult(gate.id, holds, (Reason("ladder-below", gate.ladder, {"needed": gate.at_least}),), other.missing)


def _evidence_gate(grader: _Grader, gate: EvidenceGate) -> GateResult:
    result = apply_rule(gate.evidence, grader.evidence, grader.book, place=(gate.id, 0))
    if result.share is None:
        return GateResult(gate.id, None, result.reasons, result.missing, result=result)
    reason = Reason("evidence-below", gate.id, {"value": result.value})
    return GateResult(gate.id, result.share >= 1, () if result.share >= 1 else (reason, *result.reasons), result=result)


_GATES: dict[type, Callable[..., GateResult]] = {
    ScoreGate: _score_gate,
    NodeGate: _node_gate,
    CountGate: _count_gate,
    SpecialsGate: _specials_gate,
    GradeGate: _grade_gate,
    EvidenceGate: _evidence_gate,
}


def _climb(ladder: Ladder, rungs: Sequence[RungResult]) -> LadderResult:
    reached = 0
    while reached < len(rungs) and rungs[reached].holds is True:
        reached += 1
    above = rungs[reached:]
    undetermined = _undetermined(above)
    blocking = above[0] if above else None
    if reached:
        result = rungs[reached - 1].id
    else:
        result = NOT_DETERMINED if blocking is not None and blocking.holds is None else ladder.below
    return LadderResult(
        ladder.id, result, blocking.id if blocking else None, tuple(rungs),
        blocking.reasons if blocking else (), undetermined, blocking.missing if blocking else (),
    )  # fmt: skip


def _undetermined(above: Sequence[RungResult]) -> tuple[str, ...]:
    """Grades that could still be reached if what is unknown were known: up to the first that fails."""
    result = []
    for rung in above:
        if rung.holds is False:
            break
        result.append(rung.id)
    return tuple(result)
