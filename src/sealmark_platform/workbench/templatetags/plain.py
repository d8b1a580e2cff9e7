"""Filters that every template may use: words of the table of acts in the reader's language."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.formats import number_format

from sealmark_platform.casework import phrases

register = template.Library()


@register.filter
def act_name(act: Any) -> str:
    """Return what an act is called."""
    name = getattr(act, "id", act)
    return str(phrases.ACTS.get(name, name))


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
    return f"{number_format(float(share) * 100, decimal_pos=0)} %"
