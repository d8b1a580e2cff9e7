"""The badge of a certificate for web pages: an SVG that says how the certificate stands now.

Only an active certificate shows holder, number and grade; every other status shows itself and its date. No script,
no address of anything else: the picture holds all it shows, and the one who serves it makes it anew when the status
changes.

Example:
    >>> facts = BadgeFacts(number="C-1", grade="Gold", on=dt.date(2026, 5, 1))
    >>> svg = badge_svg("suspended", language="en", facts=facts)
    >>> "Suspended" in svg, "2026-05-01" in svg, "Gold" in svg
    (True, True, False)
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from xml.sax.saxutils import escape

from sealmark.core.errors import Problem, SealmarkError, did_you_mean

__all__ = ["BADGE_LANGUAGES", "BADGE_STATUSES", "BadgeFacts", "badge_svg"]


@dataclass(frozen=True, slots=True)
class BadgeFacts:
    """What a badge may show.

    Attributes:
        number: Of the certificate.
        holder: Name of the certified organization.
        body: Name of the certification body.
        scheme: Name of the edition, as certificates print it.
        grade: The grade reached.
        on: Since when the status holds; for an active certificate, since when it is valid.
        until: Until when an active certificate is valid.
    """

    number: str
    holder: str = ""
    body: str = ""
    scheme: str = ""
    grade: str = ""
    on: dt.date | None = None
    until: dt.date | None = None


class _Words(NamedTuple):
    statuses: Mapping[str, str]
    texts: Mapping[str, str]
    since: str
    until: str
    number: str
    title: str


_WORDS: Mapping[str, _Words] = {
    "en": _Words(
        {"active": "Certified", "suspended": "Suspended", "expired": "Expired", "withdrawn": "Withdrawn"},
        {
            "suspended": "This certificate does not hold at present.",
            "expired": "This certificate is no longer valid.",
            "withdrawn": "This certificate was withdrawn and does not hold.",
        },
        "since {date}", "valid until {date}", "No. {number}", "Certificate {number}: {status}",
    ),
    "ru": _Words(
        {"active": "Сертифицировано", "suspended": "Приостановлен", "expired": "Срок действия истёк",
         "withdrawn": "Отозван"},
        {
            "suspended": "Сейчас этот сертификат не действует.",
            "expired": "Этот сертификат больше не действует.",
            "withdrawn": "Этот сертификат отозван и не действует.",
        },
        "с {date}", "действителен до {date}", "№ {number}", "Сертификат {number}: {status}",  # noqa: RUF001
    ),
    "zh-Hans": _Words(
        {"active": "已认证", "suspended": "已暂停", "expired": "已过期", "withdrawn": "已撤销"},
        {
            "suspended": "本证书目前不具效力。",
            "expired": "本证书已不再有效。",
            "withdrawn": "本证书已被撤销，不具效力。",  # noqa: RUF001
        },
        "自{date}起", "有效期至{date}", "编号 {number}", "证书 {number}：{status}",  # noqa: RUF001
    ),
    "zh-Hant": _Words(
        {"active": "已認證", "suspended": "已暫停", "expired": "已過期", "withdrawn": "已撤銷"},
        {
            "suspended": "本證書目前不具效力。",
            "expired": "本證書已不再有效。",
            "withdrawn": "本證書已被撤銷，不具效力。",  # noqa: RUF001
        },
        "自{date}起", "有效期至{date}", "編號 {number}", "證書 {number}：{status}",  # noqa: RUF001
    ),
}  # fmt: skip
BADGE_LANGUAGES = tuple(_WORDS)
BADGE_STATUSES = ("active", "suspended", "expired", "withdrawn")

_WIDTH = 320
_LEFT = 76
_ROOM = _WIDTH - _LEFT - 16
_TOP = 20
_SMALLEST = 10.0
_MOST_ROWS = 4
_FONTS = "system-ui, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
_WORD = re.compile(r"[\u2e80-\uffef]\s*|[^\s\u2e80-\uffef]+\s*|\s+")
_LOOKS = {
    # ground, text, quiet text, colour of the mark: by day, then by night
    "active": ("#ffffff", "#1d2730", "#55616c", "#0e6470", "#16202a", "#f2f5f5", "#b4c0c8", "#5cc4d0"),
    "suspended": ("#fff8ec", "#3a2503", "#6b4a12", "#8a4708", "#2b2110", "#fdf3df", "#e0c792", "#f0b455"),
    "expired": ("#f4f5f6", "#1d2730", "#55616c", "#55616c", "#22282e", "#f2f5f5", "#b4bcc4", "#b4bcc4"),
    "withdrawn": ("#fdf1f1", "#40130f", "#7a2f2b", "#9b2c2c", "#2d1616", "#fdeaea", "#e3b3b0", "#f08a85"),
}
_MARKS = {
    "active": '<path d="M26 46l9 9 17-19" class="m" fill="none" stroke="{0}" stroke-width="5" stroke-linecap="round"/>',
    "suspended": '<path d="M32 37v18M44 37v18" class="m" fill="none" stroke="{0}" stroke-width="5"'
    ' stroke-linecap="round"/>',
    "expired": '<path d="M38 33v13l9 6" class="m" fill="none" stroke="{0}" stroke-width="4" stroke-linecap="round"/>',
    "withdrawn": '<path d="M29 37l18 18M47 37l-18 18" class="m" fill="none" stroke="{0}" stroke-width="5"'
    ' stroke-linecap="round"/>',
}


class _Line(NamedTuple):
    text: str
    size: float
    bold: bool
    quiet: bool


def badge_svg(status: str, *, language: str, facts: BadgeFacts) -> str:
    """Return the badge of a certificate as SVG text.

    Args:
        status: ``active``, ``suspended``, ``expired`` or ``withdrawn``.
        language: ``en``, ``ru``, ``zh-Hans`` or ``zh-Hant``.
        facts: What is known; holder, scheme and grade are shown only while the certificate is active.

    Raises:
        SealmarkError: SM798, the status or the language is not known.
    """
    words = _WORDS.get(language)
    if words is None or status not in BADGE_STATUSES:
        given, legal = (status, BADGE_STATUSES) if words else (language, BADGE_LANGUAGES)
        what = f'There is no badge for "{given[:40]}".'
        raise SealmarkError(Problem("SM798", what, fix=did_you_mean(given[:40], legal)))
    lines = _lines(status, words, facts)
    title = words.title.format(number=facts.number, status=words.statuses[status])
    spoken = _joined((line.text for line in lines), language=language)
    return _drawn(status, _fitted(lines), language=language, title=title, spoken=spoken)


def _lines(status: str, words: _Words, facts: BadgeFacts) -> list[_Line]:
    made = [_Line(words.statuses[status], 19, bold=True, quiet=False)]
    if status == "active":
        if facts.grade:
            made.append(_Line(facts.grade, 15, bold=True, quiet=False))
        made += [_Line(text, 12.5, bold=False, quiet=False) for text in (facts.holder, facts.scheme) if text]
        date, phrase = facts.until, words.until
    else:
        made.append(_Line(words.texts[status], 12.5, bold=False, quiet=False))
        date, phrase = facts.on, words.since
    if date is not None:
        made.append(_Line(phrase.format(date=date.isoformat()), 12, bold=False, quiet=True))
    made.append(_Line(words.number.format(number=facts.number), 12, bold=False, quiet=True))
    if facts.body:
        made.append(_Line(facts.body, 12, bold=False, quiet=True))
    return made


def _joined(texts: Iterable[str], *, language: str) -> str:
    """Return lines as sentences, for those who hear the picture."""
    stop, space = ("。", "") if language.startswith("zh") else (".", " ")
    return space.join(text.rstrip(".。") + stop for text in texts)


def _fitted(lines: Sequence[_Line]) -> list[_Line]:
    """Break what is too wide into lines of smaller type, four at most; a long word is broken anywhere."""
    return [part for line in lines for part in _broken(line)]


def _broken(line: _Line) -> list[_Line]:
    if _wide(line.text) * line.size <= _ROOM:
        return [line]
    size = max(line.size * 0.85, _SMALLEST)
    rows = _rows(line.text, _ROOM / size)
    if len(rows) > _MOST_ROWS:
        size = _SMALLEST
        rows = _rows(line.text, _ROOM / size)
    if len(rows) > _MOST_ROWS:
        rows = [*rows[: _MOST_ROWS - 1], _cut(rows[_MOST_ROWS - 1], _ROOM / size)]
    return [line._replace(text=row, size=round(size, 2)) for row in rows]


def _rows(text: str, room: float) -> list[str]:
    rows, row = [], ""
    for piece in _pieces(text, room):
        if row and _wide((row + piece).rstrip()) > room:
            rows.append(row.rstrip())
            row = piece.lstrip()
        else:
            row += piece
    return [*rows, row.rstrip()]


def _pieces(text: str, room: float) -> Iterator[str]:
    """Words with their spaces; Chinese breaks after any letter, and so does a word longer than the line."""
    for word in _WORD.findall(text):
        if _wide(word.rstrip()) > room:
            yield from word
        else:
            yield word


def _cut(text: str, room: float) -> str:
    while _wide(text) + 1 > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _wide(text: str) -> float:
    """About how wide a text is, in units of its size: fonts differ, so rather too wide than too narrow."""
    return sum(map(_letter, text))


def _letter(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.03
    if character in " .,:;!|'ijltfI()":
        return 0.36
    return 0.78 if character.isupper() or character in "mwMW@%жшщюыЖШЩЮ№" else 0.61


def _drawn(status: str, lines: Sequence[_Line], *, language: str, title: str, spoken: str) -> str:
    ground, ink, quiet, mark, *night = _LOOKS[status]
    texts, y = [], _TOP - 2.0
    for line in lines:
        y += line.size * 1.32
        look = f'class="{"q" if line.quiet else "t"}" fill="{quiet if line.quiet else ink}" font-size="{line.size:g}"'
        weight = ' font-weight="700"' if line.bold else ""
        texts.append(f'<text x="{_LEFT}" y="{y:.1f}" {look}{weight}>{escape(line.text)}</text>')
    tall = max(round(y + _TOP - 4), 88)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{tall}" viewBox="0 0 {_WIDTH} {tall}" '
        f'role="img" lang="{language}" aria-labelledby="sealmark-title sealmark-text" font-family="{_FONTS}">'
        f'<title id="sealmark-title">{escape(title)}</title><desc id="sealmark-text">{escape(spoken)}</desc>'
        f"<style>@media (prefers-color-scheme:dark){{.g{{fill:{night[0]}}}.t{{fill:{night[1]}}}"
        f".q{{fill:{night[2]}}}.m{{stroke:{night[3]}}}}}</style>"
        f'<rect x="1" y="1" width="{_WIDTH - 2}" height="{tall - 2}" rx="9" class="g m" fill="{ground}" '
        f'stroke="{mark}" stroke-width="2"/>'
        f'<circle cx="38" cy="46" r="23" class="m" fill="none" stroke="{mark}" stroke-width="3"/>'
        f"{_MARKS[status].format(mark)}{''.join(texts)}</svg>\n"
    )
