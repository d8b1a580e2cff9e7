"""Build the whole report in words: what HTML and PDF then show alike."""

from __future__ import annotations

from collections.abc import Mapping

from sealmark.core.errors import Problem, SealmarkError
from sealmark.reports.blocks import Meta, Page, Section
from sealmark.reports.explanation import contributions_section, groups_section, tree_section
from sealmark.reports.measurements import measures_section
from sealmark.reports.particulars import (
    adjustments_section,
    gates_section,
    imports_section,
    keeping_section,
    limitations_section,
    missing_section,
    notice_section,
    reproduce_section,
    sampling_section,
)
from sealmark.reports.reading import read_evaluation
from sealmark.reports.result import cards, chances_section, score_section
from sealmark.reports.risk import risk_section
from sealmark.reports.upward import next_section
from sealmark.reports.voice import Voice
from sealmark.scheme.edition import Edition

__all__ = ["build_page"]


def build_page(document: Mapping[str, object], edition: Edition, language: str) -> Page:
    """Return the report of an evaluation in words.

    Args:
        document: The content of evaluation.json.
        edition: The edition it was made under, for its wording.
        language: en, ru, zh-Hans or zh-Hant; the page as a whole falls back to another
            language where the pack's wording is incomplete in this one.

    Raises:
        SealmarkError: SM610 the document does not fit, SM612 unknown language, SM614 another edition.
    """
    voice = Voice(read_evaluation(document), edition, language)
    evaluation = voice.evaluation
    if evaluation.scheme.id != edition.id:
        what = f'The evaluation is under "{evaluation.scheme.id}", the wording given is of "{edition.id}".'
        raise SealmarkError(Problem("SM614", what, "scheme.id", "Load the edition that the evaluation names."))
    return Page(
        language=voice.language,
        title=voice.say("page.title", organization=evaluation.organization.name, scheme=voice.scheme),
        organization=evaluation.organization.name,
        scheme=voice.scheme,
        kind=voice.say("page.kind"),
        date=evaluation.as_of.isoformat(),
        banners=banners(voice),
        fallback=_fallback(voice),
        meta=_meta(voice),
        cards=cards(voice),
        sections=_sections(voice),
        labels=_labels(voice),
    )


def banners(voice: Voice) -> tuple[str, ...]:
    """Return what every page must say about what the result is not."""
    evaluation = voice.evaluation
    practice = evaluation.overlay if evaluation.overlay and evaluation.overlay.kind == "practice" else None
    label = evaluation.label if evaluation.label in {"self-assessment", "rehearsal", "example"} else ""
    if evaluation.made_up and label == "example":
        label = ""
    texts = [
        voice.say("banner.made-up") if evaluation.made_up else "",
        voice.say(f"banner.{label}") if label else "",
        voice.say("banner.practice-overlay", overlay=practice.id) if practice else "",
    ]
    return tuple(text for text in texts if text)


def _fallback(voice: Voice) -> str:
    if voice.language == voice.asked:
        return ""
    return voice.say("page.fallback", asked=voice.say(f"language.{voice.asked}"))


def _meta(voice: Voice) -> tuple[Meta, ...]:
    evaluation, organization = voice.evaluation, voice.evaluation.organization
    period = voice.span(voice.date(evaluation.period.start), voice.date(evaluation.period.end))
    employees = voice.say("page.unknown") if organization.employees is None else voice.whole(organization.employees)
    size = voice.name("labels", evaluation.size) if evaluation.size else ""
    entries = [
        ("organization.scheme", evaluation.scheme.id),
        ("organization.as_of", voice.date(evaluation.as_of)),
        ("organization.period", period),
        ("organization.id", organization.id),
        ("organization.employees", employees),
        ("organization.size", size),
        ("organization.sector", voice.name("labels", organization.sector) if organization.sector else ""),
        ("organization.modules", voice.plain_list(voice.name("labels", name) for name in organization.modules)),
    ]
    return tuple(Meta(voice.say(key), value) for key, value in entries if value)


def _sections(voice: Voice) -> tuple[Section, ...]:
    sections = (
        score_section(voice),
        chances_section(voice),
        risk_section(voice),
        next_section(voice),
        keeping_section(voice),
        groups_section(voice),
        tree_section(voice),
        contributions_section(voice),
        measures_section(voice),
        gates_section(voice),
        adjustments_section(voice),
        missing_section(voice),
        limitations_section(voice),
        sampling_section(voice),
        imports_section(voice),
        reproduce_section(voice),
        notice_section(voice),
    )
    return tuple(section for section in sections if section is not None)


def _labels(voice: Voice) -> dict[str, str]:
    keys = {
        "skip": "page.skip",
        "contents": "page.contents",
        "result": "result.heading",
        "missing": "result.missing",
        "data": "chart.data",
        "requires": "tree.requires",
        "evidence": "tree.evidence",
        "reasons": "tree.reasons",
        "sources": "tree.source",
        "organization": "organization.heading",
        "colon": "page.colon",
    }
    return {name: voice.say(key) for name, key in keys.items()} | {
        "page": voice.phrases.say("page.number", page="{page}", total="{total}")
    }
