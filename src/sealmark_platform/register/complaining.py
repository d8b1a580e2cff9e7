"""Pages for people without an account: complain, and see how it stands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.models import Certificate
from sealmark_platform.parties.models import Body
from sealmark_platform.register.complaints import Told, erase_complainant, is_secret_of, receive_complaint
from sealmark_platform.register.letters import send_letters, status_address
from sealmark_platform.register.models import Complainant, OutsideComplaint
from sealmark_platform.register.origins import address_of

__all__ = ["ComplaintForm", "complain", "complaint_status", "received"]


class ComplaintForm(forms.Form):
    """What is asked of somebody who complains; ``website`` is for machines, people do not see it."""

    certificate = forms.CharField(
        label=gettext_lazy("Certificate number"), max_length=30, required=False,
        help_text=gettext_lazy(
            "As it stands on the certificate or in the register. Leave it empty if you do not know it."
        ),
    )  # fmt: skip
    body = forms.ChoiceField(
        label=gettext_lazy("Certification body"), required=False,
        help_text=gettext_lazy("Only needed without a certificate number."),
    )  # fmt: skip
    statement = forms.CharField(
        label=gettext_lazy("What happened"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6})
    )
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=200,
                           widget=forms.TextInput(attrs={"autocomplete": "name"}))  # fmt: skip
    email = forms.EmailField(label=gettext_lazy("Your e-mail address"),
                             widget=forms.EmailInput(attrs={"autocomplete": "email"}))  # fmt: skip
    website = forms.CharField(required=False, max_length=200)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.found: Certificate | None = None
        field = self.fields["body"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "\N{EN DASH}"), *((str(one.pk), one.name) for one in Body.objects.order_by("name"))]

    def clean(self) -> dict[str, Any]:
        """Find the certificate; without one, ask which body is meant."""
        said = super().clean() or {}
        number = said.get("certificate", "").strip()
        if number:
            self.found = Certificate.objects.select_related("file__body").filter(number__iexact=number).first()
            if self.found is None:
                self.add_error("certificate", _("There is no certificate of this number. Look it up in the register."))
        elif not said.get("body") and "body" not in self.errors:
            self.add_error("body", _("Give the certificate number, or choose the certification body."))
        return said

    def chosen_body(self) -> Body:
        """Return whose complaint it is."""
        return self.found.file.body if self.found is not None else Body.objects.get(pk=self.cleaned_data["body"])


def complain(request: HttpRequest) -> HttpResponse:
    """Take a complaint from anybody."""
    form = ComplaintForm(request.POST or None, initial={"certificate": request.GET.get("certificate", "")})
    problems: tuple[Problem, ...] = ()
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["website"]:
            # A machine fills in what people do not see: it hears the same, and nothing is kept.
            return render(request, "register/complaint_thanks.html")
        try:
            complaint = received(request, form)
        except SealmarkError as error:
            problems, status = error.problems, 429
        else:
            return redirect(status_address(complaint))
    response = render(request, "register/complain.html", {"form": form, "problems": problems}, status=status)
    if status == 429:  # noqa: PLR2004
        response["Retry-After"] = "3600"
    return response


def received(request: HttpRequest, form: ComplaintForm) -> OutsideComplaint:
    """Take what a form says that has been found to fit, for pages and programs alike.

    Raises:
        SealmarkError: SM854 too many came from there, or at all, within an hour.
    """
    said, at = form.cleaned_data, timezone.now()
    told = Told(said["name"], said["email"], said["statement"], request.LANGUAGE_CODE, address_of(request))
    complaint = receive_complaint(form.chosen_body(), form.found, told, at=at)
    transaction.on_commit(lambda: send_letters(at))
    return complaint


def complaint_status(request: HttpRequest, pk: str, secret: str) -> HttpResponse:
    """How a complaint stands, for who has the link; they may erase what is personal."""
    related = OutsideComplaint.objects.select_related("body", "certificate", "objection")
    found = related.filter(pk=pk).first()
    if found is None or not is_secret_of(found, secret):
        raise Http404
    if request.method == "POST":
        erase_complainant(found, by=None, at=timezone.now())
        return redirect("complaint-status", pk=pk, secret=secret)
    writer = Complainant.objects.filter(complaint=found).first()
    response = render(request, "register/complaint_status.html", {"complaint": found, "writer": writer})
    response["Referrer-Policy"], response["Cache-Control"] = "no-referrer", "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
