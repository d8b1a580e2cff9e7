"""How django-allauth behaves here: nobody signs up, mails and messages are ours, tries are counted."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from sealmark_platform.accounts import single_sign_on
from sealmark_platform.accounts.demands import is_led_to_second_factor
from sealmark_platform.accounts.letters import HAPPENED, address, send_letter, tell_happened
from sealmark_platform.accounts.tries import count_try, is_closed
from sealmark_platform.parties.models import Person

__all__ = ["AccountAdapter", "FactorAdapter", "SingleSignOnAdapter"]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in by e-mail and password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are made by the administration of their body, or invited."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """Return whose e-mail and password these are; a closed account is answered as a wrong password is."""
        found: Person | None = super().authenticate(request, **credentials)
        return None if found is not None and is_closed(found) else found

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try against the account, if there is one."""
        person = Person.objects.filter(email=credentials.get("email", "").lower(), is_active=True).first()
        if person is not None and count_try(person):
            tell_happened(person, "closed")

    def reauthenticate(self, user: Person, password: str) -> bool:
        """Tell whether the password is that of the person who is signed in."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address in the mail; it never comes from what a request says its host is."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return address(path.replace("UID-KEY", key))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return to the account."""
        return reverse("account")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of the two mails that somebody asks for who is not signed in."""
        person = context.get("user")
        if not isinstance(person, Person):
            send_letter(email, _("Sealmark: no account"), _no_account())
            return
        with translation.override(person.language):
            lines = [
                _("Good day, %(name)s,") % {"name": person.name}, "",
                _("Set a new password here, within a day: %(address)s") % {"address": context["password_reset_url"]},
                "", _("If you did not ask for this, you need not do anything."),
            ]  # fmt: skip
            send_letter(email, _("Sealmark: set a new password"), lines)

    def send_notification_mail(self, template_prefix: str, user: Person, *places: Any, **more: Any) -> None:
        """Tell a person what happened to the account."""
        what = template_prefix.rpartition("/")[2]
        if what in HAPPENED:
            tell_happened(user, what)

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *places: Any,
                    message: str | None = None, **more: Any) -> None:  # fmt: skip
        """Tell on the next page what was done."""
        what = (message_template or "").rpartition("/")[2].removesuffix(".txt")
        if what == "recovery_codes_generated":
            # The next page is theirs.
            return
        told = message or (_(HAPPENED[what]) if what in HAPPENED else "")
        if told:
            messages.add_message(request, messages.SUCCESS if what in HAPPENED else level, str(told))


def _no_account() -> list[str]:
    return [
        _("Somebody, perhaps you, asked for a new password at %(address)s. There is no account with this e-mail "
          "address.") % {"address": address("/")}, "",
        _("If you have an account with another address, ask there. Otherwise you need not do anything."),
    ]  # fmt: skip


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Authenticator apps, passkeys, recovery codes."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return under which name a passkey is kept."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Sealmark"}

    def generate_authenticator_name(self, user: Person, type: str) -> str:  # noqa: A002
        """Return how a new passkey is called when nobody names it."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Tell whether a factor may go: the last one may not where one is demanded."""
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        left = others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return left or not is_led_to_second_factor(authenticator.user)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A provider signs in who has an account; it makes none, and nothing about it is kept."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody gets an account by coming from a provider."""
        return False

    def on_authentication_error(self, *places: Any, extra_context: dict[str, Any], **more: Any) -> None:
        """Give the page its code."""
        extra_context["code"] = single_sign_on.NO_ANSWER

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Sign in the person with the verified e-mail, or say why not; allauth's own way is not gone on."""
        raise ImmediateHttpResponse(single_sign_on.signed_in(request, sociallogin))
