"""Text in tables that people open with a spreadsheet program."""

from __future__ import annotations

__all__ = ["harmless"]

# The full-width forms are turned into the plain ones by some programs.
_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula.

    Example:
        >>> harmless("=1+1"), harmless("Ada")
        ("'=1+1", 'Ada')
    """
    return "'" + text if text.startswith(_STARTERS) or text.lstrip(" \u00a0").startswith(_STARTERS) else text
