"""Errors as problem details (RFC 9457), each with its code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Schema

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["CODES", "Fault", "ProblemDetails", "problem_answer", "refuse", "status_of"]

MEDIA_TYPE = "application/problem+json"
_FORBIDDEN = frozenset({
    "SM703", "SM704", "SM705", "SM706", "SM707", "SM710", "SM861", "SM867", "SM870",
})  # fmt: skip
_STATUSES: Mapping[int, frozenset[str]] = {
    401: frozenset({"SM860"}),
    403: _FORBIDDEN,
    404: frozenset({"SM862"}),
    409: frozenset({"SM702", "SM801", "SM865"}),
    413: frozenset({"SM868"}),
}
CODES = {400: "SM863", 401: "SM860", 403: "SM867", 404: "SM862", 405: "SM866", 413: "SM868", 422: "SM863",
         429: "SM864", 500: "SM869"}  # fmt: skip
"""The code of an answer that nothing else explains."""


class Fault(Schema):
    """One thing that is wrong."""

    code: str
    what: str
    where: str = ""
    fix: str = ""


class ProblemDetails(Schema):
    """What is wrong with a request (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    faults: list[Fault]


def refuse(code: str, what: str, *, fix: str = "", where: str = "") -> SealmarkError:
    """Return an error to raise."""
    return SealmarkError(Problem(code, what, where=where, fix=fix))


def status_of(problems: Iterable[Problem]) -> int:
    """Return the HTTP status for what is wrong; what forbids comes before what is in the way."""
    codes = {problem.code for problem in problems}
    return next((status for status, known in _STATUSES.items() if codes & known), 422)


def problem_answer(request: HttpRequest, problems: Iterable[Problem], status: int = 0) -> HttpResponse:
    """Return the answer that tells what is wrong.

    Args:
        request: What is answered.
        problems: At least one.
        status: HTTP status; 0: as the codes say.
    """
    known = tuple(problems)
    status = status or status_of(known)
    first = next((problem for problem in known if status_of([problem]) == status), known[0])
    faults = [Fault(code=one.code, what=one.what, where=one.where, fix=one.fix) for one in known]
    told = ProblemDetails(
        type=f"urn:sealmark:problem:{first.code}", title=HTTPStatus(status).phrase, status=status, code=first.code,
        detail=" ".join(part for part in (first.what, first.fix) if part), faults=faults,
    )  # fmt: skip
    answer = JsonResponse(told.model_dump(), status=status, content_type=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Bearer realm="sealmark"'
    return answer
