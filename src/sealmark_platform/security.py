"""The content-security policy of every answer: nothing from elsewhere, no script in a page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

__all__ = ["INERT", "POLICY", "content_security_policy", "inert_page"]

_SOURCES = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
    "font-src": "'self'", "connect-src": "'self'", "form-action": "'self'", "frame-ancestors": "'none'",
    "base-uri": "'none'",
}  # fmt: skip
INERT = "sandbox; default-src 'none'"
"""Of what came from outside, or is no page of ours: no browser runs anything in it."""
POLICY = "; ".join(f"{name} {source}" for name, source in _SOURCES.items())

View = Callable[[HttpRequest], HttpResponse]


def inert_page(text: str) -> HttpResponse:
    """Return a whole page that brings its own styles and pictures, in which nothing runs."""
    response = HttpResponse(text)
    response["Content-Security-Policy"] = f"{INERT}; style-src 'unsafe-inline'; img-src data:; font-src data:"
    return response


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return middleware that adds the policy; an answer may bring a stricter one of its own."""

    def add(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    return add
