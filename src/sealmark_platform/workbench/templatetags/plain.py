"""Filters that every template may use: words of the table of acts and of packs in the reader's language."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.numbers import format_percent
from django import template
from django.urls import get_script_prefix, reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sealmark.certify import Act, EvaluationStatus
from sealmark.core.errors import Problem
from sealmark_platform.casework import phrases
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import loaded, word_of
from sealmark_platform.language import reader_tag
from sealmark_platform.workbench.problems import Told, told_problem

register = template.Library()

_AHEAD = frozenset({
    "application.submit", "application.accept", "application.offer-agreement", "application.sign-agreement",
    "evaluation.open", "evaluation.assign", "evaluation.draw-sites", "evaluation.settle-plan", "evaluation.start",
    "evaluation.add-evidence", "evaluation.record-result", "evaluation.recommend", "evaluation.review",
    "evaluation.vote", "evaluation.decide", "finding.answer", "finding.accept", "finding.verify",
    "finding.confirm-effect", "objection.name-panellist", "objection.admit", "objection.investigate",
    "objection.decide", "objection.close",
})  # fmt: skip
_BESIDES = frozenset({"evaluation.step-aside", "objection.file"})
_STEPS = tuple(status.value for status in EvaluationStatus if status is not EvaluationStatus.CANCELLED)


@register.filter
def act_name(act: Any) -> str:
    """Return what an act is called."""
    name = getattr(act, "id", act)
    return str(phrases.ACTS.get(name, name))


@functools.lru_cache(maxsize=20_000)
def _address(_prefix: str, name: str, *parts: object) -> str:
    return reverse(name, args=parts)


@register.filter
def address(part: object, name: str) -> str:
    """Return the address of the page of a name for something, as ``url`` does; working it out is done once."""
    return _address(get_script_prefix(), name, part)


@register.filter
def act_address(subject: object, act: str) -> str:
    """Return the address at which an act is done to a subject."""
    return _address(get_script_prefix(), "act", act, subject)


@register.filter
def in_order(acts: Iterable[Act]) -> list[tuple[Act, bool]]:
    """Return acts with what leads the subject on in front, and whether each of them is the one to be seen first."""
    found = sorted(acts, key=_place)
    names = {act.id for act in found}
    # Replacing somebody of a settled team is no step ahead.
    ahead = _AHEAD if "evaluation.settle-plan" in names else _AHEAD - {"evaluation.assign"}
    first = next((act for act in found if act.id in ahead and not act.is_final), None)
    return [(act, act is first) for act in found]


def _place(act: Act) -> int:
    return 2 if act.id in _BESIDES else int(act.id not in _AHEAD)


@register.filter
def status_name(status: str) -> str:
    """Return what a status is called."""
    return str(phrases.STATUSES.get(status, status))


@register.filter
def outcome_name(outcome: str) -> str:
    """Return what an outcome is called."""
    return str(phrases.OUTCOMES.get(outcome, outcome))


@register.filter
def kind_name(kind: str) -> str:
    """Return what a kind of evaluation or objection is called."""
    return str(phrases.KINDS.get(kind, kind))


@register.filter
def unit_name(unit: str) -> str:
    """Return what the unit of a figure is called."""
    return str(phrases.UNITS.get(unit, unit))


@register.filter
def percent(share: str | float | None) -> str:
    """Return a share as a rounded percentage, written as in the reader's language; a dash for unknown."""
    if share in {None, ""}:
        return "\N{EN DASH}"
    return str(format_percent(Decimal(str(share)), locale=reader_tag().replace("-", "_")))


@register.filter
def country_name(code: str) -> str:
    """Return the name of a country in the reader's language; the code where there is none."""
    return str(Locale.parse(reader_tag(), sep="-").territories.get(code, code))


@functools.lru_cache(maxsize=10_000)
def _day(_language: str | None, day: dt.date, form: str) -> str:
    return date_format(day, form)


@register.filter(expects_localtime=True)
def day(when: dt.date, form: str = "DATE_FORMAT") -> str:
    """Return a day in the reader's habit, as ``date`` does; writing it is done once."""
    return _day(get_language(), when.date() if isinstance(when, dt.datetime) else when, form)


@register.filter
def until_day(when: dt.date) -> str:
    """Return until when something is to be done."""
    return _("until %(day)s") % {"day": day(when)}


@register.filter
def written_day(day: str) -> str:
    """Return a day that is kept as text (2026-03-03) in the reader's habit; the text itself if it is no day."""
    try:
        return date_format(dt.date.fromisoformat(day))
    except ValueError:
        return day


@register.filter
def scheme_name(adopted: AdoptedEdition) -> str:
    """Return what the scheme calls itself, short where it has a short name."""
    return scheme_title(adopted.edition)


@register.filter
def scheme_title(edition: str) -> str:
    """Return what the scheme of an edition calls itself, short where it has a short name."""
    wording = loaded(edition).wording
    words = wording.get(reader_tag()) or wording["en"]  # type: ignore[call-overload]
    return str(words.short_title or words.title)


@register.filter
def label_word(name: str, adopted: AdoptedEdition) -> str:
    """Return the pack's word for a class of findings or a trigger."""
    word = word_of(loaded(adopted.edition), reader_tag(), "labels", name)
    return str(phrases.CLASSES.get(name, word)) if word == name else word


@register.filter
def grade_word(label: str, adopted: AdoptedEdition) -> str:
    """Return grades in the pack's words."""
    return grade_words(loaded(adopted.edition), reader_tag(), label)


@register.filter
def requirement_word(name: str, adopted: AdoptedEdition) -> str:
    """Return the title of a requirement."""
    return word_of(loaded(adopted.edition), reader_tag(), "nodes", name)


@register.filter
def document_word(kind: str, adopted: AdoptedEdition) -> str:
    """Return the pack's word for a kind of document."""
    return word_of(loaded(adopted.edition), reader_tag(), "documents", kind)


@register.filter
def told(problem: Problem, adopted: AdoptedEdition | None = None) -> Told:
    """Return a problem of the library as a sentence for the reader."""
    return told_problem(problem, None if adopted is None or not adopted else loaded(adopted.edition))


@register.filter
def steps(status: str) -> list[Mapping[str, str]]:
    """Return the way of an evaluation with what is done, what is now and what is to come; nothing if cancelled."""
    if status not in _STEPS:
        return []
    now = _STEPS.index(status)
    places = ["done"] * now + ["now"] + ["to-come"] * (len(_STEPS) - now - 1)
    return [{"name": status_name(name), "place": place} for name, place in zip(_STEPS, places, strict=True)]
