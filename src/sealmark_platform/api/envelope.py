"""What every answer under ``/api/`` has: English, no caching, and a problem instead of a page when it fails."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from sealmark.core.errors import Problem
from sealmark_platform.api.problems import CODES, MEDIA_TYPE, problem_answer

__all__ = ["api_answers"]

_FAILED, _CRASHED = 400, 500
_WHAT = {
    400: "The request is not well-formed.",
    403: "This may not be done.",
    404: "There is nothing at this address, or it is not yours to see.",
    405: "The address does not take this method.",
    413: "The request is too large.",
    500: "Something went wrong on our side.",
}


def api_answers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return middleware for the programming interface; other addresses pass untouched.

    Its sentences are for developers and always English: the codes are what programs read.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return get_response(request)
        with translation.override("en"):
            return _enveloped(request, _answered(request, get_response))

    return answer


def _answered(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return problem_answer(request, [Problem("SM863", "A zero byte stands in the address.")], 422)
    return get_response(request)


def _enveloped(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if response.status_code >= _FAILED and not response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
        response = _told(request, response)
    response.headers["Content-Language"] = "en"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response


def _told(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    status = response.status_code if response.status_code in CODES else 400
    what = _WHAT.get(status, "The request is not well-formed.")
    told = problem_answer(request, [Problem(CODES[status], what)], status)
    for name in ("Allow", "Retry-After"):
        if name in response.headers:
            told[name] = response.headers[name]
    return told
