"""Who takes part in the demonstration: bodies, their people, organizations. All of them are made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["BODIES", "ORGANIZATIONS", "SITES", "BodyRole", "Company"]


@dataclass(frozen=True)
class BodyRole:
    """A certification body.

    Attributes:
        people: Name, first part of the address and language by function; the first of each is offered for one click.
    """

    code: str
    name: str
    country: str
    votes_needed: int
    editions: tuple[str, ...]
    people: Mapping[str, tuple[tuple[str, str, str], ...]]


BODIES = (
    BodyRole(
        "lin", "Lindenholt Certification", "GB", 1, ("sealmark-charter/2026", "servicemark-style/2019", "cse-style/2008"),
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
    en, ru, hans, hant = "en", "ru", "zh-hans", "zh-hant"
    return (
        Company("Alder & Finch Energy", "GB", "Leeds", en, "energy", 420, 6, "Joanna Reid", "joanna.reid", 0, 0, "recertified", 1255),
        Company("Brookmere Building Society", "GB", "Halifax", en, "finance", 310, 9, "Peter Lund", "peter.lund", 0, 1, "maintained", 810),
        Company("Castlefield Libraries", "GB", "Castlefield", en, "public", 85, 4, "Susan Pryce", "susan.pryce", 0, 2, "maintained_after_findings", 770),
        Company("Dunlin Rail", "IE", "Cork", en, "transport", 960, 12, "Niamh Byrne", "niamh.byrne", 0, 0, "suspended", 625),
        Company("Эхо Связь", "KZ", "Алматы", ru, "telecoms", 540, 8, "Айгуль Сарсенова", "aigul.sarsenova", 0, 0, "findings_open", 112, is_face=True),
        Company("Fernbank Housing", "GB", "Bristol", en, "housing", 190, 5, "Helen Marsh", "helen.marsh", 0, 1, "granted_with_conditions", 190),
        Company("Gannet Travel Help Desk", "MT", "Sliema", en, "travel", 130, 2, "Carmen Vella", "carmen.vella", 0, 0, "refused_appeal_decided", 335),
        Company("Harrow & Pike Insurance", "GB", "Norwich", en, "finance", 700, 7, "Alan Brett", "alan.brett", 0, 0, "reviewed", 88),
        Company("Ислочь Водоканал", "BY", "Минск", ru, "utilities", 260, 5, "Ольга Климович", "olga.klimovich", 0, 2, "withdrawn_certificate", 905),
        Company("Juniper Health Clinics", "GB", "York", en, "health", 340, 11, "Mei Thompson", "mei.thompson", 0, 0, "surveillance_late", 485),
        Company("Kestrel Parcel", "NL", "Utrecht", en, "logistics", 820, 10, "Joost de Wit", "joost.dewit", 0, 1, "planning", 52),
        Company("Lumen Optics", "DE", "Jena", en, "retail", 95, 6, "Katrin Vogel", "katrin.vogel", 0, 0, "restored", 565),
        Company("Книжный дом «Парус»", "RS", "Нови-Сад", ru, "retail", 74, 3, "Никола Петрович", "nikola.petrovic", 0, 2, "recommended", 78),
        Company("Northgate Council Contact Centre", "GB", "Northgate", en, "public", 140, 1, "Imran Sheikh", "imran.sheikh", 0, 2, "asked", 27),
        Company("Orchard Veterinary Group", "GB", "Hereford", en, "health", 60, 4, "Fiona Gale", "fiona.gale", 0, 0, "draft", 4),
        Company("Pembroke Hotels", "GB", "Tenby", en, "hospitality", 230, 5, "Rhys Morgan", "rhys.morgan", 0, 1, "offered", 30, is_face=True),
        Company("Quayside Leisure", "GB", "Hull", en, "leisure", 45, 2, "Dawn Ellis", "dawn.ellis", 0, 2, "refused_application", 245),
        Company("Ромашка Сервис", "AM", "Ереван", ru, "repairs", 55, 3, "Арам Григорян", "aram.grigoryan", 0, 0, "submitted", 8),
        Company("Saltmarsh Ferries", "GB", "Harwich", en, "transport", 120, 2, "Colin Reeve", "colin.reeve", 0, 1, "withdrawn_application", 315),
        Company("Thornbury Water", "GB", "Thornbury", en, "utilities", 510, 6, "Grace Okoro", "grace.okoro", 0, 0, "gathering", 66),
        Company("Underhill Schools Trust", "GB", "Derby", en, "education", 390, 8, "Martin Shaw", "martin.shaw", 0, 2, "refused_appeal_received", 92),
        Company("Verity Savings", "PT", "Porto", en, "finance", 280, 7, "Inês Duarte", "ines.duarte", 0, 0, "complaint_investigated", 330),
        Company("晨曦家电", "CN", "苏州", hans, "appliances", 1650, 16, "徐晓东", "xu.xiaodong", 1, 0, "upgraded", 735, is_face=True),
        Company("蓝桥电梯服务", "CN", "杭州", hans, "lifts", 640, 9, "沈佳", "shen.jia", 1, 0, "maintained", 815),
        Company("青禾农机", "CN", "郑州", hans, "machinery", 480, 12, "韩冬", "han.dong", 1, 0, "suspended_then_withdrawn", 955),
        Company("海岸電訊", "HK", "香港", hant, "telecoms", 320, 1, "梁嘉欣", "leung.kayan", 1, 1, "renewed_yearly", 905),
        Company("維景銀行客戶中心", "HK", "香港", hant, "finance", 210, 1, "鄧偉文", "tang.waiman", 1, 1, "expired", 565),
        Company("紫藤航空客服", "MO", "澳門", hant, "travel", 150, 1, "何詠詩", "ho.wingsze", 1, 1, "certified", 160),
        Company("东岭汽车", "CN", "长春", hans, "cars", 2300, 20, "崔明", "cui.ming", 1, 0, "voting", 84),
        Company("松鹤医疗设备", "CN", "南京", hans, "health", 410, 6, "潘雪", "pan.xue", 1, 0, "deferred", 108),
        Company("云栖客栈", "CN", "大理", hans, "hospitality", 90, 5, "杨帆", "yang.fan", 1, 2, "sent_back", 104),
        Company("Sino-Nordic Machines", "SG", "Singapore", en, "machinery", 370, 4, "Wei Lin Tan", "weilin.tan", 1, 2, "scope_extended", 340),
        Company("南岭空调", "CN", "广州", hans, "appliances", 1200, 14, "邓丽", "deng.li", 1, 0, "planned", 47),
        Company("九曲巴士服務", "HK", "香港", hant, "transport", 880, 3, "羅文傑", "lo.mankit", 1, 1, "agreed", 42),
        Company("望湖家具", "CN", "合肥", hans, "furniture", 260, 7, "冯军", "feng.jun", 1, 0, "accepted", 24),
        Company("Harbour Light Logistics", "HK", "Hong Kong", en, "logistics", 300, 2, "Grace Yip", "grace.yip", 1, 1, "cancelled", 205),
        Company("金穗保险服务", "CN", "济南", hans, "finance", 760, 10, "曹颖", "cao.ying", 1, 2, "answered_asked", 38),
        Company("太行机电", "CN", "太原", hans, "machinery", 530, 6, "任强", "ren.qiang", 1, 0, "refused_appeal_rejected", 305),
        Company("晴空物流", "TW", "臺中", hant, "logistics", 110, 2, "蔡宜君", "tsai.yichun", 1, 1, "draft", 2),
        Company("Амур Сервис", "KG", "Бишкек", ru, "repairs", 85, 4, "Азамат Токтоев", "azamat.toktoev", 1, 2, "refused_appeal_upheld", 265),
    )  # fmt: skip


ORGANIZATIONS = _companies()

SITES: Mapping[str, tuple[str, ...]] = {
    "en": ("Head office", "High Street", "Station Road", "Market Square", "Riverside", "North Park", "Old Town"),
    "ru": ("Главный офис", "Центр", "Вокзальная", "Речная", "Северная", "Старый город", "Университетская"),
    "zh-hans": ("总部", "中心店", "车站店", "河滨店", "城北店", "老城店", "大学店"),
    "zh-hant": ("總部", "中心店", "車站店", "河濱店", "城北店", "老城店", "大學店"),
}
"""Names of places; the first one is the central function."""
