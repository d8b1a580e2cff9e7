"""What a report page consists of, already in words: the same blocks become HTML and PDF."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    "Block", "Bullets", "Card", "Column", "Drawing", "Figure", "Group", "Item", "Meta", "Page", "Requirement",
    "Section", "Table", "Text",
]  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    kind: str = "text"
    strong: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list with an optional line above it."""

    items: tuple[str, ...]
    title: str = ""
    kind: str = "bullets"


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row is its heading.

    Attributes:
        states: Statement or state of each row, for its mark; empty when rows have none.
        folded: Shown closed at first where the medium can.
        code: The last column holds digests or paths.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = "table"
    states: tuple[str, ...] = ()
    folded: bool = False
    code: bool = False


@dataclass(frozen=True)
class Drawing:
    """One chart as SVG, in a width for wide pages and one for telephones."""

    wide: str
    narrow: str


@dataclass(frozen=True)
class Figure:
    """A chart: its message, what it shows in words, its data."""

    id: str
    title: str
    drawing: Drawing
    table: Table
    kind: str = "figure"


@dataclass(frozen=True)
class Item:
    """One piece of evidence of a requirement."""

    text: str
    details: tuple[str, ...] = ()
    sites: Table | None = None
    sources: tuple[str, ...] = ()
    more: str = ""


@dataclass(frozen=True)
class Requirement:
    """A requirement with its finding."""

    id: str
    label: str
    title: str
    state: str
    statement: str
    earned: str
    text: str
    evidence: tuple[Item, ...] = ()
    reasons: tuple[str, ...] = ()
    marks: Table | None = None
    kind: str = "requirement"


@dataclass(frozen=True)
class Group:
    """A branch of the tree with everything below it."""

    id: str
    label: str
    title: str
    state: str
    statement: str
    earned: str
    children: tuple[Group | Requirement, ...]
    kind: str = "group"


@dataclass(frozen=True)
class Tree:
    """The explanation tree."""

    roots: tuple[Group, ...]
    kind: str = "tree"


Block = Text | Bullets | Table | Figure | Tree


@dataclass(frozen=True)
class Card:
    """The result on one ladder.

    Attributes:
        reached: Steps reached; None when not determined.
        steps: Steps of the ladder.
    """

    ladder: str
    grade: str
    sentence: str
    reached: int | None
    steps: int
    mark: str
    """The mark in words, for those who do not see it."""
    score: str = ""
    likely: str = ""
    missing: tuple[str, ...] = ()
    open: str = ""


@dataclass(frozen=True)
class Section:
    """A section with its blocks."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Meta:
    """A label and what it says about the organization or the evaluation."""

    label: str
    value: str


@dataclass(frozen=True)
class Page:
    """A whole report."""

    language: str
    title: str
    organization: str
    scheme: str
    kind: str
    date: str
    banners: tuple[str, ...]
    fallback: str
    meta: tuple[Meta, ...]
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    labels: dict[str, str] = field(default_factory=dict)
    """Words of the page itself: skip link, contents, headings inside requirements."""
