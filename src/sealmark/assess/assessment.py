"""The whole assessment: findings, tree, scores, gates, grades, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Finding
from sealmark.assess.grading import Standing, grade
from sealmark.assess.requirements import find
from sealmark.assess.roll_up import Node, roll_up

__all__ = ["Assessment", "assess", "assess_findings", "contributions"]


@dataclass(frozen=True)
class Assessment:
    """Everything concluded from one body of evidence under one edition."""

    findings: Mapping[str, Finding]
    roots: tuple[Node, ...]
    standing: Standing

    @property
    def nodes(self) -> dict[str, Node]:
        """Every node of every root by id."""
        return {node.id: node for root in self.roots for node in root.walk()}

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Everything that would have to be known for a full answer, sorted."""
        parts: list[Iterable[Missing]] = [finding.missing for finding in self.findings.values()]
        parts += [score.missing for score in self.standing.scores.values()]
        parts += [gate.missing for gate in self.standing.gates.values()]
        parts += [rung.missing for ladder in self.standing.ladders.values() for rung in ladder.rungs]
        return tuple(sorted({item for part in parts for item in part}))


def assess(evidence: Evidence, book: FigureBook) -> Assessment:
    """Return the assessment of the evidence under the edition and figures of ``book``."""
    findings = {name: find(item, evidence, book) for name, item in book.edition.requirements.items()}
    return assess_findings(findings, evidence, book)


def assess_findings(findings: Mapping[str, Finding], evidence: Evidence, book: FigureBook) -> Assessment:
    """Return the assessment that follows from given findings: the one grading function.

    Simulations and golden cases change findings and call this again; there is no second copy of the rules.
    """
    roots = tuple(roll_up(root, findings, evidence, book) for root in book.edition.tree.roots)
    nodes = {node.id: node for root in roots for node in root.walk()}
    return Assessment(findings, roots, grade(nodes, evidence, book))


def contributions(root: Node, scale: Decimal) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    """Return what each requirement gave to the score and what it lost, in score points.

    None where the weight or the share is not determined.
    """
    result: dict[str, tuple[Decimal | None, Decimal | None]] = {}
    _spread(root, scale, result)
    return result


def _spread(node: Node, weight: Decimal | None, into: dict[str, tuple[Decimal | None, Decimal | None]]) -> None:
    if node.finding is not None:
        into[node.id] = (None, None)
        if weight is not None and node.share is not None:
            into[node.id] = (weight * node.share, weight * (1 - node.share))
        return
    for child, part in zip(node.children, node.parts or (None,) * len(node.children), strict=True):
        _spread(child, None if weight is None or part is None else weight * part, into)
