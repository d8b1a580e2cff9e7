"""Mails about accounts: whole sentences in the language of the person."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sealmark_platform.letters import letter
from sealmark_platform.parties.models import Person

__all__ = ["HAPPENED", "address", "send_letter", "tell_happened"]

HAPPENED: Mapping[str, str] = {
    "password_changed": gettext_noop("Your password was changed."),
    "password_reset": gettext_noop("Your password was changed through a link that was mailed to you."),
    "password_set": gettext_noop("A password was set for your account."),
    "totp_activated": gettext_noop("An authenticator app was added to your account."),
    "totp_deactivated": gettext_noop("The authenticator app was removed from your account."),
    "webauthn_added": gettext_noop("A passkey or security key was added to your account."),
    "webauthn_removed": gettext_noop("A passkey or security key was removed from your account."),
    "recovery_codes_generated": gettext_noop("New recovery codes were made for your account; the old ones are void."),
    "factors_removed": gettext_noop("The operator removed every second factor from your account."),
    "closed": gettext_noop(
        "A hundred tries to sign in to your account failed in a row. The password no longer opens it until you set "
        "a new one."
    ),
}
"""What a person is told of after it happened, by its name."""


def address(path: str) -> str:
    """Return where readers find a page."""
    return urljoin(settings.ADDRESS, path)


def send_letter(to: str, subject: str, lines: list[str], *, is_awaited: bool = False) -> None:
    """Send a mail once the transaction holds; nothing is kept waiting on a mail server while rows are locked.

    Args:
        to: The address.
        subject: One line.
        lines: What it says.
        is_awaited: Tell if the mail server refuses. Otherwise that is logged alone: what was done is done, and who
            asks for a mail to any address does not learn what the server thinks of it.

    Raises:
        OSError: The mail server refuses an awaited mail.
    """
    transaction.on_commit(letter(to, subject, lines).send, robust=not is_awaited)


def tell_happened(person: Person, what: str) -> None:
    """Tell a person what happened to the account."""
    with translation.override(person.language):
        greeting = _("Good day, %(name)s,") % {"name": person.name}
        advice = _("If this was not you, set a new password at once and tell your administrator: %(address)s") % {
            "address": address(reverse("account_reset_password"))
        }
        send_letter(person.email, _("Sealmark: your account"), [greeting, "", _(HAPPENED[what]), "", advice])
