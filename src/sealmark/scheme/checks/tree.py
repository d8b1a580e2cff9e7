"""The tree: every requirement once, no circle, points that add up, nothing out of reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from sealmark.core.errors import Problem
from sealmark.core.numbers import plain
from sealmark.scheme.checks.view import Setting, View
from sealmark.scheme.figures import Number
from sealmark.scheme.requirements import Group
from sealmark.scheme.rules import Applies
from sealmark.scheme.walking import Path

__all__ = ["check_points", "check_reach", "check_tree", "points_of", "sums_of_points"]


def check_tree(view: View) -> Iterator[Problem]:
    """Yield dangling children, requirements outside or twice in the tree, and groups inside themselves."""
    known = view.index.ids("requirement")
    groups = view.index.ids("group")
    seen: Counter[str] = Counter()
    for group, path in view.placed_groups:
        outer = {item.id for item in view.above(path)}
        if group.id in outer:
            yield _circle(view, group.id, (*path, "id"))
        for position, child in enumerate(group.children):
            at = ("tree.yaml", (*path, "children", position))
            if isinstance(child, str):
                seen[child] += 1
                if child in outer | {group.id}:
                    yield _circle(view, child, at[1])
                elif child not in known:
                    yield _no_child(view, child, at, groups)
                elif seen[child] > 1:
                    what = f'The requirement "{child}" stands twice in the tree.'
                    yield view.problem("SM212", what, at, "Keep one of the two.")
    for name in known if "tree.yaml" in view.edition.parts else ():
        if not seen[name]:
            what = f'The requirement "{name}" is not in the tree: nothing counts it.'
            fix = "Add its id to the children of a group in tree.yaml, or remove the file."
            yield view.problem("SM211", what, (f"requirements/{name}.yaml", ()), fix)


def _circle(view: View, name: str, path: Path) -> Problem:
    what = f'The group "{name}" stands inside itself: its share could never be computed.'
    return view.problem("SM217", what, ("tree.yaml", path), "Remove it there, or give it another id.")


def _no_child(view: View, child: str, at: tuple[str, Path], groups: tuple[str, ...]) -> Problem:
    if child in groups:
        what = f'The child "{child}" is a group named by its id.'
        return view.problem("SM210", what, at, "Write the group out at this place; a group has one parent.")
    fix = f"Write requirements/{child}.yaml, or correct the id."
    return view.problem("SM210", f'There is no requirement "{child}".', at, fix)


def points_of(view: View, node: str | Group, setting: Setting) -> Decimal | None:
    """Return the points of a node in a setting: declared, or the sum of its children's; None when not known."""
    if isinstance(node, str):
        requirement = view.edition.requirements.get(node)
        return view.value(requirement.points, setting) if requirement else None
    if node.points is not None:
        return view.value(node.points, setting)
    return _sum_of_children(view, node, setting) if node.roll_up.rule == "sum-of-points" else None


def _sum_of_children(view: View, group: Group, setting: Setting) -> Decimal | None:
    total = Decimal(0)
    for child in group.children:
        points = points_of(view, child, setting)
        if points is None:
            return None
        total += points
    return total


def check_points(view: View) -> Iterator[Problem]:
    """Yield points that do not add up, are missing, or have no effect."""
    for group, path in view.placed_groups:
        if group.roll_up.rule in {"sum-of-points", "weighted-mean"}:
            yield from _without_points(view, group, path)
        else:
            yield from _idle_points(view, group, path)
        if group.roll_up.rule == "sum-of-points" and group.points is not None:
            yield from _adds_up(view, group, path)
        if group.roll_up.rule == "weighted-mean" and path[:-1] == ("roots",):
            yield from _nearly_hundred(view, group, path)


def _adds_up(view: View, group: Group, path: Path) -> Iterator[Problem]:
    for setting in view.settings:
        declared, total = sums_of_points(view, group, setting)
        if declared is not None and total is not None and declared != total:
            what = (
                f'The children of "{group.id}" have {plain(total)} points together, '
                f"the group declares {plain(declared)}{_when(view, setting)}."
            )
            fix = f"Change the points of a child by {plain(declared - total)}, or the group's."
            yield view.problem("SM218", what, ("tree.yaml", (*path, "points")), fix)
            return


