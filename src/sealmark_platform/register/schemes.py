"""The page that a credential names as its scheme: whose it is, and which editions bodies here certify by."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from sealmark.core.errors import SealmarkError
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import edition_title, loaded
from sealmark_platform.language import reader_tag
from sealmark_platform.register.keeping import for_everybody
from sealmark_platform.register.moulds import Here, Mould, here, page, written

__all__ = ["scheme"]

_PAGE = Mould("register/scheme.html", "title", "owner", "trade_marks", "rows")
_ROW = Mould("register/scheme_row.html", "edition", "digest", "body", "adopted_on")
_day = written('{{ value|date:"DATE_FORMAT" }}')


@require_safe
@for_everybody
def scheme(request: HttpRequest, name: str, edition: str = "") -> HttpResponse:
    """Show a scheme by which a body of this installation certifies, or one edition of it; nothing of its text."""
    adoptions = [] if "\0" in name + edition else _adoptions(name, edition)
    try:
        facts = loaded(adoptions[0].edition).scheme
        title = edition_title(adoptions[0], reader_tag())
    except (IndexError, SealmarkError):
        raise Http404 from None
    at = here()
    rows = mark_safe("".join(_row(at, one) for one in adoptions))  # noqa: S308 - each is filled by its mould
    values = {"title": title, "owner": facts.owner, "trade_marks": facts.trade_marks, "rows": rows}
    return page(request, _PAGE, values, shape={"is_marked": bool(facts.trade_marks)})


def _adoptions(name: str, edition: str) -> list[AdoptedEdition]:
    """Return the adoptions of a scheme, the newest edition first."""
    known = AdoptedEdition.objects.select_related("body")
    asked = known.filter(edition=f"{name}/{edition}") if edition else known.filter(edition__startswith=f"{name}/")
    return list(asked.order_by("-edition", "body__name"))


def _row(at: Here, one: AdoptedEdition) -> str:
    return _ROW.fill(at, {
        "edition": one.edition, "digest": one.digest, "body": one.body.name, "adopted_on": _day(at, one.adopted_on),
    })  # fmt: skip
