"""Fonts for one report: cut down to the characters it uses, in two weights, from the installed font package.

Chinese then shows on machines without Chinese fonts, in the letter forms of
its own script: Simplified and Traditional share code points, not shapes.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from sealmark.core.errors import Problem, SealmarkError
from sealmark.scheme.wording import Language

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

__all__ = ["FAMILY", "FontFile", "FontSet", "installed_font", "prepare_fonts"]

FAMILY = "Sealmark Sans"
WEIGHTS = (400, 700)
PACKAGE = "justmytype-intl-cjk"
_FOLDERS = {"SC": "notosanssc", "TC": "notosanstc", "JP": "notosansjp", "KR": "notosanskr"}
_BASIC = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("\u00a0–—…“”‘’«»·×−≥≤°№")  # noqa: RUF001
_UNUSED = ("GSUB", "GDEF", "BASE", "HVAR", "VVAR", "MVAR", "STAT", "VORG", "vhea", "vmtx")
"""Substitutions and vertical setting: not needed in plain horizontal lines, and slow to read."""
_SPACES = frozenset("\n\r\t\u200b\u2060")
_THIN = frozenset(map(chr, (*range(0x2002, 0x200B), 0x202F, 0x205F)))
"""Spaces of other widths: the font has none of them, so its space stands in."""
_HAN = 0x2E80
_VARIATIONS = 14
"""Format of a character table that holds variation sequences, not plain characters."""
_RECIPE = 4
"""Part of every cache key: raise it when fonts are made differently."""


@dataclass(frozen=True)
class FontFile:
    """One static font: family name, weight, and the same font for print and page."""

    family: str
    weight: int
    ttf: bytes
    woff2: bytes


@dataclass(frozen=True)
class FontSet:
    """The fonts of a report, and the characters that none of them has."""

    files: tuple[FontFile, ...]
    absent: frozenset[str]

    @property
    def families(self) -> tuple[str, ...]:
        """Family names in the order in which they are tried."""
        return tuple(dict.fromkeys(file.family for file in self.files))


def prepare_fonts(text: Iterable[str], language: Language, cache: Path | None = None) -> FontSet:
    """Return fonts that hold the characters of a text.

    Args:
        text: Everything that will be shown.
        language: zh-Hant takes Traditional letter forms first, every other language Simplified ones.
        cache: Folder where finished fonts are kept between reports; None keeps nothing.

    Raises:
        SealmarkError: SM615 the font package is not installed, SM616 the cache folder cannot be written.
    """
    wanted = frozenset("".join(text)) | _BASIC
    order = ("TC", "SC", "JP", "KR") if language == "zh-Hant" else ("SC", "TC", "JP", "KR")
    latin = not language.startswith("zh")
    files: list[FontFile] = []
    open_ones = wanted - _SPACES - _THIN
    for region in order:
        if not open_ones:
            break
        has = _has(region, open_ones)
        if has:
            family = FAMILY if region == order[0] else f"{FAMILY} {region}"
            files += _cached(region, has, family, latin=latin, cache=cache)
            open_ones -= has
    return FontSet(tuple(files), frozenset(open_ones))


def installed_font(region: str) -> Path:
    """Return the installed variable font of a region: SC, TC, JP or KR.

    Raises:
        SealmarkError: SM615 the font package is not installed.
    """
    try:
        folder = resources.files("justmytype_intl_cjk") / "fonts" / "ofl" / _FOLDERS[region]
    except ModuleNotFoundError:
        fix = "Install the reports extra: pip install 'sealmark[reports]'"
        raise SealmarkError(Problem("SM615", f"The font package {PACKAGE} is not installed.", "", fix)) from None
    return next(Path(str(folder)).glob("*.ttf"))


def _has(region: str, characters: frozenset[str]) -> frozenset[str]:
    from fontTools.ttLib import TTFont

    with TTFont(installed_font(region)) as font:
        codes = font.getBestCmap()
    return frozenset(character for character in characters if ord(character) in codes)


def _cached(region: str, characters: frozenset[str], family: str, *, latin: bool, cache: Path | None) -> list[FontFile]:
    if cache is None:
        made = _make(region, characters, family, latin)
        return [FontFile(family, weight, *made[weight]) for weight in WEIGHTS]
    key = f"{_RECIPE}|{metadata.version(PACKAGE)}|{region}|{family}|{latin}|{''.join(sorted(characters))}"
    stem = hashlib.sha256(key.encode()).hexdigest()[:24]
    paths = {weight: (cache / f"{stem}-{weight}.ttf", cache / f"{stem}-{weight}.woff2") for weight in WEIGHTS}
    if not all(path.is_file() for pair in paths.values() for path in pair):
        made = _make(region, characters, family, latin)
        for weight, pair in paths.items():
            for path, content in zip(pair, made[weight], strict=True):
                _store(path, content)
    return [FontFile(family, weight, ttf.read_bytes(), woff2.read_bytes()) for weight, (ttf, woff2) in paths.items()]


def _store(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever reads half of it."""
    part = path.with_suffix(f"{path.suffix}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        what = f"The font cache cannot be written: {error.strerror}."
        raise SealmarkError(Problem("SM616", what, str(path.parent), "Name a folder that can be written.")) from None


@lru_cache(maxsize=4)  # page and PDF of one report need the same fonts one after the other
def _make(region: str, characters: frozenset[str], family: str, latin: bool) -> Mapping[int, tuple[bytes, bytes]]:  # noqa: FBT001
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(layout_features=["kern", "ccmp", "mark", "mkmk"], hinting=False, notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(character) for character in characters | _THIN])
    subset = io.BytesIO()
    with TTFont(installed_font(region), recalcTimestamp=False) as font:
        if latin:
            _proportional(font)
        for tag in _UNUSED if latin else (*_UNUSED, "GPOS"):
            font.tables.pop(tag, None)
            font.reader.tables.pop(tag, None)
        _add_spaces(font)
        subsetter.subset(font)
        font.save(subset)
    return {weight: _static(subset.getvalue(), weight, family) for weight in WEIGHTS}


