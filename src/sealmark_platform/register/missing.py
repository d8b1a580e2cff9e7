"""Answers to programs that ask for a certificate that does not exist, or whose details are withheld (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from django.http import HttpResponse

from sealmark_platform.attestation.places import place
from sealmark_platform.casework.models import Certificate

__all__ = ["missing_answer", "withheld_answer"]

_MEDIA_TYPE = "application/problem+json"


def missing_answer(number: str) -> HttpResponse:
    """Return the answer that there is no such certificate, or nothing signed of it."""
    if "\0" not in number and Certificate.objects.filter(number__in=(number, number.upper())).exists():
        what = "The certificate exists, and nothing of it is signed yet."
        return _problem(404, what, f"See {place('register/')}{number}/.", number=number)
    what = "This register has no such certificate. Certificates are never taken out of it, not even when they end."
    fix = f"Compare the number letter by letter, search by the organization at {place('register/')}, or ask its body."
    return _problem(404, what, fix, number=number)


def withheld_answer(number: str) -> HttpResponse | None:
    """Return the answer that only the status is public; nothing for a certificate that is open, or does not exist."""
    withheld = Certificate.objects.filter(withholding__approved_at__isnull=False)
    found = withheld.filter(number__in=(number, number.upper())).values_list("number", "status").first()
    if found is None:
        return None
    what = f'The certificate exists, its status is "{found[1]}"; its details are withheld at the request of its holder.'
    return _problem(403, what, "Ask the holder for the certificate itself.", number=found[0], status_of_it=found[1])


def _problem(status: int, what: str, fix: str, *, number: str, status_of_it: str = "") -> HttpResponse:
    code = "SM829" if status == HTTPStatus.NOT_FOUND else "SM859"
    told = {
        "type": f"urn:sealmark:problem:{code}", "title": HTTPStatus(status).phrase, "status": status, "code": code,
        "detail": f"{what} {fix}", "number": number, **({"certificate": status_of_it} if status_of_it else {}),
    }  # fmt: skip
    answer = HttpResponse(json.dumps(told, ensure_ascii=False), status=status, content_type=_MEDIA_TYPE)
    answer["Cache-Control"], answer["Access-Control-Allow-Origin"] = "no-cache", "*"
    return answer
