"""From the bytes that somebody has to the material of a verification: JSON, VC-JWT, PDF or a picture of a QR code."""

from __future__ import annotations

import re

from sealmark.attest.verifying.material import Material, read_bundle, read_jwt
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["LARGEST_FILE", "Address", "is_wrapped", "read_material", "unwrapped"]

LARGEST_FILE = 64 << 20
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_PDF_WITHIN = 1024
_JWT = re.compile(rb"\s*[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\s*", re.ASCII)
_BOM = b"\xef\xbb\xbf"


class Address(str):
    """An address that was read from a picture: where the certificate is to be had."""

    __slots__ = ()


def is_wrapped(content: bytes) -> bool:
    """Tell whether a certificate has to be taken out of a PDF or a picture first."""
    return b"%PDF-" in content[:_PDF_WITHIN] or content.startswith((_PNG, _JPEG))


def unwrapped(content: bytes, *, where: str = "") -> bytes | Address:
    """Return the bundle inside a PDF, the address in a picture; anything else as it is.

    Raises:
        SealmarkError: SM777 there is no certificate in it, SM778 it cannot be read, SM788 a reader is not installed.
    """
    if len(content) > LARGEST_FILE:
        what = f"A file of {len(content):,} bytes is not read."
        raise SealmarkError(Problem("SM778", what, where, f"At most {LARGEST_FILE:,} bytes."))
    try:
        if b"%PDF-" in content[:_PDF_WITHIN]:
            from sealmark.attest.verifying.pdf import bundle_of  # leaf: pypdf is for this alone

            return bundle_of(content, where=where)
        if content.startswith((_PNG, _JPEG)):
            from sealmark.attest.verifying.pictures import address_in  # leaf: for pictures alone

            return Address(address_in(content, where=where))
    except ModuleNotFoundError as error:
        what = f"PDFs and pictures need {error.name}, which is not installed."
        raise SealmarkError(Problem("SM788", what, where, "pip install 'sealmark[verify]'")) from None
    return content


def read_material(content: bytes, *, where: str = "") -> Material | Address:
    """Return the certificate that a file holds, or the address that its QR code names.

    Args:
        content: Of the file.
        where: Its name, for messages.

    Raises:
        SealmarkError: SM777 there is no certificate in it, SM778 it cannot be read; SM753, SM781 what is in
            it is broken.
    """
    inner = unwrapped(content, where=where)
    if isinstance(inner, Address):
        return inner
    if is_wrapped(content):
        return read_bundle(inner, where=where)
    text = content.removeprefix(_BOM)
    if text.lstrip()[:1] == b"{":
        return read_bundle(text, where=where)
    if _JWT.fullmatch(text):
        return read_jwt(text.decode("ascii").strip(), where=where)
    fix = "Give the PDF, its certificate.json, a credential, a VC-JWT, or a picture of the QR code."
    raise SealmarkError(Problem("SM777", "The file is no certificate of a known kind.", where, fix))
