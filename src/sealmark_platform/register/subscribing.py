"""Pages for people without an account: be told of a certificate, confirm that, and end it."""

from __future__ import annotations

import uuid

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.models import Certificate
from sealmark_platform.casework.models.certificate import LIVE
from sealmark_platform.register.models import Subscription
from sealmark_platform.register.origins import address_of
from sealmark_platform.register.subscriptions import confirm_subscription, end_subscription, is_secret, subscribe
from sealmark_platform.register.telling import tell_subscribers

__all__ = ["SubscriptionForm", "subscribe_page", "subscription"]

_TOO_MANY = 429


class SubscriptionForm(forms.Form):
    """What is asked of somebody who wants to be told; ``website`` is for machines, people do not see it."""

    email = forms.EmailField(label=_("Your e-mail address"), max_length=254,
                             widget=forms.EmailInput(attrs={"autocomplete": "email"}))  # fmt: skip
    website = forms.CharField(required=False, max_length=200)


def subscribe_page(request: HttpRequest, number: str) -> HttpResponse:
    """Ask where to, and send the mail that asks whether it is wanted."""
    found = None if "\0" in number else Certificate.objects.filter(number=number).first()
    if found is None:
        raise Http404
    form = SubscriptionForm(request.POST or None)
    problems: tuple[Problem, ...] = ()
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            _take(request, found, form)
        except SealmarkError as error:
            problems, status = error.problems, _TOO_MANY if found.status in LIVE else 422
        else:
            return render(request, "register/subscribed.html", {"certificate": found})
    shown = {"form": form, "certificate": found, "problems": problems}
    response = render(request, "register/subscribe.html", shown, status=status)
    if status == _TOO_MANY:
        response["Retry-After"] = "3600"
    return response


def _take(request: HttpRequest, certificate: Certificate, form: SubscriptionForm) -> None:
    said, at = form.cleaned_data, timezone.now()
    if said["website"]:
        # A machine fills in what people do not see: it hears the same, and nothing is kept.
        return
    subscribe(certificate, said["email"], language=request.LANGUAGE_CODE, address=address_of(request), at=at)
    transaction.on_commit(lambda: tell_subscribers(at))


@csrf_exempt
def subscription(request: HttpRequest, pk: uuid.UUID, secret: str) -> HttpResponse:
    """Confirm or end it, for who has the link. It takes no token: mail programs end it by themselves (RFC 8058)."""
    if not is_secret(pk, secret):
        raise Http404
    found = Subscription.objects.select_related("certificate").filter(pk=pk).first()
    if request.method == "POST" and found is not None:
        if request.POST.get("do") == "confirm":
            confirm_subscription(found, at=timezone.now())
        else:
            end_subscription(found)
        return redirect("subscription", pk=pk, secret=secret)
    response = render(request, "register/subscription.html", {"subscription": found})
    response["Referrer-Policy"], response["Cache-Control"] = "no-referrer", "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
