"""Who takes part in the demonstration: bodies, their people, organizations. All of them are made up."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

__all__ = ["BODIES", "DEMO_ADDRESS", "ORGANIZATIONS", "SITES", "BodyRole", "Company"]

DEMO_ADDRESS = "@demo.example"
"""End of the addresses that are offered for one click, in demonstration mode only."""


@dataclass(frozen=True)
class BodyRole:
    """A certification body.

    Attributes:
        people: Name, first part of the address and language by function; the first of each is offered for one
            click, and of those who decide as many as a decision needs.
        newcomer: An evaluator taken in some days ago, whose invitation still opens.
        leaver: An observer until some months ago.
        place: Where the deciders meet.
        language: Of what the body's own people write.
    """

    code: str
    name: str
    country: str
    votes_needed: int
    editions: tuple[str, ...]
    people: Mapping[str, tuple[tuple[str, str, str], ...]]
    newcomer: tuple[str, str, str]
    leaver: tuple[str, str, str]
    place: str
    language: str


BODIES = (
    BodyRole(
        "lin", "Lindenholt Certification", "GB", 1,
        ("sealmark-charter/2026", "servicemark-style/2019", "cse-style/2008"),
        {
            "administrator": (("Margaret Osei", "margaret.osei", "en"),),
            "coordinator": (("Henrik Dahl", "henrik.dahl", "en"), ("Amara Nwosu", "amara.nwosu", "en")),
            "evaluator": (
                ("Ruth Calloway", "ruth.calloway", "en"), ("Tomasz Wieczorek", "tomasz.wieczorek", "en"),
                ("Ирина Соколова", "irina.sokolova", "ru"), ("Samuel Adeyemi", "samuel.adeyemi", "en"),
            ),
            "reviewer": (("Eleanor Finch", "eleanor.finch", "en"), ("Jonas Bergström", "jonas.bergstroem", "en")),
            "decider": (
                ("Charlotte Ainsworth", "charlotte.ainsworth", "en"), ("Дмитрий Орлов", "dmitri.orlov", "ru"),
                ("Priya Raman", "priya.raman", "en"),
            ),
            "panellist": (("Gareth Pugh", "gareth.pugh", "en"), ("Ingrid Solheim", "ingrid.solheim", "en")),
            "observer": (("Walter Kimani", "walter.kimani", "en"),),
        },
        newcomer=("Leila Haddad", "leila.haddad", "en"), leaver=("Bernard Holt", "bernard.holt", "en"),
        place="Room 2, 10:00, and by video", language="en",
    ),
    BodyRole(
        "riv", "江岸服务认证 Riverbank Certification", "CN", 2,
        ("gbt27922/2011", "csqs-style/2022", "sealmark-charter/2026"),
        {
            "administrator": (("陈立新", "chen.lixin", "zh-hans"),),
            "coordinator": (("王晓梅", "wang.xiaomei", "zh-hans"), ("李国强", "li.guoqiang", "zh-hans")),
            "evaluator": (
                ("张志远", "zhang.zhiyuan", "zh-hans"), ("刘芳", "liu.fang", "zh-hans"),
                ("黃志明", "wong.chiming", "zh-hant"), ("赵敏", "zhao.min", "zh-hans"),
            ),
            "reviewer": (("孙丽华", "sun.lihua", "zh-hans"), ("周建平", "zhou.jianping", "zh-hans")),
            "decider": (
                ("吴海燕", "wu.haiyan", "zh-hans"), ("郑浩然", "zheng.haoran", "zh-hans"),
                ("林美玲", "lin.meiling", "zh-hant"),
            ),
            "panellist": (("何文静", "he.wenjing", "zh-hans"), ("高远", "gao.yuan", "zh-hans")),
            "observer": (("馬思齊", "ma.szechai", "zh-hant"),),
        },
        newcomer=("许静怡", "xu.jingyi", "zh-hans"), leaver=("胡文彬", "hu.wenbin", "zh-hans"),
        place="三楼会议室 14:00 可视频参加", language="zh-hans",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Company:
    """An organization with the person who speaks for it, and what happens to its file.

    Attributes:
        scheme: Place in the editions of its body.
        story: Name of a function of :mod:`sealmark_platform.demonstration.stories`.
        days_ago: When the application was begun.
        is_face: The client is offered for one click.
    """

    name: str
    country: str
    city: str
    language: str
    sector: str
    employees: int
    sites: int
    client: str
    address: str
    body: int
    scheme: int
    story: str
    days_ago: int
    is_face: bool = False


def _companies() -> tuple[Company, ...]:
    text = resources.files("sealmark_platform.demonstration").joinpath("companies.csv").read_text(encoding="utf-8")
    numbers = {"employees", "sites", "body", "scheme", "days_ago"}
    found = []
    for row in csv.DictReader(text.splitlines()):
        cells: dict[str, Any] = {name: int(cell) if name in numbers else cell for name, cell in row.items()}
        found.append(Company(**{**cells, "is_face": cells["is_face"] == "yes"}))
    return tuple(found)


ORGANIZATIONS = _companies()

SITES: Mapping[str, tuple[str, ...]] = {
    "en": ("Head office", "High Street", "Station Road", "Market Square", "Riverside", "North Park", "Old Town"),
    "ru": ("Главный офис", "Центр", "Вокзальная", "Речная", "Северная", "Старый город", "Университетская"),
    "zh-hans": ("总部", "中心店", "车站店", "河滨店", "城北店", "老城店", "大学店"),
    "zh-hant": ("總部", "中心店", "車站店", "河濱店", "城北店", "老城店", "大學店"),
}
"""Names of places; the first one is the central function."""
