"""From findings to the score of every branch of the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Finding, Reason, mean, reason_for, statement_of
from sealmark.assess.precision import exactly, settled
from sealmark.assess.requirements import applies
from sealmark.scheme.requirements import Group, Statement

__all__ = ["Node", "roll_up"]

Shares = Sequence[Decimal | None]


@dataclass(frozen=True)
class Node:
    """A branch or leaf with its share and its part in the whole.

    Attributes:
        share: 0 to 1; None when not determined or not applicable.
        points: Points possible of what applies; None when unknown or when the scheme gives none.
        lower: Share if everything undetermined turned out 0.
        upper: Share if everything undetermined turned out 1.
        marks: Share per mark (matrix columns), over what has that mark.
        finding: For a requirement: its finding as it counts here; switched off where a group above it is.
        missing: What would have to be known to tell the share and, if they have a figure of their own, the points.
        parts: Rise of this share per rise of each child's.
        met: Groups that count what is met: 1 or 0 for each requirement counted.
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
    met: Mapping[str, Decimal | None] = field(default_factory=dict)

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


@exactly
def roll_up(
    group: Group,
    findings: Mapping[str, Finding],
    evidence: Evidence,
    book: FigureBook,
    *,
    like: Mapping[str, Node] | None = None,
) -> Node:
    """Return the node of a group with everything below it.

    Args:
        group: The branch.
        findings: By requirement, as judged on their own.
        evidence: Tells which groups apply.
        book: The scheme's figures.
        like: Nodes by id of an earlier roll-up with the same facts and figures. Branches
            whose findings are the very same objects are taken from there.
    """
    return _roll_up(group, findings, evidence, book, like or {})


def _roll_up(
    group: Group, findings: Mapping[str, Finding], evidence: Evidence, book: FigureBook, like: Mapping[str, Node]
) -> Node:
    applicable = applies(group.applies, evidence, book)
    if applicable is not True:
        below = {name: _switched(findings[name], applicable, group.id) for name in group.requirement_ids()}
        findings = {**findings, **below}
    children = tuple(
        _roll_up(child, findings, evidence, book, like)
        if isinstance(child, Group)
        else _leaf(findings[child], like.get(child))
        for child in group.children
    )
    known = like.get(group.id)
    if known is not None and all(new is old for new, old in zip(children, known.children, strict=True)):
        return known
    return _combine(group, children, book.number(group.points) if group.points is not None else None)


def _switched(finding: Finding, applicable: tuple[Missing, ...] | Literal[False], group: str) -> Finding:
    """Return a finding as it counts below a group that does not apply, or of which that is not known."""
    if finding.statement == "not-applicable":
        return finding
    if not applicable:
        reason = Reason("does-not-apply", group)
        return Finding(finding.requirement, "not-applicable", None, reasons=(reason,))
    reasons = tuple(map(reason_for, applicable))
    return replace(
        finding,
        statement="not-determined",
        share=None,
        code=None,
        marks=dict.fromkeys(finding.marks),
        reasons=(*reasons, *(item for item in finding.reasons if item not in reasons)),
        missing=tuple(dict.fromkeys((*applicable, *finding.missing))),
    )


def _leaf(finding: Finding, known: Node | None) -> Node:
    if known is not None and known.finding is finding:
        return known
    low = high = finding.share
    if finding.statement != "not-applicable" and finding.share is None:
        low, high = Decimal(0), Decimal(1)
    return Node(finding.requirement, finding.statement, finding.share, finding.points, low, high,
                finding.marks, finding=finding, missing=finding.missing)  # fmt: skip


def _combine(group: Group, children: tuple[Node, ...], declared: Decimal | Missing | None) -> Node:
    applicable = [child for child in children if child.statement != "not-applicable"]
    if not applicable:
        return Node(group.id, "not-applicable", None, children=children)
    units = _units(group, applicable)
    weights = _weights(group, units)
    share = _RULES[group.roll_up.rule](group, [unit.share for unit in units], weights)
    lower, upper = _bounds(group, units, weights)
    return Node(
        group.id,
        statement_of(share),
        share,
        _points(group, applicable, declared),
        lower,
        upper,
        {mark: _column(group, units, weights, mark) for mark in _marks(units)},
        children,
        missing=_missing(group, applicable, share, declared),
        parts=_lowest_parts(children, units, share) if group.roll_up.rule == "minimum" else
              _linear_parts(children, units, weights),
        met=_met(group, units),
    )  # fmt: skip


def _units(group: Group, applicable: list[Node]) -> list[Node]:
    """What is counted: the children, or for share-met every applicable requirement below."""
    if group.roll_up.rule != "share-met":
        return applicable
    leaves = [node for child in applicable for node in child.walk() if node.finding is not None]
    return [node for node in leaves if node.statement != "not-applicable"]


