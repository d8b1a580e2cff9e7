"""What is signed, as documents: identifiers, public records, credentials, bundles, status lists."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sealmark.core.canonical import Json
from sealmark.core.errors import SealmarkError
from sealmark_platform.attestation.bundles import bundle_of, present_credential
from sealmark_platform.attestation.endorsing import endorsements_of
from sealmark_platform.attestation.keys import body_document, installation_document
from sealmark_platform.attestation.lists import list_file
from sealmark_platform.attestation.models import Credential
from sealmark_platform.attestation.records import public_record
from sealmark_platform.casework.models import Certificate
from sealmark_platform.parties.models import Body
from sealmark_platform.register.missing import missing_answer, withheld_answer

__all__ = [
    "body_did",
    "body_endorsements",
    "bundle",
    "credential",
    "did",
    "negotiated",
    "record",
    "sites",
    "status_list",
    "wanted",
]

_JSON, _VC, _JWT = "application/json", "application/vc", "application/vc+jwt"
_DID = "application/did+json"


def wanted(request: HttpRequest) -> str:
    """Return the media type of the document that is asked for instead of a page; empty for a page."""
    accepted = request.META.get("HTTP_ACCEPT", "")
    if _JSON not in accepted and _VC not in accepted:
        return ""
    preferred = request.get_preferred_type(["text/html", _JSON, _VC, _JWT])
    return "" if preferred in {None, "text/html"} else str(preferred)


def negotiated(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Answer with a certificate as the kind of document that is asked for."""
    answer = record(request, number) if kind == _JSON else _present(number, is_jwt=kind == _JWT)
    answer["Vary"] = "Accept"
    return answer


@require_safe
def did(request: HttpRequest) -> HttpResponse:
    """Answer with the DID document of the installation."""
    try:
        return _document(installation_document(), _DID)
    except SealmarkError:
        raise Http404 from None


@require_safe
def body_did(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with the DID document of a certification body."""
    body = _body(code)
    try:
        document = None if body is None else body_document(body)
    except SealmarkError:
        document = None
    if document is None:
        raise Http404
    return _document(document, _DID)


@require_safe
def body_endorsements(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with the signed endorsements of a certification body."""
    body = _body(code)
    found = [] if body is None else endorsements_of(body)
    if not found:
        raise Http404
    return _content(json.dumps(found, ensure_ascii=False), _JSON)


@require_safe
def record(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with what the register says of a certificate, or that there is none."""
    found = _certificate(number)
    if found is None:
        return missing_answer(number)
    return withheld_answer(number) or _document(public_record(found), _JSON)


@require_safe
def bundle(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with everything that is needed to check a certificate without a network."""
    found = _certificate(number)
    document = None if found is None else bundle_of(found)
    if document is None:
        return missing_answer(number)
    if withheld := withheld_answer(number):
        return withheld
    answer = _document(document, _JSON)
    answer["Content-Disposition"] = f'inline; filename="{number}.json"'
    return answer


@require_safe
def credential(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """Answer with one signed credential, also with one that another took the place of."""
    found = _credential(number, version)
    if found is None:
        return missing_answer(number)
    return withheld_answer(number) or _content(found.document, _VC)


@require_safe
def sites(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """Answer with the list of sites that a credential names by its digest."""
    found = _credential(number, version)
    if found is None or not found.annex:
        return missing_answer(number)
    return withheld_answer(number) or _content(found.annex, _JSON)


@require_safe
def status_list(request: HttpRequest, code: str, purpose: str, number: int) -> HttpResponse:
    """Answer with a status list; a web server may serve the folder itself."""
    if purpose not in {"revocation", "suspension"} or _body(code) is None:
        raise Http404
    try:
        content = list_file(code, purpose, number).read_bytes()
    except OSError:
        raise Http404 from None
    return _content(content, _VC)


# PostgreSQL refuses texts with a zero byte, so none holds one.
def _body(code: str) -> Body | None:
    return None if "\0" in code else Body.objects.filter(code=code).first()


def _credential(number: str, version: int) -> Credential | None:
    known = Credential.objects.filter(certificate__number=number, version=version)
    return None if "\0" in number else known.first()


def _certificate(number: str) -> Certificate | None:
    """Return a certificate, by its number as typed or in capitals."""
    if "\0" in number:
        return None
    rows = Certificate.objects.select_related("file__body", "file__organization", "file__edition", "edition")
    return rows.filter(number__in=(number, number.upper())).order_by("number").first()


def _present(number: str, *, is_jwt: bool) -> HttpResponse:
    found = _certificate(number)
    known = None if found is None else present_credential(found)
    if known is None:
        return missing_answer(number)
    if withheld := withheld_answer(number):
        return withheld
    return _content(known.jwt, _JWT) if is_jwt else _content(known.document, _VC)


def _document(document: Mapping[str, Json], kind: str) -> HttpResponse:
    return _content(json.dumps(document, ensure_ascii=False), kind)


def _content(content: str | bytes, kind: str) -> HttpResponse:
    """Return an answer that pages of others may read too."""
    answer = HttpResponse(content, content_type=kind)
    answer["Cache-Control"] = "no-cache"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
