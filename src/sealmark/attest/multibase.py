"""Multibase text of two alphabets, read strictly: base58btc (``z``) and base64url without padding (``u``).

One value has one text: whatever does not come back as the same text is refused,
so that no change of a text can leave its value as it was.
"""

from __future__ import annotations

import base64
import binascii
import re

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["from_base58", "from_base64url", "to_base58", "to_base64url"]

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_LONGEST_BASE58 = 512


def to_base58(content: bytes) -> str:
    """Return ``content`` as multibase base58btc, prefix ``z`` included.

    Example:
        >>> to_base58(b"hello")
        'zCn8eVZg'
    """
    number = int.from_bytes(content, "big")
    letters = []
    while number:
        number, digit = divmod(number, 58)
        letters.append(_ALPHABET[digit])
    zeros = len(content) - len(content.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(letters))


def from_base58(text: object, *, size: int | None = None, where: str = "") -> bytes:
    """Return the bytes of a multibase base58btc text of at most 512 letters.

    Args:
        text: The text, prefix ``z`` included.
        size: How many bytes there must be; any number when ``None``.
        where: What the text is part of, for the message.

    Raises:
        SealmarkError: SM750, the text is no such value.
    """
    if not isinstance(text, str) or not text.startswith("z") or len(text) > _LONGEST_BASE58:
        raise _refusal(text, 'base58btc with the prefix "z"', where)
    number = 0
    for letter in text[1:]:
        value = _VALUES.get(letter)
        if value is None:
            raise _refusal(text, "base58btc letters", where)
        number = number * 58 + value
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    content = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    return _of_size(content, size, text, where)


def to_base64url(content: bytes) -> str:
    """Return ``content`` as base64url without padding and without a multibase prefix.

    Example:
        >>> "u" + to_base64url(b"hello")
        'uaGVsbG8'
    """
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def from_base64url(text: object, *, size: int | None = None, where: str = "") -> bytes:
    """Return the bytes of a base64url text without padding and without a multibase prefix.

    Args:
        text: The text; the caller takes off a prefix ``u``.
        size: How many bytes there must be; any number when ``None``.
        where: What the text is part of, for the message.

    Raises:
        SealmarkError: SM750, the text is no such value.
    """
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise _refusal(text, "base64url without padding", where)
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise _refusal(text, "base64url without padding", where) from None
    if to_base64url(content) != text:
        raise _refusal(text, "base64url whose last letter is full", where)
    return _of_size(content, size, text, where)


def _of_size(content: bytes, size: int | None, text: str, where: str) -> bytes:
    if size is not None and len(content) != size:
        raise _refusal(text, f"{size} bytes instead of {len(content)}", where)
    return content


def _refusal(text: object, wanted: str, where: str) -> SealmarkError:
    shown = repr(text)[:60]
    return SealmarkError(Problem("SM750", f"{shown} is not {wanted}.", where, f"Expected is {wanted}."))
