"""From findings to the score of every branch of the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Finding, mean, statement_of
from sealmark.assess.requirements import applies
from sealmark.scheme.requirements import Group, Statement

__all__ = ["Node", "roll_up"]


@dataclass(frozen=True)
class Node:
    """A branch or leaf with its share and its part in the whole.

    Attributes:
        share: 0 to 1; None when not determined or not applicable.
        points: Points possible of what applies; None when unknown or when the scheme gives none.
        lower: Share if everything undetermined turned out 0.
        upper: Share if everything undetermined turned out 1.
        marks: Share per mark (matrix columns).
        weight: Rise of the root's share per rise of this share; None where not determined.
    """

    id: str
    statement: Statement
    share: Decimal | None
    points: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    marks: Mapping[str, Decimal | None] = field(default_factory=dict)
    children: tuple[Node, ...] = ()
    finding: Finding | None = None
    missing: tuple[Missing, ...] = ()
    parts: tuple[Decimal | None, ...] = ()
    """Rise of this share per rise of each child's."""

    @property
    def earned(self) -> Decimal | None:
        """Points earned."""
        return None if self.share is None or self.points is None else self.share * self.points

    def walk(self) -> Iterable[Node]:
        """Yield this node and all below, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def leaves(self) -> Iterable[Finding]:
        """Yield the findings below, in order."""
        for node in self.walk():
            if node.finding is not None:
                yield node.finding


def roll_up(group: Group, findings: Mapping[str, Finding], evidence: Evidence, book: FigureBook) -> Node:
    """Return the node of a group with everything below it."""
    applicable = applies(group.applies, evidence, book)
    children = tuple(
        roll_up(child, findings, evidence, book) if isinstance(child, Group) else _leaf(findings[child])
        for child in group.children
    )
    if applicable is False:
        return Node(group.id, "not-applicable", None, children=children)
    declared = book.number(group.points) if group.points is not None else None
    node = _combine(group, children, declared)
    if isinstance(applicable, Missing):
        return Node(group.id, "not-determined", None, node.points, Decimal(0), Decimal(1),
                    children=children, missing=(applicable, *node.missing))  # fmt: skip
    return node


def _leaf(finding: Finding) -> Node:
    low = high = finding.share
    if finding.statement != "not-applicable" and finding.share is None:
        low, high = Decimal(0), Decimal(1)
    return Node(finding.requirement, finding.statement, finding.share, finding.points, low, high,
                finding.marks, finding=finding, missing=finding.missing)  # fmt: skip


def _combine(group: Group, children: tuple[Node, ...], declared: Decimal | Missing | None) -> Node:
    applicable = [child for child in children if child.statement != "not-applicable"]
    if not applicable:
        return Node(group.id, "not-applicable", None, children=children)
    rule = _RULES[group.roll_up.rule]
    units = _units(group, applicable)
    weights = _weights(group, units)
    points = _points(group, applicable, declared)
    missing = dict.fromkeys(item for child in applicable for item in child.missing)
    if isinstance(declared, Missing):
        missing[declared] = None
    shares = {name: rule(group, _column(units, name), weights) for name in ("share", "lower", "upper")}
    share = shares["share"]
    return Node(
        group.id,
        statement_of(share),
        share,
        points,
        shares["lower"],
        shares["upper"],
        {mark: rule(group, [unit.marks.get(mark) for unit in units], weights) for mark in _marks(units)},
        children,
        missing=tuple(missing) if share is None else (),
        parts=_parts(group, children, units, weights),
    )


def _units(group: Group, applicable: list[Node]) -> list[Node]:
    """What is counted: the children, or for share-met every applicable requirement below."""
    if group.roll_up.rule != "share-met":
        return applicable
    leaves = [node for child in applicable for node in child.walk() if node.finding is not None]
    return [node for node in leaves if node.statement != "not-applicable"]


def _weights(group: Group, units: Sequence[Node]) -> list[Decimal | None]:
    if group.roll_up.rule in {"sum-of-points", "weighted-mean"}:
        return [unit.points for unit in units]
    return [Decimal(1)] * len(units)


def _points(group: Group, applicable: list[Node], declared: Decimal | Missing | None) -> Decimal | None:
    if group.roll_up.rule == "sum-of-points" and group.roll_up.renormalise == "whole":
        known = [child.points for child in applicable if child.points is not None]
        return sum(known, Decimal(0)) if len(known) == len(applicable) else None
    return declared if isinstance(declared, Decimal) else None


def _column(units: Sequence[Node], name: str) -> list[Decimal | None]:
    return [getattr(unit, name) for unit in units]


def _marks(units: Sequence[Node]) -> list[str]:
    return list(dict.fromkeys(mark for unit in units for mark in unit.marks))


Shares = list[Decimal | None]


def _weighted(_group: Group, shares: Shares, weights: Shares) -> Decimal | None:
    if any(share is None for share in shares) or any(weight is None for weight in weights):
        return None
    total = sum((weight for weight in weights if weight is not None), Decimal(0))
    if total <= 0:
        return None
    earned = sum((s * w for s, w in zip(shares, weights, strict=True) if s is not None and w is not None), Decimal(0))
    return earned / total


def _lowest(_group: Group, shares: Shares, _weights: Shares) -> Decimal | None:
    known = [share for share in shares if share is not None]
    if len(known) == len(shares) or any(share <= 0 for share in known):
        return min(known)
    return None


def _share_met(group: Group, shares: Shares, _weights: Shares) -> Decimal | None:
    known = [share for share in shares if share is not None]
    if len(known) < len(shares):
        return None
    return mean([Decimal(int(share >= group.roll_up.met_from)) for share in known])


_RULES: dict[str, Callable[[Group, Shares, Shares], Decimal | None]] = {
    "sum-of-points": _weighted,
    "weighted-mean": _weighted,
    "mean": _weighted,
    "minimum": _lowest,
    "share-met": _share_met,
}


def _parts(
    group: Group, children: tuple[Node, ...], units: Sequence[Node], weights: Shares
) -> tuple[Decimal | None, ...]:
    if group.roll_up.rule == "share-met":
        below = {child.id: sum(unit in tuple(child.walk()) for unit in units) for child in children}
        return tuple(Decimal(below[child.id]) / len(units) for child in children)
    if group.roll_up.rule == "minimum":
        known = [child.share for child in children if child.share is not None]
        return tuple(Decimal(int(bool(known) and child.share == min(known))) for child in children)
    by_id = {unit.id: weight for unit, weight in zip(units, weights, strict=True)}
    total = sum((weight for weight in weights if weight is not None), Decimal(0))
    return tuple(_part(by_id, child, total) for child in children)


def _part(weights: Mapping[str, Decimal | None], child: Node, total: Decimal) -> Decimal | None:
    if child.id not in weights:
        return Decimal(0)
    weight = weights[child.id]
    return None if weight is None or total <= 0 else weight / total
