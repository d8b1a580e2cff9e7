"""Groups, lost points, and the tree of every requirement with its evidence."""

from __future__ import annotations

from decimal import Decimal

from sealmark.reports.blocks import Block, Column, Figure, Group, Requirement, Section, Table, Text, Tree
from sealmark.reports.charts import Bar, draw_bars
from sealmark.reports.findings import requirement_view
from sealmark.reports.reading import NodeRead
from sealmark.reports.voice import NOTHING, Voice

__all__ = ["contributions_section", "groups_section", "shown_groups", "tree_section"]

_BARS = 15
_CHART_GROUPS = 20


def shown_groups(voice: Voice) -> tuple[NodeRead, ...]:
    """Return the groups a chart shows: those right below each root, or the root itself where there are none."""
    result: list[NodeRead] = []
    for root in voice.evaluation.tree:
        below = [child for child in root.children if not child.requirement]
        result += below or [root]
    return tuple(node for node in result if node.statement != "not-applicable")


def groups_section(voice: Voice) -> Section | None:
    """Return how far each group is fulfilled; None when nothing applies."""
    nodes = shown_groups(voice)
    if not nodes:
        return None
    worst = _worst(nodes)
    bars = [_group_bar(node, voice, strong=node is worst) for node in nodes[:_CHART_GROUPS]]
    figure = Figure("groups", _groups_title(nodes, voice), draw_bars("groups", bars), _groups_table(nodes, voice))
    return Section("groups", voice.say("groups.heading"), (figure,))


def _worst(nodes: tuple[NodeRead, ...]) -> NodeRead | None:
    known = [(item.share, number) for number, item in enumerate(nodes) if item.share is not None]
    return nodes[min(known)[1]] if len({share for share, _ in known}) > 1 else None


def _group_bar(node: NodeRead, voice: Voice, *, strong: bool) -> Bar:
    open_range = node.share is None and node.lower is not None and node.upper is not None
    return Bar(
        voice.node(node.id),
        _range_text(node, voice) if node.share is None else voice.percent(node.share),
        None if node.share is None else float(node.share),
        low=float(node.lower) if open_range and node.lower is not None else None,
        high=float(node.upper) if open_range and node.upper is not None else None,
        strong=strong,
    )


def _range_text(node: NodeRead, voice: Voice) -> str:
    if node.lower is None or node.upper is None:
        return voice.say("score.undetermined")
    return voice.span(voice.percent(node.lower), voice.percent(node.upper))


def _groups_title(nodes: tuple[NodeRead, ...], voice: Voice) -> str:
    known = [(node.share, node.id) for node in nodes if node.share is not None]
    unknown = len(nodes) - len(known)
    if unknown:
        return voice.counted("groups.title-open", unknown)
    best, worst = max(known), min(known)
    if len(known) > 1 and share_text(best[0], voice) == share_text(worst[0], voice):
        return voice.say("groups.title-even", share=share_text(best[0], voice))
    if len(known) == 1:
        return voice.say("groups.title-one", best=voice.node(best[1]), best_share=voice.percent(best[0]))
    return voice.say(
        "groups.title", best=voice.node(best[1]), best_share=voice.percent(best[0]),
        worst=voice.node(worst[1]), worst_share=voice.percent(worst[0]),
    )  # fmt: skip


def _groups_table(nodes: tuple[NodeRead, ...], voice: Voice) -> Table:
    marks = list(dict.fromkeys(mark for node in nodes for mark in node.marks))
    titles = [voice.say(f"groups.{key}") for key in ("share", "range", "points", "requirements")]
    columns = (
        Column(voice.say("groups.group")),
        *(Column(title, numeric=True) for title in titles),
        *(Column(voice.name("marks", mark), numeric=True) for mark in marks),
    )
    return Table(voice.say("groups.caption"), columns, tuple(_group_row(node, marks, voice) for node in nodes))


def _group_row(node: NodeRead, marks: list[str], voice: Voice) -> tuple[str, ...]:
    leaves = sum(item.requirement for item in node.walk())
    points = NOTHING
    if node.points is not None and node.earned is not None:
        points = voice.say("groups.of", earned=voice.trimmed(node.earned), points=voice.trimmed(node.points))
    return (
        voice.node(node.id),
        share_text(node.share, voice),
        _range_text(node, voice) if node.share is None else NOTHING,
        points,
        voice.whole(leaves),
        *(_mark_text(node.marks.get(mark), voice) for mark in marks),
    )


