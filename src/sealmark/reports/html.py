"""The report as one HTML file: no request leaves it, styles, charts and fonts are inside."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from sealmark.reports.fonts import FontSet, prepare_fonts
from sealmark.reports.page import build_page
from sealmark.scheme.edition import Edition
from sealmark.scheme.wording import Language

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["environment", "render_html", "style_sheet"]

_SYSTEM = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"


def render_html(
    document: Mapping[str, object], edition: Edition, language: str, *, font_cache: Path | None = None
) -> str:
    """Return the report as a self-contained, accessible HTML page.

    The same document, edition and language give the same text.

    Args:
        document: The content of evaluation.json.
        edition: The edition it was made under.
        language: en, ru, zh-Hans or zh-Hant.
        font_cache: Folder where cut fonts are kept between reports.

    Raises:
        SealmarkError: SM610 to SM616, see the parts.
    """
    page = build_page(document, edition, language)
    fonts = prepare_fonts([json.dumps(asdict(page), ensure_ascii=False)], _language(page.language), font_cache)
    style = style_sheet(("base.css", "report.css"), fonts, running=page.banners)
    return environment().get_template("report.html.j2").render(page=page, style=style)


def _language(name: str) -> Language:
    from sealmark.reports.sentences import require_language

    return require_language(name)


@cache
def environment() -> Environment:
    """Return the template environment: everything is escaped, a name that is not there is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("sealmark.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def style_sheet(files: tuple[str, ...], fonts: FontSet, *, running: tuple[str, ...] = ()) -> str:
    """Return style sheets with the fonts inside.

    Args:
        files: Names below templates/.
        fonts: What to embed.
        running: Lines repeated on every printed page.
    """
    folder = resources.files("sealmark.reports") / "templates"
    sheets = [(folder / name).read_text(encoding="utf-8") for name in files]
    families = ", ".join(f"'{name}'" for name in fonts.families)
    return "".join([*_faces(fonts), f":root{{--font:{families}, {_SYSTEM}}}", *sheets, _running(running)])


def _faces(fonts: FontSet) -> list[str]:
    return [
        f"@font-face{{font-family:'{file.family}';font-weight:{file.weight};font-display:swap;"
        f"src:url(data:font/woff2;base64,{base64.b64encode(file.woff2).decode()}) format('woff2')}}\n"
        for file in fonts.files
    ]


def _running(lines: tuple[str, ...]) -> str:
    if not lines:
        return ""
    text = " ".join(lines).replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ").replace("\n", " ")
    return f'@page{{margin:18mm 15mm;@top-center{{content:"{text}";font-size:8pt}}}}\n'
