"""The bundle inside a PDF: its attachment ``certificate.json``."""

from __future__ import annotations

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["bundle_of"]


def bundle_of(content: bytes, *, where: str = "") -> bytes:
    """Return the attachment ``certificate.json`` of a PDF.

    Raises:
        SealmarkError: SM777 it has none, SM778 the PDF cannot be read.
    """
    raise SealmarkError(Problem("SM778", f"A PDF of {len(content):,} bytes cannot be read yet.", where))
