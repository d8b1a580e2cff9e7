"""Typefaces of certificates: the installed variable fonts as they are, read once per process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from sealmark.core.errors import Problem, SealmarkError
from sealmark.reports.fonts import installed_font
from sealmark.scheme.wording import Language

if TYPE_CHECKING:
    import typst

__all__ = ["THIN_SPACES", "families", "require_letters", "typst_fonts"]

_REGIONS = ("SC", "TC", "JP", "KR")
THIN_SPACES = dict.fromkeys((*range(0x2002, 0x200B), 0x202F, 0x205F), "\u00a0")
"""For ``str.translate``: the fonts have no space of another width."""


def families(language: Language) -> list[str]:
    """Return the families for a language in the order in which they are tried.

    Example:
        >>> families("zh-Hant")[:2]
        ['Noto Sans TC', 'Noto Sans SC']
    """
    order = ("TC", "SC", "JP", "KR") if language == "zh-Hant" else _REGIONS
    return [f"Noto Sans {region}" for region in order]


@cache
def typst_fonts() -> typst.Fonts:
    """Return the fonts for the setter; nothing of the machine's own takes part.

    Raises:
        SealmarkError: SM615 the font package is not installed.
    """
    import typst  # heavy: only when a document is set

    folders = [str(installed_font(region).parent) for region in _REGIONS]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def require_letters(fields: Mapping[str, str]) -> None:
    """Raise one error that names every field with a character that no font has.

    Args:
        fields: Texts of a certificate by the name of their field.

    Raises:
        SealmarkError: SM793, one problem per field.
    """
    open_ones = {ord(character) for text in fields.values() for character in text.translate(THIN_SPACES)}
    for region in _REGIONS:
        open_ones -= _letters(region) if open_ones else set()
    if open_ones:
        raise SealmarkError(*(_gap(field, text, open_ones) for field, text in fields.items()
                              if not open_ones.isdisjoint(map(ord, text))))  # fmt: skip


def _gap(field: str, text: str, absent: set[int]) -> Problem:
    signs = ", ".join(f'"{letter}" (U+{ord(letter):04X})' for letter in dict.fromkeys(text) if ord(letter) in absent)
    what = f'The document has no letter form for {signs} in the text "{text[:80]}".'
    return Problem("SM793", what, field, "Write it with other characters, and issue the certificate anew.")


@cache
def _letters(region: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(installed_font(region), lazy=True) as font:
        return frozenset(font.getBestCmap())
