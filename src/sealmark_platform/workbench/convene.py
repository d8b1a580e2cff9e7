"""The page on which the days of decision meetings are named and called off."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.queries.desks import bodies_of, functions_of
from sealmark_platform.parties.models import Body, Person
from sealmark_platform.workbench.convening import CALLERS, call_meeting, call_off
from sealmark_platform.workbench.models import DecisionMeeting

__all__ = ["may_call", "meeting_days"]


def may_call(person: Person) -> set[uuid.UUID]:
    """Return the bodies whose meetings a person may call."""
    return {body for body, function in functions_of(person) if function in CALLERS}


class _CallForm(forms.Form):
    do = forms.ChoiceField(
        choices=[("call", "")], initial="call", widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose one of those the form offers.")
        ),
    )  # fmt: skip
    body = forms.ModelChoiceField(Body.objects.none(), label=gettext_lazy("Certification body"), empty_label=None)
    on = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    place = forms.CharField(label=gettext_lazy("Where and when"), max_length=200, required=False)


@login_required
def meeting_days(request: HttpRequest) -> HttpResponse:
    """The days that are named, one more, or one less."""
    assert isinstance(request.user, Person)
    bodies, at = bodies_of(request.user, CALLERS), timezone.now()
    form = _CallForm(request.POST if request.method == "POST" and request.POST.get("do") != "call-off" else None)
    field = form.fields["body"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = bodies.order_by("name")
    problems: tuple[Problem, ...] = ()
    coming = DecisionMeeting.objects.filter(body__in=bodies, on__gte=at.date(), is_called_off=False)
    if request.POST.get("do") == "call-off":
        call_off(_fetch(request, bodies), by=request.user, at=at)
        messages.success(request, _("The meeting is called off."))
        return redirect("meeting-days")
    if form.is_valid():
        said = form.cleaned_data
        try:
            call_meeting(said["body"], said["on"], said["place"], by=request.user, at=at)
        except SealmarkError as error:
            problems = error.problems
        else:
            messages.success(request, _("The meeting stands in the calendar."))
            return redirect("meeting-days")
    context = {"form": form, "problems": problems, "meetings": coming.select_related("body").order_by("on", "pk")}
    return render(request, "workbench/meeting_days.html", context, status=422 if request.method == "POST" else 200)


def _fetch(request: HttpRequest, bodies: QuerySet[Body]) -> DecisionMeeting:
    try:
        return DecisionMeeting.objects.select_related("body").get(pk=request.POST.get("meeting", ""), body__in=bodies)
    except (DecisionMeeting.DoesNotExist, ValidationError):
        raise Http404 from None
