"""Mails to people who complained from outside, in the language of their page, each with their own link."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from sealmark_platform.letters import letter
from sealmark_platform.register.complaints import secret_of
from sealmark_platform.register.models import OutsideComplaint, OutsideMail

__all__ = ["send_letters", "status_address"]


def status_address(complaint: OutsideComplaint) -> str:
    """Return the path at which who complained sees how it stands."""
    return reverse("complaint-status", args=[complaint.pk, secret_of(complaint)])


def send_letters(at: dt.datetime) -> tuple[int, int]:
    """Send what waits; what was sent is marked and never sent again.

    Returns:
        Mails sent, and mails that could not be sent: these wait for the next time.
    """
    sent = failed = 0
    channel = get_connection()
    waiting = OutsideMail.objects.filter(sent_at=None).select_related("complainant__complaint__body")
    for mail in waiting.order_by("made_at", "pk"):
        try:
            _written(mail, channel).send()
        except OSError:
            failed += 1
            continue
        OutsideMail.objects.filter(pk=mail.pk).update(sent_at=at)
        sent += 1
    return sent, failed


def _written(mail: OutsideMail, channel: BaseEmailBackend) -> EmailMessage:
    writer, complaint = mail.complainant, mail.complainant.complaint
    with translation.override(writer.language):
        subject = _("Your complaint %(reference)s") % {"reference": complaint.reference}
        said = {"name": writer.name, "body": complaint.body.name, "reason": complaint.answer,
                "address": settings.ADDRESS.rstrip("/") + status_address(complaint)}  # fmt: skip
        lines = [_("Good day, %(name)s,") % said, "", *_sentences(mail.kind, said), ""]
        lines.append(_("How it stands, and how to erase your data: %(address)s") % said)
        return letter(writer.email, subject, lines, channel)


def _sentences(kind: str, said: dict[str, str]) -> list[str]:
    if kind == "received":
        return [_("%(body)s has received your complaint. A coordinator reads it and answers you.") % said]
    if kind == "filed":
        return [_("%(body)s handles your complaint. People who took no part in the file decide on it.") % said]
    return [_("%(body)s cannot decide on your complaint, for this reason:") % said, "", said["reason"]]
