"""The page where people make and revoke their tokens."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from sealmark.core.errors import SealmarkError
from sealmark_platform.api.models import Token
from sealmark_platform.api.tokens import make_token, revoke_token
from sealmark_platform.parties.models import Person

__all__ = ["revoke", "tokens"]

_SCOPES = {"read": _("See what I see"), "act": _("Do what I may do"), "register": _("Search the public register")}
_USUAL = dt.timedelta(days=90)


class _TokenForm(forms.Form):
    name = forms.CharField(label=_("What the token is for"), max_length=100)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=list(_SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )
    expires_on = forms.DateField(
        label=_("Last day"), help_text=_("At most a year from today."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


@never_cache
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of the reader; a new one is shown once."""
    assert isinstance(request.user, Person)
    at, secret = timezone.now(), ""
    usual = {"expires_on": (at + _USUAL).date(), "scopes": ["read"]}
    form = _TokenForm(request.POST or None, initial=usual)
    if request.method == "POST" and form.is_valid():
        secret = _made(request.user, form, at)
    status = 422 if form.errors else 200
    form = _TokenForm(initial=usual) if secret else form
    kept = Token.objects.filter(person=request.user, revoked_at=None).order_by("-made_at")
    shown: dict[str, Any] = {"form": form, "secret": secret, "kept": [_told(one, at) for one in kept]}
    return render(request, "api/tokens.html", shown, status=status)


def _made(person: Person, form: forms.Form, at: dt.datetime) -> str:
    said = form.cleaned_data
    try:
        _token, secret = make_token(person, said["name"], said["scopes"], expires_on=said["expires_on"], at=at)
    except SealmarkError:
        # Name and scopes were checked by the form: only the day is left.
        form.add_error("expires_on", _("Choose a day from tomorrow to a year from today."))
        return ""
    return secret


def _told(token: Token, at: dt.datetime) -> dict[str, Any]:
    return {
        "token": token, "scopes": [_SCOPES[scope] for scope in token.scopes],
        "is_over": token.expires_on < at.date(),
    }  # fmt: skip


@login_required
@require_POST
def revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Make a token worthless."""
    assert isinstance(request.user, Person)
    if not revoke_token(request.user, pk, timezone.now()):
        raise Http404
    return redirect("tokens")