def _proportional(font: TTFont) -> None:
    """Map punctuation to its proportional form: Latin and Cyrillic text wants no full-width quotation marks."""
    table = font["GSUB"].table
    swaps: dict[str, str] = {}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "pwid":
            for index in record.Feature.LookupListIndex:
                for part in table.LookupList.Lookup[index].SubTable:
                    swaps.update(getattr(getattr(part, "ExtSubTable", part), "mapping", {}))
    for codes in font["cmap"].tables:
        if codes.format != _VARIATIONS:
            codes.cmap = {code: swaps.get(glyph, glyph) if code < _HAN else glyph for code, glyph in codes.cmap.items()}


def _add_spaces(font: TTFont) -> None:
    for codes in font["cmap"].tables:
        if codes.isUnicode() and codes.format != _VARIATIONS:
            codes.cmap.update({ord(character): codes.cmap[0x20] for character in _THIN})


def _static(subset: bytes, weight: int, family: str) -> tuple[bytes, bytes]:
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(io.BytesIO(subset), recalcTimestamp=False)
    instantiateVariableFont(font, {"wght": weight}, inplace=True)
    _rename(font, family, weight)
    return _saved(font, None), _saved(font, "woff2")


def _rename(font: TTFont, family: str, weight: int) -> None:
    """Give the cut font a name of its own, so that it never stands in for the whole font."""
    style = "Bold" if weight == WEIGHTS[1] else "Regular"
    post_script = f"{family.replace(' ', '')}-{style}"
    names = {1: family, 2: style, 3: post_script, 4: f"{family} {style}", 6: post_script}
    licences = {record.nameID: str(record) for record in font["name"].names if record.nameID in {0, 13, 14}}
    font["name"].names = []
    for identity, text in sorted((licences | names).items()):
        font["name"].setName(text, identity, 3, 1, 0x409)
    bold = weight == WEIGHTS[1]
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = 0x20 if bold else 0x40
    font["head"].macStyle = int(bold)


def _saved(font: TTFont, flavor: str | None) -> bytes:
    out = io.BytesIO()
    font.flavor = flavor
    font.save(out)
    return out.getvalue()
