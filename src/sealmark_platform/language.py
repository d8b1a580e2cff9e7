"""The language of the reader: what they chose, else what their account says, else what their browser asks for."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

__all__ = ["reader", "reader_language", "reader_tag", "visitor_language"]

_TAGS = {"en": "en", "ru": "ru", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}


def reader_tag() -> str:
    """Return the tag of the language that is spoken now, as packs and reports write it."""
    return _TAGS.get(translation.get_language() or "en", "en")


def reader_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return middleware that switches to the reader's language."""

    def switch(request: HttpRequest) -> HttpResponse:
        language = _chosen(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", _TAGS[language])
        return response

    return switch


def _chosen(request: HttpRequest) -> str:
    cookie = request.COOKIES.get("language", "")
    if cookie in _TAGS:
        return cookie
    account = getattr(request.user, "language", "")
    return account if account in _TAGS else visitor_language(request)


def visitor_language(request: HttpRequest) -> str:
    """Return the language of somebody who is not signed in."""
    cookie = request.COOKIES.get("language", "")
    return cookie if cookie in _TAGS else translation.get_language_from_request(request)


def reader(request: HttpRequest) -> dict[str, object]:
    """Return what every template knows of the reader's language."""
    code = getattr(request, "LANGUAGE_CODE", "en")
    return {"language_code": code, "language_tag": _TAGS.get(code, "en"), "languages": settings.LANGUAGES,
            "is_demo": settings.DEMO}  # fmt: skip