def sums_of_points(view: View, group: Group, setting: Setting) -> tuple[Decimal | None, Decimal | None]:
    """Return the points a group declares and what its children have together; None for what is not known."""
    return view.value(group.points, setting), _sum_of_children(view, group, setting)


_HUNDRED = Decimal(100)
_NEAR = Decimal(5)


def _nearly_hundred(view: View, group: Group, path: Path) -> Iterator[Problem]:
    """Yield a warning where the weights of a root look as if they were meant to be percentages."""
    for setting in view.settings:
        total = _sum_of_children(view, group, setting)
        if total is not None and total != _HUNDRED and abs(total - _HUNDRED) <= _NEAR:
            what = f'The weights below "{group.id}" are {plain(total)} together, nearly but not quite 100.'
            fix = "If they are percentages, correct one of them. Other weights may have any sum."
            yield view.problem("SM228", what, ("tree.yaml", (*path, "children")), fix, severity="warning")
            return


def _when(view: View, setting: Setting) -> str:
    words = []
    if setting.overlay:
        words.append(f'under the overlay "{setting.overlay}"')
    if setting.day != view.base.day:
        words.append(f"from {setting.day.isoformat()}")
    if setting.size and any("by_size" in str(group.points) for group, _ in view.placed_groups):
        words.append(f'for the size class "{setting.size}"')
    return " " + " ".join(words) if words else ""


def _without_points(view: View, group: Group, path: Path) -> Iterator[Problem]:
    for position, child in enumerate(group.children):
        name, points = _declared(view, child)
        adds = isinstance(child, Group) and child.roll_up.rule == "sum-of-points"
        if points is None and not adds and name in view.index.ids("node"):
            # A file with a wrong value is reported itself; its points may be that value.
            if isinstance(child, str) and f"requirements/{child}.yaml" not in view.edition.parts:
                continue
            what = f'"{name}" has no points, but its group "{group.id}" is a {group.roll_up.rule}.'
            at = ("tree.yaml", (*path, "children", position))
            yield view.problem("SM219", what, at, "Give it `points:`, or choose another roll_up.")


def _idle_points(view: View, group: Group, path: Path) -> Iterator[Problem]:
    for position, child in enumerate(group.children):
        name, points = _declared(view, child)
        if points is not None and isinstance(child, str):
            what = f'The points of "{name}" have no effect: its group "{group.id}" is a {group.roll_up.rule}.'
            yield view.problem("SM219", what, ("tree.yaml", (*path, "children", position)),
                               "Remove the points, or choose another roll_up.", severity="warning")  # fmt: skip


def _declared(view: View, child: str | Group) -> tuple[str, Number | None]:
    if isinstance(child, Group):
        return child.id, child.points
    requirement = view.edition.requirements.get(child)
    return child, requirement.points if requirement else None


def check_reach(view: View) -> Iterator[Problem]:
    """Yield requirements that can never apply, because of themselves and the groups above."""
    for name in view.edition.requirements:
        reason = _never(view.conditions(name))
        if reason:
            what = f'The requirement "{name}" can never apply: {reason}.'
            fix = "Widen `applies` here or in the groups above."
            yield view.problem("SM236", what, (f"requirements/{name}.yaml", ("applies",)), fix)


def _never(chain: list[Applies]) -> str:
    for field, kind in (("sizes", "size class"), ("sectors", "sector")):
        limits = [set(getattr(item, field)) for item in chain if getattr(item, field)]
        if limits and not set.intersection(*limits):
            return f"no {kind} satisfies it and the groups above it"
    wanted: dict[str, object] = {}
    for item in chain:
        for fact, value in item.facts.items():
            if wanted.setdefault(fact, value) != value:
                return f'the fact "{fact}" would need two values at once'
    return ""
