"""Every address of accounts. Names with an underscore are those by which django-allauth finds its own pages."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.views import LogoutView
from django.urls import path, re_path

from sealmark_platform.accounts import single_sign_on, views
from sealmark_platform.accounts.happenings import in_one

__all__ = ["addresses"]

_sign_in, _sign_out = views.SignIn.as_view(), LogoutView.as_view()
_forgotten = account.password_reset

addresses = [
    path("sign-in/", _sign_in, name="sign-in"),
    path("sign-in/", _sign_in, name="account_login"),
    # Nobody signs up; allauth asks for the address all the same.
    path("sign-in/", _sign_in, name="account_signup"),
    path("sign-out/", _sign_out, name="sign-out"),
    path("sign-out/", _sign_out, name="account_logout"),
    path("sign-in/second-factor/", mfa.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("sign-in/closed/", account.account_inactive, name="account_inactive"),
    path("sign-in/cancelled/", views.cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/with/<slug:provider_id>/", single_sign_on.begin, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", single_sign_on.callback, name="openid_connect_callback"),
    path("account/", views.account, name="account"),
    path("account/", views.account, name="mfa_index"),
    path("account/", views.account, name="mfa_list_webauthn"),
    path("account/sessions/end/", in_one(views.end_sessions), name="account-sessions-end"),
    path("account/invitation/<str:key>/", views.invitation, name="account-invitation"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/confirm/passkey/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/password/", in_one(account.password_change), name="account_change_password"),
    path("account/password/forgotten/", _forgotten, name="account_reset_password"),
    # Who has no password gets their first one by mail, not by an open session.
    path("account/password/forgotten/", _forgotten, name="account_set_password"),
    path("account/password/forgotten/sent/", account.password_reset_done, name="account_reset_password_done"),
    path("account/password/new/done/", account.password_reset_from_key_done,
         name="account_reset_password_from_key_done"),
    re_path(r"^account/password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", in_one(account.password_reset_from_key),
            name="account_reset_password_from_key"),
    path("account/second-factor/", views.second_factor, name="second-factor"),
    path("account/app/add/", in_one(totp.activate_totp), name="mfa_activate_totp"),
    path("account/app/remove/", in_one(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/codes/new/", in_one(codes.generate_recovery_codes, "account.recovery-codes"),
         name="mfa_generate_recovery_codes"),
    path("account/passkeys/add/", in_one(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove/", in_one(views.RemovePasskey.as_view()), name="mfa_remove_webauthn"),
    path("account/passkeys/<int:pk>/edit/", in_one(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]  # fmt: skip
