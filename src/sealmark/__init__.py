"""Sealmark: the open platform for customer-service standards.

``sealmark.evaluate(scheme, case)`` is the main job; ``sealmark.scheme`` reads
packs, ``sealmark.measure`` measures tables without any scheme. Nothing is
imported before it is used.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["evaluate"]


def __getattr__(name: str) -> Any:
    """Import the main job when it is first asked for."""
    if name == "evaluate":
        return importlib.import_module("sealmark.evaluation.run").evaluate
    raise AttributeError(f"module 'sealmark' has no attribute {name!r}")
