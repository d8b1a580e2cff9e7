"""Templates that are rendered once and then only filled: the words stay the template's, only the values change.

Rendering a page through all its tags costs many times what putting the values in takes.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from sealmark_platform.language import reader

__all__ = ["Here", "Mould", "here", "page", "written"]

_MARKED = re.compile("\ue000(.+?)\ue001")
_PATH = "path"
_SHAPELESS: Mapping[str, Hashable] = MappingProxyType({})


class Here(NamedTuple):
    """What a template says that depends on neither its values nor its shape; asked once for a page.

    Attributes:
        language: That is spoken now.
        prefix: Before every address.
        is_demo: The foot of every page says so.
    """

    language: str
    prefix: str
    is_demo: bool


def here() -> Here:
    """Return what holds for the running request."""
    return Here(get_language() or "en", get_script_prefix(), settings.DEMO)


@dataclass(frozen=True, slots=True)
class _Match:
    url_name: str


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Stands for the request of somebody who is not signed in, whatever page they ask for."""

    LANGUAGE_CODE: str
    resolver_match: _Match
    get_full_path: str


class Mould:
    """A template with places for values.

    Args:
        template: Its name.
        places: Names of the values in the template's context; ``page.number`` is ``number`` of ``page``. A filter
            in the template would see the name of the place, not the value.
    """

    def __init__(self, template: str, *places: str) -> None:
        self.template, self._places = template, places
        self._made: dict[tuple[object, ...], list[str]] = {}

    def fill(
        self, at: Here, values: Mapping[str, object], *, shape: Mapping[str, Hashable] = _SHAPELESS, name: str = ""
    ) -> SafeString:
        """Return the template with the values in their places, escaped unless they are marked as safe.

        Args:
            at: What :func:`here` returns.
            values: By place.
            shape: What the template decides by. There is one rendering for each, so it must be of few kinds.
            name: Of the address of the page.
        """
        key = (at, name, *shape.items())
        pieces = (self._made.get(key) or self._make(key, name, shape)).copy()
        for place in range(1, len(pieces), 2):
            value = values[pieces[place]]
            pieces[place] = value if type(value) is SafeString else html.escape(str(value))
        return mark_safe("".join(pieces))  # noqa: S308 - every value was escaped

    def _make(self, key: tuple[object, ...], name: str, shape: Mapping[str, Hashable]) -> list[str]:
        visitor: Any = _Visitor(get_language() or "en", _Match(name), _mark(_PATH))
        marked = {place: _mark(place) for place in self._places}
        context = {**reader(visitor), **_nested({**marked, **shape}), "request": visitor, "user": AnonymousUser()}
        pieces = self._made[key] = _MARKED.split(render_to_string(self.template, context))
        return pieces


def _mark(place: str) -> str:
    return f"\ue000{place}\ue001"


def _nested(flat: Mapping[str, object]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in flat.items():
        owner, _dot, part = name.rpartition(".")
        (found.setdefault(owner, {}) if owner else found)[part] = value
    return found


def page(
    request: HttpRequest, mould: Mould, values: Mapping[str, object], *, shape: Mapping[str, Hashable], code: int = 200
) -> HttpResponse:
    """Return a page: from its mould for visitors; rendered in full for who may be signed in."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return render(request, mould.template, _nested({**values, **shape}), status=code)
    name = request.resolver_match.url_name or "" if request.resolver_match else ""
    filled = mould.fill(here(), {**values, _PATH: request.get_full_path()}, shape=shape, name=name)
    return HttpResponse(filled, status=code)


def written(source: str) -> Callable[[Here, Hashable], SafeString]:
    """Return a function that gives what a line of a template makes of ``value``, kept for each language.

    Args:
        source: The line, such as ``{{ value|date }}``.
    """

    @functools.lru_cache(maxsize=10_000)
    def made(_at: Here, value: Hashable) -> SafeString:
        return mark_safe(engines["django"].from_string(source).render({"value": value}))  # noqa: S308 - a template

    return made
