"""The whole assessment: findings, tree, scores, gates, grades, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Finding
from sealmark.assess.grading import Standing, grade
from sealmark.assess.precision import exactly
from sealmark.assess.requirements import find
from sealmark.assess.roll_up import Node, roll_up

__all__ = ["Assessment", "assess", "assess_findings", "contributions"]


@dataclass(frozen=True)
class Assessment:
    """Everything concluded from one body of evidence under one edition."""

    findings: Mapping[str, Finding]
    roots: tuple[Node, ...]
    standing: Standing

    @cached_property
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
    """Return the assessment of the evidence under the edition and figures of ``book``.

    Args:
        evidence: What is known of one organization.
        book: The edition, with its figures as they stand on the day.
    """
    findings = {name: find(item, evidence, book) for name, item in book.edition.requirements.items()}
    return assess_findings(findings, evidence, book)


@exactly
def assess_findings(
    findings: Mapping[str, Finding], evidence: Evidence, book: FigureBook, *, like: Assessment | None = None
) -> Assessment:
    """Return the assessment that follows from given findings: the one grading function.

    Simulations and golden cases change findings and call this again; there is no second copy of the rules.

    Args:
        findings: By requirement, as judged on their own. Those below a group that does not
            apply come back switched off.
        evidence: For groups that apply under conditions, adjustments and gates.
        book: The scheme's figures.
        like: An earlier assessment with the same facts and figures. Branches whose findings
            are the very same objects are taken from it instead of being added up again.
    """
    known = like.nodes if like else {}
    roots = tuple(roll_up(root, findings, evidence, book, like=known) for root in book.edition.tree.roots)
    nodes = {node.id: node for root in roots for node in root.walk()}
    counted = {name: node.finding for name, node in nodes.items() if node.finding is not None}
    return Assessment({name: counted.get(name, item) for name, item in findings.items()}, roots,
                      grade(nodes, evidence, book))  # fmt: skip


@exactly
def contributions(root: Node, scale: Decimal) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    """Return what each requirement gave to the score and what it lost, in score points.

    Gained parts add up to the score before adjustments; gained and lost together
    are the requirement's weight. None where the weight or the share is not determined.
    """
    result: dict[str, tuple[Decimal | None, Decimal | None]] = {}
    _spread(root, scale, result)
    return result


def _spread(node: Node, weight: Decimal | None, into: dict[str, tuple[Decimal | None, Decimal | None]]) -> None:
    if node.finding is not None:
        into[node.id] = _split(weight, node.share)
        return
    for child, part in zip(node.children, node.parts or (None,) * len(node.children), strict=True):
        _spread(child, None if weight is None or part is None else weight * part, into)
    for name, met in node.met.items():
        into[name] = _split(None if weight is None else weight / len(node.met), met)


def _split(weight: Decimal | None, share: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    if weight is None or share is None:
        return None, None
    return weight * share, weight * (1 - share)