def _mark_text(share: Decimal | None, voice: Voice) -> str:
    return NOTHING if share is None else share_text(share, voice)


def share_text(share: Decimal | None, voice: Voice) -> str:
    """Return a share, or that it is not determined; a share below 1 never reads 100 %."""
    if share is None:
        return voice.say("score.undetermined")
    places = max(voice.short_of(share * 100, Decimal(edge), 0) for edge in (0, 100))
    return voice.percent(share, min(places, 2))


def contributions_section(voice: Voice) -> Section | None:
    """Return what each requirement cost, dearest first; None where there is no score to lose."""
    if not voice.evaluation.scores:
        return None
    blocks: list[Block] = []
    for score in voice.evaluation.scores:
        blocks += _contributions(score, voice)
    if not any(isinstance(block, Figure) for block in blocks):
        unknown = any(read.value is None for read in voice.evaluation.scores.values())
        blocks = [Text(voice.say("contributions.unknown" if unknown else "contributions.none"))]
    else:
        blocks.insert(0, Text(voice.say("contributions.intro")))
    return Section("contributions", voice.say("contributions.heading"), tuple(blocks))


def _contributions(score: str, voice: Voice) -> list[Block]:
    lost = [
        (part.lost, name, part.gained)
        for name, finding in voice.evaluation.findings.items()
        if (part := finding.contribution.get(score)) is not None and part.lost is not None and part.lost > 0
    ]
    lost.sort(key=lambda item: (-item[0], item[1]))
    if not lost:
        return []
    top, largest = lost[:_BARS], lost[0][0]
    bars = [
        Bar(voice.node(name), _points(score, points, voice), float(points / largest), strong=number == 0)
        for number, (points, name, _) in enumerate(top)
    ]
    title = voice.say("contributions.title", requirement=voice.node(top[0][1]), points=_points(score, largest, voice))
    identity = f"lost-{score}"
    blocks: list[Block] = [Figure(identity, title, draw_bars(identity, bars), _lost_table(score, top, voice))]
    if len(lost) > _BARS:
        blocks.append(Text(voice.counted("contributions.rest", len(lost) - _BARS)))
    return blocks


def _points(score: str, points: Decimal, voice: Voice) -> str:
    """Return points lost, never rounded to nothing."""
    return voice.score(score, points, limit=Decimal(0))


def _lost_table(score: str, rows: list[tuple[Decimal, str, Decimal | None]], voice: Voice) -> Table:
    columns = (
        Column(voice.say("contributions.requirement")),
        Column(voice.say("contributions.gained"), numeric=True),
        Column(voice.say("contributions.lost"), numeric=True),
    )
    caption = voice.say("contributions.caption", score=voice.name("scores", score))
    texts = tuple(
        (voice.node(name), NOTHING if gained is None else voice.score(score, gained), _points(score, points, voice))
        for points, name, gained in rows
    )
    return Table(caption, columns, texts)


def tree_section(voice: Voice) -> Section:
    """Return every requirement under its group."""
    roots = tuple(_group(root, voice) for root in voice.evaluation.tree)
    return Section("requirements", voice.say("tree.heading"), (Text(voice.say("tree.intro")), Tree(roots)))


def _group(node: NodeRead, voice: Voice) -> Group:
    declared = voice.edition.groups.get(node.id)
    children: tuple[Group | Requirement, ...] = tuple(
        requirement_view(child, voice) if child.requirement else _group(child, voice) for child in node.children
    )
    return Group(
        id=node.id,
        label=declared.clause if declared else "",
        title=voice.node(node.id),
        state=node.statement,
        statement=voice.say(f"statement.{node.statement}"),
        earned=_group_earned(node, voice),
        children=children,
    )


def _group_earned(node: NodeRead, voice: Voice) -> str:
    if node.statement == "not-applicable":
        return ""
    if node.share is None:
        return _range_text(node, voice)
    return voice.say("tree.share", share=share_text(node.share, voice))
