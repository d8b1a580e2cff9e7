"""The certificate as PDF, its badge, and the part of its page that leads to what is signed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from sealmark.attest.badge import BADGE_LANGUAGES
from sealmark.core.errors import SealmarkError
from sealmark_platform.attestation.places import place
from sealmark_platform.attestation.prints import badge_of, certificate_pdf
from sealmark_platform.casework.models import Certificate
from sealmark_platform.casework.queries.access import visible_files
from sealmark_platform.language import reader_tag
from sealmark_platform.parties.models import Person
from sealmark_platform.register.missing import missing_answer, withheld_answer
from sealmark_platform.register.moulds import Here, Mould, written

__all__ = ["badge", "pdf", "signed_part"]

_SIGNED = Mould("register/signed.html", "pdf", "all_languages", "bundle", "badge", "snippet", "number")
_address = written("{{ value|address:'certificate' }}")
_A_MOMENT = 300


@require_safe
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with a certificate as PDF, in the languages asked for, else in the reader's."""
    found = _certificate(number)
    if found is None:
        return missing_answer(number)
    withheld = withheld_answer(number)
    if withheld is not None and not _is_seen(request, found):
        return withheld
    try:
        content = certificate_pdf(found, _languages(request))
    except SealmarkError as error:
        return HttpResponse(f"{error}\n", status=422, content_type="text/plain; charset=utf-8")
    if content is None:
        return missing_answer(number)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    answer["Cache-Control"] = "private, no-cache" if withheld is not None else "no-cache"
    return answer


@require_safe
def badge(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the badge of a certificate, for pages of others: it says how the certificate stands now."""
    found = _certificate(number)
    if found is None:
        return missing_answer(number)
    if withheld := withheld_answer(number):
        return withheld
    language = request.GET.get("language", "en")
    if language not in BADGE_LANGUAGES:
        raise Http404
    answer = HttpResponse(badge_of(found, language, timezone.now().date()), content_type="image/svg+xml")
    answer["Cache-Control"] = f"public, max-age={_A_MOMENT}"
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def signed_part(at: Here, number: str) -> SafeString:
    """Return the part of the page of a signed certificate that leads to PDF, badge and signed file."""
    page, language = str(_address(at, number)), reader_tag()
    public = place(f"register/{number}/")
    snippet = f'<a href="{public}"><img src="{public}badge.svg?language={language}" alt="{number}"></a>'
    return _SIGNED.fill(at, {
        "pdf": f"{page}certificate.pdf?language={language}",
        "all_languages": f"{page}certificate.pdf?language=en,ru,zh-Hans,zh-Hant", "bundle": f"{page}certificate.json",
        "badge": f"{page}badge.svg?language={language}", "snippet": snippet, "number": number,
    })  # fmt: skip


def _certificate(number: str) -> Certificate | None:
    if "\0" in number:
        # PostgreSQL refuses texts with it, so none holds one.
        return None
    rows = Certificate.objects.select_related("file__body", "file__organization", "file__edition", "edition")
    return rows.filter(number__in=(number, number.upper())).order_by("number").first()


def _is_seen(request: HttpRequest, certificate: Certificate) -> bool:
    person = request.user
    return isinstance(person, Person) and visible_files(person, timezone.now().date()).filter(
        pk=certificate.file_id
    ).exists()  # fmt: skip


def _languages(request: HttpRequest) -> list[str]:
    """Return the languages asked for, in an order that is always the same."""
    asked = {word.strip() for word in request.GET.get("language", "").split(",") if word.strip()} or {reader_tag()}
    known = [language for language in BADGE_LANGUAGES if language in asked]
    return [*known, *sorted(asked - set(known))]
