"""The interface as a whole: its parts, what it answers when something is wrong, and the document that describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.api import acting, contents, directory, hooks, reading
from sealmark_platform.api.exports import CSV, XLSX
from sealmark_platform.api.identity import PerMinute
from sealmark_platform.api.problems import MEDIA_TYPE, ProblemDetails, problem_answer

__all__ = ["BODIES", "PARTS", "make_interface"]

_ABOUT = (
    "Everything the pages show and do. Sign in with a token (`Authorization: Bearer smk_...`), made on the page "
    "/tokens/; its scopes are read, act and register. Errors are problem details (RFC 9457) with a code that never "
    "changes. Ids of schemes are answered as ids: the packs have the words in four languages."
)
_EXPLAINED = {
    400: "The request is not well-formed.", 401: "Not signed in, or the token is not valid.",
    403: "Not allowed for this person or token.", 404: "There is none, or it is not yours to see.",
    409: "Somebody else acted in the meantime, or the status does not allow it.", 413: "Too large.",
    422: "What was sent does not fit; every fault is listed.", 429: "Too many requests; see Retry-After.",
}  # fmt: skip


class _Interface(NinjaAPI):
    """Adds to the document what the framework does not know: problems, files, and who needs no token."""

    bodies: Mapping[str, Any]
    finish: Callable[[dict[str, Any]], None]

    def get_openapi_schema(self, **options: Any) -> Any:
        """Return the document."""
        document = super().get_openapi_schema(**options)
        document["components"]["schemas"].update(_problem_schemas())
        for item in document["paths"].values():
            for method, operation in item.items():
                _complete(method, operation)
                if operation["operationId"] in self.bodies:
                    schema = self.bodies[operation["operationId"]]
                    operation["requestBody"]["content"]["application/json"]["schema"] = schema
        self.finish(document)
        return document


def _problem_schemas() -> dict[str, Any]:
    schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), "ProblemDetails": schema}


def _complete(method: str, operation: dict[str, Any]) -> None:
    known = operation["responses"]
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    statuses = [401, 403, 404, 422, 429] if method == "get" else list(_EXPLAINED)
    statuses += [409] if operation["operationId"] == "get_act" else []
    known.update({status: {"description": _EXPLAINED[status], "content": problem} for status in statuses})
    if any(parameter["name"] == "format" for parameter in operation.get("parameters", ())):
        known[200]["content"] |= {CSV: {"schema": {"type": "string"}}, XLSX: {"schema": _BINARY}}
    if operation["operationId"] in {"get_document", "get_evidence"}:
        known[200]["content"] = {"application/octet-stream": {"schema": _BINARY}}
    if operation["tags"] == ["register"]:
        operation["security"].append({})


_BINARY = {"type": "string", "format": "binary"}
PARTS: tuple[Router, ...] = tuple(part.router for part in (directory, reading, acting, contents, hooks))
"""What the interface has for certification files; the desk of a body adds its own."""
BODIES: Mapping[str, Any] = {"do_act": acting.ACT_BODY}
"""What requests send whose fields a form tells, by the id of the operation."""


def _as_it_is(_document: dict[str, Any]) -> None:
    """Leave a document as it is."""


def make_interface(
    parts: Iterable[Router], bodies: Mapping[str, Any], *, finish: Callable[[dict[str, Any]], None] = _as_it_is
) -> NinjaAPI:
    """Return the interface of some parts.

    Args:
        parts: In the order of the document.
        bodies: As :data:`BODIES`.
        finish: Changes the document when it is whole.
    """
    made = _Interface(
        title="Sealmark", version="1", description=_ABOUT, docs_url=None, urls_namespace="api-v1", throttle=PerMinute()
    )
    made.bodies = bodies
    made.finish = finish
    for part in parts:
        made.add_router("", part)
    for kind, told in _TOLD.items():
        made.add_exception_handler(kind, told)
    return made


def _refused(request: HttpRequest, error: SealmarkError) -> HttpResponse:
    return problem_answer(request, error.problems)


def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    what = "There is nothing at this address, or it is not yours to see."
    return problem_answer(request, [Problem("SM862", what)])


def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem_answer(request, [Problem("SM860", "Nobody is signed in.", fix="Send a token, or sign in.")])


def _throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    return problem_answer(request, [Problem("SM864", "Too many requests.", fix="Wait as Retry-After says.")], 429)


def _unfit(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [Problem("SM863", str(one["msg"]), where=".".join(map(str, one["loc"]))) for one in error.errors]
    return problem_answer(request, faults, 422)


def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return problem_answer(request, [Problem("SM867", "This is not yours to see yet, or to do.")])


def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem_answer(request, [Problem("SM868", "The request is too large.")])


def _raced(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    what = "Somebody else acted at the same moment, or it stands there already."
    return problem_answer(request, [Problem("SM801", what, fix="Read it again and repeat the act if it still fits.")])


def _malformed(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem_answer(request, [Problem("SM863", "The request is not well-formed.")], error.status_code)


_TOLD: Mapping[type[Exception], Any] = {
    SealmarkError: _refused, Http404: _missing, AuthenticationError: _unknown, Throttled: _throttled,
    ValidationError: _unfit, PermissionDenied: _forbidden, RequestDataTooBig: _too_big, IntegrityError: _raced,
    HttpError: _malformed,
}  # fmt: skip
