"""The report as PDF/UA: the same words, charts and fonts as the page, set by typst."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from sealmark.core.errors import Problem, SealmarkError
from sealmark.reports.blocks import Card, Page
from sealmark.reports.drawing import COLOURS, for_print
from sealmark.reports.fonts import FontSet, prepare_fonts
from sealmark.reports.page import build_page
from sealmark.reports.sentences import require_language
from sealmark.scheme.edition import Edition

__all__ = ["STANDARDS", "render_pdf"]

STANDARDS: tuple[Literal["a-2a", "ua-1"], ...] = ("a-2a", "ua-1")
"""Accessible (PDF/UA-1) and for the archive (PDF/A-2a); the setter refuses to write a file that breaks either."""

_PLACES: Mapping[str, tuple[str, str | None]] = {
    "en": ("en", "GB"),
    "ru": ("ru", None),
    "zh-Hans": ("zh", "CN"),
    "zh-Hant": ("zh", "TW"),
}


def render_pdf(
    document: Mapping[str, object], edition: Edition, language: str, *, font_cache: Path | None = None
) -> bytes:
    """Return the report as PDF. The same document, edition and language give the same bytes.

    Args:
        document: The content of evaluation.json.
        edition: The edition it was made under.
        language: en, ru, zh-Hans or zh-Hant.
        font_cache: Folder where cut fonts are kept between reports.

    Raises:
        SealmarkError: SM610 to SM616, see the parts; SM617 a character no font has; SM618 the setter refused.
    """
    page = build_page(document, edition, language)
    text = json.dumps(asdict(page), ensure_ascii=False)
    fonts = prepare_fonts([text], require_language(page.language), font_cache)
    _require_glyphs(page, fonts)
    return _compiled(_data(page, fonts), fonts)


def _compiled(data: Mapping[str, object], fonts: FontSet) -> bytes:
    import typst  # heavy: only when a PDF is set

    template = (resources.files("sealmark.reports") / "templates" / "report.typ").read_bytes()
    with TemporaryDirectory(prefix="sealmark-pdf-") as folder:
        source = Path(folder) / "report.typ"
        source.write_bytes(template)
        for number, file in enumerate(fonts.files):
            (Path(folder) / f"{number}.ttf").write_bytes(file.ttf)
        try:
            result = typst.compile(
                str(source),
                root=folder,
                font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]),
                sys_inputs={"page": json.dumps(data, ensure_ascii=False)},
                pdf_standards=list(STANDARDS),
            )
        except (typst.TypstError, RuntimeError) as error:
            what = f"The PDF could not be set: {str(error).splitlines()[0]}."
            fix = "The HTML report holds the same. Report this with the evaluation.json."
            raise SealmarkError(Problem("SM618", what, "report.pdf", fix)) from error
    assert isinstance(result, bytes)
    return result


def _data(page: Page, fonts: FontSet) -> dict[str, object]:
    """Return the page as the template reads it: drawings for print, the date in parts, the language in parts."""
    day = dt.date.fromisoformat(page.date)
    lang, region = _PLACES[page.language]
    data = asdict(page)
    for section in data["sections"]:
        for block in section["blocks"]:
            if block["kind"] == "figure":
                block["picture"] = for_print(block.pop("drawing")["wide"])
                block["alt"] = block["title"]
    for card, source in zip(data["cards"], page.cards, strict=True):
        card["picture"] = _steps(source)
    return data | {
        "fonts": list(fonts.families),
        "lang": lang,
        "region": region,
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "pages": page.labels["page"],
        "colon": page.labels["colon"],
    }


def _steps(card: Card) -> str:
    """Return the mark of a grade: as many steps as the ladder has, the reached ones filled."""
    bars = []
    for step in range(card.steps):
        tall = 16 + 38 * (step + 1) / card.steps
        filled = card.reached is not None and step < card.reached
        look = f'fill="{COLOURS["accent"]}"' if filled else 'fill="none"'
        stroke = COLOURS["accent"] if filled else COLOURS["soft"]
        dash = ' stroke-dasharray="3 3"' if card.reached is None else ""
        bars.append(
            f'<rect x="{step * 18 + 1}" y="{55 - tall:.1f}" width="12" height="{tall:.1f}" rx="3" {look} '
            f'stroke="{stroke}" stroke-width="1.5"{dash}/>'
        )
    width = card.steps * 18 - 4
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 56">{"".join(bars)}</svg>'


def _require_glyphs(page: Page, fonts: FontSet) -> None:
    """Raise one error that names every text with a character no font has: a silent gap would be worse."""
    if not fonts.absent:
        return
    problems = []
    for text in dict.fromkeys(_texts(asdict(page))):
        absent = [character for character in dict.fromkeys(text) if character in fonts.absent]
        if absent:
            signs = ", ".join(f'"{character}" (U+{ord(character):04X})' for character in absent)
            what = f'The PDF has no letter form for {signs} in the text "{text[:80]}".'
            problems.append(
                Problem("SM617", what, "report.pdf", "Write it with other characters; the HTML report shows it.")
            )
    raise SealmarkError(*problems)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key != "drawing":
                yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
