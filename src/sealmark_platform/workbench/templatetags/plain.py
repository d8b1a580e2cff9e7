"""Filters that every template may use: words of the table of acts and of packs in the reader's language."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

from babel import Locale
from django import template
from django.urls import get_script_prefix, reverse
from django.utils.formats import date_format, number_format

from sealmark.certify import EvaluationStatus
from sealmark.core.errors import Problem
from sealmark_platform.casework import phrases
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import loaded, word_of
from sealmark_platform.language import reader_tag
from sealmark_platform.workbench.problems import Told, told_problem

register = template.Library()

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
def percent(share: str | float | None) -> str:
    """Return a share as a percentage with the reader's decimal sign; nothing for unknown."""
    if share in {None, ""}:
        return "\N{EN DASH}"
    return f"{number_format(float(share) * 100, decimal_pos=0)}\N{NO-BREAK SPACE}%"


@register.filter
def country_name(code: str) -> str:
    """Return the name of a country in the reader's language; the code where there is none."""
    return str(Locale.parse(reader_tag(), sep="-").territories.get(code, code))


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
    wording = loaded(adopted.edition).wording
    words = wording.get(reader_tag()) or wording["en"]  # type: ignore[call-overload]
    return str(words.short_title or words.title)


@register.filter
def label_word(name: str, adopted: AdoptedEdition) -> str:
    """Return the pack's word for a class of findings or a trigger."""
    word = word_of(loaded(adopted.edition), reader_tag(), "labels", name)
    return str(phrases.CLASSES.get(name, word)) if word == name else word


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
