"""Pages of the register kept ready for visitors without a session, under everything they depend on.

The key holds the newest link of the trail: whatever changes what the register says leaves an entry, and with the
next entry every page kept before is out of use at once, in every process. Nothing is ever deleted to make a page new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from sealmark_platform.records.queries import newest_chain

__all__ = ["kept_ready"]

# A page with a form to send carries a token of its visitor: it is nobody else's.
_TOKEN = b"csrfmiddlewaretoken"
_OK = 200

View = Callable[..., HttpResponse]


def kept_ready(view: View) -> View:
    """Return a view whose pages are kept for visitors who have no session."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chain = "" if request.method != "GET" or settings.SESSION_COOKIE_NAME in request.COOKIES else newest_chain()
        if not chain:
            return view(request, *args, **kwargs)
        stamp = _stamp(request, chain)
        if request.META.get("HTTP_IF_NONE_MATCH") == f'W/"{stamp}"':
            return _marked(HttpResponseNotModified(), stamp)
        page = caches["pages"].get(stamp)
        if page is not None:
            return _marked(HttpResponse(page), stamp)
        response = view(request, *args, **kwargs)
        if response.status_code == _OK and _TOKEN not in response.content:
            caches["pages"].set(stamp, response.content)
            _marked(response, stamp)
        return response

    return answer


def _stamp(request: HttpRequest, chain: str) -> str:
    language: str = request.LANGUAGE_CODE
    return hashlib.sha256(f"{chain}\n{language}\n{request.get_full_path()}".encode()).hexdigest()


def _marked(response: HttpResponse, stamp: str) -> HttpResponse:
    response["ETag"], response["Cache-Control"] = f'W/"{stamp}"', "no-cache"
    response["Vary"] = "Accept-Language, Cookie"
    return response
