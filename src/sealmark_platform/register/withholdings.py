"""Pages for people of the body: which details are withheld, asking for it, approving it, ending it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.models import Certificate
from sealmark_platform.casework.queries.desks import bodies_of, functions_of
from sealmark_platform.parties.models import Person
from sealmark_platform.register.models import Withholding
from sealmark_platform.register.withholding import approve_withholding, ask_withholding, end_withholding

__all__ = ["READERS", "withholding", "withholdings"]

READERS = ("coordinator", "decider", "administrator", "observer")
_PER_PAGE = 50


@login_required
def withholdings(request: HttpRequest) -> HttpResponse:
    """Every certificate of the reader's bodies whose details are withheld, or shall be."""
    assert isinstance(request.user, Person)
    bodies, number = bodies_of(request.user, READERS), request.GET.get("number", "").strip()
    if number and "\0" not in number:
        wanted = Certificate.objects.filter(file__body__in=bodies, number__in=(number, number.upper())).first()
        if wanted is not None:
            return redirect("withholding", pk=wanted.pk)
    related = Withholding.objects.select_related("certificate__file__organization")
    found = related.filter(certificate__file__body__in=bodies)
    page = Paginator(found.order_by("approved_at", "-asked_at", "pk"), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "register/withholdings.html", {"page": page, "number": number})


class _ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


@login_required
def withholding(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One certificate: whether its details are withheld, why, and by whom; what the reader may do about it."""
    assert isinstance(request.user, Person)
    certificate = _certificate(request.user, pk)
    known = Withholding.objects.select_related("asked_by", "approved_by").filter(certificate=certificate).first()
    held = {function for body, function in functions_of(request.user) if body == certificate.file.body_id}
    may = {
        "ask": known is None and "coordinator" in held,
        "approve": bool(known and not known.approved_at and "decider" in held and known.asked_by_id != request.user.pk),
        "end": bool(known and held & {"coordinator", "decider"}),
    }  # fmt: skip
    form = _ReasonForm(request.POST if request.POST.get("do") in {"ask", "end"} else None)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        if held.isdisjoint({"coordinator", "decider"}):
            raise PermissionDenied
        problems = _did(request, certificate, known, form)
        if not problems and not form.errors:
            return redirect("withholding", pk=pk)
    shown = {"certificate": certificate, "known": known, "may": may, "form": form, "problems": problems}
    return render(request, "register/withholding.html", shown, status=422 if request.method == "POST" else 200)


def _certificate(person: Person, pk: uuid.UUID) -> Certificate:
    """Return a certificate of a body in which a person may read this.

    Raises:
        Http404: It belongs to no body of theirs.
        PermissionDenied: They belong to the body in other functions.
    """
    related = Certificate.objects.select_related("file__organization", "file__body")
    bodies = {body for body, _function in functions_of(person)}
    found = related.filter(pk=pk, file__body__in=bodies).first()
    if found is None:
        raise Http404
    if not bodies_of(person, READERS).filter(pk=found.file.body_id).exists():
        raise PermissionDenied
    return found


def _did(
    request: HttpRequest, certificate: Certificate, known: Withholding | None, form: forms.Form
) -> tuple[Problem, ...]:  # fmt: skip
    """Do what the pressed button says, and return what stands against it."""
    did = request.POST.get("do", "")
    how: dict[str, Any] = {"by": request.user, "at": timezone.now()}
    if did not in {"ask", "approve", "end"} or (did in {"approve", "end"} and known is None):
        raise Http404
    if did != "approve" and not form.is_valid():
        return ()
    try:
        if did == "ask":
            ask_withholding(certificate, form.cleaned_data["reason"], **how)
            messages.success(request, _("It is asked for. Somebody who may decide has to approve it."))
        elif known is not None and did == "approve":
            approve_withholding(known, **how)
            messages.success(request, _("The register withholds the details from now on."))
        elif known is not None:
            end_withholding(known, form.cleaned_data["reason"], **how)
            messages.success(request, _("The register shows the details."))
    except SealmarkError as error:
        return error.problems
    return ()
