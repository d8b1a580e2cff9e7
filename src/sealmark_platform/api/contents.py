"""Documents and evidence as they came in, served so that no browser runs anything in them."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Router

from sealmark_platform.api.identity import READING, person_of
from sealmark_platform.casework.models import Document, Evidence
from sealmark_platform.casework.queries.access import visible_files

__all__ = ["router"]

router = Router(auth=READING, tags=["files"])
_LARGEST_KEY = 2**63 - 1


def _inert(found: Document | Evidence | None) -> FileResponse:
    if found is None:
        raise Http404
    try:
        stream = found.content.open("rb")
    except FileNotFoundError:
        # A store that lost it, after a backup without its files: the rest of the file stays readable.
        raise Http404 from None
    return FileResponse(stream, as_attachment=True, filename=found.name, content_type="application/octet-stream")


def _seen(request: HttpRequest) -> Any:
    return visible_files(person_of(request), timezone.now().date()).values("pk")


@router.get("/documents/{int:pk}/content", operation_id="get_document", url_name="get_document")
def get_document(request: HttpRequest, pk: Path[int]) -> Any:
    """The content of a document of an application."""
    found = Document.objects.filter(pk=min(pk, _LARGEST_KEY), file__in=_seen(request)).first()
    return _inert(found)


@router.get("/evidence/{uuid:pk}/content", operation_id="get_evidence", url_name="get_evidence")
def get_evidence(request: HttpRequest, pk: uuid.UUID) -> Any:
    """The content of a file of evidence."""
    return _inert(Evidence.objects.filter(pk=pk, evaluation__file__in=_seen(request)).first())
