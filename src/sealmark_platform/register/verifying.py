"""The page that checks certificates in the browser of whoever has one; nothing is sent here."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import json_script
from django.views.decorators.http import require_safe

from sealmark.attest.verifying.phrases import sentences
from sealmark_platform.attestation.places import place
from sealmark_platform.language import reader_tag
from sealmark_platform.register.keeping import for_everybody
from sealmark_platform.register.moulds import Mould, page

__all__ = ["verify"]

_PAGE = Mould("register/verify.html", "sentences", "place")


@require_safe
@for_everybody
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page; it says what the command says, in the same words."""
    known = {"host": urlsplit(place()).netloc, "register": reverse("register")}
    said = {
        "sentences": json_script(dict(sentences(reader_tag())), "verify-sentences"),
        "place": json_script(known, "verify-place"),
    }
    return page(request, _PAGE, said, shape={})
