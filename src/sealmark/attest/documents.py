"""Strict reading of JSON that somebody else wrote: bounded, and with one meaning only."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass

import rfc8785

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["LIST_LIMITS", "Limits", "canonical_form", "read_json"]

JsonObject = dict[str, object]

_LARGEST_INTEGER = 2**53 - 1
_LONGEST_NUMBER = 32


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a reader takes on.

    Attributes:
        size: Bytes.
        depth: Objects and lists inside each other.
    """

    size: int = 1 << 20
    depth: int = 64


LIST_LIMITS = Limits(size=2 << 20)


def read_json(content: bytes, limits: Limits | None = None, *, where: str = "") -> JsonObject:
    """Return the JSON object that ``content`` holds.

    Whole numbers come back as ``int`` however they are written, so that ``80.0`` and ``80`` are one value.

    Args:
        content: UTF-8 text.
        limits: Size and depth; 1 MiB and 64 unless told.
        where: What is read, for the message.

    Raises:
        SealmarkError: SM753, the text is too long or too deep, is no JSON object, names a member twice,
            or holds a number or a character that two readers could take for different things.

    Example:
        >>> read_json(b'{"score": 80.0}')
        {'score': 80}
    """
    limits = limits or Limits()
    if len(content) > limits.size:
        raise _refusal(f"{len(content):,} bytes are more than the {limits.size:,} that are read.", where)
    try:
        document = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_once_each,
            parse_int=_whole_number,
            parse_float=_number,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError) as problem:
        raise _refusal(_reason(problem), where) from None
    if not isinstance(document, dict):
        raise _refusal("The text is not a JSON object.", where)
    if _depth_beyond(document, limits.depth):
        raise _refusal(f"Objects lie more than {limits.depth} deep inside each other.", where)
    if b"\\u" in content:
        _refuse_halves(document, where)
    return document


def canonical_form(document: object) -> bytes:
    """Return the RFC 8785 form of plain JSON (JCS): the same bytes as ``rfc8785``, sooner.

    Raises:
        SealmarkError: SM753, a value has no such form.

    Example:
        >>> canonical_form({"b": 1, "a": [True, None]})
        b'{"a":[true,null],"b":1}'
    """
    try:
        if _is_simple(document):
            return _ENCODER.encode(document).encode("utf-8")
        return rfc8785.dumps(document)  # type: ignore[arg-type]  # whatever is no JSON raises
    except (ValueError, TypeError, RecursionError) as problem:
        raise _refusal(_reason(problem), "") from None


_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"))
_SIMPLE = {str, bool}


def _is_simple(document: object) -> bool:
    """Tell whether the encoder of the standard library writes the value as RFC 8785 wants it.

    It does without fractions, and with names that sort alike by code point and by UTF-16 unit.
    """
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if value is None or type(value) in _SIMPLE:
            continue
        if type(value) is dict:
            if not all(map(_is_simple_name, value)):
                return False
            waiting.extend(value.values())
        elif type(value) is list:
            waiting.extend(value)
        elif type(value) is not int or not -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER:
            return False
    return True


def _is_simple_name(name: object) -> bool:
    return type(name) is str and (name.isascii() or max(name) < "\ud800")


def _once_each(pairs: list[tuple[str, object]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        counted = Counter(name for name, _ in pairs)
        double = next(name for name, count in counted.items() if count > 1)
        raise ValueError(f"The member {double[:60]!r} is given twice.")
    return members


def _whole_number(text: str) -> int:
    number = int(text) if len(text) <= _LONGEST_NUMBER else _LARGEST_INTEGER + 1
    if abs(number) > _LARGEST_INTEGER:
        raise ValueError(f"The number {text[:40]} is beyond 2^53, where readers differ.")
    return number


def _number(text: str) -> int | float:
    number = float(text) if len(text) <= _LONGEST_NUMBER else math.inf
    if not math.isfinite(number):
        raise ValueError(f"The number {text[:40]} is beyond what readers agree on.")
    return int(number) if number.is_integer() and abs(number) <= _LARGEST_INTEGER else number


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON number.")


def _depth_beyond(document: object, limit: int) -> bool:
    level = [document]
    for _ in range(limit):
        level = [
            item
            for value in level
            if isinstance(value, (dict, list))
            for item in (value.values() if isinstance(value, dict) else value)
            if isinstance(item, (dict, list))
        ]
        if not level:
            return False
    return True


def _refuse_halves(document: object, where: str) -> None:
    try:
        _ENCODER.encode(document).encode("utf-8")
    except UnicodeEncodeError:
        raise _refusal("A text holds half of a character.", where) from None


def _reason(problem: Exception) -> str:
    if isinstance(problem, RecursionError):
        return "Objects lie too deep inside each other."
    if isinstance(problem, UnicodeDecodeError):
        return "The text is not UTF-8."
    if isinstance(problem, json.JSONDecodeError):
        return f"The text is not JSON: {problem.msg} in line {problem.lineno}, column {problem.colno}."
    return str(problem) or "A value has no JSON form."


def _refusal(what: str, where: str) -> SealmarkError:
    fix = "Give one JSON object in UTF-8, as its issuer wrote it."
    return SealmarkError(Problem("SM753", what, where, fix))
