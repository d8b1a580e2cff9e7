"""Days in the form that calendar programs read (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.conf import settings

from sealmark_platform.workbench.schedule import Dated

__all__ = ["written_calendar"]

_LINE = 75  # bytes of a line at most; what is longer goes on in the next one after a space


def written_calendar(items: Iterable[Dated], at: dt.datetime) -> str:
    """Return a calendar of whole days, one event for each item.

    Args:
        items: What has a day.
        at: When it is written.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sealmark//Calendar//EN", "X-WR-CALNAME:Sealmark"]
    for item in items:
        lines += _event(item, at)
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _event(item: Dated, at: dt.datetime) -> list[str]:
    summary = f"{item.name} · {item.number} {item.holder}".replace("  ", " ")
    # The end is the day after the last one.
    return [
        "BEGIN:VEVENT",
        f"UID:{item.kind}-{item.key}@sealmark",
        f"DTSTAMP:{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{item.first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{item.last + dt.timedelta(1):%Y%m%d}",
        f"SUMMARY:{_escaped(summary)}",
        f"URL:{settings.ADDRESS.rstrip('/')}{item.address}",
        "TRANSP:OPAQUE" if item.kind == "visit" else "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    for char in "\\;,":
        text = text.replace(char, f"\\{char}")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 bytes, never within a character."""
    part, size = "", 0
    for char in line:
        width = len(char.encode())
        if size + width > _LINE:
            yield part
            part, size = " ", 1
        part, size = part + char, size + width
    yield part