def _weights(group: Group, units: Sequence[Node]) -> Shares:
    if group.roll_up.rule not in {"sum-of-points", "weighted-mean"}:
        return [Decimal(1)] * len(units)
    weights = [unit.points for unit in units]
    # Where nothing has points, nothing is worth more than anything else.
    return [Decimal(1)] * len(units) if all(weight == 0 for weight in weights) else weights


def _keeps_points(group: Group) -> bool:
    return not (group.roll_up.rule == "sum-of-points" and group.roll_up.renormalise == "whole")


def _points(group: Group, applicable: list[Node], declared: Decimal | Missing | None) -> Decimal | None:
    if _keeps_points(group):
        return declared if isinstance(declared, Decimal) else None
    known = [child.points for child in applicable if child.points is not None]
    return sum(known, Decimal(0)) if len(known) == len(applicable) else None


def _missing(
    group: Group, applicable: list[Node], share: Decimal | None, declared: Decimal | Missing | None
) -> tuple[Missing, ...]:
    missing = [item for child in applicable for item in child.missing] if share is None else []
    if isinstance(declared, Missing) and _keeps_points(group):
        missing.append(declared)
    return tuple(dict.fromkeys(missing))


def _column(group: Group, units: Sequence[Node], weights: Shares, mark: str) -> Decimal | None:
    having = [(unit.marks[mark], weight) for unit, weight in zip(units, weights, strict=True) if mark in unit.marks]
    return _RULES[group.roll_up.rule](group, [share for share, _ in having], [weight for _, weight in having])


def _marks(units: Sequence[Node]) -> list[str]:
    return list(dict.fromkeys(mark for unit in units for mark in unit.marks))


def _bounds(group: Group, units: Sequence[Node], weights: Shares) -> tuple[Decimal | None, Decimal | None]:
    lows, highs = [unit.lower for unit in units], [unit.upper for unit in units]
    if None in weights:  # whatever the weights are, a mean lies between the extremes
        return (
            min((low for low in lows if low is not None), default=None),
            max((high for high in highs if high is not None), default=None),
        )
    rule = _RULES[group.roll_up.rule]
    return rule(group, lows, weights), rule(group, highs, weights)


def _weighted(_group: Group, shares: Shares, weights: Shares) -> Decimal | None:
    pairs = [(share, weight) for share, weight in zip(shares, weights, strict=True)
             if share is not None and weight is not None]  # fmt: skip
    total = sum((weight for _, weight in pairs), Decimal(0))
    if len(pairs) < len(shares) or total <= 0:
        return None
    return sum((share * weight for share, weight in pairs), Decimal(0)) / total


def _lowest(_group: Group, shares: Shares, _weights: Shares) -> Decimal | None:
    known = [share for share in shares if share is not None]
    return min(known) if len(known) == len(shares) else None


def _is_met(group: Group, share: Decimal | None) -> Decimal | None:
    return None if share is None else Decimal(int(settled(share) >= group.roll_up.met_from))


def _share_met(group: Group, shares: Shares, _weights: Shares) -> Decimal | None:
    met = [_is_met(group, share) for share in shares]
    known = [share for share in met if share is not None]
    return mean(known) if len(known) == len(met) else None


_RULES: dict[str, Callable[[Group, Shares, Shares], Decimal | None]] = {
    "sum-of-points": _weighted,
    "weighted-mean": _weighted,
    "mean": _weighted,
    "minimum": _lowest,
    "share-met": _share_met,
}


def _met(group: Group, units: Sequence[Node]) -> dict[str, Decimal | None]:
    return {unit.id: _is_met(group, unit.share) for unit in units} if group.roll_up.rule == "share-met" else {}


def _lowest_parts(
    children: tuple[Node, ...], units: Sequence[Node], share: Decimal | None
) -> tuple[Decimal | None, ...]:
    """Return the parts in a minimum: the lowest child decides; several lowest share the part."""
    lowest = {unit.id for unit in units if unit.share == share}
    counted = {unit.id for unit in units}
    part = None if share is None else Decimal(1) / len(lowest)
    return tuple(part if child.id in (lowest if share is not None else counted) else Decimal(0) for child in children)


def _linear_parts(children: tuple[Node, ...], units: Sequence[Node], weights: Shares) -> tuple[Decimal | None, ...]:
    known = [weight for weight in weights if weight is not None]
    total = sum(known, Decimal(0))
    if len(known) < len(weights) or total <= 0:
        return (None,) * len(children)
    by_id = {unit.id: weight for unit, weight in zip(units, known, strict=True)}
    return tuple(_weight(child, by_id) / total for child in children)


def _weight(child: Node, weights: Mapping[str, Decimal]) -> Decimal:
    """Return the weight of a child, or together of everything below it that is counted one by one."""
    if child.id in weights:
        return weights[child.id]
    return sum((weights.get(node.id, Decimal(0)) for node in child.walk()), Decimal(0))
