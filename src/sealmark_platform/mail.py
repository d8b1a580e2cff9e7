"""Mails for what needs an answer: one per person with all that is new, in the language of the person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sealmark_platform.casework.models import Notice
from sealmark_platform.parties.models import Person
from sealmark_platform.workbench.sheets import notice_sentence

__all__ = ["Outgoing", "outgoing", "send_mails"]


@dataclass(frozen=True)
class Outgoing:
    """A mail that waits to be sent."""

    person: Person
    notices: tuple[Notice, ...]


def outgoing() -> Iterator[Outgoing]:
    """Yield what waits, by person."""
    waiting = Notice.objects.filter(sent_at=None, seen_at=None, person__is_active=True)
    found = waiting.select_related("person", "file__organization").order_by("person__email", "made_at", "pk")
    for _address, notices in groupby(found, key=lambda notice: notice.person.email):
        kept = tuple(notices)
        yield Outgoing(kept[0].person, kept)


def send_mails(at: dt.datetime) -> tuple[int, int]:
    """Send what waits; what was sent is marked and never sent again.

    Returns:
        Mails sent, and mails that could not be sent: these wait for the next time.
    """
    sent = failed = 0
    channel = get_connection()
    for mail in list(outgoing()):
        try:
            _written(mail, channel).send()
        except OSError:
            # One address that is refused must not keep the others waiting.
            failed += 1
            continue
        Notice.objects.filter(pk__in=[notice.pk for notice in mail.notices]).update(sent_at=at)
        sent += 1
    return sent, failed


def _written(mail: Outgoing, channel: BaseEmailBackend) -> EmailMessage:
    with translation.override(mail.person.language):
        count = len(mail.notices)
        subject = ngettext("Sealmark: %(count)s notice", "Sealmark: %(count)s notices", count) % {"count": count}
        lines = [f"{one.file.number}, {one.file.organization}: {notice_sentence(one)}" for one in mail.notices]
        greeting = _("Good day, %(name)s,") % {"name": mail.person.name}
        close = _("Sign in to see what is asked of you: %(address)s") % {"address": settings.ADDRESS}
        body = "\n".join([greeting, "", *lines, "", close, ""])
        language = mail.person.language
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [mail.person.email], connection=channel,
                        headers={"Content-Language": language, "Auto-Submitted": "auto-generated"})  # fmt: skip
