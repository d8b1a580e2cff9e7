"""The narrative of a credential: headings with lists, in the little Markdown that our credentials use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Part", "read_parts"]

_HEADING = re.compile(r"\*\*(.+)\*\*")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#])")


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and the lines under it."""

    heading: str
    lines: tuple[str, ...]


def read_parts(narrative: str, scope: str) -> Iterator[Part]:
    r"""Yield the parts of a narrative, without the one that only repeats the scope.

    Example:
        >>> list(read_parts("**Scope**\n\nRepair\n\n**Sites**\n\n- A \\* B\n- C", "Repair"))
        [Part(heading='Sites', lines=('A * B', 'C'))]
    """
    heading, lines = "", []
    for block in [*narrative.split("\n\n"), "**.**"]:
        found = _HEADING.fullmatch(block)
        if found is None:
            lines += [_plain(line.removeprefix("- ")) for line in block.split("\n") if line]
            continue
        if lines and lines != [scope]:
            yield Part(heading, tuple(lines))
        heading, lines = _plain(found[1]), []


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
