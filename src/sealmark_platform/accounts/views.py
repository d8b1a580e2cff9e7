"""Pages of accounts that django-allauth has not: the account itself, sessions, invitations."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from sealmark.core.errors import SealmarkError
from sealmark_platform.accounts.actions import invited, take_invitation
from sealmark_platform.accounts.demands import has_second_factor, is_led_to_second_factor
from sealmark_platform.accounts.forms import NewPasswordForm
from sealmark_platform.accounts.happenings import record_happening
from sealmark_platform.accounts.sessions import end_other_sessions, places_of
from sealmark_platform.language import reader_tag
from sealmark_platform.parties.models import Person

__all__ = ["RemovePasskey", "SignIn", "account", "cancelled", "end_sessions", "invitation", "second_factor"]


class SignIn(LoginView):  # type: ignore[misc]
    """Sign in with e-mail and password, a passkey, or through the provider."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Return what the page needs."""
        return {**super().get_context_data(**more), "provider": settings.OIDC}


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """Remove a passkey, unless it is the last factor where one is demanded."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it, or say why it stays."""
        if get_adapter().can_delete_authenticator(self.get_object()):
            removed: HttpResponse = super().form_valid(form)
            return removed
        messages.warning(self.request, _("A second factor is required here: add another one before you remove this."))
        return redirect("account")


@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """The reader's own account."""
    assert isinstance(request.user, Person)
    person = request.user
    factors = list(Authenticator.objects.filter(user=person).order_by("created_at"))
    codes = next((one.wrap() for one in factors if one.type == Authenticator.Type.RECOVERY_CODES), None)
    shown = {
        "person": person, "language_of_person": dict(settings.LANGUAGES).get(person.language, ""),
        "places": places_of(person, request.session.session_key),
        "has_app": any(one.type == Authenticator.Type.TOTP for one in factors),
        "keys": [one for one in factors if one.type == Authenticator.Type.WEBAUTHN],
        "codes_left": None if codes is None else len(codes.get_unused_codes()),
        "is_protected": has_second_factor(person), "is_demanded": is_led_to_second_factor(person),
        "seats": person.memberships.select_related("body").order_by("body__name", "function"),
        "clients": person.representations.select_related("organization").order_by("organization__name"),
    }  # fmt: skip
    return render(request, "account/account.html", shown)


@require_POST
@login_required
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign the reader out everywhere else."""
    assert isinstance(request.user, Person)
    count = end_other_sessions(request.user, request.session.session_key)
    record_happening("account.sessions-end", request.user)
    told = ngettext("Signed out in %(count)s other place.", "Signed out in %(count)s other places.", count)
    messages.success(request, told % {"count": count})
    return redirect("account")


@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where somebody of whom a second factor is demanded chooses one."""
    assert isinstance(request.user, Person)
    if has_second_factor(request.user):
        return redirect("home")
    return render(request, "account/second_factor.html")


@never_cache
@sensitive_post_parameters()
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Where somebody invited sets their first password."""
    limited: HttpResponse | None = ratelimit.consume_or_429(
        request, app="allauth.account", action="reset_password_from_key", limit_get=True
    )
    if limited is not None:
        return limited
    person = invited(key)
    if person is None:
        return _over(request)
    if "language" not in request.COOKIES:
        request.LANGUAGE_CODE = person.language
    with override(request.LANGUAGE_CODE):
        response = _invitation(request, key, person)
        response.headers["Content-Language"] = reader_tag()
    return response


def _invitation(request: HttpRequest, key: str, person: Person) -> HttpResponse:
    form = NewPasswordForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            take_invitation(key, form.cleaned_data["password1"])
        except SealmarkError:
            return _over(request)
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("sign-in")
    shown = {"form": form, "person": person}
    return render(request, "account/invitation.html", shown, status=422 if form.errors else 200)


def _over(request: HttpRequest) -> HttpResponse:
    sentence = _("This invitation is too old, or was used. Ask for another one, or for a new password.")
    told = {"title": _("The invitation is over"), "sentence": sentence, "code": "SM874"}
    return render(request, "problem.html", told, status=404)


def cancelled(request: HttpRequest) -> HttpResponse:
    """Who turned back at the provider begins again."""
    return redirect("sign-in")
