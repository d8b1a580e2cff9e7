"""Pages of a body for other registers: its certificates as a workbook, and what a workbook of others tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from sealmark_platform.administration.access import ORGANIZERS, Desk, desk_of
from sealmark_platform.administration.tasks import DeskForm, Place, Task, paged, run_task
from sealmark_platform.administration.words import history_of
from sealmark_platform.api.exports import XLSX
from sealmark_platform.parties.models import Body
from sealmark_platform.register.certsearch.reading import read_workbook
from sealmark_platform.register.certsearch.taking import take_over
from sealmark_platform.register.certsearch.writing import workbook_of
from sealmark_platform.register.models import KnownCertificate

__all__ = ["TAKE_OVER", "registers", "take_over_page"]


@login_required
def registers(request: HttpRequest, code: str) -> HttpResponseBase:
    """What other registers are given, and what they told."""
    desk = desk_of(request, code, ORGANIZERS)
    if request.GET.get("as") == "xlsx":
        answer = HttpResponse(workbook_of(desk.body), content_type=XLSX)
        answer["Content-Disposition"] = f'attachment; filename="certsearch-{code}-{desk.on:%Y-%m-%d}.xlsx"'
        return answer
    known = KnownCertificate.objects.filter(body=desk.body).select_related("organization")
    shown = {
        "desk": desk, "tab": "registers", "page": paged(request, known.order_by("organization__name", "identity")),
        "entries": history_of(desk.body, f"known-certificates:{desk.body.pk}"),
    }  # fmt: skip
    return render(request, "administration/registers.html", shown)


class _WorkbookForm(DeskForm):
    file = forms.FileField(label=_("Workbook (.xlsx)"), max_length=200)
    is_rehearsal = forms.BooleanField(label=_("Only check the workbook, and change nothing"), required=False)


def _take(desk: Desk, body: Body, said: Mapping[str, Any]) -> str:
    read = read_workbook(said["file"].read())
    done = take_over(body, read, by=desk.by, at=desk.at, is_rehearsal=said["is_rehearsal"])
    told = {"organizations": done.organizations, "sites": done.sites, "certificates": done.certificates,
            "changed": done.changed}  # fmt: skip
    if said["is_rehearsal"]:
        return _now(
            "The workbook is sound. New would be: organizations %(organizations)s, sites %(sites)s, certificates known"
            " elsewhere %(certificates)s; changed: %(changed)s. Nothing was changed."
        ) % told  # fmt: skip
    return _now(
        "New: organizations %(organizations)s, sites %(sites)s, certificates known elsewhere %(certificates)s;"
        " changed: %(changed)s."
    ) % told  # fmt: skip


TAKE_OVER = Task(
    _("Take a list over from another register"), _WorkbookForm, _take,
    intro=_(
        "A workbook in the shape of IAF CertSearch 2.1, as the export has it. Organizations and sites are taken down;"
        " certificates are noted as known elsewhere. None of them becomes a certificate of this register: that takes an"
        " evaluation and a decision. Everything is taken over, or nothing."
    ),
)  # fmt: skip


@login_required
def take_over_page(request: HttpRequest, code: str) -> HttpResponse:
    """Take a workbook over."""
    desk = desk_of(request, code, ORGANIZERS)
    place = Place(reverse("body-registers", args=[code]), str(_now("Other registers")), "registers")
    return run_task(request, desk, TAKE_OVER, desk.body, place)
