"""Which pages of the desk are somebody's: the row of links above today's list, the calendar and its neighbours."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from babel import Locale
from django import template

from sealmark_platform.casework.queries.desks import CLIENT, parts_of
from sealmark_platform.language import reader_tag
from sealmark_platform.parties.models import Person

register = template.Library()

_PAGES = (
    ("planner", {"coordinator", "administrator"}),
    ("meeting", {"decider", "coordinator", "administrator", "observer"}),
    ("outside-complaints", {"coordinator", "administrator", "observer"}),
    ("withholdings", {"coordinator", "decider", "administrator", "observer"}),
    ("self-assessments", {CLIENT}),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the row shows.

    Attributes:
        pages: Names of the pages that are the reader's.
        coordinates: Bodies whose coordinator they are.
    """

    pages: frozenset[str]
    coordinates: frozenset[uuid.UUID]


@register.simple_tag(takes_context=True)
def desk_of_reader(context: template.Context) -> Desk:
    """Return the desk of the reader."""
    person = context["request"].user
    held = parts_of(person) if isinstance(person, Person) else set()
    functions = {function for _body, function in held}
    pages = frozenset(name for name, wanted in _PAGES if functions & wanted)
    return Desk(pages, frozenset(body for body, function in held if function == "coordinator"))


@register.filter
def language_name(tag: str) -> str:
    """Return what a language is called in the reader's."""
    return str(Locale.parse(tag, sep="-").get_display_name(reader_tag().replace("-", "_")))
