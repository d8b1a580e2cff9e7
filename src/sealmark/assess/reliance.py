"""What a grade rests on: the requirements and measures that its score and its gates read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sealmark.assess.assessment import Assessment
from sealmark.assess.evidence import Draw
from sealmark.assess.figures import FigureBook
from sealmark.scheme.grading import CountGate, EvidenceGate, Gate, GradeGate, Ladder, NodeGate, ScoreGate
from sealmark.scheme.rules import ChangeRule, MeasureRule, Rule

__all__ = ["ladders_moved", "scores_moved"]


@dataclass
class _Behind:
    """What was met on the way from a ladder down; ladders may ask for each other."""

    nodes: set[str] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)
    ladders: set[str] = field(default_factory=set)


def _behind(ladder: Ladder, book: FigureBook, found: _Behind) -> _Behind:
    grading = book.edition.grading
    found.ladders.add(ladder.id)
    scores = {score.id: score for score in grading.scores}
    if ladder.score is not None:
        found.nodes.add(scores[ladder.score].node)
    gates = {gate.id: gate for gate in grading.gates}
    for name in ladder.gates_used:
        gate: Gate = gates[name]
        if isinstance(gate, ScoreGate):
            found.nodes.add(scores[gate.score].node)
        elif isinstance(gate, NodeGate):
            found.nodes.update(gate.nodes)
        elif isinstance(gate, CountGate):
            found.nodes.add(gate.below)
        elif isinstance(gate, EvidenceGate):
            found.rules.append(gate.evidence)
        elif isinstance(gate, GradeGate) and gate.ladder not in found.ladders:
            _behind(next(item for item in grading.ladders if item.id == gate.ladder), book, found)
    return found


def ladders_moved(draw: Draw, assessment: Assessment, book: FigureBook) -> frozenset[str]:
    """Return the ladders that rest on something that possible truths replace.

    A ladder that is not among them has its grade for certain as far as sampling
    goes: nothing that it reads was sampled.

    Args:
        draw: One possible truth; all replace the same things.
        assessment: Says which requirements count at all.
        book: The scheme.
    """
    moved = _requirements_moved(draw, book)
    found = set()
    for ladder in book.edition.grading.ladders:
        behind = _behind(ladder, book, _Behind())
        below = {name for node in behind.nodes for name in _counted(node, assessment)}
        if below & moved or any(_is_moved(rule, draw) for rule in behind.rules):
            found.add(ladder.id)
    return frozenset(found)


def scores_moved(draw: Draw, assessment: Assessment, book: FigureBook) -> frozenset[str]:
    """Return the scores that rest on something that possible truths replace; arguments as :func:`ladders_moved`."""
    moved = _requirements_moved(draw, book)
    scores = book.edition.grading.scores
    return frozenset(score.id for score in scores if moved & set(_counted(score.node, assessment)))


def _counted(node: str, assessment: Assessment) -> Iterator[str]:
    """Yield the requirements in or below a node that apply."""
    for finding in assessment.nodes[node].leaves():
        if finding.statement != "not-applicable":
            yield finding.requirement


def _requirements_moved(draw: Draw, book: FigureBook) -> set[str]:
    judged = {requirement for requirement, _, _ in draw.shares}
    requirements = book.edition.requirements.items()
    return judged | {name for name, item in requirements if any(_is_moved(rule, draw) for rule in item.evidence)}


def _is_moved(rule: Rule, draw: Draw) -> bool:
    """Tell whether a rule looks at an estimate that the draw replaces: the whole's, those of sites, or a change."""
    if isinstance(rule, ChangeRule):
        return rule.change in draw.changes
    return isinstance(rule, MeasureRule) and any(
        measure == rule.measure and (site is None) == (rule.sites == "overall") for measure, site in draw.estimates
    )
