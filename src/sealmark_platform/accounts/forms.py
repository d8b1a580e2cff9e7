"""Forms about accounts."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.account.forms import ReauthenticateForm as PasswordAgainForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from sealmark_platform.parties.models import Person

__all__ = ["AddAppForm", "AddPasskeyForm", "AskResetForm", "ChangeForm", "CodeAgainForm", "CodeForm", "ConfirmForm",
           "NewPasswordForm", "ResetForm", "SignInForm"]  # fmt: skip

_CODE_IS_VALID = 120


class _Plain:
    """The label alone says what a field is for: a placeholder goes as soon as one types."""

    def __init__(self, *places: Any, **more: Any) -> None:
        super().__init__(*places, **more)
        for field in self.fields.values():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_Plain, LoginForm):  # type: ignore[misc]
    """E-mail and password."""

    def __init__(self, *places: Any, **more: Any) -> None:
        super().__init__(*places, **more)
        self.fields["login"].label = _("E-mail")
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"
        self.fields["password"].help_text = ""


class AskResetForm(_Plain, ResetPasswordForm):  # type: ignore[misc]
    """To which address the link goes."""

    def __init__(self, *places: Any, **more: Any) -> None:
        super().__init__(*places, **more)
        self.fields["email"].label = _("E-mail")


class ResetForm(_Plain, ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password by a link."""


class ChangeForm(_Plain, ChangePasswordForm):  # type: ignore[misc]
    """A new password instead of the old one."""

    def __init__(self, *places: Any, **more: Any) -> None:
        super().__init__(*places, **more)
        self.fields["oldpassword"].help_text = ""


class ConfirmForm(_Plain, PasswordAgainForm):  # type: ignore[misc]
    """The password that confirms who is signed in."""


class AddAppForm(_Plain, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator app."""


class NewPasswordForm(forms.Form):
    """A first password."""

    password1 = forms.CharField(
        label=_("New password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    password2 = forms.CharField(
        label=_("New password, once more"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *places: Any, person: Person, **more: Any) -> None:
        super().__init__(*places, **more)
        self.person = person
        self.fields["password1"].help_text = password_validators_help_text_html()

    def clean_password1(self) -> str:
        """Refuse what is easily guessed."""
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.person)
        return password

    def clean_password2(self) -> str:
        """Refuse a slip of the finger."""
        password: str = self.cleaned_data["password2"]
        if self.cleaned_data.get("password1", password) != password:
            raise forms.ValidationError(_("The two passwords differ."))
        return password


class _OnceOnly:
    """A code of an authenticator app opens once, as long as it would be valid."""

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        factor: Authenticator = self.authenticator  # type: ignore[attr-defined]
        digits = "".join(filter(str.isdigit, code))
        if factor.type == Authenticator.Type.TOTP and not cache.add(f"totp:{factor.pk}:{digits}", 1, _CODE_IS_VALID):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_Plain, _OnceOnly, AuthenticateForm):  # type: ignore[misc]
    """The code that completes signing in."""


class CodeAgainForm(_Plain, _OnceOnly, ReauthenticateForm):  # type: ignore[misc]
    """The code that confirms who is signed in."""


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey or security key."""

    def __init__(self, *places: Any, **more: Any) -> None:
        super().__init__(*places, **more)
        self.fields["name"].label = _("Name, to tell it from others")
        # A browser that cannot, or somebody who cancelled: the page says the same without being asked.
        told = _("The passkey was not used: the device refused, you cancelled, or it took too long. Try again.")
        self.fields["credential"].error_messages |= {"required": told, "invalid": told}
        self.fields["passwordless"].label = _("Sign in with it alone, without a password")
        self.fields["passwordless"].help_text = _(
            "The device then asks for your fingerprint, face or PIN. Without this it is a second factor beside the "
            "password."
        )
        self.fields["passwordless"].initial = True
