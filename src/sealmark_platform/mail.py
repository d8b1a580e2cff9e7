"""Mails for what needs an answer: one per person with all that is new, in the language of the person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sealmark_platform.casework.models import Notice
from sealmark_platform.letters import letter
from sealmark_platform.parties.models import Mailbox, Person
from sealmark_platform.workbench.sheets import notice_sentence

__all__ = ["Outgoing", "outgoing", "send_mails", "written_mail"]


@dataclass(frozen=True)
class Outgoing:
    """A mail that waits to be sent."""

    person: Person
    notices: tuple[Notice, ...]


def outgoing(at: dt.datetime | None = None, only: Person | None = None) -> Iterator[Outgoing]:
    """Yield what waits, by person.

    Args:
        at: When it would be sent: who wants one mail a day and had one on that day is left out; None: whoever waits.
        only: Whose mail alone.
    """
    waiting = Notice.objects.filter(sent_at=None, seen_at=None, person__is_active=True)
    if only is not None:
        waiting = waiting.filter(person=only)
    if at is not None:
        had_one = Q(person__mailbox__rhythm=Mailbox.Rhythm.DAILY, person__mailbox__last_sent_at__date=at.date())
        waiting = waiting.exclude(had_one)
    found = waiting.select_related("person", "file__organization").order_by("person__email", "made_at", "pk")
    for _address, notices in groupby(found, key=lambda notice: notice.person.email):
        kept = tuple(notices)
        yield Outgoing(kept[0].person, kept)


def send_mails(at: dt.datetime, only: Person | None = None) -> tuple[int, int]:
    """Send what waits; what was sent is marked and never sent again.

    Args:
        at: When.
        only: Whose mail alone, whether or not they had one today.

    Returns:
        Mails sent, and mails that could not be sent: these wait for the next time.
    """
    sent = failed = 0
    channel = get_connection()
    for mail in list(outgoing(at if only is None else None, only)):
        try:
            written_mail(mail.person, mail.notices, channel).send()
        except OSError as error:
            # One address that is refused must not keep the others waiting.
            failed += 1
            fault = f"{type(error).__name__} {error.errno or ''}".strip()
            Mailbox.objects.update_or_create(person=mail.person, defaults={"failed_at": at, "fault": fault})
            continue
        Notice.objects.filter(pk__in=[notice.pk for notice in mail.notices]).update(sent_at=at)
        gone = {"last_sent_at": at, "failed_at": None, "fault": ""}
        Mailbox.objects.update_or_create(person=mail.person, defaults=gone)
        sent += 1
    return sent, failed


def written_mail(person: Person, notices: Sequence[Notice], channel: BaseEmailBackend | None = None) -> EmailMessage:
    """Return the mail that tells a person of notices, in the person's language."""
    with translation.override(person.language):
        count = len(notices)
        subject = ngettext("Sealmark: %(count)s notice", "Sealmark: %(count)s notices", count) % {"count": count}
        lines = [f"{one.file.number}, {one.file.organization}: {notice_sentence(one)}" for one in notices]
        greeting = _("Good day, %(name)s,") % {"name": person.name}
        close = _("Sign in to see what is asked of you: %(address)s") % {"address": settings.ADDRESS}
        return letter(person.email, subject, [greeting, "", *lines, "", close], channel)
