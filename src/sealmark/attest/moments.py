"""Points of time as credentials write them: UTC, whole seconds, ``2026-11-22T17:00:00Z``."""

from __future__ import annotations

import datetime as dt
import re

__all__ = ["moment_text", "read_moment"]

# XML Schema dateTimeStamp, years of four digits: the zone is never left out.
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def moment_text(at: dt.datetime) -> str:
    """Return a point of time as credentials write it; parts of a second are cut off.

    Raises:
        ValueError: The time has no zone.

    Example:
        >>> moment_text(dt.datetime(2026, 11, 22, 18, 0, tzinfo=dt.timezone(dt.timedelta(hours=1))))
        '2026-11-22T17:00:00Z'
    """
    if at.utcoffset() is None:
        raise ValueError("a time without a zone names no point of time")
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def read_moment(text: object) -> dt.datetime | None:
    """Return the point of time that a text names, ``None`` when it names none.

    Example:
        >>> read_moment("2026-11-22T18:00:00+01:00").isoformat()
        '2026-11-22T17:00:00+00:00'
        >>> read_moment("2026-11-22") is None
        True
    """
    if not isinstance(text, str) or not _STAMP.fullmatch(text):
        return None
    try:
        # Nine digits of a second are legal, six are kept.
        return dt.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
