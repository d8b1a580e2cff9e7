"""The logo of a body: a picture from outside, so only what can do no harm passes."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET  # document types are refused before it reads

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["Logo", "read_logo"]

_LARGEST = 512 * 1024
_MOST_ELEMENTS = 5_000
_MOST_PIXELS = 2_000
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}"
_SHAPES = frozenset(
    {"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "clipPath", "mask",
     "linearGradient", "radialGradient", "stop", "title", "desc"}
)  # fmt: skip
_OWN_PART = re.compile(r"url\(\s*['\"]?#[\w.-]+['\"]?\s*\)")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that was looked through."""

    format: Literal["svg", "png"]
    content: bytes


def read_logo(content: bytes) -> Logo:
    """Return a logo that may stand in a certificate.

    SVG may hold shapes and gradients; text must be turned into paths, and nothing may point outside. PNG has at
    most 2,000 dots each way.

    Raises:
        SealmarkError: SM792, what is wrong with the picture.
    """
    if len(content) > _LARGEST:
        raise _refusal(f"The logo has {len(content):,} bytes.", f"At most {_LARGEST:,}.")
    if content.startswith(_PNG):
        _check_png(content)
        return Logo("png", content)
    _check_svg(content)
    return Logo("svg", content)


def _check_png(content: bytes) -> None:
    try:
        width, height = struct.unpack(">II", content[16:24])
    except struct.error:
        width = height = 0
    if content[12:16] != b"IHDR" or not (0 < width <= _MOST_PIXELS and 0 < height <= _MOST_PIXELS):
        raise _refusal(f"The PNG has {width} by {height} dots.", f"1 to {_MOST_PIXELS} each way.")


def _check_svg(content: bytes) -> None:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"<?xml-stylesheet" in content:
        raise _refusal("The SVG has a document type or a style sheet.", "Save it as plain SVG.")
    try:
        root = ET.fromstring(content)  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as error:
        raise _refusal(f"The logo is neither PNG nor SVG: {error}.", "Give a PNG or SVG file.") from None
    if root.tag != f"{_SVG}svg":
        raise _refusal("The logo is no SVG picture.", "Give a PNG or SVG file.")
    for place, what in _wrong(root):
        raise _refusal(f"The SVG has {what}.", "Turn text into paths, take out scripts, links and pictures.", place)


def _wrong(root: ET.Element) -> Iterator[tuple[str, str]]:
    elements = list(root.iter())
    if len(elements) > _MOST_ELEMENTS:
        yield "svg", f"{len(elements):,} elements; at most {_MOST_ELEMENTS:,}"
    for element in elements:
        tag = str(element.tag)
        name = tag.removeprefix(_SVG)
        if name not in _SHAPES and tag.startswith(_SVG):
            yield name, f"the element {name[:40]}"
        elif not tag.startswith(_SVG):
            yield tag[:80], "an element that is not of SVG"
        for attribute, value in element.attrib.items():
            if attribute.lower().startswith("on") or attribute.lower().endswith("href"):
                yield name, f"the attribute {attribute[:60]}"
            elif "url(" in _OWN_PART.sub("", value) or "@import" in value:
                yield name, f"an address in {attribute[:60]}"


def _refusal(what: str, fix: str, place: str = "") -> SealmarkError:
    return SealmarkError(Problem("SM792", what, f"logo, element {place}" if place else "logo", fix))
