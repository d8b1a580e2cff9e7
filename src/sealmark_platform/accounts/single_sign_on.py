"""Signing in through the OpenID Connect provider of an organization."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from sealmark_platform.parties.models import Person

__all__ = ["NO_ANSWER", "begin", "callback", "person_of", "signed_in"]


NO_ANSWER = "SM878"
"""The provider did not answer, or not as it should."""


class _Provider(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The signature of what the provider says is always verified, by whatever way it came."""

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token, keys_url=self.openid_config["jwks_uri"], issuer=settings.OIDC["issuer"],
            audience=app.client_id, lookup_kid=jwtkit.lookup_kid_jwk,
        )  # fmt: skip
        return claims


@never_cache
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Go to the provider."""
    return _asked(OAuth2LoginView, request, provider_id)


@never_cache
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Come back from the provider."""
    return _asked(OAuth2CallbackView, request, provider_id)


def _asked(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    if not settings.OIDC or provider_id != settings.OIDC["app"]["provider_id"]:
        raise Http404
    try:
        response: HttpResponse = view.adapter_view(_Provider(request, provider_id))(request)
    except (OSError, KeyError):
        # No answer, or one that is none: requests tells of everything as of an error of input and output.
        return render(request, "socialaccount/authentication_error.html", {"code": NO_ANSWER}, status=502)
    return response


def person_of(sociallogin: Any) -> Person | None:
    """Return whose verified e-mail the provider vouches for."""
    told = sociallogin.account.extra_data
    proven, asked = told.get("id_token") or {}, told.get("userinfo") or {}
    # What the second answer says counts for the person of the signed one alone.
    if not proven or (asked and asked.get("sub") != proven.get("sub")):
        return None
    claims = asked if "email" in asked else proven
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        return None
    return Person.objects.filter(email=email.strip().lower(), is_active=True).first()


def signed_in(request: HttpRequest, sociallogin: Any) -> HttpResponse:
    """Return the way on for the person the provider vouches for, or the page that says why not."""
    person = person_of(sociallogin)
    if person is None or (request.user.is_authenticated and person != request.user):
        return _refused(request)
    account = sociallogin.account
    record_authentication(request, person, "socialaccount", provider=account.provider, uid=account.uid)
    response: HttpResponse = perform_login(
        request, Login(user=person, redirect_url=sociallogin.get_redirect_url(request))
    )
    return response


def _refused(request: HttpRequest) -> HttpResponse:
    """Return the page for somebody without an account here."""
    sentence = _(
        "%(provider)s does not vouch for the e-mail address of an account here. Ask your administrator whether your "
        "account has the same address, and whether it is verified there."
    )
    told = {"title": _("Not signed in"), "sentence": sentence % {"provider": settings.OIDC["name"]}}
    return render(request, "problem.html", {**told, "code": "SM875"}, status=403)
