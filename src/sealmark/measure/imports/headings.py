"""What the headings of an export mean: our column names found by words and by likeness, never silently."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Heading", "WantedColumn", "column_lines", "match_headings", "meaning_of"]

_WORDS: Mapping[str, tuple[str, ...]] = {
    "case": ("ticket", "case", "request", "number", "id", "номер", "заявка", "编号", "單號", "单号", "工单"),
    "activity": ("activity", "event", "action", "status_change", "событие", "действие", "活动", "事件"),
    "opened": (
        "created",
        "opened",
        "creation",
        "received",
        "start",
        "создан",
        "открыт",
        "поступил",
        "创建",
        "受理",
        "建立",
    ),
    "first_response": ("first_response", "first response", "responded", "первый ответ", "首次响应"),
    "resolved": ("resolved", "completed", "completion", "solved", "finished", "решен", "выполнен", "解决", "完成"),
    "closed": ("closed", "closing", "закрыт", "关闭", "結案"),
    # Last, because its words also stand in the names of the others.
    "at": ("timestamp", "event_time", "datetime", "время", "时间", "時間"),
    "status": ("status", "state", "статус", "状态", "狀態"),
    "customer": ("customer", "client", "клиент", "客户", "客戶"),
}
_FURTHER: Mapping[str, tuple[str, ...]] = {
    "first_response": ("first answer", "first reply", "answered", "首次回复", "首次回覆"),
    "ordered": ("ordered", "order date", "заказан", "下单", "下單"),
    "promised": ("promised", "due", "deadline", "обещан", "срок", "承诺", "承諾", "期限"),
    "delivered": ("delivered", "delivery", "доставлен", "送达", "送達", "交付"),
    "asset": ("asset", "serial", "device", "устройство", "设备", "設備"),
    "channel": ("channel", "канал", "渠道"),
    "site": ("site", "branch", "shop", "store", "location", "филиал", "门店", "門店", "网点", "網點"),
    "complaint": ("complaint", "жалоба", "投诉", "投訴"),
    "type": ("type", "kind", "тип", "类型", "類型"),
}
_MOMENTS = {"at", "opened", "first_response", "resolved", "closed"}
_SHORT = 3
_ALIKE = 0.85


@dataclass(frozen=True)
class Heading:
    """A heading of an export, and whether its cells are dates or times."""

    text: str
    is_dated: bool = False


@dataclass(frozen=True)
class WantedColumn:
    """A column of ours that an export should give.

    Attributes:
        name: What we call it.
        type: What it holds.
        values: The values that count; none when every value does.
        about: What it is needed for, in a few words.
    """

    name: str
    type: Literal["text", "datetime"]
    values: tuple[str, ...] = ()
    about: str = ""


def meaning_of(heading: Heading) -> str:
    """Return our name that a heading and its type point to, or nothing.

    Example:
        >>> meaning_of(Heading("Creation date", is_dated=True))
        'opened'
    """
    for name, words in _WORDS.items():
        if (name in _MOMENTS) == heading.is_dated and _holds(heading.text, words):
            return name
    return ""


def _holds(heading: str, words: Sequence[str]) -> bool:
    parts, lowered = re.split(r"[\W_]+", heading.lower()), heading.lower()
    # A short Latin word such as "id" hides in many others.
    return any(word in parts if word.isascii() and len(word) <= _SHORT else word in lowered for word in words)


def match_headings(wanted: Sequence[WantedColumn], headings: Sequence[Heading]) -> dict[str, Heading]:
    """Return the heading of each wanted column that only one heading can mean.

    The same name counts most, then a word that people use for it, then a name
    that is nearly the same. Dates are only looked for among dates. Where two
    headings do equally well nothing is said.

    Example:
        >>> wanted = [WantedColumn("opened", "datetime"), WantedColumn("channel", "text")]
        >>> seen = [Heading("Created", is_dated=True), Heading("Closed", is_dated=True), Heading("Channels")]
        >>> {name: heading.text for name, heading in match_headings(wanted, seen).items()}
        {'opened': 'Created', 'channel': 'Channels'}
    """
    found: dict[str, Heading] = {}
    for fits in (_is_same, _is_meant, _is_alike):
        for column in wanted:
            taken = list(found.values())
            near = [item for item in headings if item not in taken and _has_kind(item, column) and fits(item, column)]
            if column.name not in found and len(near) == 1:
                found[column.name] = near[0]
    return found


def _has_kind(heading: Heading, column: WantedColumn) -> bool:
    return heading.is_dated == (column.type == "datetime")


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).lower()).strip()


def _is_same(heading: Heading, column: WantedColumn) -> bool:
    return _plain(heading.text) == _plain(column.name)


def _is_meant(heading: Heading, column: WantedColumn) -> bool:
    meaning = meaning_of(heading)
    return meaning == column.name or (not meaning and _holds(heading.text, _FURTHER.get(column.name, ())))


def _is_alike(heading: Heading, column: WantedColumn) -> bool:
    return difflib.SequenceMatcher(None, _plain(heading.text), _plain(column.name)).ratio() >= _ALIKE


def column_lines(column: WantedColumn, heading: str, *, remark: str = "", kind: str = "") -> list[str]:
    r"""Return the lines of a mapping file that take a wanted column from a heading.

    Args:
        column: What is wanted.
        heading: The heading in the export.
        remark: Stands behind the line.
        kind: The type seen in the file; the wanted one when not given.

    Example:
        >>> print(*column_lines(WantedColumn("type", "text", ("return",), "for return-share"), "Kind"), sep="\n")
          # for return-share; counted: return
          # other words in the file: add values: {"their word": return}, other_values: keep
          type: {from: "Kind", type: text}
    """
    counted = f"counted: {', '.join(column.values)}" if column.values else ""
    notes = ["; ".join(part for part in (column.about, counted) if part)]
    if column.values:
        notes.append(f'other words in the file: add values: {{"their word": {column.values[0]}}}, other_values: keep')
    key = column.name if re.fullmatch(r"[a-z_][a-z0-9_]*", column.name) else json.dumps(column.name)
    line = f"  {key}: {{from: {json.dumps(heading, ensure_ascii=False)}, type: {kind or column.type}}}"
    return [*(f"  # {note}" for note in notes if note), line + (f"  # {remark}" if remark else "")]
