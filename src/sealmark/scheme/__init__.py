"""Stage 1, SCHEME: read, check, compare and export scheme packs.

A pack is a folder of data: requirements, instruments, measures, grading,
procedure, wording and golden cases. No pack contains code.

Example:
    >>> from sealmark.scheme import load
    >>> load("sealmark-charter/2026").manifest.state
    'in-force'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sealmark.scheme.discovery import load

__all__ = ["load"]


def __getattr__(name: str) -> Any:
    """Import the loader when it is first asked for."""
    if name in __all__:
        return getattr(importlib.import_module("sealmark.scheme.discovery"), name)
    raise AttributeError(f"module 'sealmark.scheme' has no attribute {name!r}")
