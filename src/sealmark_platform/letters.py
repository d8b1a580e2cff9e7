"""A mail by which the platform tells somebody something: how every one of them is written."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import translation

__all__ = ["letter"]


def letter(to: str, subject: str, lines: Iterable[str], channel: BaseEmailBackend | None = None) -> EmailMessage:
    """Return a mail in the language that is spoken now; it says that no person wrote it.

    Args:
        to: The address.
        subject: One line.
        lines: What it says.
        channel: By which it is sent; nothing: a new one.
    """
    headers = {"Content-Language": translation.get_language() or "en", "Auto-Submitted": "auto-generated"}
    body = "\n".join([*lines, ""])
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [to], connection=channel, headers=headers)
