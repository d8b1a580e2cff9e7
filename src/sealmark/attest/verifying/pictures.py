"""The address in the QR code of a picture."""

from __future__ import annotations

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["address_in"]


def address_in(content: bytes, *, where: str = "") -> str:
    """Return the address that the QR code of a picture names.

    Raises:
        SealmarkError: SM777 there is none, SM778 the picture cannot be read.
    """
    raise SealmarkError(Problem("SM778", f"A picture of {len(content):,} bytes cannot be read yet.", where))
