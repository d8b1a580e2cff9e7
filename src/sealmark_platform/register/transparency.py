"""The published log of the trail, as files: a checkpoint that is always new, and tiles that never change."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sealmark.attest.log.tiles import Tile
from sealmark.core.errors import SealmarkError
from sealmark_platform.records.published import folder

__all__ = ["log_file"]

_TEXT = "text/plain; charset=utf-8"
_MUTABLE = {"checkpoint", "key"}
_FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def log_file(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with a file of the log; anybody may read it, pages of others too."""
    if name not in _MUTABLE and not _is_tile(name):
        raise Http404
    try:
        content = (folder() / name).read_bytes()
    except OSError:
        raise Http404 from None
    is_text = name in _MUTABLE
    response = HttpResponse(content, content_type=_TEXT if is_text else "application/octet-stream")
    response["Cache-Control"] = "no-cache" if is_text else _FOR_EVER
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _is_tile(name: str) -> bool:
    try:
        Tile.at(name)
    except SealmarkError:
        return False
    return True
