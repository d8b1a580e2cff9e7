"""Time and memory over the number of rows, as a page with two charts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import altair as alt

__all__ = ["draw"]


def draw(series: Sequence[dict[str, object]], path: Path) -> Path:
    """Write a page and an SVG beside it with one line per way; return the page.

    Args:
        series: Points with ``way``, ``responses``, ``seconds`` and ``gigabytes``.
        path: Ends in ``.html``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    base = alt.Chart(alt.Data(values=list(series))).mark_line(point=True)
    rows = alt.X("responses:Q", scale=alt.Scale(type="log"), title="rows", axis=alt.Axis(format="~e"))
    colour = alt.Color("way:N", title=None)
    seconds = alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="CPU seconds")
    time = base.encode(x=rows, y=seconds, color=colour).properties(title="Time", width=360, height=300)
    memory = base.encode(x=rows, y=alt.Y("gigabytes:Q", title="peak memory, GB"), color=colour).properties(
        title="Memory", width=360, height=300
    )
    both = time | memory
    both.save(str(path))
    both.save(str(path.with_suffix(".svg")))
    return path
