"""The address in the QR code of a picture."""

from __future__ import annotations

import io
import warnings

import zxingcpp
from PIL import Image

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["address_in"]

_MOST_DOTS = 40_000_000
_LONGEST = 500
_KINDS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


def address_in(content: bytes, *, where: str = "") -> str:
    """Return the address that the QR code of a PNG or JPEG picture names.

    Raises:
        SealmarkError: SM777 there is none or several, SM778 the picture cannot be read.
    """
    codes = {code.text for code in _codes(content, where)}
    found = [text for text in codes if text.startswith(("https://", "http://")) and len(text) <= _LONGEST]
    if len(found) != 1:
        count = "no QR code with an address" if not found else f"{len(found)} QR codes with different addresses"
        fix = "Take the picture of one code from near, in good light."
        raise SealmarkError(Problem("SM777", f"The picture has {count}.", where, fix))
    return found[0]


def _codes(content: bytes, where: str) -> list[zxingcpp.Barcode]:
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            width, height = picture.size
            if width * height <= _MOST_DOTS:
                return list(zxingcpp.read_barcodes(picture.convert("L"), formats=_KINDS))
            what = f"A picture of {width} by {height} dots is not read."
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        what = f"The picture cannot be read: {type(error).__name__}."
    raise SealmarkError(Problem("SM778", what, where, f"Give a PNG or JPEG of at most {_MOST_DOTS:,} dots."))
