# ruff: noqa: RUF001 - names in four scripts
"""One made-up edition with every kind of rule and gate, its wording in four languages, and documents judged by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.library.builders import DAY, book_of, edition_of

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Document, Draw, Evidence, ImprovementAction, Mark, Measured, PersonCertificate
from sealmark.assess.findings import Reason
from sealmark.assess.improvement import way_up
from sealmark.assess.probability import grade_probabilities
from sealmark.core.estimates import Estimate
from sealmark.evaluation.document import Concluded, build_document
from sealmark.scheme.edition import Declarations, Edition, Overlay
from sealmark.scheme.wording import LANGUAGES, Wording

TREE = [
    {
        "id": "whole", "roll_up": "sum-of-points", "children": [
            {"id": "voice", "clause": "1", "roll_up": "sum-of-points", "children": ["index", "answers", "plan"]},
            {"id": "work", "clause": "2", "roll_up": "sum-of-points",
             "children": ["greeting", "staff", "papers", "seminar", "exports"]},
        ],
    },
    {"id": "matrix", "roll_up": "mean", "children": ["process", "review"]},
]  # fmt: skip

REQUIREMENTS: dict[str, Any] = {
    "index": {"points": 30, "clause": "1.1", "evidence": [
        {"measure": "customer-index", "counts": "lower-limit",
         "scores": {"curve": [[60, 0], [85, 1]]}}]},
    "answers": {"points": 10, "evidence": [
        {"measure": "in-time", "sites": "mean", "scores": {"at_least": Decimal("0.8")}}]},
    "plan": {"points": 10, "evidence": [{"actions": "done", "scores": {"at_least": Decimal("0.75")}}]},
    "greeting": {"points": 20, "evidence": [{"sample": "met", "of": "contacts"}]},
    "staff": {"points": 10, "evidence": [{"persons": "trained", "per": "managers",
                                          "scores": {"at_least": {"parameter": "staff-share"}}}]},
    "papers": {"points": 10, "evidence": [{"document": "policy", "no_older_than_months": 12}]},
    "seminar": {"points": 10, "evidence": [{"fact": "seminar", "scores": {"table": {"yes": 1, "no": 0}}}]},
    "exports": {"points": 10, "applies": {"sectors": ["trade"]}, "evidence": [{"judgement": "bands"}]},
    "process": {"evidence": [{"judgement": "bands", "marks": ["intent", "practice"]}]},
    "review": {"evidence": [{"judgement": "bands", "marks": ["intent", "practice"]}]},
}  # fmt: skip

GRADING: dict[str, Any] = {
    "source": "own",
    "scores": [
        {"id": "points", "node": "whole", "adjustments": ["incident"], "decimals": 1},
        {"id": "maturity", "node": "matrix", "decimals": 0},
    ],
    "adjustments": [{"id": "incident", "count": "incidents", "each": -2}],
    "gates": [
        {"id": "few-incidents", "adjustment": "incident", "at_most": 3},
        {"id": "voice-half", "nodes": ["voice"], "at_least": Decimal("0.5")},
        {"id": "few-failures", "count": ["does-not-conform"], "below": "whole", "at_most": 1},
        {"id": "most-met", "count": ["conforms"], "below": "whole", "at_least": Decimal("0.5"), "as_share": True},
        {"id": "lawful", "evidence": {"fact": "lawful", "scores": {"table": {"yes": 1, "no": 0}}}},
        {"id": "starred", "ladder": "stars", "at_least": "two-stars"},
        {"id": "mature", "score": "maturity", "at_least": 40},
    ],
    "waivable": ["lawful"],
    "ladders": [
        {"id": "stars", "score": "points", "below": "no-star", "gates": ["few-incidents", "lawful"], "grades": [
            {"id": "one-star", "at_least": 50}, {"id": "two-stars", "at_least": 70, "gates": ["voice-half"]},
            {"id": "three-stars", "at_least": 90, "gates": ["few-failures", "most-met"]}]},
        {"id": "levels", "below": "no-level", "grades": [
            {"id": "level-one", "gates": ["mature"]}, {"id": "level-two", "gates": ["starred"]}]},
    ],
}  # fmt: skip

MEASURES: dict[str, Any] = {
    "customer-index": {"instrument": "customers", "unit": "points", "decimals": 1},
    "in-time": {"formula": "duration-mean", "unit": "share", "decimals": 3},
    "first-reply": {"formula": "duration-mean", "unit": "hours", "better": "lower"},
}

TITLES: dict[str, tuple[str, str, str, str]] = {
    "whole": ("Service as a whole", "Обслуживание в целом", "整体服务", "整體服務"),
    "voice": ("Customers' voice", "Голос клиентов", "顾客之声", "顧客之聲"),
    "work": ("Daily work", "Повседневная работа", "日常工作", "日常工作"),
    "matrix": ("Maturity", "Зрелость", "成熟度", "成熟度"),
    "index": ("Customer index", "Индекс клиентов", "顾客指数", "顧客指數"),
    "answers": ("Answers in time", "Ответы вовремя", "按时答复", "按時答覆"),
    "plan": ("Improvement plan", "План улучшений", "改进计划", "改善計劃"),
    "greeting": ("Greeting", "Приветствие", "问候", "問候"),
    "staff": ("Trained staff", "Обученный персонал", "受训人员", "受訓人員"),
    "papers": ("Service policy", "Политика обслуживания", "服务方针", "服務方針"),
    "seminar": ("Customer seminar", "Семинар клиентов", "顾客座谈会", "顧客座談會"),
    "exports": ("Exports", "Экспорт", "出口", "出口"),
    "process": ("Process", "Процесс", "流程", "流程"),
    "review": ("Review", "Пересмотр", "评审", "評審"),
}
NAMES: dict[str, tuple[str, ...]] = {
    "scales": (),
    "marks": ("intent", "practice"),
    "measures": ("customer-index", "in-time", "first-reply"),
    "parameters": ("staff-share",),
    "facts": ("managers", "seminar", "incidents", "lawful"),
    "documents": ("policy",),
    "credentials": ("trained",),
    "scores": ("points", "maturity"),
    "adjustments": ("incident",),
    "gates": ("few-incidents", "voice-half", "few-failures", "most-met", "lawful", "starred", "mature"),
    "ladders": ("stars", "levels"),
    "grades": ("one-star", "two-stars", "three-stars", "no-star", "level-one", "level-two", "no-level"),
    "labels": ("trade", "small"),
}
MARKS = ("", "Имя ", "名称", "名稱")
"""Put before a name so that the language of every name can be told."""


def _named(mark: str, name: str) -> str:
    """Return a name: words in English, a mark of the language and the first letters elsewhere."""
    return f"{mark}{name[:9]}" if mark else name.replace("-", " ").capitalize()


def wording(number: int) -> Wording:
    """Return the made-up wording of one language."""
    mark = MARKS[number]
    named = {
        section: {name: _named(mark, name) for name in names} for section, names in NAMES.items() if section != "scales"
    }
    return Wording.model_validate({
        "language": LANGUAGES[number],
        "title": ("Test standard", "Пробный стандарт", "测试标准", "測試標準")[number],
        "summary": "-",
        "notice": ("All marks are made up.", "Все знаки придуманы.", "所有标志均为虚构。", "所有標誌均屬虛構。")[number],
        "nodes": {name: {"title": titles[number], "text": f"{titles[number]}."} for name, titles in TITLES.items()},
        "scales": {"bands": {"non": mark + "None", "partial": mark + "Some", "compliant": mark + "Full", "plus": mark + "Plus"}},
        **named,
    })  # fmt: skip


def sample_edition(languages: tuple[str, ...] = LANGUAGES) -> Edition:
    """Return the edition with its wording in the languages given."""
    edition = edition_of(
        REQUIREMENTS, TREE, GRADING, parameters={"staff-share": None}, sizes={"small": 0}, sectors=["trade"],
        measures=MEASURES, instruments={"customers": {"smallest_cell": 10}},
        overlays={"practice": Overlay(overlay="practice", for_edition="test/1", kind="practice", supplied_by="-",
                                      values={"staff-share": Decimal("0.1")})},
    )  # fmt: skip
    declared = Declarations.model_validate({
        "facts": {"managers": {"type": "number"}, "seminar": {"type": "boolean"}, "incidents": {"type": "number"},
                  "lawful": {"type": "boolean"}},
        "documents": ["policy"], "credentials": ["trained"],
    })  # fmt: skip
    worded = {language: wording(number) for number, language in enumerate(LANGUAGES) if language in languages}
    return replace(edition, declarations=declared, wording=worded)


def sample_evidence(**changes: Any) -> Evidence:
    """Return evidence that reaches two stars; ``changes`` replace whole parts of it."""
    index = Estimate(Decimal("84.25"), Decimal("82.5"), Decimal(86), 412, Decimal("0.9"), Decimal(411))
    in_time = Estimate(Decimal("0.9412"), Decimal("0.93"), Decimal("0.95"), 900)
    places = {f"site-{number}": Estimate(Decimal(f"8{number}"), base=40) for number in range(1, 4)}
    shares = {f"site-{number}": Estimate(Decimal("0.9"), base=300) for number in range(1, 4)}
    two = [("intent", "compliant"), ("practice", "partial")]
    parts: dict[str, Any] = {
        "as_of": DAY,
        "employees": 40,
        "sector": "service",
        "sites": tuple(places),
        "facts": {"managers": Decimal(20), "seminar": True, "incidents": Decimal(1), "lawful": True},
        "documents": {"policy": Document(dt.date(2024, 1, 31), pointer="documents.csv, row 2")},
        "persons": (PersonCertificate("trained", dt.date(2025, 3, 1), number=4),),
        "actions": (ImprovementAction(dt.date(2026, 3, 1), "done", 8), ImprovementAction(dt.date(2026, 4, 1), "planned", 2)),
        "measures": {
            "customer-index": Measured(index, places, "surveys/customers.csv"),
            "in-time": Measured(in_time, shares, "records/tickets.csv"),
            "first-reply": Measured(Estimate(Decimal("3.25"), Decimal(3), Decimal("3.5"), 900)),
        },
        "judgements": {
            "greeting": tuple(Mark("no" if number == 7 else "yes", site="site-1", pointer=f"judgements.csv, row {number}")
                              for number in range(1, 9)),
            "process": tuple(Mark(mark, dimension=dimension) for dimension, mark in two),
            "review": tuple(Mark(mark, dimension=dimension) for dimension, mark in two),
        },
    }  # fmt: skip
    return Evidence(**{**parts, **changes})


def sample_document(
    edition: Edition | None = None, evidence: Evidence | None = None, *, overlay: bool = True, **header: Any
) -> dict[str, Any]:
    """Return the evaluation document of the evidence, as the library builds it."""
    edition = edition or sample_edition()
    evidence = evidence or sample_evidence()
    book = book_of(edition, evidence.employees, **({"staff-share": Decimal("0.1")} if overlay else {}))
    assessment = assess(evidence, book)
    draws = [Draw({("customer-index", None): Decimal(value)}) for value in range(70, 96)]
    chances = grade_probabilities(assessment, evidence, book, draws) if "customer-index" in evidence.measures else None
    ways = {ladder.id: way_up(ladder, assessment, evidence, book) for ladder in edition.grading.ladders}
    limits = (Reason("sampled-sites", "sites", {"visited": 1, "sites": 3}),)
    head = _header(edition, evidence, overlay=overlay) | {"draws": 26 if chances else 0} | header
    return dict(build_document(head, Concluded(assessment, evidence, book, chances, ways, limits)))


def _header(edition: Edition, evidence: Evidence, *, overlay: bool) -> Mapping[str, Any]:
    practice = {
        "id": "practice",
        "kind": "practice",
        "supplied_by": "-",
        "digest": "sha256:02",
        "values": {"staff-share": "0.1"},
    }
    return {
        "engine": {"name": "sealmark", "version": "0.1"},
        "scheme": {"id": edition.id, "digest": "sha256:01"},
        "overlay": practice if overlay else None,
        "label": "self-assessment",
        "made_up": True,
        "organization": {"name": "Ada & Söhne", "employees": evidence.employees, "sector": evidence.sector, "modules": []},
        "as_of": evidence.as_of,
        "period": {"start": dt.date(2026, 1, 1), "end": dt.date(2026, 6, 30)},
        "seed": 1,
        "sites": {"listed": 3, "visited": 1},
        "inputs": [{"path": "case.yaml", "role": "case", "digest": "sha256:03"}],
        "imports": [{"path": "records/tickets.csv", "reconciliation": {"rows_in": 1204, "rows_used": 1190, "set_aside": [
            {"kind": "duplicate", "reason": "exact copy of an earlier row", "rows": 12},
            {"kind": "condition", "reason": "test ticket", "rows": 2}]}}],
    }  # fmt: skip
