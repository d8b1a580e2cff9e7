"""Refuse numbers that no sample can be planned from."""

from __future__ import annotations

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["require", "require_between"]


def require(holds: bool, what: str, fix: str, *, code: str = "SM419") -> None:  # noqa: FBT001
    """Refuse what does not hold.

    Raises:
        SealmarkError: SM419, or the code given.
    """
    if not holds:
        raise SealmarkError(Problem(code, what, fix=fix))


def require_between(name: str, value: float, fix: str = "Write 95 % as 0.95.") -> None:
    """Refuse a share that is not strictly between 0 and 1; ``name`` stands after "A".

    Raises:
        SealmarkError: SM419.
    """
    require(0 < value < 1, f"A {name} of {value} is not between 0 and 1.", fix)
