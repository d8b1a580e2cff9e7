"""What every evaluation outside a request shares: how long it is waited for, and how its faults are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

from sealmark.core.errors import Problem

__all__ = ["LOST", "PATIENCE", "STOPPED", "faults_kept", "faults_told"]

PATIENCE: Final = dt.timedelta(minutes=15)
"""After this one that says nothing was lost with the process that evaluated it."""
LOST: Final = Problem("SM828", "The evaluation was lost with the process that did it.", fix="Ask again.")
STOPPED: Final = Problem("SM828", "The evaluation stopped.", fix="Tell the operator when it was.")
_PARTS = ("code", "what", "where", "fix")


def faults_kept(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Return problems as a row keeps them."""
    return [{name: str(getattr(problem, name) or "") for name in _PARTS} for problem in problems]


def faults_told(kept: Iterable[Mapping[str, str]]) -> list[Problem]:
    """Return problems from a row."""
    return [Problem(*(one[name] for name in _PARTS)) for one in kept]
