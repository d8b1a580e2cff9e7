"""Gates and grades. Three-valued: what is unknown is neither held nor failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Reason, ReasonValue, reason_for
from sealmark.assess.precision import exactly, settled
from sealmark.assess.roll_up import Node
from sealmark.assess.rules import apply_rule
from sealmark.assess.scores import count_adjustment, score_node
from sealmark.assess.standing import (
    NOT_DETERMINED,
    AdjustmentResult,
    GateResult,
    LadderResult,
    RungResult,
    ScoreResult,
    Standing,
)
from sealmark.core.errors import Problem, SealmarkError
from sealmark.scheme.figures import Number
from sealmark.scheme.grading import (
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


@exactly
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
        self.specials = {item.id: count_adjustment(item, evidence, book) for item in grading.adjustments}
        self.scores = {item.id: self._score(item) for item in grading.scores}
        self.ladders: dict[str, LadderResult] = {}
        self.gates: dict[str, GateResult] = {}
        self.climbing: list[str] = []

    def standing(self) -> Standing:
        for gate in self.grading.gates:
            self.gate(gate.id)
        for ladder in self.grading.ladders:
            self.ladder(ladder.id)
        return Standing(self.scores, self.gates, self.ladders)

    def _score(self, score: Score) -> ScoreResult:
        specials = [(item, self.specials[item.id]) for item in self.grading.adjustments if item.id in score.adjustments]
        return score_node(score, self.nodes[score.node], specials, self.book)

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
            if name in self.climbing:
                raise SealmarkError(_circle([*self.climbing, name]))
            self.climbing.append(name)
            ladder = next(ladder for ladder in self.grading.ladders if ladder.id == name)
            rungs = tuple(self._rung(ladder, position) for position in range(len(ladder.grades)))
            self.ladders[name] = _climb(ladder, rungs)
            self.climbing.pop()
        return self.ladders[name]

    def _rung(self, ladder: Ladder, position: int) -> RungResult:
        rung: Grade = ladder.grades[position]
        gates = [*(ladder.gates if position == 0 else ()), *rung.gates]
        parts = [self.gate(name) for name in gates]
        limit = None if rung.at_least is None else self.book.number(rung.at_least)
        if rung.at_least is not None:
            parts.insert(0, self._limit(ladder, rung.id, rung.at_least))
        failing = [part for part in parts if part.holds is not True]
        return RungResult(
            rung.id,
            _all(part.holds for part in parts),
            limit if isinstance(limit, Decimal) else None,
            tuple(reason for part in failing for reason in part.reasons),
            tuple(dict.fromkeys(item for part in failing for item in part.missing)),
        )

    def _limit(self, ladder: Ladder, rung: str, at_least: Number) -> GateResult:
        if ladder.score is None:  # a limit on nothing is not a limit that holds
            return GateResult(rung, None, (Reason("score-not-determined", ladder.id),))
        return self.compare(rung, ladder.score, at_least=at_least, at_most=None)

    def compare(self, name: str, score: str, *, at_least: Number | None, at_most: Number | None) -> GateResult:
        result = self.scores[score]
        value = result.value
        about = {"value": value}
        if value is None:
            return GateResult(name, None, (Reason("score-not-determined", score),), result.missing)
        return _within(name, "score", score, value, (at_least, at_most), self.book, about)


def _circle(ladders: Sequence[str]) -> Problem:
    path = " -> ".join(ladders)
    fix = "Take out one of the gates that ask for another ladder."
    return Problem("SM502", f"The ladders ask for each other: {path}.", "grading.yaml, gates", fix)


def _all(parts: Iterable[bool | None]) -> bool | None:
    """Kleene's and: one false decides, otherwise one unknown does."""
    outcomes = list(parts)
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _within(
    name: str, kind: str, about: str, value: Decimal, limits: tuple[Number | None, Number | None], book: FigureBook,
    figures: Mapping[str, ReasonValue],
) -> GateResult:  # fmt: skip
    at_least, at_most = (None if limit is None else book.number(limit) for limit in limits)
    for limit in (at_least, at_most):
        if isinstance(limit, Missing):
            return GateResult(name, None, (reason_for(limit, value=value),), (limit,))
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
    share = settled(share)
    return _within(gate.id, "node", node.id, share, (gate.at_least, None), grader.book, {"value": share})


def _count_gate(grader: _Grader, gate: CountGate) -> GateResult:
    wanted = set(gate.count)
    leaves, figures = grader.nodes[gate.below].leaves(), {"gate": gate.id}
    findings = [item for item in leaves if item.statement != "not-applicable" or item.statement in wanted]
    if not findings:
        return GateResult(gate.id, True)
    counted = sum(item.statement in wanted or item.code in wanted for item in findings)
    open_ones = [item for item in findings if item.statement == "not-determined" and "not-determined" not in wanted]
    total = Decimal(len(findings)) if gate.as_share else Decimal(1)
    least, most = (
        _within(
            gate.id, "count", gate.below, value, (gate.at_least, gate.at_most), grader.book, {"value": value, **figures}
        )
        for value in (settled(counted / total), settled((counted + len(open_ones)) / total))
    )
    if least.holds == most.holds and _codes(least) == _codes(most):
        return least
    missing = tuple(dict.fromkeys(part for item in open_ones for part in item.missing))
    reason = Reason("count-not-determined", gate.below, {"open": len(open_ones), **figures})
    return GateResult(gate.id, None, (reason,), missing)


def _codes(result: GateResult) -> list[str]:
    return [reason.code for reason in result.reasons]


def _specials_gate(grader: _Grader, gate: SpecialsGate) -> GateResult:
    special = grader.specials[gate.adjustment]
    if special.count is None:
        return GateResult(gate.id, None, tuple(map(reason_for, special.missing)), special.missing)
    return _within(gate.id, "specials", gate.adjustment, special.count, (None, gate.at_most), grader.book,
                   {"value": special.count})  # fmt: skip


def _grade_gate(grader: _Grader, gate: GradeGate) -> GateResult:
    other = grader.ladder(gate.ladder)
    needed = other.rungs[: [rung.id for rung in other.rungs].index(gate.at_least) + 1]
    holds = _all(rung.holds for rung in needed)
    if holds is True:
        return GateResult(gate.id, True)
    code = "ladder-below" if holds is False else "ladder-not-determined"
    missing = tuple(dict.fromkeys(item for rung in needed for item in rung.missing))
    return GateResult(gate.id, holds, (Reason(code, gate.ladder, {"needed": gate.at_least}),), missing)


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
