"""Pages of the register kept ready for visitors without a session, under everything they depend on.

The key holds the newest link of the trail: whatever changes what the register says leaves an entry, and with the
next entry every page kept before is out of use at once, in every process. Nothing is ever deleted to make a page new.

The middleware stands before all other: a page is kept with every header that they gave it, so none is asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import get_script_prefix, reverse

from sealmark_platform.language import visitor_language
from sealmark_platform.records.queries import newest_chain
from sealmark_platform.register.attested import wanted

__all__ = ["for_everybody", "kept_pages"]

# A page with a form to send carries a token of its visitor: it is nobody else's.
_TOKEN = b"csrfmiddlewaretoken"
_OK = 200
_OF_CONTENT = {"Content-Length", "Content-Type", "Content-Language"}

View = Callable[..., HttpResponse]
_Kept = tuple[bytes, dict[str, str]]


def for_everybody(view: View) -> View:
    """Return a view whose pages may be kept: they say the same to all who have no session."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.is_for_everybody = response.status_code == _OK  # type: ignore[attr-defined]
        return response

    return answer


def kept_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return middleware that answers visitors of the register from the pages that are kept."""

    def answer(request: HttpRequest) -> HttpResponse:
        # Asked before the page is made: what changes meanwhile makes it one of an older link.
        chain = newest_chain() if _may_be_kept(request) else ""
        if not chain:
            return get_response(request)
        stamp = _stamp(request, chain)
        kept: _Kept | None = caches["pages"].get(stamp)
        if kept is not None:
            return _answer(request, *kept)
        response = get_response(request)
        to_keep = _to_keep(response, stamp)
        if to_keep is None:
            return response
        caches["pages"].set(stamp, to_keep)
        return _answer(request, *to_keep) if "HTTP_IF_NONE_MATCH" in request.META else response

    return answer


def _may_be_kept(request: HttpRequest) -> bool:
    if request.method != "GET" or settings.SESSION_COOKIE_NAME in request.COOKIES:
        return False
    if not request.path.startswith(
        (reverse("register"), reverse("verify"), f"{get_script_prefix()}schemes/")
    ) or wanted(request):
        return False
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def _stamp(request: HttpRequest, chain: str) -> str:
    told = f"{chain}\n{visitor_language(request)}\n{request.scheme}\n{request.get_full_path()}"
    return hashlib.sha256(told.encode()).hexdigest()


def _to_keep(response: HttpResponse, stamp: str) -> _Kept | None:
    if not getattr(response, "is_for_everybody", False) or response.cookies or _TOKEN in response.content:
        return None
    response["ETag"], response["Cache-Control"] = f'W/"{stamp}"', "no-cache"
    response["Vary"] = "Accept, Accept-Language, Cookie"
    return response.content, dict(response.items())


def _answer(request: HttpRequest, content: bytes, headers: dict[str, str]) -> HttpResponse:
    if request.META.get("HTTP_IF_NONE_MATCH") == headers["ETag"]:
        return HttpResponseNotModified(headers={name: headers[name] for name in headers.keys() - _OF_CONTENT})
    return HttpResponse(content, headers=headers)
